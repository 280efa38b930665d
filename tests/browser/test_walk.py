"""The whole survey in a real browser on a phone, in each language, with axe on every page and nothing switched off."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from windows import Opens, look_at

DORDT = "/v/dordt-west-2026"
EVERY = [("nl", 360), ("en", 360), ("tr", 360), ("pl", 360), ("ar", 360), ("nl", 1280), ("ar", 1280)]
WORDS = {
    "nl": "Meer licht in het park",
    "en": "More light",
    "tr": "Daha çok ışık",
    "pl": "Więcej światła",
    "ar": "المزيد من الضوء في الحديقة",
}
FORWARD = 'form#survey button[value="verder"] >> nth=-1'


def number_of(page: Page) -> str:
    return page.url.partition("?")[0].rpartition("/")[2]


def go_on(page: Page) -> None:
    page.locator(FORWARD).click()
    page.wait_for_load_state()  # with its style sheet: before that nothing can be measured


def fill_in(page: Page, words: str) -> None:
    """Tick the second choice of every question, and write in every field, as a person with a finger does."""
    for group in page.locator("form#survey fieldset:not(:has(fieldset))").all():
        choice = group.locator("label.choice").nth(1)
        choice.click()
        assert choice.locator("input").is_checked()
    for field in page.locator("form#survey textarea").all():
        field.fill(words)


@pytest.mark.parametrize(("lang", "width"), EVERY)
def test_a_walk_through_the_whole_survey(opens: Opens, lang: str, width: int) -> None:
    page = opens(lang, width=width)
    page.goto("/")
    look_at(page, f"{lang}-home")
    page.locator("main a.btn[href$='dordt-west-2026']").first.click()
    assert page.locator("html").get_attribute("lang") == lang
    assert page.locator("html").get_attribute("dir") == ("rtl" if lang == "ar" else "ltr")
    look_at(page, f"{lang}-1")
    page.locator('label:has(input[value="ja"])').click()
    go_on(page)
    for number in range(2, 9):
        assert number_of(page) == str(number)
        fill_in(page, WORDS[lang])
        look_at(page, f"{lang}-{number}")
        if number == 3:
            page.locator("textarea").fill("x" * 1001)
            go_on(page)
            expect(page.locator("#errors")).to_be_focused()
            look_at(page, f"{lang}-fout")
            page.locator("textarea").fill(WORDS[lang])
        go_on(page)
    assert number_of(page) == "controle"
    look_at(page, f"{lang}-controle")
    assert WORDS[lang] in page.locator("main").inner_text()
    go_on(page)
    expect(page.locator("main#done #receipt")).to_have_text(re.compile(r"^[2-9A-HJ-NP-Z]{4}( [2-9A-HJ-NP-Z]{4}){2}$"))
    look_at(page, f"{lang}-bedankt")
    page.go_back()
    assert number_of(page) == "bedankt"


@pytest.mark.parametrize(("lang", "width"), [("nl", 360), ("ar", 360), ("nl", 1280), ("ar", 1280)])
def test_the_pages_around_the_survey(opens: Opens, lang: str, width: int) -> None:
    page = opens(lang, width=width)
    for name, address in [
        ("privacy", "/privacy"),
        ("toegankelijkheid", "/toegankelijkheid"),
        ("gebied", "/gebied"),
        ("404", "/niets"),
        ("code", f"{DORDT}/verder"),
    ]:
        page.goto(address)
        look_at(page, f"{lang}-{name}")
    page.goto(DORDT)
    go_on(page)
    look_at(page, f"{lang}-1-fout")
    page.locator('label:has(input[value="ja"])').click()
    go_on(page)
    page.locator('button[value="later"]').click()
    assert number_of(page) == "later"
    look_at(page, f"{lang}-later")
    page.goto(DORDT)
    look_at(page, f"{lang}-welkom-terug")
    page.goto(f"{DORDT}/1")
    page.locator('label:has(input[value="nee"])').click()
    go_on(page)
    assert number_of(page) == "gestopt"
    look_at(page, f"{lang}-gestopt")


def test_two_windows_show_both_texts(opens: Opens) -> None:
    page = opens("nl")
    page.goto(DORDT)
    page.locator('label:has(input[value="ja"])').click()
    go_on(page)
    go_on(page)
    second = page.context.new_page()
    second.goto(f"{DORDT}/3")
    second.locator("textarea").fill("Uit het tweede venster")
    go_on(second)
    page.locator("textarea").fill("Uit het eerste venster")
    go_on(page)
    text = page.locator("main").inner_text()
    assert "Uit het eerste venster" in text
    assert "Uit het tweede venster" in text
    look_at(page, "nl-verschil")
    page.locator("form#survey button").click()
    assert number_of(page) == "4"


def test_without_javascript_everything_works_the_same(opens: Opens) -> None:
    page = opens("tr", scripts=False)
    page.goto(DORDT)
    page.locator('label:has(input[value="ja"])').click()
    go_on(page)
    for number in range(2, 9):
        assert number_of(page) == str(number)
        fill_in(page, WORDS["tr"])
        if number == 4:
            page.locator('header button[lang="ar"]').click()
            assert page.locator("html").get_attribute("dir") == "rtl"
            assert page.locator("textarea").input_value() == WORDS["tr"]
        go_on(page)
    go_on(page)
    expect(page.locator("main#done #receipt")).to_be_visible()


# ---------------------------------------------------------------- keys, focus, size


def test_a_page_can_be_answered_with_the_keyboard_alone(opens: Opens) -> None:
    page = opens("nl", width=1280)
    page.goto(DORDT)
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.get_attribute("href") == "#inhoud"
    assert skip.bounding_box() is not None
    tab_to(page, 'input[name="zestien"]')
    page.keyboard.press("Space")
    assert page.locator('input[value="ja"]').is_checked()
    page.keyboard.press("ArrowDown")
    assert page.locator('input[value="nee"]').is_checked()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")  # Enter presses Verder, not a language and not Terug
    page.wait_for_url(f"**{DORDT}/2*")
    tab_to(page, 'form#survey button[value="terug"]')
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{DORDT}/1")
    assert page.locator('input[value="ja"]').is_checked()


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until this has the focus; everything on the way shows that it has it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert shows_focus(page), focused.evaluate("element => element.outerHTML")
        if focused.evaluate("(element, wanted) => element.matches(wanted)", wanted):
            return
    raise AssertionError(f"the keyboard never reaches {wanted}")


def shows_focus(page: Page) -> bool:
    """Whether a ring of at least 2 px stands around what has the focus, or around the label it lies in."""
    rings: list[dict[str, Any]] = (
        page.evaluate("""() => [document.activeElement, document.activeElement.closest('label')].filter(Boolean).map(element => {
        const style = getComputedStyle(element), box = element.getBoundingClientRect()
        return {style: style.outlineStyle, width: parseFloat(style.outlineWidth), shadow: style.boxShadow, seen: box.width > 1 && box.height > 1}
    })""")
    )
    return any(ring["seen"] and ((ring["style"] != "none" and ring["width"] >= 2) or ring["shadow"] != "none") for ring in rings)


@pytest.mark.parametrize("lang", ["nl", "ar", "pl"])
def test_nothing_scrolls_sideways_on_the_smallest_phone(opens: Opens, lang: str) -> None:
    page = opens(lang, width=320)
    for address in ("/", "/gebied", "/privacy", DORDT):
        page.goto(address)
        look_at(page, f"{lang}-klein")
    page.locator('label:has(input[value="ja"])').click()
    go_on(page)
    for _ in range(2, 9):
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, page.url
        go_on(page)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, page.url


def test_what_a_finger_touches_is_large_enough(opens: Opens) -> None:
    page = opens("nl")
    page.goto(DORDT)
    page.locator('label:has(input[value="ja"])').click()
    go_on(page)
    boxes = [each.bounding_box() for each in page.locator("form#survey label.choice, form#survey .steer button").all()]
    assert boxes
    assert [box for box in boxes if box and (box["height"] < 44 or box["width"] < 44)] == []


@pytest.mark.parametrize("lang", ["nl", "ar"])
def test_the_first_page_is_light(opens: Opens, lang: str) -> None:
    """Cold: at most 3 requests and 15 kB over the wire, headers included."""
    page = opens(lang)
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: dict[str, float] = {}
    wire.on("Network.loadingFinished", lambda done: sizes.update({done["requestId"]: done["encodedDataLength"]}))
    page.goto(DORDT, wait_until="networkidle")
    sent = [size for size in sizes.values() if size]
    assert 1 <= len(sent) <= 3
    assert sum(sent) <= 15_000, sizes
