"""A table that loses its connection, its browser and its patience: what was typed is kept, sent once each, and never over other words."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from houses import OpenHouse
from meetings import at_table, comes, held, is_now, link_to, make_wijkgesprek
from playwright.sync_api import Browser, BrowserContext, Page, expect
from windows import Opens, look_at

from app.access import SEAT

ROOM = "/kantoor/wijkgesprekken"
Device = Callable[[], BrowserContext]


PICTURES = os.environ.get("WIJKSTEM_SCREENSHOTS", "")  # the house clears the environment


@pytest.fixture(autouse=True)
def pictures(house: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIJKSTEM_SCREENSHOTS", PICTURES)


@pytest.fixture
def engine_name() -> str:
    """What a browser does is the same on both engines."""
    return "sqlite"


@pytest.fixture
def server(house: OpenHouse) -> Iterator[str]:
    """The house of this test behind a real socket."""
    serving = uvicorn.Server(uvicorn.Config(house.app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=serving.run)
    thread.start()
    while not serving.started:
        time.sleep(0.02)
    yield f"http://localhost:{serving.servers[0].sockets[0].getsockname()[1]}"
    serving.should_exit = True
    thread.join(15)


@pytest.fixture
def device(chromium: Browser, server: str) -> Iterator[Device]:
    """A tablet on a table, with the strict rules of our pages in force."""
    made: list[BrowserContext] = []
    faults: list[str] = []

    def new() -> BrowserContext:
        context = chromium.new_context(base_url=server, viewport={"width": 800, "height": 1000}, locale="nl")
        context.set_default_timeout(8_000)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        made.append(context)
        return context

    yield new
    for context in made:
        context.close()
    assert faults == []


def writes(page: Page, words: str, *, kind: str = "wens", pillar: str = "wonen", place: str = "") -> None:
    page.locator("#tekst").fill(words)
    page.locator(f'label:has(input[name="soort"][value="{kind}"])').click()
    page.locator(f'label:has(input[name="pijler"][value="{pillar}"])').click()
    page.locator("#plek").fill(place)


def sends(page: Page) -> None:
    page.locator("#note button.main").click()


def status(page: Page) -> Any:
    return expect(page.locator("#sending"))


def texts(house: OpenHouse) -> list[str]:
    order = {row["statement_id"]: row["seq"] for row in house.rows("contribution")}
    return [row["text"] for row in sorted(house.rows("statement"), key=lambda row: order[row["id"]])]


def left_behind(page: Page) -> dict[str, Any]:
    """What this browser still keeps of what residents said."""
    return {name: json.loads(value) for name, value in page.evaluate("Object.entries(localStorage)")}


def test_two_notes_without_connection_arrive_once_each(house: OpenHouse, device: Device) -> None:
    context, id_ = device(), held(house)
    page = context.new_page()
    page.goto(link_to(house, id_, 2))
    context.set_offline(True)
    first_key = page.locator("[name=key]").first.input_value()
    for n, words in enumerate(("Meer bankjes", "Minder afval"), start=1):
        writes(page, words)
        sends(page)
        status(page).to_contain_text(f"Nog niet verstuurd: {n}")
        expect(page.locator("#tekst")).to_have_value("")
        expect(page.locator("#tekst")).to_be_focused()
    assert page.locator("[name=key]").first.input_value() != first_key
    writes(page, "Nog bezig")
    assert texts(house) == []
    context.set_offline(False)
    status(page).to_contain_text("Verstuurd.")
    assert texts(house) == ["Meer bankjes", "Minder afval"]
    expect(page.locator("#written li.noted")).to_have_count(2)
    expect(page.locator("#tekst")).to_have_value("Nog bezig")  # what was being typed meanwhile is untouched
    assert [name.rpartition(":")[2] for name in left_behind(page)] == ["drafts"]
    sends(page)
    expect(page.locator("#written li.noted")).to_have_count(3)
    assert left_behind(page) == {}


def test_a_crash_brings_the_draft_back(house: OpenHouse, device: Device) -> None:
    context, id_ = device(), held(house)
    page = context.new_page()
    page.goto(link_to(house, id_, 1))
    writes(page, "Het park is donker", kind="probleem", pillar="veilig", place="Park")
    page.close()
    page = context.new_page()
    page.goto("/tafel")
    status(page).to_contain_text("staat weer in het formulier")
    expect(page.locator("#tekst")).to_have_value("Het park is donker")
    expect(page.locator("#plek")).to_have_value("Park")
    assert page.locator('[name="soort"][value="probleem"]').is_checked()
    assert page.locator('[name="pijler"][value="veilig"]').is_checked()
    sends(page)
    status(page).to_contain_text("Verstuurd.")
    assert (texts(house), left_behind(page)) == (["Het park is donker"], {})
    page.reload()
    expect(page.locator("#tekst")).to_have_value("")


def test_what_waited_in_a_closed_browser_is_sent_when_it_opens_again(house: OpenHouse, device: Device) -> None:
    context, id_ = device(), held(house)
    page = context.new_page()
    page.goto(link_to(house, id_, 1))
    context.set_offline(True)
    writes(page, "Meer licht")
    sends(page)
    status(page).to_contain_text("Nog niet verstuurd: 1")
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto("/tafel")
    status(page).to_contain_text("Verstuurd.")
    assert texts(house) == ["Meer licht"]


def test_an_answer_that_gets_lost_does_not_make_two_notes(house: OpenHouse, device: Device) -> None:
    context, id_ = device(), held(house)
    page = context.new_page()
    page.goto(link_to(house, id_, 1))
    lost: list[int] = []

    def loses_the_answer(route: Any) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).status)
            route.abort()
        else:
            route.continue_()

    context.route("**/tafel", loses_the_answer)
    writes(page, "Eén keer gezegd")
    sends(page)
    status(page).to_contain_text("Nog niet verstuurd: 1")
    while not lost:
        page.wait_for_timeout(20)
    assert (lost, texts(house)) == ([303], ["Eén keer gezegd"])
    page.evaluate("dispatchEvent(new Event('online'))")
    status(page).to_contain_text("Verstuurd.")
    assert texts(house) == ["Eén keer gezegd"]


def test_what_the_server_refuses_comes_back_into_the_form(house: OpenHouse, device: Device) -> None:
    context, id_ = device(), held(house)
    page = context.new_page()
    page.goto(link_to(house, id_, 1))
    context.set_offline(True)
    for words, place in (("De stoep ligt scheef", "Nolensweg 14"), ("Een fijne buurt", "")):
        writes(page, words, place=place)
        sends(page)
    status(page).to_contain_text("Nog niet verstuurd: 2")
    context.set_offline(False)
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#plek-fout")).to_contain_text("geen huisnummer")
    expect(page.locator("#tekst")).to_have_value("De stoep ligt scheef")
    expect(page.locator("#plek")).to_have_value("Nolensweg 14")
    assert page.title().startswith("Fout: Tafel 1")
    page.locator("#plek").fill("Nolensweg")
    sends(page)
    status(page).to_contain_text("Verstuurd.")
    expect(page.locator("#errors, .wrong, [aria-invalid], .amiss")).to_have_count(0)
    assert page.title().startswith("Tafel 1")
    assert sorted(texts(house)) == ["De stoep ligt scheef", "Een fijne buurt"]
    assert left_behind(page) == {}


def test_a_note_changed_elsewhere_meanwhile_is_not_overwritten(house: OpenHouse, device: Device) -> None:
    context, id_ = device(), held(house)
    page = context.new_page()
    page.goto(link_to(house, id_, 1))
    writes(page, "Eerst")
    sends(page)
    status(page).to_contain_text("Verstuurd.")
    page.locator("#written a").click()
    page.wait_for_url("**/tafel?wijzig=*")
    context.set_offline(True)
    page.locator("#tekst").fill("Van de tablet")
    sends(page)
    status(page).to_contain_text("Nog niet verstuurd: 1")
    (statement,) = (row["id"] for row in house.rows("statement"))
    at_table(house, id_, 1).opens(f"/tafel?wijzig={statement}").fills(tekst="Van de laptop").presses("Bewaar")
    context.set_offline(False)
    expect(page.locator("#errors")).to_contain_text("intussen veranderd")
    expect(page.locator("#tekst")).to_have_value("Van de tablet")
    assert texts(house) == ["Van de laptop"]
    sends(page)  # she saw both, and chooses hers
    status(page).to_contain_text("Verstuurd.")
    assert texts(house) == ["Van de tablet"]


def test_nobody_leaves_the_page_by_accident_without_connection(house: OpenHouse, device: Device) -> None:
    context, id_ = device(), held(house)
    page = context.new_page()
    page.goto(link_to(house, id_, 1))
    writes(page, "Eerst")
    sends(page)
    status(page).to_contain_text("Verstuurd.")
    context.set_offline(True)
    page.locator("#written a").click()
    status(page).to_contain_text("Er is nu geen verbinding.")
    page.locator("#written summary").click()
    page.locator("#written details button").click()
    page.locator("#tekst").fill("Half")
    sends(page)
    status(page).to_contain_text("Schrijf op wat er gezegd werd, en kies")
    assert page.url.endswith("/tafel")
    assert texts(house) == ["Eerst"]


def test_a_link_that_ended_keeps_the_words_on_the_device_and_says_so(house: OpenHouse, device: Device) -> None:
    context, id_ = device(), held(house)
    page = context.new_page()
    page.goto(link_to(house, id_, 1))
    with house.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM table_link")
    writes(page, "Nog net gezegd")
    sends(page)
    status(page).to_contain_text("De link van deze tafel werkt niet meer.")
    page.goto(link_to(house, id_, 1))  # the office made a new one
    status(page).to_contain_text("Verstuurd.")
    assert texts(house) == ["Nog net gezegd"]


def test_without_javascript_a_table_writes_the_same(house: OpenHouse, opens: Opens) -> None:
    page = opens("nl", scripts=False)
    page.goto(link_to(house, held(house), 1))
    sends(page)
    assert page.locator("#errors").is_visible()
    writes(page, "Zonder script")
    sends(page)
    assert page.locator("#written li.noted").count() == 1
    page.locator("#written summary").click()
    page.locator("#written details button").click()
    assert texts(house) == []


# ---------------------------------------------------------------- every page looked at


def seat_of(house: OpenHouse, page: Page, server: str, role: str) -> Page:
    seat = house.colleague(role).browser.cookies.get(SEAT)
    page.context.add_cookies([{"name": SEAT, "value": str(seat), "url": server}])
    return page


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_of_the_office_can_be_used_by_everyone(house: OpenHouse, opens: Opens, server: str, width: int) -> None:
    page = seat_of(house, opens("nl", width=width), server, "office")
    page.goto(ROOM)
    look_at(page, "wg-leeg")
    make_wijkgesprek(
        house, title="Praten over spelen en groen", place="De Schakel", area="crabbehof", languages=["nl", "tr", "ar"], step_free=False
    )
    id_ = held(house, title="Koffie en praten over uw straat in Wielwijk", capacity=3, languages=["nl", "ar"])
    draft = make_wijkgesprek(house, title="Taalles en wijkgesprek", state="draft", feedback_on=None, feedback_owner="")
    make_wijkgesprek(house, title="Op de markt", state="cancelled")
    comes(house, id_, "Ayşe Yılmaz", persons=2, needs="Een tolk Turks. Ik kan niet lang staan.", mail="ayse.yilmaz@voorbeeld.nl")
    comes(house, id_, "Jan", state="waitlisted", line=2)
    is_now(house, id_, attendance=None)
    for name, address in {
        "lijst": ROOM, "nieuw": f"{ROOM}/nieuw", "concept": f"{ROOM}/{draft}", "bezig": f"{ROOM}/{id_}", "bewerken": f"{ROOM}/{id_}/bewerken",
        "teksten": f"{ROOM}/{id_}/teksten", "aanmeldingen": f"{ROOM}/{id_}/aanmeldingen", "afzeggen": f"{ROOM}/{id_}/afzeggen",
        "tafels": f"{ROOM}/{id_}/inbreng", "inbreng": f"{ROOM}/{id_}/inbreng?tafel=1", "afdrukken": f"{ROOM}/{id_}/afdrukken?tafel=1",
    }.items():  # fmt: skip
        page.goto(address)
        look_at(page, f"wg-{name}")
    page.goto(f"{ROOM}/nieuw")
    page.locator("main form button.main").click()
    look_at(page, "wg-nieuw-fout")
    page.goto(f"{ROOM}/{id_}")
    page.locator("#tafel").fill("1")
    page.locator('form[action$="/tafels"] button').click()
    look_at(page, "wg-link")


@pytest.mark.parametrize(("lang", "width"), [("nl", 360), ("ar", 360), ("nl", 1280), ("ar", 1280)])
def test_the_page_of_a_table_can_be_used_by_everyone(house: OpenHouse, opens: Opens, lang: str, width: int) -> None:
    id_ = held(house)
    page = opens(lang, width=width)
    page.goto("/tafel/onzin")
    look_at(page, f"{lang}-tafel-weg")
    page.goto(link_to(house, id_, 2))
    look_at(page, f"{lang}-tafel-leeg")
    for words, pillar in (
        ("In ons portiek is de lamp al weken kapot en de bel doet het niet.", "wonen"),
        ("الرطوبة في غرفة الأطفال ولا أحد يأتي لإصلاحها", "gezond"),
    ):
        writes(page, words, pillar=pillar, place="Nolensweg")
        page.locator("#taal").select_option("ar" if pillar == "gezond" else "nl")
        sends(page)
        expect(page.locator("#written")).to_contain_text(words)
    page.locator("#written summary").first.click()
    look_at(page, f"{lang}-tafel")
    sends(page)
    page.locator("#errors").wait_for()
    look_at(page, f"{lang}-tafel-fout")
