"""The codebook as people use it: read it, edit it beside each other, freeze it and see what changed, and the words that count."""

import csv
import json
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest
from houses import OpenHouse, Operator
from people import Resident, text_of
from spoken import MOULD, MOULDY, NOISY, PARKED, a_street, residents_say, run, words

from app.areas import load_programme
from app.findings.codebook import frozen_now, shipped_words, words_now
from app.findings.codebook_versions import hash_of_content
from app.settings import ROOT

BOOK = "/bevindingen/codeboek"
ENTRY = f"{BOOK}/thema/wonen/vocht_schimmel"
WORDS = f"{BOOK}/woorden?pijler=wonen&thema=vocht_schimmel"
LIST = {"pijler": "wonen", "thema": "vocht_schimmel", "taal_van": "nl"}


@pytest.fixture
def street(house: OpenHouse) -> OpenHouse:
    a_street(house)
    run(house)
    return house


def edited(colleague: Resident, address: str = ENTRY, **texts: str) -> Resident:
    return colleague.opens(address).fills(texts)


def listed(colleague: Resident, address: str = WORDS) -> Resident:
    colleague.opens(address).turns_to(lambda form: form.find(".//textarea") is not None, "", "the list")
    return colleague


def entry_of(house: OpenHouse) -> list[tuple[str, str, int, str]]:
    return [(row["theme"], row["definition"], row["revision"], row["changed_by"]) for row in house.rows("code_entry")]


# ---------------------------------------------------------------- read


def test_every_theme_of_the_analysis_comes_with_a_text() -> None:
    book = {row["key"]: row for row in tomllib.loads((ROOT / "surveys" / "codeboek.toml").read_text())["theme"]}
    with (ROOT / "analysis" / "codebook.csv").open(newline="") as file:
        known = {row["theme"]: (row["pillar"], row["label"]) for row in csv.DictReader(file)}
    assert {key: (row["pillar"], row["label"]) for key, row in book.items()} == known
    assert len(known) == 42
    goals = {goal.number: goal.pillar for goal in load_programme(ROOT / "surveys").goals}
    assert [key for key, row in book.items() if "goal" in row and goals[row["goal"]] != row["pillar"]] == []
    assert [key for key, row in book.items() if min(len(row[name]) for name in ("definition", "includes", "excludes")) < 20] == []


@pytest.mark.parametrize("role", ["office", "analyst", "auditor", "admin"])
def test_all_who_look_read_the_codebook(street: OpenHouse, role: str) -> None:
    page = street.colleague(role).opens(BOOK).page
    section = page.by_id("wonen-vocht_schimmel")
    assert [text_of(each) for each in section.iter("h3")] == ["Vocht en schimmel"]
    assert "Zwarte plekken in de slaapkamer" in text_of(section)
    assert (page.all("a", href=ENTRY) != []) == (role != "auditor")
    assert ("Zet het codeboek vast" in page.text) == (role in {"analyst", "admin"})


def test_the_codebook_is_there_before_the_first_run(house: OpenHouse) -> None:
    assert len(house.colleague("office").opens(BOOK).page.all("h3")) >= 42


def test_a_programme_without_a_codebook_begins_with_none(voorbeeldstad: OpenHouse) -> None:
    assert "nog niet vastgezet" in voorbeeldstad.colleague("office").opens(BOOK).page.text


def test_the_name_of_a_theme_of_three_people_stays_with_who_sees_rows(house: OpenHouse) -> None:
    a_street(house)
    run(house)
    analyst = house.colleague("analyst").opens(f"/bevindingen/themas/{'/'.join(NOISY)}").fills(label="Feestjes van nummer 14")
    analyst.sends(f"/bevindingen/themas/{'/'.join(NOISY)}/naam", analyst.typed, status=303)
    assert "nummer 14" in analyst.opens(BOOK).page.text
    office = house.colleague("office").opens(BOOK)
    assert "nummer 14" not in office.page.html
    assert "Geluid en overlast van buren" in office.page.text
    assert "nummer 14" not in office.opens(f"{BOOK}/thema/{'/'.join(NOISY)}").page.html
    analyst.opens(BOOK).fills(notitie="voor het verslag").presses("Zet het codeboek vast")
    assert "nummer 14" in analyst.opens(f"{BOOK}/versies/1").page.text
    assert "nummer 14" not in house.colleague("auditor").opens(f"{BOOK}/versies/1").page.html


