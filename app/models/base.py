"""Ground floor: what all tables share: names of constraints, moments in UTC, and ids that tell nothing about order."""

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Dialect, MetaData, TypeDecorator
from sqlmodel import SQLModel

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
POWERS = [len(ALPHABET) ** place for place in range(14)]
metadata: MetaData = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept and given in UTC by both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002  # SQLAlchemy names the arguments
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy names the arguments
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def random_id(letter: str) -> str:
    """An id without order: rows that belong to one evening cannot be found by counting. Starts with a letter: no spreadsheet takes it for a number."""
    drawn = secrets.randbelow(POWERS[-1] * len(ALPHABET))  # once: fourteen draws take ten times as long
    return letter + "".join(ALPHABET[drawn // power % len(ALPHABET)] for power in POWERS)


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} in ({', '.join(repr(value) for value in values)})", name=column)
