"""Staff and how they come in, wijkgesprekken, mail that waits, and what people decide about themes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("pillar", sa.String(length=32), nullable=False),
        sa.Column("goal", sa.Integer(), nullable=True),
        sa.Column("area", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.String(length=64), nullable=False),
        sa.Column("published_by", sa.String(length=64), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.CheckConstraint("status in ('draft', 'reviewed', 'published')", name=op.f("ck_finding_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_table(
        "invitation",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_ends_on", sa.Date(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role in ('office', 'analyst', 'transcriber', 'interviewer', 'translator', 'partner', 'auditor', 'admin')",
            name=op.f("ck_invitation_role"),
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_invitation")),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('waiting', 'sending', 'sent', 'failed')", name=op.f("ck_mail_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
    )
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.create_index("ix_mail_state_next_at", ["state", "next_at"], unique=False)

    op.create_table(
        "sign_in_try",
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_sign_in_try")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("name_key", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "role in ('office', 'analyst', 'transcriber', 'interviewer', 'translator', 'partner', 'auditor', 'admin')",
            name=op.f("ck_staff_role"),
        ),
        sa.CheckConstraint("state in ('active', 'disabled')", name=op.f("ck_staff_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name_key", name=op.f("uq_staff_name_key")),
    )
    op.create_table(
        "wijkgesprek",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=160), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(length=16), nullable=False),
        sa.Column("host", sa.String(length=120), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("interpreter", sa.Boolean(), nullable=False),
        sa.Column("step_free", sa.Boolean(), nullable=False),
        sa.Column("childcare", sa.Boolean(), nullable=False),
        sa.Column("feedback_on", sa.Date(), nullable=True),
        sa.Column("feedback_owner", sa.String(length=120), nullable=False),
        sa.Column("feedback_given_on", sa.Date(), nullable=True),
        sa.Column("attendance", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("line in ('verkennen', 'contact_leggen', 'betrekken', 'aansluiten')", name=op.f("ck_wijkgesprek_line")),
        sa.CheckConstraint("state in ('draft', 'open', 'cancelled')", name=op.f("ck_wijkgesprek_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wijkgesprek")),
    )
    with op.batch_alter_table("wijkgesprek", schema=None) as batch_op:
        batch_op.create_index("ix_wijkgesprek_state_starts_at", ["state", "starts_at"], unique=False)

    op.create_table(
        "registration",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("wijkgesprek_id", sa.String(length=16), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("place_in_line", sa.Integer(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("mail", sa.String(length=254), nullable=False),
        sa.Column("telephone", sa.String(length=32), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('held', 'confirmed', 'waitlisted', 'offered', 'offer_expired', 'cancelled', 'rejected', 'anonymised')",
            name=op.f("ck_registration_state"),
        ),
        sa.ForeignKeyConstraint(
            ["wijkgesprek_id"], ["wijkgesprek.id"], name=op.f("fk_registration_wijkgesprek_id_wijkgesprek"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_registration_code_hash")),
        sa.UniqueConstraint("key", name=op.f("uq_registration_key")),
        sa.UniqueConstraint("wijkgesprek_id", "place_in_line", name=op.f("uq_registration_wijkgesprek_id_place_in_line")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index("ix_registration_wijkgesprek_id_state", ["wijkgesprek_id", "state"], unique=False)

    op.create_table(
        "staff_session",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_session_staff_id_staff"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_staff_session")),
    )
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_session_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "table_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("wijkgesprek_id", sa.String(length=16), nullable=False),
        sa.Column("table_no", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["wijkgesprek_id"], ["wijkgesprek.id"], name=op.f("fk_table_link_wijkgesprek_id_wijkgesprek"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_table_link")),
    )
    with op.batch_alter_table("table_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_table_link_wijkgesprek_id"), ["wijkgesprek_id"], unique=False)

    op.create_table(
        "wijkgesprek_text",
        sa.Column("wijkgesprek_id", sa.String(length=16), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("state in ('machine', 'reviewed')", name=op.f("ck_wijkgesprek_text_state")),
        sa.ForeignKeyConstraint(
            ["wijkgesprek_id"], ["wijkgesprek.id"], name=op.f("fk_wijkgesprek_text_wijkgesprek_id_wijkgesprek"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("wijkgesprek_id", "lang", name=op.f("pk_wijkgesprek_text")),
    )
    op.create_table(
        "run_request",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("run_id", sa.String(length=16), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('waiting', 'running', 'done', 'failed')", name=op.f("ck_run_request_state")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_request_run_id_run"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_request")),
    )
    op.create_table(
        "act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("pillar", sa.String(length=32), nullable=False),
        sa.Column("theme", sa.String(length=96), nullable=False),
        sa.Column("run_id", sa.String(length=16), nullable=True),
        sa.Column("statement_id", sa.String(length=16), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=64), nullable=False),
        sa.CheckConstraint("kind in ('rename', 'merge', 'move', 'settle')", name=op.f("ck_act_kind")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_act_run_id_run"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_act_statement_id_statement"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act")),
    )
    with op.batch_alter_table("act", schema=None) as batch_op:
        batch_op.create_index("ix_act_pillar_theme", ["pillar", "theme"], unique=False)
        batch_op.create_index(batch_op.f("ix_act_statement_id"), ["statement_id"], unique=False)

    op.create_table(
        "contribution",
        sa.Column("statement_id", sa.String(length=16), nullable=False),
        sa.Column("wijkgesprek_id", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("table_no", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("place_note", sa.String(length=120), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind in ('probleem', 'wens', 'idee', 'compliment', 'vraag')", name=op.f("ck_contribution_kind")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_contribution_statement_id_statement"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["wijkgesprek_id"], ["wijkgesprek.id"], name=op.f("fk_contribution_wijkgesprek_id_wijkgesprek"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_contribution")),
        sa.UniqueConstraint("key", name=op.f("uq_contribution_key")),
    )
    with op.batch_alter_table("contribution", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contribution_wijkgesprek_id"), ["wijkgesprek_id"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("finding_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("run_id", sa.String(length=16), nullable=True),
        sa.Column("pillar", sa.String(length=32), nullable=False),
        sa.Column("theme", sa.String(length=96), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("statement_id", sa.String(length=16), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.CheckConstraint("kind in ('theme', 'quote')", name=op.f("ck_evidence_kind")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_evidence_finding_id_finding"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_evidence_run_id_run"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_evidence_statement_id_statement"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_finding_id"), ["finding_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_statement_id"), ["statement_id"], unique=False)

    op.create_table(
        "quote",
        sa.Column("statement_id", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("cleared_by", sa.String(length=64), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_quote_statement_id_statement"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_quote")),
    )
    op.create_table(
        "redaction",
        sa.Column("statement_id", sa.String(length=16), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("settled_by", sa.String(length=64), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('proposed', 'accepted')", name=op.f("ck_redaction_state")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_redaction_statement_id_statement"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_redaction")),
    )
    with op.batch_alter_table("redaction", schema=None) as batch_op:
        batch_op.create_index("ix_redaction_state", ["state"], unique=False)

    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(length=32), nullable=False, server_default="command"))

    with op.batch_alter_table("theme", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stability", sa.Float(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("theme", schema=None) as batch_op:
        batch_op.drop_column("stability")

    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_column("origin")

    with op.batch_alter_table("redaction", schema=None) as batch_op:
        batch_op.drop_index("ix_redaction_state")

    op.drop_table("redaction")
    op.drop_table("quote")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_statement_id"))
        batch_op.drop_index(batch_op.f("ix_evidence_finding_id"))

    op.drop_table("evidence")
    with op.batch_alter_table("contribution", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contribution_wijkgesprek_id"))

    op.drop_table("contribution")
    with op.batch_alter_table("act", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_act_statement_id"))
        batch_op.drop_index("ix_act_pillar_theme")

    op.drop_table("act")
    op.drop_table("run_request")
    op.drop_table("wijkgesprek_text")
    with op.batch_alter_table("table_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_table_link_wijkgesprek_id"))

    op.drop_table("table_link")
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_session_staff_id"))

    op.drop_table("staff_session")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index("ix_registration_wijkgesprek_id_state")

    op.drop_table("registration")
    with op.batch_alter_table("wijkgesprek", schema=None) as batch_op:
        batch_op.drop_index("ix_wijkgesprek_state_starts_at")

    op.drop_table("wijkgesprek")
    op.drop_table("staff")
    op.drop_table("sign_in_try")
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_index("ix_mail_state_next_at")

    op.drop_table("mail")
    op.drop_table("invitation")
    op.drop_table("finding")
