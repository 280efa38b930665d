"""Room answering: after a write beside an answer: rows do not tell in which order, or together with which answer, they were written."""

import logging
import threading

from sqlalchemy import Engine, Table, delete, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.db import wipe, writing

log = logging.getLogger("wijkstem")
_waiting: set[tuple[Table, str]] = set()
_busy = threading.Lock()


def mix(engine: Engine, table: Table, survey_key: str) -> None:
    """Mix the rows of one survey, after the answer has left. Many calls at once are one or two times mixing."""
    _waiting.add((table, survey_key))
    while _waiting and _busy.acquire(blocking=False):
        try:
            while _waiting:
                _mix_now(engine, *_waiting.pop())
        except SQLAlchemyError as reason:  # the next one mixes these too
            log.warning("mixing %s: %s", table.name, type(reason).__name__)
        finally:
            _busy.release()


def _mix_now(engine: Engine, table: Table, survey_key: str) -> None:
    if engine.dialect.name == "sqlite":
        wipe(engine, most=0)  # these tables stand in the order of their keys; only the log still shows which pages changed together
    else:
        _write_anew(engine, table, survey_key)


def _write_anew(engine: Engine, table: Table, survey_key: str) -> None:
    """PostgreSQL keeps with each row which transaction wrote it, and puts a changed row elsewhere: all are written again, in the order of
    their random keys, by a transaction that wrote no answer. The lock lets readers and backups through; who uses a code waits a moment.
    """
    gone = delete(table).where(table.c.survey_key == survey_key).returning(*table.c).cte("gone")
    names = [column.name for column in table.c]
    with writing(engine) as connection:
        connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))
        connection.execute(insert(table).from_select(names, select(gone).order_by(*(gone.c[key.name] for key in table.primary_key))))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"VACUUM {table.name}"))  # the rows as they were are not left lying about
