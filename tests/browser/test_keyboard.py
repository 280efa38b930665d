"""Somebody without a mouse, and somebody whose browser runs no script: the whole survey, a wijkgesprek, and the rooms of staff."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from rounds import FAULTS, STAFF, goes, links_from, sign_in, walk_survey, wrong_in
from windows import PASSWORD, Opens

DORDT = "/v/dordt-west-2026"
WORDS = "Meer licht in het park"
MANY = 90  # controls on one page: who presses Tab more often has been round


@pytest.fixture
def server(tour: tuple[str, Path]) -> str:
    return tour[0]


def tabs_to(page: Page, wanted: str) -> None:
    """Press Tab until this has the focus."""
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"the keyboard never reaches {wanted} on {page.url}")


def answers(page: Page, forward: str) -> None:
    """Go through a form from top to bottom with Tab, and answer on the way as hands on a keyboard do, until the button to go on."""
    tabs_to(page, "form[method=post] :is(input, select, textarea, button)")
    for _ in range(MANY):
        kind = page.evaluate("document.activeElement.type ?? document.activeElement.localName")
        if page.evaluate("forward => document.activeElement.matches(forward)", forward):
            return
        if kind == "radio":
            page.keyboard.press("Space")
            if not page.evaluate("document.activeElement.value === 'ja'"):
                page.keyboard.press("ArrowDown")
            assert page.evaluate("document.activeElement.checked")
        elif kind == "checkbox":
            if not page.evaluate("document.activeElement.closest('fieldset').querySelector(':checked')"):
                page.keyboard.press("Space")
        elif kind == "select-one":
            answers_place(page)
        elif kind in {"text", "textarea", "email", "tel"}:
            writes(page)
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard never reaches {forward} on {page.url}")


def answers_place(page: Page) -> None:
    """In a question about order each place is given once: the first line the first place, and so on as far as there are places."""
    nth = page.evaluate(
        "[...document.activeElement.closest('.question')?.querySelectorAll('select') ?? []].indexOf(document.activeElement) + 1"
    )
    if 0 < nth < page.evaluate("document.activeElement.options.length"):
        for _ in range(nth):
            page.keyboard.press("ArrowDown")


def writes(page: Page) -> None:
    listed = page.evaluate("document.activeElement.list?.options[0].value ?? ''")
    kind = page.evaluate("document.activeElement.inputMode")
    words = {"email": "", "tel": ""}.get(page.evaluate("document.activeElement.type"), WORDS)
    page.keyboard.type(listed or {"decimal": "7", "numeric": "1-5-2010"}.get(kind, words))


def enters(page: Page) -> None:
    goes(page, lambda: page.keyboard.press("Enter"))


@pytest.mark.parametrize("key", ["dordt-west-2026", "alle-soorten"])
def test_the_whole_survey_with_keys_alone(opens: Opens, key: str) -> None:
    page = opens("nl", width=1280)
    page.goto(f"/v/{key}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#inhoud"
    page.keyboard.press("Enter")
    tabs_to(page, 'form#survey button[value="verder"]')
    enters(page)
    expect(page.locator("#errors")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the link in the summary leads to the question
    assert page.evaluate("document.querySelector(':target') !== null")
    visited = []  # a page comes back when an answer on it asks for one more
    while "/controle" not in page.url:
        visited.append(page.locator("form#survey").get_attribute("data-page"))
        answers(page, 'form#survey button[value="verder"]')
        enters(page)
        expect(page.locator("#errors")).to_have_count(0)
    assert 5 <= len(visited) <= 12
    tabs_to(page, 'form#survey button[value="verder"]')
    enters(page)
    expect(page.locator("main#done #receipt")).to_be_visible()


def test_back_another_language_and_later_with_keys_alone(opens: Opens) -> None:
    page = opens("nl", width=1280)
    page.goto(DORDT)
    answers(page, 'form#survey button[value="verder"]')
    enters(page)
    tabs_to(page, 'form#survey button[value="terug"]')
    enters(page)
    assert page.locator('input[value="ja"]').is_checked()
    tabs_to(page, 'input[value="ja"]')
    enters(page)  # Enter in a question is Verder, not a language and not Terug
    expect(page.locator('button[value="later"]')).to_be_visible()
    tabs_to(page, 'header button[lang="ar"]')
    enters(page)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    tabs_to(page, 'button[value="later"]')
    enters(page)
    expect(page.locator("#receipt")).to_be_visible()


def test_coming_to_a_wijkgesprek_with_keys_alone(opens: Opens) -> None:
    page = opens("nl", width=1280)
    page.goto("/wijkgesprekken")
    tabs_to(page, "main li.meet a")
    enters(page)
    page.goto(f"{page.url.partition('?')[0]}/aanmelden")
    tabs_to(page, "main form button")
    enters(page)
    expect(page.locator("#errors")).to_be_focused()
    answers(page, "main form button")
    enters(page)
    expect(page.locator("main[data-status] #receipt")).to_be_visible()
    tabs_to(page, 'button[value="afmelden"]')
    enters(page)
    expect(page.locator("main[data-status=cancelled]")).to_be_visible()


def test_staff_come_in_and_plan_with_keys_alone(opens: Opens) -> None:
    page = opens("nl", width=1280)
    page.goto("/inloggen")
    tabs_to(page, "#name")
    page.keyboard.type("Noor")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    enters(page)
    for room in ("/kantoor/wijkgesprekken", "/bevindingen", "/beheer"):
        tabs_to(page, f'header a[href="{room}"]')
        enters(page)
        expect(page.locator(f'header a[href="{room}"]')).to_have_attribute("aria-current", "page")
    tabs_to(page, 'header form[action="/uitloggen"] button')
    enters(page)
    page.goto("/kantoor")
    expect(page.locator("#password")).to_be_visible()


# ------------------------------------------------------------------------------------------------ without a script


@pytest.mark.parametrize(("key", "lang"), [("dordt-west-2026", "pl"), ("alle-soorten", "nl")])
def test_the_whole_survey_without_a_script(opens: Opens, key: str, lang: str) -> None:
    page = opens(lang, scripts=False)
    walk_survey(page, key, lambda name: same_without_script(page, name))


def test_the_rooms_of_staff_without_a_script(opens: Opens) -> None:
    page = opens("nl", scripts=False)
    sign_in(page)
    seen = list(links_from(page, "/kantoor", STAFF))
    for address in seen:
        wrong_in(page, lambda name: same_without_script(page, name), address)
    assert len(seen) >= 10


def same_without_script(page: Page, name: str) -> None:
    assert page.evaluate(FAULTS) == [], name
