"""A colleague at work: she signs in, is slowed down when she guesses, is invited, shut out, and leaves a trail that holds no secrets."""

import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from threading import Barrier, Thread
from typing import Any

import pytest
from houses import OpenHouse, Operator
from people import Resident, text_of
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete, insert, select, update

from app.access import SEAT
from app.db import writing
from app.i18n import STAFF as STAFF_TEXTS
from app.i18n import texts
from app.models.tables import INVITATION, SESSION, STAFF, TRY
from app.staff import passwords
from app.staff.passwords import weakness
from app.staff.people import add_person, name_fault, name_key
from app.staff.tries import DEVICE, OF_NAME, OF_PLACE, seconds_to_wait

PASSWORD = "zeven paarse fietsen"
NEW = "acht groene fietsen"
MONDAY = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def light_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 as it is, but cheap: the machine that tests has other work too."""
    monkeypatch.setattr(passwords, "argon2", PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),)))
    passwords._nobodys.cache_clear()  # noqa: SLF001  # it was made at the other cost


def add(house: OpenHouse, name: str = "Samira", role: str = "office", **more: Any) -> str:
    """Gives somebody an account; her id."""
    with writing(house.engine) as connection:
        add_person(connection, house.settings, name=name, role=role, password=PASSWORD, **more)
        return str(connection.execute(select(STAFF.c.id).where(STAFF.c.name_key == name_key(name))).scalar_one())


def sign_in(person: Resident, name: str = "Samira", password: str = PASSWORD, *, status: int = 303) -> Resident:
    person.opens("/inloggen").fills(name=name, password=password)
    return person.presses(texts(person.page.lang, STAFF_TEXTS).gettext("Inloggen"), status=status)


def fail(house: OpenHouse, times: int, name: str = "Samira", **more: Any) -> Resident:
    guesser = house.resident(**more)
    for _ in range(times):
        sign_in(guesser, name, "verkeerd geraden", status=422)
    return guesser


def later(house: OpenHouse, **time: float) -> None:
    """Lets time go by for who failed."""
    with house.engine.begin() as connection:
        for row in connection.execute(select(TRY)).all():
            connection.execute(update(TRY).where(TRY.c.who == row.who).values(last_at=row.last_at - timedelta(**time)))


def at_once(threads: list[Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def acts(house: OpenHouse) -> list[tuple[str, str, str]]:
    return [(row["actor"], row["action"], row["result"]) for row in house.rows("audit")]


# ---------------------------------------------------------------- coming in


def test_a_colleague_signs_in_and_out(house: OpenHouse) -> None:
    id_ = add(house)
    samira = sign_in(house.resident(), "  SAMIRA ")
    assert (samira.url, samira.page.heading) == ("/kantoor", "Wat wacht")
    assert "Samira, programmabureau" in text_of(samira.page.one("header"))
    samira.presses("Uitloggen")
    assert samira.url == "/inloggen?gedaan=uit"
    assert "U bent uitgelogd." in samira.page.text
    assert house.rows("staff_session") == []
    assert samira.opens("/kantoor").url == "/inloggen?naar=/kantoor"
    assert acts(house) == [("command", "add account", "ok"), ("Samira", "sign in", "ok"), ("Samira", "sign out", "ok")]
    assert [row["object"] for row in house.rows("audit")] == [f"{id_} office", id_, id_]


def test_she_comes_where_she_wanted_to_be(house: OpenHouse) -> None:
    add(house, role="admin")
    samira = house.resident().opens("/beheer/logboek?wat=sign%20in")
    samira.fills(name="Samira", password=PASSWORD).presses("Inloggen")
    assert samira.url == "/beheer/logboek?wat=sign%20in"


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example", "/%2fevil.example", "/%5Cevil.example", "/a\r\nSet-Cookie: x=1", "javascript:alert(1)", "", "kantoor", "/inloggen?naar=/inloggen", "/é"])  # fmt: skip
def test_signing_in_never_leads_to_another_site(house: OpenHouse, elsewhere: str) -> None:
    add(house)
    person = house.resident()
    person.sends("/inloggen", {"name": "Samira", "password": PASSWORD, "naar": elsewhere}, status=303)
    assert person.url == "/kantoor"
    assert house.resident().opens("/inloggen", status=200).asks("GET", "/inloggen", params={"naar": elsewhere}).status_code == 200


@pytest.mark.parametrize(
    ("name", "password"), [("Samira", "verkeerd geraden"), ("Niemand", PASSWORD), ("Joost", PASSWORD), ("Wil", PASSWORD)]
)
def test_a_wrong_word_an_unknown_a_closed_and_an_ended_account_say_the_same(house: OpenHouse, name: str, password: str) -> None:
    add(house)
    joost, wil = add(house, "Joost"), add(house, "Wil")
    with house.engine.begin() as connection:
        connection.execute(update(STAFF).where(STAFF.c.id == joost).values(state="disabled"))
        connection.execute(update(STAFF).where(STAFF.c.id == wil).values(ends_on=MONDAY - timedelta(days=1)))
    person = sign_in(house.resident(), name, password, status=422)
    assert person.page.messages == [
        "Deze naam en dit wachtwoord horen niet bij elkaar, of het account is gesloten. Probeer het opnieuw. Lukt het niet? Vraag een beheerder om een nieuw wachtwoord."
    ]
    assert person.sees("name") == [name]
    assert person.sees("password") == []
    assert SEAT not in person.browser.cookies
    assert house.rows("staff_session") == []


def test_an_account_works_through_its_last_day(house: OpenHouse) -> None:
    add(house, ends_on=MONDAY)
    assert sign_in(house.resident()).url == "/kantoor"


def test_the_trail_holds_no_password_and_not_what_was_typed_as_a_name(house: OpenHouse) -> None:
    add(house)
    fail(house, 1)
    fail(house, 1, "geheim wachtwoord in het verkeerde veld")
    sign_in(house.resident())
    assert acts(house) == [
        ("command", "add account", "ok"), ("Samira", "sign in", "refused"), ("onbekend", "sign in", "refused"), ("Samira", "sign in", "ok")
    ]  # fmt: skip
    kept = str(house.everything())
    assert [leak for leak in (PASSWORD, "verkeerd geraden", "verkeerde veld", "10.0.0.1") if leak in kept] == []


def test_empty_fields_are_not_a_try(house: OpenHouse) -> None:
    person = house.resident().opens("/inloggen").fills(name="Samira").presses("Inloggen", status=422)
    assert person.page.messages == ["Vul uw naam en uw wachtwoord in."]
    assert house.rows("sign_in_try") == []


@pytest.mark.parametrize(
    "strange", [b"name=%ff%00&password=%ff%fe", b"name=Samira&password=%ed%a0%80", b"name=" + b"x" * 9000 + b"&password=y"]
)
def test_strange_signs_are_only_wrong(house: OpenHouse, strange: bytes) -> None:
    add(house)
    assert house.resident().sends("/inloggen", strange, status=422).page.heading == "Inloggen"


def test_a_form_of_another_site_signs_nobody_in(house: OpenHouse) -> None:
    add(house)
    person = house.resident()
    person.sends("/inloggen", {"name": "Samira", "password": PASSWORD}, status=403, origin="https://evil.example")
    assert house.rows("staff_session") == []


def test_the_sign_in_page_in_arabic_is_a_sound_page(house: OpenHouse) -> None:
    add(house)
    fail(house, 4, lang="ar")
    person = sign_in(house.resident("ar"))
    assert (person.url, person.page.lang) == ("/kantoor", "ar")


# ---------------------------------------------------------------- seats


def test_the_seat_changes_at_every_sign_in_and_the_old_one_is_worth_nothing(house: OpenHouse) -> None:
    add(house)
    samira = sign_in(house.resident())
    first = samira.browser.cookies[SEAT]
    sign_in(samira)
    assert samira.browser.cookies[SEAT] != first
    assert len(house.rows("staff_session")) == 1
    thief = house.resident()
    thief.browser.cookies.set(SEAT, first)
    assert thief.opens("/kantoor").page.heading == "Inloggen"


def test_a_seat_that_somebody_planted_is_not_taken_over(house: OpenHouse) -> None:
    add(house)
    samira = house.resident()
    samira.browser.cookies.set(SEAT, "geplant", domain="wijkstem.example", path="/")
    sign_in(samira)
    thief = house.resident()
    thief.browser.cookies.set(SEAT, "geplant")
    assert thief.asks("GET", "/kantoor").status_code == 303


def test_what_is_kept_of_a_seat_opens_nothing(house: OpenHouse) -> None:
    add(house)
    sign_in(house.resident())
    (row,) = house.rows("staff_session")
    assert row["ends_at"] - row["made_at"] == timedelta(hours=10)
    thief = house.resident()
    thief.browser.cookies.set(SEAT, row["id_hash"])
    assert thief.asks("GET", "/kantoor").status_code == 303


def test_a_seat_that_ran_out_or_was_taken_away_is_out_at_the_next_click(house: OpenHouse) -> None:
    add(house)
    samira, elsewhere = sign_in(house.resident()), sign_in(house.resident())
    with house.engine.begin() as connection:
        connection.execute(update(SESSION).values(ends_at=house.settings.clock()))
    assert samira.asks("GET", "/kantoor").status_code == 303
    sign_in(samira)
    assert len(house.rows("staff_session")) == 1  # what ran out was cleared away
    with house.engine.begin() as connection:
        connection.execute(delete(SESSION))
    assert samira.asks("GET", "/kantoor").status_code == 303
    assert elsewhere.asks("POST", "/uitloggen").status_code == 401


def test_the_cookies_are_for_this_site_alone_and_over_https_for_https_alone(house: OpenHouse) -> None:
    add(house)
    samira = house.resident()
    samira.browser.base_url = "https://wijkstem.example"
    said = samira.asks("POST", "/inloggen", data={"name": "Samira", "password": PASSWORD}).headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in said] == [SEAT, DEVICE]
    for cookie in said:
        assert {"httponly", "secure", "path=/", "samesite=lax"} <= {part.strip().lower() for part in cookie.split(";")}


# ---------------------------------------------------------------- slowed down, never locked out


def test_after_five_wrong_words_she_waits_and_then_goes_on(house: OpenHouse) -> None:
    add(house)
    samira = fail(house, 5)
    sign_in(samira, status=429)
    assert samira.answer.headers["retry-after"] == "15"
    assert samira.page.messages == ["Er is te vaak een verkeerd wachtwoord ingevuld. Wacht 15 seconden en probeer het dan opnieuw."]
    later(house, seconds=15)
    sign_in(samira, password="verkeerd geraden", status=422)
    assert sign_in(samira, status=429).answer.headers["retry-after"] == "30"
    later(house, seconds=30)
    assert sign_in(samira).url == "/kantoor"
    fail(house, 4)
    assert [row["result"] for row in house.rows("audit") if row["action"] == "sign in"].count("refused") == 10


def test_while_she_waits_nothing_is_looked_at_or_counted(house: OpenHouse) -> None:
    add(house)
    samira = fail(house, 5)
    before = house.everything()
    sign_in(samira, status=429)
    sign_in(samira, password="verkeerd geraden", status=429)
    assert house.everything() == before


@pytest.mark.parametrize(("failures", "seconds"), [(4, 0), (5, 15), (6, 30), (10, 480), (11, 900), (1000, 900)])
def test_no_wait_at_one_place_is_longer_than_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert seconds_to_wait(failures, *OF_PLACE) == seconds


@pytest.mark.parametrize(("failures", "seconds"), [(49, 0), (50, 15), (51, 30), (52, 60), (100_000, 60)])
def test_guessers_everywhere_make_a_name_wait_a_minute_at_most(failures: int, seconds: int) -> None:
    assert seconds_to_wait(failures, *OF_NAME) == seconds


def test_who_failed_elsewhere_or_with_another_name_makes_nobody_wait(house: OpenHouse) -> None:
    add(house)
    add(house, "Joost")
    fail(house, 5, address="203.0.113.9")
    assert sign_in(house.resident(address="10.0.0.7")).url == "/kantoor"
    assert sign_in(house.resident(address="203.0.113.9"), "Joost").url == "/kantoor"


def test_her_own_device_is_never_slowed_by_guessers(house: OpenHouse) -> None:
    add(house)
    samira = sign_in(house.resident())
    samira.presses("Uitloggen")
    fail(house, 5)  # at the same address, and then everywhere
    with house.engine.begin() as connection:
        connection.execute(update(TRY).values(failures=5000))
    sign_in(house.resident(), status=429)
    elsewhere = sign_in(house.resident(address="198.51.100.3"), password="verkeerd geraden", status=422)
    sign_in(elsewhere, status=429)  # one guess a place, no more
    assert sign_in(samira).url == "/kantoor"
    assert sign_in(house.resident(address="198.51.100.4")).url == "/kantoor"  # she herself, for the first time on another device


def test_one_place_that_tries_many_names_waits_too(house: OpenHouse) -> None:
    add(house)
    guesser = house.resident(address="2001:db8::7")
    for number in range(60):
        sign_in(guesser, f"Naam {number}", "verkeerd geraden", status=422)
    sign_in(house.resident(address="2001:db8::99"), status=429)  # another address of the same network
    assert sign_in(house.resident(address="2001:db8:0:1::7")).url == "/kantoor"


def test_a_device_is_known_for_its_own_name_and_counts_there(house: OpenHouse) -> None:
    add(house)
    add(house, "Joost")
    samira = sign_in(house.resident())
    samira.presses("Uitloggen")
    for _ in range(5):
        sign_in(samira, password="verkeerd geraden", status=422)
    sign_in(samira, status=429)
    for _ in range(5):
        sign_in(samira, "Joost", "verkeerd geraden", status=422)
    sign_in(house.resident(), "Joost", status=429)  # as a place: this browser is no device of Joost's
    forged = house.resident(address="10.0.0.9")
    forged.browser.cookies.set(DEVICE, "verzonnen.0123")
    sign_in(forged, password="verkeerd geraden", status=422)


def test_after_a_day_nobody_remembers(house: OpenHouse) -> None:
    add(house)
    fail(house, 5)
    later(house, hours=24, seconds=1)
    sign_in(house.resident(), password="verkeerd geraden", status=422)
    assert {row["failures"] for row in house.rows("sign_in_try")} == {1}


def test_a_hundred_guesses_at_once_are_a_hundred_guesses(house: OpenHouse) -> None:
    add(house)
    people = [house.resident() for _ in range(12)]
    together, said = Barrier(len(people)), []

    def guess(person: Resident) -> None:
        together.wait()
        said.append(person.browser.post("/inloggen", data={"name": "Samira", "password": "verkeerd geraden"}).status_code)

    threads = [Thread(target=guess, args=(person,)) for person in people]
    at_once(threads)
    assert sorted(said) == [422] * 5 + [429] * 7


# ---------------------------------------------------------------- her own password


def test_with_a_password_for_one_time_she_first_chooses_her_own(house: OpenHouse, operator: Operator) -> None:
    once = operator("user", "add", "Samira", "--role", "analyst").out.strip()
    assert re.fullmatch("[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}", once)
    samira = sign_in(house.resident(), password=once)
    assert (samira.url, samira.page.heading) == ("/wachtwoord", "Een nieuw wachtwoord kiezen")
    assert samira.page.all("nav", **{"aria-label": "Kantoor"}) == []
    assert samira.asks("GET", "/kantoor").headers["location"] == "/wachtwoord"
    samira.opens("/wachtwoord")
    assert "old" not in samira.asked()
    samira.fills(password=once, again=once).presses("Bewaar", status=422)
    samira.fills(password=NEW, again=NEW).presses("Bewaar")
    assert samira.url == "/kantoor?gedaan=wachtwoord"
    assert "Uw nieuwe wachtwoord is bewaard." in samira.page.text
    sign_in(house.resident(), password=once, status=422)


def test_a_new_password_ends_every_other_session(house: OpenHouse) -> None:
    add(house)
    samira, forgotten = sign_in(house.resident()), sign_in(house.resident())
    samira.opens("/wachtwoord").fills(old=PASSWORD, password=NEW, again=NEW).presses("Bewaar")
    assert samira.opens("/kantoor").url == "/kantoor"
    assert forgotten.asks("GET", "/kantoor").status_code == 303
    sign_in(forgotten, password=PASSWORD, status=422)
    assert sign_in(forgotten, password=NEW).url == "/kantoor"
    assert ("Samira", "choose password", "ok") in acts(house)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"old": "iets anders dan dat"}, {"old": "Dit is niet uw huidige wachtwoord."}),
        ({"password": "kort"}, {"password": "Kies een langer wachtwoord: minstens 12 tekens. Een paar woorden achter elkaar is goed."}),
        ({"password": "wachtwoord1234"}, {"password": "Dit wachtwoord wordt vaak gebruikt en is snel te raden. Kies een ander."}),
        ({"password": "Samira de Wit 2026!"}, {"password": "Gebruik niet uw eigen naam als wachtwoord."}),
        ({"again": "negen rode fietsen"}, {"again": "De twee wachtwoorden zijn niet gelijk. Typ ze allebei opnieuw."}),
    ],
)
def test_a_password_that_cannot_be_says_why_and_changes_nothing(house: OpenHouse, typed: dict[str, str], wrong: dict[str, str]) -> None:
    add(house, "Samira de Wit")
    samira = sign_in(house.resident(), "Samira de Wit").opens("/wachtwoord")
    before = house.rows("staff")
    samira.fills({"old": PASSWORD, "password": NEW, "again": NEW} | typed).presses("Bewaar", status=422)
    assert samira.page.wrongs == wrong
    assert house.rows("staff") == before


def test_a_thief_of_a_seat_cannot_guess_the_password_for_ever(house: OpenHouse) -> None:
    add(house)
    thief = sign_in(house.resident())
    for _ in range(5):
        thief.opens("/wachtwoord").fills(old="verkeerd geraden", password=NEW, again=NEW).presses("Bewaar", status=422)
    thief.opens("/wachtwoord").fills(old=PASSWORD, password=NEW, again=NEW).presses("Bewaar", status=429)
    assert thief.answer.headers["retry-after"] == "15"


@pytest.mark.parametrize(("password", "why"), [("x" * 11, "short"), ("ab cd ef gh ij" * 20, "long"), ("aaaaaaaaaaaaaa", "worst"), ("123456789012", "worst"), ("WELKOM 2026 !!!", "worst"), ("jan de vries!", "name"), (PASSWORD, "")])  # fmt: skip
def test_weak_passwords(password: str, why: str) -> None:
    assert weakness(password, "Jan de Vries") == why


@pytest.mark.parametrize(("name", "why"), [("S", "nameless"), ("x" * 65, "nameless"), ("ß" * 40, "nameless"), ("a\u202eb", "signs"), ("onbekend", "taken"), ("Command", "taken"), ("Jan de Vries", "")])  # fmt: skip
def test_names(name: str, why: str) -> None:
    assert name_fault(name) == why


def test_names_are_compared_as_people_read_them() -> None:
    assert name_key("  Ｓamira   DE Wit\u00a0") == name_key("samira de wit")


def test_what_is_kept_of_a_password_costs_64_mb_to_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "argon2", PasswordHash.recommended())
    passwords._nobodys.cache_clear()  # noqa: SLF001  # it was made at the other cost
    kept = passwords.hash_password(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.is_right(PASSWORD, kept) == (True, None)
    assert [passwords.is_right(wrong, hashed)[0] for wrong, hashed in (("x", kept), (PASSWORD, None), (PASSWORD, "none"))] == [False] * 3


def test_a_hash_with_other_parameters_is_renewed_at_sign_in(house: OpenHouse) -> None:
    from argon2 import PasswordHasher

    id_ = add(house)
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with house.engine.begin() as connection:
        connection.execute(update(STAFF).where(STAFF.c.id == id_).values(password_hash=old))
    sign_in(house.resident())
    assert house.rows("staff")[0]["password_hash"] != old
    assert sign_in(house.resident()).url == "/kantoor"


# ---------------------------------------------------------------- invitations


def invited(house: OpenHouse, name: str = "Fatma Yılmaz", **more: str) -> tuple[Resident, str]:
    """An admin who just invited somebody, and the link that she sees."""
    admin = (
        house.colleague("admin").opens("/beheer").fills({"name": name, "role": "analyst"} | more).presses("Maak de uitnodiging", status=200)
    )
    return admin, text_of(admin.page.by_id("link")).removeprefix("http://wijkstem.example")


def test_an_invited_colleague_chooses_a_password_and_is_in(house: OpenHouse) -> None:
    admin, link = invited(house, ends_on="2026-12-31")
    fatma = house.resident().opens(link)
    assert fatma.sees("name") == ["Fatma Yılmaz"]
    fatma.fills(password=NEW, again=NEW).presses("Begin")
    assert (fatma.url, fatma.page.heading) == ("/kantoor", "Wat wacht")
    assert "Fatma Yılmaz, onderzoeker" in text_of(fatma.page.one("header"))
    assert [(row["name"], row["role"], row["ends_on"]) for row in house.rows("staff") if row["name"].startswith("Fatma")] == [
        ("Fatma Yılmaz", "analyst", date(2026, 12, 31))
    ]
    assert "Laatst ingelogd: 2 november 2026" in admin.opens("/beheer").page.text.replace("\u00a0", " ")
    assert [row[:2] for row in acts(house)] == [("Een admin", "invite"), ("Fatma Yılmaz", "accept invitation"), ("Fatma Yılmaz", "sign in")]


def test_an_invitation_works_once(house: OpenHouse) -> None:
    _, link = invited(house)
    house.resident().opens(link).fills(password=NEW, again=NEW).presses("Begin")
    second = house.resident().opens(link, status=410)
    assert "Deze uitnodiging is al gebruikt." in second.page.text
    assert "Vraag een nieuwe aan wie u uitnodigde." in second.page.text
    second.sends(link, {"password": PASSWORD, "again": PASSWORD}, status=410)
    assert len(house.rows("staff")) == 2


def test_two_who_open_one_link_at_once_make_one_account(house: OpenHouse) -> None:
    _, link = invited(house)
    people = [house.resident() for _ in range(4)]
    together, said = Barrier(len(people)), []

    def come_in(person: Resident) -> None:
        together.wait()
        said.append(person.browser.post(link, data={"password": NEW, "again": NEW}).status_code)

    threads = [Thread(target=come_in, args=(person,)) for person in people]
    at_once(threads)
    assert sorted(said) == [303, 410, 410, 410]
    assert len(house.rows("staff")) == 2


def test_an_old_a_withdrawn_and_an_unknown_link_say_to_ask_for_a_new_one(house: OpenHouse) -> None:
    admin, link = invited(house)
    with house.engine.begin() as connection:
        connection.execute(update(INVITATION).values(ends_at=house.settings.clock()))
    assert "Deze uitnodiging is verlopen." in house.resident().opens(link, status=410).page.text
    with house.engine.begin() as connection:
        connection.execute(update(INVITATION).values(ends_at=house.settings.clock() + timedelta(days=1)))
    admin.opens("/beheer").presses("Trek in: Fatma Yılmaz")
    assert "De link werkt niet meer." in admin.page.text
    for there in (link, "/uitnodiging/onbekend", "/uitnodiging/%ff%00"):
        assert "Vraag een nieuwe aan wie u uitnodigde." in house.resident().opens(there, status=404).page.text
    house.resident().sends(link, {"password": NEW, "again": NEW}, status=404)
    assert len(house.rows("staff")) == 1


def test_an_invitation_is_mailed_without_a_name_and_its_address_is_kept_nowhere_else(house: OpenHouse) -> None:
    _, link = invited(house, mail="fatma@example.org")
    (letter,) = house.rows("mail")
    assert (letter["address"], letter["subject"]) == ("fatma@example.org", "Uitnodiging voor Wijkstem")
    assert f"http://wijkstem.example{link}" in letter["body"]
    assert "Fatma" not in letter["subject"] + letter["body"]
    rest = str({table: rows for table, rows in house.everything().items() if table != "mail"})
    assert "fatma@example.org" not in rest
    assert link.rpartition("/")[2] not in rest


def test_a_withdrawn_invitation_takes_its_letter_back(house: OpenHouse) -> None:
    admin, _ = invited(house, mail="fatma@example.org")
    admin.opens("/beheer").presses("Trek in: Fatma Yılmaz")
    assert house.rows("mail") == []


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": "x"}, "name"),
        ({"name": "Een admin"}, "name"),
        ({"role": ""}, "role"),
        ({"mail": "fatma@example.org\r\nBcc: iedereen@example.org"}, "mail"),
        ({"mail": "fatma"}, "mail"),
        ({"ends_on": "2026-11-01"}, "ends_on"),
        ({"ends_on": "31 december"}, "ends_on"),
    ],
)
def test_an_invitation_that_cannot_be_says_why_beside_the_field(house: OpenHouse, typed: dict[str, str], field: str) -> None:
    admin = house.colleague("admin").opens("/beheer").fills({"name": "Fatma", "role": "analyst"} | typed)
    admin.presses("Maak de uitnodiging", status=422)
    assert list(admin.page.wrongs) == [field]
    assert (house.rows("invitation"), house.rows("mail"), house.rows("audit")) == ([], [], [])


def test_a_page_that_is_sent_twice_invites_once(house: OpenHouse) -> None:
    admin, _ = invited(house)
    admin.opens("/beheer").fills(name="fatma yılmaz", role="office").presses("Maak de uitnodiging", status=422)
    assert admin.page.wrongs == {"name": "Voor deze naam staat al een uitnodiging open. Trek die eerst in."}
    assert len(house.rows("invitation")) == 1


def test_who_took_the_name_meanwhile_keeps_it(house: OpenHouse) -> None:
    _, link = invited(house)
    add(house, "Fatma Yılmaz")
    late = house.resident().opens(link).fills(password=NEW, again=NEW).presses("Begin", status=409)
    assert "Intussen heeft iemand anders een account met deze naam." in late.page.text
    assert house.rows("invitation")[0]["used_at"] is None


# ---------------------------------------------------------------- changing accounts


def test_a_disabled_colleague_is_out_at_once_and_comes_back_when_enabled(house: OpenHouse) -> None:
    id_ = add(house)
    samira, admin = sign_in(house.resident()), house.colleague("admin")
    admin.opens("/beheer").follows(f"/beheer/mensen/{id_}").presses("Zet het account uit")
    assert "Wie ermee werkte, is nu uitgelogd." in admin.page.text
    assert samira.asks("GET", "/kantoor").status_code == 303
    sign_in(samira, status=422)
    admin.presses("Zet het account weer aan")
    assert sign_in(samira).url == "/kantoor"


def test_a_new_role_asks_to_sign_in_again(house: OpenHouse) -> None:
    id_ = add(house)
    samira, admin = sign_in(house.resident()), house.colleague("admin")
    admin.opens(f"/beheer/mensen/{id_}").fills(role="auditor").presses("Verander de rol")
    assert samira.asks("GET", "/kantoor").status_code == 303
    assert "Samira, controleur" in text_of(sign_in(samira).page.one("header"))
    assert ("Een admin", "change role to auditor", "ok") in acts(house)


def test_a_last_day_is_set_and_taken_away(house: OpenHouse) -> None:
    id_ = add(house)
    admin = house.colleague("admin").opens(f"/beheer/mensen/{id_}")
    admin.fills(ends_on="2026-12-31").presses("Bewaar de laatste dag")
    assert [row["ends_on"] for row in house.rows("staff") if row["id"] == id_] == [date(2026, 12, 31)]
    admin.fills(ends_on="").presses("Bewaar de laatste dag")
    assert [row["ends_on"] for row in house.rows("staff") if row["id"] == id_] == [None]
    admin.fills(ends_on="2026-11-01").presses("Bewaar de laatste dag", status=422)
    assert list(admin.page.wrongs) == ["ends_on"]


def test_a_forgotten_password_is_replaced_by_one_for_one_time(house: OpenHouse) -> None:
    id_ = add(house)
    samira, admin = sign_in(house.resident()), house.colleague("admin").opens(f"/beheer/mensen/{id_}")
    admin.presses("Maak een nieuw wachtwoord", status=200)
    once = text_of(admin.page.by_id("once"))
    assert samira.asks("GET", "/kantoor").status_code == 303
    sign_in(samira, status=422)
    assert sign_in(samira, password=once).page.heading == "Een nieuw wachtwoord kiezen"
    assert once not in str(house.everything())


@pytest.mark.parametrize("change", ["uitzetten", "rol", "wachtwoord"])
def test_nobody_shuts_herself_out(house: OpenHouse, change: str) -> None:
    admin = house.colleague("admin").opens("/beheer/mensen/m-admin")
    before = house.everything()
    admin.sends(f"/beheer/mensen/m-admin/{change}", {"token": house.token("admin"), "role": "office"}, status=422)
    assert admin.page.messages == ["Dit kunt u niet bij uzelf doen. Vraag het een andere beheerder."]
    assert house.everything() == before


def test_the_last_admin_gets_no_last_day(house: OpenHouse) -> None:
    admin = house.colleague("admin").opens("/beheer/mensen/m-admin")
    admin.fills(ends_on="2026-12-31").presses("Bewaar de laatste dag", status=422)
    assert admin.page.wrongs["ends_on"].startswith("U bent de enige beheerder.")
    add(house, "Tweede", "admin")
    admin.fills(ends_on="2026-12-31").presses("Bewaar de laatste dag")


def test_two_admins_who_shut_each_other_out_at_once_leave_one(house: OpenHouse) -> None:
    first, second = add(house, "Een", "admin"), add(house, "Twee", "admin")
    one, two = sign_in(house.resident(), "Een"), sign_in(house.resident(), "Twee")
    tokens = [dict(person.opens("/wachtwoord").typed)["token"] for person in (one, two)]
    together, said = Barrier(2), []

    def shut(person: Resident, other: str, token: str) -> None:
        together.wait()
        said.append(person.browser.post(f"/beheer/mensen/{other}/uitzetten", data={"token": token}).status_code)

    threads = [Thread(target=shut, args=(one, second, tokens[0])), Thread(target=shut, args=(two, first, tokens[1]))]
    at_once(threads)
    assert said.count(303) == 1
    assert sorted(row["state"] for row in house.rows("staff")) == ["active", "disabled"]


def test_a_form_without_its_token_changes_nothing(house: OpenHouse) -> None:
    id_ = add(house)
    admin = house.colleague("admin")
    for token in ("", house.token("office"), "x" * 32):
        admin.sends(f"/beheer/mensen/{id_}/uitzetten", {"token": token}, status=403)
    assert {row["state"] for row in house.rows("staff")} == {"active"}
    assert {row["result"] for row in house.rows("audit")} == {"ok", "foreign form"}


def test_an_auditor_looks_and_has_nothing_to_press(house: OpenHouse) -> None:
    id_ = add(house)
    invited(house)
    auditor = house.colleague("auditor")
    for address in ("/beheer", f"/beheer/mensen/{id_}", "/beheer/logboek"):
        forms = [form.get("action") for form in auditor.opens(address).page.all("form") if form.get("method") == "post"]
        assert forms == ["/uitloggen"]


def test_the_list_asks_the_database_as_often_for_one_as_for_many(house: OpenHouse) -> None:
    admin = house.colleague("admin")
    with house.statements() as few:
        admin.opens("/beheer")
    for n in range(3):
        house.colleague(["office", "analyst", "partner"][n])
    with house.statements() as many:
        admin.opens("/beheer")
    assert len(few) == len(many) <= 5


# ---------------------------------------------------------------- the trail


def test_the_trail_can_be_chosen_from_and_goes_back(house: OpenHouse) -> None:
    from app.models.tables import AUDIT

    rows = [
        {"at": datetime(2026, 10, 1 + n % 2, 12, tzinfo=UTC), "actor": f"Wie {n % 3}", "action": f"act {n % 2}", "object": f"o-{n}", "result": "ok", "origin": "command", "purpose": ""}
        for n in range(205)
    ]  # fmt: skip
    with house.engine.begin() as connection:
        connection.execute(insert(AUDIT), rows)
    admin = house.colleague("admin").opens("/beheer/logboek")
    shown = [text_of(row.find("td[3]")) for row in admin.page.one("tbody").iter("tr")]
    assert (len(shown), shown[0]) == (200, "o-204")
    older = next(str(link.get("href")) for link in admin.page.one("main").iter("a") if "voor=" in str(link.get("href")))
    assert [text_of(row.find("td[3]")) for row in admin.opens(older).page.one("tbody").iter("tr")] == [f"o-{n}" for n in (4, 3, 2, 1, 0)]
    admin.opens("/beheer/logboek").fills(wie="Wie 1", wat="act 0", dag="2026-10-01").presses("Toon")
    assert admin.url == "/beheer/logboek?wie=Wie+1&wat=act+0&dag=2026-10-01"
    shown = [text_of(row.find("td[3]")) for row in admin.page.one("tbody").iter("tr")]
    assert shown == [f"o-{n}" for n in range(204, -1, -1) if n % 3 == 1 and n % 2 == 0]
    for strange in ("?dag=morgen&voor=x", "?wie=%00%ff", "?voor=99999999999999"):
        assert admin.asks("GET", f"/beheer/logboek{strange}").status_code == 200
    assert "Niets gevonden." in admin.opens("/beheer/logboek?wie=niemand").page.text


# ---------------------------------------------------------------- commands


def test_the_operator_adds_lists_disables_and_enables(empty_house: OpenHouse, operator: Operator) -> None:
    assert operator("user", "list").out == ""
    once = operator("user", "add", "Samira", "--role", "office", "--until", "2026-12-31")
    assert once.out.count("\n") == 1
    samira = sign_in(empty_house.resident(), password=once.out.strip())
    assert operator("user", "list").out == "Samira\toffice\tactive\t2026-12-31\n"
    assert operator("user", "disable", "SAMIRA").out == "Samira disabled\n"
    assert samira.asks("GET", "/wachtwoord").status_code == 303
    assert operator("user", "list").out == "Samira\toffice\tdisabled\t2026-12-31\n"
    assert operator("user", "enable", "samira").out == "Samira active\n"
    assert [row["action"] for row in empty_house.rows("audit") if row["actor"] == "command"] == [
        "add account", "disable account", "enable account"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            "add Samira --role baas",
            "wijkstem: “baas” is not a role (office, analyst, transcriber, interviewer, translator, partner, auditor, admin)",
        ),
        ("add SAMIRA --role office", "wijkstem: the name “SAMIRA” is taken"),
        ("add onbekend --role office", "wijkstem: “onbekend” cannot be a name: it means nobody in the audit trail"),
        ("add Wil --role office --until gisteren", "wijkstem: --until: “gisteren” is not a day such as 2026-12-31"),
        ("add Wil --role office --until 2026-11-01", "wijkstem: --until: 2026-11-01 has passed"),
        ("disable Niemand", "wijkstem: nobody here is called “Niemand”: `wijkstem user list` shows who is"),
    ],
)
def test_what_the_operator_mistypes_is_one_line(house: OpenHouse, operator: Operator, words: str, line: str) -> None:
    add(house)
    before = house.everything()
    assert operator("user", *words.split(), code=2).line == line
    assert house.everything() == before


@pytest.mark.parametrize(("password", "code"), [(PASSWORD, 0), ("kort", 2), ("", 2), ("wachtwoord1234", 2)])
def test_a_password_from_stdin_is_read_and_not_shown(
    house: OpenHouse, operator: Operator, monkeypatch: pytest.MonkeyPatch, password: str, code: int
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(f"{password}\nnog een regel\n"))
    said = operator("user", "add", "Samira", "--role", "admin", "--password-stdin", code=code)
    assert said.out == ("" if code else "Samira admin\n")
    assert not password or password not in said.out + said.err
    if code:
        assert said.line.startswith("wijkstem: this password is too weak: ")
        assert house.rows("staff") == []
    else:
        assert sign_in(house.resident()).url == "/kantoor"


def test_adding_the_same_name_from_two_commands_makes_one(house: OpenHouse) -> None:
    said = []

    def give() -> None:
        try:
            add(house)
        except ValueError as refused:
            said.append(str(refused))

    threads = [Thread(target=give) for _ in range(3)]
    at_once(threads)
    assert said == ["the name “Samira” is taken"] * 2
    assert len(house.rows("staff")) == 1
