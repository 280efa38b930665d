"""Somebody asks that her words are erased: they are gone from every page, every table and every byte, and what was counted stays counted."""

import pytest
from houses import OpenHouse
from people import Resident
from spoken import MOULD, MOULDY, NOISE, PARKING, address, residents_say, run, table_says, words
from sqlalchemy import insert, select
from test_stated import LIST, QUOTED, finding_id, states
from test_under_age import on_sqlite, traces

from app.models.tables import CODE_ENTRY, PAGE, STATEMENT, TRANSLATION

HERE = "/bevindingen/verantwoording/wissen"
DORDT = "/v/dordt-west-2026"
SAID = "Zonderling vochtige schimmelmuren naast de trap"


@pytest.fixture
def answered(house: OpenHouse) -> Resident:
    return has_answered(house)


def has_answered(house: OpenHouse) -> Resident:
    """A resident who wrote an answer and sent it."""
    resident = house.resident().opens(DORDT).fills(zestien="ja").presses("verder").fills(wijk="wielwijk").presses("verder")
    resident.fills({"wonen_stellingen.groen": "dk", "wonen_open": SAID}).presses("verder")
    while resident.number != "bedankt":
        resident.presses("verder")
    return resident


def statement_of(house: OpenHouse, text: str) -> str:
    return next(str(row["id"]) for row in house.rows("statement") if row["text"] == text)


def erases(house: OpenHouse, id_: str, role: str = "analyst") -> Resident:
    colleague = house.colleague(role).opens(f"{HERE}?uitspraak={id_}")
    return colleague.presses("Wis deze tekst")


# ---------------------------------------------------------------- one statement


def test_words_and_answer_go_and_that_there_was_an_answer_stays(house: OpenHouse, answered: Resident) -> None:
    id_ = statement_of(house, SAID)
    analyst = house.colleague("analyst").opens(f"{HERE}?uitspraak={id_}")
    assert SAID in analyst.page.text
    assert house.answers()["wonen_open"] == SAID
    analyst.presses("Wis deze tekst")
    assert "De tekst is gewist." in analyst.page.text
    assert "tekst gewist op 2 november 2026" in analyst.page.text.replace("\u00a0", " ")
    (row,) = [row for row in house.rows("statement") if row["id"] == id_]
    assert (row["text"], str(row["erased_on"])) == ("", "2026-11-02")
    assert house.answers()["wonen_open"] == "[tekst gewist]"
    assert house.answers()["wonen_stellingen"] == {"groen": "dk"}, "she asked for her words, not for her ticks"
    assert [(act["action"], act["object"]) for act in house.rows("audit")] == [("text erased", id_)]
    erases_again = analyst.sends(HERE, {"token": house.token("analyst"), "uitspraak": id_}, status=303)
    assert "tekst gewist op" in erases_again.page.text
    assert len(house.rows("audit")) == 1, "what is gone is not erased twice"


@on_sqlite
def test_no_byte_of_it_is_left_in_any_file(house: OpenHouse) -> None:
    id_ = said_among_many(house)
    with house.engine.begin() as connection:
        connection.execute(insert(TRANSLATION).values(statement_id=id_, text=f"Vertaald: {SAID}", source_hash="x", made_by="Tuana", made_at=house.settings.clock()))  # fmt: skip
    cleared_and_stated(house, id_)
    assert traces(house, SAID) != []
    erases(house, id_)
    assert traces(house, SAID, "Vertaald:") == []
    assert {row["reasons"] for row in house.rows("placement") if row["statement_id"] == id_} == {""}


def said_among_many(house: OpenHouse) -> str:
    residents_say(house, *[f"{MOULD} {word}" for word in words(12)], *[f"{PARKING} {word}" for word in words(12)])
    has_answered(house)
    run(house)
    return statement_of(house, SAID)


