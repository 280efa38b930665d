"""The documents: links resolve, commands exist, tables are complete, and one word is used for one idea."""

import re
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from test_setup import assert_known, named, variables, wanted

TREE = Path(__file__).parent.parent
DOCUMENTS = sorted([*TREE.glob("*.md"), *TREE.glob("docs/**/*.md")])
DECISIONS = sorted((TREE / "docs" / "decisions").glob("0*.md"))


def text(name: str) -> str:
    return (TREE / name).read_text(encoding="utf-8")


def version() -> str:
    return str(tomllib.loads(text("pyproject.toml"))["project"]["version"])


def rows(name: str) -> list[list[str]]:
    """The rows of every table in a document, without their heads."""
    lines = [line for line in text(name).splitlines() if line.startswith("|")]
    heads = {number - 1 for number, line in enumerate(lines) if set(line) <= set("|- ")}
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for number, line in enumerate(lines)
        if number not in heads and number - 1 not in heads
    ]


def commands(document: Path) -> list[str]:
    """Every `wijkstem` command in a document's code blocks, without what stands before its first word."""
    blocks = re.findall(r"^```\n(.*?)^```", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    starts = r"^(?:python3 go\.py wijkstem|\.venv/bin/wijkstem|wijkstem) (.+)$"
    return [command for block in blocks for command in re.findall(starts, block, re.MULTILINE)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(TREE).as_posix())
def test_a_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (document.parent / unquote(link)).exists()]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(TREE).as_posix())
def test_a_document_has_one_title_and_it_comes_first(document: Path) -> None:
    plain = re.sub(r"^```\n.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert plain.startswith("# ")
    assert len(re.findall(r"^# ", plain, re.MULTILINE)) == 1


@pytest.mark.parametrize("name", ["README.md", "docs/operate.md"])
def test_every_command_exists(name: str) -> None:
    found = commands(TREE / name)
    assert len(found) > 3
    for command in found:
        assert_known(command)


def test_every_file_that_a_command_names_is_there() -> None:
    found = re.findall(r"survey (?:check|import) (\S+\.toml)", text("docs/operate.md"))
    assert [name for name in found if not (TREE / name).exists()] == []


def test_the_readme_shows_a_newcomer_the_way() -> None:
    told = commands(TREE / "README.md")
    assert "analyse --survey dordt-west-2026" in told
    assert "export --survey dordt-west-2026 --kind themes --format xlsx --role analyst --out themes.xlsx" in told
    assert "/v/dordt-west-2026?taal=ar" in text("README.md")
    assert (TREE / "surveys" / "dordt-west-2026.toml").exists()


def test_the_readme_begins_in_dutch_with_pictures_and_two_commands() -> None:
    screen = text("README.md").split("\n---\n")[0]
    assert re.findall(r"!\[[^\]]{20,}\]\(docs/images/([\w-]+)\.png\)", screen) == ["survey-nl", "survey-ar"]
    assert re.findall(r"^python3 go\.py (\w+)", screen, re.MULTILINE) == ["run", "test"]
    assert "**Voor bewoners**" in screen


def test_the_changelog_begins_with_this_version() -> None:
    assert re.findall(r"^## (\S+)", text("CHANGELOG.md"), re.MULTILINE)[0] == version()


def test_every_variable_is_told_and_no_other() -> None:
    told = {row[0].strip("`") for row in rows("docs/operate.md") if row[0].strip("`").isupper()}
    assert told == variables()


def test_every_library_has_its_reason() -> None:
    told = {name.strip() for row in rows("docs/dependencies.md") for name in row[0].split(",")}
    assert told == wanted("requirements.in") | wanted("requirements-test.in")
    assert named("psycopg[binary]") == "psycopg"


def test_decisions_are_numbered_half_a_page_long_and_listed() -> None:
    numbers = [int(file.name[:4]) for file in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    listed = re.findall(r"\]\((0\d{3}-[\w-]+\.md)\)", text("docs/decisions/README.md"))
    assert listed == [file.name for file in DECISIONS]


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_asks_decides_and_tells_what_it_costs(decision: Path) -> None:
    told = decision.read_text(encoding="utf-8")
    assert told.startswith(f"# {int(decision.name[:4])}. ")
    assert re.findall(r"^\*\*([^*]+)\*\*", told, re.MULTILINE) == ["The question.", "Decided.", "Why.", "What it costs."]
    assert 100 < len(told.split()) < 300


# ---------------------------------------------------------------- glossary


def everything_said() -> str:
    files = [file for folder in ("app", "analysis", "surveys") for file in (TREE / folder).rglob("*") if file.suffix in (".py", ".toml")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def test_every_identifier_of_the_glossary_stands_in_the_code() -> None:
    said = everything_said()
    told = {word for row in rows("docs/glossary.md") for word in re.findall(r"`([^`]+)`", row[2])}
    assert len(told) > 30
    assert {word for word in told if not re.search(rf"(?<![A-Za-z]){word}s?(?![a-z])", said)} == set()


def test_the_glossary_tells_each_word_once() -> None:
    dutch = [row[0] for row in rows("docs/glossary.md") if row[0]]
    assert [word for word in dutch if dutch.count(word) > 1] == []
    assert [row for row in rows("docs/glossary.md") if len(row) != 5] == []


# ---------------------------------------------------------------- publiccode.yml


def test_publiccode_holds_what_the_standard_asks_for() -> None:
    told = yaml.safe_load(text("publiccode.yml"))
    assert (told["publiccodeYmlVersion"], told["name"], told["softwareVersion"]) == ("0.4", "Wijkstem", version())
    assert told["url"].startswith("https://")
    assert told["legal"]["license"] == "EUPL-1.2"
    assert told["developmentStatus"] in ("concept", "development", "beta", "stable", "obsolete")
    assert told["softwareType"] == "standalone/web"
    assert told["platforms"]
    assert told["localisation"]["localisationReady"] is True
    assert told["maintenance"]["type"] == "internal"
    assert all(contact["name"] for contact in told["maintenance"]["contacts"])
    for described in told["description"].values():
        assert len(described["shortDescription"]) <= 150
        assert 150 <= len(described["longDescription"]) <= 10000
        assert described["features"]


def test_publiccode_names_the_languages_of_the_programme() -> None:
    told = yaml.safe_load(text("publiccode.yml"))["localisation"]["availableLanguages"]
    assert told == tomllib.loads(text("surveys/programme.toml"))["languages"]


def test_the_licence_is_the_eupl_whole() -> None:
    licence = text("LICENSE")
    assert licence.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    assert re.findall(r"^(\d+)\.", licence, re.MULTILINE) == [str(number) for number in range(1, 16)]
    assert "‘Compatible Licences’ according to Article 5 EUPL are:" in licence
