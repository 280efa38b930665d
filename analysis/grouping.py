"""Themes without pillars: all statements of the first wave in groups that are named by their own words; later waves are laid into them."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from analysis.clusters import find_groups, sensible_number
from analysis.evidence import Floats
from analysis.labels import Word, proper_names, subject_words, telling_words, theme_key, theme_label
from analysis.pillars import Judge
from analysis.scheme import NOTHING, RESERVED, REST, readable
from analysis.themes import Themed
from analysis.vocabulary import evenly

NAMED_BY = 20_000  # statements whose words name the groups


def place_groups(judge: Judge, vectors: Floats | None, *, n: int | None, seed: int = 0) -> Themed:
    """Lay all statements into themes without pillars.

    judge   : holds the statements; the subjects and concepts of its word lists are what the languages have in common.
    vectors : one per statement, instead of letter groups; None: letter groups.
    n       : themes, exactly so many and no rest (statements that hold nothing stay apart); None: some 25 statements a theme, from 2 to 20.
    seed    : of the grouping.
    Returns : Themed. What a person settled stays as it is, beside these themes.
    """
    batch = judge.batch
    keys, labels = [REST, NOTHING], dict(RESERVED)
    theme, fit = np.full(len(batch), -1, np.int32), np.zeros(len(batch))
    theme[~batch.held] = 1
    for row, (_, settled) in batch.settled.items():
        if settled:
            if settled not in keys:
                keys.append(settled)
                labels[settled] = readable(settled)
            theme[row], fit[row] = keys.index(settled), 1.0
    first = batch.rows(0)
    different = len({batch.said.flat[batch.said.ends[row] : batch.said.ends[row + 1]].tobytes() for row in first.tolist()})
    wanted = min(sensible_number(len(first)), different) if n is None else n
    if wanted:
        _fill(judge, vectors, wanted, seed, theme, fit, keys, labels)
    return Themed(keys, theme, fit, fit.copy(), labels, {})


def _fill(
    judge: Judge, vectors: Floats | None, n: int, seed: int, theme: NDArray[np.int32], fit: Floats, keys: list[str], labels: dict[str, str]
) -> None:
    batch, first = judge.batch, judge.batch.rows(0)
    groups = find_groups(judge, first, vectors, n=n, seed=seed)
    said = np.flatnonzero(batch.held)
    group, cosine = groups.place(judge, said, vectors)
    named = _name(judge, first, group[np.isin(said, first)], labels)
    number = np.full(n, -1, np.int32)
    for place, key in named.items():
        if key not in keys:
            keys.append(key)
        number[place] = keys.index(key)
    loose = theme[said] < 0
    theme[said[loose]], fit[said[loose]] = number[group[loose]], cosine[loose]


def _name(judge: Judge, rows: NDArray[np.int64], group: NDArray[np.intp], labels: dict[str, str]) -> dict[int, str]:
    """Key per group, the largest group first to choose; the labels are added to ``labels``."""
    batch = judge.batch
    some = evenly(len(rows), NAMED_BY)
    some = np.unique(np.concatenate([some, np.unique(group, return_index=True)[1]]))  # each group has at least one
    names = proper_names((batch.said.typed(row), batch.lang(row)) for row in rows[some].tolist())
    members: dict[str, list[dict[Word, str]]] = defaultdict(list)
    for row, number in zip(rows[some].tolist(), group[some].tolist(), strict=True):
        found = subject_words(batch.said.typed(row), batch.lang(row))
        members[str(number)].append({word: surface for word, surface in found.items() if word not in names})
    named = telling_words(members)
    keys: dict[int, str] = {}
    for name in sorted(members, key=lambda name: (-len(members[name]), named[name])):
        shown = named[name] or ["zonder woorden"]
        key = theme_key(shown, labels)
        keys[int(name)] = key
        labels[key] = theme_label(shown)
    return keys
