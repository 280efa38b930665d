"""The office plans a wijkgesprek: from a concept to an evening that was held, without losing a colleague's work or a resident's place."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from houses import OpenHouse
from meetings import comes, held, is_now, link_to, make_wijkgesprek
from people import Resident, text_of
from sqlalchemy import select

from app.access import ROLES
from app.models.tables import WIJKGESPREK, WIJKGESPREK_TEXT
from app.settings import HERE
from app.wijkgesprekken import plan, plan_held, plan_view
from app.wijkgesprekken.moments import NEVER, NOT_A_TIME, TWICE
from app.wijkgesprekken.plan_warnings import is_ramadan

ROOM = "/kantoor/wijkgesprekken"
PLAN: dict[str, Any] = {
    "titel": "Koffie en praten", "tekst": "Wat gaat goed?\r\nWat moet beter?", "dag": "2026-11-24", "begin": "09:30", "eind": "11:00",
    "plek": "Wijkcentrum Het Anker", "adres": "Voorbeeldplein 2", "wijk": "wielwijk", "plaatsen": "24", "taal": ["nl", "ar"], "lijn": "verkennen",
    "gastheer": "Buurtwerk", "terugkoppeling": "2026-12-15", "eigenaar": "Samira", "drempelvrij": "ja", "tolk": "ja",
}  # fmt: skip


@pytest.fixture
def office(house: OpenHouse) -> Resident:
    return house.colleague("office")


def the_one(house: OpenHouse) -> dict[str, Any]:
    (row,) = house.rows("wijkgesprek")
    return row


def acts(house: OpenHouse) -> list[str]:
    return [row["action"] for row in house.rows("audit")]


def mails(house: OpenHouse) -> list[tuple[str, str]]:
    return sorted((row["kind"], row["address"]) for row in house.rows("mail"))


def planned(office: Resident, **other: Any) -> str:
    """Fills in the form and keeps it; the id of what came of it."""
    office.opens(f"{ROOM}/nieuw").fills(PLAN | other).presses("Bewaar als concept")
    return office.url.partition("?")[0].rpartition("/")[2]


# ---------------------------------------------------------------- planning


def test_a_plan_is_kept_as_a_concept_that_residents_do_not_see(house: OpenHouse, office: Resident) -> None:
    office.opens(ROOM)
    assert "Nog geen wijkgesprekken. Plan het eerste" in office.page.text
    office.follows(f"{ROOM}/nieuw")
    id_ = planned(office)
    row = the_one(house)
    assert (row["id"], row["state"], row["sequence"], row["attendance"]) == (id_, "draft", 0, None)
    assert (row["starts_at"], row["ends_at"]) == (datetime(2026, 11, 24, 9, 30, tzinfo=HERE), datetime(2026, 11, 24, 11, tzinfo=HERE))
    assert {name: row[name] for name in ("place", "address", "area", "capacity", "line", "host", "languages", "interpreter", "step_free", "childcare")} == {
        "place": "Wijkcentrum Het Anker", "address": "Voorbeeldplein 2", "area": "wielwijk", "capacity": 24, "line": "verkennen", "host": "Buurtwerk",
        "languages": ["nl", "ar"], "interpreter": True, "step_free": True, "childcare": False,
    }  # fmt: skip
    assert (row["feedback_on"], row["feedback_owner"]) == (date(2026, 12, 15), "Samira")
    (dutch,) = house.rows("wijkgesprek_text")
    assert (dutch["lang"], dutch["title"], dutch["text"], dutch["state"]) == (
        "nl",
        "Koffie en praten",
        "Wat gaat goed?\nWat moet beter?",
        "reviewed",
    )
    assert "Het plan is bewaard als concept." in office.page.text
    house.resident().opens(f"/wijkgesprekken/{id_}", status=404)
    assert acts(house) == ["wijkgesprek planned"]


@pytest.mark.parametrize(
    ("other", "wrong"),
    [
        ({"titel": ""}, {"titel": plan.NEEDED}),
        ({"titel": "x" * 121}, {"titel": "Dit is te lang: 121 letters. Er passen 120 letters."}),
        ({"titel": "Koffie\r\nBcc: iemand@elders.nl"}, {"titel": plan.ONE_LINE}),
        ({"titel": "Koffie \x07"}, {"titel": plan.STRANGE}),
        ({"tekst": "Wat \x00"}, {"tekst": plan.STRANGE}),
        ({"tekst": "x" * 4001}, {"tekst": "Dit is te lang: 4001 letters. Er passen 4000 letters."}),
        ({"plek": ""}, {"plek": plan.NEEDED}),
        ({"plek": "Het Anker\u2028elders"}, {"plek": plan.ONE_LINE}),
        ({"plek": "Het Anker\x85elders"}, {"plek": plan.STRANGE}),
        ({"adres": "x" * 161}, {"adres": "Dit is te lang: 161 letters. Er passen 160 letters."}),
        ({"dag": ""}, {"dag": plan.NEEDED}),
        ({"dag": "", "begin": "", "eind": ""}, {"dag": plan.NEEDED, "begin": plan.NEEDED, "eind": plan.NEEDED}),
        ({"dag": "2026-02-30"}, {"dag": "Vul een datum in, bijvoorbeeld 31-12-2026."}),
        ({"dag": "2026-11-01"}, {"dag": plan.PAST}),
        ({"dag": "2026-11-02"}, {"dag": plan.PAST}),  # today at half past nine: that was an hour and a half ago
        ({"begin": ""}, {"begin": plan.NEEDED}),
        ({"begin": "25:00"}, {"begin": NOT_A_TIME}),
        ({"eind": "09:30"}, {"eind": plan.END_FIRST}),
        ({"begin": "22:00", "eind": "00:30"}, {"eind": plan.END_FIRST}),
        ({"begin": "08:00", "eind": "20:01"}, {"eind": plan.TOO_MANY_HOURS}),
        ({"dag": "2027-10-31", "begin": "02:30", "terugkoppeling": ""}, {"begin": TWICE}),
        ({"dag": "2027-03-28", "begin": "02:30", "terugkoppeling": ""}, {"begin": NEVER}),
        ({"wijk": ""}, {"wijk": plan.CHOOSE_WIJK}),
        ({"wijk": "zuidhoven"}, {"wijk": plan.CHOOSE_WIJK}),
        ({"plaatsen": "0"}, {"plaatsen": "Vul een getal in van 1 tot en met 1000."}),
        ({"plaatsen": "1001"}, {"plaatsen": "Vul een getal in van 1 tot en met 1000."}),
        ({"plaatsen": "²"}, {"plaatsen": "Vul een getal in van 1 tot en met 1000."}),
        ({"plaatsen": "-4"}, {"plaatsen": "Vul een getal in van 1 tot en met 1000."}),
        ({"taal": []}, {"taal": plan.CHOOSE_LANGUAGE}),
        ({"taal": ["nl", "xx"]}, {"taal": plan.CHOOSE_LANGUAGE}),
        ({"lijn": "verkopen"}, {"lijn": plan.CHOOSE_LINE}),
        ({"gastheer": "x" * 121}, {"gastheer": "Dit is te lang: 121 letters. Er passen 120 letters."}),
        ({"terugkoppeling": "morgen"}, {"terugkoppeling": "Vul een datum in, bijvoorbeeld 31-12-2026."}),
        ({"terugkoppeling": "2026-11-23"}, {"terugkoppeling": plan.FEEDBACK_FIRST}),
        ({"eigenaar": "Samira\x1b"}, {"eigenaar": plan.STRANGE}),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    house: OpenHouse, office: Resident, other: dict[str, Any], wrong: dict[str, str]
) -> None:
    office.sends(f"{ROOM}/nieuw", PLAN | other | {"token": house.token("office")}, status=422)
    assert office.page.wrongs == wrong
    assert [message.partition(": ")[2] for message in office.page.messages] == list(wrong.values())
    assert office.sees("adres" if "adres" not in other else "plek") == [PLAN["adres" if "adres" not in other else "plek"]]
    assert house.rows("wijkgesprek") == []


def test_all_that_is_wrong_is_said_at_once(house: OpenHouse, office: Resident) -> None:
    office.sends(f"{ROOM}/nieuw", {"token": house.token("office")}, status=422)
    assert list(office.page.wrongs) == ["titel", "dag", "begin", "eind", "plek", "wijk", "plaatsen", "taal", "lijn"]


# ---------------------------------------------------------------- changing


def test_another_time_is_told_to_who_comes_and_another_text_is_not(house: OpenHouse, office: Resident) -> None:
    id_ = make_wijkgesprek(house)
    comes(house, id_, "Ayşe", mail="ayse@voorbeeld.nl")
    office.opens(f"{ROOM}/{id_}/bewerken").fills(tekst="Andere woorden", gastheer="Buurtwerk").presses("Bewaar")
    assert (the_one(house)["sequence"], mails(house)) == (0, [])
    office.opens(f"{ROOM}/{id_}/bewerken").fills(begin="10:00").presses("Bewaar")
    assert (the_one(house)["sequence"], mails(house)) == (1, [("moved", "ayse@voorbeeld.nl")])
    office.opens(f"{ROOM}/{id_}/bewerken").presses("Bewaar")  # nothing changed
    assert (the_one(house)["sequence"], len(mails(house))) == (1, 1)
    office.opens(f"{ROOM}/{id_}/bewerken").fills(titel="Thee en praten").presses("Bewaar")
    assert (the_one(house)["sequence"], len(mails(house))) == (2, 2)


def test_a_concept_changes_without_a_word_to_anyone(house: OpenHouse, office: Resident) -> None:
    id_ = planned(office)
    office.opens(f"{ROOM}/{id_}/bewerken").fills(begin="10:00", plek="De Schakel").presses("Bewaar")
    assert (the_one(house)["sequence"], the_one(house)["place"], mails(house)) == (0, "De Schakel", [])


def test_more_places_go_to_who_waits_in_order(house: OpenHouse, office: Resident) -> None:
    id_ = make_wijkgesprek(house, capacity=2)
    comes(house, id_, "Eerste", persons=2, line=1)
    for line, name in enumerate(("Tweede", "Derde"), start=2):
        comes(house, id_, name, persons=2, state="waitlisted", line=line, mail=f"{name.lower()}@voorbeeld.nl")
    office.opens(f"{ROOM}/{id_}/bewerken").fills(plaatsen="1").presses("Bewaar", status=422)
    assert office.page.wrongs == {"plaatsen": "Er zijn al 2 mensen aangemeld. Minder plaatsen dan dat kan niet."}
    office.fills(plaatsen="5").presses("Bewaar")
    states = {row["name"]: row["state"] for row in house.rows("registration")}
    assert states == {"Eerste": "confirmed", "Tweede": "confirmed", "Derde": "waitlisted"}
    assert mails(house) == [("promoted", "tweede@voorbeeld.nl")]


def test_two_planners_at_once_overwrite_nothing(house: OpenHouse, office: Resident) -> None:
    id_ = planned(office)
    other = house.colleague("admin").opens(f"{ROOM}/{id_}/bewerken").fills(adres="Achteringang")
    office.opens(f"{ROOM}/{id_}/bewerken").fills(adres="Voordeur", opvang="ja").presses("Bewaar")
    other.presses("Bewaar", status=409)
    assert the_one(house)["address"] == "Voordeur"
    shown = [(text_of(name), text_of(value)) for name, value in zip(other.page.all("dt"), other.page.all("dd"), strict=True)]
    assert shown == [("Adres", "Voordeur"), ("Er is kinderopvang", "Ja")]
    assert other.sees("adres") == ["Achteringang"]
    other.presses("Bewaar")  # with what stands before her eyes she may still choose her own
    assert (the_one(house)["address"], the_one(house)["childcare"]) == ("Achteringang", False)
    assert acts(house) == ["wijkgesprek planned", "wijkgesprek changed", "wijkgesprek changed"]


def test_one_that_is_held_can_still_be_corrected_but_not_moved_into_the_past(house: OpenHouse, office: Resident) -> None:
    id_ = held(house)
    office.opens(f"{ROOM}/{id_}/inbreng?tafel=1").fills(tekst="De lamp is kapot", soort="probleem", pijler="wonen").presses("Bewaar")
    office.opens(f"{ROOM}/{id_}/bewerken").fills(gastheer="Buurtwerk", wijk="crabbehof").presses("Bewaar")
    assert the_one(house)["host"] == "Buurtwerk"
    assert [row["area"] for row in house.rows("statement")] == ["crabbehof"]
    office.opens(f"{ROOM}/{id_}/bewerken").fills(begin="08:00").presses("Bewaar", status=422)
    assert office.page.wrongs == {"dag": plan.PAST}


def test_the_links_of_the_tables_move_along(house: OpenHouse, office: Resident) -> None:
    id_ = make_wijkgesprek(house)
    link = link_to(house, id_, 1)
    office.opens(f"{ROOM}/{id_}/bewerken").fills(dag="2026-12-01", terugkoppeling="2026-12-20").presses("Bewaar")
    assert [row["ends_at"] for row in house.rows("table_link")] == [datetime(2026, 12, 2, 12, tzinfo=HERE)]
    assert house.resident().opens(link).url == "/tafel"


def test_what_was_promised_to_residents_cannot_be_emptied(house: OpenHouse, office: Resident) -> None:
    id_ = make_wijkgesprek(house)
    office.opens(f"{ROOM}/{id_}/bewerken").fills(terugkoppeling="", eigenaar="").presses("Bewaar", status=422)
    assert office.page.wrongs == {"terugkoppeling": plan.PROMISED, "eigenaar": plan.PROMISED}


# ---------------------------------------------------------------- open and cancel


def test_a_concept_opens_when_residents_know_when_they_hear(house: OpenHouse, office: Resident) -> None:
    id_ = planned(office, terugkoppeling="", eigenaar="")
    to_mend = {text_of(link): link.get("href") for link in office.page.one("div", class_="note warn").iter("a")}
    form = f"{ROOM}/{id_}/bewerken"
    assert to_mend == {plan_view.NO_FEEDBACK: f"{form}#terugkoppeling", plan_view.NO_OWNER: f"{form}#eigenaar"}
    office.sends(f"{ROOM}/{id_}/openen", {"token": house.token("office")}, status=422)
    assert office.page.messages == [plan_view.NO_FEEDBACK]
    office.opens(f"{ROOM}/{id_}/bewerken").fills(terugkoppeling="2026-12-15", eigenaar="Samira").presses("Bewaar")
    office.presses("Zet open voor bewoners")
    assert the_one(house)["state"] == "open"
    house.resident().opens(f"/wijkgesprekken/{id_}")
    is_now(house, id_, state="draft", starts_at=house.settings.clock() - timedelta(hours=1))
    office.sends(f"{ROOM}/{id_}/openen", {"token": house.token("office")}, status=422)
    assert (office.page.messages, the_one(house)["state"]) == ([plan_view.BEGUN], "draft")


def test_cancelling_asks_first_and_tells_everybody_once(house: OpenHouse, office: Resident) -> None:
    id_ = make_wijkgesprek(house)
    comes(house, id_, "Ayşe", mail="ayse@voorbeeld.nl")
    comes(house, id_, "Jan", line=2)
    office.opens(f"{ROOM}/{id_}").follows(f"{ROOM}/{id_}/afzeggen")
    assert "1 aanmelding met een mailadres krijgt bericht." in office.page.text
    assert the_one(house)["state"] == "open"
    office.presses("Ja, zeg dit wijkgesprek af")
    assert (the_one(house)["state"], the_one(house)["sequence"]) == ("cancelled", 1)
    assert mails(house) == [("called_off", "ayse@voorbeeld.nl")]
    office.sends(f"{ROOM}/{id_}/afzeggen", {"token": house.token("office")}, status=303)
    assert (the_one(house)["sequence"], len(mails(house)), acts(house)) == (1, 1, ["wijkgesprek cancelled"])
    for act in ("openen", "bewerken", "opkomst", "tafels"):
        office.sends(
            f"{ROOM}/{id_}/{act}",
            PLAN | {"token": house.token("office"), "opkomst": "3", "tafel": "1"},
            status=409 if act == "bewerken" else 422,
        )
    assert the_one(house)["state"] == "cancelled"


def test_what_was_held_cannot_be_cancelled_any_more(house: OpenHouse, office: Resident) -> None:
    id_ = make_wijkgesprek(house, starts=-timedelta(days=2))
    office.opens(f"{ROOM}/{id_}/afzeggen", status=409)
    office.sends(f"{ROOM}/{id_}/afzeggen", {"token": house.token("office")}, status=409)
    assert the_one(house)["state"] == "open"


# ---------------------------------------------------------------- the list


def test_the_list_shows_what_comes_first_and_then_what_was(house: OpenHouse, office: Resident) -> None:
    make_wijkgesprek(house, title="Later", starts=timedelta(days=30), area="crabbehof")
    make_wijkgesprek(house, title="Eerst", starts=timedelta(days=3), state="draft")
    make_wijkgesprek(house, title="Geweest", starts=-timedelta(days=3), attendance=17)
    make_wijkgesprek(house, title="Lang geleden", starts=-timedelta(days=90), state="cancelled")
    office.opens(ROOM)
    assert titles(office) == ["Eerst", "Later", "Geweest", "Lang geleden"]
    assert "Er kwamen 17 mensen" in office.page.text
    assert titles(office.fills(wijk="crabbehof").presses("Toon")) == ["Later"]
    assert office.url == f"{ROOM}?stand=&wijk=crabbehof"
    assert titles(office.opens(f"{ROOM}?stand=held")) == ["Geweest"]
    assert titles(office.opens(f"{ROOM}?stand=cancelled&wijk=crabbehof")) == []
    assert "Geen wijkgesprek past hierbij." in office.page.text
    assert len(titles(office.opens(f"{ROOM}?stand=onzin&wijk=<b>"))) == 4


def titles(office: Resident) -> list[str]:
    return [text_of(heading) for heading in office.page.all("h3")]


def warned(office: Resident) -> list[str]:
    return [text_of(item) for box in office.page.all("ul", class_="caution sm") for item in box.iter("li")]


def test_what_keeps_residents_away_is_said_in_words(house: OpenHouse, office: Resident) -> None:
    ramadan = datetime(2027, 2, 20, 19, 30, tzinfo=HERE) - house.settings.clock()
    make_wijkgesprek(
        house, title="Spelen", starts=ramadan, step_free=False, childcare=False, languages=["nl", "tr", "ar"], place="De  schakel"
    )
    make_wijkgesprek(house, title="Groen", starts=ramadan + timedelta(hours=1), place="de Schakel")
    office.opens(ROOM)
    assert warned(office) == [
        "Er is geen tolk voor Turks en Arabisch.",
        "De plek is niet goed te bereiken zonder trap of drempel.",
        "Het is 's avonds en er is geen kinderopvang.",
        "Het is dan ramadan. Veel bewoners eten 's avonds thuis.",
        "Op dezelfde plek is tegelijk ook “Groen”.",
        "Het is dan ramadan. Veel bewoners eten 's avonds thuis.",
        "Op dezelfde plek is tegelijk ook “Spelen”.",
    ]
    for row in house.rows("wijkgesprek"):
        is_now(house, row["id"], state="cancelled")
    assert warned(office.opens(ROOM)) == []


def test_a_broken_promise_stays_in_sight_until_residents_got_their_answer(house: OpenHouse, office: Resident) -> None:
    id_ = make_wijkgesprek(house, starts=-timedelta(days=10), feedback_on=date(2026, 11, 1), feedback_owner="Samira", step_free=False)
    late = ["De terugkoppeling was beloofd op 1\u00a0november\u00a02026 en is nog niet gegeven. Eigenaar: Samira."]
    assert warned(office.opens(ROOM)) == [line.replace("\u00a0", " ") for line in late]
    office.opens(f"{ROOM}/{id_}").fills(dag="2026-11-02").presses("Bewaar de dag")
    assert warned(office.opens(ROOM)) == []


@pytest.mark.parametrize(
    ("day", "is_so"), [(date(2026, 2, 17), False), (date(2026, 2, 18), True), (date(2030, 12, 31), True), (date(2031, 6, 1), False)]
)
def test_ramadan_is_known(day: date, is_so: bool) -> None:
    assert is_ramadan(day) == is_so


def test_looking_writes_nothing_and_costs_the_same_for_many(house: OpenHouse, office: Resident) -> None:
    counts, interviewer = [], house.colleague("interviewer")
    for n in (1, 9):
        made = [make_wijkgesprek(house, starts=timedelta(days=3 + each)) for each in range(n)]
        for line in range(n):
            comes(house, made[0], "Ayşe", line=line + 1, needs="Een tolk")
        before = house.everything()
        with house.statements() as said:
            for address in (
                ROOM,
                f"{ROOM}/nieuw",
                *(f"{ROOM}/{made[0]}{part}" for part in ("", "/bewerken", "/teksten", "/aanmeldingen", "/afzeggen")),
            ):
                office.opens(address)
            interviewer.opens(ROOM)
        assert house.everything() == before
        assert [statement for statement in said if not statement.lstrip().startswith("SELECT")] == []
        counts.append(len(said))
    assert counts[0] == counts[1]


# ---------------------------------------------------------------- texts


def test_a_translation_is_old_as_soon_as_the_dutch_changes(house: OpenHouse, office: Resident) -> None:
    id_ = planned(office)
    office.follows(f"{ROOM}/{id_}/teksten")
    assert states(office) == ["Ontbreekt"] * 4
    office.sends(f"{ROOM}/{id_}/teksten", filled(house, office, "ar", "قهوة وحديث", "reviewed"), status=303)
    office.sends(f"{ROOM}/{id_}/teksten", filled(house, office, "tr", "Kahve ve sohbet", "machine"), status=303)
    assert states(office) == ["Ontbreekt", "Door een computer vertaald", "Ontbreekt", "Nagekeken"]
    unseen = filled(house, office, "pl", "Kawa i rozmowa", "reviewed")
    office.opens(f"{ROOM}/{id_}/bewerken").fills(tekst="Iets anders").presses("Bewaar")
    office.sends(f"{ROOM}/{id_}/teksten", unseen, status=303)  # made from the Dutch as it was
    assert states(office) == ["Ontbreekt", "Verouderd", "Verouderd", "Verouderd"]
    assert acts(house)[1:3] == ["wijkgesprek text reviewed", "wijkgesprek text machine"]
    field = office.page.by_id("titel-ar")
    assert (field.get("value"), field.get("lang"), field.get("dir")) == ("قهوة وحديث", "ar", "rtl")


def states(office: Resident) -> list[str]:
    return [text_of(sign) for sign in office.page.all("span") if str(sign.get("class")).startswith("status")]


def filled(house: OpenHouse, office: Resident, lang: str, title: str, state: str) -> dict[str, str]:
    """What the form sends of one language, with the Dutch that stands beside it."""
    source = {str(one.get("value")) for one in office.page.all("input", name="bron")}
    assert len(source) == 1
    was = str(office.page.one("input", name=f"was.{lang}").get("value"))
    typed = {f"titel.{lang}": title, f"tekst.{lang}": "", f"stand.{lang}": state, f"was.{lang}": was}
    return {"token": house.token("office"), "bron": source.pop(), **typed}


def test_every_language_that_was_changed_is_kept_and_no_colleague_loses_another(house: OpenHouse, office: Resident) -> None:
    id_ = planned(office)
    other = house.colleague("admin").opens(f"{ROOM}/{id_}/teksten")
    both = {"titel.tr": "Kahve", "stand.tr": "machine", "titel.pl": "Kawa", "tekst.pl": "Raz\r\ndwa", "stand.pl": "reviewed"}
    office.opens(f"{ROOM}/{id_}/teksten").fills(both).presses("Bewaar alle talen")
    other.fills({"titel.ar": "قهوة", "stand.ar": "machine"}).presses("Bewaar alle talen")
    office.opens(f"{ROOM}/{id_}/teksten").presses("Bewaar alle talen")  # nothing changed
    kept = {row["lang"]: (row["title"], row["text"]) for row in house.rows("wijkgesprek_text") if row["lang"] != "nl"}
    assert kept == {"tr": ("Kahve", ""), "pl": ("Kawa", "Raz\ndwa"), "ar": ("قهوة", "")}
    assert [row["object"].rpartition(" ")[2] for row in house.rows("audit")[1:]] == ["tr", "pl", "ar"]


def test_a_text_that_cannot_be_kept_says_why_in_its_own_language_only(house: OpenHouse, office: Resident) -> None:
    id_ = planned(office)
    typed = filled(house, office.follows(f"{ROOM}/{id_}/teksten"), "tr", "", "") | {"tekst.tr": "Bir şey", "titel.pl": "Kawa"}
    office.sends(
        f"{ROOM}/{id_}/teksten", typed | {"stand.pl": "machine", "tekst.ar": "?", "titel.nl": "Nee", "titel.xx": "Nee"}, status=422
    )
    assert list(office.page.wrongs) == ["titel.tr", "stand.tr"]
    assert (office.sees("tekst.tr"), office.sees("titel.pl"), office.sees("stand.pl")) == (["Bir şey"], ["Kawa"], ["machine"])
    with house.engine.connect() as connection:
        assert connection.execute(select(WIJKGESPREK_TEXT.c.lang)).scalars().all() == ["nl"]


# ---------------------------------------------------------------- who comes


def test_the_office_sees_who_comes_and_what_they_need(house: OpenHouse, office: Resident) -> None:
    id_ = make_wijkgesprek(house, capacity=2)
    comes(house, id_, "Derde", state="waitlisted", line=3)
    comes(house, id_, "Ayşe", persons=2, needs="Een tolk Turks, en ik zit in een rolstoel", mail="ayse@voorbeeld.nl")
    comes(house, id_, "Tweede", state="waitlisted", line=2)
    office.opens(f"{ROOM}/{id_}").follows(f"{ROOM}/{id_}/aanmeldingen")
    rows = [[text_of(cell) for cell in row][:6] for row in office.page.all("tr") if row.find("td") is not None]
    assert rows == [
        ["Ayşe", "2", "Turks", "06 12345678", "ayse@voorbeeld.nl", "Een tolk Turks, en ik zit in een rolstoel"],
        ["Tweede", "1", "Turks", "06 12345678", "–", "–"],
        ["Derde", "1", "Turks", "06 12345678", "–", "–"],
    ]
    assert house.rows("audit") == []


def test_cancelling_for_somebody_gives_her_place_to_who_waits(house: OpenHouse, office: Resident) -> None:
    id_ = make_wijkgesprek(house, capacity=1)
    guest = comes(house, id_, "Ayşe", needs="Een tolk", mail="ayse@voorbeeld.nl")
    comes(house, id_, "Tweede", state="waitlisted", line=2, mail="tweede@voorbeeld.nl")
    office.opens(f"{ROOM}/{id_}/aanmeldingen").presses("Ja, meld deze persoon af", form=f"{ROOM}/{id_}/aanmeldingen/{guest}/afmelden")
    rows = {row["id"]: row for row in house.rows("registration")}
    assert {name: rows[guest][name] for name in ("state", "name", "mail", "telephone", "needs")} == {
        "state": "cancelled", "name": "", "mail": "", "telephone": "", "needs": "",
    }  # fmt: skip
    assert [row["state"] for row in rows.values() if row["id"] != guest] == ["confirmed"]
    assert mails(house) == [("cancelled", "ayse@voorbeeld.nl"), ("promoted", "tweede@voorbeeld.nl")]
    office.sends(f"{ROOM}/{id_}/aanmeldingen/{guest}/afmelden", {"token": house.token("office")}, status=303)
    assert "Deze aanmelding was er niet meer." in office.page.text
    assert acts(house) == ["registration cancelled"]
    assert "Ay" not in str(house.rows("audit"))


def test_a_registration_is_only_reached_through_its_own_wijkgesprek(house: OpenHouse, office: Resident) -> None:
    mine, other = make_wijkgesprek(house), make_wijkgesprek(house)
    guest = comes(house, other, "Ayşe")
    office.sends(f"{ROOM}/{mine}/aanmeldingen/{guest}/afmelden", {"token": house.token("office")}, status=303)
    assert [row["state"] for row in house.rows("registration")] == ["confirmed"]


def test_of_a_cancelled_one_the_office_sees_who_to_ring(house: OpenHouse, office: Resident) -> None:
    id_ = make_wijkgesprek(house, state="cancelled")
    comes(house, id_, "Ayşe", mail="ayse@voorbeeld.nl")
    comes(house, id_, "Jan", line=2)
    comes(house, id_, "Piet", state="waitlisted", line=3)
    office.opens(f"{ROOM}/{id_}")
    assert "plaatsen bezet" not in office.page.text
    office.follows(f"{ROOM}/{id_}/aanmeldingen")
    assert text_of(office.page.one("h1")) == "Wie zou komen"
    assert [text_of(heading) for heading in office.page.all("h2")] == ["Nog bellen", "Krijgen bericht per mail"]
    assert [text_of(name) for name in office.page.all("th", scope="row")] == ["Jan", "Piet", "Ayşe"]


def test_after_four_weeks_nobody_is_said_to_have_stayed_away(house: OpenHouse, office: Resident) -> None:
    id_ = make_wijkgesprek(house, starts=-timedelta(days=40), attendance=23)
    comes(house, id_, "", state="anonymised")
    for address in (ROOM, f"{ROOM}/{id_}"):
        text = office.opens(address).page.text
        assert ("Er kwamen 23 mensen" in text, "plaatsen bezet" in text) == (True, False)
    office.opens(f"{ROOM}/{id_}/aanmeldingen")
    assert "De aanmeldingen zijn gewist: dat gebeurt vier weken na het gesprek." in office.page.text
    assert "aangemeld" not in office.page.text


# ---------------------------------------------------------------- the evening itself


def test_a_link_for_a_table_is_shown_once(house: OpenHouse, office: Resident) -> None:
    id_ = held(house)
    office.opens(f"{ROOM}/{id_}").fills(tafel="2").presses("Maak een link", status=200)
    link = str(office.page.by_id("kopie").get("value")).removeprefix("http://wijkstem.example")
    assert len(link.removeprefix("/tafel/")) == 22  # 128 bits
    (row,) = house.rows("table_link")
    assert (row["table_no"], row["ends_at"]) == (2, datetime(2026, 11, 3, 12, tzinfo=HERE))
    assert link.removeprefix("/tafel/") not in str(house.everything())
    assert house.resident().opens(link).url == "/tafel"
    assert office.opens(f"{ROOM}/{id_}").page.all(id="kopie") == []
    office.presses("Trek de link in van tafel 2")
    assert house.rows("table_link") == []
    assert acts(house) == ["table link made", "table link withdrawn"]


@pytest.mark.parametrize("table_no", ["", "0", "41", "-1", "²", "twee", "1\x00"])
def test_there_are_forty_tables(house: OpenHouse, office: Resident, table_no: str) -> None:
    id_ = held(house)
    office.sends(f"{ROOM}/{id_}/tafels", {"token": house.token("office"), "tafel": table_no}, status=422)
    assert office.page.wrongs == {"tafel": "Vul het nummer van de tafel in: 1 tot en met 40."}
    assert house.rows("table_link") == []


def test_a_link_that_would_have_ended_is_not_made(house: OpenHouse, office: Resident) -> None:
    id_ = make_wijkgesprek(house, starts=-timedelta(days=3))
    office.sends(f"{ROOM}/{id_}/tafels", {"token": house.token("office"), "tafel": "1"}, status=422)
    assert office.page.messages == [plan_held.NO_LINK]


@pytest.mark.parametrize(
    ("counted", "becomes"), [("0", 0), ("31", 31), ("10000", 10000), ("10001", None), ("-1", None), ("²", None), ("", None)]
)
def test_how_many_came_is_counted_after_the_start(house: OpenHouse, office: Resident, counted: str, becomes: int | None) -> None:
    id_ = held(house)
    office.opens(f"{ROOM}/{id_}").fills(opkomst=counted).presses("Bewaar het aantal", status=303 if becomes is not None else 422)
    assert the_one(house)["attendance"] == becomes
    assert office.sees("opkomst") == ([counted] if counted else []) or office.page.by_id("opkomst").get("value") == counted


@pytest.mark.parametrize(
    ("day", "is_kept"), [("2026-11-02", True), ("2026-11-03", False), ("2026-11-01", False), ("", False), ("2026-02-30", False)]
)
def test_feedback_is_given_after_the_evening_and_not_in_the_future(house: OpenHouse, office: Resident, day: str, is_kept: bool) -> None:
    id_ = held(house)
    office.opens(f"{ROOM}/{id_}").fills(dag=day).presses("Bewaar de dag", status=303 if is_kept else 422)
    assert the_one(house)["feedback_given_on"] == (date(2026, 11, 2) if is_kept else None)


def test_nothing_is_counted_before_the_start(house: OpenHouse, office: Resident) -> None:
    id_ = make_wijkgesprek(house)
    for act, typed in (("opkomst", {"opkomst": "3"}), ("teruggekoppeld", {"dag": "2026-11-02"})):
        office.sends(f"{ROOM}/{id_}/{act}", typed | {"token": house.token("office")}, status=422)
    assert (the_one(house)["attendance"], the_one(house)["feedback_given_on"]) == (None, None)


# ---------------------------------------------------------------- who may


def addresses(id_: str, guest: str) -> Iterator[tuple[str, str, bool]]:
    """Every address of this room, and whether an interviewer may come there too."""
    yield "GET", ROOM, True
    yield "GET", f"{ROOM}/{id_}", True
    yield from (
        ("GET", f"{ROOM}/{part}", False)
        for part in ("nieuw", f"{id_}/bewerken", f"{id_}/teksten", f"{id_}/aanmeldingen", f"{id_}/afzeggen")
    )
    acts_there = (
        "bewerken",
        "openen",
        "afzeggen",
        "teksten",
        "tafels",
        "tafels/intrekken",
        "opkomst",
        "teruggekoppeld",
        f"aanmeldingen/{guest}/afmelden",
    )
    yield from (("POST", f"{ROOM}/{part}", False) for part in ("nieuw", *(f"{id_}/{act}" for act in acts_there)))


@pytest.mark.parametrize("role", ROLES)
def test_only_the_office_plans_and_only_the_office_sees_who_comes(house: OpenHouse, role: str) -> None:
    id_ = held(house, state="draft")
    guest = comes(house, id_, "Ayşe", needs="Een tolk")
    colleague = house.colleague(role)
    for method, address, for_interviewer in addresses(id_, guest):
        allowed = role in {"office", "admin"} or (for_interviewer and role == "interviewer")
        answer = colleague.asks(method, address, data={"token": house.token(role)} if method == "POST" else None)
        assert (answer.status_code == 403) != allowed, (method, address, answer.status_code)
        assert allowed or "Ayşe" not in answer.text
    if role not in {"office", "admin"}:
        assert [row["state"] for row in house.rows("registration")] == ["confirmed"]
        assert the_one(house)["state"] == "draft"


def test_what_is_not_there_is_not_there(house: OpenHouse, office: Resident) -> None:
    for method, address, _ in addresses("w-onbekend", "a-onbekend"):
        if "onbekend" in address:
            typed = {
                "token": house.token("office"),
                "titel.tr": "x",
                "stand.tr": "machine",
                "dag": "2026-11-02",
                "tafel": "1",
                "opkomst": "1",
            }
            assert office.asks(method, address, data=typed if method == "POST" else None).status_code == 404, (method, address)
    assert house.rows("audit") == []


def test_the_other_programme_plans_in_its_own_wijken_and_languages(voorbeeldstad: OpenHouse) -> None:
    office = voorbeeldstad.colleague("admin").opens(f"{ROOM}/nieuw")
    assert office.options("taal") == ["nl", "en", "ar"]
    assert "wielwijk" not in office.options("wijk")
    with voorbeeldstad.engine.connect() as connection:
        assert connection.execute(select(WIJKGESPREK)).first() is None
