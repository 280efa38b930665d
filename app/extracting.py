"""Shared floor: every Dutch text that is translated: out of templates and code, and out of each survey and programme.

The build needs this file too, so it needs nothing but Babel.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from app.i18n import LANGUAGES, PAGES, STAFF

ROOT: Final = Path(__file__).parent.parent
FOR_STAFF: Final = {"layout/staff.html", "web.py"}  # beside the templates on the staff's layout
STAFF_ROOMS: Final = re.compile(r"(staff|findings|office|programme)/.*|wijkgesprekken/(plan|notes|tables|commands)\w*\.(py|html)")

Text = tuple[str, str, str]  # context, the Dutch text, what it is


@dataclass(frozen=True)
class Domain:
    """Texts that are translated together. ``texts`` is the template, ``languages`` those to translate it into.

    places : of a survey, for each context the page it stands on and the kind of question.
    """

    name: str
    languages: tuple[str, ...]
    texts: Catalog
    places: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def extract(root: Path = ROOT, surveys: Path | None = None) -> list[Domain]:
    """Collect every Dutch text: of the pages in ``root``, and of each survey and programme in ``surveys`` (default: beside them)."""
    domains = [*_page_domains(root), *file_domains(surveys or root / "surveys")]
    return [domain for domain in domains if domain.name != STAFF or len(domain.texts)]


def file_domains(place: Path) -> list[Domain]:
    """The texts of each survey and programme in a folder."""
    domains = []
    for file in sorted([*place.glob("*.toml"), *place.glob("*/*.toml")]):
        data = _toml(file)
        if file.name == "programme.toml":
            domains.append(_domain(data, programme_texts(data)))
        elif isinstance(data.get("page"), list):
            domains.append(survey_domain(data))
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


def survey_domain(survey: dict[str, Any]) -> Domain:
    places = {scale["id"]: ("", "scale") for scale in survey.get("scale", [])}
    for number, page in enumerate(survey["page"], 1):
        place = f"{number}. {page['title']}"
        places[page["id"]] = (place, "")
        places |= {question["id"]: (place, question["kind"]) for question in page.get("question", [])}
    return replace(_domain(survey, survey_texts(survey)), places=places)


def programme_texts(programme: dict[str, Any]) -> Iterator[Text]:
    for pillar in programme.get("pillar", []):
        yield from _parts(pillar["key"], pillar, "official", "resident")
    for goal in programme.get("goal", []):
        yield "goal", goal["text"], f"goal {goal['number']}"
    yield from _parts("programme", programme, "outside_name")
    yield from _parts("programme", programme.get("contact", {}), "office", "walk_in")
    for number, line in enumerate(programme.get("safety_line", []), 1):
        yield "programme", line["text"], f"safety_line {number}"
    stated = programme.get("accessibility", {})
    yield from _parts("programme", stated, "signed_by")
    for nth, known in enumerate(stated.get("shortcoming", []), start=1):
        yield from (("programme", known[part], f"shortcoming {nth} {part}") for part in ("what", "why", "instead") if known.get(part))


def _parts(context: str, table: dict[str, Any], *names: str) -> Iterator[Text]:
    return ((context, table[name], name) for name in names if table.get(name))


def _listed(context: str, table: dict[str, Any], name: str) -> Iterator[Text]:
    parts = (("text", ""), ("easy", " easy"))
    return (
        (context, entry[part], f"{name} {entry['id']}{more}") for entry in table.get(name, []) for part, more in parts if entry.get(part)
    )


def _domain(data: dict[str, Any], texts: Iterable[Text]) -> Domain:
    template = Catalog(domain=data["key"])
    for context, text, what in texts:
        template.add(text, context=context, auto_comments=[what])
    return Domain(data["key"], tuple(data["languages"]), template)


def _page_domains(root: Path) -> list[Domain]:
    """Texts in templates and in code, by their file but without line numbers: those would change every day."""
    found = extract_from_dir(
        root / "app",
        method_map=[("**.py", "python"), ("**.html", "jinja2")],
        options_map={"**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}},
        comment_tags=["i18n:"],
        strip_comment_tags=True,
    )
    templates = {domain: Catalog(domain=domain) for domain in (PAGES, STAFF)}
    for file, _line, text, comments, context in sorted(found, key=lambda text: (text[0], text[1])):
        place = Path(file).as_posix()
        templates[domain_of(root / "app", place)].add(text, locations=[(f"app/{place}", 0)], auto_comments=comments, context=context)
    return [Domain(name, tuple(LANGUAGES), template) for name, template in templates.items()]


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
