"""A resident finds a wijkgesprek, registers without an account, and changes or cancels with her code; what she may not see stays unseen."""

import re
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from houses import OpenHouse, Operator
from people import Resident, text_of
from sqlalchemy import insert, update

from app.models.tables import REGISTRATION, WIJKGESPREK, WIJKGESPREK_TEXT
from app.wijkgesprekken.shown import source_hash, text_in

KOFFIE = {"title": "Koffie en praten", "start": "2026-11-24T09:30", "minutes": "90", "place": "Het Anker", "capacity": "24"}


@pytest.fixture
def plans(house: OpenHouse, operator: Operator) -> Any:
    """Plans one as the office does from a script; gives its id."""

    def plan(*flags: str, **more: str) -> str:
        words = [word for name, value in (KOFFIE | more).items() for word in (f"--{name.replace('_', '-')}", value)]
        return str(operator("wijkgesprek", "add", *words, "--open", *flags).out.strip())

    return plan


def state(house: OpenHouse, id_: str, **columns: Any) -> None:
    with house.engine.begin() as connection:
        connection.execute(update(WIJKGESPREK).where(WIJKGESPREK.c.id == id_).values(**columns))


def translate(house: OpenHouse, id_: str, lang: str, title: str, *, of: str = "Koffie en praten", made: str = "reviewed") -> None:
    row = {"wijkgesprek_id": id_, "lang": lang, "title": title, "text": "", "state": made, "source_hash": source_hash(of, "")}
    with house.engine.begin() as connection:
        connection.execute(insert(WIJKGESPREK_TEXT).values(**row))


def sends_form(resident: Resident, *, status: int = 303) -> Resident:
    return resident.sends(str(resident.form.get("action")), resident.typed, status=status)


def registers(resident: Resident, id_: str, **fields: str) -> Resident:
    return sends_form(resident.opens(f"/wijkgesprekken/{id_}").fills({"naam": "Ayşe"} | fields))


def status_of(resident: Resident) -> str | None:
    return resident.page.one("main").get("data-status")


# ---------------------------------------------------------------- seeing


def test_the_list_holds_what_is_open_and_not_yet_over_by_date(house: OpenHouse, plans: Any) -> None:
    late, early = plans(title="Later", start="2026-12-02T10:00"), plans(title="Eerst", start="2026-11-03T10:00")
    over, draft, off = plans(title="Voorbij"), plans(title="Ontwerp"), plans(title="Afgelast")
    state(house, over, starts_at=datetime(2026, 11, 1, 9, tzinfo=UTC), ends_at=datetime(2026, 11, 1, 10, tzinfo=UTC))
    state(house, draft, state="draft")
    state(house, off, state="cancelled")
    resident = house.resident().opens("/wijkgesprekken")
    assert [text_of(heading) for heading in resident.page.all("h2")] == ["Eerst", "Later"]
    assert resident.follows(f"/wijkgesprekken/{early}").page.heading == "Eerst"
    assert resident.opens(f"/wijkgesprekken/{over}").reads("Dit wijkgesprek is geweest.")
    assert resident.opens(f"/wijkgesprekken/{off}").reads("Dit wijkgesprek gaat niet door.")
    assert resident.page.all("form") == []
    for path in (f"/wijkgesprekken/{draft}", f"/wijkgesprekken/{draft}.ics", f"/wijkgesprekken/{draft}/aanmelden", "/wijkgesprekken/x%00y"):
        assert resident.asks("GET", path).status_code == 404
    assert [text_of(link) for link in resident.opens("/").page.one("main").iter("a")][1:] == ["Eerst", "Later", "Alle wijkgesprekken"]
    assert late


