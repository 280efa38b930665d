"""A wijkgesprek in somebody's calendar: the same instant everywhere, replaced when it changes, gone when it is called off."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from houses import OpenHouse
from hypothesis import given
from hypothesis import strategies as some
from icalendar import Calendar
from people import text_of
from sqlalchemy import insert, update
from test_seats import STARTS, plan

from app.answer_check import Problem
from app.models.tables import WIJKGESPREK, WIJKGESPREK_TEXT
from app.settings import HERE
from app.wijkgesprekken.moments import NEVER, TWICE, iso_moment, local_moment
from app.wijkgesprekken.shown import source_hash


def events(house: OpenHouse, path: str = "/wijkgesprekken.ics") -> list[Any]:
    return list(Calendar.from_ical(house.resident().asks("GET", path).text).walk("VEVENT"))


def alter(house: OpenHouse, **columns: Any) -> None:
    with house.engine.begin() as connection:
        connection.execute(update(WIJKGESPREK).values(**columns))


def test_the_feed_names_each_wijkgesprek_with_its_zone(house: OpenHouse) -> None:
    plan(house.engine, capacity=4)
    answer = house.resident().asks("GET", "/wijkgesprekken.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.text)
    (event,) = calendar.walk("VEVENT")
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Amsterdam"]
    assert {name: str(event[name]) for name in ("UID", "SUMMARY", "LOCATION", "STATUS", "SEQUENCE")} == {
        "UID": "wkoffie@dordt-west.wijkstem", "SUMMARY": "Koffie", "LOCATION": "Het Anker", "STATUS": "CONFIRMED", "SEQUENCE": "0",
    }  # fmt: skip
    assert event["DTSTART"].params["TZID"] == "Europe/Amsterdam"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (STARTS, STARTS + timedelta(minutes=90))
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == STARTS - timedelta(days=40)


def test_what_is_called_off_stays_until_it_would_have_ended_and_a_draft_never_shows(house: OpenHouse) -> None:
    plan(house.engine, capacity=4)
    alter(house, state="cancelled", sequence=3)
    assert [(str(event["STATUS"]), event["SEQUENCE"]) for event in events(house)] == [("CANCELLED", 3)]
    assert "METHOD:CANCEL" in house.resident().asks("GET", "/wijkgesprekken/wkoffie.ics").text
    alter(house, state="draft")
    assert events(house) == []
    alter(house, state="cancelled", starts_at=datetime(2026, 11, 1, 9, tzinfo=UTC), ends_at=datetime(2026, 11, 1, 10, tzinfo=UTC))
    assert events(house) == []


def test_a_calendar_that_has_it_is_told_so_until_something_changes(house: OpenHouse) -> None:
    plan(house.engine, capacity=4)
    subscriber = house.resident()
    for path in ("/wijkgesprekken.ics", "/wijkgesprekken/wkoffie.ics"):
        alter(house, place="Het Anker", sequence=0)
        tag = subscriber.asks("GET", path).headers["etag"]
        again = subscriber.asks("GET", path, headers={"if-none-match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        alter(house, place="De Schakel", sequence=1)
        assert subscriber.asks("GET", path, headers={"if-none-match": tag}).status_code == 200


def test_the_words_are_in_the_readers_language(house: OpenHouse) -> None:
    plan(house.engine, capacity=4)
    row = {"title": "قهوة", "text": "نص", "lang": "ar", "state": "reviewed", "source_hash": source_hash("Koffie", "")}
    with house.engine.begin() as connection:
        connection.execute(insert(WIJKGESPREK_TEXT).values(wijkgesprek_id="wkoffie", **row))
    assert [(str(event["SUMMARY"]), str(event["DESCRIPTION"])) for event in events(house, "/wijkgesprekken.ics?taal=ar")] == [
        ("قهوة", "نص")
    ]
    assert [str(event["SUMMARY"]) for event in events(house, "/wijkgesprekken/wkoffie.ics?taal=pl")] == ["Koffie"]


@pytest.mark.parametrize(
    "title", ["Koffie\r\nEND:VEVENT\r\nBEGIN:VEVENT", 'Koffie; thee, en\\of "meer"', "x" * 120, "قهوة وحديث" * 10, "Koffie\nATTENDEE:mailto:a@b.example", "\x00\x1bKoffie"]
)  # fmt: skip
def test_a_title_stays_one_line_of_one_event(house: OpenHouse, title: str) -> None:
    plan(house.engine, capacity=4, title=title.replace("\x00", "\x01"))
    text = house.resident().asks("GET", "/wijkgesprekken.ics").text
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert str(event["SUMMARY"]).split() == title.replace("\x00", " ").replace("\x1b", " ").split()
    assert set(event) == {"SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "SEQUENCE", "LAST-MODIFIED", "LOCATION", "STATUS", "URL"}
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


@pytest.mark.parametrize(
    "starts_at",
    [
        datetime(2027, 3, 27, 9, tzinfo=UTC),  # the day before the clock goes forward
        datetime(2027, 3, 28, 0, 30, tzinfo=UTC),  # runs through the hour that is not there
        datetime(2027, 3, 28, 9, tzinfo=UTC),
        datetime(2027, 10, 30, 9, tzinfo=UTC),
        datetime(2027, 10, 31, 0, 30, tzinfo=UTC),  # begins and ends in the hour that comes twice
        datetime(2027, 10, 31, 9, tzinfo=UTC),
    ],
)
def test_page_letter_and_calendar_name_the_same_instant_around_the_clock_change(house: OpenHouse, starts_at: datetime) -> None:
    plan(house.engine, capacity=4)
    alter(house, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=60))
    (event,) = events(house)
    instants = [event[name].dt.astimezone(UTC) for name in ("DTSTART", "DTEND")]
    assert instants == [starts_at, starts_at + timedelta(minutes=60)]
    resident = house.resident().opens("/wijkgesprekken")
    (moment,) = [datetime.fromisoformat(str(element.get("datetime"))) for element in resident.page.all("time")]
    assert moment == starts_at
    here = [moment.astimezone(HERE) for moment in (starts_at, starts_at + timedelta(minutes=60))]
    hours = f"{here[0].hour}.{here[0].minute:02} tot {here[1].hour}.{here[1].minute:02} uur"
    assert hours in resident.page.text
    fields = {
        "naam": "a",
        "personen": "1",
        "taal": "nl",
        "mail": "a@voorbeeld.example",
        "key": resident.opens("/wijkgesprekken/wkoffie").key,
    }
    resident.sends("/wijkgesprekken/wkoffie/aanmelden", fields, status=303)
    assert hours in text_of(resident.page.one("main"))
    (letter,) = house.rows("mail")
    assert hours in letter["body"].replace("\u00a0", " ")
    (mine,) = Calendar.from_ical(letter["calendar"]).walk("VEVENT")
    assert mine["DTSTART"].dt.astimezone(UTC) == starts_at


# ---------------------------------------------------------------- moments


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-11-24T19:30", datetime(2026, 11, 24, 18, 30, tzinfo=UTC)),
        ("2026-07-01 09:00", datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ("2026-10-25T02:30", Problem(TWICE)),
        ("2026-10-25T02:30+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T02:30+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2027-03-28T02:30", Problem(NEVER)),
        ("2027-03-28T03:00", datetime(2027, 3, 28, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_one_instant_or_refused(text: str, found: datetime | Problem) -> None:
    assert iso_moment(text) == found


@pytest.mark.parametrize(
    ("day", "time"), [("24-11-2026", "9.30"), ("2026-11-24", "09:30"), (" 24-11-2026 ", "9:30"), ("2026-11-24", "09:30:00")]
)
def test_a_day_and_a_time_are_read_as_people_write_them(day: str, time: str) -> None:
    assert local_moment(day, time) == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


@given(some.text(max_size=30), some.text(max_size=10))
def test_whatever_is_typed_as_a_moment_is_an_instant_or_a_sentence(day: str, time: str) -> None:
    for found in (iso_moment(day), local_moment(day, time)):
        assert isinstance(found, Problem) or found.utcoffset() == timedelta(0)
