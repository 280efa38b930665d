"""Room staff: its commands: give somebody an account, see who has one, shut one and open it again."""

import sys
from datetime import date
from typing import Annotated, Any

import typer
from sqlalchemy import Connection, Row, update

from app.access import note_act
from app.db import writing
from app.models.tables import STAFF
from app.settings import Settings
from app.staff.people import add_person, end_sessions, find_person, listed_people, state_of
from app.terminal import Wrong, ready, say

user_cli = typer.Typer(no_args_is_help=True, help="Staff: add, list, disable, enable.")
Name = Annotated[str, typer.Argument(help="Name with which somebody signs in.")]
MOST = 1000


@user_cli.command("add")
def add_command(
    name: Name,
    role: Annotated[str, typer.Option(help="office, analyst, transcriber, interviewer, translator, partner, auditor or admin.")],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")] = False,
    until: Annotated[str, typer.Option(help="Last day of the account, YYYY-MM-DD.")] = "",
) -> None:
    """Give somebody an account. Prints a password for one time, unless stdin brings one."""
    settings, engine, _ = ready()
    ends_on = _last_day(until, settings)
    password = sys.stdin.readline(MOST).rstrip("\r\n") if password_stdin else None
    with writing(engine) as connection:
        once = add_person(connection, settings, name=name, role=role, password=password, ends_on=ends_on)
    say(once or f"{name} {role}")


def _last_day(until: str, settings: Settings) -> date | None:
    try:
        day = date.fromisoformat(until) if until else None
    except ValueError:
        raise Wrong(f"--until: “{until}” is not a day such as 2026-12-31") from None
    if day and day < settings.today():
        raise Wrong(f"--until: {day} has passed")
    return day


@user_cli.command("list")
def list_command() -> None:
    """Who has an account: name, role, state (active, disabled or ended), last day."""
    settings, engine, _ = ready()
    with engine.connect() as connection:
        for row in listed_people(connection):
            say(f"{row.name}\t{row.role}\t{state_of(row, settings.today())}\t{row.ends_on or '-'}")


@user_cli.command("disable")
def disable_command(name: Name) -> None:
    """Shut an account; whoever works with it is out at the next click."""
    settings, engine, _ = ready()
    with writing(engine) as connection:
        person = _set_state(connection, settings, name, "disabled", "disable account")
        end_sessions(connection, person.id)
    say(f"{person.name} disabled")


@user_cli.command("enable")
def enable_command(name: Name) -> None:
    """Open an account that was shut."""
    settings, engine, _ = ready()
    with writing(engine) as connection:
        person = _set_state(connection, settings, name, "active", "enable account")
    ended = person.ends_on and person.ends_on < settings.today()
    say(f"{person.name} {'enabled, but its last day has passed' if ended else 'active'}")


def _set_state(connection: Connection, settings: Settings, name: str, state: str, action: str) -> Row[Any]:
    person = find_person(connection, name)
    if person is None:
        raise Wrong(f"nobody here is called “{name}”: `wijkstem user list` shows who is")
    connection.execute(update(STAFF).where(STAFF.c.id == person.id).values(state=state))
    note_act(connection, settings, actor="command", action=action, object_=person.id)
    return person
