"""Days of residents, in a real browser: grandmother has the questions read to her, a tablet goes round, Arabic half-way, a way out."""

import json
from typing import Any

from playwright.sync_api import Page, expect
from windows import Opens, look_at

DORDT = "/v/dordt-west-2026"
FORWARD = 'form#survey button[value="verder"] >> nth=-1'
VOICES = """(() => {
  const voices = VOICES;
  window.said = [];
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } };
  const synth = { getVoices: () => voices, cancel: () => {}, addEventListener: () => {},
    speak: (one) => { window.said.push([one.lang, one.text]); setTimeout(() => one.onend && one.onend(), 0) } };
  Object.defineProperty(window, "speechSynthesis", { value: synth });
})()"""
HERE = {"localService": True, "lang": "nl-NL"}
ELSEWHERE = {"localService": False, "lang": "nl-NL"}


def with_voices(page: Page, *voices: dict[str, Any]) -> Page:
    """A device with these voices: a headless browser has none of its own."""
    page.add_init_script(VOICES.replace("VOICES", json.dumps(voices), 1))
    return page


def go_on(page: Page) -> None:
    page.locator(FORWARD).click()
    page.wait_for_load_state()


def begin(page: Page) -> None:
    page.goto(DORDT)
    page.locator('label:has(input[value="ja"])').click()
    go_on(page)


# ---------------------------------------------------------------- grandmother


def test_grandmother_has_each_question_and_each_option_read_to_her(opens: Opens) -> None:
    page = with_voices(opens("nl"), HERE)
    page.goto(DORDT)
    page.get_by_role("link", name="Makkelijke tekst").click()
    page.get_by_role("button", name="Lees deze vraag voor").click()
    page.wait_for_function("said.length >= 4")
    assert page.evaluate("said")[0] == ["nl-NL", "Bent u 16 jaar of ouder?"]
    look_at(page, "oma-1")
    page.get_by_role("button", name="Lees voor: Nee").click()
    page.wait_for_function("said.at(-1)[1] === 'Nee'")
    assert page.locator('input[value="nee"]').is_checked() is False, "reading an option does not choose it"
    page.locator('label:has(input[value="ja"])').click()
    go_on(page)
    expect(page.locator("form#survey .question")).to_have_count(1)
    expect(page.locator("#deel")).to_have_text("Vraag 2 van 23")
    look_at(page, "oma-2")
    page.get_by_role("button", name="Lees voor: Wielwijk").click()
    page.locator('label:has(input[value="wielwijk"])').click()
    go_on(page)
    assert page.locator("legend").inner_text().strip() == "Hoe lang woont u hier?"


def test_nothing_is_read_by_a_voice_that_lives_elsewhere_or_speaks_another_language(opens: Opens) -> None:
    for lang, voices in (("nl", [ELSEWHERE]), ("nl", []), ("tr", [HERE])):
        page = with_voices(opens(lang), *voices)
        page.goto(DORDT)
        expect(page.locator("form#survey .question")).to_be_visible()
        assert page.locator(".hear").count() == 0
        assert page.locator("[data-aloud] button[aria-pressed]").count() == 0


def test_reading_stops_when_it_is_pressed_again(opens: Opens) -> None:
    page = with_voices(opens("nl"), HERE)
    page.add_init_script("speechSynthesis.speak = (one) => { window.said.push(one.text) }")
    page.goto(DORDT)
    button = page.locator(".question .hear")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_have_attribute("aria-label", "Stop met voorlezen")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(button).to_have_attribute("aria-label", "Lees deze vraag voor")
    assert page.evaluate("said.length") == 1


# ---------------------------------------------------------------- a tablet in the community house


def test_on_a_shared_tablet_the_next_person_finds_nothing_of_the_one_before(opens: Opens) -> None:
    page = opens("nl", width=800)
    page.goto(DORDT)
    page.get_by_role("link", name="Dit toestel is van meer mensen").click()
    page.locator('label:has(input[value="ja"])').click()
    go_on(page)
    page.goto(f"{DORDT}/3")
    page.fill("textarea", "Mijn buurman maakt lawaai")
    look_at(page, "tablet")
    go_on(page)
    page.fill("textarea", "Nog niet verstuurd")
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    page.get_by_role("link", name="Wis alles van dit toestel").click()
    expect(page.locator("h1")).to_have_text("Bewonersenquête Dordt West")
    page.go_back()
    assert "buurman" not in page.content()
    page.goto(f"{DORDT}/3")
    assert "buurman" not in page.content()
    assert page.locator("h1").inner_text() == "Bewonersenquête Dordt West", "who comes next begins at the beginning"


# ---------------------------------------------------------------- Arabic half-way


def test_dutch_becomes_arabic_half_way_and_nothing_is_lost(opens: Opens) -> None:
    page = opens("nl")
    begin(page)
    page.goto(f"{DORDT}/3")
    page.locator('label:has(input[name="woning_tevreden"][value="4"])').click()
    page.fill("textarea", "أريد المزيد من الضوء")
    page.get_by_role("button", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert page.locator('input[name="woning_tevreden"][value="4"]').is_checked()
    expect(page.locator("textarea")).to_have_value("أريد المزيد من الضوء")
    look_at(page, "arabisch-3")
    go_on(page)
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    page.locator('button[value="makkelijk"]').click()
    expect(page.locator("form#survey .question")).to_have_count(1)
    look_at(page, "arabisch-makkelijk")


# ---------------------------------------------------------------- a way out


def test_a_quick_exit_leaves_nothing_to_go_back_to(opens: Opens) -> None:
    page = opens("nl")
    begin(page)
    page.route("https://www.buienradar.nl/**", lambda route: route.fulfill(body="<title>Het weer</title>", content_type="text/html"))
    page.goto(f"{DORDT}/7")
    page.fill("textarea", "Ik ben bang voor mijn man")
    assert "112" in page.locator("form#survey .lines").inner_text()
    look_at(page, "veilig")
    page.get_by_role("link", name="Snel weg van deze pagina").click()
    page.wait_for_url("https://www.buienradar.nl/**")
    page.go_back()
    assert "bang" not in page.content()
    page.goto(DORDT)
    assert page.evaluate("Object.keys(localStorage).filter((name) => name !== 'x').length") == 0
    assert page.locator("h1").inner_text() == "Bewonersenquête Dordt West"


def test_a_page_that_was_kept_and_asks_once_more_offers_no_draft(opens: Opens) -> None:
    page = opens("nl")
    page.goto("/v/alle-soorten")
    page.locator('label:has(input[value="ja"])').click()
    go_on(page)
    page.locator('label:has(input[value="wielwijk"])').click()
    go_on(page)
    page.locator('label:has(input[name="cijfer"][value="7"])').click()
    go_on(page)
    expect(page.locator("#errors")).to_contain_text("Weet u het zeker?")
    assert page.locator('input[name="cijfer"][value="7"]').is_checked()
    expect(page.locator("#eerder")).to_be_hidden()
    look_at(page, "weet-u-het-zeker")
