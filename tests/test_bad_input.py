"""Everything that a form should not hold: a page that says what to do, what was typed kept, and never half a response."""

import re
import uuid
from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode

import pytest
from houses import OpenHouse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from people import HOST, Resident
from sqlalchemy import text
from sqlmodel import Session

from app.answer_check import (
    BAD_LETTER,
    CHOOSE,
    DATE_RANGE,
    EXCLUSIVE,
    FOREIGN,
    NOT_A_DATE,
    NOT_A_NUMBER,
    OUT_OF_RANGE,
    TOO_LONG,
    TOO_MANY,
    UNKNOWN,
)
from app.i18n import PAGES, texts
from app.office.surveys import import_survey, open_survey

DORDT = "/v/dordt-west-2026"
LANGUAGES = ("nl", "en", "tr", "pl", "ar")
KEY = "11111111-2222-4333-8444-555555555555"
EVERY_KIND = """
key = "alles"
title = "Van alles"
audience = "resident"
languages = ["nl", "ar"]
feedback_date = 2027-01-01
feedback_owner = "bureau"
[[scale]]
id = "s2"
option = [{ id = "1", text = "Slecht" }, { id = "2", text = "Goed" }]
[[page]]
id = "een"
title = "Eén van elk"
question = [
    { id = "keus", kind = "single", ask = "Keus?", option = [{ id = "a", text = "A" }, { id = "b", text = "B" }, { id = "anders", text = "Anders", other = true }] },
    { id = "meer", kind = "multi", ask = "Meer?", at_most = 2, option = [{ id = "a", text = "A" }, { id = "b", text = "B" }, { id = "c", text = "C" }, { id = "niets", text = "Niets", exclusive = true }] },
    { id = "hoe", kind = "scale", scale = "s2", ask = "Hoe?" },
    { id = "cijfer", kind = "grade", ask = "Cijfer?", least = 1, most = 10, allow_dk = true },
    { id = "zinnen", kind = "matrix", scale = "s2", ask = "Zinnen?", row = [{ id = "r1", text = "Rij 1" }, { id = "r2", text = "Rij 2" }] },
    { id = "open_vraag", kind = "open", ask = "Open?", most = 20 },
    { id = "getal", kind = "number", ask = "Hoeveel?", least = 0, most = 100 },
    { id = "dag", kind = "date", ask = "Wanneer?", earliest = 2020-01-01, latest = 2026-12-31 },
    { id = "regel", kind = "text", ask = "Naam van de straat?", most = 10 },
]
"""


@pytest.fixture
def form(house: OpenHouse) -> Resident:
    """A resident in front of a page with one question of every kind."""
    with Session(house.engine) as db:
        import_survey(db, EVERY_KIND, today=date(2026, 11, 2))
        db.commit()
        open_survey(db, "alles", today=date(2026, 11, 2))
        db.commit()
    return house.resident().opens("/v/alles")


