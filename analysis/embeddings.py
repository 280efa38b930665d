"""Vectors from elsewhere: a file of them, or a model in a local folder; optional, and nothing is ever downloaded."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame
from sklearn.preprocessing import normalize

from analysis.evidence import Floats
from analysis.model import GROUPS, log_odds, softmax
from analysis.pillars import Weighed
from analysis.reading import Batch

Vectors = DataFrame | Callable[[list[str]], Any]
WEIGHT = 6.0  # log odds that a cosine of 1 is worth


def load_embeddings(path: Path) -> Vectors:
    """Open what ``--embeddings`` names.

    path    : a .npz with ``ids`` (texts) and ``vectors`` (n x d), or a folder with a sentence-transformers model.
    Returns : DataFrame of vectors, index id; or a function from texts to vectors.
    Raises  : ValueError naming the path, when it is neither, when it cannot be read, or when sentence-transformers is not installed.
    """
    if path.is_dir():
        return _load_folder(path)
    try:
        with np.load(path, allow_pickle=False) as held:
            ids, vectors = held["ids"], held["vectors"]
    except (OSError, KeyError, ValueError, EOFError) as problem:
        raise ValueError(f"{path}: is not a .npz with ids and vectors, nor a folder with a model ({type(problem).__name__})") from None
    if vectors.ndim != 2 or len(ids) != len(vectors):
        raise ValueError(f"{path}: {len(ids)} ids do not fit vectors of shape {vectors.shape}")
    return DataFrame(vectors.astype(float), index=pd.Index([str(key) for key in ids.tolist()]))


def vectors_of(embeddings: Vectors | None, ids: Sequence[Any], texts: Sequence[str]) -> Floats | None:
    """Give each statement its vector.

    embeddings : as ``analyse`` takes them; None gives None.
    ids, texts : of the statements; texts masked.
    Returns    : n x d, each of length 1.
    Raises     : ValueError naming the id that has no vector, or one with something else than numbers.
    """
    if embeddings is None:
        return None
    if isinstance(embeddings, DataFrame):
        place = {str(key): number for number, key in enumerate(embeddings.index)}
        missing = next((key for key in ids if str(key) not in place), None)
        if missing is not None:
            raise ValueError(f"embeddings: there is no vector for id {missing}")
        found = embeddings.to_numpy(dtype=float)[[place[str(key)] for key in ids]]
    else:
        found = np.asarray(embeddings(list(texts)), dtype=float)
    broken = np.flatnonzero(~np.isfinite(found).all(axis=1))
    if len(broken):
        raise ValueError(f"embeddings: the vector of id {ids[int(broken[0])]} holds something else than numbers")
    return np.asarray(normalize(found))


def likely_by_vectors(weighed: Weighed, vectors: Floats, batch: Batch) -> None:
    """Let vectors speak beside the words: each pillar and theme has a centre among the statements that the words put there.

    weighed : its likelihoods are changed.
    vectors : n x d, each of length 1; each language's mean is taken away, so that centres are not languages.
    batch   : tells which statements belong to the first wave and hold something.
    """
    langs = np.asarray([statement.lang for statement in batch.read])
    rows = batch.rows(0)
    if not rows:
        return
    apart = vectors.copy()
    for lang in set(langs.tolist()):
        known = [row for row in rows if langs[row] == lang] or rows
        apart[langs == lang] -= vectors[known].mean(axis=0)
    apart = np.asarray(normalize(apart))
    for evidence, likelihood in ((weighed.pillars, weighed.likely_pillars), (weighed.themes, weighed.likely_themes)):
        chance = softmax(log_odds(evidence[rows], likelihood[rows])) if likelihood.shape[1] else np.zeros((len(rows), 0))
        centres = normalize(chance.T @ apart[rows]) if likelihood.shape[1] else np.zeros((0, apart.shape[1]))
        np.add(likelihood, WEIGHT / GROUPS * (apart @ centres.T), out=likelihood)


def _load_folder(path: Path) -> Vectors:
    try:
        transformers = import_module("sentence_transformers")  # an extra
    except ImportError:
        raise ValueError(
            "embeddings: sentence-transformers is not installed; pip install 'wijkstem[embeddings]' brings it, or give a .npz with vectors"
        ) from None
    try:
        model = transformers.SentenceTransformer(str(path), local_files_only=True, device="cpu")
    except (OSError, ValueError, RuntimeError) as problem:
        raise ValueError(f"{path}: holds no sentence-transformers model ({type(problem).__name__})") from None
    return lambda texts: model.encode(texts, show_progress_bar=False)
