"""Shared floor: the engine, and Db: a session whose work is committed before the answer leaves."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Any, cast

from fastapi import Depends, Request
from sqlalchemy import Connection, Engine, PoolProxiedConnection, create_engine, event, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement
from sqlmodel import Session

IMMEDIATE = "wijkstem_immediate"
LONG_WAIT, SHORT_WAIT = 4000, 250  # milliseconds for a lock of SQLite
SMALL = 64 * 2**20  # bytes of a SQLite file that is written anew in half a second
WHOLE = float("inf")


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
        cursor.execute(f"PRAGMA busy_timeout={LONG_WAIT}")
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
        (AT_ONCE if connection.get_execution_options().get(IMMEDIATE) else AT_FIRST_NEED)(connection, {})

    return engine


def writing(engine: Engine) -> AbstractContextManager[Connection]:
    """A transaction that takes the write lock at once; committed at its end, rolled back when it raised."""
    return _immediate(engine).begin()


@lru_cache(maxsize=8)
def _immediate(engine: Engine) -> Engine:
    return engine.execution_options(**{IMMEDIATE: True})


def wipe(engine: Engine, *, most: float = SMALL) -> bool:
    """After something was erased: leave no copy of it in the files either. False: somebody is reading or writing, call again.

    SQLite overwrites what it erases, but its log still holds the pages as they were, and a row that moved between pages left a copy
    behind: the file is written anew when it has at `most` so many bytes, and the log emptied. PostgreSQL's files are its own: with
    `WHOLE` dead rows are vacuumed away; what its log and a disk still hold is for whoever runs it.
    """
    if engine.dialect.name != "sqlite":
        return most < WHOLE or _vacuum(engine)
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={SHORT_WAIT}")
        pages, size = (cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
        if pages * size <= most:
            cursor.execute("VACUUM")
        busy: int = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={LONG_WAIT}")
    except sqlite3.Error:
        connection.invalidate()
        return False
    else:
        return not busy
    finally:
        connection.close()


def _vacuum(engine: Engine) -> bool:
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in ("SET statement_timeout = 0", "VACUUM", "RESET statement_timeout"):
            connection.exec_driver_sql(statement)
    return True


def lock_for_writing(db: Session) -> None:
    """Take the write lock now on SQLite: a transaction that reads first and writes later can be refused half-way."""
    db.connection(execution_options={IMMEDIATE: True})


def is_near(engine: Engine) -> bool:
    """Whether the database is in this process: looking something up takes less time than a thread for it would."""
    return engine.dialect.name == "sqlite"


Values = Mapping[str, Any]


def straight(statement: ClauseElement) -> Callable[[Connection | Engine, Values], list[Any]]:
    """A statement that goes straight to the driver, for the few that every page of a resident needs: five times as fast on SQLite.

    What is given must be what both drivers take: text (also for a day and for JSON), numbers, booleans, None. An engine looks something
    up on a connection of its own. What goes wrong is raised as SQLAlchemy does, without the values.
    """
    dialects: tuple[Any, ...] = (SQLiteDialect_pysqlite, PGDialect_psycopg)
    made = [statement.compile(dialect=dialect(paramstyle=style)) for dialect, style in zip(dialects, ("named", "pyformat"), strict=True)]
    said = {one.dialect.name: str(one) for one in made}
    fixed = {name: value for name, value in (made[0].params or {}).items() if value is not None}

    def execute(given: Connection | Engine, values: Values) -> list[Any]:
        ask = _rows_within if isinstance(given, Connection) else _rows_alone
        return ask(given, said[given.dialect.name], {**fixed, **values})  # type: ignore[arg-type]  # each gets its own kind

    return execute


def _rows_within(connection: Connection, said: str, values: Values) -> list[Any]:
    own, driver = connection.connection, cast("Any", connection.dialect.loaded_dbapi)
    try:
        return _rows(own, said, values)
    except driver.Error as reason:
        told = _told(connection.engine, own, reason)
        if told.connection_invalidated:
            connection.invalidate(reason)
        raise told from reason


def _rows_alone(engine: Engine, said: str, values: Values) -> list[Any]:
    """On a connection that is given back at once. With autocommit PostgreSQL is asked once, instead of three times with BEGIN and ROLLBACK."""
    own, driver = None, cast("Any", engine.dialect.loaded_dbapi)
    try:
        own = engine.raw_connection()
        if is_near(engine):
            return _rows(own, said, values)
        cast("Any", own.driver_connection).autocommit = True
        rows = _rows(own, said, values)
        cast("Any", own.driver_connection).autocommit = False
    except driver.Error as reason:
        told = _told(engine, own, reason)
        if own and own.is_valid:
            own.invalidate(reason)  # whatever went wrong: nobody is given it with autocommit
        raise told from reason
    else:
        return rows
    finally:
        if own:
            own.close()


def _rows(connection: PoolProxiedConnection, said: str, values: Values) -> list[Any]:
    cursor = connection.cursor()
    try:
        cursor.execute(said, values)
        return list(cursor.fetchall()) if cursor.description else []
    finally:
        cursor.close()


def _told(engine: Engine, own: PoolProxiedConnection | None, reason: Any) -> Any:
    """What went wrong as SQLAlchemy tells it, without the values; a connection that is gone is gone for the whole pool."""
    driver: Any = engine.dialect.loaded_dbapi
    gone = own is not None and engine.dialect.is_disconnect(reason, own, None)
    if own and gone:
        engine.pool._invalidate(own, reason)  # noqa: SLF001  # what SQLAlchemy does itself when it finds one gone
    return DBAPIError.instance(None, None, reason, driver.Error, connection_invalidated=gone, dialect=engine.dialect)


AT_ONCE, AT_FIRST_NEED = straight(text("BEGIN IMMEDIATE")), straight(text("BEGIN"))  # when a transaction takes its lock


def open_session(request: Request) -> Iterator[Session]:
    """Yield a session of the app's engine; commit when the route returned, roll back when it raised."""
    with Session(request.app.state.engine) as db:
        yield db
        db.commit()


# Commit before the answer: the default scope commits after the resident has read "Bedankt".
Db = Annotated[Session, Depends(open_session, scope="function")]