def test_the_codebook_leaves_as_a_table_with_its_words(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    residents_say(house, *[f"{MOULD} {word}" for word in words(12)])
    run(house)
    edited(house.colleague("office"), definition="=1+1").presses("Bewaar")
    file = tmp_path / "codeboek.csv"
    operator("export", "--kind", "themebook", "--format", "csv", "--role", "auditor", "--out", file)
    rows = {row["theme"]: row for row in csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())}
    assert len(rows) == 42
    assert rows["vocht_schimmel"]["words_nl"].startswith("schimmel, schimel")
    assert rows["vocht_schimmel"]["definition"].lstrip("'") == "=1+1"
    assert not rows["vocht_schimmel"]["definition"].startswith("=")
    assert house.colleague("auditor").asks("GET", f"{BOOK}/codeboek.csv").content == file.read_bytes()
    assert house.colleague("auditor").asks("GET", f"{BOOK}/codeboek.exe").status_code == 404


# ---------------------------------------------------------------- edit


def test_the_office_mends_a_text_and_not_the_name(street: OpenHouse) -> None:
    office = edited(street.colleague("office"), definition="Nat in huis.", goal="1")
    assert "label" not in office.asked()
    office.presses("Bewaar")
    assert office.url.startswith(BOOK)
    assert "Nat in huis." in office.page.text
    row = street.rows("code_entry")[0]
    assert (row["definition"], row["goal"], row["revision"], row["changed_by"], row["label"]) == (
        "Nat in huis.",
        1,
        1,
        "Een office",
        "Vocht en schimmel",
    )
    assert row["includes"].startswith("Zwarte plekken")
    office.sends(
        ENTRY,
        {
            "token": street.token("office"),
            "revisie": "1",
            "label": "Gekaapt",
            "definition": "Nat in huis.",
            "includes": "",
            "excludes": "",
            "goal": "1",
        },
        status=303,
    )
    assert (street.rows("code_entry")[0]["label"], street.rows("act")) == ("Vocht en schimmel", [])
    assert [(row["action"], row["object"]) for row in street.rows("audit")] == [("codebook entry changed", "wonen/vocht_schimmel")] * 2


def test_an_analyst_gives_a_name_that_counts_everywhere(street: OpenHouse) -> None:
    analyst = edited(street.colleague("analyst"), label="Nat huis").presses("Bewaar")
    assert "Nat huis" in analyst.opens("/bevindingen/themas").page.text
    assert [(row["kind"], row["payload"]) for row in street.rows("act")] == [("rename", {"was": "Vocht en schimmel", "label": "Nat huis"})]
    assert sorted(row["action"] for row in street.rows("audit")) == ["codebook entry changed", "theme rename"]


def test_two_people_never_overwrite_each_other(street: OpenHouse) -> None:
    first, second = edited(street.colleague("office"), definition="Een."), edited(street.colleague("analyst"), definition="Twee.")
    first.presses("Bewaar")
    second.presses("Bewaar", status=409)
    assert "Een." in second.page.text
    assert second.sees("definition") == ["Twee."]
    second.presses("Bewaar")
    assert entry_of(street) == [("vocht_schimmel", "Twee.", 2, "Een analyst")]
    edited(second, definition="Twee.").presses("Bewaar")
    assert (entry_of(street)[0][2], "Zo stond het al." in second.page.text) == (2, True)


def test_a_name_that_somebody_else_gave_meanwhile_is_shown_first(street: OpenHouse) -> None:
    analyst, admin = edited(street.colleague("analyst"), label="Nat huis"), edited(street.colleague("admin"), label="Schimmel")
    admin.presses("Bewaar")
    assert analyst.presses("Bewaar", status=409).page.heading == "Schimmel"


@pytest.mark.parametrize(
    ("field", "typed"),
    [("label", ""), ("label", "x" * 201), ("label", "a\x00b"), ("definition", "x" * 2001), ("goal", "9"), ("goal", "999")],
)
def test_what_cannot_be_kept_is_said_beside_the_field(street: OpenHouse, field: str, typed: str) -> None:
    analyst = street.colleague("analyst").opens(ENTRY)
    analyst.sends(ENTRY, {**dict(analyst.typed), field: typed}, status=422)
    assert [*analyst.page.wrongs] == [field]
    assert (street.rows("code_entry"), street.rows("act"), street.rows("audit")) == ([], [], [])


def test_a_theme_that_is_not_there_is_not_found(street: OpenHouse) -> None:
    for address in (
        f"{BOOK}/thema/wonen/niets",
        f"{BOOK}/thema/veilig/vocht_schimmel",
        f"{BOOK}/versies/1",
        f"{BOOK}/versies/x",
        f"{BOOK}/woorden?pijler=niets",
        f"{BOOK}/woorden?taal_van=xx",
    ):
        street.colleague("admin").opens(address, status=404)


