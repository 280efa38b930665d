"""Ground floor: runs of the analysis, what people decided about what they found, and the findings that are told."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Text
from sqlmodel import Field, SQLModel

from app.models.base import Moment, one_of, random_id

ACTS = ("rename", "merge", "move", "settle")
REQUEST_STATES = ("waiting", "running", "done", "failed")
FINDING_STATES = ("draft", "reviewed", "published")
REDACTION_STATES = ("proposed", "accepted")
EVIDENCE_KINDS = ("theme", "quote")


class Run(SQLModel, table=True):
    """One run: what went in (`input_hash`, `n_in`) and the ledger that must add up: n_in = n_themed + n_rest + n_excluded."""

    id: str = Field(default_factory=lambda: random_id("b"), primary_key=True, max_length=16)
    survey_key: str | None = Field(default=None, foreign_key="survey.key", index=True, max_length=64)
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    seed: int = 0
    engine: str = Field(default="serial", max_length=16)
    software: str = Field(max_length=64)
    parameters: str = Field(sa_column=Column(Text, nullable=False))
    input_hash: str = Field(max_length=64)
    n_in: int
    n_themed: int
    n_rest: int
    n_excluded: int


class Theme(SQLModel, table=True):
    """A theme of one run; `n` counts statements, `people` counts the residents who made them, each once."""

    run_id: str = Field(sa_column=Column(String(16), ForeignKey("run.id", ondelete="CASCADE"), primary_key=True))
    pillar: str = Field(primary_key=True, max_length=32)
    key: str = Field(primary_key=True, max_length=96)
    label: str = Field(max_length=200)
    n: int
    people: int
    stability: float | None = None


class Placement(SQLModel, table=True):
    """Where a run put one statement, and how sure."""

    run_id: str = Field(sa_column=Column(String(16), ForeignKey("run.id", ondelete="CASCADE"), primary_key=True))
    statement_id: str = Field(sa_column=Column(String(16), ForeignKey("statement.id", ondelete="CASCADE"), primary_key=True, index=True))
    pillar: str = Field(max_length=32)
    confidence: float
    also: str = Field(default="", max_length=120)
    theme: str = Field(max_length=96)
    fit: float
    excluded: str = Field(default="", max_length=120)
    quote: bool = False


class RunRequest(SQLModel, table=True):
    """A run that somebody asked for: how far it is, and what came of it. The run itself is kept only when it is whole."""

    __tablename__ = "run_request"
    __table_args__ = (one_of("state", REQUEST_STATES),)
    id: str = Field(default_factory=lambda: random_id("v"), primary_key=True, max_length=16)
    asked_by: str = Field(max_length=64)
    asked_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    what: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    state: str = Field(default="waiting", max_length=16)
    step: str = Field(default="", max_length=64)
    done: int = 0
    total: int = 0
    reason: str = Field(default="", max_length=300)
    worker: str = Field(default="", max_length=80)
    run_id: str | None = Field(default=None, sa_column=Column(String(16), ForeignKey("run.id", ondelete="SET NULL"), nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


class Act(SQLModel, table=True):
    """One decision of a person about a theme or a statement. Acts are folded over every run in their order; undone acts stay visible."""

    __table_args__ = (one_of("kind", ACTS), Index("ix_act_pillar_theme", "pillar", "theme"))
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    actor: str = Field(max_length=64)
    kind: str = Field(max_length=16)
    pillar: str = Field(max_length=32)
    theme: str = Field(max_length=96)
    run_id: str | None = Field(default=None, sa_column=Column(String(16), ForeignKey("run.id", ondelete="SET NULL"), nullable=True))
    statement_id: str | None = Field(
        default=None, sa_column=Column(String(16), ForeignKey("statement.id", ondelete="CASCADE"), index=True, nullable=True)
    )
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    undone_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    undone_by: str = Field(default="", max_length=64)


class Redaction(SQLModel, table=True):
    """What may be read of one statement: numbers and codes are masked by themselves, names and places when a person accepted it.

    `source_hash` belongs to the text as it was said: when that changes, the redaction no longer holds. `spans` are the proposals,
    each with `kind`, `start`, `end` in the masked text and `hidden`.
    """

    __table_args__ = (one_of("state", REDACTION_STATES), Index("ix_redaction_state", "state"))
    statement_id: str = Field(sa_column=Column(String(16), ForeignKey("statement.id", ondelete="CASCADE"), primary_key=True))
    source_hash: str = Field(max_length=64)
    text: str = Field(sa_column=Column(Text, nullable=False))
    spans: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    state: str = Field(default="proposed", max_length=16)
    settled_by: str = Field(default="", max_length=64)
    settled_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


class Quote(SQLModel, table=True):
    """A statement that a person cleared to be quoted, in exactly these words."""

    statement_id: str = Field(sa_column=Column(String(16), ForeignKey("statement.id", ondelete="CASCADE"), primary_key=True))
    text: str = Field(sa_column=Column(Text, nullable=False))
    cleared_by: str = Field(max_length=64)
    cleared_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Finding(SQLModel, table=True):
    """What is said about what was heard. `revision` counts its changes, so that two people never overwrite each other."""

    __table_args__ = (one_of("status", FINDING_STATES),)
    id: str = Field(default_factory=lambda: random_id("f"), primary_key=True, max_length=16)
    title: str = Field(max_length=160)
    text: str = Field(sa_column=Column(Text, nullable=False))
    pillar: str = Field(max_length=32)
    goal: int | None = None
    area: str | None = Field(default=None, max_length=64)
    status: str = Field(default="draft", max_length=16)
    revision: int = 1
    made_by: str = Field(max_length=64)
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    changed_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    reviewed_by: str = Field(default="", max_length=64)
    published_by: str = Field(default="", max_length=64)
    published_on: date | None = None


class Evidence(SQLModel, table=True):
    """What a finding rests on: a theme with its figures as they passed the door then, or a cleared quote in its exact words."""

    __table_args__ = (one_of("kind", EVIDENCE_KINDS),)
    id: str = Field(default_factory=lambda: random_id("e"), primary_key=True, max_length=16)
    finding_id: str = Field(sa_column=Column(String(16), ForeignKey("finding.id", ondelete="CASCADE"), nullable=False, index=True))
    kind: str = Field(max_length=16)
    run_id: str | None = Field(default=None, sa_column=Column(String(16), ForeignKey("run.id", ondelete="SET NULL"), nullable=True))
    pillar: str = Field(default="", max_length=32)
    theme: str = Field(default="", max_length=96)
    label: str = Field(default="", max_length=200)
    figures: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    statement_id: str | None = Field(
        default=None, sa_column=Column(String(16), ForeignKey("statement.id", ondelete="SET NULL"), index=True, nullable=True)
    )
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    lang: str = Field(default="", max_length=8)
