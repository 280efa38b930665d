"""Room office: who asked to hear from us: read only on purpose and logged, taken along as a file, removed one by one."""

import csv
import io
import json
from collections import Counter
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import delete, select

from app.access import may, note_web_act, settings_of
from app.cells import guarded
from app.db import writing
from app.i18n import N_
from app.models.tables import CONTACT_WISH
from app.models.ways import WISHES
from app.seal import unseal
from app.settings import Settings
from app.web import desk, lead

HERE = "/kantoor/contact"
ROOM = "/kantoor/ingangen"  # its place among the rooms
TELLS = {"gewist": N_("De gegevens van deze persoon zijn gewist.")}
COLUMNS = ("id", "naam", "mail", "telefoon", "taal", "maand", "vragenlijst", *WISHES)
router = APIRouter(prefix=HERE, dependencies=[may("office", "admin")])


@router.get("")
def overview(request: Request) -> HTMLResponse:
    """How many, without anybody's name: looking is not logged, so it tells nothing of a person."""
    with request.app.state.engine.connect() as connection:
        rows = connection.execute(select(CONTACT_WISH.c.survey_key, CONTACT_WISH.c.wishes)).all()
    wishes = Counter(wish for row in rows for wish in row.wishes)
    return desk(
        request, "office/wishes.html", room=ROOM, tells=TELLS, n=len(rows), wishes=[(wish, wishes[wish]) for wish in WISHES], people=None
    )


@router.post("/lijst")
def people(request: Request) -> HTMLResponse:
    """A post, because it writes: who read this list."""
    found = _read(request, "contact wishes read")
    return desk(request, "office/wishes.html", room=ROOM, n=len(found), wishes=[], people=found)


@router.post("/bestand")
def download(request: Request) -> Response:
    lines = io.StringIO(newline="")
    table = csv.writer(lines)
    table.writerow(COLUMNS)
    for person in _read(request, "contact wishes downloaded"):
        known = {**person, **{wish: int(wish in person["wensen"]) for wish in WISHES}}
        table.writerow([guarded(str(known[name])) for name in COLUMNS])
    name = f"contact-{settings_of(request).today()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response("\ufeff" + lines.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/{id_}/wissen")
def erase(request: Request, id_: str) -> Response:
    with writing(request.app.state.engine) as connection:
        if not connection.execute(delete(CONTACT_WISH).where(CONTACT_WISH.c.id == id_)).rowcount:
            raise HTTPException(404)
        note_web_act(request, connection, "contact wish erased", id_)
    return lead(HERE, "gewist")


def _read(request: Request, action: str) -> list[dict[str, Any]]:
    """Everybody, in the order of random ids, with a line in the audit trail that names nobody."""
    settings = settings_of(request)
    with writing(request.app.state.engine) as connection:
        rows = connection.execute(select(CONTACT_WISH).order_by(CONTACT_WISH.c.id)).all()
        note_web_act(request, connection, action, str(len(rows)))
    return [_person(settings, row) for row in rows]


def _person(settings: Settings, row: Any) -> dict[str, Any]:
    """`readable` False: sealed with another field key."""
    words = unseal(settings, row.sealed)
    known = json.loads(words) if words else {"naam": "", "mail": "", "telefoon": ""}
    return {
        "id": row.id,
        "taal": row.lang,
        "maand": row.month,
        "vragenlijst": row.survey_key,
        "wensen": row.wishes,
        "readable": bool(words),
        **known,
    }
