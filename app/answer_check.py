"""Shared floor: check what was typed on one page against the survey. Pure: answers and problems out, nothing raised, nothing kept."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.i18n import N_
from app.survey import CONTROLS, Answers, Page, Question

Typed = Mapping[str, Sequence[str]]
DK = "dk"
LINE_ENDS = re.compile(r"\r\n?|\u2028|\u2029")
UNKEEPABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Problem:
    """What a resident can mend, in words of her own language: `text` is a msgid, `values` fill its places."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    near: tuple[str, ...] = ()  # ids of options, or names, that may have been meant


Checked = tuple[Any, Problem | None]

CHOOSE = N_("Kies één antwoord, of sla de vraag over.")
NEEDED = N_("Kies een antwoord. Deze vraag hebben wij nodig om verder te gaan.")
UNKNOWN = N_("Dit antwoord staat niet in de lijst. Kies een antwoord uit de lijst.")
TOO_MANY = N_("Kies hoogstens %(most)s antwoorden. U koos er %(n)s.")
EXCLUSIVE = N_("Dit kan niet samen. Haal “%(option)s” weg, of haal de andere antwoorden weg.")
TOO_LONG = N_("Uw tekst is te lang: %(n)s letters. Er passen %(most)s letters. Maak de tekst korter.")
BAD_LETTER = N_("In uw tekst staat een vreemd teken. Haal het weg en druk op Verder.")
NOT_A_NUMBER = N_("Vul een getal in, bijvoorbeeld 12.")
OUT_OF_RANGE = N_("Vul een getal in van %(least)s tot en met %(most)s.")
NOT_A_DATE = N_("Vul een datum in, bijvoorbeeld 31-12-2026.")
DATE_RANGE = N_("Vul een datum in van %(earliest)s tot en met %(latest)s.")
NOT_LISTED = N_("Dit staat niet in de lijst. Kies hieronder wat u bedoelt, of maak het veld leeg.")
TWICE = N_("U gaf twee keer plaats %(place)s. Geef elk antwoord een eigen plaats.")
FOREIGN = N_("Er ging iets mis met deze pagina. Kijk uw antwoorden na en druk nog een keer op Verder.")


def check_page(page: Page, typed: Typed, known: Answers | None = None) -> tuple[Answers, dict[str, Problem]]:
    """Turn the fields of one page into answers.

    typed   : name of the field -> every value that came with it.
    known   : the answers of other pages: with this page's own they tell which questions are asked; only those can be needed.
    Returns : the answers by question id, and per field what must be mended ("" for the page as a whole).
    """
    answers: Answers = {}
    problems: dict[str, Problem] = {}
    if foreign := typed.keys() - page.names - CONTROLS:
        problems[""] = Problem(FOREIGN, {"n": len(foreign)})
    for question in page.questions:
        for name, (value, problem) in _check_question(question, typed).items():
            if problem:
                problems[name] = problem
            elif value not in (None, "", [], {}):
                answers[name] = value
    for question in page.asked((known or {}) | answers):
        if question.required and question.id not in answers | problems:
            problems[question.id] = Problem(NEEDED)
    return answers, problems


def gate_closed(page: Page, answers: Answers) -> bool:
    """Whether this page holds a gate that the answer does not pass (under 16)."""
    return any(question.gate and answers.get(question.id, question.gate) != question.gate for question in page.questions)


def typed_again(page: Page, answers: Answers) -> dict[str, list[str]]:
    """The inverse of check_page: kept answers as the fields of a form."""
    typed: dict[str, list[str]] = {}
    for question in page.questions:
        for name in (question.id, *question.beside):
            value = answers.get(name)
            if question.kind == "rank" and isinstance(value, list):
                typed |= {f"{question.id}.{code}": [str(place)] for place, code in enumerate(value, 1)}
            elif isinstance(value, dict):
                typed |= {f"{question.id}.{row}": [str(code)] for row, code in value.items()}
            elif value is not None:
                typed[name] = [str(part) for part in value] if isinstance(value, list) else [str(value)]
    return typed


def still_open(page: Page, answers: Answers, known: Answers) -> list[str]:
    """The questions of this page that ask once more when they are left open."""
    return [question.id for question in page.asked(known | answers) if question.soft and question.id not in answers]


