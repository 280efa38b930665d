"""The bare command: ``python -m analysis IN.csv OUT.csv``."""

import argparse
import csv
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from analysis.engine import ENGINES

QUIET = 2.0  # seconds before a run says how far it is
STEPS = {"reading": 0.45, "weighing words": 0.2, "scoring": 0.2, "themes": 0.1, "quotes": 0.05}  # share of the time that each step takes


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the options."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{' '.join(message.split())}; see python -m analysis --help")


class Meter:
    """Says on stderr how far a run is, once it takes over two seconds."""

    def __init__(self) -> None:
        self.started = self.said = time.monotonic()

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take note of a step; called by ``analyse``."""
        now = time.monotonic()
        passed = now - self.started
        if passed < QUIET or now - self.said < 1:
            return
        self.said = now
        before = sum(share for name, share in list(STEPS.items())[: list(STEPS).index(step)])
        part = before + STEPS[step] * done / max(total, 1)
        left = passed / part - passed
        print(f"analysis: {step}, {part:.0%} done, about {left:.0f} s left", file=sys.stderr, flush=True)  # noqa: T201  # what a person at the terminal reads


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    arguments : as typed after ``python -m analysis``; default: those of this process.
    Returns   : 0, or 2 after one line on stderr that says what is wrong; then nothing is written.
    """
    try:
        _run(_options().parse_args(arguments))
    except ValueError as problem:
        print(f"analysis: {' '.join(str(problem).split())}", file=sys.stderr)  # noqa: T201  # the one line
        return 2
    return 0


def _options() -> Parser:
    parser = Parser(
        prog="python -m analysis", description="Lay answers under pillars and themes. Nothing leaves this machine.", allow_abbrev=False
    )
    parser.add_argument("statements", metavar="IN.csv", type=Path, help="id,text[,lang][,pillar_asked][,weight][,wave], UTF-8")
    parser.add_argument("out", metavar="OUT.csv", type=Path, help="id,pillar,pillar_confidence,also,theme,theme_label,fit,excluded,quote")
    parser.add_argument(
        "--pillars",
        metavar="FILE",
        help="JSON or TOML: pillar key -> {language: words that describe it}; none: no pillars, everything at once",
    )
    parser.add_argument("--codebook", metavar="FILE.csv", type=Path, help="theme,pillar,label: themes to start from")
    parser.add_argument(
        "--labels", metavar="FILE.csv", type=Path, help="id,pillar[,theme]: answers that a person settled; they steer the rest"
    )
    parser.add_argument("--themes", metavar="K", type=int, help="with --pillars none: exactly K; else at most K per pillar")
    parser.add_argument("--engine", choices=ENGINES, default="serial", help="where the work is done; the result is the same")
    parser.add_argument("--seed", metavar="S", type=int, default=0, help="of the grouping without pillars (default 0)")
    parser.add_argument(
        "--embeddings", metavar="PATH", type=Path, help="a .npz with ids and vectors, or a folder with a sentence-transformers model"
    )
    parser.add_argument("--ask", metavar="FILE.csv", type=Path, help="write id,ask: the order in which a person's answer would help most")
    return parser


def _run(chosen: argparse.Namespace) -> None:
    _check_options(chosen)
    from analysis.ask import ask_order  # noqa: PLC0415  # pandas and scikit-learn load after the options are known to be right
    from analysis.embeddings import load_embeddings  # noqa: PLC0415  # as above
    from analysis.files import read_pillars, read_table, write_found, written  # noqa: PLC0415  # as above
    from analysis.pipeline import analyse  # noqa: PLC0415  # as above
    from analysis.scheme import DEFAULT  # noqa: PLC0415  # as above

    statements = read_table(chosen.statements, ("id", "text"), index="id")
    codebook = read_table(chosen.codebook, ("theme", "pillar")) if chosen.codebook else None
    labels = read_table(chosen.labels, ("id", "pillar"), index="id") if chosen.labels else None
    pillars = DEFAULT if chosen.pillars is None else None if chosen.pillars == "none" else read_pillars(Path(chosen.pillars))
    embeddings = load_embeddings(chosen.embeddings) if chosen.embeddings else None
    try:
        found = analyse(
            statements,
            pillars=pillars,
            codebook=codebook,
            labels=labels,
            themes=chosen.themes,
            embeddings=embeddings,
            engine=chosen.engine,
            seed=chosen.seed,
            progress=Meter(),
        )
    except ValueError as problem:
        raise ValueError(_with_file(str(problem), chosen)) from None
    with written(*(path for path in (chosen.out, chosen.ask) if path)) as files:
        write_found(found, files[0])
        if chosen.ask:
            order = ask_order(found, settled=() if labels is None else labels.index)
            csv.writer(files[1], lineterminator="\n").writerows([("id", "ask"), *zip(order.index, order, strict=True)])


def _check_options(chosen: argparse.Namespace) -> None:
    if chosen.themes is not None and chosen.themes < 1:
        raise ValueError(f"--themes: {chosen.themes} is not 1 or more")
    if not 0 <= chosen.seed < 2**32:
        raise ValueError(f"--seed: {chosen.seed} is not from 0 to 4294967295")
    for option, path in (("OUT.csv", chosen.out), ("--ask", chosen.ask)):
        if path is not None and path.is_dir():
            raise ValueError(f"{option}: {path} is a folder")
        if path is not None and path.resolve() in {each.resolve() for each in (chosen.statements, chosen.labels, chosen.codebook) if each}:
            raise ValueError(f"{option}: {path} would be written over what is read")
    if chosen.ask is not None and chosen.ask.resolve() == chosen.out.resolve():
        raise ValueError(f"--ask: {chosen.ask} is OUT.csv as well")


def _with_file(problem: str, chosen: argparse.Namespace) -> str:
    for start, path in (("labels, ", chosen.labels), ("codebook, ", chosen.codebook)):
        if problem.startswith(start):
            return f"{path}: {problem.removeprefix(start)}"
    if problem.startswith("pillar"):
        return f"{chosen.pillars or 'the codebook'}: {problem}"
    return f"{chosen.statements}: {problem}" if problem.startswith("row ") else problem


if __name__ == "__main__":
    sys.exit(main())
