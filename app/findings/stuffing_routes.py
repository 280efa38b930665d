"""Room findings: the open link with and without responses that look as if they were sent together, for who judges the figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection, select

from app.access import may
from app.areas import OUTSIDE, UNKNOWN, Programme
from app.disclosure import release
from app.findings.counts import BASE, NONE, NOT, Item, Line, Name, count_cells, items_of, lines_of
from app.findings.frames import Answered, Slice, responses_of, survey_of, titles_of
from app.findings.stuffing import find_stuffed
from app.i18n import N_
from app.models.tables import SURVEY
from app.survey import Survey
from app.web import desk, house_of

ROOM = "/bevindingen"
WITHOUT, STUFFED = "zonder", "opvallend"  # stand where an area stands: two parts of everybody in the wijken
NO_ANSWER, ANSWERED, UNSURE = N_("Geen antwoord"), N_("Ingevuld"), N_("Weet ik niet")
router = APIRouter(prefix=f"{ROOM}/open-link", dependencies=[may("office", "analyst", "admin")])
Cells = tuple[tuple[Name, int], ...]
Lines = tuple[tuple[Name, tuple[Name, ...]], ...]


@dataclass(frozen=True)
class Compared:
    """One answer with all responses and without those that stand out; None where a dash stands."""

    text: str
    every: int | None
    without: int | None


@router.get("")
def open_link(request: Request, wanted: Annotated[str, Query(alias="vragenlijst")] = "") -> HTMLResponse:
    with request.app.state.engine.connect() as connection:
        keys = _surveys(connection)
        key = wanted or next(iter(keys), "")
        if key and key not in keys:
            raise HTTPException(404)
        titles = titles_of(connection, keys)
        survey = survey_of(connection, key) if key else None
        responses = list(responses_of(connection, Slice(survey=key))) if key else []
    programme = house_of(request).programme
    bases, questions = compare(survey, programme, responses) if survey else ({}, [])
    return desk(
        request,
        "findings/stuffing.html",
        room=ROOM,
        titles=titles,
        key=key,
        bases=bases,
        questions=questions,
        programme_name=programme.name,
    )


def _surveys(connection: Connection) -> list[str]:
    """Residents' surveys, the one that opened last first."""
    rows = select(SURVEY.c.key).where(SURVEY.c.audience == "resident", SURVEY.c.opened_on.is_not(None))
    return list(connection.execute(rows.order_by(SURVEY.c.opened_on.desc(), SURVEY.c.key)).scalars())


def compare(survey: Survey, programme: Programme, responses: Sequence[Answered]) -> tuple[dict[str, int | None], list[tuple[str, str, list[Compared]]]]:  # fmt: skip
    """How many there are, and per question of which anything may be told its answers with and without."""
    stuffed = find_stuffed(survey, responses)
    items = list(items_of(survey))
    shown = released(items, programme, [one for one in responses if one.stream == "open_link"], set(stuffed))
    whole = programme.key
    bases = {"every": shown[BASE, whole], "without": shown[BASE, WITHOUT], "stuffed": shown[BASE, STUFFED]}
    questions: dict[tuple[str, str], list[Compared]] = {}
    for item in items:
        rows = questions.setdefault((item.question.ask, _row_text(item)), [])
        for code in item.codes:
            text = _text(item, code)
            if code != NOT and not (code == NONE and any(row.text == text for row in rows)):
                rows.append(Compared(text, shown[item.name(code, whole)], shown[item.name(code, WITHOUT)]))
    return bases, [(ask, row, found) for (ask, row), found in questions.items() if any(one.every is not None for one in found)]


def released(items: Sequence[Item], programme: Programme, responses: Sequence[Answered], stuffed: set[str]) -> Mapping[Name, int | None]:
    """What the counts of the open link tell, and beside it the same without what stands out: where the difference is a few people, a dash.

    A count that the other table keeps inside, perhaps to hide a small one of a wijk, is told here neither with nor without.
    """
    wijken, whole, limit = [wijk.key for wijk in programme.wijken], programme.key, programme.thresholds.resident
    every, left = _told_by_counts(items, programme, responses)
    mine = [replace(one, area=STUFFED if one.id in stuffed else WITHOUT) for one in responses if one.area in wijken]
    cells = every | count_cells(list(items), mine, [WITHOUT, STUFFED], [], whole)
    split = [(name, [(*name[:-1], WITHOUT), (*name[:-1], STUFFED)]) for name in every]
    known = [name for name in every if left[name] is not None]
    inside = set(every) - set(known)
    inside |= {(*name[:-1], WITHOUT) for name in inside}
    inside |= {name for name in cells if NOT in name or (name[-1] == STUFFED and name[0] != BASE)}
    sums, joins = lines_of(cells, list(items), [whole, WITHOUT], [], whole)
    lines = [*(line for line in joins if line[1]), *split]  # without wijken a whole has no parts
    parts = [(BASE, WITHOUT), (BASE, STUFFED)]
    first = parts if (BASE, whole) in known and not any(0 < cells[part] < limit for part in parts) else []
    for told in (first, []):  # how many stand out is told first, unless that gives somebody away
        try:
            return _released(tuple(cells.items()), _frozen(sums), _frozen(lines), (*known, *told), tuple(sorted(inside)), limit)
        except ValueError:
            continue
    return {name: left.get(name) for name in cells}


def _told_by_counts(items: Sequence[Item], programme: Programme, responses: Sequence[Answered]) -> tuple[dict[Name, int], Mapping[Name, int | None]]:  # fmt: skip
    """The true counts of everybody in the wijken, and what the table of counts tells of them."""
    wijken, whole = [wijk.key for wijk in programme.wijken], programme.key
    areas = [whole, *wijken, OUTSIDE, UNKNOWN]
    cells = count_cells(list(items), list(responses), areas, wijken, whole)
    sums, joins = lines_of(cells, list(items), areas, wijken, whole)
    unshown = tuple(name for name in cells if NOT in name)
    left = _released(tuple(cells.items()), _frozen(sums), _frozen(joins), (), unshown, programme.thresholds.resident)
    return {name: n for name, n in cells.items() if name[-1] == whole}, left


def _frozen(lines: Sequence[Line]) -> Lines:
    return tuple((total, tuple(parts)) for total, parts in lines)


@lru_cache(maxsize=16)
def _released(
    cells: Cells, sums: Lines, joins: Lines, known: tuple[Name, ...], unshown: tuple[Name, ...], threshold: int
) -> Mapping[Name, int | None]:
    """The door, remembered: it is the same whenever the counts are."""
    return release(dict(cells), sums, threshold=threshold, joins=joins, known=known, unshown=unshown)


def _row_text(item: Item) -> str:
    names = {option.id: option.text for option in item.question.options} | {row.id: row.text for row in item.question.rows}
    return names.get(item.row, "")


def _text(item: Item, code: str) -> str:
    words = {option.id: option.text for option in item.question.options} | {NONE: NO_ANSWER, "ingevuld": ANSWERED}
    return words.get(code, UNSURE if code == "dk" else code)
