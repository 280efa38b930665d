"""Room answering: the pages of a survey: show one, keep one, lead on to the next."""

import uuid
from dataclasses import replace

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.exc import SQLAlchemyError

from app.access import may
from app.answer_check import check_page, gate_closed, still_open
from app.answering.places import settle_places, street_is_next
from app.answering.review import lines_of, piped_question
from app.answering.store import Kept, KeptPage, Save, Way, save_page, stop_under_age
from app.answering.walk import (
    Typed,
    Walk,
    amiss,
    begin_walk,
    change_words,
    forget_key,
    go,
    known_of,
    read_page,
    read_seen,
    remember_words,
    show_page,
    speak,
    streets_of,
    walk_without_database,
)
from app.answering.ways import leave_way, way_of
from app.answering.writer import Busy
from app.forms import Form, again, read_key, said
from app.routing import LightRoute
from app.survey import CONTROLS, Page
from app.web import page

router = APIRouter(prefix="/v", dependencies=[may("everyone")], route_class=LightRoute)
NOTHING = KeptPage(0, {})


@router.get("/{survey_id}")
def first(request: Request, survey_id: str, opnieuw: str = "") -> Response:
    walk = begin_walk(request, survey_id)
    if isinstance(walk, Walk) and (walk.finished or opnieuw or walk.helped):  # on a device that helps nobody reads who was there before
        walk = begin_walk(request, survey_id, key=str(uuid.uuid4()))
    if not isinstance(walk, Walk):
        return walk
    if walk.trip.pages:
        return page(request, "answering/welcome_back.html", reader=walk.reader, asked=walk.survey, onward=walk.next_open(), view=walk.view)
    shown = show_page(walk, 1, walk.survey.pages[0])
    return leave_way(request, shown, survey_id) if opnieuw and walk.helped else shown


@router.get("/{survey_id}/{number}")
def show(request: Request, survey_id: str, number: str, stap: str = "", vraag: str = "", zeker: str = "", kijk: str = "") -> Response:
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
    if part not in walk.on_way[0]:
        return go(walk, walk.after(nth, walk.trip.answers))
    kept = walk.trip.pages.get(part.id, NOTHING).answers
    left_open = still_open(part, kept, walk.on_way[1]) if zeker else []
    unsure = [(name, piped_question(walk.survey.questions[name], walk.on_way[1], walk.survey, walk.reader.lang).ask) for name in left_open]
    return show_page(walk, nth, part, only=vraag, unsure=unsure, problems=amiss(walk, part) if kijk else {})


@router.post("/{survey_id}/{number}")
async def answer(request: Request, survey_id: str, number: str, typed: Form) -> Response:
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
        return await in_other_words(speak(walk, typed["taal"][-1]), nth, part, typed)
    if typed.get("_weergave"):
        return await in_other_words(look(walk, typed["_weergave"][-1]), nth, part, typed)
    return await keep(walk, nth, part, typed)


async def keep(walk: Walk, number: int, part: Page, typed: Typed) -> Response:
    act = typed.get("actie", ["verder"])[-1]
    seen, only = read_seen(typed), said(typed, "_deel")
    there = walk.trip.pages.get(part.id, NOTHING).answers
    asked = replace(part, questions=tuple(question for question in part.questions if only == question.id)) if only else part
    answers, problems = check_page(asked, typed, walk.trip.answers)
    problems |= settle_places(asked, typed, answers, there, streets_of(walk.request)) if asked.places else {}
    if only:  # the other questions of this page stay as they were kept
        mine = {name.partition(".")[0] for name in asked.names}
        answers = {name: value for name, value in there.items() if name.partition(".")[0] not in mine} | answers
    if act == "overslaan" and number > 1:
        seen, answers, problems = walk.trip.seen_of(part.id), there, {}
    if problems:
        return show_page(walk, number, part, status=422, typed=typed, problems=problems, seen=seen, only=only)
    if gate_closed(part, answers):
        return await stop(walk)
    begins = not walk.survey.gates or number == walk.survey.gates[0][0]
    save = Save(
        walk.key,
        walk.survey.key,
        walk.survey.fingerprint,
        walk.reader.lang,
        walk.receipt_hash if begins else "",
        walk.today,
        part.id,
        seen,
        answers,
        way=way_of(walk.request, walk.survey.key) if begins else Way(),
        begins=begins,
    )
    try:
        kept: Kept = await walk.writer.hand_in(lambda connection: save_page(connection, save))
    except Busy:
        return not_kept(walk, number, part, typed)
    if kept.refused and walk.survey.gates:  # stopped at the gate in another tab meanwhile
        return go(walk, walk.url(walk.survey.gates[0][0]))
    if kept.refused:
        raise HTTPException(400)
    if kept.stale:
        return differs(walk, number, part, typed, save, kept.stale)
    onward = go(walk, walk.url("bedankt")) if walk.finished or kept.finished else lead_on(walk, number, asked, save, typed)
    return leave_way(walk.request, onward, walk.survey.key)


