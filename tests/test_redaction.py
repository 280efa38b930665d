"""What may be read: numbers masked by themselves, names and places by a person; and nobody reads anything else."""

import io
import json
import sys

import pytest
from houses import OpenHouse, Operator
from people import Resident
from spoken import MOULD, MOULDY, PARKING, a_street, address, residents_say, run
from sqlalchemy import update

from app.models.staff import ROLES
from app.models.tables import STATEMENT
from app.reading import is_accepted, readable

QUEUE = "/bevindingen/nakijken"
BSN, PHONE, NAME = "111222333", "06-12345678", "Jan de Vries"
SECRET = f"Bel {NAME} op {PHONE}, mijn BSN is {BSN}. De schimmel in de slaapkamer is erg."
HIDDEN = "Bel [naam] op [telefoon], mijn BSN is [bsn]. De schimmel in de slaapkamer is erg."


@pytest.fixture
def said(house: OpenHouse) -> str:
    """The id of a text that could give somebody away, among those of a street."""
    a_street(house)
    return residents_say(house, SECRET)[0]


@pytest.fixture
def reader(house: OpenHouse) -> Resident:
    return house.colleague("office")


def may_read(house: OpenHouse, id_: str) -> tuple[str, bool]:
    with house.engine.connect() as connection:
        return readable(connection, [id_])[id_], is_accepted(connection, [id_]) == {id_}


def accepts(reader: Resident, id_: str, *, status: int = 303, **typed: str | list[str]) -> Resident:
    reader.opens(f"{QUEUE}?uitspraak={id_}").fills(typed)
    return reader.sends(QUEUE, reader.typed, status=status)


def test_everything_that_may_be_personal_is_hidden_until_a_person_decides(house: OpenHouse, said: str, reader: Resident) -> None:
    assert may_read(house, said) == (HIDDEN, False)
    accepts(reader, said)
    assert may_read(house, said) == (HIDDEN, True)
    (kept,) = house.rows("redaction")
    assert (kept["settled_by"], kept["state"], [span["hidden"] for span in kept["spans"]]) == ("Een office", "accepted", [True])
    assert [(row["action"], row["object"]) for row in house.rows("audit")] == [("text read", said)]


def test_what_is_no_name_stays_and_other_words_are_hidden_as_well(house: OpenHouse, said: str, reader: Resident) -> None:
    accepts(reader, said, verberg=[], ook="slaapkamer; schimmel")
    assert may_read(house, said)[0] == f"Bel {NAME} op [telefoon], mijn BSN is [bsn]. De [naam] in de [naam] is erg."


def test_words_that_overlap_a_hidden_name_hide_both_whole(house: OpenHouse, said: str, reader: Resident) -> None:
    accepts(reader, said, ook="Vries op")
    assert may_read(house, said)[0].startswith("Bel [naam] [telefoon], ")


def test_words_that_do_not_stand_there_are_told_and_nothing_is_kept(house: OpenHouse, said: str, reader: Resident) -> None:
    accepts(reader, said, ook="jan de vries", status=422)
    assert reader.page.wrongs == {"ook": "“jan de vries” staat zo niet in de tekst. Neem de woorden precies over, ook hoofdletters."}
    assert reader.sees("ook") == ["jan de vries"]
    assert house.rows("redaction") == []


def test_a_text_that_changes_waits_again_and_an_old_page_decides_nothing(house: OpenHouse, said: str, reader: Resident) -> None:
    accepts(reader, said, verberg=[])
    assert NAME in may_read(house, said)[0]
    reader.opens(f"{QUEUE}?uitspraak={said}")
    with house.engine.begin() as connection:
        connection.execute(update(STATEMENT).where(STATEMENT.c.id == said).values(text=f"{SECRET} Vraag {NAME}."))
    assert may_read(house, said) == (f"{HIDDEN} Vraag [naam].", False)
    reader.sends(QUEUE, reader.typed, status=409)
    assert "Deze tekst is intussen veranderd. Lees hem opnieuw." in reader.page.text
    assert may_read(house, said)[1] is False


def test_texts_without_proposals_are_read_a_page_at_once(house: OpenHouse, said: str, reader: Resident) -> None:
    reader.opens(f"{QUEUE}?bron=survey")
    assert "51 wachten nog, bladzijde 1 van 3" in reader.page.text
    form = next(form for form in reader.page.all("form") if form.get("action") == f"{QUEUE}/gelezen")
    fields = reader.page.fields(form)
    shown = [value.partition(":")[0] for name, value in fields if name == "uitspraak"]
    assert (len(shown), said in shown) == (19, False)
    stale = [(name, value[:-1] + "x" if value.startswith(shown[0]) else value) for name, value in fields]
    forged = [*stale, ("uitspraak", f"{said}:{'0' * 64}"), ("uitspraak", "\x00:x"), ("uitspraak", "s:" + "é")]
    reader.sends(f"{QUEUE}/gelezen", forged, status=303)
    assert sorted(row["statement_id"] for row in house.rows("redaction")) == sorted(shown[1:])
    assert "33 wachten nog" in reader.opens(f"{QUEUE}?bron=survey").page.text
    assert "18 nagekeken" in reader.opens(f"{QUEUE}?stand=klaar").page.text


