"""Tables that leave: each column has a name of its own, and no count tells what another one hides."""

from datetime import date

from app.areas import load_programme
from app.findings.counts import counts_table
from app.findings.frames import Answered
from app.findings.tables import codebook_table, response_columns, responses_table
from app.settings import ROOT
from app.survey import Option, Page, Question, Survey

PROGRAMME = load_programme(ROOT / "surveys")
OPTIONS = (Option("a", "A"), Option("anders", "Anders", other=True))


def asking(*questions: Question) -> Survey:
    return Survey("proef", "Proef", "resident", ("nl",), (Page("een", "Een", questions),))


def answered(nth: int, area: str, **answers: object) -> Answered:
    return Answered(f"r{nth}", "f" * 64, "nl", "web", "open_link", False, area, date(2026, 11, 22), answers)


def test_ticking_anders_and_writing_it_are_two_columns() -> None:
    survey = asking(Question("hulp", "multi", "Hulp?", options=OPTIONS))
    columns = response_columns(survey)
    assert columns[-3:] == ["hulp__a", "hulp__anders", "hulp__anders_tekst"]
    someone = answered(1, "wielwijk", **{"hulp": ["anders"], "hulp.anders": "Een fiets"})
    assert [row[-3:] for row in responses_table(survey, [someone])] == [[0, 1, "Een fiets"]]
    assert [row[0] for row in codebook_table(survey)] == columns


def test_a_question_that_nobody_in_a_wijk_answered_does_not_tell_how_many_they_are() -> None:
    """Crabbehof is too small to show. The wijk that hides it from the total must not show its number under another question."""
    survey = asking(
        Question("goed", "single", "Goed?", options=(Option("ja", "Ja"), Option("nee", "Nee"))), Question("later", "open", "Later?")
    )
    sizes = {"oud_krispijn": 60, "nieuw_krispijn": 50, "wielwijk": 40, "crabbehof": 4}
    people = [answered(nth, wijk, goed="ja" if nth % 2 else "nee") for wijk, n in sizes.items() for nth in range(n)]
    rows = counts_table(survey, PROGRAMME, people, threshold=10)
    hidden = {row[2] for row in rows if row[4] == "respons" and row[8] is None}
    assert "crabbehof" in hidden
    assert len(hidden) > 1
    assert [row[2] for row in rows if row[4] == "later" and row[6] == "geen_antwoord" and row[2] in hidden and row[8] is not None] == []
