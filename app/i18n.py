"""Shared floor: the language of a request: which are offered, which one to speak, its texts, its dates and its figures."""

import gettext
import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final, Literal

from babel import dates, numbers

FOLDER: Final = Path(__file__).parent.parent / "translations"
SOURCE: Final = "nl"  # all texts are written in it
CONTEXT_END: Final = "\x04"  # stands between context and text in a catalogue
PAGES: Final = "pages"  # the domain of everything that residents read and is not a survey or a programme
STAFF: Final = "staff"  # the domain of what only staff read


@dataclass(frozen=True)
class Language:
    name: str  # in the language itself
    dir: Literal["ltr", "rtl"] = "ltr"


LANGUAGES: Final = {
    "nl": Language("Nederlands"),
    "en": Language("English"),
    "tr": Language("Türkçe"),
    "pl": Language("Polski"),
    "ar": Language("العربية", "rtl"),
}


@dataclass(frozen=True)
class States:
    """How many texts of one domain wait for a translation, have one that a machine made, or one that a person approved."""

    missing: int
    machine: int
    reviewed: int


ALL_WRITTEN: Final = States(missing=0, machine=0, reviewed=0)


@cache
def texts(lang: str, domain: str, folder: Path = FOLDER) -> gettext.NullTranslations:
    """Find a domain's texts in a language. What has no translation is shown in Dutch; Dutch itself needs no catalogue."""
    file = folder / lang / "LC_MESSAGES" / f"{domain}.mo"
    if lang == SOURCE or lang not in LANGUAGES or not file.is_file():
        return gettext.NullTranslations()
    with file.open("rb") as catalogue:
        return gettext.GNUTranslations(catalogue)


def translation_of(lang: str, domain: str, context: str, text: str, folder: Path = FOLDER) -> str | None:
    """Find one text's translation; None where the catalogue holds none, which is something else than the same word."""
    catalogue = texts(lang, domain, folder)
    held = getattr(catalogue, "_catalog", {})  # gettext answers with the Dutch text itself when it has none
    return catalogue.pgettext(context, text) if f"{context}{CONTEXT_END}{text}" in held else None


def states(lang: str, domain: str, folder: Path = FOLDER) -> States | None:
    """Count a domain's texts by state, as they were when last compiled; None where there is no catalogue."""
    return ALL_WRITTEN if lang == SOURCE else _compiled_states(lang, folder).get(domain)


@cache
def _compiled_states(lang: str, folder: Path) -> dict[str, States]:
    try:
        counted = json.loads((folder / lang / "state.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {domain: States(**counts) for domain, counts in counted.items()}


def forget_texts() -> None:
    """Read the catalogues anew at the next question: they were compiled again."""
    texts.cache_clear()
    _compiled_states.cache_clear()


def N_(text: str) -> str:  # noqa: N802  # the mark that collectors of texts look for
    """Mark a text for translation where it stands; it is translated where it is shown."""
    return text


def offered_languages(
    languages: Sequence[str],
    domains: Iterable[str],
    *,
    production: bool,
    accepted: Collection[str] = (),
    folder: Path = FOLDER,
) -> list[str]:
    """Keep the languages in which every text of every domain can be read.

    languages  : in the order of the programme or survey; Dutch is put first when it is not among them.
    production : there a language also needs every text reviewed by a person, unless the office ``accepted`` it as it is.
    """
    named = list(domains)
    asked = languages if SOURCE in languages else [SOURCE, *languages]
    complete = [lang for lang in asked if lang in LANGUAGES and _is_complete(lang, named, folder)]
    return [lang for lang in complete if not production or lang in accepted or not is_machine_made(lang, named, folder)]


def _is_complete(lang: str, domains: Iterable[str], folder: Path) -> bool:
    counted = [states(lang, domain, folder) for domain in domains]
    return all(found is not None and found.missing == 0 for found in counted)


def is_machine_made(lang: str, domains: Iterable[str], folder: Path = FOLDER) -> bool:
    """Tell whether a resident reads texts in this language that no person has approved: the page then says so."""
    counted = [states(lang, domain, folder) for domain in domains]
    return any(found is not None and found.machine > 0 for found in counted)


def choose_language(wanted: str | None, remembered: str | None, accept_language: str, offered: Sequence[str]) -> str:
    """Choose from ``offered``: what the address asks for, what the response or visitor had, what the browser prefers, Dutch."""
    for asked in (wanted, remembered, *_preferred(accept_language, offered)):
        if asked is not None and asked in offered:
            return asked
    return SOURCE


preference = re.compile(r"([a-z]{1,8}|\*)(?:-[a-z0-9]{1,8})*(?:\s*;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?", re.IGNORECASE)


def _preferred(accept_language: str, offered: Sequence[str]) -> list[str]:
    """Read "ar-EG, tr;q=0.8, *;q=0" into languages, most wanted first; "*" stands for Dutch or else the first one offered."""
    ranked: dict[str, float] = {}
    for part in accept_language[:1000].split(","):
        found = preference.fullmatch(part.strip())
        if found:
            lang = found[1].lower()
            ranked[lang] = max(ranked.get(lang, 0.0), float(found[2] or 1))
    anything = SOURCE if SOURCE in offered else next(iter(offered), SOURCE)
    liked = sorted((lang for lang in ranked if ranked[lang] > 0), key=lambda lang: -ranked[lang])
    return [anything if lang == "*" else lang for lang in liked]


def date_text(day: date, lang: str) -> str:
    """Write a date in full, "15 maart 2027", with European digits in every language."""
    return dates.format_date(day, "d MMMM y" if lang == "en" else "long", locale=lang)


def weekday_text(day: date, lang: str) -> str:
    """The same with the day of the week, "dinsdag 24 november 2026"."""
    return dates.format_date(day, "EEEE d MMMM y" if lang in {"nl", "en", "pl"} else "full", locale=lang)


def time_text(moment: datetime, lang: str) -> str:
    """Write the time on the clock, "9.30 uur", with European digits; the moment must be in the zone of the reader."""
    if lang == SOURCE:
        return f"{moment.hour}.{moment.minute:02}\u00a0uur"
    return dates.format_time(moment, "HH:mm", locale=lang, tzinfo=moment.tzinfo)


def number_text(number: float | Decimal, lang: str) -> str:
    """Write a number with the language's own comma or point and European digits; at most three decimals."""
    return numbers.format_decimal(number, locale=lang, numbering_system="latn")
