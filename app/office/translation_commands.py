"""Room office: the commands for texts in other languages: what a language misses, and a translator's files out and in."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine
from sqlmodel import Session

from app import catalogues
from app.extracting import Domain, extract
from app.migrate import is_current
from app.models import AcceptedLanguage
from app.office.translation_files import FORMATS, read_handed, write_handed
from app.office.translators import domain_called, hand_out, spoken, take_back
from app.settings import Settings, read_settings
from app.terminal import Wrong, note, opened, ready, say

translations_cli = typer.Typer(
    no_args_is_help=True, help="Texts in other languages: extract, update, compile, status, export, import, accept."
)


@translations_cli.command("extract")
def extract_command() -> None:
    """Collect the Dutch texts of pages, surveys and programme; shows how many each has."""
    for domain in extract(surveys=read_settings().surveys):
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


def _domain(key: str) -> Domain:
    settings, engine, programme = opened()
    with engine.connect() as connection:
        domain = domain_called(key, settings.surveys, programme.key, connection if is_current(engine) else None)
    if domain is None:
        raise Wrong(f"there are no texts “{key}”: choose pages, programme, staff or the key of a survey")
    return domain


def _refuse_unspoken(domain: Domain, lang: str) -> None:
    if lang not in spoken(domain):
        raise Wrong(f"“{lang}” is not a language that {domain.name} is translated into ({', '.join(spoken(domain))})")


@translations_cli.command("export")
def export_command(
    key: Annotated[str, typer.Argument(help="pages, programme, staff, or the key of a survey.")],
    lang: Annotated[str, typer.Option(help="Code of the language.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    file_format: Annotated[str, typer.Option("--format", help="po, xliff (1.2) or xlsx.")] = "po",
) -> None:
    """Write the texts for a translator: each with where it stands, its Dutch, its translation and its state."""
    if file_format not in FORMATS:
        raise Wrong(f"--format: “{file_format}” is not one of {', '.join(FORMATS)}")
    if out.suffix.lower() not in FORMATS[file_format]:
        raise Wrong(f"--out: a {file_format} file ends in {' or '.join(FORMATS[file_format])}, or it cannot be imported again")
    domain = _domain(key)
    _refuse_unspoken(domain, lang)
    handed, catalogue = hand_out(domain, lang, read_settings().translations)
    write_handed(handed, catalogue, file_format, out)
    say(f"{out}: {len(handed.rows)} texts")


@translations_cli.command("import")
def import_command(file: Annotated[Path, typer.Argument(help="A .po, .xlf, .xliff or .xlsx file that `export` wrote.")]) -> None:
    """Take a translator's file: all of it, or nothing with a line for each text that does not fit."""
    handed, folder = read_handed(file), read_settings().translations
    domain = _domain(handed.domain)
    _refuse_unspoken(domain, handed.lang)
    taken = take_back(handed, domain, folder)
    problems = taken.problems
    if not problems:
        problems = catalogues.compile_catalogues(folder, {taken.file: taken.catalogue})
    for problem in problems:
        note(f"{file}: {problem}")
    if problems:
        raise Wrong(f"{file}: {len(problems)} {'problem' if len(problems) == 1 else 'problems'}; nothing was taken")
    states = catalogues.count_states(taken.catalogue)
    say(
        f"{handed.lang}  {domain.name}  changed {taken.changed}  missing {states.missing}  machine {states.machine}  reviewed {states.reviewed}"
    )


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
