"""Room answering: what is kept of a response, page by page, and when it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, case, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert  # the same words for both engines
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from app.models.base import random_id
from app.models.tables import PAGE, RESPONSE, STATEMENT, STOP, SURVEY, VERSION
from app.survey import Answers, Survey


def _trip() -> Select[Any]:
    of_response = (RESPONSE.c.id, RESPONSE.c.state, RESPONSE.c.lang, RESPONSE.c.fingerprint)
    mine = and_(RESPONSE.c.key == bindparam("trip_key"), RESPONSE.c.survey_key == SURVEY.c.key)
    return (
        select(SURVEY.c.state, SURVEY.c.fingerprint, SURVEY.c.audience, *of_response, PAGE.c.page, PAGE.c.revision, PAGE.c.answers)
        .select_from(SURVEY.outerjoin(RESPONSE, mine).outerjoin(PAGE, PAGE.c.response_id == RESPONSE.c.id))
        .where(SURVEY.c.key == bindparam("trip_survey"))
    )


def _begin_statement() -> ReturningInsert[Any]:
    names = ("id", "key", "survey_key", "fingerprint", "state", "lang", "channel", "stream", "assisted", "receipt_hash", "begun_on")
    made = upsert(RESPONSE).values({name: bindparam(name) for name in names})
    lang = case((RESPONSE.c.state == "begun", made.excluded.lang), else_=RESPONSE.c.lang)  # what was sent never changes
    return made.on_conflict_do_update(
        index_elements=["key"], set_={"lang": lang}, where=RESPONSE.c.survey_key == made.excluded.survey_key
    ).returning(RESPONSE.c.id, RESPONSE.c.state)


def _go_on_statement() -> ReturningUpdate[Any]:
    lang = case((RESPONSE.c.state == "begun", bindparam("on_lang")), else_=RESPONSE.c.lang)
    mine = and_(RESPONSE.c.key == bindparam("on_key"), RESPONSE.c.survey_key == bindparam("on_survey"))
    return update(RESPONSE).where(mine).values(lang=lang).returning(RESPONSE.c.id, RESPONSE.c.state)


def _keep_statement() -> ReturningInsert[Any]:
    made = upsert(PAGE).values({name: bindparam(name) for name in ("response_id", "page", "revision", "answers")})
    return made.on_conflict_do_update(
        index_elements=["response_id", "page"],
        set_={"answers": made.excluded.answers, "revision": PAGE.c.revision + 1},
        where=PAGE.c.revision == bindparam("seen"),
    ).returning(PAGE.c.revision)


# Built once: building a statement costs more than running it.
TRIP, BEGIN, GO_ON, KEEP = _trip(), _begin_statement(), _go_on_statement(), _keep_statement()


@dataclass(frozen=True)
class KeptPage:
    revision: int
    answers: Answers


@dataclass(frozen=True)
class Trip:
    """What the database knows of one response, and of the survey it belongs to."""

    survey_key: str
    survey_state: str
    newest: str
    audience: str
    response_id: str = ""
    state: str = ""
    lang: str = ""
    fingerprint: str = ""
    pages: Mapping[str, KeptPage] = field(default_factory=dict)

    @cached_property
    def answers(self) -> Answers:
        return {name: value for page in self.pages.values() for name, value in page.answers.items()}

    @property
    def seen(self) -> int:
        """How many saves the whole response has had: what a review page was shown with."""
        return sum(page.revision for page in self.pages.values())

    def seen_of(self, page: str) -> int:
        return self.pages[page].revision if page in self.pages else 0


@dataclass(frozen=True)
class Way:
    """How a response comes in."""

    channel: str = "web"
    stream: str = "open_link"
    assisted: bool = False


@dataclass(frozen=True)
class Save:
    """One page of one response, ready to be kept."""

    key: str
    survey_key: str
    fingerprint: str
    lang: str
    receipt_hash: str
    day: date
    page: str
    seen: int
    answers: Answers
    way: Way = Way()
    begins: bool = True  # False: only a response that is there already may go on (its gate was passed)


@dataclass(frozen=True)
class Kept:
    """`stale` holds what stands there instead, when this page was shown before it last changed."""

    finished: bool = False
    stale: KeptPage | None = None
    refused: bool = False


def read_trip(connection: Any, survey_key: str, key: str | None) -> Trip | None:
    """Everything about this response in one statement; None when there is no such survey."""
    rows = connection.execute(TRIP, {"trip_survey": survey_key, "trip_key": key or ""}).all()
    if not rows:
        return None
    state, newest, audience, response_id, response_state, lang, fingerprint = rows[0][:7]
    pages = {row[7]: KeptPage(row[8], row[9]) for row in rows if row[7]}
    return Trip(survey_key, state, newest, audience, response_id or "", response_state or "", lang or "", fingerprint or newest, pages)


def read_source(connection: Any, survey_key: str, fingerprint: str) -> tuple[str, dict[str, dict[str, str]]] | None:
    """The text of one version with the translations it was imported with; a fingerprint may be shortened to its first 12 characters."""
    found = connection.execute(
        select(VERSION.c.source, VERSION.c.translations).where(
            VERSION.c.survey_key == survey_key, VERSION.c.fingerprint.startswith(fingerprint, autoescape=True)
        )
    ).first()
    return (found[0], found[1]) if found else None


def find_key(connection: Any, survey_key: str, receipt_hash: str) -> str | None:
    """The key of the response with this receipt, for going on with it on another device."""
    found = connection.execute(
        select(RESPONSE.c.key).where(RESPONSE.c.receipt_hash == receipt_hash, RESPONSE.c.survey_key == survey_key)
    ).first()
    return str(found[0]) if found else None


def save_page(connection: Connection, save: Save) -> Kept:
    """Keep one page: two statements. The same page sent twice gives the same result; an old tab never overwrites."""
    response_id, state = _begin(connection, save)
    if not response_id:
        return Kept(refused=True)
    if state == "begun" and _upsert(connection, response_id, save):
        return Kept()
    now = connection.execute(
        select(PAGE.c.revision, PAGE.c.answers).where(PAGE.c.response_id == response_id, PAGE.c.page == save.page)
    ).first()
    there = KeptPage(now[0], now[1]) if now else KeptPage(0, {})
    return Kept(finished=state == "finished", stale=None if there.answers == save.answers else there)


def _begin(connection: Connection, save: Save) -> tuple[str, str]:
    """Make the response, or note the language it goes on in. A key of another survey is refused."""
    if not save.begins:
        row = connection.execute(GO_ON, {"on_key": save.key, "on_survey": save.survey_key, "on_lang": save.lang}).first()
        return (row[0], row[1]) if row else ("", "")
    row = connection.execute(
        BEGIN,
        {
            "id": random_id("r"), "key": save.key, "survey_key": save.survey_key, "fingerprint": save.fingerprint, "state": "begun",
            "lang": save.lang, "channel": save.way.channel, "stream": save.way.stream, "assisted": save.way.assisted,
            "receipt_hash": save.receipt_hash, "begun_on": save.day,
        },
    ).first()  # fmt: skip
    return (row[0], row[1]) if row else ("", "")


def _upsert(connection: Connection, response_id: str, save: Save) -> bool:
    values = {"response_id": response_id, "page": save.page, "revision": 1, "answers": save.answers, "seen": save.seen}
    kept = connection.execute(KEEP, values).first()
    return kept is not None


def finish(connection: Connection, survey: Survey, trip: Trip, *, area: str | None, day: date) -> bool:
    """Send the response: erase what no longer counts, make statements of the open answers, mark it finished. False: it was finished already."""
    done = connection.execute(
        update(RESPONSE)
        .where(RESPONSE.c.id == trip.response_id, RESPONSE.c.state == "begun")
        .values(state="finished", finished_on=day, area=area)
        .returning(RESPONSE.c.lang, RESPONSE.c.channel, RESPONSE.c.stream)
    ).first()
    if not done:
        return False
    pages, relevant = survey.relevant(trip.answers)
    _erase_irrelevant(connection, trip, {page.id for page in pages}, relevant)
    statements = [
        {
            "id": random_id("s"), "source": "professional" if survey.audience == "professional" else "survey", "survey_key": survey.key,
            "response_id": trip.response_id, "question": question.id, "text": relevant[question.id], "lang": done[0],
            "pillar_asked": question.pillar or None, "area": area, "channel": done[1], "stream": done[2], "said_on": day,
        }
        for question in survey.questions.values()
        if question.kind == "open" and relevant.get(question.id)
    ]  # fmt: skip
    if statements:
        connection.execute(insert(STATEMENT), statements)
    return True


def _erase_irrelevant(connection: Connection, trip: Trip, pages: set[str], relevant: Answers) -> None:
    for name, page in trip.pages.items():
        where = and_(PAGE.c.response_id == trip.response_id, PAGE.c.page == name)
        left = {question: relevant[question] for question in page.answers if question in relevant}
        if name not in pages:
            connection.execute(delete(PAGE).where(where))
        elif left != page.answers:
            connection.execute(update(PAGE).where(where).values(answers=left))


def stop_under_age(connection: Connection, survey_key: str, key: str, *, count: bool = True) -> None:
    """Erase everything of this response and count one more person who stopped: the only thing that stays."""
    connection.execute(delete(RESPONSE).where(RESPONSE.c.key == key, RESPONSE.c.survey_key == survey_key, RESPONSE.c.state == "begun"))
    if not count:
        return
    made = upsert(STOP).values(survey_key=survey_key, n=1)
    connection.execute(made.on_conflict_do_update(index_elements=["survey_key"], set_={"n": STOP.c.n + 1}))
