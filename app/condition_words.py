"""Shared floor: a condition of a survey (`only_if`) as one plain sentence, in the reader's language. Pure, like survey.py."""

import re
from collections.abc import Callable, Sequence
from datetime import date

from app.i18n import N_
from app.only_if import Answered, Both, Compare, Either, Includes, Not, OneOf, Tree, holds
from app.survey import PIPE, Question, Survey

Speak = Callable[[str], str]
Leaf = Compare | OneOf | Includes | Answered

ONLY_IF = N_("Alleen als %(what)s.")
BOTH = N_("%(first)s, en %(second)s")
EITHER = N_("%(first)s, of %(second)s")
ONE_OF = N_("%(first)s of %(second)s")
CHOSE = (N_("u bij “%(ask)s” koos: %(what)s"), N_("u bij “%(ask)s” niet koos: %(what)s"))
WROTE = (N_("u bij “%(ask)s” invulde: %(what)s"), N_("u bij “%(ask)s” niet invulde: %(what)s"))
ANSWERED = (N_("u bij “%(ask)s” een antwoord gaf"), N_("u bij “%(ask)s” geen antwoord gaf"))
NUMBERS = {
    "<": N_("minder dan %(what)s"), "<=": N_("%(what)s of minder"), ">": N_("meer dan %(what)s"), ">=": N_("%(what)s of meer"),
}  # fmt: skip
DAYS = {
    "<": N_("een dag vóór %(what)s"), "<=": N_("%(what)s of eerder"), ">": N_("een dag na %(what)s"), ">=": N_("%(what)s of later"),
}  # fmt: skip
WITHOUT_OPTIONS = {"dk": N_("Weet ik niet"), "ja": N_("Ja")}  # codes of a grade and of a consent


def in_words(tree: Tree, survey: Survey, speak: Speak) -> str:
    """One sentence that says when this condition holds, as a resident reads it.

    tree    : a condition, as `only_if.parse` gives it.
    survey  : the survey it stands in, its texts already in the reader's language.
    speak   : gives a Dutch text in that language (gettext).
    Returns : such as "Alleen als u bij “In welke wijk woont u?” koos: Wielwijk of Crabbehof."
    """
    return speak(ONLY_IF) % {"what": _clause(tree, survey, speak, denied=False)}


def _clause(tree: Tree, survey: Survey, speak: Speak, *, denied: bool) -> str:
    """A `not` is carried inwards to the answers, where a reader understands it."""
    if isinstance(tree, Not):
        return _clause(tree.part, survey, speak, denied=not denied)
    if isinstance(tree, Both | Either):
        parts = [_clause(part, survey, speak, denied=denied) for part in tree.parts]
        nested = [isinstance(part.part if isinstance(part, Not) else part, Both | Either) for part in tree.parts]
        parts = [f"({part})" if inner else part for part, inner in zip(parts, nested, strict=True)]
        return _joined(parts, speak(BOTH if isinstance(tree, Both) != denied else EITHER))
    return _leaf(tree, survey, speak, denied=denied)


def _joined(parts: Sequence[str], pair: str) -> str:
    whole = parts[0]
    for part in parts[1:]:
        whole = pair % {"first": whole, "second": part}
    return whole


def _leaf(leaf: Leaf, survey: Survey, speak: Speak, *, denied: bool) -> str:
    whole, _, row = leaf.question.partition(".")
    question = survey.questions.get(whole)
    ask = asked(question, row) if question else leaf.question
    if isinstance(leaf, Answered):
        return speak(ANSWERED[denied]) % {"ask": ask}
    if isinstance(leaf, Compare) and leaf.op == "!=":
        return _leaf(Compare(leaf.question, "=", leaf.value), survey, speak, denied=not denied)
    options = _options(leaf, question)
    if options:
        return speak(CHOSE[denied]) % {"ask": ask, "what": _listed(options, speak)}
    return speak(WROTE[denied]) % {"ask": ask, "what": _value(leaf, speak)}


def asked(question: Question, row: str = "") -> str:
    """What was asked, to stand between quotation marks: of a matrix the row."""
    text = next((each.text for each in question.rows if each.id == row), "") or question.ask
    return " ".join(with_gaps(text).split()).rstrip(".")


def with_gaps(text: str) -> str:
    """A text of a survey without anybody's answers: their places are left open."""
    return PIPE.sub(lambda place: "…" if place[1] else "{", text)


def _options(leaf: Compare | OneOf | Includes, question: Question | None) -> list[str]:
    """The options that make the condition true; `belang >= 4` are the ones with the codes 4 and 5."""
    if not question:
        return []
    if isinstance(leaf, Includes):
        return [option.text.rstrip(".") for option in question.options if option.id == leaf.option]
    here = Compare("it", leaf.op, leaf.value) if isinstance(leaf, Compare) else OneOf("it", leaf.values)
    return [option.text.rstrip(".") for option in question.options if holds(here, {"it": option.id})]


def _listed(texts: Sequence[str], speak: Speak) -> str:
    first = ", ".join(texts[:-1])
    return speak(ONE_OF) % {"first": first, "second": texts[-1]} if first else texts[-1]


def _value(leaf: Compare | OneOf | Includes, speak: Speak) -> str:
    if isinstance(leaf, OneOf):
        return _listed([_written(value, speak) for value in leaf.values], speak)
    if isinstance(leaf, Includes):
        return leaf.option
    if leaf.op == "=":
        return _written(leaf.value, speak)
    return speak((DAYS if _day(leaf.value) else NUMBERS)[leaf.op]) % {"what": _written(leaf.value, speak)}


def _written(value: str, speak: Speak) -> str:
    day = _day(value)
    return f"{day:%d-%m-%Y}" if day else speak(WITHOUT_OPTIONS[value]) if value in WITHOUT_OPTIONS else value


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) else None
    except ValueError:
        return None
