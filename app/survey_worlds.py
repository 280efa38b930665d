"""Shared floor: which answers can stand together in a survey, as far as conditions see a difference. Pure, like survey.py."""

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import combinations, pairwise, product
from typing import Any

from app.only_if import Answered, Compare, Includes, OneOf, Tree, holds, leaves, parse
from app.survey import NOTHING, Answers, Page, Question, Survey

Leaf = Compare | OneOf | Includes | Answered
MOST_WORLDS = 20_000
MOST_AT_ONCE = 12  # options of one multi that conditions name: more make too many sets
GRID = Decimal("0.000001")  # a number has at most six decimals
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
NO_WORD = "\x00"  # a text that is equal to nothing a condition names


class TooMany(Exception):  # noqa: N818  # read aloud it is what it is
    """There are more combinations of answers than are looked at: nothing is concluded."""


@dataclass(frozen=True)
class Guarded:
    """Conditions that stand around the place where one is judged: of its page, and of its question."""

    trees: tuple[Tree, ...] = ()
    page: int = 0  # who comes to this page passed the gates of the pages before


@lru_cache(maxsize=1024)
def tree_of(text: str) -> tuple[Tree, ...]:
    return (parse(text),) if text else ()


def questions_in(trees: Iterable[Tree]) -> set[str]:
    return {leaf.question.partition(".")[0] for tree in trees for leaf in leaves(tree)}


def guards(survey: Survey, question: Question) -> tuple[Tree, ...]:
    """The conditions that decide whether this question, and each of its options, is asked."""
    texts = (page_of(survey, question.id).only_if, question.only_if, *(option.only_if for option in question.options))
    return tuple(tree for text in texts for tree in tree_of(text))


def page_of(survey: Survey, question: str) -> Page:
    return next(page for page in survey.pages if any(each.id == question for each in page.questions))


def worlds(survey: Survey, trees: Sequence[Tree], *, around: Guarded | None) -> list[Answers]:
    """The different combinations of answers that these conditions can meet; each answer is one of those that no condition tells apart.

    trees   : the conditions; only questions that they look at, directly or through the conditions around those questions, count.
    around  : where they stand: only what can be there. None: every question as if it was asked to everybody.
    Returns : answers, such as `Survey.relevant` leaves them. More combinations than can be, never fewer: what holds in none of them
              never holds. Raises TooMany.
    """
    wanted = [*trees, *(around.trees if around else ())]
    asked = _asked(survey, questions_in(wanted), guarded=around is not None)
    by_question = {question.id: guards(survey, question) if around else () for question in asked}
    every = [leaf for tree in [*wanted, *(tree for found in by_question.values() for tree in found)] for leaf in leaves(tree)]
    found: list[Answers] = [{}]
    for nth, question in enumerate(asked):
        values = candidates(question, [leaf for leaf in every if leaf.question.partition(".")[0] == question.id])
        page = page_of(survey, question.id)
        conditions = (*tree_of(page.only_if), *tree_of(question.only_if)) if around else ()
        gate = question.gate if around and survey.numbers[page.id] < around.page else ""
        later = questions_in([*wanted, *(tree for other in asked[nth + 1 :] for tree in by_question[other.id])])
        found = _distinct(
            {name: value for name, value in known.items() if name in later}
            for before in found
            for known in _with_answer(question, values, before, conditions, gate=gate, guarded=around is not None)
        )
    return [known for known in found if not around or all(holds(tree, known) for tree in around.trees)]


def _asked(survey: Survey, wanted: Collection[str], *, guarded: bool) -> list[Question]:
    """The questions that matter, in the order of the survey."""
    names, new = set[str](), set(wanted) & survey.questions.keys()
    while new:
        names |= new
        new = {name for each in new for name in questions_in(guards(survey, survey.questions[each]))} - names if guarded else set()
    return [question for question in survey.questions.values() if question.id in names]


def _with_answer(
    question: Question, values: Sequence[Any], known: Answers, conditions: Sequence[Tree], *, gate: str, guarded: bool
) -> Iterator[Answers]:
    """These answers with each answer to one question more; without one where it is not asked or was left open."""
    if not all(holds(tree, known) for tree in conditions):
        yield known
        return
    given = [question.still_chosen(value, known) if guarded else value for value in values]
    given = [value for value in given if value not in NOTHING]
    if gate in given and gate:
        given = [gate]
    else:
        yield known
    yield from (known | {question.id: value} for value in given)


def _distinct(found: Iterable[Answers]) -> list[Answers]:
    kept: dict[str, Answers] = {}
    for known in found:
        kept.setdefault(json.dumps(known, sort_keys=True, default=str), known)
        if len(kept) > MOST_WORLDS:
            raise TooMany
    return list(kept.values())


# ------------------------------------------------------------------------------------------- answers to one question
def candidates(question: Question, looks: Sequence[Leaf]) -> list[Any]:
    """Answers to one question: one of each sort that these looks, and the conditions of its own options, tell apart."""
    make = MADE.get(question.kind)
    if make is None:
        raise TooMany
    texts = {option.id: option.only_if for option in question.options}
    sorts: dict[tuple[Any, ...], Any] = {}
    for value in make(question, looks):
        single = value if isinstance(value, str) else ""
        hidden = tuple(texts.get(code, "") for code in value) if isinstance(value, list) else texts.get(single, "")
        seen = tuple(holds(leaf, {question.id: value}) for leaf in looks)
        sorts.setdefault((seen, hidden, bool(question.gate) and single == question.gate), value)
    return list(sorts.values())


