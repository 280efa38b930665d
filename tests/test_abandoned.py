"""Left half-way: kept as long as the first page said, then erased or counted apart, and never a response."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from houses import OpenHouse, Operator
from people import Resident
from sqlalchemy import insert, select, update
from sqlmodel import Session

from app.answering.store import finish, read_trip
from app.db import writing
from app.jobs import DAILY
from app.models.tables import LEFT, RESPONSE, SURVEY, VERSION
from app.office.surveys import import_survey
from app.settings import ROOT
from app.survey import load_survey
from app.survey_check import mistakes

DORDT = "dordt-west-2026"
SOURCE = (ROOT / "surveys" / f"{DORDT}.toml").read_text(encoding="utf-8")
TODAY = date(2026, 11, 2)
IN_TIME, LATER = "2026-12-02T10:00:00+00:00", "2026-12-03T10:00:00+00:00"  # 30 days after today, and the day after
WORDS = "Zonderling Eigen Woorden"


def half_way(house: OpenHouse, *, lang: str = "nl") -> Resident:
    """Kept three pages and went home."""
    resident = house.resident(lang).opens(f"/v/{DORDT}").fills(zestien="ja").presses("verder").presses("verder")
    return resident.fills(wonen_open=WORDS).presses("verder")


def rule(house: OpenHouse, *lines: str) -> None:
    """A new version of the survey with this rule."""
    source = SOURCE.replace("\nminutes =", "\n" + "\n".join(lines) + "\nminutes =", 1)
    assert mistakes(source) == []
    with Session(house.engine) as db:
        import_survey(db, source, today=TODAY)
        db.commit()


def sends(house: OpenHouse) -> None:
    """The one response there is, is sent after all."""
    with writing(house.engine) as connection:
        (key,) = connection.execute(select(RESPONSE.c.key)).scalars()
        trip = read_trip(connection, DORDT, key)
        assert trip is not None
        assert finish(connection, load_survey(SOURCE), trip, area=None, day=TODAY)


# ---------------------------------------------------------------- erased


def test_after_thirty_days_nothing_stays_of_it_but_where_people_stopped(house: OpenHouse, operator: Operator) -> None:
    before = house.everything()
    half_way(house)
    half_way(house, lang="ar")
    house.resident("ar").opens(f"/v/{DORDT}").fills(zestien="ja").presses("verder")
    with house.engine.connect() as connection:
        pages = [
            page.id
            for page in load_survey(str(connection.execute(select(VERSION.c.source).where(VERSION.c.survey_key == DORDT)).scalar())).pages
        ]
    assert "unfinished responses erased: 0" in operator("retention", "run", "--now", IN_TIME).out
    assert len(house.rows("response")) == 3
    assert "unfinished responses erased: 3" in operator("retention", "run", "--now", LATER).out
    left = {(row["page"], row["lang"], row["channel"], row["n"]) for row in house.rows("left_after")}
    assert left == {(pages[2], "nl", "web", 1), (pages[2], "ar", "web", 1), (pages[0], "ar", "web", 1)}
    assert {**house.everything(), "left_after": [], "audit": []} == before
    assert "unfinished responses erased: 0" in operator("retention", "run", "--now", LATER).out


def test_what_was_sent_stays(house: OpenHouse, operator: Operator) -> None:
    half_way(house)
    sends(house)
    operator("retention", "run", "--now", "2030-01-01T00:00:00Z")
    assert [row["state"] for row in house.rows("response")] == ["finished"]
    assert [row["text"] for row in house.rows("statement")] == [WORDS]
    assert house.rows("left_after") == []


def test_counts_of_later_days_are_added(house: OpenHouse, operator: Operator) -> None:
    for n in (1, 2):
        half_way(house)
        operator("retention", "run", "--now", LATER)
        assert [row["n"] for row in house.rows("left_after")] == [n]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_bytes_are_gone_too(house: OpenHouse, operator: Operator) -> None:
    """PostgreSQL's own files are for whoever runs it; there the rows are gone and vacuumed away."""
    key = half_way(house).key
    operator("retention", "run", "--now", LATER)
    file = Path(house.settings.url.removeprefix("sqlite:///"))
    found = [(one.name, mark) for one in file.parent.glob(f"{file.name}*") for mark in (WORDS, key) if mark.encode() in one.read_bytes()]
    assert found == []


def test_a_dry_run_tells_and_does_nothing(house: OpenHouse, operator: Operator) -> None:
    half_way(house)
    before = house.everything()
    assert "unfinished responses erased: 1 (not done)" in operator("retention", "run", "--dry-run", "--now", LATER).out
    assert house.everything() == before


