"""Ground floor: who works here, how they came in, and what they did. No words or codes of residents stand here."""

from datetime import date, datetime

from sqlalchemy import Column, ForeignKey, String
from sqlmodel import Field, SQLModel

from app.models.base import Moment, one_of, random_id

ROLES = ("office", "analyst", "transcriber", "interviewer", "translator", "partner", "auditor", "admin")
STAFF_STATES = ("active", "disabled")


class Staff(SQLModel, table=True):
    """One person with an account. `name_key` is the name as it is compared; `must_change`: came in with a one-time password."""

    __table_args__ = (one_of("role", ROLES), one_of("state", STAFF_STATES))
    id: str = Field(default_factory=lambda: random_id("m"), primary_key=True, max_length=16)
    name: str = Field(max_length=64)
    name_key: str = Field(unique=True, max_length=64)
    role: str = Field(max_length=16)
    password_hash: str = Field(max_length=200)
    must_change: bool = False
    state: str = Field(default="active", max_length=16)
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    ends_on: date | None = None


class StaffSession(SQLModel, table=True):
    """One sign-in on one device; only a hash of what the browser holds is kept. Deleted is ended, at the next request."""

    __tablename__ = "staff_session"
    id_hash: str = Field(primary_key=True, max_length=64)
    staff_id: str = Field(sa_column=Column(String(16), ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True))
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    ends_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Invitation(SQLModel, table=True):
    """A seat that waits for a person: the link works once and until `ends_at`."""

    __table_args__ = (one_of("role", ROLES),)
    code_hash: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=64)
    role: str = Field(max_length=16)
    made_by: str = Field(max_length=64)
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    ends_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    account_ends_on: date | None = None
    used_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


class SignInTry(SQLModel, table=True):
    """How often signing in failed from one place for one name, as hashes; each failure makes the next wait longer, never for ever."""

    __tablename__ = "sign_in_try"
    who: str = Field(primary_key=True, max_length=64)
    failures: int = 0
    last_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Audit(SQLModel, table=True):
    """One act of staff: who, what, on which object, with which result, from where and for what purpose."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(Moment, nullable=False, index=True))
    actor: str = Field(max_length=64)
    action: str = Field(max_length=64)
    object: str = Field(max_length=128)
    result: str = Field(default="ok", max_length=64)
    origin: str = Field(default="command", max_length=32)
    purpose: str = Field(default="", max_length=300)
