"""Room answering: by which way somebody comes in: a code from a letter, the device of an organisation that helps, or the open link."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.background import BackgroundTask

from app.access import may, settings_of, token_hash
from app.answering.mixing import mix
from app.answering.store import Way
from app.codes import code_hash, read_code
from app.forms import Form, printable, said
from app.models.tables import HELP_LINK, PERSONAL_CODE, SURVEY
from app.settings import Settings
from app.tries import count_wrong, may_try
from app.web import page, reader_of, remember_language

LETTER, DEVICE = "brief", "hulp"  # cookies, each for one survey alone
KEEP_LETTER = 24 * 3600
FRESH_SECONDS, SECOND = 10.0, 1.0
CODE_PAGE = "answering/code.html"

router = APIRouter(dependencies=[may("everyone")])


# ------------------------------------------------------------------------------------------- a code from a letter
@router.get("/u")
def ask_for_code(request: Request, gebruikt: str = "") -> HTMLResponse:
    """Where a code is typed. `gebruikt` is the survey of a code that somebody began with: the code itself is in no address."""
    with request.app.state.engine.connect() as connection:
        survey = connection.execute(select(SURVEY.c.key).where(SURVEY.c.key == printable(gebruikt)[:64])).scalar() if gebruikt else None
    return page(request, "answering/code_used.html", survey=survey) if survey else page(request, CODE_PAGE, typed="", wrong="")


@router.post("/u")
def typed_code(request: Request, typed: Form) -> Response:
    return _enter(request, said(typed, "code")[:80])


@router.get("/u/{code:path}")
def scanned_code(request: Request, code: str) -> Response:
    """Looking never writes: the code is marked as used with the first page that is kept."""
    return _enter(request, code[:80])


def _enter(request: Request, typed: str) -> Response:
    """To the survey without the code in the address. A right code never waits; a wrong one does after fifty from one address."""
    code = read_code(typed)
    hashed = code_hash(settings_of(request).key, code) if code else ""
    with request.app.state.engine.connect() as connection:
        row = _found(connection, hashed) if hashed else None
    if row is None:
        return _wrong(request, typed, known_form=bool(code))
    if row.state == "used":
        return _lead(f"/u?{urlencode({'gebruikt': row.survey_key})}", request)
    response = _lead(f"/v/{row.survey_key}", request)
    _hold(request, response, LETTER, f"{hashed}.{_sign(settings_of(request), row.survey_key, hashed)}", row.survey_key, KEEP_LETTER)
    return response


def _found(connection: Connection, hashed: str) -> Any:
    return connection.execute(select(PERSONAL_CODE.c.survey_key, PERSONAL_CODE.c.state).where(PERSONAL_CODE.c.code_hash == hashed)).first()


def _wrong(request: Request, typed: str, *, known_form: bool) -> HTMLResponse:
    if not may_try(request):
        return page(request, CODE_PAGE, status=429, headers={"Retry-After": "600"}, typed="", wrong="wait")
    count_wrong(request)
    wrong = "wrong" if known_form else "form"
    return page(request, CODE_PAGE, status=422 if request.method == "POST" else 404, typed=printable(typed), wrong=wrong)


def _lead(address: str, request: Request) -> RedirectResponse:
    """A letter in Arabic leads to a page in Arabic."""
    response = RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
    reader = reader_of(request)
    if request.query_params.get("taal") == reader.lang:
        remember_language(request, response, reader.lang)
    return response


def _hold(request: Request, response: Response, name: str, value: str, survey_key: str, seconds: int) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=seconds, path=f"/v/{survey_key}", httponly=True, samesite="lax", secure=secure)


def _sign(settings: Settings, survey_key: str, hashed: str) -> str:
    """Only who typed the code has this: the hash alone, read in a copy of the database, opens nothing."""
    return hmac.new(settings.key, f"letter:{survey_key}:{hashed}".encode(), hashlib.sha256).hexdigest()[:32]


def _letter_of(request: Request, survey_key: str) -> str:
    """The hash of the code that this browser came with; "" without one."""
    hashed, _, sign = request.cookies.get(LETTER, "").partition(".")
    if not hashed:
        return ""
    real = _sign(settings_of(request), survey_key, hashed)
    return hashed if hmac.compare_digest(sign.encode("utf-8", "replace"), real.encode()) else ""


# ------------------------------------------------------------------------------------------- the device of who helps
@dataclass(frozen=True)
class Helped:
    """The organisation on whose device somebody answers, and the survey that its link is for."""

    survey: str
    organisation: str
    ends_on: date


@dataclass
class Links:
    """The links that were given out, read at most once in ten seconds: a link that is closed soon works nowhere."""

    rows: Mapping[str, Helped] = field(default_factory=dict)
    read_at: float = -FRESH_SECONDS

    def find(self, request: Request, token: str) -> Helped | None:
        hashed, age = token_hash(token), time.monotonic() - self.read_at
        if age > (FRESH_SECONDS if hashed in self.rows else SECOND):
            self._read(request)
        found = self.rows.get(hashed)
        return found if found and settings_of(request).today() <= found.ends_on else None

    def _read(self, request: Request) -> None:
        columns = (HELP_LINK.c.token_hash, HELP_LINK.c.survey_key, HELP_LINK.c.organisation, HELP_LINK.c.ends_on)
        try:
            with request.app.state.engine.connect() as connection:
                rows = connection.execute(select(*columns).where(HELP_LINK.c.closed.is_(False))).all()
        except SQLAlchemyError:  # away for a moment: what was read last stands
            return
        self.rows = {hashed: Helped(survey, organisation, ends_on) for hashed, survey, organisation, ends_on in rows}
        self.read_at = time.monotonic()


@router.get("/h/{token}")
def open_device(request: Request, token: str) -> Response:
    """From now on this browser helps people with one survey; whoever answered on it before is forgotten."""
    links: Links = request.app.state.links
    links.read_at = -FRESH_SECONDS
    found = links.find(request, token)
    if found is None:
        return page(request, "answering/link_gone.html", status=404)
    response = _lead(f"/v/{found.survey}?opnieuw=1", request)
    days = (found.ends_on - settings_of(request).today()).days + 1
    _hold(request, response, DEVICE, token, found.survey, days * 24 * 3600)
    return response


def helped_by(request: Request, survey_key: str) -> Helped | None:
    """On whose device this is; None on somebody's own."""
    token = request.cookies.get(DEVICE, "")
    found: Helped | None = request.app.state.links.find(request, token) if token else None
    return found if found and found.survey == survey_key else None


# ------------------------------------------------------------------------------------------- what is kept of it
def way_of(request: Request, survey_key: str) -> Way:
    """How a response that begins now comes in. Whoever brings a letter to a device that helps is of the sample, and was helped."""
    helped = helped_by(request, survey_key)
    return Way("web", "desk" if helped else "open_link", assisted=helped is not None, code=_letter_of(request, survey_key))


def leave_way(request: Request, response: Response, survey_key: str) -> Response:
    """After a page was kept, or nothing will be: the letter is forgotten here, and afterwards the codes are mixed."""
    if LETTER in request.cookies:
        secure = request.url.scheme == "https"
        response.delete_cookie(LETTER, path=f"/v/{survey_key}", httponly=True, samesite="lax", secure=secure)
        response.background = BackgroundTask(mix, request.app.state.engine, PERSONAL_CODE, survey_key)
    return response
