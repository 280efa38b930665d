"""Somebody under 16 leaves no trace: the bytes of the database file, its log beside it and our own log lines are searched."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from houses import OpenHouse
from people import Resident
from sqlalchemy import text

from app.answering import writer
from app.db import WHOLE, wipe

DORDT = "/v/dordt-west-2026"
WORDS = "Zonderling Eigen Woorden"
TYPED = {"wonen_stellingen.groen": "dk", "wonen_open": WORDS}
ANSWERED = '"wonen_open":'  # how an answer stands in the database; the survey itself names its questions another way

on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # PostgreSQL's files are not ours to search


def files_of(house: OpenHouse) -> list[Path]:
    """The database, its write-ahead log and the index of that."""
    file = Path(house.settings.url.removeprefix("sqlite:///"))
    return sorted(file.parent.glob(f"{file.name}*"))


def traces(house: OpenHouse, *marks: str) -> list[tuple[str, str]]:
    return [(file.name[-12:], mark) for file in files_of(house) for mark in marks if mark.encode() in file.read_bytes()]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Everything that any library says in this process, down to the smallest remark; the test's own browser left out."""
    caplog.set_level(logging.DEBUG)
    return lambda: "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("http"))


def begun(resident: Resident) -> str:
    """Passes the age question, answers two pages; returns the key."""
    resident.opens(DORDT).fills(zestien="ja").presses("verder").fills(wijk="wielwijk").presses("verder")
    resident.fills(TYPED).presses("verder")
    return resident.key


# ---------------------------------------------------------------- nothing stays


@on_sqlite
def test_what_was_kept_before_going_back_to_say_no_is_in_no_file_and_no_log(house: OpenHouse, log: Callable[[], str]) -> None:
    resident = house.resident()
    key = begun(resident)
    marks = (WORDS, key, ANSWERED, '"wijk": "wielwijk"', '"zestien": "ja"')
    assert {mark for _, mark in traces(house, *marks)} == {*marks}  # the search finds what is there
    resident.presses("terug").presses("terug").presses("terug").fills(zestien="nee").presses("verder")
    assert resident.number == "gestopt"
    assert traces(house, *marks) == []
    assert [mark for mark in (WORDS, key, "wielwijk") if mark in log()] == []


@on_sqlite
def test_no_beside_other_typed_fields_is_never_kept(house: OpenHouse, log: Callable[[], str]) -> None:
    """A form that was changed, or an offline queue that sends everything: the gate is looked at before anything is kept."""
    resident = house.resident().opens(DORDT)
    key = resident.key
    form = [("key", key), ("seen", "0"), ("zestien", "nee"), ("wonen_open", WORDS), ("actie", "verder")]
    answer = resident.asks("POST", f"{DORDT}/1", data=dict(form))
    assert answer.status_code in {303, 400, 422}
    resident.sends(f"{DORDT}/1", {"key": key, "seen": "0", "zestien": "nee"}, status=303)
    assert resident.number == "gestopt"
    assert traces(house, WORDS, key) == []
    assert [mark for mark in (WORDS, key) if mark in log()] == []


@on_sqlite
def test_no_after_a_change_of_language_and_a_page_that_was_typed_twice_leaves_nothing(house: OpenHouse, log: Callable[[], str]) -> None:
    """Older words of the same page are overwritten too, not only the newest."""
    resident = house.resident()
    key = begun(resident)
    resident.presses("terug").fills(wonen_open="Later " * 30).presses("verder").speaks("ar").opens(f"{DORDT}/1")
    resident.fills(zestien="nee").presses("verder")
    assert traces(house, WORDS, "Later Later", key) == []
    again = begun(resident)  # and somebody else on the same telephone, right after
    resident.opens(f"{DORDT}/1").fills(zestien="nee").presses("verder")
    assert traces(house, WORDS, again) == []
    assert [mark for mark in (WORDS, "Later Later", key) if mark in log()] == []


@on_sqlite
def test_among_many_who_go_on_nothing_of_who_stopped_is_left_in_the_pages(house: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that moved between pages of the file leave copies that no erasing reaches: the file is written anew."""
    monkeypatch.setattr(writer, "WIPE_SECONDS", 0.0)
    people = [house.resident() for _ in range(30)]
    for resident in people:
        resident.opens(DORDT).fills(zestien="ja").presses("verder").presses("verder")
    for turn, nth, resident in [(turn, nth, one) for turn in range(3) for nth, one in enumerate(people)]:
        words = WORDS if nth % 3 == 0 else "Gewone woorden"
        resident.opens(f"{DORDT}/3").fills(wonen_open=f"{words} " * ((nth * 7 + turn * 11) % 35 + 1)).presses("verder")
    for resident in people[::3]:
        resident.opens(f"{DORDT}/1").fills(zestien="nee").presses("verder")
    assert traces(house, WORDS) == []
    assert len(house.rows("response")) == 20
    assert {mark for _, mark in traces(house, "Gewone woorden")} == {"Gewone woorden"}


@on_sqlite
def test_while_somebody_reads_the_wiping_waits_and_is_done_afterwards(house: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "WIPE_SECONDS", 0.0)
    resident = house.resident()
    begun(resident)
    with house.engine.connect() as reader:  # an export that takes its time
        reader.execute(text("SELECT count(*) FROM response")).scalar_one()
        resident.opens(f"{DORDT}/1").fills(zestien="nee").presses("verder")
        assert resident.number == "gestopt"
        assert traces(house, WORDS) != []
        assert not wipe(house.engine)
    house.app.state.writer.stop()
    assert traces(house, WORDS) == []


@on_sqlite
def test_a_stop_that_kept_nothing_before_costs_no_wiping(house: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most who are too young say so at once: nothing was kept, so the file stays as it is and nobody waits."""
    monkeypatch.setattr(writer, "wipe", lambda *_, **__: pytest.fail("wiped for nothing"))
    house.resident().opens(DORDT).fills(zestien="nee").presses("verder")
    assert house.rows("age_stop") == [{"survey_key": "dordt-west-2026", "n": 1}]


# ---------------------------------------------------------------- both engines: rows


def test_only_a_count_is_left_on_either_engine(house: OpenHouse) -> None:
    before = house.everything()
    resident = house.resident()
    begun(resident)
    resident.opens(f"{DORDT}/1").fills(zestien="nee").presses("verder")
    assert house.everything() == before | {"age_stop": [{"survey_key": "dordt-west-2026", "n": 1}]}
    assert wipe(house.engine, most=WHOLE)
    assert "antwoord" not in resident.browser.cookies
