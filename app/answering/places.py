"""Room answering: a street typed at the question where somebody lives becomes a buurt; the street itself is never kept."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, select

from app.answer_check import DK, NOT_LISTED, Problem, fold, near_names
from app.models.tables import STREET
from app.survey import Answers, Page, Question

FRESH_SECONDS = 60
Typed = Mapping[str, list[str]]


@dataclass(frozen=True)
class Street:
    wijk: str
    name: str
    buurt: str
    folded: str


@dataclass
class Streets:
    """All streets of the programme, read at most once a minute."""

    names: Mapping[str, str]  # of the wijken
    rows: tuple[Street, ...] = ()
    read_at: float = field(default=-FRESH_SECONDS)

    def read(self, engine: Engine) -> "Streets":
        if time.monotonic() - self.read_at >= FRESH_SECONDS:
            with engine.connect() as connection:
                self.rows = read_streets(connection)
            self.read_at = time.monotonic()
        return self

    def choices(self, wijk: object) -> dict[str, Street]:
        """What can be chosen, by the words it is shown with: a street alone, or with its wijk for who does not know hers."""
        told = {
            street: f"{street.name} ({self.names.get(street.wijk, street.wijk)})" if wijk == DK else street.name for street in self.of(wijk)
        }
        return {label: street for street, label in told.items()}

    def of(self, wijk: object) -> tuple[Street, ...]:
        """The streets to choose from: of this wijk, or all for somebody who does not know her wijk."""
        return tuple(street for street in self.rows if wijk in (street.wijk, DK))


def read_streets(connection: Connection) -> tuple[Street, ...]:
    columns = (STREET.c.wijk, STREET.c.name, STREET.c.buurt, STREET.c.folded)
    return tuple(Street(*row) for row in connection.execute(select(*columns).order_by(STREET.c.folded, STREET.c.wijk)))


def settle_places(page: Page, typed: Typed, answers: Answers, kept: Answers, streets: Streets) -> dict[str, Problem]:
    """Put the buurt of a typed street beside the answer; a street that is not in the list is a problem with what may have been meant."""
    problems: dict[str, Problem] = {}
    for question in page.questions:
        if question.kind != "place":
            continue
        name = f"{question.id}.straat"
        given = [value.strip() for value in typed.get(name, ()) if value.strip()]
        if given:
            problems |= _settle(question, given[-1], answers, streets)
        elif name not in typed and answers.get(question.id) == kept.get(question.id) and f"{question.id}.buurt" in kept:
            answers[f"{question.id}.buurt"] = kept[f"{question.id}.buurt"]
    return problems


def _settle(question: Question, text: str, answers: Answers, streets: Streets) -> dict[str, Problem]:
    choices = streets.choices(answers.get(question.id, DK))
    same = {label: street for label, street in choices.items() if text == label or fold(text) == street.folded}
    if len({(street.wijk, street.buurt) for street in same.values()}) == 1:
        street = next(iter(same.values()))
        answers[question.id], answers[f"{question.id}.buurt"] = street.wijk, street.buurt
        return {}
    near = tuple(same) or near_names(text, {label: street.name for label, street in choices.items()})
    return {f"{question.id}.straat": Problem(NOT_LISTED, near=near)}


def street_is_next(page: Page, typed: Typed, answers: Answers, streets: Streets) -> str:
    """The place question whose street was not asked yet: it is asked once the wijk is known, or known not to be known."""
    for question in page.questions:
        asked = question.kind == "place" and f"{question.id}.straat" not in typed and f"{question.id}.buurt" not in answers
        if asked and question.id in answers and streets.of(answers[question.id]):
            return question.id
    return ""
