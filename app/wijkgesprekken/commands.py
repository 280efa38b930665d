"""Room wijkgesprekken: its commands: plan one from a script, and list them all."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import typer
from babel import Locale
from sqlalchemy import insert

from app.access import note_act
from app.answer_check import UNKEEPABLE, Problem
from app.areas import Programme
from app.db import writing
from app.i18n import PAGES, SOURCE, texts
from app.models.base import random_id
from app.models.tables import WIJKGESPREK, WIJKGESPREK_TEXT
from app.models.wijkgesprekken import LINES
from app.settings import HERE, Settings
from app.terminal import Wrong, ready, say
from app.wijkgesprekken.moments import iso_moment, local_moment
from app.wijkgesprekken.shown import notices, source_hash

wijkgesprek_cli = typer.Typer(no_args_is_help=True, help="Wijkgesprekken: plan one, list them.")
MINUTES, CAPACITY = range(5, 721), range(1, 1001)
FEEDBACK_DAYS = 21


@dataclass(frozen=True)
class Plan:
    """What a script wants planned, as it was typed."""

    title: str
    start: str
    minutes: int
    place: str
    capacity: int
    languages: list[str] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)  # text, area, line, host, address, feedback_date, feedback_owner


@wijkgesprek_cli.command("add")
def add_command(  # noqa: PLR0913, PLR0917  # the contract's options
    title: Annotated[str, typer.Option(help="In Dutch.")],
    start: Annotated[str, typer.Option(help="2026-11-24T19:30: the clock here, or with an offset.")],
    minutes: Annotated[int, typer.Option(help="How long it lasts: 5 to 720.")],
    place: Annotated[str, typer.Option(help="Where people meet.")],
    capacity: Annotated[int, typer.Option(help="How many persons fit: 1 to 1000.")],
    lang: Annotated[list[str] | None, typer.Option(help="A language that is spoken there; may be given more than once.")] = None,
    text: Annotated[str, typer.Option(help="What it is about, in Dutch.")] = "",
    area: Annotated[str, typer.Option(help="Key of the wijk.")] = "",
    line: Annotated[str, typer.Option(help=f"Engagement line: {', '.join(LINES)}.")] = "betrekken",
    host: Annotated[str, typer.Option(help="Who receives people.")] = "",
    address: Annotated[str, typer.Option(help="Street and number of the place.")] = "",
    feedback_date: Annotated[str, typer.Option(help="Day on which people hear what was done with it; default 21 days after.")] = "",
    feedback_owner: Annotated[str, typer.Option(help="Who tells them; default the programme office.")] = "",
    opened: Annotated[bool, typer.Option("--open", help="Let people register at once.")] = False,
    allow_past: Annotated[bool, typer.Option("--allow-past", help="Also one that has been.")] = False,
) -> None:
    """Plan a wijkgesprek; prints its id."""
    settings, engine, programme = ready()
    more = {"text": text, "area": area, "line": line, "host": host, "address": address}
    plan = Plan(
        title, start, minutes, place, capacity, lang or [SOURCE], {**more, "feedback_date": feedback_date, "feedback_owner": feedback_owner}
    )
    row, words = _rows(settings, programme, plan, opened=opened, allow_past=allow_past)
    with writing(engine) as connection:
        connection.execute(insert(WIJKGESPREK).values(**row))
        connection.execute(insert(WIJKGESPREK_TEXT).values(**words))
        note_act(connection, settings, actor="command", action="wijkgesprek add", object_=row["id"])
    say(row["id"])


def _rows(settings: Settings, programme: Programme, plan: Plan, *, opened: bool, allow_past: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The wijkgesprek and its Dutch text; raises Wrong with the first thing to mend."""
    starts_at = _moment(settings, "--start", plan.start)
    if starts_at <= settings.clock() and not allow_past:
        raise Wrong(f"--start: {plan.start} is in the past (--allow-past takes it)")
    _check_numbers(plan)
    _check_choices(programme, plan)
    id_, ends_at, more = random_id("w"), starts_at + timedelta(minutes=plan.minutes), plan.more
    words = {"title": _line("--title", plan.title, 120), "text": _text(more["text"])}
    row = {
        "id": id_, "state": "open" if opened else "draft", "starts_at": starts_at, "ends_at": ends_at, "capacity": plan.capacity,
        "place": _line("--place", plan.place, 120), "address": _line("--address", more["address"], 160, needed=False),
        "host": _line("--host", more["host"], 120, needed=False), "area": more["area"] or None, "line": more["line"],
        "languages": plan.languages, "interpreter": False, "step_free": False, "childcare": False, "sequence": 0,
        "feedback_on": _feedback_on(settings, more["feedback_date"], ends_at), "changed_at": settings.clock(),
        "feedback_owner": _line("--feedback-owner", more["feedback_owner"] or programme.contact.office, 120),
    }  # fmt: skip
    return row, {"wijkgesprek_id": id_, "lang": SOURCE, "state": "reviewed", "source_hash": source_hash(**words), **words}


