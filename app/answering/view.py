"""Room answering: how somebody wants the pages: easy words, one question a screen, and whether more people use this device."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from app.web import Reader, house_of, teller

COOKIE = "weergave"
KEEP = 30 * 24 * 3600
CHANGES: dict[str, dict[str, Any]] = {
    "makkelijk": {"easy": True}, "gewoon": {"easy": False}, "een": {"one": True}, "alle": {"one": False},
    "gedeeld": {"shared": True}, "eigen": {"shared": False},
}  # fmt: skip


@dataclass(frozen=True)
class View:
    """`one` None: as the words are: easy words come one question at a time."""

    easy: bool = False
    one: bool | None = None
    shared: bool = False

    @property
    def single(self) -> bool:
        return self.easy if self.one is None else self.one

    @property
    def letters(self) -> str:
        return "m" * self.easy + ("" if self.one is None else "1" if self.one else "a") + "g" * self.shared

    def changed(self, wanted: str) -> "View":
        return replace(self, **CHANGES[wanted]) if wanted in CHANGES else self


def view_of(request: Request) -> View:
    letters = request.cookies.get(COOKIE, "")
    one = True if "1" in letters else False if "a" in letters else None
    return View("m" in letters, one, "g" in letters).changed(request.query_params.get(COOKIE, ""))


def hold_view(request: Request, response: Response, view: View, path: str) -> None:
    """Remembered for this survey on this device; a device of more people remembers only that."""
    secure = request.url.scheme == "https"
    if view == View():
        response.delete_cookie(COOKIE, path=path, httponly=True, samesite="lax", secure=secure)
    else:
        response.set_cookie(COOKIE, view.letters, max_age=KEEP, path=path, httponly=True, samesite="lax", secure=secure)


@dataclass(frozen=True)
class Around:
    """What stands beside a question and is not its own."""

    easy: bool = False
    lines: tuple[tuple[str, str, str], ...] = ()  # words, telephone as read, telephone as dialled
    sounds: Mapping[str, str] = field(default_factory=dict)  # question or question.option -> address of a recording
    streets: tuple[str, ...] = ()
    mark: str = ""  # stands around each option, for who puts them in another order


def safety_lines(request: Request, reader: Reader) -> tuple[tuple[str, str, str], ...]:
    """Where to call: beside open questions on safety."""
    house = house_of(request)
    tell = teller(house, reader.lang)
    return tuple((tell("programme", line.text), line.telephone, line.telephone_link) for line in house.programme.safety_lines)
