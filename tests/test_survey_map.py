"""The map of a survey: which pages and questions come when, in plain words, and where an answer leads; for the office and at a terminal."""

from pathlib import Path

import pytest
from houses import OpenHouse, Operator
from people import Page as Fetched
from people import Resident, text_of
from sqlalchemy import select, update

from app.condition_words import in_words
from app.models import tables
from app.office.commands import read_hard_words
from app.office.survey_map import steps_of
from app.only_if import parse
from app.survey import load_survey
from app.terminal import Wrong

KAART = "/kantoor/enquetes/dordt-west-2026/kaart"
BRANCHED = """
key = "takken-2026"
title = "Takken <b>"
audience = "resident"
languages = ["nl"]
feedback_date = 2027-01-01
feedback_owner = "bureau"
[[scale]]
id = "eens"
option = [{ id = "1", text = "Niet mee eens" }, { id = "2", text = "Het midden" }, { id = "3", text = "Mee eens." }]
[[page]]
id = "begin"
title = "Begin"
question = [
  { id = "oud", kind = "single", ask = "Bent u 16 jaar of ouder?", required = true, gate = "ja", option = [{ id = "ja", text = "Ja" }, { id = "nee", text = "Nee" }] },
]
[[page]]
id = "waar"
title = "Waar"
question = [
  { id = "wijk", kind = "single", ask = "In welke wijk woont u?", option = [{ id = "a", text = "Wielwijk" }, { id = "b", text = "Crabbehof" }, { id = "c", text = "Ergens anders" }] },
  { id = "leeftijd", kind = "number", ask = "Hoe oud bent u?" },
  { id = "sinds", kind = "date", ask = "Sinds wanneer?" },
  { id = "cijfer", kind = "grade", ask = "Welk cijfer?", allow_dk = true },
  { id = "last", kind = "multi", ask = "Waar hebt u last van in {wijk}?", option = [{ id = "x", text = "Geluid" }, { id = "y", text = "Water", only_if = "wijk = b" }] },
  { id = "zinnen", kind = "matrix", scale = "eens", ask = "Wat vindt u?", row = [{ id = "groen", text = "Er is genoeg groen." }] },
  { id = "mag", kind = "consent", ask = "Mogen wij dit bewaren?" },
]
[[page]]
id = "geluid"
title = "Geluid"
pillar = "veilig"
only_if = "includes(last, x)"
question = [{ id = "welk", kind = "open", ask = "Welk geluid?", only_if = "wijk in (a, b)" }]
"""  # fmt: skip
ASKED = load_survey(BRANCHED)


# ---------------------------------------------------------------- conditions in words


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("wijk = a", "u bij “In welke wijk woont u?” koos: Wielwijk"),
        ("wijk in (a, b, c)", "u bij “In welke wijk woont u?” koos: Wielwijk, Crabbehof of Ergens anders"),
        ("wijk != a", "u bij “In welke wijk woont u?” niet koos: Wielwijk"),
        ("not (wijk != a)", "u bij “In welke wijk woont u?” koos: Wielwijk"),
        ("includes(last, x)", "u bij “Waar hebt u last van in …?” koos: Geluid"),
        ("answered(wijk)", "u bij “In welke wijk woont u?” een antwoord gaf"),
        ("not answered(wijk)", "u bij “In welke wijk woont u?” geen antwoord gaf"),
        ("leeftijd >= 65", "u bij “Hoe oud bent u?” invulde: 65 of meer"),
        ("not leeftijd < 65", "u bij “Hoe oud bent u?” niet invulde: minder dan 65"),
        ("sinds > 2026-01-31", "u bij “Sinds wanneer?” invulde: een dag na 31-01-2026"),
        ("cijfer = dk", "u bij “Welk cijfer?” invulde: Weet ik niet"),
        ("cijfer in (1, 2)", "u bij “Welk cijfer?” invulde: 1 of 2"),
        ("mag = ja", "u bij “Mogen wij dit bewaren?” invulde: Ja"),
        ("zinnen.groen >= 2", "u bij “Er is genoeg groen” koos: Het midden of Mee eens"),
        ("wijk = a and leeftijd > 4", "u bij “In welke wijk woont u?” koos: Wielwijk, en u bij “Hoe oud bent u?” invulde: meer dan 4"),
        ("not (wijk = a or wijk = b)", "u bij “In welke wijk woont u?” niet koos: Wielwijk, en u bij “In welke wijk woont u?” niet koos: Crabbehof"),
        (
            "answered(mag) and (wijk = a or not answered(last))",
            "u bij “Mogen wij dit bewaren?” een antwoord gaf, en (u bij “In welke wijk woont u?” koos: Wielwijk, of u bij “Waar hebt u last van in …?” geen antwoord gaf)",
        ),
    ],
)  # fmt: skip
def test_a_condition_is_told_as_people_say_it(condition: str, words: str) -> None:
    assert in_words(parse(condition), ASKED, str) == f"Alleen als {words}."


