"""Shared floor: a whole page or one block of it, in the reader's language, for residents and for staff."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.access import ROWS, Person
from app.areas import Programme
from app.dutch import InDutch, tell_dutch
from app.i18n import (
    LANGUAGES,
    N_,
    PAGES,
    PARTLY,
    SOURCE,
    STAFF,
    choose_language,
    date_text,
    direction,
    is_machine_made,
    number_text,
    offered_languages,
    said_in,
    texts,
    time_text,
    weekday_text,
)  # fmt: skip
from app.layout.assets import MEETINGS, STAFF_STYLE, STYLE, icon_drawings, script_url
from app.models.staff import ROLES
from app.models.tables import ACCEPTED
from app.pseudo import PSEUDO
from app.settings import HERE, Settings

ROOMS = Path(__file__).parent
SIGNS = frozenset({"wonen", "gezond", "leren", "werk", "veilig", "overig"})
REMEMBER_LANGUAGE = 180 * 24 * 3600
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # no-referrer would make browsers send "Origin: null" with our own forms
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass
class House:
    """What every request needs and no request changes; lives in app.state.house."""

    settings: Settings
    programme: Programme
    accepted: frozenset[str] = field(default_factory=frozenset)
    looked_at: float = 0.0


@dataclass(frozen=True)
class Reader:
    """The language of one request, and those it can change to."""

    lang: str
    offered: Sequence[str]
    machine: bool = False


@cache
def _environment(lang: str, folder: Path, domain: str = PAGES) -> Environment:
    """One environment a language and domain: its gettext is fixed, so a template needs no request to speak it."""
    environment = Environment(
        loader=FileSystemLoader(ROOMS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    spoken = copy(texts(lang, PAGES, folder))
    if lang != SOURCE:
        spoken.add_fallback(InDutch())
    if domain != PAGES:  # what stands on every page is said there once
        everywhere, spoken = spoken, copy(texts(lang, domain, folder))
        spoken.add_fallback(everywhere)
    install: Any = environment
    install.install_gettext_callables(spoken.gettext, spoken.ngettext, newstyle=True, pgettext=spoken.pgettext, npgettext=spoken.npgettext)
    environment.globals.update(
        lang=lang,
        dir=direction(lang),
        languages=LANGUAGES,
        style=STYLE.url,
        styles={"meetings": MEETINGS.url, "staff": STAFF_STYLE.url},
        script=script_url,
        clock=lambda moment: time_text(moment.astimezone(HERE), lang),
        long_day=lambda moment: day_text(moment, lang, weekday=True),
        day=lambda moment: day_text(moment, lang),
        number=lambda value: number_text(value, lang),
        paragraphs=paragraphs,
        drawn=drawn,
        named=lambda options: {option.id: option.text for option in options},
        speak=spoken.gettext,  # for code: the gettext of a template needs its context
    )
    environment.globals["fields"] = environment.get_template(
        "layout/fields.html"
    ).module  # a macro imported in a child is unknown to a block alone
    return environment


def day_text(moment: date, lang: str, *, weekday: bool = False) -> str:
    """A date in words, kept on one line; a moment is told as the day here."""
    day = moment.astimezone(HERE).date() if isinstance(moment, datetime) else moment
    return (weekday_text if weekday else date_text)(day, lang).replace(" ", "\u00a0")


def paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def teller(house: House, lang: str) -> Callable[[str, str], str]:
    """Says the texts of the programme in a language: tell(context, text)."""
    return lambda context, text: said_in(lang, house.programme.key, context, text, house.settings.translations)


def drawn(name: str, css: str = "") -> Markup:
    """A sign drawn where it stands: for parts of a page that are made once and stand on many pages."""
    symbol = str(icon_drawings()[name])
    return Markup(symbol.replace(f'<symbol id="{name}"', f'<svg aria-hidden="true" class="{css}"').replace("</symbol>", "</svg>"))  # noqa: S704  # our own drawing


class Icons:
    """Gives each sign as a reference and remembers which were used, so that a page carries only those drawings."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def __call__(self, name: str, css: str = "") -> Markup:
        self.used.add(name)
        return Markup('<svg aria-hidden="true" class="{}"><use href="#{}"/></svg>').format(css, name)

    def drawings(self) -> Markup:
        return Markup("").join(icon_drawings()[name] for name in sorted(self.used))


