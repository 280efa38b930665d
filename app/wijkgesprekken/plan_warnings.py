"""Room wijkgesprekken: what may keep residents from coming, or what was promised and is late, in words for who plans."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from app.answer_check import Problem
from app.i18n import N_, SOURCE, language_name, listed
from app.settings import HERE
from app.web import day_text
from app.wijkgesprekken.shown import Notice

NO_INTERPRETER = N_("Er is geen tolk voor %(languages)s.")
STAIRS = N_("De plek is niet goed te bereiken zonder trap of drempel.")
NO_CHILDCARE = N_("Het is 's avonds en er is geen kinderopvang.")
RAMADAN = N_("Het is dan ramadan. Veel bewoners eten 's avonds thuis.")
TWICE_THERE = N_("Op dezelfde plek is tegelijk ook “%(title)s”.")
LATE = N_("De terugkoppeling was beloofd op %(day)s en is nog niet gegeven. Eigenaar: %(owner)s.")
OVERFULL = N_("Er zijn meer mensen aangemeld dan er plaatsen zijn.")
EVENING = time(18)
RAMADANS = (  # first and last day, as expected; the moon may shift each by a day
    (date(2026, 2, 18), date(2026, 3, 19)),
    (date(2027, 2, 8), date(2027, 3, 9)),
    (date(2028, 1, 28), date(2028, 2, 25)),
    (date(2029, 1, 16), date(2029, 2, 13)),
    (date(2030, 1, 5), date(2030, 2, 3)),
    (date(2030, 12, 26), date(2031, 1, 23)),
    (date(2031, 12, 15), date(2032, 1, 13)),
    (date(2032, 12, 4), date(2033, 1, 2)),
)


def warnings_of(notice: Notice, others: Iterable[Notice], now: datetime) -> list[Problem]:
    """Everything worth a second look; for one that has been or is cancelled only a promise that was not kept."""
    row = notice.row
    if row.state == "cancelled":
        return []
    late = list(_late(row, now, notice.lang))
    return late if notice.has_ended(now) else [*late, *_about_the_place(notice), *_about_the_moment(notice, others)]


def _late(row: Any, now: datetime, lang: str) -> Iterator[Problem]:
    if row.feedback_on and row.feedback_given_on is None and row.feedback_on < now.astimezone(HERE).date():
        yield Problem(LATE, {"day": day_text(row.feedback_on, lang), "owner": row.feedback_owner or "?"})


def _about_the_place(notice: Notice) -> Iterator[Problem]:
    row = notice.row
    foreign = [language_name(lang, notice.lang) for lang in row.languages if lang != SOURCE]
    if foreign and not row.interpreter:
        yield Problem(NO_INTERPRETER, {"languages": listed(foreign, notice.lang)})
    if not row.step_free:
        yield Problem(STAIRS)
    if notice.taken > row.capacity:
        yield Problem(OVERFULL)


def _about_the_moment(notice: Notice, others: Iterable[Notice]) -> Iterator[Problem]:
    row = notice.row
    if row.ends_at.astimezone(HERE).time() > EVENING:
        if not row.childcare:
            yield Problem(NO_CHILDCARE)
        if is_ramadan(row.ends_at.astimezone(HERE).date()):
            yield Problem(RAMADAN)
    for other in others:
        if clashes(row, other.row):
            yield Problem(TWICE_THERE, {"title": other.words.title})


def is_ramadan(day: date) -> bool:
    return any(first <= day <= last for first, last in RAMADANS)


def clashes(one: Any, other: Any) -> bool:
    """Whether two wijkgesprekken need the same room at the same time; what is cancelled needs none."""
    is_same_place = _place(one) == _place(other)
    is_same_time = bool(one.starts_at < other.ends_at and other.starts_at < one.ends_at)
    return one.id != other.id and other.state != "cancelled" and is_same_place and is_same_time


def _place(row: Any) -> str:
    return " ".join(row.place.casefold().split())
