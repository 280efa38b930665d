"""What was typed on a page becomes answers or problems: pure, for forms and for lines of a file alike."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.answer_check import check_page, fields_of, gate_closed, typed_again
from app.survey import Option, Page, Question, Row, Survey, load_survey

AB = (Option("a", "A"), Option("b", "B"), Option("anders", "Anders", other=True))
MORE = (Option("a", "A"), Option("b", "B"), Option("c", "C"), Option("niets", "Niets", exclusive=True))
SCALE = (Option("1", "Slecht"), Option("2", "Goed"))
PAGE = Page(
    "een",
    "Eén",
    (
        Question("keus", "single", "Keus?", options=AB),
        Question("meer", "multi", "Meer?", options=MORE, at_most=2),
        Question("hoe", "scale", "Hoe?", options=SCALE),
        Question("cijfer", "grade", "Cijfer?", allow_dk=True),
        Question("zinnen", "matrix", "Zinnen?", options=SCALE, rows=(Row("r1", "Rij 1"), Row("r2", "Rij 2"))),
        Question("zeg", "open", "Zeg?", most=20),
        Question("getal", "number", "Getal?", least=0, most=100),
        Question("dag", "date", "Dag?"),
        Question("regel", "text", "Regel?"),
    ),
)
GATE = Page(
    "start", "Start", (Question("zestien", "single", "16?", required=True, gate="ja", options=(Option("ja", "Ja"), Option("nee", "Nee"))),)
)
FULL: dict[str, Any] = {
    "keus": "anders", "keus.anders": "Iets", "meer": ["a", "c"], "hoe": "2", "cijfer": "dk", "zinnen": {"r2": "1"}, "zeg": "Dag\nallemaal",
    "getal": 7.5, "dag": "2026-03-01", "regel": "Weg",
}  # fmt: skip


def test_answers_come_back_as_the_fields_they_came_from() -> None:
    assert check_page(PAGE, typed_again(PAGE, FULL)) == (FULL, {})
    assert check_page(PAGE, fields_of(FULL)) == (FULL, {})


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"key": ["x"], "seen": ["0"], "actie": ["verder"]},
        {"zeg": [""], "meer": [], "hoe": [""], "zinnen.r1": [""]},
        {"zeg": [" \r\n\t "]},
    ],
)
def test_nothing_typed_is_no_answer_and_no_problem(typed: dict[str, list[str]]) -> None:
    assert check_page(PAGE, typed) == ({}, {})


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"meer": ["c", "a"]}, {"meer": ["a", "c"]}),
        ({"meer": ["a", "a"]}, {"meer": ["a"]}),
        ({"cijfer": ["٧"]}, {"cijfer": "7"}),
        ({"cijfer": [" 07 "]}, {"cijfer": "7"}),
        ({"zeg": ["  a\r\nb\rc  "]}, {"zeg": "a\nb\nc"}),
        ({"zeg": ["e\u0301"]}, {"zeg": "é"}),
        ({"zeg": ["👩‍👩‍👧 كلمة"]}, {"zeg": "👩‍👩‍👧 كلمة"}),
        ({"getal": ["1,5"]}, {"getal": 1.5}),
        ({"getal": ["3.0"]}, {"getal": 3}),
        ({"dag": ["1-3-2026"]}, {"dag": "2026-03-01"}),
        ({"keus": ["a"], "keus.anders": ["toch niet"]}, {"keus": "a"}),
        ({"keus.anders": ["dit"]}, {"keus": "anders", "keus.anders": "dit"}),
    ],
)
def test_what_people_type_is_kept_in_one_way(typed: dict[str, list[str]], kept: dict[str, Any]) -> None:
    assert check_page(PAGE, typed) == (kept, {})


def test_a_good_answer_is_kept_beside_a_wrong_one() -> None:
    answers, problems = check_page(PAGE, {"hoe": ["2"], "getal": ["veel"], "vreemd": ["x"]})
    assert answers == {"hoe": "2"}
    assert list(problems) == ["", "getal"]


def test_the_age_question_is_needed_and_closes_the_way() -> None:
    assert list(check_page(GATE, {})[1]) == ["zestien"]
    assert gate_closed(GATE, {"zestien": "nee"})
    assert not gate_closed(GATE, {"zestien": "ja"})
    assert not gate_closed(PAGE, FULL)


VALUES = some.lists(some.text(max_size=25), max_size=3)
NAMES = some.sampled_from([*sorted(PAGE.names), "key", "", "vreemd"])


@given(some.dictionaries(NAMES, VALUES, max_size=6))
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_what_is_taken_once_is_taken_again_as_it_is(typed: dict[str, list[str]]) -> None:
    answers, problems = check_page(PAGE, typed)
    assert set(answers) <= {"keus.anders", *(question.id for question in PAGE.questions)}
    assert check_page(PAGE, typed_again(PAGE, answers)) == (answers, {})
    assert not set(problems) & set(answers)


@given(some.dictionaries(some.sampled_from(sorted(FULL)), some.recursive(some.none() | some.booleans() | some.floats() | some.integers() | some.text(max_size=9), lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3), max_leaves=6), max_size=5))  # fmt: skip
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_any_json_becomes_answers_or_problems(given_: dict[str, Any]) -> None:
    answers, problems = check_page(PAGE, fields_of(given_))
    assert isinstance(answers, dict)
    assert all(problem.text for problem in problems.values())


# ---------------------------------------------------------------- the way through a survey

WAY = """
key = "weg"
title = "Weg"
audience = "resident"
languages = ["nl"]
[[page]]
id = "een"
title = "Eén"
[[page.question]]
id = "a"
kind = "single"
ask = "A?"
option = [{ id = "ja", text = "Ja" }, { id = "nee", text = "Nee" }]
[[page.question]]
id = "b"
kind = "text"
ask = "B?"
only_if = "a = ja"
[[page]]
id = "twee"
title = "Twee"
only_if = "answered(b)"
[[page.question]]
id = "c"
kind = "single"
ask = "C?"
option = [{ id = "x", text = "X" }, { id = "y", text = "Y", only_if = "b = Bee" }]
[[page]]
id = "drie"
title = "Drie"
[[page.question]]
id = "d"
kind = "text"
ask = "D?"
only_if = "c = x"
"""


@pytest.fixture
def way() -> Survey:
    return load_survey(WAY)


@pytest.mark.parametrize(
    ("answers", "pages", "relevant"),
    [
        ({}, ["een", "drie"], {}),
        ({"a": "ja", "b": "Bee", "c": "x", "d": "Dee"}, ["een", "twee", "drie"], {"a": "ja", "b": "Bee", "c": "x", "d": "Dee"}),
        # the first answer is taken back: everything that hung on it goes, through three conditions
        ({"a": "nee", "b": "Bee", "c": "x", "d": "Dee"}, ["een", "drie"], {"a": "nee"}),
        ({"a": "ja", "b": "", "c": "x"}, ["een", "drie"], {"a": "ja"}),
    ],
)
def test_what_a_condition_hides_does_not_count_nor_what_hung_on_it(
    way: Survey, answers: dict[str, Any], pages: list[str], relevant: dict[str, Any]
) -> None:
    shown, counts = way.relevant(answers)
    assert ([page.id for page in shown], counts) == (pages, relevant)


def test_an_option_stands_only_where_its_condition_holds(way: Survey) -> None:
    question = way.questions["c"]
    assert [option.id for option in question.options_for({"b": "Bee"})] == ["x", "y"]
    assert [option.id for option in question.options_for({})] == ["x"]


def test_the_fingerprint_names_the_text_under_its_key() -> None:
    assert load_survey(WAY).fingerprint == load_survey(WAY).fingerprint
    assert load_survey(WAY, "anders").fingerprint != load_survey(WAY).fingerprint
    assert load_survey(WAY.replace("Eén", "Een")).fingerprint != load_survey(WAY).fingerprint


def test_dutch_thousands_are_thousands() -> None:
    page = Page("p", "P", (Question("getal", "number", "G?"),))
    said = ("1.500", "1.500.000", "1.500,5", "1,5", "12", "-3")
    assert [check_page(page, {"getal": [text]})[0]["getal"] for text in said] == [1500, 1500000, 1500.5, 1.5, 12, -3]


def test_a_needed_question_is_only_needed_when_it_is_asked() -> None:
    options = (Option("a", "A"),)
    page = Page(
        "p",
        "P",
        (Question("cijfer", "grade", "C?"), Question("waarom", "single", "W?", required=True, only_if="cijfer < 5", options=options)),
    )
    assert check_page(page, {"cijfer": ["8"]}) == ({"cijfer": "8"}, {})
    assert list(check_page(page, {"cijfer": ["3"]})[1]) == ["waarom"]


def test_an_option_that_a_condition_hides_no_longer_counts() -> None:
    options = (Option("o1", "O1"), Option("z", "Z", only_if="wijk = a"))
    pages = (Page("een", "E", (Question("wijk", "single", "W?"),)), Page("twee", "T", (Question("meer", "multi", "M?", options=options),)))
    survey = Survey("s", "S", "resident", ("nl",), pages)
    assert survey.relevant({"wijk": "a", "meer": ["o1", "z"]})[1] == {"wijk": "a", "meer": ["o1", "z"]}
    assert survey.relevant({"wijk": "b", "meer": ["o1", "z"]})[1] == {"wijk": "b", "meer": ["o1"]}


def test_a_grade_may_begin_at_nought() -> None:
    page = Page("p", "P", (Question("c", "grade", "C?", least=0),))
    assert check_page(page, {"c": ["0"]}) == ({"c": "0"}, {})