def lead_on(walk: Walk, number: int, asked: Page, save: Save, typed: Typed) -> Response:
    """Where to after a page, or one question of it, was kept."""
    part, before = walk.survey.pages[number - 1], walk.trip.answers
    pages = {**walk.trip.pages, part.id: KeptPage(1, save.answers)}
    walk = replace(walk, trip=replace(walk.trip, pages=pages))
    only = said(typed, "_deel")
    match typed.get("actie", ["verder"])[-1]:
        case "later":
            return go(walk, walk.url("later"))
        case "terug":
            return go(walk, walk.step(number, only, -1) if only else walk.before(number, walk.trip.answers))
        case "verder":
            if same := asks_once_more(walk, number, asked, save, typed, before):
                return go(walk, same)
    if only:
        return go(walk, walk.step(number, only, 1))
    return go(walk, walk.after(number, walk.trip.answers) + ("" if walk.back else "?stap=1"))


def asks_once_more(walk: Walk, number: int, asked: Page, save: Save, typed: Typed, before: dict[str, object]) -> str:
    """The same page again, at what its answers called up: a street, a question that was left open, another question; "" to go on."""
    only = said(typed, "_deel")
    here = walk.url(f"{number}?vraag={only}" if only else number)
    if place := street_is_next(asked, typed, save.answers, streets_of(walk.request)) if asked.places else "":
        return f"{here}#q-{place}-straat"
    if not said(typed, "_zeker") and still_open(asked, save.answers, walk.on_way[1]):
        return f"{here}{'&' if only else '?'}zeker=1#errors"
    part = walk.survey.pages[number - 1]
    shown = {question.id for question in part.asked(before)}
    called_up = [] if only else [question.id for question in part.asked(walk.trip.answers) if question.id not in shown]
    return f"{here}#q-{called_up[0]}" if called_up else ""


async def in_other_words(walk: Walk, number: int, part: Page, typed: Typed) -> Response:
    """A button for another language, or for easier words: what was typed is kept first, so that nothing is lost."""
    answers, _ = check_page(part, typed, walk.trip.answers)
    empty = not any(value for name, values in typed.items() if name in part.names for value in values)
    only = said(typed, "_deel")
    here = walk.url(f"{number}?vraag={only}" if only else number)
    if gate_closed(part, answers) or empty:
        return change_words(walk, here)
    kept = await keep(walk, number, part, {**typed, "actie": ["woorden"]})
    if kept.status_code == 303:
        return change_words(walk, here)
    remember_words(walk, kept)
    return kept


async def stop(walk: Walk) -> Response:
    """Under 16: a kind stop. Row and cookie go; only a count stays."""
    stopped = known_of(walk.request).stopped  # a double tap is one person
    try:
        await walk.writer.hand_in(
            lambda connection: stop_under_age(connection, walk.survey.key, walk.key, count=walk.key not in stopped),
            erases=bool(walk.trip.response_id),
        )
    except Busy:
        raise HTTPException(503) from None
    stopped.append(walk.key)
    response = go(walk, walk.url("gestopt"))
    forget_key(walk, response)
    return leave_way(walk.request, response, walk.survey.key)


def look(walk: Walk, wanted: str) -> Walk:
    """The same walk, shown as this button asks."""
    view = walk.view.changed(wanted)
    known = known_of(walk.request)
    survey = known.versions.get((walk.survey.key, walk.survey.fingerprint), walk.survey)
    return replace(walk, view=view, survey=known.in_language(survey, walk.reader.lang, easy=view.easy))


def differs(walk: Walk, number: int, part: Page, typed: Typed, save: Save, there: KeptPage) -> HTMLResponse:
    """409: another tab was first. Both texts, one button; nothing is overwritten silently."""
    known, only = walk.trip.answers | there.answers, said(typed, "_deel")
    return page(
        walk.request, "answering/differs.html", status=409, reader=walk.reader, asked=walk.survey, part=part, number=number, key=walk.key,
        mine=lines_of(part.questions, save.answers, walk.reader.lang), theirs=lines_of(part.questions, there.answers, walk.reader.lang),
        typed={name: values for name, values in again(typed).items() if name not in CONTROLS}, seen=there.revision,
        onward=walk.url("bedankt") if walk.finished else walk.step(number, only, 1) if only else walk.after(number, known),
        only=only, finished=walk.finished,
    )  # fmt: skip


def not_kept(walk: Walk, number: int, part: Page, typed: Typed) -> HTMLResponse:
    return show_page(walk, number, part, status=503, typed=typed, busy=True, seen=read_seen(typed), only=said(typed, "_deel"))
