"""Room findings: a table as a CSV, XLSX or ODS file that is whole or not there, reads back as it was, and starts nothing when it is opened.

CSV is for programs: RFC 4180 (comma, CRLF, quotes), UTF-8 with a byte order mark (pandas: encoding="utf-8-sig"), ISO dates, decimal point.
A text that a spreadsheet could take for a formula gets an apostrophe in front, also where one starts after a line break, tab or semicolon
inside a text: a Dutch Excel splits a CSV there. `cells.unguarded` takes them away again. Numbers, negative ones too, stay numbers.
XLSX and ODS are for people: the texts stand in them as they were said, stored as text.
"""

import csv
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from app.cells import (
    AS_TYPED,
    EXACT,
    OLDEST_YEAR,
    RISKY,
    WIDEST,
    Cell,
    checked,
    fitting,
    guarded,
    is_right_to_left,
    sheet_name,
    storable,
    widest_line,
)
from app.findings.ods import write_ods

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
MOST_ROWS = 1_048_575  # of a sheet, below its header
MOST_COLUMNS = 16_384
ALWAYS_MADE_ON = datetime(2023, 1, 1)  # noqa: DTZ001  # a fixed mark, no moment: the same table gives the same bytes; the run's date stands in the notes


def write_table(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    format: str,  # noqa: A002  # the word of the command's option
    title: str,
    notes: Sequence[str] = (),
) -> None:
    """Write one table. None becomes a dash (withheld), NaN an empty cell, a yes or no 1 or 0.

    columns : names in the first row, each once. rows : each as long as ``columns``; read once, kept nowhere.
    title   : of the sheet and the document. notes : lines of the sheet "Toelichting" (n, margins, threshold, dash, channels, date, run).
    A CSV file holds the table alone, so that programs can read it. Cells: text, numbers, date, datetime (as ISO text with its zone).
    Raises  : ValueError that names row and column, when something does not fit; then nothing has changed at ``path``.
    """
    if format not in FORMATS:
        raise ValueError(f"{format} is not a format of a table: choose {', '.join(FORMATS)}")
    names = [storable(name) for name in columns]
    if len(set(names)) != len(names) or not 0 < len(names) <= MOST_COLUMNS:
        raise ValueError(f"a table has 1 to {MOST_COLUMNS} columns, each with a name of its own")
    cells, lines = checked(names, rows), [storable(note) for note in notes]
    with whole_or_not_at_all(path) as file:
        if format == "csv":
            _write_csv(file, names, cells)
        else:
            write = _write_xlsx if format == "xlsx" else write_ods
            write(file, names, _bounded(cells), storable(title), lines)


def _bounded(rows: Iterable[list[Cell]]) -> Iterator[list[Cell]]:
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            raise ValueError(f"a sheet holds at most {MOST_ROWS:,} rows below its header: choose csv, or a shorter period")
        yield row


@contextmanager
def whole_or_not_at_all(path: Path) -> Iterator[Path]:
    """A file beside it, readable by its owner alone, that takes its place when all is written."""
    handle, name = tempfile.mkstemp(prefix=".table-", suffix=".part", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write_csv(file: Path, names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
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

    try:
        with Workbook(str(file), {"constant_memory": True, "tmpdir": str(file.parent), **AS_TYPED}) as book:
            book.set_properties({"title": title, "created": ALWAYS_MADE_ON})
            _fill(book.add_worksheet(sheet_name(title)), _looks(book), names, rows)
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
    if not (text := fitting(str(cell))):
        return 0
    widest = widest_line(text)
    wrap = widest > WIDEST or "\n" in text
    sheet.write_string(*at, text, look(bold=bold, wrap=wrap, right_to_left=is_right_to_left(text), quoted=bool(RISKY.match(text))))
    return widest


def _explain(book: "Workbook", title: str, notes: Sequence[str]) -> None:
    sheet, look = book.add_worksheet("Toelichting"), _looks(book)
    sheet.set_column(0, 0, 100)
    for number, line in enumerate([title, *notes]):
        text = fitting(line)
        sheet.write_string(number, 0, text, look(bold=number == 0, wrap=True, right_to_left=is_right_to_left(text)))
