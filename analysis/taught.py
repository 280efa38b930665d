"""What example answers taught about how much each kind of evidence is worth, for the programme's own pillars and themes: words/weights.csv."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy import sparse

from analysis.evidence import Floats
from analysis.lists import WORDS

PART = 0.5  # of the odds that words and letter groups give by themselves, beside what was taught
SCALES = {
    "words": 0.5,
    "groups": 0.1,
    "concept": 0.5,
}  # so that each kind of feature is about as large; the same when the weights are learned


@dataclass(frozen=True)
class Weights:
    """Logistic regression (one column a pillar, one a theme) on what lists, letter groups and thesaurus say of a statement.

    rows    : features, ``kind:key``.
    columns : pillars, then themes.
    table   : rows x columns.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    table: Floats


@cache
def taught_weights() -> Weights | None:
    """Read words/weights.csv, once; None when there is none. ``bench/teach.py`` makes it."""
    file = WORDS / "weights.csv"
    if not file.exists():
        return None
    with file.open(encoding="utf-8", newline="") as held:
        heading, *rows = csv.reader(held)
    return Weights(tuple(row[0] for row in rows), tuple(heading[1:]), np.array([[float(cell) for cell in row[1:]] for row in rows]))


def feature_names(pillars: Sequence[str], themes: Sequence[str], concepts: Sequence[str]) -> list[str]:
    """Name the columns that ``features`` makes, in order.

    pillars, themes : keys of the scheme, in its order.
    concepts        : keys of the thesaurus.
    Returns         : list of ``kind:key``.
    """
    keys = [*pillars, *themes]
    return [*(f"words:{key}" for key in keys), *(f"groups:{key}" for key in keys), *(f"concept:{key}" for key in concepts)]


def features(evidence: Floats, likelihood: Floats, concepts: Any) -> Any:
    """Bring together what is known of statements.

    evidence, likelihood : n x (pillars + themes).
    concepts : n x concepts, sparse.
    Returns  : sparse matrix, n x features, scaled.
    """
    dense = np.hstack([SCALES["words"] * evidence, SCALES["groups"] * likelihood])
    return sparse.hstack([sparse.csr_matrix(dense), SCALES["concept"] * concepts], format="csr")


def weights_for(names: Sequence[str], columns: Sequence[str]) -> Floats | None:
    """The weights for these features and columns; None when none of the columns was taught.

    names   : features.
    columns : pillars and themes.
    Returns : features x columns; 0 for a feature or column that was not taught, such as a theme that somebody made.
    """
    held = taught_weights()
    if held is None or not set(columns) & set(held.columns):
        return None
    row_of = {name: row for row, name in enumerate(held.rows)}
    column_of = {name: column for column, name in enumerate(held.columns)}
    table = np.zeros((len(names), len(columns)))
    rows = [(place, row_of[name]) for place, name in enumerate(names) if name in row_of]
    for place, name in enumerate(columns):
        if name in column_of:
            table[[here for here, _ in rows], place] = held.table[[there for _, there in rows], column_of[name]]
    return table
