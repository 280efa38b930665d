"""Room staff: coming in, going out, and a password of one's own."""

import re
from datetime import date
from typing import Any
from urllib.parse import unquote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection, Row, delete, select, update

from app.access import SIGN_IN, Staff, may, note_act, note_web_act, origin_of, settings_of
from app.db import writing
from app.forms import Form, printable, said
from app.i18n import N_
from app.models.staff import ROLES
from app.models.tables import SESSION, STAFF
from app.staff.passwords import hash_password, is_right, typed_password, weakness
from app.staff.people import FAULTS, NOBODY, end_sessions, is_open, name_key
from app.staff.seats import hand_out, take_back, take_seat
from app.staff.tries import Turn, begin_try, forgive
from app.web import desk, lead

FIRST_PAGE = "/kantoor"
INSIDE = re.compile(r"/(?!/)[!-\[\]-~]{0,600}")  # an address of ours: no other host, no backslash, no line break
TELLS = {"uit": N_("U bent uitgelogd."), "wachtwoord": N_("Uw nieuwe wachtwoord is bewaard.")}

entrance = APIRouter(dependencies=[may("everyone")])
own = APIRouter(dependencies=[may(*ROLES, unfinished=True)])


def local(address: str) -> str:
    """Where to go after signing in: a page of ours, or the first one."""
    inside = INSIDE.fullmatch(address) and not unquote(address).startswith(("//", "/\\"))
    return address if inside and not address.startswith(SIGN_IN) else FIRST_PAGE


@entrance.get(SIGN_IN)
def sign_in_page(request: Request, naar: str = "") -> HTMLResponse:
    return _ask_to_sign_in(request, there=local(naar))


@entrance.post(SIGN_IN)
def sign_in(request: Request, typed: Form) -> Response:
    name, there = printable(said(typed, "name")), local(said(typed, "naar"))
    password = typed_password(typed, "password")
    if not name or not password:
        return _ask_to_sign_in(request, there=there, name=name, fault="empty")
    turn = begin_try(request, name_key(name))
    if turn.wait:
        return _ask_to_sign_in(request, there=there, name=name, fault="wait", wait=turn.wait)
    seat = _let_in(request, name_key(name), password, turn)
    if not seat:
        return _ask_to_sign_in(request, there=there, name=name, fault="wrong")
    response = lead(there)
    hand_out(request, response, seat, name_key(name))
    return response


def _ask_to_sign_in(request: Request, *, there: str, name: str = "", fault: str = "", wait: int = 0) -> HTMLResponse:
    status = {"": 200, "wait": 429}.get(fault, 422)
    headers = {"Retry-After": str(wait)} if wait else None
    return desk(
        request,
        "staff/sign_in.html",
        tells=TELLS,
        status=status,
        headers=headers,
        there=there,
        typed_name=name[:200],
        fault=fault,
        wait=wait,
    )


def _let_in(request: Request, key: str, password: str, turn: Turn) -> str:
    """A new seat for who gave the right password and may come in; else "" and a line in the trail."""
    settings, engine = settings_of(request), request.app.state.engine
    with engine.connect() as connection:
        known = connection.execute(select(STAFF).where(STAFF.c.name_key == key)).first()
    right, renewed = is_right(password, known.password_hash if known else None)
    with writing(engine) as connection:
        account = _usable(connection, settings.today(), known) if known and right else None
        note_act(
            connection, settings, actor=known.name if known else NOBODY, action="sign in", object_=known.id if known else "-",
            result="ok" if account else "refused", origin=origin_of(request),
        )  # fmt: skip
        if account is None:
            return ""
        if renewed:
            connection.execute(update(STAFF).where(STAFF.c.id == account.id).values(password_hash=renewed))
        forgive(connection, settings, turn)
        return take_seat(request, connection, account.id)


def _usable(connection: Connection, today: date, known: Row[Any]) -> Row[Any] | None:
    """The account, if it is still open and its password did not change meanwhile; locked, so that who shuts it out comes before or after."""
    same = (STAFF.c.id == known.id) & (STAFF.c.password_hash == known.password_hash)
    return connection.execute(select(STAFF.c.id).where(same, is_open(today)).with_for_update()).first()


# ------------------------------------------------------------------------------------------- who is in
@own.post("/uitloggen")
def sign_out(request: Request, person: Staff) -> Response:
    with writing(request.app.state.engine) as connection:
        connection.execute(delete(SESSION).where(SESSION.c.id_hash == person.seat))
        note_web_act(request, connection, "sign out", person.id)
    response = lead(SIGN_IN, "uit")
    take_back(response)
    return response


@own.get("/wachtwoord")
def password_page(request: Request) -> HTMLResponse:
    return desk(request, "staff/password.html", problems={}, wait=0)


@own.post("/wachtwoord")
def choose_password(request: Request, typed: Form, person: Staff) -> Response:
    new, key = typed_password(typed, "password"), name_key(person.name)
    turn = Turn({}) if person.must_change else begin_try(request, key)
    if turn.wait:
        return desk(request, "staff/password.html", status=429, headers={"Retry-After": str(turn.wait)}, problems={}, wait=turn.wait)
    with request.app.state.engine.connect() as connection:
        kept = connection.execute(select(STAFF.c.password_hash).where(STAFF.c.id == person.id)).scalar_one()
    right = person.must_change or is_right(typed_password(typed, "old"), kept)[0]
    problems = ({} if right else {"old": FAULTS["old"]}) | password_problems(typed, person.name)
    if person.must_change and not problems and is_right(new, kept)[0]:
        problems["password"] = FAULTS["worst"]
    made = "" if problems else hash_password(new)
    with writing(request.app.state.engine) as connection:
        if right:
            forgive(connection, settings_of(request), turn)
        else:
            note_web_act(request, connection, "choose password", person.id, result="refused")
        if not problems:
            _replace_password(request, connection, person, kept, made)
    return desk(request, "staff/password.html", status=422, problems=problems, wait=0) if problems else lead(FIRST_PAGE, "wachtwoord")


def _replace_password(request: Request, connection: Connection, person: Staff, kept: str, made: str) -> None:
    """Unless somebody else replaced it meanwhile; every other browser has to sign in again."""
    same = (STAFF.c.id == person.id) & (STAFF.c.password_hash == kept)
    if connection.execute(update(STAFF).where(same).values(password_hash=made, must_change=False)).rowcount:
        end_sessions(connection, person.id, but=person.seat)
        note_web_act(request, connection, "choose password", person.id)


def password_problems(typed: Form, name: str) -> dict[str, str]:
    """What is wrong with a new password that was typed twice, by the field it stands beside."""
    new = typed_password(typed, "password")
    if fault := weakness(new, name):
        return {"password": FAULTS[fault]}
    return {} if new == typed_password(typed, "again") else {"again": FAULTS["again"]}
