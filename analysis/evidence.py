"""Evidence: how strongly the words of each statement stand for each pillar and theme."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from analysis.lexicon import Lexicon

Floats = NDArray[np.float64]
FEATURES = 2**16


def weigh(lexicon: Lexicon, owners: Sequence[int], said: Sequence[Sequence[str]], langs: Sequence[str]) -> tuple[Floats, Floats]:
    """Add up the words of each statement that stand for a pillar or theme.

    lexicon : words per pillar and theme.
    owners  : per theme, the number of its pillar.
    said    : folded words per statement.
    langs   : language per statement.
    Returns : (n x pillars, n x themes), float >= 0. A word that stands for one thing counts whole; one that stands for several is shared out, so "kind" in three
              pillars says little. A word counts once per statement, and a theme's word counts for its pillar too.
    Cost: linear in the words.

    >>> lexicon = Lexicon({"wonen": {"nl": "huis, muur"}}, {"vocht_schimmel": {"nl": "schimmel"}}, stemmed=["wonen"])
    >>> [table.round(1).tolist() for table in weigh(lexicon, [0], [["schimmel", "muur"]], ["nl"])]
    [[[1.4]], [[1.0]]]
    """
    of_pillars = np.zeros((len(said), lexicon.n_pillars))
    of_themes = np.zeros((len(said), len(owners)))
    for row, (words, lang) in enumerate(zip(said, langs, strict=True)):
        by_word: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for hit in lexicon.hits(words, lang):
            by_word[hit.word].append((hit.column, hit.weight))
        for found in by_word.values():
            pillars: dict[int, float] = {}
            themes: dict[int, float] = {}
            for column, weight in found:
                pillar = column if column < lexicon.n_pillars else owners[column - lexicon.n_pillars]
                pillars[pillar] = max(pillars.get(pillar, 0.0), weight)
                if column >= lexicon.n_pillars:
                    themes[column - lexicon.n_pillars] = weight
            _share(of_pillars[row], pillars)
            _share(of_themes[row], themes)
    return of_pillars, of_themes


def _share(row: Floats, weights: dict[int, float]) -> None:
    whole = sum(weights.values())
    for column, weight in weights.items():
        row[column] += weight * weight / whole


def ngrams(said: Sequence[Sequence[str]]) -> Any:
    """Count the letter groups (3 to 5 letters, within words) of each statement.

    said    : folded words per statement.
    Returns : sparse matrix, n x 65536, float64. Hashed, so it knows no vocabulary: the same statement gives the same row in every run and on every machine.
              Letter groups find a stem inside Dutch compounds, Turkish and Polish endings, and misspellings.
    Cost: linear in the letters.

    >>> ngrams([["schimmel"], []]).shape
    (2, 65536)
    """
    if not len(said):
        return sparse.csr_matrix((0, FEATURES))
    counter = HashingVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), n_features=FEATURES, alternate_sign=False, norm=None, lowercase=False
    )
    return counter.transform([" ".join(words) for words in said])
