"""Room findings: tables of figures as they may leave: themes, goals and pillars by wijk, age, way, language and year, through the one door.

Of each stream the totals of all years leave first, beside what the page of themes tells already; then, for one year, the groups of one breakdown with
those totals as they left. A subject whose total stays inside is not broken down: so two breakdowns meet in figures that both tell, and nowhere else.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.areas import OUTSIDE, UNKNOWN
from app.disclosure import FLOOR, release
from app.findings.fallback import THEME, WIDER, WITHIN, Node, Tree
from app.findings.shares import BASED, wilson
from app.findings.shares import Figures as ThemeFigures
from app.findings.voices import Voice

TOTAL = ""  # the group of everybody
OTHERS = "overige"  # groups too small to stand alone, with those who are in none
BASE = Node("base", "", "")  # everybody of a group who answered at least one open question
SAMPLE = "sample"
UNSHOWN = {"others", "only", "both"}  # what no table shows and a reader can work out
NO_GROUP = {OUTSIDE, UNKNOWN, "dk"}
OF_THEMES = {"sample": "n", "open_link": "open_link", "desk": "desk", "wijkgesprek": "contributions"}  # what the page of themes calls them
Name = tuple[str, str, str, str]  # kind, pillar, key and group
Line = tuple[Name, tuple[Name, ...]]
Split = tuple[Name, tuple[Name, Name]]
Told = Mapping[Name, int | None]


@dataclass(frozen=True)
class Figure:
    """One figure as it may be told. n of base people; share (0..1) with its 95 % interval for the invited sample alone; None where a dash stands."""

    n: int | None
    base: int | None
    share: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Fallen:
    """What stands in the place of a dash: the first wider subject, or the same subject of everybody, that may be told."""

    node: Node
    group: str
    figure: Figure


@dataclass(frozen=True)
class Block:
    """The figures of one stream by group, all from one release."""

    stream: str
    groups: tuple[str, ...]
    told: Told
    folded: tuple[str, ...] = ()  # groups that count together, under OTHERS

    @property
    def columns(self) -> tuple[str, ...]:
        """Everybody, and each group."""
        return (TOTAL, *self.groups)

    def at(self, node: Node, group: str = TOTAL) -> Figure:
        n, base = self.told.get((*node, group), 0), self.told.get((*BASE, group), 0)
        if self.stream != SAMPLE or n is None or not base:
            return Figure(n, base)
        return Figure(n, base, n / base, *wilson(n, base))

    def fallen(self, tree: Tree, node: Node, group: str, way: str) -> Fallen | None:
        """A cell of this same release for a dash; None for a figure that is told, or when nothing wider may be."""
        if self.at(node, group).n is not None:
            return None
        wider = {WITHIN: [(each, group) for each in tree.wider(node)], WIDER: [(node, TOTAL)] if group else []}
        found = (Fallen(*place, figure) for place in wider.get(way, ()) if (figure := self.at(*place)).n)
        return next(found, None)

    def tells(self, node: Node) -> bool:
        """Whether any figure above zero may be told; a theme that has none is not told by its name to who sees no rows."""
        return any(self.at(node, group).n for group in self.columns)


@dataclass(frozen=True)
class Counts:
    """True counts of people (of contributions, in a session), each once per subject and group."""

    cells: tuple[tuple[Name, int], ...]
    groups: tuple[str, ...]


def blocks_of(
    voices: Sequence[Voice], tree: Tree, group_of: Callable[[Voice], str], groups: Sequence[str], *,
    year: str, limits: Mapping[str, int], before: Mapping[str, Told],
) -> dict[str, Block]:  # fmt: skip
    """Per stream the figures of one year by group. `before` are the totals of that year as they left, by stream; see years_of."""
    told = {}
    for stream, said in _by_stream(voice for voice in voices if year in {"", voice.year}).items():
        folded = _folded(said, group_of, groups, limits[stream])
        counts = count(said, tree, _folding(group_of, folded), (*groups, OTHERS))
        told[stream] = Block(stream, counts.groups, released(counts, tree, limits[stream], _frozen(before.get(stream, {}))), folded)
    return told


def _folding(group_of: Callable[[Voice], str], folded: Sequence[str]) -> Callable[[Voice], str]:
    return lambda voice: OTHERS if (group := group_of(voice)) in folded else group


def _folded(voices: Iterable[Voice], group_of: Callable[[Voice], str], groups: Sequence[str], limit: int) -> tuple[str, ...]:
    """Groups that are too small count together, with people who are in no group: else one more group has to stay inside to hide them."""
    people: dict[str, set[str]] = defaultdict(set)
    for voice in voices:
        people[group_of(voice)].add(voice.who)
    small = {group for group, who in people.items() if len(who) < limit}
    together = small | ({group for group in people if group in NO_GROUP} if small else set())
    return tuple(group for group in groups if group in together) if len(together) > 1 else ()


def years_of(voices: Sequence[Voice], tree: Tree, *, limits: Mapping[str, int], before: Mapping[str, Told]) -> dict[str, Block]:
    """Per stream the totals by year, and over all years as the page of themes tells them: the first of all releases."""
    found = {}
    for stream, said in _by_stream(voices).items():
        years = sorted({voice.year for voice in said})
        counts = count(said, tree, lambda voice: voice.year, years if len(years) > 1 else ())
        told = released(counts, tree, limits[stream], _frozen(before.get(stream, {})), by_year=True)
        if len(years) == 1:  # one year is everything: the same figures under both names
            told = {**told, **{(*name[:3], years[0]): n for name, n in told.items()}}
        found[stream] = Block(stream, tuple(years), told)
    return found


def totals_of(blocks: Mapping[str, Block], year: str) -> dict[str, Told]:
    """The totals of one year, under the names that a table of that year has them by."""
    return {stream: {(*name[:3], TOTAL): n for name, n in block.told.items() if name[3] == year} for stream, block in blocks.items()}


def as_told(figures: Mapping[tuple[str, str], ThemeFigures]) -> dict[str, Told]:
    """What the page of themes tells, under the names of this room: it has left before."""
    told: dict[str, dict[Name, int | None]] = {stream: {} for stream in OF_THEMES}
    for stream, field in OF_THEMES.items():
        for (pillar, theme), told_there in figures.items():
            if pillar:
                told[stream][(*(Node(THEME, pillar, theme) if theme else Node("sum", pillar, "")), TOTAL)] = getattr(told_there, field)
    told[SAMPLE][(*BASE, TOTAL)] = figures[BASED[1:]].base
    return dict(told)


def count(voices: Iterable[Voice], tree: Tree, group_of: Callable[[Voice], str], groups: Sequence[str]) -> Counts:
    """Everybody once in each subject that she spoke of, in the group that her first statement puts her in."""
    people: dict[Name, set[str]] = defaultdict(set)
    first: dict[str, str] = {}
    themes = {theme: (theme, *tree.wider(theme)) for theme in tree.nodes if theme.kind == THEME}
    for voice in voices:
        group = first.setdefault(voice.who, group_of(voice)) if groups else TOTAL
        nodes = {BASE, *(node for place in voice.places for node in themes.get(Node(THEME, *place), ()))}
        for node in nodes:
            people[(*node, group)].add(voice.who)
            people[(*node, TOTAL)].add(voice.who)
    used = tuple(group for group in groups if people[(*BASE, group)])
    names = [(*node, group) for node in (BASE, *tree.nodes) for group in (TOTAL, *used)]
    return Counts(tuple((name, len(people[name])) for name in names), used)


@lru_cache(maxsize=64)
def released(counts: Counts, tree: Tree, limit: int, before: tuple[tuple[Name, int | None], ...], *, by_year: bool = False) -> Told:
    """All figures of one stream through the door at once; remembered, because the same counts always give the same.

    before  : totals that left already, and those that stayed inside (None). Where they cannot be joined without giving somebody away, nothing more leaves.
    by_year : the groups are years: there a subject is told of one year although its total over all years stays inside.
    """
    left, shown = dict(before), [name for name, _ in counts.cells]
    broken_down = bool(counts.groups) and not by_year
    gone = {name[:3] for name, n in left.items() if broken_down and n is None and name[:3] != BASE}
    cells = {name: n for name, n in counts.cells if name[:3] not in gone}
    nodes = [node for node in tree.nodes if node not in gone]
    joins = [((*node, TOTAL), tuple((*node, group) for group in counts.groups)) for node in (BASE, *nodes) if counts.groups]
    sums: list[Split] = []
    for group in (TOTAL, *counts.groups):
        sums += _of_base(cells, nodes, group, limit)
        joins += _of_tree(cells, tree, group, limit)
    joins += _of_sums(cells, tree, left)
    known = [name for name, n in left.items() if n is not None and name in cells]
    inside = {name for name, n in left.items() if n is None and name in cells} | {name for name in cells if name[0] in UNSHOWN}
    # Where few people of a group did not name a subject, that subject stays inside: else the size of the group does, and all its shares with it.
    inside |= {named for _, (named, others) in sums if 0 < cells[others] < limit} - set(known)
    try:
        thresholds = {
            name: FLOOR if name[0] == "both" else limit for name in cells
        }  # that somebody named two things of one goal tells little
        told = release(cells, sums, threshold=thresholds, joins=joins, known=known, unshown=sorted(inside))
    except ValueError:  # what left before gives a small figure away, whatever stays inside
        return {name: left.get(name) for name in shown}
    return {name: told.get(name) for name in shown}


def _of_base(cells: dict[Name, int], nodes: Iterable[Node], group: str, limit: int) -> list[Split]:
    """Who did not name a subject, where that could be few: a reader takes the count from the base."""
    base: Name = (*BASE, group)
    found: list[Split] = []
    for node in nodes:
        n = cells[(*node, group)]
        if n and cells[base] - n < 2 * limit:
            others: Name = ("others", f"{node.kind} {node.pillar}", node.key, group)
            cells[others] = cells[base] - n
            found.append((base, ((node.kind, node.pillar, node.key, group), others)))
    return found


def _of_tree(cells: dict[Name, int], tree: Tree, group: str, limit: int) -> list[Line]:
    """What ties a subject to its parts: nobody names a part without the whole, and the whole is at most its parts together."""
    found: list[Line] = []
    for whole, parts in tree.parts:
        of_whole: Name = (*whole, group)
        n = cells.get(of_whole, 0)
        there = [part for part in parts if n and (*part, group) in cells]
        for part in there:
            of_part: Name = (*part, group)
            if cells[of_part] and n - cells[of_part] < limit:
                only: Name = ("only", f"{whole.kind} {part.kind} {part.pillar}", part.key, group)
                cells[only] = n - cells[of_part]
                found.append((of_whole, (of_part, only)))
        twice = sum(cells[(*part, group)] for part in there) - n
        if there and len(there) == len(parts) and twice < limit:
            together, both = _pair(whole, group)
            cells |= {together: n + twice, both: twice}
            found += [(together, tuple((*part, group) for part in parts)), (together, (of_whole, both))]
    return found


def _pair(whole: Node, group: str) -> tuple[Name, Name]:
    return (("both", f"{whole.kind} {whole.pillar}", f"{whole.key}+", group), ("both", f"{whole.kind} {whole.pillar}", whole.key, group))


def _of_sums(cells: dict[Name, int], tree: Tree, left: Mapping[Name, int | None]) -> list[Line]:
    """The sums over the themes of a pillar, where the page of themes told them."""
    found: list[Line] = []
    for pillar, themes in _themes_by_pillar(tree).items():
        name: Name = ("sum", pillar, "", TOTAL)
        parts = tuple((*theme, TOTAL) for theme in themes)
        if name in left and all(part in cells for part in parts):
            cells[name] = sum(cells[part] for part in parts)
            found.append((name, parts))
    return found


def _themes_by_pillar(tree: Tree) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = defaultdict(list)
    for node in tree.nodes:
        if node.kind == THEME:
            found[node.pillar].append(node)
    return found


def _by_stream(voices: Iterable[Voice]) -> dict[str, list[Voice]]:
    found: dict[str, list[Voice]] = defaultdict(list)
    for voice in voices:
        found[voice.stream].append(voice)
    return found


def _frozen(told: Told) -> tuple[tuple[Name, int | None], ...]:
    return tuple(sorted(told.items()))
