"""Teach: what example answers say about how much lists, letter groups and thesaurus are worth. `python -m bench.teach` writes analysis/words/weights.csv."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from analysis import taught
from analysis.concepts import thesaurus
from analysis.pillars import weigh_words
from analysis.reading import read_statements
from analysis.scheme import make_scheme

WORDS = Path(__file__).parent.parent / "analysis" / "words"
CAREFUL = 1.0  # inverse strength of the ridge


def read_examples() -> pd.DataFrame:
    """Every example answer, with its language, theme and pillar."""
    with (WORDS.parent / "codebook.csv").open(encoding="utf-8", newline="") as held:
        pillar_of = {row["theme"]: row["pillar"] for row in csv.DictReader(held)}
    parts = [
        pd.read_csv(file, dtype=str, keep_default_na=False).assign(lang=file.stem[-2:]) for file in sorted(WORDS.glob("examples_??.csv"))
    ]
    examples = pd.concat(parts, ignore_index=True)
    return examples.assign(pillar=examples["theme"].map(pillar_of)).dropna().set_index(examples.index.map("x{}".format))


def fit(features: object, wanted: np.ndarray, weights: np.ndarray, known: list[str]) -> np.ndarray:
    """Coefficients, features x known; centred over the columns, so that a column that was not taught stands at 0."""
    model = LogisticRegression(C=CAREFUL, max_iter=300, fit_intercept=False).fit(features, wanted, sample_weight=weights)
    table = np.zeros((model.coef_.shape[1], len(known)))
    table[:, [known.index(name) for name in model.classes_]] = model.coef_.T
    return table - table.mean(axis=1, keepdims=True)


def main() -> None:
    taught.taught_weights.cache_clear()
    examples, scheme = read_examples(), make_scheme()
    batch = read_statements(examples[["text", "lang"]], None, languages=scheme.lexicon.languages())
    rows = examples.iloc[batch.places]
    judge = weigh_words(batch, scheme)
    judge.weights = None
    weighed = judge.weigh(slice(None))
    features = taught.features(
        np.hstack([weighed.pillars, weighed.themes]),
        np.hstack([weighed.likely_pillars, weighed.likely_themes]),
        judge.concepts(slice(None)),
    )
    of_language = rows["lang"].map(1 / rows["lang"].value_counts()).to_numpy()
    even = of_language / of_language.mean()  # every language has the same say
    with threadpool_limits(limits=1):
        pillars = fit(features, rows["pillar"].to_numpy(), even, list(scheme.pillars))
        themes = fit(features, rows["theme"].to_numpy(), even, list(scheme.themes))
    names = taught.feature_names(scheme.pillars, scheme.themes, list(thesaurus().concepts))
    with (WORDS / "weights.csv").open("w", encoding="utf-8", newline="") as held:
        out = csv.writer(held, lineterminator="\n")
        out.writerow(["feature", *scheme.pillars, *scheme.themes])
        for name, cells in zip(names, np.hstack([pillars, themes]), strict=True):
            out.writerow([name, *(f"{cell:.3f}" for cell in cells)])
    print(f"{len(examples)} examples, {len(names)} features, {len(scheme.pillars) + len(scheme.themes)} columns")


if __name__ == "__main__":
    main()
