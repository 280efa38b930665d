"""A resident answers: goes on, goes back, skips, stops and comes back, on one device or another, in one language or another."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from houses import OpenHouse
from people import HOST, Resident, text_of
from sqlalchemy import text
from sqlmodel import Session

from app.answer_check import NEEDED, TOO_LONG
from app.codes import LETTERS
from app.db import engine_at
from app.i18n import LANGUAGES, texts
from app.office.surveys import import_survey, open_survey
from app.settings import ROOT
from app.survey import load_survey

DORDT = "/v/dordt-west-2026"
PROFESSIONALS = "/v/professionals-2026"
SOURCE = (ROOT / "surveys" / "dordt-west-2026.toml").read_text(encoding="utf-8")
TODAY = date(2026, 11, 2)
WHOLE: list[dict[str, Any]] = [
    {"wijk": "wielwijk", "woonduur": "gt10", "cijfer_buurt": "7", "ontwikkeling_buurt": "gelijk"},
    {"woning_tevreden": "4", "wonen_stellingen.stoep": "2", "wonen_stellingen.groen": "dk", "wonen_open": "De stoep ligt schuin."},
    {"gezondheid_ervaren": "3", "samen_stellingen.vertrouwen": "1", "gezond_open": "Samen koffie drinken."},
    {"leren_stellingen.school": "5", "leren_hulp": ["lezen", "digitaal"], "leren_open": "Huiswerk in de bibliotheek."},
    {"rondkomen": "2", "werk_hulp": ["post"], "werk_open": "Hulp bij brieven."},
    {"onveilig_gevoel": "2", "overlast": ["donker", "drugs"], "veilig_open": "Meer licht in het park."},
    {"belangrijkst": ["wonen", "veilig"], "meedoen": ["horen"], "leeftijd": "a45_64"},
]  # fmt: skip


def begun(resident: Resident, survey: str = DORDT) -> Resident:
    """A resident who passed the age question and stands at page 2."""
    return resident.opens(survey).fills(zestien="ja").presses("verder")


def at_review(resident: Resident) -> Resident:
    begun(resident)
    for answers in WHOLE:
        resident.fills(answers).presses("verder")
    assert resident.number == "controle"
    return resident


def sent(resident: Resident) -> Resident:
    return at_review(resident).presses("verder")


# ---------------------------------------------------------------- the whole way


def test_a_whole_response_is_kept_as_it_was_given(house: OpenHouse, resident: Resident) -> None:
    sent(resident)
    assert resident.number == "bedankt"
    (response,) = house.rows("response")
    receipt = resident.receipt.replace(" ", "")
    assert len(receipt) == 12
    assert set(receipt) <= set(LETTERS)
    assert {name: response[name] for name in ("survey_key", "state", "lang", "channel", "stream", "assisted", "area", "begun_on", "finished_on")} == {
        "survey_key": "dordt-west-2026", "state": "finished", "lang": "nl", "channel": "web", "stream": "open_link", "assisted": False,
        "area": "wielwijk", "begun_on": TODAY, "finished_on": TODAY,
    }  # fmt: skip
    assert house.answers() == {
        "zestien": "ja",
        "wijk": "wielwijk", "woonduur": "gt10", "cijfer_buurt": "7", "ontwikkeling_buurt": "gelijk",
        "woning_tevreden": "4", "wonen_stellingen": {"stoep": "2", "groen": "dk"}, "wonen_open": "De stoep ligt schuin.",
        "gezondheid_ervaren": "3", "samen_stellingen": {"vertrouwen": "1"}, "gezond_open": "Samen koffie drinken.",
        "leren_stellingen": {"school": "5"}, "leren_hulp": ["lezen", "digitaal"], "leren_open": "Huiswerk in de bibliotheek.",
        "rondkomen": "2", "werk_hulp": ["post"], "werk_open": "Hulp bij brieven.",
        "onveilig_gevoel": "2", "overlast": ["drugs", "donker"], "veilig_open": "Meer licht in het park.",
        "belangrijkst": ["wonen", "veilig"], "meedoen": ["horen"], "leeftijd": "a45_64",
    }  # fmt: skip
    assert {(row["question"], row["pillar_asked"], row["text"]) for row in house.rows("statement")} == {
        ("wonen_open", "wonen", "De stoep ligt schuin."), ("gezond_open", "gezond", "Samen koffie drinken."),
        ("leren_open", "leren", "Huiswerk in de bibliotheek."), ("werk_open", "werk", "Hulp bij brieven."),
        ("veilig_open", "veilig", "Meer licht in het park."),
    }  # fmt: skip
    assert {
        (row["source"], row["survey_key"], row["response_id"], row["lang"], row["area"], row["said_on"]) for row in house.rows("statement")
    } == {("survey", "dordt-west-2026", response["id"], "nl", "wielwijk", TODAY)}


def test_nothing_that_tells_who_answered_is_kept(house: OpenHouse) -> None:
    resident = house.resident(address="203.0.113.77")
    resident.browser.headers["user-agent"] = "Peculiar Phone 12"
    sent(resident)
    kept = repr(house.everything())
    assert "De stoep ligt schuin." in kept
    assert [leak for leak in ("203.0.113.77", "Peculiar Phone", resident.receipt.replace(" ", ""), HOST, "10:00") if leak in kept] == []


def test_everything_may_be_skipped_except_the_age_question(house: OpenHouse, resident: Resident) -> None:
    begun(resident)
    for number in range(2, 9):
        assert resident.number == str(number)
        resident.presses("overslaan")
    assert resident.number == "controle"
    resident.presses("verder")
    assert resident.number == "bedankt"
    assert house.answers() == {"zestien": "ja"}
    assert house.rows("statement") == []
    assert [(row["state"], row["area"]) for row in house.rows("response")] == [("finished", "onbekend")]


def test_verder_with_nothing_filled_in_goes_on_as_well(resident: Resident) -> None:
    assert begun(resident).presses("verder").number == "3"


def test_skipping_drops_a_half_typed_answer_and_keeps_what_was_saved_before(house: OpenHouse, resident: Resident) -> None:
    begun(resident).fills(wijk="crabbehof").presses("verder").presses("terug")
    resident.fills(wijk="wielwijk", woonduur="lt1").presses("overslaan")
    assert resident.number == "3"
    assert house.answers() == {"zestien": "ja", "wijk": "crabbehof"}


@pytest.mark.parametrize("address", ["", "/1"])
def test_the_age_question_must_be_answered(house: OpenHouse, resident: Resident, address: str) -> None:
    before = house.everything()
    resident.opens(DORDT + address).presses("verder", status=422)
    assert list(resident.page.wrongs) == ["zestien"]
    assert resident.reads(NEEDED)
    assert house.everything() == before


@pytest.mark.parametrize(
    ("wijk", "area"), [("zuidhoven", "buiten_gebied"), ("elders", "buiten_gebied"), ("dk", "onbekend"), ("oud_krispijn", "oud_krispijn")]
)
def test_who_lives_outside_the_area_is_counted_apart(house: OpenHouse, resident: Resident, wijk: str, area: str) -> None:
    begun(resident).fills(wijk=wijk).presses("verder").fills(wonen_open="Meer bomen.").presses("verder")
    resident.opens(f"{DORDT}/controle").presses("verder")
    assert [row["area"] for row in house.rows("response")] == [area]
    assert [row["area"] for row in house.rows("statement")] == [area]


def test_the_thanks_page_promises_a_day_and_stays_when_it_is_opened_again(resident: Resident) -> None:
    sent(resident)
    assert "15 maart 2027".replace(" ", "\u00a0") in resident.page.html
    receipt = resident.receipt
    assert resident.opens(f"{DORDT}/bedankt").receipt == receipt
    assert resident.opens(f"{DORDT}/3").number == "bedankt"
    assert resident.opens(f"{DORDT}/controle").number == "bedankt"


def test_after_sending_the_first_page_begins_a_new_response(house: OpenHouse, resident: Resident) -> None:
    key = sent(resident).browser.cookies["antwoord"]
    resident.opens(DORDT)
    assert resident.number == "dordt-west-2026"
    assert resident.key != key
    resident.fills(zestien="ja").presses("verder")
    assert sorted(row["state"] for row in house.rows("response")) == ["begun", "finished"]


# ---------------------------------------------------------------- back, and looking over


def test_back_keeps_what_is_on_the_page(resident: Resident) -> None:
    begun(resident).presses("verder").fills(wonen_open="Nog niet af").presses("terug")
    assert resident.number == "2"
    resident.presses("verder")
    assert resident.sees("wonen_open") == ["Nog niet af"]


def test_back_with_a_wrong_answer_says_so_and_keeps_the_text(house: OpenHouse, resident: Resident) -> None:
    begun(resident).presses("verder")
    before = house.everything()
    resident.fills(wonen_open="x" * 1001).presses("terug", status=422)
    assert list(resident.page.wrongs) == ["wonen_open"]
    assert resident.sees("wonen_open") == ["x" * 1001]
    assert house.everything() == before


def test_the_review_page_shows_every_answer_in_words_and_leads_back_to_it(house: OpenHouse, resident: Resident) -> None:
    at_review(resident)
    options = {(name, option.id): option.text for name, question in load_survey(SOURCE).questions.items() for option in question.options}
    chosen = [("wijk", "wielwijk"), ("woonduur", "gt10"), ("woning_tevreden", "4"), ("overlast", "drugs"), ("leeftijd", "a45_64")]
    lines = [text_of(line) for line in resident.page.all("dd")]
    assert [words for words in (options[one] for one in chosen) if words not in lines] == []
    assert {"De stoep ligt schuin.", "Meer licht in het park.", "7"} <= set(lines)
    assert options["woning_tevreden", "5"] not in lines
    resident.follows(f"{DORDT}/2")
    assert resident.sees("wijk") == ["wielwijk"]
    resident.fills(wijk="crabbehof").presses("verder")
    resident.opens(f"{DORDT}/controle")
    assert "Crabbehof" in resident.page.text
    resident.presses("verder")
    assert [row["area"] for row in house.rows("response")] == ["crabbehof"]


def test_what_changed_after_the_review_page_was_shown_is_looked_over_once_more(house: OpenHouse, resident: Resident) -> None:
    at_review(resident)
    other_window = house.resident()
    other_window.browser.cookies = resident.browser.cookies
    other_window.opens(f"{DORDT}/2").fills(wijk="crabbehof").presses("verder")
    resident.presses("verder", status=409)
    assert "Crabbehof" in resident.page.text
    assert [row["state"] for row in house.rows("response")] == ["begun"]
    resident.presses("verder")
    assert [row["area"] for row in house.rows("response")] == ["crabbehof"]


def test_sending_twice_thanks_twice_and_counts_once(house: OpenHouse, resident: Resident) -> None:
    at_review(resident)
    form = list(resident.typed)
    receipt = resident.presses("verder").receipt
    before = house.everything()
    resident.sends(f"{DORDT}/controle", form, status=303)
    assert resident.receipt == receipt
    assert house.everything() == before


# ---------------------------------------------------------------- language


@pytest.mark.parametrize("lang", ["en", "tr", "pl", "ar", "nl"])
def test_the_browser_chooses_the_first_language(house: OpenHouse, lang: str) -> None:
    resident = house.resident(f"{lang}-XX, de;q=0.5")
    assert resident.opens(DORDT).page.lang == lang
    assert resident.page.root.get("dir") == ("rtl" if lang == "ar" else "ltr")


def test_a_language_change_half_way_keeps_what_was_typed(house: OpenHouse) -> None:
    resident = begun(house.resident("tr")).presses("verder")
    resident.fills({"wonen_open": "Sokak çok karanlık", "wonen_stellingen.stoep": "2"}).speaks("ar")
    assert (resident.number, resident.page.lang) == ("3", "ar")
    assert resident.sees("wonen_open") == ["Sokak çok karanlık"]
    assert resident.sees("wonen_stellingen.stoep") == ["2"]
    resident.speaks("nl").presses("verder")
    assert resident.page.lang == "nl"
    assert house.answers() == {"zestien": "ja", "wonen_stellingen": {"stoep": "2"}, "wonen_open": "Sokak çok karanlık"}
    assert [row["lang"] for row in house.rows("response")] == ["nl"]


def test_a_language_change_with_a_wrong_answer_shows_it_in_the_new_language(house: OpenHouse) -> None:
    resident = begun(house.resident("pl")).presses("verder").fills(wonen_open="ż" * 1001)
    resident.presses("ar", name="taal", status=422)
    assert resident.page.lang == "ar"
    assert resident.sees("wonen_open") == ["ż" * 1001]
    assert "1001" in resident.page.wrongs["wonen_open"]
    assert resident.reads(TOO_LONG, n=1001, most=1000)


def test_the_language_of_the_first_page_is_remembered(house: OpenHouse) -> None:
    resident = house.resident("nl").opens(DORDT).speaks("ar")
    assert resident.page.lang == "ar"
    assert resident.fills(zestien="ja").presses("verder").page.lang == "ar"
    assert resident.opens("/privacy").page.lang == "ar"
    assert [row["lang"] for row in house.rows("response")] == ["ar"]


def test_the_questionnaire_of_professionals_offers_only_its_own_languages(house: OpenHouse) -> None:
    resident = house.resident("ar, en;q=0.5").opens(PROFESSIONALS)
    assert resident.page.lang == "en"
    assert [button.get("value") for button in resident.page.all("button") if button.get("name") == "taal"] == ["nl", "en"]
    assert resident.opens(f"{PROFESSIONALS}?taal=tr").page.lang == "en"


# ---------------------------------------------------------------- later, with a code


def code_of(resident: Resident) -> str:
    begun(resident).fills(wijk="wielwijk").presses("later")
    assert resident.number == "later"
    return resident.receipt


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(lambda code: code, id="as shown"),
        pytest.param(lambda code: code.replace(" ", ""), id="without spaces"),
        pytest.param(lambda code: f"  {code.lower()} ", id="small letters"),
        pytest.param("-".join, id="with dashes"),
        pytest.param(lambda code: code.translate({ord("0") + n: 0x0660 + n for n in range(10)}), id="Arabic-Indic digits"),
        pytest.param(lambda code: "\u200f" + code + "\u200e", id="marks of direction"),
    ],
)
def test_the_code_goes_on_on_another_device(house: OpenHouse, resident: Resident, typed: Callable[[str], str]) -> None:
    code = code_of(resident)
    elsewhere = house.resident("nl", address="10.0.0.2").opens(f"{DORDT}/verder").fills(code=typed(code))
    elsewhere.sends(f"{DORDT}/verder", elsewhere.typed, status=303)
    assert elsewhere.number == "3"
    assert elsewhere.presses("terug").sees("wijk") == ["wielwijk"]
    assert len(house.rows("response")) == 1


def test_the_code_of_a_sent_response_shows_the_thanks_page(house: OpenHouse, resident: Resident) -> None:
    receipt = sent(resident).receipt
    elsewhere = house.resident(address="10.0.0.2").sends(f"{DORDT}/verder", {"code": receipt}, status=303)
    assert (elsewhere.number, elsewhere.receipt) == ("bedankt", receipt)


@pytest.mark.parametrize(
    ("typed", "wrong"), [("2222 2222 2222", "wrong"), ("0OI1", "form"), ("", "form"), ("x" * 5000, "form"), ("\x00\ud800", "form")]
)
def test_a_wrong_code_says_what_is_wrong_with_it(resident: Resident, typed: str, wrong: str) -> None:
    resident.sends(f"{DORDT}/verder", {"code": typed}, status=422)
    assert list(resident.page.wrongs) == ["code"]
    assert ("12" in resident.page.wrongs["code"]) == (wrong == "form")


def test_wrong_codes_are_slowed_down_and_answering_is_not(house: OpenHouse, resident: Resident) -> None:
    code = code_of(resident)
    guesser = house.resident(address="10.0.0.66")
    for _ in range(50):
        guesser.sends(f"{DORDT}/verder", {"code": "2222 2222 2222"}, status=422)
    guesser.sends(f"{DORDT}/verder", {"code": "2222 2222 2222"}, status=429)
    assert guesser.answer.headers["retry-after"] == "600"
    begun(guesser)
    house.resident(address="10.0.0.66").sends(f"{DORDT}/verder", {"code": code}, status=303)  # a neighbour in the same community house


def test_a_code_of_one_survey_does_not_open_another(house: OpenHouse, resident: Resident) -> None:
    code = code_of(resident)
    house.resident().sends(f"{PROFESSIONALS}/verder", {"code": code}, status=422)


# ---------------------------------------------------------------- under 16


def test_who_stopped_in_one_tab_does_not_go_on_in_another(house: OpenHouse, resident: Resident) -> None:
    begun(resident).fills(wijk="wielwijk")
    old_tab = [*resident.typed, ("actie", "verder")]
    resident.opens(f"{DORDT}/1").fills(zestien="nee").presses("verder")
    assert resident.sends(f"{DORDT}/2", old_tab, status=303).number == "1"
    assert (house.rows("response"), house.rows("answered_page")) == ([], [])


def test_nobody_goes_round_the_age_question(house: OpenHouse, resident: Resident) -> None:
    form = [("key", "0e9c2f4e-6f5c-4c53-9d0f-2d3b6a1c7e55"), ("seen", "0"), ("wonen_open", "Zonder eerste vraag"), ("actie", "verder")]
    assert resident.sends(f"{DORDT}/3", form, status=303).number == "1"
    resident.sends(f"{DORDT}/controle", form[:2], status=303)
    assert (house.rows("response"), house.rows("statement")) == ([], [])


def test_a_double_tap_on_no_is_one_person(house: OpenHouse, resident: Resident) -> None:
    resident.opens(DORDT).fills(zestien="nee")
    twice = [*resident.typed, ("actie", "verder")]
    for _ in range(3):
        resident.sends(f"{DORDT}/1", twice, status=303)
    assert [row["n"] for row in house.rows("age_stop")] == [1]


def test_under_16_is_a_kind_stop_that_keeps_only_a_count(house: OpenHouse, resident: Resident) -> None:
    resident.opens(DORDT).fills(zestien="nee").presses("verder")
    assert resident.number == "gestopt"
    assert load_survey(SOURCE).stop.split("\n")[1] in resident.page.text
    assert [(table, len(rows)) for table, rows in house.everything().items() if rows and not table.startswith("survey")] == [
        ("age_stop", 1)
    ]
    assert house.rows("age_stop") == [{"survey_key": "dordt-west-2026", "n": 1}]
    assert "antwoord" not in resident.browser.cookies


def test_going_back_to_say_under_16_erases_what_was_answered(house: OpenHouse, resident: Resident) -> None:
    before = house.everything()
    begun(resident).fills(wijk="wielwijk").presses("verder").fills(wonen_open="Zeer eigen woorden").presses("terug").presses("terug")
    assert resident.number == "1"
    resident.fills(zestien="nee").presses("verder")
    assert resident.number == "gestopt"
    assert house.everything() == {**before, "age_stop": [{"survey_key": "dordt-west-2026", "n": 1}]}
    assert resident.opens(f"{DORDT}/3").number == "dordt-west-2026"


def test_what_is_erased_is_not_in_the_file_either(house: OpenHouse, resident: Resident, engine_name: str) -> None:
    begun(resident).presses("verder").fills(wonen_open="Zeer eigen woorden").presses("terug").presses("terug")
    resident.fills(zestien="nee").presses("verder")
    if engine_name == "postgresql":  # its files belong to its server; a vacuum is its way to forget
        with house.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM FULL answered_page"))
            assert connection.execute(text("SELECT pg_relation_size('answered_page')")).scalar_one() == 0
        return
    house.app.state.writer.stop()
    engine_at(house.settings.url).dispose()
    file = Path(house.settings.url.removeprefix("sqlite:///"))
    assert [name.name for name in file.parent.glob(f"{file.name}*") if b"Zeer eigen woorden" in name.read_bytes()] == []


def test_a_finished_response_cannot_be_erased_by_the_age_question(house: OpenHouse, resident: Resident) -> None:
    key = sent(resident).browser.cookies["antwoord"]
    before = house.everything()
    house.resident().sends(f"{DORDT}/1", {"key": key, "seen": "1", "zestien": "nee"}, status=303)
    assert {**house.everything(), "age_stop": []} == before


# ---------------------------------------------------------------- coming back


def test_who_comes_back_is_asked_whether_it_was_her(house: OpenHouse, resident: Resident) -> None:
    begun(resident).fills(wijk="wielwijk").presses("verder")
    resident.opens(DORDT)
    assert resident.page.all("form") == []
    assert resident.follows(f"{DORDT}/3").number == "3"
    resident.opens(DORDT).follows(f"{DORDT}?opnieuw=1")
    assert resident.fills(zestien="ja").presses("verder").sees("wijk") == []
    assert len(house.rows("response")) == 2


def test_who_typed_nothing_yet_is_not_asked(resident: Resident) -> None:
    resident.opens(DORDT)
    assert resident.opens(DORDT).asked() == ["zestien"]


@pytest.mark.parametrize("part", ["3", "controle", "later", "bedankt"])
def test_without_a_response_every_later_address_leads_to_the_first_page(resident: Resident, part: str) -> None:
    assert resident.opens(f"{DORDT}/{part}").number == "dordt-west-2026"


def test_a_browser_without_cookies_is_told_so(house: OpenHouse, resident: Resident) -> None:
    resident.opens(DORDT).fills(zestien="ja")
    resident.browser.cookies.clear()
    first = resident.asks("POST", f"{DORDT}/1", data=dict([*resident.typed, ("actie", "verder")]))
    resident.browser.cookies.clear()
    assert first.headers["location"] == f"{DORDT}/2?stap=1"
    resident.opens(f"{DORDT}/2?stap=1", status=400)
    assert resident.page.all("form") == []
    assert len(house.rows("response")) == 1


def test_a_browser_with_cookies_sees_no_trace_of_that_test(resident: Resident) -> None:
    assert begun(resident).url == f"{DORDT}/2"


# ---------------------------------------------------------------- two windows, two taps


def test_a_double_tap_keeps_one_page(house: OpenHouse, resident: Resident) -> None:
    begun(resident).fills(wijk="wielwijk")
    form = [*resident.typed, ("actie", "verder")]
    resident.sends(f"{DORDT}/2", form, status=303)
    before = house.everything()
    resident.sends(f"{DORDT}/2", form, status=303)
    assert resident.number == "3"
    assert house.everything() == before


def test_an_old_window_shows_both_texts_and_one_button(house: OpenHouse, resident: Resident) -> None:
    begun(resident).presses("verder").fills(wonen_open="Eerste tekst")
    old_window = list(resident.typed)
    resident.fills(wonen_open="Tweede tekst").presses("verder")
    before = house.everything()
    resident.sends(f"{DORDT}/3", [*old_window, ("actie", "verder")], status=409)
    assert "Eerste tekst" in resident.page.text
    assert "Tweede tekst" in resident.page.text
    assert [button.get("value") for button in resident.page.controls(resident.form) if button.get("name") == "actie"] == ["verder"]
    assert [button.get("value") for button in resident.page.all("button") if button.get("name") == "taal"] == list(LANGUAGES)
    assert house.everything() == before
    resident.presses("verder")
    assert resident.number == "4"
    assert house.answers()["wonen_open"] == "Eerste tekst"


def test_an_old_window_may_leave_what_is_kept(house: OpenHouse, resident: Resident) -> None:
    begun(resident).presses("verder").fills(wonen_open="Eerste tekst")
    old_window = list(resident.typed)
    resident.fills(wonen_open="Tweede tekst").presses("verder")
    resident.sends(f"{DORDT}/3", [*old_window, ("actie", "verder")], status=409)
    assert resident.follows(f"{DORDT}/4").number == "4"
    assert house.answers()["wonen_open"] == "Tweede tekst"


def test_after_sending_the_same_page_is_thanked_and_another_text_refused(house: OpenHouse, resident: Resident) -> None:
    begun(resident).presses("verder").fills(wonen_open="Verstuurd")
    page = list(resident.typed)
    resident.presses("verder").opens(f"{DORDT}/controle").presses("verder")
    before = house.everything()
    resident.sends(f"{DORDT}/3", [*page, ("actie", "verder")], status=303)
    assert resident.number == "bedankt"
    resident.sends(f"{DORDT}/3", [(name, "Iets anders" if name == "wonen_open" else value) for name, value in page], status=409)
    assert resident.page.all("form") == []
    assert "Iets anders" in resident.page.text
    assert house.everything() == before


def test_a_finished_response_keeps_its_language(house: OpenHouse, resident: Resident) -> None:
    begun(resident).presses("verder").fills(wonen_open="Verstuurd")
    page = list(resident.typed)
    resident.presses("verder").opens(f"{DORDT}/controle").presses("verder")
    before = house.everything()
    house.resident("ar").sends(f"{DORDT}/3?taal=ar", page, status=303)
    assert house.everything() == before


# ---------------------------------------------------------------- conditions


def test_pages_and_questions_follow_what_was_chosen(house: OpenHouse) -> None:
    professional = house.resident().opens(PROFESSIONALS).presses("verder")
    assert professional.number == "3"
    professional.presses("terug").fills(pijlers=["wonen", "werk"]).presses("verder")
    assert professional.number == "2"
    assert professional.asked() == ["urgent_wonen", "urgent_werk"]
    professional.fills(urgent_wonen="Vocht", urgent_werk="Schulden").presses("verder").presses("terug").presses("terug")
    professional.fills(pijlers=["werk"]).presses("verder")
    assert professional.asked() == ["urgent_werk"]
    assert professional.sees("urgent_werk") == ["Schulden"]
    assert house.answers()["urgent_wonen"] == "Vocht"
    professional.opens(f"{PROFESSIONALS}/controle")
    assert "Vocht" not in professional.page.text
    professional.presses("verder")
    assert house.answers() == {"pijlers": ["werk"], "urgent_werk": "Schulden"}
    assert {(row["source"], row["text"], row["pillar_asked"]) for row in house.rows("statement")} == {("professional", "Schulden", "werk")}


def test_a_page_that_is_no_longer_asked_is_passed_by_and_erased(house: OpenHouse) -> None:
    professional = (
        house.resident().opens(PROFESSIONALS).fills(pijlers=["wonen"]).presses("verder").fills(urgent_wonen="Vocht").presses("verder")
    )
    professional.opens(f"{PROFESSIONALS}/1").fills(pijlers=[]).presses("verder")
    assert professional.number == "3"
    assert professional.opens(f"{PROFESSIONALS}/2").number == "3"
    professional.opens(f"{PROFESSIONALS}/controle").presses("verder")
    assert "dringend" not in [row["page"] for row in house.rows("answered_page")]
    assert house.rows("statement") == []


def test_an_answer_that_calls_up_a_question_on_its_own_page_shows_it(house: OpenHouse) -> None:
    opens(house, ON_ONE_PAGE)
    resident = house.resident().opens("/v/een-pagina")
    assert resident.asked() == ["klacht"]
    resident.fills(klacht="ja").presses("verder")
    assert resident.url == "/v/een-pagina/1#q-welke"
    assert resident.asked() == ["klacht", "welke"]
    resident.fills(welke="Lawaai").presses("verder")
    assert resident.number == "controle"


ON_ONE_PAGE = """
key = "een-pagina"
title = "Eén pagina"
audience = "resident"
languages = ["nl"]
feedback_date = 2027-01-01
feedback_owner = "bureau"
[[page]]
id = "een"
title = "Klachten"
[[page.question]]
id = "klacht"
kind = "single"
ask = "Heeft u een klacht?"
option = [{ id = "ja", text = "Ja" }, { id = "nee", text = "Nee" }]
[[page.question]]
id = "welke"
kind = "text"
ask = "Welke klacht?"
only_if = "klacht = ja"
"""


def opens(house: OpenHouse, source: str) -> None:
    """The office imports a survey and opens it."""
    from app.office.surveys import open_survey

    with Session(house.engine) as db:
        done = import_survey(db, source, today=TODAY)
        db.commit()
        open_survey(db, done.key, today=TODAY)
        db.commit()


def test_shuffled_options_keep_their_order_for_one_person_and_differ_between_people(house: OpenHouse) -> None:
    orders = []
    for _ in range(8):
        resident = begun(house.resident()).opens(f"{DORDT}/7")
        order = resident.options("overlast")
        assert resident.opens(f"{DORDT}/7").options("overlast") == order
        assert order[-1] == "geen"
        orders.append(tuple(order))
    assert len(set(orders)) > 1
    assert len({frozenset(order) for order in orders}) == 1


# ---------------------------------------------------------------- versions


def test_new_words_half_way_do_not_change_the_form_of_who_began(house: OpenHouse, resident: Resident) -> None:
    old, new = load_survey(SOURCE).questions["wijk"].ask, "Waar woont u nu precies?"
    begun(resident)
    on_first_page = house.resident().opens(DORDT)
    with Session(house.engine) as db:
        assert import_survey(db, SOURCE.replace(old, new), today=TODAY).number == "1.1"
        db.commit()
    assert old in resident.opens(f"{DORDT}/2").page.text
    assert new in begun(house.resident()).page.text
    assert old in on_first_page.fills(zestien="ja").presses("verder").page.text
    newest = {row["number"]: row["fingerprint"] for row in house.rows("survey_version") if row["survey_key"] == "dordt-west-2026"}
    assert sorted(row["fingerprint"] for row in house.rows("response")) == sorted([newest["1.0"], newest["1.0"], newest["1.1"]])


# ---------------------------------------------------------------- what it costs


def test_a_page_costs_few_statements(house: OpenHouse, resident: Resident) -> None:
    begun(house.resident()).presses("verder")  # what is read once a minute was read by then
    begun(resident)
    for answers in WHOLE[:3]:
        resident.fills(answers)
        form = dict([*resident.typed, ("actie", "verder")])
        with house.statements() as said:
            shown = resident.asks("POST", resident.url, data=form)
        assert (shown.status_code, len(said)) == (303, 3), said
        with house.statements() as said:
            resident.opens(shown.headers["location"])
        assert len(said) == 1, said
    with house.statements() as said:
        resident.opens("/privacy")
    assert said == []


def test_new_dutch_words_without_translation_are_not_shown_among_turkish_ones(house: OpenHouse, resident: Resident) -> None:
    """Who began in Turkish goes on in it with the old words; who comes new is not offered half a translation."""
    begun(house.resident("tr"))
    with Session(house.engine) as db:
        import_survey(
            db, SOURCE.replace("Hoe tevreden bent u met uw huis?", "Hoe tevreden bent u met uw woning?"), today=date(2026, 11, 22)
        )
        db.commit()
    assert resident.opens(f"{DORDT}?taal=tr").page.lang == "nl"
    assert resident.page.all("button") != []
    assert [link for link in resident.page.all("a") if "taal=tr" in str(link.get("href"))] == []


def test_a_version_keeps_its_languages_when_the_dutch_in_the_catalogue_moves_on(
    house: OpenHouse, resident: Resident, tmp_path: Path
) -> None:
    """A later release changes Dutch words and their translations; the survey that is open still speaks Turkish."""
    folder = tmp_path / "later"
    shutil.copytree(ROOT / "translations", folder)
    place = folder / "tr" / "LC_MESSAGES"
    shutil.copy(place / "pages.mo", place / "dordt-west-2026.mo")  # holds not one text of this survey
    house.app.state.known.translations = folder
    resident.opens(f"{DORDT}?taal=tr")
    assert (resident.page.lang, resident.page.heading) == (
        "tr",
        texts("tr", "dordt-west-2026").pgettext("survey", load_survey(SOURCE).title),
    )


def test_an_option_that_a_condition_hides_meanwhile_is_not_sent(house: OpenHouse, resident: Resident) -> None:
    source = """
key = "proef-2026"
title = "Proef"
audience = "resident"
languages = ["nl"]
feedback_date = 2027-03-15
feedback_owner = "bureau"
[[page]]
id = "een"
title = "Een"
question = [{ id = "waar", kind = "single", ask = "Waar?", option = [{ id = "a", text = "A" }, { id = "b", text = "B" }] }]
[[page]]
id = "twee"
title = "Twee"
question = [{ id = "wat", kind = "multi", ask = "Wat?", option = [{ id = "o", text = "O" }, { id = "z", text = "Z", only_if = "waar = a" }] }]
"""
    with Session(house.engine) as db:
        import_survey(db, source, today=date(2026, 11, 22))
        db.commit()
        open_survey(db, "proef-2026", today=date(2026, 11, 22))
        db.commit()
    resident.opens("/v/proef-2026").fills(waar="a").presses("verder").fills(wat=["o", "z"]).presses("verder")
    resident.opens("/v/proef-2026/1").fills(waar="b").presses("verder").opens("/v/proef-2026/controle").presses("verder")
    assert house.answers() == {"waar": "b", "wat": ["o"]}
