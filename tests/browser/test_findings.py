"""The analyst in a real browser: a round that tells how far it is, themes that are settled, texts that are read; axe on every page."""

import json
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from conftest import served, types_in
from playwright.sync_api import Page, expect
from windows import Opens, look_at

ROOM = "/bevindingen"
PASSWORD = "zeven paarse fietsen"
SAYS = (
    "Er zit schimmel in de slaapkamer",
    "Er is nooit een parkeerplaats",
    "De huur is te hoog",
    "Vraag mevrouw Jansen van nummer 12 over de schimmel",
)
Command = Callable[..., str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("findings")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    """A server of its own: what other tests typed must not stand between these texts."""
    with served(folder, "--responses", "0") as address:
        yield address


@pytest.fixture(scope="module")
def command(server: str, folder: Path) -> Command:
    """Types a command where the server's database is; somebody of staff and what people said are there."""
    types = partial(types_in, folder)
    types("user", "add", "Noor", "--role", "analyst", "--password-stdin", said=f"{PASSWORD}\n")
    types("respond", "dordt-west-2026", str(said_by(48, folder / "said.jsonl")))
    return types


def said_by(n: int, file: Path) -> Path:
    """A file of responses: what so many people said."""
    people = [
        {"key": str(uuid.uuid4()), "lang": "nl", "channel": "paper", "stream": "sample", "answers": {"wonen_open": f"{SAYS[nth % len(SAYS)]} ({nth})"}}
        for nth in range(n)
    ]  # fmt: skip
    file.write_text("\n".join(json.dumps(person) for person in people), encoding="utf-8")
    return file


def sign_in(page: Page) -> None:
    page.goto("/inloggen")
    page.locator("#name").fill("Noor")
    page.locator("#password").fill(PASSWORD)
    goes(page, lambda: page.keyboard.press("Enter"))


def goes(page: Page, act: Callable[[], object]) -> None:
    with page.expect_navigation():
        act()


def presses(page: Page, action: str) -> None:
    goes(page, page.locator(f'form[action$="{action}"] button').first.click)


@pytest.mark.parametrize(("width", "scripts"), [(360, True), (1280, False)])
def test_from_a_round_to_a_settled_theme(opens: Opens, command: Command, width: int, scripts: bool) -> None:
    page = opens("nl", width=width, scripts=scripts)

    def look(name: str) -> None:
        look_at(page, f"nl-bevindingen-{name}", checks=scripts)

    sign_in(page)
    page.goto(ROOM)
    look("rondes")
    presses(page, "/draaien")
    expect(page.locator("#voortgang")).to_contain_text("Wacht op de werker")
    look("wacht")
    command("jobs", "run", "--once")
    if not scripts:
        goes(page, page.get_by_role("link", name="Kijk opnieuw").click)
    expect(page.locator("#voortgang")).to_contain_text("Klaar", timeout=20_000)
    look("klaar")
    goes(page, page.get_by_role("link", name="Naar de thema's").click)
    look("themas")
    goes(page, page.locator('a[href*="/wonen/vocht_schimmel"]').click)
    look("thema")
    goes(page, page.locator(".answers a").first.click)
    look("antwoord")
    page.locator("#naar").select_option("wonen/rest")
    presses(page, "/verplaats")
    expect(page.locator(".done")).to_have_text("Het antwoord is verplaatst.")
    page.locator("#label").fill(f"Schimmel in huis {width}")
    presses(page, "/naam")
    expect(page.locator("h1")).to_have_text(f"Schimmel in huis {width}")
    page.locator("#label").fill(" ")
    presses(page, "/naam")
    expect(page.locator("#errors")).to_contain_text("Geef het thema een naam")
    look("fout")
    page.go_back()
    presses(page, "/vast")
    expect(page.locator(".status.pos").first).to_contain_text("Vastgesteld door Noor")
    page.goto(f"{ROOM}/themas")
    look("besloten")
    presses(page, "/ongedaan")
    expect(page.locator(".done")).to_have_text("Het besluit is ongedaan gemaakt.")


@pytest.mark.parametrize(("width", "scripts"), [(360, True), (1280, True)])
def test_a_text_is_read_before_anybody_else_does(opens: Opens, command: Command, width: int, scripts: bool) -> None:
    page = opens("nl", width=width, scripts=scripts)
    sign_in(page)
    page.goto(f"{ROOM}/nakijken")
    look_at(page, "nl-nakijken")
    first = page.locator("main form.card").first
    expect(first.locator("mark").first).to_have_text("Jansen")
    first.locator('input[name="ook"]').fill("staat er niet")
    goes(page, first.locator("button").click)
    look_at(page, "nl-nakijken-fout")
    page.locator('main form.card input[name="ook"]').fill("schimmel")
    goes(page, page.locator("main form.card button").click)
    expect(page.locator(".done")).to_have_text("Nagekeken.")
    page.goto(f"{ROOM}/nakijken?stand=klaar")
    look_at(page, "nl-nakijken-klaar")
    goes(page, lambda: page.goto(f"{ROOM}/nakijken?p=2"))
    presses(page, "/gelezen")
    expect(page.locator(".done")).to_contain_text("niets te verbergen")


def test_nothing_of_the_workbench_scrolls_sideways_on_the_smallest_phone(opens: Opens, command: Command) -> None:
    page = opens("nl", width=320)
    sign_in(page)
    for address in (ROOM, f"{ROOM}/themas", f"{ROOM}/nakijken"):
        page.goto(address)
        look_at(page, "nl-bevindingen-klein")
