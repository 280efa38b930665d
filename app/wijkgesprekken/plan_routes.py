"""Room wijkgesprekken: where the office plans: the list, the form, and one wijkgesprek with what still has to be done for it."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy import Connection, update

from app.access import may, note_web_act, settings_of
from app.answer_check import Problem
from app.db import writing
from app.forms import Form, Typed, said
from app.i18n import N_, STAFF
from app.models.tables import WIJKGESPREK
from app.web import desk, house_of, lead, reader_of, site
from app.wijkgesprekken import notes, plan
from app.wijkgesprekken.letters import tell_cancelled
from app.wijkgesprekken.plan_view import STATE_NAMES, TEXT_STATES, missing, state_of, tells_seats, text_states
from app.wijkgesprekken.plan_warnings import warnings_of
from app.wijkgesprekken.seats import guests, lock, taken
from app.wijkgesprekken.shown import notice_of, notices
from app.wijkgesprekken.tables import links_end, links_of, wijkgesprek_at

ROOM = "/kantoor/wijkgesprekken"
TELLS = {
    "gepland": N_("Het plan is bewaard als concept. Bewoners zien het nog niet."),
    "bewaard": N_("Bewaard."),
    "open": N_("Dit wijkgesprek staat open: bewoners zien het en kunnen zich aanmelden."),
    "afgezegd": N_("Dit wijkgesprek is afgezegd. Wie een mailadres gaf, krijgt bericht."),
    "ingetrokken": N_("De links van deze tafel werken niet meer."),
}
CHANGED_MEANWHILE = N_("Iemand anders heeft dit plan intussen veranderd. Er is niets weg. Kijk hieronder wat er nu staat.")
OVER = N_("Dit wijkgesprek is voorbij of al afgezegd.")
IS_CANCELLED = N_("Dit wijkgesprek is afgezegd en verandert niet meer.")

looking = APIRouter(prefix=ROOM, dependencies=[may("office", "interviewer", "admin")])
planning = APIRouter(prefix=ROOM, dependencies=[may("office", "admin")])


def found(row: Any) -> Any:
    if row is None:
        raise HTTPException(404)
    return row


# ------------------------------------------------------------------------------------------- looking
@looking.get("")
def list_page(request: Request, wijk: str = "", stand: str = "") -> Response:
    programme, settings = house_of(request).programme, settings_of(request)
    now, lang = settings.clock(), reader_of(request, domains=[STAFF]).lang
    with request.app.state.engine.connect() as connection:
        entries = notices(connection, settings, lang)
    wijken = programme.wijk_names
    wijk, stand = (wijk if wijk in wijken else ""), (stand if stand in STATE_NAMES else "")
    kept = [each for each in entries if wijk in {"", each.row.area} and stand in {"", state_of(each.row, now)}]
    return desk(
        request, "wijkgesprekken/plan_list.html", room=ROOM, wijken=wijken, chosen={"wijk": wijk, "stand": stand}, states=STATE_NAMES,
        coming=[each for each in kept if not each.has_ended(now)], held=[each for each in kept if each.has_ended(now)][::-1],
        any_planned=bool(entries), now=now, state_of=state_of, tells_seats=tells_seats, warnings={each.row.id: warnings_of(each, entries, now) for each in kept},
    )  # fmt: skip


@planning.get("/nieuw")
def new_page(request: Request) -> Response:
    return show_form(request, {"taal": ["nl"], "lijn": ["betrekken"]})


@looking.get("/{id_}")
def one_page(request: Request, id_: str) -> Response:
    return show_one(request, id_)


def show_one(request: Request, id_: str, problems: Mapping[str, Problem] | None = None, *, status: int = 200, **more: Any) -> Response:
    """One wijkgesprek; `more` is what only this answer shows, as a link that is told once."""
    settings, programme, now = settings_of(request), house_of(request).programme, settings_of(request).clock()
    with request.app.state.engine.connect() as connection:
        entries = notices(connection, settings, reader_of(request, domains=[STAFF]).lang)
        notice = found(next((each for each in entries if each.row.id == id_), None))
        states, linked = text_states(connection, id_, programme), links_of(connection, id_, now)
        written = notes.counted(connection, id_)
    shown = {"typed": {}, "link": None, "linked_table": 0, **more}
    return desk(
        request, "wijkgesprekken/plan_one.html", room=ROOM, tells=TELLS, status=status, notice=notice, row=notice.row, now=now,
        state=state_of(notice.row, now), states=STATE_NAMES, missing=missing(notice.row, now), warnings=warnings_of(notice, entries, now),
        wijken=programme.wijk_names, lines=plan.LINE_NAMES, text_states=states, text_state_names=TEXT_STATES, linked=linked, written=written,
        links_end=links_end(notice.row.ends_at), problems=problems or {}, may_plan=may_plan(request), today=settings.today(),
        tells_seats=tells_seats, **shown,
    )  # fmt: skip


def may_plan(request: Request) -> bool:
    return request.state.role in {"office", "admin"}


# ------------------------------------------------------------------------------------------- the form
@planning.post("/nieuw")
def add(request: Request, typed: Form) -> Response:
    planned, problems = plan.check(typed, house_of(request).programme, settings_of(request).clock())
    if problems:
        return show_form(request, typed, problems, status=422)
    with writing(request.app.state.engine) as connection:
        id_ = plan.add(connection, settings_of(request), planned)
        note_web_act(request, connection, "wijkgesprek planned", id_)
    return lead(f"{ROOM}/{id_}", "gepland")


@planning.get("/{id_}/bewerken")
def change_page(request: Request, id_: str) -> Response:
    with request.app.state.engine.connect() as connection:
        row = found(wijkgesprek_at(connection, id_))
    if row.state == "cancelled":
        return show_one(request, id_, {"": Problem(IS_CANCELLED)}, status=409)
    return show_form(request, plan.typed_again(row), standing=row)


@planning.post("/{id_}/bewerken")
def change(request: Request, id_: str, typed: Form) -> Response:
    """303 when kept; 422 with what must be mended; 409 when a colleague changed it since it was shown: both stay visible."""
    settings, programme = settings_of(request), house_of(request).programme
    problems: Mapping[str, Problem] = {}
    with writing(request.app.state.engine) as connection:
        standing = found(wijkgesprek_at(connection, id_, lock=True))
        is_seen = plan.seen(standing) == said(typed, "sequence")
        if is_seen and standing.state != "cancelled":
            planned, problems = plan.check(typed, programme, settings.clock(), standing=standing, seated=taken(connection, id_))
            if not problems:
                plan.change(connection, settings, standing, planned, base=site(request, told=True))
                note_web_act(request, connection, "wijkgesprek changed", id_)
    if standing.state == "cancelled":
        return show_one(request, id_, {"": Problem(IS_CANCELLED)}, status=409)
    if not is_seen:
        return show_form(request, typed, {"": Problem(CHANGED_MEANWHILE)}, standing=standing, differs=True, status=409)
    if problems:
        return show_form(request, typed, problems, standing=standing, status=422)
    return lead(f"{ROOM}/{id_}", "bewaard")


def show_form(
    request: Request, typed: Typed, problems: Mapping[str, Problem] | None = None, *, standing: Any = None, differs: bool = False, status: int = 200
) -> Response:  # fmt: skip
    """The form with what was typed; with `differs` also what a colleague kept meanwhile, field by field."""
    programme = house_of(request).programme
    now_there = plan.typed_again(standing) if differs else {}
    return desk(
        request, "wijkgesprekken/plan_form.html", room=ROOM, status=status, problems=problems or {}, standing=standing,
        sequence=plan.seen(standing) if standing else "", typed=notes.as_typed(typed, plan.FIELDS),
        spoken=typed.get("taal", []), wijken=programme.wijk_names, lines=plan.LINE_NAMES,
        now_there={name: value for name, value in now_there.items() if sorted(value) != sorted(_filled(typed, name))},
    )  # fmt: skip


def _filled(typed: Typed, name: str) -> list[str]:
    """What a field holds, as `typed_again` would write it: an unticked box is not sent at all."""
    given = typed.get(name, [])
    return given if name in {"taal", "tolk", "drempelvrij", "opvang"} else [said(typed, name).replace("\r\n", "\n")]


# ------------------------------------------------------------------------------------------- open and cancel
@planning.post("/{id_}/openen")
def open_it(request: Request, id_: str) -> Response:
    now = settings_of(request).clock()
    with writing(request.app.state.engine) as connection:
        row = found(lock(connection, id_))
        if row.state == "draft" and not missing(row, now):
            _set_state(connection, row, {"state": "open", "changed_at": now})
            note_web_act(request, connection, "wijkgesprek opened", id_)
    if row.state == "cancelled" or (row.state == "draft" and missing(row, now)):
        problems = [*missing(row, now).values(), Problem(IS_CANCELLED)]
        return show_one(request, id_, {"": problems[0]}, status=422)
    return lead(f"{ROOM}/{id_}", "open")


@planning.get("/{id_}/afzeggen")
def cancel_page(request: Request, id_: str) -> Response:
    with request.app.state.engine.connect() as connection:
        notice = found(notice_of(connection, settings_of(request), id_, reader_of(request, domains=[STAFF]).lang))
        letters = sum(1 for guest in guests(connection, id_) if guest.mail)
    if notice.row.state == "cancelled" or notice.has_ended(settings_of(request).clock()):
        return show_one(request, id_, {"": Problem(OVER)}, status=409)
    return desk(request, "wijkgesprekken/plan_cancel.html", room=ROOM, notice=notice, row=notice.row, letters=letters)


@planning.post("/{id_}/afzeggen")
def cancel_it(request: Request, id_: str) -> Response:
    """Cancelled once and for all; whoever has a place or waits hears of it. Twice is as once."""
    settings = settings_of(request)
    with writing(request.app.state.engine) as connection:
        row = found(lock(connection, id_))
        is_over = row.ends_at <= settings.clock()
        if row.state != "cancelled" and not is_over:
            _set_state(connection, row, {"state": "cancelled", "sequence": row.sequence + 1, "changed_at": settings.clock()})
            tell_cancelled(connection, settings, lock(connection, id_), base=site(request, told=True))
            note_web_act(request, connection, "wijkgesprek cancelled", id_)
    if is_over and row.state != "cancelled":
        return show_one(request, id_, {"": Problem(OVER)}, status=409)
    return lead(f"{ROOM}/{id_}", "afgezegd")


def _set_state(connection: Connection, row: Any, values: Mapping[str, Any]) -> None:
    connection.execute(update(WIJKGESPREK).where(WIJKGESPREK.c.id == row.id).values(**values))
