"""Room staff: a seat is one sign-in in one browser: a new token each time, of which only a hash is kept."""

import secrets
from datetime import timedelta
from typing import Any

from fastapi import Request
from sqlalchemy import Connection, delete, insert

from app.access import SEAT, settings_of, token_hash
from app.models.tables import SESSION
from app.staff.tries import DEVICE, device_cookie

HOURS = 10
DEVICE_DAYS = 180


def take_seat(request: Request, connection: Connection, staff_id: str) -> str:
    """A new seat for this person; whatever seat the browser came with is ended, and so is what ran out."""
    now, seat = settings_of(request).clock(), secrets.token_urlsafe(32)
    connection.execute(delete(SESSION).where((SESSION.c.id_hash == token_hash(request.cookies.get(SEAT, ""))) | (SESSION.c.ends_at <= now)))
    row = {"id_hash": token_hash(seat), "staff_id": staff_id, "made_at": now, "ends_at": now + timedelta(hours=HOURS)}
    connection.execute(insert(SESSION).values(**row))
    return seat


def hand_out(request: Request, response: Any, seat: str, name: str) -> None:
    """Give the browser its seat, and what makes it known when this name signs in again."""
    for cookie, value, seconds in ((SEAT, seat, HOURS * 3600), (DEVICE, device_cookie(request, name), DEVICE_DAYS * 86400)):
        response.set_cookie(cookie, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https")


def take_back(response: Any) -> None:
    response.delete_cookie(SEAT, path="/", httponly=True, samesite="lax")
