"""Shared floor: a whole page or one block of it, in the reader's language; what a form typed; and whose form it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.areas import Programme
from app.i18n import LANGUAGES, PAGES, SOURCE, choose_language, date_text, is_machine_made, number_text, offered_languages, texts
from app.layout.assets import STYLE, icon_drawings
from app.models.tables import ACCEPTED
from app.settings import Settings

ROOMS = Path(__file__).parent
MOST_BYTES = 256 * 1024
MOST_FIELDS = 400
SIGNS = frozenset({"wonen", "gezond", "leren", "werk", "veilig", "overig"})
REMEMBER_LANGUAGE = 180 * 24 * 3600
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # no-referrer would make browsers send "Origin: null" with our own forms
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
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
def _environment(lang: str, folder: Path) -> Environment:
    """One environment a language: its gettext is fixed, so a template needs no request to speak it."""
    environment = Environment(
        loader=FileSystemLoader(ROOMS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    spoken = texts(lang, PAGES, folder)
    install: Any = environment
    install.install_gettext_callables(spoken.gettext, spoken.ngettext, newstyle=True, pgettext=spoken.pgettext, npgettext=spoken.npgettext)
    environment.globals.update(
        lang=lang,
        dir=LANGUAGES[lang].dir,
        languages=LANGUAGES,
        style=STYLE.url,
        day=lambda moment: day_text(moment, lang),
        number=lambda value: number_text(value, lang),
        paragraphs=paragraphs,
    )
    environment.globals["fields"] = environment.get_template(
        "layout/fields.html"
    ).module  # a macro imported in a child is unknown to a block alone
    return environment


def day_text(moment: date, lang: str) -> str:
    """A date in words, kept on one line."""
    return date_text(moment, lang).replace(" ", "\u00a0")


def paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


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


def offered_in(request: Request, languages: Sequence[str], domains: Sequence[str]) -> list[str]:
    """The languages that may be shown to residents for these texts."""
    house = house_of(request)
    production = house.settings.env == "production"
    return offered_languages(
        languages, domains, production=production, accepted=_accepted(request) if production else (), folder=house.settings.translations
    )


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


def reader_of(request: Request, languages: Sequence[str] = (), domains: Sequence[str] = (), remembered: str = "") -> Reader:
    """Choose the language: the address (?taal=), this browser's choice, the response's, what the browser prefers, Dutch."""
    house = house_of(request)
    named = [*domains, house.programme.key, PAGES]
    offered = offered_in(request, languages or house.programme.languages, named)
    cookie = request.cookies.get("taal")
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
    **values: Any,
) -> HTMLResponse:
    """Render `name` (a path below app/) for this reader, whole or one block of it."""
    reader = reader or reader_of(request)
    house = house_of(request)
    environment = _environment(reader.lang, house.settings.translations)
    said = {
        "request": request, "reader": reader, "programme": house.programme, "icon": Icons(), "here": request.url.path,
        "status": status, "pillar_signs": SIGNS, "notice": reader.machine and house.settings.env == "production",
        "tell": texts(reader.lang, house.programme.key, house.settings.translations).pgettext, **values,
    }  # fmt: skip
    template = environment.get_template(name)
    if block:
        context = template.new_context(said)
        body = "".join(template.blocks[block](context))
    else:
        body = template.render(said)
    response = HTMLResponse(body, status, headers={"Cache-Control": "no-store", "Content-Language": reader.lang, **(headers or {})})
    if request.query_params.get("taal") == reader.lang:
        remember_language(request, response, reader.lang)
    return response


def remember_language(request: Request, response: Any, lang: str) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie("taal", lang, max_age=REMEMBER_LANGUAGE, path="/", httponly=True, samesite="lax", secure=secure)


async def read_form(request: Request) -> dict[str, list[str]]:
    """The fields of a posted form: every value of every name, in order. Bounded before it is parsed."""
    refuse_foreign_form(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"application/x-www-form-urlencoded", ""}:
        raise HTTPException(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413)
    typed: dict[str, list[str]] = {}
    try:
        # What is not UTF-8 becomes a lone surrogate, which check_page refuses beside the question.
        pairs = parse_qsl(
            body.decode("utf-8", "surrogateescape"), keep_blank_values=True, errors="surrogateescape", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise HTTPException(400) from None
    for name, value in pairs:
        typed.setdefault(name, []).append(value)
    return typed


def refuse_foreign_form(request: Request) -> None:
    """A form that another site sends is refused; a program that says nothing of its origin may post (it holds a key)."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if site is None and origin:  # a browser says where it stands only over https and on this machine; else its origin must be ours
        site = "same-origin" if origin.partition("://")[2] == request.headers.get("host") else "cross-site"
    if site not in {None, "same-origin", "none"}:
        raise HTTPException(403)


Form = Annotated[dict[str, list[str]], Depends(read_form)]


def printable(text: str) -> str:
    """Typed text as it can stand in a page again."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


__all__ = ["SECURITY", "SOURCE", "Form", "House", "Reader", "page", "printable", "reader_of", "remember_language"]
