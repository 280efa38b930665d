"""Agreement: how far two or more coders put the same statements under the same code, beyond chance, and which statements they are given."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame, Series

ROUNDS = 1000
INTERVAL = 0.95
Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """How far coders agree.

    n     : statements that at least two of them coded; the others say nothing.
    share : part of these on which all who coded them agree, 0..1; NaN when n is 0.
    alpha : Krippendorff's alpha for nominal codes, 1 = always the same, 0 = as by chance, below 0 = less than that; NaN when everybody used one code.
    low, high : 95 % interval of alpha; NaN when alpha is.
    """

    n: int
    share: float
    alpha: float
    low: float
    high: float


def measure_agreement(codes: DataFrame, *, rounds: int = ROUNDS, seed: int = 0) -> Agreement:
    """Measure agreement between the coders.

    codes   : one row per statement, one column per coder; a cell is a code (str), or empty (``""``, None, NaN) where this coder gave none.
    rounds  : draws for the interval, >= 1.
    seed    : of those draws; the same codes and seed give the same interval, whatever the order of the rows.
    Returns : Agreement.
    Raises  : ValueError for fewer than two coders or fewer than one round.
    Cost: rounds x statements x codes; 1,000 statements with 42 codes take 0.1 s.
    Method: Hayes and Krippendorff, "Answering the call for a standard reliability measure for coding data" (2007); the interval by drawing statements
    with replacement (percentile bootstrap), draws in which everybody used one code left out.

    >>> measure_agreement(DataFrame({"a": ["x", "x", "y", "y"], "b": ["x", "x", "y", ""]})).n
    3
    """
    counts = _counts(codes)
    if rounds < 1:
        raise ValueError("rounds: give at least one")
    n = len(counts)
    if not n:
        return Agreement(0, float("nan"), float("nan"), float("nan"), float("nan"))
    alpha = float(_alpha(counts, np.ones((1, n)))[0])
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=rounds).astype(float)
    found = _alpha(counts, drawn)
    found = found[~np.isnan(found)]
    edge = (1 - INTERVAL) / 2
    low, high = (float("nan"),) * 2 if np.isnan(alpha) or not len(found) else np.quantile(found, [edge, 1 - edge])
    low, high = min(float(low), alpha), max(float(high), alpha)  # draws lean to one side: what was found lies within
    return Agreement(n, float((counts.max(axis=1) == counts.sum(axis=1)).mean()), alpha, low, high)


def krippendorff_alpha(codes: DataFrame) -> float:
    """Krippendorff's alpha for nominal codes.

    codes   : one row per statement, one column per coder; a cell is a code, or empty (``""``, None, NaN). Rows with fewer than two codes say nothing.
    Returns : float, at most 1; NaN when no statement has two codes or only one code was ever used: then nothing can be told from chance.
    Raises  : ValueError for fewer than two coders.
    Method: 1 - observed disagreement / that by chance, from the counts of codes per statement (Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011).

    >>> two = DataFrame({"meg": list("0100000010"), "owen": list("1110010000")})
    >>> round(krippendorff_alpha(two), 3)
    0.095
    """
    counts = _counts(codes)
    return float(_alpha(counts, np.ones((1, len(counts))))[0]) if len(counts) else float("nan")


def presence(codes: DataFrame, code: str) -> DataFrame:
    """Turn codes into: does this one apply, yes or no.

    codes   : as for ``measure_agreement``.
    code    : the code that is looked at.
    Returns : the same rows and columns; "1" for this code, "0" for another, "" where a coder gave none.

    >>> presence(DataFrame({"a": ["x", "y", None]}), "x")["a"].tolist()
    ['1', '0', '']
    """
    given = _given(codes)
    return DataFrame(np.where(given == "", "", np.where(given == code, "1", "0")), index=codes.index, columns=codes.columns)


def draw_sample(strata: "Series[str]", n: int, *, seed: int = 0) -> list[Any]:
    """Draw statements so that each stratum has its share, and none that fits is left out.

    strata  : index id (unique); the stratum of each statement, such as "wonen/nl".
    n       : how many, >= 1; all of them when there are no more.
    seed    : the same ids, strata and seed give the same draw, whatever the order of the rows.
    Returns : ids, mixed, so that their place says nothing of their stratum. Strata get their proportional part by largest remainders; where n allows each gets one.
    Raises  : ValueError when n is below 1 or an id stands there twice.

    >>> drawn = draw_sample(Series(["a"] * 8 + ["b"] * 2, index=range(10)), 5)
    >>> len(drawn), sum(id_ >= 8 for id_ in drawn)
    (5, 1)
    """
    if n < 1:
        raise ValueError("n: draw at least one")
    if not strata.index.is_unique:
        raise ValueError("strata: an id stands there twice")
    ordered = strata.sort_index(kind="stable")
    sizes = ordered.value_counts().sort_index()
    random = np.random.default_rng(seed)
    chosen: list[Any] = []
    for stratum, wanted in zip(sizes.index, _shares(sizes.to_numpy(), min(n, len(ordered))), strict=True):
        ids = ordered.index[ordered == stratum].to_numpy()
        chosen.extend(random.permutation(ids)[:wanted].tolist())
    return [chosen[place] for place in random.permutation(len(chosen))]


def _shares(sizes: NDArray[Any], n: int) -> list[int]:
    """Whole numbers that add up to n: one each where n allows, the rest in proportion."""
    least = np.ones(len(sizes), int) if n >= len(sizes) else np.zeros(len(sizes), int)
    exact = (sizes - least) * (n - least.sum()) / max(1, (sizes - least).sum())
    parts = least + np.floor(exact).astype(int)
    by_remainder = np.argsort(-(exact - np.floor(exact)), kind="stable")
    parts[by_remainder[: n - parts.sum()]] += 1
    return [int(part) for part in parts]


def _given(codes: DataFrame) -> NDArray[Any]:
    return codes.astype(object).where(codes.notna(), "").astype(str).to_numpy()


def _counts(codes: DataFrame) -> Counts:
    """How often each code was given to each statement that at least two coders coded; sorted, so that the order of rows changes nothing."""
    if codes.shape[1] < 2:
        raise ValueError("codes: give a column for each of at least two coders")
    given = _given(codes)
    known = sorted({code for code in given.ravel() if code})
    counts = np.stack([(given == code).sum(axis=1) for code in known], axis=1).astype(float) if known else np.zeros((len(given), 0))
    counts = counts[counts.sum(axis=1) >= 2]
    in_order: Counts = counts[np.lexsort(counts.T[::-1])] if counts.size else counts[:0]
    return in_order


def _alpha(counts: Counts, times: Counts) -> Counts:
    """Alpha for each row of `times`, which says how often each statement is counted; NaN where only one code was used."""
    coders = counts.sum(axis=1)
    apart = (counts * (coders[:, None] - counts)).sum(axis=1) / (coders - 1)
    n, per_code = times @ coders, times @ counts
    by_chance = (per_code * (n[:, None] - per_code)).sum(axis=1) / (n - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha: Counts = np.where(by_chance > 0, 1 - (times @ apart) / by_chance, np.nan)
    return alpha
