"""Which language a person reads, page by page; in production only what a person approved or the office accepted."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from anyio.from_thread import BlockingPortal
from houses import Databases, OpenHouse, Operator, close_engines, opened_house
from markupsafe import escape
from meetings import comes, make_wijkgesprek
from people import Page, Resident, text_of
from sqlalchemy import text
from sqlmodel import Session

from app.catalogues import messages_of, read_catalogue, strings_of
from app.codes import registration_code
from app.dutch import Dutch, tell_dutch
from app.i18n import FOLDER, LANGUAGES, PARTLY, forget_texts, texts
from app.office.surveys import import_survey
from app.settings import ROOT, Settings
from app.survey import load_survey

DORDT = "/v/dordt-west-2026"
ASKED = load_survey((ROOT / "surveys" / "dordt-west-2026.toml").read_text(encoding="utf-8"))


def offered(resident: Resident) -> list[str]:
    return [str(each.get("lang")) for each in resident.page.one("nav").iter() if each.tag in {"a", "button"}]


@pytest.mark.parametrize("lang", list(LANGUAGES))
def test_every_page_of_the_way_speaks_the_chosen_language(house: OpenHouse, lang: str) -> None:
    spoken = texts(lang, "dordt-west-2026")
    resident = house.resident(lang).opens(DORDT)
    assert resident.page.heading == spoken.pgettext("survey", ASKED.title)
    resident.fills(zestien="ja").presses("verder")
    for page in ASKED.pages[1:]:
        assert (resident.page.lang, resident.page.heading) == (lang, spoken.pgettext(page.id, page.title))
        asks = [spoken.pgettext(question.id, question.ask) for question in page.questions]
        assert [ask for ask in asks if " ".join(ask.split()) not in resident.page.text] == []
        resident.presses("verder")
    assert resident.page.lang == lang
    resident.presses("verder")
    assert resident.page.one("main").get("id") == "done"


def test_languages_stand_by_their_own_names_on_every_page(house: OpenHouse, resident: Resident) -> None:
    resident.opens(DORDT)
    for step in range(10):
        row = [each for each in resident.page.one("nav").iter() if each.tag in {"a", "button"}]
        assert {str(each.get("lang")): text_of(each) for each in row} == {lang: language.name for lang, language in LANGUAGES.items()}
        assert [each.get("lang") for each in row if each.get("aria-current") == "true"] == ["nl"]
        if resident.number in {"controle", "bedankt"}:
            break
        resident.fills(zestien="ja") if step == 0 else None
        resident.presses("verder")
    assert resident.number == "controle"


@pytest.mark.parametrize(
    ("accepts", "lang"),
    [
        ("ar", "ar"),
        ("ar-EG,en;q=0.5", "ar"),
        ("fr, tr;q=0.3, pl;q=0.7", "pl"),
        ("de", "nl"),
        ("", "nl"),
        ("*", "nl"),
        ("tr;q=0, en", "en"),
        ("x" * 5000, "nl"),
    ],
)
def test_the_browser_says_what_it_prefers(house: OpenHouse, accepts: str, lang: str) -> None:
    assert house.resident(accepts).opens("/").page.lang == lang


def test_the_address_wins_over_the_choice_made_before_and_that_over_the_browser(house: OpenHouse) -> None:
    resident = house.resident("pl").opens("/").speaks("tr")
    assert resident.opens("/privacy").page.lang == "tr"
    assert resident.opens("/privacy?taal=ar").page.lang == "ar"
    assert resident.opens("/gebied").page.lang == "ar"
    assert resident.opens("/gebied?taal=xx").page.lang == "ar"


def test_going_on_with_a_code_speaks_the_language_of_the_response(house: OpenHouse) -> None:
    receipt = house.resident("ar").opens(DORDT).fills(zestien="ja").presses("verder").presses("later").receipt
    elsewhere = house.resident("nl", address="10.0.0.9").sends(f"{DORDT}/verder", {"code": receipt}, status=303)
    assert elsewhere.page.lang == "ar"


# ---------------------------------------------------------------- production


@pytest.fixture
def production(
    engine_name: str, databases: Databases, around: Callable[..., Settings], portal: BlockingPortal, tmp_path: Path
) -> Iterator[OpenHouse]:
    """A house in production whose Turkish was approved by a person, whose Polish misses a text, and whose others a machine made."""
    folder = tmp_path / "translations"
    shutil.copytree(ROOT / "translations", folder)
    for lang, state in (("tr", "reviewed"), ("pl", "missing"), ("en", "machine"), ("ar", "machine")):
        file = folder / lang / "state.json"
        counted = json.loads(file.read_text())
        file.write_text(json.dumps({name: {"missing": 0, "machine": 0, "reviewed": 0} | {state: 5} for name in counted}))
    forget_texts()
    url = databases.fresh(engine_name, "dordt")
    settings = around(url, WIJKSTEM_TRANSLATIONS=str(folder))
    settings = settings.model_copy(update={"env": "production", "now": None})
    with opened_house(settings, portal) as house:
        yield house
    close_engines(url)
    databases.drop(url)
    forget_texts()


def test_in_production_only_approved_languages_are_offered(production: OpenHouse) -> None:
    resident = production.resident("ar").opens(DORDT)
    assert (resident.page.lang, offered(resident)) == ("nl", ["nl", "tr"])
    assert resident.opens(f"{DORDT}?taal=pl").page.lang == "nl"
    assert resident.speaks("tr").page.lang == "tr"
    assert resident.page.all("p", class_="note pad machine") == []


def test_the_office_may_accept_a_language_and_residents_are_told(
    production: OpenHouse, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(range(60, 6000, 60))
    production.app.state.monotonic = lambda: next(moments)
    monkeypatch.delenv("WIJKSTEM_NOW")
    monkeypatch.setenv("WIJKSTEM_ENV", "production")
    operator("translations", "accept", "ar")
    resident = production.resident("ar").opens(DORDT)
    assert (resident.page.lang, offered(resident)) == ("ar", ["nl", "tr", "ar"])
    assert len(resident.page.all("p", class_="note pad machine")) == 1
    operator("translations", "accept", "ar", "--withdraw")
    assert production.resident("ar").opens(DORDT).page.lang == "nl"


def test_a_demonstration_shows_every_complete_language_with_the_notice(
    production: OpenHouse, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WIJKSTEM_NOW")
    monkeypatch.setenv("WIJKSTEM_ENV", "production")
    operator("demo", "--responses", "0")
    resident = production.resident("en").opens(DORDT)
    assert (resident.page.lang, offered(resident)) == ("en", ["nl", "en", "tr", "ar"])
    assert len(resident.page.all("p", class_="note pad machine")) == 1


def test_production_sends_browsers_to_https_for_good(production: OpenHouse) -> None:
    assert production.resident().asks("GET", "/healthz").headers["strict-transport-security"] == "max-age=31536000"


def test_in_a_test_every_complete_language_is_offered(house: OpenHouse) -> None:
    resident = house.resident().opens("/")
    assert offered(resident) == list(LANGUAGES)
    assert resident.page.all("p", class_="note pad machine") == []


# ---------------------------------------------------------------- a text without translation


NEW = "Hoe tevreden bent u met uw eigen <woning> & straat?"


def dutch_parts(page: Page) -> list[str]:
    """What says that it is Dutch although the page is not."""
    return [text_of(element) for element in page.one("main").iter("span") if (element.get("lang"), element.get("dir")) == ("nl", "ltr")]


def without_own_language(element: ET.Element, lang: str) -> Iterator[str]:
    """The texts that pass for the language of the page."""
    lang = element.get("lang", lang)
    yield (element.text or "") if lang != "nl" else ""
    for child in element:
        yield from without_own_language(child, lang)
        yield (child.tail or "") if lang != "nl" else ""


def renew(house: OpenHouse, old: str, new: str) -> None:
    """New words for the open survey, of which no catalogue knows yet."""
    source = (ROOT / "surveys" / "dordt-west-2026.toml").read_text(encoding="utf-8")
    with Session(house.engine) as db:
        import_survey(db, source.replace(old, new), today=date(2026, 11, 2))
        db.commit()


@pytest.mark.parametrize("lang", ["tr", "ar"])
def test_new_dutch_words_say_that_they_are_dutch_and_the_page_says_there_are_some(house: OpenHouse, lang: str) -> None:
    renew(house, "Hoe tevreden bent u met uw huis?", NEW)
    resident = house.resident("nl").opens(DORDT).fills(zestien="ja").presses("verder").speaks(lang)
    assert resident.page.lang == lang
    while NEW not in resident.page.text:
        resident.presses("verder")
    assert NEW in dutch_parts(resident.page)
    (notice,) = resident.page.all("p", class_="note pad machine partly")
    assert text_of(notice) == texts(lang, "pages").gettext(PARTLY)
    assert "<span" not in resident.page.title
    resident.opens(f"{DORDT}/controle")
    assert NEW in dutch_parts(resident.page)
    assert resident.speaks("nl").page.all("p", class_="note pad machine partly") == []


def test_a_response_goes_on_in_its_language_when_every_translation_is_gone(house: OpenHouse, tmp_path: Path) -> None:
    """Nothing passes for Turkish that is not; the page stays whole and every address and field works."""
    resident = house.resident("tr").opens(DORDT).fills(zestien="ja").presses("verder")
    resident.presses("later")
    shutil.copytree(ROOT / "translations", tmp_path / "gone", ignore=shutil.ignore_patterns("*.mo", "state.json"))
    house.app.state.house.settings = house.settings.model_copy(update={"translations": tmp_path / "gone"})
    known = house.app.state.known
    known.translations = tmp_path / "gone"
    for held in (known.spoken, known.blocks, known.shells):
        held.clear()
    with house.engine.begin() as connection:
        connection.execute(text("UPDATE survey_version SET translations = '{}'"))
    known.versions.clear()
    known.pinned.clear()
    assert house.resident("tr").opens(DORDT).page.lang == "nl"
    dutch = [page.title for page in ASKED.pages] + [question.ask for page in ASKED.pages for question in page.questions]
    dutch += ["Verder", "Terug", "Deze pagina overslaan", "Wilt u hulp?", "Kijk uw antwoorden na"]
    resident.opens(f"{DORDT}/1")
    for _ in range(30):
        assert resident.page.lang == "tr"
        passes = " ".join(" ".join(without_own_language(resident.page.root.find("body"), "tr")).split())  # type: ignore[arg-type]  # a page has a body
        assert [words for words in dutch if words in passes] == []
        assert [
            value for element in resident.page.root.iter() for value in element.attrib.values() if "<" in value or "\x02" in value
        ] == []
        assert len(resident.page.all("p", class_="note pad machine partly")) == 1
        if resident.number == "bedankt":
            break
        resident.presses("verder")
    assert resident.number == "bedankt"


def test_the_first_page_shows_a_title_without_translation_as_dutch(house: OpenHouse) -> None:
    renew(house, ASKED.title, "Wat wilt u nu zeggen?")
    resident = house.resident("ar").opens("/")
    assert "Wat wilt u nu zeggen?" in dutch_parts(resident.page)
    assert len(resident.page.all("p", class_="note pad machine partly")) == 1
    assert house.resident("nl").opens("/").page.all("p", class_="note pad machine partly") == []


def test_marks_of_dutch_stand_only_where_an_element_can() -> None:
    dutch = escape(Dutch("Uw <huis>"))
    body = (
        f'<title>{dutch}</title><main id="x"><h1>{dutch}</h1><a title="{dutch}">{dutch} hier</a><select><option value="1">{dutch}</select>'
        f"<textarea>{dutch}</textarea></main>"
    )
    assert tell_dutch(body, "<p>!</p>") == (
        '<title>Uw &lt;huis&gt;</title><main id="x"><p>!</p><h1><span lang="nl" dir="ltr">Uw &lt;huis&gt;</span></h1>'
        '<a title="Uw &lt;huis&gt;"><span lang="nl" dir="ltr">Uw &lt;huis&gt;</span> hier</a>'
        '<select><option lang="nl" dir="ltr" value="1">Uw &lt;huis&gt;</select><textarea>Uw &lt;huis&gt;</textarea></main>'
    )
    assert tell_dutch("<main>x</main>", "<p>!</p>") == "<main>x</main>"


def test_a_dutch_text_stays_dutch_when_a_place_in_it_is_filled() -> None:
    said = Dutch("Eerst dit.\n\nOp {dag} meer.")
    parts = [part.strip() for part in said.replace("{dag}", "maandag").split("\n\n")]
    assert parts == ["Eerst dit.", "Op maandag meer."]
    assert {type(part) for part in (*parts, said[3:])} == {Dutch}


# ---------------------------------------------------------------- counting, and codes in other digits


@pytest.mark.parametrize(
    ("lang", "forms"),
    [
        ("ar", {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 11: 5, 99: 5, 100: 4, 102: 4, 103: 3, 111: 5, 1000: 4}),
        ("pl", {1: 0, 2: 1, 4: 1, 5: 2, 12: 2, 22: 1, 25: 2, 0: 2}),
        ("tr", {1: 0, 0: 0, 2: 0, 11: 0}),  # a Turkish noun stays singular after a number
        ("en", {1: 0, 0: 1, 2: 1}),
    ],
)
def test_each_number_gets_the_form_of_its_language(lang: str, forms: dict[int, int]) -> None:
    catalogue = read_catalogue(FOLDER / lang / "LC_MESSAGES" / "pages.po", lang)
    counted = [message for message in messages_of(catalogue) if len(strings_of(message.id)) == 2 and all(strings_of(message.string))]
    assert len(counted) > 2
    for message in counted:
        singular, plural = strings_of(message.id)
        said = texts(lang, "pages").ngettext
        assert {n: said(singular, plural, n) for n in forms} == {n: message.string[form] for n, form in forms.items()}


@pytest.mark.parametrize("domain", ["pages", "staff"])
def test_arabic_counts_from_eleven_and_from_a_hundred_are_not_mixed_up(domain: str) -> None:
    """After 11 to 99 a noun takes the ending -an, after 100 it does not; translators' tools differ in which of the two comes first."""
    catalogue = read_catalogue(FOLDER / "ar" / "LC_MESSAGES" / f"{domain}.po", "ar")
    counted = [strings_of(message.string) for message in messages_of(catalogue) if len(strings_of(message.id)) == 2]
    assert [forms for forms in counted if forms[4].count("ًا") > forms[5].count("ًا")] == []