def test_the_list_is_sifted_by_links_that_stay_in_the_address(house: OpenHouse, plans: Any) -> None:
    plans("--lang", "nl", "--lang", "ar", title="Met Arabisch", area="wielwijk")
    plans("--lang", "nl", title="Alleen Nederlands", area="wielwijk")
    plans("--lang", "ar", title="Elders", area="crabbehof")
    resident = house.resident().opens("/wijkgesprekken").opens("/wijkgesprekken?wijk=wielwijk")
    links = [str(link.get("href")) for link in resident.page.one("nav", **{"aria-label": "Taal van het gesprek"}).iter("a")]
    assert "/wijkgesprekken?wijk=wielwijk&spreek=ar" in links
    resident.opens("/wijkgesprekken?wijk=wielwijk&spreek=ar")
    assert [text_of(heading) for heading in resident.page.all("h2")] == ["Met Arabisch"]
    assert str(resident.page.one("a", hreflang="tr").get("href")) == "/wijkgesprekken?taal=tr&wijk=wielwijk&spreek=ar"
    assert resident.opens("/wijkgesprekken?wijk=bestaat-niet").reads("Er zijn nu geen wijkgesprekken die hierbij passen.")


def test_a_list_costs_as_much_for_three_as_for_one(house: OpenHouse, plans: Any) -> None:
    counts = []
    for _ in range(3):
        registers(house.resident(), plans())
        with house.statements() as said:
            house.resident().asks("GET", "/wijkgesprekken")
        counts.append(len(said))
    assert counts == [3, 3, 3]


def test_a_text_is_shown_in_the_readers_language_when_it_is_of_the_dutch_as_it_is_now(house: OpenHouse, plans: Any) -> None:
    id_ = plans()
    translate(house, id_, "tr", "Kahve ve sohbet", made="machine")
    translate(house, id_, "pl", "Stary tytuł", of="Een oudere titel")
    turk, pole = house.resident("tr").opens(f"/wijkgesprekken/{id_}"), house.resident("pl").opens(f"/wijkgesprekken/{id_}")
    assert turk.page.heading == "Kahve ve sohbet"
    assert turk.reads(
        "Deze tekst is door een computer vertaald en nog niet door een mens nagekeken. Klopt iets niet? Kijk dan bij Nederlands."
    )
    assert (pole.page.heading, pole.page.one("h1").get("lang")) == ("Koffie en praten", "nl")
    assert pole.reads("De tekst van dit wijkgesprek is er nog niet in uw taal. U leest hem in het Nederlands.")
    assert [text_of(link) for link in turk.opens("/").page.all("a", href=f"/wijkgesprekken/{id_}")] == ["Kahve ve sohbet"]
    assert [link.get("lang") for link in pole.opens("/").page.all("a", href=f"/wijkgesprekken/{id_}")] == ["nl"]


def test_texts_are_chosen_by_the_dutch_they_were_made_from() -> None:
    class Row:
        def __init__(self, lang: str, title: str, of: str, made: str = "reviewed") -> None:
            self.lang, self.title, self.text, self.state, self.source_hash = lang, title, "", made, source_hash(of, "")

    rows = [Row("nl", "Koffie", "Koffie"), Row("tr", "Kahve", "Koffie", "machine"), Row("ar", "قهوة", "Thee")]
    assert [(text_in(rows, lang).title, text_in(rows, lang).state) for lang in ("nl", "tr", "ar", "en")] == [
        ("Koffie", "reviewed"), ("Kahve", "machine"), ("Koffie", "missing"), ("Koffie", "missing"),
    ]  # fmt: skip


# ---------------------------------------------------------------- registering


@pytest.mark.parametrize("lang", ["nl", "tr", "ar"])
def test_somebody_registers_with_a_first_name_alone_and_comes_back_with_her_code(house: OpenHouse, plans: Any, lang: str) -> None:
    resident = registers(house.resident(lang), plans())
    assert status_of(resident) == "confirmed"
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4}( [2-9A-HJ-NP-Z]{4}){2}", resident.receipt)
    again = house.resident(lang).opens("/aanmelding").fills(code=resident.receipt.lower())
    assert sends_form(again).receipt == resident.receipt
    (row,) = house.rows("registration")
    assert (row["name"], row["state"], row["persons"], row["lang"], row["place_in_line"]) == ("Ayşe", "confirmed", 1, lang, 1)
    assert resident.receipt.replace(" ", "") not in str(house.everything())
    assert house.rows("mail") == []


def test_at_most_five_fields_have_to_be_filled_in(house: OpenHouse, plans: Any) -> None:
    resident = house.resident().opens(f"/wijkgesprekken/{plans()}/aanmelden")
    assert [field.get("name") for field in resident.page.all("input", "select", "textarea") if "required" in field.attrib] == ["naam"]
    assert resident.sees("personen") == ["1"]


