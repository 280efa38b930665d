"""A walk through every page in a made-up language: what stays plain Dutch there was never marked for translation."""

import re
from collections.abc import Callable, Iterator
from itertools import count
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from anyio.from_thread import BlockingPortal
from houses import Databases, OpenHouse, Operator, close_engines, opened_house
from meetings import make_wijkgesprek
from people import Page, Resident
from test_routes import ADDRESSES, OF_STAFF

from app.access import ROLES
from app.i18n import LANGUAGES, TRIED_OUT
from app.pseudo import CLOSE, KEPT, OPEN, PSEUDO, disguise
from app.settings import Settings

DORDT = "/v/dordt-west-2026"
SPOKEN = ("aria-label", "title", "placeholder", "alt")
NOT_OURS = {"bdi", "code", "textarea", "svg", "script", "title"}  # a title ends in names; all else of it is the heading
NAMES = re.compile(r"Wijkstem|(Oud-|Nieuw-)?Krispijn|Wielwijk|Crabbehof|CSV|XLSX|ODS|SAV|JSON|\S+@\S+|\b[0-9a-f]{6,}\b")
INNERMOST = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")


def plain_in(page: Page) -> list[str]:
    """Words of ours that no translation touched. What people typed, names, and what says its own language are not ours to translate."""
    spoken = "".join(_texts(page.root))
    while spoken != (rest := INNERMOST.sub("", spoken)):
        spoken = rest
    attributes = [element.get(name, "") for element in page.root.iter() for name in SPOKEN]
    said = [*spoken.split("\n"), *(INNERMOST.sub("", text) for text in attributes)]
    return [text.strip() for text in said if re.search(r"[^\W\d_]{2}", NAMES.sub("", text))]


def _texts(element: ET.Element, lang: str = PSEUDO) -> Iterator[str]:
    lang = element.get("lang", lang)
    is_data = element.tag == "option" and element.get("value") == element.text
    ours = lang == PSEUDO and element.tag not in NOT_OURS and not is_data
    yield (element.text or "").replace("\n", " ") if ours else ""
    for child in element:
        yield from _texts(child, lang) if ours else ()
        yield (child.tail or "").replace("\n", " ") if ours else ""
    yield "\n" if element.tag not in {"b", "strong", "a", "span", "bdi", "em", "br"} else ""


