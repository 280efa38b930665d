"""Room staff: who has an account: names as they are compared, adding people, ending what they had open."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, or_, select
from sqlalchemy.exc import IntegrityError

from app.access import note_act
from app.forms import printable
from app.i18n import N_
from app.models.base import random_id
from app.models.staff import ROLES
from app.models.tables import SESSION, STAFF
from app.settings import Settings
from app.staff.passwords import hash_password, one_time_password, weakness

LONGEST_NAME = 64
NOBODY = "onbekend"  # who acts in the trail when it was nobody we know
TAKEN = frozenset({NOBODY, "command"})  # what the trail calls who has no account

FAULTS = {
    "short": N_("Kies een langer wachtwoord: minstens 12 tekens. Een paar woorden achter elkaar is goed."),
    "long": N_("Kies een korter wachtwoord: hoogstens 200 tekens."),
    "name": N_("Gebruik niet uw eigen naam als wachtwoord."),
    "worst": N_("Dit wachtwoord wordt vaak gebruikt en is snel te raden. Kies een ander."),
    "again": N_("De twee wachtwoorden zijn niet gelijk. Typ ze allebei opnieuw."),
    "old": N_("Dit is niet uw huidige wachtwoord."),
    "nameless": N_("Vul een naam in van 2 tot 64 letters."),
    "signs": N_("In een naam kunnen alleen letters, cijfers, spaties en leestekens staan."),
    "taken": N_("Deze naam is al in gebruik. Voeg bijvoorbeeld een achternaam toe."),
    "invited": N_("Voor deze naam staat al een uitnodiging open. Trek die eerst in."),
    "role": N_("Kies een rol."),
    "address": N_("Dit is geen e-mailadres. Kijk of het klopt, of laat het leeg."),
    "day": N_("Schrijf de datum als 2026-12-31, en niet eerder dan vandaag."),
    "self": N_("Dit kunt u niet bij uzelf doen. Vraag het een andere beheerder."),
    "last": N_("U bent de enige beheerder. Nodig eerst een tweede uit: anders kan straks niemand meer iemand toelaten."),
}


class Refused(ValueError):  # noqa: N818  # it is what the operator reads, not an error of the program
    """What the operator asked cannot be done; the message says why."""


def tidy_name(typed: str) -> str:
    return " ".join(unicodedata.normalize("NFC", printable(typed)).split())


def name_key(typed: str) -> str:
    """The name as it is compared: capitals, spaces and ways of writing a letter do not count."""
    return " ".join(unicodedata.normalize("NFKC", printable(typed)).casefold().split())


def name_fault(name: str) -> str:
    """Why this cannot be somebody's name: nameless, signs or taken; "" when it can."""
    if not 2 <= len(name) <= LONGEST_NAME or len(name_key(name)) > LONGEST_NAME:
        return "nameless"
    if not name.isprintable() or "\ufffd" in name:
        return "signs"
    return "taken" if name_key(name) in TAKEN else ""


def is_open(today: date) -> ColumnElement[bool]:
    """Accounts that can be used: not disabled, and their last day has not passed."""
    return (STAFF.c.state == "active") & or_(STAFF.c.ends_on.is_(None), STAFF.c.ends_on >= today)


def state_of(account: Row[Any], today: date) -> str:
    """active, disabled or ended."""
    return "ended" if account.state == "active" and account.ends_on and account.ends_on < today else str(account.state)


def listed_people(connection: Connection) -> Sequence[Any]:
    columns = (STAFF.c.id, STAFF.c.name, STAFF.c.role, STAFF.c.state, STAFF.c.ends_on, STAFF.c.must_change)
    return connection.execute(select(*columns).order_by(STAFF.c.name_key)).all()


def find_person(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(select(STAFF).where(STAFF.c.name_key == name_key(name)).with_for_update()).first()


def insert_person(  # the columns of an account
    connection: Connection, settings: Settings, *, name: str, role: str, password_hash: str, must_change: bool, ends_on: date | None
) -> str | None:  # fmt: skip
    """The id of the new account; None when the name is taken."""
    account = {"id": random_id("m"), "name": name, "name_key": name_key(name), "role": role, "password_hash": password_hash}
    try:
        with connection.begin_nested():
            connection.execute(
                insert(STAFF).values(**account, must_change=must_change, state="active", made_at=settings.clock(), ends_on=ends_on)
            )
    except IntegrityError:
        return None
    return account["id"]


def add_person(  # what an account has
    connection: Connection, settings: Settings, *, name: str, role: str, password: str | None = None, actor: str = "command",
    ends_on: date | None = None,
) -> str:  # fmt: skip
    """Give somebody an account. Returns the one-time password that was made, "" when a password was given. Raises Refused."""
    name = tidy_name(name)
    if role not in ROLES:
        raise Refused(f"“{role}” is not a role ({', '.join(ROLES)})")
    if fault := name_fault(name):
        raise Refused(
            f"“{name}” cannot be a name: " + ("it means nobody in the audit trail" if fault == "taken" else "2 to 64 plain letters")
        )
    if password is not None and (fault := weakness(password, name)):
        why = {"short": "shorter than 12 characters", "long": "longer than 200 characters", "name": "the name itself"}
        raise Refused(f"this password is too weak: {why.get(fault, 'easy to guess')}")
    given = one_time_password() if password is None else password
    person = insert_person(
        connection, settings, name=name, role=role, password_hash=hash_password(given), must_change=password is None, ends_on=ends_on
    )
    if person is None:
        raise Refused(f"the name “{name}” is taken")
    note_act(connection, settings, actor=actor, action="add account", object_=f"{person} {role}")
    return given if password is None else ""


def end_sessions(connection: Connection, staff_id: str, *, but: str = "") -> None:
    """Wherever this person is signed in: out at the next click."""
    connection.execute(delete(SESSION).where(SESSION.c.staff_id == staff_id, SESSION.c.id_hash != but))
