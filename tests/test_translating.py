"""Foreign answers into Dutch: by people who see the words and nobody behind them, one by one or in a workbook, and never twice over each other."""

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
from houses import OpenHouse, Operator
from people import Resident, text_of
from spoken import MOULD, residents_say
from sqlalchemy import insert, update

from app.findings.translating import translations_of
from app.models.tables import EVIDENCE, FINDING, QUOTE, REDACTION, STATEMENT
from app.reading import hash_of

HERE = "/bevindingen/vertalen"
DARK, DAMP, LAMP = "Sokak çok karanlık", "Duvarlar rutubetli, evde küf var", "Ali Yılmaz lamba istiyor, tel 06-12345678"
ARABIC = "الشارع مظلم جداً في الليل"
IN_DUTCH = "De straat is erg donker"


@pytest.fixture
def said(house: OpenHouse) -> list[str]:
    """Three answers in Turkish, one in Arabic and one in Dutch."""
    residents_say(house, MOULD)
    return [*residents_say(house, DARK, DAMP, LAMP, lang="tr", area="crabbehof"), *residents_say(house, ARABIC, lang="ar")]


@pytest.fixture
def translator(house: OpenHouse) -> Resident:
    return house.colleague("translator")


def translates(translator: Resident, id_: str, dutch: str, *, lang: str = "tr", act: str = "bewaar", status: int = 303) -> Resident:
    return translator.opens(f"{HERE}/{lang}?tekst={id_}").fills(nederlands=dutch).presses(act, status=status)


def kept(house: OpenHouse) -> dict[str, tuple[str, str]]:
    return {row["statement_id"]: (row["text"], row["made_by"]) for row in house.rows("translation")}


def acts(house: OpenHouse) -> list[tuple[str, str, str]]:
    return [(row["action"], row["object"], row["purpose"]) for row in house.rows("audit")]


def says_now(house: OpenHouse, id_: str, words: str) -> None:
    with house.engine.begin() as connection:
        connection.execute(update(STATEMENT).where(STATEMENT.c.id == id_).values(text=words))


# ---------------------------------------------------------------- one by one


def test_a_translator_goes_through_the_queue_of_a_language(house: OpenHouse, said: list[str], translator: Resident) -> None:
    assert "3 antwoorden vertalen" not in translator.opens("/kantoor").page.text
    assert "4 antwoorden vertalen" in translator.page.text
    page = translator.opens("/bevindingen").page  # a translator is led on to the languages
    assert (translator.url, page.heading) == (HERE, "Vertalen")
    assert [text_of(row) for row in page.all("h3")] == ["Turks Türkçe", "Arabisch العربية", "Engels English", "Pools Polski"]
    translator.follows(f"{HERE}/tr")
    met = []
    for n in (3, 2, 1):
        assert f"{n} {'tekst' if n == 1 else 'teksten'} te vertalen" in translator.page.text
        assert "nog niet vertaald" in translator.page.text
        met.append(dict(translator.typed)["tekst"])
        translator.fills(nederlands=f"Nederlands van {met[-1]}").presses("bewaar")
    assert sorted(met) == sorted(said[:3])
    assert "Alles in deze taal is vertaald." in translator.page.text
    assert kept(house) == {id_: (f"Nederlands van {id_}", "Een translator") for id_ in said[:3]}
    assert acts(house) == [("translated", id_, "") for id_ in met]


def test_a_translator_sees_the_masked_words_and_nothing_of_who_said_them(house: OpenHouse, said: list[str], translator: Resident) -> None:
    page = translator.opens(f"{HERE}/tr?tekst={said[2]}").page
    assert text_of(page.by_id("tekst")) == "[naam] lamba istiyor, tel [telefoon]"
    shown = translator.answer.text
    for secret in (
        "Yılmaz",
        "12345678",
        "rabbehof",
        f"r{said[2][1:]}",
        "wonen",
        "1 november",
        "2026-11-01",
        "dordt-west-2026",
        "sample",
        "web",
    ):
        assert secret not in shown.replace("wonen gezond", ""), secret


@pytest.mark.parametrize(("nth", "lang", "direction"), [(0, "tr", "ltr"), (3, "ar", "rtl")])
def test_the_words_stand_in_their_own_language_and_direction(
    house: OpenHouse, said: list[str], translator: Resident, nth: int, lang: str, direction: str
) -> None:
    page = translator.opens(f"{HERE}/{lang}?tekst={said[nth]}").page
    (words,) = page.by_id("tekst").iter("bdi")
    assert (words.get("lang"), words.get("dir")) == (lang, direction)
    assert [(area.get("lang"), area.get("dir")) for area in page.all("textarea")] == [("nl", "ltr")]


