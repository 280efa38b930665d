"""What an author is told about conditions: what nobody can ever reach, held against every way through small surveys."""

import time
from collections import defaultdict
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.only_if import holds, parse
from app.settings import ROOT
from app.survey import Answers, Option, Page, Question, Row, Survey, load_survey
from app.survey_check import mistakes
from app.survey_logic import judge
from app.survey_worlds import MOST_WORLDS

HEAD = """
key = "proef"
title = "Proef"
audience = "resident"
languages = ["nl"]
outro = "Op {feedback_date} hoort u meer."
[[scale]]
id = "s"
option = [{ id = "1", text = "Een" }, { id = "2", text = "Twee" }, { id = "3", text = "Drie" }]
[[page]]
id = "eerst"
title = "Eerst"
question = [
  { id = "oud", kind = "single", ask = "Oud genoeg?", required = true, gate = "ja", option = [{ id = "ja", text = "Ja" }, { id = "nee", text = "Nee" }] },
]
[[page]]
id = "een"
title = "Eén"
question = [
  { id = "wijk", kind = "single", ask = "Waar?", option = [{ id = "a", text = "A" }, { id = "b", text = "B" }, { id = "c", text = "C" }] },
  { id = "getal", kind = "number", ask = "G?", least = 0, most = 120 },
  { id = "cijfer", kind = "grade", ask = "Welk?", allow_dk = true },
  { id = "meer", kind = "multi", ask = "M?", at_most = 2, option = [
    { id = "x", text = "X" }, { id = "y", text = "Y", only_if = "wijk = a" }, { id = "z", text = "Z" }, { id = "geen", text = "Geen", exclusive = true }] },
  { id = "rijen", kind = "matrix", scale = "s", ask = "R?", row = [{ id = "r1", text = "R1" }, { id = "r2", text = "R2" }] },
  { id = "dag", kind = "date", ask = "D?", earliest = 2026-01-01, latest = 2026-12-31 },
  { id = "zeg", kind = "open", ask = "Z?" },
  { id = "lees", kind = "info", ask = "Lees." },
  { id = "alleen_a", kind = "single", ask = "A?", only_if = "wijk = a", option = [{ id = "p", text = "P" }, { id = "q", text = "Q" }] },
]
[[page]]
id = "twee"
title = "Twee"
question = [{ id = "slot", kind = "open", ask = "Slot?", only_if = "ONLY" }]
"""  # fmt: skip


def told(condition: str, source: str = HEAD) -> tuple[list[str], list[str]]:
    source = source.replace("ONLY", condition)
    judged = judge(load_survey(source))
    assert [str(mistake) for mistake in mistakes(source)] == [str(mistake) for mistake in judged.mistakes]  # what the check says
    return [str(mistake) for mistake in judged.mistakes], [str(note) for note in judged.notes]


# ---------------------------------------------------------------- one condition


@pytest.mark.parametrize(
    "condition",
    [
        "wijk = a and wijk = b", "getal < 3 and getal > 5", "not answered(wijk) and wijk = a", "getal > 120", "getal < 0", "wijk != a and wijk != b and wijk != c and answered(wijk)",
        "getal >= 3 and getal <= 3 and getal != 3", "getal > 3 and getal < 3.0000001", "cijfer > 10", "cijfer = dk and cijfer >= 1", "cijfer = 7.5", "dag < 2026-01-01",
        "dag > 2026-03-01 and dag < 2026-03-02", "dag > 2026-02-28 and dag < 2026-02-30 and not dag = 2026-03-01", "includes(meer, geen) and includes(meer, x)",
        "includes(meer, x) and includes(meer, y) and includes(meer, z)", "rijen.r1 > 3", "rijen.r1 >= 2 and not answered(rijen)", "answered(lees)",
        "zeg = ja and not answered(zeg)", "zeg > 5 and zeg < 4", "wijk in (a, b) and not (wijk = a or wijk = b)",
    ],
)  # fmt: skip
def test_a_condition_that_no_answer_makes_true_is_a_mistake(condition: str) -> None:
    (reason,), _ = told(condition)
    assert reason.startswith("page twee, question slot: only_if can never hold, so this question is never asked: no answer to ")


