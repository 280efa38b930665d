"""A wijkgesprek on a phone: find it, register, wait, change, cancel; in each direction of writing, with axe on every page."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect
from windows import Opens, look_at

NEEDED = {"WIJKSTEM_ENV": "test", "WIJKSTEM_NOW": "2026-11-02T10:00:00+00:00", "WIJKSTEM_SECRET": "a secret that only the tests know"}
KOFFIE = ("Koffie en praten over uw straat", "2026-11-24T09:30", "Wijkcentrum Het Anker", "24", "--address", "Voorbeeldplein 2", "--area", "wielwijk", "--lang", "nl", "--lang", "ar")  # fmt: skip
SMALL = ("Praten over spelen en groen", "2026-11-26T19:30", "De Schakel", "2", "--area", "crabbehof", "--lang", "nl", "--lang", "tr")
MARKET = ("Wij staan op de markt", "2026-11-28T11:00", "Markt", "30", "--area", "nieuw_krispijn")


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIJKSTEM_") and name != "DATABASE_URL"}
    around = kept | NEEDED | {"WIJKSTEM_DATA": str(tmp_path_factory.mktemp("meet"))}
    types(around, "migrate")
    types(around, "demo", "--responses", "0")
    return around


def types(around: dict[str, str], *words: str) -> str:
    return subprocess.run([sys.executable, "-m", "app", *words], env=around, check=True, capture_output=True, text=True).stdout.strip()


def plans(around: dict[str, str], what: tuple[str, ...]) -> str:
    title, start, place, capacity, *more = what
    text = "Wat gaat goed? Wat moet beter? Wij horen graag wat u vindt. U hoeft niets voor te bereiden."
    asked = ("--title", title, "--start", start, "--minutes", "90", "--place", place, "--capacity", capacity, "--text", text)
    return types(around, "wijkgesprek", "add", *asked, "--open", *more)


@pytest.fixture(scope="module")
def server(surroundings: dict[str, str]) -> Iterator[str]:
    """A server of its own: what is registered here is not on other tests' first page."""
    for what in (KOFFIE, MARKET):
        plans(surroundings, what)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (Path(surroundings["WIJKSTEM_DATA"]) / "log").open("w") as log:
        command = [sys.executable, "-m", "app", "serve", "--port", str(port), "--no-worker"]
        serving = subprocess.Popen(command, env=surroundings, stderr=log, stdout=log)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                httpx2.get(f"http://localhost:{port}/readyz", timeout=2).raise_for_status()
                break
            except httpx2.HTTPError:
                time.sleep(0.1)
        yield f"http://localhost:{port}"
        serving.terminate()
        serving.wait(15)


def registers(page: Page, name: str, *, persons: int = 1) -> None:
    page.locator("#q-naam").fill(name)
    page.locator(f'label:has(input[name="personen"][value="{persons}"])').click()
    page.locator("main form button").first.click()
    page.wait_for_url("**/aanmelding/*")


@pytest.mark.parametrize(("lang", "width"), [("nl", 360), ("tr", 360), ("ar", 360), ("nl", 1280), ("ar", 1280)])
def test_somebody_finds_it_registers_waits_and_cancels(opens: Opens, surroundings: dict[str, str], lang: str, width: int) -> None:
    small = plans(surroundings, SMALL)
    page = opens(lang, width=width)
    page.goto("/")
    look_at(page, f"{lang}-home")
    page.locator('main a.btn[href="/wijkgesprekken"]').click()
    assert page.locator("html").get_attribute("lang") == lang
    look_at(page, f"{lang}-lijst")
    page.locator(f'a[href="/wijkgesprekken/{small}"]').click()
    look_at(page, f"{lang}-een")
    registers(page, "Ayşe", persons=2)
    expect(page.locator("main[data-status=confirmed]")).to_be_visible()
    look_at(page, f"{lang}-aangemeld")
    first = page.url

    page.goto(f"/wijkgesprekken/{small}")
    look_at(page, f"{lang}-een-vol")
    page.locator("#q-mail").fill("geen adres")
    page.locator("main form button").click()
    expect(page.locator("#errors")).to_be_focused()
    assert page.locator("#q-mail").input_value() == "geen adres"
    look_at(page, f"{lang}-fout")
    page.locator("#q-mail").fill("omar@voorbeeld.example")
    registers(page, "Omar")
    expect(page.locator("main[data-status=waitlisted]")).to_be_visible()
    look_at(page, f"{lang}-wachtlijst")
    second = page.url

    page.goto(first)
    page.locator('button[value="afmelden"]').click()
    expect(page.locator("main[data-status=cancelled]")).to_be_visible()
    look_at(page, f"{lang}-afgemeld")
    page.goto(second)
    expect(page.locator("main[data-status=confirmed]")).to_be_visible()
    page.goto("/aanmelding/ABCD2345WXYZ")
    look_at(page, f"{lang}-code-fout")


def test_without_javascript_a_registration_can_be_made_and_changed(opens: Opens) -> None:
    page = opens("tr", scripts=False)
    page.goto("/wijkgesprekken?wijk=wielwijk")
    page.locator("main li.meet a").click()
    registers(page, "Ayşe")
    receipt = page.locator("#receipt").inner_text()
    page.locator("#q-telefoon").fill("٠٦ ١٢٣٤٥٦٧٨")
    page.locator('button[value="veranderen"]').click()
    page.goto("/aanmelding")
    page.locator("#code").fill(receipt.lower())
    page.locator("main form button").click()
    page.wait_for_url("**/aanmelding/*")
    assert page.locator("#q-telefoon").input_value() == "06 12345678"
    assert page.locator("#receipt").inner_text() == receipt


@pytest.mark.parametrize("lang", ["nl", "ar", "pl"])
def test_nothing_scrolls_sideways_on_the_smallest_phone(opens: Opens, lang: str) -> None:
    page = opens(lang, width=320)
    page.goto("/wijkgesprekken")
    look_at(page, f"{lang}-lijst-klein")
    page.locator("main li.meet a").first.click()
    look_at(page, f"{lang}-een-klein")
    registers(page, "Wolfeschlegelsteinhausenbergerdorff")
    look_at(page, f"{lang}-aangemeld-klein")
