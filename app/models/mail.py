"""Ground floor: mail that waits. A row is written in the transaction of what it tells; what was sent keeps no address and no words."""

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from app.models.base import Moment, one_of, random_id

MAIL_STATES = ("waiting", "sending", "sent", "failed")


class Mail(SQLModel, table=True):
    """One message. `key` says what it tells and to whom it belongs, so that the same news is never put in twice."""

    __table_args__ = (one_of("state", MAIL_STATES), Index("ix_mail_state_next_at", "state", "next_at"))
    id: str = Field(default_factory=lambda: random_id("p"), primary_key=True, max_length=16)
    key: str = Field(unique=True, max_length=120)
    kind: str = Field(max_length=32)
    lang: str = Field(max_length=8)
    address: str = Field(default="", max_length=254)
    subject: str = Field(default="", max_length=200)
    body: str = Field(default="", sa_column=Column(Text, nullable=False))
    calendar: str = Field(default="", sa_column=Column(Text, nullable=False))
    state: str = Field(default="waiting", max_length=16)
    tries: int = 0
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    next_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    sent_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
