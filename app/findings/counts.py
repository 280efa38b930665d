"""Room findings: how often each answer was given, by wijk and by stream; every figure passes the door."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.areas import OUTSIDE, UNKNOWN, Programme
from app.disclosure import release
from app.findings.frames import Answered
from app.findings.shares import Sheet
from app.survey import Question, Survey

NONE = "geen_antwoord"
GIVEN = "ingevuld"
NOT = "niet_gekozen"
BASE = "respons"
COLUMNS = ("survey", "stream", "area", "area_name", "question", "row", "option", "text", "n", "base")
Name = tuple[str, ...]
Line = tuple[Name, list[Name]]
Door = Callable[[str, Sheet], Mapping[Any, int | None]]  # a stream and its table -> what may leave of it


@dataclass(frozen=True)
class Item:
    """One thing that is counted: a question, a row of a matrix, one option of a multi or a rank; `codes` are its answers."""

    question: Question
    row: str
    option: str
    codes: tuple[str, ...]

    def name(self, code: str, area: str) -> Name:
        """The options of a multi share the count of who did not answer it: told twice it would give small counts away."""
        alone = code != NONE or not self.shares
        return (self.question.id, self.row if alone or self.question.kind != "rank" else "", self.option if alone else "", code, area)

    @property
    def shares(self) -> bool:
        return bool(self.option) or self.question.kind == "rank"

    def code_of(self, answers: Mapping[str, object]) -> str:
        value = answers.get(self.question.id)
        if self.row and self.question.kind != "rank":
            value = value.get(self.row) if isinstance(value, dict) else None
        if value in (None, "", []):
            return NONE
        if self.question.kind == "rank" and isinstance(value, list):
            return str(value.index(self.row) + 1) if self.row in value else NOT
        if self.option:
            return self.option if isinstance(value, list) and self.option in value else NOT
        return str(value) if str(value) in self.codes else GIVEN


def items_of(survey: Survey) -> Iterator[Item]:
    """Everything in a survey that has counts. The age gate has none: who answers passed it. The wijk is what the rows are."""
    for question in survey.questions.values():
        options = tuple(option.id for option in question.options)
        if question.gate or question.id == "wijk" or question.kind == "info":
            continue
        if question.kind == "matrix":
            yield from (Item(question, row.id, "", (*options, NONE)) for row in question.rows)
        elif question.kind == "open_per_pillar":
            yield from (Item(question, row.id, "", (GIVEN, NONE)) for row in question.rows)
        elif question.kind == "rank":
            places = tuple(str(place) for place in range(1, (question.at_most or len(options)) + 1))
            yield from (Item(question, option, "", (*places, NOT, NONE)) for option in options)
        elif question.kind == "consent":
            yield Item(question, "", "", ("ja", NONE))
        elif question.kind == "multi":
            yield from (Item(question, "", option, (option, NOT, NONE)) for option in options)
        elif question.kind == "grade":
            grades = tuple(str(grade) for grade in question.grades)
            yield Item(question, "", "", (*grades, *(("dk",) if question.allow_dk else ()), NONE))
        else:
            yield Item(question, "", "", (*(options or (GIVEN,)), NONE))


def counts_table(
    survey: Survey, programme: Programme, responses: Iterable[Answered], *, threshold: int, door: Door | None = None
) -> list[list[object]]:
    """One row per stream, area and answer. `base` is everyone in that area and stream; buiten_gebied is never part of a total.

    door : what lets the table of each stream leave, when more than today counts. Default: release() alone.
    """

    def alone(_stream: str, sheet: Sheet) -> Mapping[Any, int | None]:
        return release(sheet.cells, sheet.sums, threshold=threshold, joins=sheet.joins, unshown=sheet.unshown)

    items = list(items_of(survey))
    by_stream: dict[str, list[Answered]] = {}
    for response in responses:
        by_stream.setdefault(response.stream, []).append(response)
    tables = (_stream_rows(survey, programme, items, (stream, by_stream[stream]), door or alone) for stream in sorted(by_stream))
    return [row for table in tables for row in table]


def _stream_rows(
    survey: Survey, programme: Programme, items: list[Item], answered: tuple[str, list[Answered]], door: Door
) -> Iterator[list[object]]:
    stream, responses = answered
    wijken = [wijk.key for wijk in programme.wijken]
    names = {programme.key: programme.name} | programme.wijk_names
    names |= {OUTSIDE: programme.outside_name, UNKNOWN: "Onbekend"}
    cells = count_cells(items, responses, list(names), wijken, programme.key)
    sums, joins = lines_of(cells, items, list(names), wijken, programme.key)
    shown = door(stream, Sheet(cells, sums, joins, [name for name in cells if NOT in name]))
    for area, name in names.items():
        base = shown[BASE, area]
        yield [survey.key, stream, area, name, BASE, "", "", "Alle reacties", base, base]
        asked = ""
        for item in items:
            for code in item.codes:
                if code != NOT and not (item.shares and code == NONE and asked == item.question.id):
                    yield [
                        survey.key,
                        stream,
                        area,
                        name,
                        item.question.id,
                        item.row,
                        code,
                        _text(item, code),
                        shown[item.name(code, area)],
                        base,
                    ]
            asked = item.question.id


def lines_of(
    cells: Mapping[Name, int], items: list[Item], areas: list[str], wijken: list[str], whole: str
) -> tuple[list[Line], list[Line]]:
    """The sums that a reader knows: answers make a group, wijken make the area. A question that a whole area did not answer has no rows to hide."""
    sums: list[Line] = [((BASE, area), [item.name(code, area) for code in item.codes]) for item in items for area in areas]
    # Its "geen antwoord" still equals the base, and must not tell what the base hides.
    unasked = [(total, parts) for total, parts in sums if cells[parts[-1]] == cells[total]]
    sums = [line for line in sums if line not in unasked]
    return sums, unasked + [(name, [(*name[:-1], wijk) for wijk in wijken]) for name in cells if name[-1] == whole]


def count_cells(items: list[Item], responses: list[Answered], areas: list[str], wijken: list[str], whole: str) -> dict[Name, int]:
    found: Counter[Name] = Counter()
    for response in responses:
        for area in (response.area, *((whole,) if response.area in wijken else ())):
            found.update({(BASE, area), *(item.name(item.code_of(response.answers), area) for item in items)})
    names = [(BASE, area) for area in areas] + [item.name(code, area) for item in items for code in item.codes for area in areas]
    return {name: found[name] for name in names}


def _text(item: Item, code: str) -> str:
    words = {option.id: option.text for option in item.question.options} | {NONE: "Geen antwoord", GIVEN: "Ingevuld"}
    return words.get(code, "Weet ik niet" if code == "dk" else code)
