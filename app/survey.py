"""Shared floor: a survey as data: load a TOML file, walk its pages, show it in a language. Pure: no database, no request."""

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from typing import Any, Final, TypeVar

from app.only_if import Tree, holds, parse

Answers = dict[str, Any]
CONTROLS = frozenset({"key", "seen", "actie", "taal", "versie", "_weergave", "_deel", "_zeker", "_hulp"})  # beside a form's questions
Translate = Callable[[str, str], str]
Built = TypeVar("Built")

PIPE = re.compile(r"\{(?:\{|([a-z][a-z0-9_]{0,63})\})")  # the place of an earlier answer in a text; "{{" is a brace
BESIDE = ("anders", "buurt")  # what may be kept beside an answer: her own words, and the buurt of her street
NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})  # what counts as no answer


@dataclass(frozen=True)
class Option:
    id: str
    text: str
    easy: str = ""
    pictogram: str = ""
    only_if: str = ""
    exclusive: bool = False
    other: bool = False
    apart: bool = False


@dataclass(frozen=True)
class Row:
    id: str
    text: str
    goal: int | None = None


@dataclass(frozen=True)
class Question:
    id: str
    kind: str
    ask: str
    easy: str = ""
    pictogram: str = ""
    help: str = ""
    pillar: str = ""
    goal: int | None = None
    only_if: str = ""
    required: bool = False
    soft: bool = False  # asked once more when it is left open
    gate: str = ""
    scale: str = ""
    least: int | None = None
    most: int | None = None
    at_most: int | None = None
    allow_dk: bool = False
    shuffle: bool = False
    sensitive: bool = False
    earliest: date | None = None
    latest: date | None = None
    safety: bool = False  # it stands on a page about safety
    options: tuple[Option, ...] = ()
    rows: tuple[Row, ...] = ()

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(option.id for option in self.options)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names its fields have in a form."""
        if self.kind == "info":
            return frozenset()
        if self.kind in {"matrix", "open_per_pillar"}:
            return frozenset(f"{self.id}.{row.id}" for row in self.rows)
        if self.kind == "rank":
            return frozenset({self.id, *(f"{self.id}.{option.id}" for option in self.options)})
        if self.kind == "place":
            return frozenset({self.id, f"{self.id}.straat", f"{self.id}.buurt"})
        return frozenset({self.id, f"{self.id}.anders"} if any(option.other for option in self.options) else {self.id})

    @cached_property
    def beside(self) -> tuple[str, ...]:
        """The names of what may be kept beside its answer."""
        return tuple(f"{self.id}.{part}" for part in BESIDE)

    @cached_property
    def pipes(self) -> frozenset[str]:
        """Questions whose answers stand in the words of this one."""
        said = (self.ask, self.help, *(option.text for option in self.options), *(row.text for row in self.rows))
        return frozenset(PIPE.findall(" ".join(said)))

    @cached_property
    def grades(self) -> range:
        return range(1 if self.least is None else self.least, (10 if self.most is None else self.most) + 1)

    @cached_property
    def hides_options(self) -> bool:
        return any(option.only_if for option in self.options)

    def still_chosen(self, value: Any, answers: Answers) -> Any:
        """The answer without options that a condition now hides."""
        if not self.hides_options:
            return value
        shown = {option.id for option in self.options_for(answers)}
        return [code for code in value if code in shown] if isinstance(value, list) else value if value in shown else None

    def said_under(self, value: Any) -> list[tuple[str, str]]:
        """The pillar and the words of each open answer given here: these become statements."""
        if self.kind == "open_per_pillar":
            return list((value or {}).items())
        return [(self.pillar, value)] if self.kind == "open" and value else []

    @cached_property
    def longest(self) -> int:
        return self.most or {"open": 1000, "open_per_pillar": 1000, "text": 200}.get(self.kind, 100)

    def options_for(self, answers: Answers, key: str = "") -> tuple[Option, ...]:
        """The options to show: those whose condition holds, shuffled the same way for one response, the ones apart last."""
        shown = [option for option in self.options if not option.only_if or condition_holds(option.only_if, answers)]
        if self.shuffle and key:
            shown.sort(key=lambda option: hashlib.blake2b(f"{key}/{self.id}/{option.id}".encode(), digest_size=8).digest())
            shown.sort(key=lambda option: option.exclusive or option.other)
        return tuple(sorted(shown, key=lambda option: option.apart))


@dataclass(frozen=True)
class Page:
    id: str
    title: str
    questions: tuple[Question, ...]
    pillar: str = ""
    intro: str = ""
    only_if: str = ""
    safety: bool = False

    @cached_property
    def pipes(self) -> bool:
        return bool(PIPE.search(self.title + self.intro))

    @cached_property
    def places(self) -> bool:
        return any(question.kind == "place" for question in self.questions)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset[str]().union(*(question.names for question in self.questions))

    def asked(self, answers: Answers) -> list[Question]:
        """The questions of this page that these answers make relevant."""
        known = dict(answers)
        shown = []
        for question in self.questions:
            if not question.only_if or condition_holds(question.only_if, known):
                shown.append(question)
            else:
                known.pop(question.id, None)
        return shown


@dataclass(frozen=True)
class Survey:
    key: str
    title: str
    audience: str
    languages: tuple[str, ...]
    pages: tuple[Page, ...]
    fingerprint: str = field(compare=False, default="")
    minutes: int | None = None
    feedback_date: date | None = None
    feedback_owner: str = ""
    intro: str = ""
    outro: str = ""
    stop: str = ""
    unfinished_days: int = 30  # how long answers wait for who stopped half-way
    unfinished: str = "erase"  # and then: erase, or partial: kept and counted apart
    domain: str = ""  # where its translations stand: the key in its file, also when it was imported under another key

    @cached_property
    def questions(self) -> dict[str, Question]:
        return {question.id: question for page in self.pages for question in page.questions}

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {page.id: number for number, page in enumerate(self.pages, 1)}

    @cached_property
    def gates(self) -> tuple[tuple[int, Page, Question], ...]:
        """Questions that must be passed before anything else is kept, with the page they stand on."""
        return tuple((self.numbers[page.id], page, question) for page in self.pages for question in page.questions if question.gate)

    def page(self, number: int) -> Page | None:
        return self.pages[number - 1] if 1 <= number <= len(self.pages) else None

    def relevant(self, answers: Answers) -> tuple[list[Page], Answers]:
        """The pages on this person's way, and the answers that count: what a condition now hides does not, nor does what hung on it."""
        pages: list[Page] = []
        known: Answers = {}
        for page in self.pages:
            if page.only_if and not condition_holds(page.only_if, known):
                continue
            pages.append(page)
            for question in page.questions:
                if question.id not in answers or (question.only_if and not condition_holds(question.only_if, known)):
                    continue
                value = question.still_chosen(answers[question.id], known)
                if value in NOTHING:
                    continue
                known[question.id] = value
                known |= {name: answers[name] for name in question.beside if name in answers}
        return pages, known

    def made_easy(self) -> "Survey":
        """The same survey with the easy words of each question and option where it has them."""
        return replace(self, pages=tuple(replace(page, questions=tuple(map(_made_easy, page.questions))) for page in self.pages))

    def in_language(self, translate: Translate) -> "Survey":
        """The same survey with every text passed through translate(context, text)."""

        def said(text: str) -> str:
            return translate("survey", text) if text else ""

        pages = tuple(_page_in_language(page, translate) for page in self.pages)
        return replace(self, pages=pages, title=said(self.title), intro=said(self.intro), outro=said(self.outro), stop=said(self.stop))


