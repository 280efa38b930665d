"""People who use the pages: a resident with a browser of her own, who looks at every page she is given."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as ET

import html5lib
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.i18n import LANGUAGES, PAGES, texts
from app.web import SECURITY

HOST = "wijkstem.example"
ADDRESSES = ("href", "src", "action", "formaction", "poster", "srcset", "data")
REFERENCES = ("for", "form", "list")
SEVERAL = ("aria-describedby", "aria-labelledby", "aria-controls", "headers")
LEFT_OVER = re.compile(r"%\(|\{\{|\{%|\{[a-z_]+\}|\bNone\b|\bUndefined\b|&(?:amp|lt|gt|quot);")
Typed = Mapping[str, str | Sequence[str]]


def text_of(element: ET.Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def told(words: str, lang: str) -> str:
    """A text of ours in another language; it must be one that has a translation."""
    said = texts(lang, PAGES).gettext(words)
    assert lang == "nl" or said != words, f"there is no text “{words}” in {lang}"
    return said


class Page:
    """One HTML page, parsed; making one fails when the page is not sound."""

    def __init__(self, html: str) -> None:
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
        self.html = html
        self.root: ET.Element = parser.parse(html)
        wrong = [(code, html.splitlines()[place[0] - 1][:200]) for place, code, _ in parser.errors]
        assert wrong == [], "the page is not HTML5: " + str(wrong)
        self.parents = {child: parent for parent in self.root.iter() for child in parent}
        self.ids = Counter(element.get("id") for element in self.root.iter() if element.get("id"))

    def all(self, *tags: str, **attributes: str) -> list[ET.Element]:
        found = [element for element in self.root.iter() if not tags or element.tag in tags]
        return [element for element in found if all(element.get(name.rstrip("_")) == value for name, value in attributes.items())]

    def one(self, *tags: str, **attributes: str) -> ET.Element:
        found = self.all(*tags, **attributes)
        assert len(found) == 1, f"{len(found)} of {tags} {attributes}"
        return found[0]

    def by_id(self, id_: str) -> ET.Element:
        return self.one(id=id_)

    def above(self, element: ET.Element) -> Iterator[ET.Element]:
        while element in self.parents:
            element = self.parents[element]
            yield element

    @property
    def lang(self) -> str:
        return str(self.root.get("lang"))

    @property
    def title(self) -> str:
        return text_of(self.one("title"))

    @property
    def heading(self) -> str:
        return text_of(self.one("h1"))

    @property
    def text(self) -> str:
        return text_of(self.one("main"))

    @property
    def messages(self) -> list[str]:
        """The lines of the summary of what must be mended."""
        return [text_of(line) for box in self.all(id="errors") for line in box.iter() if line.tag in {"li", "p"}]

    @property
    def wrongs(self) -> dict[str, str]:
        """What is said beside each field, by the name of the field."""
        found = {}
        for message in self.all("p", class_="wrong"):
            described = [element for element in self.root.iter() if str(message.get("id")) in str(element.get("aria-describedby")).split()]
            assert len(described) == 1, f"“{text_of(message)}” belongs to {len(described)} fields"
            fields = [element for element in described[0].iter() if element.get("name")]
            assert fields, f"“{text_of(message)}” stands beside no field"
            found[str(fields[0].get("name"))] = text_of(message)
        return found

    # ------------------------------------------------------------ forms

    def controls(self, form: ET.Element) -> list[ET.Element]:
        """Everything that belongs to a form, in the order of the page, also what stands outside it."""
        inside = set(form.iter())
        own = ("input", "textarea", "select", "button")
        return [
            element for element in self.root.iter()
            if element.tag in own and (element.get("form") == form.get("id") if element.get("form") else element in inside)
        ]  # fmt: skip

    def fields(self, form: ET.Element) -> list[tuple[str, str]]:
        """What a browser would send before anything is changed, buttons left out."""
        sent = []
        for control in self.controls(form):
            kind = control.get("type", "text")
            if control.tag == "select":
                options = list(control.iter("option"))
                chosen = next((option for option in options if "selected" in option.attrib), options[0])
                sent.append((str(control.get("name")), chosen.get("value", "")))
            elif control.tag == "textarea":
                sent.append((str(control.get("name")), (control.text or "").replace("\r\n", "\n").replace("\n", "\r\n")))
            elif control.tag == "input" and (kind not in {"radio", "checkbox", "submit"} or "checked" in control.attrib):
                sent.append((str(control.get("name")), control.get("value", "")))
        return sent


def inspect(page: Page) -> None:
    """What holds for every page: a person who cannot see, a person who cannot use a mouse and a strict browser can all use it."""
    _inspect_head(page)
    _inspect_headings(page)
    _inspect_references(page)
    _inspect_labels(page)
    _inspect_forms(page)
    _inspect_addresses(page)
    for element in page.root.iter():
        assert element.tag != "style", "style inside the page"
        assert element.tag != "script" or (element.get("src") and not (element.text or "").strip()), "script inside the page"
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")], element.attrib
    assert LEFT_OVER.findall(" ".join(ours_in(page.root))) == []


def ours_in(element: ET.Element) -> Iterator[str]:
    """Every text of ours on the page; what the resident typed herself may look like anything."""
    if element.tag not in {"textarea", "bdi"} and not (element.tag == "dd" and element.get("class") != "sub"):
        yield element.text or ""
        for child in element:
            yield from ours_in(child)
            yield child.tail or ""


def _inspect_head(page: Page) -> None:
    assert page.lang in LANGUAGES
    assert page.root.get("dir") == LANGUAGES[page.lang].dir
    mistake = texts(page.lang, PAGES).gettext("Fout:")
    assert page.title.removeprefix(f"{mistake} ").startswith(page.heading), (page.title, page.heading)
    assert page.title.startswith(f"{mistake} ") or not page.wrongs, "a screen reader says the title first: that something must be mended"
    assert page.wrongs or page.messages or not page.title.startswith(f"{mistake} ")
    assert page.one("meta", name="viewport").get("content") == "width=device-width,initial-scale=1"


def _inspect_headings(page: Page) -> None:
    levels = [int(element.tag[1]) for element in page.root.iter() if re.fullmatch("h[1-6]", str(element.tag))]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    assert len(page.all("main")) == 1
    assert all(text_of(element) for element in page.all("h1", "h2", "h3", "legend", "label", "button", "a", "title"))


def _inspect_references(page: Page) -> None:
    assert [id_ for id_, n in page.ids.items() if n > 1] == [], "an id stands twice"
    for element in page.root.iter():
        wanted = [element.get(name) for name in REFERENCES if element.get(name)]
        wanted += [id_ for name in SEVERAL for id_ in str(element.get(name, "")).split()]
        if str(element.get("href", "")).startswith("#"):
            wanted.append(str(element.get("href"))[1:])
        assert [id_ for id_ in wanted if id_ not in page.ids] == [], f"{element.tag} {element.attrib} points at nothing"
        assert element.get("aria-describedby") != ""


def _inspect_labels(page: Page) -> None:
    labelled = {label.get("for") for label in page.all("label")}
    for control in page.all("input", "select", "textarea"):
        if control.get("type") in {"hidden", "submit"}:
            continue
        above = [element.tag for element in page.above(control)]
        assert "label" in above or control.get("id") in labelled or control.get("aria-label"), f"{control.attrib} has no label"
        if control.get("type") in {"radio", "checkbox"}:
            around = next((element for element in page.above(control) if element.tag == "fieldset"), None)
            assert around is not None, control.attrib
            assert text_of(around.find("legend")), control.attrib


def _inspect_forms(page: Page) -> None:
    for form in page.all("form"):
        asks = form.get("method") == "get"  # a form that only chooses what is shown stands in the address, without anybody's token
        assert form.get("method") == "post" or (asks and not [one for one in page.controls(form) if one.get("type") == "hidden"])
        assert str(form.get("action")).startswith("/")
        names = [control.get("name") for control in page.controls(form) if control.tag != "button"]
        assert all(names)
        buttons = [element for element in form.iter() if element.tag == "button"]
        assert buttons, "a form needs a button to be sent without JavaScript"
        if form.get("id") == "survey":
            assert form.get("data-page")
            assert buttons[-1].get("value") == "verder", "the last button of a survey's form leads on"
            assert len([control for control in page.controls(form) if control.get("name") == "key"]) == 1
    for button in page.all("button"):
        assert button.get("type") == "submit"
        assert button.get("form") or any(element.tag == "form" for element in page.above(button))


def _inspect_addresses(page: Page) -> None:
    """No page makes a browser ask another machine for anything."""
    for element in page.root.iter():
        for name in ADDRESSES:
            address = element.get(name)
            if address is not None:
                outside = r"|https://[\w.-]+" if element.tag == "a" else ""  # a link is followed by a person, not by a page
                assert re.match(rf"[/?#](?!/)|data:,$|tel:\+?\d+$|mailto:[^@]+@[^@]+${outside}", address), f"{element.tag} {name}={address}"


class Resident:
    """Reads pages, fills in what stands on them, and presses buttons; carries hidden fields because the page holds them."""

    def __init__(
        self, app: FastAPI, portal: BlockingPortal, *, lang: str = "nl", address: str = "10.0.0.1", shows_faults: bool = False
    ) -> None:  # fmt: skip
        self.browser = TestClient(
            app, f"http://{HOST}", headers={"accept-language": lang}, client=(address, 50000), follow_redirects=False,
            raise_server_exceptions=not shows_faults,
        )  # fmt: skip
        self.browser.portal = portal
        self.url = "/"
        self.status = 0
        self.answer: Any = None
        self.page: Page = Page("<!doctype html><title>-</title>")
        self.typed: list[tuple[str, str]] = []
        self.chosen: ET.Element | None = None

    # ------------------------------------------------------------ asking for pages

    def opens(self, url: str, *, status: int = 200) -> "Resident":
        """Types an address or follows a link; goes along when the server leads elsewhere."""
        self._get(url)
        self._follow()
        assert self.status == status, f"{self.status} at {self.url}: {self.page.heading}"
        return self

    def asks(self, method: str, url: str, **more: Any) -> Any:
        """A bare request; what comes back is inspected when it is a page."""
        answer = self.browser.request(method, url, **more)
        self._look_at(answer)
        return answer

    def sends(self, url: str, fields: Typed | Sequence[tuple[str, str]] | bytes, *, status: int, **headers: str) -> "Resident":
        """Sends a form that no page holds, as a stranger with a program does."""
        if isinstance(fields, bytes):
            body = fields
        else:
            pairs = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
            body = urlencode(pairs, doseq=True, errors="surrogatepass").encode()
        said = {"content-type": "application/x-www-form-urlencoded"} | {name.replace("_", "-"): value for name, value in headers.items()}
        self._look_at(self.browser.post(url, content=body, headers=said))
        self.url = url
        if status != 303:
            assert self.status == status, f"{self.status}: {self.page.messages or self.page.heading}"
            return self
        assert self.status == 303, f"{self.status}: {self.page.messages or self.page.heading}"
        self._follow()
        return self

    def _get(self, url: str) -> None:
        self.url = url
        self._look_at(self.browser.get(url))

    def _follow(self) -> None:
        for _ in range(5):
            if self.status != 303:
                return
            target = self.answer.headers["location"]
            assert re.match(r"/(?!/)", target), f"leads away: {target}"
            self._get(target)
        raise AssertionError(f"led around in circles at {self.url}")

    def _look_at(self, answer: Any) -> None:
        self.answer, self.status = answer, answer.status_code
        for name, value in SECURITY.items():
            assert answer.headers.get_list(name) == [value], name
        assert "server" not in answer.headers
        for cookie in answer.headers.get_list("set-cookie"):
            assert {"httponly", "samesite=lax"} <= {part.strip().lower() for part in cookie.split(";")}, cookie
        if answer.status_code == 303:
            assert answer.headers["cache-control"] == "no-store"
        if answer.headers.get("content-type", "").startswith("text/html") and answer.request.method != "HEAD":
            assert answer.headers["cache-control"] == "no-store", "a page in the reader's language, perhaps with her answers, is not kept"
            self.page = Page(answer.text)
            inspect(self.page)
            assert answer.headers["content-language"] == self.page.lang
            self.chosen = None
            self.typed = self.page.fields(self.form) if self.forms else []

    # ------------------------------------------------------------ filling in

    @property
    def forms(self) -> list[ET.Element]:
        """The forms of the page itself; the one for signing out stands around it."""
        return list(self.page.one("main").iter("form")) or self.page.all("form")

    @property
    def form(self) -> ET.Element:
        """The form that is being filled in: the first one, until something of another is filled in or pressed."""
        return self.forms[0] if self.chosen is None else self.chosen

    def turns_to(self, wanted: Callable[[ET.Element], bool], action: str, what: str) -> None:
        """Goes to the one form that has this; what was typed in another form is left there unsent."""
        if not action and wanted(self.form):
            return
        fit = [form for form in self.page.all("form") if action in {"", form.get("action")} and wanted(form)]
        assert len(fit) == 1, f"{what} is on {len(fit)} forms of this page"
        if fit[0] is not self.form:
            self.chosen, self.typed = fit[0], self.page.fields(fit[0])

    @property
    def key(self) -> str:
        return dict(self.typed)["key"]

    @property
    def number(self) -> str:
        """The last part of the address of the page that is open."""
        return urlsplit(self.url).path.rpartition("/")[2]

    def sees(self, name: str) -> list[str]:
        """What stands filled in at a field."""
        return [value for field, value in self.typed if field == name and value]

    def options(self, name: str) -> list[str]:
        """What can be chosen at a field, in the order of the page."""
        fields = [control for control in self.page.controls(self.form) if control.get("name") == name]
        lists = [option for control in fields if control.tag == "select" for option in control.iter("option")]
        return [str(one.get("value")) for one in [*fields, *lists] if one.tag == "option" or one.get("type") in {"radio", "checkbox"}]

    def asked(self, form: ET.Element | None = None) -> list[str]:
        """The names of the fields of a form, each once."""
        controls = self.page.controls(self.form if form is None else form)
        return list(dict.fromkeys(str(one.get("name")) for one in controls if one.tag != "button" and one.get("type") != "hidden"))

    def fills(self, more: Typed | None = None, *, form: str = "", **answers: str | Sequence[str]) -> "Resident":
        """Ticks and types; only what the page offers can be filled in. `form` is where it is sent to, when more forms ask the same."""
        asked = {**answers, **(more or {})}
        self.turns_to(lambda one: set(asked) <= set(self.asked(one)), form, f"{[*asked]}")
        for name, given in asked.items():
            values = [given] if isinstance(given, str) else list(given)
            if offered := self.options(name):
                assert set(values) - {""} <= set(offered), f"{values} is not offered at {name}: {offered}"
                values = [value for value in offered if value in values]
            self.typed = [(field, value) for field, value in self.typed if field != name] + [(name, value) for value in values]
        return self

    def presses(self, value: str, *, status: int = 303, name: str = "actie", form: str = "") -> "Resident":
        """Presses a button that is on the page, by its value or its words, sends its form, and goes where the server leads."""
        self.turns_to(lambda one: self._button(one, name, value) is not None, form, f"the button {value}")
        button, action = self._button(self.form, name, value), str(self.form.get("action"))
        pressed = [(name, value)] if button is not None and button.get("name") else []
        if self.form.get("method") == "get":
            return self.opens(f"{action}?{urlencode([*self.typed, *pressed])}", status=200 if status == 303 else status)
        return self.sends(action, [*self.typed, *pressed], status=status, origin=f"http://{HOST}", sec_fetch_site="same-origin")

    def _button(self, form: ET.Element, name: str, value: str) -> ET.Element | None:
        for button in self.page.controls(form):
            if button.tag == "button" and (button.get("name"), button.get("value")) == (name, value):
                return button
            if button.tag == "button" and not button.get("name") and text_of(button) == value:
                return button
        return None

    def speaks(self, lang: str) -> "Resident":
        """Chooses another language by its own name, wherever that is on the page."""
        chosen = [element for element in self.page.all("a", "button", lang=lang) if text_of(element) == LANGUAGES[lang].name]
        assert len(chosen) == 1, lang
        if chosen[0].tag == "a":
            address = str(chosen[0].get("href"))
            return self.opens(urlsplit(self.url).path + address if address.startswith("?") else address)
        return self.presses(lang, name="taal")

    def follows(self, address: str) -> "Resident":
        """Follows the link to this address, which must be in the page itself, not only around it."""
        assert address in [link.get("href") for link in self.page.one("main").iter("a")], f"no link to {address}"
        return self.opens(address)

    # ------------------------------------------------------------ reading

    def reads(self, words: str, **values: object) -> bool:
        """Whether the page says these Dutch words in the language it is in."""
        said = told(words, self.page.lang)
        return " ".join((said % values if values else said).split()) in self.page.text

    @property
    def receipt(self) -> str:
        return text_of(self.page.by_id("receipt"))
