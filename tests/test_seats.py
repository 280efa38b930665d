"""Places at a wijkgesprek: never too many, in strict order, one letter each; also from two server processes at once."""

import re
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from houses import OpenHouse
from sqlalchemy import Engine, insert, select, update

from app.codes import in_groups, registration_code
from app.db import writing
from app.models.tables import MAIL, REGISTRATION, WIJKGESPREK, WIJKGESPREK_TEXT
from app.settings import Settings
from app.wijkgesprekken.letters import tell_cancelled, tell_changed
from app.wijkgesprekken.seats import Outcome, cancel, change, guests, lock, promote, register, taken
from app.wijkgesprekken.shown import source_hash
from app.wijkgesprekken.wanted import Wanted

BASE = "https://wijkstem.example/"
STARTS = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def plan(engine: Engine, *, capacity: int, title: str = "Koffie") -> str:
    row = {
        "id": "wkoffie", "state": "open", "starts_at": STARTS, "ends_at": STARTS + timedelta(minutes=90), "place": "Het Anker", "address": "",
        "capacity": capacity, "line": "betrekken", "host": "", "languages": ["nl"], "interpreter": False, "step_free": False,
        "childcare": False, "feedback_owner": "", "sequence": 0, "changed_at": STARTS - timedelta(days=40),
    }  # fmt: skip
    words = {"title": title, "text": "", "lang": "nl", "state": "reviewed", "source_hash": source_hash(title, "")}
    with engine.begin() as connection:
        connection.execute(insert(WIJKGESPREK).values(**row))
        connection.execute(insert(WIJKGESPREK_TEXT).values(wijkgesprek_id="wkoffie", **words))
    return "wkoffie"


class Evening:
    """One wijkgesprek and the people who come, by their first names."""

    def __init__(self, house: OpenHouse, capacity: int) -> None:
        self.engine, self.settings = house.engine, house.settings
        self.id = plan(house.engine, capacity=capacity)

    def wants(self, name: str, persons: int = 1, **more: Any) -> Wanted:
        return Wanted(
            **{"key": str(uuid.uuid4()), "name": name, "persons": persons, "mail": f"{name}@voorbeeld.example", "base": BASE} | more
        )

    def comes(self, name: str, persons: int = 1, **more: Any) -> Outcome:
        return register(self.engine, self.settings, self.id, self.wants(name, persons, **more))

    def row(self, name: str) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(select(REGISTRATION).where(REGISTRATION.c.name == name)).one()

    def brings(self, name: str, persons: int) -> Outcome:
        now = self.row(name)
        return change(self.engine, self.settings, now, self.wants(name, persons), revision=now.revision)

    def leaves(self, name: str) -> Outcome:
        return cancel(self.engine, self.settings, self.row(name), base=BASE)

    def seated(self) -> str:
        """Who has a place, and after a bar who waits, in the order of the line."""
        with self.engine.connect() as connection:
            people = guests(connection, self.id)
        return " | ".join(" ".join(one.name for one in people if one.state == state) for state in ("confirmed", "waitlisted"))

    def letters(self, kind: str) -> list[str]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(MAIL.c.address).where(MAIL.c.kind == kind).order_by(MAIL.c.address))
            return [address.partition("@")[0] for (address,) in rows]


@pytest.fixture
def evening(house: OpenHouse) -> Callable[[int], Evening]:
    return partial(Evening, house)


def test_places_go_in_order_and_nobody_overtakes(evening: Callable[[int], Evening]) -> None:
    here = evening(4)
    for name, persons in (("a", 3), ("b", 2), ("c", 1)):  # c would fit, but b was first
        here.comes(name, persons)
    assert here.seated() == "a | b c"
    assert (here.letters("confirmed"), here.letters("waitlisted")) == (["a"], ["b", "c"])
    here.leaves("a")
    assert here.seated() == "b c | "
    assert here.letters("promoted") == ["b", "c"]


def test_shrinking_makes_room_for_the_head_of_the_line(evening: Callable[[int], Evening]) -> None:
    here = evening(4)
    for name, persons in (("a", 4), ("b", 2), ("c", 1)):
        here.comes(name, persons)
    here.brings("a", 3)
    assert here.seated() == "a | b c"
    here.brings("b", 1)  # who waits may ask for less, and then fits: one letter, that there is a place
    assert here.seated() == "a b | c"
    assert (here.letters("promoted"), here.letters("changed")) == (["b"], ["a"])