def fields_in(request: Request, lang: str) -> Any:
    """The macros of layout/fields.html in one language, for who puts the questions of a page together."""
    return _environment(lang, house_of(request).settings.translations).globals["fields"]


def house_of(request: Request) -> House:
    house: House = request.app.state.house
    return house


def site(request: Request, *, told: bool = False) -> str:
    """Where this site is, ending in "/". `told`: for a letter to somebody else. There the Host header of one visitor says nothing in
    production: without WIJKSTEM_ADDRESS such a letter has no link.
    """
    settings = house_of(request).settings
    if settings.address:
        return f"{settings.address}/"
    return "" if told and settings.env == "production" else str(request.base_url)


def offered_in(request: Request, languages: Sequence[str], domains: Sequence[str], begun: str = "") -> list[str]:
    """The languages that may be shown to residents for these texts."""
    house = house_of(request)
    production = house.settings.env == "production"
    accepted, folder = _accepted(request) if production else (), house.settings.translations
    return offered_languages(languages, domains, production=production, accepted=accepted, begun=begun, folder=folder)


def _accepted(request: Request) -> frozenset[str]:
    """What the office accepted, read at most every ten seconds; when the database is away, what was read last."""
    house = house_of(request)
    now = request.app.state.monotonic()
    if now - house.looked_at > 10:
        house.looked_at = now
        try:
            with request.app.state.engine.connect() as connection:
                house.accepted = frozenset(connection.execute(select(ACCEPTED.c.lang)).scalars())
        except SQLAlchemyError:
            pass
    return house.accepted


def reader_of(
    request: Request, languages: Sequence[str] = (), domains: Sequence[str] = (), remembered: str = "", *, begun: bool = False
) -> Reader:
    """Choose the language: the address (?taal=), this browser's choice, the response's, what the browser prefers, Dutch.

    begun : a response goes on in the language that is remembered of it, also when a new text has no translation yet.
    """
    house = house_of(request)
    named = [*domains, house.programme.key, PAGES]
    offered = offered_in(request, languages or house.programme.languages, named, remembered if begun else "")
    cookie = request.cookies.get("taal")
    if request.query_params.get("taal", cookie) == PSEUDO and house.settings.env != "production":
        return Reader(PSEUDO, offered)
    lang = choose_language(
        request.query_params.get("taal"),
        cookie if cookie in offered else remembered or None,
        request.headers.get("accept-language", ""),
        offered,
    )
    return Reader(lang, offered, is_machine_made(lang, named, house.settings.translations))


def page(  # the words a route uses to say what to show
    request: Request,
    name: str,
    *,
    block: str = "",
    status: int = 200,
    reader: Reader | None = None,
    headers: Mapping[str, str] | None = None,
    domain: str = PAGES,
    **values: Any,
) -> HTMLResponse:
    """Render `name` (a path below app/) for this reader, whole or one block of it."""
    reader = reader or reader_of(request)
    return answer_with(request, reader, render(request, reader, name, block=block, domain=domain, status=status, **values), status, headers)


def render(request: Request, reader: Reader, name: str, *, block: str = "", domain: str = PAGES, status: int = 200, **values: Any) -> str:
    """The same as text, for who puts a page together from parts."""
    house = house_of(request)
    said = {
        "request": request, "reader": reader, "programme": house.programme, "icon": Icons(), "here": request.url.path,
        "status": status, "pillar_signs": SIGNS, "notice": has_notice(request, reader),
        "tell": teller(house, reader.lang), **values,
    }  # fmt: skip
    template = _environment(reader.lang, house.settings.translations, domain).get_template(name)
    return "".join(template.blocks[block](template.new_context(said))) if block else template.render(said)


def has_notice(request: Request, reader: Reader) -> bool:
    """Whether the page says that a machine translated it."""
    return reader.machine and house_of(request).settings.env == "production"


