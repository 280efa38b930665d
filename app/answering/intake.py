"""Room answering: whole responses from a file (paper typed elsewhere, another tool): the same rules as the web path, page by page."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from app.answer_check import NEEDED, check_page, fields_of
from app.answering.store import Save, Way, finish, read_source, read_trip, save_page
from app.codes import code_hash, receipt_of
from app.db import writing
from app.forms import read_key
from app.models.answers import CHANNELS, STREAMS
from app.survey import Answers, Survey, load_survey
from app.web import House

AT_ONCE = 200
LONGEST_LINE = 200_000
NAMES = {"key", "lang", "channel", "stream", "answers", "assisted"}
ACCEPTING = ("open", "paper_only", "test")


@dataclass(frozen=True)
class Whole:
    """One line of the file, checked."""

    line: int
    key: str
    lang: str
    way: Way
    pages: dict[str, Answers]


def take_in(engine: Engine, house: House, survey_key: str, lines: Iterable[str]) -> Iterator[tuple[Counter[str], list[str]]]:
    """Keep every good line; after each group yield the counts so far and, per refused line, the reason.

    Raises LookupError when there is no such survey or it takes no answers.
    """
    with engine.connect() as connection:
        survey = _survey(connection, survey_key)
    counts: Counter[str] = Counter()
    group: list[Whole] = []
    reasons: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        found = read_line(survey, number, line)
        if isinstance(found, str):
            counts["refused"] += 1
            reasons.append(f"line {number}: {found}")
        else:
            group.append(found)
        if len(group) >= AT_ONCE:
            reasons += _keep_group(engine, house, survey, group, counts)
            yield counts, reasons
            group, reasons = [], []
    reasons += _keep_group(engine, house, survey, group, counts)
    yield counts, reasons


def _survey(connection: Connection, survey_key: str) -> Survey:
    trip = read_trip(connection, survey_key, None)
    if trip is None:
        raise LookupError(f"there is no survey “{survey_key}”")
    if trip.survey_state not in ACCEPTING:
        raise LookupError(f"survey {survey_key} is {trip.survey_state} and takes no answers; open it first")
    source, _ = read_source(connection, survey_key, trip.newest) or ("", {})
    return load_survey(source, survey_key)


def read_line(survey: Survey, number: int, line: str) -> Whole | str:
    """One response, or the reason why it cannot be one."""
    if len(line) > LONGEST_LINE:
        return f"longer than {LONGEST_LINE} characters"
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return "not JSON"
    if not isinstance(data, dict) or not isinstance(data.get("answers"), dict):
        return "expected an object with key, lang, channel, stream and answers"
    if reason := _wrong_header(survey, data):
        return reason
    pages = read_pages(survey, data["answers"])
    if isinstance(pages, str):
        return pages
    way = Way(data.get("channel", "web"), data.get("stream", "open_link"), assisted=data.get("assisted", False))
    return Whole(number, str(read_key(data["key"])), data.get("lang", "nl"), way, pages)


def _wrong_header(survey: Survey, data: dict[str, Any]) -> str:
    if unknown := sorted(data.keys() - NAMES):
        return f"unknown name “{unknown[0][:40]}”"
    if not isinstance(data.get("key"), str) or read_key(data["key"]) is None:
        return "key must be a UUID"
    allowed = {"lang": survey.languages, "channel": CHANNELS, "stream": STREAMS}
    for name, values in allowed.items():
        value = data.get(name, values[0])
        if not isinstance(value, str) or value not in values:
            return f"{name} must be one of {', '.join(values)}"
    return "" if isinstance(data.get("assisted", False), bool) else "assisted must be true or false"


def read_pages(survey: Survey, given: dict[str, Any]) -> dict[str, Answers] | str:
    """The answers page by page as the web path would keep them; the age gate counts as passed."""
    passed = {question.id: question.gate for question in survey.questions.values() if question.gate}
    typed = fields_of({name: value for name, value in given.items() if name not in passed}) | {
        name: [code] for name, code in passed.items()
    }
    closed = [name for name, code in passed.items() if given.get(name) not in (None, "", code)]
    fields = frozenset[str]().union(*(page.names for page in survey.pages))
    if closed:
        return f"{closed[0]}: under 16, not kept"
    if foreign := sorted(typed.keys() - fields):
        return f"“{foreign[0][:60].encode('utf-8', 'replace').decode()}” is not a question of this survey"
    pages: dict[str, Answers] = {}
    known: Answers = {}
    for page in survey.pages:
        answers, problems = check_page(page, {name: typed[name] for name in page.names if name in typed}, known)
        off_way = page not in survey.relevant(known | answers)[0]
        known |= answers
        for name, problem in problems.items():
            if off_way and problem.text == NEEDED:
                continue
            return f"{name}: {problem.text % problem.values if problem.values else problem.text}"
        pages[page.id] = answers
    return pages


def _keep_group(engine: Engine, house: House, survey: Survey, group: list[Whole], counts: Counter[str]) -> list[str]:
    """One transaction for the group; a key that is there already is a duplicate or, with other answers, refused."""
    outcome: Counter[str] = Counter()
    reasons: list[str] = []
    with writing(engine) as connection:
        for whole in group:
            result = _keep_whole(connection, house, survey, whole)
            outcome[result] += 1
            if result == "refused":
                reasons.append(f"line {whole.line}: this key was used for other answers")
    counts.update(outcome)
    return reasons


def _keep_whole(connection: Connection, house: House, survey: Survey, whole: Whole) -> str:
    there = read_trip(connection, survey.key, whole.key)
    if there and there.response_id:
        _, wanted = survey.relevant({name: value for answers in whole.pages.values() for name, value in answers.items()})
        return "duplicate" if there.state == "finished" and there.answers == wanted else "refused"
    day, secret = house.settings.today(), house.settings.key
    receipt_hash = code_hash(secret, receipt_of(secret, whole.key))
    for page, answers in whole.pages.items():
        save = Save(whole.key, survey.key, survey.fingerprint, whole.lang, receipt_hash, day, page, 0, answers, whole.way)
        if save_page(connection, save).refused:
            return "refused"
    trip = read_trip(connection, survey.key, whole.key) or there
    if trip is None:
        raise LookupError(f"survey {survey.key} is gone")
    finish(connection, survey, trip, area=house.programme.row_of(trip.answers.get("wijk")), day=day)
    return "accepted"