@pytest.mark.parametrize(
    "condition",
    [
        "wijk = a or wijk = b", "getal < 3 or getal > 5", "not answered(wijk)", "getal > 119.5", "wijk != a", "getal > 3 and getal < 3.000002", "cijfer = dk",
        "cijfer >= 10", "dag > 2026-02-27 and dag < 2026-02-30", "dag >= 2026-12-31", "includes(meer, x) and includes(meer, z)", "includes(meer, geen)", "rijen.r1 >= 3 and not answered(rijen.r2)",
        "answered(rijen) and not answered(rijen.r1)", "answered(meer) and not includes(meer, x)", "zeg = ja", "zeg > 4 and zeg < 5", "zeg > 2026-01-01 and zeg < 2026-01-03",
        "answered(alleen_a) and includes(meer, y)", "answered(zeg)", "zeg != 5 and answered(zeg)",
    ],
)  # fmt: skip
def test_a_condition_that_some_answers_make_true_is_left_alone(condition: str) -> None:
    assert told(condition) == ([], [])


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("alleen_a = p and wijk = b", "“alleen_a = p and wijk = b” contradicts the conditions of question alleen_a"),
        ("includes(meer, y) and wijk != a", "“includes(meer, y) and wijk != a” contradicts the conditions of question meer"),
        ("oud = nee", "nobody comes past the gate oud with another answer than “ja”"),
        ("not answered(oud)", "nobody comes past the gate oud with another answer than “ja”"),
    ],
)
def test_a_condition_that_others_shut_out_says_which(condition: str, why: str) -> None:
    assert told(condition)[0] == [f"page twee, question slot: only_if can never hold, so this question is never asked: {why}"]


@pytest.mark.parametrize("condition", ["oud = ja", "wijk != a or wijk = a", "not (getal > 200)", "not (wijk = b and answered(alleen_a))"])
def test_a_condition_that_always_holds_is_a_note(condition: str) -> None:
    assert told(condition) == ([], [f"page twee, question slot: only_if always holds: “{condition}” can be left out"])


def test_a_page_nobody_sees_is_told_once_and_what_hangs_on_it_by_its_cause() -> None:
    source = (
        HEAD
        + """
[[page]]
id = "nooit"
title = "Nooit"
only_if = "wijk = a and wijk = b"
question = [
  { id = "hier", kind = "single", ask = "H?", only_if = "wijk = a", option = [{ id = "p", text = "P" }] },
  { id = "daar", kind = "open", ask = "D?", only_if = "hier = p" },
]
[[page]]
id = "later"
title = "Later"
only_if = "hier = p"
question = [{ id = "nog", kind = "open", ask = "N?" }]
"""
    )
    assert told("answered(wijk)", source)[0] == [
        "page nooit: only_if can never hold, so this page is never shown: no answer to wijk makes “wijk = a and wijk = b” true",
        "page later: only_if can never hold, so this page is never shown: hier is never asked",
    ]


def test_an_option_that_its_own_question_shuts_out_is_a_mistake() -> None:
    source = HEAD.replace('{ id = "q", text = "Q" }', '{ id = "q", text = "Q", only_if = "wijk = b" }')
    assert told("answered(wijk)", source)[0] == [
        "page een, question alleen_a: option “q”: only_if can never hold, so it is never offered: “wijk = b” contradicts the only_if of question alleen_a"
    ]


def test_a_question_that_can_lose_all_its_options_is_a_note() -> None:
    source = HEAD.replace(
        '[{ id = "p", text = "P" }, { id = "q", text = "Q" }]',
        '[{ id = "p", text = "P", only_if = "getal < 5" }, { id = "q", text = "Q", only_if = "getal > 5" }]',
    )
    assert told("answered(wijk)", source) == (
        [],
        ["page een, question alleen_a: every option can be hidden at once: then there is nothing to choose"],
    )


def test_a_gate_that_is_not_asked_of_everybody_is_a_mistake() -> None:
    source = HEAD.replace('ask = "A?", only_if = "wijk = a"', 'ask = "A?", only_if = "wijk = a", required = true, gate = "p"')
    (reason,) = told("answered(getal)", source)[0]
    assert reason.startswith("page een, question alleen_a: a gate is asked of everybody")


