"""Shared floor: bring the tables to a version with alembic, on the engine in use."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from app.settings import ROOT

FOLDER = ROOT / "migrations"
LOCK = 5_050_508  # any number, the same in every process: two servers that start together migrate one after the other


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine, to: str = "head") -> str:
    """Upgrade, or downgrade when `to` is an earlier version ("base" for none); returns the version that stands now."""
    script = ScriptDirectory(str(FOLDER))
    try:
        wanted = None if to == "base" else script.get_revision(to)
    except (CommandError, AssertionError):  # alembic asserts that a name is not empty
        known = ", ".join(revision.revision for revision in script.walk_revisions())
        raise ValueError(f"there is no version “{to}” of the tables (known: {known}, head, base)") from None
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
            connection.commit()
        now = MigrationContext.configure(connection).get_current_revision()
        back = wanted is None or (now is not None and wanted.revision in _below(script, now))
        (command.downgrade if back else command.upgrade)(_config(connection), to)
        connection.commit()
        stands = MigrationContext.configure(connection).get_current_revision() or "base"
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_unlock({LOCK})"))
            connection.commit()
        return stands


def _below(script: ScriptDirectory, revision: str) -> set[str]:
    return {older.revision for older in script.iterate_revisions(revision, "base")} - {revision}


def is_current(engine: Engine) -> bool:
    """Whether the tables are at the version that this software needs."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == ScriptDirectory(str(FOLDER)).get_current_head()


def check(engine: Engine) -> None:
    """Raise when the models say something else than the migrations made."""
    with engine.connect() as connection:
        command.check(_config(connection))