def test_growing_is_refused_while_others_wait_or_when_it_does_not_fit(evening: Callable[[int], Evening]) -> None:
    here = evening(4)
    here.comes("a", 2)
    assert here.brings("a", 4).problem is None
    refused = here.comes("b", 1) and here.brings("a", 3) and here.brings("a", 4)
    assert (refused.field, refused.row.persons) == ("personen", 3)
    assert here.seated() == "a b | "


def test_a_group_larger_than_the_whole_wijkgesprek_is_refused_and_never_blocks_the_line(evening: Callable[[int], Evening]) -> None:
    here = evening(4)
    here.comes("a", 4)
    here.comes("b", 4)
    here.comes("c", 1)
    with here.engine.begin() as connection:  # the office finds a smaller hall while a has left
        connection.execute(update(WIJKGESPREK).values(capacity=2))
    here.leaves("a")
    assert here.seated() == "c | b"
    refused = here.comes("d", 3)
    assert (refused.row, refused.field) == (None, "personen")
    assert here.comes("e", 1).row.state == "confirmed"


def test_nothing_moves_after_the_start(evening: Callable[[int], Evening]) -> None:
    here = evening(1)
    here.comes("a")
    here.comes("b")
    with writing(here.engine) as connection:
        connection.execute(update(REGISTRATION).where(REGISTRATION.c.name == "a").values(state="cancelled"))
        connection.execute(update(WIJKGESPREK).values(starts_at=here.settings.clock()))
        row = lock(connection, here.id)
        assert promote(connection, here.settings, row) == []
    assert (here.leaves("b").problem, here.brings("b", 1).row.state) != (None, "confirmed")
    assert here.comes("c").row is None
    assert here.seated() == " | b"


def test_the_office_makes_more_room(evening: Callable[[int], Evening]) -> None:
    here = evening(1)
    for name in "abc":
        here.comes(name)
    with writing(here.engine) as connection:
        connection.execute(update(WIJKGESPREK).values(capacity=2))
        assert [row.name for row in promote(connection, here.settings, lock(connection, here.id), base=BASE)] == ["b"]
        assert taken(connection, here.id) == 2
    assert (here.seated(), here.letters("promoted")) == ("a b | c", ["b"])


def test_cancelling_twice_gives_one_place_back(evening: Callable[[int], Evening]) -> None:
    here = evening(1)
    for name in "abc":
        here.comes(name)
    leaving = here.row("a")
    assert [cancel(here.engine, here.settings, leaving).row.state for _ in range(2)] == ["cancelled", "cancelled"]
    assert here.seated() == "b | c"
    assert here.letters("cancelled") == ["a"]


def test_a_storm_of_cancellations_fills_the_places_in_order_with_one_letter_each(evening: Callable[[int], Evening]) -> None:
    here = evening(5)
    for number in range(15):
        here.comes(f"n{number:02}")
    leaving = [here.row(f"n{number:02}") for number in range(5)]
    with ThreadPoolExecutor(5) as crowd:
        list(crowd.map(lambda guest: cancel(here.engine, here.settings, guest, base=BASE), leaving))
    assert here.seated() == "n05 n06 n07 n08 n09 | n10 n11 n12 n13 n14"
    assert here.letters("promoted") == ["n05", "n06", "n07", "n08", "n09"]


# ---------------------------------------------------------------- letters


def test_a_letter_tells_day_place_code_and_link_and_its_subject_names_nobody(evening: Callable[[int], Evening], house: OpenHouse) -> None:
    here = evening(4)
    row = here.comes("Fatma", 2).row
    (letter,) = house.rows("mail")
    code = registration_code(house.settings.key, row.key)
    assert letter["subject"] == "U bent aangemeld: Koffie"
    lines = (
        "dinsdag 24 november 2026, 9.30 tot 11.00 uur",
        "Waar: Het Anker",
        "Aantal mensen: 2",
        in_groups(code),
        f"{BASE}aanmelding/{code}",
    )
    body = letter["body"].replace("\u00a0", " ")
    assert [line for line in lines if line not in body] == []
    assert "METHOD:PUBLISH" in letter["calendar"]


