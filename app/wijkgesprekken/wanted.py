"""Room wijkgesprekken: what somebody typed to register, checked. Pure: what she wants and what she can mend, nothing raised."""

from collections.abc import Collection
from dataclasses import dataclass

from app.answer_check import UNKEEPABLE, Problem
from app.forms import STRANGE, Typed, plain_telephone, read_key, said
from app.i18n import N_
from app.mail import is_address

FIELDS = ("naam", "telefoon", "mail", "personen", "taal", "nodig")
LONGEST_NAME = 80
LONGEST_NEEDS = 500
GROUPS = range(1, 5)
NAME_NEEDED = N_("Vul uw naam in. Een voornaam is genoeg.")
NAME_LONG = N_("Deze naam is te lang: %(n)s letters. Er passen %(most)s letters. Maak de naam korter.")
NAME_STRANGE = N_("In de naam staat een vreemd teken. Haal het weg.")
BAD_TELEPHONE = N_("Dit telefoonnummer klopt niet. Schrijf alleen cijfers, bijvoorbeeld 06 12345678. U mag het ook leeg laten.")
BAD_MAIL = N_("Dit mailadres klopt niet. Schrijf het zo: naam@voorbeeld.nl. U mag het ook leeg laten.")
BAD_PERSONS = N_("Kies met hoeveel mensen u komt: 1, 2, 3 of 4.")
BAD_LANGUAGE = N_("Kies een taal uit de lijst.")
NEEDS_LONG = N_("Uw tekst is te lang: %(n)s letters. Er passen %(most)s letters. Maak de tekst korter.")
NEEDS_STRANGE = N_("In uw tekst staat een vreemd teken. Haal het weg.")


@dataclass(frozen=True)
class Wanted:
    """What somebody wants. `key` is what her form carried, `base` the address of this site as her browser knows it, for the letter."""

    key: str
    name: str
    persons: int = 1
    lang: str = "nl"
    mail: str = ""
    telephone: str = ""
    needs: str = ""
    base: str = ""


def read_wanted(typed: Typed, languages: Collection[str], *, spoken: str, base: str) -> tuple[Wanted, dict[str, Problem]]:
    """What stands in the form, and by field what must be mended. Who leaves it open comes alone and speaks the language she reads."""
    name, telephone, mail = said(typed, "naam"), plain_telephone(said(typed, "telefoon")), said(typed, "mail")
    persons, lang = said(typed, "personen") or "1", said(typed, "taal") or spoken
    needs = said(typed, "nodig").replace("\r\n", "\n").replace("\r", "\n")
    found = {
        "naam": _wrong_name(name),
        "telefoon": Problem(BAD_TELEPHONE) if telephone is None else None,
        "mail": Problem(BAD_MAIL) if mail and not is_address(mail) else None,
        "personen": None if persons in map(str, GROUPS) else Problem(BAD_PERSONS),
        "taal": None if lang in languages else Problem(BAD_LANGUAGE),
        "nodig": _wrong_needs(needs),
    }
    problems = {field: problem for field, problem in found.items() if problem}
    asked = 1 if "personen" in problems else int(persons)
    return Wanted(read_key(said(typed, "key")) or "", name, asked, lang, mail, telephone or "", needs, base), problems


def _wrong_name(name: str) -> Problem | None:
    if not name:
        return Problem(NAME_NEEDED)
    if STRANGE.search(name):
        return Problem(NAME_STRANGE)
    return Problem(NAME_LONG, {"n": len(name), "most": LONGEST_NAME}) if len(name) > LONGEST_NAME else None


def _wrong_needs(needs: str) -> Problem | None:
    if UNKEEPABLE.search(needs):
        return Problem(NEEDS_STRANGE)
    return Problem(NEEDS_LONG, {"n": len(needs), "most": LONGEST_NEEDS}) if len(needs) > LONGEST_NEEDS else None
