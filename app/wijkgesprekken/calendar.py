"""Room wijkgesprekken: wijkgesprekken for a calendar. UID and SEQUENCE follow the wijkgesprek, so that a change replaces what stood there."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache

from icalendar import Calendar, Component, Event, Timezone

from app.areas import Programme
from app.settings import HERE
from app.wijkgesprekken.shown import Notice

STRANGE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")  # a line break is escaped by the library, these cannot stand in a calendar at all
ZONE = b"""BEGIN:VTIMEZONE
TZID:Europe/Amsterdam
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""  # the library's own list of all changes since 1970 is ten times as long and stops in 2037


def calendar_text(programme: Programme, notices: Iterable[Notice], *, name: str = "", base: str = "", cancels: bool = False) -> str:
    """An .ics text, the same for the same wijkgesprekken; `name` is how a calendar calls the feed. With `cancels` it takes them out of the calendar of whoever opens it."""
    calendar = Calendar()
    calendar.add("prodid", "-//Wijkstem//wijkgesprekken//NL")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if cancels else "PUBLISH")
    if name:
        calendar.add("x-wr-calname", name)
    calendar.add_component(_zone())
    for notice in notices:
        calendar.add_component(_event(programme, notice, base.rstrip("/"), cancelled=cancels or notice.row.state == "cancelled"))
    return str(calendar.to_ical().decode())


@cache
def _zone() -> Component:
    return Timezone.from_ical(ZONE)


def _event(programme: Programme, notice: Notice, base: str, *, cancelled: bool) -> Event:
    row, event = notice.row, Event()
    wijk = next((wijk.name for wijk in programme.wijken if wijk.key == row.area), "")
    event.add("uid", f"{row.id}@{programme.key}.wijkstem")
    event.add("dtstamp", row.changed_at.astimezone(UTC))
    event.add("last-modified", row.changed_at.astimezone(UTC))
    event.add("sequence", row.sequence)
    event.add("dtstart", _on_the_clock(row.starts_at))
    event.add("dtend", _on_the_clock(row.ends_at))
    event.add("summary", _plain(notice.words.title), {"LANGUAGE": notice.words.lang})
    event.add("location", _plain(", ".join(part for part in (row.place, row.address, wijk) if part)))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if notice.words.text:
        event.add("description", _plain(notice.words.text), {"LANGUAGE": notice.words.lang})
    if base:
        event.add("url", f"{base}/wijkgesprekken/{row.id}")
    return event


def _plain(text: str) -> str:
    return STRANGE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def _on_the_clock(moment: datetime) -> datetime:
    """On the clock here; in UTC in the hour that comes twice, which a calendar would take for the first of the two."""
    here = moment.astimezone(HERE)
    return moment.astimezone(UTC) if here.fold else here
