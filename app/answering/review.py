"""Room answering: answers in words again: to look them over, and where `{wijk}` in a later question stands for what she chose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from markupsafe import Markup, escape

from app.i18n import PAGES, date_text, number_text, texts
from app.survey import PIPE, Answers, Page, Question, Survey

NOT_SAID = "…"


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
    parts = []
    for page in pages:
        asked = [piped_question(question, answers, survey, lang) for question in page.asked(answers) if question.kind != "info"]
        title = piped_page(page, answers, survey, lang).title
        parts.append(Part(title, page.pillar, survey.numbers[page.id], lines_of(asked, answers, lang)))
    return [part for part in parts if part.lines]


def listed(lines: Iterable[Line], nothing: str) -> Markup:
    """The lines of one part as HTML; put together here, because a review has dozens of them and a template takes ten times as long."""
    left = f'<dd class="sub">{escape(nothing)}</dd>'
    rows = [
        f"<div><dt>{escape(line.ask)}</dt>{''.join(f'<dd><bdi>{escape(text)}</bdi></dd>' for text in line.said) or left}</div>"
        for line in lines
    ]
    return Markup("\n".join(rows))  # noqa: S704  # every piece of it is escaped


def lines_of(questions: Iterable[Question], answers: Answers, lang: str) -> list[Line]:
    return [line for question in questions for line in _lines(question, answers, lang)]


def _lines(question: Question, answers: Answers, lang: str) -> list[Line]:
    value = answers.get(question.id)
    options = {option.id: option.text for option in question.options}
    if question.kind in {"matrix", "open_per_pillar"}:
        chosen: Mapping[str, Any] = value or {}
        return [Line(row.text, [options.get(chosen[row.id], chosen[row.id])] if row.id in chosen else []) for row in question.rows]
    if question.kind == "rank":
        return [Line(question.ask, [f"{place}. {options[code]}" for place, code in enumerate(value or (), 1)])]
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
    if question.kind == "consent":
        return texts(lang, PAGES).gettext("Ja, dat is goed")
    if question.kind == "grade" and value == "dk":
        return texts(lang, PAGES).gettext("Weet ik niet")
    return options.get(str(value), str(value))


def piped_question(question: Question, answers: Answers, survey: Survey, lang: str) -> Question:
    if not question.pipes:
        return question

    def said(text: str) -> str:
        return _piped(text, answers, survey, lang)

    options = tuple(replace(option, text=said(option.text)) for option in question.options)
    rows = tuple(replace(row, text=said(row.text)) for row in question.rows)
    return replace(question, ask=said(question.ask), help=said(question.help), options=options, rows=rows)


def piped_page(page: Page, answers: Answers, survey: Survey, lang: str) -> Page:
    if not page.pipes:
        return page
    return replace(page, title=_piped(page.title, answers, survey, lang), intro=_piped(page.intro, answers, survey, lang))


def _piped(text: str, answers: Answers, survey: Survey, lang: str) -> str:
    """Each `{id}` as the earlier answer in words, apart from the direction of the text around it; a place without answer is left open."""
    if not PIPE.search(text):
        return text
    parts: list[Markup] = []
    at = 0
    for found in PIPE.finditer(text):
        said = Markup("<bdi>{}</bdi>").format(_in_words(found[1], answers, survey, lang)) if found[1] else Markup("{")
        parts += [escape(text[at : found.start()]), said]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


def _in_words(name: str, answers: Answers, survey: Survey, lang: str) -> str:
    question = survey.questions.get(name)
    lines = lines_of([question], answers, lang) if question else []
    return ", ".join(text for line in lines for text in line.said) or NOT_SAID