def cleared_and_stated(house: OpenHouse, id_: str) -> str:
    """Read, cleared as a quote, and used in a finding that is published."""
    colleague = house.colleague("analyst").opens(f"/bevindingen/nakijken?uitspraak={id_}")
    colleague.presses("Klopt, verder", form="/bevindingen/nakijken")
    colleague.sends(QUOTED, {"token": house.token("analyst"), "uitspraak": id_, "actie": "vrij"}, status=303)
    colleague.opens(address(MOULDY)).presses("vast", form=f"{address(MOULDY)}/vast")
    states(house, "analyst", thema="/".join(MOULDY), citaat=id_, pijler="wonen", doel="1")
    for act in ("nagekeken", "publiceren"):
        (row,) = house.rows("finding")
        fields = {"token": house.token("analyst"), "actie": act, "revisie": str(row["revision"])}
        colleague.sends(f"{LIST}/{row['id']}/stand", fields, status=303)
    return finding_id(house)


def test_a_published_quote_leaves_a_trace_with_the_day_and_its_figures_stay(house: OpenHouse) -> None:
    id_ = said_among_many(house)
    finding = cleared_and_stated(house, id_)
    before = {row["id"]: row["figures"] for row in house.rows("evidence")}
    analyst = house.colleague("analyst").opens(f"{HERE}?uitspraak={id_}")
    assert [link.get("href") for link in analyst.page.all("a") if finding in str(link.get("href"))] == [f"{LIST}/{finding}"]
    analyst.presses("Wis deze tekst")
    partner = house.colleague("partner").opens(f"{LIST}/{finding}")
    assert SAID not in partner.page.html
    assert "tekst gewist op 2 november 2026" in partner.page.text.replace("\u00a0", " ")
    assert {row["id"]: row["figures"] for row in house.rows("evidence")} == before
    told = house.colleague("partner").asks("GET", "/bevindingen/download/findings.csv").content.decode("utf-8-sig")
    assert "tekst gewist op 2 november 2026" in told
    assert SAID not in told
    assert [house.rows(name) for name in ("quote", "redaction", "translation")] == [[], [], []]


def test_it_stays_in_the_run_before_and_is_told_as_erased_in_the_next(house: OpenHouse) -> None:
    ids = residents_say(house, *[f"{MOULD} {word}" for word in words(14)], *[f"{PARKING} {word}" for word in words(12)])
    first = run(house)
    erases(house, ids[0])
    second = run(house)
    placed = {(row["run_id"], row["statement_id"]): row for row in house.rows("placement")}
    assert placed[first, ids[0]]["excluded"] == ""
    assert placed[second, ids[0]]["excluded"] in {"gewist", "leeg"}
    analyst = house.colleague("analyst")
    assert "Weggelaten omdat: tekst gewist 1." in analyst.opens("/bevindingen/verantwoording").page.text
    assert "Weggelaten omdat" not in analyst.opens(f"/bevindingen/verantwoording?ronde={first}").page.text
    assert "tekst gewist op 2 november 2026" in analyst.opens(f"{address(MOULDY)}?ronde={first}").page.text.replace("\u00a0", " ")


def test_an_erased_text_does_not_come_back_in_the_queue_and_is_in_no_table(house: OpenHouse) -> None:
    ids = residents_say(house, "Mijn buurvrouw Fatima Yilmaz heeft schimmel", NOISE)
    assert "Fatima" in house.colleague("office").opens("/bevindingen/nakijken").page.text
    erases(house, ids[0])
    office = house.colleague("office").opens("/bevindingen/nakijken")
    assert "Fatima" not in office.page.html
    assert "1 wachten nog" in office.page.text
    rows = house.colleague("analyst").asks("POST", "/bevindingen/download/statements", data={"token": house.token("analyst"), "bestand": "csv", "waarvoor": "nakijken"})  # fmt: skip
    assert "tekst gewist op 2 november 2026" in rows.text
    assert "Fatima" not in rows.text


def test_a_note_of_a_table_goes_with_the_place_beside_it(house: OpenHouse) -> None:
    (id_,) = table_says(house, "De lamp bij Hoogstraat is stuk")
    erases(house, id_, "admin")
    (row,) = [row for row in house.rows("statement") if row["id"] == id_]
    assert (row["text"], str(row["erased_on"])) == ("", "2026-11-02")


def test_of_a_question_asked_per_pillar_only_these_words_go(house: OpenHouse) -> None:
    (id_,) = residents_say(house, SAID, asked="wonen")
    with house.engine.begin() as connection:
        who = connection.execute(select(STATEMENT.c.response_id).where(STATEMENT.c.id == id_)).scalar()
        answers = {"wonen_open": {"wonen": SAID, "werk": "meer banen"}}
        connection.execute(insert(PAGE).values(response_id=who, page="p", revision=1, answers=answers))
    erases(house, id_)
    assert house.answers() == {"wonen_open": {"wonen": "[tekst gewist]", "werk": "meer banen"}}


