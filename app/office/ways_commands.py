"""Room office: its commands for the ways in: codes for letters, links for who helps, posters with a QR code, and the streets of the area."""

import os
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from app.access import note_act
from app.db import writing
from app.office.poster import Sheet, letters_pdf, poster_pdf
from app.office.streets import import_streets, read_streets_file
from app.office.ways import add_link, close_link, codes_csv, count_codes, links, make_codes, stop_batch
from app.settings import Settings
from app.terminal import Wrong, note, read_day, ready, say

codes_cli = typer.Typer(no_args_is_help=True, help="Personal codes for letters: make, count, stop.")
links_cli = typer.Typer(no_args_is_help=True, help="Links for organisations that help people answer: add, list, close.")
areas_cli = typer.Typer(no_args_is_help=True, help="What is known of the area.")
Key = Annotated[str, typer.Argument(help="Key of the survey.")]
Name = Annotated[str, typer.Option("--batch", help="Name of the round of letters.")]
Languages = Annotated[list[str], typer.Option("--lang", help="Language; may be given more than once.")]
Out = Annotated[Path, typer.Option(help="PDF to write.")]


def address_of(settings: Settings) -> str:
    """Where residents find this site, for what is printed."""
    if not settings.address and settings.env == "production":
        raise Wrong("set WIJKSTEM_ADDRESS to where residents find this site: it is printed")
    return f"{settings.address or 'http://localhost:8000'}/"


# ------------------------------------------------------------------------------------------- codes
@codes_cli.command("make")
def make_command(
    key: Key,
    number: Annotated[int, typer.Option(help="How many letters.", min=1)],
    batch: Name,
    out: Annotated[Path, typer.Option(help="CSV to write: code and address. The only place where the codes stand.")],
    letters: Annotated[Path | None, typer.Option(help="Also write a letter for each code, as PDF.")] = None,
    lang: Languages = ["nl"],  # noqa: B006  # typer reads it, nobody changes it
) -> None:
    """Make codes for one round of letters. The database keeps hashes only; who loses the file makes another batch."""
    settings, engine, programme = ready()
    address = address_of(settings)
    for file in (out, letters):
        if file and file.exists():
            raise Wrong(f"{file}: is there already; codes are never written over")
    with writing(engine) as connection:
        made = make_codes(connection, settings, key, batch=batch, number=number)
        _write_own(out, codes_csv(made, address))
        if letters:
            _write_own(letters, letters_pdf(Sheet.of(connection, settings, programme, key, address), lang, made))
        _note(connection, settings, "codes made", f"{key} {batch} {number}")
    say(f"{len(made)} codes of batch {batch}: {out}")
    where = f"{out} and {letters} are the only places" if letters else f"{out} is the only place"
    note(f"{where} where these codes stand. Give it to who prints the letters, and erase it when they are sent.")


def _write_own(file: Path, content: bytes) -> None:
    """Readable by its owner alone."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)


@codes_cli.command("count")
def count_command(key: Key) -> None:
    """How many codes each batch has, and how many of them somebody began with."""
    _, engine, _ = ready()
    with engine.connect() as connection:
        found = count_codes(connection, key)
    say("\n".join(f"{batch.name}: {batch.made} made, {batch.used} used" for batch in found) or "no codes")


@codes_cli.command("stop")
def stop_command(key: Key, batch: Name) -> None:
    """Codes of a batch that nobody used work no longer. Who began goes on."""
    settings, engine, _ = ready()
    with writing(engine) as connection:
        stopped = stop_batch(connection, key, batch)
        _note(connection, settings, "codes stopped", f"{key} {batch} {stopped}")
    say(f"{stopped} codes of batch {batch} stopped")


# ------------------------------------------------------------------------------------------- links
@links_cli.command("add")
def add_link_command(
    key: Key,
    organisation: Annotated[str, typer.Option(help="Who helps; people read this name on each page.")],
    until: Annotated[str, typer.Option(help="Last day, YYYY-MM-DD.")],
) -> None:
    """Make a link for a tablet on which an organisation helps people answer; prints it once."""
    settings, engine, _ = ready()
    address = address_of(settings)
    with writing(engine) as connection:
        id_, token = add_link(connection, settings, key, organisation=organisation, until=read_day("--until", until))
        _note(connection, settings, "link for help made", id_)
    say(f"{address}h/{token}")
    note(f"{id_}: this address is shown only now. Open it once on the tablet.")


@links_cli.command("list")
def list_links_command() -> None:
    """Every link, without its address."""
    _, engine, _ = ready()
    with engine.connect() as connection:
        found = links(connection)
    said = [f"{row.id}  {row.survey_key}  {row.organisation}  {'closed' if row.closed else f'until {row.ends_on}'}" for row in found]
    say("\n".join(said) or "no links")


@links_cli.command("close")
def close_link_command(id_: Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it.")]) -> None:
    """End a link; its tablets are as everybody's within ten seconds."""
    settings, engine, _ = ready()
    with writing(engine) as connection:
        if not close_link(connection, id_):
            raise Wrong(f"there is no open link “{id_}”: `wijkstem helper-link list` shows which there are")
        _note(connection, settings, "link for help closed", id_)
    say(f"{id_} closed")


# ------------------------------------------------------------------------------------------- posters, streets
def poster(
    key: Key,
    out: Out,
    lang: Languages = ["nl"],  # noqa: B006  # typer reads it, nobody changes it
    code: Annotated[str, typer.Option(help="A code for the QR, instead of the open address.")] = "",
) -> None:
    """Write a poster with a QR code, a page for each language."""
    settings, engine, programme = ready()
    with engine.connect() as connection:
        sheet = Sheet.of(connection, settings, programme, key, address_of(settings))
    out.write_bytes(poster_pdf(sheet, lang, code=code))
    say(f"{out}: {len(lang)} {'page' if len(lang) == 1 else 'pages'}")


@areas_cli.command("streets")
def streets_command(file: Annotated[Path, typer.Argument(help="CSV with the columns wijk, straat, buurt.")]) -> None:
    """Read the streets of the area, all or none; they replace those that were there."""
    settings, engine, programme = ready()
    streets, mistakes = read_streets_file(file, programme)
    for mistake in mistakes:
        note(f"{file}: {mistake}")
    if mistakes:
        raise Wrong(f"{file}: {len(mistakes)} {'mistake' if len(mistakes) == 1 else 'mistakes'}; nothing was read in")
    with writing(engine) as connection:
        import_streets(connection, streets)
        _note(connection, settings, "streets read in", str(len(streets)))
    say(f"{file}: {len(streets)} streets")


def _note(connection: Connection, settings: Settings, action: str, object_: str) -> None:
    note_act(connection, settings, actor="command", action=action, object_=object_)