def test_a_double_tap_is_one_registration(house: OpenHouse, plans: Any) -> None:
    resident = house.resident().opens(f"/wijkgesprekken/{plans()}").fills(naam="Ayşe", personen="2")
    action, typed = str(resident.form.get("action")), resident.typed
    first = resident.sends(action, typed, status=303).receipt
    assert resident.sends(action, typed, status=303).receipt == first
    assert [row["persons"] for row in house.rows("registration")] == [2]


def test_a_key_of_another_wijkgesprek_gives_nothing_away(house: OpenHouse, plans: Any) -> None:
    one, other = plans(), plans(title="Anders")
    key = house.resident().opens(f"/wijkgesprekken/{one}").key
    fields = {"naam": "Ayşe", "personen": "1", "taal": "nl", "key": key}
    house.resident().sends(f"/wijkgesprekken/{one}/aanmelden", fields, status=303)
    stranger = house.resident().sends(f"/wijkgesprekken/{other}/aanmelden", fields, status=422)
    assert stranger.page.messages != []
    assert [row["wijkgesprek_id"] for row in house.rows("registration")] == [one]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("naam", ""),
        ("naam", "x" * 81),
        ("naam", "Ayşe\r\nBcc: iedereen@voorbeeld.example"),
        ("naam", "Ay\x00şe"),
        ("naam", "Ay\u202eşe"),
        ("mail", "ayse@voorbeeld.example\r\nBcc: iedereen@voorbeeld.example"),
        ("mail", "ayse@voorbeeld.example, omar@voorbeeld.example"),
        ("mail", "geen adres"),
        ("telefoon", "bel mij maar"),
        ("telefoon", "123"),
        ("personen", "5"),
        ("personen", "-1"),
        ("taal", "xx"),
        ("nodig", "x" * 501),
        ("nodig", "een\x07bel"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_stays_typed(house: OpenHouse, plans: Any, field: str, typed: str) -> None:
    fields = {"naam": "Ayşe", "personen": "1", "taal": "nl", "key": str(uuid.uuid4()), field: typed}
    resident = house.resident().sends(f"/wijkgesprekken/{plans()}/aanmelden", fields, status=422)
    assert list(resident.page.wrongs) == [field]
    assert len(resident.page.messages) == 1
    assert resident.key == fields["key"]
    assert (house.rows("registration"), house.rows("mail")) == ([], [])
    sends_form(resident.fills(naam="Ayşe", mail="", telefoon="٠٦ (123) 456 78", personen="1", nodig="Een tolk\nen koffie"))
    assert [row["telephone"] for row in house.rows("registration")] == ["06 (123) 456 78"]


def test_a_name_alone_is_enough(house: OpenHouse, plans: Any) -> None:
    resident = house.resident("tr")
    resident.sends(f"/wijkgesprekken/{plans()}/aanmelden", {"naam": "Ayşe", "key": str(uuid.uuid4())}, status=303)
    assert [(row["persons"], row["lang"], row["mail"]) for row in house.rows("registration")] == [(1, "tr", "")]


def test_a_form_without_its_key_is_shown_again_with_one(house: OpenHouse, plans: Any) -> None:
    fields = {"naam": "Ayşe", "personen": "1", "taal": "nl", "key": "geen sleutel"}
    resident = house.resident().sends(f"/wijkgesprekken/{plans()}/aanmelden", fields, status=422)
    assert status_of(sends_form(resident)) == "confirmed"


def test_what_somebody_needs_is_sealed(house: OpenHouse, plans: Any) -> None:
    resident = registers(house.resident(), plans(), nodig="Ik kom in een rolstoel")
    assert resident.sees("nodig") == ["Ik kom in een rolstoel"]
    assert "rolstoel" not in str(house.rows("registration"))


@pytest.mark.parametrize("what", ["begun", "called off"])
def test_too_late_is_told_and_nothing_changes(house: OpenHouse, plans: Any, what: str) -> None:
    id_ = plans()
    resident, late = registers(house.resident(), id_), house.resident().opens(f"/wijkgesprekken/{id_}").fills(naam="Laat")
    state(house, id_, **({"starts_at": datetime(2026, 11, 2, 9, 55, tzinfo=UTC)} if what == "begun" else {"state": "cancelled"}))
    before = house.rows("registration")
    assert sends_form(late, status=409).page.all("form") == []
    resident.presses("afmelden", status=409)
    resident.sends(resident.url, {"naam": "Anders", "personen": "1", "taal": "nl", "revision": "1"}, status=409)
    assert house.rows("registration") == before
    assert (status_of(resident), resident.page.all("form")) == ("confirmed" if what == "begun" else "cancelled", [])


# ---------------------------------------------------------------- with a code


def test_a_registration_is_changed_and_cancelled_with_its_code(house: OpenHouse, plans: Any) -> None:
    resident = registers(house.resident(), plans(), mail="ayse@voorbeeld.example").fills(naam="Fatma", personen="3", taal="ar")
    resident.presses("veranderen")
    assert resident.reads("Het is bewaard.")
    assert (resident.sees("naam"), resident.sees("personen")) == (["Fatma"], ["3"])
    resident.presses("afmelden")
    assert (status_of(resident), resident.page.all("form")) == ("cancelled", [])
    (row,) = house.rows("registration")
    assert [row[name] for name in ("state", "name", "mail", "telephone", "needs")] == ["cancelled", "", "", "", ""]
    new = sends_form(resident.follows(f"/wijkgesprekken/{row['wijkgesprek_id']}/aanmelden").fills(naam="Fatma"))
    assert status_of(new) == "confirmed"
    assert sorted(row["state"] for row in house.rows("registration")) == ["cancelled", "confirmed"]


def test_a_form_that_is_older_than_the_registration_shows_what_stands_now(house: OpenHouse, plans: Any) -> None:
    resident = registers(house.resident(), plans())
    other = house.resident().opens(resident.url).fills(naam="Fatma")
    resident.fills(naam="Ayşe K.").presses("veranderen")
    other.presses("veranderen", status=409)
    assert "Ayşe K." in other.page.text
    assert other.sees("naam") == ["Fatma"]
    assert other.presses("veranderen").sees("naam") == ["Fatma"]


def test_more_people_than_there_is_room_for_are_refused_and_the_registration_stays(house: OpenHouse, plans: Any) -> None:
    id_ = plans(capacity="3")
    resident = registers(house.resident(), id_, personen="2")
    registers(house.resident(), id_)
    resident.opens(resident.url).fills(personen="3").presses("veranderen", status=422)
    assert resident.page.wrongs == {"personen": "Er zijn niet genoeg plekken vrij. Uw aanmelding blijft zoals die was."}
    assert [row["persons"] for row in sorted(house.rows("registration"), key=lambda row: row["place_in_line"])] == [2, 1]


def test_a_code_that_is_not_hers_shows_nothing_and_guessing_is_slowed_down(house: OpenHouse, plans: Any) -> None:
    registers(house.resident(), plans(), naam="Geheim")
    guesser = house.resident()
    for path in ("/aanmelding/ABCD2345WXYZ", "/aanmelding/kort", f"/aanmelding/{house.rows('registration')[0]['id']}"):
        assert guesser.asks("GET", path).status_code == 404
        assert guesser.asks("POST", path, data={"actie": "afmelden"}).status_code == 404
        assert "Geheim" not in guesser.page.html
    for _ in range(50):
        guesser.asks("GET", "/aanmelding/ABCD2345WXYZ")
    assert guesser.asks("GET", "/aanmelding/ABCD2345WXYZ").status_code == 429
    assert guesser.asks("POST", "/aanmelding", data={"code": "ABCD2345WXYZ"}).status_code == 429
    assert [row["state"] for row in house.rows("registration")] == ["confirmed"]


def test_a_right_code_opens_also_after_many_wrong_ones_from_the_same_address(house: OpenHouse, plans: Any) -> None:
    resident = registers(house.resident(), plans())
    for _ in range(51):
        house.resident().asks("GET", "/aanmelding/ABCD2345WXYZ")
    assert resident.asks("GET", resident.url).status_code == 200
    house.resident().sends("/aanmelding", {"code": resident.receipt}, status=303)
    resident.fills(personen="2").presses("veranderen")
    assert [row["persons"] for row in house.rows("registration")] == [2]


def test_looking_never_writes_and_the_log_holds_nobody(house: OpenHouse, plans: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "wijkstem")
    id_ = plans()
    resident = registers(house.resident(), id_, naam="Geheim", mail="geheim@voorbeeld.example", telefoon="06 12345678")
    code, before = resident.receipt.replace(" ", ""), house.everything()
    for path in ("/wijkgesprekken", f"/wijkgesprekken/{id_}", f"/wijkgesprekken/{id_}.ics", "/wijkgesprekken.ics", f"/wijkgesprekken/{id_}/aanmelden", "/aanmelding", f"/aanmelding/{code}"):  # fmt: skip
        assert resident.asks("GET", path).status_code == 200
    assert house.everything() == before
    lines = "\n".join(record.getMessage() for record in caplog.records if record.name == "wijkstem")
    assert [leak for leak in ("Geheim", "geheim@", "12345678", code, id_) if leak in lines] == []
    assert [leak for leak in ("Geheim", "geheim@") if leak in str(house.rows("mail")[0]["subject"])] == []


# ---------------------------------------------------------------- commands


def test_the_command_plans_one_and_lists_them(house: OpenHouse, plans: Any, operator: Operator) -> None:
    id_ = plans("--lang", "nl", "--lang", "ar", area="wielwijk", start="2026-11-24T09:30")
    registers(house.resident(), id_, personen="3")
    assert operator("wijkgesprek", "list", "--json").json == [
        {
            "id": id_, "title": "Koffie en praten", "start": "2026-11-24T09:30:00+01:00", "end": "2026-11-24T11:00:00+01:00", "place": "Het Anker",
            "capacity": 24, "state": "open", "confirmed": 3, "waitlisted": 0, "attendance": None,
        }
    ]  # fmt: skip
    (row,) = house.rows("wijkgesprek")
    assert (str(row["feedback_on"]), row["feedback_owner"], row["languages"]) == (
        "2026-12-15",
        "team Dordt West van de gemeente Dordrecht",
        ["nl", "ar"],
    )
    assert [row["action"] for row in house.rows("audit")] == ["wijkgesprek add"]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"start": "2026-10-01T19:30"}, "--start: 2026-10-01T19:30 is in the past"),
        ({"start": "morgen"}, "--start: “morgen”"),
        ({"start": "2027-10-31T02:30"}, "--start: “2027-10-31T02:30”"),
        ({"start": "2027-03-28T02:30"}, "--start: “2027-03-28T02:30”"),
        ({"minutes": "4"}, "--minutes: 4 is not from 5 to 720"),
        ({"minutes": "721"}, "--minutes: 721"),
        ({"capacity": "0"}, "--capacity: 0 is not from 1 to 1000"),
        ({"capacity": "1001"}, "--capacity: 1001"),
        ({"title": "Koffie\r\nBcc: x"}, "--title: holds a line break"),
        ({"title": " "}, "--title: is empty"),
        ({"title": "x" * 121}, "--title: 121 characters"),
        ({"area": "mars"}, "--area: “mars”"),
        ({"line": "praten"}, "--line: “praten”"),
        ({"lang": "qqq"}, "--lang: “qqq”"),
        ({"feedback_date": "2026-11-01"}, "--feedback-date: 2026-11-01 is before the wijkgesprek"),
    ],
)
def test_what_cannot_be_planned_is_one_clear_line(house: OpenHouse, operator: Operator, options: dict[str, str], line: str) -> None:
    words = [word for name, value in (KOFFIE | options).items() for word in (f"--{name.replace('_', '-')}", value)]
    assert operator("wijkgesprek", "add", *words, code=2).line.startswith(f"wijkstem: {line}")
    assert house.rows("wijkgesprek") == []


def test_registrations_are_never_left_without_their_wijkgesprek(house: OpenHouse, plans: Any) -> None:
    registers(house.resident(), plans())
    with house.engine.begin() as connection:
        connection.execute(WIJKGESPREK.delete())
        assert connection.execute(REGISTRATION.select()).all() == []