def fields_of(answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """Answers as `respond` gets them in JSON (a multi a list, a matrix an object) as the fields of a form."""
    typed: dict[str, list[str]] = {}
    for name, value in answers.items():
        if isinstance(value, dict):
            typed |= {f"{name}.{row}": [_plain(code)] for row, code in value.items()}
        else:
            typed[name] = [_plain(part) for part in value] if isinstance(value, list) else [_plain(value)]
    return typed


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return "\x00"  # a value of the wrong kind: refused like a letter that cannot be kept
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _check_question(question: Question, typed: Typed) -> dict[str, Checked]:
    if question.kind in WHOLE:
        return WHOLE[question.kind](question, typed)
    given = [_clean(value) for value in typed.get(question.id, ())]
    if any(UNKEEPABLE.search(value) for value in given):
        return {question.id: (None, Problem(BAD_LETTER))}
    given = [value for value in given if value.strip()]
    if not given:
        found: dict[str, Checked] = {question.id: (None, None)}
    elif len(given) > 1 and question.kind not in {"multi", "dropdown"}:
        found = {question.id: (None, Problem(CHOOSE))}
    else:
        found = {question.id: CHECKS[question.kind](question, given)}
    return found | _check_other(question, typed, given)


def _clean(value: str) -> str:
    return unicodedata.normalize("NFC", LINE_ENDS.sub("\n", value))


def _check_other(question: Question, typed: Typed, given: Sequence[str]) -> dict[str, Checked]:
    """The text beside "anders, namelijk": kept only when that option was chosen or nothing was."""
    name = f"{question.id}.anders"
    text = "\n".join(_clean(part) for part in typed.get(name, ())).strip()
    others = {option.id for option in question.options if option.other}
    if not text or (given and not others & set(given)):
        return {}
    found: dict[str, Checked] = {name: _check_text(text, 200)}
    if not given and len(others) == 1:
        code = others.pop()
        found[question.id] = ([code] if question.kind == "multi" else code, None)
    return found


def _check_matrix(question: Question, typed: Typed) -> dict[str, Checked]:
    chosen: dict[str, str] = {}
    found: dict[str, Checked] = {}
    for row in question.rows:
        name = f"{question.id}.{row.id}"
        given = [value for value in typed.get(name, ()) if value != ""]
        if len(given) > 1:
            found[name] = (None, Problem(CHOOSE))
        elif given and given[0] not in question.ids:
            found[name] = (None, Problem(UNKNOWN))
        elif given:
            chosen[row.id] = given[0]
    return found | {question.id: (chosen, None)}


def _check_info(_question: Question, _typed: Typed) -> dict[str, Checked]:
    return {}


def _check_words_by_row(question: Question, typed: Typed) -> dict[str, Checked]:
    """One text a row; a row that cannot be kept is named, the others are kept."""
    said: dict[str, str] = {}
    found: dict[str, Checked] = {}
    for row in question.rows:
        name = f"{question.id}.{row.id}"
        text, problem = _check_text("\n".join(_clean(part) for part in typed.get(name, ())).strip(), question.longest)
        if problem:
            found[name] = (None, problem)
        elif text:
            said[row.id] = text
    return found | {question.id: (said, None)}


def _check_rank(question: Question, typed: Typed) -> dict[str, Checked]:
    """A place for each option that got one (1 is first), or the options in their order; gaps between places close up."""
    most = question.at_most or len(question.options)
    if given := [value for value in typed.get(question.id, ()) if value]:
        wrong = not set(given) <= question.ids or len(set(given)) < len(given) or len(given) > most
        return {question.id: (None, Problem(UNKNOWN)) if wrong else (given, None)}
    places: dict[int, str] = {}
    for option in question.options:
        name = f"{question.id}.{option.id}"
        said = _western("".join(typed.get(name, ())).strip())
        if not said:
            continue
        if not re.fullmatch(r"\d{1,2}", said, re.ASCII) or not 1 <= int(said) <= most:
            return {name: (None, Problem(OUT_OF_RANGE, {"least": 1, "most": most}))}
        if int(said) in places:
            return {name: (None, Problem(TWICE, {"place": int(said)}))}
        places[int(said)] = option.id
    return {question.id: ([places[place] for place in sorted(places)], None)}


def fold(text: str) -> str:
    """Letters alone, small and without marks: how somebody types a name that stands in a list."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.sub(r"[^\w]+", " ", "".join(letter for letter in plain if not unicodedata.combining(letter))).split())


def near_names(text: str, names: Mapping[str, str], *, most: int = 8) -> tuple[str, ...]:
    """The keys of the names that look like this text: they hold its words, or its letters nearly; best first."""
    sought = fold(text)
    held = [key for key, name in names.items() if sought and sought in fold(name)]
    folded = {key: fold(name) for key, name in names.items()}
    close = difflib.get_close_matches(sought, folded.values(), n=most, cutoff=0.6)
    alike = sorted((key for key, name in folded.items() if name in close and key not in held), key=lambda key: close.index(folded[key]))
    return (*held, *alike)[:most]


def _check_dropdown(question: Question, given: Sequence[str]) -> Checked:
    """An option by its id, or by its words as somebody types them; what was chosen from a list that was offered wins."""
    names = {option.id: option.text for option in question.options}
    for value in reversed(given):
        if value in names:
            return value, None
    same = [key for key, name in names.items() if fold(name) == fold(given[-1])]
    return (same[0], None) if len(same) == 1 else (None, Problem(NOT_LISTED, near=tuple(same) or near_names(given[-1], names)))


def _check_consent(_question: Question, given: Sequence[str]) -> Checked:
    return ("ja", None) if list(given) == ["ja"] else (None, Problem(UNKNOWN))


def _check_single(question: Question, given: Sequence[str]) -> Checked:
    return (given[0], None) if given[0] in question.ids else (None, Problem(UNKNOWN))


def _check_multi(question: Question, given: Sequence[str]) -> Checked:
    chosen = set(given)
    if not chosen <= question.ids:
        return None, Problem(UNKNOWN)
    alone = [option for option in question.options if option.exclusive and option.id in chosen]
    if alone and len(chosen) > 1:
        return None, Problem(EXCLUSIVE, {"option": alone[0].text})
    if question.at_most and len(chosen) > question.at_most:
        return None, Problem(TOO_MANY, {"most": question.at_most, "n": len(chosen)})
    return [option.id for option in question.options if option.id in chosen], None


def _check_grade(question: Question, given: Sequence[str]) -> Checked:
    least, most = question.grades[0], question.grades[-1]
    if question.allow_dk and given[0] == DK:
        return DK, None
    code = _western(given[0]).strip()
    if re.fullmatch(r"\d{1,3}", code, re.ASCII) and least <= int(code) <= most:
        return str(int(code)), None
    return None, Problem(OUT_OF_RANGE, {"least": least, "most": most})


def _check_number(question: Question, given: Sequence[str]) -> Checked:
    code = _western(given[0]).strip()
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+(,\d+)?", code, re.ASCII):  # 1.500 is fifteen hundred in Dutch
        code = code.replace(".", "")
    code = code.replace(",", ".")
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", code, re.ASCII):
        return None, Problem(NOT_A_NUMBER)
    number = Decimal(code)
    least = question.least if question.least is not None else -(10**15)
    most = question.most if question.most is not None else 10**15
    if not least <= number <= most:
        return None, Problem(OUT_OF_RANGE, {"least": least, "most": most})
    return (int(number) if number == number.to_integral_value() else float(number)), None


def _check_date(question: Question, given: Sequence[str]) -> Checked:
    code = _western(given[0]).strip()
    iso = re.fullmatch(r"(\d{4})-(\d\d?)-(\d\d?)", code, re.ASCII)
    dutch = re.fullmatch(r"(\d\d?)[-/. ](\d\d?)[-/. ](\d{4})", code, re.ASCII)
    parts = iso.groups() if iso else dutch.groups()[::-1] if dutch else None
    try:
        day = date(*(int(part) for part in parts)) if parts else None
    except ValueError:
        day = None
    if day is None:
        return None, Problem(NOT_A_DATE)
    earliest, latest = question.earliest or date(1900, 1, 1), question.latest or date(2100, 12, 31)
    if not earliest <= day <= latest:
        return None, Problem(DATE_RANGE, {"earliest": f"{earliest:%d-%m-%Y}", "latest": f"{latest:%d-%m-%Y}"})
    return day.isoformat(), None


def _check_words(question: Question, given: Sequence[str]) -> Checked:
    return _check_text(given[0].strip(), question.longest)


def _check_text(text: str, most: int) -> Checked:
    if UNKEEPABLE.search(text):
        return None, Problem(BAD_LETTER)
    if len(text) > most:
        return None, Problem(TOO_LONG, {"n": len(text), "most": most})
    return text, None


def _western(text: str) -> str:
    """Arabic-Indic and other digits as 0-9."""
    return "".join(str(unicodedata.digit(letter)) if letter.isdigit() and not letter.isascii() else letter for letter in text)


CHECKS: Mapping[str, Callable[[Question, Sequence[str]], Checked]] = {
    "single": _check_single, "scale": _check_single, "multi": _check_multi, "grade": _check_grade, "number": _check_number,
    "date": _check_date, "open": _check_words, "text": _check_words, "faces": _check_single, "place": _check_single,
    "dropdown": _check_dropdown, "consent": _check_consent,
}  # fmt: skip
WHOLE: Mapping[str, Callable[[Question, Typed], dict[str, Checked]]] = {
    "matrix": _check_matrix, "rank": _check_rank, "open_per_pillar": _check_words_by_row, "info": _check_info,
}  # fmt: skip
