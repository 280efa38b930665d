"""A table writes down what is said: each note is one statement, kept once, mended, removed, and never seen by another table."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from houses import OpenHouse
from meetings import at_table, held, is_now, link_to, make_wijkgesprek, table_token
from people import Resident, text_of

from app.access import ROLES
from app.wijkgesprekken import notes
from app.wijkgesprekken.notes_routes import NOT_BEGUN

LAMP = {"tekst": "De lamp in het portiek is kapot.", "soort": "probleem", "pijler": "wonen", "plek": "Nolensweg", "taal": "nl"}
OFFICE = "/kantoor/wijkgesprekken"


def written(writer: Resident) -> list[str]:
    """The notes as they stand on the page, from top to bottom."""
    return [text_of(item.find("p")) for item in writer.page.by_id("written").iter("li")]


def kept(house: OpenHouse) -> list[dict[str, Any]]:
    """Each note whole: its statement and what belongs to it, as it was written down."""
    statements = {row["id"]: row for row in house.rows("statement")}
    return sorted(
        (row | statements[row["statement_id"]] for row in house.rows("contribution")), key=lambda row: (row["table_no"], row["seq"])
    )


def acts(house: OpenHouse) -> list[tuple[str, str]]:
    return [(row["actor"], row["action"]) for row in house.rows("audit")]


# ---------------------------------------------------------------- writing down


def test_what_is_said_becomes_a_statement(house: OpenHouse) -> None:
    id_ = held(house)
    writer = at_table(house, id_, 2).fills(LAMP).presses("Bewaar")
    assert "Bewaard." in writer.page.text
    assert written(writer) == [LAMP["tekst"]]
    (note,) = kept(house)
    assert {name: note[name] for name in ("source", "survey_key", "response_id", "question", "text", "lang", "pillar_asked", "area", "channel", "stream", "said_on")} == {
        "source": "wijkgesprek", "survey_key": None, "response_id": None, "question": "inbreng", "text": LAMP["tekst"], "lang": "nl",
        "pillar_asked": "wonen", "area": "wielwijk", "channel": "oral", "stream": "", "said_on": date(2026, 11, 2),
    }  # fmt: skip
    assert {name: note[name] for name in ("wijkgesprek_id", "table_no", "seq", "kind", "place_note", "made_by", "revision")} == {
        "wijkgesprek_id": id_, "table_no": 2, "seq": 1, "kind": "probleem", "place_note": "Nolensweg", "made_by": f"{id_}/2", "revision": 1,
    }  # fmt: skip
    assert acts(house) == [(f"table {id_}/2", "note new")]
    assert "portiek" not in str(house.rows("audit"))


def test_the_newest_note_stands_on_top_and_each_has_its_own_language(house: OpenHouse) -> None:
    writer = at_table(house, held(house), 1, lang="ar")
    assert writer.sees("taal") == ["ar"]
    for words, lang in (("Eerst dit", "nl"), ("الرطوبة في الغرفة", "ar"), ("Park karanlık", "tr")):
        writer.fills(LAMP | {"tekst": words, "taal": lang}).sends("/tafel", writer.typed, status=303)
    assert written(writer) == ["Park karanlık", "الرطوبة في الغرفة", "Eerst dit"]
    shown = [(item.find("p").get("lang"), item.find("p").get("dir")) for item in writer.page.by_id("written").iter("li")]  # type: ignore[union-attr]  # each has one
    assert shown == [("tr", "ltr"), ("ar", "rtl"), ("nl", "ltr")]


def test_what_fits_nowhere_is_kept_without_a_pillar(house: OpenHouse) -> None:
    at_table(house, held(house), 1).fills(LAMP | {"pijler": "overig"}).presses("Bewaar")
    assert [note["pillar_asked"] for note in kept(house)] == [None]


def test_the_same_note_twice_is_one_note(house: OpenHouse) -> None:
    writer = at_table(house, held(house), 1).fills(LAMP)
    twice = list(writer.typed)
    writer.sends("/tafel", twice, status=303).sends("/tafel", twice, status=303)
    assert written(writer) == [LAMP["tekst"]]
    assert [action for _, action in acts(house)] == ["note new"]


def test_one_note_from_ten_devices_at_once_is_one_note(house: OpenHouse) -> None:
    id_ = held(house)
    sent = dict(at_table(house, id_, 1).fills(LAMP).typed)
    writers = [at_table(house, id_, 1) for _ in range(10)]
    with ThreadPoolExecutor(10) as together:
        answers = list(together.map(lambda writer: writer.browser.post("/tafel", data=sent).status_code, writers))
    assert answers == [303] * 10
    assert [(note["text"], note["seq"]) for note in kept(house)] == [(LAMP["tekst"], 1)]


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("tekst", "", notes.EMPTY),
        ("tekst", "   \r\n ", notes.EMPTY),
        ("tekst", "x" * 2001, "Dit is te lang: 2001 letters. Er passen 2000 letters. Maak er twee notities van."),
        ("tekst", "een \x00 teken", notes.STRANGE),
        ("tekst", "een \x1b teken", notes.STRANGE),
        ("soort", "klacht", notes.CHOOSE_KIND),
        ("soort", "", notes.CHOOSE_KIND),
        ("pijler", "liefde", notes.CHOOSE_PILLAR),
        ("taal", "xx", notes.CHOOSE_LANGUAGE),
        ("plek", "x" * 121, "Dit is te lang: 121 letters. Er passen 120 letters. Noem alleen de straat of de plek."),
        ("plek", "Nolensweg 14b", notes.HOUSE_NUMBER),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(house: OpenHouse, field: str, typed: str, sentence: str) -> None:
    writer = at_table(house, held(house), 1)
    sent = dict(writer.typed) | LAMP | {field: typed}
    writer.sends("/tafel", sent, status=422)
    assert writer.page.wrongs == {field: sentence}
    assert writer.page.messages == [sentence]
    if field != "tekst":
        assert writer.sees("tekst") == [LAMP["tekst"]]
    assert writer.key == sent["key"]
    assert house.rows("statement") == []


@pytest.mark.parametrize(
    ("place", "is_fine"),
    [
        ("Nolensweg", True),
        ("het plein bij de Jumbo", True),
        ("bushalte lijn 4", True),
        ("tussen 3 en 5 uur op de markt", True),
        ("Krispijnseweg 12", False),
        ("krispijnseweg 12a", False),
        ("Krispijnseweg, 12", False),
        ("Krispijnseweg nr. 12", False),
        ("Krispijnseweg huisnummer 12", False),
        ("Laan der Verenigde Naties 40", False),
        ("Brouwersdijk ١٢", False),
        ("bij nr 12", False),
    ],
)
def test_a_house_number_is_no_place(place: str, is_fine: bool) -> None:
    assert (notes.NUMBERED_HOUSE.search(place) is None) == is_fine


# ---------------------------------------------------------------- what may be read of it

NUMBERS = ("111222333", "NL91ABNA0417164300", "06-12345678", "jan@voorbeeld.nl")
TELLING = LAMP | {
    "tekst": "Hans de Vries (BSN 111222333) belt 06-12345678 of mailt jan@voorbeeld.nl. Zijn rekening is NL91ABNA0417164300.",
    "plek": "Nolensweg, bel 06-12345678",
}


def test_numbers_are_never_kept_and_a_name_is_read_by_nobody_before_a_person_decided(house: OpenHouse) -> None:
    id_ = held(house)
    writer = at_table(house, id_, 3).fills(TELLING)
    sent = list(writer.typed)
    writer.presses("Bewaar")
    assert "Bewaard. Nummers zijn verborgen." in writer.page.text
    (note,) = kept(house)
    masked = "Hans de Vries (BSN [bsn]) belt [telefoon] of mailt [mail]. Zijn rekening is [iban]."
    assert (note["text"], note["place_note"]) == (masked, "Nolensweg, bel [telefoon]")
    assert [number for number in NUMBERS if number in str(house.everything())] == []
    readers = [writer, *(house.colleague(role).opens(f"{OFFICE}/{id_}/inbreng?tafel=3") for role in ("office", "interviewer", "admin"))]
    assert [written(reader) for reader in readers] == [[masked.replace("Hans de Vries", "[naam]")]] * 4
    pages = [reader.page.html for reader in readers] + [readers[1].opens(f"{OFFICE}/{id_}/afdrukken?tafel=3").page.html]
    assert [word for word in (*NUMBERS, "Hans", "Vries") if word in str(pages)] == []
    readers[1].opens(f"{OFFICE}/{id_}/inbreng?tafel=3&wijzig={note['statement_id']}")  # who mends it sees the words that are kept
    assert readers[1].sees("tekst") == [masked]
    writer.sends("/tafel", sent, status=303)
    assert [(note["text"], note["revision"]) for note in kept(house)] == [(masked, 1)]
    assert [action for _, action in acts(house)] == ["note new"]


def test_words_of_another_device_are_shown_as_they_may_be_read(house: OpenHouse) -> None:
    id_ = held(house)
    one = at_table(house, id_, 1).fills(LAMP).presses("Bewaar")
    (note,) = kept(house)
    other = at_table(house, id_, 1).opens(f"/tafel?wijzig={note['statement_id']}").fills(tekst="Van het tweede apparaat")
    one.opens(f"/tafel?wijzig={note['statement_id']}").fills(tekst=TELLING["tekst"]).presses("Bewaar")
    other.presses("Bewaar", status=409)
    assert "[naam] (BSN [bsn]) belt [telefoon]" in other.page.text
    assert [word for word in (*NUMBERS, "Hans", "Vries") if word in other.page.html] == []


# ---------------------------------------------------------------- mending and removing


def test_a_note_is_mended_and_its_statement_with_it(house: OpenHouse) -> None:
    writer = at_table(house, held(house), 3).fills(LAMP).presses("Bewaar")
    (note,) = kept(house)
    writer.follows(f"/tafel?wijzig={note['statement_id']}")
    assert writer.sees("tekst") == [LAMP["tekst"]]
    writer.fills(tekst="De lamp is nu gemaakt.", soort="compliment", pijler="veilig").presses("Bewaar")
    (after,) = kept(house)
    assert {name: after[name] for name in ("id", "text", "kind", "pillar_asked", "revision", "seq")} == {
        "id": note["id"], "text": "De lamp is nu gemaakt.", "kind": "compliment", "pillar_asked": "veilig", "revision": 2, "seq": 1,
    }  # fmt: skip
    assert [action for _, action in acts(house)] == ["note new", "note changed"]


def test_two_devices_at_one_table_see_both_texts(house: OpenHouse) -> None:
    id_ = held(house)
    one = at_table(house, id_, 1).fills(LAMP).presses("Bewaar")
    (note,) = kept(house)
    other = at_table(house, id_, 1).opens(f"/tafel?wijzig={note['statement_id']}")
    one.opens(f"/tafel?wijzig={note['statement_id']}").fills(tekst="Van het eerste apparaat").presses("Bewaar")
    other.fills(tekst="Van het tweede apparaat").presses("Bewaar", status=409)
    assert [row["text"] for row in kept(house)] == ["Van het eerste apparaat"]
    assert "Van het eerste apparaat" in other.page.text
    assert other.sees("tekst") == ["Van het tweede apparaat"]
    other.presses("Bewaar")  # with both before her she chooses her own
    assert [row["text"] for row in kept(house)] == ["Van het tweede apparaat"]


def test_a_note_that_was_removed_meanwhile_comes_back_only_on_purpose(house: OpenHouse) -> None:
    id_ = held(house)
    one = at_table(house, id_, 1).fills(LAMP).presses("Bewaar")
    (note,) = kept(house)
    other = at_table(house, id_, 1).opens(f"/tafel?wijzig={note['statement_id']}").fills(tekst="Toch nog iets")
    one.presses("Ja, haal deze notitie weg")
    other.presses("Bewaar", status=409)
    assert kept(house) == []
    other.presses("Bewaar")
    assert [row["text"] for row in kept(house)] == ["Toch nog iets"]


def test_a_note_that_is_removed_takes_its_statement_along(house: OpenHouse) -> None:
    writer = at_table(house, held(house), 1).fills(LAMP).presses("Bewaar").presses("Ja, haal deze notitie weg")
    assert "De notitie is weg." in writer.page.text
    assert (house.rows("statement"), house.rows("contribution")) == ([], [])
    assert [action for _, action in acts(house)] == ["note new", "note removed"]


def test_mended_words_are_no_longer_cleared_to_be_quoted(house: OpenHouse) -> None:
    writer = at_table(house, held(house), 1).fills(LAMP).presses("Bewaar")
    (note,) = kept(house)
    with house.engine.begin() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO quote VALUES ('{note['id']}', '{LAMP['tekst']}', 'iemand', '2026-11-02 10:00:00+00:00')"  # noqa: S608  # our own words
        )
    writer.opens(f"/tafel?wijzig={note['id']}").fills(plek="Elders").presses("Bewaar")
    assert len(house.rows("quote")) == 1
    writer.opens(f"/tafel?wijzig={note['id']}").fills(tekst="Iets anders").presses("Bewaar")
    assert house.rows("quote") == []


# ---------------------------------------------------------------- who may, and when


def test_a_table_reaches_only_itself(house: OpenHouse) -> None:
    mine, other = held(house), held(house, place="De Schakel")
    neighbour = at_table(house, mine, 2).fills(LAMP).presses("Bewaar")
    secret = at_table(house, other, 1).fills(LAMP | {"tekst": "Van een ander wijkgesprek"}).presses("Bewaar")
    theirs, others = kept(house)[1], kept(house)[0]
    assert (theirs["table_no"], others["table_no"]) == (2, 1)
    writer = at_table(house, mine, 1)
    assert written(writer) == []
    mine_typed = dict(writer.typed) | LAMP
    for note in (theirs, others):
        writer.opens(f"/tafel?wijzig={note['statement_id']}", status=404)
        writer.sends("/tafel", mine_typed | {"key": note["key"], "tekst": "Overschreven", "revision": "1"}, status=404)
        writer.sends("/tafel/weg", {"token": table_token(house, mine, 1), "key": note["key"]}, status=303)
    writer.sends("/tafel", mine_typed | {"tafel": "2"}, status=403)
    writer.sends("/tafel", mine_typed | {"token": table_token(house, mine, 2)}, status=403)
    for address in (OFFICE, f"{OFFICE}/{mine}", f"{OFFICE}/{mine}/inbreng?tafel=1", f"{OFFICE}/{mine}/aanmeldingen"):
        assert writer.asks("GET", address).status_code == 303  # to the page where staff sign in
    assert [row["text"] for row in kept(house)] == ["Van een ander wijkgesprek", LAMP["tekst"]]
    assert (written(neighbour), written(secret)) == ([LAMP["tekst"]], ["Van een ander wijkgesprek"])


@pytest.mark.parametrize("role", ROLES)
def test_staff_write_for_a_table_when_their_work_is_there(house: OpenHouse, role: str) -> None:
    id_ = held(house)
    colleague, page = house.colleague(role), f"{OFFICE}/{id_}/inbreng?tafel=2"
    allowed = role in {"office", "interviewer", "admin"}
    assert colleague.asks("GET", page).status_code == (200 if allowed else 403)
    sent = LAMP | {"token": house.token(role), "tafel": "2", "key": str(uuid.uuid4()), "revision": "0"}
    colleague.sends(f"{OFFICE}/{id_}/inbreng", sent, status=303 if allowed else 403)
    assert [(row["table_no"], row["made_by"]) for row in kept(house)] == ([(2, f"m-{role}")] if allowed else [])
    colleague.sends(f"{OFFICE}/{id_}/inbreng/weg", sent, status=303 if allowed else 403)
    assert kept(house) == []


def test_nobody_writes_before_the_start_except_staff_and_nothing_typed_is_lost(house: OpenHouse) -> None:
    id_ = make_wijkgesprek(house, starts=timedelta(hours=1))
    writer = at_table(house, id_, 1)
    assert writer.page.all("form") == []
    assert NOT_BEGUN in writer.page.text
    sent = LAMP | {"token": table_token(house, id_, 1), "key": str(uuid.uuid4()), "revision": "0", "tafel": "1"}
    writer.sends("/tafel", sent, status=422)
    assert writer.sees("tekst") == [LAMP["tekst"]]
    assert kept(house) == []
    office = house.colleague("office").opens(f"{OFFICE}/{id_}/inbreng?tafel=1").fills(LAMP).presses("Bewaar")
    assert written(office) == [LAMP["tekst"]]


def test_a_cancelled_wijkgesprek_takes_no_notes(house: OpenHouse) -> None:
    id_ = held(house)
    writer = at_table(house, id_, 1).fills(LAMP)
    is_now(house, id_, state="cancelled")
    writer.presses("Bewaar", status=422)
    assert kept(house) == []


def test_a_link_that_ended_or_never_was_gives_a_clear_page(house: OpenHouse) -> None:
    id_, now = held(house), house.settings.clock()
    writer = house.resident()
    for link in (link_to(house, id_, 1, ends=now - timedelta(minutes=1)), "/tafel/onzin", f"/tafel/{'x' * 200}"):
        writer.opens(link, status=404)
        assert writer.page.heading == "Deze link werkt niet meer"
        assert writer.browser.cookies.get("tafel") is None
    assert writer.asks("GET", "/tafel").status_code == 303


def test_a_withdrawn_link_is_out_at_the_next_click(house: OpenHouse) -> None:
    id_ = held(house)
    writer = at_table(house, id_, 1).fills(LAMP)
    house.colleague("office").opens(f"{OFFICE}/{id_}").presses("Trek de link in van tafel 1")
    assert writer.asks("POST", "/tafel", data=dict(writer.typed)).status_code == 401
    assert kept(house) == []


def test_a_colleague_with_the_link_comes_to_the_same_table_at_her_own_desk(house: OpenHouse) -> None:
    id_ = held(house)
    office = house.colleague("office").opens(link_to(house, id_, 4))
    assert office.url == f"{OFFICE}/{id_}/inbreng?tafel=4"
    typist = house.colleague("transcriber").opens(link_to(house, id_, 4), status=403)
    assert typist.page.heading == "U bent ingelogd als iemand anders"


def test_a_form_that_is_none_of_ours_is_refused(house: OpenHouse) -> None:
    id_ = held(house)
    writer = at_table(house, id_, 1)
    sent = dict(writer.typed) | LAMP
    for wrong in ({"key": ""}, {"key": "x" * 40}, {"revision": "-1"}, {"revision": "²"}, {"revision": "9" * 30}):
        writer.sends("/tafel", sent | wrong, status=400)
    office = house.colleague("office")
    for table_no in ("0", "41", "-1", "²", "1e3", "x"):
        office.opens(f"{OFFICE}/{id_}/inbreng?tafel={table_no}", status=404)
        office.sends(f"{OFFICE}/{id_}/inbreng", sent | {"tafel": table_no, "token": house.token("office")}, status=404)
    office.opens(f"{OFFICE}/w-onbekend/inbreng?tafel=1", status=404)
    office.sends(f"{OFFICE}/w-onbekend/inbreng", sent | {"token": house.token("office")}, status=404)
    assert kept(house) == []


def test_looking_writes_nothing_and_costs_the_same_for_many_notes(house: OpenHouse) -> None:
    id_ = held(house)
    writer, office = at_table(house, id_, 1), house.colleague("office")
    addresses = [
        f"{OFFICE}/{id_}/inbreng",
        f"{OFFICE}/{id_}/inbreng?tafel=1",
        f"{OFFICE}/{id_}/afdrukken",
        f"{OFFICE}/{id_}/afdrukken?tafel=1",
    ]
    counts = []
    for n in (1, 9):
        for _ in range(n):
            writer.fills(LAMP).presses("Bewaar")
        before = house.everything()
        with house.statements() as said:
            writer.opens("/tafel")
            for address in addresses:
                office.opens(address)
        assert house.everything() == before
        assert [statement for statement in said if not statement.lstrip().startswith("SELECT")] == []
        counts.append(len(said))
    assert counts[0] == counts[1]


def test_what_was_said_can_be_read_aloud_from_paper(house: OpenHouse) -> None:
    id_ = held(house)
    office = house.colleague("office").opens(f"{OFFICE}/{id_}/inbreng?tafel=2")
    for words in ("Eerst dit", "Dan dat"):
        office.fills(LAMP | {"tekst": words}).presses("Bewaar")
    office.follows(f"{OFFICE}/{id_}/afdrukken?tafel=2")
    assert [text_of(quote) for quote in office.page.all("p", class_="quote")] == ["Eerst dit", "Dan dat"]
    assert len(office.page.all("table")) == 3
    assert office.opens(f"{OFFICE}/{id_}/afdrukken").page.all("p", class_="quote") == []


def test_a_hostile_note_stays_words(house: OpenHouse) -> None:
    words = '<script>alert(1)</script>"><img src=x> =2+2'
    writer = at_table(house, held(house), 1).fills(LAMP | {"tekst": words, "plek": "<b>hier"}).presses("Bewaar")
    assert [note["text"] for note in kept(house)] == [words]
    assert len(writer.page.all("script")) == 1
    writer.opens(f"/tafel?wijzig={kept(house)[0]['statement_id']}")
    assert writer.sees("tekst") == [words]
