"""Alembic's way in: the same version files run on SQLite and PostgreSQL, on the connection that app.migrate gives."""

from typing import Any

import sqlmodel  # noqa: F401  # version files made by autogenerate name its types
from alembic import context

from app.models import metadata

HUEYS_OWN = {"kv", "schedule", "task", "counter"}  # the job library keeps its tables in our SQLite file


def is_ours(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:  # alembic calls it so
    return not (kind == "table" and name and (name in HUEYS_OWN or name.startswith("huey")))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    include_object=is_ours,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
