"""What the machine would have chosen for statements that a person settled, had it not been told."""

import hashlib
from typing import Any

import pandas as pd
from pandas import DataFrame

from analysis.pipeline import analyse
from analysis.vocabulary import evenly

FOLDS = 5
AMONG = 4_000  # statements without a label that stand beside those with one


def unaided(statements: DataFrame, labels: DataFrame, *, folds: int = FOLDS, seed: int = 0, **how: Any) -> DataFrame:
    """Run the analysis again and again, each time without a part of the labels, and look where it puts those.

    statements : as ``pipeline.analyse`` takes them; of those without a label at most 4,000 take part.
    labels     : index ``id``; ``pillar`` and optionally ``theme``.
    folds      : parts, >= 2; which part a label is in follows from the statement's text: copies of one text are never taught and asked at once.
    seed       : of the runs.
    how        : other arguments of the runs.
    Returns    : index of ``labels``; ``pillar`` and ``theme``, as the machine puts each without having been told: of two themes that people made, unknown to its lists,
                 it can only choose one that another label names.
    Raises     : ValueError for less than two folds.
    Deterministic. Cost: ``folds`` runs over at most 4,000 statements and those with a label.
    """
    if folds < 2:  # one part would leave nothing to learn from
        raise ValueError(f"folds: {folds} is not 2 or more")
    ids = statements.index.map(str)
    labelled = statements[ids.isin(labels.index.map(str))]
    others = statements[~ids.isin(labels.index.map(str))]
    some = others.iloc[evenly(len(others), AMONG)]
    taken = pd.concat([labelled, some])
    part = labelled["text"].map(lambda text: int(hashlib.sha256(str(text).encode("utf-8", "surrogatepass")).hexdigest()[:8], 16) % folds)
    found = []
    for fold in range(folds):
        asked = labelled.index[part == fold]
        if len(asked):
            told = labels[~labels.index.map(str).isin(asked.map(str))]
            found.append(analyse(taken, labels=told if len(told) else None, seed=seed, **how).loc[asked, ["pillar", "theme"]])
    joined = pd.concat(found) if found else DataFrame({"pillar": [], "theme": []})
    return joined.loc[labelled.index]