# ---------------------------------------------------------------- values that do not fit their question


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("keus", ["zomaar"], UNKNOWN),
        ("keus", ["a", "b"], CHOOSE),
        ("keus", ["\x00"], BAD_LETTER),
        ("meer", ["a", "b", "c"], TOO_MANY % {"most": 2, "n": 3}),
        ("meer", ["a", "niets"], EXCLUSIVE % {"option": "Niets"}),
        ("meer", ["a", "z"], UNKNOWN),
        ("hoe", ["3"], UNKNOWN),
        ("hoe", ["1", "2"], CHOOSE),
        ("cijfer", ["11"], OUT_OF_RANGE % {"least": 1, "most": 10}),
        ("cijfer", ["9223372036854775808"], OUT_OF_RANGE % {"least": 1, "most": 10}),
        ("cijfer", ["7,5"], OUT_OF_RANGE % {"least": 1, "most": 10}),
        ("zinnen.r1", ["9"], UNKNOWN),
        ("zinnen.r2", ["1", "2"], CHOOSE),
        ("open_vraag", ["x" * 21], TOO_LONG % {"n": 21, "most": 20}),
        ("open_vraag", ["a\x00b"], BAD_LETTER),
        ("open_vraag", ["a\ud800b"], BAD_LETTER),
        ("open_vraag", ["een", "twee"], CHOOSE),
        ("getal", ["9223372036854775808"], NOT_A_NUMBER),
        ("getal", ["101"], OUT_OF_RANGE % {"least": 0, "most": 100}),
        ("getal", ["veel"], NOT_A_NUMBER),
        ("getal", ["1e5"], NOT_A_NUMBER),
        ("getal", ["NaN"], NOT_A_NUMBER),
        ("getal", ["9" * 5000], NOT_A_NUMBER),
        ("dag", ["gisteren"], NOT_A_DATE),
        ("dag", ["2026-02-30"], NOT_A_DATE),
        ("dag", ["9999-12-31"], DATE_RANGE % {"earliest": "01-01-2020", "latest": "31-12-2026"}),
        ("dag", ["0000-00-00"], NOT_A_DATE),
        ("regel", ["Krispijnseweg"], TOO_LONG % {"n": 13, "most": 10}),
        ("keus.anders", ["y" * 201], TOO_LONG % {"n": 201, "most": 200}),
    ],
)  # fmt: skip
def test_a_wrong_value_comes_back_with_a_message_beside_it(
    house: OpenHouse, form: Resident, name: str, values: Sequence[str], message: str
) -> None:
    before = house.everything()
    pairs = (
        [*form.typed, ("regel", "Mijn weg"), *((name, value) for value in values)] if name != "regel" else [*form.typed, (name, values[0])]
    )
    pairs = [(field, value) for field, value in pairs if not (field == name and value == "")]
    pairs = pairs if name == "regel" else [(field, value) for field, value in pairs if (field, value) != ("regel", "")]
    form.sends("/v/alles/1", [*pairs, ("actie", "verder")], status=422)
    assert form.page.wrongs == {name: message}
    assert form.page.messages == [message]
    assert form.sees("regel") == (["Krispijnseweg"] if name == "regel" else ["Mijn weg"])
    assert house.everything() == before


def test_every_wrong_answer_of_a_page_is_told_at_once(form: Resident) -> None:
    form.fills(open_vraag="x" * 21, getal="veel", dag="nooit", regel="y" * 11)
    form.presses("verder", status=422)
    assert list(form.page.wrongs) == ["open_vraag", "getal", "dag", "regel"]
    assert (form.sees("getal"), form.sees("dag"), form.sees("regel")) == (["veel"], ["nooit"], ["y" * 11])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_too_long_a_text_is_told_in_the_language_of_the_reader_and_kept(house: OpenHouse, lang: str) -> None:
    resident = house.resident(lang).opens(DORDT).fills(zestien="ja").presses("verder").presses("verder")
    typed = "İ ş ğ é 😀 كلمة " * 80 + "einde"
    resident.fills({"wonen_open": typed, "wonen_stellingen.groen": "5"}).presses("verder", status=422)
    told = texts(lang, PAGES).gettext(TOO_LONG)
    assert resident.page.wrongs == {"wonen_open": told % {"n": len(typed), "most": 1000}}
    assert resident.page.lang == lang
    assert (resident.sees("wonen_open"), resident.sees("wonen_stellingen.groen")) == ([typed], ["5"])
    resident.fills(wonen_open="kort").presses("verder")
    assert house.answers() == {"zestien": "ja", "wonen_open": "kort", "wonen_stellingen": {"groen": "5"}}


@pytest.mark.parametrize(
    "typed", ["&lt;b&gt; <script>", "</textarea>\"'", "\n\nregel één\nb\n", "=1+1", "  spaties  ", "\u202etxet", "%(n)s {x} {{ y }}"]
)  # fmt: skip
def test_odd_text_comes_back_as_it_was_typed(form: Resident, typed: str) -> None:
    shown = typed.replace("\n", "\r\n")
    form.fills(open_vraag=shown, regel="x" * 11).presses("verder", status=422)
    assert form.sees("open_vraag") == [shown]
    form.fills(regel="").presses("verder")
    assert form.opens("/v/alles/1").sees("open_vraag") == [shown.strip()]


