"""Room office: the map of a survey: which pages and questions come in which order, when, and where an answer leads."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader
from sqlalchemy import Connection, select

from app.access import may
from app.condition_words import asked, in_words, with_gaps
from app.i18n import N_
from app.models.tables import SURVEY, VERSION
from app.only_if import Compare, Tree, holds
from app.settings import ROOT
from app.survey import Option, Page, Question, Survey, load_survey
from app.survey_worlds import Guarded, TooMany, questions_in, tree_of, worlds
from app.web import desk

ROOM = "/kantoor/enquetes"
MANY = 40  # a longer list, such as one of streets, is not spelt out
KINDS = {
    "single": N_("één antwoord"), "multi": N_("meer antwoorden"), "dropdown": N_("één uit een lijst"), "scale": N_("schaal"), "faces": N_("gezichtjes"),
    "grade": N_("cijfer"), "matrix": N_("zinnen met een schaal"), "rank": N_("op volgorde"), "number": N_("getal"), "date": N_("datum"), "text": N_("korte tekst"),
    "open": N_("eigen woorden"), "open_per_pillar": N_("eigen woorden per pijler"), "place": N_("wijk en straat"), "consent": N_("akkoord"), "info": N_("alleen lezen"),
}  # fmt: skip
STATES = {
    "draft": N_("Concept"), "test": N_("Test"), "open": N_("Open"), "paused": N_("Stilgezet"), "paper_only": N_("Alleen papier"),
    "closed": N_("Gesloten"), "archived": N_("Bewaard"),
}  # fmt: skip

router = APIRouter(prefix=ROOM, dependencies=[may("office", "analyst", "translator", "auditor", "admin")])


@dataclass(frozen=True)
class Lead:
    """A page, a question or an option that a condition opens or closes."""

    page: Page
    number: int
    question: Question | None = None
    option: Option | None = None


@dataclass(frozen=True)
class Answer:
    option: Option
    when: str = ""
    leads: tuple[Lead, ...] = ()
    stops: bool = False


@dataclass(frozen=True)
class Asked:
    """One question; `answers` are those that matter: they lead somewhere, end the survey, or are not always there."""

    question: Question
    when: str = ""
    answers: tuple[Answer, ...] = ()
    opens: tuple[Lead, ...] = ()  # what hangs on any of its answers
    filled: tuple[str, ...] = ()  # questions whose answers stand in its words, at the places left open


@dataclass(frozen=True)
class Step:
    number: int
    page: Page
    when: str = ""
    asked: tuple[Asked, ...] = ()


@dataclass(frozen=True)
class _Place:
    """A condition where it stands, with the conditions around it."""

    lead: Lead
    tree: Tree
    around: tuple[Tree, ...] = field(default=())


@router.get("")
def survey_list(request: Request) -> HTMLResponse:
    with request.app.state.engine.connect() as connection:
        return desk(request, "office/survey_list.html", room=ROOM, surveys=_listed(connection), states=STATES)


@router.get("/{key}/kaart")
def survey_map(request: Request, key: str) -> HTMLResponse:
    with request.app.state.engine.connect() as connection:
        source = source_of(connection, key)
    if source is None:
        raise HTTPException(404)
    survey, steps = _mapped(source, key)
    return desk(request, "office/survey_map.html", room=ROOM, survey=survey, steps=steps, kinds=KINDS)


@lru_cache(maxsize=16)
def _mapped(source: str, key: str) -> tuple[Survey, list[Step]]:
    survey = load_survey(source, key)
    return survey, steps_of(survey)


def _listed(connection: Connection) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(SURVEY.c.key, SURVEY.c.state, SURVEY.c.audience, VERSION.c.number, VERSION.c.source)
        .join(VERSION, VERSION.c.fingerprint == SURVEY.c.fingerprint)
        .order_by(SURVEY.c.key)
    )
    return [{**row._mapping, "title": tomllib.loads(row.source)["title"]} for row in rows]  # noqa: SLF001  # its public way to a dict


def source_of(connection: Connection, key: str) -> str | None:
    """The newest text of the survey with this key."""
    return connection.execute(
        select(VERSION.c.source).join(SURVEY, SURVEY.c.fingerprint == VERSION.c.fingerprint).where(SURVEY.c.key == key)
    ).scalar_one_or_none()


# ------------------------------------------------------------------------------------------- what leads where
def steps_of(survey: Survey) -> list[Step]:
    """The pages in their order. Conditions are told in Dutch, as the survey itself is."""
    said = survey.in_language(lambda _context, text: with_gaps(text))
    places = list(_places(said))
    filled = {name: tuple(asked(survey.questions[pipe]) for pipe in sorted(each.pipes)) for name, each in survey.questions.items()}
    return [
        Step(
            number,
            page,
            _when(page.only_if, said),
            tuple(replace(_asked(question, said, places), filled=filled[question.id]) for question in page.questions),
        )
        for number, page in enumerate(said.pages, 1)
    ]


def _when(only_if: str, survey: Survey) -> str:
    return "".join(in_words(tree, survey, str) for tree in tree_of(only_if))


def _places(survey: Survey) -> Iterator[_Place]:
    for number, page in enumerate(survey.pages, 1):
        yield from (_Place(Lead(page, number), tree) for tree in tree_of(page.only_if))
        for question in page.questions:
            around = tree_of(page.only_if)
            yield from (_Place(Lead(page, number, question), tree, around) for tree in tree_of(question.only_if))
            around += tree_of(question.only_if)
            for option in question.options:
                yield from (_Place(Lead(page, number, question, option), tree, around) for tree in tree_of(option.only_if))


def _asked(question: Question, survey: Survey, places: list[_Place]) -> Asked:
    mine = [place for place in places if question.id in questions_in([place.tree])]
    options = question.options if len(question.options) <= MANY and question.kind != "matrix" else ()
    open_to = [_options_to(survey, question, options, place) for place in mine]
    told = [bool(way) and len(way) < len(options) for way in open_to]  # by some of its answers, not by all
    answers = [
        Answer(
            option,
            _when(option.only_if, survey),
            tuple(place.lead for place, way, tells in zip(mine, open_to, told, strict=True) if tells and option.id in way),
            bool(question.gate) and option.id != question.gate,
        )
        for option in options
    ]
    matter = tuple(answer for answer in answers if answer.when or answer.leads or answer.stops)
    opens = tuple(place.lead for place, tells in zip(mine, told, strict=True) if not tells)
    return Asked(question, _when(question.only_if, survey), matter, opens)


def _options_to(survey: Survey, question: Question, options: Sequence[Option], place: _Place) -> set[str]:
    """The options with which, chosen alone, somebody can come to that place; all of them when that is not known."""
    chosen = {option.id: Compare(question.id, "=", option.id) for option in options}
    try:
        met = worlds(survey, [place.tree, *chosen.values()], around=Guarded(place.around, place.lead.number))
    except TooMany:
        return set(chosen)
    return {option for option, alone in chosen.items() if any(holds(alone, known) and holds(place.tree, known) for known in met)}


# ------------------------------------------------------------------------------------------- at a terminal
def map_as_text(survey: Survey) -> str:
    return "\n".join([survey.title, *(line for step in steps_of(survey) for line in _lines(step))])


def _lines(step: Step) -> Iterator[str]:
    yield f"\n{step.number}. {step.page.title} ({step.page.id})"
    if step.when:
        yield f"   {step.when}"
    for one in step.asked:
        question = one.question
        marks = [question.kind, *(["required"] if question.required else []), *([question.pillar] if question.pillar else [])]
        yield f"   - {question.id} ({', '.join(marks)}): {question.ask}"
        yield from (f"     … is the answer to “{ask}”" for ask in one.filled)
        if one.when:
            yield f"     {one.when}"
        yield from (f"     -> decides on {_named(lead)}" for lead in one.opens)
        for answer in one.answers:
            yield f"     * {answer.option.text}" + ("  -> the survey stops here" if answer.stops else "")
            if answer.when:
                yield f"       {answer.when}"
            yield from (f"       -> {_named(lead)}" for lead in answer.leads)


def _named(lead: Lead) -> str:
    if lead.option and lead.question:
        return f"answer “{lead.option.text}” of {lead.question.id} on page {lead.number}"
    return f"question {lead.question.id} on page {lead.number}" if lead.question else f"page {lead.number}, {lead.page.title}"


def map_as_html(survey: Survey) -> str:
    """The same map as a page of its own, in Dutch: to send along with a survey that is being written."""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "app"), autoescape=True, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"]
    )
    install: Any = environment
    install.install_null_translations(newstyle=True)
    return environment.get_template("office/survey_map_alone.html").render(survey=survey, steps=steps_of(survey), kinds=KINDS)
