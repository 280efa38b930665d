"""Files of the bare command: read with the row and column named when something is wrong, and written whole or not at all."""

import csv
import io
import json
import os
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

import pandas as pd
from pandas import DataFrame

from analysis.lexicon import Words

OUT = ("pillar", "pillar_confidence", "also", "theme", "theme_label", "fit", "excluded", "quote")
csv.field_size_limit(2**30)


def read_table(path: Path, needed: Sequence[str], *, index: str = "") -> DataFrame:
    """Read a CSV file of texts.

    path    : UTF-8, with or without a byte order mark, commas between, one heading.
    needed  : columns that must be there.
    index   : column that becomes the index; each of its values must be there once.
    Returns : DataFrame of str; an empty cell is "".
    Raises  : ValueError with the file, the row (the heading is row 1) and the column.
    """
    rows = _records(path)
    heading, _ = next(rows, ([], 0))
    columns = [name.strip() for name in heading]
    if not any(columns):
        raise ValueError(f"{path}: row 1: the file is empty")
    for column in needed:
        if column not in columns:
            hint = "; are the columns separated by commas?" if len(columns) == 1 and ";" in columns[0] else ""
            raise ValueError(f"{path}: row 1: there is no column {column}{hint}")
    if len(set(columns)) < len(columns):
        twice = next(name for name in columns if columns.count(name) > 1)
        raise ValueError(f"{path}: row 1, column {twice}: stands there twice")
    table = DataFrame(dict(enumerate(_columns(path, columns, rows, rarely_alike=needed))), dtype=object)
    table.columns = columns
    return _indexed(path, table, index) if index else table


def read_pillars(path: Path) -> Words:
    """Read pillars with the words that describe them.

    path    : JSON or TOML: pillar key -> {language: words}; words as one text or as a list.
    Returns : key -> language -> words with commas between.
    Raises  : ValueError with the file and the key.
    """
    text = _decode(path)
    try:
        read = json.loads(text) if path.suffix.lower() == ".json" or text.lstrip().startswith("{") else tomllib.loads(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as problem:
        raise ValueError(f"{path}: is neither JSON nor TOML: {_one_line(problem)}") from None
    if not hasattr(read, "items"):
        raise ValueError(f"{path}: must hold pillar keys, each with words per language")
    return {str(key): _by_language(path, str(key), value) for key, value in read.items()}


@contextmanager
def written(*paths: Path) -> Iterator[list[io.TextIOBase]]:
    """Open files to write; they come into being together when all went well, and not at all when something failed.

    paths   : where they must stand.
    Raises  : ValueError with the path that cannot be written.
    """
    opened = []
    try:
        for path in paths:
            try:
                opened.append(NamedTemporaryFile("w", encoding="utf-8", newline="", dir=path.parent, prefix=f".{path.name}.", delete=False))  # noqa: SIM115  # closed below
            except OSError as problem:
                raise ValueError(f"{path}: cannot be written ({problem.strerror})") from None
        yield opened  # type: ignore[misc]  # a named temporary file is a text file
        for file, path in zip(opened, paths, strict=True):
            file.close()
            Path(file.name).chmod(0o666 & ~_umask())
            Path(file.name).replace(path)
    finally:
        for file in opened:
            file.close()
            Path(file.name).unlink(missing_ok=True)


def write_found(found: DataFrame, file: io.TextIOBase) -> None:
    """Write what was found, one row per statement, numbers with three decimals.

    found : what ``analyse`` returned, index id.
    file  : open for text.
    """
    out = csv.writer(file, lineterminator="\n")
    out.writerow(("id", *OUT))
    for key, *cells in zip(found.index, *(found[column] for column in OUT), strict=True):
        out.writerow((key, *(f"{cell:.3f}" if isinstance(cell, float) else cell for cell in cells)))


def _decode(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise ValueError(f"{path}: cannot be read ({problem.strerror})") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        before = list(csv.reader(io.StringIO(problem.object[: problem.start].decode(), newline="")))
        row, column = max(len(before), 1), len(before[-1]) if before else 1
        name = before[0][column - 1] if len(before) > 1 and column <= len(before[0]) else str(column)
        raise ValueError(f"{path}: row {row}, column {name}: is not UTF-8 (byte {problem.start + 1})") from None


def _records(path: Path) -> Iterator[tuple[list[str], int]]:
    """Row after row, so that a large file is never held whole."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _numbered(path, csv.reader(file, strict=True))
    except OSError as problem:
        raise ValueError(f"{path}: cannot be read ({problem.strerror})") from None
    except UnicodeDecodeError:
        _decode(path)  # says which row and column
        raise


def _numbered(path: Path, rows: Iterator[list[str]]) -> Iterator[tuple[list[str], int]]:
    number = 0
    while True:
        number += 1
        try:
            record = next(rows, None)
        except csv.Error as problem:
            raise ValueError(f"{path}: row {number}: is not CSV ({problem})") from None
        if record is None:
            return
        yield record, number


def _columns(
    path: Path, columns: Sequence[str], rows: Iterator[tuple[list[str], int]], *, rarely_alike: Collection[str]
) -> list[list[str]]:
    """The cells of each column; those that many rows share, such as a language, stand in memory once."""
    found: list[list[str]] = [[] for _ in columns]
    known: list[dict[str, str] | None] = [None if column in rarely_alike else {} for column in columns]
    for record in _cells(path, columns, rows):
        for cells, cell, held in zip(found, record, known, strict=True):
            cells.append(cell if held is None else held.setdefault(cell, cell))
    return found


def _cells(path: Path, columns: Sequence[str], rows: Iterator[tuple[list[str], int]]) -> Iterator[list[str]]:
    for record, number in rows:
        if not record:
            raise ValueError(f"{path}: row {number}, column {columns[0]}: the row is empty")
        if len(record) != len(columns):
            raise ValueError(
                f"{path}: row {number}, column {columns[min(len(record), len(columns)) - 1]}: {len(record)} cells under {len(columns)} headings"
            )
        for column, cell in zip(columns, record, strict=True):
            if "\0" in cell:
                raise ValueError(f"{path}: row {number}, column {column}: holds a NUL character")
        yield record


def _indexed(path: Path, table: DataFrame, index: str) -> DataFrame:
    seen: dict[str, int] = {}
    for row, key in enumerate(table[index], start=2):
        if not key.strip():
            raise ValueError(f"{path}: row {row}, column {index}: is empty")
        if key in seen:
            raise ValueError(f"{path}: row {row}, column {index}: {key!r} stands in row {seen[key]} too")
        seen[key] = row
    return table.set_index(pd.Index(table[index], dtype=object, name=index)).drop(columns=index)


def _by_language(path: Path, key: str, value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"{path}: pillar {key}: give the words per language, as in {key} -> nl -> huis, straat")
    found = {}
    for lang, listed in value.items():
        if isinstance(listed, list) and all(isinstance(word, str) for word in listed):
            found[str(lang)] = ", ".join(listed) + ","
        elif isinstance(listed, str):
            found[str(lang)] = listed
        else:
            raise ValueError(f"{path}: pillar {key}, language {lang}: the words must be a text or a list of texts")
    return found


def _one_line(problem: Exception) -> str:
    return " ".join(str(problem).split())


def _umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now
