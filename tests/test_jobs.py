"""Work in the background: it waits in the same database, is done once, and what fails is not lost silently."""

import pytest
from houses import OpenHouse, Operator
from sqlalchemy import inspect

from app.jobs import JOBS, add_job, drain, job, queue_at, waiting_jobs
from app.migrate import check

DORDT = "/v/dordt-west-2026"


@pytest.fixture
def done() -> list[str]:
    """What a job of this test did."""
    said: list[str] = []

    @job("say")
    def say(_settings: object, *, words: str) -> None:
        if words == "wrong":
            raise ValueError(words)
        said.append(words)

    return said


def test_jobs_are_done_in_their_order_once(house: OpenHouse, done: list[str]) -> None:
    for words in ("one", "two", "three"):
        add_job(house.settings, "say", words=words)
    assert waiting_jobs(house.settings) == 3
    assert done == []
    assert drain(house.settings) == (3, 0)
    assert done == ["one", "two", "three"]
    assert (waiting_jobs(house.settings), drain(house.settings)) == (0, (0, 0))


def test_a_job_that_fails_does_not_stop_the_next_and_waits_to_be_tried_again(house: OpenHouse, done: list[str]) -> None:
    add_job(house.settings, "say", words="wrong")
    add_job(house.settings, "say", words="right")
    assert drain(house.settings) == (1, 1)
    assert done == ["right"]
    assert waiting_jobs(house.settings) == 1


def test_a_job_that_nobody_knows_is_refused_when_it_is_given(house: OpenHouse) -> None:
    with pytest.raises(ValueError, match=r"no job is called “unknown” .*analyse"):
        add_job(house.settings, "unknown")
    assert waiting_jobs(house.settings) == 0


def test_the_queue_stands_in_our_database_and_migrations_leave_it_alone(house: OpenHouse, done: list[str]) -> None:
    ours = set(inspect(house.engine).get_table_names())
    add_job(house.settings, "say", words="one")
    theirs = set(inspect(house.engine).get_table_names()) - ours
    assert theirs != set()
    check(house.engine)
    assert queue_at(house.settings) is queue_at(house.settings)


def test_an_analysis_can_be_left_to_the_worker(house: OpenHouse, operator: Operator) -> None:
    resident = house.resident().opens(DORDT).fills(zestien="ja").presses("verder").presses("verder")
    resident.fills(wonen_open="De stoep ligt schuin.").presses("verder").opens(f"{DORDT}/controle").presses("verder")
    assert "analyse" in JOBS
    assert operator("analyse", "--survey", "dordt-west-2026", "--queue").out == "queued\n"
    assert operator("stats", "--json").json["jobs"] == 1
    assert house.rows("run") == []
    assert operator("jobs", "run", "--once").out == "1 jobs done\n"
    assert operator("stats", "--json").json["jobs"] == 0
    assert [(row["survey_key"], row["n_in"]) for row in house.rows("run")] == [("dordt-west-2026", 1)]
