"""How a page is looked at in a real browser: by axe with every rule on, for width, and by a picture when asked for."""

import os
from collections.abc import Callable
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Page

Opens = Callable[..., Page]
EVERY_RULE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "rules": {"target-size": {"enabled": True}},  # the one rule that axe leaves off by itself
    "resultTypes": ["violations"],
}
PASSWORD = "zeven paarse fietsen"  # of whoever of staff signs in
axe = Axe()


def look_at(page: Page, name: str, *, checks: bool = True) -> None:
    """What holds for every page a person sees: axe finds nothing, nothing scrolls sideways; a picture when asked for."""
    page.wait_for_load_state("load")  # with its style sheet: on a busy machine a click comes back before that
    if checks:
        found = axe.run(page, options=EVERY_RULE).response["violations"]
        assert [(each["id"], [node["html"][:120] for node in each["nodes"]][:3]) for each in found] == [], f"{name} at {page.url}"
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, f"{name} scrolls sideways"
    if folder := os.environ.get("WIJKSTEM_SCREENSHOTS"):
        size = page.viewport_size or {"width": 0}
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png", full_page=True)
