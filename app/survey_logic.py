"""Shared floor: the logic of a survey looked through before it opens: what nobody can ever reach, and what is always so. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.only_if import Tree, holds
from app.survey import Mistake, Page, Question, Survey
from app.survey_worlds import MOST_WORLDS, Guarded, TooMany, guards, page_of, questions_in, tree_of, worlds

BRACE = re.compile(r"\{\{|\{([^{}\n]*)\}|\{")
IN_OUTRO = "feedback_date"


@dataclass(frozen=True)
class Judged:
    """Mistakes stop a survey; notes are for the author to look at."""

    mistakes: list[Mistake] = field(default_factory=list)
    notes: list[Mistake] = field(default_factory=list)


@dataclass(frozen=True)
class _Place:
    """One condition where it stands: `what` is what nobody gets when it never holds."""

    text: str
    page: Page
    question: Question | None
    what: str
    around: tuple[Tree, ...]
    option: str = ""

    def told(self, reason: str) -> Mistake:
        named = f"option “{self.option}”: " if self.option else ""
        return Mistake(f"{named}only_if {reason}", self.page.id, self.question.id if self.question else "")


def judge(survey: Survey) -> Judged:
    """Look at every condition of a survey that has no other mistakes.

    survey  : as `load_survey` builds it.
    Returns : as mistakes what can never be: a page never shown, a question never asked, an option never offered, a place in a text
              for an answer that is not there; as notes conditions that always hold, and what has too many combinations to decide
              (more than MOST_WORLDS for one condition). What is a mistake is one for every way through the survey.
    """
    judged = Judged()
    dead: set[str] = set()
    for page in survey.pages:
        if not _look(survey, _Place(page.only_if, page, None, "this page is never shown", ()), judged, dead):
            dead |= {question.id for question in page.questions}
            continue
        for question in page.questions:
            _question(survey, page, question, judged, dead)
    _look_at_texts(survey, judged)
    return judged


def _question(survey: Survey, page: Page, question: Question, judged: Judged, dead: set[str]) -> None:
    around = tree_of(page.only_if)
    if not _look(survey, _Place(question.only_if, page, question, "this question is never asked", around), judged, dead):
        dead.add(question.id)
        return
    around += tree_of(question.only_if)
    for option in question.options:
        _look(survey, _Place(option.only_if, page, question, "it is never offered", around, option.id), judged, dead)
    if question.gate and around and not _always(survey, around, survey.numbers[page.id]):
        reason = "a gate is asked of everybody: who is not asked it comes no further. Take its only_if, or that of its page, away"
        judged.mistakes.append(Mistake(reason, page.id, question.id))
    if question.options and all(option.only_if for option in question.options):
        judged.notes.extend(_empty(survey, page, question, around))


def _look(survey: Survey, place: _Place, judged: Judged, dead: set[str]) -> bool:
    """Whether what the condition guards can be reached, as far as we know; adds what is to be said."""
    if not place.text:
        return True
    number = survey.numbers[place.page.id]
    (tree,) = tree_of(place.text)
    try:
        for around, why in _stages(survey, place, number, dead):
            met = worlds(survey, [tree], around=around)
            if around and not met:  # the page or the question itself is never there: told there
                return True
            held = {holds(tree, known) for known in met}
            if True not in held:
                judged.mistakes.append(place.told(f"can never hold, so {place.what}: {why}"))
                return False
    except TooMany:
        judged.notes.append(place.told(f"was not decided: it meets more than {MOST_WORLDS} combinations of answers"))
        return True
    if False not in held:
        judged.notes.append(place.told(f"always holds: “{place.text}” can be left out"))
    return True


def _stages(survey: Survey, place: _Place, number: int, dead: set[str]) -> Iterator[tuple[Guarded | None, str]]:
    """From all answers that can be given to those that are left here; the first where the condition never holds tells why."""
    looked_at = sorted(questions_in(tree_of(place.text)))
    names = ", ".join(looked_at)
    yield None, f"no answer to {names} makes “{place.text}” true"
    never = [name for name in looked_at if name in dead]
    others = _others(survey, place, looked_at)
    yield Guarded(place.around), f"{', '.join(never)} is never asked" if never else f"“{place.text}” contradicts {others}"
    gates = [f"{question.id} with another answer than “{question.gate}”" for at, _, question in survey.gates if at < number]
    yield Guarded(place.around, number), f"nobody comes past the gate {' or '.join(gates)}"


def _others(survey: Survey, place: _Place, looked_at: Sequence[str]) -> str:
    """The conditions around this one, and around the questions that it looks at."""
    near = [f"the only_if of page {place.page.id}"] if place.question and place.page.only_if else []
    if place.question and place.question.only_if != place.text and place.question.only_if:
        near.append(f"the only_if of question {place.question.id}")
    far = [f"the conditions of question {name}" for name in looked_at if guards(survey, survey.questions[name])]
    pages = {page_of(survey, name).id for name in looked_at if page_of(survey, name).only_if}
    return " and ".join([*near, *far]) + (f" on page {', '.join(sorted(pages))}" if pages and far else "")


def _always(survey: Survey, trees: Sequence[Tree], number: int) -> bool:
    try:
        return all(holds(tree, known) for known in worlds(survey, trees, around=Guarded((), number)) for tree in trees)
    except TooMany:
        return True


def _empty(survey: Survey, page: Page, question: Question, around: tuple[Tree, ...]) -> Iterator[Mistake]:
    trees = [tree for option in question.options for tree in tree_of(option.only_if)]
    try:
        met = worlds(survey, trees, around=Guarded(around, survey.numbers[page.id]))
    except TooMany:
        return
    if any(not any(holds(tree, known) for tree in trees) for known in met):
        stuck = ", and who is asked it gets no further" if question.required else ""
        yield Mistake(f"every option can be hidden at once: then there is nothing to choose{stuck}", page.id, question.id)


# ------------------------------------------------------------------------------------------- answers in later texts
def _look_at_texts(survey: Survey, judged: Judged) -> None:
    """Places in texts, `{question}`, for an answer that is not there, or not yet."""
    order = list(survey.questions)
    for where, name, text, comes_first in _texts(survey):
        earlier = order[: order.index(comes_first)]
        for found in BRACE.finditer(text):
            asked = survey.questions.get(found[1] or "")
            if found[0] == "{{" or (name == "outro" and found[1] == IN_OUTRO):
                continue
            if asked is None or asked.kind == "info" or asked.id not in earlier:
                reason = f"{name}: “{found[0]}” is not the answer to an earlier question; a brace itself is written {{{{"
                judged.mistakes.append(Mistake(reason, where.page, where.question))
            elif page_of(survey, asked.id).id == where.page:
                reason = f"{name}: {found[0]} is asked on the same page: who sees that page whole reads … in its place"
                judged.notes.append(Mistake(reason, where.page, where.question))


def _texts(survey: Survey) -> Iterator[tuple[Mistake, str, str, str]]:
    """Every text: where, its name, its words, and the question that comes next."""
    first = next(iter(survey.questions))
    for name, text in (("title", survey.title), ("intro", survey.intro), ("stop", survey.stop), ("outro", survey.outro)):
        yield Mistake(""), name, text, first
    for page in survey.pages:
        for name, text in (("title", page.title), ("intro", page.intro)):
            yield Mistake("", page.id), name, text, page.questions[0].id
        for question in page.questions:
            own = [("ask", question.ask), ("easy", question.easy), ("help", question.help)]
            parts = [(f"option {option.id}", f"{option.text} {option.easy}") for option in question.options]
            for name, text in (*own, *parts, *((f"row {row.id}", row.text) for row in question.rows)):
                yield Mistake("", page.id, question.id), name, text, question.id
