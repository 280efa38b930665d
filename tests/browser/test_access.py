"""Everybody can use every page: axe with nothing switched off and our own measures, in each language, small, large, in forced colours, dark."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from conftest import types_in
from playwright.sync_api import Page, expect
from rounds import (
    CONDITIONS,
    LANGS,
    STAFF,
    USUAL,
    WHOLE,
    Looking,
    links_from,
    presses,
    sign_in,
    unseen_focus,
    walk_survey,
    wrong_in,
)
from windows import Opens

SURVEYS = {"dordt-west-2026": LANGS, "alle-soorten": ("nl", "ar"), "professionals-2026": ("nl",)}
DORDT = "/v/dordt-west-2026"
FOCUSED = ("320 px", "forced colours", "dark, reduced motion", "forced colours in the dark", "200 % text")
RESIDENTS = "/(?!v/|inloggen)"
Types = Callable[..., str]


@pytest.fixture
def server(tour: tuple[str, Path]) -> str:
    return tour[0]


@pytest.fixture
def types(tour: tuple[str, Path]) -> Types:
    """Types a command where that server's database is."""
    return partial(types_in, tour[1])


# ------------------------------------------------------------------------------------------------ every page


@pytest.mark.parametrize(("key", "lang"), [(key, lang) for key, langs in SURVEYS.items() for lang in langs])
def test_every_page_of_a_survey(opens: Opens, key: str, lang: str) -> None:
    look = Looking(opens(lang), lang)
    walk_survey(look.page, key, look)
    look.tells()


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_around_the_survey(opens: Opens, lang: str) -> None:
    page = opens(lang)
    look = Looking(page, lang)
    for address in links_from(page, "/", RESIDENTS):
        look(address)
    page.goto("/niets")
    look("no such page")
    for address, field in ((f"{DORDT}/verder", "input[name=code]"), ("/aanmelding", "#code")):
        page.goto(address)
        look(address)
        page.locator(field).fill("ABCD 2345 WXYZ")
        presses(page, "main button")
        look(f"{address}, wrong")
    leaves_half_way(page, look)
    comes_to_a_wijkgesprek(page, look)
    look.tells()


def leaves_half_way(page: Page, look: Looking) -> None:
    """Stops to go on later, comes back, is told of another window's words, and is too young in the end."""
    page.goto(DORDT)
    page.locator('label:has(input[value="ja"])').click()
    presses(page, 'form#survey button[value="verder"] >> nth=-1')
    presses(page, 'button[value="later"]')
    look("later")
    page.goto(DORDT)
    look("welcome back")
    page.goto(f"{DORDT}/3")
    second = page.context.new_page()
    second.goto(f"{DORDT}/3")
    second.locator("textarea").first.fill("Uit het tweede venster")
    presses(second, 'form#survey button[value="verder"] >> nth=-1')
    second.close()
    page.locator("textarea").first.fill("Uit het eerste venster")
    presses(page, 'form#survey button[value="verder"] >> nth=-1')
    look("two windows")
    page.goto(f"{DORDT}/1")
    page.locator('label:has(input[value="nee"])').click()
    presses(page, 'form#survey button[value="verder"] >> nth=-1')
    look("under 16")


def comes_to_a_wijkgesprek(page: Page, look: Looking) -> None:
    """Registers with a mistake, then well; changes it and cancels. And waits for a place where it is full."""
    page.goto("/wijkgesprekken")
    ways = page.locator("main li.meet a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    for nth, way in enumerate(ways):
        page.goto(f"{way}/aanmelden")
        presses(page, "main form button")
        expect(page.locator("#errors")).to_be_focused()
        look(f"register {nth}, wrong")
        page.locator("#q-naam").fill("Omar")
        presses(page, "main form button")
        look(f"register {nth}, {page.locator('main').get_attribute('data-status')}")
    presses(page, 'button[value="veranderen"]')
    look("registration, changed")
    presses(page, 'button[value="afmelden"]')
    look("registration, cancelled")


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_of_staff(opens: Opens, lang: str) -> None:
    page = opens(lang)
    look = Looking(page, lang)
    page.goto("/inloggen")
    presses(page, "main button")
    expect(page.locator("#errors")).to_be_focused()
    look("sign in, wrong")
    sign_in(page)
    addresses = []
    for address in links_from(page, "/kantoor", STAFF):
        look(address)
        addresses.append(address)
    for address in addresses if WHOLE or lang in {"nl", "ar"} else ():
        wrong_in(page, look, address)
    look.tells()


# ------------------------------------------------------------------------------------------------ focus


def test_the_focus_of_every_control_is_seen_in_pixels(opens: Opens) -> None:
    """Each page in one of the conditions in turn; in the whole matrix in all of them."""
    page = opens("nl")
    look = Looking(page, "nl")
    unseen: list[str] = []

    def measure(name: str) -> None:
        for condition in FOCUSED if WHOLE else [FOCUSED[len(look.stops) % len(FOCUSED)]]:
            look.becomes(CONDITIONS[condition])
            unseen.extend(
                f"{name}, {condition}: {each}" for each in unseen_focus(page, within="body" if look.stops == [] or WHOLE else "main")
            )
        look.becomes(USUAL)
        look.stops.append(name)

    for address in links_from(page, "/", RESIDENTS):
        measure(address)
    walk_survey(page, "alle-soorten", measure)
    sign_in(page)
    for address in links_from(page, "/kantoor", STAFF if WHOLE else "/(kantoor|beheer|bevindingen/(themas|stellingen))"):
        measure(address)
    assert unseen == []


@pytest.mark.parametrize("style", ["outline:0!important", "outline:1px solid #888!important", "outline:3px solid #e4ebeb!important"])
def test_a_ring_that_is_missing_thin_or_pale_is_noticed(opens: Opens, style: str) -> None:
    page = opens("nl")
    page.goto(DORDT)
    assert unseen_focus(page, within="main") == []
    page.add_style_tag(content=f":focus-visible, .choice:has(:focus-visible) {{{style};box-shadow:none!important}}")
    assert len(unseen_focus(page, within="main")) == page.locator("main :is(a[href], button, input:not([type=hidden])):visible").count()


# ------------------------------------------------------------------------------------------------ what changes by itself


def test_progress_is_told_to_who_cannot_see_it(opens: Opens, types: Types) -> None:
    """The live region stays while its words change: one that is replaced itself is not read aloud."""
    page = opens("nl")
    sign_in(page)
    page.goto("/bevindingen")
    presses(page, 'form[action$="/draaien"] button')
    told = page.locator("main [role=status]", has=page.locator("#voortgang"))
    page.evaluate("document.querySelector('#voortgang').closest('[role=status]').dataset.same = 'yes'")
    expect(told).to_contain_text("Wacht op de werker")
    page.locator("#voortgang a").focus()
    types("jobs", "run", "--once")
    expect(told).to_contain_text("Klaar", timeout=15_000)
    assert told.get_attribute("data-same") == "yes"
    assert page.evaluate("document.activeElement.closest('#voortgang') !== null"), "the focus fell off the page"
