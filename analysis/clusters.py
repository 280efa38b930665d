"""Grouping without pillars: all statements at once, in one frame for all languages, into a given number of themes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from analysis.engine import PIECE
from analysis.evidence import Floats
from analysis.pillars import Judge
from analysis.vocabulary import evenly

DIMENSIONS = 100
MEANT = 0.7  # how much concepts weigh beside them
IDEAS = 1.0  # how much the subjects of the programme's word lists weigh beside the letter groups; they are what languages share
SAMPLE = 20_000  # statements that the axes and the groups are fitted on
STARTS = 5
FEW = 10  # a language with so few statements is only half known; its mean leans on that of all


@dataclass
class Groups:
    """A grouping that later statements can be laid into.

    axes    : words of this run x dimensions, the directions in which statements differ most; None where vectors were given.
    means   : language -> mean, taken away so that groups are not languages; -1 for languages that are new.
    centres : groups x dimensions, each of length 1.
    """

    axes: Floats | None
    means: dict[int, Floats]
    centres: Floats

    def place(self, judge: Judge, rows: NDArray[np.int64], vectors: Floats | None) -> tuple[NDArray[np.intp], Floats]:
        """Lay statements into the groups.

        judge   : holds the statements.
        rows    : their numbers.
        vectors : one per statement of the batch, or None.
        Returns : (group per row, cosine to its centre 0..1).
        """
        group, cosine = [np.zeros(0, np.intp)], [np.zeros(0)]
        for start in range(0, len(rows), PIECE):
            alike = _points(judge, rows[start : start + PIECE], vectors, self.axes, self.means) @ self.centres.T
            group.append(alike.argmax(axis=1))
            cosine.append(np.clip(alike.max(axis=1), 0, 1))
        return np.concatenate(group), np.concatenate(cosine)


def find_groups(judge: Judge, rows: NDArray[np.int64], vectors: Floats | None, *, n: int, seed: int = 0) -> Groups:
    """Group statements that speak of the same thing.

    judge   : holds the statements; subjects of its lists and concepts count in every language alike.
    rows    : statements to learn from.
    vectors : one per statement of the batch, instead of letter groups; None: letter groups.
    n       : groups, >= 1; laid out by ``place``, these statements fill exactly so many.
    seed    : of the axes and the first centres.
    Returns : Groups. Each language's mean is taken away, so that groups are not the languages. Same statements in the same order and same seed: same groups.
    Raises  : ValueError when there are fewer different statements than groups.
    Cost: linear in the statements; axes and centres are fitted on 20,000 of them. Method: LSA (Deerwester et al., 1990), spherical k-means (Dhillon and Modha, 2001).
    """
    some = rows[evenly(len(rows), SAMPLE)]
    axes = _find_axes(judge, some, seed) if vectors is None and len(some) else None
    means = _means(judge, some, vectors, axes)
    points = _points(judge, some, vectors, axes, means)
    different = len(np.unique(points.round(9), axis=0))
    if different < n:
        raise ValueError(f"themes: {n} asked, but there are only {different} different statements with something in them")
    method = KMeans if len(some) <= SAMPLE // 2 else MiniBatchKMeans
    fitted = method(n, n_init=STARTS, random_state=seed).fit(points)
    centres = normalize(fitted.cluster_centers_)
    _fill_empty(points, centres)
    return Groups(axes, means, centres)


def sensible_number(n: int) -> int:
    """Say how many groups suit ``n`` statements when nobody said: some 25 a group, from 2 to 20.

    n       : int, >= 0, number of statements.
    Returns : int, 2..20, or 1 for at most one statement.

    >>> sensible_number(400), sensible_number(3), sensible_number(1)
    (16, 2, 1)
    """
    return min(max(2, min(20, n // 25)), n)


def _find_axes(judge: Judge, rows: NDArray[np.int64], seed: int) -> Floats:
    features = judge.model.features(judge.batch.said.counts(rows))
    used = np.unique(features.indices)
    size = max(min(DIMENSIONS, features.shape[0] - 1, len(used) - 1), 1)
    with np.errstate(all="ignore"):  # statements that are all alike have no variance to explain
        fitted = TruncatedSVD(size, random_state=seed).fit(features[:, used].astype(float))
    return np.asarray(judge.model.groups[:, used] @ fitted.components_.T, dtype=float)


def _project(judge: Judge, rows: NDArray[np.int64], vectors: Floats | None, axes: Floats | None) -> Floats:
    if vectors is not None:
        return np.asarray(vectors[rows], dtype=float)
    if axes is None:
        return np.zeros((len(rows), 1))
    counted = judge.batch.said.counts(rows)
    return np.asarray((counted @ axes) / judge.model.lengths(counted)[:, None])


def _means(judge: Judge, rows: NDArray[np.int64], vectors: Floats | None, axes: Floats | None) -> dict[int, Floats]:
    points, of = _project(judge, rows, vectors, axes), judge.batch.langs[rows]
    overall = points.mean(axis=0) if len(points) else np.zeros(points.shape[1])
    means = {int(lang): (points[of == lang].sum(axis=0) + FEW * overall) / ((of == lang).sum() + FEW) for lang in np.unique(of)}
    return {**means, -1: overall}


def _points(judge: Judge, rows: NDArray[np.int64], vectors: Floats | None, axes: Floats | None, means: dict[int, Floats]) -> Floats:
    points = _project(judge, rows, vectors, axes)
    if len(points):
        points = points - np.vstack([means.get(int(lang), means[-1]) for lang in judge.batch.langs[rows]])
    table = judge.evidence.table(judge.batch.said, rows)
    ideas = np.asarray((table @ judge.evidence.themes).todense())
    parts = [normalize(points)]
    parts += [weight * normalize(found) for weight, found in ((IDEAS, ideas), (MEANT, judge.concepts(rows).toarray())) if found.shape[1]]
    return np.asarray(normalize(np.hstack(parts)))


def _fill_empty(points: Floats, centres: Floats) -> None:
    """Move each centre that no statement is nearest to onto the statement that fits its own group worst."""
    for _ in range(2 * len(centres)):
        alike = points @ centres.T
        placed = alike.argmax(axis=1)
        size = np.bincount(placed, minlength=len(centres))
        if size.all():
            return
        fit = np.where(size[placed] > 1, alike.max(axis=1), np.inf)
        centres[int(size.argmin())] = points[int(fit.argmin())]
