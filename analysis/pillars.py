"""Pillars: words as a prior, letter groups beside them, the question that was asked, and what a person settled."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import normalize

from analysis.concepts import thesaurus
from analysis.corrections import COMMON, learn_corrections
from analysis.engine import Progress
from analysis.evidence import Evidence, Floats, weigh
from analysis.frame import OVERIG
from analysis.lexicon import default_words
from analysis.made import words_of_made
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
from analysis.reading import Batch
from analysis.scheme import Scheme
from analysis.taught import PART, feature_names, features, weights_for
from analysis.vocabulary import evenly

HONEST = 0.8  # log odds are brought back to this share before they are shown as a confidence: measured on answers with a known pillar
ALSO_WORDS, ALSO_SHARE = 1.0, 0.05  # words and probability that another pillar needs to be named as well
LOST = 1.2  # a statement without a known word whose best pillar is not this much likelier than chance lies under overig
MEANT = 0.5  # how much shared concepts weigh beside shared letter groups, where a settled answer speaks for others

Rows = slice | Sequence[int] | NDArray[np.int64]


@dataclass(frozen=True)
class Weighed:
    """What the words of some rows say.

    pillars, themes : rows x columns, evidence of the word lists.
    likely_pillars, likely_themes : rows x columns, log likelihood by letter groups and by what examples taught, corrections included.
    alike           : rows x themes, log likelihood by letter groups, corrections included.
    """

    pillars: Floats
    themes: Floats
    likely_pillars: Floats
    likely_themes: Floats
    alike: Floats


@dataclass
class Judge:
    """All that is known when a statement is weighed.

    batch, scheme   : the statements, and what they can be laid under.
    evidence        : what the word lists say of each word.
    meant           : what the thesaurus says of each word, with a column per concept.
    model           : what was learned from letter groups.
    scores          : words x columns, the model's log likelihood per word.
    weights         : features x columns, what examples taught; None where they taught nothing about these pillars.
    pulls           : words x columns and concepts x columns: what settled answers taught; None before there are any.
    more            : rows x columns, log likelihood from elsewhere (vectors); None when there is none.
    """

    batch: Batch
    scheme: Scheme
    evidence: Evidence
    meant: Evidence
    model: Model
    scores: Floats
    weights: Floats | None = None
    pulls: tuple[Floats, Floats, Floats] | None = None
    more: Floats | None = field(default=None, repr=False)

    def weigh(self, rows: Rows) -> Weighed:
        """Weigh some statements.

        rows    : their numbers, or a slice.
        Returns : Weighed.
        """
        counted = self.batch.said.counts(rows)
        lengths = self.model.lengths(counted)[:, None]
        likely = (counted @ self.scores) / lengths
        table = self.evidence.table(self.batch.said, rows)
        evidence = np.hstack([np.asarray((table @ each).todense()) for each in (self.evidence.pillars, self.evidence.themes)])
        n = len(self.scheme.pillars)
        told = self._taught(self.weights, evidence, likely, rows) if self.weights is not None else 0.0
        if self.pulls is not None:
            by_word, by_concept, anyway = self.pulls
            likely = likely + ((counted @ by_word) / lengths + MEANT * (self.concepts(rows) @ by_concept) + anyway) / GROUPS
        if self.more is not None:
            likely = likely + self.more[rows]
        alike, likely = likely[:, n:], likely + told
        return Weighed(evidence[:, :n], evidence[:, n:], likely[:, :n], likely[:, n:], alike)

    def _taught(self, weights: Floats, evidence: Floats, likely: Floats, rows: Rows) -> Floats:
        """What examples add to the log likelihood: their own odds, and less of those by words and letter groups."""
        told = features(evidence, likely, self.concepts(rows)) @ weights
        return np.asarray(np.where(weights.any(axis=0), told - (1 - PART) * log_odds(evidence, likely), 0.0) / GROUPS)

    def concepts(self, rows: Rows) -> Any:
        """Concepts of some statements: what languages have in common.

        Returns : sparse matrix, rows x concepts, each row of length 1 or 0.
        """
        found = self.meant.table(self.batch.said, rows) @ self.meant.themes
        return normalize(found) if found.shape[1] else found


@dataclass(frozen=True)
class Placed:
    """The pillar of each row: its number, how sure (0..1), how far before the second (0..1), and the keys it may also belong to."""

    pillar: NDArray[np.intp]
    confidence: Floats
    margin: Floats
    also: list[str]


def weigh_words(batch: Batch, scheme: Scheme, *, progress: Progress | None = None) -> Judge:
    """Look up all words and learn the model on the first wave and on what was settled.

    batch   : the statements.
    scheme  : pillars, themes and words.
    progress : called as ``progress(step, done, total)``; None for silence.
    Returns : Judge. Later waves are weighed by what the first taught: the model is carried forward.
    Cost: linear in the different words.
    """
    tell = progress or (lambda *_: None)
    evidence = weigh(scheme.lexicon, scheme.owners, batch.said, batch.langs, batch.languages, words_of_made(batch, scheme))
    known = thesaurus()
    meant = weigh(known.lexicon, [0] * len(known.concepts), batch.said, batch.langs, batch.languages)
    tell("weighing words", 1, 2)
    first = batch.rows(0)
    first = first[evenly(len(first), SAMPLE)]
    counted = batch.said.counts(first)
    model = learn_words(scheme.lexicon, scheme.owners, batch.said, counted)
    names = feature_names(scheme.pillars, scheme.themes, list(known.concepts))
    weights = weights_for(names, [*scheme.pillars, *scheme.themes]) if set(scheme.pillars) == set(default_words()[0]) else None
    judge = Judge(batch, scheme, evidence, meant, model, model.scores(), weights)
    _learn_settled(judge)
    if len(first) >= ENOUGH:
        _learn_own(judge, first, counted)
    _correct(judge)
    tell("weighing words", 2, 2)
    return judge


def place_pillars(judge: Judge, weighed: Weighed, rows: slice) -> Placed:
    """Choose the pillar of some statements.

    judge   : what ``weigh_words`` gave.
    weighed : what it said of these rows.
    rows    : a slice of the batch.
    Returns : Placed. What a person settled stays as it is, with confidence 1; what holds nothing to analyse lies under overig, with confidence 0.
    """
    batch, scheme = judge.batch, judge.scheme
    by_text = log_odds(weighed.pillars, weighed.likely_pillars) + open_doors(judge)
    odds = by_text + _asked(batch, scheme, rows)
    chance, sure = softmax(by_text), softmax(HONEST * odds)
    two = np.sort(sure, axis=1)[:, -2:]
    pillar, confidence, margin = odds.argmax(axis=1), two[:, -1].copy(), two[:, -1] - two[:, 0] * (two.shape[1] > 1)
    lost = (weighed.pillars.sum(axis=1) == 0) & (confidence < LOST / len(scheme.pillars))
    pillar[lost], confidence[lost] = len(scheme.pillars) - 1, sure[lost, -1]
    nothing = ~batch.held[rows]
    pillar[nothing], confidence[nothing], margin[nothing] = len(scheme.pillars) - 1, 0.0, 0.0
    for row, (settled, _) in batch.settled.items():
        if rows.start <= row < rows.stop:
            pillar[row - rows.start], confidence[row - rows.start], margin[row - rows.start] = scheme.pillars.index(settled), 1.0, 1.0
    return Placed(pillar, confidence, margin, _also(scheme, weighed.pillars, chance, pillar, nothing))


def open_doors(judge: Judge) -> Floats:
    """Say which pillars the text can bring up.

    judge   : holds the pillars, their words and what people settled.
    Returns : one number a pillar, to be added to log odds; -inf for an overig that has no words and that nobody settled on.
    """
    scheme = judge.scheme
    known = (
        len(scheme.pillars) == 1
        or scheme.lexicon.knows(len(scheme.pillars) - 1)
        or any(pillar == OVERIG for pillar, _ in judge.batch.settled.values())
    )
    doors = np.zeros(len(scheme.pillars))
    doors[-1] = LIKE_OVERIG if known else -np.inf
    return doors


def theme_doors(scheme: Scheme) -> Floats:
    """Which themes belong to which pillar.

    scheme  : pillars and themes.
    Returns : pillars x themes, 0 where the theme belongs to the pillar, -inf elsewhere; to be added to log odds.
    """
    doors = np.full((len(scheme.pillars), len(scheme.themes)), -np.inf)
    doors[list(scheme.owners), range(len(scheme.themes))] = 0.0
    return doors


def _asked(batch: Batch, scheme: Scheme, rows: slice) -> Floats:
    number = {pillar: place for place, pillar in enumerate(scheme.pillars)}
    asked = np.array([number.get(pillar, -1) for pillar in batch.asked[rows]], dtype=int)
    return np.asarray(ASKED * (asked[:, None] == np.arange(len(scheme.pillars))))


def _also(scheme: Scheme, evidence: Floats, chance: Floats, chosen: NDArray[np.intp], nothing: NDArray[np.bool_]) -> list[str]:
    others = (evidence >= ALSO_WORDS) & (chance >= ALSO_SHARE) & ~nothing[:, None]
    others[np.arange(len(chosen)), chosen] = False
    others[:, [pillar == OVERIG for pillar in scheme.pillars]] = False
    also = [""] * len(chosen)
    for row in np.flatnonzero(others.any(axis=1)).tolist():
        columns = sorted(np.flatnonzero(others[row]).tolist(), key=lambda column: (-chance[row, column], column))
        also[row] = " ".join(scheme.pillars[column] for column in columns)
    return also


def _teachers(batch: Batch) -> list[int]:
    return sorted(row for row in batch.settled if not batch.excluded[row])


def _taught(batch: Batch, scheme: Scheme, rows: Sequence[int]) -> Floats:
    """1 for the pillar, and the theme if there is one, that a person settled for each row."""
    taught = np.zeros((len(rows), len(scheme.pillars) + len(scheme.themes)))
    number = {theme: place for place, theme in enumerate(scheme.themes)}
    for place, row in enumerate(rows):
        pillar, theme = batch.settled[row]
        taught[place, scheme.pillars.index(pillar)] = 1.0
        if theme in number and scheme.pillars[scheme.owners[number[theme]]] == pillar:
            taught[place, len(scheme.pillars) + number[theme]] = 1.0
    return taught


def _learn_settled(judge: Judge) -> None:
    rows = _teachers(judge.batch)
    if rows:
        known = {column for column, _, _ in judge.scheme.lexicon.listed()}
        worth = [
            SETTLED if column in known else 1.0 for column in range(judge.model.counts.shape[0])
        ]  # a theme without words has nothing else
        judge.model.learn(judge.batch.said.counts(rows), np.array(worth) * _taught(judge.batch, judge.scheme, rows))
        judge.scores = judge.model.scores()


def _learn_own(judge: Judge, rows: NDArray[np.int64], counted: Any) -> None:
    """Self-training: statements that the model is sure of teach their pillar, half as strongly as a word from the lists."""
    model, n = judge.model, len(judge.scheme.pillars)
    before = model.counts.copy()
    doors = open_doors(judge)
    for _ in range(ROUNDS):
        weighed = judge.weigh(rows)
        chance = softmax(log_odds(weighed.pillars, weighed.likely_pillars) + doors)
        two = np.sort(chance, axis=1)[:, -2:]
        sure = (two[:, 1] - two[:, 0] if two.shape[1] == 2 else two[:, 0]) > SURE
        model.counts = before.copy()
        taught = np.zeros((len(rows), len(model.counts)))
        taught[:, :n] = OWN * chance * sure[:, None]
        model.learn(counted, taught)
        judge.scores = model.scores()


def _correct(judge: Judge) -> None:
    """Let what a person settled move the likelihood of what looks like it, or means the same, where the model was wrong."""
    rows = _teachers(judge.batch)[:SETTLED_AT_MOST]
    if not rows:
        return
    counted, concepts, weighed = judge.batch.said.counts(rows), judge.concepts(rows), judge.weigh(rows)
    features = judge.model.features(counted)
    likeness = np.asarray((features @ features.T).todense(), dtype=float) + MEANT * np.asarray((concepts @ concepts.T).todense())
    taught = _taught(judge.batch, judge.scheme, rows)
    split = len(judge.scheme.pillars)
    pulls = []
    for evidence, likelihood, wanted, doors in (
        (weighed.pillars, weighed.likely_pillars, taught[:, :split], open_doors(judge)),
        (weighed.themes, weighed.likely_themes, taught[:, split:], theme_doors(judge.scheme)[taught[:, :split].argmax(axis=1)]),
    ):
        known = wanted.sum(axis=1) > 0
        pull = np.zeros(wanted.shape)
        if known.any():
            odds = (log_odds(evidence, likelihood) + doors)[known]
            pull[known] = learn_corrections(likeness[np.ix_(known, known)], odds, wanted[known])
        pulls.append(pull)
    pull = np.hstack(pulls)
    judge.pulls = (np.asarray(judge.model.groups @ (features.T @ pull)), np.asarray(concepts.T @ pull), COMMON * pull.sum(axis=0))
