"""Ground floor: runs of the analysis, what people decided about what they found, and the findings that are told."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Text
from sqlmodel import Field, SQLModel

from app.models.base import Moment, one_of, random_id

ACTS = ("rename", "merge", "move", "settle", "accept", "also", "new", "split", "retire", "quotable", "direction")
SAMPLE_STATES = ("open", "done")
REQUEST_STATES = ("waiting", "running", "done", "failed")
FINDING_STATES = ("draft", "reviewed", "published")
REDACTION_STATES = ("proposed", "accepted")
EVIDENCE_KINDS = ("theme", "quote")


class Run(SQLModel, table=True):
    """One run: what went in (`input_hash`, `n_in`) and the ledger that must add up: n_in = n_themed + n_rest + n_excluded.

    `words_hash` is of the words it was run with, `output_hash` of every placement: a run done again must give it. `trust` holds what the model card tells.
    """

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
    codebook_version: int | None = None
    words_hash: str = Field(default="", max_length=64)
    output_hash: str = Field(default="", max_length=64)
    trust: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))


class Theme(SQLModel, table=True):
    """A theme of one run; `n` counts statements, `people` counts the residents who made them, each once.

    `words` are those that tell it from the others; `origin` is codebook, emerged (the answers brought it up) or settled (a person did).
    """

    run_id: str = Field(sa_column=Column(String(16), ForeignKey("run.id", ondelete="CASCADE"), primary_key=True))
    pillar: str = Field(primary_key=True, max_length=32)
    key: str = Field(primary_key=True, max_length=96)
    label: str = Field(max_length=200)
    n: int
    people: int
    stability: float | None = None
    words: str = Field(default="", max_length=300)
    origin: str = Field(default="codebook", max_length=16)


class Placement(SQLModel, table=True):
    """Where a run put one statement, and how sure.

    `also_themes` are further themes, pillar/theme with spaces between; `reasons` the words that decided, with commas; `ask` the place in the order in which a
    person's look helps most; `machine` pillar/theme that the machine would have chosen for what a person settled, without having seen that decision.
    """

    run_id: str = Field(sa_column=Column(String(16), ForeignKey("run.id", ondelete="CASCADE"), primary_key=True))
    statement_id: str = Field(sa_column=Column(String(16), ForeignKey("statement.id", ondelete="CASCADE"), primary_key=True, index=True))
    pillar: str = Field(max_length=32)
    confidence: float
    also: str = Field(default="", max_length=120)
    theme: str = Field(max_length=96)
    fit: float
    excluded: str = Field(default="", max_length=120)
    quote: bool = False
    also_themes: str = Field(default="", max_length=400)
    reasons: str = Field(default="", max_length=400)
    margin: float | None = None
    ask: int | None = None
    machine: str = Field(default="", max_length=170)


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
    erased_on: date | None = None


class CodeEntry(SQLModel, table=True):
    """What the codebook says about one theme: what belongs to it and what does not."""

    __tablename__ = "code_entry"
    pillar: str = Field(primary_key=True, max_length=32)
    theme: str = Field(primary_key=True, max_length=96)
    label: str = Field(max_length=200)
    definition: str = Field(default="", sa_column=Column(Text, nullable=False))
    includes: str = Field(default="", sa_column=Column(Text, nullable=False))
    excludes: str = Field(default="", sa_column=Column(Text, nullable=False))
    goal: int | None = None
    revision: int = 1
    changed_by: str = Field(max_length=64)
    changed_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class WordList(SQLModel, table=True):
    """Words of a pillar (theme "") or theme in one language, as the office left them; they stand in the place of the shipped list."""

    __tablename__ = "word_list"
    pillar: str = Field(primary_key=True, max_length=32)
    theme: str = Field(default="", primary_key=True, max_length=96)
    lang: str = Field(primary_key=True, max_length=8)
    words: str = Field(sa_column=Column(Text, nullable=False))
    revision: int = 1
    changed_by: str = Field(max_length=64)
    changed_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class CodebookVersion(SQLModel, table=True):
    """The codebook as it was frozen: themes with definitions, words, and what was decided, in `content`; until somebody opens it again nothing of it changes."""

    __tablename__ = "codebook_version"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    note: str = Field(default="", max_length=300)
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    content_hash: str = Field(max_length=64)
    frozen_by: str = Field(max_length=64)
    frozen_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    opened_by: str = Field(default="", max_length=64)
    opened_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


class CodingSample(SQLModel, table=True):
    """Statements drawn for a second coder, who sees neither the machine's nor the first coder's choice."""

    __tablename__ = "coding_sample"
    __table_args__ = (one_of("state", SAMPLE_STATES),)
    id: str = Field(default_factory=lambda: random_id("k"), primary_key=True, max_length=16)
    run_id: str | None = Field(default=None, sa_column=Column(String(16), ForeignKey("run.id", ondelete="SET NULL"), nullable=True))
    coder: str = Field(max_length=64)
    n: int
    seed: int = 0
    state: str = Field(default="open", max_length=16)
    made_by: str = Field(max_length=64)
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Coding(SQLModel, table=True):
    """One statement of such a sample: where the machine and the first coder had it when it was drawn, and where the second coder puts it."""

    sample_id: str = Field(sa_column=Column(String(16), ForeignKey("coding_sample.id", ondelete="CASCADE"), primary_key=True))
    statement_id: str = Field(sa_column=Column(String(16), ForeignKey("statement.id", ondelete="CASCADE"), primary_key=True, index=True))
    nth: int
    machine: str = Field(default="", max_length=170)
    first: str = Field(default="", max_length=170)
    second: str = Field(default="", max_length=170)
    coded_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


class Translation(SQLModel, table=True):
    """What was said in another language, in the Dutch of a person; `source_hash` belongs to the masked text that was translated."""

    statement_id: str = Field(sa_column=Column(String(16), ForeignKey("statement.id", ondelete="CASCADE"), primary_key=True))
    text: str = Field(sa_column=Column(Text, nullable=False))
    source_hash: str = Field(max_length=64)
    made_by: str = Field(max_length=64)
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Released(SQLModel, table=True):
    """A table of figures as it left: what it counted and what of it was shown, so that a later one takes no dash back. Never shown to anybody."""

    id: str = Field(default_factory=lambda: random_id("l"), primary_key=True, max_length=16)
    scope: str = Field(max_length=300, index=True)
    run_id: str | None = Field(default=None, sa_column=Column(String(16), ForeignKey("run.id", ondelete="SET NULL"), nullable=True))
    counts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    shown: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))