def test_words_that_staff_typed_over_are_named(house: OpenHouse) -> None:
    (id_,) = residents_say(house, SAID)
    entry = {"pillar": "wonen", "theme": "vocht_schimmel", "label": "Vocht en schimmel", "definition": "", "includes": f"zoals: {SAID}", "excludes": ""}  # fmt: skip
    with house.engine.begin() as connection:
        connection.execute(insert(CODE_ENTRY).values(**entry, revision=1, changed_by="x", changed_at=house.settings.clock()))
    assert "Iemand typte deze woorden over in: Vocht en schimmel." in house.colleague("analyst").opens(f"{HERE}?uitspraak={id_}").page.text


@pytest.mark.parametrize("wanted", ["x", "s00000000000099", "%00", "é", "x" * 100])
def test_a_number_that_is_none_is_told(house: OpenHouse, wanted: str) -> None:
    analyst = house.colleague("analyst").opens(f"{HERE}?uitspraak={wanted}", status=404)
    assert analyst.page.messages == ["Wij vinden geen uitspraak met dit nummer. Neem het over uit de werkbank of uit een download."]
    assert analyst.asks("POST", HERE, data={"token": house.token("analyst"), "uitspraak": "x"}).status_code == 404


# ---------------------------------------------------------------- a whole response


def test_at_the_desk_a_code_is_enough_and_a_count_is_what_stays(house: OpenHouse, answered: Resident) -> None:
    code, key = answered.receipt, house.rows("response")[0]["key"]
    admin = house.colleague("admin").opens(HERE).fills(code=code.lower()).presses("Zoek de reactie", status=200)
    assert "waarvan 1 in eigen woorden" in admin.page.text
    admin.presses("wis")
    assert "De hele reactie is gewist." in admin.page.text
    assert code.replace(" ", "") not in admin.url
    (response,) = house.rows("response")
    assert (response["state"], response["area"]) == ("finished", "wielwijk")
    assert response["key"] != key
    assert house.rows("answered_page") == []
    assert [row["text"] for row in house.rows("statement")] == [""]
    assert [(act["action"], act["object"]) for act in house.rows("audit")] == [("response erased", response["id"])]
    again = house.colleague("admin").opens(HERE).fills(code=code).presses("Zoek de reactie", status=422)
    assert again.page.messages == ["Wij vinden geen reactie met deze code. Kijk of alle twaalf tekens kloppen."]


@on_sqlite
def test_no_byte_of_a_whole_response_is_left(house: OpenHouse, answered: Resident) -> None:
    key = str(house.rows("response")[0]["key"])
    marks = (SAID, key, '"wonen_open":', '"groen": "dk"')
    assert {mark for _, mark in traces(house, *marks)} == {*marks}
    admin = house.colleague("admin").opens(HERE).fills(code=answered.receipt).presses("Zoek de reactie", status=200)
    admin.presses("wis")
    assert traces(house, *marks) == []


def test_what_was_never_sent_goes_altogether(house: OpenHouse) -> None:
    resident = (
        house.resident().opens(DORDT).fills(zestien="ja").presses("verder").fills(wijk="wielwijk").presses("verder").opens(f"{DORDT}/later")
    )
    admin = house.colleague("admin").opens(HERE).fills(code=resident.receipt).presses("Zoek de reactie", status=200)
    assert "Deze reactie is nog niet verstuurd. Zij gaat helemaal weg." in admin.page.text
    admin.presses("wis")
    assert (house.rows("response"), house.rows("answered_page")) == ([], [])


def test_an_analyst_has_no_desk_and_sees_no_field_for_a_code(house: OpenHouse, answered: Resident) -> None:
    analyst = house.colleague("analyst").opens(HERE)
    assert "Ontvangstcode" not in analyst.page.text
    assert analyst.asks("POST", f"{HERE}/reactie", data={"token": house.token("analyst"), "code": answered.receipt}).status_code == 403
    assert len(house.rows("answered_page")) > 0
