"""Bench: what somebody with a slow phone waits for: the largest paint and the shifts of every page of the survey, beside bare pages.

`python bench/page.py [rounds]`. Needs Chromium: WIJKSTEM_CHROMIUM, or the first one on the PATH.
"""

import os
import re
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator
from urllib.request import urlopen

from answering import ANSWERS, SURVEY, served, served_here, two_servers
from fastapi import FastAPI
from fastapi.responses import Response
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.middleware.gzip import GZipMiddleware

SLOW_PHONE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
CPU_SLOWER = 4
SHEET = '<link rel="stylesheet" href="/one.css">'
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
BESIDE = re.compile(r'<link rel="stylesheet"[^>]*>|<script\b[^>]*></script>')
NOTES = """() => {
  window.seen = {paint: 0, shift: 0};
  new PerformanceObserver(list => { for (const each of list.getEntries()) seen.paint = each.startTime; })
    .observe({type: "largest-contentful-paint", buffered: true});
  new PerformanceObserver(list => { for (const each of list.getEntries()) seen.shift += each.value; })
    .observe({type: "layout-shift", buffered: true});
}"""


class Bare:
    """The words of our own pages as bare pages: nothing beside them, or a style sheet of one rule."""

    def __init__(self) -> None:
        self.pages = {"/one.css": ("text/css", "body{margin:1rem}")}
        self.app = FastAPI(openapi_url=None)
        self.app.add_middleware(GZipMiddleware, minimum_size=600, compresslevel=5)
        self.app.add_api_route("/{name}", self.show)

    def show(self, name: str) -> Response:
        kind, text = self.pages[f"/{name}"]
        return Response(text, media_type=kind)

    def put(self, name: str, html: str, head: str = "") -> str:
        self.pages[f"/{name}"] = ("text/html", BESIDE.sub("", html).replace("</head>", f"{head}</head>"))
        return f"/{name}"


def slow(browser: Browser) -> Page:
    """The browser of a phone that was never here."""
    page = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=2, is_mobile=True, locale="nl-NL").new_page()
    page.add_init_script(f"({NOTES})()")
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", SLOW_PHONE)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWER})
    return page


def seen_on(page: Page) -> tuple[float, float]:
    """Milliseconds to the largest paint, and how much moved, once the page is at rest."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(600)
    seen = page.evaluate("window.seen")
    return float(seen["paint"]), float(seen["shift"])


def first_visits(browser: Browser, url: str, rounds: int) -> tuple[float, float]:
    """The median paint and the largest shift of as many visits, each for the first time."""
    found = []
    for _ in range(rounds):
        page = slow(browser)
        page.goto(url)
        found.append(seen_on(page))
        page.context.close()
    return statistics.median(paint for paint, _ in found), max(shift for _, shift in found)


def visits(page: Page, url: str, rounds: int) -> tuple[float, float]:
    """The same for somebody who is half-way: what stands beside the page was fetched before."""
    found = []
    for _ in range(rounds):
        page.goto(url)
        found.append(seen_on(page))
    return statistics.median(paint for paint, _ in found), max(shift for _, shift in found)


def fill(page: Page, part: str) -> None:
    for name, value in ANSWERS.get(part, {}).items():
        field = page.locator(f'[name="{name}"][value="{value}"]')
        if field.count():
            field.check(force=True)
        else:
            page.locator(f'[name="{name}"]').fill(value)


def along(browser: Browser, address: str, twin: Callable[[str, str], str], rounds: int) -> Iterator[tuple[str, float, float, float]]:
    """Every page after the first: its name, its paint, the paint of its bare twin, and the largest shift."""
    page, other = slow(browser), slow(browser)
    page.goto(f"{address}{SURVEY}")
    fill(page, "1")
    done: set[str] = set()
    while page.locator("#done").count() == 0:
        page.locator('button.main[name="actie"]').click()
        _, moved = seen_on(page)
        url = page.url.partition("#")[0]
        part = url.partition("?")[0].rpartition("/")[2]
        if part in done:
            continue
        done.add(part)
        html = page.request.get(url).text()
        paint, shift = visits(page, url, rounds)
        bare, _ = visits(other, twin(part, html), rounds)
        yield part, paint, bare, max(shift, moved)
        fill(page, part)


def show(name: str, paint: float, bare: float, shift: float) -> None:
    print(f"{name:24}{paint:>10.0f}{bare:>9.0f}{paint / bare:>8.2f}x{shift:>8.3f}")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    chromium = os.environ.get("WIJKSTEM_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    bare = Bare()
    with (
        two_servers() as servers,
        served(servers["wijkstem"][0]) as (_, port),
        served_here(bare.app) as bare_port,
        sync_playwright() as driver,
    ):
        address, bare_address = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{bare_port}"
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])

        def twin(name: str, html: str, head: str = "") -> str:
            return bare_address + bare.put(name, html, head)

        with urlopen(f"{address}{SURVEY}") as answer:  # noqa: S310  # our own server
            html = answer.read().decode()
        print(f"{'page (at most)':24}{'paint, ms':>10}{'bare, ms':>9}{'(1.15x)':>9}{'(0)':>8}")
        paint, shift = first_visits(browser, f"{address}{SURVEY}", rounds)
        show("first, bare alone", paint, first_visits(browser, twin("bare", html), rounds)[0], shift)
        show("first, bare with a sheet", paint, first_visits(browser, twin("sheet", html, SHEET), rounds)[0], shift)
        for name, mine, other, moved in along(browser, address, twin, rounds):
            show(name, mine, other, moved)
        browser.close()


if __name__ == "__main__":
    main()
