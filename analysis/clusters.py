"""Grouping without pillars: all statements at once, in one frame for all languages, into a given number of themes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from analysis.evidence import Floats

DIMENSIONS = 100
IDEAS = 1.0  # how much the subjects of the programme's word lists weigh beside the letter groups; they are what languages share
SAMPLE = 20_000  # statements that the axes and the groups are fitted on
STARTS = 5
FEW = 10  # a language with so few statements is only half known; its mean leans on that of all


@dataclass(frozen=True)
class Axes:
    """The directions in which statements differ most, over the letter groups that occur at all."""

    used: NDArray[np.intp]
    fitted: TruncatedSVD

    def project(self, features: Any) -> Floats:
        """Bring letter groups down to these directions.

        features : n x columns, sparse.
        Returns  : n x at most 100.
        """
        return np.asarray(self.fitted.transform(features[:, self.used]))


@dataclass
class Groups:
    """A grouping that later statements can be laid into.

    axes    : the fitted projection, or None where vectors were given.
    means   : language -> mean, taken away so that groups are not languages; "" for languages that are new.
    centres : groups x dimensions, each of length 1.
    """

    axes: Axes | None
    means: dict[str, Floats]
    centres: Floats

    def place(self, features: Any, ideas: Floats, langs: Sequence[str]) -> tuple[list[int], list[float]]:
        """Lay statements into the groups.

        features : n x columns, letter groups or given vectors.
        ideas    : n x ideas, evidence of the word lists.
        langs    : language per statement.
        Returns  : (group per statement, cosine to its centre 0..1).
        """
        points = _frame(features, ideas, langs, self.axes, self.means)
        alike = points @ self.centres.T
        group = alike.argmax(axis=1)
        return group.tolist(), np.clip(alike[np.arange(len(group)), group], 0, 1).tolist()


def find_groups(features: Any, ideas: Floats, langs: Sequence[str], *, n: int, seed: int = 0) -> Groups:
    """Group statements that speak of the same thing.

    features : m x columns, letter groups (sparse) or given vectors (array).
    ideas    : m x ideas, evidence of the word lists; counts in every language alike.
    langs    : language per statement; each language's mean is taken away, so that groups are not the languages.
    n        : groups, >= 1; laid out by ``place``, these statements fill exactly so many.
    seed     : of the axes and the first centres.
    Returns  : Groups. Same statements in the same order and same seed: same groups.
    Raises   : ValueError when there are fewer different statements than groups.
    Cost: linear in the statements; axes and centres are fitted on 20,000 of them. Method: LSA (Deerwester et al., 1990), spherical k-means (Dhillon and Modha, 2001).
    """
    rows = np.unique(np.linspace(0, len(langs) - 1, min(len(langs), SAMPLE)).astype(int))
    axes = None if isinstance(features, np.ndarray) else _find_axes(features[rows], seed)
    means = _means(_project(features, axes), langs)
    points = _frame(features, ideas, langs, axes, means)
    different = len(np.unique(points.round(9), axis=0))
    if different < n:
        raise ValueError(f"themes: {n} asked, but there are only {different} different statements with something in them")
    method = KMeans if len(rows) <= SAMPLE // 2 else MiniBatchKMeans
    fitted = method(n, n_init=STARTS, random_state=seed).fit(points[rows])
    groups = Groups(axes, means, normalize(fitted.cluster_centers_))
    _fill_empty(points, groups.centres)
    return groups


def sensible_number(n: int) -> int:
    """Say how many groups suit ``n`` statements when nobody said: some 25 a group, from 2 to 20.

    n       : int, >= 0, number of statements.
    Returns : int, 2..20, or 1 for at most one statement.

    >>> sensible_number(400), sensible_number(3), sensible_number(1)
    (16, 2, 1)
    """
    return min(max(2, min(20, n // 25)), n)


def _find_axes(features: Any, seed: int) -> Axes:
    used = np.unique(features.indices)
    size = max(min(DIMENSIONS, features.shape[0] - 1, len(used) - 1), 1)
    with np.errstate(all="ignore"):  # statements that are all alike have no variance to explain
        return Axes(used, TruncatedSVD(size, random_state=seed).fit(features[:, used]))


def _project(features: Any, axes: Axes | None) -> Floats:
    return np.asarray(features, dtype=float) if axes is None else axes.project(features)


def _means(points: Floats, langs: Sequence[str]) -> dict[str, Floats]:
    of = np.asarray(langs)
    overall = points.mean(axis=0)
    means = {lang: (points[of == lang].sum(axis=0) + FEW * overall) / ((of == lang).sum() + FEW) for lang in sorted(set(langs))}
    return {**means, "": overall}


def _frame(features: Any, ideas: Floats, langs: Sequence[str], axes: Axes | None, means: dict[str, Floats]) -> Floats:
    points = _project(features, axes)
    if len(points):
        points = points - np.vstack([means.get(lang, means[""]) for lang in langs])
    return np.asarray(normalize(np.hstack([normalize(points), IDEAS * normalize(ideas)])) if ideas.size else normalize(points))


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
