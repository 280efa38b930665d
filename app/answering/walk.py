"""Room answering: one resident's request: which survey, which response, which language; and where the way goes on."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from app.answer_check import Problem, typed_again
from app.answering.known import Known
from app.answering.store import KeptPage, Trip, read_trip
from app.answering.writer import Writer
from app.codes import code_hash, receipt_of
from app.forms import again, read_key, whole
from app.survey import Answers, Page, Question, Survey
from app.web import Icons, Reader, answer_with, fields_in, has_notice, page, reader_of, remember_language, render

KEEP_COOKIE = 24 * 3600
PAGE = "answering/page.html"
OPEN = ("\x1ekey\x1e", "\x1eseen\x1e", "\x1eblocks\x1e")  # no text of ours holds such a sign
Typed = dict[str, list[str]]


@dataclass(frozen=True)
class Walk:
    """Everything a route needs to answer; `survey` speaks the reader's language."""

    request: Request
    trip: Trip
    survey: Survey
    reader: Reader
    key: str
    back: bool = False  # this browser sent the key in its cookie

    @property
    def begun(self) -> bool:
        return self.trip.state == "begun"

    @property
    def finished(self) -> bool:
        return self.trip.state == "finished"

    @property
    def receipt(self) -> str:
        return receipt_of(secret_of(self.request), self.key)

    @property
    def receipt_hash(self) -> str:
        return code_hash(secret_of(self.request), self.receipt)

    @property
    def writer(self) -> Writer:
        writer: Writer = self.request.app.state.writer
        return writer

    @property
    def today(self) -> date:
        day: date = self.request.app.state.house.settings.today()
        return day

    def url(self, part: object = "") -> str:
        return f"/v/{self.survey.key}/{part}".removesuffix("/")

    def elsewhere(self) -> str:
        """Where someone belongs who is not half-way: thanked, or at the beginning."""
        return self.url("bedankt" if self.finished else "")

    @cached_property
    def on_way(self) -> tuple[list[Page], Answers]:
        """The pages on this person's way as it stands, and the answers that count."""
        return self.survey.relevant(self.trip.answers)

    def _numbers(self, answers: Answers) -> list[int]:
        pages, _ = self.on_way if answers is self.trip.answers else self.survey.relevant(answers)
        return [self.survey.numbers[page.id] for page in pages]

    def after(self, number: int, answers: Answers) -> str:
        """Where Verder leads from page `number`."""
        return self.url(next((other for other in self._numbers(answers) if other > number), "controle"))

    def before(self, number: int, answers: Answers) -> str:
        return self.url(max((other for other in self._numbers(answers) if other < number), default=1))

    def closed_gate(self) -> int | None:
        """The number of the page with a gate that this response has not passed."""
        answers = self.trip.answers
        return next((number for number, _, question in self.survey.gates if answers.get(question.id) != question.gate), None)

    def next_open(self) -> str:
        """The first page on the way that was not passed yet: where someone who comes back goes on."""
        passed = {self.survey.numbers[page] for page in self.trip.pages}
        return self.url(next((number for number in self._numbers(self.trip.answers) if number not in passed), "controle"))


def read_seen(typed: Typed) -> int:
    seen = "".join(typed.get("seen", ("0",)))
    number = whole(seen)
    if number is None:
        raise HTTPException(400)
    return number


def read_page(survey: Survey, number: str) -> tuple[int, Page]:
    nth = whole(number, 5)
    found = None if nth is None else survey.page(nth)
    if nth is None or found is None:
        raise HTTPException(404)
    return nth, found


def known_of(request: Request) -> Known:
    known: Known = request.app.state.known
    return known


def secret_of(request: Request) -> bytes:
    secret: bytes = request.app.state.house.settings.key
    return secret


def begin_walk(request: Request, survey_key: str, *, key: str | None = None, version: str = "") -> Walk | HTMLResponse:
    """Read who comes back and what is open, in one statement; a plain page when there is nothing to answer.

    The connection is given back before anything is kept: the writer queue may need it.
    """
    if "\x00" in survey_key:
        raise HTTPException(404)  # PostgreSQL would refuse to look for it
    held, known = read_key(request.cookies.get("antwoord") or ""), known_of(request)
    with request.app.state.engine.connect() as connection:
        trip = read_trip(connection, survey_key, key or held)
        if trip is None:
            raise HTTPException(404)
        survey = known.version(connection, trip, version)
    # Who began in a language goes on in it; a new response gets only languages that are complete.
    languages = survey.languages if trip.response_id else [lang for lang in survey.languages if known.speaks(survey, lang)]
    reader = reader_of(request, languages, [survey.domain], trip.lang)
    spoken = known.in_language(survey, reader.lang)
    if not _is_open(request, trip) and not (trip.state == "finished" and request.method == "GET"):  # a receipt stays to be read
        return _closed(request, trip, spoken, reader)
    return Walk(request, trip, spoken, reader, key or held or str(uuid.uuid4()), back=bool(held))


def walk_without_database(request: Request, survey_key: str, key: str) -> Walk:
    """The same from what this process remembers, so that a form comes back filled in while the database is away."""
    survey = known_of(request).newest.get(survey_key)
    if survey is None:
        raise HTTPException(503)
    reader = reader_of(request, survey.languages, [survey.domain])
    trip = Trip(survey_key, "open", survey.fingerprint, survey.audience)
    return Walk(request, trip, known_of(request).in_language(survey, reader.lang), reader, key)


