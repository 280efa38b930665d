"""Shared floor: what a form typed, bounded before it is parsed, and whose form it is."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, cast
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import Depends, HTTPException, Request

MOST_BYTES = 256 * 1024
MOST_FIELDS = 400
BROKEN = re.compile("[\x00\ud800-\udfff]")  # NUL, and what is not UTF-8: no database can keep it or even look for it
NO_LETTER = "\ufffe"  # stands in its place: can be looked for, and whoever checks words refuses it beside the field
Typed = dict[str, list[str]]


async def read_form(request: Request) -> dict[str, list[str]]:
    """The fields of a posted form: every value of every name, in order. Bounded before it is parsed."""
    if (read := getattr(request.state, "form", None)) is not None:  # the policy of a staff page read it already
        return cast("dict[str, list[str]]", read)
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
        pairs = parse_qsl(
            body.decode("utf-8", "surrogateescape"), keep_blank_values=True, errors="surrogateescape", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise HTTPException(400) from None
    for name, value in pairs:
        typed.setdefault(BROKEN.sub(NO_LETTER, name), []).append(BROKEN.sub(NO_LETTER, value))
    request.state.form = typed
    return typed


def refuse_foreign_form(request: Request) -> None:
    """A form that another site sends is refused; a program that says nothing of its origin may post (it holds a key)."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if site is None and origin:  # a browser says where it stands only over https and on this machine; else its origin must be ours
        site = "same-origin" if origin.partition("://")[2] == request.headers.get("host") else "cross-site"
    if site not in {None, "same-origin", "none"}:
        raise HTTPException(403)


Form = Annotated[Typed, Depends(read_form)]


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
    try:
        return str(UUID(text)) if len(text) == 36 else None
    except ValueError:
        return None