def test_a_condition_is_told_in_another_language_too() -> None:
    said = {
        "Alleen als %(what)s.": "Yalnızca: %(what)s.",
        "u bij “%(ask)s” koos: %(what)s": "“%(ask)s” cevabınız: %(what)s",
        "%(first)s of %(second)s": "%(first)s veya %(second)s",
    }
    assert in_words(parse("wijk in (a, b)"), ASKED, lambda text: said.get(text, text)) == (
        "Yalnızca: “In welke wijk woont u?” cevabınız: Wielwijk veya Crabbehof."
    )


# ---------------------------------------------------------------- what leads where


def test_only_answers_that_matter_stand_on_the_map_with_where_they_lead() -> None:
    _, where, last = steps_of(ASKED)
    wijk = where.asked[0]
    assert [(answer.option.id, [lead.option.id if lead.option else lead.question and lead.question.id for lead in answer.leads]) for answer in wijk.answers] == [
        ("a", ["welk"]),
        ("b", ["y", "welk"]),
    ]  # fmt: skip
    assert [(answer.option.id, answer.when) for answer in where.asked[4].answers] == [
        ("x", ""),
        ("y", "Alleen als u bij “In welke wijk woont u?” koos: Crabbehof."),
    ]
    assert (last.when, last.asked[0].when) == (
        "Alleen als u bij “Waar hebt u last van in …?” koos: Geluid.",
        "Alleen als u bij “In welke wijk woont u?” koos: Wielwijk of Crabbehof.",
    )
    assert [one.answers for one in where.asked[1:4]] == [(), (), ()]


def test_the_answer_that_ends_a_survey_says_so() -> None:
    (gate,) = steps_of(ASKED)[0].asked
    assert [(answer.option.id, answer.stops) for answer in gate.answers] == [("nee", True)]


# ---------------------------------------------------------------- at a terminal


def test_the_map_is_printed_as_text(operator: Operator, tmp_path: Path, around: object) -> None:
    file = tmp_path / "takken.toml"
    file.write_text(BRANCHED, encoding="utf-8")
    said = operator("survey", "map", file)
    assert said.err == ""
    lines = said.out.splitlines()
    assert lines[:5] == [
        "Takken <b>",
        "",
        "1. Begin (begin)",
        "   - oud (single, required): Bent u 16 jaar of ouder?",
        "     * Nee  -> the survey stops here",
    ]
    assert "       -> answer “Water” of last on page 2" in lines
    assert "     * Geluid" in lines
    assert "       -> page 3, Geluid" in lines


def test_the_map_as_a_page_of_its_own_is_a_good_page(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "takken.toml"
    file.write_text(BRANCHED, encoding="utf-8")
    said = operator("survey", "map", file, "--format", "html").out
    page = Fetched(said)
    assert page.heading == "Kaart: Takken <b>"
    assert "Alleen als u bij “Waar hebt u last van in …?” koos: Geluid." in page.text
    assert "<b>:" not in said


def test_a_survey_in_the_database_has_a_map_by_its_key(house: OpenHouse, operator: Operator) -> None:
    assert operator("survey", "map", "dordt-west-2026").out.startswith("Bewonersenquête Dordt West\n\n1. Eerst een vraag (start)\n")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["bestaat-niet"], "wijkstem: there is no survey “bestaat-niet”, and a file ends in .toml"),
        (["dordt-west-2026", "--format", "pdf"], "wijkstem: --format: “pdf” is not text or html"),
        (["weg.toml"], "wijkstem: weg.toml: No such file or directory"),
    ],
)
def test_what_has_no_map_is_one_clear_line(house: OpenHouse, operator: Operator, words: list[str], reason: str) -> None:
    assert operator("survey", "map", *words, code=2).line == reason


