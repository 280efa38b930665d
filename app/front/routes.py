"""Room front: pages that ask nothing, files a browser fetches, and the two questions a watchman asks."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from sqlalchemy import Row, and_, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased
from sqlmodel import Session

from app.access import may
from app.db import Db
from app.i18n import said_in
from app.layout.assets import ASSETS, FOR_EVER
from app.models.tables import SURVEY, VERSION, WIJKGESPREK, WIJKGESPREK_TEXT
from app.survey import load_survey
from app.web import page, reader_of, site

router = APIRouter(dependencies=[may("everyone")])


@router.get("/")
def home(request: Request, db: Db) -> HTMLResponse:
    reader = reader_of(request)
    rows = db.execute(
        select(SURVEY.c.key, VERSION.c.source)
        .join(VERSION, VERSION.c.fingerprint == SURVEY.c.fingerprint)
        .where(SURVEY.c.state == "open", SURVEY.c.audience == "resident")
        .order_by(SURVEY.c.key)
    )
    folder = request.app.state.house.settings.translations
    surveys = []
    for key, source in rows:
        survey = load_survey(source, key)
        title = said_in(reader.lang, survey.domain, "survey", survey.title, folder)
        surveys.append({"url": f"/v/{key}", "title": title, "minutes": survey.minutes})
    return page(request, "front/home.html", reader=reader, surveys=surveys, wijkgesprekken=_next_wijkgesprekken(request, db, reader.lang))


def _next_wijkgesprekken(request: Request, db: Session, lang: str) -> Sequence[Row[Any]]:
    """The next three, in the reader's language where that has a translation of the Dutch as it is now."""
    dutch, other = aliased(WIJKGESPREK_TEXT), aliased(WIJKGESPREK_TEXT)
    same = (other.c.wijkgesprek_id == dutch.c.wijkgesprek_id, other.c.lang == lang, other.c.source_hash == dutch.c.source_hash)
    title, spoken = func.coalesce(other.c.title, dutch.c.title), func.coalesce(other.c.lang, dutch.c.lang)
    return db.execute(
        select(WIJKGESPREK.c.id, WIJKGESPREK.c.starts_at, WIJKGESPREK.c.place, title.label("title"), spoken.label("lang"))
        .join(dutch, (dutch.c.wijkgesprek_id == WIJKGESPREK.c.id) & (dutch.c.lang == "nl"))
        .outerjoin(other, and_(*same))
        .where(WIJKGESPREK.c.state == "open", WIJKGESPREK.c.ends_at > request.app.state.house.settings.clock())
        .order_by(WIJKGESPREK.c.starts_at, WIJKGESPREK.c.id)
        .limit(3)
    ).all()


@router.get("/privacy")
def privacy(request: Request) -> HTMLResponse:
    return page(request, "front/privacy.html")


@router.get("/toegankelijkheid")
def accessibility(request: Request) -> HTMLResponse:
    stated = request.app.state.house.programme.accessibility
    today = request.app.state.house.settings.today()
    return page(request, "front/accessibility.html", stated=stated, letter=stated.status(today), site=site(request))


@router.get("/gebied")
def area(request: Request) -> HTMLResponse:
    return page(request, "front/area.html")


@router.get("/.well-known/security.txt")
def security_txt(request: Request) -> PlainTextResponse:
    house = request.app.state.house
    expires = (house.settings.clock() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [f"Contact: mailto:{house.programme.contact.mail}", f"Expires: {expires}", "Preferred-Languages: nl, en"]
    return PlainTextResponse("\n".join(lines) + "\n")


@router.get("/static/{name}")
def static(request: Request, name: str) -> Response:
    asset = ASSETS.get(name)
    if asset is None:
        raise HTTPException(404)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if packed else {})
    return Response(asset.packed if packed else asset.body, media_type=asset.kind, headers=headers)


@router.get("/healthz")
def healthz(request: Request) -> JSONResponse:
    """The process lives; `nonce` tells which one it is."""
    return JSONResponse({"status": "ok", "nonce": request.app.state.house.settings.instance_nonce})


@router.get("/readyz")
def readyz(request: Request) -> JSONResponse:
    """The process can serve: its database answers."""
    try:
        with request.app.state.engine.connect() as connection:
            connection.execute(text("SELECT key FROM survey LIMIT 1"))
    except SQLAlchemyError:
        return JSONResponse({"status": "database does not answer"}, 503, headers={"Retry-After": "5"})
    return JSONResponse({"status": "ok"})
