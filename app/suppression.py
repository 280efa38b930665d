"""Shared floor, the lock of the disclosure door: which further figures stay inside so that no small one can be worked out. Pure.

For each guarded figure we look for other tables of whole counts that fit everything a reader sees, in which that figure is different.
Two such tables that lie far enough apart are the proof that it is safe; the published figures that differ in them must stay inside.
The search (least costly change of a table, a linear programme) follows the idea of Fischetti and Salazar, Management Science 47 (2001).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack
from scipy.sparse.csgraph import connected_components

HUB = 4  # a figure in more sums than this (a base that every question shares) is held still first: it splits the table into questions
FREE = 0.001  # what it costs to change a figure that stays inside anyway: little, so that the search does not wander
FAR = 1e6  # more than all figures of a table together cost: the width comes first
MOST_STEPS = 20_000  # of the search in whole numbers; a count and not a clock, so that a slow machine gives the same table

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Flags = NDArray[np.bool_]
Line = tuple[int, Sequence[int]]


@dataclass
class Table:
    """Counts, their sums (one row each: -1 at the total, 1 at each part), what each tells, what stays inside and what has left before."""

    counts: Whole
    sums: csr_array[np.int64]
    telling: Real
    withheld: Flags
    settled: Flags
    blocks: tuple[Whole, Whole]


@dataclass(frozen=True)
class Attacker:
    """What a reader may know of the figures inside (0..highest); how wide each should stay for that reader, and must at the least."""

    highest: Real
    width: Whole
    least: Whole


def withhold(
    counts: Sequence[int],
    lines: Sequence[Line],
    *,
    ceilings: Mapping[int, int],
    guarded: Collection[int],
    inside: Collection[int],
    settled: Collection[int],
    narrowest: int,
) -> set[int]:
    """The places of all figures that stay inside: those given, and the fewest and least telling we can find that protect them.

    counts    : whole numbers >= 0. lines : (total, parts), places in counts; every line adds up.
    ceilings  : figures that stay inside for being small -> the highest count that such a figure can have.
    inside    : all figures that stay inside already.
    guarded   : figures nobody may narrow to less than ``narrowest`` wide (highest minus lowest possible count).
    settled   : figures that have left before and cannot be kept inside.
    Raises    : ValueError, when the settled figures alone give a guarded one away.
    Two readers are tried. One knows counts are whole and >= 0. The stronger one also knows which dashes stand for a small count; as a
    small count lies in 0..ceiling by itself, the width asked there is at most the ceiling; beside settled figures as much of it as can be,
    and never an exact count. Same input, same answer.
    """
    table = _table(counts, lines, {*inside, *guarded} - set(settled), settled)
    size, seen = len(counts), (table.counts, table.counts)
    width = np.where(_flags(size, guarded), narrowest, 0)
    unknown = np.full(size, np.inf)
    highest = unknown.copy()
    highest[list(ceilings)] = list(ceilings.values())
    insider = Attacker(highest, np.minimum(width, highest).astype(np.int64), np.minimum(width, 1))
    for attacker in (insider, Attacker(unknown, width, width)):
        seen = _defend(table, attacker, *seen)
    return {int(cell) for cell in np.flatnonzero(table.withheld)}


def _table(counts: Sequence[int], lines: Sequence[Line], inside: Collection[int], settled: Collection[int]) -> Table:
    entries = [
        (row, place, sign) for row, (total, parts) in enumerate(lines) for place, sign in ((total, -1), *((part, 1) for part in parts))
    ]
    rows, places, signs = np.array(entries, dtype=np.int64).reshape(-1, 3).T
    sums = csr_array((signs, (rows, places)), shape=(len(lines), len(counts)))
    size, whole = len(counts), np.array(counts, dtype=np.int64)
    totals = _flags(size, [total for total, _ in lines])
    return Table(whole, sums, _telling(whole, totals), _flags(size, inside), _flags(size, settled), _blocks(sums))


def _telling(counts: Whole, totals: Flags) -> Real:
    """What readers miss when a figure stays inside: large counts and totals tell more; a zero protects badly, since it is often guessed."""
    telling: Real = 1 + np.log1p(counts) + totals + 5.0 * (counts == 0)
    return telling


def _flags(size: int, places: Collection[int]) -> Flags:
    flags = np.zeros(size, dtype=np.bool_)
    flags[list(places)] = True
    return flags


def _blocks(sums: csr_array[np.int64]) -> tuple[Whole, Whole]:
    """For each figure the number of its block: once with the hubs held still, once with everything that hangs together."""
    lines, places = sums.nonzero()
    often = np.bincount(places, minlength=sums.shape[1]) > HUB
    size, found = sum(sums.shape), []
    for joined in (~often[places], np.ones_like(places, dtype=np.bool_)):
        graph = csr_array((np.ones(joined.sum()), (lines[joined], sums.shape[0] + places[joined])), shape=(size, size))
        found.append(np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)[sums.shape[0] :])
    return found[0], found[1]


def _defend(table: Table, attacker: Attacker, low: Whole, high: Whole) -> tuple[Whole, Whole]:
    """Keep figures inside until every guarded one has two tables that lie far enough apart: the lowest and highest counts seen in any.

    A table found once stays valid: later more stays inside, and the next attacker knows less.
    """
    for cell in np.argsort(table.counts, kind="stable"):
        width, count = attacker.width[cell], table.counts[cell]
        for upwards in (True, False):
            if high[cell] - low[cell] >= width:
                break
            aim = min(low[cell] + width, attacker.highest[cell]) if upwards else max(high[cell] - width, 0)
            if aim == count:
                continue
            other = _other_table(table, attacker, int(cell), int(aim - count))
            table.withheld |= other != table.counts
            low, high = np.minimum(low, other), np.maximum(high, other)
        if high[cell] - low[cell] < attacker.least[cell]:
            raise ValueError(
                "figures that left before give a small one away, whatever stays inside: leave this table out, or wait for more answers"
            )
    return low, high


def _other_table(table: Table, attacker: Attacker, cell: int, shift: int) -> Whole:
    """Another table that fits all sums: this figure ``shift`` more, or as near to that as can be, and little else that is published differs."""
    best = np.zeros_like(table.counts)
    for block in table.blocks:
        places = np.flatnonzero((block == block[cell]) & ~table.settled)
        for whole in (False, True):
            move = _move(table, attacker, places, cell=cell, shift=shift, whole=whole)
            if move is not None:
                best = max(best, move, key=lambda one: abs(int(one[cell])))
                break
        if best[cell] == shift:
            break
    return table.counts + best


def _move(table: Table, attacker: Attacker, places: Whole, *, cell: int, shift: int, whole: bool) -> Whole | None:
    """The furthest and then least costly change with the sums kept, or None where the programme does not end on whole numbers by itself."""
    size, counts = len(places), table.counts[places]
    part = table.sums[:, places]
    part = part[np.flatnonzero(np.diff(part.indptr))]
    most = np.concatenate([attacker.highest[places] - counts, counts.astype(np.float64)])
    cost = np.tile(np.where(table.withheld, FREE, table.telling)[places], 2)
    up = int(np.searchsorted(places, cell))
    towards, away = (up, size + up) if shift > 0 else (size + up, up)
    most[towards], most[away], cost[towards] = abs(shift), 0, -FAR
    found = milp(
        cost,
        constraints=LinearConstraint(hstack([part, -part]), 0, 0),
        bounds=Bounds(0, most),
        integrality=np.full(2 * size, whole, dtype=np.int64),
        options={"node_limit": MOST_STEPS},
    )
    if found.x is None:
        return None
    move = np.zeros_like(table.counts)
    move[places] = np.rint(found.x[:size]) - np.rint(found.x[size:])
    after = (table.counts + move)[places]
    fits = not np.asarray(table.sums @ move).any() and bool((after >= 0).all()) and bool((after <= attacker.highest[places]).all())
    return move if fits else None