def test_what_was_merged_stands_in_the_theme_it_went_into(street: OpenHouse) -> None:
    analyst = street.colleague("analyst").opens(f"/bevindingen/themas/{'/'.join(PARKED)}").fills({"in": MOULDY[1]})
    analyst.sends(f"/bevindingen/themas/{'/'.join(PARKED)}/samenvoegen", analyst.typed, status=303)
    assert analyst.opens(BOOK).page.all(id="wonen-parkeren_bereikbaarheid") == []


# ---------------------------------------------------------------- words


def test_words_are_edited_and_go_back_to_the_shipped_list(street: OpenHouse) -> None:
    office = listed(street.colleague("office"))
    shipped = office.sees("woorden")[0]
    assert shipped.startswith("schimmel, schimel")
    office.fills(woorden="schimmel\nnatte muur; zwarte  plek").presses("bewaar")
    with street.engine.connect() as connection:
        assert words_now(connection) == {MOULDY: {"nl": "schimmel, natte muur, zwarte plek"}}
    office.fills(woorden="natte muur").presses("bewaar")
    with street.engine.connect() as connection:
        assert words_now(connection) == {MOULDY: {"nl": "natte muur,"}}, "one phrase stays one"
    office.presses("terug")
    listed(office)
    assert (street.rows("word_list"), office.sees("woorden")) == ([], [shipped])
    assert [row["action"] for row in street.rows("audit")] == ["codebook words changed"] * 3
    office.fills(woorden=shipped).presses("bewaar")
    assert street.rows("word_list") == []


def test_every_shipped_list_may_be_kept_as_it_is(house: OpenHouse) -> None:
    from app.findings.word_forms import split_words, wrong_words

    lists = shipped_words(house.settings, load_programme(house.settings.surveys))
    assert len(lists) == 6 + 41
    wrong = {
        (place, lang): found
        for place, by_lang in lists.items()
        for lang, listed in by_lang.items()
        if (found := wrong_words(split_words(listed)))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("schimmel, Schimmel", "“Schimmel” staat er twee keer. Haal er één weg."),
        ("x" * 61, f"“{'x' * 60}” is langer dan 60 tekens. Zet een komma tussen de woorden."),
        ("schimmel, !!!", "“!!!” heeft geen letter of cijfer, en wordt dus nooit gevonden. Haal het weg."),
        ("schim\x07mel", "“schim\ufffdmel” heeft tekens die niet te lezen zijn. Typ het woord opnieuw."),
        (", ".join(f"woord{n}" for n in range(3001)), "Dit zijn 3001 woorden. Een lijst heeft er hoogstens 3000."),
    ],
)
def test_a_word_that_cannot_be_kept_is_named_in_one_line(street: OpenHouse, typed: str, line: str) -> None:
    office = listed(street.colleague("office"))
    office.sends(f"{BOOK}/woorden", {**dict(office.typed), "woorden": typed, "actie": "bewaar"}, status=422)
    assert office.page.wrongs == {"woorden": line}
    assert (street.rows("word_list"), street.rows("audit")) == ([], [])


def test_a_theme_may_have_no_word_in_a_language(street: OpenHouse) -> None:
    office = listed(street.colleague("office")).fills(woorden="")
    office.presses("bewaar")
    with street.engine.connect() as connection:
        assert words_now(connection) == {MOULDY: {"nl": ""}}


def test_a_pillar_keeps_a_word(voorbeeldstad: OpenHouse) -> None:
    other = voorbeeldstad.colleague("office").opens(f"{BOOK}/woorden")
    for lang in ("en", "ar"):
        other.opens(f"{BOOK}/woorden?pijler=wonen&taal_van={lang}").fills(woorden="").presses("bewaar")
    other.opens(f"{BOOK}/woorden?pijler=wonen&taal_van=nl").fills(woorden="").presses("bewaar", status=422)
    assert "Laat er een staan" in other.page.wrongs["woorden"]


def test_two_people_see_each_others_words(street: OpenHouse) -> None:
    first, second = (listed(street.colleague(role)) for role in ("office", "analyst"))
    first.fills(woorden="schimmel, druipt").presses("bewaar")
    second.fills(woorden="schimmel, plafond").presses("bewaar", status=409)
    assert "schimmel, druipt" in second.page.text
    second.presses("bewaar")
    assert [row["words"] for row in street.rows("word_list")] == ["schimmel, plafond"]


