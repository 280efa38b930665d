"""Words as numbers: what all statements say, as one row of word numbers, so that a million of them fit and each word is looked at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Numbers = NDArray[np.int32]
Places = NDArray[np.int64]


def evenly(n: int, at_most: int) -> Places:
    """Places among ``n``, spread from the first to the last: all of them, or ``at_most`` where there are more.

    n, at_most : int, >= 0.
    Returns    : ascending places, without doubles.

    >>> evenly(9, 3).tolist(), evenly(2, 3).tolist()
    ([0, 4, 8], [0, 1])
    """
    return np.unique(np.linspace(0, max(n - 1, 0), min(n, at_most)).astype(np.int64))


@dataclass(frozen=True)
class Said:
    """What n statements say.

    surfaces : every different word as it was typed, in alphabetical order.
    words    : every different folded word, in alphabetical order.
    folded   : per surface, the number of its folded word.
    flat     : numbers of surfaces, statement after statement.
    ends     : n + 1 places in ``flat``: statement i stands at ends[i]:ends[i + 1].
    clauses  : per word in ``flat``, True where a new clause begins.
    """

    surfaces: list[str]
    words: list[str]
    folded: Numbers
    flat: Numbers
    ends: Places
    clauses: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ends) - 1

    def typed(self, row: int) -> list[str]:
        """Words of one statement as they were typed."""
        return [self.surfaces[number] for number in self.flat[self.ends[row] : self.ends[row + 1]].tolist()]

    def said(self, row: int) -> list[str]:
        """Folded words of one statement."""
        return [self.words[number] for number in self.folded[self.flat[self.ends[row] : self.ends[row + 1]]].tolist()]

    def counts(self, rows: Sequence[int] | slice | Places) -> Any:
        """How often each statement says each folded word.

        rows    : numbers of statements, or a slice.
        Returns : sparse matrix, rows x words, float64.
        """
        return self.table(self.folded, len(self.words), rows)

    def table(self, number_of: Numbers, width: int, rows: Sequence[int] | slice | Places) -> Any:
        """The same for another numbering of the surfaces; words with number -1 are left out.

        number_of : per surface, its column.
        width     : columns.
        """
        flat, ends = self.part(rows)
        return count_table(number_of[flat], ends, width)

    def part(self, rows: Sequence[int] | slice | Places) -> tuple[Numbers, Places]:
        """``flat`` and ``ends`` of some statements."""
        return part_of(self.flat, self.ends, rows)

    def places(self, rows: Sequence[int] | Places) -> tuple[Places, Places]:
        """Where in ``flat`` the words of some statements stand, and the ends between them."""
        return _places(self.ends, rows)


def part_of(flat: Numbers, ends: Places, rows: Sequence[int] | slice | Places) -> tuple[Numbers, Places]:
    """What stands in a flat list for some rows.

    flat, ends : row i stands at ends[i]:ends[i + 1] in ``flat``.
    rows       : their numbers, or a slice.
    Returns    : the same two for these rows alone.
    """
    if isinstance(rows, slice):
        start, stop, _ = rows.indices(len(ends) - 1)
        return flat[ends[start] : ends[stop]], ends[start : stop + 1] - ends[start]
    places, own = _places(ends, rows)
    return flat[places], own


def _places(ends: Places, rows: Sequence[int] | Places) -> tuple[Places, Places]:
    wanted = np.asarray(rows, dtype=np.int64)
    lengths = ends[wanted + 1] - ends[wanted]
    own = np.concatenate([[0], np.cumsum(lengths)])
    return np.repeat(ends[wanted] - own[:-1], lengths) + np.arange(own[-1]), own


def count_table(columns: Numbers, ends: Places, width: int) -> Any:
    """Make a sparse table of how often each row names each column.

    columns : column of each word, row after row; -1 for none.
    ends    : n + 1 places in ``columns``.
    width   : number of columns.
    Returns : sparse matrix, n x width, float64, columns of each row in order.
    """
    known = columns >= 0
    if not known.all():
        kept = np.concatenate([[0], np.cumsum(known)])
        columns, ends = columns[known], kept[ends]
    table = sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(ends) - 1, width), copy=True)
    table.sum_duplicates()  # puts columns in order where they stand: in a copy
    return table


def join_words(parts: Iterable[tuple[Sequence[str], Sequence[str], Numbers, Sequence[int], NDArray[np.bool_]]]) -> Said:
    """Bring the words of pieces together.

    parts   : per piece its surfaces, their folded words, the numbers of its surfaces statement after statement, the length of each statement, and the clauses.
    Returns : Said. The order of the pieces is that of the statements; numbers follow the alphabet, so the same word has the same place whatever came first.
    """
    held = list(parts)
    fold_of: dict[str, str] = {}
    for surfaces, folded, *_ in held:
        fold_of.update(zip(surfaces, folded, strict=True))
    everything = sorted(fold_of)
    words = sorted(set(fold_of.values()))
    number, number_of_word = ({word: place for place, word in enumerate(listed)} for listed in (everything, words))
    flats = [
        np.array([number[word] for word in surfaces], dtype=np.int32)[flat] if len(flat) else np.zeros(0, np.int32)
        for surfaces, _, flat, *_ in held
    ]
    lengths = np.concatenate([np.zeros(0, np.int64), *(np.asarray(piece[3], dtype=np.int64) for piece in held)])
    return Said(
        everything,
        words,
        np.array([number_of_word[fold_of[word]] for word in everything], dtype=np.int32),
        np.concatenate([np.zeros(0, np.int32), *flats]),
        np.concatenate([[0], np.cumsum(lengths)]),
        np.concatenate([np.zeros(0, bool), *(piece[4] for piece in held)]),
    )


def said_of(statements: Sequence[Sequence[str]]) -> Said:
    """Make the same of folded words that are at hand: entries of a word list, or of a codebook.

    statements : folded words per statement.
    Returns    : Said, each word its own surface.
    """
    surfaces = list(dict.fromkeys(word for words in statements for word in words))
    number = {word: place for place, word in enumerate(surfaces)}
    flat = np.array([number[word] for words in statements for word in words], dtype=np.int32)
    return join_words([(surfaces, surfaces, flat, [len(words) for words in statements], np.zeros(len(flat), bool))])
