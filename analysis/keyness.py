"""Words that tell one group of people from all others: what they say more often than chance gives, and never what only a few of them say."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame, Series
from scipy.special import xlogy
from scipy.stats import chi2

from analysis.crosstabs import adjust
from analysis.labels import Word, proper_names, shown_words, subject_words
from analysis.text import cut

Numbers = NDArray[np.float64]


def key_words(said: DataFrame, inside: "Series[bool]", *, least: int = 10, at_most: int = 12, rate: float = 0.05) -> DataFrame:
    """Find the words that people in a group use and others use less, counted by people.

    said    : index statement; ``text`` (str, masked), ``lang`` (ISO 639-1), ``person`` (str). Whoever says a word twice counts once.
    inside  : index statement, True for what the group said. A person of whom something is inside and something is not counts on both sides.
    least   : people in the group who must have said a word, >= 1; what fewer said never leaves this function.
    at_most : words to give, the most telling first.
    rate    : 0..1, the share of words that may be there by chance (Benjamini and Hochberg, 1995, over all words that could have been given).
    Returns : ``word`` (as most people typed it), ``lang``, ``n`` people inside, ``others_n`` outside, ``g2`` (log-likelihood, Dunning, 1993),
              ``q``; names of people and places are left out. Empty when nothing stands out.
    The same for any order of the rows. Cost: linear in the words.
    """
    found = [(subject_words(cut(text), lang), bool(inside[id_]), person) for id_, text, lang, person in _rows(said)]
    names = proper_names((cut(text), lang) for _, text, lang, _ in _rows(said))
    people = (
        _people((words, who) for words, within, who in found if within),
        _people((words, who) for words, within, who in found if not within),
    )
    sizes = [len({who for _, within, who in found if within is side}) for side in (True, False)]
    words = sorted(word for word, who in people[0].items() if len(who) >= least and word not in names)
    if not words or 0 in sizes:
        return DataFrame({name: [] for name in ("word", "lang", "n", "others_n", "g2", "q")})
    n, others_n = (np.array([len(side.get(word, ())) for word in words], dtype=np.float64) for side in people)
    g2 = log_likelihood(n, float(sizes[0]), others_n, float(sizes[1]))
    q = adjust(chi2.sf(g2, 1))
    told = DataFrame({"word": words, "n": n.astype(int), "others_n": others_n.astype(int), "g2": g2, "q": q})
    told = told[(q <= rate) & (n / sizes[0] > others_n / sizes[1])].sort_values(["g2", "word"], ascending=[False, True], kind="stable")
    shown = shown_words(words for words, _, _ in found)
    told = told.head(at_most).reset_index(drop=True)
    told.insert(1, "lang", [word[0] for word in told["word"]])
    told["word"] = [shown[word] for word in told["word"]]
    return told


def log_likelihood(n: Numbers, base: float, others_n: Numbers, others_base: float) -> Numbers:
    """How surprising it is that so many in a group say a word and so many others do (G2; Dunning, 1993).

    n, others_n       : people who say it, inside and outside; float arrays of one length.
    base, others_base : people on each side, > 0.
    Returns           : >= 0, chi-square with one degree of freedom where a word is as usual inside as outside.

    >>> log_likelihood(np.array([30.0, 10.0]), 100.0, np.array([10.0, 10.0]), 100.0).round(2).tolist()
    [12.97, 0.0]
    """
    share = (n + others_n) / (base + others_base)
    observed = np.stack([n, base - n, others_n, others_base - others_n])
    expected = np.stack([base * share, base * (1 - share), others_base * share, others_base * (1 - share)])
    surprise: Numbers = 2 * (xlogy(observed, observed) - xlogy(observed, expected)).sum(axis=0)
    return np.maximum(surprise, 0.0)


def _rows(said: DataFrame) -> list[tuple[str, str, str, str]]:
    ordered = said.sort_index()
    return list(zip(ordered.index, ordered["text"], ordered["lang"], ordered["person"], strict=True))


def _people(said: Iterable[tuple[Mapping[Word, str], str]]) -> dict[Word, set[str]]:
    found: dict[Word, set[str]] = defaultdict(set)
    for words, who in said:
        for word in words:
            found[word].add(who)
    return found
