"""Themes within the pillar: those of the codebook first, then those that the answers bring up themselves, then the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.emerging import AT_MOST, Emerged, Residue, find_emerging, join_emerged
from analysis.labels import proper_names, subject_words
from analysis.model import log_odds, softmax
from analysis.pillars import Placed, Weighed, theme_doors
from analysis.reading import Batch
from analysis.scheme import NOTHING, REST, Scheme

# From here on letter groups alone may lay a statement under a theme of the codebook, when it holds no known word and no theme emerged that has its word:
CLEAR = 0.5  # the theme's probability within the pillar
LIKELY = 3.0  # its log likelihood, compared with that of any statement


@dataclass(frozen=True)
class Themed:
    """The theme of each row, its fit (0..1), and how strongly it may be quoted for it; and the label of each theme."""

    theme: list[str]
    fit: list[float]
    strength: list[float]
    labels: dict[str, str]


def place_themes(batch: Batch, scheme: Scheme, weighed: Weighed, placed: Placed, *, at_most: int | None = None) -> Themed:
    """Lay each statement under a theme of its pillar.

    batch   : the statements.
    scheme  : themes and their labels.
    weighed : what the words say.
    placed  : the pillars.
    at_most : themes per pillar, without ``rest``; the largest of the first wave stay, settled ones first. None: all of the codebook, and new ones up to 12.
    Returns : Themed. Themes that emerge in a wave stay for the waves after, with key and label; what a person settled stays as it is.
    """
    theme, fit, strength, guessed = _by_codebook(batch, scheme, weighed, placed)
    if at_most is not None:
        kept = _largest(batch, scheme, placed, theme, at_most)
        theme = [each if each in kept or batch.settled[row][1] or batch.read[row].excluded else "" for row, each in enumerate(theme)]
        guessed = {row: each for row, each in guessed.items() if each in kept}
    emerged = _emerge(batch, scheme, weighed, placed, theme, fit, at_most)
    labels = {**scheme.labels, **{each.key: each.label for each in emerged}}
    for row, each in enumerate(theme):
        if not each:
            theme[row] = guessed.get(row, REST)
            fit[row] = fit[row] if row in guessed else 0.0
        elif each in labels and each not in scheme.labels:
            strength[row] = fit[row]
    return Themed(theme, fit, strength, labels)


def _by_codebook(
    batch: Batch, scheme: Scheme, weighed: Weighed, placed: Placed
) -> tuple[list[str], list[float], list[float], dict[int, str]]:
    """Theme per row, "" for the residue; its probability; its probability with the weight of its words; and what letter groups guess for the residue."""
    n = len(batch.read)
    guessed: dict[int, str] = {}
    theme, fit, strength = [""] * n, [0.0] * n, [0.0] * n
    with_themes = np.isin(placed.pillar, scheme.owners)
    if with_themes.any():
        odds = (
            log_odds(weighed.themes[with_themes], weighed.likely_themes[with_themes])
            + theme_doors(scheme)[np.asarray(placed.pillar)[with_themes]]
        )
        chance = softmax(odds)
        for row, share in zip(np.flatnonzero(with_themes).tolist(), chance, strict=True):
            best = int(share.argmax())
            known = float(weighed.themes[row, best])
            clear = share[best] >= CLEAR and weighed.likely_themes[row, best] >= LIKELY
            if known or clear:
                fit[row] = float(share[best])
                strength[row] = fit[row] * (1 + min(known, 3.0)) if known else 0.5 * fit[row]
            if known:
                theme[row] = scheme.themes[best]
            elif clear:
                guessed[row] = scheme.themes[best]
    for row, statement in enumerate(batch.read):
        pillar, settled = batch.settled[row]
        if settled:
            theme[row], fit[row], strength[row] = settled, 1.0, 4.0
        elif statement.excluded:
            theme[row], fit[row], strength[row] = NOTHING, 0.0, 0.0
        elif pillar and fit[row]:
            strength[row] += 1.0
    return theme, fit, strength, guessed


def _largest(batch: Batch, scheme: Scheme, placed: Placed, theme: Sequence[str], at_most: int) -> set[str]:
    """The themes of each pillar that stay: settled ones, then those with the most weight in the first wave."""
    weight: dict[tuple[int, str], float] = {}
    settled = {(scheme.pillars.index(pillar), each) for pillar, each in batch.settled if each}
    for row in batch.rows(0):
        if theme[row] and theme[row] not in (REST, NOTHING):
            of = (placed.pillar[row], theme[row])
            weight[of] = weight.get(of, 0.0) + batch.weights[row]
    kept: set[str] = set()
    for pillar in range(len(scheme.pillars)):
        ranked = sorted((of for of in weight if of[0] == pillar), key=lambda of: (of not in settled, -weight[of], of[1]))
        kept.update(each for _, each in ranked[:at_most])
    return kept


def _emerge(
    batch: Batch, scheme: Scheme, weighed: Weighed, placed: Placed, theme: list[str], fit: list[float], at_most: int | None
) -> list[Emerged]:
    """Fill the residue of each pillar, wave by wave, with themes that came up before and with new ones."""
    emerged: list[Emerged] = []
    for wave in range(max(batch.waves) + 1):
        rows = batch.rows(wave)
        names = proper_names((batch.read[row].surfaces, batch.read[row].lang) for row in rows)
        for pillar in range(len(scheme.pillars)):
            here = [row for row in rows if placed.pillar[row] == pillar]
            ours = [each for each in emerged if each.pillar == pillar]
            _lay(join_emerged(_residue(batch, theme, here), ours, weighed.model), theme, fit)
            in_use = len({theme[row] for row in here} - {"", REST, NOTHING} | {each.key for each in ours})
            room = (AT_MOST if at_most is None else at_most) - in_use
            left = _residue(batch, theme, here)
            taken = {*scheme.themes, REST, NOTHING, *(each.key for each in emerged), *theme}
            new = find_emerging(left, pillar, weighed.model, among=len(here), room=room, barred=names, taken=taken)
            _lay(join_emerged(left, new, weighed.model), theme, fit)
            emerged += new
    return emerged


def _residue(batch: Batch, theme: Sequence[str], rows: Sequence[int]) -> Residue:
    left = [row for row in rows if not theme[row]]
    return Residue(
        left, [subject_words(batch.read[row].surfaces, batch.read[row].lang) for row in left], [batch.read[row].said for row in left]
    )


def _lay(joined: dict[int, tuple[str, float]], theme: list[str], fit: list[float]) -> None:
    for row, (key, share) in joined.items():
        theme[row], fit[row] = key, share
