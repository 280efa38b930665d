"""Shared floor: the one door through which figures leave: thresholds, secondary suppression, small themes in one row. Pure."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from numbers import Integral
from typing import Any, TypeVar

THRESHOLD = 10  # people; the professionals' questionnaire is released with 5 organisations
FLOOR = 5  # no setting lowers it
NARROWEST = 5  # between the lowest and the highest count that a reader can still think possible for a small figure
DASH = "–"
REASON = "Niet getoond: minder mensen dan de drempel, of nodig om een klein aantal elders in de tabel te beschermen."
FOLDED = "overig (klein aantal)"

Name = TypeVar("Name", bound=Hashable)
Sums = Sequence[tuple[Name, Sequence[Name]]]
Line = tuple[int, list[int]]


def release(
    cells: Mapping[Name, int],
    sums: Sums[Name],
    *,
    threshold: int | Mapping[Name, int] = THRESHOLD,
    floor: int = FLOOR,
    joins: Sums[Name] = (),
    known: Collection[Name] = (),
    unshown: Collection[Name] = (),
) -> dict[Name, int | None]:
    """The figures of whole tables as they may leave: the count, or None where a dash stands.

    cells     : every figure of all tables that leave together, with its margins. A name is a text or a tuple of texts and numbers.
    sums      : (total, parts) where parts are the answers of one group: with "geen antwoord" they add up to the group.
    joins     : (total, parts) that join groups or tables, such as wijken into an area, pillars into a total.
    threshold : counts 1..threshold-1 stay inside; one number, or one for each name. Never under ``floor``, and that never under 5.
    known     : figures that left before; they cannot be taken back.
    unshown   : figures that no table shows but a reader could work out: who did not choose an option, a row that is not broken down.
    Raises    : ValueError when a sum does not add up, a name or threshold is wrong, or known figures give a small one away.

    Stays inside: 1. a small count; 2. whatever belongs to a small group, zeros too; 3. enough of a group that gave one and the same answer
    to hide that; 4. what a reader could work these out with. Other zeros leave. Afterwards a reader with all sums and unlimited time keeps
    an interval at least 5 wide for each small count, also one who knows which dashes are small (0..threshold-1, so 4 wide at threshold 5).
    The answer depends on the names and counts alone, not on their order. Cost: 1,200 cells in one to three seconds; see docs/disclosure.md.
    """
    _refuse_wrong(cells, (*sums, *joins), threshold=threshold, floor=floor, named=(*known, *unshown))
    names = sorted(cells, key=repr)
    place = {name: at for at, name in enumerate(names)}
    limits = [threshold if isinstance(threshold, int) else threshold[name] for name in names]
    counts = [int(cells[name]) for name in names]
    groups, joined = (sorted((place[total], sorted(place[part] for part in parts)) for total, parts in some) for some in (sums, joins))
    settled = {place[name] for name in known}
    ceilings = _ceilings(counts, groups, limits)
    guarded = {at for at, (count, limit) in enumerate(zip(counts, limits, strict=True)) if 0 < count < limit} - settled
    for total, answer, others in list(_unanimous(counts, groups)):
        if {total, answer} <= settled:
            continue
        ceilings |= _ceiling_of_others(len(counts), ceilings, total, others)
        guarded.add(len(counts))
        joined.append((total, [answer, len(counts)]))
        counts.append(0)
    inside = set(ceilings) | {place[name] for name in unshown}
    if guarded:
        inside |= _kept_inside(counts, [*groups, *joined], ceilings=ceilings, guarded=guarded, inside=inside, settled=settled)
    return {name: None if at in inside else counts[at] for name, at in ((name, place[name]) for name in cells)}


def release_again(  # noqa: PLR0913  # two tables with their sums; all but the first four by name
    before: Mapping[Name, int],
    left: Mapping[Name, int | None],
    now: Mapping[Name, int],
    sums: Sums[Name],
    *,
    threshold: int = THRESHOLD,
    joins: Sums[Name] = (),
    unshown: Collection[Name] = (),
    earlier: Sums[Name] | None = None,
    renamed: Sequence[tuple[Sequence[Name], Sequence[Name]]] = (),
) -> dict[Name, int | None]:
    """A table that left before, counted again later: what may leave now, so that the difference of the two dates gives nobody away.

    before  : the true counts of the first date. left : what release() gave of them. now : the counts of today.
    unshown : figures of today that no table shows, as release() has them.
    earlier : every sum of the first date, when that table was another one. Default: the sums of today; a name that stands in only one of
              the two then counts as 0 in the other.
    renamed : names of then and names of now that count the same people: what was merged or split. How far their sums differ (who named
              both of two themes that became one) is a figure too.
    Raises  : as release() does; ValueError also when what left before gives a small difference away whatever stays inside today.

    Each figure's change is a figure of its own: where fewer than ``threshold`` joined or left, at most one of the two dates can be read.
    With a few new answers nearly everything stays inside: publish at fixed moments, not weekly.
    """
    if earlier is None:
        names = {**before, **now}
        before, now_all = ({name: table.get(name, 0) for name in names} for table in (before, now))
        earlier = [*sums, *joins]
    else:
        now_all = dict(now)
    tables: dict[Hashable, int] = {(date, name): n for date, table in ((0, before), (1, now_all)) for name, n in table.items()}
    links: list[tuple[Hashable, Sequence[Hashable]]] = [((0, total), [(0, part) for part in parts]) for total, parts in earlier]
    links += [((1, total), [(1, part) for part in parts]) for total, parts in joins]
    hidden: list[Hashable] = [*((1, name) for name in unshown), *((0, name) for name in before if left.get(name) is None)]
    same = [*(([name], [name]) for name in before if name in now_all), *renamed]
    for nth, (then, today) in enumerate(same):
        ends = [_sum_of(tables, links, nth, [(date, name) for name in names]) for date, names in ((0, then), (1, today))]
        hidden += [end for end in ends if end[0] == "sum"]
        least, most = sorted(ends, key=lambda end: tables[end])
        tables["change", nth] = tables[most] - tables[least]
        hidden += [("change", nth)] if tables["change", nth] else []  # who knows that nothing changed is a reader too
        links.append((most, [least, ("change", nth)]))
    known = [(0, name) for name, count in left.items() if count is not None]
    today_sums = [((1, total), [(1, part) for part in parts]) for total, parts in sums]
    out = release(tables, today_sums, threshold=threshold, joins=links, known=known, unshown=hidden)
    return {name: out[1, name] for name in now}


def _sum_of(tables: dict[Hashable, int], links: list[tuple[Hashable, Sequence[Hashable]]], nth: int, names: Sequence[Hashable]) -> Any:
    """The one figure, or a new one for the sum of several."""
    if len(names) == 1:
        return names[0]
    total = ("sum", (nth, names[0]))
    tables[total] = sum(tables[name] for name in names)
    links.append((total, names))
    return total


def release_themes(pillars: Mapping[str, Sequence[tuple[str, int]]], *, threshold: int = THRESHOLD) -> dict[tuple[str, ...], int | None]:
    """Themes within pillars, with both totals: () the total, (pillar,) a pillar, (pillar, theme) a theme, in the order to show them.

    Small themes are folded first, then the whole tree goes through the door: a pillar's total never tells what its dash hides.
    """
    folded = {pillar: [(name, n) for name, n, _ in _folded(themes, threshold)] for pillar, themes in pillars.items()}
    cells: dict[tuple[str, ...], int] = {(): sum(n for rows in folded.values() for _, n in rows)}
    sums: list[tuple[tuple[str, ...], list[tuple[str, ...]]]] = [((), [(pillar,) for pillar, rows in folded.items() if rows])]
    for pillar, rows in folded.items():
        cells[(pillar,)] = sum(n for _, n in rows)
        cells |= {(pillar, name): n for name, n in rows}
        sums.append(((pillar,), [(pillar, name) for name, _ in rows]))
    return release(cells, [(total, parts) for total, parts in sums if parts], threshold=threshold)


def fold_small(rows: Sequence[tuple[str, int]], *, threshold: int = THRESHOLD) -> list[tuple[str, int | None]]:
    """Themes of one pillar, largest first, with those under the threshold in one last row, "overig (klein aantal)".

    While that row is under the threshold itself, the next smallest theme joins it. A row that stays under it has n None; a theme that
    nobody named disappears. Beside totals use release_themes(): the totals would tell what the None hides.
    """
    return [(name, n if n >= threshold or not small else None) for name, n, small in _folded(rows, threshold)]


def _folded(rows: Sequence[tuple[str, int]], threshold: int) -> list[tuple[str, int, bool]]:
    _refuse_threshold(threshold, FLOOR)
    kept = sorted(((name, n) for name, n in rows if n and name != FOLDED), key=lambda row: (-row[1], row[0]))
    rest = sum(n for name, n in rows if name == FOLDED)
    while kept and (kept[-1][1] < threshold or 0 < rest < threshold):
        rest += kept.pop()[1]
    return [(name, n, False) for name, n in kept] + ([(FOLDED, rest, True)] if rest else [])


def _refuse_wrong(
    cells: Mapping[Name, int], sums: Sums[Name], *, threshold: int | Mapping[Name, int], floor: int, named: Collection[Name]
) -> None:
    if isinstance(threshold, int):
        _refuse_threshold(threshold, floor)
    else:
        for name in cells:
            _refuse_threshold(threshold.get(name, 0), floor)
    for name, count in cells.items():
        if isinstance(count, bool) or not isinstance(count, Integral) or count < 0:
            raise ValueError(f"{name!r} is not a whole count of 0 or more")
    if missing := [name for line in (*((total, *parts) for total, parts in sums), named) for name in line if name not in cells]:
        raise ValueError(f"{missing[0]!r} stands in a sum or is called known or unshown, but is not among the cells")
    for total, parts in sums:
        if len(set(parts)) != len(parts) or cells[total] != sum(cells[part] for part in parts):
            raise ValueError(f"the parts of {total!r} do not add up to it: leave overlapping answers out of a sum, and count who gave none")


def _refuse_threshold(threshold: int, floor: int) -> None:
    if floor < FLOOR or threshold < floor:
        raise ValueError(f"a threshold of {threshold} (floor {floor}) is too low: figures leave from {max(FLOOR, floor)} people on")


def _ceilings(counts: Sequence[int], groups: Sequence[Line], limits: Sequence[int]) -> dict[int, int]:
    """Figures that stay inside for their size -> the highest count they can have: small ones, and all parts of a small group."""
    ceilings = {at: limit - 1 for at, (count, limit) in enumerate(zip(counts, limits, strict=True)) if 0 < count < limit}
    waiting = list(ceilings)
    inner: dict[int, list[int]] = {}
    for total, parts in groups:
        inner.setdefault(total, []).extend(parts)
    while waiting:
        total = waiting.pop()
        for part in inner.get(total, ()):
            if ceilings[total] < ceilings.get(part, ceilings[total] + 1):
                ceilings[part] = ceilings[total]
                waiting.append(part)
    return ceilings


def _unanimous(counts: Sequence[int], groups: Sequence[Line]) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Groups that all gave one answer although there were others: (group, that answer, the other answers)."""
    for total, parts in groups:
        given = [part for part in parts if counts[part]]
        if len(given) == 1 and len(parts) > 1:
            yield total, given[0], tuple(part for part in parts if part != given[0])


def _ceiling_of_others(at: int, ceilings: Mapping[int, int], total: int, others: Sequence[int]) -> dict[int, int]:
    """How many of a group can have given another answer, as far as smallness alone tells it."""
    known = [ceilings[total]] if total in ceilings else []
    if all(other in ceilings for other in others):
        known.append(max(ceilings[other] for other in others))
    return {at: min(known)} if known else {}


def _kept_inside(counts: Sequence[int], lines: Sequence[Line], **marks: Any) -> set[int]:
    from app.suppression import withhold  # noqa: PLC0415  # scipy costs more start-up than the whole server, and most pages show no figures

    return withhold(counts, lines, narrowest=NARROWEST, **marks)
