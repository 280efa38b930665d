"""The first tables: surveys, answers, statements, runs, what the office accepts, what staff did."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accepted_language",
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("lang", name=op.f("pk_accepted_language")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object", sa.String(length=128), nullable=False),
        sa.Column("result", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)

    op.create_table(
        "survey",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("audience in ('resident', 'professional')", name=op.f("ck_survey_audience")),
        sa.CheckConstraint(
            "state in ('draft', 'test', 'open', 'paused', 'paper_only', 'closed', 'archived')", name=op.f("ck_survey_state")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_survey")),
    )
    op.create_table(
        "age_stop",
        sa.Column("survey_key", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["survey_key"], ["survey.key"], name=op.f("fk_age_stop_survey_key_survey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("survey_key", name=op.f("pk_age_stop")),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("survey_key", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("engine", sa.String(length=16), nullable=False),
        sa.Column("software", sa.String(length=64), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("n_in", sa.Integer(), nullable=False),
        sa.Column("n_themed", sa.Integer(), nullable=False),
        sa.Column("n_rest", sa.Integer(), nullable=False),
        sa.Column("n_excluded", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["survey_key"], ["survey.key"], name=op.f("fk_run_survey_key_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_survey_key"), ["survey_key"], unique=False)

    op.create_table(
        "survey_version",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("survey_key", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("translations", sa.JSON(), nullable=False),
        sa.Column("imported_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["survey_key"], ["survey.key"], name=op.f("fk_survey_version_survey_key_survey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_survey_version")),
    )
    with op.batch_alter_table("survey_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_survey_version_survey_key"), ["survey_key"], unique=False)

    op.create_table(
        "response",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("survey_key", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("assisted", sa.Boolean(), nullable=False),
        sa.Column("stream", sa.String(length=16), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=True),
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.CheckConstraint("channel in ('web', 'kiosk', 'paper', 'oral', 'phone')", name=op.f("ck_response_channel")),
        sa.CheckConstraint("state in ('begun', 'finished')", name=op.f("ck_response_state")),
        sa.CheckConstraint("stream in ('sample', 'open_link', 'desk')", name=op.f("ck_response_stream")),
        sa.ForeignKeyConstraint(["fingerprint"], ["survey_version.fingerprint"], name=op.f("fk_response_fingerprint_survey_version")),
        sa.ForeignKeyConstraint(["survey_key"], ["survey.key"], name=op.f("fk_response_survey_key_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("key", name=op.f("uq_response_key")),
    )
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_response_receipt_hash"), ["receipt_hash"], unique=False)
        batch_op.create_index("ix_response_survey_key_state", ["survey_key", "state"], unique=False)

    op.create_table(
        "theme",
        sa.Column("run_id", sa.String(length=16), nullable=False),
        sa.Column("pillar", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=96), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_theme_run_id_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "pillar", "key", name=op.f("pk_theme")),
    )
    op.create_table(
        "answered_page",
        sa.Column("response_id", sa.String(length=16), nullable=False),
        sa.Column("page", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_answered_page_response_id_response"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("response_id", "page", name=op.f("pk_answered_page")),
    )
    op.create_table(
        "statement",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("survey_key", sa.String(length=64), nullable=True),
        sa.Column("response_id", sa.String(length=16), nullable=True),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("pillar_asked", sa.String(length=32), nullable=True),
        sa.Column("area", sa.String(length=64), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("stream", sa.String(length=16), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.CheckConstraint("source in ('survey', 'professional', 'wijkgesprek', 'kennissessie')", name=op.f("ck_statement_source")),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_statement_response_id_response"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["survey_key"], ["survey.key"], name=op.f("fk_statement_survey_key_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
    )
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statement_response_id"), ["response_id"], unique=False)
        batch_op.create_index("ix_statement_survey_key_source", ["survey_key", "source"], unique=False)

    op.create_table(
        "placement",
        sa.Column("run_id", sa.String(length=16), nullable=False),
        sa.Column("statement_id", sa.String(length=16), nullable=False),
        sa.Column("pillar", sa.String(length=32), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("also", sa.String(length=120), nullable=False),
        sa.Column("theme", sa.String(length=96), nullable=False),
        sa.Column("fit", sa.Float(), nullable=False),
        sa.Column("excluded", sa.String(length=120), nullable=False),
        sa.Column("quote", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_placement_run_id_run"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_placement_statement_id_statement"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "statement_id", name=op.f("pk_placement")),
    )
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_placement_statement_id"), ["statement_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_placement_statement_id"))

    op.drop_table("placement")
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_index("ix_statement_survey_key_source")
        batch_op.drop_index(batch_op.f("ix_statement_response_id"))

    op.drop_table("statement")
    op.drop_table("answered_page")
    op.drop_table("theme")
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_index("ix_response_survey_key_state")
        batch_op.drop_index(batch_op.f("ix_response_receipt_hash"))

    op.drop_table("response")
    with op.batch_alter_table("survey_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survey_version_survey_key"))

    op.drop_table("survey_version")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_survey_key"))

    op.drop_table("run")
    op.drop_table("age_stop")
    op.drop_table("survey")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_at"))

    op.drop_table("audit")
    op.drop_table("accepted_language")
