"""Ground floor: what staff did. No words or codes of residents stand here."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from app.models.base import Moment


class Audit(SQLModel, table=True):
    """One act of staff: who, what, on which object, with which result and for what purpose."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(Moment, nullable=False, index=True))
    actor: str = Field(max_length=64)
    action: str = Field(max_length=64)
    object: str = Field(max_length=128)
    result: str = Field(default="ok", max_length=64)
    purpose: str = Field(default="", max_length=300)
