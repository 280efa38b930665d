"""How firm a theme is: what always comes back is 1, what hangs on a few answers is less, and nothing hangs on the order of the rows."""

import pandas as pd
import pytest
from pandas import DataFrame
from pandas.testing import assert_series_equal

from analysis.pipeline import analyse
from analysis.stability import theme_stability

MOULD = [f"schimmel op de muur van de {room}" for room in ("keuken", "badkamer", "slaapkamer", "gang", "kelder", "woonkamer", "wc", "hal")]
BELLS = [
    "de klokken van de toren",
    "klokken van de toren luiden",
    "weer die klokken",
    "toren en klokken",
    "klokkengelui",
    "klok van de toren",
    "die toren met klokken",
    "torenklok",
]


def said(texts: list[str], **columns: object) -> DataFrame:
    return DataFrame({"text": texts, "lang": "nl", **columns}, index=[f"a{number}" for number in range(1, len(texts) + 1)])


def test_a_theme_of_one_unmistakable_word_always_comes_back() -> None:
    statements = said([*MOULD, "nvt", "hompeldepompel"])
    found = theme_stability(statements, analyse(statements), rounds=4)
    assert found.to_dict() == {("wonen", "vocht_schimmel"): 1.0}
    assert (found.name, found.index.names) == ("stability", ["pillar", "theme"])


def test_a_theme_that_hangs_on_a_few_settled_answers_is_less_firm() -> None:
    statements = said([*MOULD, *BELLS])
    labels = DataFrame({"pillar": "veilig", "theme": "toren"}, index=["a9", "a12"])
    found = theme_stability(statements, analyse(statements, labels=labels), labels=labels, share=0.3)
    assert found["wonen", "vocht_schimmel"] == 1.0
    assert 0.0 < found["veilig", "toren"] < 1.0


def test_the_same_seed_gives_the_same_in_whatever_order_and_another_seed_does_not() -> None:
    statements = said([*MOULD, *BELLS])
    shuffled = statements.sample(frac=1, random_state=3)
    how = {"labels": DataFrame({"pillar": "veilig", "theme": "toren"}, index=["a9", "a12"])}
    result = analyse(statements, **how)
    found = theme_stability(statements, result, rounds=4, share=0.4, seed=5, **how)
    assert_series_equal(theme_stability(shuffled, result, rounds=4, share=0.4, seed=5, **how), found, check_exact=True)
    assert not theme_stability(statements, result, rounds=4, share=0.4, seed=6, **how).equals(found)


def test_a_theme_of_one_statement_says_nothing() -> None:
    statements = said([*MOULD, "overal hondenpoep op de stoep"])
    found = theme_stability(statements, analyse(statements), rounds=2)
    assert pd.isna(found["veilig", "hondenpoep_ongedierte"])
    assert found.drop(("veilig", "hondenpoep_ongedierte")).to_dict() == {("wonen", "vocht_schimmel"): 1.0}


def test_rounds_that_drew_nothing_of_a_theme_are_left_out() -> None:
    statements = said([*MOULD, "overal hondenpoep", "hondenpoep op de stoep"], person=[*"abcdefgh", "z", "z"])
    found = theme_stability(statements, analyse(statements), rounds=12, share=0.5)
    assert found.to_dict() == {("veilig", "hondenpoep_ongedierte"): 1.0, ("wonen", "vocht_schimmel"): 1.0}


def test_what_one_person_said_is_drawn_together() -> None:
    statements = said([*MOULD, *(f"de klokken van de toren {word}" for word in ("luiden", "zwijgen", "slaan", "klinken"))])
    labels = DataFrame({"pillar": "gezond", "theme": "klokken"}, index=["a9", "a10", "a11"])
    result = analyse(statements, labels=labels)
    assert list(result["theme"][-4:]) == ["klokken"] * 4
    apart = theme_stability(statements, result, labels=labels, share=0.5)
    together = theme_stability(statements.assign(person=[*"abcdefgh", *"zzzz"]), result, labels=labels, share=0.5)
    assert 0.0 < apart["gezond", "klokken"] < 1.0  # without the settled answers the last one is lost
    assert together["gezond", "klokken"] == 1.0


def test_nothing_but_rest_gives_an_empty_answer() -> None:
    statements = said(["hompeldepompel", "nvt", ""])
    assert theme_stability(statements, analyse(statements), rounds=2).empty


def test_progress_is_told_round_by_round() -> None:
    statements = said(MOULD)
    told: list[tuple[str, int, int]] = []
    theme_stability(statements, analyse(statements), rounds=2, progress=lambda step, done, total: told.append((step, done, total)))
    assert told == [("stability", 1, 2), ("stability", 2, 2)]


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [({"rounds": 0}, "rounds: 0 is not 1 or more"), ({"share": 0.0}, "share: 0.0 is not"), ({"share": 1.2}, "share: 1.2 is not")],
)
def test_a_number_out_of_bounds_is_refused(asked: dict[str, float], wrong: str) -> None:
    statements = said(MOULD[:2])
    with pytest.raises(ValueError, match=wrong):
        theme_stability(statements, analyse(statements), **asked)  # type: ignore[arg-type]  # what a form would send


def test_a_result_of_other_statements_is_refused() -> None:
    statements = said(MOULD)
    with pytest.raises(ValueError, match="result: there is no row for id a8"):
        theme_stability(statements, analyse(statements.drop(index="a8")))
