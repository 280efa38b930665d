"""Themes without pillars: all statements of the first wave in groups that are named by their own words; later waves are laid into them."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from analysis.clusters import find_groups, sensible_number
from analysis.evidence import Floats
from analysis.labels import Word, proper_names, subject_words, telling_words, theme_key, theme_label
from analysis.pillars import Placed, Weighed
from analysis.reading import Batch
from analysis.scheme import NOTHING, RESERVED, readable
from analysis.themes import Themed


def place_groups(batch: Batch, weighed: Weighed, vectors: Floats | None, *, n: int | None, seed: int = 0) -> tuple[Placed, Themed]:
    """Lay all statements into themes without pillars.

    batch   : the statements.
    weighed : what the programme's words say; their subjects are what the languages have in common.
    vectors : one per statement, instead of letter groups; None: letter groups.
    n       : themes, exactly so many and no rest (statements that hold nothing stay apart); None: some 25 statements a theme, from 2 to 20.
    seed    : of the grouping.
    Returns : (Placed, all under overig; Themed). What a person settled stays as it is, beside these themes.
    """
    count = len(batch.read)
    theme = [settled or (NOTHING if read.excluded else "") for read, (_, settled) in zip(batch.read, batch.settled, strict=True)]
    fit = [1.0 if settled else 0.0 for _, settled in batch.settled]
    labels = dict(RESERVED) | {settled: readable(settled) for _, settled in batch.settled if settled and settled not in RESERVED}
    first = batch.rows(0)
    different = len({batch.read[row].said for row in first})
    wanted = min(sensible_number(len(first)), different) if n is None else n
    if wanted:
        _fill(batch, weighed, vectors, wanted, seed, theme, fit, labels)
    placed = Placed([0] * count, [0.0 if read.excluded else 1.0 for read in batch.read], [""] * count)
    return placed, Themed(theme, fit, list(fit), labels)


def _fill(
    batch: Batch, weighed: Weighed, vectors: Floats | None, n: int, seed: int, theme: list[str], fit: list[float], labels: dict[str, str]
) -> None:
    said = [row for row, read in enumerate(batch.read) if not read.excluded]
    first = set(batch.rows(0))
    learned = [place for place, row in enumerate(said) if row in first]
    features = weighed.model.features([batch.read[row].said for row in said]) if vectors is None else vectors[said]
    ideas, langs = weighed.themes[said], np.asarray([batch.read[row].lang for row in said])
    groups = find_groups(features[learned], ideas[learned], langs[learned].tolist(), n=n, seed=seed)
    group, cosine = groups.place(features, ideas, langs.tolist())
    keys = _name(batch, [said[place] for place in learned], [group[place] for place in learned], labels)
    for row, number, alike in zip(said, group, cosine, strict=True):
        if not theme[row]:
            theme[row], fit[row] = keys[number], alike


def _name(batch: Batch, rows: Sequence[int], group: Sequence[int], labels: dict[str, str]) -> dict[int, str]:
    """Key per group, the largest group first to choose; the labels are added to ``labels``."""
    names = proper_names((batch.read[row].surfaces, batch.read[row].lang) for row in rows)
    members: dict[str, list[dict[Word, str]]] = defaultdict(list)
    for row, number in zip(rows, group, strict=True):
        found = subject_words(batch.read[row].surfaces, batch.read[row].lang)
        members[str(number)].append({word: surface for word, surface in found.items() if word not in names})
    named = telling_words(members)
    keys: dict[int, str] = {}
    for name in sorted(members, key=lambda name: (-len(members[name]), named[name])):
        shown = named[name] or ["zonder woorden"]
        key = theme_key(shown, labels)
        keys[int(name)] = key
        labels[key] = theme_label(shown)
    return keys
