"""Judge: how often the analysis is right about answers it has never seen. `python -m bench.judge [part ...]`; the set: bench/judged/README.md."""

import argparse
import json
import random
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame, Series
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from analysis.lexicon import default_words
from analysis.pipeline import analyse
from analysis.quality import cross_validated
from analysis.scheme import RESERVED

ROOT = Path(__file__).parent.parent
JUDGED = ROOT / "bench" / "judged"
OWN = ROOT / "tests" / "analysis" / "answers.csv"  # the sentences that the lists were made beside: seen, so never judged by without folds
FIVE = ("wonen", "gezond", "leren", "werk", "veilig")
ON_SUBJECT, CORRECTIONS, SEEDS = 0.75, 50, 3
MIXED, LABELS, DESCRIBED = ("nl", "tr", "pl", "ar"), 20, 10
WAVES, STAYS = 10, 0.8  # a theme is still itself when this share of its members still has its key


def read(name: str) -> DataFrame:
    return pd.read_csv(JUDGED / f"{name}.csv", dtype=str, keep_default_na=False).set_index("id")


def described(name: str) -> tuple[str, dict[str, dict[str, str]]]:
    """The language of a set, and its classes as --pillars takes them."""
    with (JUDGED / "descriptions.toml").open("rb") as held:
        [(lang, classes)] = tomllib.load(held)[name].items()
    return lang, {key: {lang: words} for key, words in classes.items()}


def shares(ok: "Series[bool]", lang: "Series[str]") -> dict[str, float]:
    return {str(key): float(share) for key, share in ok.groupby(lang, sort=False).mean().items()}


def right(found: "Series[str]", truth: "Series[str]") -> float:
    return float((found == truth.loc[found.index]).mean())


def told(what: str, **figures: Any) -> None:
    print(
        json.dumps({"what": what} | {name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}),
        flush=True,
    )


def corrections(truth: DataFrame, n: int, seed: int) -> DataFrame:
    return truth.sample(n, random_state=seed).sort_index()


# ---------------------------------------------------------------- parts


def judge_pillars() -> None:
    """Answers like ours, the programme's own lists, no correction at all."""
    answers = read("answers")
    found = analyse(answers[["text", "lang"]])
    ok = found["pillar"] == answers["pillar"]
    told("pillar, no question context", n=len(answers), **shares(ok, answers["lang"]))
    told("theme, no question context", **shares(found["theme"] == answers["theme"], answers["lang"]))
    dice = random.Random(1)
    asked = [own if own in FIVE and dice.random() < ON_SUBJECT else dice.choice([*{*FIVE} - {own}]) for own in answers["pillar"]]
    found = analyse(answers[["text", "lang"]].assign(pillar_asked=asked))
    ok = found["pillar"] == answers["pillar"]
    on = answers["pillar"].isin(FIVE)
    by_lang = shares(ok[on], answers["lang"])
    told(
        "pillar, asked under a question",
        n=int(on.sum()),
        on_subject=right(Series(asked, answers.index)[on], answers["pillar"]),
        all=float(ok[on].mean()),
        **by_lang,
    )


def judge_descriptions() -> None:
    """Other subjects, each described by a handful of words; then with fifty corrections in all."""
    ideas = read("ideas")
    five = {key: default_words()[0][key] for key in FIVE}
    found = analyse(ideas[["text"]].assign(lang="nl"), pillars=five)
    told("ideas, five pillars", n=len(ideas), right=right(found["pillar"], ideas["pillar"]))
    for name in ("ideas", "complaints"):
        lang, classes = described(name)
        judged = read(name)
        said = judged[["text"]].assign(lang=lang)
        truth = DataFrame({"pillar": judged["klass"]})
        found = analyse(said, pillars=classes)
        after = []
        for seed in range(SEEDS):
            labels = corrections(truth, CORRECTIONS, seed)
            again = analyse(said, pillars=classes, labels=labels)
            after.append(right(again["pillar"].drop(labels.index), truth["pillar"]))
        told(
            f"{name}, {len(classes)} classes",
            n=len(judged),
            words_only=right(found["pillar"], truth["pillar"]),
            after_50_on_the_rest=float(np.mean(after)),
        )


