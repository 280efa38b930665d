"""Room findings: a table as a CSV or XLSX file that is whole or not there, reads back as it was, and starts nothing when it is opened.

CSV is for programs: RFC 4180 (comma, CRLF, quotes), UTF-8 with a byte order mark (pandas: encoding="utf-8-sig"), ISO dates, decimal point.
A text that a spreadsheet could take for a formula gets an apostrophe in front, also where one starts after a line break, tab or semicolon
inside a text: a Dutch Excel splits a CSV there. `unguarded` takes them away again. Numbers, negative ones too, stay numbers.
XLSX is for people: the texts stand in it as they were said, stored as text.
"""

import csv
import math
import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import chain
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from app.disclosure import DASH

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | Decimal | date
MOST_ROWS = 1_048_575  # of a sheet, below its header
MOST_COLUMNS = 16_384
MOST_UNITS = 32_767  # of a cell, in UTF-16: an emoji takes two
MOST_OF_A_NAME = 31
EXACT = 10**15  # from here on a spreadsheet rounds whole numbers
OLDEST_YEAR = 1901  # before it a spreadsheet knows no dates, or counts a 29 February that never was
WIDEST = 60
ALWAYS_MADE_ON = datetime(2023, 1, 1)  # noqa: DTZ001  # a fixed mark, no moment: the same table gives the same bytes; the run's date stands in the notes

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
UNSEEN = r"(?:[^\S\n\t]|[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff])*"
SIGN = r"[=+\-@＝＋－＠﹦﹢﹣﹫]"
RISKY = re.compile(rf"(?:\A|(?<=[\n\t;]))(?='*{UNSEEN}{SIGN})|\A(?='*{UNSEEN}[\n\t])")
GUARD = re.compile(rf"(?:\A|(?<=[\n\t;]))'(?='*{UNSEEN}{SIGN})|\A'(?='*{UNSEEN}[\n\t])")


def write_table(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    format: Literal["csv", "xlsx"],  # noqa: A002  # the word of the command's option
    title: str,
    notes: Sequence[str] = (),
) -> None:
    """Write one table. None becomes a dash (withheld), NaN an empty cell, a yes or no 1 or 0.

    columns : names in the first row, each once. rows : each as long as ``columns``; read once, kept nowhere.
    title   : of the sheet and the document. notes : lines of the sheet "Toelichting" (n, margins, threshold, dash, channels, date, run).
    A CSV file holds the table alone, so that programs can read it. Cells: text, numbers, date, datetime (as ISO text with its zone).
    Raises  : ValueError that names row and column, when something does not fit; then nothing has changed at ``path``.
    """
    write = {"csv": _write_csv, "xlsx": _write_xlsx}.get(format)
    if write is None:
        raise ValueError(f"{format} is not a format of a table: choose csv or xlsx")
    names = [_text(name) for name in columns]
    if len(set(names)) != len(names) or not 0 < len(names) <= MOST_COLUMNS:
        raise ValueError(f"a table has 1 to {MOST_COLUMNS} columns, each with a name of its own")
    with _whole_or_not_at_all(path) as file:
        write(file, names, _checked(names, rows), _text(title), [_text(note) for note in notes])


def guarded(text: str) -> str:
    """The text with an apostrophe at each place that a spreadsheet could take for the start of a formula."""
    return RISKY.sub("'", text)


def unguarded(text: str) -> str:
    """The text as it was before guarded()."""
    return GUARD.sub("", text)


