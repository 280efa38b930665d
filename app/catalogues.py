"""Shared floor: the catalogues that translators work in: texts out of pages and surveys, into PO files, counted and compiled.

The build compiles them too, so this file needs nothing but Babel.
"""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from gettext import c2py
from pathlib import Path
from typing import Any, Final, Literal

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, denormalize, normalize, read_po

from app.i18n import FOLDER, LANGUAGES, PAGES, SOURCE, STAFF, States, forget_texts

ROOT: Final = Path(__file__).parent.parent
NO_DATE: Final = datetime(2023, 1, 1, tzinfo=UTC)  # the same texts give the same bytes, whenever they are compiled

FOR_STAFF: Final = {"layout/staff.html", "web.py"}  # beside the templates on the staff's layout
STAFF_ROOMS: Final = re.compile(r"(staff|findings|office|programme)/.*|wijkgesprekken/(plan|notes|tables|commands)\w*\.(py|html)")
NAMES: Final = ("msgid", "msgid_plural")

State = Literal["missing", "machine", "reviewed"]
Text = tuple[str, str, str]  # context, the Dutch text, what it is


@dataclass(frozen=True)
class Domain:
    """Texts that are translated together. ``texts`` is the template, ``languages`` those to translate it into."""

    name: str
    languages: tuple[str, ...]
    texts: Catalog


@dataclass(frozen=True)
class Status:
    lang: str
    domain: str
    states: States


# ------------------------------------------------------------------------------------------ extract
def extract(root: Path = ROOT, surveys: Path | None = None) -> list[Domain]:
    """Collect every Dutch text: of the pages in ``root``, and of each survey and programme in ``surveys`` (default: beside them)."""
    place = surveys or root / "surveys"
    domains = [Domain(name, tuple(LANGUAGES), _page_texts(root, name)) for name in (PAGES, STAFF)]
    domains = [domain for domain in domains if domain.name == PAGES or len(domain.texts)]
    for file in sorted([*place.glob("*.toml"), *place.glob("*/*.toml")]):
        data = _toml(file)
        if file.name == "programme.toml":
            domains.append(_domain(data, programme_texts(data)))
        elif isinstance(data.get("page"), list):
            domains.append(_domain(data, survey_texts(data)))
    for name, times in Counter(domain.name for domain in domains).items():
        if times > 1:
            raise ValueError(f"{place}: {times} files have the key {name}; each survey and programme needs its own")
    return domains


def survey_texts(survey: dict[str, Any]) -> Iterator[Text]:
    """Walk a survey in the order in which people read it."""
    yield from _parts("survey", survey, "title", "intro", "stop", "outro")
    for scale in survey.get("scale", []):
        yield from _listed(scale["id"], scale, "option")
    for page in survey["page"]:
        yield from _parts(page["id"], page, "title", "intro")
        for question in page.get("question", []):
            yield from _parts(question["id"], question, "ask", "easy", "help")
            yield from _listed(question["id"], question, "option")
            yield from _listed(question["id"], question, "row")


def programme_texts(programme: dict[str, Any]) -> Iterator[Text]:
    for pillar in programme.get("pillar", []):
        yield from _parts(pillar["key"], pillar, "official", "resident")
    for goal in programme.get("goal", []):
        yield "goal", goal["text"], f"goal {goal['number']}"
    yield from _parts("programme", programme, "outside_name")
    yield from _parts("programme", programme.get("contact", {}), "office", "walk_in")


def _parts(context: str, table: dict[str, Any], *names: str) -> Iterator[Text]:
    return ((context, table[name], name) for name in names if table.get(name))


def _listed(context: str, table: dict[str, Any], name: str) -> Iterator[Text]:
    return ((context, entry["text"], f"{name} {entry['id']}") for entry in table.get(name, []))


def _domain(data: dict[str, Any], texts: Iterable[Text]) -> Domain:
    template = Catalog(domain=data["key"])
    for context, text, what in texts:
        template.add(text, context=context, auto_comments=[what])
    return Domain(data["key"], tuple(data["languages"]), template)


def _page_texts(root: Path, domain: str) -> Catalog:
    """Texts in templates and in code, by their file but without line numbers: those would change every day."""
    found = extract_from_dir(
        root / "app",
        method_map=[("**.py", "python"), ("**.html", "jinja2")],
        options_map={"**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}},
        comment_tags=["i18n:"],
        strip_comment_tags=True,
    )
    template = Catalog(domain=domain)
    for file, _line, text, comments, context in sorted(found, key=lambda text: (text[0], text[1])):
        place = Path(file).as_posix()
        if domain == domain_of(root / "app", place):
            template.add(text, locations=[(f"app/{place}", 0)], auto_comments=comments, context=context)
    return template


def domain_of(app: Path, place: str) -> str:
    """Which texts only staff read: templates on the staff's layout, and the code that says so in its own words."""
    file = app / place
    is_staff = place in FOR_STAFF or STAFF_ROOMS.fullmatch(place) or (place.endswith(".html") and _is_for_staff(file))
    return STAFF if is_staff else PAGES


@cache
def _is_for_staff(template: Path) -> bool:
    return '"layout/staff.html"' in template.read_text(encoding="utf-8")


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except ValueError as wrong:
        raise ValueError(f"{file}: is not valid TOML: {wrong}") from wrong


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
                file = folder / lang / "LC_MESSAGES" / f"{domain.name}.po"
                catalogue = read_catalogue(file, lang) if file.exists() else Catalog(locale=lang, domain=domain.name)
                _renew(catalogue, domain.texts)
                if write_catalogue(catalogue, file):
                    changed.append(file)
    return changed


def _renew(catalogue: Catalog, template: Catalog) -> None:
    previous = {(message.id, message.context): message.previous_id for message in _messages(catalogue)}
    catalogue.update(template)
    for message in _messages(catalogue):
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


def _messages(catalogue: Catalog) -> list[Message]:
    """List the texts; the first entry of a catalogue is its header."""
    return [message for message in catalogue if message.id]


def _is_filled(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, (list, tuple)) else bool(message.string)


def _strings(text: str | Sequence[str] | None) -> tuple[str, ...]:
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
    for message in _messages(catalogue):
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
    """Write a PO file that holds no date, no line number and no Babel version; tell whether it became another file.

    Page texts stand in the order of the alphabet, a survey's in the order of the survey.
    """
    messages = _messages(catalogue)
    if catalogue.domain == PAGES:
        messages.sort(key=lambda message: (_strings(message.id), message.context or ""))
    content = "\n\n".join([_header(catalogue), *(_entry(message, catalogue.num_plurals) for message in messages)]) + "\n"
    if file.exists() and file.read_bytes() == content.encode():
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode())
    return True


