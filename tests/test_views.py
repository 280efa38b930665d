"""How a resident wants the pages: easy words, one question a screen, a device of more people, a copy of her own answers."""

import shutil
from collections.abc import Callable
from pathlib import Path

from anyio.from_thread import BlockingPortal
from houses import Databases, OpenHouse, close_engines, opened_house
from people import Resident

from app.settings import ROOT, Settings

DORDT = "/v/dordt-west-2026"


def begun(resident: Resident) -> Resident:
    return resident.opens(DORDT).fills(zestien="ja").presses("verder")


def questions(resident: Resident) -> list[str]:
    return list(dict.fromkeys(name.partition(".")[0] for name in resident.asked() if not name.endswith(".anders")))


# ---------------------------------------------------------------- easy words


def test_easy_words_come_one_question_at_a_time_and_keep_what_was_typed(house: OpenHouse, resident: Resident) -> None:
    begun(resident).opens(f"{DORDT}/3").fills(wonen_open="De stoep.").presses("makkelijk", name="_weergave")
    assert house.answers()["wonen_open"] == "De stoep."
    assert questions(resident) == ["woning_tevreden"]
    resident.fills(woning_tevreden="4").presses("verder").presses("verder")
    assert questions(resident) == ["wonen_open"]
    assert resident.sees("wonen_open") == ["De stoep."]
    assert "Wat moet beter in uw huis of straat?" in resident.page.text
    resident.presses("gewoon", name="_weergave")
    assert questions(resident) == ["woning_tevreden", "wonen_stellingen", "wonen_open"]
    assert (resident.sees("woning_tevreden"), resident.sees("wonen_open")) == (["4"], ["De stoep."])


def test_easy_words_hold_for_the_whole_survey_and_in_every_language(resident: Resident) -> None:
    resident.opens(f"{DORDT}?weergave=makkelijk").fills(zestien="ja").presses("verder")
    for _ in range(4):
        resident.presses("verder")
    assert questions(resident) == ["woning_tevreden"]
    resident.speaks("ar")
    assert (resident.page.lang, questions(resident)) == ("ar", ["woning_tevreden"])


# ---------------------------------------------------------------- one question a screen


def test_one_question_a_screen_asks_them_all_and_says_how_far_it_is(house: OpenHouse, resident: Resident) -> None:
    begun(resident).presses("een", name="_weergave")
    seen = []
    while resident.number != "controle":
        (question,) = questions(resident)
        seen.append(question)
        n, total = resident.page.one("progress").get("value"), resident.page.one("progress").get("max")
        assert (n, int(str(total)) >= len(seen)) == (str(len(seen) + 1), True)
        resident.fills({question: "Een."} if question.endswith("_open") else {}).presses("verder")
    assert len(seen) == len(set(seen))
    assert {"wijk", "wonen_stellingen", "veilig_open", "leeftijd"} <= set(seen)
    assert {row["text"] for row in house.rows("statement")} == set()
    resident.presses("verder")
    assert resident.number == "bedankt"
    assert [row["text"] for row in house.rows("statement")] == ["Een."] * 5


def test_back_and_skip_go_one_question_and_lose_nothing(house: OpenHouse, resident: Resident) -> None:
    begun(resident).presses("een", name="_weergave").fills(wijk="wielwijk").presses("verder")
    resident.fills(woonduur="gt10").presses("terug")
    assert (questions(resident), resident.sees("wijk")) == (["wijk"], ["wielwijk"])
    resident.presses("verder")
    assert resident.sees("woonduur") == ["gt10"]
    resident.presses("overslaan")
    assert questions(resident) == ["cijfer_buurt"]
    assert house.answers() == {"zestien": "ja", "wijk": "wielwijk", "woonduur": "gt10"}
    for _ in range(3):
        resident.presses("terug")
    assert resident.number == "1"


def test_a_mistake_in_one_question_keeps_her_at_that_question(resident: Resident) -> None:
    begun(resident).presses("een", name="_weergave").opens(f"{DORDT}/7?vraag=overlast")
    resident.fills(overlast=["rommel", "drugs", "donker", "geluid"]).presses("verder", status=422)
    assert (questions(resident), len(resident.sees("overlast"))) == (["overlast"], 4)
    assert resident.fills(overlast=["rommel"]).presses("verder").number == "7"
    assert questions(resident) == ["veilig_open"]


def test_who_comes_back_goes_on_after_the_last_question_she_answered(resident: Resident) -> None:
    begun(resident).presses("een", name="_weergave").fills(wijk="wielwijk").presses("verder").fills(woonduur="gt10").presses("later")
    onward = [link.get("href") for link in resident.page.one("main").iter("a") if "btn" in str(link.get("class"))]
    assert onward == [f"{DORDT}/2?vraag=cijfer_buurt"]