def judge_mixed() -> None:
    """Four languages in one frame: themes by ten words a language, then with labels from the examples; and how much of the language leaks into them."""
    for n_themes in (8, 13):
        answers = read("answers")
        answers = answers[answers["lang"].isin(MIXED) & ~answers["theme"].isin([*RESERVED])]
        themes = sorted(answers["theme"].value_counts().index[:n_themes])
        judged = answers[answers["theme"].isin(themes)]
        labelled = examples(themes)
        dice = random.Random(1)
        frame = {f"k_{theme}": {lang: ten_words(default_words()[1][theme][lang], dice) for lang in MIXED} for theme in themes}
        said = pd.concat([judged[["text", "lang"]], labelled[["text", "lang"]]])
        truth = "k_" + judged["theme"]
        for what, labels in (
            ("words only", None),
            (f"at most {LABELS} labels a theme and language", DataFrame({"pillar": "k_" + labelled["theme"]})),
        ):
            found = analyse(said, pillars=frame, labels=labels)["pillar"].loc[judged.index]
            told(
                f"mixed, {n_themes} themes, {what}",
                n=len(judged),
                labels=0 if labels is None else len(labels),
                right=right(found, truth),
                **leak(found, truth, judged["lang"]),
            )
        found = analyse(judged[["text", "lang"]], pillars=None, themes=n_themes)["theme"]
        told(f"mixed, {n_themes} themes, unaided", n=len(judged), nmi_with_truth=nmi(found, truth), **leak(found, truth, judged["lang"]))


def examples(themes: list[str]) -> DataFrame:
    parts = [
        pd.read_csv(ROOT / "analysis" / "words" / f"examples_{lang}.csv", dtype=str, keep_default_na=False).assign(lang=lang)
        for lang in MIXED
    ]
    every = pd.concat(parts, ignore_index=True)
    some = every[every["theme"].isin(themes)].groupby(["theme", "lang"]).head(LABELS)
    return some.set_index(some.index.map("e{}".format))


def ten_words(listed: str, dice: random.Random) -> str:
    words = [word.strip().rstrip("=") for word in listed.replace("\n", " ").split(",") if word.strip()]
    return ", ".join(dice.sample(words, min(DESCRIBED, len(words))))


def nmi(one: "Series[str]", other: "Series[str]") -> float:
    return float(normalized_mutual_info_score(one, other.loc[one.index]))


def leak(found: "Series[str]", truth: "Series[str]", lang: "Series[str]") -> dict[str, float]:
    return {"leak": nmi(found, lang) - nmi(truth, lang), "nmi_language": nmi(found, lang)}


def judge_stability() -> None:
    """Two bootstrap samples of the people, the same fifty corrections: how alike are the themes of who is in both?"""
    answers, ideas = read("answers"), read("ideas")
    lang, classes = described("ideas")
    sets: list[tuple[str, DataFrame, DataFrame | None, dict[str, Any]]] = [
        ("answers, the programme's themes", answers[["text", "lang"]], answers[["pillar", "theme"]], {}),
        ("ideas, 13 described classes", ideas[["text"]].assign(lang=lang), DataFrame({"pillar": ideas["klass"]}), {"pillars": classes}),
        ("answers, no pillars and no corrections, 13 themes", answers[["text", "lang"]], None, {"pillars": None, "themes": 13}),
    ]
    for what, said, truth, how in sets:
        alike = [resampled(said, truth, seed, how) for seed in range(SEEDS)]
        told(f"stability: {what}", ari=float(np.mean(alike)), least=float(min(alike)))


def resampled(said: DataFrame, truth: DataFrame | None, seed: int, how: dict[str, Any]) -> float:
    labels = None if truth is None else corrections(truth, CORRECTIONS, seed)
    sides = []
    for half in (0, 1):
        drawn = said.sample(len(said), replace=True, random_state=100 * half + seed)
        drawn = drawn.set_axis([f"{key}~{nth}" for key, nth in zip(drawn.index, drawn.groupby(drawn.index).cumcount(), strict=True)])
        own = None if labels is None else labels.set_axis([f"{key}~0" for key in labels.index])
        own = None if own is None else own[own.index.isin(drawn.index)]
        found = analyse(drawn, labels=own, **how)
        first = found[found.index.str.endswith("~0")]
        sides.append(themes_of(first, how if labels is not None else {}).set_axis(first.index.str[:-2]))
    both = sides[0].index.intersection(sides[1].index)
    both = both if labels is None else both.difference(labels.index)  # what a person settled is alike anyway
    return float(adjusted_rand_score(sides[0].loc[both], sides[1].loc[both]))


def themes_of(found: DataFrame, how: dict[str, Any]) -> "Series[str]":
    """What a theme is here: with described classes the class, else the theme in its pillar."""
    return found["pillar"] if "pillars" in how else keys_of(found)


