"""Tables that leave: each column has a name of its own, and no count tells what another one hides."""

import random
from datetime import date

import pytest

from app.areas import load_programme
from app.findings.counts import counts_table
from app.findings.frames import Answered
from app.findings.tables import codebook_table, literally, response_columns, responses_table
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
    assert [row[-3:] for row in responses_table(survey, [someone], literally)] == [[0, 1, "Een fiets"]]
    assert [row[0] for row in codebook_table(survey)] == columns


@pytest.mark.parametrize("seed", [6, 16, 47, 60, 61, 62])
def test_a_question_that_nobody_in_a_wijk_answered_does_not_tell_how_many_they_are(seed: int) -> None:
    """A wijk whose number is withheld must not show it as "geen antwoord" under a question that all of it left open."""
    dice = random.Random(seed)  # noqa: S311  # made-up people
    sizes = {wijk.key: dice.choice([3, 4, 6, 15, 22, 40, 60]) for wijk in PROGRAMME.wijken}
    silent = dice.sample(list(sizes), dice.choice([1, 2]))
    survey = asking(Question("goed", "single", "Goed?", options=OPTIONS), Question("later", "open", "Later?"))
    dice = random.Random(seed)  # noqa: S311  # as above
    people = [
        answered(nth, wijk, goed=dice.choice(["a", "anders"]), **({} if wijk in silent or dice.random() < 0.5 else {"later": "Iets"}))
        for wijk, n in sizes.items()
        for nth in range(n)
    ]
    rows = counts_table(survey, PROGRAMME, people, threshold=10)
    withheld = {row[2] for row in rows if row[4] == "respons" and row[8] is None} & set(silent)
    shown = {row[2] for row in rows if (row[4], row[6]) == ("later", "geen_antwoord") and row[8] is not None}
    assert withheld & shown == set()
