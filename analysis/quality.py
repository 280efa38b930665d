"""How good the analysis is on what it has not seen: corrections of whole themes are kept from it, and then compared with what it says."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from pandas import DataFrame, Index

from analysis.engine import Progress
from analysis.frame import is_empty
from analysis.pipeline import analyse

WAYS = ("theme", "statement")
COLUMNS = ("fold", "n", "pillar_right", "theme_right")


def cross_validated(
    statements: DataFrame,
    labels: DataFrame,
    *,
    folds: int = 5,
    by: str = "theme",
    progress: Progress | None = None,
    **how: Any,
) -> DataFrame:
    """Tell how often the analysis is right about settled statements whose corrections it was not given.

    statements : as ``pipeline.analyse`` takes them.
    labels     : index ``id``; ``pillar`` and optionally ``theme``, as a person settled them. Rows without a theme are a theme of their own per pillar.
    folds      : in how many parts the corrections are dealt, 2 or more, and at most as many as there are themes (statements, by statement). Default 5.
    by         : "theme": all corrections of a theme are kept away together, so that what is measured is how it does on a subject it was never corrected on;
                 "statement": corrections are dealt one by one, which flatters, since others of the same theme stay behind. Default "theme".
    progress   : called as ``progress("quality", done, folds)``; None for silence.
    how        : the other arguments of ``analyse``, without ``labels``.
    Returns    : one row per theme, index (``pillar``, ``theme``; "" where none was given), sorted; ``fold`` (int, -1 when its statements stand in several),
                 ``n`` (int, settled statements), ``pillar_right`` and ``theme_right`` (int, how many of them came out as settled; 0 themes where none was given).
                 Over all: ``found[["n", "pillar_right", "theme_right"]].sum()``.
    Raises     : ValueError for a number out of bounds, an unknown ``by``, or labels of statements that are not there.
    Every statement is in every run; only corrections are withheld. Same content gives the same figures, in whatever order the rows come. Cost: ``folds`` runs.
    Method: leave-one-group-out cross-validation, with themes as groups.
    """
    settled = _settled(labels)
    dealt = _dealt(statements, settled, folds, by)
    said = []
    for nth in range(folds):
        kept = settled.loc[dealt != nth, [column for column in ("pillar", "theme") if column in labels.columns]]
        result = analyse(statements, labels=kept if len(kept) else None, **how)
        said.append(result.loc[_among(statements.index, settled.index[dealt == nth]), ["pillar", "theme"]])
        if progress:
            progress("quality", nth + 1, folds)
    return _scored(settled, dealt, pd.concat(said))


def _settled(labels: DataFrame) -> DataFrame:
    """Labels by their id as text, in its order."""
    themes = labels["theme"] if "theme" in labels.columns else [""] * len(labels)
    rows = {"pillar": [str(pillar) for pillar in labels["pillar"]], "theme": ["" if is_empty(theme) else str(theme) for theme in themes]}
    return DataFrame(rows, index=labels.index.map(str)).sort_index()


def _among(index: "Index[Any]", wanted: "Index[Any]") -> "Index[Any]":
    """The ids of a frame, as they stand in it, that are wanted as text."""
    return index[index.map(str).isin(wanted)]


def _dealt(statements: DataFrame, settled: DataFrame, folds: int, by: str) -> "pd.Series[int]":
    """For each settled statement the number of its part: the largest groups first, each to the part that has least so far."""
    if by not in WAYS:
        raise ValueError(f"by: {by!r} is not one of {', '.join(WAYS)}")
    for key in settled.index.difference(statements.index.map(str), sort=False):
        raise ValueError(f"labels: {key!r} is not the id of a statement")
    groups = list(zip(settled["pillar"], settled["theme"], strict=True)) if by == "theme" else list(settled.index)
    sizes = pd.Series(groups).value_counts()
    if not 2 <= folds <= len(sizes):
        raise ValueError(f"folds: {folds} is not 2 or more, or more than there is to deal ({len(sizes)})")
    part = dict(_parts(sorted(sizes.items(), key=lambda item: (-item[1], str(item[0]))), folds))
    return pd.Series([part[group] for group in groups], index=settled.index)


def _parts(sizes: list[tuple[Any, int]], folds: int) -> Iterator[tuple[Any, int]]:
    held = [0] * folds
    for group, size in sizes:
        least = held.index(min(held))
        held[least] += size
        yield group, least


def _scored(settled: DataFrame, dealt: "pd.Series[int]", said: DataFrame) -> DataFrame:
    result = said.set_axis(said.index.map(str)).loc[settled.index]
    pillar_right = result["pillar"] == settled["pillar"]
    rows = settled.assign(
        fold=dealt,
        n=1,
        pillar_right=pillar_right.astype(int),
        theme_right=(pillar_right & (result["theme"] == settled["theme"])).astype(int),
    )
    grouped = rows.groupby(["pillar", "theme"])
    found = grouped[["n", "pillar_right", "theme_right"]].sum()
    found["fold"] = grouped["fold"].agg(lambda parts: parts.iloc[0] if parts.nunique() == 1 else -1)
    return found[list(COLUMNS)]
