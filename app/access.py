"""Shared floor: who may enter. A policy stands at every route; a route without one stops the start-up. Staff and tables are known here."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, cast
from urllib.parse import quote

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.params import Depends as Dependency
from fastapi.routing import APIRoute
from sqlalchemy import Connection, insert, select
from sqlmodel import Session

from app.db import writing
from app.forms import Form, Typed, said
from app.models.staff import ROLES
from app.models.tables import AUDIT, SESSION, STAFF, TABLE_LINK
from app.settings import Settings

DEVICES = ("kiosk", "table")
OPEN = ("stranger", "resident")
EVERYONE = (*OPEN, *DEVICES, *ROLES)
ROWS = ("analyst", "admin")  # who sees rows, and so the figures as they are
SAFE = {"GET", "HEAD"}
SEAT = "kantoor"  # the cookie of a signed-in browser
TABLE = "tafel"  # the cookie of a table for one evening
SIGN_IN = "/inloggen"
OWN_PASSWORD = "/wachtwoord"  # noqa: S105  # an address


@dataclass(frozen=True)
class Person:
    """Who acts: somebody of staff, or a table of one evening. `token` stands in every form of theirs."""

    id: str
    name: str
    role: str
    token: str = ""
    seat: str = ""
    must_change: bool = False
    wijkgesprek: str = ""
    table_no: int = 0


@dataclass(frozen=True)
class Policy:
    """Lets everyone in: residents have no accounts."""

    roles: tuple[str, ...]

    async def __call__(self, request: Request) -> None:  # async: what does not wait needs no thread
        request.state.role = "stranger"

    @property
    def name(self) -> str:
        return "everyone" if self.roles == EVERYONE else " ".join(self.roles)


@dataclass(frozen=True)
class StaffPolicy(Policy):
    """Lets in who signed in with one of these roles; a form must carry the token of the person it was shown to."""

    unfinished: bool = False  # also who still has to choose a password

    def __call__(self, request: Request, typed: Form) -> None:  # type: ignore[override]  # not async: it reads the database
        person = person_of(request, tables="table" in self.roles)
        if person is None:
            raise _to_sign_in(request)
        request.state.person, request.state.role = person, person.role
        if person.role not in self.roles:
            if request.method not in SAFE:  # looking never writes, not even that it was refused
                _note_refused(request, "refused")
            raise HTTPException(403)
        if person.must_change and not self.unfinished:
            raise HTTPException(303 if request.method in SAFE else 403, headers={"Location": OWN_PASSWORD})
        if request.method not in SAFE and not _is_own_form(settings_of(request), person, typed):
            _note_refused(request, "foreign form")
            raise HTTPException(403)


def may(*roles: str, unfinished: bool = False) -> Dependency:
    """`APIRouter(dependencies=[may("analyst")])`: only these roles; "everyone" for pages that are for all."""
    if roles == ("everyone",):
        return cast("Dependency", Depends(Policy(EVERYONE)))
    if not roles or set(roles) - {*ROLES, *DEVICES}:
        raise ValueError(f"not a role: {', '.join(sorted(set(roles) - {*ROLES, *DEVICES})) or 'none given'}")
    return cast("Dependency", Depends(StaffPolicy(tuple(roles), unfinished)))


def current_person(request: Request) -> Person:
    """Who the policy of this route let in."""
    return cast("Person", request.state.person)


Staff = Annotated[Person, Depends(current_person)]


# ------------------------------------------------------------------------------------------- who it is
def person_of(request: Request, *, tables: bool = False) -> Person | None:
    """Who holds this browser, read anew at each request: whoever is shut out is out at the next click."""
    settings = settings_of(request)
    if seat := request.cookies.get(SEAT):
        with request.app.state.engine.connect() as connection:
            if found := _seated(connection, settings, token_hash(seat)):
                return found
    if tables and (token := request.cookies.get(TABLE)):
        with request.app.state.engine.connect() as connection:
            return _at_table(connection, settings, token)
    return None


def _seated(connection: Connection, settings: Settings, id_hash: str) -> Person | None:
    row = connection.execute(
        select(STAFF.c.id, STAFF.c.name, STAFF.c.role, STAFF.c.must_change, STAFF.c.ends_on)
        .join(SESSION, SESSION.c.staff_id == STAFF.c.id)
        .where(SESSION.c.id_hash == id_hash, SESSION.c.ends_at > settings.clock(), STAFF.c.state == "active")
    ).first()
    if row is None or (row.ends_on and row.ends_on < settings.today()):
        return None
    return Person(row.id, row.name, row.role, form_token(settings, row.id), id_hash, must_change=row.must_change)


def table_link(connection: Connection, settings: Settings, token: str) -> Any:
    """The link of a table that belongs to this token, while it works."""
    mine = (TABLE_LINK.c.token_hash == token_hash(token), TABLE_LINK.c.ends_at > settings.clock())
    return connection.execute(select(TABLE_LINK).where(*mine)).first()


def _at_table(connection: Connection, settings: Settings, token: str) -> Person | None:
    row = table_link(connection, settings, token)
    if row is None:
        return None
    who = f"{row.wijkgesprek_id}/{row.table_no}"
    return Person(who, str(row.table_no), "table", form_token(settings, who), wijkgesprek=row.wijkgesprek_id, table_no=row.table_no)


def token_hash(token: str) -> str:
    """What is kept of a 128-bit token that only machines carry."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def form_token(settings: Settings, who: str, day: date | None = None) -> str:
    """What stands in a person's forms: of the person and the day, so that a form still counts after signing in again."""
    return hmac.new(settings.key, f"form:{who}:{day or settings.today()}".encode(), hashlib.sha256).hexdigest()[:32]


