"""Shared floor: the catalogues that translators work in: PO files, brought up to date, counted and compiled.

The build compiles them too, so this file needs nothing but Babel.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from gettext import c2py
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, denormalize, normalize, read_po

from app.extracting import ROOT, Domain, extract
from app.i18n import FOLDER, PAGES, SOURCE, States, forget_texts

NO_DATE: Final = datetime(2023, 1, 1, tzinfo=UTC)  # the same texts give the same bytes, whenever they are compiled

NAMES: Final = ("msgid", "msgid_plural")

State = Literal["missing", "machine", "reviewed"]


@dataclass(frozen=True)
class Status:
    lang: str
    domain: str
    states: States


# ------------------------------------------------------------------------------------------- update
def update(root: Path = ROOT, folder: Path = FOLDER, surveys: Path | None = None) -> list[Path]:
    """Bring every PO file up to date with the Dutch texts; name the files that changed.

    A new text is added without a translation. A changed text keeps its old translation as ``fuzzy``, with the old Dutch beside
    it, until a person has looked: fuzzy counts as missing. A text that is gone is left out.
    """
    changed = []
    for domain in extract(root, surveys):
        for lang in domain.languages:
            if lang != SOURCE:
                file = po_file(domain.name, lang, folder)
                if write_catalogue(catalogue_now(domain, lang, folder), file):
                    changed.append(file)
    return changed


def catalogue_now(domain: Domain, lang: str, folder: Path = FOLDER) -> Catalog:
    """Read the translations that there are, beside the Dutch as it is now; nothing is written."""
    file = po_file(domain.name, lang, folder)
    catalogue = read_catalogue(file, lang) if file.exists() else Catalog(locale=lang, domain=domain.name)
    _renew(catalogue, domain.texts)
    return catalogue


def po_file(domain: str, lang: str, folder: Path = FOLDER) -> Path:
    return folder / lang / "LC_MESSAGES" / f"{domain}.po"


def _renew(catalogue: Catalog, template: Catalog) -> None:
    previous = {(message.id, message.context): message.previous_id for message in messages_of(catalogue)}
    catalogue.update(template)
    for message in messages_of(catalogue):
        if "fuzzy" in message.flags and not message.previous_id:  # Babel forgets the old Dutch at the second update
            message.previous_id = previous.get((message.id, message.context), [])
        _mark(message)


def _mark(message: Message) -> None:
    """Write the state as a flag, so that a translator sees it."""
    message.flags -= {"machine"}
    if not _is_filled(message):
        message.flags -= {"fuzzy", "reviewed"}
    elif "fuzzy" in message.flags:
        message.flags -= {"reviewed"}
    elif "reviewed" not in message.flags:
        message.flags |= {"machine"}


def state_of(message: Message) -> State:
    if "fuzzy" in message.flags or not _is_filled(message):
        return "missing"
    return "reviewed" if "reviewed" in message.flags else "machine"


def messages_of(catalogue: Catalog) -> list[Message]:
    """List the texts; the first entry of a catalogue is its header."""
    return [message for message in catalogue if message.id]


def _is_filled(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, (list, tuple)) else bool(message.string)


def strings_of(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


# -------------------------------------------------------------------------------------------- files
def read_catalogue(file: Path, lang: str) -> Catalog:
    try:
        with file.open("rb") as lines:
            catalogue = read_po(lines, locale=lang, domain=file.stem, abort_invalid=True)
    except PoFileError as wrong:
        raise ValueError(f"{file}: line {wrong.lineno + 1}: {wrong}") from wrong
    except ValueError as wrong:  # not UTF-8
        raise ValueError(f"{file}: {wrong}") from wrong
    for message in messages_of(catalogue):
        _restore_previous(message)
    return catalogue


def _restore_previous(message: Message) -> None:
    """Take the old Dutch, "#| msgid ...", out of the comments: Babel reads it as a translator's remark."""
    old = [line[1:].strip() for line in message.user_comments if line.startswith("|")]
    message.user_comments = [line for line in message.user_comments if not line.startswith("|")]
    if old:
        whole = re.sub(r'"\n"', "", "\n".join(old))
        message.previous_id = [denormalize(text) for text in re.findall(r'^msgid(?:_plural)? (".*")$', whole, re.MULTILINE)]


def write_catalogue(catalogue: Catalog, file: Path) -> bool:
    """Write a PO file; tell whether it became another one."""
    content = po_text(catalogue)
    if file.exists() and file.read_bytes() == content.encode():
        return False
    write_whole(file, content.encode())
    return True


