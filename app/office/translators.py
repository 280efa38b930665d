"""Room office: what goes to a translator and comes back: each text with where it stands, its Dutch, its translation and its state."""

import hashlib
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from sqlalchemy import Connection, select

from app.catalogues import catalogue_now, messages_of, po_file, state_of, strings_of, wrong_marks
from app.extracting import Domain, extract, file_domains, survey_domain
from app.i18n import LANGUAGES, PAGES, SOURCE, STAFF
from app.models.tables import SURVEY, VERSION

LONGEST = 10_000
STATES = ("missing", "machine", "reviewed")
NOT_TEXT = {"Cc", "Cs", "Cn", "Zl", "Zp"}


@dataclass(frozen=True)
class Row:
    """One text in a file for a translator; of a text that counts something, one form."""

    id: str
    dutch: str
    said: str
    state: str
    page: str = ""
    kind: str = ""
    part: str = ""
    at: str = ""  # where it stood in a file that came back


@dataclass(frozen=True)
class Handed:
    """Texts of one domain in one language, as they are in a file."""

    domain: str
    lang: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Taken:
    """What a file that came back leads to: a catalogue to write, or what is wrong in it, line by line."""

    file: Path
    catalogue: Catalog
    changed: int
    problems: list[str]


@dataclass
class Place:
    """Where a row belongs: a text of the catalogue, and which of its forms."""

    message: Message
    form: int
    row: Row
    given: Row | None = None


# ------------------------------------------------------------------------------------------ which texts
def domain_called(key: str, surveys: Path, programme: str, connection: Connection | None) -> Domain | None:
    """The texts of a survey by its key, or of `pages`, `staff` or `programme`. A survey without a file is read as it was imported."""
    name = programme if key == "programme" else key
    domains = extract(surveys=surveys) if key in {PAGES, STAFF} else file_domains(surveys)  # reading every page takes seconds
    found = {domain.name: domain for domain in domains}
    if name in found or connection is None:
        return found.get(name)
    newest = select(SURVEY.c.key, VERSION.c.source).join(VERSION, VERSION.c.fingerprint == SURVEY.c.fingerprint)
    imported = [(survey, tomllib.loads(source)) for survey, source in connection.execute(newest.order_by(SURVEY.c.key))]
    data = next((data for survey, data in imported if name in {survey, data["key"]}), None)
    return None if data is None else found.get(data["key"]) or survey_domain(data)


def spoken(domain: Domain) -> list[str]:
    """The languages that a domain is translated into."""
    return [lang for lang in domain.languages if lang in LANGUAGES and lang != SOURCE]


# ------------------------------------------------------------------------------------------ out
def hand_out(domain: Domain, lang: str, folder: Path) -> tuple[Handed, Catalog]:
    """Everything of a domain as it stands now, also what is missing; nothing is written."""
    catalogue = catalogue_now(domain, lang, folder)
    rows = [place.row for message in messages_of(catalogue) for place in _places(message, catalogue, domain)]
    for message in messages_of(catalogue):
        page, kind = domain.places.get(message.context or "", ("", ""))
        message.auto_comments = [*_parts(message, domain), *([f"page {page}"] if page else []), *([f"kind {kind}"] if kind else [])]
    return Handed(domain.name, lang, rows), catalogue


def _places(message: Message, catalogue: Catalog, domain: Domain) -> Iterator[Place]:
    dutch, said = strings_of(message.id), strings_of(message.string)
    page, kind = domain.places.get(message.context or "", ("", ""))
    shown_on = page or ", ".join(sorted({place for place, _ in message.locations}))
    parts = _parts(message, domain)
    for form in range(catalogue.num_plurals if len(dutch) > 1 else 1):
        row = Row(
            id=id_of(message.context, parts, dutch) + (f"[{form}]" if len(dutch) > 1 else ""),
            dutch=dutch[min(form, len(dutch) - 1)],
            said=said[form] if form < len(said) else "",
            state=state_of(message),
            page=shown_on,
            kind=kind,
            part=", ".join([*parts, *([_numbers(form, catalogue)] if len(dutch) > 1 else [])]),
        )
        yield Place(message, form, row)


def _numbers(form: int, catalogue: Catalog) -> str:
    """For which numbers a form is: tools for translators do not agree on the order of Arabic's six."""
    form_for = c2py(catalogue.plural_expr)
    found = [number for number in range(200) if form_for(number) == form]
    return "for " + ", ".join(map(str, found[:3])) + (", ..." if len(found) > 3 else "")


