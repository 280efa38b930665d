"""Room office: the commands for surveys: check, map, import, open, close and list them."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine
from sqlmodel import Session

from app.areas import Programme, load_programme
from app.i18n import LANGUAGES
from app.office.survey_map import map_as_html, map_as_text, source_of
from app.office.surveys import check_source, close_survey, import_survey, listed_surveys, open_survey, read_file
from app.reading_hint import hard_words, survey_hints
from app.settings import ROOT, Settings, read_settings
from app.survey import load_survey
from app.survey_check import missing_promise
from app.survey_logic import judge
from app.terminal import Wrong, note, ready, say

survey_cli = typer.Typer(no_args_is_help=True, help="Surveys: check, map, import, open, close, list.")
Key = Annotated[str, typer.Argument(help="Key of the survey.")]
HARD_WORDS = "moeilijke_woorden.toml"


def load_survey_file(settings: Settings, engine: Engine, programme: Programme, key: str) -> None:
    """Import and open one survey that the programme brings."""
    source = checked_source(programme, settings.surveys / f"{key}.toml")
    with Session(engine) as db:
        import_survey(db, source, today=settings.today())
        db.commit()
        open_survey(db, key, today=settings.today())
        db.commit()


def checked_source(programme: Programme, file: Path) -> str:
    source = read_file(file)
    found = check_source(source, pillars=[pillar.key for pillar in programme.pillars], languages=list(LANGUAGES))
    for mistake in found:
        note(f"{file}: {mistake}")
    if found:
        raise Wrong(f"{file}: {len(found)} {'mistake' if len(found) == 1 else 'mistakes'}")
    return source


@survey_cli.command("check")
def check_survey(file: Annotated[Path, typer.Argument(help="A survey as TOML.")]) -> None:
    """Report every mistake in a survey file at once: page, question, reason; and advice on words that read hard."""
    settings = read_settings()
    source = checked_source(load_programme(settings.surveys), file)
    for reason in missing_promise(tomllib.loads(source)):
        note(f"{file}: note: {reason}")
    survey = load_survey(source)
    for remark in judge(survey).notes:
        note(f"{file}: note: {remark}")
    for hint in survey_hints(survey, read_hard_words(settings.surveys)):
        note(f"{file}: advice: {hint}")
    say(f"{file}: no mistakes")


def read_hard_words(folder: Path) -> dict[str, str]:
    """The office's own list of hard words, or else the one that comes with Wijkstem."""
    file = next((place for place in (folder / HARD_WORDS, ROOT / "surveys" / HARD_WORDS) if place.is_file()), None)
    source = read_file(file) if file else "[woorden]"
    try:
        return hard_words(source)
    except ValueError as wrong:
        raise Wrong(f"{file}: {wrong}") from None


@survey_cli.command("map")
def map_command(
    survey: Annotated[str, typer.Argument(help="A survey as TOML, or the key of a survey.")],
    written: Annotated[str, typer.Option("--format", help="text or html.")] = "text",
) -> None:
    """Which pages and questions come in which order, when, and where each answer leads."""
    if written not in {"text", "html"}:
        raise Wrong(f"--format: “{written}” is not text or html")
    if survey.lower().endswith(".toml"):
        asked = load_survey(checked_source(load_programme(read_settings().surveys), Path(survey)))
    else:
        _, engine, _ = ready()
        with engine.connect() as connection:
            source = source_of(connection, survey)
        if source is None:
            raise Wrong(f"there is no survey “{survey}”, and a file ends in .toml")
        asked = load_survey(source, survey)
    say(map_as_html(asked) if written == "html" else map_as_text(asked))


@survey_cli.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A survey as TOML.")],
    as_key: Annotated[str, typer.Option("--as", help="Import under this key.")] = "",
) -> None:
    """Import a survey as a draft, or new words for one that is open."""
    if file.suffix.lower() != ".toml":
        raise Wrong(f"{file}: only TOML can be imported now")
    settings, engine, programme = ready()
    source = checked_source(programme, file)
    with Session(engine) as db:
        done = import_survey(db, source, key=as_key, today=settings.today())
        db.commit()
    say(f"{done.key} {done.number}" + ("" if done.new else " (was there already)"))


def _change(key: str, act: Callable[..., bool]) -> None:
    settings, engine, _ = ready()
    with Session(engine) as db:
        act(db, key, today=settings.today())
        db.commit()


@survey_cli.command("open")
def open_command(key: Key) -> None:
    """Let people answer."""
    _change(key, open_survey)
    say(f"{key} open")


@survey_cli.command("close")
def close_command(key: Key) -> None:
    """Stop taking answers."""
    _change(key, close_survey)
    say(f"{key} closed")


@survey_cli.command("list")
def list_command(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Every survey with its state."""
    _, engine, _ = ready()
    with Session(engine) as db:
        found = listed_surveys(db)
    say(json.dumps(found) if as_json else "\n".join(f"{row['key']}  {row['state']}  {row['audience']}" for row in found) or "no surveys")
