"""Room findings: the pages that let a reader trust a run: its model card, what changed since the last, and the moment figures may leave."""

import json
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection, select

from app.access import ROWS, Staff, may, note_web_act, settings_of
from app.db import writing
from app.findings.changes import REASONS, changes_between
from app.findings.frames import titles_of
from app.findings.released import keep_moment
from app.findings.runs import newest_run
from app.findings.trust import Card, card_of
from app.findings.words import SOURCE_WORDS, an_id, pillar_names, stability_words, what_words
from app.forms import Form, printable
from app.i18n import N_
from app.models.tables import RUN
from app.web import desk, house_of, lead

ROOM = "/bevindingen"
HERE = f"{ROOM}/verantwoording"
TELLS = {"vast": N_("De cijfers zijn vastgesteld. Iedereen leest nu deze.")}
WHY_OUT = {
    "leeg": N_("leeg"), "geen woorden": N_("geen woorden"), "te kort": N_("te kort"), "geen antwoord": N_("geen antwoord"), "gewist": N_("tekst gewist"),
}  # fmt: skip
NEWEST = 20  # runs to choose from
looking = APIRouter(prefix=HERE, dependencies=[may("office", "analyst", "auditor", "admin")])
settling = APIRouter(prefix=HERE, dependencies=[may(*ROWS)])
comparing = APIRouter(prefix=f"{ROOM}/vergelijken", dependencies=[may(*ROWS)])


@looking.get("")
def model_card(request: Request, person: Staff) -> HTMLResponse:
    return _card(request, person.role)


def _card(request: Request, role: str, *, status: int = 200, problem: str = "") -> HTMLResponse:
    programme = house_of(request).programme
    with request.app.state.engine.connect() as connection:
        card = _card_or_404(connection, request, role)
        runs = _runs(connection) if role in ROWS else []
        titles = titles_of(connection, [card.moment.run.survey_key or ""]) if card else {}
    if card is None:
        return desk(request, "findings/no_run.html", room=ROOM, may_start=role in ROWS)
    sentence, values = what_words(json.loads(card.moment.run.parameters))
    return desk(
        request, "findings/trust.html", room=ROOM, tells=TELLS, status=status, card=card, run=card.moment.run, runs=runs, what=sentence,
        values=values, titles=titles, has_rows=role in ROWS, problem=problem, stability_words=stability_words, source_words=SOURCE_WORDS,
        why_out=WHY_OUT, pillar_names=pillar_names(programme), langs=programme.languages,
    )  # fmt: skip


def _card_or_404(connection: Connection, request: Request, role: str) -> Card | None:
    wanted = request.query_params.get("ronde", "")
    try:
        return card_of(connection, house_of(request).programme, role, an_id(wanted) or ("-" if wanted else ""))
    except LookupError:
        raise HTTPException(404) from None


def _runs(connection: Connection) -> list[Any]:
    columns = (RUN.c.id, RUN.c.made_at, RUN.c.parameters)
    return list(connection.execute(select(*columns).order_by(RUN.c.made_at.desc(), RUN.c.id).limit(NEWEST)))


@settling.post("/vaststellen")
def settle_figures(request: Request, person: Staff, typed: Form) -> Response:  # noqa: ARG001  # the policy reads the form
    """From now on these are the figures that everybody reads; those of before stay what later ones are held against."""
    engine = request.app.state.engine
    with engine.connect() as connection:
        try:
            newest = newest_run(connection, "")
        except LookupError:
            raise HTTPException(404) from None
    try:
        keep_moment(engine, settings_of(request), house_of(request).programme, newest)
    except ValueError as reason:
        return _card(request, person.role, status=409, problem=str(reason))
    with writing(engine) as connection:
        note_web_act(request, connection, "figures settled", newest.id)
    return lead(HERE, "vast")


@comparing.get("")
def compare(request: Request, van: str = "", naar: str = "") -> HTMLResponse:
    """Two runs; without a choice the newest over everything and the one before it."""
    with request.app.state.engine.connect() as connection:
        runs = _runs(connection)
        chosen = {row.id for row in runs}
        last = [row.id for row in runs if json.loads(row.parameters) == json.loads(runs[0].parameters)]
        van, naar = (an_id(printable(van)) or (last[1] if len(last) > 1 else "")), (an_id(printable(naar)) or (last[0] if last else ""))
        rows = {row.id: row for row in connection.execute(select(RUN).where(RUN.c.id.in_([van, naar])))}
        if (van and van not in rows) or (naar and naar not in rows):
            raise HTTPException(404)
        found = changes_between(connection, rows[van], rows[naar]) if van and naar and van != naar else None
    return desk(
        request, "findings/changes.html", room=ROOM, runs=runs, van=van, naar=naar, found=found, reasons=REASONS, chosen=chosen,
        pillar_names=pillar_names(house_of(request).programme),
    )  # fmt: skip
