"""Room office: the streets of the area from a file, so that a resident who does not know her buurt finds it by her street."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, delete, insert

from app.answer_check import fold
from app.areas import Programme
from app.models.tables import STREET
from app.office.surveys import Refused

COLUMNS = ["wijk", "straat", "buurt"]
MOST_BYTES, MOST_STREETS, LONGEST_NAME = 2_000_000, 20_000, 120
Row = dict[str, str]


def read_streets_file(file: Path, programme: Programme) -> tuple[list[Row], list[str]]:
    """Every street, and every mistake with its line; with one mistake nothing should be read in."""
    if file.stat().st_size > MOST_BYTES:
        raise Refused(f"{file}: larger than {MOST_BYTES // 1_000_000} MB, this is no list of streets")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"{file}: not UTF-8 text") from None
    try:
        return read_streets(text, programme)
    except csv.Error as wrong:
        raise Refused(f"{file}: not a CSV: {wrong}") from None


def read_streets(text: str, programme: Programme) -> tuple[list[Row], list[str]]:
    lines = text.splitlines()
    between = ";" if lines and ";" in lines[0] else ","  # a Dutch spreadsheet writes ;
    table = csv.reader(io.StringIO(text), delimiter=between)
    head = [name.strip().casefold() for name in next(table, [])]
    if head != COLUMNS:
        return [], [f"line 1: the columns are {', '.join(COLUMNS)}, not {', '.join(head) or 'nothing'}"]
    streets: list[Row] = []
    mistakes: list[str] = []
    seen: dict[tuple[str, str], int] = {}
    for cells in table:
        number = table.line_num
        if not any(cell.strip() for cell in cells):
            continue
        found = list(_mistakes(cells, programme))
        if not found:
            wijk, name, buurt = (" ".join(cell.split()) for cell in cells)
            row = {"wijk": _wijken(programme)[wijk.casefold()], "folded": fold(name), "name": name, "buurt": buurt.upper()}
            first = seen.setdefault((row["wijk"], row["folded"]), number)
            found = [f"“{name}” in {row['wijk']} stands in line {first} already"] if first != number else []
            streets.append(row)
        mistakes += [f"line {number}: {mistake}" for mistake in found]
    if len(streets) > MOST_STREETS:
        mistakes.append(f"{len(streets)} streets; at most {MOST_STREETS} can be read")
    return streets, mistakes if streets or mistakes else ["there is no street in it"]


def _wijken(programme: Programme) -> dict[str, str]:
    """Each wijk by its key and by its name."""
    return {name.casefold(): wijk.key for wijk in programme.wijken for name in (wijk.key, wijk.name)}


def _mistakes(cells: Sequence[str], programme: Programme) -> Iterator[str]:
    if len(cells) != len(COLUMNS):
        yield f"{len(cells)} columns instead of {len(COLUMNS)}"
        return
    wijk, name, buurt = (" ".join(cell.split()) for cell in cells)
    key = _wijken(programme).get(wijk.casefold())
    buurten = {each.code: place.key for place in programme.wijken for each in place.buurten}
    if key is None:
        yield f"“{wijk}” is not a wijk of {programme.name}"
    if buurt.upper() not in buurten:
        yield f"“{buurt}” is not the code of a buurt of {programme.name}"
    elif key and buurten[buurt.upper()] != key:
        yield f"buurt {buurt.upper()} lies in {buurten[buurt.upper()]}, not in {key}"
    if not fold(name) or len(name) > LONGEST_NAME or not name.isprintable():
        yield f"a street has a name of 1 to {LONGEST_NAME} characters"


def import_streets(connection: Connection, streets: Sequence[Row]) -> None:
    """These and no others."""
    connection.execute(delete(STREET))
    connection.execute(insert(STREET), list(streets))
