"""Shared floor: the language of a request: which are offered, which one to speak, its texts, its dates and its figures."""

import gettext
import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal

from babel import Locale, dates, lists, numbers

from app.dutch import Dutch
from app.pseudo import CLOSE, OPEN, PSEUDO, PseudoTexts, disguise

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
TRIED_OUT: Final = Language("Pseudo", "rtl")  # for tests, in no list of languages


@dataclass(frozen=True)
class States:
    """How many texts of one domain wait for a translation, have one that a machine made, or one that a person approved."""

    missing: int
    machine: int
    reviewed: int


ALL_WRITTEN: Final = States(missing=0, machine=0, reviewed=0)


def direction(lang: str) -> Literal["ltr", "rtl"]:
    return LANGUAGES.get(lang, TRIED_OUT).dir


@cache
def texts(lang: str, domain: str, folder: Path = FOLDER) -> gettext.NullTranslations:
    """Find a domain's texts in a language. What has no translation is shown in Dutch; Dutch itself needs no catalogue."""
    if lang == PSEUDO:
        return PseudoTexts()
    file = folder / lang / "LC_MESSAGES" / f"{domain}.mo"
    if lang == SOURCE or lang not in LANGUAGES or not file.is_file():
        return gettext.NullTranslations()
    with file.open("rb") as catalogue:
        return gettext.GNUTranslations(catalogue)


def translation_of(lang: str, domain: str, context: str, text: str, folder: Path = FOLDER) -> str | None:
    """Find one text's translation; None where the catalogue holds none, which is something else than the same word."""
    if lang == PSEUDO:
        return disguise(text)
    catalogue = texts(lang, domain, folder)
    held = getattr(catalogue, "_catalog", {})  # gettext answers with the Dutch text itself when it has none
    return catalogue.pgettext(context, text) if f"{context}{CONTEXT_END}{text}" in held else None


def said_in(lang: str, domain: str, context: str, text: str, folder: Path = FOLDER) -> str:
    """One text as a page shows it: translated, or marked as the Dutch that it is."""
    return text if lang == SOURCE else translation_of(lang, domain, context, text, folder) or Dutch(text)


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
    for kept in (texts, _compiled_states, _offered):
        kept.cache_clear()


def N_(text: str) -> str:  # noqa: N802  # the mark that collectors of texts look for
    """Mark a text for translation where it stands; it is translated where it is shown."""
    return text


PARTLY: Final = N_("Een deel van deze pagina is nog niet vertaald. Dat staat er in het Nederlands.")


def offered_languages(
    languages: Sequence[str],
    domains: Iterable[str],
    *,
    production: bool,
    accepted: Collection[str] = (),
    begun: str = "",
    folder: Path = FOLDER,
) -> list[str]:
    """Keep the languages in which every text of every domain can be read.

    languages  : in the order of the programme or survey; Dutch is put first when it is not among them.
    production : there a language also needs every text reviewed by a person, unless the office ``accepted`` it as it is.
    begun      : the language of a response that is half-way: it goes on in it, and what has no translation now is shown in Dutch.
    """
    asked = tuple(languages) if SOURCE in languages else (SOURCE, *languages)
    return list(_offered(asked, tuple(domains), frozenset(accepted) if production else None, begun, folder))


@lru_cache(maxsize=1000)
def _offered(asked: tuple[str, ...], named: tuple[str, ...], accepted: frozenset[str] | None, begun: str, folder: Path) -> tuple[str, ...]:
    complete = [lang for lang in asked if lang in LANGUAGES and (lang == begun or _is_complete(lang, named, folder))]
    return tuple(lang for lang in complete if accepted is None or lang in accepted or not is_machine_made(lang, named, folder))


def _is_complete(lang: str, domains: Iterable[str], folder: Path) -> bool:
    counted = [states(lang, domain, folder) for domain in domains]
    return all(found is not None and found.missing == 0 for found in counted)


def is_machine_made(lang: str, domains: Iterable[str], folder: Path = FOLDER) -> bool:
    """Tell whether a resident reads texts in this language that no person has approved: the page then says so."""
    counted = [states(lang, domain, folder) for domain in domains]
    return any(found is not None and found.machine > 0 for found in counted)


def choose_language(wanted: str | None, remembered: str | None, accept_language: str, offered: Sequence[str]) -> str:
    """Choose from ``offered``: what the address asks for, what the response or visitor had, what the browser prefers, Dutch."""
    for asked in (wanted, remembered, *_preferred(accept_language[:1000], tuple(offered))):
        if asked is not None and asked in offered:
            return asked
    return SOURCE


preference = re.compile(r"([a-z]{1,8}|\*)(?:-[a-z0-9]{1,8})*(?:\s*;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?", re.IGNORECASE)


@lru_cache(maxsize=500)
def _preferred(accept_language: str, offered: tuple[str, ...]) -> list[str]:
    """Read "ar-EG, tr;q=0.8, *;q=0" into languages, most wanted first; "*" stands for Dutch or else the first one offered."""
    ranked: dict[str, float] = {}
    for part in accept_language.split(","):
        found = preference.fullmatch(part.strip())
        if found:
            lang = found[1].lower()
            ranked[lang] = max(ranked.get(lang, 0.0), float(found[2] or 1))
    anything = SOURCE if SOURCE in offered else next(iter(offered), SOURCE)
    liked = sorted((lang for lang in ranked if ranked[lang] > 0), key=lambda lang: -ranked[lang])
    return [anything if lang == "*" else lang for lang in liked]


def date_text(day: date, lang: str) -> str:
    """Write a date in full, "15 maart 2027", with European digits in every language."""
    if lang == PSEUDO:
        return disguise(date_text(day, SOURCE))
    return dates.format_date(day, "d MMMM y" if lang == "en" else "long", locale=lang)


def weekday_text(day: date, lang: str) -> str:
    """The same with the day of the week, "dinsdag 24 november 2026"."""
    if lang == PSEUDO:
        return disguise(weekday_text(day, SOURCE))
    return dates.format_date(day, "EEEE d MMMM y" if lang in {"nl", "en", "pl"} else "full", locale=lang)


def part_of_date(day: date, pattern: str, lang: str) -> str:
    """A part of a date, such as "EEE" for "di"; see the patterns of Unicode's CLDR."""
    if lang == PSEUDO:
        return disguise(part_of_date(day, pattern, SOURCE))
    return dates.format_date(day, pattern, locale=lang)


def listed(names: Sequence[str], lang: str) -> str:
    """Names after each other, "Turks, Pools en Arabisch"."""
    if lang == PSEUDO:
        return f"{OPEN}{listed(names, SOURCE)}{CLOSE}"
    return lists.format_list(names, locale=lang)


def language_name(code: str, lang: str) -> str:
    """The name of a language in another, "Arabisch"."""
    if lang == PSEUDO:
        return disguise(language_name(code, SOURCE))
    return str(Locale(lang).languages.get(code, code))


def time_text(moment: datetime, lang: str) -> str:
    """Write the time on the clock, "9.30 uur", with European digits; the moment must be in the zone of the reader."""
    if lang in {SOURCE, PSEUDO}:
        written = f"{moment.hour}.{moment.minute:02}\u00a0uur"
        return disguise(written) if lang == PSEUDO else written
    return dates.format_time(moment, "HH:mm", locale=lang, tzinfo=moment.tzinfo)


def number_text(number: float | Decimal, lang: str) -> str:
    """Write a number with the language's own comma or point and European digits; at most three decimals."""
    return numbers.format_decimal(number, locale=SOURCE if lang == PSEUDO else lang, numbering_system="latn")
