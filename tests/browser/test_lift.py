"""A phone loses its connection, its page or its owner: nothing typed is lost, nothing counts twice, nothing is left for the next person."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from windows import look_at

DORDT = "/v/dordt-west-2026"
OFF = f"{DORDT}/zonder-verbinding"
FORWARD = 'form#survey button[value="verder"] >> nth=-1'
KEPT = """async () => {
  const shelves = await caches.keys();
  const files = (await Promise.all(shelves.map(async (name) => (await (await caches.open(name)).keys()).length))).reduce((n, m) => n + m, 0);
  const rows = await new Promise((done) => {
    const asked = indexedDB.open("antwoord");
    asked.onsuccess = () => {
      const db = asked.result;
      if (!db.objectStoreNames.contains("wacht")) { db.close(); indexedDB.deleteDatabase("antwoord"); return done(0); }
      const all = db.transaction("wacht").objectStore("wacht").count();
      all.onsuccess = () => { db.close(); done(all.result); };
    };
  });
  const workers = (await navigator.serviceWorker.getRegistrations()).length;
  return { drafts: Object.keys(localStorage).length + sessionStorage.length, shelves: files, waiting: rows, workers };
}"""
NOTHING = {"drafts": 0, "shelves": 0, "waiting": 0, "workers": 0}
Phone = Callable[..., BrowserContext]


@pytest.fixture
def phone(chromium: Browser, server: str) -> Iterator[Phone]:
    """A phone with the security policy on, whose connection can be taken away."""
    faults: list[str] = []
    phones: list[BrowserContext] = []

    def one(lang: str = "nl", *, width: int = 360, **more: Any) -> BrowserContext:
        context = chromium.new_context(base_url=server, locale=lang, viewport={"width": width, "height": 740}, **more)
        context.set_default_timeout(10_000)
        context.on("page", lambda page: page.on("pageerror", lambda fault: faults.append(str(fault))))
        context.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
        phones.append(context)
        return context

    yield one
    for context in phones:
        context.close()
    assert faults == [], "a script broke"


def go_on(page: Page) -> None:
    page.locator(FORWARD).click()
    page.wait_for_load_state()


def begins(context: BrowserContext) -> Page:
    """Somebody passes the first page and has the second one before her; the phone has what it needs for the lift."""
    page = context.new_page()
    page.goto(DORDT)
    assert kept(page)["workers"] == 0
    page.locator('label:has(input[name="zestien"][value="ja"])').click()
    go_on(page)
    page.wait_for_function(
        "async () => (await caches.keys()).length > 0 && (await (await caches.open((await caches.keys())[0])).keys()).length >= 4"
    )
    return page


def at_third_page(context: BrowserContext) -> Page:
    page = begins(context)
    page.locator('label:has(input[value="wielwijk"])').click()
    go_on(page)
    assert page.url.endswith("/3")
    return page


def kept(page: Page) -> dict[str, int]:
    found: dict[str, int] = page.evaluate(KEPT)
    return found


def keeps_nothing(page: Page) -> None:
    page.wait_for_timeout(300)
    for _ in range(30):
        if kept(page) == NOTHING:
            break
        page.wait_for_timeout(100)
    assert kept(page) == NOTHING


# ---------------------------------------------------------------- in the lift


@pytest.mark.parametrize(("lang", "width"), [("nl", 360), ("ar", 360), ("nl", 1280), ("ar", 1280)])
def test_a_phone_in_the_lift(phone: Phone, lang: str, width: int) -> None:
    context = phone(lang, width=width)
    page = at_third_page(context)
    page.locator("textarea").fill("De lift is kapot")
    context.set_offline(True)
    go_on(page)
    expect(page).to_have_url(re.compile(f"{OFF}#deel-4$"))
    expect(page.locator("[data-stand=deels]")).to_be_visible()
    assert page.locator("textarea[name=wonen_open]").input_value() == "De lift is kapot"
    look_at(page, f"{lang}-lift")
    page.locator("textarea[name=veilig_open]").fill("Meer licht in de hal")
    go_on(page)
    expect(page.locator("[data-stand=wacht]")).to_be_visible()
    expect(page.locator("form#survey")).to_be_hidden()
    look_at(page, f"{lang}-lift-wacht")
    page.reload()
    expect(page.locator("[data-stand=wacht]")).to_be_visible()
    context.set_offline(False)
    expect(page.locator("[data-stand=weg]")).to_be_visible()
    expect(page.locator("#code")).to_have_text(re.compile(r"^[2-9A-HJ-NP-Z]{4}( [2-9A-HJ-NP-Z]{4}){2}$"))
    look_at(page, f"{lang}-lift-weg")
    receipt = page.locator("#code").inner_text()
    assert kept(page)["waiting"] == 0
    page.goto(f"{DORDT}/bedankt")
    expect(page.locator("#receipt")).to_have_text(receipt)
    page.goto(f"{DORDT}/mijn-antwoorden")
    for words in ("De lift is kapot", "Meer licht in de hal"):
        assert page.locator("main").inner_text().count(words) == 1


def test_back_in_reach_half_way_the_questions_go_on_where_they_were(phone: Phone) -> None:
    context = phone()
    page = at_third_page(context)
    page.locator("textarea").fill("In de tunnel")
    context.set_offline(True)
    go_on(page)
    expect(page.locator("[data-stand=deels]")).to_be_visible()
    context.set_offline(False)
    expect(page.locator("[data-stand=bewaard]")).to_be_visible()
    page.locator("[data-stand=bewaard] a").click()
    expect(page).to_have_url(re.compile(f"{DORDT}/4$"))
    page.goto(f"{DORDT}/3")
    assert page.locator("textarea").input_value() == "In de tunnel"
    expect(page.locator("#eerder")).to_be_hidden()
    assert kept(page)["drafts"] == 1  # the key of this tab


def test_the_phone_is_closed_in_the_lift_and_sends_at_the_next_visit(phone: Phone) -> None:
    context = phone()
    page = at_third_page(context)
    context.set_offline(True)
    page.goto(DORDT)
    page.locator('label:has(input[name="zestien"][value="ja"])').click()
    page.locator("textarea[name=wonen_open]").fill("Thuis gelezen")
    go_on(page)
    expect(page.locator("[data-stand=wacht]")).to_be_visible()
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(DORDT)
    expect(page.locator("[data-stand=weg]")).to_be_visible()
    assert kept(page)["waiting"] == 0
    page.goto(DORDT)
    expect(page.locator("[data-page=start]")).to_be_visible()


def test_somebody_else_takes_the_phone_without_connection(phone: Phone) -> None:
    """She sees no word of the first one, and both are sent."""
    context = phone()
    page = at_third_page(context)
    context.set_offline(True)
    for words in ("Van de een", "Van de ander"):
        page = context.new_page()
        page.goto(DORDT)
        if words == "Van de ander":
            assert "Van de een" not in page.locator("body").inner_html()
            page.locator("[data-stand=wacht] button[value=nieuw]").click()
        assert page.locator("textarea[name=wonen_open]").input_value() == ""
        page.locator('label:has(input[name="zestien"][value="ja"])').click()
        page.locator("textarea[name=wonen_open]").fill(words)
        go_on(page)
        expect(page.locator("[data-stand=wacht]")).to_be_visible()
    assert kept(page)["waiting"] == 2
    context.set_offline(False)
    expect(page.locator("[data-stand=weg]")).to_be_visible()
    page.wait_for_timeout(500)
    assert kept(page)["waiting"] == 0


def test_what_is_wrong_is_shown_where_it_stands_with_the_words(phone: Phone) -> None:
    context = phone()
    page = at_third_page(context)
    page.locator("textarea").fill("x" * 1001)
    context.set_offline(True)
    go_on(page)
    expect(page.locator("[data-stand=deels]")).to_be_visible()
    context.set_offline(False)
    expect(page.locator("[data-stand=kijk]")).to_be_visible()
    look_at(page, "nl-lift-kijk")
    page.locator("button[value=kijk]").click()
    expect(page.locator("#errors")).to_be_focused()
    assert page.locator("textarea").input_value() == "x" * 1001
    page.locator("textarea").fill("Korter")
    go_on(page)
    expect(page).to_have_url(re.compile(f"{DORDT}/4$"))
    assert kept(page)["waiting"] == 0


def test_what_is_being_typed_stays_when_something_else_turns_out_wrong(phone: Phone) -> None:
    context = phone()
    page = at_third_page(context)
    page.locator("textarea").fill("x" * 1001)
    context.set_offline(True)
    go_on(page)
    expect(page.locator("[data-stand=deels]")).to_be_visible()
    page.locator("textarea[name=veilig_open]").fill("Hier was ik nog bezig")
    context.set_offline(False)
    expect(page.locator("[data-stand=kijk]")).to_be_visible()
    expect(page.locator("textarea[name=veilig_open]")).to_be_visible()
    assert page.locator("textarea[name=veilig_open]").input_value() == "Hier was ik nog bezig"
    assert "Hier was ik nog bezig" in page.evaluate("JSON.stringify(localStorage)")


def test_what_was_sent_before_is_told_once(phone: Phone) -> None:
    """Sent from another window meanwhile: what waits here changes nothing, and is gone once that was read."""
    context = phone()
    page = at_third_page(context)
    context.set_offline(True)
    page.goto(DORDT)
    page.locator('label:has(input[name="zestien"][value="ja"])').click()
    page.locator("textarea[name=wonen_open]").fill("Te laat")
    key = page.evaluate("document.forms.survey.elements.key.value")
    go_on(page)
    expect(page.locator("[data-stand=wacht]")).to_be_visible()
    form = {"key": key, "spraak": "nl", "zestien": "ja", "wonen_open": "Eerder verstuurd"}
    assert phone().request.post(f"{DORDT}/nasturen", form=form, headers={"accept": "application/json"}).json()["state"] == "sent"
    context.set_offline(False)
    expect(page.locator("[data-stand=kijk]")).to_be_visible()
    page.locator("button[value=kijk]").click()
    expect(page.locator("h1")).to_have_text("U had uw antwoorden al verstuurd")
    look_at(page, "nl-al-verstuurd")
    assert kept(page)["waiting"] == 0


def test_a_rescue_file_goes_to_another_phone(phone: Phone, tmp_path: Path) -> None:
    context = phone(accept_downloads=True)
    page = at_third_page(context)
    context.set_offline(True)
    page.goto(DORDT)
    page.locator('label:has(input[name="zestien"][value="ja"])').click()
    page.locator("textarea[name=wonen_open]").fill("Uit het bestand")
    go_on(page)
    with page.expect_download() as saved:
        page.locator("[data-stand=wacht] button[value=bestand]").click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    other = phone().new_page()
    other.goto(f"{DORDT}/nasturen")
    other.locator("#kies").set_input_files(file)
    expect(other.locator("#bestand")).to_have_value(re.compile("Uit\\+het\\+bestand"))
    look_at(other, "nl-reservebestand")
    other.locator("form button").last.click()
    expect(other.locator("[role=status]")).to_be_visible()
    context.set_offline(False)
    expect(page.locator("[data-stand=weg]")).to_be_visible()


# ---------------------------------------------------------------- a draft


def test_after_a_crash_the_draft_is_offered_without_a_word_of_it(phone: Phone) -> None:
    context = phone()
    page = at_third_page(context)
    page.locator("textarea").fill("Dit had ik al getypt")
    page.close()
    page = context.new_page()
    page.goto(f"{DORDT}/3")
    expect(page.locator("#eerder")).to_be_visible()
    assert "al getypt" not in page.locator("body").inner_text()
    assert page.locator("textarea").input_value() == ""
    look_at(page, "nl-eerder")
    page.locator("#eerder button[value=verder]").click()
    assert page.locator("textarea").input_value() == "Dit had ik al getypt"
    expect(page.locator("#eerder")).to_be_hidden()
    go_on(page)
    assert kept(page)["drafts"] == 1  # the key of this tab
    page.goto(f"{DORDT}/3")
    expect(page.locator("#eerder")).to_be_hidden()


def test_typing_on_before_choosing_loses_neither(phone: Phone) -> None:
    context = phone()
    page = at_third_page(context)
    page.locator("textarea").fill("Uit de eerste keer")
    page.close()
    page = context.new_page()
    page.goto(f"{DORDT}/3")
    page.locator('label:has(input[name="wonen_stellingen.stoep"])').first.click()
    page.close()
    page = context.new_page()
    page.goto(f"{DORDT}/3")
    page.locator("#eerder button[value=verder]").click()
    assert page.locator("textarea").input_value() == "Uit de eerste keer"
    assert page.locator('input[name="wonen_stellingen.stoep"]').first.is_checked()


def test_a_draft_is_wiped_when_asked_and_after_a_day(phone: Phone) -> None:
    context = phone()
    page = at_third_page(context)
    page.locator("textarea").fill("Weg hiermee")
    page.close()
    page = context.new_page()
    page.goto(f"{DORDT}/3")
    page.locator("#eerder button[value=wissen]").click()
    assert "Weg hiermee" not in page.evaluate("JSON.stringify(localStorage)")
    page.locator("textarea").fill("Oud")
    page.close()
    context.clock.install()
    context.clock.fast_forward("23:59:00")
    page = context.new_page()
    page.goto(f"{DORDT}/3")
    expect(page.locator("#eerder")).to_be_visible()
    context.clock.fast_forward("00:02:00")
    page.goto(f"{DORDT}/4")
    assert "Oud" not in page.evaluate("JSON.stringify(localStorage)")


def test_a_page_that_comes_back_filled_in_does_not_ask(phone: Phone) -> None:
    page = at_third_page(phone())
    page.locator("textarea").fill("y" * 1001)
    go_on(page)
    expect(page.locator("#errors")).to_be_visible()
    expect(page.locator("#eerder")).to_be_hidden()


# ---------------------------------------------------------------- nothing left behind


def test_a_shared_device_keeps_nothing(phone: Phone) -> None:
    context = phone()
    page = at_third_page(context)
    page.locator("textarea").fill("Voor mij alleen")
    page.goto(f"{DORDT}/3?weergave=gedeeld")
    keeps_nothing(page)
    page.locator("textarea").fill("Ook voor mij alleen")
    assert kept(page) == NOTHING


def test_under_sixteen_nothing_stays_on_the_device(phone: Phone) -> None:
    context = phone()
    page = at_third_page(context)
    page.locator("textarea").fill("Ik ben vijftien")
    assert kept(page)["drafts"] > 0
    page.goto(f"{DORDT}/1")
    page.locator('label:has(input[name="zestien"][value="nee"])').click()
    go_on(page)
    expect(page).to_have_url(re.compile("gestopt$"))
    keeps_nothing(page)


def test_under_sixteen_without_connection_nothing_waits_or_stays(phone: Phone) -> None:
    context = phone()
    page = at_third_page(context)
    page.locator("textarea").fill("Ik ben vijftien")
    context.set_offline(True)
    go_on(page)
    expect(page.locator("[data-stand=deels]")).to_be_visible()
    page.locator("textarea[name=veilig_open]").fill("Nog iets")
    page.locator('label:has(input[name="zestien"][value="nee"])').click()
    assert "Nog iets" not in page.evaluate("JSON.stringify(localStorage)")
    go_on(page)
    expect(page.locator("[data-stand=gestopt]")).to_be_visible()
    expect(page.locator("form#survey")).to_have_count(0)
    keeps_nothing(page)


def test_quick_exit_takes_everything_along(phone: Phone) -> None:
    context = phone()
    context.route(re.compile(r"^https://"), lambda route: route.fulfill(body="<title>Het weer</title>"))
    page = at_third_page(context)
    page.goto(f"{DORDT}/7")
    page.locator("textarea").fill("Niemand mag dit zien")
    page.locator("[data-exit]").click()
    page.wait_for_url(re.compile(r"^https://"))
    page = context.new_page()
    page.goto("/privacy")
    keeps_nothing(page)
    page.goto(f"{DORDT}/7")
    assert "Niemand mag dit zien" not in page.locator("body").inner_html()