@pytest.fixture
def tried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client that inspects every page knows this language too."""
    monkeypatch.setitem(LANGUAGES, PSEUDO, TRIED_OUT)


@pytest.fixture
def reader(house: OpenHouse, tried_out: None) -> Resident:
    return house.resident().opens(f"/?taal={PSEUDO}")


# ---------------------------------------------------------------- the language itself


def test_a_text_becomes_longer_and_keeps_its_places_and_tags() -> None:
    dutch = 'Op {feedback_date} hoort u <a href="/">meer</a> over %(n)s antwoorden &amp; 100%%'
    made = disguise(dutch)
    assert KEPT.findall(made) == KEPT.findall(dutch) == ["{feedback_date}", '<a href="/">', "</a>", "%(n)s", "&amp;", "%%"]
    assert (made[0], made[-1]) == (OPEN, CLOSE)
    sentence = "Wat moet als eerste beter in uw straat?"
    assert 1.3 <= len(disguise(sentence)) / len(sentence) <= 1.5
    assert [word for word in sentence.split() if word in disguise(sentence)] == []


def test_it_is_spoken_only_to_who_asks_for_it(house: OpenHouse) -> None:
    assert PSEUDO not in LANGUAGES
    assert house.resident(PSEUDO).opens("/").page.lang == "nl"
    asked = house.resident().browser.get(f"/?taal={PSEUDO}")
    assert 'lang="qps" dir="rtl"' in asked.text
    assert f'hreflang="{PSEUDO}"' not in asked.text


def test_production_never_speaks_it(
    engine_name: str, databases: Databases, around: Callable[..., Settings], portal: BlockingPortal
) -> None:
    url = databases.fresh(engine_name, "dordt")
    settings = around(url).model_copy(update={"env": "production", "now": None})
    with opened_house(settings, portal) as house:
        resident = house.resident(PSEUDO)
        resident.browser.cookies.set("taal", PSEUDO)
        assert [resident.opens(address).page.lang for address in ("/", f"/?taal={PSEUDO}", DORDT)] == ["nl", "nl", "nl"]
        assert "set-cookie" not in resident.opens(f"/?taal={PSEUDO}").answer.headers
    close_engines(url)
    databases.drop(url)


# ---------------------------------------------------------------- residents


def test_no_page_around_the_survey_holds_plain_dutch(reader: Resident) -> None:
    found = {}
    for address in (*ADDRESSES.values(), "/bestaat-niet", f"{DORDT}/999"):
        answer = reader.asks("GET", address)
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert reader.page.lang == PSEUDO
            found[address] = plain_in(reader.page)
    assert {address: plain for address, plain in found.items() if plain} == {}
    assert len(found) > 10


def test_no_page_of_the_survey_holds_plain_dutch(reader: Resident) -> None:
    found = {}

    def look(name: str) -> None:
        assert reader.page.lang == PSEUDO
        found[name] = plain_in(reader.page)

    reader.opens(DORDT)
    look("first")
    reader.presses("verder", status=422)
    look("first, nothing chosen")
    reader.fills(zestien="ja").presses("verder")
    for step in count(2):
        look(str(step))
        if reader.number == "controle":
            break
        chosen = {name: (reader.options(name) or ["12"])[-1] for name in reader.asked()}
        reader.fills(chosen).presses("verder")
    reader.opens(f"{DORDT}/2").presses("later")
    look("later")
    reader.opens(f"{DORDT}/controle").presses("verder")
    look("thanks")
    reader.sends(f"{DORDT}/verder", {"code": "ABCD"}, status=422)
    look("a wrong code")
    reader.opens(f"{DORDT}?opnieuw=1").fills(zestien="nee").presses("verder")
    look("stopped")
    assert {name: plain for name, plain in found.items() if plain} == {}


def test_no_page_of_a_wijkgesprek_holds_plain_dutch(house: OpenHouse, reader: Resident) -> None:
    """Its own title and text are Dutch and say so."""
    at = f"/wijkgesprekken/{make_wijkgesprek(house, languages=['nl', 'tr'])}"
    found = {address: plain_in(reader.opens(address).page) for address in ("/", "/wijkgesprekken", at, f"{at}/aanmelden")}
    reader.sends(f"{at}/aanmelden", {}, status=422)
    found["nothing filled in"] = plain_in(reader.page)
    assert {address: plain for address, plain in found.items() if plain} == {}


# ---------------------------------------------------------------- staff


def test_no_empty_page_of_staff_holds_plain_dutch(house: OpenHouse, tried_out: None) -> None:
    found = {}
    for (method, _), (policy, address) in OF_STAFF.items():
        if method == "GET":
            role = "admin" if "admin" in policy else policy.split()[0]
            person = house.colleague(role) if role in ROLES else house.resident()
            person.browser.cookies.set("taal", PSEUDO)
            answer = person.asks("GET", address)
            if answer.headers.get("content-type", "").startswith("text/html"):
                found[address] = plain_in(person.page)
    assert {address: plain for address, plain in found.items() if plain} == {}
    assert len(found) > 20


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_no_page_of_a_full_tour_holds_plain_dutch(empty_house: OpenHouse, operator: Operator, tried_out: None) -> None:
    """Follow every link from the first page of staff and of residents."""
    operator("demo", "--responses", "120")
    admin = empty_house.colleague("admin")
    admin.browser.cookies.set("taal", PSEUDO)
    waiting, found = ["/kantoor", "/"], {}
    while waiting and len(found) < 90:
        address = waiting.pop(0)
        answer = admin.asks("GET", address)
        if address in found or not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        found[address] = plain_in(admin.page)
        links = [str(link.get("href")) for link in admin.page.all("a")]
        waiting += [link for link in links if link.startswith("/") and not urlsplit(link).path.startswith("/v/")]
    assert {address: plain for address, plain in found.items() if plain} == {}
    assert len(found) > 40