def test_a_broken_letter_is_shown_as_a_mark_and_the_rest_of_the_text_kept(house: OpenHouse, form: Resident) -> None:
    key = form.key
    for raw in (b"a%ED%A0%80b", b"a%FFb", b"a\xed\xa0\x80b", b"a\xffb", b"a%00b"):
        form.sends("/v/alles/1", b"key=" + key.encode() + b"&seen=0&open_vraag=" + raw, status=422)
        assert list(form.page.wrongs) == ["open_vraag"]
        (shown,) = form.sees("open_vraag")
        assert (shown[0], shown[-1]) == ("a", "b")
    assert house.rows("response") == []


@pytest.mark.parametrize(("typed", "kept"), [("٧", 7), ("7,5", 7.5), (" 12 ", 12), ("100", 100), ("۱۰۰", 100), ("0", 0), ("-0", 0)])
def test_numbers_as_people_write_them_are_taken(house: OpenHouse, form: Resident, typed: str, kept: float) -> None:
    form.fills(getal=typed).presses("verder")
    assert house.answers() == {"getal": kept}
    assert str(kept).replace(".", ",") in form.page.text


@pytest.mark.parametrize("typed", ["31-12-2025", "2025-12-31", "31/12/2025", "31.12.2025", "٣١-١٢-٢٠٢٥"])
def test_dates_as_people_write_them_are_taken(house: OpenHouse, form: Resident, typed: str) -> None:
    form.fills(dag=typed).presses("verder")
    assert house.answers() == {"dag": "2025-12-31"}
    assert "31 december 2025" in form.page.text


def test_the_text_beside_anders_chooses_it(house: OpenHouse, form: Resident) -> None:
    form.fills({"keus.anders": "Iets heel anders"}).presses("verder")
    assert house.answers() == {"keus": "anders", "keus.anders": "Iets heel anders"}


def test_line_ends_and_accents_are_kept_in_one_way(house: OpenHouse, form: Resident) -> None:
    form.fills(open_vraag="een\r\ntwee\rdrie", regel="cafe\u0301").presses("verder")
    assert house.answers() == {"open_vraag": "een\ntwee\ndrie", "regel": "café"}


# ---------------------------------------------------------------- a form that is not one of ours


def test_foreign_fields_are_told_and_nothing_is_kept(house: OpenHouse, form: Resident) -> None:
    before = house.everything()
    form.sends("/v/alles/1", [*form.typed, ("regel", "Weg"), ("state", "finished"), ("rommel", "x")], status=422)
    assert form.page.messages == [FOREIGN]
    assert house.everything() == before
    form.presses("verder")
    assert form.number == "controle"


@pytest.mark.parametrize(
    "key", ["", "x", "1" * 36, "0" * 5000, "11111111-2222-4333-8444-55555555555Z", "\x00", "\ud800", "9223372036854775808"]
)
def test_a_key_that_is_none_is_refused_with_a_plain_page(house: OpenHouse, resident: Resident, key: str) -> None:
    before = house.everything()
    for url in (f"{DORDT}/1", f"{DORDT}/controle"):
        resident.sends(url, {"key": key, "seen": "0", "zestien": "ja"} if url.endswith("1") else {"key": key, "seen": "0"}, status=400)
    assert house.everything() == before


def test_a_form_without_a_key_is_refused(house: OpenHouse, resident: Resident) -> None:
    resident.sends(f"{DORDT}/1", {"zestien": "ja"}, status=400)
    resident.sends(f"{DORDT}/1", b"", status=400)
    assert house.rows("response") == []


def test_a_key_in_capitals_is_the_same_key(house: OpenHouse, resident: Resident) -> None:
    key = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
    resident.sends(f"{DORDT}/1", {"key": key, "seen": "0", "zestien": "ja"}, status=303)
    resident.sends(f"{DORDT}/1", {"key": key.upper(), "seen": "0", "zestien": "ja"}, status=303)
    assert [row["key"] for row in house.rows("response")] == [key]


