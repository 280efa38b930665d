"""Shared floor: what a form typed, bounded before it is parsed, and whose form it is."""

from typing import Annotated, cast
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request

MOST_BYTES = 256 * 1024
MOST_FIELDS = 400
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
        # What is not UTF-8 becomes a lone surrogate, which check_page refuses beside the question.
        pairs = parse_qsl(
            body.decode("utf-8", "surrogateescape"), keep_blank_values=True, errors="surrogateescape", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise HTTPException(400) from None
    for name, value in pairs:
        typed.setdefault(name, []).append(value)
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
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
