"""How firm the themes of a run are: what becomes of each when some of the people who answered had not."""

from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame, Index, Series

from analysis.engine import Progress
from analysis.frame import text_of
from analysis.pipeline import analyse
from analysis.scheme import RESERVED

KEY = ["pillar", "theme"]
FEWEST = 2  # statements that a theme needs before its stability means something


def theme_stability(
    statements: DataFrame,
    result: DataFrame,
    *,
    rounds: int = 10,
    share: float = 0.8,
    seed: int = 0,
    progress: Progress | None = None,
    **how: Any,
) -> "Series[float]":
    """Tell for each theme how much of it comes back when the analysis is run again on part of the statements.

    statements : as ``pipeline.analyse`` takes them; an optional column ``person`` keeps together what one person said (empty: a person of its own).
    result     : what ``analyse(statements, seed=seed, **how)`` gave; index ``id``, ``pillar`` and ``theme``.
    rounds     : how often is drawn, >= 1. Default 10.
    share      : of the persons drawn each time, without putting back, above 0 and at most 1. Default 0.8.
    seed       : of the draw, and of the grouping in each run. Default 0.
    progress   : called as ``progress("stability", done, rounds)``; None for silence.
    how        : the other arguments that the run was made with; of ``labels`` each run gets those of the statements that it holds.
    Returns    : Series "stability", float 0..1, index (pillar, theme), sorted: the mean over the rounds of the best Jaccard overlap between the theme's drawn
                 statements and a theme of the same pillar that was found among all drawn. Rounds that drew none of the theme are left out; NaN for a theme of one
                 statement. ``rest`` and ``geen_inhoud`` are no themes. By Hennig's rule of thumb 0.75 and above is firm, below 0.6 doubtful.
    Raises     : ValueError for a number out of bounds, or when a statement is not in the result.
    Same content, ids and seed give the same figures, in whatever order the rows come. Cost: ``rounds`` runs over ``share`` of the statements. Method: cluster-wise
    stability by resampling (Hennig, "Cluster-wise assessment of cluster stability", 2007), with subsets: an answer drawn twice would agree with itself.

    >>> said = DataFrame({"text": ["schimmel op de muur", "schimmel in de gang", "de lift is kapot"]}, index=["a", "b", "c"])
    >>> theme_stability(said, analyse(said), rounds=3).to_dict()
    {('wonen', 'onderhoud_woning'): nan, ('wonen', 'vocht_schimmel'): 1.0}
    """
    _check(statements, result, rounds, share)
    themes = _themes(result.loc[statements.index])
    overlaps = []
    for done, drawn in enumerate(_draws(statements, rounds, share, seed), start=1):
        again = analyse(statements.loc[drawn], seed=seed, **_with_labels_of(drawn, how))
        overlaps.append(_best_overlap(themes.loc[themes.index.intersection(drawn)], _themes(again)))
        if progress:
            progress("stability", done, rounds)
    sizes = themes.value_counts(KEY).sort_index()
    mean = pd.concat(overlaps, axis=1).mean(axis=1).reindex(sizes.index)
    return mean.where(sizes >= FEWEST).astype(float).rename("stability")


def _check(statements: DataFrame, result: DataFrame, rounds: int, share: float) -> None:
    if rounds < 1:
        raise ValueError(f"rounds: {rounds} is not 1 or more")
    if not 0 < share <= 1:
        raise ValueError(f"share: {share} is not above 0 and at most 1")
    for key in statements.index.difference(result.index, sort=False):
        raise ValueError(f"result: there is no row for id {key}")


def _themes(result: DataFrame) -> DataFrame:
    """Pillar and theme of the statements that have one."""
    return result.loc[~result["theme"].isin(list(RESERVED)), KEY]


def _draws(statements: DataFrame, rounds: int, share: float, seed: int) -> "list[Index[Any]]":
    """Ids of what a share of the persons said, again and again, in the order of the rows; the persons are drawn in an order of their own."""
    rows = [
        ("", person) if person else ("id", str(key)) for key, person in zip(statements.index, text_of(statements, "person"), strict=True)
    ]
    persons = sorted(set(rows))
    numbers = {person: number for number, person in enumerate(persons)}
    of_row = np.array([numbers[person] for person in rows])
    rng = np.random.default_rng(seed)
    size = max(1, round(share * len(persons)))
    return [statements.index[np.isin(of_row, rng.choice(len(persons), size=size, replace=False))] for _ in range(rounds)]


def _with_labels_of(drawn: "Index[Any]", how: dict[str, Any]) -> dict[str, Any]:
    """The run's arguments, with only the labels of statements that were drawn."""
    labels = how.get("labels")
    return how if labels is None else how | {"labels": labels.loc[labels.index.map(str).isin(drawn.map(str))]}


def _best_overlap(themes: DataFrame, again: DataFrame) -> "Series[float]":
    """For each theme the best Jaccard overlap with a theme of the same pillar that was found again; 0 where there is none."""
    sizes, found = themes.value_counts(KEY), again.value_counts(KEY)
    both = themes.merge(again, left_index=True, right_index=True, suffixes=("", "_again"))
    pairs = both[both["pillar"] == both["pillar_again"]].value_counts([*KEY, "theme_again"])
    table = (
        pairs.rename("both").reset_index().join(sizes.rename("before"), on=KEY).join(found.rename("after"), on=["pillar", "theme_again"])
    )
    table["overlap"] = table["both"] / (table["before"] + table["after"] - table["both"])
    best = table.groupby(KEY)["overlap"].max()
    return best.reindex(sizes.index, fill_value=0.0)
