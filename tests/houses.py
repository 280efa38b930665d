"""Houses to test in: clean databases on two engines, a running server with ways to look behind it, and what a command answered."""

import json
import secrets
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from people import Resident
from sqlalchemy import Engine, event, insert, make_url, select

from app.access import SEAT, form_token, token_hash
from app.areas import load_programme
from app.db import engine_at
from app.jobs import queue_at
from app.main import create_app
from app.migrate import migrate
from app.models import metadata
from app.models.tables import SESSION, STAFF
from app.office.commands import load_survey_file
from app.settings import ROOT, Settings
from app.tries import tries

ENGINES = ("sqlite", "postgresql")
NOW = "2026-11-02T10:00:00+00:00"
SECRET = "a secret that only the tests know"
SURVEYS = {"dordt": ROOT / "surveys", "voorbeeldstad": ROOT / "surveys" / "voorbeeldstad"}
QUIET = {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA"}
OURS = "wijkstem_test_"  # how the databases of a test run begin on a server that is not only ours


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
        for file in self.folder.glob(f"{Path(name_in(url)).name}*"):
            file.unlink()

    def blank(self, engine: str) -> str:
        """A database without any table."""
        name = f"{OURS}{uuid.uuid4().hex[:12]}"
        if engine == "sqlite":
            return f"sqlite:///{self.folder / name}.sqlite3"
        self._sql(f'CREATE DATABASE "{name}"')
        return self._address(name)

    def _template(self, engine: str, kind: str) -> str:
        url = self.blank(engine)
        made = engine_at(url)
        migrate(made)
        if kind in SURVEYS:
            settings = Settings(env="test", surveys=SURVEYS[kind], database_url=url, now=NOW, data=self.folder)
            programme = load_programme(SURVEYS[kind])
            for key in programme.surveys:
                load_survey_file(settings, made, programme, key)
        close_engines(url)
        return url

    def _copy(self, engine: str, url: str) -> str:
        name = f"{OURS}{uuid.uuid4().hex[:12]}"
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

    def colleague(self, role: str, *, lang: str = "nl", address: str = "10.0.0.2") -> Resident:
        """Somebody of staff who is signed in, in a browser of her own."""
        person, seat = f"m-{role}", secrets.token_urlsafe(16)
        with self.engine.begin() as connection:
            if connection.execute(select(STAFF).where(STAFF.c.id == person)).first() is None:
                account = {
                    "id": person,
                    "name": f"Een {role}",
                    "name_key": f"een {role}",
                    "role": role,
                    "password_hash": "none",
                    "state": "active",
                }
                connection.execute(insert(STAFF).values(**account, must_change=False, made_at=self.settings.clock()))
            until = self.settings.clock() + timedelta(hours=1)
            seated = {"id_hash": token_hash(seat), "staff_id": person, "made_at": self.settings.clock(), "ends_at": until}
            connection.execute(insert(SESSION).values(**seated))
        colleague = self.resident(lang, address=address)
        colleague.browser.cookies.set(SEAT, seat)
        return colleague

    def token(self, role: str) -> str:
        """What stands in the forms of the colleague with this role."""
        return form_token(self.settings, f"m-{role}")

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

        def note(statement: str) -> None:
            if (
                not statement.startswith("--") and statement.split(maxsplit=1)[0].upper() not in QUIET
            ):  # -- is a trigger of another statement
                said.append(statement)

        class Noting(psycopg.Cursor[Any]):
            def execute(self, query: Any, *more: Any, **named: Any) -> Any:
                note(query)
                return super().execute(query, *more, **named)

        def listen(connection: Any, _record: object, _proxy: object) -> None:
            if self.engine.dialect.name == "sqlite":
                connection.set_trace_callback(note)
            else:
                connection.cursor_factory = Noting

        self.engine.dispose()  # only new connections are listened to
        event.listen(self.engine, "checkout", listen)
        try:
            yield said
        finally:
            event.remove(self.engine, "checkout", listen)
            self.engine.dispose()


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