def test_what_is_skipped_comes_back_after_the_rest(house: OpenHouse, said: list[str], translator: Resident) -> None:
    met = []
    translator.opens(f"{HERE}/tr")
    for _ in range(3):
        met.append(dict(translator.typed)["tekst"])
        translator.follows(f"{HERE}/tr?na={met[-1]}")
    assert sorted(met) == sorted(said[:3])
    assert "U bent rond. U sloeg 3 teksten over" in translator.page.text
    assert dict(translator.follows(f"{HERE}/tr").typed)["tekst"] == met[0]


def test_two_people_begin_at_different_texts(house: OpenHouse) -> None:
    residents_say(house, *[f"{DARK} {nth}" for nth in range(40)], lang="tr")
    first = [dict(house.colleague(role).opens(f"{HERE}/tr").typed)["tekst"] for role in ("translator", "analyst", "admin")]
    assert len(set(first)) == 3


def test_what_is_dutch_already_is_taken_over_by_a_person(house: OpenHouse, translator: Resident) -> None:
    (id_,) = residents_say(house, "Gewoon Nederlands, meneer", lang="tr")
    translator.opens(f"{HERE}/tr").presses("overnemen")
    assert kept(house) == {id_: ("Gewoon Nederlands, meneer", "Een translator")}


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "Schrijf eerst op wat er staat, in het Nederlands."),
        ("   \n ", "Schrijf eerst op wat er staat, in het Nederlands."),
        ("x" * 20_000, "Een vertaling heeft hoogstens 10.000 tekens. Maak haar korter."),
        ("een\x00twee", "Hierin staat een teken dat wij niet kunnen bewaren. Haal het weg."),
        ("een\x07twee", "Hierin staat een teken dat wij niet kunnen bewaren. Haal het weg."),
        ("een\u202etwee", "Hierin staat een teken dat wij niet kunnen bewaren. Haal het weg."),
    ],
)
def test_what_cannot_be_kept_is_told_beside_it_and_stays_typed(
    house: OpenHouse, said: list[str], translator: Resident, typed: str, problem: str
) -> None:
    translates(translator, said[0], typed, status=422)
    assert translator.page.wrongs == {"nederlands": problem}
    assert (kept(house), acts(house)) == ({}, [])
    assert "".join(translator.sees("nederlands")).strip() == re.sub("[\x00\x07\u202e]", "\ufffd", typed.strip())


def test_line_breaks_and_quotes_are_kept_as_typed(house: OpenHouse, said: list[str], translator: Resident) -> None:
    translates(translator, said[0], '  "Donker" <b>\r\n\r\nEn koud & nat  ')
    assert kept(house)[said[0]] == ('"Donker" <b>\n\nEn koud & nat', "Een translator")


@pytest.mark.parametrize("id_", ["bestaat-niet", "s99999999999999", "\x00", "é", ""])
def test_a_text_that_is_not_there_is_not_translated(house: OpenHouse, said: list[str], translator: Resident, id_: str) -> None:
    typed = {"token": house.token("translator"), "tekst": id_, "nederlands": IN_DUTCH, "seen": ""}
    translator.sends(f"{HERE}/tr", typed, status=404)
    assert kept(house) == {}


@pytest.mark.parametrize("address", ["nl", "xx", "tr?tekst=s99999999999999", "nl/klaar", "xx/bestand"])
def test_dutch_and_what_is_no_language_have_no_queue(house: OpenHouse, said: list[str], translator: Resident, address: str) -> None:
    translator.opens(f"{HERE}/{address}", status=404)


def test_a_text_belongs_to_the_queue_of_its_own_language(house: OpenHouse, said: list[str], translator: Resident) -> None:
    translator.opens(f"{HERE}/ar?tekst={said[0]}", status=404)
    dutch = house.rows("statement")[0]["id"]
    translator.sends(f"{HERE}/tr", {"token": house.token("translator"), "tekst": dutch, "nederlands": "x", "seen": ""}, status=404)


# ---------------------------------------------------------------- two people, and words that change


