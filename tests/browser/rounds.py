"""What holds for a page in every condition a person may read it in: small, large letters, forced colours, and who sees it; and how to go round."""

import base64
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from dataclasses import field as made

from playwright.sync_api import CDPSession, Page, expect
from windows import EVERY_RULE, PASSWORD, axe

LANGS = ("nl", "en", "tr", "pl", "ar")
WHOLE = os.environ.get("WIJKSTEM_ACCESS") == "whole"  # bench/access.py: every condition at every stop, instead of a pairwise sample


@dataclass(frozen=True)
class Condition:
    """How somebody reads: ``text`` is the letter size set in the browser, in percent; ``spaced`` the spacing of WCAG 1.4.12."""

    width: int = 360
    text: int = 100
    forced: bool = False
    dark: bool = False
    calm: bool = False
    spaced: bool = False


USUAL = Condition()
CONDITIONS = {
    "320 px": Condition(width=320),
    "200 % text": Condition(width=320, text=200),
    "forced colours": Condition(forced=True),
    "forced colours in the dark": Condition(forced=True, dark=True, width=1280),
    "dark, reduced motion": Condition(dark=True, calm=True),
    "text spacing": Condition(width=320, spaced=True),
    "wide": Condition(width=1280),
}
SPACING = "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-block-end:2em!important}"
FAULTS = """() => {
  const faults = [], told = node => node.outerHTML.slice(0, 90)
  const seen = node => { const box = node.getBoundingClientRect(); return box.width > 1 && box.height > 1 && !node.closest('.unseen, .skip, details:not([open]) > :not(summary)') }
  const root = document.documentElement
  if (root.scrollWidth > innerWidth) faults.push(`scrolls sideways by ${root.scrollWidth - innerWidth} px`)
  const heads = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter(head => head.getClientRects().length)
  const levels = heads.map(head => +head.tagName[1])
  if (levels.filter(level => level === 1).length !== 1) faults.push(`headings of the first level: ${levels.filter(level => level === 1).length}`)
  levels.forEach((level, nth) => { if (level > (levels[nth - 1] ?? 0) + 1) faults.push(`a heading skips a level: ${told(heads[nth])}`) })
  for (const mark of ['main', 'body > header', 'body > footer']) if (document.querySelectorAll(mark).length !== 1) faults.push(`not one ${mark}`)
  const names = [...document.querySelectorAll('nav')].map(nav => nav.getAttribute('aria-label'))
  if (new Set(names).size !== names.length || names.includes(null)) faults.push(`names of navigation: ${names}`)
  for (const node of document.querySelectorAll('main *, header *, footer *')) {
    const style = getComputedStyle(node), words = [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim())
    if (!words || !seen(node) || style.display === 'inline' || node.matches('textarea, input, select, option')) continue
    if (node.scrollWidth > node.clientWidth + 1 && style.overflowX !== 'auto') faults.push(`text sticks out: ${told(node)}`)
    if (node.scrollHeight > node.clientHeight + 1 && ['hidden', 'clip'].includes(style.overflowY)) faults.push(`text is cut off: ${told(node)}`)
  }
  if (matchMedia('(prefers-reduced-motion: reduce)').matches && document.getAnimations().length) faults.push('something moves')
  return faults
}"""


