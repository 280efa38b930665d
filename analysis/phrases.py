"""Phrases: where two or more listed words stand close together, found in all statements at once."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from analysis.lexicon import GAP, Hit, Lexicon, goes_on
from analysis.vocabulary import Numbers, Places, Said

Kind = tuple[str, tuple[str, ...]]  # language, and the listed words that a word can be


def find_phrases(
    lexicon: Lexicon, said: Said, words: Sequence[tuple[str, str]], pair: Numbers
) -> tuple[list[tuple[Hit, ...]], Numbers, Places]:
    """Find the listed phrases that are said.

    lexicon : words per pillar and theme.
    said    : what the statements say.
    words   : every (language, folded word) that occurs.
    pair    : per word of ``said.flat``, its number in ``words``.
    Returns : what each phrase stands for; numbers of phrases, each once, statement after statement, continuing after ``words``; and the n + 1 ends between them.
    Cost: linear in the words. Words that are the same to the lists are one kind, and only kinds that can follow each other are looked up.
    """
    firsts, first = _kinds([lexicon.firsts(word, lang) for lang, word in words], words)
    seconds, second = _kinds([lexicon.seconds(word, lang) for lang, word in words], words)
    first, second = first[pair], second[pair]
    may = _that_may_follow(lexicon, firsts, seconds)
    rows = np.repeat(np.arange(len(said)), np.diff(said.ends))
    numbers: dict[tuple[str, tuple[Hit, ...]], int] = {}
    here: list[tuple[int, int]] = []
    for step in range(1, GAP + 2):
        two = first[:-step] * len(seconds) + second[step:]
        places = np.flatnonzero(np.isin(two, may) & (rows[:-step] == rows[step:]))
        listed = {each: _phrases(lexicon, firsts[each // len(seconds)], seconds[each % len(seconds)]) for each in set(two[places].tolist())}
        for place, each in zip(places.tolist(), two[places].tolist(), strict=True):
            for parts, hits in listed[each]:
                last = min(place + step + 1 + (GAP + 1) * (len(parts) - 2), int(said.ends[rows[place] + 1]))
                behind = [words[number][1] for number in pair[place + step + 1 : last].tolist()] if len(parts) > 2 else ()
                if goes_on(parts, behind, words[pair[place]][0]):
                    here.append((int(rows[place]), numbers.setdefault((" ".join(parts), hits), len(words) + len(numbers))))
    once = np.unique(np.array(here, dtype=np.int64).reshape(-1, 2), axis=0)
    return [hits for _, hits in numbers], once[:, 1].astype(np.int32), np.searchsorted(once[:, 0], np.arange(len(said) + 1))


def _kinds(can_be: Sequence[tuple[str, ...]], words: Sequence[tuple[str, str]]) -> tuple[list[Kind], Places]:
    """Every kind of word, that of no listed word first; and the kind of each word."""
    known: dict[Kind, int] = {("", ()): 0}
    number = [known.setdefault((lang, each), len(known)) if each else 0 for each, (lang, _) in zip(can_be, words, strict=True)]
    return list(known), np.array(number, dtype=np.int64)


def _that_may_follow(lexicon: Lexicon, firsts: Sequence[Kind], seconds: Sequence[Kind]) -> Places:
    """Every two kinds with which a phrase begins, as one number."""
    with_second: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, (lang, can_be) in enumerate(seconds):
        for word in can_be:
            with_second[lang, word].append(number)
    return np.array(
        sorted(
            {
                number * len(seconds) + other
                for number, (lang, can_be) in enumerate(firsts)
                for word in can_be
                for second in lexicon.after(word, lang)
                for other in with_second.get((lang, second), ())
            }
        ),
        dtype=np.int64,
    )


def _phrases(lexicon: Lexicon, first: Kind, second: Kind) -> list[tuple[tuple[str, ...], tuple[Hit, ...]]]:
    return lexicon.phrases_of(first[1], second[1], first[0])
