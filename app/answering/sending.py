"""Room answering: look everything over, send it, be thanked; or stop now and go on later with a code."""

from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup
from sqlalchemy import Connection, update
from sqlalchemy.exc import SQLAlchemyError

from app.access import may
from app.answering.review import Part, listed, review_parts
from app.answering.store import find_key, finish, read_trip
from app.answering.view import COOKIE, View, hold_view, view_of
from app.answering.walk import OPEN, Walk, amiss, begin_walk, change_words, go, hold_key, read_seen, secret_of, shell, speak
from app.answering.ways import LETTER
from app.answering.writer import Busy
from app.codes import code_hash, in_groups, read_code
from app.forms import Form, printable, read_key, said
from app.models.tables import RESPONSE
from app.routing import LightRoute
from app.survey import CONTROLS
from app.survey_check import KEY
from app.tries import count_wrong, may_try
from app.web import SIGNS, Icons, answer_with, page, render

PARTS = "answering/parts.html"
router = APIRouter(prefix="/v", dependencies=[may("everyone")], route_class=LightRoute)


@router.get("/{survey_id}/controle")
def review(request: Request, survey_id: str) -> Response:
    walk = begin_walk(request, survey_id)
    if not isinstance(walk, Walk):
        return walk
    if not walk.begun:
        return go(walk, walk.elsewhere())
    return show_review(walk)


@router.post("/{survey_id}/controle")
async def send(request: Request, survey_id: str, typed: Form) -> Response:
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
        return change_words(walk, walk.url("controle"))
    gate = walk.closed_gate()
    if not walk.begun or gate:
        return go(walk, walk.url(gate) if walk.begun else walk.elsewhere())
    if seen != walk.trip.seen:
        return show_review(walk, status=409, changed=True)
    return await finish_now(walk, survey_id, helped=said(typed, "_hulp") == "ja")


async def finish_now(walk: Walk, survey_id: str, *, helped: bool) -> Response:
    """The whole way is checked once more with the rules of now; what must be mended is shown where it stands."""
    if wrong := next((part for part in walk.on_way[0] if amiss(walk, part)), None):
        return go(walk, walk.url(f"{walk.survey.numbers[wrong.id]}?kijk=1#errors"))
    try:
        sent = await walk.writer.hand_in(lambda connection: send_now(connection, walk, helped=helped))
    except Busy:
        return show_review(walk, status=503, busy=True)
    return go(walk, walk.url("bedankt")) if sent else look_again(walk.request, survey_id, walk.key)


def look_again(request: Request, survey_id: str, key: str) -> Response:
    """Something else happened at the same moment: sent from another tab, or changed."""
    walk = begin_walk(request, survey_id, key=key)
    if not isinstance(walk, Walk):
        return walk
    return go(walk, walk.url("bedankt")) if walk.finished else show_review(walk, status=409, changed=True)


def send_now(connection: Connection, walk: Walk, *, helped: bool = False) -> bool:
    """Read once more inside the group: what is sent is what stands there now, and only when it is what was shown."""
    trip = read_trip(connection, walk.survey.key, walk.key)
    if trip is None or trip.seen != walk.trip.seen:
        return False
    area = walk.request.app.state.house.programme.row_of(trip.answers.get("wijk"))
    if helped:
        connection.execute(update(RESPONSE).where(RESPONSE.c.id == trip.response_id).values(assisted=True))
    return finish(connection, walk.survey, trip, area=area, day=walk.today)


def show_review(walk: Walk, *, status: int = 200, busy: bool = False, changed: bool = False) -> HTMLResponse:
    pages, relevant = walk.on_way
    icon = Icons()
    icon.used |= {each.pillar if each.pillar in SIGNS else "overig" for each in walk.survey.pages if each.pillar}
    before, *after = shell(
        walk, "answering/review.html", (walk.last, busy, changed), key=OPEN, seen=OPEN, parts=OPEN, last=walk.last, busy=busy, changed=changed, icon=icon
    )  # fmt: skip
    parts = review_parts(walk.survey, pages, relevant, walk.reader.lang)
    said = [_shown(walk, part) for part in parts]
    body = "".join((before, *said, after[0], walk.key, after[1], str(walk.trip.seen), after[2]))
    return answer_with(walk.request, walk.reader, body, status, {"Retry-After": "30"} if busy else {})


