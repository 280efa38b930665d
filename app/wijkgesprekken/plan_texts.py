"""Room wijkgesprekken: title and text of one wijkgesprek in each language, beside the Dutch they are made from."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy import delete, insert

from app.access import may, note_web_act
from app.answer_check import Problem
from app.db import writing
from app.forms import Form, Typed, said
from app.i18n import N_, SOURCE
from app.models.tables import WIJKGESPREK_TEXT
from app.models.wijkgesprekken import TEXT_STATES
from app.web import desk, house_of, lead
from app.wijkgesprekken import plan
from app.wijkgesprekken.notes import as_typed, languages_of
from app.wijkgesprekken.plan_view import TEXT_STATES as STATE_NAMES
from app.wijkgesprekken.plan_view import states_in, texts_of
from app.wijkgesprekken.seats import lock
from app.wijkgesprekken.shown import source_hash
from app.wijkgesprekken.tables import wijkgesprek_at

ROOM = "/kantoor/wijkgesprekken"
TELLS = {"bewaard": N_("Bewaard.")}
CHOOSE_STATE = N_("Kies wie deze tekst het laatst heeft nagekeken: een computer of een mens.")

router = APIRouter(prefix=ROOM, dependencies=[may("office", "admin")])


@router.get("/{id_}/teksten")
def texts_page(request: Request, id_: str) -> Response:
    return _show(request, id_)


@router.post("/{id_}/teksten")
def keep_text(request: Request, id_: str, typed: Form) -> Response:
    """Keep one language. `bron` is the Dutch that stood beside it: when that changed meanwhile, the text counts as old at once."""
    lang = said(typed, "taal")
    if lang == SOURCE or lang not in languages_of(house_of(request).programme):
        raise HTTPException(404)
    title, text = plan.text_typed(typed, "titel", plan.LONGEST_TITLE, needed=True), plan.text_typed(typed, "tekst", plan.LONGEST_TEXT)
    if isinstance(title, str) and "\n" in title:
        title = Problem(plan.ONE_LINE)
    stand = said(typed, "stand")
    found = {"titel": title, "tekst": text, "stand": stand if stand in TEXT_STATES else Problem(CHOOSE_STATE)}
    problems = {name: value for name, value in found.items() if isinstance(value, Problem)}
    if problems:
        return _show(request, id_, lang, typed, problems)
    with writing(request.app.state.engine) as connection:
        if lock(connection, id_) is None:
            raise HTTPException(404)
        connection.execute(delete(WIJKGESPREK_TEXT).where(WIJKGESPREK_TEXT.c.wijkgesprek_id == id_, WIJKGESPREK_TEXT.c.lang == lang))
        kept = {"wijkgesprek_id": id_, "lang": lang, "title": title, "text": text, "state": stand, "source_hash": said(typed, "bron")[:64]}
        connection.execute(insert(WIJKGESPREK_TEXT).values(**kept))
        note_web_act(request, connection, f"wijkgesprek text {stand}", f"{id_} {lang}")
    return lead(f"{ROOM}/{id_}/teksten", "bewaard")


def _show(
    request: Request, id_: str, lang: str = "", typed: Typed | None = None, problems: Mapping[str, Problem] | None = None
) -> Response:
    """All languages; the one that was just typed as it was typed, with what must be mended."""
    programme = house_of(request).programme
    with request.app.state.engine.connect() as connection:
        row, held = wijkgesprek_at(connection, id_), texts_of(connection, id_)
    if row is None:
        raise HTTPException(404)
    states = states_in(held, programme)
    shown = {code: _kept(held.get(code)) for code in states}
    if typed is not None:
        shown[lang] = as_typed(typed, ("titel", "tekst", "stand"))
    return desk(
        request, "wijkgesprekken/plan_texts.html", room=ROOM, tells=TELLS, status=422 if problems else 200, row=row, states=states,
        state_names=STATE_NAMES, shown=shown, wrong_in=lang, problems=problems or {}, source=source_hash(row.title, row.text),
    )  # fmt: skip


def _kept(row: Any) -> dict[str, str]:
    return {"titel": row.title, "tekst": row.text, "stand": row.state} if row else {"titel": "", "tekst": "", "stand": ""}
