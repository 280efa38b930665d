"""Bench: what the analysis costs at 1,000 to 1,000,000 made-up answers, beside a floor and BERTopic. `python -m bench.analysis --help` tells how."""

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
BERTOPIC = (
    "bertopic",
    "umap-learn",
    "pynndescent",
    "numba",
    "llvmlite",
    "hdbscan",
    "tqdm",
)  # the least that it runs on beside our own lock
BERTOPIC_ANSWERS, DIMENSIONS = 10_000, 384  # as many vectors as it is given for nothing, as wide as those of a small sentence model
LANGUAGES = ("nl", "nl", "nl", "en", "tr", "pl", "ar")
LETTERS = "abcdefghijklmnoprstuvwz"


def main() -> None:
    chosen = _options().parse_args()
    if chosen.role:
        print(json.dumps(ROLES[chosen.role](chosen.file)))
        return
    with tempfile.TemporaryDirectory(prefix="wijkstem-bench-") as folder:
        beside = Path(folder)
        os.environ |= {
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(beside / "compiled"),
        }  # as on a machine where it ran before
        for role in ("make", "floor", "analyse"):
            in_role(role, beside / "100.csv")
        told = [row for n in chosen.n for row in at_size(n, beside)]
        if chosen.bertopic:
            told += beside_bertopic(chosen.bertopic, beside)
    ratios(told, max(chosen.n))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.analysis", description="What the analysis costs, each size in a process of its own."
    )
    parser.add_argument("--n", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="answers (default 1000 10000 100000)")
    parser.add_argument(
        "--bertopic", nargs="?", const="-", metavar="FOLDER", help="BERTopic on 10,000 answers as well: from FOLDER, else installed now"
    )
    parser.add_argument("--role", choices=sorted(ROLES), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    return parser


def at_size(n: int, folder: Path) -> Iterator[dict[str, Any]]:
    """Make up n answers, and have each way look at the same file."""
    file = folder / f"{n}.csv"
    equal = measured([sys.executable, "-m", "bench.analysis", "--role", "make", "--file", str(file)])["equal"]
    yield shown({"what": "floor: letter groups only", "answers": n, "equal_share": equal, **in_role("floor", file)})
    yield shown({"what": "analyse()", "answers": n, **in_role("analyse", file)})
    out = file.with_suffix(".out")
    yield shown({"what": "python -m analysis", "answers": n, **measured([sys.executable, "-m", "analysis", str(file), str(out)])})


def in_role(role: str, file: Path) -> dict[str, Any]:
    return measured([sys.executable, "-m", "bench.analysis", "--role", role, "--file", str(file)])


def measured(command: list[str], **around: str) -> dict[str, Any]:
    """Run a command; its whole CPU time, wall time and peak memory, or what it says of itself where it says more."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | around, stdout=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
        said.seek(0)
        lines = said.read().splitlines()
    whole = {"cpu_s": used.ru_utime + used.ru_stime, "wall_s": time.perf_counter() - began, "peak_mb": used.ru_maxrss / 1024}
    return whole | (json.loads(lines[-1]) if lines else {})


def shown(row: dict[str, Any]) -> dict[str, Any]:
    row["cpu_s_per_1000"] = round(1000 * row["cpu_s"] / row["answers"], 4)
    print(
        json.dumps({name: round(value, 3 if value < 10 else 1) if isinstance(value, float) else value for name, value in row.items()}),
        flush=True,
    )
    return row


# ---------------------------------------------------------------- what a process of its own does; each prints one line


def make(file: Path) -> dict[str, Any]:
    """Write made-up answers; tell which share of them has a twin."""
    n = int(file.stem)
    seen: set[int] = set()
    with file.open("w", encoding="utf-8", newline="") as held:
        out = csv.writer(held, lineterminator="\n")
        out.writerow(["id", "text", "lang"])
        for number, (text, lang) in enumerate(made_up_answers(n)):
            out.writerow([f"a{number}", text, lang])
            seen.add(hash(text))
    return {"equal": 1 - len(seen) / n}


def made_up_answers(n: int) -> Iterator[tuple[str, str]]:
    """Sentences of the demonstration and of the examples, varied so that few are equal: halves joined, words swapped, typing mistakes, a number; a fifth is long."""
    dice = random.Random(1)
    said = sentences()
    for _ in range(n):
        lang = dice.choice(LANGUAGES)
        words, other = dice.choice(said[lang]), dice.choice(said[lang])
        if dice.random() < 0.7:
            words = [*words[: max(2, dice.randrange(len(words) + 1))], *other[dice.randrange(len(other)) :]]
        else:
            words = dice.sample(words, len(words))
        if dice.random() < 0.2:
            words = [*words, "-", *dice.choice(said[lang])]
        if dice.random() < 0.3:
            place = dice.randrange(len(words))
            words[place] = mistyped(words[place], dice)
        if dice.random() < 0.2:
            words.append(str(dice.randrange(300)))
        yield " ".join(words), lang


def sentences() -> dict[str, list[list[str]]]:
    import tomllib  # noqa: PLC0415  # as light as it can be: a parent's memory is counted as its child's

    said: dict[str, list[list[str]]] = {lang: [] for lang in LANGUAGES}
    for by_lang in tomllib.loads((ROOT / "surveys" / "demo_answers.toml").read_text(encoding="utf-8")).values():
        for lang, texts in by_lang.items():
            said[lang] += [text.split() for text in texts]
    for file in sorted((ROOT / "analysis" / "words").glob("examples_??.csv")):
        with file.open(encoding="utf-8", newline="") as held:
            said[file.stem[-2:]] += [row["text"].split() for row in csv.DictReader(held)]
    return {lang: [text for text in texts if len(text) > 1] for lang, texts in said.items()}


def mistyped(word: str, dice: random.Random) -> str:
    at = dice.randrange(len(word))
    return (
        dice.choice([word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:], word[:at] + dice.choice(LETTERS) + word[at + 1 :]])
        or word
    )


def clocked(work: Callable[[], object]) -> dict[str, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}


def floor(file: Path) -> dict[str, Any]:
    """What any analysis of texts pays: the letter groups, and no more. In chunks, as one would with a million."""
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415  # the parent stays light

    texts = list(texts_of(file))
    groups = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), n_features=2**18)
    return clocked(lambda: [groups.transform(texts[at : at + 2_000]).nnz for at in range(0, len(texts), 2_000)])


def analyse(file: Path) -> dict[str, Any]:
    from analysis import pipeline  # noqa: PLC0415  # as above
    from analysis.files import read_table  # noqa: PLC0415  # as above

    answers = read_table(file, ("id", "text"), index="id")
    found = []
    told = clocked(lambda: found.append(pipeline.analyse(answers)))
    rest = float((found[0]["theme"] == "rest").mean())
    return told | {"themes": found[0]["theme"].nunique(), "rest_share": round(rest, 3), "quotes": int(found[0]["quote"].sum())}


def bertopic(file: Path) -> dict[str, Any]:
    """BERTopic as it comes, given its vectors for nothing; a process as an analyst starts it, and once more with all compiled."""
    import numpy as np  # noqa: PLC0415  # as above
    from bertopic import BERTopic  # type: ignore[import-not-found]  # noqa: PLC0415  # installed for this bench only

    texts = list(texts_of(file))
    vectors = np.random.default_rng(1).normal(size=(len(texts), DIMENSIONS)).astype(np.float32)
    topics: list[int] = []
    first = clocked(lambda: topics.extend(BERTopic().fit_transform(texts, vectors)[0]))
    compiled = clocked(lambda: BERTopic().fit_transform(texts, vectors))
    return first | {
        "compiled_before_cpu_s": compiled["cpu_s"],
        "themes": len(set(topics) - {-1}),
        "rest_share": topics.count(-1) / len(topics),
    }


def texts_of(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8", newline="") as held:
        yield from (row["text"] for row in csv.DictReader(held))


ROLES: dict[str, Callable[[Path], dict[str, Any]]] = {"make": make, "floor": floor, "analyse": analyse, "bertopic": bertopic}


# ---------------------------------------------------------------- beside BERTopic


def beside_bertopic(where: str, folder: Path) -> list[dict[str, Any]]:
    """Run it on its own copy of the libraries that ours lacks; nothing of the lock is touched."""
    target = folder / "bertopic" if where == "-" else Path(where)
    if where == "-":
        install = [
            Path(sys.executable).with_name("uv"),
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--python",
            sys.executable,
            "--target",
            target,
        ]
        subprocess.run([*map(str, install), *BERTOPIC], check=True)
    file = folder / f"{BERTOPIC_ANSWERS}.csv"
    if not file.exists():
        in_role("make", file)
    one = {"PYTHONPATH": str(target), "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    told = measured([sys.executable, "-W", "ignore", "-m", "bench.analysis", "--role", "bertopic", "--file", str(file)], **one)
    return [shown({"what": "BERTopic, free vectors", "answers": BERTOPIC_ANSWERS, **told})]


def ratios(told: list[dict[str, Any]], most: int) -> None:
    """What the goals are stated in."""
    cpu = {(row["what"], row["answers"]): row["cpu_s"] for row in told}
    for (what, n), seconds in cpu.items():
        if what in ("analyse()", "python -m analysis"):
            print(f"{what}, {n:,}: {seconds / cpu['floor: letter groups only', n]:.1f} times the floor")
    sizes = sorted(n for what, n in cpu if what == "analyse()")
    for small, large in pairwise(sizes):
        growth = cpu["analyse()", large] / cpu["analyse()", small]
        print(f"growth {small:,} to {large:,}: {large / small:.0f} times the answers, {growth:.1f} times the CPU")
    unit = cpu.get(("BERTopic, free vectors", BERTOPIC_ANSWERS))
    if unit:
        print(
            f"{most:,} answers by python -m analysis: {cpu['python -m analysis', most] / unit:.2f} of BERTopic's {unit:.0f} CPU-s for {BERTOPIC_ANSWERS:,}"
        )


if __name__ == "__main__":
    main()
