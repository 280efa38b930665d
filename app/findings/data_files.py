"""Room findings: a table as a file for programs that keep kinds and meanings: SPSS with labels, JSON with null where a figure stays inside."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cells import Cell, checked, storable
from app.disclosure import DASH
from app.findings.sheets import whole_or_not_at_all

if TYPE_CHECKING:
    from pandas import DataFrame

DATA_FORMATS = {"sav": "application/x-spss-sav", "json": "application/json"}
WITHHELD = -1  # in SPSS, as a missing value of its own; no figure of ours is below 0
MOST_BYTES = 32_000  # of a text in SPSS
MOST_OF_A_NOTE = 80  # of a line in the file's own notes
NEVER = b"01 Jan 2300:00:00"  # when the file says it was made: the same table gives the same bytes
MADE_AT = slice(92, 109)  # where a file says so


@dataclass(frozen=True)
class Labels:
    """What columns are called, and what their codes mean."""

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)


def write_data(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    format: str,  # noqa: A002  # the word of the command's option
    title: str,
    notes: Sequence[str],
    labels: Labels,
) -> None:
    """Write one table, whole or not at all. None is withheld: null in JSON, the missing value -1 in SPSS. A day stays a day.

    Raises ValueError that names row and column, when a cell does not fit.
    """
    given, kept = tee(rows)
    cells = (
        [None if was is None else cell for was, cell in zip(*pair, strict=True)] for pair in zip(given, checked(columns, kept), strict=True)
    )
    write = _write_sav if format == "sav" else _write_json
    with whole_or_not_at_all(path) as file:
        write(file, list(columns), list(cells), (title, notes), labels)


def _write_json(file: Path, columns: list[str], rows: list[list[Cell | None]], about: tuple[str, Sequence[str]], labels: Labels) -> None:
    title, notes = about
    told = {
        "title": title, "notes": list(notes), "columns": [{"name": name, "label": labels.columns.get(name, "")} for name in columns],
        "rows": [dict(zip(columns, row, strict=True)) for row in rows],
    }  # fmt: skip
    file.write_text(json.dumps(told, ensure_ascii=False, default=str, indent=1) + "\n", encoding="utf-8")


def _write_sav(file: Path, columns: list[str], rows: list[list[Cell | None]], about: tuple[str, Sequence[str]], labels: Labels) -> None:
    import pandas as pd  # noqa: PLC0415  # only this file needs it
    import pyreadstat  # noqa: PLC0415  # as above

    title, notes = about
    by_name = {name: [row[nth] for row in rows] for nth, name in enumerate(columns)}
    frame = pd.DataFrame({name: _spss_column(cells) for name, cells in by_name.items()}, columns=columns)
    numbers = [name for name, cells in by_name.items() if _kind(cells) == "number"]
    pyreadstat.write_sav(
        frame, str(file), file_label=title[:60], column_labels=[labels.columns.get(name, name)[:250] for name in columns],
        note=[line for note in notes for line in _lines(note)], variable_value_labels=_value_labels(numbers, frame, labels),
        missing_ranges={name: [WITHHELD] for name in numbers}, variable_format={name: "F8.0" for name in numbers if _is_whole(by_name[name])},
    )  # fmt: skip
    made = bytearray(file.read_bytes())
    made[MADE_AT] = NEVER
    file.write_bytes(made)


def _kind(cells: Sequence[Cell | None]) -> str:
    """What a column holds, but for what is empty or withheld; a column of several kinds is text."""
    kinds = {
        "text" if isinstance(cell, str) else "date" if isinstance(cell, date) else "number" for cell in cells if cell not in {None, ""}
    }
    return kinds.pop() if len(kinds) == 1 else "text" if kinds or None not in cells else "number"


def _is_whole(cells: Sequence[Cell | None]) -> bool:
    return all(isinstance(cell, int) for cell in cells if cell not in {None, ""})


def _spss_column(cells: Sequence[Cell | None]) -> list[Any]:
    kind = _kind(cells)
    if kind == "number":
        return [float(WITHHELD) if cell is None else float("nan") if cell == "" else float(cell) for cell in cells]  # type: ignore[arg-type]  # a number, as its kind says
    if kind == "date":
        return [cell or None for cell in cells]
    return [_fitting(DASH if cell is None else str(cell)) for cell in cells]


def _fitting(text: str) -> str:
    said = text.encode()
    return text if len(said) <= MOST_BYTES else said[:MOST_BYTES].decode(errors="ignore") + " [… afgekapt]"


def _value_labels(numbers: Sequence[str], frame: "DataFrame", labels: Labels) -> dict[str, dict[Any, str]]:
    """Of every column, as far as its codes fit: SPSS keeps labels of short texts and of numbers."""
    found: dict[str, dict[Any, str]] = {}
    for name in frame.columns:
        given = labels.values.get(name, {})
        if name in numbers:
            found[name] = {WITHHELD: "afgeschermd: te weinig mensen"} | {
                code: text for code, text in given.items() if not isinstance(code, str)
            }
        elif given:
            found[name] = {code: text for code, text in given.items() if isinstance(code, str)}
    return {name: codes for name, codes in found.items() if codes}


def _lines(note: str) -> list[str]:
    """A note in lines that fit the file, broken between words."""
    found = [""]
    for word in storable(note).split():
        longer = f"{found[-1]} {word}".strip()
        found = [*found[:-1], longer] if len(longer.encode()) <= MOST_OF_A_NOTE else [*found, word[:MOST_OF_A_NOTE]]
    return found
