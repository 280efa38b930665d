"""Shared floor: background work in the same database: rooms name their jobs here, a worker does them one by one."""

import logging
import os
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from huey import PostgresHuey, SqliteHuey
from huey.api import Huey
from huey.signals import SIGNAL_ERROR
from sqlalchemy import Connection

from app.areas import programme_in
from app.db import IMMEDIATE, WHOLE, engine_at, wipe
from app.mail import send_due
from app.settings import Settings

log = logging.getLogger("wijkstem")
Job = Callable[..., None]
JOBS: dict[str, Job] = {}
AT_START: set[str] = set()  # jobs that a worker does when it begins and every minute: they look in their own table for what was left
DAILY: list[Callable[[Settings], None]] = []
Forgets = Callable[[Settings, Connection], dict[str, int]]
FORGETTING: list[Forgets] = []
POST_SECONDS = 2
LOOK_SECONDS = 60
DAY_SECONDS = 24 * 3600


def job(name: str, *, at_start: bool = False) -> Callable[[Job], Job]:
    """Decorates a room's function: `@job("analyse") def analyse(settings, **what)`. A job may run twice and must then do no harm."""

    def register(work: Job) -> Job:
        JOBS[name] = work
        if at_start:
            AT_START.add(name)
        return work

    return register


def daily(work: Callable[[Settings], None]) -> Callable[[Settings], None]:
    """Decorates a room's function that the worker does when it starts and then once a day, such as forgetting what need not be kept."""
    DAILY.append(work)
    return work


def forgetting(work: Forgets) -> Forgets:
    """Decorates a room's function that erases what was kept long enough, in the transaction it is given, and tells how many of what."""
    FORGETTING.append(work)
    return work


@daily
def forget(settings: Settings) -> None:
    run_retention(settings)


def run_retention(settings: Settings, *, dry: bool = False) -> dict[str, int]:
    """Let every room forget what was kept long enough; `dry` undoes it all and only tells what it would be."""
    engine = engine_at(settings.url)
    counts: dict[str, int] = {}
    with engine.connect().execution_options(**{IMMEDIATE: True}) as connection:
        for work in FORGETTING:
            counts |= work(settings, connection)
        if dry:
            return counts  # nothing was committed
        connection.commit()
    if any(counts.values()):
        log.info("forgotten: %s", ", ".join(f"{name} {n}" for name, n in counts.items() if n))
        wipe(engine, most=WHOLE)
    return counts


@cache
def queue_at(settings: Settings) -> Huey:
    """The queue of this installation: its tables stand beside ours, no broker runs."""
    if settings.url.startswith("sqlite"):
        queue: Huey = SqliteHuey("wijkstem", filename=settings.url.removeprefix("sqlite:///"), fsync=True, journal_mode="wal", timeout=10)
    else:
        queue = PostgresHuey("wijkstem", dsn=settings.url.replace("postgresql+psycopg://", "postgresql://", 1))

    @queue.task(retries=2, retry_delay=20, name="job")  # type: ignore[untyped-decorator]  # huey has no types
    def run(name: str, what: dict[str, Any]) -> None:
        log.info("job %s begins", name)
        JOBS[name](settings, **what)
        log.info("job %s is done", name)

    queue.run = run
    return queue


def add_job(settings: Settings, name: str, **what: Any) -> None:
    """Put work in the queue; only plain values, no answers of residents."""
    if name not in JOBS:
        raise ValueError(f"no job is called “{name}” (known: {', '.join(sorted(JOBS))})")
    queue_at(settings).run(name, what)


def waiting_jobs(settings: Settings) -> int:
    queue = queue_at(settings)
    return int(queue.pending_count()) + int(queue.scheduled_count())


def drain(settings: Settings) -> tuple[int, int]:
    """Do what waits now and send the mail that is due; returns how many were done and how many failed and wait for another try."""
    queue, failed, done = queue_at(settings), [], 0
    queue.signal(SIGNAL_ERROR)(lambda _signal, task, _reason: failed.append(task.id))
    for due in queue.read_schedule():  # what failed before and may be tried again now
        queue.enqueue(due)
    while (task := queue.dequeue()) is not None:
        queue.execute(task)
        done += task.id not in failed
    for name in sorted(AT_START):  # what was asked for while the queue was away
        JOBS[name](settings)
    for work in DAILY:
        work(settings)
    sent, unsent = post(settings)
    return done + sent, len(failed) + unsent


def post(settings: Settings) -> tuple[int, int]:
    """Send the mail that is due; how much was sent, and how much has to be tried again."""
    return send_due(settings, engine_at(settings.url), programme_in(settings.surveys).contact.mail)


def work_on(settings: Settings) -> None:
    """Do jobs as they come, until told to stop; also when the server that started this worker is gone."""
    if parent := os.environ.get("WIJKSTEM_PARENT"):
        threading.Thread(target=_follow, args=(int(parent),), daemon=True).start()
    threading.Thread(target=_post_for_ever, args=(settings,), daemon=True).start()
    queue_at(settings).create_consumer(workers=1, worker_type="thread", periodic=False, check_worker_health=True).run()


def _post_for_ever(settings: Settings) -> None:
    next_day = next_look = 0.0
    while True:
        try:
            if time.monotonic() >= next_look:  # what was asked for while nobody looked, or left by a worker that died
                for name in sorted(AT_START):
                    add_job(settings, name)
                next_look = time.monotonic() + LOOK_SECONDS
            if time.monotonic() >= next_day:
                for work in DAILY:
                    work(settings)
                next_day = time.monotonic() + DAY_SECONDS
            post(settings)
        except Exception as reason:  # noqa: BLE001  # a database that is away for a moment must not end the post
            log.warning("post: %s", type(reason).__name__)
        time.sleep(POST_SECONDS)


def _follow(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)