def answer_with(request: Request, reader: Reader, body: str, status: int = 200, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    if reader.lang != SOURCE:
        body = tell_dutch(body, _partly(reader.lang, house_of(request).settings.translations))
    response = HTMLResponse(body, status, headers={"Cache-Control": "no-store", "Content-Language": reader.lang, **(headers or {})})
    if request.query_params.get("taal") == reader.lang:
        remember_language(request, response, reader.lang)
    return response


@cache
def _partly(lang: str, folder: Path) -> Markup:
    said = texts(lang, PAGES, folder).gettext(PARTLY)
    own = SOURCE if said == PARTLY else lang
    return Markup('<p class="note pad machine partly" lang="{}" dir="{}">{}</p>').format(own, direction(own), said)


def remember_language(request: Request, response: Any, lang: str) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie("taal", lang, max_age=REMEMBER_LANGUAGE, path="/", httponly=True, samesite="lax", secure=secure)


# ------------------------------------------------------------------------------------------- pages for staff
ROOMS_OF_STAFF = (  # address, name, roles that find something there
    ("/kantoor", N_("Wat wacht"), ROLES),
    ("/kantoor/enquetes", N_("Vragenlijsten"), ("office", "analyst", "translator", "auditor", "admin")),
    ("/kantoor/ingangen", N_("Ingangen"), ("office", "admin")),
    ("/kantoor/wijkgesprekken", N_("Wijkgesprekken"), ("office", "interviewer", "admin")),
    ("/bevindingen", N_("Bevindingen"), ("office", "analyst", "auditor", "partner", "translator", "admin")),
    ("/beheer", N_("Beheer"), ("admin", "auditor")),
)
LOOKING = ("office", *ROWS, "auditor")
SECTIONS = {  # of a room: address, name, roles that find something there
    "/bevindingen": (
        ("/bevindingen", N_("Rondes"), LOOKING),
        ("/bevindingen/themas", N_("Thema's"), LOOKING),
        ("/bevindingen/werkbank", N_("Werkbank"), ROWS),
        ("/bevindingen/nakijken", N_("Nakijken"), ("office", *ROWS)),
        ("/bevindingen/codeboek", N_("Codeboek"), LOOKING),
        ("/bevindingen/tweede-codeur", N_("Tweede codeur"), ROWS),
        ("/bevindingen/vertalen", N_("Vertalen"), ("translator", *ROWS)),
        ("/bevindingen/cijfers", N_("Cijfers"), LOOKING),
        ("/bevindingen/verantwoording", N_("Verantwoording"), LOOKING),
        ("/bevindingen/stellingen", N_("Bevindingen"), (*LOOKING, "partner")),
        ("/bevindingen/rapport", N_("Rapport"), LOOKING),
    ),
}  # fmt: skip
ROLE_NAMES = {
    "office": N_("programmabureau"), "analyst": N_("onderzoeker"), "transcriber": N_("typist"), "interviewer": N_("interviewer"),
    "translator": N_("vertaler"), "partner": N_("partner"), "auditor": N_("controleur"), "admin": N_("beheerder"), "table": N_("tafel"),
}  # fmt: skip


def desk(
    request: Request, name: str, *, room: str = "", tells: Mapping[str, str] | None = None, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page for staff, in the language of the reader. `tells` are the sentences that an act before this page can lead to, by their word."""
    reader = reader_of(request, domains=[STAFF])
    translations = house_of(request).settings.translations
    speak: Any = _environment(reader.lang, translations, STAFF).globals["speak"]
    person: Person | None = getattr(request.state, "person", None)
    signed_in = person is not None and person.seat and not person.must_change
    rooms = [(address, speak(title)) for address, title, roles in ROOMS_OF_STAFF if signed_in and person and person.role in roles]
    sections = [
        (address, speak(title)) for address, title, roles in SECTIONS.get(room, ()) if signed_in and person and person.role in roles
    ]
    here = max((address for address, _ in sections if f"{request.url.path}/".startswith(f"{address}/")), key=len, default="")
    told = (tells or {}).get(request.query_params.get("gedaan", ""), "")
    return page(
        request, name, status=status, reader=reader, domain=STAFF, person=person, rooms=rooms, room=room, sections=sections, section=here,
        announced=speak(told) if told else "", role_name=lambda role: speak(ROLE_NAMES[role]), **values,
    )  # fmt: skip


def lead(address: str, done: str = "") -> RedirectResponse:
    """To the next page after an act; `done` is the word for what it tells."""
    told = f"{'&' if '?' in address else '?'}gedaan={done}" if done else ""
    return RedirectResponse(address + told, 303, headers={"Cache-Control": "no-store"})
