"""Where the work is done changes nothing: one process, the processes of this machine, and a real cluster of two workers write the same bytes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import distributed
import pytest
from pandas import DataFrame

from analysis.__main__ import main
from analysis.engine import AHEAD, pieces, run

COPIES = 8  # of the sentences, each with a word of its own: enough for a piece a worker


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as two:  # type: ignore[no-untyped-call]  # it ships no types
        two.wait_for_workers(2)
        yield two


@pytest.fixture(scope="module")
def survey(answers: DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    said = [
        (f"{key}-{copy}", f"{text} {'abcdefgh'[copy]}vorl", lang, 2020 + copy % 2)
        for copy in range(COPIES)
        for key, text, lang in answers[["text", "lang"]].itertuples()
    ]
    path = tmp_path_factory.mktemp("engines") / "in.csv"
    DataFrame(said, columns=["id", "text", "lang", "wave"]).to_csv(path, index=False)
    assert len(pieces(len(said))) == 2
    return path


@pytest.fixture(scope="module")
def serial(survey: Path) -> bytes:
    return written(survey, "serial")


def written(survey: Path, engine: str) -> bytes:
    out = survey.with_name(f"{engine}.csv")
    assert main([str(survey), str(out), "--engine", engine]) == 0
    return out.read_bytes()


def test_the_processes_of_this_machine_write_the_same_bytes(survey: Path, serial: bytes) -> None:
    assert written(survey, "joblib") == serial


def test_a_cluster_of_two_workers_writes_the_same_bytes(survey: Path, serial: bytes, cluster: Any) -> None:
    with dask.config.set({"scheduler-address": cluster.scheduler_address}):  # what DASK_SCHEDULER_ADDRESS sets
        assert written(survey, "dask") == serial
    with distributed.Client(cluster) as looking:  # type: ignore[no-untyped-call]  # it ships no types
        done = looking.run(lambda dask_worker: any("read_piece" in event[0] and "memory" in event for event in dask_worker.state.log))
    assert list(done.values()) == [True, True]


def test_results_come_in_order_as_soon_as_they_are_there_and_pieces_are_made_when_they_are_needed(cluster: Any) -> None:
    made = 0

    def todo() -> Iterator[int]:
        nonlocal made
        for piece in range(1, 3 * AHEAD):
            made = piece
            yield piece

    told: list[tuple[str, int, int, int]] = []
    with distributed.Client(cluster):  # type: ignore[no-untyped-call]  # it ships no types
        assert run(
            abs, todo(), engine="dask", step="counting", total=3 * AHEAD - 1, progress=lambda *far: told.append((*far, made))
        ) == list(range(1, 3 * AHEAD))
    assert told[0] == ("counting", 1, 3 * AHEAD - 1, AHEAD + 1)
    assert told[-1][:3] == ("counting", 3 * AHEAD - 1, 3 * AHEAD - 1)
    assert len(told) == 3 * AHEAD - 1
