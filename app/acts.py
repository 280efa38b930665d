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
    """One decision, as it was made. `payload`: `was`, what the theme was called then, and what was decided: `label`; `into`; `settled`;
    or `pillar` and `theme` where a statement went. With `into` and `theme` stands the `label` of that theme.
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
        """The other theme that this act touches: what it was merged into, or where a statement went."""
        if self.kind == "merge":
            return self.pillar, str(self.payload["into"])
        return (str(self.payload["pillar"]), str(self.payload["theme"])) if self.kind == "move" else None

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

    def place_of(self, place: Place) -> Place:
        """Where a theme is now, after all merges."""
        while place in self.merged:
            place = self.merged[place]
        return place

    def would_circle(self, place: Place, into: Place) -> bool:
        """Whether this merge would be one of a theme with itself, by however many steps."""
        return self.place_of(into) == self.place_of(place)


def fold(acts: Iterable[Act]) -> Decisions:
    """Every act in its order. What was undone does not count; a merge that goes round in a circle is passed over.

    A new name, or a theme that is merged into it, ends that a theme is settled: it is no longer what somebody put a name to.
    """
    found = Decisions()
    for act in acts:
        if act.undone_at is None:
            _fold_one(found, act)
    return found


def _fold_one(found: Decisions, act: Act) -> None:
    if act.target is not None and act.payload.get("label"):
        found.known_as[act.target] = str(act.payload["label"])
    match act.kind:
        case "rename":
            found.labels[act.place] = str(act.payload["label"])
            found.settled.pop(act.place, None)
        case "merge":
            into = act.target
            if into is not None and act.place not in found.merged and not found.would_circle(act.place, into):
                found.merged[act.place] = into
                found.settled.pop(act.place, None)
                found.settled.pop(found.place_of(into), None)
        case "move":
            if act.statement_id is not None and act.target is not None:
                found.moved[act.statement_id] = act.target
        case "settle":
            found.settled.pop(act.place, None)
            if act.payload.get("settled", True):
                found.settled[act.place] = act


def all_acts(connection: Connection) -> list[Act]:
    """Every act there ever was, in order, undone ones too."""
    columns = [column for column in ACT.c if column.name != "run_id"]
    return [Act(**row._mapping) for row in connection.execute(select(*columns).order_by(ACT.c.id))]  # noqa: SLF001  # SQLAlchemy's public name for it begins with _
