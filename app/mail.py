"""Shared floor: mail. A row in the outbox is written in the transaction of what it tells; the worker sends it, each once."""

import logging
import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import Connection, Engine, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.db import writing
from app.models.base import random_id
from app.models.tables import MAIL
from app.settings import Settings

log = logging.getLogger("wijkstem")
WAITS = (1, 5, 20, 60, 240, 720)  # minutes before each next try; after the last the office sees that it failed
FORGOTTEN = timedelta(minutes=10)  # a worker that stopped while sending: another takes its message
SECONDS = 20
ATOM, LABEL = r"[\w!#$%&'*+/=?^`{|}~-]+", r"[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?"  # ASCII: not every server takes more
ADDRESS = re.compile(rf"(?=.{{1,64}}@){ATOM}(?:\.{ATOM})*@(?:{LABEL}\.)+(?=..){LABEL}", re.ASCII | re.IGNORECASE)
ENDED = {"address": "", "subject": "", "body": "", "calendar": ""}


@dataclass(frozen=True)
class Message:
    """What is told to one address, in its language. A subject never names a person."""

    address: str
    subject: str
    body: str
    lang: str = "nl"
    calendar: str = ""


def is_address(typed: str) -> bool:
    """Whether mail can be sent there: one address, no line break or list, 254 characters at most."""
    return len(typed) <= 254 and ADDRESS.fullmatch(typed) is not None


def put_in_outbox(db: Connection | Session, settings: Settings, *, key: str, kind: str, message: Message) -> bool:
    """Write a message in the transaction of what it tells; False when this news was put in before.

    Raises ValueError when the address or subject could smuggle in another line.
    """
    if not is_address(message.address) or re.search(r"[\x00-\x1f\x7f]", message.subject):
        raise ValueError("an address or subject with a line break or another strange sign")
    now = settings.clock()
    connection = db.connection() if isinstance(db, Session) else db
    try:
        with connection.begin_nested():
            connection.execute(insert(MAIL).values(**_row(key, kind, message, now)))
    except IntegrityError:
        return False
    return True


def _row(key: str, kind: str, message: Message, now: datetime) -> dict[str, Any]:
    return {
        "id": random_id("p"), "key": key, "kind": kind, "lang": message.lang, "address": message.address, "subject": message.subject[:200],
        "body": message.body, "calendar": message.calendar, "state": "waiting", "tries": 0, "made_at": now, "next_at": now,
    }  # fmt: skip


def waiting_mail(connection: Connection) -> int:
    """How many messages still have to leave, those that failed for good included: they wait for a person."""
    return int(connection.execute(select(func.count()).select_from(MAIL).where(MAIL.c.state != "sent")).scalar_one())


# ------------------------------------------------------------------------------------------- sending
def send_due(settings: Settings, engine: Engine, sender: str) -> tuple[int, int]:
    """Send what is due from this address, one by one; returns how many were sent and how many have to be tried again."""
    if not settings.outbox:
        return 0, 0
    sent = failed = 0
    while (row := _claim(settings, engine)) is not None:
        try:
            deliver(settings.outbox, letter(row, sender))
        except (OSError, smtplib.SMTPException, ValueError) as reason:  # ValueError: what cannot be a letter must not hold up the others
            failed += 1
            _put_back(settings, engine, row, hopeless=isinstance(reason, smtplib.SMTPRecipientsRefused | ValueError))
            log.warning("mail %s: %s", row.id, type(reason).__name__)
        else:
            sent += 1
            with writing(engine) as connection:
                done = {"state": "sent", "sent_at": settings.clock(), **ENDED}
                connection.execute(update(MAIL).where(MAIL.c.id == row.id).values(**done))
    return sent, failed


def _claim(settings: Settings, engine: Engine) -> Any:
    """Take the next message for this worker alone: it is marked before it is sent."""
    now = settings.clock()
    with engine.connect() as connection:  # most of the time nothing waits, and looking needs no lock
        if connection.execute(select(MAIL.c.id).where(_due(now)).limit(1)).first() is None:
            return None
    with writing(engine) as connection:
        row = connection.execute(
            select(MAIL).where(_due(now)).order_by(MAIL.c.next_at, MAIL.c.id).limit(1).with_for_update(skip_locked=True)
        ).first()
        if row is not None:
            connection.execute(update(MAIL).where(MAIL.c.id == row.id).values(state="sending", next_at=now))
        return row


def _due(now: datetime) -> Any:
    return or_(
        (MAIL.c.state == "waiting") & (MAIL.c.next_at <= now),
        (MAIL.c.state == "sending") & (MAIL.c.next_at <= now - FORGOTTEN),
    )


def _put_back(settings: Settings, engine: Engine, row: Any, *, hopeless: bool) -> None:
    last = hopeless or row.tries >= len(WAITS)
    after = {"state": "failed"} if last else {"state": "waiting", "next_at": settings.clock() + timedelta(minutes=WAITS[row.tries])}
    with writing(engine) as connection:
        connection.execute(update(MAIL).where(MAIL.c.id == row.id).values(tries=row.tries + 1, **after))


def deliver(outbox: str, message: EmailMessage) -> None:
    """Hand one message over: to an SMTP server, or as a file that has its name, so that writing it twice is writing it once."""
    url = urlsplit(outbox)
    if url.scheme == "file":
        folder = Path(unquote(f"{url.netloc}{url.path}"))
        folder.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        part = folder / f".{name}.part"
        part.write_bytes(message.as_bytes())
        part.replace(folder / f"{name}.eml")
        return
    host, safely = str(url.hostname), ssl.create_default_context()
    with (
        smtplib.SMTP_SSL(host, url.port or 465, timeout=SECONDS, context=safely)
        if url.scheme == "smtps"
        else smtplib.SMTP(host, url.port or 25, timeout=SECONDS)
    ) as server:
        server.ehlo()
        if url.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=safely)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(message)


def letter(row: Any, sender: str) -> EmailMessage:
    """The message as it travels. Its Message-ID is its row: a server that got it twice can see that."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = row.address
    message["Subject"] = row.subject
    message["Date"] = row.made_at
    message["Message-ID"] = f"<{row.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row.body)
    if row.calendar:
        method = "CANCEL" if "METHOD:CANCEL" in row.calendar else "PUBLISH"
        message.add_attachment(
            row.calendar.encode(), maintype="text", subtype="calendar", filename="wijkgesprek.ics", params={"method": method, "charset": "utf-8"}
        )  # fmt: skip
    message["Content-Language"] = row.lang  # last: setting the content takes such headers away
    return message