@contextmanager
def _whole_or_not_at_all(path: Path) -> Iterator[Path]:
    """A file beside it, readable by its owner alone, that takes its place when all is written."""
    handle, name = tempfile.mkstemp(prefix=".table-", suffix=".part", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _checked(names: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[list[Cell]]:
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
        return _text(value)
    if not isinstance(value, Integral | Real | Decimal | date) and callable(getattr(value, "item", None)):
        value = value.item()  # a yes, no or day of numpy
    if isinstance(value, date):
        return value if type(value) is date else "" if value != value else value.isoformat()  # noqa: PLR0124  # NaT, a moment that is none
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real | Decimal) and not math.isinf(value):
        return "" if math.isnan(value) else value if isinstance(value, Decimal) else float(value)
    return None


def _text(value: str) -> str:
    """One kind of line break, and a mark for each character that no file can hold (control characters, half an emoji)."""
    return NOT_IN_XML.sub("\ufffd", value.replace("\r\n", "\n").replace("\r", "\n"))


def _write_csv(file: Path, names: Sequence[str], rows: Iterable[Sequence[Cell]], _title: str, _notes: Sequence[str]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([_plain(cell) for cell in row] for row in chain([names], rows))


def _plain(cell: Cell) -> str | int | float:
    if isinstance(cell, str):
        return guarded(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return format(cell, "f") if isinstance(cell, Decimal) else cell


def _write_xlsx(file: Path, names: Sequence[str], rows: Iterable[Sequence[Cell]], title: str, notes: Sequence[str]) -> None:
    from xlsxwriter import Workbook  # noqa: PLC0415  # a quarter of a second that only an export needs
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415  # as above

    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    try:
        with Workbook(str(file), {"constant_memory": True, "tmpdir": str(file.parent), **safe}) as book:
            book.set_properties({"title": title, "created": ALWAYS_MADE_ON})
            _fill(book.add_worksheet(_sheet_name(title)), _looks(book), names, rows)
            _explain(book, title, notes)
    except FileCreateError as problem:
        raise OSError(f"the workbook could not be written: {problem}") from problem


def _looks(book: "Workbook") -> Callable[..., "Format"]:
    @cache
    def look(*, bold: bool = False, wrap: bool = False, right_to_left: bool = False, quoted: bool = False, day: bool = False) -> "Format":
        traits = {"valign": "top", "bold": bold, "text_wrap": wrap, "reading_order": 2 if right_to_left else 0, "quote_prefix": quoted}
        return book.add_format(traits | ({"num_format": "yyyy-mm-dd"} if day else {}))

    return look


def _fill(sheet: "Worksheet", look: Callable[..., "Format"], names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    widths, number = [0] * len(names), 0
    for number, row in enumerate(chain([names], rows)):
        if number > MOST_ROWS:
            raise ValueError(f"an XLSX sheet holds at most {MOST_ROWS:,} rows below its header: choose csv, or a shorter period")
        for place, cell in enumerate(row):
            widths[place] = max(widths[place], _put(sheet, look, (number, place), cell, bold=number == 0))
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(width, WIDEST) + 3)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, number, len(names) - 1)


def _put(sheet: "Worksheet", look: Callable[..., "Format"], at: tuple[int, int], cell: Cell, *, bold: bool = False) -> int:
    """Write a cell with its own kind, never a guessed one; return how wide it is."""
    if isinstance(cell, date) and cell.year >= OLDEST_YEAR:
        sheet.write_datetime(*at, cell, look(day=True))
        return 10
    if isinstance(cell, int | float | Decimal) and -EXACT < cell < EXACT:
        sheet.write_number(*at, cell, look())
        return len(str(cell))
    if not (text := _fitting(str(cell))):
        return 0
    widest = max(map(len, text.split("\n")))
    wrap = widest > WIDEST or "\n" in text
    sheet.write_string(*at, text, look(bold=bold, wrap=wrap, right_to_left=_is_right_to_left(text), quoted=bool(RISKY.match(text))))
    return widest


def _fitting(text: str) -> str:
    """The text, or as much as a cell can hold with a visible note behind it."""
    if _cut(text, MOST_UNITS) == text:
        return text
    note = f" [… afgekapt: deze tekst heeft {len(text)} tekens, een cel houdt er {MOST_UNITS}. De hele tekst staat in de CSV.]"
    return _cut(text, MOST_UNITS - len(note)) + note


def _cut(text: str, units: int) -> str:
    return text if 2 * len(text) <= units else text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")


def _is_right_to_left(text: str) -> bool:
    """As its first letter says."""
    return next((kind != "L" for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"}), False)


def _sheet_name(title: str) -> str:
    allowed = " ".join(re.sub(r"[\[\]:*?/\\]", " ", title).split())
    name = _cut(allowed, MOST_OF_A_NAME).strip("' ")
    return "Tabel" if name.casefold() in {"", "toelichting", "history"} else name


def _explain(book: "Workbook", title: str, notes: Sequence[str]) -> None:
    sheet, look = book.add_worksheet("Toelichting"), _looks(book)
    sheet.set_column(0, 0, 100)
    for number, line in enumerate([title, *notes]):
        text = _fitting(line)
        sheet.write_string(number, 0, text, look(bold=number == 0, wrap=True, right_to_left=_is_right_to_left(text)))