def test_looking_at_the_queue_writes_nothing_and_asks_as_much_for_many_as_for_few(house: OpenHouse, reader: Resident) -> None:
    asked = []
    for texts in ([MOULD], [f"{PARKING} {nth}" for nth in range(60)]):
        residents_say(house, *texts)
        with house.statements() as said:
            reader.opens(QUEUE)
        asked.append(len(said))
        assert [statement for statement in said if not statement.lstrip().startswith("SELECT")] == []
    assert asked[0] == asked[1]
    assert house.rows("redaction") == []


@pytest.mark.parametrize("id_", ["bestaat-niet", "\x00", "s" * 40, "é"])
def test_a_text_that_is_not_there_is_not_decided_about(house: OpenHouse, reader: Resident, id_: str) -> None:
    reader.sends(QUEUE, {"token": house.token("office"), "uitspraak": id_, "seen": ""}, status=404)
    reader.opens(f"{QUEUE}?uitspraak={id_ if id_ != chr(0) else '%00'}&p=9999999&bron=x&taal_van=%F0")


# ---------------------------------------------------------------- nobody reads anything else


PAGES = ("/bevindingen", "/bevindingen/themas", address(MOULDY), f"{address(MOULDY)}?woord=schimmel", f"{address(MOULDY)}?woord=Vries", "/bevindingen/stellingen")  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_a_number_or_a_name_before_or_after_a_person_decided(house: OpenHouse, said: str, role: str) -> None:
    run(house)
    for accepted in (False, True):
        colleague = house.colleague(role)
        for page in (*PAGES, f"{address(MOULDY)}?uitspraak={said}"):
            colleague.asks("GET", page)
            assert [word for word in (BSN, PHONE, "Jan", "Vries") if word in colleague.page.html.replace('value="Vries"', "")] == [], page
        colleague.asks("GET", f"{QUEUE}?uitspraak={said}")
        assert [word for word in (BSN, PHONE) if word in colleague.page.html] == []
        assert (NAME in colleague.page.html) == (role in {"office", "analyst", "admin"}), "who decides reads what there is to decide about"
        if not accepted:
            accepts(house.colleague("office"), said)


def test_who_came_from_a_theme_goes_back_to_it_and_nowhere_else(house: OpenHouse, said: str) -> None:
    run(house)
    analyst = house.colleague("analyst").opens(f"{address(MOULDY)}?uitspraak={said}")
    link = next(str(a.get("href")) for a in analyst.page.all("a") if f"nakijken?uitspraak={said}" in str(a.get("href")))
    analyst.opens(link)
    analyst.sends(QUEUE, analyst.typed, status=303)
    assert analyst.url.startswith(f"{address(MOULDY)}?uitspraak={said}&gedaan=nagekeken")
    assert "Geef vrij als citaat" in analyst.page.text
    for there in ("https://elders.nl", "//elders.nl", "/beheer", f"{address(MOULDY)}/../../x", "/bevindingen/themas/a?b"):
        analyst.opens(f"{QUEUE}?uitspraak={said}")
        analyst.sends(QUEUE, [*analyst.typed, ("naar", there)], status=303)
        assert analyst.url.startswith(f"{QUEUE}?gedaan=")


def test_a_hidden_word_cannot_be_looked_for(house: OpenHouse, said: str) -> None:
    run(house)
    analyst = house.colleague("analyst")
    assert "36 antwoorden" in analyst.opens(f"{address(MOULDY)}?woord=SCHIMMEL").page.text
    for word in ("Vries", BSN, "12345678"):
        assert "0 antwoorden" in analyst.opens(f"{address(MOULDY)}?woord={word}").page.text
    assert "1 antwoord" in analyst.opens(f"{address(MOULDY)}?woord=%5Bnaam%5D").page.text


def test_the_analysis_reads_and_keeps_nothing_else(house: OpenHouse) -> None:
    residents_say(house, *[f"{NAME} uit de Brouwersdijk {nth}: {MOULD}" for nth in range(1, 6)])
    run(house)
    kept = json.dumps([house.rows(table) for table in ("run", "theme", "placement", "redaction")], default=str)
    assert [word for word in ("Jan", "Vries", "vries") if word in kept] == []
    assert [row["quote"] for row in house.rows("placement")] == [False] * 5, "a text in which something is hidden is no example"


# ---------------------------------------------------------------- the command


def types_in(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))


@pytest.mark.parametrize(
    ("text", "told"), [(SECRET, HIDDEN), ("", ""), ("Niets bijzonders.\n", "Niets bijzonders.\n"), ("٠٦١٢٣٤٥٦٧٨ كلمني", "[telefoon] كلمني")]
)
def test_the_command_masks_a_text_and_says_where_it_stood(
    monkeypatch: pytest.MonkeyPatch, operator: Operator, text: str, told: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////bestaat/niet/x.sqlite3")
    types_in(monkeypatch, text.encode())
    answer = operator("redact")
    assert answer.out == told
    spans = json.loads(answer.line)
    parts, reached = [], 0
    for span in spans:
        parts += [text[reached : span["start"]], f"[{span['kind']}]"]
        reached = span["end"]
    assert "".join([*parts, text[reached:]]) == told, "the places are those of the text as it was"


def test_the_command_survives_what_is_no_text(monkeypatch: pytest.MonkeyPatch, operator: Operator) -> None:
    types_in(monkeypatch, b"\xff\x00 Jan de Vries")
    assert operator("redact").out.endswith("[naam]")
