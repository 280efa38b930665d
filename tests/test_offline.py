"""Without connection: the page with every question, and what was filled in there sent later: once, whole, by the rules of the web path."""

import gzip
import json
import random
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest
from houses import OpenHouse, opened_house
from people import Resident
from sqlalchemy import text

from app.areas import load_programme
from app.layout.assets import SCRIPTS, WORKER
from app.office.commands import load_survey_file
from app.settings import ROOT

DORDT = "/v/dordt-west-2026"
LATER = f"{DORDT}/nasturen"
SOURCE = ROOT / "surveys" / "dordt-west-2026.toml"
JSON = {"accept": "application/json", "content-type": "application/x-www-form-urlencoded"}


def newcomer() -> dict[str, Any]:
    """What somebody fills in without connection, in one form."""
    return {"key": str(uuid.uuid4()), "spraak": "nl", "zestien": "ja", "wijk": "wielwijk", "wonen_open": "Meer groen", "actie": "verder"}


def sends_later(resident: Resident, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """As the worker of a browser does."""
    answer = resident.browser.post(LATER, content=urlencode(fields, doseq=True), headers=JSON)
    return answer.status_code, answer.json()


def texts_kept(house: OpenHouse) -> list[str]:
    return sorted(row["text"] for row in house.rows("statement"))


# ---------------------------------------------------------------- the page


def test_one_page_holds_every_question_and_is_sent_without_javascript(house: OpenHouse, resident: Resident) -> None:
    resident.opens(f"{DORDT}/zonder-verbinding")
    assert [form.get("action") for form in resident.forms] == [LATER]
    resident.fills(zestien="ja", wijk="crabbehof", wonen_open="Een bankje", veilig_open="Meer licht").presses("verder")
    assert resident.page.one("main").get("id") == "done"
    (response,) = house.rows("response")
    assert (response["state"], response["area"], response["channel"], response["stream"]) == ("finished", "crabbehof", "web", "open_link")
    assert texts_kept(house) == ["Een bankje", "Meer licht"]


@pytest.mark.parametrize("lang", ["nl", "ar"])
def test_the_copy_that_a_browser_keeps_tells_nothing_of_anybody(house: OpenHouse, lang: str) -> None:
    resident = house.resident(lang).opens(DORDT).fills(zestien="ja").presses("verder").fills(wijk="wielwijk").presses("verder")
    resident.fills(wonen_open="Dit is van mij").presses("verder")
    key, address = resident.key, f"{DORDT}/zonder-verbinding?leeg=1&taal={lang}"
    mine = resident.opens(address).page.html
    assert key not in mine
    assert "Dit is van mij" not in mine
    assert resident.page.all("input", name="wijk", checked="") == []
    assert house.resident(lang).opens(address).page.html == mine
    assert resident.page.lang == lang


def test_who_asks_first_leaves_nothing_in_the_copy(house: OpenHouse) -> None:
    """It is made once, also when that was for a device of more people."""
    address = f"{DORDT}/zonder-verbinding?leeg=1"
    first = house.resident().opens(f"{DORDT}?weergave=gedeeld").opens(f"{address}&weergave=gedeeld").page.html
    assert "data-shared" not in first
    assert house.resident().opens(address).page.html == first


def test_conditions_are_told_in_words(house: OpenHouse) -> None:
    professional = house.resident().opens("/v/professionals-2026/zonder-verbinding")
    assert "Alleen als u bij “Over welke onderwerpen gaat uw werk?” koos: Wonen en fysieke leefomgeving." in professional.page.text


def test_the_worker_stands_at_one_address_and_is_asked_for_again(house: OpenHouse) -> None:
    answer = house.resident().asks("GET", "/sw.js")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("text/javascript; charset=utf-8", "no-cache")


def test_what_a_phone_fetches_for_the_lift_is_light(house: OpenHouse) -> None:
    """The page with every question, its scripts and the worker, as they go over the wire."""
    for lang in ("nl", "ar"):
        copy = house.resident(lang).browser.get(f"{DORDT}/zonder-verbinding?leeg=1&taal={lang}", headers={"accept-encoding": "gzip"})
        scripts = [WORKER, SCRIPTS["answer.js"], SCRIPTS["offline.js"]]
        assert len(gzip.compress(copy.content, 5)) + sum(len(script.packed) for script in scripts) <= 15_000
    assert len(SCRIPTS["answer.js"].packed) <= 1_600


# ---------------------------------------------------------------- sent later


def test_two_hundred_wait_a_third_of_the_answers_gets_lost_and_each_counts_once(house: OpenHouse) -> None:
    """The queue sends until it is told; meanwhile a new version comes and the server starts anew."""
    waiting = {form["key"]: form for form in ({**newcomer(), "wonen_open": f"Wens {nth}"} for nth in range(200))}
    old = house.rows("survey")[0]["fingerprint"][:12]
    for form in waiting.values():
        form["versie"] = old
    chance, tries = random.Random(7), 0  # noqa: S311  # which answers get lost; nothing secret
    app_of_before = house.app
    while waiting:
        tries += 1
        resident = house.resident()
        for key, form in list(waiting.items()):
            status, told = sends_later(resident, form)
            assert (status, told["state"]) == (200, "sent")
            if chance.random() >= 0.3:
                del waiting[key]
        if tries == 1:
            import_next_version(house)
        if tries == 2:
            app_of_before.state.writer.stop()
            with opened_house(house.settings, house.portal) as again:
                house.app = again.app
                assert all(sends_later(house.resident(), form)[1]["state"] == "sent" for form in waiting.values())
            house.app = app_of_before
    assert tries > 2
    assert {row["fingerprint"][:12] for row in house.rows("response")} == {old}
    assert texts_kept(house) == sorted(f"Wens {nth}" for nth in range(200))
    assert [row["state"] for row in house.rows("response")] == ["finished"] * 200


def import_next_version(house: OpenHouse) -> None:
    changed = house.settings.data / "next"
    changed.mkdir(parents=True)
    source = SOURCE.read_text(encoding="utf-8")
    assert 'id = "wonen_open"' in source
    with house.engine.begin() as connection:
        newest = connection.execute(text("SELECT fingerprint FROM survey WHERE key = 'dordt-west-2026'")).scalar_one()
    (changed / "dordt-west-2026.toml").write_text(source.replace("minutes = ", "minutes = 1"), encoding="utf-8")
    settings = house.settings.model_copy(update={"surveys": changed})
    load_survey_file(settings, house.engine, load_programme(house.settings.surveys), "dordt-west-2026")
    assert house.rows("survey")[0]["fingerprint"] != newest


def test_the_same_again_is_thanked_and_something_else_is_refused(house: OpenHouse, resident: Resident) -> None:
    form = newcomer()
    receipts = {sends_later(resident, form)[1]["receipt"] for _ in range(3)}
    assert len(receipts) == 1
    before = house.everything()
    assert sends_later(resident, {**form, "wonen_open": "Iets anders"}) == (
        409, {"state": "differs", "look": [], "onward": DORDT, "receipt": ""},
    )  # fmt: skip
    assert house.everything() == before
    resident.sends(LATER, {**form, "wonen_open": "Iets anders"}, status=409)
    assert resident.reads("U had uw antwoorden al verstuurd")


def test_what_was_filled_in_online_stays_unless_it_was_filled_in_again(house: OpenHouse, resident: Resident) -> None:
    resident.opens(DORDT).fills(zestien="ja").presses("verder").fills(wijk="wielwijk", cijfer_buurt="6").presses("verder")
    resident.fills({"wonen_open": "Van vóór de lift", "wonen_stellingen.stoep": "1"}).presses("verder")
    form = {
        "key": resident.key, "wonen_open": "", "wonen_stellingen.groen": "2", "cijfer_buurt": "8", "veilig_open": "Uit de lift",
    }  # fmt: skip
    assert sends_later(resident, form)[1]["state"] == "sent"
    kept = house.answers()
    assert (kept["wijk"], kept["cijfer_buurt"], kept["wonen_open"]) == ("wielwijk", "8", "Van vóór de lift")
    assert kept["wonen_stellingen"] == {"stoep": "1", "groen": "2"}
    assert texts_kept(house) == ["Uit de lift", "Van vóór de lift"]
    assert len(house.rows("response")) == 1


def test_a_single_page_that_waited_is_kept_as_if_it_came_now(house: OpenHouse, resident: Resident) -> None:
    resident.opens(DORDT).fills(zestien="ja").presses("verder").fills(wijk="wielwijk").presses("verder")
    form = {"key": resident.key, "seen": "0", "wonen_open": "In de lift", "actie": "verder", "deel": "3", "spraak": "nl"}
    for _ in range(2):
        assert sends_later(resident, form) == (200, {"state": "kept", "look": [{"number": 3, "title": "Wonen en de straat", "address": f"{DORDT}/3"}], "onward": f"{DORDT}/4", "receipt": ""})  # fmt: skip
    assert house.answers()["wonen_open"] == "In de lift"
    assert sends_later(resident, {**form, "wonen_open": "Een ander venster"})[0] == 422
    assert house.answers()["wonen_open"] == "In de lift"
    assert sends_later(resident, {"key": resident.key, "seen": "3", "deel": "controle", "actie": "verder"})[1]["state"] == "sent"
    assert sends_later(resident, {"key": resident.key, "seen": "3", "deel": "controle", "actie": "verder"})[1]["state"] == "sent"
    assert texts_kept(house) == ["In de lift"]


def test_what_is_wrong_loses_nothing_of_the_rest(house: OpenHouse, resident: Resident) -> None:
    form = {**newcomer(), "veilig_open": "x" * 1001, "cijfer_buurt": "11", "werk_open": "Blijft"}
    status, told = sends_later(resident, form)
    assert (status, told["state"]) == (422, "look")
    assert [(page["number"], page["address"]) for page in told["look"]] == [(2, f"{DORDT}/2"), (7, f"{DORDT}/7")]
    assert (house.answers()["wonen_open"], house.answers()["werk_open"]) == ("Meer groen", "Blijft")
    assert [row["state"] for row in house.rows("response")] == ["begun"]
    resident.sends(LATER, form, status=422)
    assert resident.sees("veilig_open") == ["x" * 1001]
    assert sorted(resident.page.wrongs) == ["cijfer_buurt", "veilig_open"]
    resident.fills(veilig_open="Korter", cijfer_buurt="10").presses("verder")
    assert resident.page.one("main").get("id") == "done"
    assert texts_kept(house) == ["Blijft", "Korter", "Meer groen"]


def test_a_strange_field_is_told_and_the_rest_is_kept(house: OpenHouse, resident: Resident) -> None:
    form = {**newcomer(), "bestaat_niet": "woorden"}
    assert sends_later(resident, form)[1]["state"] == "look"
    assert house.answers()["wonen_open"] == "Meer groen"
    resident.sends(LATER, form, status=422).presses("verder")
    assert resident.page.one("main").get("id") == "done"


def test_answers_beside_the_way_are_left_behind_also_wrong_ones(house: OpenHouse) -> None:
    professional = house.resident()
    form = {"key": str(uuid.uuid4()), "pijlers": "wonen", "urgent_wonen": "Schimmel", "urgent_werk": "x" * 5000}
    professional.browser.post("/v/professionals-2026/nasturen", content=urlencode(form), headers=JSON)
    again = professional.browser.post("/v/professionals-2026/nasturen", content=urlencode(form), headers=JSON).json()
    assert again["state"] == "sent", again
    assert texts_kept(house) == ["Schimmel"]


# ---------------------------------------------------------------- under 16, closed, away


def test_the_gate_holds(house: OpenHouse, resident: Resident) -> None:
    """Under 16 everything goes, also what came before; nobody comes in without passing it."""
    form = newcomer()
    assert sends_later(resident, {**form, "zestien": ""})[1]["look"][0]["number"] == 1
    assert house.rows("response") == []
    resident.opens(DORDT).fills(zestien="ja").presses("verder").fills(wijk="wielwijk").presses("verder")
    form["key"] = resident.key
    assert sends_later(resident, {**form, "zestien": "nee"})[1]["state"] == "stopped"
    assert sends_later(resident, {**form, "zestien": "nee"})[1]["state"] == "stopped"
    assert sends_later(resident, {**form, "deel": "3", "seen": "0"})[1]["state"] == "stopped"
    assert (house.rows("response"), house.rows("answered_page"), house.rows("statement")) == ([], [], [])
    assert [row["n"] for row in house.rows("age_stop")] == [1]
    stranger = house.resident().opens(f"{DORDT}/zonder-verbinding").fills(zestien="nee", wonen_open="Weg ermee").presses("verder")
    assert stranger.number == "gestopt"
    assert house.rows("answered_page") == []


def test_what_was_sent_before_closing_is_thanked_after_it_and_what_was_not_says_so(house: OpenHouse, resident: Resident) -> None:
    form, late = newcomer(), newcomer()
    sends_later(resident, form)
    for state, status, said in (("closed", 410, "closed"), ("paused", 503, "later")):
        with house.engine.begin() as connection:
            connection.execute(text("UPDATE survey SET state = :state WHERE key = 'dordt-west-2026'"), {"state": state})
        assert sends_later(resident, form)[1]["state"] == "sent"
        assert sends_later(resident, late) == (status, {"state": said})
    assert len(house.rows("response")) == 1


def test_a_body_that_is_none_is_refused(house: OpenHouse) -> None:
    resident = house.resident(shows_faults=True)
    for fields, status in (({}, 400), ({"key": "x"}, 400), ({**newcomer(), "deel": "99"}, 404), ({**newcomer(), "deel": "drie"}, 404)):
        assert resident.asks("POST", LATER, data=fields).status_code == status, fields
    assert resident.asks("POST", LATER, content=b"a=" + b"x" * 300_000).status_code == 413
    assert house.rows("response") == []


# ---------------------------------------------------------------- the file


def test_a_file_from_a_phone_that_could_not_send_is_handed_in_once(house: OpenHouse, resident: Resident) -> None:
    good, wrong = newcomer(), {**newcomer(), "veilig_open": "x" * 1001}
    file = json.dumps({"survey": "dordt-west-2026", "bodies": [urlencode(good), urlencode(wrong)]})
    for _ in range(2):
        resident.opens(LATER).fills(bestand=file).presses("Inleveren", status=200)
        assert [row["state"] for row in house.rows("response")].count("finished") == 1
        assert resident.reads("Een deel van het bestand is bewaard.")
    resident.sends(LATER, wrong, status=422)
    resident.fills(veilig_open="Korter").presses("verder")
    assert texts_kept(house) == ["Korter", "Meer groen", "Meer groen"]


@pytest.mark.parametrize(
    "file",
    [
        "", "geen json", "[]", "{}", '{"survey": "een-andere", "bodies": ["key=x"]}', '{"survey": "dordt-west-2026", "bodies": [1]}',
        '{"survey": "dordt-west-2026", "bodies": ["key=x"]}', '{"survey": "dordt-west-2026", "bodies": []}', "[" * 5000,
    ],
)  # fmt: skip
def test_another_file_says_what_to_do(house: OpenHouse, resident: Resident, file: str) -> None:
    resident.opens(LATER).fills(bestand=file).presses("Inleveren", status=422)
    assert resident.page.wrongs == {
        "bestand": "Dit is geen reservebestand van deze vragen. Open het bestand, kies alles, kopieer het en plak het hier."
    }
    assert resident.sees("bestand") == [file] * bool(file)
    assert house.rows("response") == []
