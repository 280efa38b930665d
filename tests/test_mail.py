"""Mail: written with what it tells, sent by the worker over a real connection, tried again when it fails, and each once."""

import email
import socket
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from houses import OpenHouse, Operator
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from app.db import writing
from app.jobs import post
from app.mail import FORGOTTEN, WAITS, Message, is_address, put_in_outbox, send_due
from app.models.tables import MAIL
from app.settings import Settings

SENDER = "dordt-west@gemeente.example"
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n"


class Sink:
    """A mail server that keeps what it is given, or refuses when told to."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], EmailMessage]] = []
        self.refuses = ""

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802  # the library calls it so
        if self.refuses:
            return self.refuses
        letter = email.message_from_bytes(envelope.content, policy=email.policy.SMTP)
        assert isinstance(letter, EmailMessage)
        self.letters.append((envelope.rcpt_tos, letter))
        return "250 OK"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    taken = Sink()
    server = Controller(taken, hostname="127.0.0.1", port=port)
    server.start()
    yield taken, f"smtp://127.0.0.1:{port}"
    server.stop()


def settings_with(house: OpenHouse, **more: Any) -> Settings:
    return house.settings.model_copy(update=more)


def put(house: OpenHouse, key: str = "aanmelding:1", address: str = "ayse@voorbeeld.example", **more: str) -> bool:
    message = Message(address, more.pop("subject", "U komt naar het wijkgesprek"), more.pop("body", "Tot dinsdag."), **more)
    with writing(house.engine) as connection:
        return put_in_outbox(connection, house.settings, key=key, kind="confirmed", message=message)


def states(house: OpenHouse) -> list[tuple[str, int]]:
    return [(row["state"], row["tries"]) for row in house.rows("mail")]


def later(house: OpenHouse, wait: timedelta, settings: Settings) -> Settings:
    return settings.model_copy(update={"now": house.settings.clock() + wait})


def test_a_letter_goes_out_over_smtp_once_and_leaves_no_address_behind(house: OpenHouse, sink: tuple[Sink, str]) -> None:
    taken, url = sink
    put(house, lang="tr", subject="Sohbete geliyorsunuz", body="Salı günü görüşürüz. Çay var.", calendar=CALENDAR)
    settings = settings_with(house, mail_url=url)
    assert send_due(settings, house.engine, SENDER) == (1, 0)
    assert send_due(settings, house.engine, SENDER) == (0, 0)
    ((to, letter),) = taken.letters
    assert to == ["ayse@voorbeeld.example"]
    assert (letter["subject"], letter["from"], letter["content-language"]) == ("Sohbete geliyorsunuz", SENDER, "tr")
    body = letter.get_body()
    assert body is not None
    assert body.get_content().strip() == "Salı günü görüşürüz. Çay var."
    (calendar,) = letter.iter_attachments()
    assert calendar.get_content_type() == "text/calendar"
    assert calendar["content-type"].params["method"] == "CANCEL"
    (row,) = house.rows("mail")
    assert (row["state"], row["address"], row["body"], row["subject"], row["calendar"]) == ("sent", "", "", "", "")


def test_the_same_news_is_put_in_once(house: OpenHouse) -> None:
    assert put(house)
    assert not put(house)
    assert put(house, key="aanmelding:2")
    assert len(house.rows("mail")) == 2


def test_news_of_an_act_that_fails_is_never_sent(house: OpenHouse) -> None:
    message = Message("ayse@voorbeeld.example", "Tot dinsdag", "Tot dinsdag.")

    def act() -> None:
        with writing(house.engine) as connection:
            put_in_outbox(connection, house.settings, key="x", kind="confirmed", message=message)
            raise RuntimeError("the act failed after its mail was written")

    with pytest.raises(RuntimeError):
        act()
    assert house.rows("mail") == []


def test_a_server_that_is_away_gets_it_later(house: OpenHouse, sink: tuple[Sink, str]) -> None:
    taken, url = sink
    put(house)
    away = settings_with(house, mail_url="smtp://127.0.0.1:1")
    assert send_due(away, house.engine, SENDER) == (0, 1)
    assert states(house) == [("waiting", 1)]
    back = settings_with(house, mail_url=url)
    assert send_due(back, house.engine, SENDER) == (0, 0)  # it is not due yet
    assert send_due(later(house, timedelta(minutes=WAITS[0]), back), house.engine, SENDER) == (1, 0)
    assert len(taken.letters) == 1


def test_after_the_last_try_a_person_has_to_look(house: OpenHouse) -> None:
    put(house)
    away = settings_with(house, mail_url="smtp://127.0.0.1:1")
    for _ in range(len(WAITS) + 3):
        away = later(house, timedelta(days=1) + (away.clock() - house.settings.clock()), away)
        send_due(away, house.engine, SENDER)
    assert states(house) == [("failed", len(WAITS) + 1)]
    assert house.rows("mail")[0]["address"] != ""


def test_an_address_that_the_server_refuses_is_not_tried_again(house: OpenHouse, sink: tuple[Sink, str]) -> None:
    taken, url = sink
    put(house)
    taken.refuses = "550 nobody of that name"
    assert send_due(settings_with(house, mail_url=url), house.engine, SENDER) == (0, 1)
    assert states(house) == [("waiting", 1)]  # the message was refused, not the address: the server may think again


def test_a_letter_of_a_worker_that_stopped_half_way_is_taken_by_another(house: OpenHouse, sink: tuple[Sink, str]) -> None:
    taken, url = sink
    put(house)
    with house.engine.begin() as connection:
        connection.execute(update(MAIL).values(state="sending", next_at=house.settings.clock()))
    settings = settings_with(house, mail_url=url)
    assert send_due(settings, house.engine, SENDER) == (0, 0)
    assert send_due(later(house, FORGOTTEN, settings), house.engine, SENDER) == (1, 0)
    ((_, letter),) = taken.letters
    assert letter["message-id"].startswith(f"<{house.rows('mail')[0]['id']}@")


def test_one_bad_letter_does_not_hold_up_the_others(house: OpenHouse, sink: tuple[Sink, str]) -> None:
    taken, url = sink
    for number in range(3):
        put(house, key=f"aanmelding:{number}")
    with house.engine.begin() as connection:  # as a hand in the database could leave it
        connection.execute(update(MAIL).where(MAIL.c.key == "aanmelding:0").values(subject="een\nBcc: x@y.example"))
    assert send_due(settings_with(house, mail_url=url), house.engine, SENDER) == (2, 1)
    assert [letter["subject"] for _, letter in taken.letters] == ["U komt naar het wijkgesprek"] * 2
    assert sorted(states(house)) == [("failed", 1), ("sent", 0), ("sent", 0)]


def test_without_a_server_mail_is_written_to_files_and_in_production_it_waits(house: OpenHouse, tmp_path: Path) -> None:
    put(house)
    assert send_due(settings_with(house, env="production"), house.engine, SENDER) == (0, 0)
    assert states(house) == [("waiting", 0)]
    folder = tmp_path / "brieven"
    assert send_due(settings_with(house, mail_url=f"file:{folder}"), house.engine, SENDER) == (1, 0)
    (file,) = folder.iterdir()
    assert email.message_from_bytes(file.read_bytes(), policy=email.policy.SMTP)["to"] == "ayse@voorbeeld.example"


def test_the_worker_and_the_command_send_what_waits(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    put(house)
    assert operator("stats", "--json").json["outbox"] == 1
    assert operator("jobs", "run", "--once").out == "1 jobs done\n"
    assert operator("stats", "--json").json["outbox"] == 0
    put(house, key="nog een")
    assert post(house.settings) == (1, 0)
    assert len(list((house.settings.data / "mail").iterdir())) == 2


@pytest.mark.parametrize(
    "address",
    ["", "ayse", "a@b", "a@b.example\nBcc: x@y.example", "a@b.example, c@d.example", "Ayşe <a@b.example>", "a b@c.example", "a@b.example\x00", "x" * 250 + "@b.example",
     "ä@b.nl", "a@bücher.nl", "a..b@x.nl", ".a@b.nl", "a.@b.nl", "a@-b.nl", "a@b-.nl", "a@b..nl", "a@b.n", "a@b.\u212al", "x" * 65 + "@b.nl", f"a@{'b' * 64}.nl"],
)  # fmt: skip
def test_what_is_no_single_address_never_reaches_the_outbox(house: OpenHouse, address: str) -> None:
    assert not is_address(address)
    with pytest.raises(ValueError, match="strange sign"):
        put(house, address=address)
    assert house.rows("mail") == []


@pytest.mark.parametrize(
    "address", ["-a@b.nl", "jan.de-vries+wijk@voorbeeld.example", "A@B.NL", "o'brien@b.co.uk", "x" * 64 + "@b.nl", "a@xn--bcher-kva.nl"]
)
def test_an_address_that_people_have_is_taken(address: str) -> None:
    assert is_address(address)


@given(st.text(max_size=60))
def test_no_text_taken_for_an_address_can_end_a_header(typed: str) -> None:
    if is_address(typed):
        assert len(typed.split()) == 1
        assert set(typed) & set("<>,;\r\n\0") == set()
