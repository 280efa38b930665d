"""Bench: how often cross-tabs call chance a difference. `python bench/noise.py [repetitions]`: 300 made-up answers, 31 themes, 10 groups, no difference at all."""

import json
import sys

import numpy as np
from pandas import DataFrame, Series
from scipy.stats import chi2_contingency

from analysis.crosstabs import compare_groups, count_groups

ANSWERS, THEMES, GROUPS = 300, 31, 10


def noise(seed: int) -> DataFrame:
    """Everybody names one theme and is in one group, both by lot."""
    chance = np.random.default_rng(seed)
    who = [f"p{number:03d}" for number in range(ANSWERS)]
    named = DataFrame({"person": who, "theme": [f"t{theme:02d}" for theme in chance.integers(THEMES, size=ANSWERS)]})
    return count_groups(named, Series([f"g{group}" for group in chance.integers(GROUPS, size=ANSWERS)], index=who))


def without_correction(counts: DataFrame) -> int:
    """What is usual: chi-square for each cell by itself, different below 0.05."""
    tables = (
        [[row.n, row.base - row.n], [row.others_n, row.others_base - row.others_n]] for row in counts.itertuples() if row.n + row.others_n
    )
    return sum(chi2_contingency(table, correction=False).pvalue < 0.05 for table in tables)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    cells, found, usual = [], [], []
    for seed in range(rounds):
        counts = noise(seed)
        cells.append(len(counts))
        found.append(int(compare_groups(counts)["differs"].sum()))
        usual.append(without_correction(counts))
    told = {"rounds": rounds, "cells_a_round": round(float(np.mean(cells)), 1)}
    print(json.dumps({"what": "each cell by itself, p < 0.05", **told, **_wrong(usual, cells)}))
    print(json.dumps({"what": "compare_groups", **told, **_wrong(found, cells)}))


def _wrong(found: list[int], cells: list[int]) -> dict[str, float]:
    return {
        "false_discoveries_a_round": round(float(np.mean(found)), 2),
        "share_of_cells": round(sum(found) / sum(cells), 4),
        "share_of_rounds_with_any": round(float(np.mean(np.array(found) > 0)), 3),
    }


if __name__ == "__main__":
    main()
