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
from analysis.pillars import Judge

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


def likely_by_vectors(judge: Judge, vectors: Floats) -> Floats:
    """Let vectors speak beside the words: each pillar and theme has a centre among the statements that the words put there.

    judge   : what the words say.
    vectors : n x d, each of length 1; each language's mean is taken away, so that centres are not languages.
    Returns : n x (pillars + themes), to be added to the log likelihood.
    """
    langs, rows = judge.batch.langs, judge.batch.rows(0)
    apart = vectors.copy()
    for lang in np.unique(langs):
        known = rows[langs[rows] == lang] if (langs[rows] == lang).any() else rows
        apart[langs == lang] -= vectors[known].mean(axis=0) if len(known) else 0.0
    apart = np.asarray(normalize(apart))
    weighed, found = judge.weigh(rows), []
    for evidence, likelihood in ((weighed.pillars, weighed.likely_pillars), (weighed.themes, weighed.likely_themes)):
        some = len(rows) and likelihood.shape[1]
        chance = softmax(log_odds(evidence, likelihood)) if some else np.zeros((len(rows), likelihood.shape[1]))
        found.append(
            WEIGHT / GROUPS * (apart @ normalize(chance.T @ apart[rows]).T) if some else np.zeros((len(apart), likelihood.shape[1]))
        )
    return np.hstack(found)


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
