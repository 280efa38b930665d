"""Pillars: words as a prior, letter groups beside them, the question that was asked, and what a person settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from analysis.corrections import corrected, learn_corrections
from analysis.engine import Progress, pieces, run
from analysis.evidence import Floats, weigh
from analysis.frame import OVERIG
from analysis.model import ASKED, ENOUGH, LIKE_OVERIG, OWN, ROUNDS, SAMPLE, SETTLED, SURE, Model, learn_words, log_odds, softmax
from analysis.reading import Batch
from analysis.scheme import RESERVED, Scheme

HONEST = 0.8  # log odds are brought back to this share before they are shown as a confidence: measured on answers with a known pillar
ALSO_WORDS, ALSO_SHARE = 1.0, 0.05  # words and probability that another pillar needs to be named as well
LOST = 1.5  # a statement without a known word whose best pillar is not this much likelier than chance lies under overig


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
    Returns : Weighed. Later waves are weighed by what the first taught: the model is carried forward.
    Cost: linear in the statements.
    """
    todo = [batch.read[piece] for piece in pieces(len(batch.read))]
    found = run(partial(_weigh_piece, scheme=scheme), todo, engine=engine, step="weighing words", progress=progress)
    of_pillars, of_themes = (np.vstack(tables) for tables in zip(*found, strict=True))
    first = _sample(batch.rows(0))
    model = learn_words(scheme.lexicon, scheme.owners, [batch.read[row].said for row in first])
    _learn_settled(model, batch, scheme)
    if len(first) >= ENOUGH:
        _learn_own(model, batch, scheme, first, of_pillars)
    scored = run(partial(_score_piece, model=model), todo, engine=engine, step="scoring", progress=progress)
    likely_pillars, likely_themes = (np.vstack(tables) for tables in zip(*scored, strict=True))
    weighed = Weighed(of_pillars, of_themes, likely_pillars, likely_themes, model)
    _correct(weighed, batch, scheme)
    return weighed


def place_pillars(batch: Batch, scheme: Scheme, weighed: Weighed) -> Placed:
    """Choose the pillar of each statement.

    Returns : Placed. What a person settled stays as it is, with confidence 1; what holds nothing to analyse lies under overig, with confidence 0.
    """
    by_text = _odds(scheme, weighed.pillars, weighed.likely_pillars)
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


def _odds(scheme: Scheme, evidence: Floats, likelihood: Floats) -> Floats:
    odds = log_odds(evidence, likelihood)
    has_words = bool(scheme.lexicon.words_of(len(scheme.pillars) - 1))
    odds[:, -1] = odds[:, -1] + LIKE_OVERIG if has_words or len(scheme.pillars) == 1 else -np.inf
    return odds
