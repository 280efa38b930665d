"""Where the work is done: here, in processes of this machine, or on a Dask cluster; the pieces are the same, so the answer is."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")
Progress = Callable[[str, int, int], None]

ENGINES = ("serial", "joblib", "dask")
AHEAD = 32  # pieces that a cluster is given before their turn: enough for as many workers, and a million texts are never sent at once
PIECE = 2_000  # statements in one piece, whatever the engine: so sums are made in the same order everywhere


def pieces(n: int) -> list[slice]:
    """Cut ``n`` rows into pieces of a fixed size.

    n       : int, >= 0.
    Returns : list of slice, empty for 0.

    >>> pieces(2500)
    [slice(0, 2000, None), slice(2000, 2500, None)]
    """
    return [slice(start, min(start + PIECE, n)) for start in range(0, n, PIECE)]


def run(
    work: Callable[[Piece], Result],
    todo: Iterable[Piece],
    *,
    engine: str = "serial",
    step: str = "",
    total: int = 0,
    progress: Progress | None = None,
) -> list[Result]:
    """Do a piece of work on each piece.

    work     : a function of one piece that can be pickled.
    todo     : the pieces, in order; made one by one, so that they need not all be there at once.
    engine   : "serial", "joblib" (processes of this machine) or "dask" (the cluster of ``distributed.get_client()``, else the one at
               DASK_SCHEDULER_ADDRESS, else a local one).
    step     : name of the step, for ``progress``.
    total    : how many pieces there are, for ``progress``.
    progress : called as ``progress(step, done, total)`` after each piece; None for silence.
    Returns  : list of results in the order of ``todo``; the same for each engine.
    Raises   : ValueError for an unknown engine, or when dask is not installed.

    >>> run(len, ["a", "bc"])
    [1, 2]
    """
    if engine not in ENGINES:
        raise ValueError(f"engine: {engine!r} is not one of {', '.join(ENGINES)}")
    results = []
    for done, result in enumerate(_start(engine)(work, todo), start=1):
        results.append(result)
        if progress:
            progress(step, done, max(total, done))
    return results


def _start(engine: str) -> Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]:
    return {"serial": _here, "joblib": _by_joblib, "dask": _by_dask}[engine]


def _here(work: Callable[[Any], Any], todo: Iterable[Any]) -> Iterator[Any]:
    return map(work, todo)


def _by_joblib(work: Callable[[Any], Any], todo: Iterable[Any]) -> Iterator[Any]:
    from joblib import Parallel, delayed  # noqa: PLC0415  # costs start-up that a serial run need not pay

    yield from Parallel(n_jobs=-1, return_as="generator")(delayed(work)(piece) for piece in todo)


def _by_dask(work: Callable[[Any], Any], todo: Iterable[Any]) -> Iterator[Any]:
    try:
        distributed, config = import_module("distributed"), import_module("dask.config")  # an extra
    except ImportError:
        raise ValueError("engine: dask is not installed; pip install 'wijkstem[dask]' brings it, or leave --engine out") from None
    try:
        client, ours = distributed.get_client(), False
    except ValueError:
        address = config.get("scheduler-address", default=None)
        client, ours = distributed.Client(address) if address else distributed.Client(dashboard_address="127.0.0.1:0"), True
    try:
        waiting: deque[Any] = deque()
        for piece in todo:
            waiting.append(client.submit(work, piece, pure=False))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        if ours:
            client.close()
