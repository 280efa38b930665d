"""Shared floor: the programme as data: pillars, goals, and the area ladder wijk > buurt; programme.toml, refused when wrong."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

from babel import Locale, UnknownLocaleError
from pydantic import ConfigDict, Field, StrictBool, StringConstraints, TypeAdapter, ValidationError

FLOOR: Final = 5  # people; no setting lowers it
OUTSIDE: Final = "buiten_gebied"
UNKNOWN: Final = "onbekend"
NOT_AN_AREA: Final = {OUTSIDE, UNKNOWN, "dk"}

no_others: Final = ConfigDict(extra="forbid")
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(pattern=r"\S")]
Link = Annotated[str, StringConstraints(pattern=r"^https://[^\s\"<>]+$")]


@dataclass(frozen=True)
class Pillar:
    __pydantic_config__ = no_others
    key: Key
    official: Text
    resident: Text


@dataclass(frozen=True)
class Goal:
    __pydantic_config__ = no_others
    number: Annotated[int, Field(strict=True, ge=1)]
    pillar: str
    text: Text


@dataclass(frozen=True)
class Buurt:
    __pydantic_config__ = no_others
    code: Annotated[str, StringConstraints(pattern=r"^BU\d{8}$")]
    name: Text
    in_scope: StrictBool
    scope_confirmed: StrictBool


@dataclass(frozen=True)
class Wijk:
    __pydantic_config__ = no_others
    key: Key
    name: Text
    cbs_code: Annotated[str, StringConstraints(pattern=r"^WK\d{6}$")]
    cbs_name: Text
    buurten: Annotated[tuple[Buurt, ...], Field(alias="buurt")]


@dataclass(frozen=True)
class Contact:
    """Where a resident finds a person. ``telephone`` is what people read, ``telephone_link`` what a phone dials."""

    __pydantic_config__ = no_others
    office: Text
    telephone: Text
    telephone_link: Annotated[str, StringConstraints(pattern=r"^\+?[0-9]+$")]
    walk_in: Text
    mail: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


@dataclass(frozen=True)
class Line:
    """A telephone line that stands beside open questions on safety: for an emergency, or to tell something without a name."""

    __pydantic_config__ = no_others
    text: Text
    telephone: Text
    telephone_link: Annotated[str, StringConstraints(pattern=r"^\+?[0-9]+$")]


@dataclass(frozen=True)
class Shortcoming:
    """One thing that does not meet the rules of accessibility: what, why, what somebody can do instead, and when it is mended."""

    __pydantic_config__ = no_others
    what: Text
    why: Text
    instead: Text
    mended_by: date | None = None


@dataclass(frozen=True)
class Accessibility:
    """What the statement on /toegankelijkheid rests on. Nothing filled in is a statement too: not researched, not planned, not signed."""

    __pydantic_config__ = no_others
    tested: date | None = None  # our own tests
    researched: date | None = None  # the whole site, all rules, by somebody else
    report: Link | None = None
    planned: date | None = None  # that research will be done by then
    signed_by: Text | None = None  # the function of who answers for it
    signed_on: date | None = None
    register: Link | None = None  # this statement in the government's register
    overview: Link | None = None  # all statements of the municipality
    complaint: Link | None = None
    answer_days: Annotated[int, Field(strict=True, ge=1, le=30)] = 5
    shortcomings: Annotated[tuple[Shortcoming, ...], Field(alias="shortcoming")] = ()

    def status(self, today: date) -> str:
        """The letter of the government's model. Research holds for three years; a plan counts for half a year after signing."""
        if self.report and self.researched and self.researched <= today < self.researched + timedelta(days=3 * 365):
            return "B" if self.shortcomings else "A"
        if self.planned and self.signed_on and today <= self.planned <= self.signed_on + timedelta(days=183):
            return "C"
        return "D"


