"""A real server and a real browser: `python -m app serve` in a process of its own, and Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright
from windows import Opens

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


def command(*words: str, around: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-m", "app", *words], env=around, check=True, capture_output=True)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on SQLite with the surveys of Dordt West open."""
    folder = tmp_path_factory.mktemp("browser")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIJKSTEM_") and name != "DATABASE_URL"}
    around = kept | NEEDED | {"WIJKSTEM_DATA": str(folder), "INSTANCE_NONCE": "browser"}
    command("migrate", around=around)
    command("demo", "--responses", "0", around=around)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("w") as log:
        serving = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--port", str(port), "--no-worker"], env=around, stderr=log, stdout=log
        )
        address = f"http://localhost:{port}"
        wait_for(f"{address}/readyz")
        yield address
        serving.terminate()
        serving.wait(15)


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
