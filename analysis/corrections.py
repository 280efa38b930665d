"""What a person settled: it steers answers that look alike, and only where the model was wrong."""

import numpy as np

from analysis.evidence import Floats
from analysis.model import softmax

ROUNDS = 60
CAUTION = 0.5  # pulls every correction back a little; measured: less of it makes few corrections in many languages do harm
COMMON = 0.02  # what all statements have in common: a pillar that is corrected often gains a little everywhere


def learn_corrections(likeness: Floats, odds: Floats, settled: Floats) -> Floats:
    """Learn how far each settled answer must move what looks like it: logistic regression on what the model left over, in its dual form.

    likeness : n x n, cosine between settled answers.
    odds     : n x columns, what the model thought of them; -inf for what was out of the question.
    settled  : n x columns, 1 for what the person settled, 0 elsewhere.
    Returns  : n x columns: how far each settled answer pulls what looks like it; a statement's log odds grow by its likeness to each, plus COMMON, times this.
    Cost: n squared; 1,000 settled answers take 0.2 s.
    """
    alike = likeness + COMMON
    pull = np.zeros_like(settled)
    if not len(settled):
        return pull
    step = 1.0 / (0.5 * float(np.abs(alike).sum(axis=1).max()) + CAUTION)
    for _ in range(ROUNDS):
        pull += step * (settled - softmax(odds + alike @ pull) - CAUTION * pull)
    return pull
