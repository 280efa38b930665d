"""Room answering: what is kept of a response, page by page, and when it is sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, Select, Text, and_, bindparam, case, cast, delete, insert, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert  # the same words for both engines
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from app.db import straight
from app.models.base import random_id
from app.models.tables import PAGE, PERSONAL_CODE, RESPONSE, STATEMENT, STOP, SURVEY, VERSION
from app.survey import Answers, Survey


def _trip() -> Select[Any]:
    of_response = (RESPONSE.c.id, RESPONSE.c.state, RESPONSE.c.lang, RESPONSE.c.fingerprint)
    mine = and_(RESPONSE.c.key == bindparam("trip_key"), RESPONSE.c.survey_key == SURVEY.c.key)
    return (
        select(
            SURVEY.c.state, SURVEY.c.fingerprint, SURVEY.c.audience, *of_response, PAGE.c.page, PAGE.c.revision, cast(PAGE.c.answers, Text)
        )
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


def _finish_statement() -> ReturningUpdate[Any]:
    mine = and_(RESPONSE.c.id == bindparam("done_id"), RESPONSE.c.state == "begun")
    done = {"state": "finished", "finished_on": bindparam("done_on"), "area": bindparam("done_area"), "left_on": null()}
    return update(RESPONSE).where(mine).values(done).returning(RESPONSE.c.lang, RESPONSE.c.channel, RESPONSE.c.stream)


# Built once: building a statement costs more than running it.
TRIP, BEGIN, GO_ON, KEEP = straight(_trip()), straight(_begin_statement()), straight(_go_on_statement()), straight(_keep_statement())
FINISH, SAID = straight(_finish_statement()), straight(insert(STATEMENT))


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
    code: str = ""  # the hash of a code from a letter: whoever uses it first is of the sample


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


read_json = json.JSONDecoder().raw_decode  # of what we wrote ourselves: nothing stands around it


def read_trip(connection: Connection | Engine, survey_key: str, key: str | None) -> Trip | None:
    """Everything about this response in one statement; None when there is no such survey."""
    rows = TRIP(connection, {"trip_survey": survey_key, "trip_key": key or ""})
    if not rows:
        return None
    state, newest, audience, response_id, response_state, lang, fingerprint = rows[0][:7]
    pages = {row[7]: KeptPage(row[8], read_json(row[9])[0]) for row in rows if row[7]}
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
        found = GO_ON(connection, {"on_key": save.key, "on_survey": save.survey_key, "on_lang": save.lang})
        return found[0] if found else ("", "")
    made = random_id("r")
    found = BEGIN(
        connection,
        {
            "id": made, "key": save.key, "survey_key": save.survey_key, "fingerprint": save.fingerprint, "state": "begun",
            "lang": save.lang, "channel": save.way.channel, "stream": save.way.stream, "assisted": save.way.assisted,
            "receipt_hash": save.receipt_hash, "begun_on": save.day.isoformat(),
        },
    )  # fmt: skip
    if save.way.code and found and found[0][0] == made:
        _use_code(connection, made, save)
    return found[0] if found else ("", "")


def _use_code(connection: Connection, made: str, save: Save) -> None:
    """In the transaction that makes the response: of two people with one code one is of the sample. No link to the code is kept."""
    mine = (PERSONAL_CODE.c.code_hash == save.way.code, PERSONAL_CODE.c.survey_key == save.survey_key, PERSONAL_CODE.c.state == "unused")
    if connection.execute(update(PERSONAL_CODE).where(*mine).values(state="used")).rowcount:
        connection.execute(update(RESPONSE).where(RESPONSE.c.id == made).values(stream="sample"))


def _upsert(connection: Connection, response_id: str, save: Save) -> bool:
    values = {"response_id": response_id, "page": save.page, "revision": 1, "answers": json.dumps(save.answers), "seen": save.seen}
    return bool(KEEP(connection, values))


def finish(connection: Connection, survey: Survey, trip: Trip, *, area: str | None, day: date) -> bool:
    """Send the response: erase what no longer counts, make statements of the open answers, mark it finished. False: it was finished already."""
    done = FINISH(connection, {"done_id": trip.response_id, "done_on": day.isoformat(), "done_area": area})
    if not done:
        return False
    pages, relevant = survey.relevant(trip.answers)
    _erase_irrelevant(connection, trip, {page.id for page in pages}, relevant)
    statements = [
        {
            "id": random_id("s"), "source": "professional" if survey.audience == "professional" else "survey", "survey_key": survey.key,
            "response_id": trip.response_id, "question": question.id, "text": text, "lang": done[0][0],
            "pillar_asked": pillar or None, "area": area, "channel": done[0][1], "stream": done[0][2], "said_on": day.isoformat(), "erased_on": None,
        }
        for question in survey.questions.values()
        for pillar, text in question.said_under(relevant.get(question.id))
    ]  # fmt: skip
    for statement in statements:
        SAID(connection, statement)
    return True


def _erase_irrelevant(connection: Connection, trip: Trip, pages: set[str], relevant: Answers) -> None:
    for name, page in trip.pages.items():
        left = {question: relevant[question] for question in page.answers if question in relevant}
        if name in pages and left == page.answers:
            continue
        where = and_(PAGE.c.response_id == trip.response_id, PAGE.c.page == name)
        connection.execute(update(PAGE).where(where).values(answers=left) if name in pages else delete(PAGE).where(where))


def stop_under_age(connection: Connection, survey_key: str, key: str, *, count: bool = True) -> None:
    """Erase everything of this response and count one more person who stopped: the only thing that stays."""
    connection.execute(delete(RESPONSE).where(RESPONSE.c.key == key, RESPONSE.c.survey_key == survey_key, RESPONSE.c.state == "begun"))
    if not count:
        return
    made = upsert(STOP).values(survey_key=survey_key, n=1)
    connection.execute(made.on_conflict_do_update(index_elements=["survey_key"], set_={"n": STOP.c.n + 1}))
