"""Room findings: responses that one person may have sent again and again, seen from the answers alone. Pure: nobody is tracked, nothing erased."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.findings.frames import Answered
from app.survey import Survey

if TYPE_CHECKING:
    from datetime import date

TWINS = "twins"  # answered nearly everything as at least GROUP others did that day
TEXTS = "texts"  # wrote word for word what many others wrote that day, and nobody else
STRAIGHT = "straight"  # gave the same answer in every row, as far more people did that day than on others
REASONS = (TWINS, TEXTS, STRAIGHT)
GROUP = 4  # others: one household that answers alike is smaller
ALIKE = 0.75  # of what both answered
BEYOND = 6.0  # standard deviations above what chance gives
FEWEST = 10  # things that both answered; with fewer, two people are alike by chance
LONG_TEXT = 30  # letters: "meer groen" is said by many
ROWS = 6  # at least so many rows before "all the same" says something
FAR = 4  # times what is usual
ENOUGH = 30  # responses that nobody could stuff, to know what is usual
AT_ONCE = 1000  # rows of the table of pairs
CLOSED = frozenset({"single", "scale", "faces", "grade", "dropdown"})
Pattern = Mapping[str, str]


def find_stuffed(survey: Survey, responses: Iterable[Answered]) -> dict[str, tuple[str, ...]]:
    """Responses of the open link that look as if they were sent together: id -> reasons, in the order of REASONS.

    survey    : says which answers are choices and which are words.
    responses : finished responses of this survey, of every stream; those by letter, on paper or with help are only compared with, never named.
    Returns   : only what is named. Same responses, same result, in whatever order they come.

    Looks within one day. Chance is what the others do: everybody who came another way or another day, when they are 30 or more; else everybody.
    Cost: pairs of one day; 2,000 responses of one day take about half a second.
    """
    everyone = sorted(responses, key=lambda one: one.id)
    patterns = {one.id: pattern_of(survey, one.answers) for one in everyone}
    days: dict[date, list[Answered]] = defaultdict(list)
    for one in everyone:
        if one.stream == "open_link" and not one.assisted:
            days[one.finished_on].append(one)
    found: dict[str, set[str]] = defaultdict(set)
    for day in sorted(days):
        mine = [one.id for one in days[day]]
        others = [patterns[one.id] for one in everyone if one.id not in set(mine)]
        usual = others if len(others) >= ENOUGH else list(patterns.values())
        for id_, reason in _of_one_day(survey, mine, patterns, usual):
            found[id_].add(reason)
    return {id_: tuple(reason for reason in REASONS if reason in found[id_]) for id_ in sorted(found)}


def _of_one_day(
    survey: Survey, mine: Sequence[str], patterns: Mapping[str, Pattern], usual: Sequence[Pattern]
) -> Iterator[tuple[str, str]]:
    today = [patterns[id_] for id_ in mine]
    for reason, at in ((TWINS, _twins(today, usual)), (TEXTS, _same_texts(today, usual)), (STRAIGHT, _straight(survey, today, usual))):
        yield from ((mine[place], reason) for place in at)


def pattern_of(survey: Survey, answers: Mapping[str, Any]) -> Pattern:
    """What was answered, as item -> code; words count as they stand without marks and capitals. Empty answers are not alike, they are nothing."""
    found: dict[str, str] = {}
    for question in survey.questions.values():
        value = answers.get(question.id)
        if question.gate or question.id == "wijk" or question.kind == "place" or value in (None, "", [], {}):
            continue
        if question.kind in CLOSED:
            found[question.id] = str(value)
        elif isinstance(value, Mapping):
            said = question.kind == "open_per_pillar"
            given = {f"{question.id}.{row}": str(code) for row, code in value.items() if code}
            found |= {f"={name}": plain_words(text) for name, text in given.items()} if said else given
        elif isinstance(value, list):
            found[question.id] = " ".join(sorted(map(str, value))) if question.kind == "multi" else " ".join(map(str, value))
        elif question.kind in {"open", "text"} and (words := plain_words(str(value))):
            found[f"={question.id}"] = words
    return found


def plain_words(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


# ------------------------------------------------------------------------------------------- nearly the same answers
def _twins(today: Sequence[Pattern], usual: Sequence[Pattern]) -> list[int]:
    import numpy as np  # noqa: PLC0415  # only when this is asked for

    items = sorted({item for pattern in today for item in pattern})
    if len(today) <= GROUP or len(items) < FEWEST:
        return []
    times = Counter(pair for pattern in today for pair in pattern.items())
    shared = {pair: at for at, pair in enumerate(sorted(pair for pair, n in times.items() if n > 1))}
    answered, chosen = np.zeros((len(today), len(items)), "f4"), np.zeros((len(today), len(shared)), "f4")
    for row, pattern in enumerate(today):
        answered[row] = [item in pattern for item in items]
        chosen[row, [shared[pair] for pair in pattern.items() if pair in shared]] = 1
    chance = np.array([_chance(Counter(pattern[item] for pattern in usual if item in pattern)) for item in items], "f4")
    alike = np.zeros(len(today), dtype=int)
    for start in range(0, len(today), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        both, same = answered[rows] @ answered.T, chosen[rows] @ chosen.T
        expected, spread = (answered[rows] * chance) @ answered.T, (answered[rows] * chance * (1 - chance)) @ answered.T
        near = (both >= FEWEST) & (same >= ALIKE * both) & (same - expected >= BEYOND * np.sqrt(spread))
        near[np.arange(len(near)), start + np.arange(len(near))] = False  # itself is no twin
        alike[rows] = near.sum(axis=1)
    return [int(place) for place in np.flatnonzero(alike >= GROUP)]


def _chance(given: Counter[str]) -> float:
    """That two people give the same answer: 0..1. A little is added, so that what nobody gave before is not impossible."""
    total = sum(given.values())
    return (sum(n * n for n in given.values()) + 1) / (total * total + 2) if total else 0.5


# ------------------------------------------------------------------------------------------- the same words, the same row of answers
def _same_texts(today: Sequence[Pattern], usual: Sequence[Pattern]) -> list[int]:
    """Long texts that more than GROUP people wrote on this day, far more than wrote any other. What others wrote too is a common saying."""
    common = {words for pattern in usual if pattern not in today for words in _texts(pattern)}
    said = Counter(words for pattern in today for words in _texts(pattern))
    sent = {words for words, n in said.items() if words not in common and n > GROUP + FAR * (said.total() - n) / max(len(said) - 1, 1)}
    return [place for place, pattern in enumerate(today) if sent & _texts(pattern)]


def _texts(pattern: Pattern) -> set[str]:
    return {words for item, words in pattern.items() if item.startswith("=") and len(words) >= LONG_TEXT}


def _straight(survey: Survey, today: Sequence[Pattern], usual: Sequence[Pattern]) -> list[int]:
    """One code in every row of every matrix: some people do that; named only when far more did on this day than is usual."""
    rows = {f"{question.id}.{row.id}" for question in survey.questions.values() if question.kind == "matrix" for row in question.rows}
    before = Counter(code for pattern in usual if (code := _one_code(pattern, rows)))
    now = [_one_code(pattern, rows) for pattern in today]
    times = Counter(code for code in now if code)
    most = {code: GROUP + FAR * len(today) * before[code] / max(len(usual), 1) for code in times}
    return [place for place, code in enumerate(now) if code and times[code] > most[code]]


def _one_code(pattern: Pattern, rows: set[str]) -> str:
    given = {code for item, code in pattern.items() if item in rows}
    return given.pop() if len(given) == 1 and sum(item in rows for item in pattern) >= ROWS else ""
