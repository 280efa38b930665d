"""Shared floor: what people decided about themes: acts in their order, folded over whatever run is looked at. Pure, but for the reading."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.models.tables import ACT

REST = "rest"
NOTHING = "geen_inhoud"
Place = tuple[str, str]  # pillar and key of a theme


@dataclass(frozen=True)
class Act:
    """One decision, as it was made. `payload`: `was`, what the theme was called then, and what was decided:

    rename `label`; merge `into` (and its `label`); settle `settled`; new `label`; retire nothing; split `into`, `label`, `statements` (their ids);
    move `pillar`, `theme`, `label`; accept nothing: the statement stands rightly in this theme; also `pillar`, `theme`, `label`, `on`;
    quotable `quotable`; direction `direction`, one of the kinds of a contribution or "".
    """

    id: int
    at: datetime
    actor: str
    kind: str
    pillar: str
    theme: str
    statement_id: str | None
    payload: Mapping[str, Any]
    undone_at: datetime | None = None
    undone_by: str = ""

    @property
    def place(self) -> Place:
        return self.pillar, self.theme

    @property
    def target(self) -> Place | None:
        """The other theme that this act touches: what it was merged or split into, or where a statement went."""
        if self.kind in {"merge", "split"}:
            return self.pillar, str(self.payload["into"])
        return (str(self.payload["pillar"]), str(self.payload["theme"])) if self.kind in {"move", "also"} else None

    def touches(self, *places: Place) -> bool:
        return self.place in places or self.target in places


@dataclass
class Decisions:
    """All acts that still count, folded. Every key is that of a theme as the analysis knows it."""

    labels: dict[Place, str] = field(default_factory=dict)
    merged: dict[Place, Place] = field(default_factory=dict)
    moved: dict[str, Place] = field(default_factory=dict)
    settled: dict[Place, Act] = field(default_factory=dict)
    known_as: dict[Place, str] = field(default_factory=dict)  # what a theme was called when something went into it
    made: set[Place] = field(default_factory=set)  # themes that a person made
    retired: dict[Place, Act] = field(default_factory=dict)
    accepted: dict[str, Act] = field(default_factory=dict)  # statements that a person put or left somewhere, by the last act that did
    also: dict[str, dict[Place, bool]] = field(default_factory=dict)  # further themes that a person added (True) or took away
    unquotable: set[str] = field(default_factory=set)
    directions: dict[str, str] = field(default_factory=dict)

    def place_of(self, place: Place) -> Place:
        """Where a theme is now, after all merges; what was retired is the rest of its pillar."""
        while place in self.merged:
            place = self.merged[place]
        return (place[0], REST) if place in self.retired else place

    def also_of(self, statement_id: str, proposed: Iterable[Place], main: Place) -> tuple[Place, ...]:
        """The further themes of a statement: those that the analysis proposed, with what a person added and without what a person took away."""
        decided = self.also.get(statement_id, {})
        wanted = [*(place for place in proposed if decided.get(place, True)), *(place for place, on in decided.items() if on)]
        found = dict.fromkeys(self.place_of(place) for place in wanted)
        return tuple(place for place in found if place != main and place[1] not in {REST, NOTHING})

    def would_circle(self, place: Place, into: Place) -> bool:
        """Whether this merge would be one of a theme with itself, by however many steps."""
        return self.place_of(into) == self.place_of(place)


def fold(acts: Iterable[Act]) -> Decisions:
    """Every act in its order. What was undone does not count; a merge that goes round in a circle is passed over.

    A new name, a split, or a theme that is merged into it ends that a theme is settled: it is no longer what somebody put a name to.
    """
    found = Decisions()
    for act in acts:
        if act.undone_at is None:
            _fold_one(found, act)
    return found


def _fold_one(found: Decisions, act: Act) -> None:
    if act.target is not None and act.payload.get("label"):
        found.known_as[act.target] = str(act.payload["label"])
    if act.statement_id is not None:
        _fold_statement(found, act, act.statement_id)
    elif act.kind != "settle":
        found.settled.pop(act.place, None)
        _fold_theme(found, act)
    else:
        found.settled.pop(act.place, None)
        if act.payload.get("settled", True):
            found.settled[act.place] = act


def _fold_theme(found: Decisions, act: Act) -> None:
    into = act.target
    match act.kind:
        case "rename":
            found.labels[act.place] = str(act.payload["label"])
        case "merge" if into is not None and act.place not in found.merged and not found.would_circle(act.place, into):
            found.merged[act.place] = into
            found.settled.pop(found.place_of(into), None)
        case "new":
            found.made.add(act.place)
            found.retired.pop(act.place, None)
            found.labels[act.place] = str(act.payload["label"])
        case "retire":
            found.retired[act.place] = act
        case "split" if into is not None:
            found.made.add(into)
            found.labels[into] = str(act.payload["label"])
            for statement_id in act.payload["statements"]:
                found.moved[str(statement_id)] = into
                found.accepted[str(statement_id)] = act


def _fold_statement(found: Decisions, act: Act, statement_id: str) -> None:
    match act.kind:
        case "move" | "accept":
            found.moved[statement_id] = act.target or act.place
            found.accepted[statement_id] = act
        case "also" if act.target is not None:
            found.also.setdefault(statement_id, {})[act.target] = bool(act.payload.get("on", True))
        case "quotable":
            (found.unquotable.discard if act.payload.get("quotable") else found.unquotable.add)(statement_id)
        case "direction":
            found.directions[statement_id] = str(act.payload["direction"])


def all_acts(connection: Connection) -> list[Act]:
    """Every act there ever was, in order, undone ones too."""
    columns = [column for column in ACT.c if column.name != "run_id"]
    return [Act(**row._mapping) for row in connection.execute(select(*columns).order_by(ACT.c.id))]  # noqa: SLF001  # SQLAlchemy's public name for it begins with _
