"""Room findings: a coder's own file on its page: chosen, shown what it would change, and taken."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from app.access import ROWS, Staff, may, note_web_act, settings_of
from app.db import writing
from app.findings.codebook import entries_now, frozen_now
from app.findings.coder_files import Known, Plan, as_text, from_text, plan_of, read_codes, take_plan
from app.findings.coding import newest_now
from app.findings.coding_routes import HERE, ROOM, TELLS, show_overview
from app.findings.deciding import Deciding, seen_of
from app.findings.requests import alone
from app.findings.words import pillar_names
from app.forms import Form, file_in, said, takes_file
from app.models.tables import ACT
from app.web import desk, house_of, lead

router = APIRouter(prefix=f"{HERE}/bestand", dependencies=[may(*ROWS)])


@router.post("")
@takes_file
def look(request: Request, person: Staff) -> Response:
    """What the file would change; nothing is kept yet."""
    rows, problems = read_codes(*file_in(request, "bestand"))
    if problems:
        return show_overview(request, person, status=422, wrong=problems)
    with request.app.state.engine.connect() as connection:
        known = _known(request, connection)
    plan = plan_of(rows, known)
    if plan.problems:
        return show_overview(request, person, status=422, wrong=plan.problems)
    return _plan(request, plan, known)


def _known(request: Request, connection: Connection) -> Known:
    now = newest_now(connection)
    if now is None:
        raise HTTPException(404)
    entries = entries_now(connection, settings_of(request), now)
    return Known(now, entries, pillar_names(house_of(request).programme), frozen=frozen_now(connection) is not None)


def _plan(request: Request, plan: Plan, known: Known, *, changed: bool = False) -> HTMLResponse:
    labels = known.labels | plan.new
    return desk(
        request, "findings/coder_file.html", room=ROOM, tells=TELLS, status=409 if changed else 200, plan=plan, text=as_text(plan.rows),
        labels=labels, pillars=known.pillars, seen=seen_of(known.now.acts), changed=changed,
    )  # fmt: skip


@router.post("/bewaar")
@takes_file
def take(request: Request, person: Staff, typed: Form) -> Response:
    """All of it, or nothing with the reason."""
    rows, settings = from_text(said(typed, "rijen")), settings_of(request)
    with writing(request.app.state.engine) as connection:
        alone(connection, ACT)
        known = _known(request, connection)
        plan, n = take_plan(connection, Deciding(settings, person.name, known.now.run.id, said(typed, "seen")), rows, known)
        if n:
            note_web_act(request, connection, "coder file taken", f"{n} statements")
    if plan.problems:
        return show_overview(request, person, status=422, wrong=plan.problems)
    if n is None:
        return _plan(request, plan, known, changed=True)
    return lead(HERE, "ingelezen" if n else "zo")
