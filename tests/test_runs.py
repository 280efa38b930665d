"""A run of the analysis is asked for on a page, done by a worker, and told about while it is busy; none is lost, none is done twice."""

import threading
from datetime import timedelta

import pytest
from houses import OpenHouse, Operator
from people import Resident, text_of
from spoken import DORDT, MOULDY, a_street, residents_say, table_says
from sqlalchemy import insert, update

from app.db import writing
from app.findings.frames import Slice
from app.findings.requests import ask_for_run, fail_request, finish_request, progress_of, take_request
from app.jobs import drain, waiting_jobs
from app.models.tables import REQUEST

ROOM = "/bevindingen"


@pytest.fixture
def analyst(house: OpenHouse) -> Resident:
    return house.colleague("analyst")


def starts(analyst: Resident, **chosen: str) -> Resident:
    analyst.opens(ROOM).fills(chosen)
    return analyst.sends(f"{ROOM}/draaien", analyst.typed, status=303)


def asks(house: OpenHouse, part: Slice | None = None, *, by: str = "Noor") -> str:
    with writing(house.engine) as connection:
        return ask_for_run(connection, house.settings, part or Slice(), by)


def request_in(house: OpenHouse, id_: str = "") -> dict[str, object]:
    (row,) = [row for row in house.rows("run_request") if id_ in {"", row["id"]}]
    return row


def test_a_round_is_asked_for_done_and_looked_at(house: OpenHouse, analyst: Resident) -> None:
    a_street(house)
    starts(analyst)
    assert analyst.url.startswith(f"{ROOM}/ronde/v")
    assert "Wacht op de werker" in analyst.page.text
    assert drain(house.settings) == (1, 0)
    analyst.follows(analyst.url.partition("?")[0])
    assert "Klaar: " in analyst.page.text
    row = request_in(house)
    assert (row["state"], row["asked_by"], row["what"]) == ("done", "Een analyst", {"seed": 0, "how": "serial"})
    analyst.follows(f"{ROOM}/themas?ronde={row['run_id']}")
    assert "alles wat bewoners zeiden" in analyst.page.text
    stable = {(theme["pillar"], theme["key"]): theme["stability"] for theme in house.rows("theme")}
    assert 0.9 <= stable[MOULDY] <= 1.0
    assert "blijft vrijwel altijd" in analyst.page.text
    assert [(act["action"], act["object"]) for act in house.rows("audit")] == [("run asked", row["id"])]


@pytest.mark.parametrize(
    ("chosen", "n"),
    [
        ({"wat": "alles"}, 5), ({"wat": "vragenlijst", "vragenlijst": DORDT}, 3), ({"wat": "wijkgesprekken"}, 2), ({"wat": "professionals"}, 1),
        ({"wat": "alles", "jaar": "2026"}, 5),
    ],
)  # fmt: skip
def test_what_is_read_is_what_was_chosen(house: OpenHouse, analyst: Resident, chosen: dict[str, str], n: int) -> None:
    residents_say(house, "schimmel in huis", "de huur is te hoog", "te weinig groen")
    table_says(house, "meer bankjes", "het is donker")
    table_says(house, "de wachtlijst is lang", source="professional")
    table_says(house, "samen optrekken", source="kennissessie")
    starts(analyst, **chosen)
    assert drain(house.settings) == (1, 0)
    assert [row["n_in"] for row in house.rows("run")] == [n]


@pytest.mark.parametrize(
    "chosen", [{"wat": "vragenlijst"}, {"wat": "x"}, {"wat": "vragenlijst", "vragenlijst": "\x00"}, {"wat": "alles", "jaar": "1999"}]
)
def test_a_choice_that_is_none_is_told(house: OpenHouse, analyst: Resident, chosen: dict[str, str]) -> None:
    analyst.sends(f"{ROOM}/draaien", {"token": house.token("analyst"), **chosen}, status=422)
    assert analyst.page.messages == ["Kies wat er gelezen wordt. Bij “één vragenlijst” hoort ook welke."]
    assert (house.rows("run_request"), waiting_jobs(house.settings)) == ([], 0)


