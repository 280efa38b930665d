"""Reasons: which words put a statement under its pillar and theme, and which words tell a theme from the others."""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from analysis.labels import Word, subject_words, telling_words
from analysis.pillars import Judge
from analysis.vocabulary import evenly

AT_MOST = 5  # words of one statement
TOLD_BY = 20_000  # statements that tell a theme's words
SHOWN = 6  # words of a theme


def reasons(judge: Judge, pillar: NDArray[np.intp], theme: NDArray[np.int32]) -> list[str]:
    """Say which words decided about each statement.

    judge   : what the words say.
    pillar  : number per row.
    theme   : number per row; those of the codebook are columns of the lists.
    Returns : per row at most five folded words or phrases with commas between, the weightiest first; "" where no listed word decided.
    """
    n = judge.scheme.lexicon.n_pillars
    table = judge.evidence.table(judge.batch.said, slice(None))
    names: list[str] = [hits[0].word if hits else "" for hits in judge.evidence.hits]
    weights = [{hit.column: hit.weight for hit in hits} for hits in judge.evidence.hits]
    owned = defaultdict(
        list, {owner: [n + at for at, each in enumerate(judge.scheme.owners) if each == owner] for owner in set(judge.scheme.owners)}
    )
    told = []
    for row in range(len(judge.batch)):
        of, about = int(pillar[row]), n + int(theme[row])
        found: list[tuple[float, str]] = []
        for at in table.indices[table.indptr[row] : table.indptr[row + 1]].tolist():
            columns = weights[at]
            of_pillar = max((columns[column] for column in (of, *owned[of]) if column in columns), default=0.0)
            if weight := columns.get(about, 0.0) * 2 + of_pillar:
                found.append((-weight, names[at]))
        told.append(", ".join(dict.fromkeys(word for _, word in sorted(found))) if found else "")
    return [", ".join(each.split(", ")[:AT_MOST]) for each in told]


def words_of_themes(judge: Judge, pillar: NDArray[np.intp], theme: NDArray[np.int32]) -> Mapping[tuple[int, int], str]:
    """Say which words tell each theme from the others, as people type them.

    judge   : holds the statements.
    pillar, theme : numbers per row.
    Returns : (pillar, theme) -> at most six whole words with commas between; found on at most 20,000 statements, spread evenly.
    """
    rows = np.flatnonzero(judge.batch.held)
    some = rows[evenly(len(rows), TOLD_BY)]
    groups: dict[str, list[Mapping[Word, str]]] = defaultdict(list)
    for row in some.tolist():
        groups[f"{pillar[row]} {theme[row]}"].append(subject_words(judge.batch.said.typed(row), judge.batch.lang(row)))
    named = telling_words(groups, at_most=SHOWN)
    return {(int(key.split()[0]), int(key.split()[1])): ", ".join(words) for key, words in named.items()}
