"""Room findings: the codebook on its pages: read it, edit a theme and its words, freeze it and open it again."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection, insert

from app.access import ROWS, Person, Staff, may, note_web_act, settings_of
from app.acts import Place, all_acts, fold
from app.db import writing
from app.findings.bench import Bench, bench_of
from app.findings.codebook import (
    Entry,
    entries_now,
    frozen_now,
    keep_entry,
    kept_entries,
    read_entry,
    shipped_entries,
    shown,
    wrong_entry,
)
from app.findings.codebook_versions import (
    MOST_OF_A_NOTE,
    NAMES,
    changes,
    content_now,
    entries_of,
    freeze,
    open_again,
    themebook_table,
    version,
    versions,
)
from app.findings.requests import alone
from app.findings.sheets import FORMATS, write_table
from app.findings.words import pillar_names
from app.forms import Form, printable, said, whole
from app.i18n import N_
from app.models.tables import ACT
from app.web import desk, house_of, lead

ROOM = "/bevindingen"
HERE = f"{ROOM}/codeboek"
EDIT = ("office", "analyst", "admin")
TELLS = {
    "bewaard": N_("Bewaard."), "zo": N_("Zo stond het al."), "vastgezet": N_("Het codeboek is vastgezet."),
    "open": N_("Het codeboek is weer open."), "teruggezet": N_("De lijst is weer zoals zij werd meegeleverd."),
}  # fmt: skip
looking = APIRouter(prefix=HERE, dependencies=[may(*EDIT, "auditor")])
editing = APIRouter(prefix=HERE, dependencies=[may(*EDIT)])
freezing = APIRouter(prefix=HERE, dependencies=[may(*ROWS)])


@dataclass(frozen=True)
class Book:
    """The codebook as this person may read it."""

    bench: Bench | None
    entries: dict[Place, Entry]
    frozen: Any
    pillars: dict[str, str]

    def by_pillar(self) -> list[tuple[str, str, list[Entry]]]:
        found = [(key, name, [entry for entry in self.entries.values() if entry.pillar == key]) for key, name in self.pillars.items()]
        return [(key, name, sorted(entries, key=lambda entry: (entry.goal or 99, not entry.definition))) for key, name, entries in found]


def book_of(connection: Connection, request: Request, person: Person) -> Book:
    programme = house_of(request).programme
    bench = bench_of(connection, programme, person.role)
    told = None if person.role in ROWS or bench is None else told_places(bench)
    entries = entries_now(connection, settings_of(request), bench.now if bench else None, told)
    return Book(bench, entries, frozen_now(connection), pillar_names(programme))


def told_places(bench: Bench) -> set[Place]:
    """The themes of a run that may be told by their name."""
    return {theme.place for theme in bench.now.themes if bench.figures[theme.place].is_shown}


def _names(request: Request) -> dict[str, Any]:
    goals = house_of(request).programme.goals
    return {"goals": goals, "goal_texts": {goal.number: goal.text for goal in goals}, "edits": request.state.person.role in EDIT}


# ------------------------------------------------------------------------------------------- read
@looking.get("")
def codebook(request: Request, person: Staff) -> HTMLResponse:
    return _codebook(request, person)


def _codebook(request: Request, person: Person, *, status: int = 200, problem: str = "") -> HTMLResponse:
    with request.app.state.engine.connect() as connection:
        book, kept = book_of(connection, request, person), versions(connection)
    return desk(
        request, "findings/codebook.html", room=ROOM, tells=TELLS, status=status, book=book, versions=kept, problem=problem,
        may_freeze=person.role in ROWS, formats=FORMATS, **_names(request),
    )  # fmt: skip


@looking.get("/codeboek.{ending}")
def download(request: Request, person: Staff, ending: str) -> Response:
    """The codebook as a table, with the words of every theme."""
    settings, programme = settings_of(request), house_of(request).programme
    if ending not in FORMATS:
        raise HTTPException(404)
    with request.app.state.engine.connect() as connection:
        columns, rows, notes = themebook_table(connection, settings, programme, everything=person.role in ROWS)
    name = f"wijkstem-codeboek-{programme.key}-{settings.today():%Y-%m-%d}.{ending}"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        write_table(file, columns, rows, format=ending, title=f"Wijkstem {programme.name}: codeboek", notes=notes)
        body = file.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=FORMATS[ending], headers=headers)


@looking.get("/versies/{number}")
def one_version(request: Request, person: Staff, number: str) -> HTMLResponse:
    """A version as it was frozen, and what changed since another one: the one before it, or the one asked for."""
    wanted, everything = whole(number, 4) or 0, person.role in ROWS
    with request.app.state.engine.connect() as connection:
        found, kept = version(connection, wanted), versions(connection)
        other = version(connection, whole(request.query_params.get("met", ""), 4) or wanted - 1)
    if found is None:
        raise HTTPException(404)
    entries = entries_of(found.content, everything=everything)
    changed = changes(other.content, found.content, everything=everything) if other else {}
    labels = {name: entry["label"] for content in (other or found, found) for name, entry in content.content["entries"].items()}
    return desk(
        request, "findings/codebook_version.html", room=ROOM, found=found, other=other, versions=kept, changed=changed, labels=labels,
        names=NAMES, entries=entries, pillars=pillar_names(house_of(request).programme), **_names(request),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------- edit
@editing.get("/thema/{pillar}/{theme}")
def edit_entry(request: Request, person: Staff, pillar: str, theme: str) -> HTMLResponse:
    with request.app.state.engine.connect() as connection:
        book = book_of(connection, request, person)
    return _form(request, book, _there(book, (pillar, theme)))


def _there(book: Book, place: Place) -> Entry:
    if place not in book.entries:
        raise HTTPException(404)
    return book.entries[place]


def _form(
    request: Request, book: Book, entry: Entry, problems: dict[str, str] | None = None, *, other: Entry | None = None, status: int = 200
) -> HTMLResponse:
    return desk(
        request, "findings/code_entry.html", room=ROOM, tells=TELLS, status=status, entry=entry, other=other, problems=problems or {}, book=book,
        may_name=request.state.person.role in ROWS, **_names(request),
    )  # fmt: skip


@editing.post("/thema/{pillar}/{theme}")
def save_entry(request: Request, person: Staff, typed: Form, pillar: str, theme: str) -> Response:
    """The texts of one theme. A new name is a decision about the theme, for who makes those; it counts on every page."""
    place, settings = (pillar, theme), settings_of(request)
    with request.app.state.engine.connect() as connection:
        book = book_of(connection, request, person)
    now = _there(book, place)
    if person.role not in ROWS:
        typed = {name: values for name, values in typed.items() if name != "label"}
    wanted = read_entry(now, typed)
    if problems := wrong_entry(wanted, house_of(request).programme):
        return _form(request, book, wanted, problems, status=422)
    with writing(request.app.state.engine) as connection:
        alone(connection, ACT)
        if frozen_now(connection):
            return _form(request, replace(book, frozen=frozen_now(connection)), wanted, status=409)
        label = fold(all_acts(connection)).labels.get(place, now.label) if person.role in ROWS else now.label
        before = kept_entries(connection).get(place) or shipped_entries(settings.surveys).get(place, now)
        known, renamed = replace(before, label=label), wanted.label != label
        wanted = replace(wanted, revision=known.revision)
        if wanted.texts == known.texts and not renamed:
            return _lead(place, "zo")
        if said(typed, "revisie") != str(known.revision) or (renamed and printable(said(typed, "heette")) != label):
            return _form(request, book, wanted, other=known, status=409)
        if renamed:
            _rename(connection, request, person, wanted, was=label, run_id=book.bench.run.id if book.bench else None)
        keep_entry(connection, wanted, by=person.name, at=settings.clock())
        note_web_act(request, connection, "codebook entry changed", f"{pillar}/{theme}")
    return _lead(place, "bewaard")


def _lead(place: Place, done: str) -> Response:
    """Back to where the theme stands in the codebook."""
    return lead(f"{HERE}?gedaan={done}#{place[0]}-{place[1]}")


def _rename(connection: Connection, request: Request, person: Person, wanted: Entry, *, was: str, run_id: str | None) -> None:
    act = {"kind": "rename", "pillar": wanted.pillar, "theme": wanted.theme, "payload": {"was": was, "label": wanted.label}}
    connection.execute(insert(ACT).values(at=settings_of(request).clock(), actor=person.name, run_id=run_id, **act))
    note_web_act(request, connection, "theme rename", f"{wanted.pillar}/{wanted.theme}")


# ------------------------------------------------------------------------------------------- freeze
@freezing.post("/vastzetten")
def freeze_codebook(request: Request, person: Staff, typed: Form) -> Response:
    settings, programme, note = settings_of(request), house_of(request).programme, " ".join(shown(said(typed, "notitie")).split())
    if not 1 <= len(note) <= MOST_OF_A_NOTE:
        return _codebook(request, person, status=422, problem=NO_NOTE)
    with writing(request.app.state.engine) as connection:
        alone(connection, ACT)
        bench = bench_of(connection, programme, person.role)
        content = content_now(connection, settings, programme, bench.now if bench else None, told_places(bench) if bench else ())
        number = freeze(connection, content, note, settings, person.name)
        if number is not None:
            note_web_act(request, connection, "codebook frozen", str(number))
    return lead(HERE, "zo" if number is None else "vastgezet")


NO_NOTE = N_("Schrijf in een paar woorden waarvoor u het codeboek vastzet, hoogstens 300 tekens.")


@freezing.post("/versies/{number}/openen")
def open_codebook(request: Request, person: Staff, number: str) -> Response:
    wanted, settings = whole(number, 4) or 0, settings_of(request)
    with writing(request.app.state.engine) as connection:
        alone(connection, ACT)
        if version(connection, wanted) is None:
            raise HTTPException(404)
        opened = open_again(connection, wanted, settings, person.name)
        if opened:
            note_web_act(request, connection, "codebook opened", str(wanted))
    return lead(HERE, "open" if opened else "zo")