def _is_open(request: Request, trip: Trip) -> bool:
    production = request.app.state.house.settings.env == "production"
    return trip.survey_state == "open" or (trip.survey_state == "test" and not production)


def _closed(request: Request, trip: Trip, survey: Survey, reader: Reader) -> HTMLResponse:
    if trip.survey_state in {"draft", "test"}:
        raise HTTPException(404)
    status = 503 if trip.survey_state == "paused" else 410
    headers = {"Retry-After": "3600"} if status == 503 else {}
    return page(request, "answering/closed.html", status=status, reader=reader, headers=headers, asked=survey, state=trip.survey_state)


def show_page(walk: Walk, number: int, part: Page, *, status: int = 200, typed: Typed | None = None, **more: Any) -> HTMLResponse:
    """One page of questions: as kept, or as typed with what must be mended beside it."""
    pages, relevant = walk.on_way
    on_way = [each.id for each in pages]
    kept = walk.trip.pages.get(part.id, KeptPage(0, {}))
    told: dict[str, Any] = {"problems": {}, "busy": False, "seen": kept.revision} | more
    fields = again(typed) if typed is not None else typed_again(part, kept.answers)
    icon = Icons()
    asked = {question.id for question in part.asked(relevant | kept.answers)}
    shown = [question for question in part.questions if question.id in asked or not question.names.isdisjoint(told["problems"])]
    blocks = [_block(walk, question, relevant, fields, told["problems"], icon) for question in shown]
    frame: dict[str, Any] = {
        "asked": walk.survey, "part": part, "number": number, "only_gate": all(question.gate for question in part.questions),
        "nth": on_way.index(part.id) + 1 if part.id in on_way else number, "total": max(len(on_way), 1),
    }  # fmt: skip
    if status == 200 and not told["problems"] and not told["busy"]:
        before, after_key, after_seen, after_blocks = _shell(walk, part, frame)
        body = "".join((before, walk.key, after_key, str(told["seen"]), after_seen, *blocks, after_blocks))
    else:
        body = render(walk.request, walk.reader, PAGE, status=status, blocks=blocks, icon=icon, key=walk.key, **frame, **told)
    response = answer_with(walk.request, walk.reader, body, status, {"Retry-After": "30"} if status == 503 else {})
    hold_key(walk, response)
    return response


def _shell(walk: Walk, part: Page, frame: Mapping[str, Any]) -> tuple[str, ...]:
    """A page without its questions looks the same to everybody who reads this language: rendered once, with three places left open."""
    reader, shells = walk.reader, known_of(walk.request).shells
    place = (
        walk.survey.key, walk.survey.fingerprint, reader.lang, tuple(reader.offered), has_notice(walk.request, reader),
        part.id, frame["nth"], frame["total"],
    )  # fmt: skip
    if place not in shells:
        page = render(walk.request, reader, PAGE, blocks=OPEN[2:], key=OPEN[0], seen=OPEN[1], problems={}, busy=False, **frame)
        shells[place] = tuple(re.split("|".join(OPEN), page))
    return shells[place]


def _block(walk: Walk, question: Question, known: Answers, typed: Typed, problems: Mapping[str, Problem], icon: Icons) -> Markup:
    """One question as HTML. Most are shown empty, and then look the same to everybody who reads this language: made once."""
    options = question.options_for(known, walk.key)
    ask = fields_in(walk.request, walk.reader.lang).ask
    if question.shuffle or not question.names.isdisjoint(typed.keys() | problems.keys()):
        return Markup(ask(question, options, typed, problems, icon))  # noqa: S704  # a macro escapes what it is given
    place = (walk.survey.key, walk.survey.fingerprint, walk.reader.lang, question.id, *(option.id for option in options))
    blocks = known_of(walk.request).blocks
    if place not in blocks:
        blocks[place] = Markup(ask(question, options, {}, {}, icon))  # noqa: S704  # as above
    return blocks[place]


def go(walk: Walk, url: str) -> RedirectResponse:
    """303: after a post the browser asks for the next page, so that its back button works."""
    response = RedirectResponse(url, 303, headers={"Cache-Control": "no-store"})
    hold_key(walk, response)
    return response


def hold_key(walk: Walk, response: Response) -> None:
    secure = walk.request.url.scheme == "https"
    response.set_cookie("antwoord", walk.key, max_age=KEEP_COOKIE, path=walk.url(), httponly=True, samesite="lax", secure=secure)


def forget_key(walk: Walk, response: Response) -> None:
    del response.headers["set-cookie"]
    response.delete_cookie("antwoord", path=walk.url(), httponly=True, samesite="lax")


def speak(walk: Walk, wanted: str) -> Walk:
    """The same walk in another language, when that is offered."""
    if wanted not in walk.reader.offered:
        return walk
    known = known_of(walk.request)
    survey = known.versions.get((walk.survey.key, walk.survey.fingerprint), walk.survey)
    return replace(walk, reader=replace(walk.reader, lang=wanted), survey=known.in_language(survey, wanted))


def change_language(walk: Walk, url: str) -> Response:
    response = go(walk, url)
    remember_language(walk.request, response, walk.reader.lang)
    return response
