"""Ground floor: wijkgesprekken, who comes, and what was said there. Who comes stands apart from what was said: no key joins them."""

from datetime import date, datetime

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Moment, one_of, random_id

LINES = ("verkennen", "contact_leggen", "betrekken", "aansluiten")
WIJKGESPREK_STATES = ("draft", "open", "cancelled")
REGISTRATION_STATES = ("held", "confirmed", "waitlisted", "offered", "offer_expired", "cancelled", "rejected", "anonymised")
KINDS = ("probleem", "wens", "idee", "compliment", "vraag")
TEXT_STATES = ("machine", "reviewed")


class Wijkgesprek(SQLModel, table=True):
    """One neighbourhood conversation. `sequence` counts changes for calendars; `feedback_on` and `feedback_owner` are what was promised."""

    __table_args__ = (
        one_of("state", WIJKGESPREK_STATES),
        one_of("line", LINES),
        Index("ix_wijkgesprek_state_starts_at", "state", "starts_at"),
    )
    id: str = Field(default_factory=lambda: random_id("w"), primary_key=True, max_length=16)
    state: str = Field(default="draft", max_length=16)
    starts_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    ends_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    place: str = Field(max_length=120)
    address: str = Field(default="", max_length=160)
    area: str | None = Field(default=None, max_length=64)
    capacity: int
    line: str = Field(default="betrekken", max_length=16)
    host: str = Field(default="", max_length=120)
    languages: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    interpreter: bool = False
    step_free: bool = False
    childcare: bool = False
    feedback_on: date | None = None
    feedback_owner: str = Field(default="", max_length=120)
    feedback_given_on: date | None = None
    attendance: int | None = None
    sequence: int = 0
    changed_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class WijkgesprekText(SQLModel, table=True):
    """Title and text in one language. `source_hash` is the Dutch it was made from: when the Dutch changes, this counts as missing."""

    __tablename__ = "wijkgesprek_text"
    __table_args__ = (one_of("state", TEXT_STATES),)
    wijkgesprek_id: str = Field(sa_column=Column(String(16), ForeignKey("wijkgesprek.id", ondelete="CASCADE"), primary_key=True))
    lang: str = Field(primary_key=True, max_length=8)
    title: str = Field(max_length=120)
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    state: str = Field(default="machine", max_length=16)
    source_hash: str = Field(max_length=64)


class Registration(SQLModel, table=True):
    """Somebody who comes, with as little as possible. `key` is what her form carried; `place_in_line` orders the waiting list."""

    __table_args__ = (
        one_of("state", REGISTRATION_STATES),
        UniqueConstraint("wijkgesprek_id", "place_in_line"),
        Index("ix_registration_wijkgesprek_id_state", "wijkgesprek_id", "state"),
    )
    id: str = Field(default_factory=lambda: random_id("a"), primary_key=True, max_length=16)
    key: str = Field(unique=True, max_length=36)
    wijkgesprek_id: str = Field(sa_column=Column(String(16), ForeignKey("wijkgesprek.id", ondelete="CASCADE"), nullable=False))
    code_hash: str = Field(unique=True, max_length=64)
    state: str = Field(max_length=16)
    place_in_line: int
    persons: int = 1
    lang: str = Field(max_length=8)
    name: str = Field(default="", max_length=80)
    mail: str = Field(default="", max_length=254)
    telephone: str = Field(default="", max_length=32)
    needs: str = Field(default="", sa_column=Column(Text, nullable=False))  # sealed: app/seal.py
    revision: int = 1
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class TableLink(SQLModel, table=True):
    """The link of one table for one evening: whoever holds it writes down what is said there, without an account."""

    __tablename__ = "table_link"
    token_hash: str = Field(primary_key=True, max_length=64)
    wijkgesprek_id: str = Field(sa_column=Column(String(16), ForeignKey("wijkgesprek.id", ondelete="CASCADE"), nullable=False, index=True))
    table_no: int
    ends_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Contribution(SQLModel, table=True):
    """What belongs to a note besides its statement, which holds the words, the language, the pillar and the wijk. `seq` counts at its table."""

    statement_id: str = Field(sa_column=Column(String(16), ForeignKey("statement.id", ondelete="CASCADE"), primary_key=True))
    wijkgesprek_id: str = Field(sa_column=Column(String(16), ForeignKey("wijkgesprek.id", ondelete="CASCADE"), nullable=False, index=True))
    key: str = Field(unique=True, max_length=36)
    table_no: int
    seq: int = 0
    kind: str = Field(max_length=16)
    place_note: str = Field(default="", max_length=120)
    made_by: str = Field(max_length=64)
    revision: int = 1

    __table_args__ = (one_of("kind", KINDS),)
