"""Room office: how far people came in one survey: who sent it, is busy, stopped; and after which page, by language and channel."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, case, func, select

from app.disclosure import release
from app.models.tables import LEFT, PAGE, RESPONSE, STOP
from app.survey import Page, Survey

SENT, BUSY, PARTIAL, ERASED = "sent", "busy", "partial", "erased"
DAYS = 7
Group = tuple[str, str]  # language and channel; "" is all of them


@dataclass(frozen=True)
class People:
    """`n` people in the same place: `last` is the number of the furthest page they kept; of erased responses the stream is not known."""

    n: int
    state: str
    lang: str
    channel: str
    stream: str = ""
    last: int = 0


@dataclass(frozen=True)
class Step:
    """One page: who came this far or further, who went on, and who kept nothing after it: still busy, or stopped."""

    page: Page
    reached: int
    went_on: int
    busy: int
    stopped: int

    @property
    def stayed(self) -> int:
        return self.busy + self.stopped


@dataclass(frozen=True)
class Fieldwork:
    survey: Survey
    people: tuple[People, ...]
    under_age: int
    days: tuple[tuple[date, int, int], ...]  # began and sent

    def count(self, **wanted: str) -> int:
        """How many people are this: state, lang, channel, stream."""
        return sum(one.n for one in self.people if all(getattr(one, name) == value for name, value in wanted.items()))

    @property
    def began(self) -> int:
        return self.count()

    def share_sent(self, threshold: int) -> int | None:
        """Of every hundred who began; None while that says more of persons than of the survey."""
        return round(100 * self.count(state=SENT) / self.began) if self.began >= threshold else None

    def used(self, name: str) -> list[str]:
        """The languages, channels or streams that somebody began in."""
        return sorted({getattr(one, name) for one in self.people} - {""})

    def steps(self, group: Group) -> list[Step]:
        """The pages in their order, for these people."""
        lang, channel = group
        mine = [one for one in self.people if lang in {"", one.lang} and channel in {"", one.channel}]
        sent = sum(one.n for one in mine if one.state == SENT)
        stay: dict[int, Counter[str]] = defaultdict(Counter)
        for one in mine:
            if one.state != SENT:
                stay[one.last]["busy" if one.state == BUSY else "stopped"] += one.n
        return list(_steps(self.survey, stay, sent))[::-1]

    def groups(self, threshold: int) -> frozenset[Group]:
        """Which languages and channels may be broken down by page: those whose size may leave by the door."""
        sizes: Counter[Group] = Counter()
        for one in self.people:
            for group in {(lang, channel) for lang in ("", one.lang) for channel in ("", one.channel)}:
                sizes[group] += one.n
        return _shown(tuple(sorted(sizes.items())), threshold)


def _steps(survey: Survey, stay: Mapping[int, Counter[str]], beyond: int) -> Iterator[Step]:
    """From the last page back: who came this far are those who went on and those who stayed."""
    for number, page in reversed(list(enumerate(survey.pages, 1))):
        here = stay.get(number, Counter()) + (stay.get(0, Counter()) if number == 1 else Counter())
        step = Step(page, beyond + here.total(), beyond, here["busy"], here["stopped"])
        beyond = step.reached
        yield step


@lru_cache(maxsize=32)
def _shown(sizes: tuple[tuple[Group, int], ...], threshold: int) -> frozenset[Group]:
    """Those whose size may leave; what is left when they are taken from a total, is never a few people either."""
    cells, lines = dict(sizes), list(_sums([group for group, _ in sizes]))
    inside: set[Group] = set()
    while True:
        released = release(cells, lines, threshold=threshold, unshown=inside)
        shown = {group for group, n in released.items() if n is not None}
        more = {
            min(shown & {*parts}, key=lambda group: (cells[group], group))
            for total, parts in lines
            if _tells(total, parts, shown, cells, threshold)
        }
        if not more:
            return frozenset(shown)
        inside |= more


def _tells(total: Group, parts: list[Group], shown: set[Group], cells: Mapping[Group, int], threshold: int) -> bool:
    rest = sum(cells[part] for part in parts if part not in shown)
    return total in shown and 0 < rest < threshold and not shown.isdisjoint(parts)


def _sums(groups: list[Group]) -> Iterator[tuple[Group, list[Group]]]:
    """Of each language its channels, of each channel its languages, and all of both."""
    for lang, channel in groups:
        if not channel and (parts := [group for group in groups if group[0] == lang and group[1]]):
            yield (lang, channel), parts
        if not lang and (parts := [group for group in groups if group[1] == channel and group[0]]):
            yield (lang, channel), parts


# ------------------------------------------------------------------------------------------- read in six questions
def fieldwork(connection: Connection, survey: Survey, today: date) -> Fieldwork:
    under_age = connection.execute(select(STOP.c.n).where(STOP.c.survey_key == survey.key)).scalar() or 0
    people = (*_sent(connection, survey.key), *_unsent(connection, survey), *_erased(connection, survey))
    return Fieldwork(survey, people, under_age, _days(connection, survey.key, today))


def _sent(connection: Connection, key: str) -> Iterator[People]:
    by = (RESPONSE.c.lang, RESPONSE.c.channel, RESPONSE.c.stream)
    rows = connection.execute(select(*by, func.count()).where(RESPONSE.c.survey_key == key, RESPONSE.c.state == "finished").group_by(*by))
    return (People(n, SENT, lang, channel, stream) for lang, channel, stream, n in rows)


def _unsent(connection: Connection, survey: Survey) -> Iterator[People]:
    last = func.coalesce(func.max(case(survey.numbers, value=PAGE.c.page, else_=0)), 0).label("last")
    by = (RESPONSE.c.lang, RESPONSE.c.channel, RESPONSE.c.stream)
    each = (
        select(*by, RESPONSE.c.left_on.is_not(None).label("has_left"), last)
        .select_from(RESPONSE.outerjoin(PAGE, PAGE.c.response_id == RESPONSE.c.id))
        .where(RESPONSE.c.survey_key == survey.key, RESPONSE.c.state == "begun")
        .group_by(RESPONSE.c.id, *by, RESPONSE.c.left_on)
        .subquery()
    )
    rows = connection.execute(select(each, func.count().label("n")).group_by(*each.c))
    return (People(row.n, PARTIAL if row.has_left else BUSY, row.lang, row.channel, row.stream, row.last) for row in rows)


def _erased(connection: Connection, survey: Survey) -> Iterator[People]:
    rows = connection.execute(select(LEFT.c.page, LEFT.c.lang, LEFT.c.channel, LEFT.c.n).where(LEFT.c.survey_key == survey.key))
    return (People(n, ERASED, lang, channel, last=survey.numbers.get(page, 0)) for page, lang, channel, n in rows)


def _days(connection: Connection, key: str, today: date) -> tuple[tuple[date, int, int], ...]:
    """The last seven days, today last."""
    counted = [_by_day(connection, key, column, today - timedelta(days=DAYS)) for column in (RESPONSE.c.begun_on, RESPONSE.c.finished_on)]
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    return tuple((day, counted[0].get(day, 0), counted[1].get(day, 0)) for day in days)


def _by_day(connection: Connection, key: str, column: Any, after: date) -> dict[date, int]:
    rows = connection.execute(select(column, func.count()).where(RESPONSE.c.survey_key == key, column > after).group_by(column))
    return {day: n for day, n in rows}  # noqa: C416  # rows are not pairs to mypy
