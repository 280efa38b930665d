"""Themes within the pillar: those of the codebook first, then those that the answers bring up themselves, then the rest."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.emerging import AT_MOST, LEAST, LOOKED_AT, Emerged, Residue, find_emerging, join_emerged, residue_of, sharing_words
from analysis.evidence import Floats
from analysis.labels import Word, proper_names, subject_words
from analysis.model import log_odds, softmax
from analysis.pillars import Judge, Weighed, theme_doors
from analysis.scheme import NOTHING, REST
from analysis.vocabulary import count_table, evenly

# From here on letter groups alone may lay a statement under a theme of the codebook, when it holds no known word and no theme emerged that has its word:
CLEAR = 0.5  # the theme's probability within the pillar
LIKELY = 2.0  # its log likelihood, compared with that of any statement
SECOND = 1.4  # words that another theme needs within one clause to be named as well
SECOND_SHARE = 0.6  # and its share of the words of all themes there
AT_HOME = 0.6  # share of the answers with a new word that one theme of the codebook took: then the word is of that theme
NEW = 3  # themes a pillar that a later wave may bring with words of its own
NAMED_AT_ONCE = 20_000  # statements that tell which words are names


@dataclass(frozen=True)
class Themed:
    """The theme of each row as a number in ``keys``, its fit (0..1), how strongly it may be quoted for it, further themes, and the label of each theme."""

    keys: list[str]
    theme: NDArray[np.int32]
    fit: Floats
    strength: Floats
    labels: dict[str, str]
    also: dict[int, list[int]]
    why: str = ""


@dataclass(frozen=True)
class ByCodebook:
    """What the codebook says of some rows: theme or -1, fit, strength, what letter groups guess or -1, and further themes."""

    theme: NDArray[np.int32]
    fit: Floats
    strength: Floats
    guessed: NDArray[np.int32]
    also: dict[int, list[int]]


def by_codebook(judge: Judge, weighed: Weighed, pillar: NDArray[np.intp], rows: slice) -> ByCodebook:
    """Lay some statements under the themes of the codebook.

    judge, weighed : what the words say of these rows.
    pillar         : number per row.
    rows           : a slice of the batch.
    Returns        : ByCodebook; only themes with a known word are laid, others guessed.
    """
    n, scheme = len(pillar), judge.scheme
    found = ByCodebook(np.full(n, -1, np.int32), np.zeros(n), np.zeros(n), np.full(n, -1, np.int32), {})
    here = np.flatnonzero(np.isin(pillar, scheme.owners))
    if not len(here):
        return found
    chance = softmax(log_odds(weighed.themes[here], weighed.likely_themes[here]) + theme_doors(scheme)[pillar[here]])
    best = chance.argmax(axis=1)
    share, known = chance[np.arange(len(here)), best], weighed.themes[here, best]
    clear = (known == 0) & (share >= CLEAR) & (weighed.alike[here, best] >= LIKELY)
    held = known > 0
    found.fit[here] = np.where(held | clear, share, 0.0)
    found.strength[here] = np.where(held, share * (1 + np.minimum(known, 3.0)), np.where(clear, 0.5 * share, 0.0))
    found.theme[here[held]] = best[held]
    found.guessed[here[clear]] = best[clear]
    _second_themes(judge, weighed, found, rows)
    return found


def _second_themes(judge: Judge, weighed: Weighed, found: ByCodebook, rows: slice) -> None:
    """Statements that speak of something else in another clause: there another theme is named, by its own words, and hardly any other."""
    worth = np.flatnonzero(((weighed.themes >= SECOND).sum(axis=1) >= 2) & (found.theme >= 0))
    if not len(worth):
        return
    said = judge.batch.said
    places, ends = said.places(worth + rows.start)
    begins = said.clauses[places].copy()
    begins[ends[:-1][np.diff(ends) > 0]] = True
    starts = np.flatnonzero(begins)
    of_row = np.searchsorted(ends, starts, side="right") - 1
    table = count_table(judge.evidence.pair[places], np.append(starts, len(places)), len(judge.evidence.hits))
    table.data[:] = 1.0
    themes = np.asarray((table @ judge.evidence.themes).todense())
    best = themes.argmax(axis=1)
    strong = themes[np.arange(len(best)), best]
    clear = (strong >= SECOND) & (strong >= SECOND_SHARE * themes.sum(axis=1))
    for clause in np.flatnonzero(clear).tolist():
        row = int(worth[of_row[clause]])
        if best[clause] != found.theme[row] and int(best[clause]) not in found.also.get(row, []):
            found.also.setdefault(row, []).append(int(best[clause]))


def place_themes(judge: Judge, pillar: NDArray[np.intp], parts: Sequence[ByCodebook], *, at_most: int | None = None) -> Themed:
    """Lay every statement under a theme of its pillar.

    judge   : what the words say.
    pillar  : number per row.
    parts   : what ``by_codebook`` said of all rows, piece after piece.
    at_most : themes per pillar, without ``rest``; the largest of the first wave stay, settled ones first. None: all of the codebook, and new ones up to 12.
    Returns : Themed. Themes that emerge in a wave stay for the waves after, with key and label; what a person settled stays as it is.
    """
    batch, scheme = judge.batch, judge.scheme
    theme, fit, strength, guessed = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("theme", "fit", "strength", "guessed")
    )
    starts = np.cumsum([0, *(len(part.theme) for part in parts)])
    also = {int(start) + row: columns for start, part in zip(starts, parts, strict=False) for row, columns in part.also.items()}
    keys = [*scheme.themes, REST, NOTHING]
    _lay_settled(judge, keys, theme, fit, strength)
    if at_most is not None:
        kept = _largest(judge, pillar, theme, at_most, len(scheme.themes))
        loose = (theme >= 0) & (theme < len(scheme.themes)) & ~np.isin(theme, sorted(kept))
        loose[list(batch.settled)] = False
        theme[loose] = -1
        guessed[~np.isin(guessed, sorted(kept))] = -1
        also = {row: [column for column in columns if column in kept] for row, columns in also.items()}
    emerged = _emerge(judge, pillar, theme, fit, keys, at_most)
    labels = {**scheme.labels, **{each.key: each.label for each in emerged}}
    new = theme >= len(scheme.themes) + 2
    strength[new & (strength == 0)] = fit[new & (strength == 0)]
    loose = theme < 0
    theme[loose] = np.where(guessed[loose] >= 0, guessed[loose], len(scheme.themes))
    fit[theme == len(scheme.themes)] = 0.0
    for row, (_, settled) in batch.settled.items():
        labels.setdefault(settled or REST, scheme.labels.get(settled, settled))
        if settled:
            fit[row] = 1.0
    why = f"{len(scheme.themes)} from the codebook; {len(emerged)} more, because at least {LEAST} answers in the rest of a pillar shared a word"
    return Themed(keys, theme, fit, strength, labels, {row: columns for row, columns in also.items() if columns}, why)


def _lay_settled(judge: Judge, keys: list[str], theme: NDArray[np.int32], fit: Floats, strength: Floats) -> None:
    number = {key: place for place, key in enumerate(keys)}
    nothing = ~judge.batch.held
    theme[nothing], fit[nothing], strength[nothing] = number[NOTHING], 0.0, 0.0
    for row, (_, settled) in judge.batch.settled.items():
        if settled:
            if settled not in number:
                number[settled] = len(keys)
                keys.append(settled)
            theme[row], fit[row], strength[row] = number[settled], 1.0, 4.0
        elif fit[row]:
            strength[row] += 1.0


def _largest(judge: Judge, pillar: NDArray[np.intp], theme: NDArray[np.int32], at_most: int, n_themes: int) -> set[int]:
    """The themes of each pillar that stay: settled ones, then those with the most weight in the first wave."""
    batch, scheme = judge.batch, judge.scheme
    number = {key: place for place, key in enumerate(scheme.themes)}
    settled = {(scheme.pillars.index(of), number[each]) for of, each in batch.settled.values() if each in number}
    weight: dict[tuple[int, int], float] = {}
    rows = batch.rows(0)
    for of, each, heavy in zip(pillar[rows].tolist(), theme[rows].tolist(), batch.weights[rows].tolist(), strict=True):
        if 0 <= each < n_themes:
            weight[of, each] = weight.get((of, each), 0.0) + heavy
    kept: set[int] = set()
    for of in range(len(scheme.pillars)):
        ranked = sorted(
            (pair for pair in weight if pair[0] == of), key=lambda pair: (pair not in settled, -weight[pair], scheme.themes[pair[1]])
        )
        kept.update(each for _, each in ranked[:at_most])
    return kept


def _emerge(
    judge: Judge, pillar: NDArray[np.intp], theme: NDArray[np.int32], fit: Floats, keys: list[str], at_most: int | None
) -> list[Emerged]:
    """Fill the residue of each pillar, wave by wave, with themes that came up before and with new ones."""
    batch, scheme = judge.batch, judge.scheme
    emerged: list[Emerged] = []
    before: set[Word] = set()
    last = int(batch.waves.max())
    for wave in range(last + 1):
        rows = batch.rows(wave)
        some = rows[evenly(len(rows), NAMED_AT_ONCE)]
        names = proper_names((batch.said.typed(row), batch.lang(row)) for row in some.tolist())
        for of in range(len(scheme.pillars)):
            here = rows[pillar[rows] == of]
            if wave:
                emerged += _new_words(judge, of, here, theme, fit, keys, names | before)
            ours = [each for each in emerged if each.pillar == of]
            _lay(judge, here, ours, theme, fit, keys)
            in_use = len(
                set(theme[here].tolist()) - {-1, len(scheme.themes), len(scheme.themes) + 1} | {keys.index(each.key) for each in ours}
            )
            room = (AT_MOST if at_most is None else at_most) - in_use
            left = here[theme[here] < 0]
            new = find_emerging(
                residue_of(judge, left), of, judge.model, among=len(here), of=len(left), room=room, barred=names, taken=keys
            )
            keys += [each.key for each in new]
            _lay(judge, here, new, theme, fit, keys)
            emerged += new
        if wave < last:
            before |= _words_said(judge, rows)
    return emerged


def _words_said(judge: Judge, rows: NDArray[np.int64]) -> set[Word]:
    """Every (language, stem) that these statements hold."""
    said, batch = judge.batch.said, judge.batch
    places, ends = said.places(rows)
    pairs = np.unique(np.repeat(batch.langs[rows].astype(np.int64), np.diff(ends)) * len(said.words) + said.folded[said.flat[places]])
    listed = (divmod(int(pair), len(said.words)) for pair in pairs.tolist())
    return {word for lang, at in listed for word in subject_words([said.words[at]], batch.languages[lang])}


def _new_words(  # what a theme is made of
    judge: Judge,
    of: int,
    here: NDArray[np.int64],
    theme: NDArray[np.int32],
    fit: Floats,
    keys: list[str],
    barred: set[Word],
) -> list[Emerged]:
    """Themes of a word that nobody said in earlier waves and that many say now, wherever the codebook had laid them; what a person settled stays."""
    loose = np.array([row for row in here.tolist() if row not in judge.batch.settled], dtype=np.int64)
    residue = residue_of(judge, loose)
    barred = barred | _words_at_home(residue, theme[loose[evenly(len(loose), LOOKED_AT)]], len(judge.scheme.themes))
    found = find_emerging(residue, of, judge.model, among=len(here), of=len(loose), room=NEW, barred=barred, taken=keys)
    keys += [each.key for each in found]
    for each in found:
        mine = loose[sharing_words(judge, loose, [each.word])[:, 0]]
        theme[mine], fit[mine] = keys.index(each.key), 1.0
    return found


def _words_at_home(residue: Residue, theme: NDArray[np.int32], n_themes: int) -> set[Word]:
    """Words whose answers the codebook lays for the greater part under one theme: that theme said anew, and none of its own."""
    of_word: dict[Word, Counter[int]] = defaultdict(Counter)
    for subjects, number in zip(residue.subjects, theme.tolist(), strict=True):
        for word in subjects:
            of_word[word][number] += 1
    return {
        word
        for word, count in of_word.items()
        if max((n for number, n in count.items() if 0 <= number < n_themes), default=0) > AT_HOME * count.total()
    }


def _lay(
    judge: Judge, rows: NDArray[np.int64], themes: Sequence[Emerged], theme: NDArray[np.int32], fit: Floats, keys: Sequence[str]
) -> None:
    left = rows[theme[rows] < 0]
    if not themes or not len(left):
        return
    joined, alike = join_emerged(judge, left, themes)
    number = np.array([keys.index(each.key) for each in themes], dtype=np.int32)
    some = joined >= 0
    theme[left[some]], fit[left[some]] = number[joined[some]], alike[some]
