"""The first page of who works here: what waits comes in order, each role sees what it can act on, and rows cost no questions."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from houses import OpenHouse
from people import Resident, text_of
from sqlalchemy import Table, insert, update

from app.access import ROLES
from app.models.tables import (
    ACT,
    FINDING,
    INVITATION,
    MAIL,
    REDACTION,
    REGISTRATION,
    RESPONSE,
    RUN,
    STAFF,
    STATEMENT,
    SURVEY,
    THEME,
    WIJKGESPREK,
    WIJKGESPREK_TEXT,
)

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
TODAY = NOW.date()
TEXTS = "Vertalingen nakijken:"  # waits in a house whose translations no person approved


def days(n: float) -> timedelta:
    return timedelta(days=n)


def put(house: OpenHouse, table: Table, **values: Any) -> None:
    with house.engine.begin() as connection:
        connection.execute(insert(table).values(**values))


def plan(house: OpenHouse, id_: str, begins: datetime, **more: Any) -> None:
    """A wijkgesprek of two hours for 24 people in Dutch, unless told otherwise."""
    plain = {
        "state": "open", "starts_at": begins, "ends_at": begins + timedelta(hours=2), "place": "Het Anker", "address": "", "capacity": 24,
        "line": "betrekken", "host": "", "languages": ["nl"], "interpreter": False, "step_free": True, "childcare": False, "feedback_owner": "",
        "sequence": 0, "changed_at": NOW,
    }  # fmt: skip
    put(house, WIJKGESPREK, id=id_, **plain | more)
    write(house, id_, "nl", f"Praten in {id_}")


def write(house: OpenHouse, id_: str, lang: str, title: str, *, state: str = "reviewed", source: str = "een") -> None:
    put(house, WIJKGESPREK_TEXT, wijkgesprek_id=id_, lang=lang, title=title, text="", state=state, source_hash=source)


def register(house: OpenHouse, id_: str, place: int, state: str, persons: int) -> None:
    who = {"name": "", "mail": "", "telephone": "", "needs": "", "revision": 1, "lang": "nl", "made_at": NOW}
    mine = {"id": f"a-{id_}-{place}", "key": f"k-{id_}-{place}", "code_hash": f"c-{id_}-{place}", "wijkgesprek_id": id_}
    put(house, REGISTRATION, **mine, **who, state=state, place_in_line=place, persons=persons)


def run(house: OpenHouse, id_: str, made_at: datetime, *themes: str) -> None:
    numbers = {"n_in": 9, "n_themed": 9, "n_rest": 0, "n_excluded": 0}
    put(house, RUN, id=id_, made_at=made_at, seed=0, engine="serial", software="x", parameters="{}", input_hash="x", **numbers)
    for key in themes:
        put(house, THEME, run_id=id_, pillar="wonen", key=key, label=key, n=9, people=9)


def decide(house: OpenHouse, kind: str, theme: str, **payload: Any) -> None:
    put(house, ACT, at=NOW, actor="Een analyst", kind=kind, pillar="wonen", theme=theme, payload=payload, undone_by="")


def waits(colleague: Resident) -> list[tuple[str, str, str]]:
    """Each thing that waits: how late, what, and where it is done; what every house here has, its translations, left out."""
    colleague.opens("/kantoor")
    rows = [row for row in colleague.page.all("li") if row.find("div/h3") is not None and row.find("span") is not None]
    found = []
    for row in rows:
        link = row.find("a")
        found.append((text_of(row.find("span")), text_of(row.find("div/h3")), str(link.get("href")) if link is not None else ""))
    return [wait for wait in found if not wait[1].startswith((TEXTS, "Niet vertaald:"))]


# ---------------------------------------------------------------- what waits


def test_what_waits_stands_in_the_order_of_lateness_with_one_full_button(house: OpenHouse) -> None:
    plan(house, "w-past", NOW - days(20), attendance=34, feedback_on=TODAY - days(3), feedback_owner="Samira")
    plan(house, "w-held", NOW - days(1))
    plan(house, "w-soon", NOW + days(1), languages=["nl", "ar"])
    plan(house, "w-full", NOW + days(3))
    plan(house, "w-draft", NOW + days(9), state="draft")
    write(house, "w-soon", "ar", "حديث")
    register(house, "w-full", 1, "confirmed", 24)
    register(house, "w-full", 2, "waitlisted", 2)
    office = house.colleague("office")
    assert waits(office) == [
        ("19 dagen te laat", "Er is nog niets opgeschreven", "/kantoor/wijkgesprekken/w-past/inbreng"),
        ("3 dagen te laat", "Antwoord geven: Praten in w-past", "/kantoor/wijkgesprekken/w-past"),
        ("Vandaag", "Hoeveel mensen kwamen er?", "/kantoor/wijkgesprekken/w-held"),
        ("Vandaag", "Er is nog niets opgeschreven", "/kantoor/wijkgesprekken/w-held/inbreng"),
        ("Morgen", "Nog geen tolk: Arabisch", "/kantoor/wijkgesprekken/w-soon/bewerken"),
        ("Donderdag", "2 mensen op de wachtlijst", "/kantoor/wijkgesprekken/w-full/aanmeldingen"),
        ("11 november", "Nog niet bekendgemaakt", "/kantoor/wijkgesprekken/w-draft"),
    ]
    assert len(office.page.all("a", class_="btn main")) == 1
    assert "Maandag 2 november 2026." in office.page.text.replace("\u00a0", " ")
    assert "2 zijn te laat." in office.page.text


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"attendance": 0}, []),
        ({"attendance": 12}, ["Er is nog niets opgeschreven"]),
        ({"state": "cancelled"}, []),
        ({"attendance": 0, "feedback_on": TODAY + days(14)}, ["Antwoord geven: Praten in w1"]),
        ({"attendance": 0, "feedback_on": TODAY + days(15)}, []),
        ({"attendance": 0, "feedback_on": TODAY, "feedback_given_on": TODAY}, []),
    ],
)
def test_what_is_done_or_not_yet_due_does_not_wait(house: OpenHouse, change: dict[str, Any], left: list[str]) -> None:
    plan(house, "w1", NOW - days(2), **change)
    assert [wait[1] for wait in waits(house.colleague("office"))] == left


@pytest.mark.parametrize(
    ("more", "left"),
    [
        ({"languages": ["nl", "tr"], "interpreter": True}, []),
        ({"languages": ["nl", "tr"], "starts_at": NOW + days(8), "ends_at": NOW + days(8.1)}, []),
        ({"state": "draft", "starts_at": NOW + days(15), "ends_at": NOW + days(15.1)}, []),
        ({"state": "draft", "starts_at": NOW - days(1), "ends_at": NOW - days(0.9)}, []),
        ({"languages": ["nl", "tr"]}, ["Nog geen tolk: Turks"]),
    ],
)
def test_a_wijkgesprek_to_come_asks_only_for_what_it_lacks(house: OpenHouse, more: dict[str, Any], left: list[str]) -> None:
    plan(house, "w1", NOW + days(2), **more)
    write(house, "w1", "tr", "Konuşma")
    assert [wait[1] for wait in waits(house.colleague("office"))] == left


def test_texts_that_are_missing_old_or_of_a_machine_wait_once_a_wijkgesprek(house: OpenHouse) -> None:
    plan(house, "w1", NOW + days(9), languages=["nl", "tr", "pl", "ar", "en"], interpreter=True)
    write(house, "w1", "tr", "Konuşma", state="machine")
    write(house, "w1", "pl", "Rozmowa", source="oud Nederlands")
    write(house, "w1", "en", "Talk")
    office = house.colleague("office")
    assert waits(office) == [("11 november", "Teksten nakijken: Praten in w1", "/kantoor/wijkgesprekken/w1/teksten")]
    assert "Ontbreekt: Pools, Arabisch. Door een computer vertaald: Turks." in office.page.text


def test_a_survey_keeps_its_promise_or_is_late(house: OpenHouse) -> None:
    assert waits(house.colleague("office")) == []  # promised for 15 March 2027
    house.settings.__dict__["now"] = datetime(2027, 3, 18, 10, tzinfo=UTC)
    found = waits(house.colleague("office"))
    assert found[0] == ("3 dagen te laat", "Antwoord geven: Bewonersenquête Dordt West", "")
    with house.engine.begin() as connection:
        connection.execute(update(SURVEY).values(state="archived"))
    assert waits(house.colleague("office")) == []


def test_mail_that_cannot_leave_waits(house: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = {
        "kind": "x",
        "lang": "nl",
        "address": "",
        "subject": "",
        "body": "",
        "calendar": "",
        "tries": 7,
        "made_at": NOW,
        "next_at": NOW,
    }
    put(house, MAIL, id="p1", key="1", state="failed", **letter)
    put(house, MAIL, id="p2", key="2", state="waiting", **letter)
    put(house, MAIL, id="p3", key="3", state="sent", **letter)
    office = house.colleague("office")
    assert waits(office) == [("Vandaag", "1 e-mail kon niet weg", "")]  # outside production it goes to a folder
    monkeypatch.setattr(type(house.settings), "outbox", "")
    assert [wait[1] for wait in waits(office)] == ["1 e-mail kon niet weg", "1 e-mail wacht"]


def test_reading_themes_and_findings_wait_for_who_does_them(house: OpenHouse) -> None:
    said = {"source": "survey", "question": "q", "text": "x", "lang": "nl", "channel": "web", "stream": "open_link", "said_on": TODAY}
    for n, state in enumerate(("proposed", "accepted")):
        put(house, STATEMENT, id=f"s{n}", **said)
        put(house, REDACTION, statement_id=f"s{n}", source_hash="x", text="x", spans=[], state=state, settled_by="")
    run(house, "b-old", NOW - days(9), "oud")
    run(house, "b-new", NOW - days(1), "licht", "groen", "stoep", "rest", "geen_inhoud")
    decide(house, "settle", "licht", settled=True)
    decide(house, "merge", "stoep", into="groen")
    stated = {
        "text": "x",
        "pillar": "wonen",
        "made_by": "x",
        "made_at": NOW,
        "changed_at": NOW,
        "revision": 1,
        "reviewed_by": "",
        "published_by": "",
    }
    for n, status in enumerate(("draft", "draft", "reviewed", "published")):
        put(house, FINDING, id=f"f{n}", title="x", status=status, **stated)
    assert waits(house.colleague("analyst")) == [
        ("Kan nu", "1 tekst nakijken op namen", "/bevindingen/nakijken"),
        ("Kan nu", "1 thema nakijken", "/bevindingen/themas"),
        ("Kan nu", "2 bevindingen in concept", "/bevindingen/stellingen"),
        ("Kan nu", "1 bevinding wacht op publicatie", "/bevindingen/stellingen"),
    ]
    assert [wait[1] for wait in waits(house.colleague("office"))] == [
        "1 tekst nakijken op namen", "2 bevindingen in concept", "1 bevinding wacht op publicatie"
    ]  # fmt: skip
    decide(house, "rename", "licht", label="Meer licht")  # a new name has to be settled anew
    assert ("Kan nu", "2 thema's nakijken", "/bevindingen/themas") in waits(house.colleague("analyst"))


def test_accounts_and_invitations_that_end_wait_for_the_admin(house: OpenHouse) -> None:
    house.colleague("partner")
    with house.engine.begin() as connection:
        connection.execute(update(STAFF).values(ends_on=TODAY + days(14)))
    seat = {"name": "Fatma", "role": "analyst", "made_by": "x", "made_at": NOW}
    put(house, INVITATION, code_hash="soon", ends_at=NOW + days(2), **seat)
    put(house, INVITATION, code_hash="later", ends_at=NOW + days(2.1), **seat)
    put(house, INVITATION, code_hash="used", ends_at=NOW + days(1), used_at=NOW, **seat)
    assert waits(house.colleague("admin")) == [
        ("Woensdag", "Een uitnodiging verloopt", "/beheer"),
        ("16 november", "Een account loopt af", "/beheer/mensen/m-partner"),
    ]
    assert waits(house.colleague("office")) == []


def test_what_somebody_typed_is_shown_as_words(house: OpenHouse) -> None:
    plan(house, "w1", NOW + days(1), state="draft", place="100%s <b>vet</b>")
    office = house.colleague("office")
    assert waits(office)[0][1] == "Nog niet bekendgemaakt"
    assert "100%s <b>vet</b>" in office.page.text


# ---------------------------------------------------------------- whose page it is


@pytest.mark.parametrize("role", ROLES)
def test_an_empty_list_says_what_to_do_next(voorbeeldstad: OpenHouse, role: str) -> None:
    colleague = voorbeeldstad.colleague(role)
    assert waits(colleague) == []
    if role in {"analyst", "transcriber", "interviewer", "partner", "auditor"}:
        assert len(text_of(colleague.page.one("section", **{"aria-labelledby": "lijst"})).split()) > 6


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_what_is_its_own(house: OpenHouse, role: str) -> None:
    plan(house, "w1", NOW + days(2), state="open", languages=["nl", "tr"])
    plan(house, "w2", NOW - days(2))
    page = house.colleague(role).opens("/kantoor").page
    headings = [text_of(heading) for heading in page.all("h2")]
    assert ("Deze week" in headings) == (role in {"office", "interviewer", "admin"})
    assert ("Bewonersenquête Dordt West: antwoorden tot nu toe" in headings) == (role in {"office", "analyst", "admin"})
    assert ("Hoeveel mensen kwamen er?" in page.text) == (role in {"office", "admin"})
    assert ("Er is nog niets opgeschreven" in page.text) == (role in {"office", "interviewer", "admin"})


def test_a_translator_sees_what_no_person_approved(house: OpenHouse) -> None:
    page = house.colleague("translator").opens("/kantoor").page
    assert [text_of(heading).partition(" (")[0] for heading in page.all("h3")] == [f"{TEXTS} Engels"]


# ---------------------------------------------------------------- this week, and who answered


def test_this_week_shows_what_people_can_come_to_with_its_places(house: OpenHouse) -> None:
    plan(house, "w1", NOW + days(1))
    plan(house, "w2", NOW + days(6.9))
    plan(house, "w3", NOW + days(7.1))
    plan(house, "w4", NOW + days(2), state="draft")
    register(house, "w1", 1, "confirmed", 3)
    register(house, "w1", 2, "confirmed", 15)
    register(house, "w1", 3, "cancelled", 4)
    page = house.colleague("office").opens("/kantoor").page
    shown = [text_of(row).replace("\u00a0", " ") for row in page.all("li", class_="meet")]
    assert shown == [
        "di3nov" + "Praten in w1Het Anker. 11.00 uur.18 van 24 plekken bezet, 6 vrij.",
        "ma9nov" + "Praten in w2Het Anker. 08.36 uur.0 van 24 plekken bezet, 24 vrij.".replace("08.36", "8.36"),
    ]


def test_responses_stand_by_stream_and_way_and_are_never_added_up_over_streams(house: OpenHouse) -> None:
    version = house.rows("survey_version")[0]
    for n, (state, stream, channel) in enumerate(
        [("finished", "sample", "web"), ("finished", "sample", "web"), ("finished", "sample", "paper"), ("finished", "open_link", "web"), ("begun", "open_link", "web")]
    ):  # fmt: skip
        put(
            house, RESPONSE, id=f"r{n}", key=f"k{n}", survey_key="dordt-west-2026", fingerprint=version["fingerprint"], state=state, lang="nl",
            channel=channel, assisted=False, stream=stream, receipt_hash="x", begun_on=TODAY, finished_on=TODAY,
        )  # fmt: skip
    page = house.colleague("office").opens("/kantoor").page
    table = page.one("table")
    assert [[text_of(cell) for cell in row] for row in table.iter("tr")] == [
        ["Stroom", "Web", "Kiosk", "Papier", "Mondeling", "Telefoon", "Samen"],
        ["Steekproef", "2", "0", "1", "0", "0", "3"],
        ["Open link", "1", "0", "0", "0", "0", "1"],
        ["Balie", "0", "0", "0", "0", "0", "0"],
    ]
    assert "Nog geen antwoorden." in page.text  # the professionals


def test_every_link_leads_to_a_page_that_is_there(house: OpenHouse) -> None:
    from starlette.routing import Match

    plan(house, "w1", NOW + days(1), languages=["nl", "tr"])
    plan(house, "w2", NOW - days(1), feedback_on=TODAY)
    plan(house, "w3", NOW + days(2), state="draft")
    register(house, "w1", 1, "waitlisted", 1)
    run(house, "b1", NOW, "licht")
    house.colleague("partner")
    with house.engine.begin() as connection:
        connection.execute(update(STAFF).values(ends_on=TODAY + days(3)))
    links = {str(link.get("href")) for link in house.colleague("admin").opens("/kantoor").page.one("main").iter("a")}
    assert len(links) >= 10
    for link in links:
        asked = {"type": "http", "method": "GET", "path": link}
        assert any(route.matches(asked)[0] == Match.FULL for route in house.app.routes), link


# ---------------------------------------------------------------- what it costs


def test_the_page_asks_as_often_for_one_row_as_for_many(house: OpenHouse) -> None:
    admin = house.colleague("admin")

    def fill(n: int) -> None:
        plan(house, f"w-past-{n}", NOW - days(2 + n))
        plan(house, f"w-next-{n}", NOW + days(1 + n), languages=["nl", "ar"])
        register(house, f"w-next-{n}", 1, "confirmed", 2)
        run(house, f"b-{n}", NOW - days(n), "licht", "groen")

    fill(0)
    with house.statements() as few:
        admin.opens("/kantoor")
    for n in range(1, 4):
        fill(n)
    with house.statements() as many:
        admin.opens("/kantoor")
    assert len(few) == len(many) <= 16


def test_today_is_the_day_here(house: OpenHouse) -> None:
    house.settings.__dict__["now"] = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
    plan(house, "w1", datetime(2026, 11, 3, 9, tzinfo=UTC), state="draft")
    assert waits(house.colleague("office"))[0][0] == "Vandaag"
    assert date(2026, 11, 3) == house.settings.today()
