"""Room answering: the one writer queue of a process: many residents' pages, one commit, then each is told."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.db import writing

LONGEST_QUEUE = 512
AT_ONCE = 128
PATIENCE_SECONDS = 5.0

Work = Callable[[Connection], Any]


class Busy(Exception):  # noqa: N818  # it is not an error: the resident tries again in a moment
    """The page could not be kept now; nothing of it is stored, or the same page may be sent again."""


@dataclass(frozen=True)
class Waiting:
    work: Work
    result: Future[Any] = field(default_factory=Future)


class Writer:
    """Pieces of work from many threads, committed together by one thread. Work must give the same result when it runs twice."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.waiting: queue.Queue[Waiting | None] = queue.Queue(LONGEST_QUEUE)
        self.thread: threading.Thread | None = None
        self.starting = threading.Lock()

    def keep(self, work: Work) -> Any:
        """Run `work` in the next group and return its result once the group is committed.

        Raises Busy when the queue is full, the database does not answer, or the commit failed.
        """
        self._start()
        mine = Waiting(work)
        try:
            self.waiting.put(mine, timeout=PATIENCE_SECONDS / 5)
            return mine.result.result(timeout=PATIENCE_SECONDS)
        except (queue.Full, TimeoutError, SQLAlchemyError) as reason:
            raise Busy from reason

    def stop(self) -> None:
        if self.thread:
            self.waiting.put(None)
            self.thread.join(PATIENCE_SECONDS)
            self.thread = None

    def _start(self) -> None:
        with self.starting:
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self._write, name="writer", daemon=True)
                self.thread.start()

    def _write(self) -> None:
        while (first := self.waiting.get()) is not None:
            group = [first]
            while len(group) < AT_ONCE:
                try:
                    following = self.waiting.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    self.waiting.put(None)
                    break
                group.append(following)
            self._commit(group)

    def _commit(self, group: list[Waiting]) -> None:
        """All in one transaction; when that fails each in its own, so that one wrong page never takes others along."""
        try:
            results = self._run(group)
        except Exception as reason:  # noqa: BLE001  # the thread must live on; who waits gets the reason
            if len(group) == 1 and not _connection_lost(reason):
                group[0].result.set_exception(reason)
                return
            for one in group:
                self._alone(one)
            return
        for one, result in zip(group, results, strict=True):
            one.result.set_result(result)

    def _alone(self, one: Waiting) -> None:
        try:
            one.result.set_result(self._run([one])[0])
        except Exception as reason:  # noqa: BLE001  # the thread must live on; who waits gets the reason
            one.result.set_exception(reason)

    def _run(self, group: list[Waiting]) -> list[Any]:
        with writing(self.engine) as connection:
            return [one.work(connection) for one in group]


def _connection_lost(reason: Exception) -> bool:
    return isinstance(reason, DBAPIError) and reason.connection_invalidated