def test_the_check_adds_notes_and_advice_and_still_finds_no_mistakes(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "takken.toml"
    file.write_text(
        BRANCHED.replace("Welk geluid?", "Participatie inzake geluid?").replace('only_if = "wijk in (a, b)"', 'only_if = "oud = ja"'),
        encoding="utf-8",
    )
    said = operator("survey", "check", file)
    assert said.out == f"{file}: no mistakes\n"
    assert said.err.splitlines() == [
        f"{file}: note: page geluid, question welk: only_if always holds: “oud = ja” can be left out",
        f"{file}: note: page waar, question last: ask: {{wijk}} is asked on the same page: who sees that page whole reads … in its place",
        f"{file}: advice: page geluid, question welk: ask: jargon, “participatie”: rather meedoen, of: meepraten",
        f"{file}: advice: page geluid, question welk: ask: jargon, “inzake”: rather over",
    ]  # fmt: skip


def test_the_check_reads_the_list_of_words_that_the_office_made(
    operator: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "moeilijke_woorden.toml").write_text('[woorden]\n"geluid" = "herrie"\n', encoding="utf-8")
    assert read_hard_words(tmp_path) == {"geluid": "herrie"}
    (tmp_path / "moeilijke_woorden.toml").write_text("geluid", encoding="utf-8")
    with pytest.raises(Wrong, match=r"moeilijke_woorden\.toml"):
        read_hard_words(tmp_path)


# ---------------------------------------------------------------- the pages of the office


def branch(house: OpenHouse) -> None:
    """The open survey becomes one with branches."""
    with house.engine.begin() as connection:
        fingerprint = connection.execute(select(tables.SURVEY.c.fingerprint).where(tables.SURVEY.c.key == "dordt-west-2026")).scalar_one()
        connection.execute(update(tables.VERSION).where(tables.VERSION.c.fingerprint == fingerprint).values(source=BRANCHED))


def rows(colleague: Resident) -> list[tuple[str, str, list[str | None]]]:
    found = list(colleague.page.one("main").iter("li"))
    return [(text_of(row.find("span")), text_of(row.find("div/h3")), [link.get("href") for link in row.iter("a")]) for row in found]


@pytest.mark.parametrize("role", ["office", "analyst", "translator", "auditor", "admin"])
def test_the_list_leads_to_each_survey_and_its_map(house: OpenHouse, role: str) -> None:
    colleague = house.colleague(role).opens("/kantoor/enquetes")
    links = [KAART] if role == "translator" else ["/kantoor/enquetes/dordt-west-2026", KAART]  # how it goes is not for who translates
    assert ("Open", "Bewonersenquête Dordt West", links) in rows(colleague)
    assert colleague.follows(KAART).page.heading == "Kaart: Bewonersenquête Dordt West"


def test_a_house_without_surveys_says_what_to_do(empty_house: OpenHouse) -> None:
    page = empty_house.colleague("office").opens("/kantoor/enquetes").page
    assert "wijkstem survey import" in page.text


def test_the_map_tells_when_and_where_an_answer_leads(house: OpenHouse) -> None:
    branch(house)
    colleague = house.colleague("office").opens(KAART)
    page = colleague.page
    assert [text_of(each) for each in page.all("h2")] == ["1. Begin", "2. Waar", "3. Geluid"]
    assert [text_of(each) for each in page.all("p", class_="when")] == [
        "Alleen als u bij “In welke wijk woont u?” koos: Crabbehof.",
        "Alleen als u bij “Waar hebt u last van in …?” koos: Geluid.",
        "Alleen als u bij “In welke wijk woont u?” koos: Wielwijk of Crabbehof.",
    ]
    assert "Bij het antwoord “Nee”: hier stopt de vragenlijst" in page.text
    targets = {str(link.get("href")) for link in page.one("main").iter("a")} - {"/kantoor/enquetes"}
    assert targets == {"#p-waar", "#p-geluid"}


def test_the_map_costs_one_question_however_long_the_survey(house: OpenHouse) -> None:
    colleague = house.colleague("office")
    with house.statements() as short:
        colleague.opens(KAART)
    branch(house)
    with house.statements() as long:
        colleague.opens(KAART)
    assert len(short) == len(long)


def test_a_survey_that_is_not_there_is_not_found(house: OpenHouse) -> None:
    assert house.colleague("office").asks("GET", "/kantoor/enquetes/onbekend/kaart").status_code == 404


@pytest.mark.parametrize("role", ["partner", "transcriber", "interviewer"])
def test_others_are_refused_and_see_no_link(house: OpenHouse, role: str) -> None:
    colleague = house.colleague(role)
    assert colleague.asks("GET", KAART).status_code == 403
    assert "/kantoor/enquetes" not in [link.get("href") for link in colleague.opens("/kantoor").page.all("a")]