def keys_of(found: DataFrame) -> "Series[str]":
    return found["pillar"] + "/" + found["theme"]


def judge_waves() -> None:
    """Ten yearly waves: do the themes of the first keep their members, and do later answers of the same subject get the same key?"""
    answers = read("answers")
    sets: list[tuple[str, DataFrame, Series[str]]] = [
        ("the programme's pillars and themes", answers[["text", "lang"]], answers["theme"]),
        ("themes that emerge", *made_up_subjects()),
    ]
    for what, said, truth in sets:
        dealt = said.assign(wave=[str(2026 + nth % WAVES) for nth in np.random.default_rng(1).permutation(len(said))])
        early, late = (keys_of(analyse(dealt[dealt["wave"] <= str(2026 + last)])) for last in (0, WAVES - 1))
        early = early[~early.str.endswith(("/rest", "/geen_inhoud"))]
        stays = (late.loc[early.index] == early).groupby(early).mean() >= STAYS
        told(
            f"ten waves: {what}",
            themes_of_wave_1=len(stays),
            keep_their_members=float(stays.mean()),
            **same_subject(late, truth, dealt["wave"]),
        )


def same_subject(keys: "Series[str]", truth: "Series[str]", wave: "Series[str]") -> dict[str, Any]:
    """Of the subjects with three answers in the first wave that got a theme there: is it the commonest of the later waves as well?"""
    said = DataFrame({"key": keys, "truth": truth.loc[keys.index], "first": wave.loc[keys.index] == "2026"})
    enough = said.groupby(["truth", "first"])["key"].agg(commonest).unstack().dropna()
    enough = enough[~enough[True].str.endswith(("/rest", "/geen_inhoud"))]
    return {"subjects": len(enough), "keep_their_key": float((enough[False] == enough[True]).mean())}


def commonest(keys: "Series[str]") -> str | float:
    return str(keys.mode().iloc[0]) if len(keys) >= 3 else float("nan")


def made_up_subjects() -> tuple[DataFrame, "Series[str]"]:
    """Subjects that no list knows, twelve answers a year each, among the judged answers in Dutch."""
    asked = {"drone": "veilig", "carillon": "gezond", "pauwen": "wonen", "zeppelin": "leren", "reuzenrad": "werk"}
    before = ("weer die", "elke avond", "altijd maar", "ik zie steeds een", "gisteren ook een", "wie wil er nou een", "nog nooit zo vaak", "bij ons een", "hier dus een",
              "er was er weer een", "mijn zus zag ook", "graag iets aan")  # fmt: skip
    after = (
        "",
        "boven ons",
        "hier",
        "in juni",
        "alweer",
        "sinds vorig jaar",
        "en dat wordt meer",
        "net als vroeger",
        "bij de hoek",
        "zomaar ineens",
    )
    new = [
        (f"S{nth}{end}{subject}", f"{start} {subject} {rest}", "nl", pillar, subject)
        for subject, pillar in asked.items()
        for nth, start in enumerate(before)
        for end, rest in enumerate(after)
    ]
    around = read("answers").loc[lambda rows: rows["lang"] == "nl", ["text", "lang", "theme"]].assign(pillar_asked="")
    said = pd.concat([around, DataFrame(new, columns=["id", "text", "lang", "pillar_asked", "theme"]).set_index("id")])
    return said[["text", "lang", "pillar_asked"]], said["theme"]


def judge_folds() -> None:
    """The sentences that the lists were made beside, in folds: what corrections bring to a theme that was never corrected, and to one that was."""
    own = pd.read_csv(OWN, dtype=str, keep_default_na=False).set_index("id")
    for by in ("theme", "statement"):
        found = cross_validated(own[["text", "lang"]], own[["pillar", "theme"]], by=by).sum()
        told(
            f"own sentences (seen), folds by {by}",
            n=int(found["n"]),
            pillar=found["pillar_right"] / found["n"],
            theme=found["theme_right"] / found["n"],
        )


PARTS = {
    "pillars": judge_pillars,
    "descriptions": judge_descriptions,
    "mixed": judge_mixed,
    "stability": judge_stability,
    "waves": judge_waves,
    "folds": judge_folds,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.judge", description="How often the analysis is right about answers it has never seen."
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of: {' '.join(PARTS)} (default: all)")
    for part in parser.parse_args().parts or PARTS:
        if part not in PARTS:
            parser.error(f"{part}: not one of {' '.join(PARTS)}")
        PARTS[part]()


if __name__ == "__main__":
    main()