def test_a_key_of_another_survey_is_refused_and_changes_nothing(house: OpenHouse, resident: Resident) -> None:
    resident.sends(f"{DORDT}/1", {"key": KEY, "seen": "0", "zestien": "ja"}, status=303)
    before = house.everything()
    resident.sends("/v/professionals-2026/1", {"key": KEY, "seen": "0", "pijlers": "wonen"}, status=400)
    assert house.everything() == before


@pytest.mark.parametrize("seen", ["", "x", "-1", "9223372036854775808", "1" * 5000, "\x00", "٣", "1.5"])
def test_a_seen_that_is_no_number_is_refused(house: OpenHouse, resident: Resident, seen: str) -> None:
    before = house.everything()
    resident.sends(f"{DORDT}/1", {"key": KEY, "seen": seen, "zestien": "ja"}, status=400)
    assert house.everything() == before


def test_a_seen_from_the_future_never_overwrites(house: OpenHouse, resident: Resident) -> None:
    resident.sends(f"{DORDT}/1", {"key": KEY, "seen": "0", "zestien": "ja"}, status=303)
    resident.sends(f"{DORDT}/2", {"key": KEY, "seen": "0", "wijk": "wielwijk"}, status=303)
    before = house.everything()
    resident.sends(f"{DORDT}/2", {"key": KEY, "seen": "999999999", "wijk": "crabbehof"}, status=409)
    assert house.everything() == before


@pytest.mark.parametrize(
    "number", ["0", "99", "abc", "-1", "1.5", "9223372036854775808", "1" * 5000, "%00", "%ED%A0%80", "٢", "1%20", "%2e%2e"]
)
def test_a_page_that_is_not_there_is_told_plainly(house: OpenHouse, resident: Resident, number: str) -> None:
    before = house.everything()
    assert resident.asks("GET", f"{DORDT}/{number}").status_code == 404
    resident.sends(f"{DORDT}/{number}", {"key": KEY, "seen": "0"}, status=404)
    assert house.everything() == before


@pytest.mark.parametrize("key", ["bestaat-niet", "%00", "%ED%A0%80", "x" * 5000, "DORDT-WEST-2026", "'%20or%201=1"])
def test_a_survey_that_is_not_there_is_told_plainly(house: OpenHouse, resident: Resident, key: str) -> None:
    for part in ("", "/1", "/controle", "/bedankt", "/later", "/gestopt", "/verder"):
        assert resident.asks("GET", f"/v/{key}{part}").status_code == 404
    for part in ("/1", "/controle", "/verder"):
        resident.sends(f"/v/{key}{part}", {"key": KEY, "seen": "0"}, status=404)


@pytest.mark.parametrize(
    ("state", "status"), [("draft", 404), ("closed", 410), ("archived", 410), ("paper_only", 410), ("paused", 503), ("test", 200)]
)
def test_a_survey_that_is_not_open_takes_nothing(house: OpenHouse, resident: Resident, state: str, status: int) -> None:
    resident.opens(DORDT).fills(zestien="ja")
    with house.engine.begin() as connection:
        connection.execute(text("UPDATE survey SET state = :state WHERE key = 'dordt-west-2026'"), {"state": state})
    before = house.everything()
    resident.presses("verder", status=303 if state == "test" else status)
    assert (house.everything() == before) == (state != "test")
    assert house.resident().asks("GET", DORDT).status_code == status


def test_json_and_multipart_are_refused(house: OpenHouse, resident: Resident) -> None:
    before = house.everything()
    fields = {"key": KEY, "seen": "0", "zestien": "ja"}
    for sent in (
        resident.asks("POST", f"{DORDT}/1", json=fields),
        resident.asks("POST", f"{DORDT}/1", data=fields, files={"zestien": ("a.txt", b"ja")}),
        resident.asks("POST", f"{DORDT}/1", content=b"zestien=ja", headers={"content-type": "text/plain"}),
    ):
        assert sent.status_code == 415
    assert house.everything() == before


