"""Room findings: runs that somebody asked for: a row first, so that none is lost; a worker does what the rows say and tells how far it is."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.db import writing
from app.findings.frames import Slice
from app.i18n import N_
from app.models.base import random_id
from app.models.tables import REQUEST
from app.settings import Settings

SILENT = timedelta(seconds=90)  # a run that tells nothing for so long has lost its worker, and is done again
BEATS = 15.0  # seconds between two signs of life while a step takes long
BETWEEN = 0.5  # seconds between two lines about how far it is
NOTHING_SAID = N_("Er is nog niets gezegd om te lezen. Start de ronde opnieuw als er antwoorden of bijdragen zijn.")
BROKEN = N_("De analyse is onverwacht gestopt. Start de ronde opnieuw; gaat het weer mis, kijk dan in het logboek van de server.")
NAMES = ("survey", "wave", "since", "until", "source")


def alone(connection: Connection, table: Table) -> None:
    """Nobody else writes in this table until the transaction ends; on SQLite writing() has seen to that."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE")


def ask_for_run(connection: Connection, settings: Settings, part: Slice, asked_by: str, *, seed: int = 0, how: str = "serial") -> str:
    """Write down that a run is wanted, and return its id; the same run that waits already, or is busy, is not asked for twice.

    In a transaction of writing(): commit first, then tell a worker with add_job("analyse").
    """
    what = {name: str(value) for name in NAMES if (value := getattr(part, name))} | {"seed": seed, "how": how}
    alone(connection, REQUEST)
    for row in connection.execute(select(REQUEST.c.id, REQUEST.c.what).where(REQUEST.c.state.in_(("waiting", "running")))):
        if row.what == what:
            return str(row.id)
    id_ = random_id("v")
    connection.execute(insert(REQUEST).values(id=id_, asked_by=asked_by[:64], asked_at=settings.clock(), what=what, state="waiting"))
    return id_


def take_request(engine: Engine, settings: Settings) -> Any:
    """The oldest request that waits, now ours; None when there is none. One that a worker left in the middle counts as waiting."""
    now = settings.clock()
    with writing(engine) as connection:
        alone(connection, REQUEST)
        busy = connection.execute(select(REQUEST.c.id, REQUEST.c.worker).where(REQUEST.c.state == "running")).all()
        dead = [row.id for row in busy if _is_dead(row.worker)]
        lost = and_(REQUEST.c.state == "running", or_(REQUEST.c.ended_at < now - SILENT, REQUEST.c.id.in_(dead)))
        waiting = select(REQUEST).where(or_(REQUEST.c.state == "waiting", lost)).order_by(REQUEST.c.asked_at, REQUEST.c.id).limit(1)
        row = connection.execute(waiting).first()
        if row is not None:
            connection.execute(
                update(REQUEST)
                .where(REQUEST.c.id == row.id)
                .values(state="running", step="", done=0, total=0, reason="", ended_at=now, worker=_me())
            )
    return row


def _me() -> str:
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


def _is_dead(worker: str) -> bool:
    """Whether the process that did a run on this machine is no more; of another machine only its silence tells."""
    host, _, pid = worker.rpartition(":")
    if host != socket.gethostname()[:60] or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@contextmanager
def signs_of_life(engine: Engine, settings: Settings, id_: str) -> Iterator[None]:
    """While a run is done here: a thread says every few seconds that somebody is still at it."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEATS):
            with suppress(SQLAlchemyError), writing(engine) as connection:
                mine = (REQUEST.c.id == id_, REQUEST.c.state == "running", REQUEST.c.worker == _me())
                connection.execute(update(REQUEST).where(*mine).values(ended_at=settings.clock()))

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(BEATS)


def progress_of(engine: Engine, settings: Settings, id_: str) -> Callable[[str, int, int], None]:
    """Tells how far a run is, each time in a transaction of its own and at most twice a second; `ended_at` is when it was last heard of."""
    told_at, told = float("-inf"), ""

    def tell(step: str, done: int, total: int) -> None:
        nonlocal told_at, told
        if time.monotonic() - told_at < BETWEEN and (step == told or done < total):
            return
        told_at, told = time.monotonic(), step
        with writing(engine) as connection:
            far = {"step": step, "done": done, "total": total, "ended_at": settings.clock()}
            connection.execute(update(REQUEST).where(REQUEST.c.id == id_, REQUEST.c.state == "running").values(**far))

    return tell


def finish_request(connection: Connection, settings: Settings, id_: str, run_id: str) -> None:
    """In the transaction that keeps the run. Raises LookupError when this request is no longer ours: then the run is not kept either."""
    done = {"state": "done", "run_id": run_id, "ended_at": settings.clock()}
    if not connection.execute(update(REQUEST).where(REQUEST.c.id == id_, REQUEST.c.state == "running").values(**done)).rowcount:
        raise LookupError("another worker did this run")


def fail_request(engine: Engine, settings: Settings, id_: str, reason: str) -> None:
    with writing(engine) as connection:
        failed = {"state": "failed", "reason": reason[:300], "ended_at": settings.clock()}
        connection.execute(update(REQUEST).where(REQUEST.c.id == id_, REQUEST.c.state == "running").values(**failed))
