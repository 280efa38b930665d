"""Room staff: the command that forgets what was kept long enough; a worker does the same once a day."""

from datetime import datetime
from typing import Annotated

import typer

from app.access import note_act
from app.db import writing
from app.jobs import run_retention
from app.settings import Settings
from app.terminal import Wrong, ready, say

retention_cli = typer.Typer(no_args_is_help=True, help="What is kept, and for how long.")


@retention_cli.callback()
def retention() -> None:
    """A group, so that `run` is a word of its own."""


@retention_cli.command("run")
def run_command(
    now: Annotated[
        str, typer.Option(help="As if it were this moment, such as 2027-03-01T10:00+01:00; in production only with --dry-run.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be forgotten.")] = False,
) -> None:
    """Forget guests of wijkgesprekken and responses that were left half-way, when their time is over; prints how many."""
    settings, engine, _ = ready()
    if now:
        settings = _at(settings, now, dry=dry_run)
    counts = run_retention(settings, dry=dry_run)
    if not dry_run:
        with writing(engine) as connection:
            note_act(connection, settings, actor="command", action="retention run", object_="", result=f"{sum(counts.values())} forgotten")
    for what, n in counts.items():
        say(f"{what}: {n}{' (not done)' if dry_run and n else ''}")


def _at(settings: Settings, now: str, *, dry: bool) -> Settings:
    if settings.env == "production" and not dry:
        raise Wrong("--now: in production only with --dry-run; what is forgotten too early does not come back")
    try:
        moment = datetime.fromisoformat(now)
    except ValueError:
        raise Wrong(f"--now: “{now}” is not a moment such as 2027-03-01T10:00+01:00") from None
    if moment.tzinfo is None:
        raise Wrong(f"--now: “{now}” needs a time zone, such as 2027-03-01T10:00+01:00")
    return settings.model_copy(update={"now": moment})
