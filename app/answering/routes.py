"""Room answering: the pages of a survey: show one, keep one, lead on to the next."""

import uuid
from dataclasses import replace

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.exc import SQLAlchemyError

from app.access import may
from app.answer_check import check_page, gate_closed
from app.answering.review import lines_of
from app.answering.store import Kept, KeptPage, Save, save_page, stop_under_age
from app.answering.walk import (
    Typed,
    Walk,
    begin_walk,
    change_language,
    forget_key,
    go,
    known_of,
    read_page,
    read_seen,
    show_page,
    speak,
    walk_without_database,
)
from app.answering.writer import Busy
from app.forms import Form, again, read_key
from app.survey import CONTROLS, Page
from app.web import page, remember_language

router = APIRouter(prefix="/v", dependencies=[may("everyone")])
NOTHING = KeptPage(0, {})


@router.get("/{survey_id}")
def first(request: Request, survey_id: str, opnieuw: str = "") -> Response:
    walk = begin_walk(request, survey_id)
    if isinstance(walk, Walk) and (walk.finished or opnieuw):
        walk = begin_walk(request, survey_id, key=str(uuid.uuid4()))
    if not isinstance(walk, Walk):
        return walk
    if walk.trip.pages:
        return page(request, "answering/welcome_back.html", reader=walk.reader, asked=walk.survey, onward=walk.next_open())
    return show_page(walk, 1, walk.survey.pages[0])


@router.get("/{survey_id}/{number}")
def show(request: Request, survey_id: str, number: str, stap: str = "") -> Response:
    walk = begin_walk(request, survey_id)
    if not isinstance(walk, Walk):
        return walk
    nth, part = read_page(walk.survey, number)
    if walk.finished:
        return go(walk, walk.url("bedankt"))
    if not walk.begun and nth > 1:
        return (
            page(request, "answering/no_cookie.html", status=400, reader=walk.reader, asked=walk.survey) if stap else go(walk, walk.url())
        )
    return show_page(walk, nth, part) if part in walk.on_way[0] else go(walk, walk.after(nth, walk.trip.answers))


@router.post("/{survey_id}/{number}")
def answer(request: Request, survey_id: str, number: str, typed: Form) -> Response:
    """Keep one page. 303 to the next, 422 with what must be mended, 409 when another tab was first, 503 when it cannot be kept now."""
    key = read_key("".join(typed.get("key", ())))
    if key is None:
        raise HTTPException(400)
    try:
        walk = begin_walk(request, survey_id, key=key, version="".join(typed.get("versie", ())))
    except SQLAlchemyError:
        away = walk_without_database(request, survey_id, key)
        return not_kept(away, *read_page(away.survey, number), typed)
    if not isinstance(walk, Walk):
        return walk
    nth, part = read_page(walk.survey, number)
    if (gate := walk.closed_gate()) and gate < nth and not walk.finished:
        return go(walk, walk.url(gate))
    if typed.get("taal"):
        return in_other_language(speak(walk, typed["taal"][-1]), nth, part, typed)
    return keep(walk, nth, part, typed)


def keep(walk: Walk, number: int, part: Page, typed: Typed) -> Response:
    act = typed.get("actie", ["verder"])[-1]
    seen = read_seen(typed)
    answers, problems = check_page(part, typed, walk.trip.answers)
    if act == "overslaan" and number > 1:
        seen, answers, problems = walk.trip.seen_of(part.id), walk.trip.pages.get(part.id, NOTHING).answers, {}
    if problems:
        return show_page(walk, number, part, status=422, typed=typed, problems=problems, seen=seen)
    if gate_closed(part, answers):
        return stop(walk)
    day, lang = walk.today, walk.reader.lang
    save = Save(
        walk.key,
        walk.survey.key,
        walk.survey.fingerprint,
        lang,
        walk.receipt_hash,
        day,
        part.id,
        seen,
        answers,
        begins=not walk.survey.gates or number == walk.survey.gates[0][0],
    )
    try:
        kept: Kept = walk.writer.keep(lambda connection: save_page(connection, save))
    except Busy:
        return not_kept(walk, number, part, typed)
    if kept.refused and walk.survey.gates:  # stopped at the gate in another tab meanwhile
        return go(walk, walk.url(walk.survey.gates[0][0]))
    if kept.refused:
        raise HTTPException(400)
    if kept.stale:
        return differs(walk, number, part, typed, save, kept.stale)
    return go(walk, walk.url("bedankt")) if walk.finished or kept.finished else lead_on(walk, number, part, answers, act)


def lead_on(walk: Walk, number: int, part: Page, answers: dict[str, object], act: str) -> Response:
    """Where to after a page was kept."""
    before = walk.trip.answers
    pages = {**walk.trip.pages, part.id: KeptPage(1, answers)}
    walk = replace(walk, trip=replace(walk.trip, pages=pages))
    if act in {"terug", "later"}:
        return go(walk, walk.url("later") if act == "later" else walk.before(number, walk.trip.answers))
    shown = {question.id for question in part.asked(before)}
    called_up = [question.id for question in part.asked(walk.trip.answers) if question.id not in shown]
    if called_up and act == "verder":  # an answer on this page called up another question on it
        return go(walk, f"{walk.url(number)}#q-{called_up[0]}")
    return go(walk, walk.after(number, walk.trip.answers) + ("" if walk.back else "?stap=1"))


def in_other_language(walk: Walk, number: int, part: Page, typed: Typed) -> Response:
    """A language button inside a form: what was typed is kept first, so that changing language loses nothing."""
    answers, _ = check_page(part, typed, walk.trip.answers)
    empty = not any(value for name, values in typed.items() if name in part.names for value in values)
    if gate_closed(part, answers) or empty:
        return change_language(walk, walk.url(number))
    kept = keep(walk, number, part, {**typed, "actie": ["verder"]})
    if kept.status_code == 303:
        return change_language(walk, walk.url(number))
    remember_language(walk.request, kept, walk.reader.lang)
    return kept


def stop(walk: Walk) -> Response:
    """Under 16: a kind stop. Row and cookie go; only a count stays."""
    stopped = known_of(walk.request).stopped  # a double tap is one person
    try:
        walk.writer.keep(lambda connection: stop_under_age(connection, walk.survey.key, walk.key, count=walk.key not in stopped))
    except Busy:
        raise HTTPException(503) from None
    stopped.append(walk.key)
    response = go(walk, walk.url("gestopt"))
    forget_key(walk, response)
    return response


def differs(walk: Walk, number: int, part: Page, typed: Typed, save: Save, there: KeptPage) -> HTMLResponse:
    """409: another tab was first. Both texts, one button; nothing is overwritten silently."""
    known = walk.trip.answers | there.answers
    return page(
        walk.request, "answering/differs.html", status=409, reader=walk.reader, asked=walk.survey, part=part, number=number, key=walk.key,
        mine=lines_of(part.questions, save.answers, walk.reader.lang), theirs=lines_of(part.questions, there.answers, walk.reader.lang),
        typed={name: values for name, values in again(typed).items() if name not in CONTROLS}, seen=there.revision,
        onward=walk.url("bedankt") if walk.finished else walk.after(number, known), finished=walk.finished,
    )  # fmt: skip


def not_kept(walk: Walk, number: int, part: Page, typed: Typed) -> HTMLResponse:
    return show_page(walk, number, part, status=503, typed=typed, busy=True, seen=read_seen(typed))
