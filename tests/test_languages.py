"""Which language a person reads, page by page; in production only what a person approved or the office accepted."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal
from houses import Databases, OpenHouse, Operator, close_engines, opened_house
from people import Resident, text_of

from app.i18n import LANGUAGES, forget_texts, texts
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
