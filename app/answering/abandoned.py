"""Room answering: what happens to a response that somebody left half-way: as its first page said, after the days that it said."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert  # the same words for both engines

from app.jobs import forgetting
from app.models.tables import LEFT, PAGE, RESPONSE, VERSION
from app.settings import Settings
from app.survey import Survey, load_survey

Stop = tuple[str, str, str]  # the last page that was kept, language, channel


@forgetting
def let_go(settings: Settings, connection: Connection) -> dict[str, int]:
    """Erase responses that nobody went on with, or count them apart: each by the rule of the version it was begun in."""
    counts = {"unfinished responses erased": 0, "unfinished responses counted apart": 0}
    for survey in _versions_begun(connection):
        kept_until = settings.today() - timedelta(days=survey.unfinished_days)
        mine = (RESPONSE.c.survey_key == survey.key, RESPONSE.c.fingerprint == survey.fingerprint)
        left = and_(*mine, RESPONSE.c.state == "begun", RESPONSE.c.left_on.is_(None), RESPONSE.c.begun_on < kept_until)
        if survey.unfinished == "partial":
            done = connection.execute(update(RESPONSE).where(left).values(left_on=settings.today()))
            counts["unfinished responses counted apart"] += done.rowcount
        else:
            counts["unfinished responses erased"] += _erase(connection, survey, left)
    return counts


def _versions_begun(connection: Connection) -> list[Survey]:
    begun = select(RESPONSE.c.fingerprint).where(RESPONSE.c.state == "begun", RESPONSE.c.left_on.is_(None))
    rows = connection.execute(select(VERSION.c.source, VERSION.c.survey_key).where(VERSION.c.fingerprint.in_(begun)))
    return [load_survey(source, key) for source, key in rows]


def _erase(connection: Connection, survey: Survey, left: Any) -> int:
    """Rows and pages go; how far people came stays, as a count."""
    kept = connection.execute(select(PAGE.c.response_id, PAGE.c.page).join(RESPONSE, PAGE.c.response_id == RESPONSE.c.id).where(left))
    last = _last_pages(survey, kept)
    gone = connection.execute(delete(RESPONSE).where(left).returning(RESPONSE.c.id, RESPONSE.c.lang, RESPONSE.c.channel)).all()
    stops = Counter((last.get(id_, survey.pages[0].id), lang, channel) for id_, lang, channel in gone)
    _count(connection, survey.key, stops)
    return len(gone)


def _last_pages(survey: Survey, kept: Iterable[Any]) -> dict[str, str]:
    """The furthest page of each response, in the order of the survey."""
    found: dict[str, str] = {}
    for id_, page in kept:
        if id_ not in found or survey.numbers.get(page, 0) > survey.numbers[found[id_]]:
            found[id_] = page
    return found


def _count(connection: Connection, survey_key: str, stops: Counter[Stop]) -> None:
    for (page, lang, channel), n in stops.items():
        made = upsert(LEFT).values(survey_key=survey_key, page=page, lang=lang, channel=channel, n=n)
        place = ["survey_key", "page", "lang", "channel"]
        connection.execute(made.on_conflict_do_update(index_elements=place, set_={"n": LEFT.c.n + made.excluded.n}))
