"""Room wijkgesprekken: title and text of one wijkgesprek in each language, beside the Dutch they are made from."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy import delete, insert

from app.access import may, note_web_act
from app.answer_check import LINE_ENDS, Problem
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
NAMES = ("titel", "tekst", "stand")
TELLS = {"bewaard": N_("Bewaard.")}
CHOOSE_STATE = N_("Kies wie deze tekst het laatst heeft nagekeken: een computer of een mens.")

router = APIRouter(prefix=ROOM, dependencies=[may("office", "admin")])


@router.get("/{id_}/teksten")
def texts_page(request: Request, id_: str) -> Response:
    return _show(request, id_)


@router.post("/{id_}/teksten")
def keep_texts(request: Request, id_: str, typed: Form) -> Response:
    """Keep every language that was changed, or none. `bron` is the Dutch that stood beside them: when that changed meanwhile, they are old."""
    changed = [lang for lang in languages_of(house_of(request).programme) if lang != SOURCE and _is_changed(typed, lang)]
    found = {lang: _checked(typed, lang) for lang in changed}
    problems = {lang: wrong for lang in changed if (wrong := _problems(found[lang]))}
    if problems:
        return _show(request, id_, typed, problems)
    with writing(request.app.state.engine) as connection:
        if lock(connection, id_) is None:
            raise HTTPException(404)
        for lang, text in found.items():
            connection.execute(delete(WIJKGESPREK_TEXT).where(WIJKGESPREK_TEXT.c.wijkgesprek_id == id_, WIJKGESPREK_TEXT.c.lang == lang))
            kept = {"wijkgesprek_id": id_, "lang": lang, "source_hash": said(typed, "bron")[:64]}
            columns = {"title": text["titel"], "text": text["tekst"], "state": text["stand"]}
            connection.execute(insert(WIJKGESPREK_TEXT).values(**kept, **columns))
            note_web_act(request, connection, f"wijkgesprek text {text['stand']}", f"{id_} {lang}")
    return lead(f"{ROOM}/{id_}/teksten", "bewaard")


def _is_changed(typed: Typed, lang: str) -> bool:
    """Whether a language differs from what its form showed, so that a colleague's work on another language is never overwritten."""
    now = {name: said(typed, f"{name}.{lang}") for name in NAMES}
    return f"titel.{lang}" in typed and _fingerprint(now) != said(typed, f"was.{lang}")


def _fingerprint(text: Mapping[str, str]) -> str:
    title, words = (LINE_ENDS.sub("\n", text[name]).strip() for name in ("titel", "tekst"))
    return source_hash(title, f"{words}\x00{text['stand']}")


def _checked(typed: Typed, lang: str) -> dict[str, str | Problem]:
    title = plan.text_typed(typed, f"titel.{lang}", plan.LONGEST_TITLE, needed=True)
    if isinstance(title, str) and "\n" in title:
        title = Problem(plan.ONE_LINE)
    stand = said(typed, f"stand.{lang}")
    text = plan.text_typed(typed, f"tekst.{lang}", plan.LONGEST_TEXT)
    return {"titel": title, "tekst": text, "stand": stand if stand in TEXT_STATES else Problem(CHOOSE_STATE)}


def _problems(found: Mapping[str, str | Problem]) -> dict[str, Problem]:
    return {name: value for name, value in found.items() if isinstance(value, Problem)}


def _show(
    request: Request, id_: str, typed: Typed | None = None, problems: Mapping[str, Mapping[str, Problem]] | None = None
) -> Response:  # fmt: skip
    """All languages: as they are kept, or as they were typed with what must be mended."""
    programme = house_of(request).programme
    with request.app.state.engine.connect() as connection:
        row, held = wijkgesprek_at(connection, id_), texts_of(connection, id_)
    if row is None:
        raise HTTPException(404)
    states = states_in(held, programme)
    shown = {code: _kept(held.get(code), state) for code, state in states.items()}
    for code in states:
        if typed and f"titel.{code}" in typed:
            again = as_typed(typed, [f"{name}.{code}" for name in (*NAMES, "was")])
            shown[code] = {name.partition(".")[0]: value for name, value in again.items()}
    return desk(
        request, "wijkgesprekken/plan_texts.html", room=ROOM, tells=TELLS, status=422 if problems else 200, row=row, states=states,
        state_names=STATE_NAMES, shown=shown, problems=problems or {}, source=source_hash(row.title, row.text),
    )  # fmt: skip


def _kept(row: Any, state: str) -> dict[str, str]:
    """One language as it is kept; of one that is old somebody has to say again who looked at it."""
    text = {"titel": row.title, "tekst": row.text, "stand": "" if state == "stale" else row.state} if row else dict.fromkeys(NAMES, "")
    return text | {"was": _fingerprint(text)}
