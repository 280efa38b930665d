"""Room office: the first page of everyone who works here: what waits, this week, and how many answered by which way."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection, func, select

from app.access import Staff, may
from app.i18n import N_, STAFF, language_name, part_of_date
from app.models.answers import CHANNELS, STREAMS
from app.models.staff import ROLES
from app.models.tables import RESPONSE
from app.office.waits import WEEK, Look, meetings, open_surveys, waiting
from app.settings import HERE
from app.web import desk, house_of, reader_of

TELLS = {"wachtwoord": N_("Uw nieuwe wachtwoord is bewaard.")}
SEE_WEEK = ("office", "interviewer", "admin")
SEE_RESPONSES = ("office", "analyst", "admin")  # how the fieldwork goes: true counts, for who does or reads it

router = APIRouter(prefix="/kantoor", dependencies=[may(*ROLES)])


@router.get("")
def first_page(request: Request, person: Staff) -> HTMLResponse:
    house = house_of(request)
    with request.app.state.engine.connect() as connection:
        surveys, coming = open_surveys(connection), meetings(connection, house.settings)
        look = Look(connection, house.settings, house.programme, house.settings.today(), coming, surveys)
        found = waiting(look, person.role)
        opened = [asked for asked, state in surveys if state == "open"]
        responses = _responses(connection) if person.role in SEE_RESPONSES else {}
    lang = reader_of(request, domains=[STAFF]).lang
    return desk(
        request, "office/desk.html", room="/kantoor", tells=TELLS, today=look.today, waits=found,
        late=sum(1 for wait in found if wait.due and wait.due < look.today), week=_week(look) if person.role in SEE_WEEK else None,
        surveys=opened if person.role in SEE_RESPONSES else (), responses=responses, answered={survey for survey, _, _ in responses}, channels=CHANNELS, streams=STREAMS,
        tile=lambda moment: _tile(moment, lang), soon=_soon(look.today, lang), language_name=lambda code: language_name(code, lang),
    )  # fmt: skip


def _week(look: Look) -> list[Any]:
    """The wijkgesprekken of the coming seven days that people can come to."""
    now = look.settings.clock()
    return [row for row in look.meetings if row.state == "open" and now < row.ends_at and row.starts_at < now + WEEK]


def _responses(connection: Connection) -> Mapping[tuple[str, str, str], int]:
    """Finished responses by survey, stream and channel: never one sum over streams."""
    by = (RESPONSE.c.survey_key, RESPONSE.c.stream, RESPONSE.c.channel)
    rows = connection.execute(select(*by, func.count()).where(RESPONSE.c.state == "finished").group_by(*by))
    return {(survey, stream, channel): n for survey, stream, channel, n in rows}


def _tile(moment: datetime, lang: str) -> tuple[str, int, str]:
    day = moment.astimezone(HERE).date()
    return part_of_date(day, "EEE", lang), day.day, part_of_date(day, "MMM", lang)


def _soon(today: date, lang: str) -> Callable[[date], str]:
    """A day as people say it: its name within a week, else day and month."""

    def say(day: date) -> str:
        said = part_of_date(day, "EEEE" if (day - today).days < WEEK.days else "d MMMM", lang)
        return said[:1].upper() + said[1:]

    return say
