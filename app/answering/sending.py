"""Room answering: look everything over, send it, be thanked; or stop now and go on later with a code."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.access import may
from app.answering.review import review_parts
from app.answering.store import find_key, finish, read_trip
from app.answering.walk import Walk, begin_walk, change_language, go, hold_key, read_seen, secret_of, speak
from app.answering.writer import Busy
from app.codes import code_hash, in_groups, read_code
from app.forms import Form, printable, read_key
from app.survey import CONTROLS
from app.tries import count_wrong, may_try
from app.web import page

router = APIRouter(prefix="/v", dependencies=[may("everyone")])


@router.get("/{survey_id}/controle")
def review(request: Request, survey_id: str) -> Response:
    walk = begin_walk(request, survey_id)
    if not isinstance(walk, Walk):
        return walk
    if not walk.begun:
        return go(walk, walk.elsewhere())
    return show_review(walk)


@router.post("/{survey_id}/controle")
def send(request: Request, survey_id: str, typed: Form) -> Response:
    """Send the whole response, as it was shown on the review page, once."""
    key, seen = read_key("".join(typed.get("key", ()))), read_seen(typed)
    if key is None or typed.keys() - CONTROLS:
        raise HTTPException(400)
    try:
        walk = begin_walk(request, survey_id, key=key)
    except SQLAlchemyError:
        raise HTTPException(503) from None
    if not isinstance(walk, Walk):
        return walk
    if typed.get("taal"):
        walk = speak(walk, typed["taal"][-1])
        return change_language(walk, walk.url("controle"))
    gate = walk.closed_gate()
    if not walk.begun or gate:
        return go(walk, walk.url(gate) if walk.begun else walk.elsewhere())
    if seen != walk.trip.seen:
        return show_review(walk, status=409, changed=True)
    try:
        sent = walk.writer.keep(lambda connection: send_now(connection, walk))
    except Busy:
        return show_review(walk, status=503, busy=True)
    return go(walk, walk.url("bedankt")) if sent else look_again(request, survey_id, key)


def look_again(request: Request, survey_id: str, key: str) -> Response:
    """Something else happened at the same moment: sent from another tab, or changed."""
    walk = begin_walk(request, survey_id, key=key)
    if not isinstance(walk, Walk):
        return walk
    return go(walk, walk.url("bedankt")) if walk.finished else show_review(walk, status=409, changed=True)


def send_now(connection: Connection, walk: Walk) -> bool:
    """Read once more inside the group: what is sent is what stands there now, and only when it is what was shown."""
    trip = read_trip(connection, walk.survey.key, walk.key)
    if trip is None or trip.seen != walk.trip.seen:
        return False
    area = walk.request.app.state.house.programme.row_of(trip.answers.get("wijk"))
    return finish(connection, walk.survey, trip, area=area, day=walk.today)


def show_review(walk: Walk, *, status: int = 200, busy: bool = False, changed: bool = False) -> HTMLResponse:
    pages, relevant = walk.on_way
    return page(
        walk.request, "answering/review.html", status=status, reader=walk.reader, headers={"Retry-After": "30"} if busy else {},
        asked=walk.survey, parts=review_parts(walk.survey, pages, relevant, walk.reader.lang), last=walk.survey.numbers[pages[-1].id],
        key=walk.key, seen=walk.trip.seen, busy=busy, changed=changed,
    )  # fmt: skip


@router.get("/{survey_id}/bedankt")
def thanks(request: Request, survey_id: str) -> Response:
    walk = begin_walk(request, survey_id)
    if not isinstance(walk, Walk):
        return walk
    if not walk.finished:
        return go(walk, walk.url())
    return page(request, "answering/thanks.html", reader=walk.reader, asked=walk.survey, receipt=in_groups(walk.receipt))


@router.get("/{survey_id}/later")
def later(request: Request, survey_id: str) -> Response:
    walk = begin_walk(request, survey_id)
    if not isinstance(walk, Walk):
        return walk
    if not walk.begun:
        return go(walk, walk.elsewhere())
    return page(
        request, "answering/later.html", reader=walk.reader, asked=walk.survey, receipt=in_groups(walk.receipt), onward=walk.next_open()
    )


@router.get("/{survey_id}/gestopt")
def stopped(request: Request, survey_id: str) -> Response:
    walk = begin_walk(request, survey_id)
    return page(request, "answering/stopped.html", reader=walk.reader, asked=walk.survey) if isinstance(walk, Walk) else walk


@router.get("/{survey_id}/verder")
def ask_code(request: Request, survey_id: str) -> Response:
    walk = begin_walk(request, survey_id)
    return show_ask_code(walk, "", "") if isinstance(walk, Walk) else walk


@router.post("/{survey_id}/verder")
def go_on(request: Request, survey_id: str, typed: Form) -> Response:
    """Go on with the code from the receipt; a wrong one waits after fifty from one address in ten minutes, a right one never."""
    walk = begin_walk(request, survey_id)
    if not isinstance(walk, Walk):
        return walk
    said = "".join(typed.get("code", ()))[:80]
    code = read_code(said)
    with request.app.state.engine.connect() as connection:
        key = code and find_key(connection, walk.survey.key, code_hash(secret_of(request), code))
    if not key and not may_try(request):
        return show_ask_code(walk, "", "wait", status=429)
    if not key:
        count_wrong(request)
        return show_ask_code(walk, said, "wrong" if code else "form", status=422)
    found = begin_walk(request, survey_id, key=key)
    if not isinstance(found, Walk):
        return found
    response = go(found, found.url("bedankt") if found.finished else found.next_open())
    hold_key(found, response)
    return response


def show_ask_code(walk: Walk, said: str, wrong: str, *, status: int = 200) -> HTMLResponse:
    headers = {"Retry-After": "600"} if status == 429 else {}
    return page(
        walk.request,
        "answering/resume.html",
        status=status,
        reader=walk.reader,
        headers=headers,
        asked=walk.survey,
        typed=printable(said),
        wrong=wrong,
    )
