"""Quotes: for each theme three typical statements, of different wording, with nothing masked in them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.evidence import Floats
from analysis.model import Model

A_THEME = 3
CANDIDATES = 60  # of the strongest statements of a theme, from which the most typical are chosen
SHORTEST, LONGEST = 20, 220  # letters of a quote that reads well


@dataclass(frozen=True)
class Candidate:
    """A statement that may be quoted.

    row      : its number.
    text     : as it was said; nothing in it was masked.
    said     : its folded words.
    strength : how surely it belongs to the theme.
    """

    row: int
    text: str
    said: Sequence[str]
    strength: float


def choose_quotes(candidates: Sequence[Candidate], model: Model) -> list[int]:
    """Choose the statements that stand for a theme.

    candidates : statements of one theme.
    model      : gives the letter groups.
    Returns    : rows of at most three statements, of different wording, nearest to what the theme's strongest statements have in common; those that are neither a
                 shout nor a speech (20 to 220 letters) come first. Deterministic: of equals the first in the alphabet.
    """
    by_wording: dict[tuple[str, ...], Candidate] = {}
    for candidate in sorted(candidates, key=_strongest):
        by_wording.setdefault(tuple(candidate.said), candidate)
    strongest = sorted(by_wording.values(), key=_strongest)[:CANDIDATES]
    if not strongest:
        return []
    typical = _typical(strongest, model)
    ranked = sorted(range(len(strongest)), key=lambda place: (not _reads_well(strongest[place]), -typical[place], strongest[place].text))
    return [strongest[place].row for place in ranked[:A_THEME]]


def _strongest(candidate: Candidate) -> tuple[bool, float, str, int]:
    return not _reads_well(candidate), -round(candidate.strength, 6), candidate.text, candidate.row


def _reads_well(candidate: Candidate) -> bool:
    return SHORTEST <= len(candidate.text) <= LONGEST and len(candidate.said) > 2


def _typical(candidates: Sequence[Candidate], model: Model) -> Floats:
    features = model.features([candidate.said for candidate in candidates])
    centre = np.asarray(features.mean(axis=0)).ravel()
    return np.asarray(features @ centre).round(9)
