"""Room answering: one resident's request: which survey, which response, which language; and where the way goes on."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from app.answer_check import Problem, check_page, typed_again
from app.answering.known import Known
from app.answering.places import Streets
from app.answering.review import piped_page, piped_question
from app.answering.sounds import sounds_of
from app.answering.store import KeptPage, Trip, read_trip
from app.answering.view import COOKIE, Around, View, hold_view, safety_lines, view_of
from app.answering.ways import Helped, helped_by
from app.answering.writer import Writer
from app.codes import code_hash, receipt_of
from app.forms import again, read_key, whole
from app.survey import Answers, Page, Question, Survey
from app.web import Icons, Reader, answer_with, fields_in, has_notice, page, reader_of, remember_language, render

KEEP_COOKIE = 24 * 3600
MOST_SHELLS = 1000  # about 6 MB
PAGE = "answering/page.html"
MIXED = frozenset({"single", "multi", "rank"})  # questions whose options may stand in another order for each response
OPEN = "\x1e"  # stands in a shell for what is one person's own; no text of ours holds such a sign
Typed = dict[str, list[str]]


@dataclass(frozen=True)
class Walk:
    """Everything a route needs to answer; `survey` speaks the reader's language."""

    request: Request
    trip: Trip
    survey: Survey
    reader: Reader
    key: str
    view: View = field(default_factory=View)
    back: bool = False  # this browser sent the key in its cookie

    @property
    def helped(self) -> Helped | None:
        """On whose device this is answered."""
        found: Helped | None = getattr(self.request.state, "helped", None)
        return found

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

    @cached_property
    def steps(self) -> list[tuple[int, str]]:
        """Every question on this person's way, by the number of its page."""
        pages, relevant = self.on_way
        return [(self.survey.numbers[page.id], question.id) for page in pages for question in page.asked(relevant)]

    def step(self, number: int, only: str, by: int) -> str:
        """One question further or back from this one; past the last one everything is looked over."""
        at = self.steps.index((number, only)) if (number, only) in self.steps else -1
        if at < 0 or not 0 <= at + by < len(self.steps):
            return self.after(number, self.trip.answers) if by > 0 else self.before(number, self.trip.answers)
        page, question = self.steps[at + by]
        return self.url(f"{page}?vraag={question}")

    @property
    def last(self) -> str:
        """Where somebody goes back to who looks everything over."""
        number, question = self.steps[-1] if self.steps else (1, "")
        return f"{number}?vraag={question}" if self.view.single else str(self.survey.numbers[self.on_way[0][-1].id])

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
        if self.view.single:
            done = [at for at, (_, question) in enumerate(self.steps) if question in self.trip.answers]
            page, question = self.steps[done[-1]] if done else self.steps[0]
            return self.step(page, question, 1) if done else self.url(page)
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


def begin_walk(request: Request, survey_key: str, *, key: str | None = None, version: str = "", late: bool = False) -> Walk | HTMLResponse:
    """Read who comes back and what is open, in one statement; a plain page when there is nothing to answer.

    late : what was sent before the survey closed may be sent again: it is thanked for, and changes nothing.
    """
    if "\x00" in survey_key:
        raise HTTPException(404)  # PostgreSQL would refuse to look for it
    held, known = read_key(request.cookies.get("antwoord") or ""), known_of(request)
    trip = read_trip(request.app.state.engine, survey_key, key or held)
    if trip is None:
        raise HTTPException(404)
    survey = known.version(request.app.state.engine, trip, version)
    # Who began in a language goes on in it; a new response gets only languages that are complete.
    languages = survey.languages if trip.response_id else [lang for lang in survey.languages if known.speaks(survey, lang)]
    reader = reader_of(request, languages, [survey.domain], trip.lang, begun=bool(trip.response_id))
    view = _view_here(request, survey_key)
    spoken = known.in_language(survey, reader.lang, easy=view.easy)
    if not _is_open(request, trip) and not (trip.state == "finished" and (late or request.method == "GET")):  # a receipt stays to be read
        return _closed(request, trip, spoken, reader)
    return Walk(request, trip, spoken, reader, key or held or str(uuid.uuid4()), view, back=bool(held))


def walk_without_database(request: Request, survey_key: str, key: str) -> Walk:
    """The same from what this process remembers, so that a form comes back filled in while the database is away."""
    survey = known_of(request).newest.get(survey_key)
    if survey is None:
        raise HTTPException(503)
    reader = reader_of(request, survey.languages, [survey.domain])
    trip = Trip(survey_key, "open", survey.fingerprint, survey.audience)
    view = _view_here(request, survey_key)
    return Walk(request, trip, known_of(request).in_language(survey, reader.lang, easy=view.easy), reader, key, view)


