"""The model: what the word lists and the settled answers teach about pillars and themes, carried forward from wave to wave."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from analysis.evidence import FEATURES, Floats, ngrams
from analysis.lexicon import Lexicon
from analysis.vocabulary import Said, said_of

SMOOTHING = (
    4_000.0  # letter groups as they are anywhere, added to those of each pillar: lists of unequal length then weigh alike (measured)
)
RARE = 0.5  # what a letter group that was never seen counts for
SETTLED = 0.2  # an answer that a person settled teaches a fifth of what a word from the lists does
SETTLED_AT_MOST = 5_000  # settled answers that corrections are learned from
OWN = 0.5  # an answer that the model is sure of teaches half a word
SURE = 0.5  # the least distance between the first and the second pillar of such an answer
ROUNDS = 2
ENOUGH = 500  # answers below which the model learns nothing from its own guesses: measured, it loses there
SAMPLE = 20_000  # answers that it learns from at most

WORDS, GROUPS = 2.0, 0.5  # how much a word of the lists and the letter groups weigh
ASKED = 2.5  # log odds of the pillar whose question was answered: three answers in four stay on its subject
LIKE_OVERIG = -1.0  # log odds: few answers are about nothing in particular


_known: dict[int, tuple[list[tuple[int, str, float]], Any, Any]] = {}


@dataclass
class Model:
    """Multinomial naive Bayes over letter groups with Dirichlet smoothing (Zhai and Lafferty, 2004), beside the evidence of the lists.

    Everything is a sum over words: a statement's features are those of its words, divided by a length that is theirs as well, so that a million statements
    cost a few numbers a word.

    n_pillars : columns of pillars; the themes' columns follow.
    idf       : FEATURES floats.
    counts    : (pillars + themes) x FEATURES, what was learned.
    groups    : words of this run x FEATURES, weighted by how rare each letter group is.
    sizes     : per word of this run, the square of its length.
    """

    n_pillars: int
    idf: Floats
    counts: Floats
    groups: Any
    sizes: Floats

    def lengths(self, counted: Any) -> Floats:
        """Length of statements' features, at least a little.

        counted : n x words of this run, as ``Said.counts`` gives it.
        Returns : n floats > 0: the root of the sum over words, as if no two of them shared a letter group.
        """
        return np.asarray(np.sqrt(np.maximum(counted @ self.sizes, 1e-9)))

    def features(self, counted: Any) -> Any:
        """Letter groups of statements, weighted, each row of length about 1.

        counted : n x words of this run.
        Returns : sparse matrix, n x FEATURES.
        """
        return sparse.diags_array(1 / self.lengths(counted)) @ (counted @ self.groups)

    def learn(self, counted: Any, taught: Floats) -> None:
        """Add what statements teach.

        counted : n x words of this run.
        taught  : n x columns, >= 0: how much each statement teaches about each column.
        """
        of_words = counted.T @ (taught / self.lengths(counted)[:, None])
        self.counts += np.asarray(self.groups.T @ of_words).T

    def scores(self) -> Floats:
        """Log likelihood that each word of this run adds, compared with no pillar or theme in particular.

        Returns : words x columns; a statement has the sum over its words, divided by its length.
        """
        anywhere = self.counts[: self.n_pillars].sum(axis=0) + RARE
        share = anywhere / anywhere.sum()
        ratio = (self.counts / share + SMOOTHING) / (self.counts.sum(axis=1, keepdims=True) + SMOOTHING)
        return np.asarray(self.groups @ np.log(ratio).T)


def learn_words(lexicon: Lexicon, owners: Sequence[int], said: Said, sample: Any) -> Model:
    """Make a model from the word lists.

    lexicon : words per pillar and theme; each entry teaches its theme and that theme's pillar.
    owners  : per theme, the number of its pillar.
    said    : the words of this run.
    sample  : statements x words of this run; they only tell how rare each letter group is.
    Returns : Model.
    Cost: linear in the lists and the sample; 0.5 s for the programme's 40,000 words.
    """
    listed = lexicon.listed()
    counted, groups = _of_lists(lexicon)
    own = ngrams(said.words)
    seen = np.asarray(np.minimum(sample.sum(axis=0), len(listed))).ravel() if sample.shape[0] else np.zeros(len(said.words))
    present = np.bincount(
        groups.indices, weights=np.repeat(np.asarray(counted.sum(axis=0)).ravel(), np.diff(groups.indptr)), minlength=FEATURES
    )
    present = present + np.bincount(own.indices, weights=np.repeat(seen, np.diff(own.indptr)), minlength=FEATURES)
    idf = np.log((1 + len(listed) + sample.shape[0]) / (1 + np.minimum(present, len(listed) + sample.shape[0]))) + 1
    taught = np.zeros((len(listed), len(lexicon.columns)))
    for row, (column, _, weight) in enumerate(listed):
        taught[row, column] = weight
        if column >= lexicon.n_pillars:
            taught[row, owners[column - lexicon.n_pillars]] = weight
    of_lists = Model(lexicon.n_pillars, idf, np.zeros((len(lexicon.columns), FEATURES)), *_weighted(groups, idf))
    of_lists.learn(counted, taught)
    return Model(lexicon.n_pillars, idf, of_lists.counts, *_weighted(own, idf))


def _weighted(groups: Any, idf: Floats) -> tuple[Any, Floats]:
    found = groups.copy()
    found.data = (found.data * idf[found.indices]).astype(np.float32)
    return found, np.asarray(found.multiply(found).sum(axis=1), dtype=float).ravel()


def _of_lists(lexicon: Lexicon) -> tuple[Any, Any]:
    """Words of each entry, and letter groups of each word; remembered for the lists that were used last."""
    listed = lexicon.listed()
    held = _known.get(id(listed))
    if held is None or held[0] is not listed:
        entries = said_of([entry.split() for _, entry, _ in listed])
        held = (listed, entries.counts(slice(None)), ngrams(entries.words))
        _known.clear()
        _known[id(listed)] = held
    return held[1], held[2]


def log_odds(evidence: Floats, likelihood: Floats) -> Floats:
    """Bring the lists' evidence and the model's likelihood together.

    evidence, likelihood : n x columns.
    Returns : n x columns; the softmax of a row is the probability of each column before anything else is known.
    """
    return WORDS * evidence + GROUPS * likelihood


def softmax(odds: Floats) -> Floats:
    """Turn log odds into probabilities.

    odds    : n x columns, -inf for what is out of the question.
    Returns : n x columns, each row sums to 1.

    >>> softmax(np.array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    """
    power = np.exp(odds - odds.max(axis=1, keepdims=True))
    return np.asarray(power / power.sum(axis=1, keepdims=True))
