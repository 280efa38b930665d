"""Room findings: from theme to goal to pillar: what a figure that is too small to tell falls back on. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from app.acts import Place

THEME, GOAL, PILLAR = "theme", "goal", "pillar"
KINDS = (THEME, GOAL, PILLAR)
WITHIN, WIDER = "doel", "gebied"  # what a reader can pick: the same group and a wider subject, or the same subject and everybody
WAYS = (WITHIN, WIDER)


class Node(NamedTuple):
    """A theme, a goal by its number, or a pillar: what a row of figures is about."""

    kind: str
    pillar: str
    key: str


@dataclass(frozen=True)
class Tree:
    """Every subject with what stands directly under it. A subject with one part is always equal to that part, so it has no node of its own."""

    parts: tuple[tuple[Node, tuple[Node, ...]], ...]
    rows: tuple[tuple[str, tuple[tuple[Node, Node], ...]], ...]  # kind -> (what the row is called, the node whose figures it has)

    @cached_property
    def above(self) -> Mapping[Node, Node]:
        return {part: whole for whole, parts in self.parts for part in parts}

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(dict.fromkeys(node for whole, parts in self.parts for node in (whole, *parts)))

    def shown_as(self, kind: str) -> tuple[tuple[Node, Node], ...]:
        return dict(self.rows)[kind]

    def wider(self, node: Node) -> Iterator[Node]:
        while node in self.above:
            node = self.above[node]
            yield node

    def themes_in(self, node: Node) -> tuple[Node, ...]:
        """The themes that a figure of this node counts together."""
        parts = dict(self.parts).get(node)
        return (node,) if parts is None else tuple(theme for part in parts for theme in self.themes_in(part))


def tree_of(places: Iterable[Place], goals: Mapping[Place, int]) -> Tree:
    """The tree over these themes; a theme without a goal stands directly under its pillar."""
    under: dict[str, dict[int | None, list[Node]]] = {}
    for place in sorted(set(places)):
        under.setdefault(place[0], {}).setdefault(goals.get(place), []).append(Node(THEME, *place))
    parts: list[tuple[Node, tuple[Node, ...]]] = []
    themes: list[tuple[Node, Node]] = []
    of_goals: list[tuple[Node, Node]] = []
    pillars: list[tuple[Node, Node]] = []
    for pillar, by_goal in under.items():
        direct = list(by_goal.pop(None, []))
        themes += [(theme, theme) for found in (*by_goal.values(), direct) for theme in found]
        for number, found in sorted(by_goal.items(), key=lambda one: one[0] or 0):
            goal = Node(GOAL, pillar, str(number))
            of_goals.append((goal, _whole(goal, found, parts)))
        wanted = [node for goal, node in of_goals if goal.pillar == pillar]
        whole = Node(PILLAR, pillar, "")
        pillars.append((whole, _whole(whole, [*wanted, *direct], parts)))
    alone = [(node, ()) for _, node in pillars if node not in dict(parts)]
    return Tree((*parts, *alone), ((THEME, tuple(themes)), (GOAL, tuple(of_goals)), (PILLAR, tuple(pillars))))


def _whole(whole: Node, found: list[Node], parts: list[tuple[Node, tuple[Node, ...]]]) -> Node:
    if len(found) == 1:
        return found[0]
    parts.append((whole, tuple(found)))
    return whole
