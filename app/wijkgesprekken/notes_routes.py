"""Room wijkgesprekken: the page on which a table writes down what is said, and where staff do the same for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from app.access import TABLE, Person, Staff, current_person, may, note_web_act, person_of, settings_of, table_link
from app.answer_check import Problem
from app.db import writing
from app.forms import Form, Typed, said, whole
from app.i18n import N_
from app.reading import readable
from app.web import desk, house_of, lead, reader_of
from app.wijkgesprekken import notes
from app.wijkgesprekken.plan_routes import found
from app.wijkgesprekken.tables import MOST_TABLES, links_of, table_number, wijkgesprek_at

OFFICE = "/kantoor/wijkgesprekken"
WRITERS = ("office", "interviewer", "admin")
TELLS = {"bewaard": N_("Bewaard."), "verborgen": N_("Bewaard. Nummers zijn verborgen."), "weg": N_("De notitie is weg.")}
NOT_BEGUN = N_("Dit wijkgesprek is nog niet begonnen. Vanaf het begin kunt u hier opschrijven wat er gezegd wordt.")
CANCELLED = N_("Dit wijkgesprek is afgezegd. Hier komt geen inbreng meer bij.")
MEANWHILE = N_("Deze notitie is intussen veranderd. Er is niets weg: hieronder staat wat er nu staat, in het formulier wat u schreef.")
REMOVED = N_("Deze notitie is intussen weggehaald. Wat u schreef staat nog in het formulier. Druk op Bewaar als het er toch bij moet.")

coming = APIRouter(prefix="/tafel", dependencies=[may("everyone")])
at_table = APIRouter(prefix="/tafel", dependencies=[may("table")])
at_office = APIRouter(prefix=OFFICE, dependencies=[may(*WRITERS)])


@dataclass(frozen=True)
class Place:
    """One table of one wijkgesprek, and the address of its page."""

    wijkgesprek: str
    table_no: int
    page: str
    home: str


def _own(person: Person) -> Place:
    return Place(person.wijkgesprek, person.table_no, "/tafel", "/tafel")


def _of_office(wijkgesprek: str, tafel: str) -> Place:
    table_no = table_number(tafel)
    if table_no is None:
        raise HTTPException(404)
    page = f"{OFFICE}/{wijkgesprek}/inbreng"
    return Place(wijkgesprek, table_no, page, f"{page}?tafel={table_no}")


# ------------------------------------------------------------------------------------------- a table
@coming.get("/{link}")
def come_to_the_table(request: Request, link: str) -> Response:
    """Whoever has the link of a table comes to its page; a colleague comes to the same table at her own desk."""
    settings = settings_of(request)
    with request.app.state.engine.connect() as connection:
        row = table_link(connection, settings, link)
    person = person_of(request)
    if row and person and person.role in WRITERS:
        return lead(f"{OFFICE}/{row.wijkgesprek_id}/inbreng?tafel={row.table_no}")
    if row is None or person:
        return desk(request, "wijkgesprekken/tables_closed.html", status=403 if row else 404, ended=row is None)
    answer = lead("/tafel")
    seconds = int((row.ends_at - settings.clock()).total_seconds())
    answer.set_cookie(TABLE, link, max_age=seconds, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https")
    return answer


@at_table.get("")
def table_page(request: Request, person: Staff, wijzig: str = "") -> Response:
    return _page(request, _own(person), wijzig)


@at_table.post("")
def keep_at_table(request: Request, person: Staff, typed: Form) -> Response:
    return _keep(request, _own(person), typed)


@at_table.post("/weg")
def remove_at_table(request: Request, person: Staff, typed: Form) -> Response:
    return _remove(request, _own(person), typed)


# ------------------------------------------------------------------------------------------- the office
@at_office.get("/{id_}/inbreng")
def office_page(request: Request, id_: str, tafel: str = "", wijzig: str = "") -> Response:
    if tafel:
        return _page(request, _of_office(id_, tafel), wijzig)
    with request.app.state.engine.connect() as connection:
        at = found(wijkgesprek_at(connection, id_))
        written, linked = notes.counted(connection, id_), links_of(connection, id_, settings_of(request).clock())
    known = {*written, *linked}
    shown = [*sorted(known), *([min({*range(1, MOST_TABLES + 1)} - known)] if len(known) < MOST_TABLES else [])]
    return desk(request, "wijkgesprekken/notes_tables.html", room=OFFICE, at=at, written=written, shown=shown)


@at_office.post("/{id_}/inbreng")
def keep_at_office(request: Request, id_: str, typed: Form) -> Response:
    return _keep(request, _of_office(id_, said(typed, "tafel")), typed)


@at_office.post("/{id_}/inbreng/weg")
def remove_at_office(request: Request, id_: str, typed: Form) -> Response:
    return _remove(request, _of_office(id_, said(typed, "tafel")), typed)


@at_office.get("/{id_}/afdrukken")
def print_page(request: Request, id_: str, tafel: str = "") -> Response:
    table_no = table_number(tafel) if tafel else 0
    if table_no is None:
        raise HTTPException(404)
    with request.app.state.engine.connect() as connection:
        at = found(wijkgesprek_at(connection, id_))
        read_aloud = notes.notes_of(connection, id_, table_no)[::-1] if table_no else ()
        words = readable(connection, [row.id for row in read_aloud])
    return desk(
        request, "wijkgesprekken/notes_print.html", room=OFFICE, at=at, table_no=table_no, notes=read_aloud, words=words,
        kinds=notes.KIND_NAMES,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------- what both do
@dataclass
class Sheet:
    """What stands on the page of a table: the notes so far, in the words that anybody may read, and the form with what was typed."""

    at: Any
    written: Sequence[Any]
    words: Mapping[str, str]
    typed: Typed
    key: str
    revision: int = 0
    problems: Mapping[str, Problem] = field(default_factory=dict)
    closed: Problem | None = None
    standing: Any = None


def _page(request: Request, place: Place, edited: str) -> Response:
    with request.app.state.engine.connect() as connection:
        at = found(wijkgesprek_at(connection, place.wijkgesprek))
        written, words = _written(connection, place)
    chosen = next((row for row in written if row.id == edited), None)
    if edited and chosen is None:
        raise HTTPException(404)
    if chosen:
        sheet = Sheet(at, written, words, notes.typed_again(chosen), chosen.key, chosen.revision)
    else:
        sheet = Sheet(at, written, words, {"taal": [reader_of(request).lang]}, str(uuid4()))
    sheet.closed = _closed(request, at)
    return _show(request, place, sheet)


def _written(connection: Connection, place: Place) -> tuple[Sequence[Any], dict[str, str]]:
    rows = notes.notes_of(connection, place.wijkgesprek, place.table_no)
    return rows, readable(connection, [row.id for row in rows])


def _show(request: Request, place: Place, sheet: Sheet, *, status: int = 200) -> Response:
    return desk(
        request, "wijkgesprekken/notes.html", room=OFFICE, tells=TELLS, status=status, sheet=sheet, at=sheet.at, place=place,
        typed=notes.as_typed(sheet.typed, notes.FIELDS), problems=sheet.problems, kinds=notes.KIND_NAMES,
        note_languages=notes.languages_of(house_of(request).programme), longest=notes.LONGEST,
    )  # fmt: skip


def _keep(request: Request, place: Place, typed: Form) -> Response:
    note, problems = notes.check(typed, house_of(request).programme)
    revision = _revision(place, typed)
    if not note.key:
        raise HTTPException(400)
    became = ""
    with writing(request.app.state.engine) as connection:
        at = found(wijkgesprek_at(connection, place.wijkgesprek, lock=True))
        if closed := _closed(request, at):
            problems = {"": closed}
        if not problems:
            became, statement = notes.keep(connection, at, place.table_no, note, revision=revision, who=current_person(request).id)
        if became in {"new", "changed"}:
            note_web_act(request, connection, f"note {became}", statement)
        sheet = Sheet(at, *_written(connection, place), typed, note.key, revision, problems)
    if became == "foreign":
        raise HTTPException(404)
    if became in {"new", "same", "changed"}:
        return lead(place.home, "verborgen" if note.is_masked else "bewaard")
    if became == "stale":
        sheet.standing = next(row for row in sheet.written if row.key == note.key)
        sheet.problems, sheet.revision = {"": Problem(MEANWHILE)}, sheet.standing.revision
    if became == "gone":
        sheet.problems, sheet.revision, sheet.key = {"": Problem(REMOVED)}, 0, str(uuid4())
    return _show(request, place, sheet, status=409 if became else 422)


def _revision(place: Place, typed: Typed) -> int:
    """Which revision of a note the form was made from; a form of another table is refused."""
    if said(typed, "tafel") not in {"", str(place.table_no)}:
        raise HTTPException(403)
    revision = whole(said(typed, "revision") or "0", 8)
    if revision is None:
        raise HTTPException(400)
    return revision


def _remove(request: Request, place: Place, typed: Form) -> Response:
    _revision(place, typed)
    with writing(request.app.state.engine) as connection:
        found(wijkgesprek_at(connection, place.wijkgesprek, lock=True))
        statement = notes.remove(connection, place.wijkgesprek, place.table_no, said(typed, "key"))
        if statement:
            note_web_act(request, connection, "note removed", statement)
    return lead(place.home, "weg")


def _closed(request: Request, at: Any) -> Problem | None:
    """Why nothing can be written down here now; staff may also do it before and long after."""
    if at.state == "cancelled":
        return Problem(CANCELLED)
    before = current_person(request).role == "table" and settings_of(request).clock() < at.starts_at
    return Problem(NOT_BEGUN) if before else None
