"""Shared floor: the engine, and Db: a session whose work is committed before the answer leaves."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Connection, Engine, create_engine, event
from sqlmodel import Session

IMMEDIATE = "wijkstem_immediate"


@cache
def engine_at(url: str) -> Engine:
    """The one engine of this process for `url`; sessions and the writer queue share its pool."""
    if url.startswith("sqlite"):
        return _sqlite(url)
    return create_engine(
        url,
        pool_size=16,
        max_overflow=32,
        pool_timeout=4,
        connect_args={"connect_timeout": 3, "options": "-c statement_timeout=30000 -c lock_timeout=4000"},
    )


def _sqlite(url: str) -> Engine:
    file = url.removeprefix("sqlite:///")
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=16, max_overflow=32, pool_timeout=4)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are ours: the driver's own BEGIN comes too late
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=4000")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # WAL with NORMAL loses acknowledged answers when the power fails
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten, not only unlinked
        cursor.close()

    @event.listens_for(engine, "checkin")
    def leave_nothing_open(connection: Any, _record: object) -> None:
        if connection and connection.in_transaction:  # a COMMIT that failed leaves its transaction, and its lock, in the pool
            connection.rollback()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get(IMMEDIATE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def writing(engine: Engine) -> AbstractContextManager[Connection]:
    """A transaction that takes the write lock at once; committed at its end, rolled back when it raised."""
    return engine.execution_options(**{IMMEDIATE: True}).begin()


def lock_for_writing(db: Session) -> None:
    """Take the write lock now on SQLite: a transaction that reads first and writes later can be refused half-way."""
    db.connection(execution_options={IMMEDIATE: True})


def open_session(request: Request) -> Iterator[Session]:
    """Yield a session of the app's engine; commit when the route returned, roll back when it raised."""
    with Session(request.app.state.engine) as db:
        yield db
        db.commit()


# Commit before the answer: the default scope commits after the resident has read "Bedankt".
Db = Annotated[Session, Depends(open_session, scope="function")]