def test_two_tabs_of_one_question_never_overwrite_each_other_silently(house: OpenHouse, resident: Resident) -> None:
    begun(resident).presses("een", name="_weergave").opens(f"{DORDT}/3?vraag=wonen_open")
    typed = [*resident.typed]
    resident.fills(wonen_open="Eerste tab.").presses("verder")
    fields = [(name, value) for name, value in typed if name != "wonen_open"] + [("wonen_open", "Tweede tab."), ("actie", "verder")]
    resident.sends(f"{DORDT}/3", fields, status=409)
    assert ("Eerste tab." in resident.page.text, "Tweede tab." in resident.page.text) == (True, True)
    assert house.answers()["wonen_open"] == "Eerste tab."
    resident.presses("verder")
    assert house.answers()["wonen_open"] == "Tweede tab."


# ---------------------------------------------------------------- a device of more people, and one's own copy


def test_on_a_device_of_more_people_nothing_stays_behind(house: OpenHouse, resident: Resident) -> None:
    resident.opens(f"{DORDT}?weergave=gedeeld").fills(zestien="ja").presses("verder")
    kept = [cookie for cookie in resident.browser.cookies.jar if cookie.name == "antwoord"]
    assert [cookie.expires for cookie in kept] == [None], "it goes with the browser"
    assert "data-shared" in resident.form.attrib
    resident.fills(wijk="wielwijk").presses("verder").opens(f"{DORDT}/weg?klaar=1")
    assert (resident.number, resident.sees("wijk")) == ("dordt-west-2026", [])
    assert "data-shared" in resident.form.attrib, "the device is still of more people"
    assert "antwoord" not in {cookie.name for cookie in resident.browser.cookies.jar if cookie.value} or resident.key not in [
        row["key"] for row in house.rows("response")
    ]


def test_her_own_answers_can_be_kept_on_paper_by_her_alone(house: OpenHouse, resident: Resident) -> None:
    begun(resident).fills(wijk="wielwijk").presses("verder").presses("later").follows(f"{DORDT}/mijn-antwoorden")
    assert ("Wielwijk" in resident.page.text, resident.reads("Deze antwoorden zijn nog niet verstuurd.")) == (True, True)
    stranger = house.resident().opens(f"{DORDT}/mijn-antwoorden")
    assert (stranger.number, "Wielwijk" in stranger.page.one("main").itertext()) == ("dordt-west-2026", False)


def test_the_whole_way_is_checked_once_more_before_it_is_sent(house: OpenHouse, resident: Resident) -> None:
    """A page that an older form let through is shown again, with what must be mended, before anything counts as sent."""
    begun(resident).opens(f"{DORDT}/7").fills(overlast=["rommel"]).presses("verder")
    from sqlalchemy import update

    from app.models.tables import PAGE

    with house.engine.begin() as connection:
        wrong = {"overlast": ["rommel", "drugs", "donker", "geluid"]}
        connection.execute(update(PAGE).where(PAGE.c.page == "veilig").values(answers=wrong))
    resident.opens(f"{DORDT}/controle").presses("verder")
    assert (resident.number, [row["state"] for row in house.rows("response")]) == ("7", ["begun"])
    assert resident.page.wrongs != []
    resident.fills(overlast=["rommel"]).presses("verder").opens(f"{DORDT}/controle").presses("verder")
    assert resident.number == "bedankt"


# ---------------------------------------------------------------- recordings


def test_a_recording_of_the_survey_is_offered_where_there_is_one_and_nothing_else_is_served(
    around: Callable[..., Settings], databases: Databases, portal: BlockingPortal, tmp_path: Path
) -> None:
    surveys = tmp_path / "surveys"
    shutil.copytree(ROOT / "surveys", surveys)
    (surveys / "audio" / "dordt-west-2026" / "nl").mkdir(parents=True)
    (surveys / "audio" / "dordt-west-2026" / "nl" / "zestien.mp3").write_bytes(b"ID3 een vraag")
    (surveys / "audio" / "dordt-west-2026" / "nl" / "zestien.ja.mp3").write_bytes(b"ID3 ja")
    (surveys / "audio" / "dordt-west-2026" / "nl" / "geheim.txt").write_text("niet voor u")
    url = databases.fresh("sqlite", "dordt")
    with opened_house(around(url, WIJKSTEM_SURVEYS=str(surveys)), portal) as house:
        resident = house.resident().opens(DORDT)
        assert resident.page.by_id("q-zestien").get("data-sound") == "/geluid/dordt-west-2026/nl/zestien.mp3"
        (yes,) = [label for label in resident.page.all("label") if label.get("data-sound")]
        heard = resident.asks("GET", str(yes.get("data-sound")))
        assert (heard.content, heard.headers["content-type"]) == (b"ID3 ja", "audio/mpeg")
        for other in ("nl/geheim.txt", "nl/..%2F..%2Fprogramme.toml", "ar/zestien.mp3"):
            assert resident.asks("GET", f"/geluid/dordt-west-2026/{other}").status_code == 404
    close_engines(url)