def _moment(settings: Settings, option: str, text: str) -> datetime:
    found = iso_moment(text)
    if isinstance(found, Problem):
        raise Wrong(f"{option}: “{text}”: {_in_english(settings, found)}")
    return found


def _in_english(settings: Settings, problem: Problem) -> str:
    return texts("en", PAGES, settings.translations).gettext(problem.text) % problem.values


def _check_numbers(plan: Plan) -> None:
    for option, value, allowed in (("--minutes", plan.minutes, MINUTES), ("--capacity", plan.capacity, CAPACITY)):
        if value not in allowed:
            raise Wrong(f"{option}: {value} is not from {allowed.start} to {allowed.stop - 1}")


def _check_choices(programme: Programme, plan: Plan) -> None:
    wijken, spoken = [wijk.key for wijk in programme.wijken], Locale(SOURCE).languages
    if plan.more["area"] and plan.more["area"] not in wijken:
        raise Wrong(f"--area: “{plan.more['area']}” is not one of {', '.join(wijken)}")
    if plan.more["line"] not in LINES:
        raise Wrong(f"--line: “{plan.more['line']}” is not one of {', '.join(LINES)}")
    for code in plan.languages:
        if code not in spoken:
            raise Wrong(f"--lang: “{code}” is not the code of a language, such as nl or ar")


def _feedback_on(settings: Settings, text: str, ends_at: datetime) -> date:
    last_day = ends_at.astimezone(HERE).date()
    if not text:
        return last_day + timedelta(days=FEEDBACK_DAYS)
    found = local_moment(text, "12:00")
    if isinstance(found, Problem):
        raise Wrong(f"--feedback-date: “{text}”: {_in_english(settings, found)}")
    day = found.astimezone(HERE).date()
    if day < last_day:
        raise Wrong(f"--feedback-date: {day} is before the wijkgesprek")
    return day


def _line(option: str, text: str, most: int, *, needed: bool = True) -> str:
    line = text.strip()
    if needed and not line:
        raise Wrong(f"{option}: is empty")
    if UNKEEPABLE.search(line) or len(line.splitlines()) > 1 or "\t" in line:
        raise Wrong(f"{option}: holds a line break or another strange sign")
    if len(line) > most:
        raise Wrong(f"{option}: {len(line)} characters, at most {most} fit")
    return line


def _text(text: str) -> str:
    if UNKEEPABLE.search(text):
        raise Wrong("--text: holds a strange sign")
    return text.strip()


@wijkgesprek_cli.command("list")
def list_command(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Every wijkgesprek by date, with how many persons have a place and how many registrations wait."""
    settings, engine, _ = ready()
    with engine.connect() as connection:
        found = [
            {
                "id": notice.row.id, "title": notice.words.title, "start": notice.row.starts_at.astimezone(HERE).isoformat(),
                "end": notice.row.ends_at.astimezone(HERE).isoformat(), "place": notice.row.place, "capacity": notice.row.capacity,
                "state": notice.row.state, "confirmed": notice.taken, "waitlisted": notice.waiting, "attendance": notice.row.attendance,
            }
            for notice in notices(connection, settings, SOURCE)
        ]  # fmt: skip
    lines = [f"{row['id']}  {row['start'][:16]}  {row['state']:9}  {row['confirmed']}/{row['capacity']}  {row['title']}" for row in found]
    say(json.dumps(found) if as_json else "\n".join(lines) or "no wijkgesprekken")
