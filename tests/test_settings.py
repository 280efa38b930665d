"""Everything an operator may change: read once, refused when wrong, safe when left alone."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings, read_settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("WIJKSTEM_") or name in {"DATABASE_URL", "INSTANCE_NONCE"}]:
        monkeypatch.delenv(name)


def test_left_alone_it_is_production_on_an_embedded_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings()
    assert settings.env == "production"
    assert settings.url == f"sqlite:///{tmp_path}/data/wijkstem.sqlite3"
    assert abs((settings.clock() - datetime.now(UTC)).total_seconds()) < 5


@pytest.mark.parametrize("given", ["postgresql://u@h/n", "postgres://u@h/n", "postgresql+psycopg://u@h/n"])
def test_an_address_of_postgresql_gets_its_driver(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    assert read_settings().url == "postgresql+psycopg://u@h/n"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WIJKSTEM_ENV", "prod"), ("DATABASE_URL", "mysql://x"), ("DATABASE_URL", "sqlite://"), ("WIJKSTEM_NOW", "2026-11-02T10:00:00"),
        ("WIJKSTEM_NOW", "yesterday"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_one_line_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as stop:
        read_settings()
    said = capsys.readouterr().err
    assert stop.value.code == 2
    assert said.startswith(f"wijkstem: {variable}: ")
    assert said.count("\n") == 1


def test_another_time_is_only_for_tests(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("WIJKSTEM_NOW", "2026-11-02T10:00:00Z")
    with pytest.raises(SystemExit):
        read_settings()
    assert capsys.readouterr().err == "wijkstem: WIJKSTEM_NOW is only for WIJKSTEM_ENV=test\n"
    monkeypatch.setenv("WIJKSTEM_ENV", "test")
    assert read_settings().clock() == datetime(2026, 11, 2, 10, tzinfo=UTC)


def test_a_short_secret_is_refused_in_production_only() -> None:
    with pytest.raises(ValidationError, match="at least 16 characters"):
        Settings(secret="short")
    assert Settings(secret="short", env="development").key == b"short"


def test_without_a_secret_one_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as starters:
        keys = set(starters.map(lambda _: Settings(data=tmp_path / "new").key, range(8)))
    assert len(keys) == 1
    (file,) = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(keys.pop()) >= 32
    assert Settings(data=tmp_path / "other").key != file.read_bytes()
