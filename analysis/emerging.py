"""Themes that no codebook foresaw: answers in the residue of a pillar that share a word."""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from analysis.evidence import Floats
from analysis.labels import Word, shown_words, theme_key, theme_label
from analysis.model import Model

LEAST = 8  # answers that must share a word
LEAST_SHARE = 0.02  # and their share of the pillar's answers
AT_MOST = 12  # themes per pillar, the codebook's included, unless the caller says otherwise
ALIKE = 0.22  # cosine to a theme's centre from which an answer without its word joins


@dataclass
class Emerged:
    """A theme that the answers themselves brought up.

    key, label : how it is called; both stay for the waves after.
    pillar     : number of its pillar.
    word       : (language, stem) that its answers share.
    centre     : FEATURES floats, the mean of its first answers, of length 1.
    """

    key: str
    label: str
    pillar: int
    word: Word
    centre: Floats = field(repr=False)


@dataclass(frozen=True)
class Residue:
    """Answers of one pillar that no theme of the codebook took, in a fixed order.

    rows     : their numbers.
    subjects : per answer ``labels.subject_words``.
    said     : per answer its folded words.
    """

    rows: Sequence[int]
    subjects: Sequence[dict[Word, str]]
    said: Sequence[Sequence[str]]


def join_emerged(residue: Residue, themes: Sequence[Emerged], model: Model) -> dict[int, tuple[str, float]]:
    """Lay answers under themes that emerged before.

    residue : answers of one pillar.
    themes  : themes of the same pillar, the largest first.
    model   : gives the letter groups.
    Returns : row -> (theme key, fit 0..1); answers that belong to none are left out. The shared word decides, then the cosine to the theme's centre.
    """
    if not themes or not residue.rows:
        return {}
    alike = np.asarray(model.features(residue.said) @ np.vstack([theme.centre for theme in themes]).T)
    joined = {}
    for place, row in enumerate(residue.rows):
        sharing = [number for number, theme in enumerate(themes) if theme.word in residue.subjects[place]]
        best = max(sharing or range(len(themes)), key=lambda number: alike[place, number])
        if sharing or alike[place, best] >= ALIKE:
            joined[row] = (themes[best].key, float(np.clip(alike[place, best], 0, 1)))
    return joined


def find_emerging(
    residue: Residue, pillar: int, model: Model, *, among: int, room: int, barred: AbstractSet[Word], taken: Iterable[str]
) -> list[Emerged]:
    """Find words that enough answers of the residue share, and make each a theme.

    residue : answers of one pillar.
    pillar  : its number.
    model   : gives the letter groups.
    among   : answers in the whole pillar; a theme needs 8 answers of different wording, and 2 % of them.
    room    : the most themes to make.
    barred  : words that make no theme: names of people and places.
    taken   : keys that are in use.
    Returns : list of Emerged, the largest first. Deterministic: the most shared word first, of equals the first in the alphabet.
    """
    least = max(LEAST, int(np.ceil(LEAST_SHARE * among)))
    wordings = {tuple(said): place for place, said in reversed(list(enumerate(residue.said)))}
    left = sorted(wordings.values())  # a copied answer is one answer
    found: list[Emerged] = []
    used = set(taken)
    while len(found) < room:
        count = Counter(word for place in left for word in residue.subjects[place] if word not in barred)
        word = min(count, key=lambda word: (-count[word], word), default=None)
        if word is None or count[word] < least:
            break
        members = [place for place in left if word in residue.subjects[place]]
        left = [place for place in left if word not in residue.subjects[place]]
        named = _name(word, [residue.subjects[place] for place in members])
        key = theme_key(named, used)
        used.add(key)
        found.append(Emerged(key, theme_label(named), pillar, word, _centre(model.features([residue.said[place] for place in members]))))
    return found


def _name(word: Word, members: Sequence[dict[Word, str]]) -> list[str]:
    """The shared word, and at most two others that a third of the answers have as well."""
    count = Counter(other for member in members for other in member)
    beside = sorted(
        (other for other in count if other != word and count[other] * 3 >= len(members)), key=lambda other: (-count[other], other)
    )[:2]
    shown = shown_words(members)
    return list(dict.fromkeys(shown[each] for each in (word, *beside)))


def _centre(features: Any) -> Floats:
    mean = np.asarray(features.mean(axis=0)).ravel()
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if length else mean)