def test_more_combinations_than_are_looked_at_are_not_decided_and_quickly_so() -> None:
    many = "".join(f'[[page.question]]\nid = "m{n}"\nkind = "number"\nask = "M?"\n' for n in range(12))
    source = HEAD.split('[[page]]\nid = "twee"', maxsplit=1)[0] + '[[page]]\nid = "m"\ntitle = "M"\n' + many
    condition = " and ".join(f"(m{n} < {n} or m{n} > {n + 9})" for n in range(12)) + " and m0 > 3 and m0 < 2"
    source += f'[[page]]\nid = "twee"\ntitle = "T"\nquestion = [{{ id = "slot", kind = "open", ask = "S?", only_if = "{condition}" }}]\n'
    began = time.process_time()
    assert told("", source) == (
        [],
        [f"page twee, question slot: only_if was not decided: it meets more than {MOST_WORLDS} combinations of answers"],
    )
    assert time.process_time() - began < 10


def test_our_own_surveys_have_no_dead_ends() -> None:
    for file in sorted((ROOT / "surveys").rglob("*-2026.toml")):
        judged = judge(load_survey(file.read_text(encoding="utf-8")))
        assert (judged.mistakes, judged.notes) == ([], [])


# ---------------------------------------------------------------- earlier answers in later texts


@pytest.mark.parametrize(
    ("old", "new", "mistakes_told", "notes_told"),
    [
        ('ask = "Slot?"', 'ask = "Wat vindt u van {wijk}?"', [], []),
        ('ask = "Slot?"', 'ask = "Schrijf {{ of }."', [], []),
        ('ask = "Slot?"', 'ask = "Slot?", help = "U zei {meer}."', [], []),
        ('title = "Twee"', 'title = "Over {wijk}"', [], []),
        ('ask = "Slot?"', 'ask = "En {wjik}?"', ["page twee, question slot: ask: “{wjik}” is not the answer to an earlier question"], []),
        ('ask = "Slot?"', 'ask = "En {slot}?"', ["page twee, question slot: ask: “{slot}” is not the answer to an earlier question"], []),
        ('ask = "Slot?"', 'ask = "En {lees}?"', ["page twee, question slot: ask: “{lees}” is not the answer to an earlier question"], []),
        ('ask = "Slot?"', 'ask = "Een { los."', ["page twee, question slot: ask: “{” is not the answer to an earlier question"], []),
        ('title = "Eén"', 'title = "Over {wijk}"', ["page een: title: “{wijk}” is not the answer to an earlier question"], []),
        ('text = "Q"', 'text = "Q in {cijfer}"', [], ["page een, question alleen_a: option q: {cijfer} is asked on the same page: who sees that page whole reads … in its place"]),
        ("{feedback_date}", "{wijk}", ["outro: “{wijk}” is not the answer to an earlier question"], []),
        ('title = "Proef"', 'title = "{feedback_date}"', ["title: “{feedback_date}” is not the answer to an earlier question"], []),
    ],
)  # fmt: skip
def test_a_place_in_a_text_is_an_earlier_answer(old: str, new: str, mistakes_told: list[str], notes_told: list[str]) -> None:
    assert HEAD.count(old) == 1
    assert told("answered(wijk)", HEAD.replace(old, new)) == (
        [f"{mistake}; a brace itself is written {{{{" for mistake in mistakes_told],
        notes_told,
    )


# ---------------------------------------------------------------- every way through small surveys

SINGLES = {"k": ("a", "b", "c"), "l": ("1", "2", "3")}


def conditions(names: list[str]) -> some.SearchStrategy[str]:
    """Conditions on these questions, as an author could write them, sensible or not."""
    leaf = [f"answered({name})" for name in names]
    for name in names:
        leaf += [f"{name} = {code}" for code in SINGLES.get(name[0], "")]
        leaf += [f"{name} {op} {cut}" for op in ("<", "<=", ">", ">=", "=", "!=") for cut in range(5) if name[0] in "gl"]
        leaf += [f"includes({name}, {code})" for code in "xyn" if name[0] == "m"]
        leaf += [f"{name}.{row}" for row in ("r1 = 1", "r1 >= 2", "r2 != 1") if name[0] == "r"]
    return some.recursive(
        some.sampled_from(leaf),
        lambda inner: (
            some.builds("not ({})".format, inner) | some.builds("({} {} {})".format, inner, some.sampled_from(["and", "or"]), inner)
        ),
        max_leaves=4,
    )


