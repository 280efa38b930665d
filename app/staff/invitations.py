"""Room staff: invitations: a link that works once, for seven days; whoever opens it chooses a password and has an account."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection, Row, delete, insert, select, update

from app.access import may, note_act, origin_of, settings_of, token_hash
from app.db import writing
from app.forms import Form
from app.mail import Message, put_in_outbox
from app.models.tables import INVITATION, MAIL
from app.settings import Settings
from app.staff.passwords import hash_password, typed_password
from app.staff.people import insert_person, name_key
from app.staff.routes import FIRST_PAGE, password_problems
from app.staff.seats import hand_out, take_seat
from app.web import day_text, desk, lead

DAYS = 7
SUBJECT = "Uitnodiging voor Wijkstem"
LETTER = """Hallo,

U kunt gaan werken in Wijkstem. Open deze link en kies een wachtwoord:

{link}

De link werkt één keer, tot en met {until}. Werkt hij niet meer? Vraag dan een nieuwe aan wie u uitnodigde.
Verwachtte u dit bericht niet? Dan hoeft u niets te doen."""

router = APIRouter(prefix="/uitnodiging", dependencies=[may("everyone")])


@dataclass(frozen=True)
class Invited:
    """Who is asked to come, and until when the account lasts."""

    name: str
    role: str
    ends_on: date | None = None


def open_invitations(connection: Connection, settings: Settings) -> Sequence[Row[Any]]:
    waits = INVITATION.c.used_at.is_(None) & (INVITATION.c.ends_at > settings.clock())
    return connection.execute(select(INVITATION).where(waits).order_by(INVITATION.c.ends_at, INVITATION.c.code_hash)).all()


def is_invited(connection: Connection, settings: Settings, name: str) -> bool:
    return any(name_key(row.name) == name_key(name) for row in open_invitations(connection, settings))


def invite(connection: Connection, settings: Settings, invited: Invited, *, made_by: str) -> str:
    """The token of a new invitation; only its hash is kept."""
    token, now = secrets.token_urlsafe(16), settings.clock()
    row = {"name": invited.name, "role": invited.role, "made_by": made_by, "made_at": now, "ends_at": now + timedelta(days=DAYS)}
    connection.execute(insert(INVITATION).values(code_hash=token_hash(token), account_ends_on=invited.ends_on, **row))
    return token


def mail_invitation(connection: Connection, settings: Settings, token: str, *, link: str, address: str) -> None:
    """The address stands in the outbox alone, until the message is sent."""
    body = LETTER.format(link=link, until=day_text(settings.clock() + timedelta(days=DAYS), "nl"))
    put_in_outbox(connection, settings, key=_mail_key(token_hash(token)), kind="invitation", message=Message(address, SUBJECT, body))


def withdraw_invitation(connection: Connection, code_hash: str) -> bool:
    connection.execute(delete(MAIL).where(MAIL.c.key == _mail_key(code_hash), MAIL.c.state.in_(("waiting", "failed"))))
    mine = (INVITATION.c.code_hash == code_hash) & INVITATION.c.used_at.is_(None)
    return bool(connection.execute(delete(INVITATION).where(mine)).rowcount)


def _mail_key(code_hash: str) -> str:
    return f"uitnodiging/{code_hash}"


# ------------------------------------------------------------------------------------------- who opens the link
@router.get("/{token}")
def invitation(request: Request, token: str) -> HTMLResponse:
    with request.app.state.engine.connect() as connection:
        row = connection.execute(select(INVITATION).where(INVITATION.c.code_hash == token_hash(token))).first()
    if _why_gone(settings_of(request), row):
        return _gone(request, row)
    return desk(request, "staff/invitation.html", invited=row, token=token, problems={})


@router.post("/{token}")
def accept(request: Request, token: str, typed: Form) -> Response:
    mine, settings = select(INVITATION).where(INVITATION.c.code_hash == token_hash(token)), settings_of(request)
    with request.app.state.engine.connect() as connection:
        row = connection.execute(mine).first()
    if row is None or _why_gone(settings, row):
        return _gone(request, row)
    if problems := password_problems(typed, row.name):
        return desk(request, "staff/invitation.html", status=422, invited=row, token=token, problems=problems)
    made = hash_password(typed_password(typed, "password"))
    with writing(request.app.state.engine) as connection:
        row = connection.execute(mine.with_for_update()).first()  # somebody may have used or withdrawn it meanwhile
        seat = "" if row is None or _why_gone(settings, row) else _come_in(request, connection, row, made)
    if row is None or not seat:
        return _gone(request, row)
    response = lead(FIRST_PAGE)
    hand_out(request, response, seat, name_key(row.name))
    return response


def _come_in(request: Request, connection: Connection, row: Row[Any], password_hash: str) -> str:
    """The seat of a new colleague; "" when somebody else has the name by now."""
    settings = settings_of(request)
    person = insert_person(
        connection, settings, name=row.name, role=row.role, password_hash=password_hash, must_change=False, ends_on=row.account_ends_on
    )
    if person is None:
        return ""
    connection.execute(update(INVITATION).where(INVITATION.c.code_hash == row.code_hash).values(used_at=settings.clock()))
    for action in ("accept invitation", "sign in"):
        note_act(connection, settings, actor=row.name, action=action, object_=person, origin=origin_of(request))
    return take_seat(request, connection, person)


def _why_gone(settings: Settings, row: Row[Any] | None) -> str:
    """unknown, used or ended; "" for an invitation that can be used."""
    if row is None:
        return "unknown"
    if row.used_at:
        return "used"
    ended = row.ends_at <= settings.clock() or (row.account_ends_on and row.account_ends_on < settings.today())
    return "ended" if ended else ""


def _gone(request: Request, row: Row[Any] | None) -> HTMLResponse:
    """It cannot be used; or it could, but by now somebody else has the name."""
    why = _why_gone(settings_of(request), row) or "taken"
    return desk(request, "staff/gone.html", status={"unknown": 404, "taken": 409}.get(why, 410), why=why)
