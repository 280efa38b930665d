"""create_app(): mounts the rooms, puts headers on every answer, and shows a page in the reader's language when something is wrong."""

import ctypes
import gzip
import logging
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access import refuse_without_policy
from app.answering import contact, offline, sending, sounds, ways
from app.answering import routes as answering
from app.answering.known import Known
from app.answering.places import Streets
from app.answering.writer import Busy, Writer
from app.areas import load_programme
from app.db import engine_at
from app.findings import (
    act_routes,
    codebook_routes,
    coder_file_routes,
    coding_routes,
    downloads,
    erasing_routes,
    figure_routes,
    redaction_routes,
    report_routes,
    run_routes,
    stated_routes,
    stuffing_routes,
    theme_routes,
    translating_routes,
    trust_routes,
    word_routes,
    workbench_routes,
)
from app.forms import printable
from app.front import routes as front
from app.office import desk, monitor, survey_map, ways_routes, wishes
from app.settings import Settings, read_settings
from app.staff import accounts, invitations, trail
from app.staff import routes as staff
from app.web import SECURITY, House, lead, page
from app.wijkgesprekken import notes_routes, plan_guests, plan_held, plan_routes, plan_texts, public, registering

log = logging.getLogger("wijkstem")
LEAST_PACKED = 600  # bytes
HEAPS = -8, 2  # M_ARENA_MAX of glibc's malloc.h, and how many
WORDS = (b"text/", b"application/json", b"image/svg", b"application/manifest")


class Headers:
    """Every answer carries the security headers, errors too, and is packed; one log line a request without query, values or address."""

    def __init__(self, app: ASGIApp, *, production: bool) -> None:
        self.app = app
        extra = {"Strict-Transport-Security": "max-age=31536000"} if production else {}
        self.headers = [(name.lower().encode(), value.encode()) for name, value in (SECURITY | extra).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, head = time.perf_counter(), scope["method"] == "HEAD"
        if not scope["path"].isprintable():  # no id holds such a sign, and PostgreSQL cannot even look for NUL: this one is not there
            scope = {**scope, "path": printable(scope["path"])}
        if head:  # a watchman asks for the head of a page: the same as GET, without the body
            scope = {**scope, "method": "GET"}

        held: list[Message] = []  # the head of the answer: it leaves with the first of the body

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                held.append(message)
                return
            while held:
                start = held.pop()
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    pack(scope, start, message)
                start["headers"] = [*start["headers"], *self.headers]
                route = getattr(scope.get("route"), "path", "-")
                log.info("%s %s %s %.0f ms", scope["method"], route, start["status"], (time.perf_counter() - began) * 1000)
                await send(start)
            await send({**message, "body": b""} if head and message["type"] == "http.response.body" else message)

        await self.app(scope, receive, send_with_headers)


def pack(scope: Scope, start: Message, message: Message) -> None:
    """Pack an answer that is words, when it is long enough to gain by it and the browser can unpack it."""
    told, body = dict(start["headers"]), message.get("body", b"")
    if len(body) < LEAST_PACKED or b"content-encoding" in told or not told.get(b"content-type", b"").startswith(WORDS):
        return
    if any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"]):
        message["body"] = gzip.compress(body, 5, mtime=0)
        start["headers"] = [pair for pair in start["headers"] if pair[0] != b"content-length"]
        start["headers"] += [(b"content-length", str(len(message["body"])).encode()), (b"content-encoding", b"gzip")]
    if b"vary" not in told:
        start["headers"].append((b"vary", b"Accept-Encoding"))


def _share_heaps() -> None:
    """The threads of a process share two heaps: one for each of them would cost 12 MB. Only glibc has and needs this."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(*HEAPS)


def mount(app: FastAPI, *routers: APIRouter) -> None:
    """Routes keep the policy that their router declared, and stand in one flat list that `routes` can show."""
    for router in routers:
        app.router.routes.extend(router.routes)


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or read_settings()
    engine = engine_at(settings.url)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        _share_heaps()
        yield
        app.state.writer.stop()

    silent: Any = dict.fromkeys(("tracing", "metrics", "logs", "auto_configure"), False)  # FastAPI tells nobody what is asked here
    app = FastAPI(title="Wijkstem", openapi_url=None, docs_url=None, redoc_url=None, lifespan=living, telemetry=silent)
    app.state.engine = engine
    app.state.writer = Writer(engine)
    app.state.known = Known(settings.translations)
    app.state.house = House(settings, load_programme(settings.surveys))
    app.state.monotonic = time.monotonic
    app.state.links = ways.Links()
    app.state.streets = Streets(app.state.house.programme.wijk_names)
    _open_rooms(app)
    refuse_without_policy(app)
    app.add_middleware(Headers, production=settings.env == "production")
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _refused)
    app.add_exception_handler(SQLAlchemyError, _busy)
    app.add_exception_handler(Busy, _busy)
    app.add_exception_handler(Exception, _broken)
    return app


def _open_rooms(app: FastAPI) -> None:
    mount(
        app,
        sending.router,
        offline.router,
        answering.router,
        offline.worker,
        sounds.router,
        ways.router,
        contact.router,
        front.router,
        public.router,
        registering.router,
    )  # most requests are answers: looked up first
    mount(
        app, staff.entrance, staff.own, invitations.router, accounts.people, accounts.admins, trail.router, desk.router, survey_map.router
    )
    mount(app, monitor.looking, monitor.changing, ways_routes.router, wishes.router, stuffing_routes.router)
    mount(app, plan_routes.planning, plan_routes.looking, plan_texts.router, plan_guests.router, plan_held.router)
    mount(app, notes_routes.at_table, notes_routes.at_office, notes_routes.coming)
    mount(
        app, run_routes.door, run_routes.looking, run_routes.starting, theme_routes.looking, theme_routes.deciding, redaction_routes.router
    )
    mount(app, stated_routes.stating, stated_routes.reading, stated_routes.quoting, downloads.findings, downloads.themes, downloads.rows)
    mount(app, figure_routes.router, report_routes.reporting, report_routes.cutting)
    mount(app, codebook_routes.looking, codebook_routes.editing, codebook_routes.freezing, word_routes.looking, word_routes.editing)
    mount(app, coder_file_routes.router, coding_routes.router)
    mount(app, workbench_routes.router, act_routes.router, translating_routes.router)
    mount(app, trust_routes.looking, trust_routes.comparing, trust_routes.settling, erasing_routes.erasing, erasing_routes.of_people)


def _refused(request: Request, reason: Exception) -> Response:
    status = reason.status_code if isinstance(reason, HTTPException) else 400
    if status == 503:
        return _busy(request, reason)
    headers = dict(getattr(reason, "headers", None) or {})
    if status == 303:  # somebody of staff who has to sign in first
        return lead(headers["Location"])
    return page(request, "layout/error.html", status=status, number="", headers=headers, is_staff=hasattr(request.state, "person"))


def _busy(request: Request, reason: Exception) -> HTMLResponse:
    log.warning("busy: %s", type(reason).__name__)
    return page(request, "layout/error.html", status=503, number="", headers={"Retry-After": "30"}, is_staff=False)


def _broken(request: Request, reason: Exception) -> HTMLResponse:
    """Logged once under a short number, without what the resident typed; the page shows the same number."""
    number = secrets.token_hex(3)
    frame = reason.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    where = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
    log.error("fault %s: %s at %s", number, type(reason).__name__, where)
    return page(
        request, "layout/error.html", status=500, number=number, headers=SECURITY, is_staff=False
    )  # this page leaves outside Headers