def _view_here(request: Request, survey_key: str) -> View:
    """How pages are shown in this browser; the device of an organisation that helps is one of more people."""
    request.state.helped = helped = helped_by(request, survey_key)
    return replace(view_of(request), shared=True) if helped else view_of(request)


def _is_open(request: Request, trip: Trip) -> bool:
    production = request.app.state.house.settings.env == "production"
    return trip.survey_state == "open" or (trip.survey_state == "test" and not production)


def _closed(request: Request, trip: Trip, survey: Survey, reader: Reader) -> HTMLResponse:
    if trip.survey_state in {"draft", "test"}:
        raise HTTPException(404)
    status = 503 if trip.survey_state == "paused" else 410
    headers = {"Retry-After": "3600"} if status == 503 else {}
    return page(request, "answering/closed.html", status=status, reader=reader, headers=headers, asked=survey, state=trip.survey_state)


def show_page(
    walk: Walk, number: int, part: Page, *, status: int = 200, typed: Typed | None = None, only: str = "", **more: Any
) -> HTMLResponse:
    """One page of questions, or one question of it: as kept, or as typed with what must be mended beside it."""
    pages, relevant = walk.on_way
    kept = walk.trip.pages.get(part.id, KeptPage(0, {}))
    told: dict[str, Any] = {"problems": {}, "busy": False, "unsure": [], "seen": kept.revision} | more
    fields = again(typed) if typed is not None else typed_again(part, kept.answers)
    asked = {question.id for question in part.asked(relevant | kept.answers)}
    shown = [question for question in part.questions if question.id in asked or not question.names.isdisjoint(told["problems"])]
    if walk.view.single and len(shown) > 1 and (only or not told["problems"]):
        left = [question for question in shown if question.id not in kept.answers]
        shown = [question for question in shown if question.id == only] or (left or shown)[:1]
        only = shown[0].id
    else:
        only = ""
    icon = Icons()
    blocks = [_block(walk, question, relevant | kept.answers, fields, told["problems"], icon) for question in shown]
    if only:
        blocks.insert(0, Markup('<input type="hidden" name="_deel" value="{}">').format(only))
    frame: dict[str, Any] = {
        "asked": walk.survey, "part": part, "number": number, "only_gate": all(question.gate for question in part.questions),
        "view": walk.view, **_progress(walk, number, part, pages, shown),
    }  # fmt: skip
    if status == 200 and not (told["problems"] or told["busy"] or told["unsure"] or part.pipes):
        place = (part.id, frame["nth"], frame["total"])
        before, after_key, after_seen, after_blocks = shell(walk, PAGE, place, blocks=[OPEN], key=OPEN, **(told | frame | {"seen": OPEN}))
        body = "".join((before, walk.key, after_key, str(told["seen"]), after_seen, *blocks, after_blocks))
    else:
        frame["part"] = piped_page(part, relevant, walk.survey, walk.reader.lang)
        body = render(walk.request, walk.reader, PAGE, status=status, blocks=blocks, icon=icon, key=walk.key, **frame, **told)
    response = answer_with(walk.request, walk.reader, body, status, {"Retry-After": "30"} if status == 503 else {})
    changed = COOKIE in walk.request.query_params
    if changed or status != 200 or walk.request.cookies.get("antwoord") != walk.key:  # else it has just been held with what was kept
        hold_key(walk, response)
    if changed:
        hold_view(walk.request, response, walk.view, walk.url())
    return response


def _progress(walk: Walk, number: int, part: Page, pages: list[Page], shown: list[Question]) -> dict[str, int]:
    """Where this is and how far it goes, as the way stands now: in pages, or in questions when they come one by one."""
    if walk.view.single:
        here = (number, shown[0].id) if shown else (number, "")
        return {"nth": walk.steps.index(here) + 1 if here in walk.steps else 1, "total": max(len(walk.steps), 1)}
    on_way = [each.id for each in pages]
    return {"nth": on_way.index(part.id) + 1 if part.id in on_way else number, "total": max(len(on_way), 1)}


def shell(walk: Walk, name: str, place: tuple[object, ...], **values: Any) -> tuple[str, ...]:
    """A page without what is one person's own looks the same to everybody who reads this language: rendered once, with places left OPEN.

    place : what else tells such pages apart.
    """
    reader, shells = walk.reader, known_of(walk.request).shells
    whose = (walk.survey.key, walk.survey.fingerprint, reader.lang, tuple(reader.offered), has_notice(walk.request, reader))
    here = (name, *whose, walk.view, walk.helped, *place)
    made = shells.get(here)
    if made is None:
        made = tuple(render(walk.request, reader, name, **{"asked": walk.survey, "view": walk.view, **values}).split(OPEN))
        if len(shells) >= MOST_SHELLS:  # old versions and ways of showing go; what is asked for is made again
            shells.clear()
        shells[here] = made
    return made


