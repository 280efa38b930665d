"""Room wijkgesprekken: a plan as the office looks at it: its state, what it lacks, and in which languages it can be read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.answer_check import Problem
from app.areas import Programme
from app.i18n import N_, SOURCE
from app.models.tables import WIJKGESPREK_TEXT
from app.wijkgesprekken.notes import languages_of
from app.wijkgesprekken.shown import Notice, source_hash

STATE_NAMES = {"draft": N_("Concept"), "open": N_("Open"), "held": N_("Geweest"), "cancelled": N_("Afgezegd")}
TEXT_STATES = {
    "missing": N_("Ontbreekt"),
    "stale": N_("Verouderd"),
    "machine": N_("Door een computer vertaald"),
    "reviewed": N_("Nagekeken"),
}
NO_FEEDBACK = N_("Er is nog geen dag voor de terugkoppeling. Bewoners horen vooraf wanneer zij antwoord krijgen.")
NO_OWNER = N_("Er is nog niemand die de terugkoppeling doet.")
BEGUN = N_("Het begin is al voorbij. Kies eerst een nieuwe dag en tijd.")


def state_of(row: Any, now: datetime) -> str:
    return "held" if row.state == "open" and row.ends_at <= now else str(row.state)


def missing(row: Any, now: datetime) -> dict[str, Problem]:
    """What a draft still lacks before it may be opened, by the field of its form where that is mended."""
    if row.state != "draft":
        return {}
    lacks = {
        "terugkoppeling": (NO_FEEDBACK, row.feedback_on is None),
        "eigenaar": (NO_OWNER, not row.feedback_owner),
        "dag": (BEGUN, row.starts_at <= now),
    }
    return {field: Problem(sentence) for field, (sentence, is_so) in lacks.items() if is_so}


def tells_seats(notice: Notice, now: datetime) -> bool:
    """Whether taken seats say anything: not when it is cancelled, nor afterwards when nobody is registered (any more)."""
    return notice.row.state != "cancelled" and (not notice.has_ended(now) or bool(notice.taken or notice.waiting))


def texts_of(connection: Connection, id_: str) -> dict[str, Any]:
    """The texts that are kept, by language."""
    rows = connection.execute(select(WIJKGESPREK_TEXT).where(WIJKGESPREK_TEXT.c.wijkgesprek_id == id_))
    return {row.lang: row for row in rows}


def text_states(connection: Connection, id_: str, programme: Programme) -> dict[str, str]:
    """By language of the programme, Dutch left out: missing, stale (the Dutch changed since), machine or reviewed."""
    return states_in(texts_of(connection, id_), programme)


def states_in(held: Mapping[str, Any], programme: Programme) -> dict[str, str]:
    dutch = source_hash(held[SOURCE].title, held[SOURCE].text)
    return {lang: _state(held.get(lang), dutch) for lang in languages_of(programme) if lang != SOURCE}


def _state(row: Any, dutch: str) -> str:
    if row is None:
        return "missing"
    return str(row.state) if row.source_hash == dutch else "stale"