def test_the_worker_does_it_every_day(house: OpenHouse) -> None:
    half_way(house)
    for work in DAILY:
        work(house.settings.model_copy(update={"now": datetime.fromisoformat(LATER)}))
    assert house.rows("response") == []


@pytest.mark.parametrize("now", ["gisteren", "2026-12-03", "2026-12-03T10:00:00"])
def test_a_moment_that_is_none_is_refused_in_one_line(house: OpenHouse, operator: Operator, now: str) -> None:
    assert operator("retention", "run", "--now", now, code=2).line.startswith(f"wijkstem: --now: “{now}”")


def test_in_production_another_moment_is_only_for_a_dry_run(house: OpenHouse, operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    half_way(house)
    monkeypatch.setenv("WIJKSTEM_ENV", "production")
    monkeypatch.delenv("WIJKSTEM_NOW")
    assert "only with --dry-run" in operator("retention", "run", "--now", LATER, code=2).line
    assert "erased: 1 (not done)" in operator("retention", "run", "--now", "2090-01-01T00:00Z", "--dry-run").out
    assert len(house.rows("response")) == 1


# ---------------------------------------------------------------- counted apart


def test_counted_apart_is_kept_but_is_no_response_and_no_statement(house: OpenHouse, operator: Operator) -> None:
    rule(house, 'unfinished = "partial"', "unfinished_days = 7")
    half_way(house)
    before = house.everything()
    assert "counted apart: 1" in operator("retention", "run", "--now", "2026-11-10T10:00:00Z").out
    (response,) = house.rows("response")
    assert (response["state"], response["left_on"]) == ("begun", TODAY + timedelta(days=8))
    counted = operator("stats", "--json").json
    assert (counted["responses"], counted["unfinished"], counted["partial"], counted["statements"]) == (0, 0, 1, 0)
    assert house.rows("answered_page") == before["answered_page"]
    assert "counted apart: 0" in operator("retention", "run", "--now", LATER).out


def test_who_comes_back_and_sends_it_counts_like_everybody(house: OpenHouse, operator: Operator) -> None:
    rule(house, 'unfinished = "partial"')
    half_way(house)
    operator("retention", "run", "--now", LATER)
    sends(house)
    assert [(row["state"], row["left_on"]) for row in house.rows("response")] == [("finished", None)]
    counted = operator("stats", "--json").json
    assert (counted["responses"], counted["partial"], counted["statements"]) == (1, 0, 1)


def test_what_the_first_page_said_stays_true_when_the_rule_changes(house: OpenHouse, operator: Operator) -> None:
    """Who began under the old version keeps thirty days; only who begins after it gets the new rule."""
    half_way(house)
    rule(house, "unfinished_days = 1")
    half_way(house)
    operator("retention", "run", "--now", "2026-11-04T10:00:00Z")
    with house.engine.connect() as connection:
        newest = connection.execute(select(SURVEY.c.fingerprint).where(SURVEY.c.key == DORDT)).scalar_one()
    assert [row["fingerprint"] == newest for row in house.rows("response")] == [False]


def test_of_a_closed_survey_it_goes_too(house: OpenHouse, operator: Operator) -> None:
    half_way(house)
    operator("survey", "close", DORDT)
    operator("retention", "run", "--now", LATER)
    assert (house.rows("response"), [row["n"] for row in house.rows("left_after")]) == ([], [1])


def test_a_count_of_another_survey_is_left_alone(house: OpenHouse, operator: Operator) -> None:
    with house.engine.begin() as connection:
        connection.execute(insert(LEFT).values(survey_key="professionals-2026", page="werk", lang="nl", channel="web", n=3))
        connection.execute(update(RESPONSE).values(left_on=None))
    half_way(house)
    operator("retention", "run", "--now", LATER)
    assert {(row["survey_key"], row["n"]) for row in house.rows("left_after")} == {("professionals-2026", 3), (DORDT, 1)}


# ---------------------------------------------------------------- the rule in the file


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("unfinished_days = 0", "unfinished_days 0 must be 1 to 365"),
        ("unfinished_days = 366", "unfinished_days 366 must be 1 to 365"),
        ('unfinished_days = "30"', "“unfinished_days” must be of type int, not str"),
        ('unfinished = "keep"', "unfinished “keep” must be erase or partial"),
    ],
)
def test_a_rule_that_is_none_is_told(line: str, wrong: str) -> None:
    assert [str(mistake) for mistake in mistakes(SOURCE.replace("\nminutes =", f"\n{line}\nminutes =", 1))] == [wrong]


def test_without_a_rule_it_is_erased_after_thirty_days() -> None:
    survey = load_survey(SOURCE.replace("\nunfinished", "\n# "))
    assert (survey.unfinished, survey.unfinished_days) == ("erase", 30)
