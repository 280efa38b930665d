"""Shared floor: what commands share: the database they work on, one clear line for what is wrong, and how far long work is."""

import sys
import time
from datetime import date, datetime
from typing import TextIO

from sqlalchemy import Engine

from app.areas import Programme, load_programme
from app.db import engine_at
from app.migrate import is_current
from app.settings import Settings, read_settings

QUIET_SECONDS = 2.0
EVERY_SECONDS = 1.0


class Wrong(Exception):  # noqa: N818  # what the operator mends
    """Bad input; the message is the one line that is shown."""


def say(text: str) -> None:
    """To stdout: what a program may read."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()  # a start that is piped to a file shows its passwords before it serves


def note(text: str) -> None:
    """To stderr: what a person reads."""
    sys.stderr.write(text.encode("utf-8", "replace").decode() + "\n")


def read_day(option: str, text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  # a day has no time zone
    except ValueError:
        raise Wrong(f"{option}: “{text}” is not a day such as 2026-12-31") from None


def opened() -> tuple[Settings, Engine, Programme]:
    settings = read_settings()
    return settings, engine_at(settings.url), load_programme(settings.surveys)


def ready() -> tuple[Settings, Engine, Programme]:
    """The same, for commands that need the tables."""
    settings, engine, programme = opened()
    if not is_current(engine):
        raise Wrong("the tables are not at this version: run `wijkstem migrate` first")
    return settings, engine, programme


class Progress:
    """Call it with what is being done, how much is done and how much there is. Says nothing in the first two seconds."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self.stream = stream
        self.began = time.monotonic()
        self.stage = ""
        self.stage_began = self.began
        self.told = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage != self.stage:
            self.stage, self.stage_began = stage, now
        if now - self.began < QUIET_SECONDS or now - self.told < EVERY_SECONDS or done >= total:
            return
        self.told = now
        self.stream.write(f"{stage}: {done} of {total}{self._left(now, done, total)}\n")
        self.stream.flush()

    def _left(self, now: float, done: int, total: int) -> str:
        if not done:
            return ""
        seconds = (now - self.stage_began) / done * (total - done)
        return f", about {seconds:.0f} s left" if seconds < 90 else f", about {seconds / 60:.0f} min left"