def test_two_translators_at_once_both_see_both_texts(house: OpenHouse, said: list[str], translator: Resident) -> None:
    other = house.colleague("admin").opens(f"{HERE}/tr?tekst={said[0]}")
    translates(translator, said[0], IN_DUTCH)
    other.fills(nederlands="Het is donker op straat").presses("bewaar", status=409)
    assert "Een translator heeft deze tekst vertaald." in other.page.text
    assert (IN_DUTCH in other.page.text, other.sees("nederlands")) == (True, ["Het is donker op straat"])
    assert kept(house)[said[0]] == (IN_DUTCH, "Een translator")
    other.presses("mijne")
    assert kept(house)[said[0]] == ("Het is donker op straat", "Een admin")
    assert acts(house) == [("translated", said[0], ""), ("translation changed", said[0], "")]


def test_the_same_words_twice_are_no_clash(house: OpenHouse, said: list[str], translator: Resident) -> None:
    other = house.colleague("admin").opens(f"{HERE}/tr?tekst={said[0]}")
    translates(translator, said[0], IN_DUTCH)
    other.fills(nederlands=f" {IN_DUTCH} ").presses("bewaar")
    assert (kept(house)[said[0]], len(acts(house))) == ((IN_DUTCH, "Een translator"), 1)


def test_everyone_mends_her_own_and_replaces_anothers_only_knowingly(house: OpenHouse, said: list[str], translator: Resident) -> None:
    translates(house.colleague("analyst"), said[0], "Straat donker")
    translates(translator, said[1], "Vochtige muren")
    done = translator.opens(f"{HERE}/tr/klaar")
    links = [link.get("href") for link in done.page.one("main").iter("a") if "tekst=" in str(link.get("href"))]
    assert links == [f"{HERE}/tr?tekst={said[1]}&naar=klaar"]
    done.follows(links[0]).fills(nederlands="De muren zijn vochtig en er is schimmel").presses("bewaar")
    assert translator.url.startswith(f"{HERE}/tr/klaar")
    assert kept(house)[said[1]] == ("De muren zijn vochtig en er is schimmel", "Een translator")
    translates(translator, said[0], IN_DUTCH, status=409)
    assert kept(house)[said[0]] == ("Straat donker", "Een analyst")
    assert ("Straat donker" in translator.page.text, translator.sees("nederlands")) == (True, [IN_DUTCH])
    assert len(house.colleague("admin").opens(f"{HERE}/tr/klaar").page.all("a", class_="btn tool")) == 2


def test_words_that_change_come_back_in_the_queue_with_the_old_dutch_beside(
    house: OpenHouse, said: list[str], translator: Resident
) -> None:
    translates(translator, said[0], IN_DUTCH)
    with house.engine.connect() as connection:
        assert translations_of(connection, said)[said[0]].holds
    says_now(house, said[0], f"{DARK} ve soğuk")
    with house.engine.connect() as connection:
        assert [each.holds for each in translations_of(connection, said).values()] == [False]
    assert "1 veranderd na de vertaling" in translator.opens(HERE).page.text
    page = translator.opens(f"{HERE}/tr?tekst={said[0]}").page
    assert "veranderd na de vertaling: nog niet opnieuw vertaald" in page.text
    assert (f"{DARK} ve soğuk" in page.text, translator.sees("nederlands")) == (True, [IN_DUTCH])
    translator.presses("bewaar")  # the old Dutch still fits, says a person
    with house.engine.connect() as connection:
        assert translations_of(connection, said)[said[0]].holds


def test_words_that_change_while_somebody_writes_are_read_again(house: OpenHouse, said: list[str], translator: Resident) -> None:
    translator.opens(f"{HERE}/tr?tekst={said[0]}").fills(nederlands=IN_DUTCH)
    says_now(house, said[0], f"{DARK} ve soğuk")
    translator.presses("bewaar", status=409)
    assert "De tekst is veranderd terwijl u schreef." in translator.page.text
    assert (kept(house), translator.sees("nederlands")) == ({}, [IN_DUTCH])
    translator.fills(nederlands=f"{IN_DUTCH} en koud").presses("bewaar")
    assert kept(house)[said[0]][0] == f"{IN_DUTCH} en koud"


