"""Room wijkgesprekken: who has a place. Every act locks the wijkgesprek first and counts inside the lock, so it is never too full.

Order is strict. Whoever registers joins the end of the line, and places go to the head of the line: nobody overtakes, also not a
small group when the group before it is too large for what is left. Only a group larger than the whole wijkgesprek is passed over.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.exc import OperationalError

from app.answer_check import Problem
from app.codes import code_hash, registration_code
from app.db import writing
from app.i18n import N_
from app.models.base import random_id
from app.models.tables import REGISTRATION, WIJKGESPREK
from app.seal import seal, unseal
from app.settings import Settings
from app.wijkgesprekken.letters import tell
from app.wijkgesprekken.wanted import Wanted

CLOSED = N_("Dit kan niet meer. Dit wijkgesprek is begonnen of gaat niet door.")
FOREIGN = N_("Er ging iets mis met deze pagina. Kijk alles na en druk nog een keer op de knop.")
TOO_LARGE = N_("Zo veel mensen passen er niet bij. Er zijn %(n)s plekken in totaal. Kies minder mensen.")
TOO_MANY = N_("Er zijn niet genoeg plekken vrij. Uw aanmelding blijft zoals die was.")
STALE = N_("Uw aanmelding is net veranderd, misschien op een andere telefoon of computer. Kijk wat er nu staat.")
TURN = Lock()
TRIES = 4
NOTHING_KNOWN = {"name": "", "mail": "", "telephone": "", "needs": ""}


@dataclass(frozen=True)
class Outcome:
    """What became of an act: the registration as it stands now, and, when refused, the sentence that says why.

    `field` is the field that the sentence belongs to; `stale`: the form showed something that has changed since.
    """

    row: Any = None
    problem: Problem | None = None
    field: str = ""
    stale: bool = False


def lock(connection: Connection, wijkgesprek_id: str) -> Any | None:
    """The wijkgesprek, locked until the transaction ends. On SQLite the lock is the caller's: writing()."""
    return connection.execute(select(WIJKGESPREK).where(WIJKGESPREK.c.id == wijkgesprek_id).with_for_update()).first()


def taken(connection: Connection, wijkgesprek_id: str) -> int:
    """How many persons have a place."""
    mine = (REGISTRATION.c.wijkgesprek_id == wijkgesprek_id, REGISTRATION.c.state == "confirmed")
    return int(connection.execute(select(func.coalesce(func.sum(REGISTRATION.c.persons), 0)).where(*mine)).scalar_one())


def guests(connection: Connection, wijkgesprek_id: str) -> list[Any]:
    """Who has a place and then who waits, each in the order of the line."""
    mine = (REGISTRATION.c.wijkgesprek_id == wijkgesprek_id, REGISTRATION.c.state.in_(("confirmed", "waitlisted")))
    return list(connection.execute(select(REGISTRATION).where(*mine).order_by(REGISTRATION.c.state, REGISTRATION.c.place_in_line)))


def ahead_of(connection: Connection, guest: Any) -> int:
    """How many registrations wait before this one."""
    return len([row for row in _line(connection, guest.wijkgesprek_id) if row.place_in_line < guest.place_in_line])


def find_guest(connection: Connection, settings: Settings, code: str) -> Any | None:
    """The registration of a code as somebody typed it."""
    states = ("confirmed", "waitlisted", "cancelled")
    found = (REGISTRATION.c.code_hash == code_hash(settings.key, code), REGISTRATION.c.state.in_(states))
    return connection.execute(select(REGISTRATION).where(*found)).first()


# ------------------------------------------------------------------------------------------- the four acts
def register(engine: Engine, settings: Settings, wijkgesprek_id: str, wanted: Wanted) -> Outcome:
    """Take a place, or one at the end of the line. The same key again gives the same registration, never a second place."""
    with _in_turn(engine) as connection:
        row = lock(connection, wijkgesprek_id)
        known = connection.execute(select(REGISTRATION).where(REGISTRATION.c.key == wanted.key)).first()
        if known is not None:
            return Outcome(known) if known.wijkgesprek_id == wijkgesprek_id else Outcome(problem=Problem(FOREIGN))
        if row is None or not _is_before_start(settings, row):
            return Outcome(problem=Problem(CLOSED))
        if wanted.persons > row.capacity:
            return Outcome(problem=Problem(TOO_LARGE, {"n": row.capacity}), field="personen")
        id_ = _add(connection, settings, row.id, wanted)
        seated = _fill(connection, settings, row)
        for guest in seated:
            tell(connection, settings, row, guest, "confirmed" if guest.id == id_ else "promoted", base=wanted.base)
        mine = _guest(connection, id_)
        if mine.state == "waitlisted":
            tell(connection, settings, row, mine, "waitlisted", base=wanted.base)
        return Outcome(mine)


def change(engine: Engine, settings: Settings, guest: Any, wanted: Wanted, *, revision: int) -> Outcome:
    """Change a registration; refused whole when there is no room for more persons, or when it changed since it was shown."""
    with _in_turn(engine) as connection:
        row, now = lock(connection, guest.wijkgesprek_id), _guest(connection, guest.id)
        if row is None or not _is_before_start(settings, row) or now.state not in {"confirmed", "waitlisted"}:
            return Outcome(now, Problem(CLOSED))
        if _stands(settings, now, wanted):  # a double tap, or nothing to change
            return Outcome(now)
        if now.revision != revision:
            return Outcome(now, Problem(STALE), stale=True)
        if problem := _no_room(connection, row, now, wanted.persons):
            return Outcome(now, problem, field="personen")
        _write(connection, now, {**_columns(settings, wanted), "persons": wanted.persons, "lang": wanted.lang})
        seated = promote(connection, settings, row, base=wanted.base)
        if now.id not in {one.id for one in seated}:
            tell(connection, settings, row, _guest(connection, now.id), "changed", base=wanted.base)
        return Outcome(_guest(connection, now.id))