@dataclass(frozen=True)
class Thresholds:
    """Under this many people no figure is shown: residents, professionals (organisations), and for a table by buurt."""

    __pydantic_config__ = no_others
    resident: Annotated[int, Field(strict=True, ge=FLOOR)]
    professional: Annotated[int, Field(strict=True, ge=FLOOR)]
    buurt: Annotated[int, Field(strict=True, ge=FLOOR)]


@dataclass(frozen=True)
class Programme:
    __pydantic_config__ = no_others
    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
    name: Text
    programme: Text
    municipality: Text
    gemeente_code: Annotated[str, StringConstraints(pattern=r"^GM\d{4}$")]
    languages: tuple[str, ...]
    surveys: tuple[str, ...]
    vintage: Annotated[int, Field(strict=True, ge=1995, le=2100)]
    outside: tuple[str, ...]
    outside_name: Text
    contact: Contact
    thresholds: Thresholds
    pillars: Annotated[tuple[Pillar, ...], Field(alias="pillar")]
    goals: Annotated[tuple[Goal, ...], Field(alias="goal")]
    wijken: Annotated[tuple[Wijk, ...], Field(alias="wijk")]
    words: str | None = None
    accessibility: Accessibility = field(default_factory=Accessibility)
    safety_lines: Annotated[tuple[Line, ...], Field(alias="safety_line")] = ()
    exit: Annotated[str, StringConstraints(pattern=r"^https://[^\s\"<>]+$")] = ""  # where a quick exit from a page on safety leads

    @property
    def in_scope(self) -> frozenset[str]:
        """Codes of the buurten that the programme is for; a wijk's own code says nothing about scope."""
        return frozenset(buurt.code for wijk in self.wijken for buurt in wijk.buurten if buurt.in_scope)

    @property
    def wijk_names(self) -> dict[str, str]:
        return {wijk.key: wijk.name for wijk in self.wijken}

    @property
    def unconfirmed(self) -> frozenset[str]:
        """Codes of the buurten whose place inside or outside the area the office has not confirmed."""
        return frozenset(buurt.code for wijk in self.wijken for buurt in wijk.buurten if not buurt.scope_confirmed)

    def row_of(self, answer: str | None) -> str:
        """Name the row of a table that an answer to the question "wijk" counts in."""
        if answer in self.outside:
            return OUTSIDE
        return next((wijk.key for wijk in self.wijken if wijk.key == answer), UNKNOWN)


def load_programme(folder: Path) -> Programme:
    """Read ``folder``/programme.toml; raise a ValueError with a line (file, key, reason) for each mistake in it."""
    file = folder / "programme.toml"
    data = read_toml(file)
    try:
        programme, shape = TypeAdapter(Programme).validate_python(data), []
    except ValidationError as wrong:
        programme, shape = None, [f"{_place(error['loc'])}: {error['msg']}" for error in wrong.errors()]
    mistakes = [*shape, *_mistakes(data, folder)]
    if programme is None or mistakes:
        raise ValueError("\n".join(f"{file}: {mistake}" for mistake in mistakes))
    return programme


@cache
def programme_in(folder: Path) -> Programme:
    """The same, read once: for what a worker or a letter asks again and again."""
    return load_programme(folder)


def read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as missing:
        raise ValueError(f"{file}: cannot be read: {missing.strerror}") from missing
    except ValueError as wrong:  # not TOML, or not UTF-8
        raise ValueError(f"{file}: is not valid TOML: {wrong}") from wrong


def _place(steps: Sequence[int | str]) -> str:
    """Write ("wijk", 3, "buurt", 0, "code") as people count: wijk 4, buurt 1, code."""
    place = re.sub(r", (\d+)", lambda step: f" {int(step[1]) + 1}", ", ".join(str(step) for step in steps))
    return place or "file"


