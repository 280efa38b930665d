"""Room answering: without connection: one page with every question, and what was filled in there sent once, later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from markupsafe import Markup

from app.access import may
from app.answer_check import Problem
from app.answering.replay import is_under_age, keep_offered, read_offered
from app.answering.review import piped_page, piped_question
from app.answering.routes import keep, stop
from app.answering.sending import send
from app.answering.view import Around, View, safety_lines
from app.answering.walk import Typed, Walk, begin_walk, go, hold_key, known_of, read_page, speak
from app.answering.ways import leave_way
from app.answering.writer import Busy
from app.codes import in_groups
from app.condition_words import in_words
from app.forms import Form, again, fields_of_body, read_key, said
from app.i18n import PAGES, texts
from app.layout.assets import WORKER
from app.only_if import parse
from app.routing import LightRoute
from app.survey import Question
from app.web import Icons, fields_in, has_notice, page

router = APIRouter(prefix="/v", dependencies=[may("everyone")], route_class=LightRoute)
worker = APIRouter(dependencies=[may("everyone")])
OWN = {"deel", "spraak", "bestand"}  # what a form that comes later carries beside a survey's own fields
STATUS = {"sent": 200, "kept": 200, "stopped": 200, "look": 422, "differs": 409, "closed": 410, "later": 503}
MOST_BODIES = 50


@dataclass(frozen=True)
class Replayed:
    """How one form that came later went: a word for a script, a page for a reader, and the pages that must be looked at."""

    state: str
    answer: Response
    walk: Walk | None = None
    pages: tuple[int, ...] = ()


@worker.get("/sw.js")
def service_worker() -> Response:
    """At an address that never changes: a browser asks for it again and again."""
    return Response(WORKER.body, media_type=WORKER.kind, headers={"Cache-Control": "no-cache"})


# ------------------------------------------------------------------------------------------- the page
@router.get("/{survey_id}/zonder-verbinding")
def without_connection(request: Request, survey_id: str, leeg: str = "", versie: str = "") -> Response:
    """Every question on one page. `leeg`: the copy that a browser keeps: without key, the same for everybody."""
    walk = begin_walk(request, survey_id, version=versie)
    if not isinstance(walk, Walk):
        return walk
    if leeg:
        return _copy(walk)
    if walk.finished:
        return go(walk, walk.url("bedankt"))
    return show_whole(walk)


def _copy(walk: Walk) -> HTMLResponse:
    """Made once a version, language and way of reading; who happens to ask first leaves nothing in it."""
    copies, reader = known_of(walk.request).copies, walk.reader
    walk.request.state.helped = None
    walk = replace(walk, view=View(easy=walk.view.easy))
    place = (walk.survey.key, walk.survey.fingerprint, reader.lang, walk.view.easy, has_notice(walk.request, reader))
    if place not in copies:
        made = page(
            walk.request, "answering/offline.html", reader=replace(reader, offered=[reader.lang]), **_frame(walk), key="", copy=True
        )
        copies[place] = bytes(made.body)
    return HTMLResponse(copies[place], headers={"Cache-Control": "no-store", "Content-Language": reader.lang})


def show_whole(
    walk: Walk, *, status: int = 200, typed: Typed | None = None, problems: Mapping[str, Problem] | None = None, busy: bool = False
) -> HTMLResponse:
    headers = {"Retry-After": "30"} if busy else {}
    frame = _frame(walk, typed, problems, busy=busy)
    shown = page(
        walk.request, "answering/offline.html", reader=walk.reader, status=status, headers=headers, **frame, key=walk.key, copy=False
    )
    hold_key(walk, shown)
    return shown


def _frame(walk: Walk, typed: Typed | None = None, problems: Mapping[str, Problem] | None = None, *, busy: bool = False) -> dict[str, Any]:
    problems, icon = problems or {}, Icons()
    fields = again(typed or {})
    parts = [
        {"number": number, "page": piped_page(part, {}, walk.survey, walk.reader.lang), "when": _when(walk, part.only_if),
         "blocks": [_block(walk, question, fields, problems, icon) for question in part.questions]}
        for number, part in enumerate(walk.survey.pages, 1)
    ]  # fmt: skip
    some = any(part.only_if or any(question.only_if for question in part.questions) for part in walk.survey.pages)
    gate = next((f"{question.id}={question.gate}" for _, _, question in walk.survey.gates), "")
    return {
        "asked": walk.survey,
        "parts": parts,
        "problems": problems,
        "busy": busy,
        "gate": gate,
        "icon": icon,
        "view": walk.view,
        "some": some,
    }


def _when(walk: Walk, condition: str) -> str:
    """The condition in words: nobody but the reader looks at the answers here."""
    return in_words(parse(condition), walk.survey, texts(walk.reader.lang, PAGES).gettext) if condition else ""


def _block(walk: Walk, question: Question, typed: Typed, problems: Mapping[str, Problem], icon: Icons) -> Markup:
    options = tuple(
        replace(option, text=f"{option.text} ({_when(walk, option.only_if).rstrip('.')})") if option.only_if else option
        for option in sorted(question.options, key=lambda option: option.apart)
    )
    told = replace(question, options=options, help=" ".join(filter(None, (_when(walk, question.only_if), question.help))))
    told = piped_question(told, {}, walk.survey, walk.reader.lang)
    around = Around(walk.view.easy, safety_lines(walk.request, walk.reader) if question.safety else ())
    made: str = fields_in(walk.request, walk.reader.lang).ask(told, told.options, typed, problems, icon, around)
    return Markup(made)  # noqa: S704  # a macro escapes what it is given


# ------------------------------------------------------------------------------------------- what comes later
@router.get("/{survey_id}/nasturen")
def ask_file(request: Request, survey_id: str) -> Response:
    walk = begin_walk(request, survey_id)
    return show_hand_in(walk) if isinstance(walk, Walk) else walk


@router.post("/{survey_id}/nasturen")
async def take_later(request: Request, survey_id: str, typed: Form) -> Response:
    """What was filled in without connection. Sent twice is sent once; a script gets its answer as JSON."""
    if "bestand" in typed:
        return await take_file(request, survey_id, said(typed, "bestand"))
    went = await replay(request, survey_id, typed)
    return in_json(request, went) if "application/json" in request.headers.get("accept", "") else went.answer


def in_json(request: Request, went: Replayed) -> Response:
    """The same for a script, without any cookie: on this device somebody else may be answering by now."""
    told: dict[str, Any] = {"state": went.state}
    if went.walk:
        titles = {number: part.title for number, part in enumerate(went.walk.survey.pages, 1)}
        told["look"] = [{"number": n, "title": titles[n], "address": went.walk.url(n)} for n in went.pages]
        told["onward"] = went.answer.headers.get("location", went.walk.url())
        told["receipt"] = in_groups(went.walk.receipt) if went.state == "sent" else ""
    answer = JSONResponse(told, STATUS[went.state], headers={"Cache-Control": "no-store"})
    return leave_way(request, answer, went.walk.survey.key) if went.walk else answer


async def replay(request: Request, survey_id: str, typed: Typed) -> Replayed:
    """One form of one response: every page at once, one page of it, or the wish to send it."""
    key = read_key(said(typed, "key"))
    if key is None:
        raise HTTPException(400)
    walk = begin_walk(request, survey_id, key=key, version=said(typed, "versie"), late=True)
    if not isinstance(walk, Walk):
        return Replayed("later" if walk.status_code == 503 else "closed", walk)
    walk = speak(walk, said(typed, "spraak"))
    if key in known_of(request).stopped:
        return Replayed("stopped", go(walk, walk.url("gestopt")), walk)
    part, fields = said(typed, "deel"), {name: values for name, values in typed.items() if name not in OWN}
    if part == "controle":
        return await _replay_sending(walk, fields)
    return await (_replay_page(walk, part, fields) if part else _replay_whole(walk, fields))


async def _replay_page(walk: Walk, number: str, typed: Typed) -> Replayed:
    """As if it came now: the rules, and who was first, are those of the page itself."""
    nth, part = read_page(walk.survey, number)
    if (gate := walk.closed_gate()) and gate < nth and not walk.finished:
        return Replayed("look", go(walk, walk.url(gate)), walk, (gate,))
    answer = await keep(walk, nth, part, typed)
    if walk.key in known_of(walk.request).stopped:
        return Replayed("stopped", answer, walk)
    state = {303: "kept", 503: "later", 409: "differs" if walk.finished else "look"}.get(answer.status_code, "look")
    return Replayed(state, answer, walk, (nth,))


async def _replay_sending(walk: Walk, typed: Typed) -> Replayed:
    if walk.finished:
        return Replayed("sent", go(walk, walk.url("bedankt")), walk)
    answer = await send(walk.request, walk.survey.key, typed)
    sent = answer.headers.get("location") == walk.url("bedankt")
    return Replayed("sent" if sent else "later" if answer.status_code == 503 else "look", answer, walk)


async def _replay_whole(walk: Walk, typed: Typed) -> Replayed:
    if typed.get("taal"):
        return Replayed("look", show_whole(speak(walk, typed["taal"][-1]), typed=typed), walk)
    offered = read_offered(walk, typed)
    if is_under_age(walk.survey, offered.everything):
        return Replayed("stopped", await stop(walk), walk)
    try:
        outcome = await walk.writer.hand_in(lambda connection: keep_offered(connection, walk, offered, helped=said(typed, "_hulp") == "ja"))
    except Busy:
        return Replayed("later", show_whole(walk, status=503, typed=typed, busy=True), walk)
    if outcome.state == "sent":
        return Replayed("sent", leave_way(walk.request, go(walk, walk.url("bedankt")), walk.survey.key), walk)
    if outcome.state == "differs":
        return Replayed(
            "differs", page(walk.request, "answering/sent_before.html", status=409, reader=walk.reader, asked=walk.survey), walk
        )
    numbers = sorted({walk.survey.numbers[part.id] for part in walk.survey.pages if not part.names.isdisjoint(outcome.problems)})
    return Replayed("look", show_whole(walk, status=422, typed=typed, problems=outcome.problems), walk, tuple(numbers))


# ------------------------------------------------------------------------------------------- a file, from a device that could not send
def show_hand_in(
    walk: Walk, *, status: int = 200, text: str = "", wrong: bool = False, went: tuple[tuple[Replayed, Typed], ...] = ()
) -> HTMLResponse:
    return page(
        walk.request, "answering/hand_in.html", status=status, reader=walk.reader, asked=walk.survey, text=text, wrong=wrong,
        done=[one for one, _ in went if STATUS[one.state] == 200],
        left=[(one.state, again(typed)) for one, typed in went if STATUS[one.state] != 200],
    )  # fmt: skip


async def take_file(request: Request, survey_id: str, text: str) -> Response:
    """Everything that waited on another device, one after the other; what cannot be taken can be looked at."""
    walk = begin_walk(request, survey_id, late=True)
    if not isinstance(walk, Walk):
        return walk
    bodies = _bodies(survey_id, text)
    if bodies is None:
        return show_hand_in(walk, status=422, text=text, wrong=True)
    went = tuple([(await replay(request, survey_id, typed), typed) for typed in bodies])
    return show_hand_in(walk, went=went)


def _bodies(survey_id: str, text: str) -> list[Typed] | None:
    """The forms in the file; None when it is not such a file, or of another survey."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    bodies = data.get("bodies") if isinstance(data, dict) and data.get("survey") == survey_id else None
    if not isinstance(bodies, list) or not 0 < len(bodies) <= MOST_BODIES or not all(isinstance(body, str) for body in bodies):
        return None
    forms = [fields_of_body(body) for body in bodies]
    whole = [typed for typed in forms if typed and read_key(said(typed, "key"))]
    return whole if len(whole) == len(forms) else None
