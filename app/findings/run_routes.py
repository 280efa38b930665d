"""Room findings: pages to start a run of the analysis and to see how far it is."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection, select

from app.access import ROWS, Staff, may, note_web_act, settings_of
from app.db import writing
from app.findings.frames import Slice, titles_of
from app.findings.redacting import waiting_count
from app.findings.requests import ask_for_run
from app.findings.words import STATE_LOOKS, STATE_WORDS, STEPS, WORKING, an_id, what_words
from app.forms import Form, said
from app.i18n import N_
from app.jobs import add_job
from app.models.tables import REQUEST, RUN, STATEMENT, SURVEY
from app.web import desk, lead

ROOM = "/bevindingen"
NEWEST = 20  # runs on the page
TELLS = {"begonnen": N_("De ronde is aangevraagd.")}
NO_CHOICE = N_("Kies wat er gelezen wordt. Bij “één vragenlijst” hoort ook welke.")
door = APIRouter(prefix=ROOM, dependencies=[may("office", "analyst", "auditor", "partner", "translator", "admin")])
looking = APIRouter(prefix=ROOM, dependencies=[may("office", "analyst", "auditor", "admin")])
starting = APIRouter(prefix=ROOM, dependencies=[may(*ROWS)])


@door.get("")
def rounds(request: Request, person: Staff) -> Response:
    """All rounds so far; partners read findings only, and translators translate."""
    if elsewhere := {"partner": "stellingen", "translator": "vertalen"}.get(person.role):
        return RedirectResponse(f"{ROOM}/{elsewhere}", 303, headers={"Cache-Control": "no-store"})
    return _rounds(request, person.role)


def _rounds(request: Request, role: str, *, status: int = 200, problem: str = "", chosen: str = "") -> HTMLResponse:
    settings = settings_of(request)
    with request.app.state.engine.connect() as connection:
        shown = [_shown(row) for row in connection.execute(_asked().limit(NEWEST))]
        by_command = list(connection.execute(_without_request().limit(NEWEST)))
        surveys = list(connection.execute(select(SURVEY.c.key, SURVEY.c.audience).order_by(SURVEY.c.key)))
        years = _years(connection)
        waits = waiting_count(connection) if role != "auditor" else 0
        titles = titles_of(connection, [survey.key for survey in surveys])
    return desk(
        request, "findings/runs.html", room=ROOM, status=status, rounds=shown, by_command=by_command, surveys=surveys, titles=titles, years=years,
        problem=problem, chosen=chosen, waits=waits, may_start=role in ROWS, this_year=settings.today().year, tells=TELLS,
    )  # fmt: skip


def _years(connection: Connection) -> list[str]:
    first, last = STATEMENT.c.said_on, STATEMENT.c.said_on.desc()
    ends = [connection.execute(select(STATEMENT.c.said_on).order_by(order).limit(1)).scalar() for order in (first, last)]
    return [str(year) for year in range(ends[0].year, ends[1].year + 1)] if ends[0] and ends[1] else []


def _asked() -> Any:
    return select(REQUEST).order_by(REQUEST.c.asked_at.desc(), REQUEST.c.id)


def _without_request() -> Any:
    """Runs that a command made."""
    known = select(REQUEST.c.run_id).where(REQUEST.c.run_id.is_not(None))
    return select(RUN.c.id, RUN.c.made_at, RUN.c.survey_key).where(RUN.c.id.not_in(known)).order_by(RUN.c.made_at.desc(), RUN.c.id)


def _shown(row: Any) -> dict[str, Any]:
    """One request as a page tells it."""
    sentence, values = what_words(row.what)
    look, sign = STATE_LOOKS[row.state]
    return {
        "id": row.id, "state": row.state, "state_words": STATE_WORDS[row.state], "look": look, "sign": sign, "what": sentence, "values": values,
        "asked_by": row.asked_by, "asked_at": row.asked_at, "ended_at": row.ended_at, "run_id": row.run_id, "reason": row.reason,
        "step": STEPS.get(row.step, WORKING), "done": row.done, "total": row.total,
    }  # fmt: skip


@starting.post("/draaien")
def start_round(request: Request, person: Staff, typed: Form) -> Response:
    """Write down that it is wanted, commit, and only then wake a worker: what waits in a row is never lost."""
    settings, engine = settings_of(request), request.app.state.engine
    with engine.connect() as connection:
        part = _part(connection, said(typed, "wat"), said(typed, "vragenlijst"), said(typed, "jaar"))
    if part is None:
        return _rounds(request, person.role, status=422, problem=NO_CHOICE, chosen=said(typed, "wat"))
    with writing(engine) as connection:
        id_ = ask_for_run(connection, settings, part, person.name)
        note_web_act(request, connection, "run asked", id_)
    add_job(settings, "analyse")
    return lead(f"{ROOM}/ronde/{id_}", "begonnen")


def _part(connection: Connection, what: str, survey: str, year: str) -> Slice | None:
    """Which part of what was said was chosen; None when that is not a choice there is."""
    if year and year not in _years(connection):
        return None
    if what == "vragenlijst":
        return Slice(survey=survey, wave=year) if survey in connection.execute(select(SURVEY.c.key)).scalars().all() else None
    sources = {"alles": "", "wijkgesprekken": "wijkgesprek", "professionals": "professional"}
    return Slice(wave=year, source=sources[what]) if what in sources else None


@looking.get("/ronde/{request_id}")
def round_(request: Request, request_id: str) -> Response:
    """How far a round is; htmx asks for the block alone, and gets nothing while nothing changed, so that it is not read aloud again."""
    with request.app.state.engine.connect() as connection:
        row = connection.execute(select(REQUEST).where(REQUEST.c.id == an_id(request_id))).first()
        titles = titles_of(connection, [str(row.what.get("survey", ""))] if row else [])
    if row is None:
        raise HTTPException(404)
    asked_by_htmx = request.headers.get("hx-request") == "true"
    over, seen = row.state in {"done", "failed"}, f"{row.state}-{row.step}-{row.done}"
    headers = {"Vary": "HX-Request"}
    if asked_by_htmx and request.query_params.get("gezien") == seen:
        return Response(status_code=204, headers=headers | {"Cache-Control": "no-store"})
    return desk(
        request,
        "findings/run.html",
        room=ROOM,
        tells={} if over else TELLS,
        block="progress" if asked_by_htmx else "",
        headers=headers,
        round=_shown(row),
        over=over,
        seen=seen,
        titles=titles,
    )
