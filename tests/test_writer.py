"""What "Bedankt" is worth: nothing is thanked that is not kept, and who waits is never left waiting."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute
from houses import OpenHouse, name_in
from people import Resident
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import IntegrityError
from starlette.testclient import TestClient

from app.access import may
from app.answering.store import KEEP
from app.answering.writer import LONGEST_QUEUE, PATIENCE_SECONDS, Busy, Waiting, Writer
from app.db import Db, engine_at
from app.models import AgeStop
from app.routing import LightRoute

DORDT = "/v/dordt-west-2026"
PROMISE = (
    "CREATE TABLE promise (id TEXT PRIMARY KEY)",
    "CREATE TABLE broken (id TEXT REFERENCES promise (id) DEFERRABLE INITIALLY DEFERRED)",
)
BREAK = {
    "sqlite": ("CREATE TRIGGER break_promise AFTER INSERT ON {table} BEGIN INSERT INTO broken VALUES ('never'); END",),
    "postgresql": (
        "CREATE FUNCTION break_promise() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO broken VALUES (''never''); RETURN NEW; END'",
        "CREATE TRIGGER break_promise AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION break_promise()",
    ),
}


@contextmanager
def commits_that_fail(house: OpenHouse, table: str) -> Iterator[None]:
    """Every statement succeeds; only COMMIT itself is refused, as by a disk that is full at the last moment."""
    engine = house.engine.dialect.name
    with house.engine.begin() as connection:
        for statement in (*PROMISE, *BREAK[engine]):
            connection.exec_driver_sql(statement.format(table=table))
    yield
    with house.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER break_promise" + (f" ON {table}" if engine == "postgresql" else ""))


def at_page_2(house: OpenHouse, lang: str = "nl") -> Resident:
    return house.resident(lang).opens(DORDT).fills(zestien="ja").presses("verder")


# ---------------------------------------------------------------- a commit that fails


def test_a_page_whose_commit_fails_comes_back_filled_and_the_retry_is_the_same_response(house: OpenHouse) -> None:
    resident = at_page_2(house, "ar").fills(wijk="wielwijk", cijfer_buurt="8")
    before = house.everything()
    with commits_that_fail(house, "answered_page"):
        resident.presses("verder", status=503)
        assert resident.answer.headers["retry-after"] == "30"
        assert resident.page.lang == "ar"
        assert resident.page.one("main").get("id") == "busy"
        assert len(resident.page.messages) == 1
        assert (resident.sees("wijk"), resident.sees("cijfer_buurt")) == (["wielwijk"], ["8"])
        assert house.everything() == before
    assert resident.presses("verder").number == "3"
    assert house.answers() == {"zestien": "ja", "wijk": "wielwijk", "cijfer_buurt": "8"}
    assert len(house.rows("response")) == 1


def test_a_first_page_whose_commit_fails_leaves_no_half_response(house: OpenHouse) -> None:
    resident = house.resident().opens(DORDT).fills(zestien="ja")
    with commits_that_fail(house, "answered_page"):
        resident.presses("verder", status=503)
        assert house.rows("response") == []
    resident.presses("verder")
    assert [row["state"] for row in house.rows("response")] == ["begun"]


def test_sending_whose_commit_fails_is_not_thanked(house: OpenHouse) -> None:
    resident = at_page_2(house).presses("verder").fills(wonen_open="Meer groen").presses("verder").opens(f"{DORDT}/controle")
    before = house.everything()
    with commits_that_fail(house, "statement"):
        resident.presses("verder", status=503)
        assert resident.answer.headers["retry-after"] == "30"
        assert "Meer groen" in resident.page.text
        assert house.everything() == before
        assert resident.opens(f"{DORDT}/bedankt").page.all(id="done") == []
    resident.opens(f"{DORDT}/controle").presses("verder")
    assert resident.page.one("main").get("id") == "done"
    assert [row["state"] for row in house.rows("response")] == ["finished"]


def test_a_stop_whose_commit_fails_says_that_it_is_busy(house: OpenHouse) -> None:
    resident = house.resident().opens(DORDT).fills(zestien="nee")
    with commits_that_fail(house, "age_stop"):
        resident.presses("verder", status=503)
        assert resident.answer.headers["retry-after"] == "30"


def test_a_route_with_its_own_session_commits_before_it_answers(house: OpenHouse) -> None:
    """Db ends before the answer leaves; with FastAPI's own order the person would have read "Bedankt" by then."""
    app = FastAPI()
    app.state.engine = house.engine

    @app.post("/")
    def thank(db: Db) -> str:
        db.add(AgeStop(survey_key="dordt-west-2026", n=1))
        return "Bedankt"

    stranger = TestClient(app, raise_server_exceptions=False)
    with commits_that_fail(house, "age_stop"):
        assert stranger.post("/").status_code == 500
        assert house.rows("age_stop") == []
    assert stranger.post("/").json() == "Bedankt"
    assert house.rows("age_stop") == [{"survey_key": "dordt-west-2026", "n": 1}]


