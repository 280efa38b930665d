"""Ground floor: runs of the analysis and what they found."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Text
from sqlmodel import Field, SQLModel

from app.models.base import Moment, random_id


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