def test_who_sees_rows_sees_what_a_word_would_find(street: OpenHouse) -> None:
    residents_say(street, "Het ruikt hier muf, bel Jan de Vries op 06-12345678", "muf!", "Küf var, muf", lang="tr")
    residents_say(street, "In de kelder is het muf")
    run(street)
    analyst = listed(street.colleague("analyst"))
    kept = ", ".join(word for word in analyst.sees("woorden")[0].split(", ") if word not in {"muf=", "muf", "schimmel"})
    analyst.fills(woorden=f"{kept}, muf, giraffe").presses("kijk", status=200)
    told = text_of(analyst.page.one("section", **{"aria-labelledby": "gevonden"}))
    assert "muf – in 1 antwoord" in told
    assert "In de kelder is het muf" in told
    assert "giraffe – in 0 antwoorden" in told
    assert "schimmel – in 35 antwoorden" in told
    assert "Vries" not in told
    assert street.rows("word_list") == []
    office = listed(street.colleague("office"))
    assert "Wat vindt dit?" not in office.page.text
    office.sends(f"{BOOK}/woorden", {**dict(office.typed), "actie": "kijk"}, status=400)


# ---------------------------------------------------------------- freeze


def frozen_by(colleague: Resident, note: str = "voor het verslag") -> Resident:
    return colleague.opens(BOOK).fills(notitie=note).presses("Zet het codeboek vast")


def test_a_frozen_codebook_stays_as_it_is(street: OpenHouse) -> None:
    analyst, office = street.colleague("analyst"), edited(street.colleague("office"), definition="Nat.")
    typing = listed(street.colleague("admin")).fills(woorden="schimmel")
    frozen_by(analyst)
    assert "vastgezet als versie 1" in analyst.page.text
    office.presses("Bewaar", status=409)
    assert office.sees("definition") == ["Nat."], "what was typed is not lost"
    typing.presses("bewaar", status=409)
    assert (street.rows("code_entry"), street.rows("word_list")) == ([], [])
    row = street.rows("codebook_version")[0]
    assert (row["number"], row["note"], row["frozen_by"], row["opened_at"]) == (1, "voor het verslag", "Een analyst", None)
    assert (
        row["content_hash"]
        == hash_of_content(row["content"])
        == sha256(json.dumps(row["content"], sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
    )
    assert row["content"]["entries"]["wonen/vocht_schimmel"]["definition"].startswith("Vocht, schimmel")
    assert row["content"]["words"]["wonen/vocht_schimmel"]["nl"][0] == "schimmel"
    analyst.sends(f"{BOOK}/vastzetten", {"token": street.token("analyst"), "notitie": "nog eens"}, status=303)
    assert len(street.rows("codebook_version")) == 1
    assert [row["action"] for row in street.rows("audit")] == ["codebook frozen"]


def test_a_codebook_is_opened_again_and_two_versions_differ_in_words(street: OpenHouse) -> None:
    analyst = frozen_by(street.colleague("analyst"), "nulmeting")
    analyst.presses("Maak weer open")
    assert "Weer geopend door Een analyst" in analyst.page.text
    with street.engine.connect() as connection:
        assert frozen_now(connection) is None
    edited(analyst, definition="Nat in huis.", label="Nat huis").presses("Bewaar")
    shipped = listed(analyst).sees("woorden")[0]
    analyst.fills(woorden=shipped.replace("schimel", "zwarte spikkels")).presses("bewaar")
    frozen_by(analyst, "na de zomer")
    analyst.follows(f"{BOOK}/versies/2")
    told = text_of(analyst.page.one("section", **{"aria-labelledby": "anders"}))
    assert told.startswith("Anders dan versie 1 Nat huis Andere naam – was: Vocht en schimmel – is: Nat huis")
    assert "Omschrijving – was: Vocht, schimmel, lekkage" in told
    assert "Erbij: zwarte spikkels. Weg: schimel." in told
    assert "Er is niets veranderd." in analyst.opens(f"{BOOK}/versies/2?met=2").page.text
    stale = street.colleague("admin")
    stale.sends(f"{BOOK}/versies/1/openen", {"token": street.token("admin")}, status=303)
    assert "Zo stond het al." in stale.page.text
    stale.sends(f"{BOOK}/versies/9/openen", {"token": street.token("admin")}, status=404)
    with street.engine.connect() as connection:
        frozen = frozen_now(connection)
    assert frozen is not None
    assert frozen.number == 2


@pytest.mark.parametrize("note", ["", "   ", "x" * 301])
def test_freezing_asks_what_for(street: OpenHouse, note: str) -> None:
    analyst = street.colleague("analyst").opens(BOOK)
    analyst.sends(f"{BOOK}/vastzetten", {"token": street.token("analyst"), "notitie": note}, status=422)
    assert [*analyst.page.wrongs] == ["notitie"]
    assert street.rows("codebook_version") == []


def test_the_codebook_asks_as_much_of_the_database_for_many_themes_as_for_few(house: OpenHouse) -> None:
    asked = []
    for n in (1, 12):
        residents_say(house, *[f"{MOULD} {word}" for word in words(n)])
        run(house)
        analyst = house.colleague("analyst")
        with house.statements() as said:
            analyst.opens(BOOK)
        asked.append(len(said))
    assert asked[0] == asked[1]
