"""Shared floor: everything an operator may change, read once from the environment, refused when wrong."""

import os
import secrets
import sys
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 16
HERE = ZoneInfo("Europe/Amsterdam")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="WIJKSTEM_", extra="ignore", frozen=True, populate_by_name=True)

    env: Literal["development", "test", "production"] = "production"
    data: Path = Path("data")
    surveys: Path = ROOT / "surveys"
    translations: Path = ROOT / "translations"
    secret: str = ""
    now: AwareDatetime | None = None
    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    instance_nonce: str = Field(default="", validation_alias="INSTANCE_NONCE")
    mail_url: str = Field(default="", validation_alias="MAIL_URL")
    field_key: str = ""
    address: str = ""

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, url: str) -> str:
        for name in ("postgresql://", "postgres://"):
            url = url.replace(name, "postgresql+psycopg://", 1) if url.startswith(name) else url
        if url and not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("use sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
        return url

    @field_validator("address")
    @classmethod
    def _plain_address(cls, url: str) -> str:
        parts = urlsplit(url.rstrip("/"))
        if url and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query or parts.username):
            raise ValueError("use https://HOST, without a path")
        return url.rstrip("/")

    @field_validator("mail_url")
    @classmethod
    def _known_mail(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and not ((parts.scheme in {"smtp", "smtps"} and parts.hostname) or (parts.scheme == "file" and parts.path)):
            raise ValueError("use smtp://USER:PASSWORD@HOST:PORT, smtps://... or file:FOLDER")
        return url

    @model_validator(mode="after")
    def _refuse_what_is_unsafe(self) -> "Settings":
        if self.now and self.env != "test":
            raise ValueError("WIJKSTEM_NOW is only for WIJKSTEM_ENV=test")
        if self.secret and len(self.secret) < SHORTEST_SECRET and self.env == "production":
            raise ValueError(f"WIJKSTEM_SECRET needs at least {SHORTEST_SECRET} characters in production")
        if self.field_key and len(self.field_key) < SHORTEST_SECRET:
            raise ValueError(f"WIJKSTEM_FIELD_KEY needs at least {SHORTEST_SECRET} characters")
        return self

    @cached_property
    def url(self) -> str:
        """Where the tables are: DATABASE_URL, or SQLite in the data folder."""
        return self.database_url or f"sqlite:///{self.data.absolute() / 'wijkstem.sqlite3'}"

    @cached_property
    def key(self) -> bytes:
        """The secret of this installation. Without WIJKSTEM_SECRET one is made once and kept in the data folder, readable by its owner."""
        return self.secret.encode() or _kept(self.data / "secret")

    @cached_property
    def seal_key(self) -> bytes:
        """What seals the needs of people who come. Without WIJKSTEM_FIELD_KEY one is made once and kept in the data folder, as the secret is."""
        return self.field_key.encode() or _kept(self.data / "field-key")

    @property
    def outbox(self) -> str:
        """Where mail goes: MAIL_URL; outside production the folder mail beside the data, so that a first look sends nothing to anyone."""
        return self.mail_url or ("" if self.env == "production" else f"file:{self.data.absolute() / 'mail'}")

    def clock(self) -> datetime:
        return self.now or datetime.now(UTC)

    def today(self) -> date:
        """The day on the calendar of the people who answer; an answer at half past midnight is not of yesterday."""
        return self.clock().astimezone(HERE).date()


def _kept(file: Path) -> bytes:
    """A secret in a file, made at its first use. Two processes may start at once: each writes its own file, the first link wins."""
    if file.exists():
        return file.read_bytes()
    file.parent.mkdir(parents=True, exist_ok=True)
    mine = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    mine.touch(mode=0o600)
    mine.write_text(secrets.token_urlsafe(32))
    try:
        os.link(mine, file)
    except FileExistsError:
        pass
    finally:
        mine.unlink()
    return file.read_bytes()


def read_settings() -> Settings:
    """Read the environment; one line that names the variable when it is wrong."""
    try:
        return Settings()
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        variable = name if name.isupper() else f"WIJKSTEM_{name.upper()}"
        reason = first["msg"].removeprefix("Value error, ")
        sys.stderr.write(f"wijkstem: {variable}: {reason}\n" if first["loc"] else f"wijkstem: {reason}\n")
        raise SystemExit(2) from None