def test_too_big_a_form_is_refused(house: OpenHouse, resident: Resident) -> None:
    before = house.everything()
    resident.sends(f"{DORDT}/1", {"key": KEY, "seen": "0", "zestien": "x" * 300_000}, status=413)
    resident.sends(f"{DORDT}/1", [("key", KEY), *((f"veld{n}", "1") for n in range(500))], status=400)
    assert house.everything() == before


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": f"http://{HOST}.evil.example"},
    ],
)
def test_a_form_from_another_site_is_refused(house: OpenHouse, resident: Resident, headers: dict[str, str]) -> None:
    before = house.everything()
    for url in (f"{DORDT}/1", f"{DORDT}/controle", f"{DORDT}/verder"):
        resident.sends(url, {"key": KEY, "seen": "0"}, status=403, **headers)
    assert house.everything() == before


def test_a_cookie_that_is_none_is_passed_over(house: OpenHouse, resident: Resident) -> None:
    for cookie in ("x", "9" * 3000, "%00", "'; drop table response"):
        resident.browser.cookies.clear()
        resident.browser.headers["cookie"] = f"antwoord={cookie}; taal={cookie}"
        assert resident.asks("GET", DORDT).status_code == 200


@pytest.mark.parametrize("lang", ["", "xx", "\x00", "../../etc", "NL", "nl" * 1000])
def test_a_language_that_is_not_offered_is_passed_over(house: OpenHouse, resident: Resident, lang: str) -> None:
    assert resident.asks("GET", DORDT, params={"taal": lang}).status_code == 200
    assert resident.page.lang == "nl"
    resident.sends(f"{DORDT}/1", {"key": KEY, "seen": "0", "zestien": "ja", "taal": lang}, status=303)
    assert resident.page.lang == "nl"


def test_an_unknown_button_is_read_as_verder(house: OpenHouse, resident: Resident) -> None:
    resident.sends(f"{DORDT}/1", {"key": KEY, "seen": "0", "zestien": "ja", "actie": "\x00weg"}, status=303)
    assert resident.number == "2"


def test_a_wrong_version_in_the_form_falls_back_to_the_newest(house: OpenHouse, resident: Resident) -> None:
    for nth, version in enumerate(("", "x", "%%%%%%%%%%%%", "____________", "0" * 12, "0" * 5000, "\x00" * 12, "\ud800" * 12)):
        key = str(uuid.UUID(int=nth, version=4))
        resident.sends(f"{DORDT}/1", {"key": key, "seen": "0", "zestien": "ja", "versie": version}, status=303)
    assert len({row["fingerprint"] for row in house.rows("response")}) == 1


def test_a_wrong_answer_to_a_question_that_is_not_shown_is_told_on_a_sound_page(house: OpenHouse, resident: Resident) -> None:
    """Another window took away the choice that this question hangs on, while a long text was being typed here."""
    before = house.everything()
    resident.sends("/v/professionals-2026/2", {"key": KEY, "seen": "0", "urgent_wonen": "x" * 5000}, status=422)
    assert resident.page.messages != []
    assert house.everything() == before


# ---------------------------------------------------------------- anything at all

WORDS = some.one_of(
    some.text(max_size=30),
    some.sampled_from(["ja", "nee", "wielwijk", "verder", "terug", "later", "1", "dk", "", "\x00", "\ud800", "٣", "2" * 40, "=1", KEY]),
)
NAMES = some.one_of(
    some.sampled_from(
        [
            "key",
            "seen",
            "actie",
            "taal",
            "versie",
            "zestien",
            "wijk",
            "cijfer_buurt",
            "wonen_stellingen.stoep",
            "wonen_open",
            "overlast",
            "code",
        ]
    ),
    some.text(max_size=12),
)
PARTS = some.sampled_from([*"12347", "controle", "verder", "9", "x"])
anything = settings(
    max_examples=60, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@given(part=PARTS, fields=some.lists(some.tuples(NAMES, WORDS), max_size=8), keyed=some.booleans())
@anything
def test_no_form_breaks_the_server(house: OpenHouse, part: str, fields: list[tuple[str, str]], keyed: bool) -> None:
    resident = house.resident("ar")
    sent = [*fields, *([("key", str(uuid.uuid4())), ("seen", "0")] if keyed else [])]
    body = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in sent).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert resident.browser.post(f"{DORDT}/{part}", content=body, headers=headers).status_code < 500


