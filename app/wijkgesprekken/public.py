"""Room wijkgesprekken: what everybody may see: which are coming, one of them, and both for a calendar."""

import hashlib
import re
import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from app.access import may, settings_of
from app.i18n import PAGES, language_name, texts
from app.models.tables import WIJKGESPREK
from app.settings import Settings
from app.web import Reader, house_of, page, reader_of, site
from app.wijkgesprekken.calendar import calendar_text
from app.wijkgesprekken.shown import Notice, notice_of, notices
from app.wijkgesprekken.wanted import FIELDS

router = APIRouter(dependencies=[may("everyone")])
ID = re.compile(r"[a-z0-9-]{1,16}")
OTHERS = 3


@router.get("/wijkgesprekken")
def upcoming(request: Request, wijk: str = "", spreek: str = "") -> HTMLResponse:
    """Those that are open and have not ended, by date; ?wijk= and ?spreek= leave only those in a wijk or a language."""
    reader, settings = reader_of(request), settings_of(request)
    with request.app.state.engine.connect() as connection:
        found = notices(connection, settings, reader.lang, *_open(settings.clock()))
    chosen = [each for each in found if wijk in {"", each.row.area} and (not spreek or spreek in each.row.languages)]
    wijken = [(each.key, each.name) for each in house_of(request).programme.wijken if each.key in {notice.row.area for notice in found}]
    spoken = sorted({code for notice in found for code in notice.row.languages})
    return page(
        request, "wijkgesprekken/list.html", reader=reader, chosen=chosen, any=bool(found), wijk_of=house_of(request).programme.wijk_names,
        filters={
            "wijk": _links(wijken, wijk, lambda key: {"wijk": key, "spreek": spreek}),
            "spreek": _links([(code, language_name(code, reader.lang)) for code in spoken], spreek, lambda key: {"wijk": wijk, "spreek": key}),
        },
        kept={"wijk": wijk, "spreek": spreek}, address=lambda lang: _address({"taal": lang, "wijk": wijk, "spreek": spreek}),
    )  # fmt: skip


def _open(now: datetime) -> tuple[Any, ...]:
    return WIJKGESPREK.c.state == "open", WIJKGESPREK.c.ends_at > now


def _links(choices: list[tuple[str, str]], chosen: str, query: Any) -> list[tuple[str, str, bool]]:
    """Address, name and whether it is chosen; the first, without a name, leaves this filter out."""
    return [(_address(query(key)), name, key == chosen) for key, name in [("", ""), *choices]] if len(choices) > 1 or chosen else []


def _address(query: dict[str, str]) -> str:
    said = urlencode({name: value for name, value in query.items() if value})
    return f"/wijkgesprekken?{said}" if said else "/wijkgesprekken"


@router.get("/wijkgesprekken.ics")
def feed(request: Request) -> Response:
    """To subscribe to. What was called off stays until it would have ended, so that it leaves the calendars it stands in."""
    settings, reader = settings_of(request), reader_of(request)
    known = (WIJKGESPREK.c.state.in_(("open", "cancelled")), WIJKGESPREK.c.ends_at > settings.clock())
    with request.app.state.engine.connect() as connection:
        found = notices(connection, settings, reader.lang, *known)
    programme, say = house_of(request).programme, texts(reader.lang, PAGES, settings.translations).gettext
    text = calendar_text(programme, found, name=f"{say('Wijkgesprekken')} {programme.name}", base=site(request))
    return _calendar(request, reader, text)


@router.get("/wijkgesprekken/{wijkgesprek_id}.ics")
def one_for_calendar(request: Request, wijkgesprek_id: str) -> Response:
    reader, settings = reader_of(request), settings_of(request)
    with request.app.state.engine.connect() as connection:
        notice = read_notice(connection, settings, wijkgesprek_id, reader.lang)
    cancels = notice.row.state == "cancelled"
    text = calendar_text(house_of(request).programme, [notice], base=site(request), cancels=cancels)
    return _calendar(request, reader, text, file=f"wijkgesprek-{notice.row.id}.ics")


def _calendar(request: Request, reader: Reader, text: str, *, file: str = "") -> Response:
    """304 to a calendar that has it already."""
    tag = f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Content-Language": reader.lang}
    if file:
        headers["Content-Disposition"] = f'attachment; filename="{file}"'
    known = {each.strip() for each in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, tag.removeprefix("W/"), "*"}:
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/wijkgesprekken/{wijkgesprek_id}")
def one(request: Request, wijkgesprek_id: str) -> HTMLResponse:
    return show_one(request, wijkgesprek_id)


# ------------------------------------------------------------------------------------------- shared with registering
def show_one(request: Request, wijkgesprek_id: str, *, status: int = 200) -> HTMLResponse:
    """One wijkgesprek with its form; also where somebody is led who comes too late to register."""
    reader, settings = reader_of(request), settings_of(request)
    with request.app.state.engine.connect() as connection:
        notice = read_notice(connection, settings, wijkgesprek_id, reader.lang)
        where = (*_open(settings.clock()), WIJKGESPREK.c.id != notice.row.id)
        others = notices(connection, settings, reader.lang, *where, limit=OTHERS)
    return page(
        request, "wijkgesprekken/one.html", status=status, reader=reader, shown=notice, others=others, wijk_of=house_of(request).programme.wijk_names,
        now=settings.clock(), **blank_form(reader),
    )  # fmt: skip


def blank_form(reader: Reader) -> dict[str, Any]:
    """An empty form with a key of its own: the same form sent twice is one registration."""
    return {"key": str(uuid.uuid4()), "typed": {**dict.fromkeys(FIELDS, ""), "personen": "1", "taal": reader.lang}, "problems": {}}


def read_notice(connection: Connection, settings: Settings, wijkgesprek_id: str, lang: str) -> Notice:
    """One that residents may see; a draft is not there for them."""
    notice = notice_of(connection, settings, wijkgesprek_id, lang) if ID.fullmatch(wijkgesprek_id) else None
    if notice is None or notice.row.state == "draft":
        raise HTTPException(404)
    return notice