def test_an_erased_text_waits_for_nobody(house: OpenHouse, said: list[str], translator: Resident) -> None:
    with house.engine.begin() as connection:
        connection.execute(update(STATEMENT).where(STATEMENT.c.id == said[3]).values(text="", erased_on=house.settings.today()))
    assert "3 antwoorden vertalen" in translator.opens("/kantoor").page.text
    translator.opens(f"{HERE}/ar?tekst={said[3]}", status=404)
    assert "Alles in deze taal is vertaald." in translator.opens(f"{HERE}/ar").page.text


def test_done_stands_side_by_side_with_who_translated(house: OpenHouse, translator: Resident) -> None:
    ids = residents_say(house, *[f"{DARK} {nth}" for nth in range(21)], lang="tr")
    for id_ in ids:
        translates(translator, id_, f"Donker {id_}")
    page = translator.opens(f"{HERE}/tr/klaar").page
    (row, *_) = [text_of(row) for row in page.one("main").iter("li") if "Donker" in text_of(row)]
    assert row == f"Turks{DARK} 0In het NederlandsDonker {ids[0]} vertaald door Een translator, 2 november 2026Bewerk: Donker {ids[0]}"
    assert "bladzijde 1 van 2" in page.text
    assert f"{DARK} 20" in translator.opens(f"{HERE}/tr/klaar?p=2").page.text
    translator.opens(f"{HERE}/tr/klaar?p=9999999")
    assert "Er is nog niets vertaald." in translator.opens(f"{HERE}/pl/klaar").page.text


def test_the_pages_ask_as_much_for_many_as_for_few(house: OpenHouse, translator: Resident) -> None:
    asked = []
    for n in (1, 30):
        residents_say(house, *[f"{DARK} {n} {nth}" for nth in range(n)], lang="tr")
        with house.statements() as queries:
            for address in (HERE, f"{HERE}/tr", f"{HERE}/tr/klaar", f"{HERE}/tr/bestand"):
                translator.opens(address)
        asked.append(len(queries))
        assert [query for query in queries if not query.lstrip().startswith("SELECT")] == []
    assert asked[0] == asked[1]


# ---------------------------------------------------------------- files


def takes_out(house: OpenHouse, role: str = "translator", which: str = "wacht", lang: str = "tr") -> bytes:
    typed = {"token": house.token(role), "welke": which, "waarvoor": "vertaalbureau"}
    answer = house.colleague(role).asks("POST", f"{HERE}/{lang}/bestand", data=typed)
    assert answer.headers["content-disposition"] == f'attachment; filename="wijkstem-vertalen-{lang}-2026-11-02.xlsx"'
    return bytes(answer.content)


def lines_in(content: bytes) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows()]


