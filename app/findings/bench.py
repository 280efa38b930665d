"""Room findings: what the workbench shows: the themes of a run with the figures that may leave, and the answers in one of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.access import ROWS
from app.acts import REST, Act, Place
from app.areas import Programme
from app.findings.quotes import Quoted, quotes_cleared
from app.findings.released import last_moment
from app.findings.runs import newest_run
from app.findings.shares import WHOLE, Figures, figures, threshold_of
from app.findings.themes import ThemeNow, ThemesNow, themes_now
from app.findings.words import act_words, pillar_names
from app.models.tables import PLACEMENT, RUN, STATEMENT
from app.reading import AT_ONCE, is_accepted, readable

PAGE = 50
TYPICAL = 3


@dataclass(frozen=True)
class Bench:
    """One run on the table: as people left it, with its figures."""

    run: Any
    now: ThemesNow
    figures: Mapping[Place, Figures]
    programme: Programme
    threshold: int
    is_newest: bool
    has_rows: bool
    left_at: datetime | None = None  # the moment of these figures; None: as they are now

    @property
    def whole(self) -> Figures:
        return self.figures[WHOLE]

    def pillars(self) -> list[tuple[str, str, list[ThemeNow]]]:
        """Pillars in the order of the programme, each with its themes; who sees no rows reads no theme that few people named."""
        names = pillar_names(self.programme)
        themes = [
            (key, name, [theme for theme in self.now.themes if theme.pillar == key and self.tells(theme)]) for key, name in names.items()
        ]
        return [(key, name, sorted(found, key=self._order)) for key, name, found in themes if found]

    def tells(self, theme: ThemeNow) -> bool:
        if self.has_rows:
            return not (theme.is_rest and theme.n == 0)
        return self.figures[theme.place].is_shown

    def _order(self, theme: ThemeNow) -> tuple[bool, int, int, str]:
        """Largest first, by what may be told alone: also the order tells nothing else."""
        told = self.figures[theme.place]
        return (
            theme.is_rest,
            -(told.n or 0),
            -((told.open_link or 0) + (told.contributions or 0) + (told.desk or 0)),
            theme.label.casefold(),
        )

    def left_out(self, pillar: str) -> bool:
        """Whether this pillar has themes that are not told."""
        return any(theme.pillar == pillar and theme.n and not self.tells(theme) for theme in self.now.themes)

    def theme(self, pillar: str, key: str) -> ThemeNow | None:
        found = self.now.theme(pillar, key)
        return found if found and self.tells(found) else None

    def others(self, theme: ThemeNow) -> list[ThemeNow]:
        """What this theme can be merged into."""
        return [each for each in self.now.themes if each.pillar == theme.pillar and each.key != theme.key and not each.is_rest]

    def places(self) -> list[tuple[str, str, list[ThemeNow]]]:
        """Where a statement can go: every theme by pillar, and the rest of every pillar."""
        names = pillar_names(self.programme)
        return [
            (key, name, [theme for theme in self.now.themes if theme.pillar == key and not theme.is_rest]) for key, name in names.items()
        ]

    @property
    def labels(self) -> dict[Place, str]:
        """The themes there are, with their names."""
        return {theme.place: theme.label for theme in self.now.themes if not theme.is_rest}

    def is_gone(self, place: Place) -> bool:
        """Whether there was a theme here that somebody merged into another, or took out of use."""
        return place in self.now.decisions.merged or place in self.now.decisions.retired

    def stands(self, statement_id: str) -> ThemeNow | None:
        """The theme that a statement stands in now."""
        return self.now.theme(*self.now.place_of.get(statement_id, ("", "")))

    def label_at(self, place: Place) -> str | None:
        """What stands at a place that a statement can go to; None when there is no such place."""
        if place[1] == REST:
            return REST if place[0] in pillar_names(self.programme) else None
        theme = self.now.theme(*place)
        return theme.label if theme else None


def bench_of(connection: Connection, programme: Programme, role: str, run_id: str = "") -> Bench | None:
    """The run with this id, or the newest over everything; None when there is none. Who sees no rows sees the newest alone: two runs side by
    side can give a person away. Raises LookupError for an id that is none.
    """
    has_rows = role in ROWS
    try:
        newest = newest_run(connection, "")
    except LookupError:
        return None
    run = connection.execute(select(RUN).where(RUN.c.id == run_id)).first() if run_id and has_rows else newest
    if run is None:
        raise LookupError(run_id)
    threshold = threshold_of(connection, run, programme)
    if not has_rows:
        last = last_moment(connection, programme, run)
        return Bench(last.run, last.now, last.figures, programme, threshold, is_newest=True, has_rows=False, left_at=last.made_at)
    now = themes_now(connection, run)
    told = figures(connection, run, now, programme, threshold)
    return Bench(run, now, told, programme, threshold, run.id == newest.id, has_rows)


@dataclass(frozen=True)
class Answer:
    """One statement as it stands in a list; `text` is what may be read."""

    id: str
    text: str
    lang: str
    source: str
    stream: str
    area: str
    pillar_asked: str
    also: tuple[str, ...]
    fit: float
    typical: bool
    accepted: bool
    quoted: Quoted | None = None
    kept_by: str = ""  # who said that it belongs here
    moved_by: str = ""
    quotable: bool = True
    main: Place | None = None  # the theme that it stands in, when it only speaks of this one too


@dataclass(frozen=True)
class Answers:
    """One page of the answers in a theme, the most typical of all of them, and the one at hand."""

    page: list[Answer]
    typical: list[Answer]
    n: int
    number: int
    pages: int
    at_hand: Answer | None


def answers_in(connection: Connection, bench: Bench, theme: ThemeNow, wanted: Mapping[str, str]) -> Answers:
    """The answers in one theme that fit what is asked for. A word is looked for in what may be read, so that nothing hidden can be probed."""
    ids = [said.id for said in bench.now.statements if not said.excluded and theme.place in said.places]
    rows = [row for row in _rows(connection, bench.run.id, ids) if _fits(row, wanted)]
    if word := wanted["woord"].casefold():
        texts = readable(connection, [row.id for row in rows])
        rows = [row for row in rows if word in texts[row.id].casefold()]
    doubtful = wanted["orde"] == "twijfel"
    rows.sort(key=lambda row: (row.fit if doubtful else -row.fit, row.id))
    pages = max(1, -(-len(rows) // PAGE))
    number = min(max(1, int(wanted["p"] or 1)), pages)
    shown = rows[(number - 1) * PAGE : number * PAGE]
    typical = [row for row in rows if row.quote][:TYPICAL]
    at_hand = [row for row in rows if row.id == wanted["uitspraak"]]
    said = _answers(connection, bench, theme, {row.id: row for row in [*shown, *typical, *at_hand]})
    return Answers(
        [said[row.id] for row in shown],
        [said[row.id] for row in typical],
        len(rows),
        number,
        pages,
        said[at_hand[0].id] if at_hand else None,
    )


def _rows(connection: Connection, run_id: str, ids: Sequence[str]) -> list[Any]:
    said = (STATEMENT.c.id, STATEMENT.c.lang, STATEMENT.c.source, STATEMENT.c.stream, STATEMENT.c.area, STATEMENT.c.pillar_asked)
    asked = (
        select(*said, PLACEMENT.c.fit, PLACEMENT.c.also, PLACEMENT.c.quote)
        .join(PLACEMENT, PLACEMENT.c.statement_id == STATEMENT.c.id)
        .where(PLACEMENT.c.run_id == run_id)
    )
    found: list[Any] = []
    for start in range(0, len(ids), AT_ONCE):
        found += connection.execute(asked.where(STATEMENT.c.id.in_(ids[start : start + AT_ONCE])))
    return found


def _fits(row: Any, wanted: Mapping[str, str]) -> bool:
    given = {"wijk": row.area or "onbekend", "taal_van": row.lang, "bron": row.source}
    return all(wanted[name] in {"", value} for name, value in given.items())


def _answers(connection: Connection, bench: Bench, theme: ThemeNow, rows: Mapping[str, Any]) -> dict[str, Answer]:
    texts, accepted, quoted = readable(connection, rows), is_accepted(connection, rows), quotes_cleared(connection, rows)
    decisions, place_of = bench.now.decisions, bench.now.place_of
    by = {id_: decisions.accepted.get(id_) for id_ in rows}
    return {
        id_: Answer(
            id_, texts[id_], row.lang, row.source, row.stream, row.area or "onbekend", row.pillar_asked or "", tuple(row.also.split()), row.fit,
            row.quote, id_ in accepted, quoted.get(id_), act.actor if (act := by[id_]) and act.kind == "accept" else "",
            act.actor if act and act.kind != "accept" else "", id_ not in decisions.unquotable,
            place_of[id_] if place_of[id_] != theme.place else None,
        )
        for id_, row in rows.items()
    }  # fmt: skip


def told_acts(acts: Iterable[Act]) -> list[tuple[Act, str, dict[str, str]]]:
    """Acts with the sentence that tells each."""
    return [(act, *act_words(act)) for act in acts]
