"""The frame that comes in: its columns checked, with the row and the column named when one is wrong."""

import math
import re
from collections.abc import Collection, Iterable
from typing import Any

import pandas as pd
from pandas import DataFrame

OVERIG = "overig"
LANGUAGE = re.compile(r"[a-z]{2,3}")
COLUMNS = ("text", "lang", "pillar_asked", "weight", "wave")


def check_frame(statements: DataFrame, *, pillars: Collection[str] | None = None) -> None:
    """Check the statements before anything is counted.

    statements : index ``id`` (unique, not empty); ``text`` (str, may be empty); optional ``lang`` (ISO 639, "nl-NL" too, or empty), ``pillar_asked`` (a key, "overig"
                 or empty), ``weight`` (number > 0; empty counts as 1), ``wave`` (not empty). Other columns are left alone.
    pillars    : keys that ``pillar_asked`` may hold; None: not checked.
    Raises     : ValueError naming the row (counted as a spreadsheet does: the heading is row 1), its id, and the column.

    >>> check_frame(DataFrame({"text": ["te donker"]}, index=["a1"]))
    """
    if "text" not in statements.columns:
        raise ValueError("row 1: there is no column text")
    if not len(statements):
        raise ValueError("row 2: there are no statements below the heading")
    _check_ids(statements.index)
    for column, allowed, wanted in (
        ("text", _is_text, "is not a text"),
        ("lang", _is_language, "is not a language code such as nl"),
        ("pillar_asked", _one_of(pillars), f"is not one of {' '.join(sorted({*(pillars or ()), OVERIG}))}"),
        ("weight", _is_weight, "is not a number above 0"),
        ("wave", lambda value: not is_empty(value), "is empty"),
    ):
        if column in statements.columns:
            _check_column(statements, column, allowed, wanted)


def is_empty(value: Any) -> bool:
    """Say whether a cell holds nothing: None, NaN or only spaces.

    value   : any value of a table.
    Returns : bool.

    >>> is_empty(" "), is_empty(float("nan")), is_empty(0)
    (True, True, False)
    """
    return (
        value is None
        or (isinstance(value, float) and math.isnan(value))
        or value is pd.NA
        or (isinstance(value, str) and not value.strip())
    )


def text_of(statements: DataFrame, column: str) -> list[str]:
    """Give a column as stripped texts.

    statements : a checked frame.
    column     : its name; a column that is not there gives empty texts.
    Returns    : list of str, one per row.
    """
    if column not in statements.columns:
        return [""] * len(statements)
    return ["" if is_empty(value) else str(value).strip() for value in statements[column].tolist()]


def weights_of(statements: DataFrame) -> list[float]:
    """Give the weights; 1 where none is given.

    statements : a checked frame.
    Returns    : list of float, one per row.
    """
    if "weight" not in statements.columns:
        return [1.0] * len(statements)
    return [1.0 if is_empty(value) else float(value) for value in statements["weight"].tolist()]


def _check_ids(ids: Iterable[Any]) -> None:
    seen: dict[Any, int] = {}
    for row, value in enumerate(ids, start=2):
        if is_empty(value):
            raise ValueError(f"row {row}, column id: is empty")
        if value in seen:
            raise ValueError(f"row {row}, column id: {value!r} stands in row {seen[value]} too")
        seen[value] = row


def _check_column(statements: DataFrame, column: str, allowed: Any, wanted: str) -> None:
    values = statements[column].tolist()
    if all(map(allowed, values)):
        return
    for row, (key, value) in enumerate(zip(statements.index, values, strict=True), start=2):
        if not allowed(value):
            raise ValueError(f"row {row} (id {key}), column {column}: {_short(value)} {wanted}")


def _short(value: Any) -> str:
    shown = "" if is_empty(value) else repr(value)
    return (shown if len(shown) <= 40 else shown[:37] + "...").replace("\n", " ")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or is_empty(value)


def _is_language(value: Any) -> bool:
    return is_empty(value) or LANGUAGE.fullmatch(str(value).strip().lower().replace("_", "-").split("-")[0]) is not None


def _is_weight(value: Any) -> bool:
    if is_empty(value):
        return True
    try:
        number = float(value)
    except (TypeError, ValueError):
        return False
    return math.isfinite(number) and number > 0


def _one_of(pillars: Collection[str] | None) -> Any:
    return lambda value: pillars is None or is_empty(value) or str(value).strip() in {*pillars, OVERIG}