def _shown(walk: Walk, part: Part) -> str:
    """One part of the review. Around its lines it is the same for everybody, unless her own words stand in its title."""
    if walk.survey.pages[part.number - 1].pipes:
        return render(walk.request, walk.reader, PARTS, asked=walk.survey, parts=[part], key=walk.key, listed=listed)

    def left_open(_lines: object, nothing: str) -> str:
        return f"{OPEN}{nothing}{OPEN}"

    before, nothing, after = shell(walk, PARTS, (part.number,), parts=[part], key=OPEN, listed=left_open)
    return f"{before}{listed(part.lines, Markup(nothing))}{after}"  # noqa: S704  # the template escaped it


@router.get("/{survey_id}/bedankt")
def thanks(request: Request, survey_id: str) -> Response:
    walk = begin_walk(request, survey_id)
    if not isinstance(walk, Walk):
        return walk
    if not walk.finished:
        return go(walk, walk.url())
    before, after = shell(walk, "answering/thanks.html", (), receipt=OPEN)
    return answer_with(request, walk.reader, f"{before}{in_groups(walk.receipt)}{after}")


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


@router.get("/{survey_id}/mijn-antwoorden")
def own_answers(request: Request, survey_id: str) -> Response:
    """A copy of one's own answers, to print or to keep; only on the device that holds the key."""
    walk = begin_walk(request, survey_id)
    if not isinstance(walk, Walk):
        return walk
    if not walk.trip.response_id:
        return go(walk, walk.url())
    pages, relevant = walk.on_way
    parts = review_parts(walk.survey, pages, relevant, walk.reader.lang)
    return page(
        request, "answering/own_answers.html", reader=walk.reader, asked=walk.survey, parts=parts, listed=listed, finished=walk.finished,
        receipt=in_groups(walk.receipt), today=walk.today,
    )  # fmt: skip


@router.get("/{survey_id}/weg")
def leave(request: Request, survey_id: str, klaar: str = "") -> Response:
    """Away at once, or done on a device of more people: nothing of this person stays in the browser; what was kept, is kept."""
    if not KEY.fullmatch(survey_id):
        raise HTTPException(404)
    exit_ = request.app.state.house.programme.exit
    response = RedirectResponse(f"/v/{survey_id}" if klaar or not exit_ else exit_, 303, headers={"Cache-Control": "no-store"})
    path = quote(f"/v/{survey_id}")
    for name in ("antwoord", COOKIE, LETTER):
        response.delete_cookie(name, path=path, httponly=True, samesite="lax")
    if klaar and view_of(request).shared:
        hold_view(request, response, View(shared=True), path)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


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
    given = "".join(typed.get("code", ()))[:80]
    code = read_code(given)
    with request.app.state.engine.connect() as connection:
        key = code and find_key(connection, walk.survey.key, code_hash(secret_of(request), code))
    if not key and not may_try(request):
        return show_ask_code(walk, "", "wait", status=429)
    if not key:
        count_wrong(request)
        return show_ask_code(walk, given, "wrong" if code else "form", status=422)
    found = begin_walk(request, survey_id, key=key)
    if not isinstance(found, Walk):
        return found
    response = go(found, found.url("bedankt") if found.finished else found.next_open())
    hold_key(found, response)
    return response


def show_ask_code(walk: Walk, given: str, wrong: str, *, status: int = 200) -> HTMLResponse:
    headers = {"Retry-After": "600"} if status == 429 else {}
    return page(
        walk.request,
        "answering/resume.html",
        status=status,
        reader=walk.reader,
        headers=headers,
        asked=walk.survey,
        typed=printable(given),
        wrong=wrong,
    )
