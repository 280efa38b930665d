"""Shared floor: what a form typed, bounded before it is parsed, and whose form it is."""

import re
import unicodedata
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Annotated, TypeVar, cast
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

MOST_BYTES = 256 * 1024
MOST_FIELDS = 400
MOST_FILE_BYTES = 2_000_000  # of a form with a file in it, altogether
KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # as our own pages write it
BROKEN = re.compile("[\x00\ud800-\udfff]")  # NUL, and what is not UTF-8: no database can keep it or even look for it
NO_LETTER = "\ufffe"  # stands in its place: can be looked for, and whoever checks words refuses it beside the field
# Line breaks and other control characters, and those that turn the direction of the text around them.
STRANGE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
DIGITS = range(6, 16)  # of a telephone number anywhere
Typed = dict[str, list[str]]
Route = TypeVar("Route", bound=Callable[..., object])


async def read_form(request: Request) -> dict[str, list[str]]:
    """The fields of a posted form: every value of every name, in order. Bounded before it is parsed."""
    if (read := getattr(request.state, "form", None)) is not None:  # the policy of a staff page read it already
        return cast("dict[str, list[str]]", read)
    refuse_foreign_form(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data" and getattr(request.scope.get("endpoint"), "takes_file", False):
        request.state.form = await _read_with_file(request)
        return cast("dict[str, list[str]]", request.state.form)
    if kind not in {"application/x-www-form-urlencoded", ""}:
        raise HTTPException(415)
    body = await _bounded(request, MOST_BYTES)
    typed = fields_of_body(body.decode("utf-8", "surrogateescape"))
    if typed is None:
        raise HTTPException(400)
    request.state.form = typed
    return typed


async def _bounded(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise HTTPException(413)
    return bytes(body)


def takes_file(route: Route) -> Route:
    """The form of this route may carry a file; every other refuses it. Stands below the decorator of the router."""
    route.takes_file = True  # type: ignore[attr-defined]  # read by read_form
    return route


async def _read_with_file(request: Request) -> Typed:
    """The same for a form with a file: its words; the file is kept for file_in()."""
    body = await _bounded(request, MOST_FILE_BYTES)

    async def once() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await MultiPartParser(request.headers, once(), max_files=1, max_fields=MOST_FIELDS, max_part_size=MOST_FILE_BYTES).parse()
    except (MultiPartException, UnicodeDecodeError, ValueError):
        raise HTTPException(400) from None
    typed: Typed = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            request.state.file = (name, value.filename or "", await value.read())
            await value.close()
        else:
            typed.setdefault(BROKEN.sub(NO_LETTER, name), []).append(BROKEN.sub(NO_LETTER, value))
    return typed


def file_in(request: Request, name: str) -> tuple[str, bytes]:
    """The file that came with a form, its name and what is in it; ("", b"") when none was chosen."""
    found, file_name, content = getattr(request.state, "file", ("", "", b""))
    return (printable(file_name)[:120], content) if found == name else ("", b"")


def fields_of_body(body: str) -> Typed | None:
    """The same for a body that was kept as text; None when it holds too many fields."""
    typed: Typed = {}
    try:
        pairs = parse_qsl(body, keep_blank_values=True, errors="surrogateescape", max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    if BROKEN.search("".join(chain.from_iterable(pairs))):
        pairs = [(BROKEN.sub(NO_LETTER, name), BROKEN.sub(NO_LETTER, value)) for name, value in pairs]
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


Form = Annotated[Typed, Depends(read_form)]


def read_day(text: str) -> date | None:
    """A day as a date field gives it, 2026-12-31; None when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def said(typed: Typed, name: str) -> str:
    """What stands in one field: its last value, without white space around it; "" when there is none."""
    return "".join(typed.get(name, ("",))[-1:]).strip()


def printable(text: str) -> str:
    """Typed text as it can stand in a page again."""
    return BROKEN.sub("\ufffd", text).replace(NO_LETTER, "\ufffd")


def again(typed: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The whole form as it can stand in a page again."""
    return {name: [printable(value) for value in values] for name, values in typed.items()}


def whole(text: str, digits: int = 9) -> int | None:
    """A whole number of at most so many digits, as a form or an address holds it; None when it is something else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def read_key(text: str) -> str | None:
    """The key that a form carries, so that sending it twice is sending it once; None when it cannot be one."""
    if KEY.fullmatch(text):
        return text
    try:
        return str(UUID(text)) if len(text) == 36 else None
    except ValueError:
        return None


def plain_telephone(typed: str) -> str | None:
    """A telephone number with European digits; None when it cannot be one. Digits of other scripts and marks of direction are read."""
    text = "".join(
        str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in typed[:80] if sign not in "\u200e\u200f\u202a\u202c"
    )
    fits = re.fullmatch(r"\+?[0-9 ()\-–.\u00a0]*", text) and len(text) <= 32 and len(re.sub(r"\D", "", text)) in DIGITS
    return text if fits or not text else None