def _is_own_form(settings: Settings, person: Person, typed: Typed) -> bool:
    given, today = said(typed, "token").encode("utf-8", "replace"), settings.today()
    days = (today, today - timedelta(days=1))  # a form that was open at midnight
    return any(hmac.compare_digest(given, form_token(settings, person.id, day).encode()) for day in days)


def _to_sign_in(request: Request) -> HTTPException:
    """Looking leads to the sign-in page and back; a form of a session that ended is refused, and what was typed stays in the browser."""
    if request.method in SAFE:
        there = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        return HTTPException(303, headers={"Location": f"{SIGN_IN}?naar={quote(there, safe='/')}"})
    return HTTPException(401)


def settings_of(request: Request) -> Settings:
    return cast("Settings", request.app.state.house.settings)


# ------------------------------------------------------------------------------------------- what they did
def note_act(  # the columns of the audit trail
    db: Connection | Session, settings: Settings, *, actor: str, action: str, object_: str, result: str = "ok", origin: str = "command", purpose: str = ""
) -> None:  # fmt: skip
    """One line in the audit trail, in the transaction of the act. No words, names or codes of residents."""
    row = {"at": settings.clock(), "actor": actor[:64], "action": action[:64], "object": object_[:128], "result": result[:64]}
    db.execute(insert(AUDIT).values(**row, origin=origin, purpose=purpose[:300]))


def note_web_act(request: Request, db: Connection | Session, action: str, object_: str, *, result: str = "ok", purpose: str = "") -> None:
    """The same for an act on a page: by whoever the policy let in, from this place."""
    person = current_person(request)
    actor = person.name if person.role in ROLES else f"{person.role} {person.id}"
    note_act(
        db, settings_of(request), actor=actor, action=action, object_=object_, result=result, origin=origin_of(request), purpose=purpose
    )


def origin_of(request: Request) -> str:
    """From where, as a hash that changes every day: two acts of one day can be compared, an address cannot be read."""
    settings = settings_of(request)
    place = f"origin:{settings.today()}:{request.client.host if request.client else ''}"
    return f"web {hmac.new(settings.key, place.encode(), hashlib.sha256).hexdigest()[:10]}"


def _note_refused(request: Request, result: str) -> None:
    route: Any = request.scope.get("route")
    with writing(request.app.state.engine) as connection:
        note_web_act(request, connection, f"{request.method} refused", getattr(route, "path", "-"), result=result)


# ------------------------------------------------------------------------------------------- every route
def policies(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """Every route as method, path and the name of its policy; "" when it has none."""
    for route in app.routes:
        policy = ""
        if isinstance(route, APIRoute):
            calls = [dependency.call for dependency in route.dependant.dependencies]
            policy = " & ".join(call.name for call in calls if isinstance(call, Policy))
        for method in sorted(getattr(route, "methods", None) or {"ANY"}):
            yield method, getattr(route, "path", str(route)), policy


def refuse_without_policy(app: FastAPI) -> None:
    """Stop the start-up when a route does not say who may enter."""
    without = sorted({path for _, path, policy in policies(app) if not policy})
    if without:
        raise RuntimeError(f"no policy declared for: {', '.join(without)}")
