"""Room office: how much is in the database, for a person who watches and for programs."""

from typing import Any

from sqlalchemy import Connection, Engine, func, select

from app.jobs import waiting_jobs
from app.mail import waiting_mail
from app.models.tables import FINDING, REGISTRATION, RESPONSE, RUN, STATEMENT, STOP, THEME, WIJKGESPREK
from app.settings import Settings


def database_counts(settings: Settings, engine: Engine) -> dict[str, Any]:
    """Only finished responses count as responses; registrations are counted, not people."""
    with engine.connect() as connection:
        return {
            "responses": _count(connection, RESPONSE, RESPONSE.c.state == "finished"),
            "by_survey": _by(connection, "survey_key"),
            "by_channel": _by(connection, "channel"),
            "by_language": _by(connection, "lang"),
            "by_stream": _by(connection, "stream"),
            "statements": _count(connection, STATEMENT),
            "unfinished": _count(connection, RESPONSE, RESPONSE.c.state == "begun", RESPONSE.c.left_on.is_(None)),
            "partial": _count(connection, RESPONSE, RESPONSE.c.state == "begun", RESPONSE.c.left_on.is_not(None)),
            "stopped_under_16": int(connection.execute(select(func.coalesce(func.sum(STOP.c.n), 0))).scalar_one()),
            "jobs": waiting_jobs(settings),
            "outbox": waiting_mail(connection),
            "registrations": _states(connection),
            "runs": _count(connection, RUN),
            "themes": _count(connection, THEME),
            "findings": _count(connection, FINDING),
            "wijkgesprekken": _count(connection, WIJKGESPREK),
        }


def _count(connection: Connection, table: Any, *where: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def _states(connection: Connection) -> dict[str, int]:
    """Registrations by their state; the two that people ask for stand there also when there are none."""
    rows = connection.execute(select(REGISTRATION.c.state, func.count()).group_by(REGISTRATION.c.state).order_by(REGISTRATION.c.state))
    return {"confirmed": 0, "waitlisted": 0} | {state: n for state, n in rows}  # noqa: C416  # rows are not pairs to mypy


def _by(connection: Connection, column: str) -> dict[str, int]:
    rows = connection.execute(
        select(RESPONSE.c[column], func.count())
        .where(RESPONSE.c.state == "finished")
        .group_by(RESPONSE.c[column])
        .order_by(RESPONSE.c[column])
    )
    return {name: n for name, n in rows}  # noqa: C416  # rows are not pairs to mypy
