"""Room staff: slows down who guesses passwords. Who fails waits, each time longer, and never for ever."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from math import ceil

from fastapi import Request
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert  # the same words for both engines

from app.access import settings_of
from app.db import writing
from app.models.tables import TRY
from app.settings import Settings

DEVICE = "apparaat"  # the cookie of a browser in which somebody signed in before
FIRST_SECONDS = 15
OF_PLACE = (5, 900)  # from the fifth failure of one name at one place or device: at most 15 minutes
OF_NAME = (50, 60)  # from the fiftieth of one name anywhere: at most a minute, but not for the first try at a new place
OF_ALL = (60, 60)  # from the sixtieth at one place, whatever the names: at most a minute
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True)
class Turn:
    """One try: what it counts for, and how many seconds it has to wait; 0 when the password may be looked at."""

    limits: dict[str, tuple[int, int]]
    wait: int = 0


def begin_try(request: Request, name: str) -> Turn:
    """Count a try before it is looked at: a hundred at once are a hundred. Who has to wait is not counted."""
    settings, limits = settings_of(request), _limits(request, name)
    now = settings.clock()
    with writing(request.app.state.engine) as connection:
        failures, wait = _failures(connection, settings, limits)
        if wait:
            return Turn(limits, wait)
        for who in limits:
            connection.execute(update(TRY).where(TRY.c.who == who).values(failures=failures[who] + 1, last_at=now))
    return Turn(limits)


def forgive(connection: Connection, settings: Settings, turn: Turn) -> None:
    """The try was right: what failed from here counts no more, and for the name this one is taken back."""
    for who, limit in turn.limits.items():
        mine = TRY.c.who == who
        if limit in {OF_NAME, OF_ALL}:
            connection.execute(update(TRY).where(mine, TRY.c.failures > 0).values(failures=TRY.c.failures - 1))
        else:
            connection.execute(delete(TRY).where(mine))
    connection.execute(delete(TRY).where(TRY.c.last_at < settings.clock() - FORGOTTEN))


def seconds_to_wait(failures: int, first: int, longest: int) -> int:
    """15 seconds from the `first` failure on, doubled at each next one."""
    return 0 if failures < first else int(min(FIRST_SECONDS * 2 ** min(failures - first, 20), longest))


def _failures(connection: Connection, settings: Settings, limits: dict[str, tuple[int, int]]) -> tuple[dict[str, int], int]:
    """How often each failed so far, and how long to wait; the rows are there and locked from now on."""
    now = settings.clock()
    for who in sorted(limits):  # always in one order, so that two never wait for each other
        connection.execute(upsert(TRY).values(who=who, failures=0, last_at=now).on_conflict_do_nothing())
    failures, waits = {}, {}
    for row in connection.execute(select(TRY).where(TRY.c.who.in_(limits)).order_by(TRY.c.who).with_for_update()).all():
        failures[row.who] = row.failures if row.last_at > now - FORGOTTEN else 0
        seconds = seconds_to_wait(failures[row.who], *limits[row.who])
        waits[limits[row.who]] = min(seconds, ceil((row.last_at - now).total_seconds() + seconds))
    is_new = any(limits[who] == OF_PLACE and not n for who, n in failures.items())
    if is_new:  # a stranger elsewhere must not keep the owner out who comes to a new place
        waits.pop(OF_NAME, None)
    return failures, max(0, *waits.values())


def _limits(request: Request, name: str) -> dict[str, tuple[int, int]]:
    """On a device of this name only that device counts, so that a stranger elsewhere never slows its owner down."""
    settings = settings_of(request)
    if device := _device_of(request, name):
        return {_hash(settings, "device", device, name): OF_PLACE}
    place, day = _place(request.client.host if request.client else ""), str(settings.today())
    return {
        _hash(settings, "place", day, place, name): OF_PLACE, _hash(settings, "name", name): OF_NAME, _hash(settings, "all", day, place): OF_ALL
    }  # fmt: skip


def _place(host: str) -> str:
    """One home or office: an IPv6 network, of which a visitor has more addresses than anyone can count, or an IPv4 address."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else host


def device_cookie(request: Request, name: str) -> str:
    """What this browser carries from now on, so that it is known again when this name signs in."""
    device = _device_of(request, name) or secrets.token_urlsafe(16)
    return f"{device}.{_hash(settings_of(request), 'signed', device, name)}"


def _device_of(request: Request, name: str) -> str:
    device, _, signature = request.cookies.get(DEVICE, "").rpartition(".")
    wanted = _hash(settings_of(request), "signed", device, name)
    return device if device and hmac.compare_digest(signature.encode("utf-8", "replace"), wanted.encode()) else ""


def _hash(settings: Settings, *words: str) -> str:
    said = "\n".join(("try", *words)).encode("utf-8", "replace")
    return hmac.new(settings.key, said, hashlib.sha256).hexdigest()
