"""Room office: the page of one survey: how many answered by which way, where people stop, and opening, pausing and closing it."""

import tomllib
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import select

from app.access import Staff, may, note_web_act, settings_of
from app.db import Db
from app.forms import Form, said
from app.i18n import N_, STAFF, language_name
from app.models.answers import CHANNELS, STREAMS
from app.models.tables import SURVEY, VERSION
from app.office.fieldwork import fieldwork
from app.office.survey_map import ROOM, STATES
from app.office.surveys import CLOSABLE, HELD_FROM, OPENABLE, Refused, close_survey, hold_survey, open_survey
from app.survey import load_survey
from app.survey_check import missing_promise
from app.web import desk, house_of, lead, reader_of

MAY_CHANGE = ("office", "admin")
FROM = {"open": OPENABLE, **HELD_FROM, "closed": CLOSABLE}  # what a survey can become, and from which states
TELLS = {
    "open": N_("De vragenlijst is open."), "paused": N_("De vragenlijst is stilgezet."), "paper_only": N_("Invullen kan nu alleen op papier."),
    "closed": N_("De vragenlijst is gesloten."),
}  # fmt: skip
NO_PROMISE = N_("Openen kan nog niet: in het bestand staat niet wanneer bewoners antwoord krijgen, en van wie.")
NOT_FROM_HERE = N_("Dat kan niet meer. Iemand anders heeft de stand net veranderd; u ziet nu hoe het is.")

looking = APIRouter(prefix=ROOM, dependencies=[may("office", "analyst", "auditor", "admin")])
changing = APIRouter(prefix=ROOM, dependencies=[may(*MAY_CHANGE)])


@looking.get("/{key}")
def monitor(request: Request, person: Staff, key: str, antwoordtaal: str = "", kanaal: str = "") -> HTMLResponse:
    return show(request, person.role, key, (antwoordtaal, kanaal))


def show(request: Request, role: str, key: str, group: tuple[str, str] = ("", ""), *, refused: str = "") -> HTMLResponse:
    house = house_of(request)
    with request.app.state.engine.connect() as connection:
        row = connection.execute(
            select(SURVEY, VERSION.c.source).join(VERSION, VERSION.c.fingerprint == SURVEY.c.fingerprint).where(SURVEY.c.key == key)
        ).first()
        if row is None:
            raise HTTPException(404)
        work = fieldwork(connection, load_survey(row.source, key), settings_of(request).today())
    thresholds = house.programme.thresholds
    threshold = thresholds.professional if row.audience == "professional" else thresholds.resident
    lang = reader_of(request, domains=[STAFF]).lang
    return desk(
        request, "office/monitor.html", room=ROOM, tells=TELLS, status=409 if refused else 200, survey=row, asked=work.survey, work=work,
        states=STATES, acts=_acts(row) if role in MAY_CHANGE else (), problem=_reason(refused, row.state), threshold=threshold, share=work.share_sent(threshold),
        groups=work.groups(threshold), group=group, steps=work.steps(group), channels=[name for name in CHANNELS if name in work.used("channel")],
        streams=[name for name in STREAMS if name in work.used("stream")],
        language_name=lambda code: language_name(code, lang),
    )  # fmt: skip


def _reason(refused: str, state: str) -> str:
    return "" if not refused else NO_PROMISE if refused == "open" and state in OPENABLE else NOT_FROM_HERE


def _acts(row: Any) -> list[str]:
    """What this survey can become now."""
    promised = not list(missing_promise(tomllib.loads(row.source)))
    return [state for state, before in FROM.items() if row.state in before and (state != "open" or promised)]


@changing.post("/{key}/stand")
def change_state(request: Request, person: Staff, key: str, typed: Form, db: Db) -> Response:
    """Open, pause, paper only or close: the rules are those of the commands. Twice is once."""
    wanted, today = said(typed, "stand"), settings_of(request).today()
    if wanted not in FROM:
        raise HTTPException(400)
    try:
        if wanted == "open":
            changed = open_survey(db, key, today=today)
        elif wanted == "closed":
            changed = close_survey(db, key, today=today)
        else:
            changed = hold_survey(db, key, wanted)
    except Refused:
        db.rollback()
        return show(request, person.role, key, refused=wanted)
    if changed:
        note_web_act(request, db, f"survey {wanted}", key)
    return lead(f"{ROOM}/{key}", wanted)
