"""The codebook and its versions, words that the office edits, a second coder, translations of what was said, and what a run can answer for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BEFORE = ("rename", "merge", "move", "settle")
NOW = (*BEFORE, "accept", "also", "new", "split", "retire", "quotable", "direction")


def upgrade() -> None:
    _allow(NOW)
    op.create_table(
        "code_entry",
        sa.Column("pillar", sa.String(length=32), nullable=False),
        sa.Column("theme", sa.String(length=96), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("includes", sa.Text(), nullable=False),
        sa.Column("excludes", sa.Text(), nullable=False),
        sa.Column("goal", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pillar", "theme", name=op.f("pk_code_entry")),
    )
    op.create_table(
        "codebook_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("frozen_by", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_codebook_version")),
    )
    op.create_table(
        "word_list",
        sa.Column("pillar", sa.String(length=32), nullable=False),
        sa.Column("theme", sa.String(length=96), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pillar", "theme", "lang", name=op.f("pk_word_list")),
    )
    op.create_table(
        "coding_sample",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("run_id", sa.String(length=16), nullable=True),
        sa.Column("coder", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('open', 'done')", name=op.f("ck_coding_sample_state")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_coding_sample_run_id_run"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coding_sample")),
    )
    op.create_table(
        "released",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.String(length=300), nullable=False),
        sa.Column("run_id", sa.String(length=16), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_released_run_id_run"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_released")),
    )
    op.create_index(op.f("ix_released_scope"), "released", ["scope"])

    op.create_table(
        "coding",
        sa.Column("sample_id", sa.String(length=16), nullable=False),
        sa.Column("statement_id", sa.String(length=16), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("machine", sa.String(length=170), nullable=False),
        sa.Column("first", sa.String(length=170), nullable=False),
        sa.Column("second", sa.String(length=170), nullable=False),
        sa.Column("coded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["sample_id"], ["coding_sample.id"], name=op.f("fk_coding_sample_id_coding_sample"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_coding_statement_id_statement"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sample_id", "statement_id", name=op.f("pk_coding")),
    )
    op.create_index(op.f("ix_coding_statement_id"), "coding", ["statement_id"])

    op.create_table(
        "translation",
        sa.Column("statement_id", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_translation_statement_id_statement"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_translation")),
    )
    op.add_column("evidence", sa.Column("erased_on", sa.Date(), nullable=True))

    op.add_column("placement", sa.Column("also_themes", sa.String(length=400), nullable=False, server_default=""))
    op.add_column("placement", sa.Column("reasons", sa.String(length=400), nullable=False, server_default=""))
    op.add_column("placement", sa.Column("margin", sa.Float(), nullable=True))
    op.add_column("placement", sa.Column("ask", sa.Integer(), nullable=True))
    op.add_column("placement", sa.Column("machine", sa.String(length=170), nullable=False, server_default=""))

    op.add_column("run", sa.Column("codebook_version", sa.Integer(), nullable=True))
    op.add_column("run", sa.Column("words_hash", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("run", sa.Column("output_hash", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("run", sa.Column("trust", sa.JSON(), nullable=True))

    op.add_column("statement", sa.Column("erased_on", sa.Date(), nullable=True))

    op.add_column("theme", sa.Column("words", sa.String(length=300), nullable=False, server_default=""))
    op.add_column("theme", sa.Column("origin", sa.String(length=16), nullable=False, server_default="codebook"))


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM act WHERE kind NOT IN ('rename', 'merge', 'move', 'settle')"))
    _allow(BEFORE)
    op.drop_column("theme", "origin")
    op.drop_column("theme", "words")

    op.drop_column("statement", "erased_on")

    op.drop_column("run", "trust")
    op.drop_column("run", "output_hash")
    op.drop_column("run", "words_hash")
    op.drop_column("run", "codebook_version")

    op.drop_column("placement", "machine")
    op.drop_column("placement", "ask")
    op.drop_column("placement", "margin")
    op.drop_column("placement", "reasons")
    op.drop_column("placement", "also_themes")

    op.drop_column("evidence", "erased_on")

    op.drop_table("translation")
    op.drop_index(op.f("ix_coding_statement_id"), "coding")

    op.drop_table("coding")
    op.drop_index(op.f("ix_released_scope"), "released")

    op.drop_table("released")
    op.drop_table("coding_sample")
    op.drop_table("word_list")
    op.drop_table("codebook_version")
    op.drop_table("code_entry")


def _allow(kinds: tuple[str, ...]) -> None:
    """Which acts there are. SQLite makes the table anew: nothing points at it."""
    with op.batch_alter_table("act") as act:
        act.drop_constraint(op.f("ck_act_kind"), type_="check")
        act.create_check_constraint(op.f("ck_act_kind"), f"kind in ({', '.join(repr(kind) for kind in kinds)})")
