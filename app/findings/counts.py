"""Room findings: how often each answer was given, by wijk and by stream; every figure passes the door."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.areas import OUTSIDE, UNKNOWN, Programme
from app.disclosure import release
from app.findings.frames import Answered
from app.survey import Question, Survey

NONE = "geen_antwoord"
GIVEN = "ingevuld"
COLUMNS = ("survey", "stream", "area", "area_name", "question", "row", "option", "text", "n", "base")
Name = tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """One thing that is counted: a question, a row of a matrix, or one option of a multi; `codes` are its answers."""

    question: Question
    row: str
    option: str
    codes: tuple[str, ...]

    @property
    def place(self) -> Name:
        return (self.question.id, self.row, self.option)

    def code_of(self, answers: dict[str, object]) -> str:
        value = answers.get(self.question.id)
        if self.row:
            value = value.get(self.row) if isinstance(value, dict) else None
        if value in (None, "", []):
            return NONE
        if self.option:
            return self.option if isinstance(value, list) and self.option in value else "niet_gekozen"
        return str(value) if str(value) in self.codes else GIVEN


def items_of(survey: Survey) -> Iterator[Item]:
    """Everything in a survey that has counts; the age gate has none: who answers passed it."""
    for question in survey.questions.values():
        options = tuple(option.id for option in question.options)
        if question.gate:
            continue
        if question.kind == "matrix":
            yield from (Item(question, row.id, "", (*options, NONE)) for row in question.rows)
        elif question.kind == "multi":
            yield from (Item(question, "", option, (option, "niet_gekozen", NONE)) for option in options)
        elif question.kind == "grade":
            grades = tuple(str(grade) for grade in range(question.least or 1, (question.most or 10) + 1))
            yield Item(question, "", "", (*grades, *(("dk",) if question.allow_dk else ()), NONE))
        else:
            yield Item(question, "", "", (*(options or (GIVEN,)), NONE))


def counts_table(survey: Survey, programme: Programme, responses: Iterable[Answered], *, threshold: int) -> list[list[object]]:
    """One row per stream, area and answer. `base` is everyone in that area and stream; buiten_gebied is never part of a total."""
    items = list(items_of(survey))
    by_stream: dict[str, list[Answered]] = {}
    for response in responses:
        by_stream.setdefault(response.stream, []).append(response)
    return [row for stream in sorted(by_stream) for row in _stream_rows(survey, programme, items, stream, by_stream[stream], threshold)]


def _stream_rows(
    survey: Survey, programme: Programme, items: list[Item], stream: str, responses: list[Answered], threshold: int
) -> Iterator[list[object]]:
    wijken = [wijk.key for wijk in programme.wijken]
    areas = [programme.key, *wijken, OUTSIDE, UNKNOWN]
    cells = _count(items, responses, areas, wijken, programme.key)
    sums = [(("base", area), [(*item.place, code, area) for code in item.codes]) for item in items for area in areas]
    joins = [(name, [(*name[:-1], wijk) for wijk in wijken]) for name in cells if name[-1] == programme.key]
    shown = release(cells, sums, threshold=threshold, joins=joins)
    names = {programme.key: programme.name, OUTSIDE: programme.outside_name, UNKNOWN: "Onbekend"} | {
        wijk.key: wijk.name for wijk in programme.wijken
    }
    for area in areas:
        for item in items:
            for code in item.codes:
                n, base = shown[(*item.place, code, area)], shown[("base", area)]
                yield [survey.key, stream, area, names[area], item.question.id, item.row, code, _text(item, code), n, base]


def _count(items: list[Item], responses: list[Answered], areas: list[str], wijken: list[str], whole: str) -> dict[Name, int]:
    found: Counter[Name] = Counter()
    for response in responses:
        codes = [(*item.place, item.code_of(dict(response.answers))) for item in items]
        for area in (response.area, *((whole,) if response.area in wijken else ())):
            found["base", area] += 1
            found.update((*code, area) for code in codes)
    cells: dict[Name, int] = {("base", area): found["base", area] for area in areas}
    cells |= {(*item.place, code, area): found[(*item.place, code, area)] for item in items for code in item.codes for area in areas}
    return cells


def _text(item: Item, code: str) -> str:
    words = {option.id: option.text for option in item.question.options} | {
        NONE: "Geen antwoord", GIVEN: "Ingevuld", "niet_gekozen": f"Niet gekozen: {item.option}"
    }  # fmt: skip
    return words.get(code, "Weet ik niet" if code == "dk" else code)
