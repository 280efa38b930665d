"""Room office: the ways into a survey: personal codes in batches, and links for organisations that help people answer."""

import csv
import io
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, case, delete, func, insert, select, update

from app.access import token_hash
from app.codes import LENGTH, LETTERS, code_hash, in_groups
from app.models.base import random_id
from app.models.tables import HELP_LINK, PERSONAL_CODE, SURVEY
from app.office.surveys import Refused
from app.settings import Settings

MOST_CODES = 100_000
LONGEST_BATCH, LONGEST_ORGANISATION = 64, 120
INVITING = ("draft", "test", "open", "paused")  # letters are printed before a survey opens
FAULTS = {  # for the operator; the page has its own words
    "survey": "nobody can begin with this survey now: it is closed, or taken on paper only",
    "batch": f"a batch has a name of 1 to {LONGEST_BATCH} characters",
    "taken": "this survey has a batch with this name already; give this one another name",
    "number": f"a batch has 1 to {MOST_CODES} codes",
    "organisation": f"name the organisation in 1 to {LONGEST_ORGANISATION} characters",
    "day": "the last day of the link has passed",
}


@dataclass(frozen=True)
class Batch:
    """One round of letters: how many codes it has now, and how many of them somebody began with."""

    survey: str
    name: str
    made: int
    used: int


def _survey_fault(connection: Connection, key: str) -> str:
    state = connection.execute(select(SURVEY.c.state).where(SURVEY.c.key == key)).scalar()
    if state is None:
        raise LookupError(f"there is no survey “{key}”")
    return "" if state in INVITING else "survey"


def _is_name(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and text.isprintable()


# ------------------------------------------------------------------------------------------- codes
def codes_fault(connection: Connection, key: str, batch: str, number: int) -> str:
    """Why this batch cannot be made; "" when it can."""
    if not _is_name(batch, LONGEST_BATCH):
        return "batch"
    if not 0 < number <= MOST_CODES:
        return "number"
    return "taken" if any(there.name == batch for there in count_codes(connection, key)) else _survey_fault(connection, key)


def make_codes(connection: Connection, settings: Settings, key: str, *, batch: str, number: int) -> list[str]:
    """New codes of one batch, as they go into letters. Only hashes are kept: who loses the list makes another batch."""
    if fault := codes_fault(connection, key, batch, number):
        raise Refused(FAULTS[fault])
    codes: set[str] = set()
    while len(codes) < number:
        codes.add("".join(secrets.choice(LETTERS) for _ in range(LENGTH)))
    hashes = sorted(code_hash(settings.key, code) for code in codes)  # not in the order of the letters
    rows = [{"code_hash": hashed, "survey_key": key, "batch": batch, "state": "unused"} for hashed in hashes]
    connection.execute(insert(PERSONAL_CODE), rows)
    return list(codes)


def codes_csv(codes: Sequence[str], address: str) -> bytes:
    """The list for who prints the letters: the only place where codes stand."""
    lines = io.StringIO(newline="")
    table = csv.writer(lines)
    table.writerow(["code", "address"])
    table.writerows([in_groups(code), f"{address}u/{code}"] for code in codes)
    return lines.getvalue().encode()


def count_codes(connection: Connection, key: str = "") -> list[Batch]:
    """Every batch of one survey, or of all."""
    used = func.sum(case((PERSONAL_CODE.c.state == "used", 1), else_=0))
    by = (PERSONAL_CODE.c.survey_key, PERSONAL_CODE.c.batch)
    asked = select(*by, func.count(), used).group_by(*by).order_by(*by)
    rows = connection.execute(asked.where(PERSONAL_CODE.c.survey_key == key) if key else asked)
    return [Batch(survey, name, made, int(n)) for survey, name, made, n in rows]


def stop_batch(connection: Connection, key: str, batch: str) -> int:
    """Codes of this batch that nobody used work no longer; how many. Who began goes on."""
    mine = (PERSONAL_CODE.c.survey_key == key, PERSONAL_CODE.c.batch == batch)
    if connection.execute(select(PERSONAL_CODE.c.batch).where(*mine).limit(1)).first() is None:
        raise LookupError(f"survey {key} has no batch “{batch}”")
    return connection.execute(delete(PERSONAL_CODE).where(*mine, PERSONAL_CODE.c.state == "unused")).rowcount


# ------------------------------------------------------------------------------------------- links for who helps
def link_fault(connection: Connection, settings: Settings, key: str, organisation: str, until: date | None) -> str:
    """Why this link cannot be made; "" when it can."""
    if not _is_name(organisation, LONGEST_ORGANISATION):
        return "organisation"
    return "day" if until is None or until < settings.today() else _survey_fault(connection, key)


def add_link(connection: Connection, settings: Settings, key: str, *, organisation: str, until: date) -> tuple[str, str]:
    """The id and the token of a new link: 128 bits, of which only a hash is kept."""
    if fault := link_fault(connection, settings, key, organisation, until):
        raise Refused(FAULTS[fault])
    token, id_ = secrets.token_urlsafe(16), random_id("h")
    row = {"id": id_, "survey_key": key, "organisation": organisation, "token_hash": token_hash(token), "ends_on": until, "closed": False}
    connection.execute(insert(HELP_LINK).values(**row))
    return id_, token


def links(connection: Connection) -> Sequence[Row[Any]]:
    return connection.execute(select(HELP_LINK).order_by(HELP_LINK.c.closed, HELP_LINK.c.organisation, HELP_LINK.c.id)).all()


def close_link(connection: Connection, id_: str) -> bool:
    return bool(
        connection.execute(update(HELP_LINK).where(HELP_LINK.c.id == id_, HELP_LINK.c.closed.is_(False)).values(closed=True)).rowcount
    )