def _header(catalogue: Catalog) -> str:
    lines = [
        f"Language: {catalogue.locale_identifier}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {catalogue.plural_forms}",
    ]
    return "\n".join(['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in lines)])


def _entry(message: Message, plurals: int) -> str:
    """Write one text as PO. Babel's own writer breaks an old text ("#|") that is long or has paragraphs."""
    texts, old = _strings(message.id), _strings(message.previous_id)
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
    padded = [*_strings(strings), *[""] * plurals]
    return [(f"msgstr[{number}]", padded[number]) for number in range(plurals)]


def _quoted(name: str, text: str) -> list[str]:
    return f"{name} {normalize(text, width=0)}".split("\n")


# ------------------------------------------------------------------------------------------ compile
def compile_catalogues(folder: Path = FOLDER) -> list[str]:
    """Write each .mo file and each language's state.json; or, when a translation is wrong, write nothing and tell what is wrong."""
    catalogues, problems = {}, []
    for file, lang in _files(folder):
        try:
            catalogues[file] = read_catalogue(file, lang)
        except ValueError as wrong:
            problems.append(str(wrong))
        else:
            problems += [f"{file}: {problem}" for problem in _wrong_marks(catalogues[file])]
    if not problems:
        for file, catalogue in catalogues.items():
            _write_compiled(catalogue, file.with_suffix(".mo"))
        _write_states(folder)
        forget_texts()
    return problems


def _files(folder: Path) -> list[tuple[Path, str]]:
    return [(file, file.parent.parent.name) for file in sorted(folder.glob("*/LC_MESSAGES/*.po"))]


def _write_compiled(catalogue: Catalog, file: Path) -> None:
    catalogue.creation_date = catalogue.revision_date = NO_DATE
    for message in _messages(catalogue):
        if not _is_filled(message):
            message.flags |= {"fuzzy"}  # and so left out
    with file.open("wb") as compiled:
        write_mo(compiled, catalogue)


def _write_states(folder: Path) -> None:
    counted: dict[str, dict[str, Any]] = {}
    for found in status(folder):
        counted.setdefault(found.lang, {})[found.domain] = asdict(found.states)
    for lang, domains in counted.items():
        text = json.dumps(domains, indent=1, sort_keys=True) + "\n"
        (folder / lang / "state.json").write_text(text, encoding="utf-8")


def status(folder: Path = FOLDER) -> list[Status]:
    """Count the states of every PO file as it is now, compiled or not."""
    table = []
    for file, lang in _files(folder):
        found = [state_of(message) for message in _messages(read_catalogue(file, lang))]
        states = States(missing=found.count("missing"), machine=found.count("machine"), reviewed=found.count("reviewed"))
        table.append(Status(lang, file.stem, states))
    return table


# -------------------------------------------------------------------------------------------- check
# What is filled in, what is bold and what is a link: names in %( ) and { }, tags, and each loose % < > { } that would break a page.
marks = re.compile(r"%\(\w+\)[sd]|%%?|\{\w+\}|<[^<>]*>|[<>{}]")


def _wrong_marks(catalogue: Catalog) -> Iterator[str]:
    """Name each translation that lost, changed or added a mark: {feedback_date}, %(n)s or a tag."""
    for message in _messages(catalogue):
        if state_of(message) != "missing":
            for form, text in enumerate(_strings(message.string)):
                needed, allowed = _marks_of(message, form, catalogue)
                used = set(marks.findall(text))
                if not needed <= used <= allowed:
                    wrong = " ".join(sorted((needed - used) | (used - allowed)))
                    yield f'"{_strings(message.id)[0]}": the translation "{text}" has other marks than the Dutch: {wrong}'


def _marks_of(message: Message, form: int, catalogue: Catalog) -> tuple[set[str], set[str]]:
    """The marks that one form of a translation needs, and those it may have.

    A plural needs what both Dutch forms have; where a form is for one number only, as Arabic's one and two, the word says it.
    """
    found = [set(marks.findall(text)) for text in _strings(message.id)]
    needed, allowed = set.intersection(*found), set.union(*found)
    if len(found) > 1:
        form_for = c2py(catalogue.plural_expr)
        if sum(form_for(number) == form for number in range(200)) == 1:
            needed -= {"%(n)s", "%(num)s", "%(count)s"}
    return needed, allowed