def test_a_full_disk_is_a_busy_page(house: OpenHouse, engine_name: str) -> None:
    """SQLite is told that the disk holds no page more; PostgreSQL that the database takes no writes."""
    resident = at_page_2(house).presses("verder").fills(wonen_open="é" * 1000)
    engine_at(house.settings.url).dispose()
    limit = "PRAGMA max_page_count = 1" if engine_name == "sqlite" else "SET default_transaction_read_only = on"

    def full(connection: object, _record: object, _proxy: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]  # the driver's own connection
        cursor.execute(limit)
        cursor.close()
        if engine_name == "postgresql":
            connection.commit()  # type: ignore[attr-defined]  # as above

    event.listen(house.engine, "checkout", full)
    try:
        assert any(page_3_of_somebody(house) == 503 for _ in range(300)), "the disk never got full"
        resident.presses("verder", status=503)
        assert resident.sees("wonen_open") == ["é" * 1000]
    finally:
        event.remove(house.engine, "checkout", full)
        engine_at(house.settings.url).dispose()
    assert resident.presses("verder").number == "4"


def page_3_of_somebody(house: OpenHouse) -> int:
    key = str(uuid.uuid4())
    somebody = house.resident()
    begun = somebody.asks("POST", f"{DORDT}/1", data={"key": key, "seen": "0", "zestien": "ja"}).status_code
    return int(
        begun if begun != 303 else somebody.asks("POST", f"{DORDT}/3", data={"key": key, "seen": "0", "wonen_open": "x" * 1000}).status_code
    )


# ---------------------------------------------------------------- a database that is away


@contextmanager
def database_away(house: OpenHouse) -> Iterator[None]:
    if house.engine.dialect.name == "sqlite":
        house.engine.dispose()
        files = [Path(house.settings.url.removeprefix("sqlite:///") + end) for end in ("", "-wal", "-shm")]
        there = [file for file in files if file.exists()]
        for file in there:
            file.rename(f"{file}.away")
        files[0].mkdir()
        yield
        house.engine.dispose()
        files[0].rmdir()
        for file in there:
            Path(f"{file}.away").rename(file)
        return
    outside = engine_at(house.settings.url.replace(f"/{name_in(house.settings.url)}?", "/postgres?"))
    with outside.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name_in(house.settings.url)}" ALLOW_CONNECTIONS false'))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name_in(house.settings.url)}
        )
        yield
        connection.execute(text(f'ALTER DATABASE "{name_in(house.settings.url)}" ALLOW_CONNECTIONS true'))
    outside.dispose()


def test_while_the_database_is_away_the_form_comes_back_filled_within_five_seconds(house: OpenHouse) -> None:
    resident = at_page_2(house, "tr").fills(wijk="crabbehof")
    visitor = house.resident()
    with database_away(house):
        began = time.monotonic()
        resident.presses("verder", status=503)
        assert time.monotonic() - began < PATIENCE_SECONDS
        assert resident.answer.headers["retry-after"] == "30"
        assert (resident.page.lang, resident.sees("wijk")) == ("tr", ["crabbehof"])
        for address in ("/", DORDT, f"{DORDT}/2", f"{DORDT}/controle"):
            assert visitor.asks("GET", address).status_code == 503
            assert visitor.answer.headers["retry-after"] == "30"
        assert visitor.asks("GET", "/readyz").status_code == 503
        assert visitor.asks("GET", "/healthz").status_code == 200
        assert visitor.asks("GET", "/privacy").status_code == 200
    assert resident.presses("verder").number == "3"
    assert house.answers() == {"zestien": "ja", "wijk": "crabbehof"}


def test_a_database_that_went_and_came_back_is_found_again(house: OpenHouse) -> None:
    resident = at_page_2(house)
    with database_away(house):
        pass
    statuses = [resident.asks("GET", f"{DORDT}/2").status_code for _ in range(3)]
    assert statuses[1:] == [200, 200]
    assert resident.opens(f"{DORDT}/2").fills(wijk="wielwijk").presses("verder").number == "3"


