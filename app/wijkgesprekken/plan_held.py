"""Room wijkgesprekken: around the evening itself: links for the tables, how many came, and that residents got their answer."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import update

from app.access import may, note_web_act, settings_of
from app.answer_check import Problem
from app.db import writing
from app.forms import Form, said, whole
from app.i18n import N_
from app.models.tables import WIJKGESPREK
from app.settings import HERE
from app.web import lead, site
from app.wijkgesprekken.moments import local_moment
from app.wijkgesprekken.notes import as_typed
from app.wijkgesprekken.plan_routes import ROOM, found, show_one
from app.wijkgesprekken.seats import lock
from app.wijkgesprekken.tables import MOST_TABLES, links_end, make_link, table_number, withdraw

MOST_PEOPLE = 10_000
WHICH_TABLE = N_("Vul het nummer van de tafel in: 1 tot en met %(most)s.")
NO_LINK = N_("Een link maken kan niet meer: dit wijkgesprek is voorbij of afgezegd. Schrijf de inbreng hier op.")
NOT_BEGUN = N_("Dit wijkgesprek is nog niet begonnen.")
HOW_MANY = N_("Vul een getal in van 0 tot en met %(most)s.")
WHICH_DAY = N_("Vul de dag in waarop bewoners antwoord kregen: na het wijkgesprek en niet later dan vandaag.")

router = APIRouter(prefix=ROOM, dependencies=[may("office", "admin")])


@router.post("/{id_}/tafels")
def make_table_link(request: Request, id_: str, typed: Form) -> Response:
    """The link is told once, on this page: only a hash of it is kept."""
    table_no, settings = table_number(said(typed, "tafel")), settings_of(request)
    token = ""
    with writing(request.app.state.engine) as connection:
        row = found(lock(connection, id_))
        is_open = row.state != "cancelled" and links_end(row.ends_at) > settings.clock()
        if table_no and is_open:
            token = make_link(connection, row, table_no)
            note_web_act(request, connection, "table link made", f"{id_}/{table_no}")
    if token:
        return show_one(request, id_, link=f"{site(request)}tafel/{token}", linked_table=table_no)
    if not is_open:
        return show_one(request, id_, {"": Problem(NO_LINK)}, status=422)
    return _refused(request, id_, "tafel", Problem(WHICH_TABLE, {"most": MOST_TABLES}), typed)


@router.post("/{id_}/tafels/intrekken")
def withdraw_table_link(request: Request, id_: str, typed: Form) -> Response:
    table_no = table_number(said(typed, "tafel"))
    with writing(request.app.state.engine) as connection:
        found(lock(connection, id_))
        if table_no and withdraw(connection, id_, table_no):
            note_web_act(request, connection, "table link withdrawn", f"{id_}/{table_no}")
    return lead(f"{ROOM}/{id_}", "ingetrokken")


@router.post("/{id_}/opkomst")
def keep_attendance(request: Request, id_: str, typed: Form) -> Response:
    """How many people came, counted at the door; nobody's name."""
    counted = said(typed, "opkomst")
    n = whole(counted, 5)
    wrong = Problem(HOW_MANY, {"most": MOST_PEOPLE}) if n is None or n > MOST_PEOPLE else None
    return _keep_after_the_start(request, id_, typed, "opkomst", {"attendance": n}, wrong)


@router.post("/{id_}/teruggekoppeld")
def keep_feedback_given(request: Request, id_: str, typed: Form) -> Response:
    moment, today = local_moment(said(typed, "dag"), "12:00"), settings_of(request).today()
    day = None if isinstance(moment, Problem) else moment.astimezone(HERE).date()
    wrong = None if day and day <= today else Problem(WHICH_DAY)
    return _keep_after_the_start(request, id_, typed, "dag", {"feedback_given_on": day}, wrong)


def _keep_after_the_start(
    request: Request, id_: str, typed: Form, name: str, values: Mapping[str, Any], wrong: Problem | None
) -> Response:  # fmt: skip
    with writing(request.app.state.engine) as connection:
        row = found(lock(connection, id_))
        if row.state == "cancelled" or row.starts_at > settings_of(request).clock():
            name, wrong = "", Problem(NOT_BEGUN)
        day = values.get("feedback_given_on")
        if isinstance(day, date) and day < row.starts_at.astimezone(HERE).date():
            wrong = wrong or Problem(WHICH_DAY)
        if not wrong:
            connection.execute(update(WIJKGESPREK).where(WIJKGESPREK.c.id == id_).values(**values))
            note_web_act(request, connection, f"{next(iter(values)).replace('_', ' ')} kept", id_)
    return _refused(request, id_, name, wrong, typed) if wrong else lead(f"{ROOM}/{id_}", "bewaard")


def _refused(request: Request, id_: str, name: str, wrong: Problem, typed: Form) -> Response:
    return show_one(request, id_, {name: wrong}, status=422, typed=as_typed(typed, (name,) if name else ()))