def test_a_page_counts_minutes_in_arabic_with_european_digits(house: OpenHouse) -> None:
    page = house.resident("ar").opens(DORDT).page
    minutes = texts("ar", "pages").ngettext("Dit duurt ongeveer %(num)s minuut.", "Dit duurt ongeveer %(num)s minuten.", ASKED.minutes or 0)
    assert minutes % {"num": ASKED.minutes} in page.text
    assert re.findall("[٠-٩۰-۹]", page.text) == []


ARABIC, PERSIAN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"), str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@pytest.mark.parametrize("digits", [ARABIC, PERSIAN], ids=["arabic", "persian"])
def test_a_receipt_may_be_typed_with_the_digits_of_the_phone(house: OpenHouse, digits: dict[int, int]) -> None:
    receipt = house.resident("ar").opens(DORDT).fills(zestien="ja").presses("verder").presses("later").receipt
    typed = f"\u2067{receipt.lower().translate(digits)}\u2069"
    elsewhere = house.resident("ar", address="10.0.0.9").opens(f"{DORDT}/verder").fills(code=typed)
    assert elsewhere.presses(texts("ar", "pages").gettext("Verder")).number == "3"


@pytest.mark.parametrize("digits", [ARABIC, PERSIAN], ids=["arabic", "persian"])
def test_a_registration_is_found_with_the_digits_of_the_phone(house: OpenHouse, digits: dict[int, int]) -> None:
    comes(house, make_wijkgesprek(house), "Ayşe")
    code = registration_code(house.settings.key, house.rows("registration")[0]["key"])
    guest = house.resident("ar").sends("/aanmelding", {"code": code.translate(digits)}, status=303)
    assert guest.url.startswith(f"/aanmelding/{code}")