def _rows(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """List the tables called ``name`` as far as they are tables; what is not, is reported with the shape."""
    rows = data.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _strings(data: dict[str, Any], name: str) -> list[str]:
    values = data.get(name)
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _mistakes(data: dict[str, Any], folder: Path) -> Iterator[str]:
    """Tell what a shape alone cannot show. Works on the raw file, so that wrong shapes do not hide wrong meanings."""
    yield from _doubles(data)
    yield from _pillar_mistakes(data)
    yield from _area_mistakes(data)
    yield from _language_mistakes(_strings(data, "languages"))
    yield from _statement_mistakes(data.get("accessibility"))
    for survey in _strings(data, "surveys"):
        if not (folder / f"{survey}.toml").is_file():
            yield f"surveys: there is no file {survey}.toml beside it"
    words = data.get("words")
    if isinstance(words, str) and not (folder / words).is_file():
        yield f"words: there is no file {words} beside it"


def _doubles(data: dict[str, Any]) -> Iterator[str]:
    wijken = _rows(data, "wijk")
    named: list[tuple[str, list[Any]]] = [
        ("pillar, key", [row.get("key") for row in _rows(data, "pillar")]),
        ("goal, number", [row.get("number") for row in _rows(data, "goal")]),
        ("wijk, key", [row.get("key") for row in wijken]),
        ("wijk, cbs_code", [row.get("cbs_code") for row in wijken]),
        ("buurt, code", [buurt.get("code") for row in wijken for buurt in _rows(row, "buurt")]),
        *((name, list(_strings(data, name))) for name in ("languages", "surveys", "outside")),
    ]
    for name, values in named:
        for value, times in Counter(str(value) for value in values if value is not None).items():
            if times > 1:
                yield f"{name}: {value} stands there {times} times"


def _pillar_mistakes(data: dict[str, Any]) -> Iterator[str]:
    keys = {row.get("key") for row in _rows(data, "pillar")}
    if "overig" not in keys:
        yield 'pillar: "overig" is missing; answers that fit nowhere else need it'
    for goal in _rows(data, "goal"):
        if goal.get("pillar") not in keys - {"overig"}:
            yield f"goal {goal.get('number')}, pillar: {goal.get('pillar')} is not a pillar that can have goals"


def _area_mistakes(data: dict[str, Any]) -> Iterator[str]:
    gemeente = str(data.get("gemeente_code"))
    keys = {str(row.get("key")) for row in _rows(data, "wijk")}
    if not keys:
        yield "wijk: there is none"
    for taken in sorted(keys & NOT_AN_AREA):
        yield f"wijk, key: {taken} has a meaning of its own; choose another key"
    for answer in sorted((keys | {"dk"}) & set(_strings(data, "outside"))):
        yield f"outside: {answer} cannot be both outside and a wijk or an unknown"
    for wijk in _rows(data, "wijk"):
        key, code, buurten = wijk.get("key"), str(wijk.get("cbs_code")), _rows(wijk, "buurt")
        if code[2:6] != gemeente[2:]:
            yield f"wijk {key}, cbs_code: {code} does not lie in {gemeente}"
        for buurt in buurten:
            if str(buurt.get("code"))[2:8] != code[2:]:
                yield f"wijk {key}, buurt: {buurt.get('code')} does not lie in {code}"
        if not any(buurt.get("in_scope") is True for buurt in buurten):
            yield f"wijk {key}, buurt: none is in scope"


def _statement_mistakes(stated: object) -> Iterator[str]:
    for one, other in (("report", "researched"), ("signed_by", "signed_on")):
        if isinstance(stated, dict) and (one in stated) != (other in stated):
            yield f"accessibility: {one} and {other} belong together; one of them is missing"


def _language_mistakes(languages: list[str]) -> Iterator[str]:
    if "nl" not in languages:
        yield 'languages: "nl" is missing; the texts are written in it'
    for language in languages:
        try:
            Locale.parse(language)
        except (ValueError, UnknownLocaleError):
            yield f"languages: {language} is not a language code"