def _named(looks: Iterable[Leaf]) -> list[str]:
    """The values that conditions compare with, each once."""
    found: dict[str, None] = {}
    for leaf in looks:
        values = leaf.values if isinstance(leaf, OneOf) else (leaf.value,) if isinstance(leaf, Compare) else ()
        found |= dict.fromkeys(values + ((leaf.option,) if isinstance(leaf, Includes) else ()))
    return list(found)


def _codes(question: Question, _looks: Sequence[Leaf]) -> list[Any]:
    return [option.id for option in question.options]


def _grades(question: Question, _looks: Sequence[Leaf]) -> list[Any]:
    return [*map(str, question.grades), *(["dk"] if question.allow_dk else [])]


def _sets(question: Question, looks: Sequence[Leaf]) -> list[Any]:
    """Sets of the options that conditions name, and of one of each sort that they do not name."""
    named = set(_named(looks))
    unnamed = {(option.only_if, option.exclusive): option for option in question.options if option.id not in named}
    chosen = [option for option in question.options if option.id in named or option in unnamed.values()]
    if len(chosen) > MOST_AT_ONCE:
        raise TooMany
    most = min(question.at_most or len(chosen), len(chosen))
    sets = [part for size in range(1, most + 1) for part in combinations(chosen, size)]
    return [[option.id for option in part] for part in sets if len(part) == 1 or not any(option.exclusive for option in part)]


def _numbers(question: Question, looks: Sequence[Leaf]) -> list[Any]:
    least = Decimal(question.least if question.least is not None else -(10**15))
    most = Decimal(question.most if question.most is not None else 10**15)
    cuts = [cut for cut in map(_number, _named(looks)) if cut is not None and least <= cut <= most]
    near = [(int(cut / GRID) + step) * GRID for cut in cuts for step in range(-2, 3)]
    return [value for value in sorted({least, most, *near}) if least <= value <= most]


def _days(question: Question, looks: Sequence[Leaf]) -> list[Any]:
    first = (question.earliest or date(1900, 1, 1)).toordinal()
    last = (question.latest or date(2100, 12, 31)).toordinal()
    every = range(first, last + 1)
    cuts = [bisect_left(every, value, key=_written) for value in _named(looks) if DAY.fullmatch(value)]
    near = {cut + step for cut in cuts for step in (-1, 0, 1)} | {0, len(every) - 1}
    return [_written(every[at]) for at in sorted(near) if 0 <= at < len(every)]


def _written(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def _words(_question: Question, looks: Sequence[Leaf]) -> list[Any]:
    """Texts: those that conditions name, and what reads as a number or a day before, between and after them."""
    named = _named(looks)
    numbers = sorted({number for value in named if (number := _number(value)) is not None})
    if numbers and max(abs(number.adjusted()) for number in numbers) > 20:
        raise TooMany
    between = [(one + other) / 2 for one, other in pairwise(numbers)]
    if not all(one < middle < other for (one, other), middle in zip(pairwise(numbers), between, strict=True)):
        raise TooMany
    outside = [numbers[0] - 1, numbers[-1] + 1] if numbers else []
    days = [int(value.replace("-", "")) for value in named if DAY.fullmatch(value)]
    near = sorted({day + step for day in days for step in (-1, 0, 1)} | ({0, 99_999_999} if days else set()))
    written = [f"{day // 10000:04}-{day // 100 % 100:02}-{day % 100:02}" for day in near if 0 <= day <= 99_999_999]
    return [NO_WORD, *named, *(f"{number:f}" for number in [*between, *outside]), *written]


def _rows(one: Callable[[Question, Sequence[Leaf]], list[Any]]) -> Callable[[Question, Sequence[Leaf]], list[Any]]:
    """An answer to each row that conditions name, and to one that they do not name."""

    def make(question: Question, looks: Sequence[Leaf]) -> list[Any]:
        named = {leaf.question.partition(".")[2] for leaf in looks}
        rows = [row.id for row in question.rows if row.id in named] + [row.id for row in question.rows if row.id not in named][:1]
        sorts = [[None, *_sorts(one(question, looks), f"{question.id}.{row}", looks)] for row in rows]
        if _times(sorts) > MOST_WORLDS:
            raise TooMany
        answers = ({row: value for row, value in zip(rows, values, strict=True) if value is not None} for values in product(*sorts))
        return [answer for answer in answers if answer]

    return make


def _sorts(values: Iterable[Any], name: str, looks: Sequence[Leaf]) -> list[Any]:
    whole, _, row = name.partition(".")
    mine = [leaf for leaf in looks if leaf.question == name]
    return list({tuple(holds(leaf, {whole: {row: value}}) for leaf in mine): value for value in values}.values())


def _times(sorts: Iterable[Sequence[Any]]) -> int:
    whole = 1
    for values in sorts:
        whole *= len(values)
    return whole


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


MADE: Mapping[str, Callable[[Question, Sequence[Leaf]], list[Any]]] = {
    "single": _codes, "dropdown": _codes, "scale": _codes, "faces": _codes, "place": _codes, "grade": _grades, "multi": _sets,
    "rank": _sets, "number": _numbers, "date": _days, "text": _words, "open": _words, "matrix": _rows(_codes),
    "open_per_pillar": _rows(_words), "consent": lambda _question, _looks: ["ja"], "info": lambda _question, _looks: [],
}  # fmt: skip