def _parts(message: Message, domain: Domain) -> list[str]:
    """Which part of a question or page it is."""
    there = domain.texts.get(message.id, message.context)
    return list(there.auto_comments) if there else []


def id_of(context: str | None, parts: Sequence[str], dutch: Sequence[str]) -> str:
    """A text of a survey or programme is named by where it stands, also when its Dutch changes; a text of a page by its Dutch."""
    if context and parts:
        return f"{context}/{parts[0]}"
    return "t" + hashlib.sha256("\x00".join([context or "", *dutch]).encode()).hexdigest()[:12]


# ------------------------------------------------------------------------------------------ back
def take_back(handed: Handed, domain: Domain, folder: Path) -> Taken:
    """Put a translator's texts beside the Dutch as it is now. When one does not fit, nothing of the file is to be used."""
    catalogue = catalogue_now(domain, handed.lang, folder)
    places = [place for message in messages_of(catalogue) for place in _places(message, catalogue, domain)]
    known = {_bare_id(place): place for place in places} | {place.row.id: place for place in places}
    problems = [] if handed.rows else ["the file holds no texts"]
    for row in handed.rows:
        problems += [f"{row.at}: {problem}" for problem in _misfit(row, known.get(row.id))]
    touched = {} if problems else _fill(places, catalogue.num_plurals)
    for at, message in touched.values():
        problems += [f"{at}: {problem}" for problem in wrong_marks(message, catalogue)]
    return Taken(po_file(domain.name, handed.lang, folder), catalogue, len(touched), problems)


def _bare_id(place: Place) -> str:
    """How a text is named in a PO file whose remarks a translator's tool left out."""
    dutch = strings_of(place.message.id)
    return id_of(place.message.context, (), dutch) + (f"[{place.form}]" if len(dutch) > 1 else "")


def _misfit(row: Row, place: Place | None) -> Iterator[str]:
    """Why this row cannot be used; when it can, its place remembers it."""
    if place is None:
        yield f"there is no text “{row.id[:80]}”: was it made from another survey, or has the Dutch of a page changed?"
    elif place.row.dutch != row.dutch:
        yield f"the Dutch of “{row.id}” has changed since the file was made; it is now “{place.row.dutch}”"
    elif place.given is not None:
        yield f"“{row.id}” stands in the file twice"
    else:
        place.given = row
    if row.state not in STATES:
        yield f"the state “{row.state[:40]}” is not one of {', '.join(STATES)}"
    if len(row.said) > LONGEST:
        yield f"the translation is longer than {LONGEST} characters"
    if strange := next((sign for sign in row.said if unicodedata.category(sign) in NOT_TEXT and sign not in "\n\t"), ""):
        yield f"the translation holds a sign that is not text: U+{ord(strange):04X}"


def _fill(places: Sequence[Place], plurals: int) -> dict[int, tuple[str, Message]]:
    """Write what was given into the catalogue; tell which texts became others, and where in the file they stood."""
    touched: dict[int, tuple[str, Message]] = {}
    of_message: dict[int, list[Place]] = {}
    for place in places:
        if place.given and place.given.said.strip():  # an empty translation says nothing
            of_message.setdefault(id(place.message), []).append(place)
    for number, filled in of_message.items():
        message, rows = filled[0].message, [place.given for place in filled if place.given]
        before = [*strings_of(message.string), *[""] * plurals][: plurals if len(strings_of(message.id)) > 1 else 1]
        after = [*before]
        for place, row in zip(filled, rows, strict=True):
            after[place.form] = row.said
        if _settle(message, before, after, {row.state for row in rows}, whole=len(rows) == len(after)):
            touched[number] = (rows[0].at, message)
    return touched


def _settle(message: Message, before: list[str], after: list[str], states: set[str], *, whole: bool) -> bool:
    """Give a text its translation and its state; reviewed only when the file says so of all of it. False when nothing changed."""
    old = state_of(message)
    is_reviewed = whole and states == {"reviewed"}
    says_nothing = {"reviewed": True, "machine": not is_reviewed, "missing": states == {"missing"}}
    if before == after and says_nothing[old]:
        return False
    message.string = tuple(after) if len(strings_of(message.id)) > 1 else after[0]
    message.flags -= {"fuzzy", "machine", "reviewed"}
    message.previous_id = []
    if all(after):
        message.flags |= {"reviewed" if is_reviewed else "machine"}
    return True
