"""Room findings: pages on which findings are stated, reviewed and published; partners read what is published and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from app.access import Person, Staff, may, note_web_act, settings_of
from app.areas import Programme
from app.db import writing
from app.findings.export import FILES
from app.findings.quotes import NOT_LOOKED_AT, Heard, Quoted, clear_quote, newest_heard, quotes_cleared, take_back_quote
from app.findings.stated import (
    ID,
    STEPS,
    Kept,
    Piece,
    Stated,
    check,
    evidence_rows,
    finding_kept,
    findings_kept,
    keep_changed,
    keep_new,
    may_rest_on,
    not_ready,
    read_stated,
    step,
)
from app.findings.themes import ThemeNow
from app.forms import Form, Typed, said
from app.i18n import N_
from app.models.base import random_id
from app.models.tables import RUN
from app.web import desk, house_of, lead

ROOM = "/bevindingen"
HERE = "/bevindingen/stellingen"
STATE = ("office", "analyst", "admin")
QUOTE = ("analyst", "admin")
reading = APIRouter(prefix=ROOM, dependencies=[may(*STATE, "auditor", "partner")])
stating = APIRouter(prefix=ROOM, dependencies=[may(*STATE)])
quoting = APIRouter(prefix=ROOM, dependencies=[may(*QUOTE)])
TELLS = {
    "bewaard": N_("Bewaard als concept. Laat de bevinding nu nakijken."),
    "nagekeken": N_("De bevinding is nagekeken."),
    "concept": N_("De bevinding is weer een concept."),
    "publiceren": N_("De bevinding is gepubliceerd. Partners kunnen haar nu lezen."),
    "terugtrekken": N_("De bevinding is teruggetrokken. Partners zien haar niet meer."),
    "vrij": N_("Het citaat is vrijgegeven."),
    "terug": N_("Het citaat is niet meer vrijgegeven."),
}


@dataclass(frozen=True)
class Bar:
    """A theme as it is drawn: percentages of the width of the picture, on the one scale that all bars have."""

    piece: Piece
    width: float
    low: float
    high: float


@dataclass(frozen=True)
class Offer:
    """What a finding can rest on: themes per pillar, the settled ones first; quotes, those of the chosen themes first."""

    themes: dict[str, list[ThemeNow]]
    quotes: list[Quoted]
    labels: dict[str, str]  # of a quote's theme, by the id of its statement
    left_out: int


# ------------------------------------------------------------------------------------------- read
@reading.get("/stellingen")
def list_findings(request: Request, person: Staff) -> Response:
    return list_page(request, person)


def list_page(request: Request, person: Person, *, no_purpose: bool = False, status: int = 200) -> Response:
    with request.app.state.engine.connect() as connection:
        found = findings_kept(connection, status="published" if person.role == "partner" else "")
        is_run = connection.execute(select(RUN.c.id).limit(1)).first() is not None
    kinds = ["findings"] * bool(found) + ["themes"] * (is_run and person.role != "partner")
    return desk(
        request, "findings/stated_list.html", room=ROOM, tells=TELLS, status=status, findings=found, may_state=person.role in STATE,
        may_read_rows=person.role in QUOTE, kinds=kinds, formats=FILES, no_purpose=no_purpose, **_names(request),
    )  # fmt: skip


@stating.get("/stellingen/nieuw")
def new_finding(request: Request) -> Response:
    with request.app.state.engine.connect() as connection:
        return _form(request, connection, Stated(), {}, before=None, new_id=random_id("f"))


@reading.get("/stellingen/{finding_id}")
def show_finding(request: Request, person: Staff, finding_id: str) -> Response:
    with request.app.state.engine.connect() as connection:
        return _show(request, connection, person, finding_id)


def _show(
    request: Request, connection: Connection, person: Person, finding_id: str, *, status: int = 200, refused: Sequence[str] = ()
) -> Response:
    finding = _there(connection, finding_id)
    if person.role == "partner" and finding.status != "published":
        raise HTTPException(404)
    may_state = person.role in STATE
    heard = newest_heard(connection, house_of(request).programme) if may_state else None
    waits = not_ready(finding, heard) if may_state and finding.status != "published" else []
    bars, scale = drawn(finding.themes)
    return desk(
        request, "findings/stated_one.html", room=ROOM, tells=TELLS, status=status, finding=finding, bars=bars, scale=scale, waits=waits,
        refused=refused, may_state=may_state, inside=person.role != "partner", **_names(request),
    )  # fmt: skip


def _there(connection: Connection, finding_id: str, *, lock: bool = False) -> Kept:
    finding = finding_kept(connection, finding_id, lock=lock)
    if finding is None:
        raise HTTPException(404)
    return finding


def drawn(themes: Sequence[Piece]) -> tuple[list[Bar], int]:
    """Bars of the themes that have a share, and where the scale ends, in whole tens of per cents."""
    shown = [piece for piece in themes if piece.figures.get("share") is not None]
    ends = 10 * -(-int(1000 * max((piece.figures["high"] for piece in shown), default=0)) // 100) or 10
    return [Bar(piece, *(round(10_000 * piece.figures[name] / ends, 1) for name in ("share", "low", "high"))) for piece in shown], ends


def _names(request: Request) -> dict[str, Any]:
    programme = house_of(request).programme
    return {
        "pillar_names": {pillar.key: pillar.official for pillar in programme.pillars},
        "area_names": programme.wijk_names | {None: programme.name, "": programme.name},
        "goal_texts": {goal.number: goal.text for goal in programme.goals},
    }


# ------------------------------------------------------------------------------------------- state
@stating.post("/stellingen/nieuw")
def keep_finding(request: Request, person: Staff, typed: Form) -> Response:
    stated, new_id, at = read_stated(typed), said(typed, "id"), settings_of(request).clock()
    if not ID.fullmatch(new_id):
        raise HTTPException(400)
    with request.app.state.engine.connect() as connection:
        heard = newest_heard(connection, house_of(request).programme)
    with writing(request.app.state.engine) as connection:
        if finding_kept(connection, new_id):  # the button was pressed twice
            return lead(f"{HERE}/{new_id}", "bewaard")
        cleared = quotes_cleared(connection, stated.quotes, lock=True)
        if problems := check(stated, house_of(request).programme, heard, (), cleared):
            return _form(request, connection, stated, problems, before=None, new_id=new_id, status=422)
        rows = evidence_rows(new_id, stated, heard, cleared, (), at)
        try:
            with connection.begin_nested():
                keep_new(connection, new_id, stated, rows, by=person.name, at=at)
        except IntegrityError:
            _there(connection, new_id)  # twice at the same moment: the other one kept it
        else:
            note_web_act(request, connection, "finding stated", new_id)
    return lead(f"{HERE}/{new_id}", "bewaard")


@stating.get("/stellingen/{finding_id}/bewerken")
def change_finding(request: Request, person: Staff, finding_id: str) -> Response:
    with request.app.state.engine.connect() as connection:
        before = _there(connection, finding_id)
        if before.status == "published":
            return _show(request, connection, person, finding_id, status=409, refused=[TAKE_BACK])
        return _form(request, connection, before.as_stated, {}, before=before)


@stating.post("/stellingen/{finding_id}/bewerken")
def keep_change(request: Request, person: Staff, finding_id: str, typed: Form) -> Response:
    stated, programme = read_stated(typed), house_of(request).programme
    with request.app.state.engine.connect() as connection:
        heard = newest_heard(connection, programme)
    with writing(request.app.state.engine) as connection:
        before = _there(connection, finding_id, lock=True)
        if before.status == "published":
            return _show(request, connection, person, finding_id, status=409, refused=[TAKE_BACK])
        quoted = [*stated.quotes, *(piece.statement_id for piece in before.quotes if piece.statement_id)]
        cleared = quotes_cleared(connection, quoted, lock=True)
        if said(typed, "revisie") != str(before.revision):
            return _form(request, connection, stated, {}, before=before, clash=True, status=409)
        if problems := check(stated, programme, heard, before.evidence, cleared):
            return _form(request, connection, stated, problems, before=before, status=422)
        at = settings_of(request).clock()
        keep_changed(connection, before, stated, evidence_rows(finding_id, stated, heard, cleared, before.evidence, at), at=at)
        note_web_act(request, connection, "finding changed", finding_id)
    return lead(f"{HERE}/{finding_id}", "bewaard")


@stating.post("/stellingen/{finding_id}/stand")
def move_finding(request: Request, person: Staff, finding_id: str, typed: Form) -> Response:
    act = said(typed, "actie")
    if act not in STEPS:
        raise HTTPException(400)
    from_, to = STEPS[act]
    with request.app.state.engine.connect() as connection:
        heard = newest_heard(connection, house_of(request).programme) if act == "publiceren" else None
    with writing(request.app.state.engine) as connection:
        before = _there(connection, finding_id, lock=True)
        if before.status == to and said(typed, "revisie") == str(before.revision - 1):  # the button was pressed twice
            return lead(f"{HERE}/{finding_id}", act)
        if before.status != from_ or said(typed, "revisie") != str(before.revision):
            return _show(request, connection, person, finding_id, status=409, refused=[CHANGED])
        if to == "published" and (refused := not_ready(before, heard)):
            return _show(request, connection, person, finding_id, status=409, refused=refused)
        step(connection, before, to, by=person.name, at=settings_of(request).clock())
        note_web_act(request, connection, f"finding {AUDITED[act]}", finding_id)
    return lead(f"{HERE}/{finding_id}", act)


TAKE_BACK = N_("Deze bevinding is gepubliceerd. Trek haar eerst terug; daarna kunt u haar veranderen.")
CHANGED = N_("Iemand anders heeft deze bevinding net veranderd. Kijk hieronder hoe zij er nu staat.")
AUDITED = {"nagekeken": "reviewed", "concept": "back to draft", "publiceren": "published", "terugtrekken": "taken back"}


def _form(
    request: Request, connection: Connection, stated: Stated, problems: dict[str, str], *,
    before: Kept | None, new_id: str = "", clash: bool = False, status: int = 200,
) -> Response:  # fmt: skip
    programme = house_of(request).programme
    heard = newest_heard(connection, programme)
    offer = offered(heard, programme, quotes_cleared(connection), stated, before)
    labels = {place: theme.label for place, theme in _themes(heard).items()}
    return desk(
        request, "findings/stated_form.html", room=ROOM, status=status, stated=stated, problems=problems, before=before, new_id=new_id,
        clash=clash, offer=offer, figures=heard.figures if heard else {}, run=heard.run if heard else None, labels=labels,
        pillars=programme.pillars, goals=programme.goals, wijken=programme.wijken, **_names(request),
    )  # fmt: skip


def _themes(heard: Heard | None) -> dict[tuple[str, str], ThemeNow]:
    return {theme.place: theme for theme in heard.now.themes} if heard else {}


def offered(heard: Heard | None, programme: Programme, cleared: dict[str, Quoted], stated: Stated, before: Kept | None) -> Offer:
    there = {(piece.run_id, piece.pillar, piece.theme) for piece in before.themes} if before else set()
    quoted = {piece.statement_id for piece in before.quotes} if before else set()
    all_themes = [theme for theme in _themes(heard).values() if not theme.is_rest]
    shown = [theme for theme in all_themes if may_rest_on(heard, theme.place)]
    themes: dict[str, list[ThemeNow]] = {pillar.key: [] for pillar in programme.pillars}
    for theme in sorted(shown, key=lambda theme: not theme.settled):
        if heard and (heard.run.id, *theme.place) not in there:
            themes.setdefault(theme.pillar, []).append(theme)
    place_of = heard.now.place_of if heard else {}
    usable = [each for each in cleared.values() if each.holds and heard and not heard.refusal(each.statement_id, each.source)]
    chosen = {*stated.themes, *((piece.pillar, piece.theme) for piece in (before.themes if before else ()))}
    quotes = sorted(
        (each for each in usable if each.statement_id not in quoted), key=lambda each: place_of[each.statement_id] not in chosen
    )
    labels = {each.statement_id: _themes(heard)[place_of[each.statement_id]].label for each in quotes}
    return Offer({pillar: some for pillar, some in themes.items() if some}, quotes, labels, len(all_themes) - len(shown))


# ------------------------------------------------------------------------------------------- quote
@quoting.post("/citaat")
def settle_quote(request: Request, person: Staff, typed: Form) -> Response:
    statement_id, act, at = said(typed, "uitspraak"), said(typed, "actie"), settings_of(request).clock()
    if act not in {"vrij", "terug"}:
        raise HTTPException(400)
    with request.app.state.engine.connect() as connection:
        heard = newest_heard(connection, house_of(request).programme) if act == "vrij" else None
    with writing(request.app.state.engine) as connection:
        try:
            refused = clear_quote(connection, heard, statement_id, by=person.name, at=at) if act == "vrij" else take_back_quote(connection, statement_id)  # fmt: skip
        except LookupError:
            raise HTTPException(404) from None
        if not refused:
            note_web_act(request, connection, "quote cleared" if act == "vrij" else "quote taken back", statement_id)
    if refused:
        return desk(
            request,
            "findings/stated_refused.html",
            room=ROOM,
            status=409,
            refused=refused,
            back=_back(typed),
            look_first=refused == NOT_LOOKED_AT,
        )
    return lead(_back(typed), act)


def _back(typed: Typed) -> str:
    """To where the button stood, inside this room."""
    there = said(typed, "naar")
    return there if there.startswith(f"{ROOM}/") and there.isprintable() and "\\" not in there and "?" not in there else HERE
