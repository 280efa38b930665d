"""Room answering: somebody who wants to hear from us, on a form of its own: nothing in it, and no cookie, leads to any answer."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert  # the same words for both engines
from starlette.background import BackgroundTask

from app.access import may, settings_of
from app.answer_check import Problem
from app.answering.mixing import mix
from app.db import writing
from app.forms import STRANGE, Form, Typed, again, plain_telephone, read_key, said
from app.i18n import N_
from app.jobs import forgetting
from app.mail import is_address
from app.models.tables import CONTACT_WISH, SURVEY
from app.models.ways import WISHES
from app.seal import seal
from app.settings import Settings
from app.web import lead, page, reader_of

MONTHS = 12  # that a wish is kept; the form says so
LONGEST_NAME = 80
FIELDS = ("naam", "mail", "telefoon")
TAKING = ("open", "paused", "paper_only", "closed", "test")
ONE_NEEDED = N_("Vul uw mailadres of uw telefoonnummer in. Anders kunnen wij u niet bereiken.")
BAD_NAME = N_("In de naam staat een vreemd teken, of de naam is te lang. Schrijf hem korter, of laat hem leeg.")
BAD_MAIL = N_("Dit mailadres klopt niet. Schrijf het zo: naam@voorbeeld.nl. U mag het ook leeg laten.")
BAD_TELEPHONE = N_("Dit telefoonnummer klopt niet. Schrijf alleen cijfers, bijvoorbeeld 06 12345678. U mag het ook leeg laten.")
NO_WISH = N_("Kies waar wij u voor mogen bellen of mailen.")

router = APIRouter(prefix="/contact", dependencies=[may("everyone")])


@dataclass(frozen=True)
class Wish:
    """What somebody left: how to reach her, and what for."""

    key: str
    name: str
    mail: str
    telephone: str
    wishes: tuple[str, ...]


@router.get("/{survey_id}")
def ask(request: Request, survey_id: str) -> HTMLResponse:
    _survey_there(request, survey_id)
    return _show(request, survey_id, {}, {})


@router.post("/{survey_id}")
def keep_wish(request: Request, survey_id: str, typed: Form) -> Response:
    """Kept in a transaction of its own, never in one with somebody's answers; the same form sent twice is one wish."""
    _survey_there(request, survey_id)
    wish, problems = read_wish(typed)
    if problems:
        return _show(request, survey_id, typed, problems, status=422)
    with writing(request.app.state.engine) as connection:
        insert_wish(connection, settings_of(request), survey_id, wish, reader_of(request).lang)
    response = lead(f"/contact/{survey_id}/bedankt")
    response.background = BackgroundTask(mix, request.app.state.engine, CONTACT_WISH, survey_id)
    return response


@router.get("/{survey_id}/bedankt")
def thanks(request: Request, survey_id: str) -> HTMLResponse:
    _survey_there(request, survey_id)
    return page(request, "answering/contact_kept.html")


def _survey_there(request: Request, survey_id: str) -> None:
    """Residents' surveys that are, or were, open."""
    with request.app.state.engine.connect() as connection:
        mine = (SURVEY.c.key == survey_id, SURVEY.c.audience == "resident", SURVEY.c.state.in_(TAKING))
        if connection.execute(select(SURVEY.c.key).where(*mine)).first() is None:
            raise HTTPException(404)


def _show(request: Request, survey_id: str, typed: Typed, problems: dict[str, Problem], *, status: int = 200) -> HTMLResponse:
    shown = again({name: typed.get(name, [""])[-1:] for name in FIELDS} | {"wens": typed.get("wens", [])})
    return page(
        request, "answering/contact.html", status=status, survey=survey_id, typed=shown, problems=problems, months=MONTHS,
        key=read_key(said(typed, "key")) or str(uuid.uuid4()),
    )  # fmt: skip


def read_wish(typed: Typed) -> tuple[Wish, dict[str, Problem]]:
    """What stands in the form, and by field what must be mended."""
    name, mail, telephone = said(typed, "naam"), said(typed, "mail"), plain_telephone(said(typed, "telefoon"))
    wishes = tuple(wish for wish in WISHES if wish in typed.get("wens", []))
    found = {
        "naam": Problem(BAD_NAME) if len(name) > LONGEST_NAME or STRANGE.search(name) else None,
        "mail": Problem(BAD_MAIL) if mail and not is_address(mail) else Problem(ONE_NEEDED) if not mail and telephone == "" else None,
        "telefoon": Problem(BAD_TELEPHONE) if telephone is None else None,
        "wens": None if wishes else Problem(NO_WISH),
    }
    key = read_key(said(typed, "key")) or str(uuid.uuid4())
    return Wish(key, name, mail, telephone or "", wishes), {field: problem for field, problem in found.items() if problem}


def insert_wish(connection: Connection, settings: Settings, survey_key: str, wish: Wish, lang: str) -> None:
    """Sealed; of the moment only the month is kept."""
    id_ = "c" + hashlib.sha256(wish.key.encode()).hexdigest()[:14]
    words = json.dumps({"naam": wish.name, "mail": wish.mail, "telefoon": wish.telephone}, ensure_ascii=False)
    row = {"id": id_, "survey_key": survey_key, "sealed": seal(settings, words), "wishes": list(wish.wishes), "lang": lang}
    connection.execute(upsert(CONTACT_WISH).values(**row, month=f"{settings.today():%Y-%m}").on_conflict_do_nothing(index_elements=["id"]))


@forgetting
def forget_wishes(settings: Settings, connection: Connection) -> dict[str, int]:
    """A wish is kept for a year after its month."""
    today = settings.today()
    oldest = f"{date(today.year - 1, today.month, 1):%Y-%m}"
    where = CONTACT_WISH.c.month < oldest
    n = connection.execute(select(func.count()).select_from(CONTACT_WISH).where(where)).scalar_one()
    connection.execute(delete(CONTACT_WISH).where(where))
    return {"wishes for contact": n}
