"""Ground floor: surveys, what residents answered, and the statements that analysis reads. No name, address or moment stands beside an answer."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Text
from sqlmodel import Field, SQLModel

from app.models.base import one_of, random_id

STATES = ("draft", "test", "open", "paused", "paper_only", "closed", "archived")
AUDIENCES = ("resident", "professional")
CHANNELS = ("web", "kiosk", "paper", "oral", "phone")
STREAMS = ("sample", "open_link", "desk")
SESSIONS = ("wijkgesprek", "kennissessie")  # there a contribution is counted, not a person
SOURCES = ("survey", "professional", "wijkgesprek", "kennissessie")


class Survey(SQLModel, table=True):
    """One survey by its key; `fingerprint` is the version that new responses get."""

    __table_args__ = (one_of("state", STATES), one_of("audience", AUDIENCES))
    key: str = Field(primary_key=True, max_length=64)
    state: str = Field(default="draft", max_length=16)
    audience: str = Field(max_length=16)
    fingerprint: str = Field(max_length=64)
    opened_on: date | None = None
    closed_on: date | None = None


class SurveyVersion(SQLModel, table=True):
    """The text of one version, as imported, with the translations it had then; never changed once a response points at it."""

    __tablename__ = "survey_version"
    fingerprint: str = Field(primary_key=True, max_length=64)
    survey_key: str = Field(sa_column=Column(String(64), ForeignKey("survey.key", ondelete="CASCADE"), index=True, nullable=False))
    number: str = Field(max_length=16)
    source: str = Field(sa_column=Column(Text, nullable=False))
    translations: dict[str, dict[str, str]] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    imported_on: date


class Response(SQLModel, table=True):
    """One person's way through a survey. `key` is what her device holds; `id` is what analysts see; days, no times."""

    __table_args__ = (
        one_of("state", ("begun", "finished")),
        one_of("channel", CHANNELS),
        one_of("stream", STREAMS),
        Index("ix_response_survey_key_state", "survey_key", "state"),
    )
    id: str = Field(default_factory=lambda: random_id("r"), primary_key=True, max_length=16)
    key: str = Field(unique=True, max_length=36)
    survey_key: str = Field(foreign_key="survey.key", max_length=64)
    fingerprint: str = Field(foreign_key="survey_version.fingerprint", max_length=64)
    state: str = Field(default="begun", max_length=16)
    lang: str = Field(max_length=8)
    channel: str = Field(default="web", max_length=16)
    assisted: bool = False
    stream: str = Field(default="open_link", max_length=16)
    area: str | None = Field(default=None, max_length=64)
    receipt_hash: str = Field(index=True, max_length=64)
    begun_on: date
    finished_on: date | None = None
    left_on: date | None = None  # counted apart as left half-way, because the survey said so


class AnsweredPage(SQLModel, table=True):
    """The answers of one page; `revision` counts its saves, so that an old tab never overwrites a new one."""

    __tablename__ = "answered_page"
    response_id: str = Field(sa_column=Column(String(16), ForeignKey("response.id", ondelete="CASCADE"), primary_key=True, nullable=False))
    page: str = Field(primary_key=True, max_length=64)
    revision: int = 1
    answers: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class Statement(SQLModel, table=True):
    """The unit that analysis reads: a text with where, in which language and under which pillar it was said. Once erased the text is empty."""

    __table_args__ = (one_of("source", SOURCES), Index("ix_statement_survey_key_source", "survey_key", "source"))
    id: str = Field(default_factory=lambda: random_id("s"), primary_key=True, max_length=16)
    source: str = Field(max_length=16)
    survey_key: str | None = Field(default=None, foreign_key="survey.key", max_length=64)
    response_id: str | None = Field(
        default=None, sa_column=Column(String(16), ForeignKey("response.id", ondelete="CASCADE"), index=True, nullable=True)
    )
    question: str = Field(max_length=64)
    text: str = Field(sa_column=Column(Text, nullable=False))
    lang: str = Field(max_length=8)
    pillar_asked: str | None = Field(default=None, max_length=32)
    area: str | None = Field(default=None, max_length=64)
    channel: str = Field(max_length=16)
    stream: str = Field(max_length=16)
    said_on: date
    erased_on: date | None = None


class AgeStop(SQLModel, table=True):
    """How many people stopped at the age question: the only thing that is kept of them."""

    __tablename__ = "age_stop"
    survey_key: str = Field(sa_column=Column(String(64), ForeignKey("survey.key", ondelete="CASCADE"), primary_key=True))
    n: int = 0


class Left(SQLModel, table=True):
    """How many people stopped for good after a page, of responses that were erased since: counts, nothing of anybody."""

    __tablename__ = "left_after"
    survey_key: str = Field(sa_column=Column(String(64), ForeignKey("survey.key", ondelete="CASCADE"), primary_key=True))
    page: str = Field(primary_key=True, max_length=64)
    lang: str = Field(primary_key=True, max_length=8)
    channel: str = Field(primary_key=True, max_length=16)
    n: int = 0
