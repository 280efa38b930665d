"""Bench: the analysis on N made-up answers, beside the floor that any text analysis pays. `python bench/themes.py [answers]`."""

import json
import random
import resource
import sys
import time
from pathlib import Path

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer

from analysis.pipeline import analyse
from app.demo import read_words

ROOT = Path(__file__).parent.parent


def made_up_answers(n: int) -> pd.DataFrame:
    """The demonstration's sentences, varied so that few are equal: words swapped, a number or a word behind them."""
    dice = random.Random(1)
    said = [(text, lang) for by_lang in read_words(ROOT / "surveys").values() for lang, texts in by_lang.items() for text in texts]
    rows = []
    for number in range(n):
        text, lang = dice.choice(said)
        words = text.split()
        if dice.random() < 0.3:
            dice.shuffle(words)
        rows.append({"id": f"a{number}", "text": " ".join([*words, dice.choice(["", "!", str(number)])]), "lang": lang})
    return pd.DataFrame(rows).set_index("id")


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    answers = made_up_answers(n)
    began = time.perf_counter()
    TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 6), min_df=2).fit_transform(answers["text"])
    floor = time.perf_counter() - began
    began = time.perf_counter()
    found = analyse(answers)
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"what": "floor: letter groups only", "answers": n, "seconds": round(floor, 2)}))
    print(
        json.dumps(
            {"what": "analyse", "answers": n, "seconds": round(seconds, 2), "memory_mb": round(memory), "themes": found["theme"].nunique()}
        )
    )
    print(json.dumps({"what": "ratio", "seconds": round(seconds / floor, 2)}))


if __name__ == "__main__":
    main()
