"""The tables: made by the migrations alone, the same on both engines, with data in them, there and back."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from alembic.script import ScriptDirectory
from houses import ENGINES, Databases, close_engines
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from app.db import engine_at
from app.migrate import FOLDER, check, is_current, migrate
from app.models import AnsweredPage, Audit, Response, Statement, Survey, SurveyVersion, metadata

HEAD = ScriptDirectory(str(FOLDER)).get_current_head()
TODAY = date(2026, 11, 2)


@pytest.fixture
def blank(engine_name: str, databases: Databases) -> Iterator[Engine]:
    """A database without any table."""
    url = databases.blank(engine_name)
    yield engine_at(url)
    close_engines(url)
    databases.drop(url)


def one_answer(engine: Engine) -> None:
    with Session(engine) as db:
        db.add(Survey(key="proef", audience="resident", fingerprint="f" * 64, state="open"))
        db.flush()
        db.add(SurveyVersion(fingerprint="f" * 64, survey_key="proef", number="1.0", source="é 😀", imported_on=TODAY))
        db.flush()
        db.add(Response(id="r1", key="k" * 36, survey_key="proef", fingerprint="f" * 64, lang="ar", receipt_hash="h" * 64, begun_on=TODAY))
        db.flush()
        db.add(AnsweredPage(response_id="r1", page="een", answers={"open": "كلمة 😀", "meer": ["a", "b"]}))
        db.add(Statement(id="s1", source="survey", survey_key="proef", response_id="r1", question="open", text="كلمة 😀", lang="ar", channel="web", stream="open_link", said_on=TODAY))  # fmt: skip
        db.add(Audit(at=datetime(2026, 11, 2, 10, tzinfo=UTC), actor="x", action="y", object="z"))
        db.commit()


def test_up_check_down_and_up_again_with_data(blank: Engine) -> None:
    assert not is_current(blank)
    assert migrate(blank) == HEAD
    assert is_current(blank)
    check(blank)
    one_answer(blank)
    assert migrate(blank) == HEAD
    with Session(blank) as db:
        assert db.exec(select(AnsweredPage)).one().answers == {"open": "كلمة 😀", "meer": ["a", "b"]}
        assert db.exec(select(Audit)).one().at == datetime(2026, 11, 2, 10, tzinfo=UTC)
    assert migrate(blank, "base") == "base"
    assert set(inspect(blank).get_table_names()) <= {"alembic_version"}
    assert migrate(blank) == HEAD
    check(blank)
    one_answer(blank)


def test_every_version_can_be_gone_back_to(blank: Engine) -> None:
    revisions = [revision.revision for revision in ScriptDirectory(str(FOLDER)).walk_revisions()]
    for revision in [*reversed(revisions), *revisions]:
        assert migrate(blank, revision) == revision


def test_both_engines_get_the_same_tables(databases: Databases) -> None:
    made = {}
    for name in ENGINES:
        url = databases.fresh(name, "empty")
        found = inspect(engine_at(url))
        made[name] = {
            table: (
                sorted(column["name"] for column in found.get_columns(table)),
                sorted(column["name"] for column in found.get_columns(table) if column["nullable"]),
                sorted(str(index["name"]) for index in found.get_indexes(table) if not index.get("duplicates_constraint")),
                sorted(str(constraint["name"]) for constraint in found.get_check_constraints(table)),
                sorted(str(constraint["name"]) for constraint in found.get_foreign_keys(table)),
            )
            for table in found.get_table_names()
            if table != "alembic_version"
        }
        close_engines(url)
        databases.drop(url)
    assert made["sqlite"] == made["postgresql"]
    assert set(made["sqlite"]) == set(metadata.tables)


@pytest.mark.parametrize("to", ["9999", "nonsense", "", "+1", "head-1"])
def test_a_version_that_does_not_exist_is_told(engine: Engine, to: str) -> None:
    with pytest.raises(ValueError, match="there is no version"):
        migrate(engine, to)
    assert is_current(engine)


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE survey SET state = 'ready'",
        "UPDATE survey SET audience = 'everybody'",
        "UPDATE response SET channel = 'fax'",
        "UPDATE response SET stream = 'other'",
        "UPDATE response SET state = 'halfway'",
        "UPDATE statement SET source = 'hearsay'",
        "UPDATE response SET fingerprint = 'nothing'",
        "DELETE FROM survey_version",
        "INSERT INTO answered_page (response_id, page, revision, answers) VALUES ('nobody', 'een', 1, '{}')",
    ],
)
def test_the_database_itself_refuses_what_makes_no_sense(engine: Engine, wrong: str) -> None:
    one_answer(engine)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(wrong))


def test_what_hangs_on_a_response_goes_with_it(engine: Engine) -> None:
    one_answer(engine)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM response"))
    with Session(engine) as db:
        assert (db.exec(select(AnsweredPage)).all(), db.exec(select(Statement)).all()) == ([], [])


def test_sqlite_keeps_what_it_acknowledged_when_the_power_fails(databases: Databases) -> None:
    url = databases.fresh("sqlite", "empty")
    with engine_at(url).connect() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    close_engines(url)
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