def cancel(engine: Engine, settings: Settings, guest: Any, *, base: str = "") -> Outcome:
    """Give the place back: it goes to the head of the line. What was known of the person is wiped; her code still tells that she is out."""
    with _in_turn(engine) as connection:
        row, now = lock(connection, guest.wijkgesprek_id), _guest(connection, guest.id)
        if now.state not in {"confirmed", "waitlisted"}:
            return Outcome(now)
        if row is None or not _is_before_start(settings, row):
            return Outcome(now, Problem(CLOSED))
        tell(connection, settings, row, now, "cancelled", base=base)
        _write(connection, now, {"state": "cancelled", **NOTHING_KNOWN})
        promote(connection, settings, row, base=base)
        return Outcome(_guest(connection, now.id))


def promote(connection: Connection, settings: Settings, row: Any, *, base: str = "") -> list[Any]:
    """Give free places to the head of the line, with one letter each; nothing after the start. Inside a transaction that holds the lock."""
    seated = _fill(connection, settings, row)
    for guest in seated:
        tell(connection, settings, row, guest, "promoted", base=base)
    return seated


# ------------------------------------------------------------------------------------------- inside the lock
@contextmanager
def _in_turn(engine: Engine) -> Iterator[Connection]:
    """A transaction of its own. What guards the places is the lock of the database.

    SQLite has no line for who waits to write: with a hundred people at once some would wait in vain. So those of one process take
    turns, and a process that the others left no gap tries again.
    """
    with ExitStack() as stack:
        if engine.dialect.name == "sqlite":
            stack.enter_context(TURN)
        for tries_left in reversed(range(TRIES)):
            try:
                connection = stack.enter_context(writing(engine))
                break
            except OperationalError:
                if not tries_left:
                    raise
        yield connection


def _fill(connection: Connection, settings: Settings, row: Any) -> list[Any]:
    free = row.capacity - taken(connection, row.id)
    seated: list[Any] = []
    for guest in _line(connection, row.id) if free > 0 and _is_before_start(settings, row) else ():
        if guest.persons > row.capacity:
            continue
        if guest.persons > free:
            break
        _write(connection, guest, {"state": "confirmed"})
        free -= guest.persons
        seated.append(_guest(connection, guest.id))
    return seated


def _line(connection: Connection, wijkgesprek_id: str) -> list[Any]:
    waiting = (REGISTRATION.c.wijkgesprek_id == wijkgesprek_id, REGISTRATION.c.state == "waitlisted")
    return list(connection.execute(select(REGISTRATION).where(*waiting).order_by(REGISTRATION.c.place_in_line)))


def _add(connection: Connection, settings: Settings, wijkgesprek_id: str, wanted: Wanted) -> str:
    mine = REGISTRATION.c.wijkgesprek_id == wijkgesprek_id
    last = connection.execute(select(func.coalesce(func.max(REGISTRATION.c.place_in_line), 0)).where(mine)).scalar_one()
    columns = {
        "id": random_id("a"), "key": wanted.key, "wijkgesprek_id": wijkgesprek_id, "state": "waitlisted", "place_in_line": last + 1,
        "code_hash": code_hash(settings.key, registration_code(settings.key, wanted.key)), "persons": wanted.persons, "lang": wanted.lang,
        "revision": 1, "made_at": settings.clock(), **_columns(settings, wanted),
    }  # fmt: skip
    connection.execute(insert(REGISTRATION).values(**columns))
    return str(columns["id"])


def _columns(settings: Settings, wanted: Wanted) -> dict[str, str]:
    return {"name": wanted.name, "mail": wanted.mail, "telephone": wanted.telephone, "needs": seal(settings, wanted.needs)}


def _stands(settings: Settings, guest: Any, wanted: Wanted) -> bool:
    known = (guest.name, guest.persons, guest.lang, guest.mail, guest.telephone, unseal(settings, guest.needs))
    return known == (wanted.name, wanted.persons, wanted.lang, wanted.mail, wanted.telephone, wanted.needs)


def _no_room(connection: Connection, row: Any, guest: Any, persons: int) -> Problem | None:
    """Whoever has a place can bring more people when there is room and nobody waits; whoever waits, as many as can ever come."""
    if persons <= guest.persons:
        return None
    if persons > row.capacity:
        return Problem(TOO_LARGE, {"n": row.capacity})
    fits = taken(connection, row.id) - guest.persons + persons <= row.capacity and not _line(connection, row.id)
    return None if fits or guest.state == "waitlisted" else Problem(TOO_MANY)


def _write(connection: Connection, guest: Any, values: Mapping[str, Any]) -> None:
    """Each change counts, so that a form that showed an older state is recognised."""
    connection.execute(update(REGISTRATION).where(REGISTRATION.c.id == guest.id).values(**values, revision=REGISTRATION.c.revision + 1))


def _guest(connection: Connection, id_: str) -> Any:
    return connection.execute(select(REGISTRATION).where(REGISTRATION.c.id == id_)).one()


def _is_before_start(settings: Settings, row: Any) -> bool:
    return bool(row.state == "open" and row.starts_at > settings.clock())