# ---------------------------------------------------------------- many at once


def test_fifty_posts_of_one_page_are_one_response(house: OpenHouse) -> None:
    form = {"key": str(uuid.uuid4()), "seen": "0", "zestien": "ja"}

    def posts(_: int) -> int:
        return int(house.resident().browser.post(f"{DORDT}/1", data=form).status_code)

    with ThreadPoolExecutor(50) as crowd:
        statuses = list(crowd.map(posts, range(50)))
    assert statuses == [303] * 50
    assert [(row["page"], row["revision"], row["answers"]) for row in house.rows("answered_page")] == [("start", 1, {"zestien": "ja"})]
    assert len(house.rows("response")) == 1


def test_forty_residents_at_once_are_all_kept(house: OpenHouse) -> None:
    def posts(_: int) -> int:
        form = {"key": str(uuid.uuid4()), "seen": "0", "zestien": "ja"}
        return int(house.resident().browser.post(f"{DORDT}/1", data=form).status_code)

    with ThreadPoolExecutor(40) as crowd:
        assert list(crowd.map(posts, range(40))) == [303] * 40
    assert len(house.rows("response")) == len(house.rows("answered_page")) == 40


def test_sending_at_once_from_two_windows_sends_once(house: OpenHouse) -> None:
    resident = at_page_2(house).presses("verder").fills(wonen_open="Meer groen").presses("verder").opens(f"{DORDT}/controle")
    form = dict(resident.typed)
    with ThreadPoolExecutor(20) as crowd:
        statuses = set(crowd.map(lambda _: house.resident().browser.post(f"{DORDT}/controle", data=form).status_code, range(20)))
    assert statuses == {303}
    assert [row["text"] for row in house.rows("statement")] == ["Meer groen"]


# ---------------------------------------------------------------- the queue itself


def counts(connection: Connection, survey: str = "dordt-west-2026") -> str:
    """A small piece of work: one more stop."""
    connection.execute(text("INSERT INTO age_stop (survey_key, n) VALUES (:key, 0) ON CONFLICT DO NOTHING"), {"key": survey})
    connection.execute(text("UPDATE age_stop SET n = n + 1 WHERE survey_key = :key"), {"key": survey})
    return survey


def wrong(connection: Connection) -> None:
    connection.execute(text("INSERT INTO age_stop (survey_key, n) VALUES ('no such survey', 1)"))


@contextmanager
def held_up(writer: Writer) -> Iterator[None]:
    """The writer is busy with one piece of work meanwhile; what comes in waits together."""
    begins, ends = threading.Event(), threading.Event()

    def work(_: Connection) -> None:
        begins.set()
        ends.wait(10)

    with ThreadPoolExecutor(1) as first:
        holding = first.submit(writer.keep, work)
        begins.wait(10)
        yield
        ends.set()
        holding.result()


def together(house: OpenHouse, pieces: list[Callable[[Connection], object]]) -> list[object]:
    """Give all pieces to the writer while it is busy, so that they make one group; each its result or what it raised."""
    writer: Writer = house.app.state.writer

    def keep(work: Callable[[Connection], object]) -> object:
        try:
            return writer.keep(work)
        except Busy as reason:
            return reason

    with ThreadPoolExecutor(len(pieces)) as crowd:
        with held_up(writer):
            waiting = [crowd.submit(keep, work) for work in pieces]
            while writer.waiting.qsize() < len(pieces):
                time.sleep(0.005)
        return [one.result() for one in waiting]


def test_what_waits_together_is_committed_together(house: OpenHouse) -> None:
    commits: list[int] = []
    event.listen(house.engine, "commit", lambda _: commits.append(1))
    results = together(house, [counts] * 40)
    assert len(commits) == 2  # one for the piece that held the others up, one for all of them
    assert results == ["dordt-west-2026"] * 40
    assert house.rows("age_stop") == [{"survey_key": "dordt-west-2026", "n": 40}]


def test_one_wrong_piece_never_takes_the_others_along(house: OpenHouse) -> None:
    results = together(house, [counts, counts, wrong, counts])
    assert [isinstance(result, Busy) for result in results] == [False, False, True, False]
    assert house.rows("age_stop") == [{"survey_key": "dordt-west-2026", "n": 3}]


