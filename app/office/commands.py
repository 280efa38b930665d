"""Room office: its commands: surveys from files, and texts in other languages."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine
from sqlmodel import Session

from app import catalogues
from app.areas import Programme, load_programme
from app.i18n import LANGUAGES
from app.models import AcceptedLanguage
from app.office.surveys import check_source, close_survey, import_survey, listed_surveys, open_survey, read_file
from app.settings import Settings, read_settings
from app.survey_check import missing_promise
from app.terminal import Wrong, note, ready, say

survey_cli = typer.Typer(no_args_is_help=True, help="Surveys: check, import, open, close, list.")
translations_cli = typer.Typer(no_args_is_help=True, help="Texts in other languages: extract, update, compile, status, accept.")
Key = Annotated[str, typer.Argument(help="Key of the survey.")]


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
    """Report every mistake in a survey file at once: page, question, reason."""
    source = checked_source(load_programme(read_settings().surveys), file)
    for reason in missing_promise(tomllib.loads(source)):
        note(f"{file}: note: {reason}")
    say(f"{file}: no mistakes")


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


def _change(key: str, act: Callable[..., None]) -> None:
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


@translations_cli.command("extract")
def extract_command() -> None:
    """Collect the Dutch texts of pages, surveys and programme; shows how many each has."""
    for domain in catalogues.extract(surveys=read_settings().surveys):
        say(f"{domain.name}: {len(domain.texts)} texts for {', '.join(domain.languages)}")


@translations_cli.command("update")
def update_command() -> None:
    """Bring every language up to date with the Dutch texts; what changed waits for a translation again."""
    settings = read_settings()
    for file in catalogues.update(folder=settings.translations, surveys=settings.surveys):
        note(f"changed: {file}")
    status_command()


@translations_cli.command("compile")
def compile_command() -> None:
    """Make the catalogues that the server reads; refused while a translation holds other places or marks than its Dutch text."""
    problems = catalogues.compile_catalogues(read_settings().translations)
    for problem in problems:
        note(problem)
    if problems:
        raise Wrong(f"{len(problems)} translations cannot be used; nothing was compiled")
    status_command()


@translations_cli.command("status")
def status_command() -> None:
    """Per language and domain: missing, machine, reviewed."""
    for row in catalogues.status(read_settings().translations):
        counted = row.states
        say(f"{row.lang}  {row.domain:24} missing {counted.missing:4}  machine {counted.machine:4}  reviewed {counted.reviewed:4}")


def accept_language(settings: Settings, engine: Engine, lang: str, *, withdraw: bool = False) -> None:
    with Session(engine) as db:
        there = db.get(AcceptedLanguage, lang)
        if there and withdraw:
            db.delete(there)
        elif not there and not withdraw:
            db.add(AcceptedLanguage(lang=lang, accepted_on=settings.today()))
        db.commit()


@translations_cli.command("accept")
def accept_command(
    lang: Annotated[str, typer.Argument(help="Code of the language.")], withdraw: Annotated[bool, typer.Option("--withdraw")] = False
) -> None:
    """Offer a language to residents in production although no person reviewed all its texts; pages then say so."""
    settings, engine, programme = ready()
    if lang not in programme.languages:
        raise Wrong(f"“{lang}” is not a language of the programme ({', '.join(programme.languages)})")
    accept_language(settings, engine, lang, withdraw=withdraw)
    say(f"{lang} {'is offered only when reviewed' if withdraw else 'is offered with a notice'}")
