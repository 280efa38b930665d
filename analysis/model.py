"""The model: what the word lists and the settled answers teach about pillars and themes, carried forward from wave to wave."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from sklearn.preprocessing import normalize

from analysis.evidence import FEATURES, Floats, ngrams
from analysis.lexicon import Lexicon

SMOOTHING = (
    2_000.0  # letter groups as they are anywhere, added to those of each pillar: lists of unequal length then weigh alike (measured)
)
RARE = 0.5  # what a letter group that was never seen counts for
SETTLED = 1.0  # an answer that a person settled teaches as much as a word from the lists
SETTLED_AT_MOST = 5_000  # settled answers that corrections are learned from
OWN = 0.5  # an answer that the model is sure of teaches half a word
SURE = 0.5  # the least distance between the first and the second pillar of such an answer
ROUNDS = 2
ENOUGH = 500  # answers below which the model learns nothing from its own guesses: measured, it loses there
SAMPLE = 20_000  # answers that it learns from at most

WORDS, GROUPS = 2.0, 0.5  # how much a word of the lists and the letter groups weigh
ASKED = 2.5  # log odds of the pillar whose question was answered: three answers in four stay on its subject
LIKE_OVERIG = -1.0  # log odds: few answers are about nothing in particular


@dataclass
class Model:
    """Multinomial naive Bayes over letter groups with Dirichlet smoothing (Zhai and Lafferty, 2004), beside the evidence of the lists.

    n_pillars : columns of pillars; the themes' columns follow.
    idf       : FEATURES floats.
    counts    : (pillars + themes) x FEATURES, what was learned.
    """

    n_pillars: int
    idf: Floats
    counts: Floats

    def features(self, said: Sequence[Sequence[str]]) -> Any:
        """Letter groups of statements, weighted by how rare they are, each row of length 1.

        said    : folded words per statement.
        Returns : sparse matrix, n x FEATURES.
        """
        return self.weighted(ngrams(said))

    def weighted(self, counted: Any) -> Any:
        """The same for letter groups that were counted before.

        counted : sparse matrix, n x FEATURES, as ``evidence.ngrams`` gives it; left as it is.
        Returns : sparse matrix, n x FEATURES.
        """
        found = counted.copy()
        found.data = (1 + np.log(found.data)) * self.idf[found.indices]
        return normalize(found, copy=False)

    def learn(self, features: Any, taught: Floats) -> None:
        """Add what statements teach.

        features : n x FEATURES, as ``features()`` gives them.
        taught   : n x columns, >= 0: how much each statement teaches about each column.
        """
        self.counts += (features.T @ taught).T

    def score(self, features: Any) -> tuple[Floats, Floats]:
        """Log likelihood of statements, compared with that under no pillar or theme in particular.

        features : n x FEATURES.
        Returns  : (n x pillars, n x themes); 0 means as likely as anywhere.
        """
        anywhere = self.counts[: self.n_pillars].sum(axis=0) + RARE
        share = anywhere / anywhere.sum()
        ratio = (self.counts / share + SMOOTHING) / (self.counts.sum(axis=1, keepdims=True) + SMOOTHING)
        found = np.asarray(features @ np.log(ratio).T)
        return found[:, : self.n_pillars], found[:, self.n_pillars :]


def learn_words(lexicon: Lexicon, owners: Sequence[int], sample: Any) -> Model:
    """Make a model from the word lists.

    lexicon : words per pillar and theme; each entry teaches its theme and that theme's pillar.
    owners  : per theme, the number of its pillar.
    sample  : letter groups of statements, as ``evidence.ngrams`` counts them; they only tell how rare each group is.
    Returns : Model.
    Cost: linear in the lists and the sample; 0.5 s for the programme's 20,000 words.
    """
    listed = lexicon.listed()
    counted = _counted(lexicon)
    present = np.bincount(counted.indices, minlength=FEATURES) + np.bincount(sample.indices, minlength=FEATURES)
    idf = np.log((1 + counted.shape[0] + sample.shape[0]) / (1 + present)) + 1
    model = Model(lexicon.n_pillars, idf, np.zeros((len(lexicon.columns), FEATURES)))
    taught = np.zeros((len(listed), len(lexicon.columns)))
    for row, (column, _, weight) in enumerate(listed):
        taught[row, column] = weight
        if column >= lexicon.n_pillars:
            taught[row, owners[column - lexicon.n_pillars]] = weight
    model.learn(model.weighted(counted), taught)
    return model


@lru_cache(maxsize=2)
def _counted(lexicon: Lexicon) -> Any:
    return ngrams([entry.split() for _, entry, _ in lexicon.listed()])


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