def workbook(lines: Sequence[Sequence[Any]]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in lines:
        book.worksheets[0].append(row)
    book.save(out)
    return out.getvalue()


def sends_back(house: OpenHouse, content: bytes, *, role: str = "translator", lang: str = "tr", status: int = 303) -> Resident:
    person = house.colleague(role)
    sent = {"bestand": ("terug.xlsx", content, "application/octet-stream")}
    answer = person.asks("POST", f"{HERE}/{lang}/terug", data={"token": house.token(role)}, files=sent)
    assert answer.status_code == status, person.page.messages
    return person


def test_a_file_goes_out_and_comes_back(house: OpenHouse, said: list[str]) -> None:
    head, *lines = lines_in(takes_out(house))
    assert head == ["id", "taal", "tekst", "nederlands"]
    assert lines == [
        [said[0], "tr", DARK, ""],
        [said[1], "tr", DAMP, ""],
        [said[2], "tr", "[naam] lamba istiyor, tel [telefoon]", ""],
    ]
    lines[0][3], lines[1][3] = IN_DUTCH, "=1+1"
    person = sends_back(house, workbook_of_text([head, *lines]))
    assert person.answer.headers["location"] == f"{HERE}/tr/bestand?gedaan=bestand"
    assert kept(house) == {said[0]: (IN_DUTCH, "Een translator"), said[1]: ("=1+1", "Een translator")}
    assert acts(house) == [("translations out", "tr 3 texts", "vertaalbureau"), ("translations in", f"{said[0]} {said[1]}", "")]
    assert [line[3] for line in lines_in(takes_out(house, which="alles"))[1:]] == [IN_DUTCH, "=1+1", ""]
    assert [line[0] for line in lines_in(takes_out(house))[1:]] == [said[2]]


def workbook_of_text(lines: Sequence[Sequence[Any]]) -> bytes:
    """As somebody saves it who types a sign = in a cell for text."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    for number, row in enumerate(lines, 1):
        for column, value in enumerate(row, 1):
            cell = book.worksheets[0].cell(number, column, value)
            cell.data_type = "s" if value else "n"
    book.save(out)
    return out.getvalue()


def test_a_file_without_a_purpose_does_not_leave(house: OpenHouse, said: list[str], translator: Resident) -> None:
    translator.opens(f"{HERE}/tr/bestand").fills(waarvoor=" ").presses("Haal op", status=422)
    assert translator.page.wrongs == {"waarvoor": "Schrijf in een paar woorden waarvoor u het bestand nodig hebt."}
    assert acts(house) == []


def test_the_workbook_holds_no_formula_and_every_word_survives(house: OpenHouse) -> None:
    hard = ["=HYPERLINK(1)", "+31 is een land", "a_x0041_b", "twee\nregels", "  spaties  ", "x" * 9_000, "bel\x07len", "'aanhaling"]
    ids = residents_say(house, *hard, lang="pl")
    content = takes_out(house, lang="pl")
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    filled = [[*line[:3], f"nr {nth}"] for nth, line in enumerate(lines_in(content)[1:])]
    sends_back(house, workbook_of_text([["id", "taal", "tekst", "nederlands"], *filled]), lang="pl")
    assert sorted(kept(house)) == sorted(ids)


def test_the_file_as_it_went_out_changes_nothing(house: OpenHouse, said: list[str], translator: Resident) -> None:
    translates(translator, said[0], IN_DUTCH)
    says_now(house, said[0], f"{DARK} ve soğuk")
    before = house.rows("translation")
    person = sends_back(house, takes_out(house, which="alles"))
    assert person.answer.headers["location"] == f"{HERE}/tr/bestand?gedaan=zelfde"
    assert house.rows("translation") == before  # Dutch of older words does not come to hold by itself


def test_all_of_a_file_or_nothing_with_every_mistake_by_row_and_column(house: OpenHouse, said: list[str], translator: Resident) -> None:
    translates(house.colleague("analyst"), said[1], "Muren vochtig")
    head = ["id", "taal", "tekst", "nederlands"]
    rows = [
        [said[0], "tr", DARK, IN_DUTCH],
        ["s99999999999999", "tr", DARK, IN_DUTCH],
        [said[2], "tr", "iets anders", "x" * 10_001],
        [said[0], "tr", DARK, IN_DUTCH],
        [said[1], "ar", DAMP, "Anders"],
        [said[3], "ar", ARABIC, "Donker"],
        [said[2], "tr", "[naam] lamba istiyor, tel [telefoon]", 5],
    ]
    person = sends_back(house, workbook([head, *rows[:-1]]), status=422)
    assert person.page.messages == [
        "Rij 3, kolom id: Deze tekst is er niet, of niet in deze taal. Haal de rij weg.",
        "Rij 4, kolom tekst: De tekst is anders dan hier. Hij is intussen veranderd, of iemand typte erin. Haal het bestand opnieuw op.",
        "Rij 4, kolom nederlands: Een vertaling heeft hoogstens 10.000 tekens. Maak haar korter.",
        "Rij 5, kolom id: Dit id staat ook in een rij erboven. Laat er één staan.",
        "Rij 6, kolom taal: Dit bestand hoort bij een andere taal.",
        "Rij 6, kolom nederlands: Een analyst vertaalde deze tekst al, en anders. Maak de cel leeg, of verander de vertaling op de bladzijde.",
        "Rij 7, kolom id: Deze tekst is er niet, of niet in deze taal. Haal de rij weg.",
    ]
    person = sends_back(house, workbook([head, *rows]), status=422)
    assert person.page.messages == ["Rij 8, kolom nederlands: Hier staat een formule, een getal of een datum. Maak er tekst van."]
    assert kept(house) == {said[1]: ("Muren vochtig", "Een analyst")}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Kies eerst het bestand dat u wilt terugsturen."),
        (b"no zip", "Dit is geen XLSX-bestand dat wij kunnen lezen, of het is veel te groot. Haal het bestand opnieuw op en vul alleen “nederlands” in."),
        (workbook([["naam", "taal"]]), "De eerste rij moet zijn: id, taal, tekst, nederlands. Haal het bestand opnieuw op."),
        (workbook([["id", "taal", "tekst", "nederlands"]]), "Er staan geen teksten in dit bestand."),
        (workbook([["id", "taal", "tekst", "nederlands"], *[["s1", "tr", "x", "y"]] * 10_001]), "Dit is geen XLSX-bestand dat wij kunnen lezen, of het is veel te groot. Haal het bestand opnieuw op en vul alleen “nederlands” in."),
    ],
    ids=["none", "no zip", "other head", "empty", "too many"],
)  # fmt: skip
def test_a_file_that_is_something_else_is_refused_with_a_sentence(house: OpenHouse, said: list[str], content: bytes, message: str) -> None:
    assert sends_back(house, content, status=422).page.messages == [message]
    assert (kept(house), acts(house)) == ({}, [])


def test_a_form_without_a_file_or_with_too_much_of_one_is_refused(house: OpenHouse, said: list[str], translator: Resident) -> None:
    translator.sends(f"{HERE}/tr/terug", {"token": house.token("translator")}, status=422)
    sends_back(house, b"x" * 2_100_000, status=413)
    sends_back(house, b"x", role="office", status=403)


# ---------------------------------------------------------------- where it is read


def test_the_statements_that_leave_carry_the_dutch_of_a_person(
    house: OpenHouse, said: list[str], translator: Resident, operator: Operator, tmp_path: Any
) -> None:
    translates(translator, said[0], IN_DUTCH)
    translates(translator, said[1], "Vochtig")
    says_now(house, said[1], f"{DAMP} bile")
    file = tmp_path / "statements.csv"
    operator("export", "--kind", "statements", "--format", "csv", "--role", "analyst", "--out", file, "--purpose", "toets")
    rows = {row["id"]: row for row in csv.DictReader(file.read_text("utf-8-sig").splitlines())}
    assert list(next(iter(rows.values())))[-2:] == ["dutch", "translated_by_person"]
    told = {id_: (row["text"], row["dutch"], row["translated_by_person"]) for id_, row in rows.items()}
    assert told[said[0]] == (DARK, IN_DUTCH, "1")
    assert told[said[1]] == (f"{DAMP} bile", "", "")  # the words changed: nothing stands for them
    assert told[said[3]] == (ARABIC, "", "")
    assert [each[1:] for each in told.values() if each[0] == MOULD] == [("", "")]


@pytest.fixture
def finding(house: OpenHouse, said: list[str]) -> str:
    """A published finding with one quote in Arabic, in the words that a person cleared."""
    at, day, id_ = house.settings.clock(), house.settings.today(), "f" + "2" * 14
    settled = {"text": ARABIC, "spans": [], "state": "accepted", "settled_by": "Een analyst", "settled_at": at}
    told = {"title": "Het is donker", "text": "Velen zeggen het.", "pillar": "veilig", "status": "published", "published_on": day}
    with house.engine.begin() as connection:
        connection.execute(insert(REDACTION).values(statement_id=said[3], source_hash=hash_of(ARABIC), **settled))
        connection.execute(insert(QUOTE).values(statement_id=said[3], text=ARABIC, cleared_by="Een analyst", cleared_at=at))
        connection.execute(insert(FINDING).values(id=id_, made_by="Een analyst", made_at=at, changed_at=at, **told))
        connection.execute(
            insert(EVIDENCE).values(
                id="e" + "2" * 14, finding_id=id_, kind="quote", figures={}, statement_id=said[3], text=ARABIC, lang="ar", label="Licht"
            )
        )
    return f"/bevindingen/stellingen/{id_}"


def test_a_quote_stands_in_its_own_language_with_the_dutch_of_a_person_below(
    house: OpenHouse, said: list[str], translator: Resident, finding: str
) -> None:
    partner = house.colleague("partner").opens(finding)
    assert "nog niet vertaald" in text_of(partner.page.one("blockquote"))
    translates(translator, said[3], "De straat is heel donker in de nacht", lang="ar")
    (quote, *_) = partner.opens(finding).page.one("blockquote").iter("p")
    assert (quote.get("lang"), quote.get("dir"), text_of(quote)) == ("ar", "rtl", ARABIC)
    outside, inside = (text_of(house.colleague(role).opens(finding).page.one("blockquote")) for role in ("partner", "office"))
    assert "De straat is heel donker in de nacht vertaald door een vertaler" in outside
    assert "De straat is heel donker in de nacht vertaald door Een translator" in inside
    says_now(house, said[3], f"{ARABIC}!")
    assert "heel donker" not in partner.opens(finding).page.text
