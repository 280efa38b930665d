"""Room wijkgesprekken: one wijkgesprek as a resident reads it: its text in her language, its hours, and the places that are left."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from app.i18n import N_, PAGES, SOURCE, language_name, listed, part_of_date, texts, time_text
from app.models.tables import REGISTRATION, WIJKGESPREK, WIJKGESPREK_TEXT
from app.settings import HERE, Settings

HOURS = N_("%(start)s tot %(end)s")


@dataclass(frozen=True)
class Shown:
    """Title and text in `lang`, which is Dutch where the wanted language has none ("missing")."""

    title: str
    text: str
    lang: str
    state: Literal["missing", "machine", "reviewed"]


@dataclass(frozen=True)
class Notice:
    """One wijkgesprek for one reader. `taken` counts persons with a place, `waiting` registrations without one."""

    row: Any
    words: Shown
    lang: str
    hours: str
    taken: int = 0
    waiting: int = 0

    @property
    def free(self) -> int:
        """Places that somebody new can have: none while others wait."""
        return 0 if self.waiting else max(0, self.row.capacity - self.taken)

    @property
    def tile(self) -> tuple[str, int, str]:
        """Day of the week, day and month, short."""
        day = self.row.starts_at.astimezone(HERE).date()
        return part_of_date(day, "EEE", self.lang), day.day, part_of_date(day, "MMM", self.lang)

    @property
    def local_start(self) -> str:
        return str(self.row.starts_at.astimezone(HERE).isoformat(timespec="minutes"))

    @property
    def languages(self) -> str:
        """The languages that are spoken there, in words of the reader's."""
        named = listed([language_name(code, self.lang) for code in self.row.languages], self.lang)
        return named[:1].upper() + named[1:]

    def has_begun(self, now: datetime) -> bool:
        return bool(self.row.starts_at <= now)

    def has_ended(self, now: datetime) -> bool:
        return bool(self.row.ends_at <= now)

    def takes_registrations(self, now: datetime) -> bool:
        return self.row.state == "open" and not self.has_begun(now)


def source_hash(title: str, text: str) -> str:
    """What a translation remembers of the Dutch it was made from."""
    return hashlib.sha256(f"{title}\x00{text}".encode()).hexdigest()


def text_in(rows: Iterable[Any], lang: str) -> Shown:
    """Choose among the texts of one wijkgesprek. A translation of Dutch that changed since counts as missing; then Dutch is shown."""
    held = {row.lang: row for row in rows}
    dutch, wanted = held[SOURCE], held.get(lang)
    if wanted is None or wanted.source_hash != source_hash(dutch.title, dutch.text):
        return Shown(dutch.title, dutch.text, SOURCE, "reviewed" if lang == SOURCE else "missing")
    return Shown(wanted.title, wanted.text, lang, "reviewed" if lang == SOURCE else wanted.state)


def hours(row: Any, lang: str, folder: Path) -> str:
    """From when until when, on the clock here: "9.30 tot 11.00 uur"."""
    start, end = (time_text(moment.astimezone(HERE), lang) for moment in (row.starts_at, row.ends_at))
    return texts(lang, PAGES, folder).gettext(HOURS) % {"start": start.removesuffix("\u00a0uur"), "end": end}


def notices(connection: Connection, settings: Settings, lang: str, *where: Any, limit: int | None = None) -> list[Notice]:
    """The wijkgesprekken that fit, by date, in three statements whatever their number."""
    rows = connection.execute(select(WIJKGESPREK).where(*where).order_by(WIJKGESPREK.c.starts_at, WIJKGESPREK.c.id).limit(limit)).all()
    ids = [row.id for row in rows]
    written: dict[str, list[Any]] = {id_: [] for id_ in ids}
    for text in connection.execute(select(WIJKGESPREK_TEXT).where(WIJKGESPREK_TEXT.c.wijkgesprek_id.in_(ids))):
        written[text.wijkgesprek_id].append(text)
    counted = _counts(connection, ids)
    return [
        Notice(row, text_in(written[row.id], lang), lang, hours(row, lang, settings.translations), *counted.get(row.id, (0, 0)))
        for row in rows
    ]


def notice_of(connection: Connection, settings: Settings, wijkgesprek_id: str, lang: str) -> Notice | None:
    return next(iter(notices(connection, settings, lang, WIJKGESPREK.c.id == wijkgesprek_id)), None)


def _counts(connection: Connection, ids: list[str]) -> dict[str, tuple[int, int]]:
    """By wijkgesprek: persons with a place, and registrations that wait."""
    state, persons = REGISTRATION.c.state, REGISTRATION.c.persons
    rows = connection.execute(
        select(
            REGISTRATION.c.wijkgesprek_id,
            func.coalesce(func.sum(persons).filter(state == "confirmed"), 0),
            func.count().filter(state == "waitlisted"),
        )
        .where(REGISTRATION.c.wijkgesprek_id.in_(ids))
        .group_by(REGISTRATION.c.wijkgesprek_id)
    )
    return {id_: (int(taken), int(waiting)) for id_, taken, waiting in rows}
