"""Pillars: words as a prior, letter groups beside them, the question that was asked, and what a person settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from analysis.corrections import corrected, learn_corrections
from analysis.engine import Progress, pieces, run
from analysis.evidence import Floats, ngrams, weigh
from analysis.frame import OVERIG
from analysis.model import (
    ASKED,
    ENOUGH,
    GROUPS,
    LIKE_OVERIG,
    OWN,
    ROUNDS,
    SAMPLE,
    SETTLED,
    SETTLED_AT_MOST,
    SURE,
    Model,
    learn_words,
    log_odds,
    softmax,
)
from analysis.reading import Batch, Read
from analysis.scheme import Scheme

HONEST = 0.8  # log odds are brought back to this share before they are shown as a confidence: measured on answers with a known pillar
ALSO_WORDS, ALSO_SHARE = 1.0, 0.05  # words and probability that another pillar needs to be named as well
LOST = 1.2  # a statement without a known word whose best pillar is not this much likelier than chance lies under overig


@dataclass(frozen=True)
class Weighed:
    """What each row's words say.

    pillars, themes : rows x columns, evidence of the word lists.
    likely_pillars, likely_themes : rows x columns, log likelihood by letter groups, corrections included.
    model           : what gave the likelihood.
    """

    pillars: Floats
    themes: Floats
    likely_pillars: Floats
    likely_themes: Floats
    model: Model


@dataclass(frozen=True)
class Placed:
    """The pillar of each row: its number, how sure (0..1), and the keys it may also belong to."""

    pillar: list[int]
    confidence: list[float]
    also: list[str]


def weigh_statements(batch: Batch, scheme: Scheme, *, engine: str = "serial", progress: Progress | None = None) -> Weighed:
    """Weigh all statements and learn the model on the first wave and on what was settled.

    batch   : the statements.
    scheme  : pillars, themes and words.
    engine  : "serial", "joblib" or "dask": the same result.
    progress : called as ``progress(step, done, total)``; None for silence.
    Returns : Weighed. Later waves are weighed by what the first taught: the model is carried forward.
    Cost: linear in the statements.
    """
    todo = [batch.read[piece] for piece in pieces(len(batch.read))]
    found = run(partial(_weigh_piece, scheme=scheme), todo, engine=engine, step="weighing words", progress=progress)
    of_pillars, of_themes = (np.vstack(tables) for tables in zip(*found, strict=True))
    first = _sample(batch.rows(0))
    counted = ngrams([batch.read[row].said for row in first])
    model = learn_words(scheme.lexicon, scheme.owners, counted)
    _learn_settled(model, batch, scheme)
    if len(first) >= ENOUGH:
        _learn_own(model, scheme, model.weighted(counted), of_pillars[first], _open(batch, scheme))
    scored = run(partial(_score_piece, model=model), todo, engine=engine, step="scoring", progress=progress)
    likely_pillars, likely_themes = (np.vstack(tables) for tables in zip(*scored, strict=True))
    weighed = Weighed(of_pillars, of_themes, likely_pillars, likely_themes, model)
    _correct(weighed, batch, scheme)
    return weighed


def place_pillars(batch: Batch, scheme: Scheme, weighed: Weighed) -> Placed:
    """Choose the pillar of each statement.

    batch   : the statements.
    scheme  : pillars, themes and words.
    weighed : what ``weigh_statements`` gave for this batch.
    Returns : Placed. What a person settled stays as it is, with confidence 1; what holds nothing to analyse lies under overig, with confidence 0.
    """
    by_text = log_odds(weighed.pillars, weighed.likely_pillars) + _open(batch, scheme)
    odds = by_text + _asked(batch, scheme)
    chance, sure = softmax(by_text), softmax(HONEST * odds)
    pillar, confidence = odds.argmax(axis=1), sure.max(axis=1)
    lost = (weighed.pillars.sum(axis=1) == 0) & (sure.max(axis=1) < LOST / len(scheme.pillars))
    pillar[lost] = len(scheme.pillars) - 1
    confidence[lost] = sure[lost, -1]
    also = [""] * len(pillar)
    for row, statement in enumerate(batch.read):
        settled, _ = batch.settled[row]
        if settled:
            pillar[row], confidence[row] = scheme.pillars.index(settled), 1.0
        elif statement.excluded:
            pillar[row], confidence[row] = len(scheme.pillars) - 1, 0.0
        if not statement.excluded:
            also[row] = _also(scheme, weighed.pillars[row], chance[row], int(pillar[row]))
    return Placed(pillar.tolist(), confidence.tolist(), also)


def _weigh_piece(piece: Sequence[Read], *, scheme: Scheme) -> tuple[Floats, Floats]:
    return weigh(scheme.lexicon, scheme.owners, [statement.said for statement in piece], [statement.lang for statement in piece])


def _score_piece(piece: Sequence[Read], *, model: Model) -> tuple[Floats, Floats]:
    return model.score(model.features([statement.said for statement in piece]))


def _sample(rows: list[int]) -> list[int]:
    """At most SAMPLE rows, spread evenly."""
    if len(rows) <= SAMPLE:
        return rows
    return [rows[place] for place in np.linspace(0, len(rows) - 1, SAMPLE).astype(int)]


def _open(batch: Batch, scheme: Scheme) -> Floats:
    """0 for the pillars that the text can bring up; -inf for an overig that has no words and that nobody settled on."""
    known = (
        len(scheme.pillars) == 1 or scheme.lexicon.knows(len(scheme.pillars) - 1) or any(pillar == OVERIG for pillar, _ in batch.settled)
    )
    doors = np.zeros(len(scheme.pillars))
    doors[-1] = LIKE_OVERIG if known else -np.inf
    return doors


def _asked(batch: Batch, scheme: Scheme) -> Floats:
    odds = np.zeros((len(batch.read), len(scheme.pillars)))
    for row, pillar in enumerate(batch.asked):
        if pillar in scheme.pillars:
            odds[row, scheme.pillars.index(pillar)] = ASKED
    return odds


def _also(scheme: Scheme, evidence: Floats, chance: Floats, chosen: int) -> str:
    others = [
        column
        for column in range(len(scheme.pillars))
        if column != chosen and scheme.pillars[column] != OVERIG and evidence[column] >= ALSO_WORDS and chance[column] >= ALSO_SHARE
    ]
    return " ".join(scheme.pillars[column] for column in sorted(others, key=lambda column: (-chance[column], column)))


def _taught(batch: Batch, scheme: Scheme, rows: Sequence[int]) -> Floats:
    """1 for the pillar, and the theme if there is one, that a person settled for each row."""
    taught = np.zeros((len(rows), len(scheme.pillars) + len(scheme.themes)))
    for place, row in enumerate(rows):
        pillar, theme = batch.settled[row]
        taught[place, scheme.pillars.index(pillar)] = 1.0
        if theme in scheme.themes and scheme.pillars[scheme.owners[scheme.themes.index(theme)]] == pillar:
            taught[place, len(scheme.pillars) + scheme.themes.index(theme)] = 1.0
    return taught


def _teachers(batch: Batch) -> list[int]:
    return [row for row, (pillar, _) in enumerate(batch.settled) if pillar and not batch.read[row].excluded]


def _learn_settled(model: Model, batch: Batch, scheme: Scheme) -> None:
    rows = _teachers(batch)
    if rows:
        model.learn(model.features([batch.read[row].said for row in rows]), SETTLED * _taught(batch, scheme, rows))


def _learn_own(model: Model, scheme: Scheme, features: Any, evidence: Floats, doors: Floats) -> None:
    """Self-training: statements that the model is sure of teach their pillar, half as strongly as a word from the lists."""
    before = model.counts.copy()
    for _ in range(ROUNDS):
        likelihood, _ = model.score(features)
        chance = softmax(log_odds(evidence, likelihood) + doors)
        two = np.sort(chance, axis=1)[:, -2:]
        sure = (two[:, 1] - two[:, 0] if two.shape[1] == 2 else two[:, 0]) > SURE
        model.counts = before.copy()
        taught = np.zeros((len(evidence), len(model.counts)))
        taught[:, : len(scheme.pillars)] = OWN * chance * sure[:, None]
        model.learn(features, taught)


def _correct(weighed: Weighed, batch: Batch, scheme: Scheme) -> None:
    """Let what a person settled move the likelihood of what looks like it, where the model was wrong."""
    rows = _teachers(batch)[:SETTLED_AT_MOST]
    if not rows:
        return
    features = weighed.model.features([batch.read[row].said for row in rows])
    likeness = np.asarray((features @ features.T).todense())
    taught = _taught(batch, scheme, rows)
    split = len(scheme.pillars)
    for evidence, likelihood, wanted, doors in (
        (weighed.pillars, weighed.likely_pillars, taught[:, :split], _open(batch, scheme)),
        (weighed.themes, weighed.likely_themes, taught[:, split:], theme_doors(scheme)[taught[:, :split].argmax(axis=1)]),
    ):
        known = wanted.sum(axis=1) > 0
        if known.any():
            odds = log_odds(evidence[rows], likelihood[rows]) + doors
            pull = learn_corrections(likeness[np.ix_(known, known)], odds[known], wanted[known])
            for piece in pieces(len(batch.read)):
                near = weighed.model.features([statement.said for statement in batch.read[piece]]) @ features[known].T
                likelihood[piece] += corrected(np.asarray(near.todense()), pull) / GROUPS


def theme_doors(scheme: Scheme) -> Floats:
    """Which themes belong to which pillar.

    scheme  : pillars and themes.
    Returns : pillars x themes, 0 where the theme belongs to the pillar, -inf elsewhere; to be added to log odds.
    """
    doors = np.full((len(scheme.pillars), len(scheme.themes)), -np.inf)
    doors[list(scheme.owners), range(len(scheme.themes))] = 0.0
    return doors
