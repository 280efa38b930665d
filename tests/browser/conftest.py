"""A real server and a real browser: `python -m app serve` in a process of its own, and Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright
from windows import PASSWORD, Opens

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
NEEDED = {"WIJKSTEM_ENV": "test", "WIJKSTEM_NOW": "2026-11-02T10:00:00+00:00", "WIJKSTEM_SECRET": "a secret that only the tests know"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


def surroundings(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIJKSTEM_") and name != "DATABASE_URL"}
    return kept | NEEDED | {"WIJKSTEM_DATA": str(folder), "INSTANCE_NONCE": "browser"}


def types_in(folder: Path, *words: str, said: str = "") -> str:
    """Type a command where the database of a server is."""
    command = [sys.executable, "-m", "app", *words]
    return subprocess.run(command, env=surroundings(folder), input=said, text=True, check=True, capture_output=True).stdout


@contextmanager
def served(folder: Path, *demo: str) -> Iterator[str]:
    """The address of a server on SQLite; `demo` are the options of the command that fills it, and nothing leaves it empty."""
    types_in(folder, "migrate")
    if demo:
        types_in(folder, "demo", *demo)
        for file in sorted((Path(__file__).parent.parent / "surveys").glob("*.toml")):
            types_in(folder, "survey", "import", str(file))
            types_in(folder, "survey", "open", file.stem)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("w") as log:
        serving = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--port", str(port), "--no-worker"], env=surroundings(folder), stderr=log, stdout=log
        )
        address = f"http://localhost:{port}"
        wait_for(f"{address}/readyz")
        yield address
        serving.terminate()
        serving.wait(15)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with the surveys of Dordt West open, and one survey with every kind of question."""
    with served(tmp_path_factory.mktemp("browser"), "--responses", "0") as address:
        yield address


@pytest.fixture(scope="session")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A server in the middle of its life, and its folder: people answered, themes wait to be read, Noor is an admin."""
    folder = tmp_path_factory.mktemp("tour")
    with served(folder, "--responses", "40") as address:
        types_in(folder, "user", "add", "Noor", "--role", "admin", "--password-stdin", said=f"{PASSWORD}\n")
        yield address, folder


def wait_for(address: str, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            httpx2.get(address, timeout=2).raise_for_status()
        except httpx2.HTTPError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("WIJKSTEM_BROWSER") or next((found for name in NAMES if (found := shutil.which(name))), None)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opens(chromium: Browser, server: str) -> Iterator[Opens]:
    """Opens a browser window of its own: in a language, of a width, with or without JavaScript. Nothing may leave this machine."""
    strangers: list[str] = []
    windows = []

    def at_home(route: Route) -> None:
        if route.request.url.startswith((f"{server}/", "data:")):
            route.continue_()
        else:
            strangers.append(route.request.url)
            route.abort()

    def window(lang: str = "nl", *, width: int = 360, scripts: bool = True) -> Page:
        context = chromium.new_context(
            base_url=server, locale=lang, viewport={"width": width, "height": 740 if width < 700 else 900}, java_script_enabled=scripts, bypass_csp=True
        )  # fmt: skip
        context.route("**/*", at_home)
        windows.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda fault: strangers.append(str(fault)))
        return page

    yield window
    for context in windows:
        context.close()
    assert strangers == [], "asked another machine, or a script broke"
