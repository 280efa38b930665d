"""Phrases: where two or more listed words stand close together, found in all statements at once."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.lexicon import GAP, Hit, Lexicon, goes_on
from analysis.vocabulary import Numbers, Places, Said, part_of

AT_ONCE = 20_000  # statements looked through at a time
Kind = tuple[str, tuple[str, ...]]  # language, and the listed words that a word can be
Phrase = tuple[tuple[str, ...], tuple[Hit, ...]]  # its words, and what it stands for
Held = NDArray[np.int64]  # n x 2: row, number of a phrase


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
    search = Search(lexicon, words)
    found: list[Held] = [np.zeros((0, 2), dtype=np.int64)]
    for start in range(0, len(said), AT_ONCE):
        here, ends = part_of(pair, said.ends, slice(start, start + AT_ONCE))
        of_row = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
        held = np.concatenate([each for step in range(1, GAP + 2) for each in search.held(here, of_row, ends, step)])
        found.append(np.unique(held, axis=0) + np.array([start, 0]))
    once = np.concatenate(found)
    hits = [hits for _, hits in search.numbers]
    return hits, once[:, 1].astype(np.int32), np.searchsorted(once[:, 0], np.arange(len(said) + 1))


class Search:
    """The kinds of the words that occur, which of them begin a phrase together, and the phrases that were found so far with their numbers."""

    def __init__(self, lexicon: Lexicon, words: Sequence[tuple[str, str]]) -> None:
        self.lexicon = lexicon
        self.words = words
        self.firsts, self.first = _kinds([lexicon.firsts(word, lang) for lang, word in words], words)
        self.seconds, self.second = _kinds([lexicon.seconds(word, lang) for lang, word in words], words)
        self.may = _that_may_follow(lexicon, self.firsts, self.seconds)
        self.numbers: dict[Phrase, int] = {}

    def held(self, here: Numbers, of_row: Places, ends: Places, step: int) -> Iterator[Held]:
        """Which rows hold which phrases whose second word stands so many places behind the first."""
        two = self.first[here[:-step]] * len(self.seconds) + self.second[here[step:]]
        places = np.flatnonzero(np.isin(two, self.may) & (of_row[:-step] == of_row[step:]))
        used, which = np.unique(two[places], return_inverse=True)
        listed = [self._phrases(int(each)) for each in used]
        short = [[self._number(phrase) for phrase in phrases if len(phrase[0]) == 2] for phrases in listed]
        numbers, own = part_of(np.array([each for some in short for each in some], dtype=np.int32), np.cumsum([0, *map(len, short)]), which)
        yield np.column_stack([np.repeat(of_row[places], np.diff(own)), numbers])
        longer = [[phrase for phrase in phrases if len(phrase[0]) > 2] for phrases in listed]
        some = np.array([bool(phrases) for phrases in longer], dtype=bool)[which]
        for place, kinds in zip(places[some].tolist(), which[some].tolist(), strict=True):
            row, lang = int(of_row[place]), self.words[here[place]][0]
            behind = [self.words[each][1] for each in here[place + step + 1 : ends[row + 1]].tolist()]
            follow = [[row, self._number(phrase)] for phrase in longer[kinds] if goes_on(phrase[0], behind, lang)]
            yield np.array(follow, dtype=np.int64).reshape(-1, 2)

    def _phrases(self, two: int) -> list[Phrase]:
        (lang, firsts), (_, seconds) = self.firsts[two // len(self.seconds)], self.seconds[two % len(self.seconds)]
        return self.lexicon.phrases_of(firsts, seconds, lang)

    def _number(self, phrase: Phrase) -> int:
        return self.numbers.setdefault(phrase, len(self.words) + len(self.numbers))


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
    may = {
        number * len(seconds) + other
        for number, (lang, can_be) in enumerate(firsts)
        for word in can_be
        for second in lexicon.after(word, lang)
        for other in with_second.get((lang, second), ())
    }
    return np.array(sorted(may), dtype=np.int64)
