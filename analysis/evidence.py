"""Evidence: how strongly the words of each statement stand for each pillar and theme, and for the concepts that all languages share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from analysis.lexicon import LONGEST_WORD, Hit, Lexicon
from analysis.phrases import find_phrases
from analysis.vocabulary import Numbers, Places, Said, count_table, part_of

Floats = NDArray[np.float64]
FEATURES = 2**16
AT_ONCE = 50_000  # words cut into letter groups, or numbered, at a time


@dataclass(frozen=True)
class Evidence:
    """What the word lists say of every word in every language that it was said in.

    pair    : per word of ``Said.flat``, the number of its (language, folded word).
    pillars : (pairs, then phrases) x pillars, sparse, >= 0.
    themes  : the same rows x themes, sparse, >= 0.
    hits    : per pair and then per phrase, the columns that it stands for.
    phrase  : numbers of the phrases that are said, statement after statement; they continue after the pairs.
    ends    : n + 1 places in ``phrase``: those of statement i stand at ends[i]:ends[i + 1].
    """

    pair: Numbers
    pillars: Any
    themes: Any
    hits: list[tuple[Hit, ...]]
    phrase: Numbers
    ends: Places

    def table(self, said: Said, rows: slice | Sequence[int] | NDArray[np.int64]) -> Any:
        """Which words and phrases each statement holds, each once.

        Returns : sparse matrix, rows x (pairs + phrases), 1 where it is there.
        """
        words, phrases = (
            count_table(*part_of(flat, ends, rows), len(self.hits)) for flat, ends in ((self.pair, said.ends), (self.phrase, self.ends))
        )
        table = words + phrases
        table.data[:] = 1.0
        return table


def weigh(  # all but the last belong together
    lexicon: Lexicon,
    owners: Sequence[int],
    said: Said,
    langs: NDArray[np.int16],
    languages: Sequence[str],
    more: Mapping[tuple[str, str], Hit] | None = None,
) -> Evidence:
    """Look up every word and phrase once.

    lexicon   : words per pillar and theme.
    owners    : per theme, the number of its pillar.
    said      : what the statements say.
    langs     : language per statement, a number in ``languages``.
    languages : ISO 639-1.
    more      : (language, folded word) -> what it stands for, where the lexicon knows no theme.
    Returns   : Evidence. A word that stands for one thing counts whole; one that stands for several is shared out, so "kind" in three pillars says little.
                A word counts once per statement, and a theme's word counts for its pillar too.
    Cost: linear in the different words, and in the statements that may hold a phrase.
    """
    pair, listed = _pairs(said, np.repeat(langs, np.diff(said.ends)))
    words = [(languages[lang], said.words[word]) for lang, word in listed]
    hits = [lexicon.look_up(word, lang) for lang, word in words]
    for at, word in enumerate(words):
        if more and word in more and not any(hit.column >= lexicon.n_pillars for hit in hits[at]):
            hits[at] = (*hits[at], more[word])
    of_phrases, phrase, ends = find_phrases(lexicon, said, words, pair)
    hits += of_phrases
    lexicon.forget()
    pillars, themes = _tables(hits, lexicon.n_pillars, owners)
    return Evidence(pair, pillars, themes, hits, phrase, ends)


def _pairs(said: Said, langs: NDArray[np.int16]) -> tuple[Numbers, list[tuple[int, int]]]:
    """Number every (language, folded word) that occurs, languages and words in order."""
    n = max(len(said.words), 1)
    used, pair = np.zeros(0, np.int64), np.zeros(len(said.flat), np.int32)
    parts = [slice(start, start + AT_ONCE) for start in range(0, len(said.flat), AT_ONCE)]

    def keys(part: slice) -> Places:
        return langs[part].astype(np.int64) * n + said.folded[said.flat[part]]

    for part in parts:
        used = np.union1d(used, keys(part))
    for part in parts:
        pair[part] = np.searchsorted(used, keys(part))
    return pair, [divmod(int(key), n) for key in used]


def _tables(hits: Sequence[Sequence[Hit]], n_pillars: int, owners: Sequence[int]) -> tuple[Any, Any]:
    """Share the weight of every word over the pillars, and over the themes, that it stands for."""
    of_pillars: list[tuple[int, int, float]] = []
    of_themes: list[tuple[int, int, float]] = []
    for row, columns in enumerate(hits):
        pillars: dict[int, float] = {}
        themes: dict[int, float] = {}
        for hit in columns:
            pillar = hit.column if hit.column < n_pillars else owners[hit.column - n_pillars]
            if n_pillars:
                pillars[pillar] = max(pillars.get(pillar, 0.0), hit.weight)
            if hit.column >= n_pillars:
                themes[hit.column - n_pillars] = hit.weight
        for weights, into in ((pillars, of_pillars), (themes, of_themes)):
            whole = sum(weights.values())
            into += [(row, column, weight * weight / whole) for column, weight in sorted(weights.items())]
    return tuple(_sparse(cells, (len(hits), width)) for cells, width in ((of_pillars, n_pillars), (of_themes, len(owners))))


def _sparse(cells: Sequence[tuple[int, int, float]], shape: tuple[int, int]) -> Any:
    table = np.array(cells, dtype=float).reshape(len(cells), 3)
    return sparse.csr_array((table[:, 2], (table[:, 0].astype(int), table[:, 1].astype(int))), shape=shape)


def ngrams(words: Sequence[str]) -> Any:
    """Count the letter groups (3 to 5 letters, with its beginning and end) of each word.

    words   : folded words.
    Returns : sparse matrix, n x 65536, float32. Hashed, so it knows no vocabulary: the same word gives the same row in every run and on every machine.
              Letter groups find a stem inside Dutch compounds, Turkish and Polish endings, and misspellings. Words with digits have none.
    Cost: linear in the letters.

    >>> ngrams(["schimmel", "12"]).shape
    (2, 65536)
    """
    counter = HashingVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), n_features=FEATURES, alternate_sign=False, norm=None, lowercase=False, dtype=np.float32
    )
    plain = ["" if any(sign.isdigit() for sign in word) else word[:LONGEST_WORD] for word in words]
    parts = [counter.transform(plain[start : start + AT_ONCE]) for start in range(0, len(plain), AT_ONCE)]
    return sparse.vstack(parts or [counter.transform([""])[:0]], format="csr")
