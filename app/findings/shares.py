"""Room findings: how many people named each theme, per source, as those figures may leave; a share and its margin only for the sample."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Any

from sqlalchemy import Connection, select

from app.acts import Place
from app.areas import Programme
from app.disclosure import release
from app.findings.themes import Said, ThemesNow
from app.models.answers import SESSIONS
from app.models.tables import SURVEY

Z = 1.959964  # 95 %
STREAMS = ("sample", "open_link", "desk")
MEETINGS, BASE, OTHERS = "contributions", "base", "others"
WHOLE = ("", "")
BASED = (BASE, "", "")
Cell = tuple[str, str, str]  # source, pillar, theme; "" is a total
Line = tuple[Cell, tuple[Cell, ...]]


@dataclass(frozen=True)
class Figures:
    """Of one theme: counts that may leave; None where a dash stands.

    n, base         : people of the invited sample who named it, each once, and those who answered at least one open question.
    share           : n / base, 0..1, with its 95 % interval low..high (Wilson, 1927), unweighted.
    open_link, desk : people of the other streams; counts, no share. Streams are not added up: the sum would tell what a dash hides.
    contributions   : what was said in wijkgesprekken and kennissessies; contributions, not people.

    The figures at (pillar, "") are sums over its themes: whoever named two is in them twice; they have no share. At ("", "") stand the base
    alone, and 0 for a source that nobody used: a sum over all pillars would cost more figures than it tells.
    """

    n: int | None
    base: int | None
    share: float | None
    low: float | None
    high: float | None
    open_link: int | None
    desk: int | None
    contributions: int | None

    @property
    def is_shown(self) -> bool:
        """Whether any figure above zero may be told; a theme that has none is not told by its name to who sees no rows."""
        return any((self.n, self.open_link, self.desk, self.contributions))


@dataclass(frozen=True)
class Sheet:
    """True counts that leave together, with every sum that a reader knows: what app.disclosure.release takes."""

    cells: Mapping[Any, int]
    sums: Sequence[tuple[Any, Sequence[Any]]]
    joins: Sequence[tuple[Any, Sequence[Any]]] = ()
    unshown: Sequence[Any] = ()
    known: Sequence[Any] = ()


def figures(connection: Connection, run: Any, now: ThemesNow, programme: Programme, threshold: int = 0) -> dict[Place, Figures]:
    """Every theme of this run as it is now -> its figures, all released together; (pillar, "") is that pillar, ("", "") all of it.

    threshold : 0 for what the programme says of those who speak in this run: residents or professionals.
    For the eyes of who sees rows as well: what anybody else reads, and what is told outside, comes from app.findings.released. What rests on
    it, shows a part of this dictionary and never counts again by itself. Cost: a second for a large table, then remembered.
    """
    sheet, limit = sheet_of(now), threshold or threshold_of(connection, run, programme)
    cells = tuple(sorted(sheet.cells.items()))
    return figures_in(now, dict(_released(cells, tuple(sheet.sums), tuple(sheet.joins), tuple(sheet.unshown), limit)))


def figures_in(now: ThemesNow, shown: Mapping[Cell, int | None]) -> dict[Place, Figures]:
    """The same from counts that passed the door before."""
    used = {source for (source, *_), n in shown.items() if n != 0}
    released = {**shown, **{(source, *WHOLE): None for source in (*STREAMS, MEETINGS) if source in used}}
    places = [theme.place for theme in now.themes]
    return {place: _figures(place, released) for place in [*places, *{(pillar, "") for pillar, _ in places}, WHOLE]}


def threshold_of(connection: Connection, run: Any, programme: Programme) -> int:
    """Fewer than this stays inside. Professionals are few, so a run over them has its own."""
    source = json.loads(run.parameters).get("source", "")
    audience = connection.execute(select(SURVEY.c.audience).where(SURVEY.c.key == run.survey_key)).scalar() if run.survey_key else ""
    professional = "professional" in {source, audience}
    return programme.thresholds.professional if professional else programme.thresholds.resident


def wilson(n: int, base: int) -> tuple[float, float]:
    """The 95 % interval of a share, good for small numbers and near 0 and 1.

    >>> [round(end, 3) for end in wilson(71, 274)]
    [0.211, 0.314]
    """
    share, spread = n / base, Z * Z / base
    middle, width = share + spread / 2, Z * sqrt(share * (1 - share) / base + spread / (4 * base))
    return max(0.0, (middle - width) / (1 + spread)), min(1.0, (middle + width) / (1 + spread))


def _figures(place: Place, released: Mapping[Cell, int | None]) -> Figures:
    count = {source: released.get((source, *place), 0) for source in (*STREAMS, MEETINGS)}
    base, n = released[BASED], count["sample"]
    low, high = (None, None) if n is None or not base or not place[1] else wilson(n, base)
    share = None if low is None or n is None or not base else n / base
    return Figures(n, base, share, low, high, count["open_link"], count["desk"], count[MEETINGS])


def sheet_of(now: ThemesNow) -> Sheet:
    """All figures of a run with every sum that a reader knows: the sample named a theme or did not; themes make a pillar."""
    places = sorted({theme.place for theme in now.themes})
    named = _named(now.statements)
    base = len({said.who for said in now.statements if said.source in {"survey", "professional"} and said.stream == "sample"})
    cells: dict[Cell, int] = {BASED: base}
    lines: list[Line] = []
    joins: list[Line] = []
    unshown: list[Cell] = []
    for source in (*STREAMS, MEETINGS):
        cells |= {(source, *place): len(named[source, place]) for place in places}
        joins += _totals(source, places, cells)
    for place in places:
        if not cells["sample", *place]:  # that nobody named a theme is no answer that everybody gave
            continue
        cells[OTHERS, *place] = base - cells["sample", *place]
        unshown.append((OTHERS, *place))
        lines.append((BASED, (("sample", *place), (OTHERS, *place))))
    return Sheet(cells, lines, joins, unshown)


def _totals(source: str, places: list[Place], cells: dict[Cell, int]) -> list[Line]:
    """The sums of one source, put among the cells as they are made."""
    pillars: dict[str, list[Cell]] = defaultdict(list)
    for place in places:
        pillars[place[0]].append((source, *place))
    lines = [((source, pillar, ""), tuple(parts)) for pillar, parts in pillars.items()]
    for total, parts in lines:
        cells[total] = sum(cells[part] for part in parts)
    return lines


def _named(statements: Iterable[Said]) -> dict[tuple[str, Place], set[str]]:
    """Who named each theme, per stream of a survey; of meetings each contribution is one."""
    found: dict[tuple[str, Place], set[str]] = defaultdict(set)
    for said in statements:
        if not said.excluded:
            meeting = said.source in SESSIONS
            for place in said.places:
                found[MEETINGS if meeting else said.stream, place].add(said.id if meeting else said.who)
    return found


@lru_cache(maxsize=32)
def _released(
    cells: tuple[tuple[Cell, int], ...], lines: tuple[Line, ...], joins: tuple[Line, ...], unshown: tuple[Cell, ...], threshold: int
) -> tuple[tuple[Cell, int | None], ...]:
    """The door, remembered: it is the same whenever the counts are."""
    return tuple(release(dict(cells), lines, threshold=threshold, joins=joins, unshown=unshown).items())
