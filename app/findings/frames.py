"""Room findings: rows of the database as tables that analysis and exports read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, and_, select

from app.models.tables import PAGE, RESPONSE, STATEMENT, SURVEY, VERSION
from app.survey import Survey as Asked
from app.survey import load_survey

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class Slice:
    """Which part of what was said: one survey, one year, from day to day, one source."""

    survey: str = ""
    wave: str = ""
    since: date | None = None
    until: date | None = None
    source: str = ""

    def days(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """A wave is a calendar year: a programme asks its residents once in a year at most."""
        since, until = self.since or date.min, self.until or date.max
        if self.wave:
            since, until = max(since, date(int(self.wave), 1, 1)), min(until, date(int(self.wave), 12, 31))
        return and_(column >= since, column <= until)

    def of_statements(self) -> ColumnElement[bool]:
        wanted = [self.days(STATEMENT.c.said_on)]
        if self.survey:
            wanted.append(STATEMENT.c.survey_key == self.survey)
        if self.source:
            wanted.append(STATEMENT.c.source == self.source)
        return and_(*wanted)


def statements_of(connection: Connection, part: Slice) -> list[dict[str, Any]]:
    """Every statement in this slice, in the order of its id, which says nothing about time."""
    rows = connection.execute(select(STATEMENT).where(part.of_statements()).order_by(STATEMENT.c.id))
    return [dict(row._mapping) for row in rows]  # noqa: SLF001  # SQLAlchemy's public name for it begins with _


def statements_frame(statements: list[dict[str, Any]]) -> "DataFrame":
    """The same as analysis wants it: index id; text, lang, pillar_asked, source, area, weight, and the person, as far as there is one."""
    import pandas as pd  # noqa: PLC0415  # costs more start-up than all the rest

    columns = ["id", "text", "lang", "pillar_asked", "source", "area"]
    frame = pd.DataFrame([{name: row[name] for name in columns} for row in statements], columns=columns).set_index("id")
    frame["text"] = ["" if row["erased_on"] else row["text"] for row in statements]
    frame["pillar_asked"] = frame["pillar_asked"].fillna("")
    frame["person"] = [row["response_id"] or "" for row in statements]
    frame["weight"] = 1.0
    frame["wave"] = [str(row["said_on"].year) for row in statements]
    return frame


@dataclass(frozen=True)
class Answered:
    """One finished response with all its answers."""

    id: str
    fingerprint: str
    lang: str
    channel: str
    stream: str
    assisted: bool
    area: str
    finished_on: date
    answers: Mapping[str, Any]


def responses_of(connection: Connection, part: Slice) -> Iterator[Answered]:
    """Every finished response of one survey, in the order of its id."""
    rows = connection.execute(
        select(RESPONSE, PAGE.c.answers)
        .outerjoin(PAGE, PAGE.c.response_id == RESPONSE.c.id)
        .where(RESPONSE.c.survey_key == part.survey, RESPONSE.c.state == "finished", part.days(RESPONSE.c.finished_on))
        .order_by(RESPONSE.c.id)
    )
    current: Any = None
    answers: dict[str, Any] = {}
    for row in rows:
        if current is not None and row.id != current.id:
            yield _answered(current, answers)
            answers = {}
        current = row
        answers |= row.answers or {}
    if current is not None:
        yield _answered(current, answers)


def _answered(row: Any, answers: dict[str, Any]) -> Answered:
    return Answered(
        row.id, row.fingerprint, row.lang, row.channel, row.stream, row.assisted, row.area or "onbekend", row.finished_on, answers
    )


def titles_of(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """What the surveys with these keys are called."""
    asked = select(SURVEY.c.key, VERSION.c.source).join(VERSION, SURVEY.c.fingerprint == VERSION.c.fingerprint)
    return {row.key: load_survey(row.source, row.key).title for row in connection.execute(asked.where(SURVEY.c.key.in_(list(keys))))}


def survey_of(connection: Connection, key: str) -> Asked:
    """The newest version of a survey. Raises LookupError when there is none with this key."""
    row = connection.execute(
        select(VERSION.c.source).join(SURVEY, SURVEY.c.fingerprint == VERSION.c.fingerprint).where(SURVEY.c.key == key)
    ).first()
    if row is None:
        raise LookupError(f"there is no survey “{key}”")
    return load_survey(row[0], key)