def test_a_letter_is_in_the_language_of_the_registration(evening: Callable[[int], Evening], house: OpenHouse) -> None:
    evening(4).comes("Fatma", lang="tr")
    (letter,) = house.rows("mail")
    assert letter["lang"] == "tr"
    assert "U bent aangemeld" not in letter["body"] + letter["subject"]
    assert "Koffie" in letter["subject"]


def test_everybody_hears_of_another_time_once_a_change_and_that_it_is_called_off(
    evening: Callable[[int], Evening], house: OpenHouse
) -> None:
    here = evening(1)
    here.comes("a")
    here.comes("b")
    here.comes("zonder", mail="")
    for sequence in (1, 1, 2):
        with writing(here.engine) as connection:
            connection.execute(update(WIJKGESPREK).values(sequence=sequence))
            tell_changed(connection, here.settings, lock(connection, here.id), base=BASE)
    assert here.letters("moved") == ["a", "a", "b", "b"]
    with writing(here.engine) as connection:
        connection.execute(update(WIJKGESPREK).values(state="cancelled"))
        tell_cancelled(connection, here.settings, lock(connection, here.id), base=BASE)
    assert here.letters("called_off") == ["a", "b"]
    called_off = [row for row in house.rows("mail") if row["kind"] == "called_off"]
    assert {row["address"][0]: "METHOD:CANCEL" in row["calendar"] for row in called_off} == {"a": True, "b": False}


def test_a_title_cannot_smuggle_a_line_into_a_letter(house: OpenHouse) -> None:
    id_ = plan(house.engine, capacity=1, title="Koffie\r\nBcc: iedereen@voorbeeld.example")
    register(house.engine, house.settings, id_, Wanted(str(uuid.uuid4()), "a", mail="a@voorbeeld.example"))
    (letter,) = house.rows("mail")
    assert letter["subject"] == "U bent aangemeld: Koffie Bcc: iedereen@voorbeeld.example"
    assert re.findall(r"^Bcc", letter["calendar"], re.MULTILINE) == []


# ---------------------------------------------------------------- two server processes


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """One more server process on the same database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / f"log-{port}").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "app", "serve", "--port", str(port), "--no-worker"], stdout=log, stderr=log)
        try:
            for _ in range(300):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(15)


def test_a_hundred_people_at_two_servers_want_ten_places(
    engine: Engine, engine_url: str, around: Callable[..., Settings], tmp_path: Path
) -> None:
    around(engine_url)
    id_ = plan(engine, capacity=10)
    with ExitStack() as opened:
        servers = [opened.enter_context(serving(tmp_path)) for _ in range(2)]

        def comes(number: int) -> str:
            fields = {
                "naam": f"Nummer {number}",
                "personen": "1",
                "taal": "nl",
                "key": str(uuid.uuid4()),
                "mail": f"n{number}@voorbeeld.example",
            }
            with httpx2.Client(base_url=servers[number % 2], timeout=30) as browser:
                answers = [
                    browser.post(f"/wijkgesprekken/{id_}/aanmelden", data=fields) for _ in range(1 + (number % 10 == 0))
                ]  # some tap twice
                assert {answer.status_code for answer in answers} == {303}
                (place,) = {answer.headers["location"] for answer in answers}
                found = re.search(r'data-status="(\w+)"', browser.get(place).text)
                return found[1] if found else ""

        with ThreadPoolExecutor(25) as crowd:
            list(crowd.map(comes, range(100)))
    with engine.connect() as connection:
        rows = connection.execute(select(REGISTRATION).order_by(REGISTRATION.c.place_in_line)).all()
        letters = connection.execute(select(MAIL.c.kind)).scalars().all()
    assert [row.state for row in rows] == ["confirmed"] * 10 + ["waitlisted"] * 90
    assert [row.place_in_line for row in rows] == list(range(1, 101))
    assert (letters.count("confirmed"), letters.count("waitlisted"), len(letters)) == (10, 90, 100)