def write_whole(file: Path, content: bytes) -> None:
    """Whoever reads the file meanwhile finds the old one or the new one, never a part."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        part.write_bytes(content)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def po_text(catalogue: Catalog, *headers: str) -> str:
    """A PO file without date, line number or Babel's version.

    Page texts stand in the order of the alphabet, a survey's in the order of the survey.
    """
    messages = messages_of(catalogue)
    if catalogue.domain == PAGES:
        messages.sort(key=lambda message: (strings_of(message.id), message.context or ""))
    return "\n\n".join([_header(catalogue, *headers), *(_entry(message, catalogue.num_plurals) for message in messages)]) + "\n"


def _header(catalogue: Catalog, *more: str) -> str:
    lines = [
        f"Language: {catalogue.locale_identifier}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {catalogue.plural_forms}",
        *more,
    ]
    return "\n".join(['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in lines)])


def _entry(message: Message, plurals: int) -> str:
    """Write one text as PO. Babel's own writer breaks an old text ("#|") that is long or has paragraphs."""
    texts, old = strings_of(message.id), strings_of(message.previous_id)
    forms = [("msgstr", message.string or "")] if len(texts) == 1 else _numbered(message.string, plurals)
    lines = [
        *(f"# {remark}" for remark in message.user_comments),
        *(f"#. {what}" for what in message.auto_comments),
        *(f"#: {file}" for file in dict.fromkeys(file for file, _line in message.locations)),
        *([f"#, {', '.join(sorted(message.flags))}"] if message.flags else []),
        *(f"#| {line}" for name, text in zip(NAMES, old, strict=False) for line in _quoted(name, text)),
        *(_quoted("msgctxt", message.context) if message.context else []),
        *(line for name, text in zip(NAMES, texts, strict=False) for line in _quoted(name, text)),
        *(line for name, text in forms for line in _quoted(name, str(text))),
    ]
    return "\n".join(lines)


def _numbered(strings: str | Sequence[str] | None, plurals: int) -> list[tuple[str, str]]:
    padded = [*strings_of(strings), *[""] * plurals]
    return [(f"msgstr[{number}]", padded[number]) for number in range(plurals)]


def _quoted(name: str, text: str) -> list[str]:
    return f"{name} {normalize(text, width=0)}".split("\n")


# ------------------------------------------------------------------------------------------ compile
def compile_catalogues(folder: Path = FOLDER, renewed: Mapping[Path, Catalog] | None = None) -> list[str]:
    """Write each .mo file and each language's state.json; or, when a translation is wrong, write nothing and tell what is wrong.

    renewed : catalogues that take the place of their PO files, which are written with the rest.
    """
    catalogues, problems = dict(renewed or {}), []
    for file, lang in _files(folder):
        try:
            if file not in catalogues:
                catalogues[file] = read_catalogue(file, lang)
        except ValueError as wrong:
            problems.append(str(wrong))
    for file, catalogue in sorted(catalogues.items()):
        problems += [f"{file}: {problem}" for message in messages_of(catalogue) for problem in wrong_marks(message, catalogue)]
    if not problems:
        for file, catalogue in (renewed or {}).items():
            write_catalogue(catalogue, file)
        for file, catalogue in catalogues.items():
            _write_compiled(catalogue, file.with_suffix(".mo"))
        _write_states(folder)
        forget_texts()
    return problems


def _files(folder: Path) -> list[tuple[Path, str]]:
    return [(file, file.parent.parent.name) for file in sorted(folder.glob("*/LC_MESSAGES/*.po"))]


def _write_compiled(catalogue: Catalog, file: Path) -> None:
    catalogue.creation_date = catalogue.revision_date = NO_DATE
    for message in messages_of(catalogue):
        if not _is_filled(message):
            message.flags |= {"fuzzy"}  # and so left out
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    write_whole(file, compiled.getvalue())


def _write_states(folder: Path) -> None:
    counted: dict[str, dict[str, Any]] = {}
    for found in status(folder):
        counted.setdefault(found.lang, {})[found.domain] = asdict(found.states)
    for lang, domains in counted.items():
        text = json.dumps(domains, indent=1, sort_keys=True) + "\n"
        write_whole(folder / lang / "state.json", text.encode())


def status(folder: Path = FOLDER) -> list[Status]:
    """Count the states of every PO file as it is now, compiled or not."""
    table = []
    for file, lang in _files(folder):
        table.append(Status(lang, file.stem, count_states(read_catalogue(file, lang))))
    return table


def count_states(catalogue: Catalog) -> States:
    found = [state_of(message) for message in messages_of(catalogue)]
    return States(missing=found.count("missing"), machine=found.count("machine"), reviewed=found.count("reviewed"))


# -------------------------------------------------------------------------------------------- check
# What is filled in, what is bold and what is a link: names in %( ) and { }, tags, and each loose % < > { } that would break a page.
marks = re.compile(r"%\(\w+\)[sd]|%%?|\{\w+\}|<[^<>]*>|[<>{}]")


def wrong_marks(message: Message, catalogue: Catalog) -> Iterator[str]:
    """Name each translation that lost, changed or added a mark: {feedback_date}, %(n)s or a tag."""
    if state_of(message) != "missing":
        for form, text in enumerate(strings_of(message.string)):
            needed, allowed = _marks_of(message, form, catalogue)
            used = set(marks.findall(text))
            if not needed <= used <= allowed:
                wrong = " ".join(sorted((needed - used) | (used - allowed)))
                yield f'"{strings_of(message.id)[0]}": the translation "{text}" has other marks than the Dutch: {wrong}'


def _marks_of(message: Message, form: int, catalogue: Catalog) -> tuple[set[str], set[str]]:
    """The marks that one form of a translation needs, and those it may have.

    A plural needs what both Dutch forms have; where a form is for one number only, as Arabic's one and two, the word says it.
    """
    found = [set(marks.findall(text)) for text in strings_of(message.id)]
    needed, allowed = set.intersection(*found), set.union(*found)
    if len(found) > 1:
        form_for = c2py(catalogue.plural_expr)
        if sum(form_for(number) == form for number in range(200)) == 1:
            needed -= {"%(n)s", "%(num)s", "%(count)s"}
    return needed, allowed
