"""Quotes: for each theme three typical statements, of different wording, with nothing masked in them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.evidence import Floats
from analysis.pillars import Judge

A_THEME = 3
CANDIDATES = 60  # of the strongest statements of a theme, from which the most typical are chosen
SHORTEST, LONGEST = 20, 220  # letters of a quote that reads well
FEWEST = 3  # words of a quote that reads well


def choose_quotes(judge: Judge, theme: NDArray[np.int32], strength: Floats, *, leave_out: Sequence[int]) -> set[int]:
    """Choose the statements that stand for each theme.

    judge     : holds the statements and gives the letter groups.
    theme     : number per row.
    strength  : how surely each row belongs to its theme.
    leave_out : themes that are not quoted.
    Returns   : rows of at most three statements a theme, of different wording, nearest to what the theme's strongest statements have in common; those that are
                neither a shout nor a speech (20 to 220 letters) come first, and nothing that was masked. Deterministic: of equals the first in the alphabet.
    """
    batch = judge.batch
    letters = np.array([len(text) for text in batch.texts])
    reads_well = (letters >= SHORTEST) & (letters <= LONGEST) & (np.diff(batch.said.ends) >= FEWEST)
    may = batch.clean & ~np.isin(theme, list(leave_out)) & batch.held
    rows = np.flatnonzero(may)
    rows = rows[np.lexsort((rows, -strength[rows].round(6), ~reads_well[rows], theme[rows]))]  # rows stand in the order of their texts
    found: set[int] = set()
    for some in np.split(rows, np.flatnonzero(np.diff(theme[rows])) + 1):
        strongest = _different(judge, some.tolist())
        if strongest:
            typical = _typical(judge, strongest)
            ranked = sorted(range(len(strongest)), key=lambda place: (not reads_well[strongest[place]], -typical[place], strongest[place]))
            found.update(strongest[place] for place in ranked[:A_THEME])
    return found


def _different(judge: Judge, rows: Sequence[int]) -> list[int]:
    """The first of these rows, of each wording one."""
    by_wording: dict[tuple[str, ...], int] = {}
    for row in rows:
        by_wording.setdefault(tuple(judge.batch.said.said(row)), row)
        if len(by_wording) == CANDIDATES:
            break
    return list(by_wording.values())


def _typical(judge: Judge, rows: Sequence[int]) -> Floats:
    features = judge.model.features(judge.batch.said.counts(rows))
    centre = np.asarray(features.mean(axis=0), dtype=float).ravel()
    return np.asarray(features @ centre).round(6)
