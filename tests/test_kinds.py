"""Every kind of question, answered as a resident does without JavaScript: what is kept, what must be mended, what is asked once more."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from houses import OpenHouse, Operator
from people import Resident
from sqlalchemy import insert
from sqlmodel import Session

from app.answer_check import fold, near_names
from app.models.tables import STREET
from app.office.surveys import import_survey, open_survey

SOURCE = (Path(__file__).parent / "surveys" / "alle-soorten.toml").read_text(encoding="utf-8")
ALL = "/v/alle-soorten"
STREETS = [
    ("oud_krispijn", "Jacob Marisstraat", "BU05050304"), ("oud_krispijn", "Dubbeldamseweg", "BU05050300"),
    ("wielwijk", "Van Kinsbergenstraat", "BU05050701"), ("wielwijk", "Dubbeldamseweg", "BU05050702"),
]  # fmt: skip


@pytest.fixture
def lien(house: OpenHouse) -> Resident:
    """A resident at page 2 of a survey with every kind of question."""
    with Session(house.engine) as db:
        import_survey(db, SOURCE, today=date(2026, 11, 2))
        db.commit()
        open_survey(db, "alle-soorten", today=date(2026, 11, 2))
        db.commit()
    return house.resident().opens(ALL).fills(leeftijd16="ja").presses("verder")


def with_streets(house: OpenHouse) -> None:
    with house.engine.begin() as connection:
        rows = [{"wijk": wijk, "name": name, "buurt": buurt, "folded": fold(name)} for wijk, name, buurt in STREETS]
        connection.execute(insert(STREET), rows)


def at(page: int, resident: Resident) -> Resident:
    for _ in range(2, page):
        resident.presses("verder")
        if resident.number != str(page) and "zeker" in resident.url:
            resident.presses("verder")
    return resident


# ---------------------------------------------------------------- the whole way

WHOLE: list[dict[str, Any]] = [
    {"wijk": "wielwijk", "land": "Curacao"},
    {"gezicht": "4", "cijfer": "7", "volgorde.groen": "1", "volgorde.vuil": "3", "mee": ["anders"], "mee.anders": "De volkstuin", "zinnen.stoep": "2"},
    {"tevreden": "2", "per_pijler.werk": "Meer stages."},
]  # fmt: skip


def test_an_answer_of_every_kind_is_kept_as_its_code(house: OpenHouse, lien: Resident) -> None:
    for answers in WHOLE:
        lien.fills(answers).presses("verder")
    assert lien.number == "4"
    lien.fills(waarom="Te donker.").presses("verder")
    lien.fills(mensen="٣", sinds="1-4-2020", beroep="Kok", akkoord="ja").presses("verder")
    assert lien.number == "controle"
    lien.fills(_hulp="ja").presses("verder")
    assert house.answers() == {
        "leeftijd16": "ja", "wijk": "wielwijk", "land": "cw", "gezicht": "4", "cijfer": "7", "volgorde": ["groen", "vuil"],
        "mee": ["anders"], "mee.anders": "De volkstuin", "zinnen": {"stoep": "2"}, "tevreden": "2", "waarom": "Te donker.",
        "per_pijler": {"werk": "Meer stages."}, "mensen": 3, "sinds": "2020-04-01", "beroep": "Kok", "akkoord": "ja",
    }  # fmt: skip
    assert house.rows("response")[0]["assisted"] is True
    said = sorted((row["question"], row["text"], row["pillar_asked"], row["area"]) for row in house.rows("statement"))
    assert said == [("per_pijler", "Meer stages.", "werk", "wielwijk"), ("waarom", "Te donker.", "veilig", "wielwijk")]


def test_everything_is_looked_over_in_words(lien: Resident) -> None:
    for answers in WHOLE:
        lien.fills(answers).presses("verder")
    lien.opens(f"{ALL}/5").fills(akkoord="ja").presses("verder")
    shown = lien.page.text
    for words in (
        "Wonen in Wielwijk",
        "Hoe is het wonen in Wielwijk?",
        "Curaçao",
        "1. Bomen en planten",
        "2. Minder vuil",
        "De volkstuin",
        "Ja, dat is goed",
    ):
        assert words in shown, words
    assert "Waarom vragen wij dit?" not in shown


# ---------------------------------------------------------------- dropdown


@pytest.mark.parametrize(("typed", "code"), [("Turkije", "tr"), ("  turkije ", "tr"), ("SYRIE", "sy"), ("aw", "aw"), ("curaçao", "cw")])
def test_a_long_list_is_searched_by_typing(house: OpenHouse, lien: Resident, typed: str, code: str) -> None:
    lien.fills(land=typed).presses("verder")
    assert house.answers()["land"] == code


def test_what_is_not_in_the_list_comes_back_with_what_may_be_meant(house: OpenHouse, lien: Resident) -> None:
    lien.fills(land="Nederlant").presses("verder", status=422)
    assert lien.sees("land") == ["Nederlant"]
    assert lien.options("land") == ["nl", "anders"]
    lien.fills(land="nl").presses("verder")
    assert house.answers()["land"] == "nl"
    lien.opens(f"{ALL}/2")
    assert lien.sees("land") == ["Nederland"]


def test_a_name_is_found_by_its_letters_nearly_and_never_by_nothing() -> None:
    names = {"a": "Van Kinsbergenstraat", "b": "Admiraalsplein", "c": "Kinsbergenhof"}
    assert near_names("kinsbergen", names) == ("a", "c")
    assert near_names("admiralsplein", names) == ("b",)
    assert near_names("   ", names) == ()


# ---------------------------------------------------------------- rank


def test_two_answers_cannot_have_one_place(house: OpenHouse, lien: Resident) -> None:
    at(3, lien).fills({"volgorde.licht": "1", "volgorde.groen": "1"}).presses("verder", status=422)
    assert lien.reads("U gaf twee keer plaats %(place)s. Geef elk antwoord een eigen plaats.", place=1)
    assert lien.sees("volgorde.groen") == ["1"]
    lien.fills({"volgorde.groen": "2", "gezicht": "3"}).presses("verder")
    assert house.answers()["volgorde"] == ["licht", "groen"]


# ---------------------------------------------------------------- place


def test_who_chose_a_wijk_may_tell_her_street_and_only_the_buurt_is_kept(house: OpenHouse, lien: Resident) -> None:
    with_streets(house)
    lien.fills(wijk="wielwijk").presses("verder")
    assert (lien.number, lien.url.partition("#")[2]) == ("2", "q-wijk-straat")
    lien.fills({"wijk.straat": "van kinsbergenstraat"}).presses("verder")
    assert lien.number == "3"
    assert house.answers() == {"leeftijd16": "ja", "wijk": "wielwijk", "wijk.buurt": "BU05050701"}
    assert "Kinsbergen" not in str(house.everything()["answered_page"])


def test_who_does_not_know_her_wijk_finds_it_by_her_street(house: OpenHouse, lien: Resident) -> None:
    with_streets(house)
    lien.fills(wijk="dk").presses("verder").fills({"wijk.straat": "Dubbeldamseweg"}).presses("verder", status=422)
    assert lien.options("wijk.straat") == ["Dubbeldamseweg (Oud-Krispijn)", "Dubbeldamseweg (Wielwijk)"]
    lien.fills({"wijk.straat": "Dubbeldamseweg (Oud-Krispijn)"}).presses("verder")
    assert (lien.number, house.answers()["wijk"], house.answers()["wijk.buurt"]) == ("3", "oud_krispijn", "BU05050300")


def test_a_street_may_stay_empty_and_is_not_asked_again(house: OpenHouse, lien: Resident) -> None:
    with_streets(house)
    lien.fills(wijk="dk").presses("verder").presses("verder")
    assert (lien.number, house.answers()["wijk"]) == ("3", "dk")


def test_a_street_of_another_wijk_is_not_taken_for_hers(house: OpenHouse, lien: Resident) -> None:
    with_streets(house)
    lien.fills(wijk="wielwijk").presses("verder").fills({"wijk.straat": "Jacob Marisstraat"}).presses("verder", status=422)
    assert lien.sees("wijk.straat") == ["Jacob Marisstraat"]
    assert house.answers() == {"leeftijd16": "ja", "wijk": "wielwijk"}


def test_without_streets_nobody_is_asked_for_one(lien: Resident) -> None:
    assert lien.fills(wijk="wielwijk").presses("verder").number == "3"


# ---------------------------------------------------------------- asked once more, and what was said before


def test_a_question_left_open_is_asked_once_more_and_then_let_be(house: OpenHouse, lien: Resident) -> None:
    at(3, lien)
    assert lien.number == "3"
    lien.fills(cijfer="8").presses("verder")
    assert (lien.number, lien.reads("Weet u het zeker?")) == ("3", True)
    assert house.answers()["cijfer"] == "8"
    assert [link.get("href") for link in lien.page.by_id("errors").iter("a")] == ["#q-gezicht"]
    assert lien.presses("verder").number == "4"


def test_an_earlier_answer_stands_in_a_later_question_as_text_and_not_as_html(house: OpenHouse, lien: Resident) -> None:
    lien.fills(wijk="wielwijk").presses("verder")
    assert lien.page.heading == "Wonen in Wielwijk"
    lien.opens(f"{ALL}/4").fills({"per_pijler.wonen": "<script>alert(1)</script> {wijk}"}).presses("verder")
    lien.opens(f"{ALL}/controle")
    assert "<script>alert" not in lien.page.html
    assert "<script>alert(1)</script> {wijk}" in lien.page.text


def test_words_of_a_resident_in_a_later_question_stay_words(house: OpenHouse, lien: Resident) -> None:
    source = SOURCE.replace("alle-soorten", "eigen-woorden").replace('ask = "Wat voor werk doet u?"', 'ask = "Wat vindt u van {anders}?"')
    source = source.replace(
        'id = "slot"',
        'id = "eerst"\ntitle = "Eerst"\n[[page.question]]\nid = "anders"\nkind = "text"\nask = "Wat is uw idee?"\n[[page]]\nid = "slot"',
    )
    with Session(house.engine) as db:
        import_survey(db, source, today=date(2026, 11, 2))
        db.commit()
        open_survey(db, "eigen-woorden", today=date(2026, 11, 2))
        db.commit()
    idea = "<b onclick=alert(1)>Licht</b> & {wijk}"
    lien.opens("/v/eigen-woorden").fills(leeftijd16="ja").presses("verder").opens("/v/eigen-woorden/5")
    lien.fills(anders=idea).presses("verder")
    assert f"Wat vindt u van {idea}?" in lien.page.text
    assert "<b onclick" not in lien.page.html


# ---------------------------------------------------------------- safety


def test_open_questions_on_safety_stand_beside_lines_to_call_and_a_way_out(lien: Resident) -> None:
    at(4, lien)
    lien.fills(tevreden="1").presses("verder")
    lines = [link.get("href") for link in lien.page.by_id("q-per_pijler").iter("a")]
    assert lines[:3] == ["tel:112", "tel:09008844", "tel:08007000"]
    away = lien.asks("GET", f"{ALL}/weg")
    assert (away.status_code, away.headers["location"]) == (303, "https://www.buienradar.nl")
    assert "clear-site-data" in away.headers
    assert lien.opens(ALL).number == "alle-soorten", "nobody who picks up this phone is led back into the answers"
    assert lien.page.text.count("Was u hier eerder bezig?") == 0


# ---------------------------------------------------------------- what becomes of it


def test_every_kind_leaves_in_a_tidy_table_and_words_leave_masked(
    house: OpenHouse, lien: Resident, operator: Operator, tmp_path: Path
) -> None:
    for answers in WHOLE:
        lien.fills(answers).presses("verder")
    lien.fills({"waarom": "Te donker.", "per_pijler.wonen": "Bel Jan Jansen op 06-12345678."}).presses("verder")
    lien.fills(akkoord="ja").presses("verder").presses("verder")
    assert lien.number == "bedankt"
    out = tmp_path / "antwoorden.csv"
    wanted = ("--survey", "alle-soorten", "--kind", "responses", "--format", "csv", "--role", "analyst", "--out", str(out))
    assert operator("export", *wanted).code == 0
    (row,) = csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines())
    told = {name: row[name] for name in row if name.split("__")[0] in {"volgorde", "land", "gezicht", "akkoord", "uitleg", "wijk", "mee"}}
    assert told == {
        "wijk": "wielwijk", "land": "cw", "land__anders": "", "gezicht": "4", "volgorde__licht": "", "volgorde__groen": "1",
        "volgorde__spelen": "", "volgorde__vuil": "2", "mee__sport": "0", "mee__buurthuis": "0", "mee__school": "0", "mee__anders": "1",
        "mee__niets": "0", "mee__anders_tekst": "De volkstuin", "akkoord": "ja",
    }  # fmt: skip
    assert row["per_pijler__werk"] == "Meer stages."
    assert "06-12345678" not in row["per_pijler__wonen"]
    assert (
        operator("export", *wanted[:2], "--kind", "counts", "--format", "csv", "--role", "auditor", "--out", str(tmp_path / "t.csv")).code
        == 0
    )
