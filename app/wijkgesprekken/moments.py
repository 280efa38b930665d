"""Room wijkgesprekken: from a day and a time as people write them to one instant. Pure; an hour that comes twice or never is refused."""

from datetime import UTC, datetime

from app.answer_check import NOT_A_DATE, Problem
from app.i18n import N_
from app.settings import HERE

DAYS = ("%Y-%m-%d", "%d-%m-%Y")
TIMES = ("%H:%M", "%H.%M", "%H:%M:%S")
YEARS = range(2000, 2101)
NOT_A_TIME = N_("Vul een tijd in, bijvoorbeeld 19:30.")
NOT_A_MOMENT = N_("Dit is geen dag met een tijd. Schrijf het zo: 2026-11-24T19:30.")
TWICE = N_("Die nacht gaat de klok een uur terug. Deze tijd komt dan twee keer voor. Kies een andere tijd.")
NEVER = N_("Die nacht gaat de klok een uur vooruit. Deze tijd is er dan niet. Kies een andere tijd.")


def local_moment(day: str, time: str) -> datetime | Problem:
    """The instant (aware, UTC) of a day and a time on the clock here; or the sentence that says what to mend."""
    date, clock = _read(day, DAYS), _read(time, TIMES)
    if date is None or date.year not in YEARS:
        return Problem(NOT_A_DATE)
    if clock is None:
        return Problem(NOT_A_TIME)
    return _instant(datetime.combine(date.date(), clock.time()))


def iso_moment(text: str) -> datetime | Problem:
    """The same for "2026-11-24T19:30" as programs write it; with an offset it is that instant, without one it is the clock here."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return Problem(NOT_A_MOMENT)
    if ":" not in text or moment.year not in YEARS:
        return Problem(NOT_A_MOMENT)
    return _instant(moment) if moment.tzinfo is None else moment.astimezone(UTC).replace(second=0, microsecond=0)


def _read(text: str, shapes: tuple[str, ...]) -> datetime | None:
    for shape in shapes:
        try:
            return datetime.strptime(text.strip(), shape)  # noqa: DTZ007  # the clock here gets its zone in _instant
        except ValueError:
            continue
    return None


def _instant(naive: datetime) -> datetime | Problem:
    first, second = (naive.replace(second=0, microsecond=0, tzinfo=HERE, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    there_and_back = first.astimezone(UTC).astimezone(HERE)
    return Problem(TWICE if there_and_back.replace(tzinfo=None) == first.replace(tzinfo=None) else NEVER)
