"""Conditions of a survey: the contract's whole grammar, read once and evaluated in one place."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.only_if import DEEPEST, LONGEST, WrongCondition, holds, leaves, parse

ANSWERS: dict[str, Any] = {
    "wijk": "wielwijk", "woonduur": "gt10", "cijfer": "7", "getal": 7.5, "dag": "2026-03-01", "hulp": ["lezen", "geld"], "een": ["lezen"],
    "zinnen": {"stoep": "2", "groen": "dk"}, "leeg": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "true"),
    [
        ("wijk = wielwijk", True),
        ("wijk = 'wielwijk'", True),
        ('wijk = "crabbehof"', False),
        ("wijk != crabbehof", True),
        ("wijk in (wielwijk, crabbehof)", True),
        ("wijk in (crabbehof)", False),
        ("wijk in (wielwijk, crabbehof) and not (woonduur = lt1)", True),
        ("not wijk = wielwijk", False),
        ("not not wijk = wielwijk", True),
        ("cijfer >= 7", True),
        ("cijfer > 7", False),
        ("cijfer < 10", True),  # as numbers: as letters "7" comes after "10"
        ("cijfer = 7.0", True),
        ("getal > 7", True),
        ("getal <= 7.5", True),
        ("dag >= 2026-02-28", True),
        ("dag < 2026-01-01", False),
        ("wijk > 3", False),
        ("includes(hulp, lezen)", True),
        ("includes(hulp, 'werk')", False),
        ("includes(nooit, lezen)", False),
        ("answered(wijk)", True),
        ("answered(leeg)", False),
        ("answered(nooit)", False),
        ("answered(hulp)", True),
        ("answered(zinnen.stoep)", True),
        ("answered(zinnen.dak)", False),
        ("zinnen.stoep <= 2", True),
        ("zinnen.groen <= 2", False),
        ("nooit = wielwijk", False),
        ("nooit != wielwijk", True),
        ("nooit < 3", False),
        ("nooit in (a, b)", False),
        ("hulp = lezen", False),
        ("een = lezen", True),
        # `and` binds tighter than `or`, `not` tighter than both
        ("wijk = wielwijk or cijfer = 1 and cijfer = 2", True),
        ("(wijk = wielwijk or cijfer = 1) and cijfer = 2", False),
        ("not cijfer = 1 or cijfer = 7 and cijfer = 1", True),
        ("not (cijfer = 1 or cijfer = 7)", False),
        ("  wijk=wielwijk  ", True),
        ("wijk\n=\nwielwijk", True),
    ],
)  # fmt: skip
def test_a_condition_holds_or_not(condition: str, true: bool) -> None:
    assert holds(parse(condition), ANSWERS) is true


@pytest.mark.parametrize(
    "condition",
    [
        "", " ", "wijk", "wijk =", "= wielwijk", "wijk = wielwijk and", "and wijk = a", "wijk in", "wijk in ()", "wijk in (a,)", "wijk in (a b)",
        "(wijk = a", "wijk = a)", "not", "includes(hulp)", "includes(hulp, )", "includes hulp, lezen", "answered()", "answered(a, b)", "wijk == a",
        "wijk = a b", "wijk & a", "Wijk = a", "1wijk = a", "wijk = 'a", "wijk.a.b = 1", "__import__('os')", "wijk = a; drop table x", "wijk is a",
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(condition: str) -> None:
    with pytest.raises(WrongCondition) as wrong:
        parse(condition)
    assert 5 < len(str(wrong.value)) < 120


def test_a_condition_has_a_largest_length_and_depth() -> None:
    assert holds(parse("(" * DEEPEST + "wijk = wielwijk" + ")" * DEEPEST), ANSWERS)
    for condition in ("(" * (DEEPEST + 1) + "wijk = a" + ")" * (DEEPEST + 1), "not " * 500 + "wijk = a", "wijk = " + "a" * LONGEST):
        with pytest.raises(WrongCondition):
            parse(condition)


def test_every_question_that_a_condition_looks_at_is_known() -> None:
    tree = parse("not (a = 1 or includes(b, x)) and (answered(c) or d.e in (1, 2))")
    assert [leaf.question for leaf in leaves(tree)] == ["a", "b", "c", "d.e"]


@given(some.text(max_size=60))
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_any_text_is_a_condition_or_says_why_not(text: str) -> None:
    try:
        tree = parse(text)
    except WrongCondition:
        return
    assert holds(tree, ANSWERS) in {True, False}


GRAMMAR = some.recursive(
    some.sampled_from(["wijk = wielwijk", "cijfer >= 3", "answered(nooit)", "includes(hulp, geld)", "dag < 2026-01-01"]),
    lambda inner: some.one_of(
        inner.map(lambda one: f"not ({one})"),
        some.tuples(inner, inner).map("({0[0]}) and ({0[1]})".format),
        some.tuples(inner, inner).map("({0[0]}) or ({0[1]})".format),
    ),
    max_leaves=8,
)


@given(GRAMMAR, GRAMMAR)
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_the_laws_of_logic_hold(left: str, right: str) -> None:
    def true(condition: str) -> bool:
        return holds(parse(condition), ANSWERS)

    assert true(f"not ({left})") == (not true(left))
    assert true(f"({left}) and ({right})") == (true(left) and true(right))
    assert true(f"({left}) or ({right})") == (true(left) or true(right))
    assert true(f"not (({left}) and ({right}))") == true(f"not ({left}) or not ({right})")
