"""Room answering: the one writer queue of a process: many residents' pages, one commit, then each is told."""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.db import SMALL, wipe, writing

LONGEST_QUEUE = 512
AT_ONCE = 128
PATIENCE_SECONDS = 5.0
WIPE_SECONDS = 10.0  # at least between two times that the file is written anew

Work = Callable[[Connection], Any]


class Busy(Exception):  # noqa: N818  # it is not an error: the resident tries again in a moment
    """The page could not be kept now; nothing of it is stored, or the same page may be sent again."""


@dataclass(frozen=True)
class Waiting:
    """A piece of work in the queue; waiting for it gives its result once its group is committed."""

    work: Work
    erases: bool = False
    result: Future[Any] = field(default_factory=Future)
    told: asyncio.Future[None] | None = None  # of who waits in an event loop

    def wait(self, seconds: float = PATIENCE_SECONDS) -> Any:
        """In a thread of its own. Raises Busy when the database does not answer or the commit failed."""
        try:
            return self.result.result(seconds)
        except (TimeoutError, SQLAlchemyError) as reason:
            self.result.cancel()
            raise Busy from reason

    async def wait_in_loop(self) -> Any:
        """The same while the event loop serves others."""
        if self.told is None:
            raise RuntimeError("handed in by a thread, and waited for in an event loop")
        patience = self.told.get_loop().call_later(PATIENCE_SECONDS, _wake, [self.told])
        await self.told
        patience.cancel()
        return self.wait(0)

    def __await__(self) -> Generator[Any, None, Any]:
        return (yield from self.wait_in_loop().__await__()) if self.told else self.wait()


class Writer:
    """Pieces of work from many people, committed together by one thread. Work must give the same result when it runs twice."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self.thread: threading.Thread | None = None
        self.starting = threading.Lock()
        self.unwiped, self.next_wipe = False, 0.0

    def keep(self, work: Work, *, erases: bool = False) -> Any:
        """Run `work` in the next group and return its result once the group is committed. `erases`: no copy may stay in the files.

        For a thread; an async route says `await writer.hand_in(work)`. Raises Busy when the queue is full, the database does not answer,
        or the commit failed.
        """
        return self.hand_in(work, erases=erases).wait()

    def hand_in(self, work: Work, *, erases: bool = False) -> Waiting:
        self._start()
        if self.waiting.qsize() >= LONGEST_QUEUE:
            raise Busy
        mine = Waiting(work, erases, told=_future_here())
        self.waiting.put(mine)
        return mine

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
        while (first := self._next()) is not None:
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
            group = [one for one in group if one.result.set_running_or_notify_cancel()]  # who gave up is left out
            if group:
                self._commit(group)
        if self.unwiped:
            wipe(self.engine)

    def _next(self) -> Waiting | None:
        """What waits first; meanwhile what was erased and still stands in a file is wiped."""
        while self.unwiped:
            try:
                return self.waiting.get(timeout=1)
            except queue.Empty:
                self._wipe()
        return self.waiting.get()

    def _commit(self, group: list[Waiting]) -> None:
        """All in one transaction; when that fails each in its own, so that one wrong page never takes others along."""
        try:
            results = self._run(group)
        except Exception as reason:  # noqa: BLE001  # the thread must live on; who waits gets the reason
            if len(group) > 1 or _connection_lost(reason):
                for one in group:
                    self._alone(one)
                return
            group[0].result.set_exception(reason)
        else:
            for one, result in zip(group, results, strict=True):
                one.result.set_result(result)
        _tell(group)

    def _alone(self, one: Waiting) -> None:
        try:
            one.result.set_result(self._run([one])[0])
        except Exception as reason:  # noqa: BLE001  # the thread must live on; who waits gets the reason
            one.result.set_exception(reason)
        _tell([one])

    def _run(self, group: list[Waiting]) -> list[Any]:
        with writing(self.engine) as connection:
            results = [one.work(connection) for one in group]
        erased = any(one.erases for one in group)
        if erased or self.unwiped:
            self._wipe(at_once=erased)
        return results

    def _wipe(self, *, at_once: bool = False) -> None:
        """The log is emptied at once; the whole file is not written anew more often than every few seconds."""
        now = time.monotonic()
        anew = now >= self.next_wipe
        if not (anew or at_once):
            return
        wiped = wipe(self.engine, most=SMALL if anew else 0)
        self.unwiped = not (anew and wiped)
        if anew or not wiped:
            self.next_wipe = now + (WIPE_SECONDS if wiped else 1)


def _tell(group: list[Waiting]) -> None:
    """Wake who waits in an event loop: a whole group with one call."""
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for one in group:
        if one.told:
            loops.setdefault(one.told.get_loop(), []).append(one.told)
    for loop, waiting in loops.items():
        with suppress(RuntimeError):  # that loop has ended meanwhile
            loop.call_soon_threadsafe(_wake, waiting)


def _wake(waiting: list[asyncio.Future[None]]) -> None:
    for told in waiting:
        if not told.done():
            told.set_result(None)


def _future_here() -> asyncio.Future[None] | None:
    try:
        return asyncio.get_running_loop().create_future()
    except RuntimeError:
        return None


def _connection_lost(reason: Exception) -> bool:
    return isinstance(reason, DBAPIError) and reason.connection_invalidated