def test_pressing_twice_is_one_run_also_by_two_people_at_once(house: OpenHouse, analyst: Resident) -> None:
    residents_say(house, "schimmel in huis")
    starts(analyst)
    first = analyst.url
    starts(analyst)
    assert analyst.url == first
    ready = threading.Barrier(4)

    def presses() -> None:
        ready.wait()
        asks(house, Slice(survey=DORDT))

    threads = [threading.Thread(target=presses) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(house.rows("run_request")) == 2
    assert drain(house.settings) == (2, 0)
    assert len(house.rows("run")) == 2
    starts(analyst)
    assert analyst.url != first, "after it is done the same may be asked again: there may be new answers"


def test_what_was_asked_for_while_no_queue_was_there_is_done_all_the_same(house: OpenHouse, operator: Operator) -> None:
    residents_say(house, "schimmel in huis")
    asks(house)
    assert waiting_jobs(house.settings) == 0
    assert operator("jobs", "run", "--once").out == "0 jobs done\n"
    assert request_in(house)["state"] == "done"


def test_a_run_whose_worker_died_is_done_by_the_next_and_kept_once(house: OpenHouse) -> None:
    residents_say(house, "schimmel in huis")
    id_ = asks(house)
    assert take_request(house.engine, house.settings).id == id_
    assert take_request(house.engine, house.settings) is None, "somebody is at it"
    long_ago = house.settings.clock() - timedelta(minutes=11)
    with house.engine.begin() as connection:
        connection.execute(update(REQUEST).values(ended_at=long_ago))
    drain(house.settings)
    assert (request_in(house)["state"], len(house.rows("run"))) == ("done", 1)
    with writing(house.engine) as connection, pytest.raises(LookupError):
        finish_request(connection, house.settings, id_, "b1")
    fail_request(house.engine, house.settings, id_, "too late")
    assert request_in(house)["state"] == "done"


def test_a_run_over_nothing_says_so_and_what_to_do(house: OpenHouse, analyst: Resident) -> None:
    starts(analyst)
    assert drain(house.settings) == (1, 0)
    analyst.opens(analyst.url)
    assert "Er is nog niets gezegd om te lezen." in analyst.page.text
    assert (request_in(house)["state"], house.rows("run")) == ("failed", [])
    assert "Mislukt" in analyst.opens(ROOM).page.text


def test_a_run_that_breaks_says_so_without_a_word_of_anybody(house: OpenHouse, analyst: Resident, caplog: pytest.LogCaptureFixture) -> None:
    residents_say(house, "geheim van mevrouw Jansen")
    starts(analyst)
    with house.engine.begin() as connection:
        connection.execute(update(REQUEST).values(what={"how": "turbo"}))
    drain(house.settings)
    assert "De analyse is onverwacht gestopt." in analyst.opens(analyst.url).page.text
    assert "Jansen" not in caplog.text
    assert house.rows("run") == []


# ---------------------------------------------------------------- how far it is


def test_progress_is_told_at_most_twice_a_second(house: OpenHouse) -> None:
    id_ = asks(house)
    take_request(house.engine, house.settings)
    tell = progress_of(house.engine, house.settings, id_)
    for done in range(50):
        tell("reading", done, 100)
    assert (request_in(house)["step"], request_in(house)["done"]) == ("reading", 0)


def test_the_page_says_how_far_and_asks_again_by_itself(house: OpenHouse, analyst: Resident) -> None:
    residents_say(house, "schimmel in huis")
    id_ = asks(house)
    take_request(house.engine, house.settings)
    progress_of(house.engine, house.settings, id_)("reading", 2, 5)
    analyst.opens(f"{ROOM}/ronde/{id_}")
    assert "De antwoorden lezen: 2 van 5" in analyst.page.text
    bar = analyst.page.one("progress")
    assert (bar.get("value"), bar.get("max")) == ("2", "5")
    asks_again = str(analyst.page.by_id("voortgang").get("hx-get"))
    assert asks_again == f"{ROOM}/ronde/{id_}?gezien=running-reading-2"
    assert analyst.browser.get(asks_again, headers={"hx-request": "true"}).status_code == 204  # the same is not read aloud again
    progress_of(house.engine, house.settings, id_)("reading", 3, 5)
    block = analyst.browser.get(asks_again, headers={"hx-request": "true"})
    assert block.text.strip().startswith('<div id="voortgang"')
    assert "De antwoorden lezen: 3 van 5" in block.text
    fail_request(house.engine, house.settings, id_, "x")
    over = analyst.browser.get(asks_again, headers={"hx-request": "true"}).text
    assert "Mislukt" in over
    assert "hx-get" not in over
    assert analyst.opens(f"{ROOM}/ronde/{id_}").page.by_id("voortgang").get("hx-get") is None
    for unknown in ("bestaat", "%00", "é"):
        assert analyst.asks("GET", f"{ROOM}/ronde/{unknown}").status_code == 404


def test_a_partner_is_led_to_the_findings_and_an_auditor_only_looks(house: OpenHouse) -> None:
    asks(house)
    assert house.colleague("partner").opens(ROOM).url == f"{ROOM}/stellingen"
    auditor = house.colleague("auditor").opens(ROOM)
    assert "Wacht" in text_of(auditor.page.one("ol"))
    assert list(auditor.page.one("main").iter("form")) == []


def test_the_list_asks_as_much_for_many_rounds_as_for_one(house: OpenHouse, analyst: Resident) -> None:
    asked = []
    for n in (1, 12):
        with house.engine.begin() as connection:
            rows = [
                {"id": f"v{n}x{nth}", "asked_by": "Noor", "asked_at": house.settings.clock(), "what": {}, "state": "failed"}
                for nth in range(n)
            ]
            connection.execute(insert(REQUEST), rows)
        with house.statements() as said:
            analyst.opens(ROOM)
        asked.append(len(said))
    assert asked[0] == asked[1]
