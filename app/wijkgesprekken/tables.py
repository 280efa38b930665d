"""Room wijkgesprekken: the tables of one evening: a link that lets its holder write there, until noon on the next day."""

import secrets
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from app.access import token_hash
from app.forms import whole
from app.models.tables import TABLE_LINK, WIJKGESPREK, WIJKGESPREK_TEXT
from app.settings import HERE

MOST_TABLES = 40
NOON = time(12)


def table_number(typed: str) -> int | None:
    """The number of a table as it was typed or stands in an address; None when there can be no such table."""
    number = whole(typed, 3)
    return number if number and number <= MOST_TABLES else None


def links_end(ends_at: datetime) -> datetime:
    """Noon on the day after the wijkgesprek: time enough to write down what was left on paper."""
    return datetime.combine(ends_at.astimezone(HERE).date() + timedelta(days=1), NOON, HERE)


def make_link(connection: Connection, row: Any, table_no: int) -> str:
    """A new link for one table: 128 bits, of which only a hash is kept. Older links of this table keep working: one table, two tablets."""
    token = secrets.token_urlsafe(16)
    link = {"token_hash": token_hash(token), "wijkgesprek_id": row.id, "table_no": table_no, "ends_at": links_end(row.ends_at)}
    connection.execute(insert(TABLE_LINK).values(**link))
    return token


def links_of(connection: Connection, wijkgesprek: str, now: datetime) -> dict[int, int]:
    """How many links of each table still work."""
    found = connection.execute(
        select(TABLE_LINK.c.table_no)
        .where(TABLE_LINK.c.wijkgesprek_id == wijkgesprek, TABLE_LINK.c.ends_at > now)
        .order_by(TABLE_LINK.c.table_no)
    ).scalars()
    counted: dict[int, int] = {}
    for table_no in found:
        counted[table_no] = counted.get(table_no, 0) + 1
    return counted


def withdraw(connection: Connection, wijkgesprek: str, table_no: int) -> int:
    """End every link of one table, at its next click; how many there were."""
    return connection.execute(
        delete(TABLE_LINK).where(TABLE_LINK.c.wijkgesprek_id == wijkgesprek, TABLE_LINK.c.table_no == table_no)
    ).rowcount


def wijkgesprek_at(connection: Connection, wijkgesprek: str, *, lock: bool = False) -> Any:
    """One wijkgesprek with its Dutch title and text; None when there is none. With `lock` nobody else changes it meanwhile."""
    if lock:  # an outer join cannot be locked on PostgreSQL, so the row is taken first
        connection.execute(select(WIJKGESPREK.c.id).where(WIJKGESPREK.c.id == wijkgesprek).with_for_update())
    dutch = (WIJKGESPREK_TEXT.c.wijkgesprek_id == WIJKGESPREK.c.id) & (WIJKGESPREK_TEXT.c.lang == "nl")
    return connection.execute(
        select(WIJKGESPREK, WIJKGESPREK_TEXT.c.title, WIJKGESPREK_TEXT.c.text)
        .outerjoin(WIJKGESPREK_TEXT, dutch)
        .where(WIJKGESPREK.c.id == wijkgesprek)
    ).first()
