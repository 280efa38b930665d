"""Wijkgesprekken for tests: planned, open or held, with people who come and tables that write, put straight into the tables."""

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

from houses import OpenHouse
from people import Resident
from sqlalchemy import insert, update

from app.access import TABLE, form_token, token_hash
from app.codes import code_hash, registration_code
from app.models.base import random_id
from app.models.tables import REGISTRATION, TABLE_LINK, WIJKGESPREK, WIJKGESPREK_TEXT
from app.seal import seal
from app.wijkgesprekken.shown import source_hash

TITLE = "Koffie en praten over uw straat"
WORDS = "Wat gaat goed? Wat moet beter?"


def make_wijkgesprek(
    house: OpenHouse, *, starts: timedelta = timedelta(days=22), hours: float = 1.5, title: str = TITLE, **columns: Any
) -> str:
    """One wijkgesprek that starts so long after the house's clock; open unless told otherwise. Returns its id."""
    begins = house.settings.clock() + starts
    row = {
        "id": random_id("w"), "state": "open", "starts_at": begins, "ends_at": begins + timedelta(hours=hours), "place": "Wijkcentrum Het Anker",
        "address": "Voorbeeldplein 2", "area": "wielwijk", "capacity": 24, "line": "betrekken", "host": "", "languages": ["nl"],
        "feedback_on": (begins + timedelta(days=21)).date(), "feedback_owner": "Programmabureau", "step_free": True, "childcare": True,
        "sequence": 0, "changed_at": house.settings.clock(), **columns,
    }  # fmt: skip
    dutch = {
        "wijkgesprek_id": row["id"],
        "lang": "nl",
        "title": title,
        "text": WORDS,
        "state": "reviewed",
        "source_hash": source_hash(title, WORDS),
    }
    with house.engine.begin() as connection:
        connection.execute(insert(WIJKGESPREK).values(**row))
        connection.execute(insert(WIJKGESPREK_TEXT).values(**dutch))
    return str(row["id"])


def is_now(house: OpenHouse, id_: str, **columns: Any) -> None:
    """What time or somebody else did to a wijkgesprek."""
    with house.engine.begin() as connection:
        connection.execute(update(WIJKGESPREK).where(WIJKGESPREK.c.id == id_).values(**columns))


def held(house: OpenHouse, **columns: Any) -> str:
    """One that began half an hour ago and goes on for an hour."""
    return make_wijkgesprek(house, starts=-timedelta(minutes=30), **columns)


def comes(
    house: OpenHouse, id_: str, name: str, *, persons: int = 1, state: str = "confirmed", line: int = 1, needs: str = "", mail: str = ""
) -> str:
    """Somebody who registered. Returns the id of her registration."""
    key, settings = str(uuid.uuid4()), house.settings
    row = {
        "id": random_id("a"), "key": key, "wijkgesprek_id": id_, "code_hash": code_hash(settings.key, registration_code(settings.key, key)),
        "state": state, "place_in_line": line, "persons": persons, "lang": "tr", "name": name, "mail": mail, "telephone": "06 12345678",
        "needs": seal(settings, needs), "revision": 1, "made_at": settings.clock(),
    }  # fmt: skip
    with house.engine.begin() as connection:
        connection.execute(insert(REGISTRATION).values(**row))
    return str(row["id"])


def link_to(house: OpenHouse, id_: str, table_no: int, *, ends: datetime | None = None) -> str:
    """The address that an office colleague hands to a table."""
    token = secrets.token_urlsafe(16)
    until = ends or house.settings.clock() + timedelta(hours=20)
    with house.engine.begin() as connection:
        connection.execute(insert(TABLE_LINK).values(token_hash=token_hash(token), wijkgesprek_id=id_, table_no=table_no, ends_at=until))
    return f"/tafel/{token}"


def at_table(house: OpenHouse, id_: str, table_no: int, *, lang: str = "nl") -> Resident:
    """Somebody who writes at this table, on a device of her own, and has its page before her."""
    writer = house.resident(lang, address="10.0.0.9").opens(link_to(house, id_, table_no))
    assert writer.url == "/tafel"
    assert writer.browser.cookies.get(TABLE)
    return writer


def table_token(house: OpenHouse, id_: str, table_no: int) -> str:
    """What stands in the forms of a table."""
    return form_token(house.settings, f"{id_}/{table_no}")
