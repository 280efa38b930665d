"""Themes that no codebook foresaw: answers in the residue of a pillar that share a word."""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analysis.evidence import Floats
from analysis.labels import Word, shown_words, subject_words, theme_key, theme_label
from analysis.model import Model
from analysis.pillars import Judge
from analysis.vocabulary import evenly

LEAST = 8  # answers that must share a word
LEAST_SHARE = 0.02  # and their share of the pillar's answers
AT_MOST = 12  # themes per pillar, the codebook's included, unless the caller says otherwise
ALIKE = 0.22  # cosine to a theme's centre from which an answer without its word joins
LOOKED_AT = 20_000  # answers of one residue among which themes are sought


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
    """Answers of one pillar that no theme of the codebook took, in a fixed order; at most LOOKED_AT of them, spread evenly.

    subjects : per answer ``labels.subject_words``.
    said     : per answer its folded words.
    counted  : answers x words, sparse.
    """

    subjects: Sequence[dict[Word, str]]
    said: Sequence[tuple[str, ...]]
    counted: object


def residue_of(judge: Judge, rows: NDArray[np.int64]) -> Residue:
    """Read the words of a residue.

    judge   : holds the statements.
    rows    : their numbers.
    Returns : Residue.
    """
    some = rows[evenly(len(rows), LOOKED_AT)]
    batch = judge.batch
    listed = some.tolist()
    return Residue(
        [subject_words(batch.said.typed(row), batch.lang(row)) for row in listed],
        [tuple(batch.said.said(row)) for row in listed],
        batch.said.counts(some),
    )


def join_emerged(judge: Judge, rows: NDArray[np.int64], themes: Sequence[Emerged]) -> tuple[NDArray[np.intp], Floats]:
    """Lay answers under themes that emerged before.

    judge   : holds the statements and gives the letter groups.
    rows    : answers of one pillar.
    themes  : themes of the same pillar, the largest first.
    Returns : per row (number of its theme or -1, cosine to its centre 0..1). The shared word decides, then the cosine.
    """
    counted = judge.batch.said.counts(rows)
    centres = np.vstack([theme.centre for theme in themes]).T
    alike = np.clip((counted @ (judge.model.groups @ centres)) / judge.model.lengths(counted)[:, None], 0, 1)
    sharing = sharing_words(judge, rows, [theme.word for theme in themes])
    best = np.where(sharing.any(axis=1), np.where(sharing, alike, -1.0).argmax(axis=1), alike.argmax(axis=1))
    fit = alike[np.arange(len(best)), best]
    return np.where(sharing.any(axis=1) | (fit >= ALIKE), best, -1), fit


def sharing_words(judge: Judge, rows: NDArray[np.int64], words: Sequence[Word]) -> NDArray[np.bool_]:
    """Say which answers hold which of these words.

    judge   : holds the statements.
    rows    : their numbers.
    words   : (language, stem).
    Returns : rows x words, bool.
    """
    said, batch = judge.batch.said, judge.batch
    found = np.zeros((len(rows), len(words)), dtype=bool)
    for lang in sorted({lang for lang, _ in words}):
        of_lang = np.flatnonzero(np.asarray(batch.langs)[rows] == batch.languages.index(lang))
        used = np.unique(said.flat[said.places(rows[of_lang])[0]])
        stems = {int(at): {stem for _, stem in subject_words([said.surfaces[at]], lang)} for at in used.tolist()}
        for column, (_, wanted) in ((column, word) for column, word in enumerate(words) if word[0] == lang):
            number_of = np.full(len(said.surfaces), -1, dtype=np.int32)
            number_of[[at for at, held in stems.items() if wanted in held]] = 0
            table = said.table(number_of, 1, rows[of_lang])
            found[of_lang, column] = np.asarray(table.sum(axis=1)).ravel() > 0
    return found


def find_emerging(  # all but the first three by name
    residue: Residue, pillar: int, model: Model, *, among: int, of: int, room: int, barred: AbstractSet[Word], taken: Iterable[str]
) -> list[Emerged]:
    """Find words that enough answers of the residue share, and make each a theme.

    residue : answers of one pillar.
    pillar  : its number.
    model   : gives the letter groups.
    among   : answers in the whole pillar; a theme needs 8 answers of different wording, and 2 % of them.
    of      : answers in the whole residue, of which ``residue`` may be a sample.
    room    : the most themes to make.
    barred  : words that make no theme: names of people and places.
    taken   : keys that are in use.
    Returns : list of Emerged, the largest first. Deterministic: the most shared word first, of equals the first in the alphabet.
    """
    part = len(residue.said) / max(of, 1)
    least = max(LEAST, int(np.ceil(LEAST_SHARE * among * part)))
    wordings = {said: place for place, said in reversed(list(enumerate(residue.said)))}
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
        found.append(Emerged(key, theme_label(named), pillar, word, _centre(model, residue.counted[members])))  # type: ignore[index]  # scipy ships no types
    return found


def _name(word: Word, members: Sequence[dict[Word, str]]) -> list[str]:
    """The shared word, and at most two others that a third of the answers have as well."""
    count = Counter(other for member in members for other in member)
    beside = sorted(
        (other for other in count if other != word and count[other] * 3 >= len(members)), key=lambda other: (-count[other], other)
    )[:2]
    shown = shown_words(members)
    return list(dict.fromkeys(shown[each] for each in (word, *beside)))


def _centre(model: Model, counted: object) -> Floats:
    mean = np.asarray(model.features(counted).mean(axis=0), dtype=float).ravel()
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if length else mean)