def test_while_one_page_waits_for_the_disk_others_are_shown_theirs(house: OpenHouse) -> None:
    waiting, looking = at_page_2(house).fills(wijk="wielwijk"), house.resident()
    with ThreadPoolExecutor(1) as crowd:
        with held_up(house.app.state.writer):
            pressed = crowd.submit(waiting.presses, "verder")
            while house.app.state.writer.waiting.qsize() == 0:
                time.sleep(0.005)
            assert looking.opens(DORDT).page.by_id("survey") is not None
            assert not pressed.done()
        assert pressed.result().number == "3"


def test_what_nobody_waits_for_any_more_is_left_out(house: OpenHouse) -> None:
    writer: Writer = house.app.state.writer
    with held_up(writer):
        left, stays = writer.hand_in(counts), writer.hand_in(counts)
        with pytest.raises(Busy):
            left.wait(0.01)
    assert stays.wait() == "dordt-west-2026"
    assert house.rows("age_stop") == [{"survey_key": "dordt-west-2026", "n": 1}]


def test_a_route_that_waits_in_the_event_loop_waits_for_the_writer_and_nothing_else(house: OpenHouse) -> None:
    """Whatever else is looked up there holds up everybody when the database is elsewhere, so with such a one it runs in a thread."""
    waiting = [route for route in house.app.routes if isinstance(route, APIRoute) and iscoroutinefunction(route.endpoint)]
    assert {route.path for route in waiting} >= {"/v/{survey_id}/{number}", "/v/{survey_id}/controle"}
    assert [route.path for route in waiting if not isinstance(route, LightRoute) or route.app != route.answer] == []


def test_a_route_that_takes_more_than_words_goes_the_general_way(engine: Engine) -> None:
    router = APIRouter(dependencies=[may("everyone")], route_class=LightRoute)

    @router.get("/words/{word}")
    def words(request: Request, word: str, more: str = "none") -> PlainTextResponse:
        return PlainTextResponse(f"{request.state.role} {word} {more}")

    @router.get("/numbers/{number}")
    def numbers(number: int) -> int:
        return number + 1

    app = FastAPI()
    app.state.engine = engine
    app.include_router(router)
    stranger = TestClient(app)
    assert stranger.get("/words/a%20b?more=c").text == "stranger a b c"
    assert stranger.get("/words/a").text == "stranger a none"
    assert stranger.post("/words/a").status_code == 405
    assert stranger.get("/numbers/1").json() == 2
    assert stranger.get("/numbers/een").status_code == 422


def test_a_statement_that_fails_says_nothing_of_what_was_typed(house: OpenHouse) -> None:
    values = {"response_id": "r-nobody", "page": "start", "revision": 1, "answers": '{"wonen_open": "Jansen"}', "seen": 0}
    with house.engine.connect() as connection, pytest.raises(IntegrityError) as failed:
        KEEP(connection, values)
    assert "Jansen" not in str(failed.value)


def test_a_full_queue_says_busy_instead_of_waiting_for_ever(house: OpenHouse) -> None:
    writer: Writer = house.app.state.writer
    with held_up(writer):
        for _ in range(LONGEST_QUEUE):
            writer.waiting.put(Waiting(counts))
        began = time.monotonic()
        with pytest.raises(Busy):
            writer.keep(counts)
        assert time.monotonic() - began < PATIENCE_SECONDS
    assert writer.keep(counts) == "dordt-west-2026"


def test_a_writer_that_was_stopped_starts_again(house: OpenHouse) -> None:
    writer: Writer = house.app.state.writer
    assert writer.keep(counts) == "dordt-west-2026"
    writer.stop()
    assert writer.keep(counts) == "dordt-west-2026"
    assert house.rows("age_stop") == [{"survey_key": "dordt-west-2026", "n": 2}]


def test_what_the_database_holds_up_too_long_says_busy_within_five_seconds(house: OpenHouse) -> None:
    resident = at_page_2(house).fills(wijk="wielwijk")
    lock = "BEGIN IMMEDIATE" if house.engine.dialect.name == "sqlite" else "LOCK TABLE answered_page IN EXCLUSIVE MODE"
    holder = house.engine.raw_connection()
    holder.cursor().execute(lock)
    began = time.monotonic()
    resident.presses("verder", status=503)
    assert time.monotonic() - began < PATIENCE_SECONDS + 0.5
    assert resident.sees("wijk") == ["wielwijk"]
    holder.rollback()
    holder.close()
    assert resident.presses("verder").number == "3"
    assert house.answers() == {"zestien": "ja", "wijk": "wielwijk"}
