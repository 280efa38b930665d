"""Where a person's answer helps most: an order in which to look at statements."""

from collections import defaultdict
from collections.abc import Collection, Iterator

import numpy as np
from pandas import DataFrame, Series
from sklearn.feature_extraction.text import TfidfTransformer

from analysis.evidence import Floats, ngrams
from analysis.text import words
from analysis.vocabulary import said_of

FLOOR = 0.3  # what a statement unlike all others still counts for


def ask_order(found: DataFrame, *, settled: Collection[str] = ()) -> Series:
    """Put statements in the order in which a person's answer would help most.

    found   : what ``analyse`` returned.
    settled : ids that a person settled already.
    Returns : Series of int, same index, 1..n without gaps. First come statements that the analysis doubts and that many others look like, the pillars in turn, so that
              the first twenty are of all kinds; then copies of statements that stand earlier; then what is settled; last what holds nothing to analyse.
    Does not depend on the order of the rows. Cost: linear in the rows. Method: density-weighted uncertainty sampling (Settles and Craven, 2008).
    """
    rows = sorted(range(len(found)), key=lambda row: (found["text_masked"].iloc[row], str(found.index[row])))
    said = {row: tuple(words(found["text_masked"].iloc[row])) for row in rows}
    done, seen = {str(key) for key in settled}, set[tuple[str, ...]]()
    shelves: dict[str, list[int]] = {"ask": [], "copy": [], "settled": [], "excluded": []}
    for row in rows:
        shelf = (
            "excluded"
            if found["excluded"].iloc[row]
            else "settled"
            if str(found.index[row]) in done
            else "copy"
            if said[row] in seen
            else "ask"
        )
        seen.add(said[row])
        shelves[shelf].append(row)
    worth = _worth(found, shelves["ask"], [said[row] for row in shelves["ask"]])
    order = [*_in_turn(found, shelves["ask"], worth), *shelves["copy"], *shelves["settled"], *shelves["excluded"]]
    places = np.empty(len(found), dtype=int)
    places[order] = np.arange(1, len(found) + 1)
    return Series(places, index=found.index, name="ask")


def _worth(found: DataFrame, rows: list[int], said: list[tuple[str, ...]]) -> dict[int, float]:
    if not rows:
        return {}
    doubt = 1 - found["pillar_confidence"].to_numpy(dtype=float)[rows]
    spoken = said_of(said)
    features = TfidfTransformer(sublinear_tf=True).fit_transform(spoken.counts(slice(None)) @ ngrams(spoken.words))
    common: Floats = np.asarray(features @ np.asarray(features.mean(axis=0)).ravel())
    share = common / common.max() if common.max() > 0 else common
    return dict(zip(rows, (doubt * (FLOOR + share)).round(9).tolist(), strict=True))


def _in_turn(found: DataFrame, rows: list[int], worth: dict[int, float]) -> Iterator[int]:
    """The most worthwhile of each pillar in turn."""
    piles: dict[str, list[int]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: -worth[row]):
        piles[found["pillar"].iloc[row]].append(row)
    turn = sorted(piles.values(), key=lambda pile: -worth[pile[0]])
    for place in range(max(map(len, turn), default=0)):
        yield from (pile[place] for pile in turn if place < len(pile))