@dataclass
class Looking:
    """Looks at each stop of a walk under the conditions that fall to it, and keeps what is wrong."""

    page: Page
    lang: str
    looks: int = 0
    stops: list[str] = made(default_factory=list)
    faults: list[str] = made(default_factory=list)
    wire: CDPSession | None = None

    def __call__(self, name: str) -> None:
        self.page.wait_for_load_state("load")
        for condition in self.conditions(len(self.stops)):
            self.becomes(CONDITIONS[condition])
            found = [f"{fault['id']}: {[node['html'][:90] for node in fault['nodes'][:3]]}" for fault in axe.run(self.page, options=EVERY_RULE).response["violations"]]  # fmt: skip
            self.faults += [f"{self.lang} {name}, {condition}: {fault}" for fault in found + self.page.evaluate(FAULTS)]
            self.photograph(name, condition)
            self.looks += 1
        self.becomes(USUAL)
        self.stops.append(name)

    def conditions(self, nth: int) -> list[str]:
        """All of them, or so few that over the languages every pair is seen: stop and language, stop and condition, language and condition."""
        names = list(CONDITIONS)
        if WHOLE:
            return names
        return [names[(turn + nth) % len(names)] for turn in range(len(names)) if LANGS[turn % len(LANGS)] == self.lang]

    def becomes(self, condition: Condition) -> None:
        self.page.set_viewport_size({"width": condition.width, "height": 740})
        self.page.emulate_media(
            forced_colors="active" if condition.forced else "none",
            color_scheme="dark" if condition.dark else "light",
            reduced_motion="reduce" if condition.calm else "no-preference",
        )
        self.wire = self.wire or self.page.context.new_cdp_session(self.page)
        self.wire.send("Page.setFontSizes", {"fontSizes": {"standard": 16 * condition.text // 100, "fixed": 13 * condition.text // 100}})
        self.page.evaluate(
            "css => { document.getElementById('spaced')?.remove(); if (css) document.head.append(Object.assign(document.createElement('style'), {id: 'spaced', textContent: css})) }",
            SPACING if condition.spaced else "",
        )

    def photograph(self, name: str, condition: str) -> None:
        if folder := os.environ.get("WIJKSTEM_SCREENSHOTS"):
            self.page.screenshot(path=f"{folder}/{self.lang}-{name}-{condition}.png".replace(" ", "_"), full_page=True)

    def tells(self) -> None:
        """The end of a walk: how much was looked at; nothing may be wrong."""
        print(f"{self.lang}: {self.looks} looks at {len(self.stops)} stops")  # noqa: T201  # bench/access.py shows it
        assert self.faults == [], "\n".join(self.faults)


# ------------------------------------------------------------------------------------------------ focus, in pixels

CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
AROUND = 12  # px beside a control in which its ring may stand
PLACE = """(control, around) => {
  const shown = control.closest('label') ?? control, box = shown.getBoundingClientRect()
  const ring = parts => parts.reduce((sum, part) => sum + 4 * (part.width + part.height), 0)
  const left = Math.max(0, Math.floor(box.left) - around), top = Math.max(0, Math.floor(box.top) - around)
  const width = Math.min(innerWidth, Math.ceil(box.right) + around) - left, height = Math.min(innerHeight, Math.ceil(box.bottom) + around) - top
  return [{x: left, y: top, width, height}, Math.floor(Math.min(ring([box]), ring([...shown.getClientRects()])))]
}"""
CHANGED = """async ([before, after, x, y]) => {
  const shot = async code => createImageBitmap(new Blob([Uint8Array.from(atob(code), char => char.charCodeAt())], {type: 'image/png'}))
  window.before = before ? await shot(before) : window.before
  const focused = await shot(after), {width, height} = focused
  const pixels = (picture, left, top) => {
    const draw = new OffscreenCanvas(width, height).getContext('2d'); draw.drawImage(picture, -left, -top)
    return draw.getImageData(0, 0, width, height).data
  }
  const linear = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  const bright = (data, at) => 0.2126 * linear(data[at]) + 0.7152 * linear(data[at + 1]) + 0.0722 * linear(data[at + 2]) + 0.05
  const was = pixels(window.before, x, y), is = pixels(focused, 0, 0)
  let changed = 0
  for (let at = 0; at < is.length; at += 4) { const ratio = bright(was, at) / bright(is, at); if (ratio >= 3 || ratio <= 1 / 3) changed++ }
  return changed
}"""


def unseen_focus(page: Page, within: str = "body") -> list[str]:
    """The controls of (a part of) a page that do not show, in pixels, that they have the focus.

    A control shows it when as many pixels in and around it change by a contrast of 3 : 1 as a ring of 2 px around it has (WCAG 2.4.13).
    """
    size = page.viewport_size or {"width": 360, "height": 740}
    page.keyboard.press("Tab")  # from here on the browser knows that somebody uses keys
    page.evaluate("document.activeElement.blur()")
    page.set_viewport_size({"width": size["width"], "height": page.evaluate("document.documentElement.scrollHeight")})
    page.evaluate("scrollTo(0, 0)")
    before, unseen = base64.b64encode(page.screenshot()).decode(), []
    controls = [
        each
        for each in page.locator(f":is({within}) :is({CONTROLS})").all()
        if each.is_visible() and each.get_attribute("tabindex") != "-1"
    ]
    for control in controls:
        control.focus()
        box, ring = control.evaluate(PLACE, AROUND)
        after = base64.b64encode(page.screenshot(clip=box)).decode()
        changed = page.evaluate(CHANGED, [before, after, box["x"], box["y"]])
        before = ""
        if changed < ring:
            unseen.append(f"{control.evaluate('control => control.outerHTML')[:110]}: {changed} of {ring} px")
    page.set_viewport_size(size)
    return unseen


# ------------------------------------------------------------------------------------------------ going round

FORWARD = 'form#survey button[value="verder"] >> nth=-1'
STAFF = "/(kantoor|beheer|bevindingen|wachtwoord)"
WORKS_AT_ONCE = re.compile("/mensen/.*/(uitzetten|wachtwoord)")  # needs nothing typed, and may shut out who walks here
NO_PAGE = re.compile(r"\.(ics|csv|xlsx|ods|sav|json|txt|svg|pdf|toml)|/uitloggen|^/static|taal=|/afdrukken")


def goes(page: Page, act: Callable[[], object]) -> None:
    """Does something that leads to another page, and waits until that one is there with its style."""
    with page.expect_navigation():
        act()


def presses(page: Page, button: str) -> None:
    goes(page, page.locator(button).first.click)


def sign_in(page: Page) -> None:
    """Noor, an admin, comes in."""
    page.goto("/inloggen")
    page.locator("#name").fill("Noor")
    page.locator("#password").fill(PASSWORD)
    presses(page, "main button")


def walk_survey(page: Page, key: str, look: Callable[[str], None]) -> None:
    """From the first page to the thanks: each page empty, with something wrong where that can be, and filled in."""
    page.goto(f"/v/{key}")
    while not page.url.partition("?")[0].endswith("/controle"):
        name = f"{key} {page.locator('form#survey').get_attribute('data-page')}"
        look(name)
        if spoils(page):
            presses(page, FORWARD)
            expect(page.locator("#errors")).to_be_focused()
            look(f"{name}, wrong")
        fills_in(page)
        look(f"{name}, filled in")
        presses(page, FORWARD)
    look(f"{key} controle")
    presses(page, FORWARD)
    assert page.locator("main#done").count()
    look(f"{key} bedankt")


def spoils(page: Page) -> bool:
    """Type what cannot be kept, where there is something to type; a first question that must be answered is left open."""
    gate = page.locator('form#survey:not(:has(button[value="terug"])) input[value="ja"]').count() > 0
    for field in page.locator("form#survey textarea").all():
        field.fill("x" * 6000)
    for field in page.locator('form#survey input[inputmode="numeric"]:visible, form#survey input[inputmode="decimal"]:visible').all():
        field.fill("veel")
    return gate or page.locator("form#survey").evaluate(
        "form => [...form.elements].some(field => field.value === 'veel' || String(field.value).length > 5000)"
    )


def fills_in(page: Page) -> None:
    """Choose in every question, and write in every field, as a person with a finger does."""
    for group in page.locator("form#survey fieldset:not(:has(fieldset)):has(label.choice)").all():
        group.locator("label.choice").nth(0 if group.locator('input[value="ja"]').count() else 1).click()
    for group in page.locator("form#survey .question:has(select)").all():
        for nth, field in enumerate(group.locator("select").all(), start=1):
            if nth < field.locator("option").count():
                field.select_option(index=nth)
    for field in page.locator("form#survey input[list]").all():
        field.fill(str(field.evaluate("field => field.list.options[0].value")))
    typed = {"textarea": "Meer licht in het park", 'input[inputmode="decimal"]': "7", 'input[inputmode="numeric"]': "1-5-2010"}
    for kind, words in typed.items():
        for field in page.locator(f"form#survey {kind}:visible").all():
            field.fill(words)


def wrong_in(page: Page, look: Callable[[str], None], address: str) -> None:
    """Send each form of a page for staff with nothing in it: what is wrong is told, and takes the focus; or it is done, and that is told."""
    page.goto(address)
    actions = page.locator("main form[novalidate]").evaluate_all("forms => forms.map(form => form.getAttribute('action'))")
    for action in dict.fromkeys(action for action in actions if not WORKS_AT_ONCE.search(action)):
        page.goto(address)
        form = page.locator(f'main form[action="{action}"]').first
        page.evaluate("document.querySelectorAll('main details').forEach(folded => folded.open = true)")
        for field in form.locator(":is(input:not([type=radio], [type=checkbox]), textarea):visible").all():
            field.fill("")
        goes(page, form.locator("button").last.click)
        told = page.locator("#errors").count()
        if told:
            expect(page.locator("#errors")).to_be_focused()
        look(f"{action}, {'wrong' if told else 'done'}")


def links_from(page: Page, start: str, rooms: str) -> Iterator[str]:
    """Every page that links lead to from ``start``, one of each kind: ids and names in an address are any other's twin."""
    waiting, known = [start], {kind_of(start)}
    while waiting:
        address = waiting.pop(0)
        page.goto(address)
        yield address
        for link in page.locator("a[href^='/']").evaluate_all("links => links.map(link => link.getAttribute('href'))"):
            if re.match(rooms, link) and not NO_PAGE.search(link) and kind_of(link) not in known:
                known.add(kind_of(link))
                waiting.append(link)


def kind_of(address: str) -> str:
    """An address without what differs from one row to another: ``/beheer/mensen/m-8f2`` is any person, ``?p=2`` any page of a list."""
    path, _, asked = address.partition("#")[0].partition("?")
    return (
        re.sub(r"/(?=[^/]*\d)[^/]+", "/*", re.sub(r"/themas/.+", "/themas/*", path)) + "?" + ",".join(sorted(re.findall(r"(\w+)=", asked)))
    )