@some.composite
def surveys(draw: some.DrawFn) -> Survey:
    names: list[str] = []
    pages = []
    for number, size in enumerate(draw(some.sampled_from([(1, 2), (2, 1), (2, 2), (1, 1, 1), (1, 2, 1)]))):
        only_if = draw(some.just("") | conditions(names)) if names else ""
        questions = []
        for _ in range(size):
            kind = draw(some.sampled_from("klgmr"))
            name = f"{kind}{len(names)}"
            questions.append(question(draw, kind, name, names))
            names.append(name)
        pages.append(Page(f"p{number}", "P", tuple(questions), only_if=only_if))
    return Survey("proef", "Proef", "resident", ("nl",), tuple(pages))


def question(draw: some.DrawFn, kind: str, name: str, before: list[str]) -> Question:
    def perhaps() -> str:
        return draw(some.just("") | some.just("") | conditions(before)) if before else ""

    only_if = perhaps()
    if kind in SINGLES:
        gate = "a" if kind == "k" and draw(some.integers(0, 4)) == 4 else ""
        options = tuple(Option(code, code, only_if="" if gate else perhaps()) for code in SINGLES[kind])
        return Question(name, "single", "?", only_if="" if gate else only_if, options=options, gate=gate)
    if kind == "m":
        options = (
            Option("x", "x", only_if=perhaps()),
            Option("y", "y"),
            Option("z", "z", only_if=perhaps()),
            Option("n", "n", exclusive=True),
        )
        return Question(name, "multi", "?", only_if=only_if, options=options, at_most=draw(some.sampled_from([None, 1, 2])))
    if kind == "r":
        return Question(
            name, "matrix", "?", only_if=only_if, options=(Option("1", "1"), Option("2", "2")), rows=(Row("r1", "r1"), Row("r2", "r2"))
        )
    return Question(name, "number", "?", only_if=only_if, least=1, most=draw(some.integers(1, 3)))


def every_answer(asked: Question) -> list[Any]:
    """All that can be answered, and nothing at all."""
    if asked.kind == "multi":
        sets = [list(part) for size in range(4) for part in combinations("xyz", size)] + [["n"]]
        return [part for part in sets if len(part) <= (asked.at_most or 9)]
    if asked.kind == "matrix":
        return [{row: code for row, code in (("r1", one), ("r2", other)) if code} for one, other in product(("", "1", "2"), repeat=2)]
    if asked.kind == "number":
        return [None, *range(1, (asked.most or 1) + 1), *(whole + 0.5 for whole in range(1, asked.most or 1))]
    return [None, *(option.id for option in asked.options)]


def met_by(survey: Survey) -> dict[tuple[str, str], set[bool]]:
    """For each condition, by where it stands: whether it was true and whether it was false for anybody who came there."""
    met: dict[tuple[str, str], set[bool]] = defaultdict(set)
    for given_now in product(*map(every_answer, survey.questions.values())):
        pages, known = survey.relevant(dict(zip(survey.questions, given_now, strict=True)))
        for page in survey.pages:
            met[f"page {page.id}: only_if", page.only_if].add(so(page.only_if, known))
            for asked in page.questions if page in pages else ():
                where = f"page {page.id}, question {asked.id}: "
                met[f"{where}only_if", asked.only_if].add(so(asked.only_if, known))
                for option in asked.options if so(asked.only_if, known) else ():
                    met[f"{where}option “{option.id}”: only_if", option.only_if].add(so(option.only_if, known))
            if page in pages and any(asked.gate and known.get(asked.id) != asked.gate for asked in page.questions):
                break
    return met


def so(text: str, known: Answers) -> bool:
    return not text or holds(parse(text), known)


@given(surveys())
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_every_verdict_is_that_of_all_ways_through(survey: Survey) -> None:
    judged = judge(survey)
    met = {where: true for (where, text), true in met_by(survey).items() if text}
    assert [str(note) for note in judged.notes if "not decided" in note.reason] == []
    never = {str(mistake).partition(" can never hold")[0] for mistake in judged.mistakes if "can never hold" in mistake.reason}
    always = {str(note).partition(" always holds")[0] for note in judged.notes if "always holds" in note.reason}
    assert never == {where for where, true in met.items() if true == {False}}
    assert always == {where for where, true in met.items() if true == {True}}