def quoted(words: str) -> str:
    return "".join(f"%{byte:02X}" for byte in words.encode("utf-8", "surrogatepass"))


@given(
    part=PARTS,
    body=some.binary(max_size=200),
    kind=some.sampled_from(["application/x-www-form-urlencoded", "", "x/y", "application/x-www-form-urlencoded; charset=utf-16"]),
)
@anything
def test_no_bytes_break_the_server(house: OpenHouse, part: str, body: bytes, kind: str) -> None:
    resident = house.resident()
    assert resident.browser.post(f"{DORDT}/{part}", content=body, headers={"content-type": kind}).status_code < 500
    assert house.rows("response") == []


@given(path=some.text(max_size=40), query=some.text(max_size=40))
@anything
def test_no_address_breaks_the_server(house: OpenHouse, path: str, query: str) -> None:
    resident = house.resident()
    said = resident.browser.request("GET", f"/v/{quoted(path)}?taal={quoted(query)}&{quoted(query)}")
    assert said.status_code < 500


# ---------------------------------------------------------------- letters that are none, in forms of staff and in addresses

INVITED = {"name": "Sanne", "role": "office", "mail": "sanne@voorbeeld.example", "ends_on": ""}
STATED = {"id": "f" + "2" * 14, "titel": "Licht", "tekst": "Het is donker.", "pijler": "veilig", "doel": "", "gebied": "", "citaat": "s1"}


@pytest.mark.parametrize("broken", [b"a%ED%A0%80", b"a%FF", b"a%00", b"a\xff"])
@pytest.mark.parametrize(
    ("address", "typed", "field", "status"),
    [
        ("/beheer/uitnodigen", INVITED, "name", 422),
        ("/beheer/uitnodigen", INVITED, "role", 422),
        ("/beheer/uitnodigen", INVITED, "mail", 422),
        ("/beheer/uitnodigen", INVITED, "ends_on", 422),
        ("/beheer/uitnodigen", INVITED, "token", 403),
        ("/beheer/intrekken", {}, "invitation", 404),
        ("/beheer/mensen/m-office/einddatum", {}, "ends_on", 422),
        ("/beheer/mensen/m-office/rol", {}, "role", 422),
        ("/bevindingen/citaat", {"actie": "vrij"}, "uitspraak", 404),
        *(
            ("/bevindingen/stellingen/nieuw", STATED, field, 422)
            for field in ("titel", "pijler", "doel", "gebied", "thema", "bewijs", "citaat")
        ),
    ],
)
def test_a_broken_letter_in_a_form_of_staff_is_refused(  # the words of one case
    house: OpenHouse, broken: bytes, address: str, typed: dict[str, str], field: str, status: int
) -> None:
    sent = {"token": house.token("admin")} | typed
    sent.pop(field, None)
    house.colleague("office")
    house.colleague("admin").sends(address, urlencode(sent).encode() + f"&{field}=".encode() + broken, status=status)
    assert (house.rows("invitation"), house.rows("finding"), house.rows("mail")) == ([], [], [])


@pytest.mark.parametrize("broken", ["%00", "a%00b", "%ED%A0%80", "%FF"])
def test_an_address_with_a_letter_that_is_none_leads_nowhere(house: OpenHouse, broken: str) -> None:
    admin, asked = house.colleague("admin"), set()
    for route in house.app.routes:
        path = re.sub(r"\{\w+\}", broken, getattr(route, "path", ""))
        for method in getattr(route, "methods", ()) if "%" in path else ():
            answer = admin.asks(
                method, path, **({"data": {"token": house.token("admin"), "key": KEY, "seen": "0"}} if method == "POST" else {})
            )
            asked.add((method, getattr(route, "path", ""), answer.status_code))
    unread = (
        "/v/{survey_id}/controle", "/bevindingen/themas/{pillar}/{key}/vast", "/bevindingen/stellingen/{finding_id}/stand",
        "/kantoor/enquetes/{key}/stand",
    )  # fmt: skip
    assert {route for route in asked if route[2] != 404} == {
        ("POST", path, 400) for path in unread
    }  # what their form says is looked at first
    assert len(asked) > 50
