"""Shared floor: Dutch on a page in another language: a text without translation carries its own language, and the page says there is some."""

import re
import secrets
from collections.abc import Iterator
from gettext import NullTranslations
from html import escape
from typing import Any, Final

# They stand around such a text until its page leaves. What people type cannot look like them: they differ at each start.
BEGIN: Final = f"\x02{secrets.token_hex(4)}\x02"
END: Final = f"\x03{secrets.token_hex(4)}\x03"
OWN: Final = ' lang="nl" dir="ltr"'
NO_ELEMENTS: Final = re.compile(r"<(title|option|textarea|script|style)\b")
TAGS: Final = re.compile(r"(<[^<>]*>)")
SIGNS: Final = re.compile(f"({BEGIN}|{END})")


class Dutch(str):
    """A text that has no translation. In a page it is marked as Dutch; anywhere else it is the text itself."""

    __slots__ = ()

    def __html__(self) -> str:
        return f"{BEGIN}{escape(str(self))}{END}"

    def __getitem__(self, part: Any) -> "Dutch":
        return Dutch(super().__getitem__(part))

    def replace(self, *words: Any, **count: Any) -> "Dutch":
        return Dutch(super().replace(*words, **count))

    def strip(self, letters: str | None = None, /) -> "Dutch":
        return Dutch(super().strip(letters))

    def split(self, *way: Any, **more: Any) -> list[Any]:
        return [Dutch(part) for part in super().split(*way, **more)]


class InDutch(NullTranslations):
    """What gettext asks last: nobody translated this text, so it is marked as Dutch."""

    def gettext(self, message: str) -> str:
        return f"{BEGIN}{message}{END}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002  # gettext's own signature
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002  # as above
        return self.ngettext(msgid1, msgid2, n)


def tell_dutch(body: str, notice: str) -> str:
    """Put the marks of a page into HTML, and above its content that there are such texts; a page without them stays as it is."""
    if BEGIN not in body:
        return body
    marked = "".join(_marked(body))
    return re.sub(r"<main\b[^>]*>", lambda main: f"{main[0]}{notice}", marked, count=1)


def _marked(body: str) -> Iterator[str]:
    """Text gets an element of its own. Inside a tag or a title no element can stand; a choice in a list says it itself."""
    at = 0
    while (begin := body.find(BEGIN, at)) >= 0:
        end = _end_of(body, begin)
        opened = body.rfind("<", 0, begin)
        name = NO_ELEMENTS.match(body, opened)
        in_tag = opened > body.rfind(">", 0, begin)
        if name and not in_tag and name[1] == "option" and opened >= at:
            yield f"{body[at : name.end()]}{OWN}{body[name.end() : begin]}"
        else:
            yield body[at:begin]
        said = SIGNS.sub("", body[begin:end])
        yield said if name or in_tag else "".join(_own(part) for part in TAGS.split(said))
        at = end
    yield SIGNS.sub("", body[at:])


def _end_of(body: str, begin: int) -> int:
    """Where a text ends that may hold other such texts."""
    depth = 0
    for sign in SIGNS.finditer(body, begin):
        depth += 1 if sign[0] == BEGIN else -1
        if not depth:
            return sign.end()
    return len(body)


def _own(part: str) -> str:
    return part if part.startswith("<") or not part.strip() else f"<span{OWN}>{part}</span>"
