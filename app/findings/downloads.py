"""Room findings: tables as files for who works here: figures for the eye of their role, rows only with a purpose that is logged."""

import tempfile
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from app.access import ROWS, Staff, may, note_web_act, settings_of
from app.db import writing
from app.findings.export import ALLOWED, FIGURES, FILES, Table, Wanted, table_of, write_file
from app.findings.frames import Slice
from app.findings.labels import labels_of
from app.findings.stated_routes import list_page
from app.forms import Form, printable, said
from app.web import house_of

PREFIX = "/bevindingen/download"
findings = APIRouter(prefix=PREFIX, dependencies=[may(*ALLOWED["findings"])])
themes = APIRouter(prefix=PREFIX, dependencies=[may(*FIGURES)])
rows = APIRouter(prefix=PREFIX, dependencies=[may(*ROWS)])


@findings.get("/findings.{ending}")
def download_findings(request: Request, person: Staff, ending: str) -> Response:
    return _figures(request, Wanted("findings", person.role, ending, Slice()))


@themes.get("/themes.{ending}")
def download_themes(request: Request, person: Staff, ending: str) -> Response:
    return _figures(request, Wanted("themes", person.role, ending, Slice()))


@rows.post("/statements")
def download_statements(request: Request, person: Staff, typed: Form) -> Response:
    """A post, because it writes: who took these rows, and what for."""
    wanted = Wanted("statements", person.role, said(typed, "bestand"), Slice(), printable(said(typed, "waarvoor")))
    if not wanted.purpose:
        return list_page(request, person, no_purpose=True, status=422)
    table = _table(request, wanted)
    with writing(request.app.state.engine) as connection:
        note_web_act(request, connection, "export statements", f"all {wanted.format}", purpose=wanted.purpose)
    return as_file(request, wanted, table)


def _figures(request: Request, wanted: Wanted) -> Response:
    return as_file(request, wanted, _table(request, wanted))


def _table(request: Request, wanted: Wanted) -> Table:
    if wanted.format not in FILES:
        raise HTTPException(404)
    try:
        with request.app.state.engine.connect() as connection:
            return table_of(connection, house_of(request).programme, wanted)
    except LookupError:
        raise HTTPException(404) from None


def as_file(request: Request, wanted: Wanted, table: Table) -> Response:
    programme = house_of(request).programme
    name = f"wijkstem-{wanted.kind}-{programme.key}-{settings_of(request).today():%Y-%m-%d}.{wanted.format}"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        with request.app.state.engine.connect() as connection:
            write_file(file, programme, wanted, table, labels_of(connection, programme, wanted.kind))
        body = file.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=FILES[wanted.format], headers=headers)