def _made_easy(question: Question) -> Question:
    options = tuple(replace(option, text=option.easy or option.text) for option in question.options)
    return replace(question, ask=question.easy or question.ask, options=options)


def _page_in_language(page: Page, translate: Translate) -> Page:
    questions = tuple(_question_in_language(question, translate) for question in page.questions)
    intro = translate(page.id, page.intro) if page.intro else ""
    return replace(page, title=translate(page.id, page.title), intro=intro, questions=questions)


def _question_in_language(question: Question, translate: Translate) -> Question:
    def said(text: str) -> str:
        return translate(question.id, text) if text else ""

    options = tuple(_option_in_language(option, translate, question.scale or question.id) for option in question.options)
    rows = tuple(replace(row, text=said(row.text)) for row in question.rows)
    return replace(question, ask=said(question.ask), easy=said(question.easy), help=said(question.help), options=options, rows=rows)


def _option_in_language(option: Option, translate: Translate, context: str) -> Option:
    return replace(option, text=translate(context, option.text), easy=translate(context, option.easy) if option.easy else "")


_trees: dict[str, Tree] = {}


def condition_holds(text: str, answers: Answers) -> bool:
    tree = _trees.get(text)
    if tree is None:
        tree = _trees[text] = parse(text)
    return holds(tree, answers)


@dataclass(frozen=True)
class Mistake:
    """What is wrong in a survey file, and where."""

    reason: str
    page: str = ""
    question: str = ""

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.page and f"page {self.page}", self.question and f"question {self.question}") if part)
        return f"{where}: {self.reason}" if where else self.reason


def load_survey(source: str, key: str = "") -> Survey:
    """Build a survey from TOML that `survey_check.mistakes` found nothing wrong with; `key` is the one it was imported under."""
    data = tomllib.loads(source)
    scales = {scale["id"]: tuple(_build(Option, option) for option in scale.get("option", [])) for scale in data.get("scale", [])}
    return Survey(
        pages=tuple(_page(page, scales) for page in data["page"]),
        languages=tuple(data["languages"]),
        fingerprint=fingerprint_of(source, key or data["key"]),
        domain=data["key"],
        key=key or data["key"],
        **{name: data[name] for name in _plain(Survey) if name in data and name not in {"languages", "fingerprint", "domain", "key"}},
    )


def fingerprint_of(source: str, key: str) -> str:
    """Names one version for ever: the same text under the same key gives the same fingerprint."""
    return hashlib.sha256(f"{key}\n{source}".encode()).hexdigest()


def _page(data: Mapping[str, Any], scales: Mapping[str, tuple[Option, ...]]) -> Page:
    page = _build(Page, {**data, "questions": ()})
    return replace(page, questions=tuple(replace(_question(question, scales), safety=page.safety) for question in data["question"]))


def _question(data: Mapping[str, Any], scales: Mapping[str, tuple[Option, ...]]) -> Question:
    options = tuple(_build(Option, option) for option in data.get("option", [])) or scales.get(data.get("scale", ""), ())
    rows = tuple(_build(Row, row) for row in data.get("row", []))
    return replace(
        _build(Question, {name: value for name, value in data.items() if name not in {"option", "row"}}), options=options, rows=rows
    )


def _build(kind: type[Built], data: Mapping[str, Any]) -> Built:
    return kind(**{name: data[name] for name in _plain(kind) | {"questions"} if name in data})


def _plain(kind: Any) -> set[str]:
    """The fields that a TOML table gives directly."""
    return {entry.name for entry in fields(kind)} - {"options", "rows", "questions", "pages"}
