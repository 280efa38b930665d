"""Concepts: a small thesaurus in five languages, from words/concepts.toml, with which a few describing words reach the many that residents use."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis.lexicon import Lexicon, Words
from analysis.lists import WORDS

BORROWED = 1.0  # what a word that only the thesaurus knows weighs, beside one that was given
DOUBT = 0.3  # words that a concept must share with a pillar before they weigh more than half
CLEAR = 0.25  # the least share of a concept that a pillar must have


@dataclass(frozen=True)
class Thesaurus:
    """The concepts, and a lexicon in which each is a column."""

    concepts: Words
    lexicon: Lexicon


@cache
def thesaurus() -> Thesaurus:
    """Read the concepts, once.

    Returns : Thesaurus; empty when there is no file.
    """
    file = WORDS / "concepts.toml"
    concepts: Words = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return Thesaurus(concepts, Lexicon({}, concepts))


def widen(lexicon: Lexicon, owners: Sequence[int]) -> None:
    """Let words of the thesaurus stand for the pillars and themes whose own words share a concept with them.

    lexicon : is changed: words that it does not know yet are added, with at most BORROWED of the weight of its own.
    owners  : per theme, the number of its pillar.
    A concept belongs to a pillar as far as their words meet, in whatever language; a concept that many pillars share adds nothing.
    """
    known = thesaurus()
    shared = _shared(lexicon, known)
    pillars = shared[:, : lexicon.n_pillars].copy()
    for theme, owner in enumerate(owners):
        pillars[:, owner] += shared[:, lexicon.n_pillars + theme]
    weights = np.hstack([_weights(pillars), _weights(shared[:, lexicon.n_pillars :])])
    for row, by_language in enumerate(known.concepts.values()):
        columns = {int(column): float(weights[row, column]) for column in np.flatnonzero(weights[row])}
        if columns:
            for lang, listed in by_language.items():
                lexicon.widen(lang, listed, columns)
    lexicon.close()


def _shared(lexicon: Lexicon, known: Thesaurus) -> NDArray[np.float64]:
    """How many words each concept and each pillar or theme have in common."""
    shared = np.zeros((len(known.concepts), len(lexicon.columns)))
    for column, lang, entry, weight in lexicon.entries():
        hits = {hit.column for hit in known.lexicon.hits(entry.split(), lang)}
        for concept in hits:
            shared[concept, column] += min(weight, 1.0) / len(hits)
    return shared


def _weights(shared: NDArray[np.float64]) -> NDArray[np.float64]:
    whole = shared.sum(axis=1, keepdims=True)
    share = np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0)
    return np.asarray(np.where(share < CLEAR, 0.0, BORROWED * share * shared / (shared + DOUBT)))
