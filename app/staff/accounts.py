"""Room staff: who works here, for the admin: inviting, roles, last days, shutting out. An auditor may look."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection, Row, func, select, update

from app.access import Person, Staff, may, note_web_act, settings_of, token_hash
from app.db import writing
from app.forms import Form, Typed, again, said
from app.i18n import N_
from app.mail import is_address
from app.models.staff import ROLES
from app.models.tables import AUDIT, STAFF
from app.staff.invitations import Invited, invite, is_invited, mail_invitation, open_invitations, withdraw_invitation
from app.staff.passwords import hash_password, one_time_password
from app.staff.people import FAULTS, end_sessions, is_open, listed_people, name_fault, name_key, state_of, tidy_name
from app.web import desk, lead, site

HERE = "/beheer"
TELLS = {
    "ingetrokken": N_("De uitnodiging is ingetrokken. De link werkt niet meer."),
    "uitzetten": N_("Het account is uitgezet. Wie ermee werkte, is nu uitgelogd."),
    "aanzetten": N_("Het account staat weer aan."),
    "rol": N_("De rol is veranderd. Deze collega moet opnieuw inloggen."),
    "einddatum": N_("De laatste dag is bewaard."),
}

people = APIRouter(prefix=HERE, dependencies=[may("admin", "auditor")])
admins = APIRouter(prefix=HERE, dependencies=[may("admin")])


# ------------------------------------------------------------------------------------------- looking
@people.get("")
def overview(request: Request) -> HTMLResponse:
    return _overview(request)


def _overview(
    request: Request, *, status: int = 200, problems: Mapping[str, str] | None = None, typed: Typed | None = None
) -> HTMLResponse:
    settings, today = settings_of(request), settings_of(request).today()
    with request.app.state.engine.connect() as connection:
        found, seen = listed_people(connection), _last_seen(connection)
        waiting = open_invitations(connection, settings)
    return desk(
        request, "staff/accounts.html", room=HERE, tells=TELLS, status=status, problems=problems or {}, typed=again(typed or {}), roles=ROLES,
        invitations=waiting, colleagues=[(row, state_of(row, today), seen.get(row.id)) for row in found],
    )  # fmt: skip


def _last_seen(connection: Connection, staff_id: str = "") -> dict[str, Any]:
    """When each signed in last."""
    signed_in = (AUDIT.c.action == "sign in") & (AUDIT.c.result == "ok")
    mine = signed_in & (AUDIT.c.object == staff_id) if staff_id else signed_in
    rows = connection.execute(select(AUDIT.c.object, func.max(AUDIT.c.at)).where(mine).group_by(AUDIT.c.object))
    return {person: at for person, at in rows}  # noqa: C416  # rows are not pairs to mypy


@people.get("/mensen/{staff_id}")
def account(request: Request, staff_id: str) -> HTMLResponse:
    return _account(request, staff_id)


def _account(request: Request, staff_id: str, *, status: int = 200, problems: Mapping[str, str] | None = None, typed: Typed | None = None, once: str = "") -> HTMLResponse:  # fmt: skip
    with request.app.state.engine.connect() as connection:
        row, seen = _found(connection, staff_id), _last_seen(connection, staff_id)
    return desk(
        request, "staff/account.html", room=HERE, tells=TELLS, status=status, problems=problems or {}, typed=again(typed or {}), roles=ROLES,
        who=row, state=state_of(row, settings_of(request).today()), seen=seen.get(row.id), once=once,
    )  # fmt: skip


def _found(connection: Connection, staff_id: str) -> Row[Any]:
    row = connection.execute(select(STAFF).where(STAFF.c.id == staff_id)).first()
    if row is None:
        raise HTTPException(404)
    return row


# ------------------------------------------------------------------------------------------- inviting
@admins.post("/uitnodigen")
def send_invitation(request: Request, typed: Form, person: Staff) -> HTMLResponse:
    """The link is on the page that answers, and nowhere else: it is kept as a hash."""
    settings, address = settings_of(request), said(typed, "mail")
    ends_on, day_fault = read_day(said(typed, "ends_on"), settings.today())
    invited = Invited(tidy_name(said(typed, "name")), said(typed, "role"), ends_on)
    faults = {
        "name": name_fault(invited.name), "role": "" if invited.role in ROLES else "role",
        "mail": "address" if address and not is_address(address) else "", "ends_on": day_fault,
    }  # fmt: skip
    link = ""
    with writing(request.app.state.engine) as connection:
        _still_admin(request, connection, person)
        faults["name"] = faults["name"] or _name_in_use(request, connection, invited.name)
        if not any(faults.values()):
            token = invite(connection, settings, invited, made_by=person.name)
            link = f"{site(request)}uitnodiging/{token}"
            told = site(request, told=True)
            if address and told:
                mail_invitation(connection, settings, token, link=f"{told}uitnodiging/{token}", address=address)
            note_web_act(request, connection, "invite", f"{token_hash(token)[:12]} {invited.role}")
    if not link:
        return _overview(request, status=422, problems={field: FAULTS[fault] for field, fault in faults.items() if fault}, typed=typed)
    mailed = "" if not address else "soon" if settings.outbox and site(request, told=True) else "never"
    return desk(request, "staff/invited.html", room=HERE, invited=invited, link=link, mailed=mailed)


def _name_in_use(request: Request, connection: Connection, name: str) -> str:
    if connection.execute(select(STAFF.c.id).where(STAFF.c.name_key == name_key(name))).first():
        return "taken"
    return "invited" if is_invited(connection, settings_of(request), name) else ""


@admins.post("/intrekken")
def withdraw(request: Request, typed: Form) -> Response:
    code_hash = said(typed, "invitation")[:64]
    with writing(request.app.state.engine) as connection:
        if not withdraw_invitation(connection, code_hash):
            raise HTTPException(404)
        note_web_act(request, connection, "withdraw invitation", code_hash[:12])
    return lead(HERE, "ingetrokken")


# ------------------------------------------------------------------------------------------- changing an account
def disable(connection: Connection, who: Row[Any], _typed: Typed, person: Person, _today: date) -> tuple[str, str]:
    if who.id == person.id:  # so an admin always stays: the one who acts
        return "", "self"
    connection.execute(update(STAFF).where(STAFF.c.id == who.id).values(state="disabled"))
    end_sessions(connection, who.id)
    return "disable account", ""


def enable(connection: Connection, who: Row[Any], _typed: Typed, _person: Person, _today: date) -> tuple[str, str]:
    connection.execute(update(STAFF).where(STAFF.c.id == who.id).values(state="active"))
    return "enable account", ""


def change_role(connection: Connection, who: Row[Any], typed: Typed, person: Person, _today: date) -> tuple[str, str]:
    role = said(typed, "role")
    if role not in ROLES or who.id == person.id:
        return "", "self" if role in ROLES else "role"
    connection.execute(update(STAFF).where(STAFF.c.id == who.id).values(role=role))
    end_sessions(connection, who.id)
    return f"change role to {role}", ""


def change_last_day(connection: Connection, who: Row[Any], typed: Typed, _person: Person, today: date) -> tuple[str, str]:
    ends_on, fault = read_day(said(typed, "ends_on"), today)
    if ends_on and who.role == "admin" and not set(_open_admins(connection, today)) - {who.id}:
        fault = "last"
    if not fault:
        connection.execute(update(STAFF).where(STAFF.c.id == who.id).values(ends_on=ends_on))
    return "change last day", fault


Change = Callable[[Connection, Row[Any], Typed, Person, date], tuple[str, str]]  # gives the act as the trail calls it, and what is wrong
CHANGES: dict[str, Change] = {"uitzetten": disable, "aanzetten": enable, "rol": change_role, "einddatum": change_last_day}
BESIDE = {"role": "role", "day": "ends_on", "last": "ends_on"}  # the field a fault stands beside


@admins.post("/mensen/{staff_id}/wachtwoord")
def new_password(request: Request, staff_id: str, person: Staff) -> HTMLResponse:
    """A password for one time, shown on the page that answers; whoever was signed in with the old one is out."""
    once = one_time_password()
    made = hash_password(once)
    with writing(request.app.state.engine) as connection:
        _still_admin(request, connection, person)
        mine = _found(connection, staff_id).id == person.id
        if not mine:
            connection.execute(update(STAFF).where(STAFF.c.id == staff_id).values(password_hash=made, must_change=True))
            end_sessions(connection, staff_id)
            note_web_act(request, connection, "new one-time password", staff_id)
    if mine:
        return _account(request, staff_id, status=422, problems={"": FAULTS["self"]})
    return _account(request, staff_id, once=once)


@admins.post("/mensen/{staff_id}/{change}")
def change_account(request: Request, staff_id: str, change: str, typed: Form, person: Staff) -> Response:
    if change not in CHANGES:
        raise HTTPException(404)
    with writing(request.app.state.engine) as connection:
        _still_admin(request, connection, person)
        act, fault = CHANGES[change](connection, _found(connection, staff_id), typed, person, settings_of(request).today())
        if not fault:
            note_web_act(request, connection, act, staff_id)
    if fault:
        return _account(request, staff_id, status=422, problems={BESIDE.get(fault, ""): FAULTS[fault]}, typed=typed)
    return lead(f"{HERE}/mensen/{staff_id}", change)


def _open_admins(connection: Connection, today: date) -> list[str]:
    """Every admin who can come in, locked in one order: two who shut each other out at once do it one after the other."""
    mine = (STAFF.c.role == "admin") & is_open(today)
    return list(connection.execute(select(STAFF.c.id).where(mine).order_by(STAFF.c.id).with_for_update()).scalars())


def _still_admin(request: Request, connection: Connection, person: Person) -> None:
    if person.id not in _open_admins(connection, settings_of(request).today()):
        raise HTTPException(403)


def read_day(typed: str, today: date) -> tuple[date | None, str]:
    """A day from today on, or none; and what is wrong with it."""
    try:
        day = date.fromisoformat(typed) if typed else None
    except ValueError:
        return None, "day"
    return (None, "day") if day and day < today else (day, "")
