"""Room findings: who spoke of what: every statement of the newest runs with the themes that people left it in, its year, its way and its wijk."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, and_, null, or_, select

from app.acts import NOTHING, REST, Act, Decisions, Place, all_acts, fold
from app.areas import UNKNOWN
from app.findings.released import Left, acts_then
from app.findings.runs import PARTS, RESIDENTS
from app.findings.themes import Said, ThemeNow, ThemesNow, label_of, places_in
from app.models.answers import SESSIONS
from app.models.tables import CODE_ENTRY, PAGE, PLACEMENT, RUN, STATEMENT, SURVEY, THEME, VERSION
from app.survey import Survey, load_survey

AGE = "leeftijd"
PROFESSIONAL, KENNISSESSIE = "professional", "kennissessie"
STREAMS = ("sample", "open_link", "desk", "wijkgesprek", PROFESSIONAL, KENNISSESSIE)


@dataclass(frozen=True)
class Voice:
    """One statement as it counts: by whom, by which stream, and of which themes it speaks (none: it had no content)."""

    id: str
    who: str
    stream: str
    survey: str
    said_on: date
    area: str
    channel: str
    lang: str
    age: str
    places: tuple[Place, ...]

    @property
    def year(self) -> str:
        return str(self.said_on.year)


@dataclass(frozen=True)
class Voices:
    """All that was said, as the newest run over everything (and over professionals, and kennissessies) has it and people left it."""

    run: Any
    now: ThemesNow
    all: Sequence[Voice]
    labels: Mapping[Place, str]
    origins: Mapping[Place, str]
    goals: Mapping[Place, int]
    surveys: Mapping[str, Survey]
    decisions: Decisions
    acts: Sequence[Act]
    left: Left | None = None

    @property
    def years(self) -> list[str]:
        """The waves with data, oldest first."""
        return sorted({voice.year for voice in self.all})

    def ages(self) -> dict[str, str]:
        """Age groups as the surveys ask them: code -> text."""
        asked = (survey.questions[AGE] for survey in self.surveys.values() if AGE in survey.questions)
        return {option.id: option.text for question in asked for option in question.options}


def voices_of(connection: Connection, *, ages: bool = False, at_moment: Callable[[Any], Left | None] | None = None) -> Voices | None:
    """Read the newest runs; None when there is none. Six questions to the database, however much was said. `ages`: also how old people said they are.

    at_moment : gives, for the newest run, the table that left last; then it is that run with what people had decided by then.
    """
    found = connection.execute(
        select(SURVEY.c.key, SURVEY.c.audience, VERSION.c.source).join(VERSION, SURVEY.c.fingerprint == VERSION.c.fingerprint)
    )
    surveys = {row.key: row for row in found}
    runs = _runs(connection, {key for key, row in surveys.items() if row.audience == PROFESSIONAL})
    if not runs:
        return None
    acts = all_acts(connection)
    left = at_moment(next(iter(runs.values()))) if at_moment else None
    if left is not None and left.run_id:
        acts = acts_then(acts, left)
        runs = runs | {next(iter(runs)): next(run for run in _all_runs(connection) if run.id == left.run_id)}
    decisions = fold(acts)
    columns = (THEME.c.run_id, THEME.c.pillar, THEME.c.key, THEME.c.label, THEME.c.origin, THEME.c.stability)
    themes = list(connection.execute(select(*columns).where(THEME.c.run_id.in_([run.id for run in runs.values()]))))
    read = {key: load_survey(row.source, key) for key, row in surveys.items()}
    rows = _rows(connection, runs, decisions, _age_pages(read) if ages else [])
    main = next(iter(runs.values()))
    now = _themes_now(main, [row for row in themes if row.run_id == main.id], rows, decisions, acts)
    by_place = {(row.pillar, row.key): row for row in reversed(themes)} | {
        (row.pillar, row.key): row for row in themes if row.run_id == main.id
    }
    used = {place for said, _ in rows for place in said.places}
    decided = connection.execute(select(CODE_ENTRY.c.pillar, CODE_ENTRY.c.theme, CODE_ENTRY.c.goal))
    goals = _goals() | {(row.pillar, row.theme): row.goal for row in decided if row.goal}
    return Voices(
        main, now, _voices(rows, runs), {place: label_of(place, by_place, decisions) for place in {*used, *by_place}},
        {place: row.origin for place, row in by_place.items()}, goals,
        read, decisions, acts, left,
    )  # fmt: skip


def _runs(connection: Connection, professional: set[str]) -> dict[str, Any]:
    """The newest run over everything residents said (or else over a survey, or a part), over professionals, and over kennissessies."""
    found: dict[str, tuple[int, Any]] = {}
    for run in _all_runs(connection):
        what = json.loads(run.parameters)
        source = PROFESSIONAL if run.survey_key in professional else str(what.get("source", ""))
        apart = source in {PROFESSIONAL, KENNISSESSIE}
        partial = bool(({*PARTS, "survey"} - {"source"} if apart else set(PARTS)) & set(what))
        group = source if apart else ""
        rank = (1 if run.survey_key else 2) if partial or run.survey_key else 0
        if group not in found or rank < found[group][0]:
            found[group] = (rank, run)
    return {group: found[group][1] for group in ("", PROFESSIONAL, KENNISSESSIE) if group in found}


def _all_runs(connection: Connection) -> Sequence[Any]:
    columns = (RUN.c.id, RUN.c.survey_key, RUN.c.made_at, RUN.c.parameters)
    return connection.execute(select(*columns).order_by(RUN.c.made_at.desc(), RUN.c.id)).all()


def _rows(connection: Connection, runs: Mapping[str, Any], decisions: Decisions, ages: Sequence[tuple[str, str]]) -> list[tuple[Said, Any]]:
    placed = [PLACEMENT.c[name] for name in ("run_id", "statement_id", "pillar", "theme", "excluded", "also_themes")]
    said = [STATEMENT.c[name] for name in ("response_id", "source", "stream", "survey_key", "area", "channel", "lang", "said_on")]
    asked = select(*placed, *said, PAGE.c.answers if ages else null().label("answers"))
    asked = asked.join(STATEMENT, STATEMENT.c.id == PLACEMENT.c.statement_id)
    if ages:
        there = [and_(STATEMENT.c.survey_key == key, PAGE.c.page == page) for key, page in ages]
        asked = asked.outerjoin(PAGE, and_(PAGE.c.response_id == STATEMENT.c.response_id, or_(*there)))
    found = []
    for row in connection.execute(asked.where(PLACEMENT.c.run_id.in_([run.id for run in runs.values()])).order_by(STATEMENT.c.id)):
        moved = decisions.moved.get(row.statement_id)
        place = decisions.place_of(moved or (row.pillar, row.theme))
        excluded = "" if moved and moved[1] != NOTHING else row.excluded
        also = () if excluded else decisions.also_of(row.statement_id, places_in(row.also_themes), place)
        found.append((Said(row.statement_id, place, row.response_id or row.statement_id, row.source, row.stream, excluded, also), row))
    return found


def _voices(rows: Sequence[tuple[Said, Any]], runs: Mapping[str, Any]) -> list[Voice]:
    """Each run tells of its own sources alone, so that nothing counts twice; in a session a contribution counts, not a person."""
    tells = {run.id: RESIDENTS if group == "" else (group,) for group, run in runs.items()}
    return [
        Voice(
            said.id, said.id if said.source in SESSIONS else said.who, said.stream if said.source == "survey" else said.source,
            row.survey_key or "", row.said_on, row.area or UNKNOWN, row.channel, row.lang,
            str((row.answers or {}).get(AGE) or UNKNOWN), () if said.excluded else said.places,
        )
        for said, row in rows if said.source in tells[row.run_id]
    ]  # fmt: skip


def _themes_now(run: Any, themes: Sequence[Any], rows: Sequence[tuple[Said, Any]], decisions: Decisions, acts: list[Act]) -> ThemesNow:
    """What app.findings.themes gives of the same run, without asking the database for it again: as much as its figures rest on."""
    found = {(row.pillar, row.key): row for row in themes}
    statements = [said for said, row in rows if row.run_id == run.id]
    spoken = {place for said in statements if not said.excluded for place in said.places}
    gone = {*decisions.merged, *decisions.retired}
    known = {*found, *((pillar, REST) for pillar, _ in found), *decisions.made} - gone
    places = sorted({*(place for place in known if place[1] != NOTHING), *spoken})
    told = [ThemeNow(*place, label_of(place, found, decisions), 0, 0, None, False, "", (), False) for place in places]
    return ThemesNow(run, told, {}, decisions, acts, statements, [])


@cache
def _goals() -> dict[Place, int]:
    """The goal of each theme, as the codebook that is shipped has it."""
    book = files("analysis").joinpath("codebook.csv").read_text(encoding="utf-8").splitlines()
    return {(row["pillar"], row["theme"]): int(row["goal"]) for row in csv.DictReader(book) if row.get("goal")}


def _age_pages(surveys: Mapping[str, Survey]) -> list[tuple[str, str]]:
    """Where each survey asks how old somebody is: key and page."""
    return [(key, page.id) for key, survey in surveys.items() for page in survey.pages if any(each.id == AGE for each in page.questions)]
