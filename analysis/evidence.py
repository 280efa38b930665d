"""Evidence: how strongly the words of each statement stand for each pillar and theme, and for the concepts that all languages share."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from analysis.lexicon import GAP, LONGEST_WORD, Hit, Lexicon
from analysis.vocabulary import Numbers, Said, count_table

Floats = NDArray[np.float64]
FEATURES = 2**16
AT_ONCE = 50_000  # words cut into letter groups at a time


@dataclass(frozen=True)
class Evidence:
    """What the word lists say of every word in every language that it was said in.

    pair    : per word of ``Said.flat``, the number of its (language, folded word).
    pillars : (pairs, then phrases) x pillars, sparse, >= 0.
    themes  : the same rows x themes, sparse, >= 0.
    hits    : per pair and then per phrase, the columns that it stands for.
    found   : row -> numbers of the phrases it holds.
    """

    pair: Numbers
    pillars: Any
    themes: Any
    hits: list[tuple[Hit, ...]]
    found: dict[int, list[int]]

    def table(self, said: Said, rows: slice | Sequence[int] | NDArray[np.int64]) -> Any:
        """Which words and phrases each statement holds, each once.

        Returns : sparse matrix, rows x (pairs + phrases), 1 where it is there.
        """
        numbers: Iterable[int]
        if isinstance(rows, slice):
            start, stop, _ = rows.indices(len(said))
            flat, ends, numbers = (
                self.pair[said.ends[start] : said.ends[stop]],
                said.ends[start : stop + 1] - said.ends[start],
                range(start, stop),
            )
        else:
            places, ends = said.places(rows)
            flat, numbers = self.pair[places], rows
        flat, ends = self._with_phrases(flat, ends, numbers)
        table = count_table(flat, ends, len(self.hits))
        table.data[:] = 1.0
        return table

    def _with_phrases(self, flat: Numbers, ends: NDArray[np.int64], rows: Iterable[int]) -> tuple[Numbers, NDArray[np.int64]]:
        more = [self.found.get(int(row), []) for row in rows]
        extra = np.array([len(each) for each in more], dtype=np.int64)
        if not extra.any():
            return flat, ends
        ends_after = ends + np.concatenate([[0], np.cumsum(extra)])
        out = np.empty(len(flat) + int(extra.sum()), dtype=np.int32)
        own = np.ones(len(out), dtype=bool)
        for place in np.flatnonzero(extra).tolist():
            last = ends_after[place + 1]
            out[last - extra[place] : last] = more[place]
            own[last - extra[place] : last] = False
        out[own] = flat
        return out, ends_after


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
    lengths = np.diff(said.ends)
    pair, listed = _pairs(said, np.repeat(langs, lengths))
    words = [(languages[lang], said.words[word]) for lang, word in listed]
    hits = [lexicon.look_up(word, lang) for lang, word in words]
    for at, word in enumerate(words):
        if more and word in more and not any(hit.column >= lexicon.n_pillars for hit in hits[at]):
            hits[at] = (*hits[at], more[word])
    found: dict[int, list[int]] = {}
    numbers: dict[tuple[str, tuple[Hit, ...]], int] = {}
    for row in _candidates(lexicon, words, pair, lengths):
        for phrase, columns in _phrases(lexicon.phrases(said.said(row), languages[langs[row]])).items():
            at = numbers.setdefault((phrase, columns), len(hits) + len(numbers))
            found.setdefault(row, []).append(at)
    hits += [columns for _, columns in numbers]
    pillars, themes = _tables(hits, lexicon.n_pillars, owners)
    return Evidence(pair, pillars, themes, hits, {row: sorted(set(held)) for row, held in found.items()})


def _pairs(said: Said, langs: NDArray[np.int16]) -> tuple[Numbers, list[tuple[int, int]]]:
    """Number every (language, folded word) that occurs, languages and words in order."""
    keys = langs.astype(np.int64) * max(len(said.words), 1) + said.folded[said.flat] if len(said.flat) else np.zeros(0, np.int64)
    used = np.unique(keys)
    pair = np.searchsorted(used, keys).astype(np.int32)
    return pair, [divmod(int(key), max(len(said.words), 1)) for key in used]


def _candidates(lexicon: Lexicon, words: Sequence[tuple[str, str]], pair: Numbers, lengths: NDArray[np.int64]) -> Iterator[int]:
    """Statements in which a word that begins a phrase is soon followed by one that goes on with it."""
    first = np.array([lexicon.may_begin(word, lang) for lang, word in words], dtype=bool)[pair] if len(pair) else np.zeros(0, bool)
    second = np.array([lexicon.may_follow(word, lang) for lang, word in words], dtype=bool)[pair] if len(pair) else first
    rows = np.repeat(np.arange(len(lengths)), lengths)
    hit = np.zeros(len(pair), dtype=bool)
    for step in range(1, GAP + 2):
        hit[:-step] |= first[:-step] & second[step:] & (rows[:-step] == rows[step:])
    yield from np.unique(rows[hit]).tolist()


def _phrases(found: Iterable[Hit]) -> dict[str, tuple[Hit, ...]]:
    by_phrase: dict[str, list[Hit]] = {}
    for hit in dict.fromkeys(found):
        by_phrase.setdefault(hit.word, []).append(hit)
    return {phrase: tuple(sorted(hits, key=lambda hit: hit.column)) for phrase, hits in by_phrase.items()}


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
