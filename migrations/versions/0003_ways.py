"""Ways into a survey, wishes for contact, streets, and what becomes of responses that were left half-way."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("response", sa.Column("left_on", sa.Date(), nullable=True))
    op.create_table(
        "street",
        sa.Column("wijk", sa.String(length=64), nullable=False),
        sa.Column("folded", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("buurt", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("wijk", "folded", name=op.f("pk_street")),
    )
    op.create_table(
        "contact_wish",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("survey_key", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.String(length=2000), nullable=False),
        sa.Column("wishes", sa.JSON(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.ForeignKeyConstraint(["survey_key"], ["survey.key"], name=op.f("fk_contact_wish_survey_key_survey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_wish")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_contact_wish_survey_key"), "contact_wish", ["survey_key"])

    op.create_table(
        "help_link",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("survey_key", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["survey_key"], ["survey.key"], name=op.f("fk_help_link_survey_key_survey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_help_link_token_hash")),
    )
    op.create_index(op.f("ix_help_link_survey_key"), "help_link", ["survey_key"])

    op.create_table(
        "left_after",
        sa.Column("survey_key", sa.String(length=64), nullable=False),
        sa.Column("page", sa.String(length=64), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["survey_key"], ["survey.key"], name=op.f("fk_left_after_survey_key_survey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("survey_key", "page", "lang", "channel", name=op.f("pk_left_after")),
    )
    op.create_table(
        "personal_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("survey_key", sa.String(length=64), nullable=False),
        sa.Column("batch", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.CheckConstraint("state in ('unused', 'used')", name=op.f("ck_personal_code_state")),
        sa.ForeignKeyConstraint(["survey_key"], ["survey.key"], name=op.f("fk_personal_code_survey_key_survey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_personal_code")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_personal_code_survey_key"), "personal_code", ["survey_key"])


def downgrade() -> None:
    op.drop_index(op.f("ix_personal_code_survey_key"), "personal_code")

    op.drop_table("personal_code")
    op.drop_table("left_after")
    op.drop_index(op.f("ix_help_link_survey_key"), "help_link")

    op.drop_table("help_link")
    op.drop_index(op.f("ix_contact_wish_survey_key"), "contact_wish")

    op.drop_table("contact_wish")
    op.drop_table("street")
    op.drop_column("response", "left_on")
