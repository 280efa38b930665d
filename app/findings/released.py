"""Room findings: the moments at which figures left, kept so that two of them together give nobody away; who sees no rows reads the last."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from app.acts import Act, Place, all_acts
from app.areas import Programme
from app.db import writing
from app.disclosure import release_again
from app.findings.coverage import coverage_sheet, language_sheet, through_the_door
from app.findings.frames import Slice
from app.findings.requests import alone
from app.findings.shares import Cell, Figures, Sheet, figures_in, sheet_of, threshold_of
from app.findings.themes import ThemesNow, only, themes_now
from app.i18n import N_
from app.models.base import random_id
from app.models.tables import RELEASED, RUN, STATEMENT
from app.settings import Settings

NAMING = ("rename", "settle", "quotable", "direction")  # acts that change no count: they are seen at once
CLOSED = N_(
    "Deze cijfers verschillen te weinig van die van een vorig moment: wie beide ziet, kan mensen herkennen. Wacht op meer antwoorden."
)
Kept = Mapping[Any, int | None]


class Changed(LookupError):  # noqa: N818  # somebody was first
    """Meanwhile another table of this scope left: count again."""


@dataclass(frozen=True)
class Left:
    """A table as it left: what it counted, its sums, and what of it was shown."""

    id: str
    run_id: str | None
    made_at: datetime
    counts: Mapping[Any, int]
    lines: Sequence[tuple[Any, Sequence[Any]]]
    shown: Kept
    last_act: int
    undone: frozenset[int]


@dataclass(frozen=True)
class Leaving:
    """A table that may leave now, held against every one of its scope that did."""

    scope: str
    sheet: Sheet
    earlier: Sequence[Left]
    shown: Kept
    run_id: str | None = None
    acts: Sequence[Act] = ()


@dataclass(frozen=True)
class Moment:
    """A run with the themes and figures of the last moment that they left; `made_at` is None while none did: then as they are now."""

    run: Any
    now: ThemesNow
    figures: dict[Place, Figures]
    made_at: datetime | None = None


# ------------------------------------------------------------------------------------------- one table
def earlier_of(connection: Connection, scope: str) -> list[Left]:
    """Every table of this scope that left, the last one first."""
    rows = connection.execute(select(RELEASED).where(RELEASED.c.scope == scope).order_by(RELEASED.c.made_at.desc(), RELEASED.c.id.desc()))
    return [_left(row) for row in rows]


def _left(row: Any) -> Left:
    names = [tuple(name) for name in row.counts["names"]]
    lines = [(names[total], [names[part] for part in parts]) for total, parts in row.counts["lines"]]
    counts, shown = (dict(zip(names, kept, strict=True)) for kept in (row.counts["n"], row.shown["n"]))
    return Left(
        row.id, row.run_id, row.made_at, counts, lines, shown, row.counts["last_act"], frozenset(row.counts["undone"])
    )  # fmt: skip


def shown_after(
    sheet: Sheet, earlier: Sequence[Left], threshold: int, merged: Mapping[Place, Place] | None = None
) -> dict[Any, int | None]:
    """What may leave of a table beside every one of its scope that left before: what may be read beside each of them.

    merged : where themes of then are now. Raises ValueError when nothing can leave.
    """
    for left in earlier:
        if left.counts == sheet.cells:
            return {name: left.shown[name] for name in sheet.cells}
    out = through_the_door(sheet, threshold)
    for left in earlier:
        again = release_again(
            left.counts, left.shown, sheet.cells, sheet.sums, threshold=threshold, joins=sheet.joins, unshown=sheet.unshown,
            earlier=left.lines, renamed=renamed(left.counts, sheet.cells, merged) if merged else (),
        )  # fmt: skip
        out = {name: None if again[name] is None else count for name, count in out.items()}
    return out


def leave(
    scope: str, sheet: Sheet, earlier: Sequence[Left], threshold: int, *, merged: Mapping[Place, Place] | None = None, **more: Any
) -> Leaving:  # fmt: skip
    """The same as keep_left() wants it. Raises ValueError with a sentence when nothing can leave."""
    try:
        return Leaving(scope, sheet, earlier, shown_after(sheet, earlier, threshold, merged), **more)
    except ValueError as reason:
        if "left before" in str(reason):  # as app.suppression says it; anything else is a mistake of ours
            raise ValueError(CLOSED) from None
        raise


def _leave_beside(scope: str, sheet: Sheet, earlier: Sequence[Left], threshold: int, **more: Any) -> Leaving:
    """A table beside that of the themes: where that one leaves no room for it, nothing of it leaves."""
    try:
        return leave(scope, sheet, earlier, threshold, **more)
    except ValueError as reason:
        if str(reason) != CLOSED:
            raise
        return Leaving(scope, sheet, earlier, dict.fromkeys(sheet.cells), **more)


def renamed(before: Iterable[Cell], now: Iterable[Cell], merged: Mapping[Place, Place]) -> list[tuple[list[Cell], list[Cell]]]:
    """Cells of then and of now that count the same people under other names: themes that became one."""
    together: dict[Cell, list[Cell]] = defaultdict(list)
    today = set(now)
    for name in before:
        source, *place = name
        target = (source, *merged.get((place[0], place[1]), (place[0], place[1])))
        if target in today and source != "others":
            together[target].append(name)
    return [(sorted(names), [target]) for target, names in sorted(together.items()) if names != [target]]


def keep_left(connection: Connection, settings: Settings, leaving: Leaving) -> datetime:
    """In a transaction of writing(): this table leaves now, after all that left before. The same again is no new moment.

    Raises Changed when another of this scope left since `earlier` was read.
    """
    alone(connection, RELEASED)
    there = select(RELEASED.c.id).where(RELEASED.c.scope == leaving.scope)
    if set(connection.execute(there).scalars()) != {left.id for left in leaving.earlier}:
        raise Changed("these figures left a moment ago in another way: do it again")
    last, sheet, acts = next(iter(leaving.earlier), None), leaving.sheet, leaving.acts
    last_act = acts[-1].id if acts else 0
    if last and (last.counts, last.run_id, last.last_act) == (sheet.cells, leaving.run_id, last_act):
        return last.made_at
    names = list(sheet.cells)
    place = {name: nth for nth, name in enumerate(names)}
    lines = [[place[total], [place[part] for part in parts]] for total, parts in (*sheet.sums, *sheet.joins)]
    counts = {
        "names": [list(name) for name in names], "n": list(sheet.cells.values()), "lines": lines, "last_act": last_act,
        "undone": [act.id for act in acts if act.undone_at],
    }  # fmt: skip
    made_at = max(settings.clock(), last.made_at + timedelta(microseconds=1)) if last else settings.clock()
    told = {"id": random_id("l"), "scope": leaving.scope, "run_id": leaving.run_id, "made_at": made_at}
    connection.execute(insert(RELEASED).values(**told, counts=counts, shown={"n": [leaving.shown[name] for name in names]}))
    return made_at


# ------------------------------------------------------------------------------------------- the themes of a run
def scope_of(run: Any, part: Slice, threshold: int) -> str:
    """Which of all tables of themes this is: two runs over the same answers share one."""
    asked = json.loads(run.parameters)
    values = [str(getattr(part, name) or asked.get(name, "")) for name in ("survey", "wave", "since", "until", "source")]
    return "|".join(["themes", *values, str(threshold)])


def last_moment(connection: Connection, programme: Programme, run: Any, part: Slice | None = None, threshold: int = 0) -> Moment:
    """The figures as who sees no rows may read them now: those of the last moment; before the first one as they are."""
    part, limit = part or Slice(), threshold or threshold_of(connection, run, programme)
    left = next(iter(earlier_of(connection, scope_of(run, part, limit))), None)
    acts = all_acts(connection)
    then = connection.execute(select(RUN).where(RUN.c.id == left.run_id)).first() if left else None
    if left is None or then is None:
        now = _within(connection, themes_now(connection, run, acts), part)
        return Moment(run, now, figures_in(now, through_the_door(sheet_of(now), limit)))
    now = _within(connection, themes_now(connection, then, acts_then(acts, left)), part)
    return Moment(then, replace(now, acts=acts), figures_in(now, left.shown), left.made_at)


def has_moved(connection: Connection, programme: Programme, run: Any) -> bool:
    """Whether the figures of this run are others now than those that left last, or none left yet."""
    scope = scope_of(run, Slice(), threshold_of(connection, run, programme))
    left = next(iter(earlier_of(connection, scope)), None)
    return left is None or left.counts != sheet_of(themes_now(connection, run)).cells


def acts_then(acts: Iterable[Act], left: Left) -> list[Act]:
    """Acts as they stood at a moment: what was undone later still counted. Names and what is settled are as they are now."""
    found = []
    for act in acts:
        if act.kind in NAMING:
            found.append(act)
        elif act.id <= left.last_act:
            found.append(act if act.id in left.undone or act.undone_at is None else replace(act, undone_at=None, undone_by=""))
    return found


def _within(connection: Connection, now: ThemesNow, part: Slice) -> ThemesNow:
    if part == Slice():
        return now
    return only(now, set(connection.execute(select(STATEMENT.c.id).where(part.of_statements())).scalars()))


def keep_moment(
    engine: Engine,
    settings: Settings,
    programme: Programme,
    run: Any,
    part: Slice | None = None,
    *,
    threshold: int = 0,
    first: bool = False,
) -> Moment:
    """The figures of this run, as people left it, leave now: from here on they are what everybody reads, and what later ones are held against.

    Counted and weighed before anything is locked. The same counts again are no new moment. `first`: only when none was kept yet.
    Raises ValueError with a sentence when nothing can leave.
    """
    while True:
        try:
            return _keep_moment(engine, settings, programme, run, part or Slice(), threshold, first=first)
        except Changed:
            continue


def _keep_moment(
    engine: Engine, settings: Settings, programme: Programme, run: Any, part: Slice, threshold: int, *, first: bool
) -> Moment:  # fmt: skip
    with engine.connect() as connection:
        limit = threshold or threshold_of(connection, run, programme)
        scope, acts = scope_of(run, part, limit), all_acts(connection)
        earlier = earlier_of(connection, scope)
        if first and earlier:
            return last_moment(connection, programme, run, part, limit)
        now = _within(connection, themes_now(connection, run, acts), part)
    merged = {theme: now.decisions.place_of(theme) for theme in now.decisions.merged}
    themes = leave(scope, sheet_of(now), earlier, limit, merged=merged, run_id=run.id, acts=acts)
    with engine.connect() as connection:
        beside = [
            _leave_beside(name, sheet, earlier_of(connection, name), limit, run_id=run.id, acts=acts)
            for name, sheet in _beside(scope, now, themes)
        ]
    with writing(engine) as connection:
        made_at = keep_left(connection, settings, themes)
        for leaving in beside:
            keep_left(connection, settings, leaving)
    return Moment(run, now, figures_in(now, themes.shown), made_at)


def _beside(scope: str, now: ThemesNow, themes: Leaving) -> Iterator[tuple[str, Sheet]]:
    yield _named(scope, "coverage"), coverage_sheet(now)
    yield _named(scope, "languages"), language_sheet(now, themes.sheet, themes.shown)


def _named(scope: str, table: str) -> str:
    return f"{table}|{scope}"


def beside_moment(connection: Connection, programme: Programme, moment: Moment) -> tuple[Kept, Kept]:
    """What a run covered, and its themes by language, as they left at that moment; before the first one as they may leave now."""
    limit = threshold_of(connection, moment.run, programme)
    scope = scope_of(moment.run, Slice(), limit)
    if moment.made_at:
        coverage, languages = (earlier_of(connection, _named(scope, table))[0].shown for table in ("coverage", "languages"))
        return coverage, languages
    themes = sheet_of(moment.now)
    by_language = language_sheet(moment.now, themes, through_the_door(themes, limit))
    return through_the_door(coverage_sheet(moment.now), limit), _leave_beside("", by_language, (), limit).shown


def first_moment(engine: Engine, settings: Settings, programme: Programme, run_id: str) -> None:
    """A run is done: when nothing of its kind left before, its figures are what everybody reads from now on. Later runs wait for a person."""
    with engine.connect() as connection:
        run = connection.execute(select(RUN).where(RUN.c.id == run_id)).one()
    keep_moment(engine, settings, programme, run, first=True)
