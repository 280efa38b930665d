"""Shared floor: what a cell of a table can hold, how a text stays a text in every spreadsheet, and how a sheet may be called."""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

from app.disclosure import DASH

Cell = str | int | float | Decimal | date
MOST_UNITS = 32_767  # of a cell, in UTF-16: an emoji takes two
MOST_OF_A_NAME = 31
WIDEST = 60  # letters, before a text is wrapped
EXACT = 10**15  # from here on a spreadsheet rounds whole numbers
OLDEST_YEAR = 1901  # before it a spreadsheet knows no dates, or counts a 29 February that never was
AS_TYPED = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}  # for XlsxWriter: a text is never guessed to be more

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
UNSEEN = r"(?:[^\S\n\t]|[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff])*"
SIGN = r"[=+\-@＝＋－＠﹦﹢﹣﹫]"
RISKY = re.compile(rf"(?:\A|(?<=[\n\t;]))(?='*{UNSEEN}{SIGN})|\A(?='*{UNSEEN}[\n\t])")
GUARD = re.compile(rf"(?:\A|(?<=[\n\t;]))'(?='*{UNSEEN}{SIGN})|\A'(?='*{UNSEEN}[\n\t])")


def guarded(text: str) -> str:
    """The text with an apostrophe at each place that a spreadsheet could take for the start of a formula."""
    return RISKY.sub("'", text)


def unguarded(text: str) -> str:
    """The text as it was before guarded()."""
    return GUARD.sub("", text)


def checked(names: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[list[Cell]]:
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise ValueError(f"row {number} has {len(row)} cells and the table {len(names)} columns")
        cells = []
        for name, value in zip(names, row, strict=True):
            cell = _cell(value)
            if cell is None:
                raise ValueError(
                    f"row {number}, column {name}: a cell holds a text, a finite number or a date, not {type(value).__name__} {value!r}"
                )
            cells.append(cell)
        yield cells


def _cell(value: Any) -> Cell | None:
    """The value as a file can hold it; None for what it cannot."""
    if value is None:
        return DASH
    if isinstance(value, str):
        return storable(value)
    if not isinstance(value, Integral | Real | Decimal | date) and callable(getattr(value, "item", None)):
        value = value.item()  # a yes, no or day of numpy
    if isinstance(value, date):
        return value if type(value) is date else "" if value != value else value.isoformat()  # noqa: PLR0124  # NaT, a moment that is none
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real | Decimal) and not math.isinf(value):
        return "" if math.isnan(value) else value if isinstance(value, Decimal) else float(value)
    return None


def storable(value: str) -> str:
    """One kind of line break, and a mark for each character that no file can hold (control characters, half an emoji)."""
    return NOT_IN_XML.sub("\ufffd", value.replace("\r\n", "\n").replace("\r", "\n"))


def fitting(text: str) -> str:
    """The text, or as much as a cell can hold with a visible note behind it."""
    if _cut(text, MOST_UNITS) == text:
        return text
    note = f" [… afgekapt: deze tekst heeft {len(text)} tekens, een cel houdt er {MOST_UNITS}. De hele tekst staat in de CSV.]"
    return _cut(text, MOST_UNITS - len(note)) + note


def _cut(text: str, units: int) -> str:
    return text if 2 * len(text) <= units else text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")


def widest_line(text: str) -> int:
    return max(map(len, text.split("\n")))


def is_right_to_left(text: str) -> bool:
    """As its first letter says."""
    return next((kind != "L" for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"}), False)


def sheet_name(title: str) -> str:
    allowed = " ".join(re.sub(r"[\[\]:*?/\\]", " ", title).split())
    name = _cut(allowed, MOST_OF_A_NAME).strip("' ")
    return "Tabel" if name.casefold() in {"", "toelichting", "history"} else name
