"""Room findings: the themes of a run as people left them: what the analysis proposed, with every act folded in."""

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, select

from app.acts import NOTHING, REST, Act, Decisions, Place, all_acts, fold
from app.models.tables import PLACEMENT, STATEMENT, THEME

ERASED = "gewist"  # why a statement is left out whose words were erased before the run


@dataclass(frozen=True)
class ThemeNow:
    """One theme. `n` counts statements that speak of it, `people` who made them, each once: true counts, which only app.disclosure lets leave.

    `settled_by` is "" while nobody settled it; `merged_from` are the labels of what was merged into it, and then
    `stability` is None: what was measured belongs to the theme before.
    """

    pillar: str
    key: str
    label: str
    n: int
    people: int
    stability: float | None
    settled: bool
    settled_by: str
    merged_from: tuple[str, ...]
    renamed: bool

    @property
    def place(self) -> Place:
        return self.pillar, self.key

    @property
    def is_rest(self) -> bool:
        return self.key == REST


@dataclass(frozen=True)
class Said:
    """One statement of a run: where it stands now, and what of it is counted."""

    id: str
    place: Place
    who: str
    source: str
    stream: str
    excluded: str
    also: tuple[Place, ...] = ()
    lang: str = ""

    @property
    def places(self) -> tuple[Place, ...]:
        """Every theme that it speaks of, the main one first."""
        return (self.place, *self.also)


@dataclass(frozen=True)
class ThemesNow:
    """A run with everything that people decided. Excluded statements have no place; `absent` are acts about themes that this run has not."""

    run: Any
    themes: list[ThemeNow]
    place_of: dict[str, Place]
    decisions: Decisions
    acts: list[Act]
    statements: list[Said] = field(repr=False)
    absent: list[Act]

    def theme(self, pillar: str, key: str) -> ThemeNow | None:
        """The theme with this key; a key that was merged into another gives None."""
        return next((theme for theme in self.themes if theme.place == (pillar, key)), None)

    @property
    def ledger(self) -> dict[str, int]:
        """In = themed + rest + excluded, with the acts folded in; statements, so for who may see rows."""
        excluded = sum(1 for said in self.statements if said.excluded)
        rest = sum(1 for said in self.statements if not said.excluded and said.place[1] == REST)
        n = len(self.statements)
        return {"n_in": n, "n_themed": n - rest - excluded, "n_rest": rest, "n_excluded": excluded}


def themes_now(connection: Connection, run: Any, acts: Sequence[Act] | None = None) -> ThemesNow:
    """Read a run (a row of RUN) and fold all acts over it, or those given: three questions to the database, however many themes there are.

    Themes come in the order of their pillar and then of how many people named them; the rest of a pillar is its last. A theme that
    everything was moved out of stays, with 0.
    """
    acts = all_acts(connection) if acts is None else list(acts)
    decisions = fold(acts)
    found = {(row.pillar, row.key): row for row in connection.execute(select(THEME).where(THEME.c.run_id == run.id))}
    statements = _statements(connection, run.id, decisions)
    known = {
        *found,
        *((place[0], REST) for place in found),
        *decisions.made,
        *(place for said in statements if not said.excluded for place in said.places),
    }
    themes = [_theme(place, found, decisions, statements_in) for place, statements_in in _grouped(known, decisions, statements).items()]
    themes.sort(key=lambda theme: (theme.pillar, theme.is_rest, -theme.people, theme.key))
    absent = [act for act in acts if act.undone_at is None and act.statement_id is None and act.place not in known]
    place_of = {said.id: said.place for said in statements if not said.excluded}
    return ThemesNow(run, themes, place_of, decisions, acts, statements, absent)


def only(now: ThemesNow, within: Container[str]) -> ThemesNow:
    """The same themes, of these statements alone."""
    statements = [said for said in now.statements if said.id in within]
    n: dict[Place, set[str]] = defaultdict(set)
    people: dict[Place, set[str]] = defaultdict(set)
    for said in statements:
        for place in said.places if not said.excluded else ():
            n[place].add(said.id)
            people[place].add(said.who)
    themes = [replace(theme, n=len(n[theme.place]), people=len(people[theme.place])) for theme in now.themes]
    return replace(now, themes=themes, statements=statements, place_of={id_: place for id_, place in now.place_of.items() if id_ in within})


def _statements(connection: Connection, run_id: str, decisions: Decisions) -> list[Said]:
    columns = (PLACEMENT.c.statement_id, PLACEMENT.c.pillar, PLACEMENT.c.theme, PLACEMENT.c.excluded, PLACEMENT.c.also_themes)
    said = (STATEMENT.c.response_id, STATEMENT.c.source, STATEMENT.c.stream, STATEMENT.c.lang, STATEMENT.c.erased_on)
    rows = connection.execute(
        select(*columns, *said).join(STATEMENT, STATEMENT.c.id == PLACEMENT.c.statement_id).where(PLACEMENT.c.run_id == run_id)
    )
    found = []
    for id_, pillar, theme, excluded, also_themes, response_id, source, stream, lang, erased_on in rows:
        moved = decisions.moved.get(id_)
        place = decisions.place_of(moved or (pillar, theme))
        why = ERASED if excluded and erased_on else "" if moved and moved[1] != NOTHING else excluded
        also = decisions.also_of(id_, places_in(also_themes), place) if not why else ()
        found.append(Said(id_, place, response_id or id_, source, stream, why, also, lang))
    return found


def places_in(also_themes: str) -> list[Place]:
    """Further themes as a placement keeps them: pillar/theme, with spaces between."""
    return [(pillar, theme) for pillar, _, theme in (one.partition("/") for one in also_themes.split())]


def _grouped(known: set[Place], decisions: Decisions, statements: Sequence[Said]) -> dict[Place, list[Said]]:
    gone = {*decisions.merged, *decisions.retired}
    grouped: dict[Place, list[Said]] = {place: [] for place in sorted(known) if place not in gone and place[1] != NOTHING}
    for said in statements:
        if not said.excluded:
            for place in said.places:
                grouped.setdefault(place, []).append(said)
    return grouped


def _theme(place: Place, found: dict[Place, Any], decisions: Decisions, statements: Sequence[Said]) -> ThemeNow:
    settled = decisions.settled.get(place)
    merged = [each for each in decisions.merged if decisions.place_of(each) == place and each in found]
    return ThemeNow(
        *place,
        label_of(place, found, decisions),
        len(statements),
        len({said.who for said in statements}),
        found[place].stability if place in found and not merged else None,
        settled is not None,
        settled.actor if settled else "",
        tuple(sorted(label_of(each, found, decisions) for each in merged)),
        place in decisions.labels,
    )


def label_of(place: Place, found: dict[Place, Any], decisions: Decisions) -> str:
    """What a person called it, or the analysis; a theme that this run does not know keeps the name it had when something was moved there."""
    if place in decisions.labels:
        return decisions.labels[place]
    if place in found:
        return str(found[place].label)
    return decisions.known_as.get(place) or place[1].replace("_", " ").capitalize()
