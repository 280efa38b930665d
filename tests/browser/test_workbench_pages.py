"""The workbench in a real browser: an analyst who goes through the answers with the keyboard alone; axe on every page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import types_in
from playwright.sync_api import Page, expect
from windows import PASSWORD, Opens, look_at

BENCH = "/bevindingen/werkbank"


@pytest.fixture
def server(tour: tuple[str, Path]) -> str:
    return tour[0]


@pytest.fixture(scope="session")
def mila(tour: tuple[str, Path]) -> None:
    types_in(tour[1], "user", "add", "Mila", "--role", "analyst", "--password-stdin", said=f"{PASSWORD}\n")


def comes_in(page: Page, name: str = "Mila") -> None:
    page.goto("/inloggen")
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)
    goes(page, lambda: page.keyboard.press("Enter"))


def goes(page: Page, act: Callable[[], object]) -> None:
    with page.expect_navigation(timeout=60_000):  # the first theme that is made loads what its name is read with
        act()


def types(page: Page, key: str) -> None:
    goes(page, lambda: page.keyboard.press(key))


def words_at_hand(page: Page) -> str:
    return page.locator(".bench .quote").inner_text()


@pytest.mark.usefixtures("mila")
@pytest.mark.parametrize("width", [360, 1280])
def test_answers_are_looked_at_and_decided_about_with_the_keyboard_alone(opens: Opens, width: int) -> None:
    page = opens("nl", width=width)
    comes_in(page)
    page.goto(f"{BENCH}?stand=nieuw")
    look_at(page, "nl-werkbank")
    first = words_at_hand(page)
    types(page, "j")
    expect(page.locator("#nu")).to_be_focused()
    second = words_at_hand(page)
    types(page, "k")
    assert words_at_hand(page) == first
    types(page, "a")
    expect(page.locator(".done")).to_have_text("Bewaard: dit klopt.")
    assert words_at_hand(page) == second
    types(page, "u")
    expect(page.locator(".done")).to_have_text("Dit besluit is ongedaan gemaakt.")
    assert words_at_hand(page) == first
    types(page, "2")
    expect(page.locator('.bench button[aria-pressed="true"]')).to_contain_text("Wens")
    types(page, "q")
    expect(page.locator(".done")).to_have_text("Bewaard: dit antwoord wordt niet geciteerd.")
    page.keyboard.press("o")
    expect(page.locator("#ook")).to_be_focused()
    page.keyboard.type("ja, jq")
    expect(page.locator("#ook")).to_have_value("ja, jq")
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    expect(page.locator("#naar")).to_be_focused()
    page.keyboard.type("bestaat niet")
    types(page, "Enter")
    expect(page.locator("#errors")).to_be_focused()
    look_at(page, "nl-werkbank-fout")
    page.keyboard.press("n")
    expect(page.locator("#naam")).to_be_focused()
    page.keyboard.type(f"Iets nieuws {width}")
    types(page, "Enter")
    expect(page.locator(".done")).to_have_text("Het nieuwe thema is gemaakt. Het antwoord staat erin.")
    look_at(page, "nl-werkbank-daarna")
    page.goto("/bevindingen/besluiten")
    look_at(page, "nl-besluiten")


@pytest.mark.usefixtures("mila")
def test_keys_are_switched_off_and_stay_off(opens: Opens) -> None:
    page = opens("nl", width=1280)
    comes_in(page)
    page.goto(BENCH)
    switch = page.get_by_role("checkbox", name="Sneltoetsen aan")
    expect(page.locator('[data-key="a"]')).to_have_attribute("aria-keyshortcuts", "a")
    page.keyboard.press("?")
    expect(page.locator("#sneltoetsen .keys")).to_be_visible()
    look_at(page, "nl-werkbank-toetsen")
    switch.uncheck()
    expect(page.locator("#sneltoetsen [role=status]")).to_have_text("Sneltoetsen staan uit.")
    page.reload()
    expect(switch).not_to_be_checked()
    expect(page.locator('[data-key="a"]')).not_to_have_attribute("aria-keyshortcuts", "a")
    address = page.url
    for key in "aju?":
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.url == address
    expect(page.locator("#sneltoetsen .keys")).to_be_hidden()
    switch.check()
    switch.blur()
    types(page, "j")


@pytest.mark.usefixtures("mila")
def test_without_a_script_every_act_is_a_button(opens: Opens) -> None:
    page = opens("ar", width=360, scripts=False)
    comes_in(page)
    page.goto(f"{BENCH}?taal_van=ar")
    expect(page.locator("#sneltoetsen")).to_be_hidden()
    expect(page.locator("kbd.key").first).to_be_hidden()
    goes(page, page.locator('form[action$="/klopt"] button').click)
    expect(page.locator(".done")).to_be_visible()
    look_at(page, "ar-werkbank", checks=False)
