"""The ways in: a letter with a code, a tablet of somebody who helps, the open link; and nothing that leads from a letter to an answer."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from houses import OpenHouse
from people import Resident, text_of
from sqlalchemy import Connection, insert, select, text

from app.answering import mixing
from app.answering.ways import DEVICE, LETTER
from app.codes import code_hash, in_groups
from app.models.tables import PERSONAL_CODE
from app.office.ways import add_link, close_link, make_codes

KEY = "dordt-west-2026"
SURVEY = f"/v/{KEY}"
USED = "Met deze code is al iemand begonnen"


def codes(house: OpenHouse, number: int = 1, batch: str = "brief 1") -> list[str]:
    with house.engine.begin() as connection:
        return make_codes(connection, house.settings, KEY, batch=batch, number=number)


def begins(resident: Resident) -> Resident:
    return resident.fills(zestien="ja").presses("verder")


def streams(house: OpenHouse) -> list[str]:
    return sorted(row["stream"] for row in house.rows("response"))


# ---------------------------------------------------------------- a letter with a code


def test_a_code_from_a_letter_leads_to_the_survey_and_stays_in_no_address(house: OpenHouse) -> None:
    (code,) = codes(house)
    resident = house.resident().opens(f"/u/{code}")
    assert resident.url == SURVEY
    assert house.rows("personal_code")[0]["state"] == "unused", "looking never writes"
    begins(resident)
    assert streams(house) == ["sample"]
    assert house.rows("personal_code")[0]["state"] == "used"
    assert LETTER not in resident.browser.cookies, "the letter is forgotten once it has been used"


@pytest.mark.parametrize("change", [str.lower, in_groups, lambda code: " " + "-".join(code) + " ", lambda code: code.translate({ord(d): chr(0x660 + int(d)) for d in "23456789"})])  # fmt: skip
def test_a_code_is_typed_as_people_type(house: OpenHouse, change: Any) -> None:
    (code,) = codes(house)
    resident = house.resident().opens("/u").fills(code=change(code)).presses("Verder")
    assert resident.url == SURVEY
    begins(resident)
    assert streams(house) == ["sample"]


def test_a_letter_in_arabic_leads_to_a_page_in_arabic(house: OpenHouse) -> None:
    (code,) = codes(house)
    assert house.resident("nl").opens(f"/u/{code}?taal=ar").page.lang == "ar"


def test_a_code_that_is_none_is_told_so_and_guessing_waits(house: OpenHouse) -> None:
    (code,) = codes(house)
    guesser = house.resident(address="203.0.113.9").opens("/u").fills(code="ABCD").presses("Verder", status=422)
    assert list(guesser.page.wrongs) == ["code"]
    guesser.opens("/u/ABCDEFGH2345", status=404)
    for _ in range(48):
        guesser.asks("GET", "/u/ABCDEFGH2345")
    assert guesser.asks("GET", "/u/ABCDEFGH2345").status_code == 429
    assert guesser.opens(f"/u/{code}").url == SURVEY, "a right code never waits"
    assert house.resident().asks("GET", "/u/ABCDEFGH2345").status_code == 404, "another address does not wait"


def test_a_code_that_was_used_says_what_can_be_done(house: OpenHouse) -> None:
    (code,) = codes(house)
    begins(house.resident().opens(f"/u/{code}"))
    other = house.resident().opens(f"/u/{code}")
    assert other.page.heading == USED
    assert code not in other.url
    begins(other.follows(f"{SURVEY}?opnieuw=1"))
    assert streams(house) == ["open_link", "sample"]


def test_who_goes_on_with_the_same_device_is_one_response_of_the_sample(house: OpenHouse) -> None:
    (code,) = codes(house)
    resident = begins(house.resident().opens(f"/u/{code}"))
    resident.fills(wijk="wielwijk").presses("verder")
    resident.opens(f"/u/{code}").follows(SURVEY)
    assert resident.reads("Was u hier eerder bezig?")
    assert streams(house) == ["sample"]


def test_a_made_up_cookie_is_no_letter(house: OpenHouse) -> None:
    (code,) = codes(house)
    hashed = code_hash(house.settings.key, code)
    for forged in (hashed, f"{hashed}.", f"{hashed}.{'0' * 32}", f"{hashed}.é", "."):
        resident = house.resident()
        resident.browser.cookies.set(LETTER, forged.encode().decode("latin-1") if forged.isascii() else "x", path=SURVEY)
        begins(resident.opens(SURVEY))
    assert set(streams(house)) == {"open_link"}
    assert house.rows("personal_code")[0]["state"] == "unused"


def test_under_16_leaves_the_code_as_it_was_and_nothing_on_the_device(house: OpenHouse) -> None:
    """Before anything is kept the letter can still be used by somebody of 16; after that only its mark stays."""
    first, second = codes(house, 2)
    child = house.resident().opens(f"/u/{first}").fills(zestien="nee").presses("verder")
    assert LETTER not in child.browser.cookies
    assert {row["state"] for row in house.rows("personal_code")} == {"unused"}
    child = begins(house.resident().opens(f"/u/{second}")).opens(f"{SURVEY}/1").fills(zestien="nee").presses("verder")
    assert house.rows("response") == house.rows("answered_page") == []
    assert sorted(row["state"] for row in house.rows("personal_code")) == ["unused", "used"]


@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"])
def test_two_people_with_one_code_at_the_same_moment_are_one_of_the_sample(house: OpenHouse) -> None:
    made = codes(house, 6)
    pairs = [[house.resident(address=f"10.0.1.{n}").opens(f"/u/{code}").fills(zestien="ja") for n in range(2)] for code in made]
    together = threading.Barrier(12)

    def press(resident: Resident) -> None:
        together.wait()
        resident.presses("verder")

    with ThreadPoolExecutor(12) as people:
        list(people.map(press, [one for pair in pairs for one in pair]))
    assert streams(house) == ["open_link"] * 6 + ["sample"] * 6
    assert {row["state"] for row in house.rows("personal_code")} == {"used"}


def test_a_first_page_sent_twice_uses_the_code_once(house: OpenHouse) -> None:
    (code,) = codes(house)
    resident = house.resident().opens(f"/u/{code}").fills(zestien="ja")
    letter = resident.browser.cookies.get(LETTER)
    fields = [*resident.typed, ("actie", "verder")]
    resident.sends(f"{SURVEY}/1", fields, status=303)
    resident.browser.cookies.set(LETTER, letter or "", path=SURVEY)
    resident.sends(f"{SURVEY}/1", fields, status=303)
    assert streams(house) == ["sample"]


def test_the_first_page_costs_two_statements_more_and_the_next_none(house: OpenHouse) -> None:
    (code,) = codes(house)
    resident = house.resident().opens(f"/u/{code}").fills(zestien="ja")
    with house.statements() as said:
        resident.sends(f"{SURVEY}/1", [*resident.typed, ("actie", "verder")], status=303)
    kept = [one for one in said if re.match("INSERT INTO (response|answered_page)|UPDATE (personal_code|response)", one)]
    assert len(kept) == 4
    resident.fills(wijk="wielwijk")
    with house.statements() as said:
        resident.presses("verder")
    assert not [one for one in said if "personal_code" in one]


# ---------------------------------------------------------------- from a letter to an answer


def as_it_lies(connection: Connection, table: str) -> list[dict[str, Any]]:
    """The rows of a table as somebody with the files sees them: in the order in which they lie, with the transaction that wrote them."""
    postgres = connection.engine.dialect.name == "postgresql"
    columns = "*, xmin::text AS writer, ctid AS place" if postgres else "*"
    order = "ORDER BY ctid" if postgres else ("" if table == "personal_code" else "ORDER BY rowid")
    return [dict(row._mapping) for row in connection.execute(text(f"SELECT {columns} FROM {table} {order}"))]  # noqa: S608, SLF001  # names of ours; SQLAlchemy's public name begins with _


def linked(house: OpenHouse, owner: dict[str, str]) -> dict[str, int]:
    """How many responses each attack puts with the right code. `owner`: response -> hash of its code."""
    with house.engine.connect() as connection:
        used = [row for row in as_it_lies(connection, "personal_code") if row["state"] == "used"]
        responses = [row for row in as_it_lies(connection, "response") if row["stream"] == "sample"]
        pages = as_it_lies(connection, "answered_page")
    writers = {
        row["id"]: {row.get("writer"), *(page.get("writer") for page in pages if page["response_id"] == row["id"])} for row in responses
    }
    by_writer = {row.get("writer"): row["code_hash"] for row in used}
    order = [row["code_hash"] for row in used]
    return {
        "by order": sum(owner[row["id"]] == hashed for row, hashed in zip(responses, order, strict=True)),
        "by order backwards": sum(owner[row["id"]] == hashed for row, hashed in zip(responses, reversed(order), strict=True)),
        "by transaction": sum(
            len(by_writer) > 1 and owner[row["id"]] in {by_writer.get(writer) for writer in writers[row["id"]]} for row in responses
        ),
        "by value": sum(
            bool({str(value) for value in row.values()} & {hashed, hashed[:16]}) for row in responses for hashed in order
        ),
    }  # fmt: skip


def answers_with_codes(house: OpenHouse, people: int) -> dict[str, str]:
    """People answer one after another, each with a letter; only this test knows who had which."""
    owner: dict[str, str] = {}
    for number in range(people):
        code = f"{'23456789ABCDEFGHJKLM'[number]}BCDEFGHJKLM"
        with house.engine.begin() as connection:
            row = {"code_hash": code_hash(house.settings.key, code), "survey_key": KEY, "batch": "b", "state": "unused"}
            connection.execute(insert(PERSONAL_CODE).values(**row))
    for number in range(people):
        code = f"{'23456789ABCDEFGHJKLM'[number]}BCDEFGHJKLM"
        before = {row["id"] for row in house.rows("response")}
        begins(house.resident().opens(f"/u/{code}")).fills(wijk="wielwijk").presses("verder")
        (mine,) = {row["id"] for row in house.rows("response")} - before
        owner[mine] = code_hash(house.settings.key, code)
    return owner


def test_nobody_gets_from_a_letter_to_an_answer_better_than_by_chance(house: OpenHouse) -> None:
    """By chance one of twenty is right; five or more would be one time in 270."""
    owner = answers_with_codes(house, 20)
    found = linked(house, owner)
    assert max(found.values()) < 5, found
    assert found["by transaction"] == found["by value"] == 0
    assert {row["state"] for row in house.rows("personal_code")} == {"used"}


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_the_attack_would_find_them_if_the_codes_were_not_mixed(house: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixing, "_mix_now", lambda *_: None)
    found = linked(house, answers_with_codes(house, 20))
    assert found["by transaction"] == 20


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_log_of_sqlite_does_not_show_what_was_written_together(house: OpenHouse) -> None:
    answers_with_codes(house, 1)
    assert house.engine.url.database
    with open(f"{house.engine.url.database}-wal", "rb") as log:  # noqa: PTH123  # what stands beside the database
        assert b"answered_page" not in log.read()


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_a_code_can_be_used_while_codes_are_mixed(house: OpenHouse) -> None:
    """Mixing writes every row anew: who uses a code meanwhile waits, and is of the sample."""
    made = codes(house, 400)
    stop = threading.Event()

    def mixes() -> None:
        while not stop.is_set():
            mixing.mix(house.engine, PERSONAL_CODE, KEY)

    mixer = threading.Thread(target=mixes)
    mixer.start()
    try:
        with ThreadPoolExecutor(4) as people:
            list(people.map(lambda code: begins(house.resident().opens(f"/u/{code}")), made[:24]))
    finally:
        stop.set()
        mixer.join()
    assert streams(house) == ["sample"] * 24
    assert sum(row["state"] == "used" for row in house.rows("personal_code")) == 24
    assert len(house.rows("personal_code")) == 400


def test_no_code_stands_in_a_log_line_or_a_table(house: OpenHouse, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    (code,) = codes(house)
    begins(house.resident().opens(f"/u/{code}"))
    house.resident().opens(f"/u/{code}")
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("http")]  # the browser of this test writes too
    assert any("/u/{code:path}" in line for line in ours)
    assert code not in "\n".join(ours)
    assert code not in str(house.everything())


# ---------------------------------------------------------------- the tablet of who helps


def link(house: OpenHouse, until: str = "2026-12-31") -> str:
    with house.engine.begin() as connection:
        return add_link(connection, house.settings, KEY, organisation="Stichting De Buurvrouw", until=date.fromisoformat(until))[1]


def finishes(resident: Resident) -> Resident:
    begins(resident).fills(wijk="wielwijk").presses("verder")
    return resident.opens(f"{SURVEY}/controle").presses("verder")


def test_on_a_tablet_that_helps_everybody_is_assisted_and_starts_anew(house: OpenHouse) -> None:
    tablet = house.resident().opens(f"/h/{link(house)}")
    assert tablet.url == f"{SURVEY}?opnieuw=1"
    for _ in range(2):
        assert "Dit toestel is van Stichting De Buurvrouw." in tablet.page.text
        finishes(tablet)
        assert "Stichting De Buurvrouw" in tablet.page.text
        receipt = tablet.receipt
        tablet.follows(f"{SURVEY}?opnieuw=1")
        assert receipt not in tablet.page.html
    assert [(row["stream"], row["assisted"], row["state"]) for row in house.rows("response")] == [("desk", True, "finished")] * 2
    assert "Buurvrouw" not in str(house.rows("response"))


def test_nobody_reads_what_the_person_before_her_answered(house: OpenHouse) -> None:
    tablet = begins(house.resident().opens(f"/h/{link(house)}"))
    tablet.fills(wijk="wielwijk", wonen_open="de buurman op nummer 14") if "wonen_open" in tablet.page.html else tablet.fills(
        wijk="wielwijk"
    )
    tablet.presses("verder")
    tablet.opens(SURVEY)
    assert not tablet.reads("Was u hier eerder bezig?")
    assert tablet.opens(f"{SURVEY}/2").url == SURVEY


def test_a_letter_on_a_tablet_that_helps_is_of_the_sample_and_assisted(house: OpenHouse) -> None:
    (code,) = codes(house)
    tablet = begins(house.resident().opens(f"/h/{link(house)}").opens(f"/u/{code}"))
    begins(tablet.opens(f"{SURVEY}?opnieuw=1"))
    assert sorted((row["stream"], row["assisted"]) for row in house.rows("response")) == [("desk", True), ("sample", True)]


def test_a_letter_that_was_left_on_a_tablet_is_not_for_the_next(house: OpenHouse) -> None:
    (code,) = codes(house)
    tablet = house.resident().opens(f"/h/{link(house)}").opens(f"/u/{code}").opens(f"{SURVEY}?opnieuw=1")
    begins(tablet)
    assert streams(house) == ["desk"]


@pytest.mark.parametrize("how", ["closed", "ended", "unknown"])
def test_a_link_that_ended_helps_nobody(house: OpenHouse, how: str) -> None:
    token = link(house, "2026-11-02" if how == "ended" else "2026-12-31")
    tablet = house.resident().opens(f"/h/{token}") if how != "unknown" else house.resident()
    if how == "closed":
        with house.engine.begin() as connection:
            assert close_link(connection, house.rows("help_link")[0]["id"])
    house.app.state.links.read_at = -100.0
    if how == "ended":
        house.app.state.house.settings = house.settings.model_copy(update={"now": house.settings.clock().replace(day=3)})
    tablet.opens(f"/h/{token if how != 'unknown' else 'onbekend'}", status=404)
    assert tablet.page.heading == "Deze link werkt niet meer"
    begins(tablet.opens(f"{SURVEY}?opnieuw=1"))
    assert [(row["stream"], row["assisted"]) for row in house.rows("response")] == [("open_link", False)]


def test_a_link_is_for_its_own_survey_alone(house: OpenHouse) -> None:
    tablet = house.resident().opens(f"/h/{link(house)}")
    token = tablet.browser.cookies.get(DEVICE)
    tablet.browser.cookies.set(DEVICE, token or "", path="/v/professionals-2026")
    assert "Buurvrouw" not in tablet.opens("/v/professionals-2026").page.html


def test_a_tablet_costs_no_statement_a_page(house: OpenHouse) -> None:
    tablet = begins(house.resident().opens(f"/h/{link(house)}")).fills(wijk="wielwijk")
    with house.statements() as said:
        tablet.sends(f"{SURVEY}/2", [*tablet.typed, ("actie", "verder")], status=303)
    assert not [one for one in said if "help_link" in one]


def test_only_hashes_are_kept(house: OpenHouse) -> None:
    token, (code,) = link(house), codes(house)
    with house.engine.connect() as connection:
        assert len(connection.execute(select(PERSONAL_CODE.c.code_hash)).scalar_one()) == 64
    assert token not in str(house.everything())
    assert code not in str(house.everything())


# ---------------------------------------------------------------- at the office

DESK = "/kantoor/ingangen"


def test_the_office_makes_codes_that_stand_in_the_file_alone(house: OpenHouse) -> None:
    office = house.colleague("office").opens(DESK).fills(reeks="brief  november", aantal="3", form=f"{DESK}/codes")
    answer = office.asks("POST", f"{DESK}/codes", data=dict(office.typed))
    head, *lines = answer.text.splitlines()
    assert head == "code,address"
    assert [line.partition(",")[2] for line in lines] == [
        f"http://wijkstem.example/u/{line.partition(',')[0].replace(' ', '')}" for line in lines
    ]
    begins(house.resident().opens(f"/u/{lines[0].rpartition('/')[2]}"))
    office.opens(DESK)
    row = [text_of(cell) for cell in office.page.one("tbody").iter("td")]
    assert row[1:3] == ["3", "1"]
    office.presses("Ja, wie nog niet begon kan dat niet meer")
    assert office.reads("De ongebruikte codes werken niet meer.")
    house.resident().opens(f"/u/{lines[1].rpartition('/')[2]}", status=404)
    assert [(act["action"], act["object"]) for act in house.rows("audit")] == [
        ("codes made", f"{KEY} brief november 3"),
        ("codes stopped", f"{KEY} brief november 2"),
    ]
    assert not [line for line in lines if line.rpartition("/")[2] in str(house.everything())]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [({"reeks": "", "aantal": "3"}, "reeks"), ({"reeks": "b", "aantal": "veel"}, "aantal"), ({"reeks": "b", "aantal": "100001"}, "aantal"), ({"reeks": "al gedaan", "aantal": "1"}, "reeks")],
)  # fmt: skip
def test_what_the_office_typed_stays_beside_what_must_be_mended(house: OpenHouse, typed: dict[str, str], wrong: str) -> None:
    codes(house, batch="al gedaan")
    office = house.colleague("office").opens(DESK).fills(**typed, form=f"{DESK}/codes")
    office.sends(f"{DESK}/codes", office.typed, status=422)
    assert list(office.page.wrongs) == [wrong]
    assert typed.items() <= {name: value for form in office.page.all("form") for name, value in office.page.fields(form)}.items()
    assert len(house.rows("personal_code")) == 1


def test_the_office_makes_a_link_sees_it_once_and_closes_it(house: OpenHouse) -> None:
    office = house.colleague("admin").opens(DESK).fills(organisatie="Taalhuis", einddatum="2026-12-31", form=f"{DESK}/links")
    office.presses("Maak de link", status=200, form=f"{DESK}/links")
    address = text_of(office.page.by_id("link"))
    tablet = house.resident().opens(address.removeprefix("http://wijkstem.example"))
    assert "Taalhuis" in tablet.page.text
    office.opens(DESK)
    assert address not in office.page.html
    office.presses("Sluit: Taalhuis")
    assert office.reads("De link is gesloten. Hij werkt binnen tien seconden nergens meer.")
    tablet.opens(address.removeprefix("http://wijkstem.example"), status=404)
    assert [act["action"] for act in house.rows("audit")] == ["link for help made", "link for help closed"]


@pytest.mark.parametrize("day", ["2026-11-01", "", "morgen"])
def test_a_link_needs_a_last_day_that_is_still_to_come(house: OpenHouse, day: str) -> None:
    office = house.colleague("office").opens(DESK).fills(organisatie="Taalhuis", einddatum=day, form=f"{DESK}/links")
    office.sends(f"{DESK}/links", office.typed, status=422)
    assert list(office.page.wrongs) == ["einddatum"]
    assert house.rows("help_link") == []


def test_the_office_downloads_a_poster(house: OpenHouse) -> None:
    office = house.colleague("office")
    answer = office.asks("GET", f"{DESK}/affiche?taal=nl&taal=xx&vragenlijst={KEY}")
    assert (answer.headers["content-type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert office.asks("GET", f"{DESK}/affiche?vragenlijst=geen").status_code == 404
