"""Shared floor: every mistake in a survey file at once, each with its page, question and reason. Pure, like survey.py."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.only_if import Compare, Includes, OneOf, WrongCondition, leaves, parse
from app.survey import CONTROLS, Mistake, load_survey
from app.survey_logic import judge

KINDS = (
    "single", "multi", "dropdown", "scale", "faces", "grade", "matrix", "rank", "number", "date", "text", "open", "open_per_pillar",
    "place", "consent", "info",
)  # fmt: skip
ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
OPTION_ID = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")
KEY = re.compile(r"[a-z0-9][a-z0-9\-]{1,62}[a-z0-9]")
CHOICES = ("single", "multi", "dropdown", "rank", "place")
SIGNED = ("wonen", "gezond", "leren", "werk", "veilig", "overig", "datum", "plek", "mensen", "taal", "rolstoel", "kind", "papier", "hulp")
MOST_TO_RANK = 10
BIGGEST = 2**53
MOST_DAYS = 365
UNFINISHED = ("erase", "partial")
TOP = {
    "key": str, "title": str, "audience": str, "languages": list, "minutes": int, "feedback_date": date, "feedback_owner": str,
    "intro": str, "outro": str, "stop": str, "unfinished_days": int, "unfinished": str, "scale": list, "page": list,
}  # fmt: skip
PAGE = {"id": str, "title": str, "pillar": str, "intro": str, "only_if": str, "safety": bool, "question": list}
QUESTION = {
    "id": str, "kind": str, "ask": str, "easy": str, "pictogram": str, "help": str, "pillar": str, "goal": int, "only_if": str, "required": bool, "soft": bool,
    "gate": str, "scale": str, "least": int, "most": int, "at_most": int, "allow_dk": bool, "shuffle": bool, "sensitive": bool,
    "earliest": date, "latest": date, "option": list, "row": list,
}  # fmt: skip
OPTION = {"id": str, "text": str, "easy": str, "pictogram": str, "only_if": str, "exclusive": bool, "other": bool, "apart": bool}
ROW = {"id": str, "text": str, "goal": int}
POINT = {"id": str, "text": str, "easy": str, "pictogram": str, "apart": bool}
SCALE = {"id": str, "option": list}
FITS = {
    "option": CHOICES, "row": ("matrix", "open_per_pillar"), "scale": ("scale", "faces", "matrix"), "least": ("number", "grade"),
    "at_most": ("multi", "rank"),
    "most": ("number", "grade", "open", "open_per_pillar", "text"), "allow_dk": ("grade",), "gate": ("single",),
    "shuffle": ("single", "multi", "rank"),
    "earliest": ("date",), "latest": ("date",),
}  # fmt: skip
Found = Iterator[Mistake]
Table = Mapping[str, Any]


def mistakes(source: str, *, pillars: Sequence[str] = (), known_languages: Sequence[str] = ()) -> list[Mistake]:
    """Everything that is wrong in this TOML text; empty when it can be imported. One mistake never hides another."""
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as wrong:
        return [Mistake(f"not TOML: {wrong}")]
    top = _shape(data, TOP, required=("key", "title", "audience", "languages", "page"), where=Mistake(""))
    usable = _usable(data, TOP)
    found = [*top, *_top(usable, known_languages), *_pages(usable, pillars)]
    return found or judge(load_survey(source)).mistakes  # its logic can be looked at once every part is right


def missing_promise(data: Table) -> Iterator[str]:
    """What must be filled in before residents may answer: when they hear what was done, and from whom."""
    for name in ("feedback_date", "feedback_owner"):
        if not data.get(name):
            yield f"{name} is missing: no survey opens without saying when and by whom residents are answered"


def _shape(data: Any, form: Mapping[str, type], *, required: Sequence[str], where: Mistake) -> Found:
    """Unknown names, missing names and values of the wrong type."""
    if not isinstance(data, dict):
        yield Mistake("expected a table", where.page, where.question)
        return
    for name in data.keys() - form.keys():
        near = ", ".join(sorted(form))
        yield Mistake(f"unknown name “{name}” (known here: {near})", where.page, where.question)
    for name in required:
        if name not in data:
            yield Mistake(f"“{name}” is missing", where.page, where.question)
    for name, value in data.items():
        if name in form:
            yield from _typed(name, value, form[name], where)


def _usable(data: Any, form: Mapping[str, type]) -> dict[str, Any]:
    """What of a table has a known name and the right type: the rest was reported, and must not stop further checks."""
    if not isinstance(data, dict):
        return {}
    return {name: value for name, value in data.items() if name in form and not list(_typed(name, value, form[name], Mistake("")))}


def _typed(name: str, value: Any, wanted: type[Any], where: Mistake) -> Found:
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)) or (wanted is date and isinstance(value, datetime)):
        yield Mistake(f"“{name}” must be of type {wanted.__name__}, not {type(value).__name__}", where.page, where.question)
    elif wanted is int and not -BIGGEST < int(value) < BIGGEST:
        yield Mistake(f"“{name}” is too big", where.page, where.question)
    elif wanted is str:
        yield from _text(name, str(value), where)


def _text(name: str, value: str, where: Mistake) -> Found:
    if not value.strip() and name not in {"intro", "outro", "stop", "easy", "help", "only_if"}:
        yield Mistake(f"“{name}” is empty", where.page, where.question)
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in value):
        yield Mistake(f"“{name}” holds a control character", where.page, where.question)


def _top(data: Table, known_languages: Sequence[str]) -> Found:
    if "key" in data and not KEY.fullmatch(data["key"]):
        yield Mistake(f"key “{data['key']}” may hold small letters, digits and -, 3 to 64 long")
    if data.get("audience", "resident") not in {"resident", "professional"}:
        yield Mistake(f"audience “{data['audience']}” must be resident or professional")
    languages = data.get("languages", ["nl"])
    for lang in languages:
        if known_languages and lang not in known_languages:
            yield Mistake(f"language “{lang}” is not known (known: {', '.join(known_languages)})")
    if "nl" not in languages:
        yield Mistake("languages must hold nl: the source text is Dutch")
    if not data.get("page", [None]):
        yield Mistake("there is no page")
    if not 1 <= data.get("unfinished_days", 30) <= MOST_DAYS:
        yield Mistake(f"unfinished_days {data['unfinished_days']} must be 1 to {MOST_DAYS}")
    if data.get("unfinished", "erase") not in UNFINISHED:
        yield Mistake(f"unfinished “{data['unfinished']}” must be {' or '.join(UNFINISHED)}")


def _pages(data: Table, pillars: Sequence[str]) -> Found:
    scales, wrong = _scales(data)
    yield from wrong
    earlier: dict[str, Table] = {}
    taken: set[str] = set()
    for number, given in enumerate(data.get("page", []), 1):
        where = Mistake("", _name_of(given, number))
        yield from _shape(given, PAGE, required=("id", "title", "question"), where=where)
        page = _usable(given, PAGE)
        yield from _id(page.get("id"), taken, where)
        yield from _pillar(page, pillars, where)
        yield from _condition(page.get("only_if"), earlier, where)
        if not page.get("question", [None]):
            yield Mistake("the page has no question", where.page)
        for nth, question in enumerate(page.get("question", []), 1):
            yield from _question(question, Mistake("", where.page, _name_of(question, nth)), scales, pillars, earlier, taken)


def _name_of(table: Any, nth: int) -> str:
    return str(table.get("id", nth)) if isinstance(table, dict) else str(nth)


def _scales(data: Table) -> tuple[dict[str, list[Table]], list[Mistake]]:
    scales: dict[str, list[Table]] = {}
    wrong: list[Mistake] = []
    for nth, scale in enumerate(data.get("scale", []), 1):
        where = Mistake("", "", f"scale {_name_of(scale, nth)}")
        wrong += _shape(scale, SCALE, required=("id", "option"), where=where)
        usable = _usable(scale, SCALE)
        wrong += _parts(usable.get("option", []), POINT, where)
        wrong += [Mistake("the scale has no options", where.page, where.question)] if not usable.get("option", [None]) else []
        scales[usable.get("id", "")] = [_usable(option, POINT) for option in usable.get("option", [])]
    return scales, wrong


def _question(given: Any, where: Mistake, scales: Table, pillars: Sequence[str], earlier: dict[str, Table], taken: set[str]) -> Found:
    yield from _shape(given, QUESTION, required=("id", "kind", "ask"), where=where)
    question = _usable(given, QUESTION)
    yield from _parts(question.get("option", []), OPTION, where)
    yield from _parts(question.get("row", []), ROW, where)
    question |= {
        name: [_usable(part, form) for part in question.get(name, [])]
        for name, form in (("option", OPTION), ("row", ROW))
        if name in question
    }
    yield from _id(question.get("id"), taken, where)
    yield from _pillar(question, pillars, where)
    yield from _kind(question, where)
    yield from _condition(question.get("only_if"), earlier, where)
    yield from _choices(question, where, scales)
    yield from _fitting(question, where, pillars)
    for option in question.get("option", []):
        yield from _condition(option.get("only_if"), earlier, where)
    earlier[question.get("id", "")] = {**question, "option": question.get("option") or scales.get(question.get("scale", ""), [])}


def _id(value: str | None, taken: set[str], where: Mistake) -> Found:
    if value is None:
        return
    if not ID.fullmatch(value):
        yield Mistake(f"id “{value}” may hold small letters, digits and _, and begins with a letter", where.page, where.question)
    if value in CONTROLS:
        yield Mistake(f"id “{value}” is a field of the form itself; choose another, such as {value}_thuis", where.page, where.question)
    if value in taken:
        yield Mistake(f"id “{value}” is used twice", where.page, where.question)
    taken.add(value)


def _pillar(data: Table, pillars: Sequence[str], where: Mistake) -> Found:
    if pillars and data.get("pillar") and data["pillar"] not in pillars:
        yield Mistake(f"pillar “{data['pillar']}” is not in the programme ({', '.join(pillars)})", where.page, where.question)


def _kind(question: Table, where: Mistake) -> Found:
    kind = question.get("kind", "")
    if kind not in KINDS:
        if kind:
            yield Mistake(f"kind “{kind}” is not known (known: {', '.join(KINDS)})", where.page, where.question)
        return
    for name, kinds in FITS.items():
        if name in question and kind not in kinds:
            yield Mistake(f"“{name}” does not fit kind {kind} (only {', '.join(kinds)})", where.page, where.question)
    least, most = question.get("least"), question.get("most")
    if least is not None and most is not None and least > most:
        yield Mistake(f"least {least} is more than most {most}", where.page, where.question)
    if kind == "grade" and not 0 <= (1 if least is None else least) <= (10 if most is None else most) <= 100:
        yield Mistake("a grade runs from 0 to 100 at the widest", where.page, where.question)
    if question.get("earliest") and question.get("latest") and question["earliest"] > question["latest"]:
        yield Mistake("earliest is after latest", where.page, where.question)
    if kind in {"open", "open_per_pillar", "text"} and most is not None and not 1 <= most <= 20_000:
        yield Mistake("most must be 1 to 20000 characters", where.page, where.question)


def _choices(question: Table, where: Mistake, scales: Table) -> Found:
    kind, options = question.get("kind"), question.get("option", [])
    if kind in CHOICES and not options:
        yield Mistake(f"kind {kind} needs at least one option", where.page, where.question)
    if kind in {"scale", "faces", "matrix"} and question.get("scale") not in scales:
        yield Mistake(f"scale “{question.get('scale', '')}” does not exist", where.page, where.question)
    if kind in {"matrix", "open_per_pillar"} and not question.get("row"):
        yield Mistake(f"kind {kind} needs at least one row", where.page, where.question)
    if sum(bool(option.get("other")) for option in options) > 1:
        yield Mistake("only one option can be “anders”: there is one field for its text", where.page, where.question)
    if question.get("gate") and question["gate"] not in [option.get("id") for option in options]:
        yield Mistake(f"gate “{question['gate']}” is not one of its options", where.page, where.question)
    at_most = question.get("at_most")
    if at_most is not None and not 1 <= at_most <= max(len(options), 1):
        yield Mistake(f"at_most {at_most} must be 1 to {len(options)}", where.page, where.question)


def _fitting(question: Table, where: Mistake, pillars: Sequence[str] = ()) -> Found:
    """What a kind cannot do, beside what its table may hold."""
    kind, options = question.get("kind"), question.get("option", [])
    if kind == "info" and (question.get("required") or question.get("soft")):
        yield Mistake("kind info asks nothing: it can be neither required nor soft", where.page, where.question)
    if question.get("required") and question.get("soft"):
        yield Mistake("a question is required or soft, not both", where.page, where.question)
    if kind == "rank" and not 2 <= len(options) <= MOST_TO_RANK:
        yield Mistake(f"a rank has 2 to {MOST_TO_RANK} options, not {len(options)}", where.page, where.question)
    for name, kinds in (("exclusive", ("multi",)), ("other", ("single", "multi", "dropdown"))):
        if kind not in kinds and any(option.get(name) for option in options):
            yield Mistake(f"an option with {name} does not fit kind {kind} (only {', '.join(kinds)})", where.page, where.question)
    for sign in (question.get("pictogram"), *(option.get("pictogram") for option in options)):
        if sign and sign not in SIGNED:
            yield Mistake(f"pictogram “{sign}” is not known (known: {', '.join(SIGNED)})", where.page, where.question)
    for row in question.get("row", []) if kind == "open_per_pillar" and pillars else []:
        yield from _pillar({"pillar": row.get("id")}, pillars, where)


def _parts(parts: Sequence[Any], form: Mapping[str, type], where: Mistake) -> Found:
    taken: set[str] = set()
    for part in parts:
        yield from _shape(part, form, required=("id", "text"), where=where)
        yield from _id_of_part(_usable(part, form).get("id"), taken, where)


def _id_of_part(value: str | None, taken: set[str], where: Mistake) -> Found:
    if value is None:
        return
    if not OPTION_ID.fullmatch(value):
        yield Mistake(f"id “{value}” may hold small letters, digits and _", where.page, where.question)
    if value in taken:
        yield Mistake(f"id “{value}” is used twice", where.page, where.question)
    taken.add(value)


def _condition(text: str | None, earlier: Mapping[str, Table], where: Mistake) -> Found:
    if not text:
        return
    try:
        tree = parse(text)
    except WrongCondition as wrong:
        yield Mistake(f"only_if: {wrong}", where.page, where.question)
        return
    for leaf in leaves(tree):
        whole, _, row = leaf.question.partition(".")
        asked = earlier.get(whole)
        if asked is None:
            yield Mistake(f"only_if: “{leaf.question}” is not a question before this one", where.page, where.question)
        elif row and row not in [part.get("id") for part in asked.get("row", [])]:
            yield Mistake(f"only_if: “{leaf.question}” is not a row of {whole}", where.page, where.question)
        else:
            yield from (Mistake(f"only_if: {reason}", where.page, where.question) for reason in _leaf(leaf, asked))


def _leaf(leaf: Any, asked: Table) -> Iterator[str]:
    kind = asked.get("kind")
    ids = [option.get("id") for option in asked.get("option", [])]
    values = leaf.values if isinstance(leaf, OneOf) else [leaf.option] if isinstance(leaf, Includes) else []
    if isinstance(leaf, Compare) and leaf.op in {"=", "!="}:
        values = [leaf.value]
    if isinstance(leaf, Includes) and kind not in {"multi", "rank"}:
        yield f"includes() is for multi and rank; {leaf.question} is {kind}"
    if isinstance(leaf, Compare | OneOf) and kind in {"multi", "rank"}:
        yield f"{leaf.question} is {kind}: use includes({leaf.question}, ...)"
    for value in values:
        if ids and value not in ids:
            yield f"“{value}” is not an option of {leaf.question}"
