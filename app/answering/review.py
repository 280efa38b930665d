"""Room answering: answers in words again, for looking them over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.i18n import PAGES, date_text, number_text, texts
from app.survey import Answers, Page, Question, Survey


@dataclass(frozen=True)
class Line:
    ask: str
    said: list[str]


@dataclass(frozen=True)
class Part:
    title: str
    pillar: str
    number: int
    lines: list[Line]


def review_parts(survey: Survey, pages: Iterable[Page], answers: Answers, lang: str) -> list[Part]:
    return [
        Part(page.title, page.pillar, survey.numbers[page.id], lines_of(page.asked(answers), answers, lang))
        for page in pages
    ]  # fmt: skip


def lines_of(questions: Iterable[Question], answers: Answers, lang: str) -> list[Line]:
    return [line for question in questions for line in _lines(question, answers, lang)]


def _lines(question: Question, answers: Answers, lang: str) -> list[Line]:
    value = answers.get(question.id)
    options = {option.id: option.text for option in question.options}
    if question.kind == "matrix":
        chosen: Mapping[str, Any] = value or {}
        return [Line(row.text, [options[chosen[row.id]]] if row.id in chosen else []) for row in question.rows]
    said = (
        []
        if value in (None, "", [])
        else [_said(question, part, options, lang) for part in (value if isinstance(value, list) else [value])]
    )
    other = answers.get(f"{question.id}.anders")
    return [Line(question.ask, [*said, other] if other else said)]


def _said(question: Question, value: Any, options: Mapping[str, str], lang: str) -> str:
    if question.kind == "date":
        return date_text(date.fromisoformat(value), lang)
    if question.kind == "number":
        return number_text(value, lang)
    if question.kind == "grade" and value == "dk":
        return texts(lang, PAGES).gettext("Weet ik niet")
    return options.get(str(value), str(value))