def _block(walk: Walk, question: Question, known: Answers, typed: Typed, problems: Mapping[str, Problem], icon: Icons) -> Markup:
    """One question as HTML. Most are shown empty, and then look the same to everybody who reads this language: made once."""
    options = question.options_for(known, walk.key)
    ask = fields_in(walk.request, walk.reader.lang).ask
    own = question.shuffle and question.kind not in MIXED
    if own or question.pipes or not question.names.isdisjoint(typed.keys() | problems.keys()):
        piped = piped_question(question, known, walk.survey, walk.reader.lang)
        return Markup(ask(piped, options, typed, problems, icon, _around(walk, question, known)))  # noqa: S704  # a macro escapes what it is given
    same = sorted(options, key=lambda option: option.id) if question.shuffle else options
    words, ids = walk.reader.lang + "+" * walk.view.easy, [option.id for option in same]
    place = (walk.survey.key, walk.survey.fingerprint, words, question.id, *ids)
    blocks = known_of(walk.request).blocks
    if place not in blocks:
        around = replace(_around(walk, question, known), mark=OPEN if question.shuffle else "")
        blocks[place] = Markup(ask(question, same, {}, {}, icon, around))  # noqa: S704  # as above
    if not question.shuffle:
        return blocks[place]
    first, *parts, last = str.split(blocks[place], OPEN)
    part = dict(zip(ids, parts, strict=True))
    return Markup("".join((first, *(part[option.id] for option in options), last)))  # noqa: S704  # as above


def _around(walk: Walk, question: Question, known: Answers) -> Around:
    """What stands beside a question and is not its own: lines for help, sounds, streets of the wijk that was chosen."""
    streets: tuple[str, ...] = ()
    if question.kind == "place" and question.id in known:
        streets = tuple(streets_of(walk.request).choices(known[question.id]))
    sounds = sounds_of(walk.request, walk.survey, walk.reader.lang)
    return Around(walk.view.easy, safety_lines(walk.request, walk.reader) if question.safety else (), sounds, streets)


def streets_of(request: Request) -> Streets:
    streets: Streets = request.app.state.streets
    return streets.read(request.app.state.engine)


def go(walk: Walk, url: str) -> Response:
    """303: after a post the browser asks for the next page, so that its back button works."""
    response = Response(status_code=303, headers={"Location": url, "Cache-Control": "no-store"})
    hold_key(walk, response)
    return response


def hold_key(walk: Walk, response: Response) -> None:
    """Written out: neither a key nor an address of ours holds anything that a cookie would have to quote."""
    keep = "" if walk.view.shared else f"; Max-Age={KEEP_COOKIE}"  # a device of more people forgets it with its browser
    secure = "; Secure" if walk.request.scope["scheme"] == "https" else ""
    response.headers.append("set-cookie", f"antwoord={walk.key}; HttpOnly{keep}; Path={walk.url()}; SameSite=lax{secure}")


def forget_key(walk: Walk, response: Response) -> None:
    del response.headers["set-cookie"]
    response.delete_cookie("antwoord", path=walk.url(), httponly=True, samesite="lax")


def speak(walk: Walk, wanted: str) -> Walk:
    """The same walk in another language, when that is offered."""
    if wanted not in walk.reader.offered:
        return walk
    known = known_of(walk.request)
    survey = known.versions.get((walk.survey.key, walk.survey.fingerprint), walk.survey)
    return replace(walk, reader=replace(walk.reader, lang=wanted), survey=known.in_language(survey, wanted, easy=walk.view.easy))


def change_words(walk: Walk, url: str) -> Response:
    response = go(walk, url)
    remember_words(walk, response)
    return response


def remember_words(walk: Walk, response: Response) -> None:
    """The language and the way of showing that this reader chose."""
    remember_language(walk.request, response, walk.reader.lang)
    hold_view(walk.request, response, walk.view, walk.url())


def amiss(walk: Walk, part: Page) -> dict[str, Problem]:
    """What must be mended on a page as it was kept: checked again with the rules of now."""
    kept = walk.trip.pages.get(part.id, KeptPage(0, {})).answers
    return check_page(part, typed_again(part, kept), walk.trip.answers)[1]
