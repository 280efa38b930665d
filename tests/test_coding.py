"""A second coder who sees nobody's choice, how far the choices agree, and a coder's own file."""

import io
import zipfile
from collections import Counter
from typing import Any

import openpyxl
import pytest
from houses import OpenHouse
from people import Resident, text_of
from spoken import MOULD, MOULDY, NOISY, a_street, residents_say, run, words
from sqlalchemy import delete, insert, update

from app.findings.coding import Wanted, codings, compare, draw, newest_now
from app.models.tables import ACT, PLACEMENT, STATEMENT, TRANSLATION
from app.reading import hash_of

ROOM = "/bevindingen/tweede-codeur"
FILE = f"{ROOM}/bestand"


@pytest.fixture
def street(house: OpenHouse) -> OpenHouse:
    a_street(house)
    residents_say(house, "Duvarlar ıslak, çocuğun odası rutubet kokuyor", lang="tr", asked="wonen")
    run(house)
    for role in ("analyst", "admin"):
        house.colleague(role)
    return house


def drawn(house: OpenHouse, n: int = 40, **more: str) -> str:
    """The admin draws for the analyst."""
    admin = house.colleague("admin").opens(ROOM).fills({"codeur": "Een analyst", "n": str(n), **more})
    admin.presses("Trek de steekproef")
    return str(house.rows("coding_sample")[-1]["id"])


def coded(house: OpenHouse, sample: str, choose: dict[tuple[str, str], str] | None = None) -> Resident:
    """The analyst codes everything as the machine did, but for what `choose` says; then closes."""
    analyst = house.colleague("analyst").opens(f"{ROOM}/{sample}")
    machine = {row["nth"]: row["machine"] for row in house.rows("coding")}
    analyst.follows(f"{ROOM}/{sample}/1")
    for _ in machine:
        pillar, _, theme = machine[int(analyst.number)].partition("/")
        analyst.fills(plaats=(choose or {}).get((pillar, theme), f"{pillar}/{theme}")).presses("bewaar")
    return analyst.presses("Sluit af")


# ---------------------------------------------------------------- draw


def test_a_sample_has_its_share_of_each_pillar_and_language(street: OpenHouse) -> None:
    sample = drawn(street, 20, startgetal="7")
    rows = street.rows("coding")
    langs = Counter(next(each["lang"] for each in street.rows("statement") if each["id"] == row["statement_id"]) for row in rows)
    assert (len(rows), langs["tr"], [row["nth"] for row in sorted(rows, key=lambda row: row["nth"])]) == (20, 1, [*range(1, 21)])
    kept = street.rows("coding_sample")[0]
    assert (kept["coder"], kept["made_by"], kept["seed"], kept["n"], kept["state"]) == ("Een analyst", "Een admin", 7, 20, "open")
    assert [(row["action"], row["object"]) for row in street.rows("audit")] == [("coding sample drawn", sample)]
    again = drawn(street, 20, startgetal="7")
    assert {row["statement_id"] for row in street.rows("coding") if row["sample_id"] == again} == {row["statement_id"] for row in rows}


def test_what_the_coder_decided_herself_is_not_drawn(street: OpenHouse) -> None:
    analyst, ids = street.colleague("analyst"), [row["id"] for row in street.rows("statement")][:3]
    for id_, to in zip(ids, ("wonen/rest", "veilig/rest", "wonen/rest"), strict=True):
        analyst.sends(
            f"/bevindingen/themas/{'/'.join(MOULDY)}/verplaats",
            {"token": street.token("analyst"), "seen": "9.0", "uitspraak": id_, "naar": to},
            status=303,
        )
    drawn(street, 1000)
    assert {row["statement_id"] for row in street.rows("coding")} & set(ids) == set()
    street.colleague("analyst").opens(ROOM).fills(codeur="Een admin", n="50", alleen="1").presses("Trek de steekproef")
    firsts = {row["statement_id"]: row["first"] for row in street.rows("coding") if row["first"]}
    assert firsts == dict(zip(ids, ("wonen/rest", "veilig/rest", "wonen/rest"), strict=True))


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("codeur", ""),
        ("codeur", "Een admin"),
        ("codeur", "niemand"),
        ("n", "9"),
        ("n", "1001"),
        ("n", "x"),
        ("startgetal", "-1"),
        ("startgetal", "9" * 10),
        ("pijler", "niets"),
    ],
)
def test_a_sample_that_cannot_be_drawn_says_why(street: OpenHouse, field: str, typed: str) -> None:
    admin = street.colleague("admin").opens(ROOM).fills(codeur="Een analyst")
    admin.sends(ROOM, {**dict(admin.typed), field: typed}, status=422)
    assert [*admin.page.wrongs] == [field]
    assert (street.rows("coding_sample"), street.rows("audit")) == ([], [])


def test_nothing_that_fits_and_nobody_to_ask_are_told(house: OpenHouse) -> None:
    assert "Draai eerst de analyse." in house.colleague("admin").opens(ROOM).page.text
    residents_say(house, MOULD)
    run(house)
    assert "Er is geen andere onderzoeker" in house.colleague("admin").opens(ROOM).page.text
    house.colleague("analyst")
    admin = house.colleague("admin").opens(ROOM).fills(codeur="Een analyst", taal_van="ar").presses("Trek de steekproef", status=422)
    assert admin.page.wrongs["pijler"].startswith("Hier past geen enkel antwoord")


# ---------------------------------------------------------------- code


def test_the_coder_sees_the_words_and_nobodys_choice(street: OpenHouse) -> None:
    turkish = next(row for row in street.rows("statement") if row["lang"] == "tr")
    with street.engine.begin() as connection:
        connection.execute(
            insert(TRANSLATION).values(
                statement_id=turkish["id"],
                text="De muren zijn nat",
                source_hash=hash_of(turkish["text"]),
                made_by="Selin",
                made_at=street.settings.clock(),
            )
        )
    sample = drawn(street, 1000)
    nth = next(row["nth"] for row in street.rows("coding") if row["statement_id"] == turkish["id"])
    analyst = street.colleague("analyst").opens(f"{ROOM}/{sample}/{nth}")
    assert text_of(analyst.page.one("bdi", lang="tr", dir="ltr")) == turkish["text"]
    assert "De muren zijn nat" in analyst.page.text
    assert "vertaald door Selin" in analyst.page.text
    assert "Vraag over: Wonen en de straat" in analyst.page.text
    assert analyst.sees("plaats") == []
    assert [word for word in ("past goed", "twijfel", "Computer", "Wielwijk") if word in analyst.page.text] == []
    offered = analyst.options("plaats")
    assert "wonen/vocht_schimmel" in offered
    assert "leren/rest" in offered
    own = analyst.opens(f"{ROOM}/{sample}")
    assert own.page.heading == "Uw steekproef"
    assert "Alfa" not in own.page.text
    street.colleague("admin").opens(f"{ROOM}/{sample}/{nth}", status=404)
    assert "Nog bezig" in street.colleague("admin").opens(f"{ROOM}/{sample}").page.text


def test_names_and_numbers_stay_hidden_for_the_coder(street: OpenHouse) -> None:
    residents_say(street, "Bel Jan de Vries op 06-12345678 over de schimmel")
    run(street)
    sample = drawn(street, 1000)
    pages = [street.colleague("analyst").opens(f"{ROOM}/{sample}/{row['nth']}").page.html for row in street.rows("coding")][:80]
    assert [page for page in pages if "Vries" in page or "12345678" in page] == []


def test_each_choice_is_kept_at_once_and_can_be_changed_until_the_end(street: OpenHouse) -> None:
    sample = drawn(street, 10)
    analyst = street.colleague("analyst").opens(f"{ROOM}/{sample}/1").fills(plaats="veilig/rest").presses("bewaar")
    assert analyst.number == "2"
    analyst.presses("weet-niet")
    assert [(row["second"], row["coded_at"] is not None) for row in sorted(street.rows("coding"), key=lambda row: row["nth"])][:3] == [
        ("veilig/rest", True),
        ("", True),
        ("", False),
    ]
    analyst.presses("bewaar", status=422)
    assert analyst.page.messages == ["Kies een thema, of zeg dat u het niet weet."]
    assert analyst.opens(f"{ROOM}/{sample}/1").sees("plaats") == ["veilig/rest"]
    analyst.fills(plaats="wonen/vocht_schimmel").presses("bewaar")
    token = {"token": street.token("analyst")}
    analyst.sends(f"{ROOM}/{sample}/klaar", token, status=303)
    assert street.rows("coding_sample")[0]["state"] == "open", "seven are left"
    for _ in range(8):
        analyst.opens(f"{ROOM}/{sample}").follows(
            f"{ROOM}/{sample}/{next(row['nth'] for row in sorted(street.rows('coding'), key=lambda row: row['nth']) if not row['coded_at'])}"
        ).presses("weet-niet")
    analyst.opens(f"{ROOM}/{sample}").presses("Sluit af")
    assert analyst.page.heading == "Hoe goed keuzes overeenkomen"
    analyst.sends(f"{ROOM}/{sample}/1", {**token, "plaats": "wonen/rest", "actie": "bewaar"}, status=303)
    assert {row["second"] for row in street.rows("coding")} == {"wonen/vocht_schimmel", ""}


@pytest.mark.parametrize("address", ["onbekend", "onbekend/1", "%00/1", "x/0", "x/99999"])
def test_a_sample_that_is_not_there_is_not_found(street: OpenHouse, address: str) -> None:
    analyst = street.colleague("analyst")
    assert analyst.asks("GET", f"{ROOM}/{address}").status_code == 404
    sample = drawn(street, 10)
    for nth in ("0", "11", "x"):
        analyst.sends(f"{ROOM}/{sample}/{nth}", {"token": street.token("analyst"), "plaats": "wonen/rest"}, status=404)
    analyst.sends(f"{ROOM}/{sample}/1", {"token": street.token("analyst"), "plaats": "wonen/niets"}, status=422)
    assert [row["second"] for row in street.rows("coding")] == [""] * 10


# ---------------------------------------------------------------- agreement


def test_agreement_is_told_beside_that_with_the_machine(street: OpenHouse) -> None:
    sample = drawn(street, 1000)
    analyst = coded(street, sample, {NOISY: "wonen/vocht_schimmel"})
    n = len(street.rows("coding"))
    table = {text_of(row.find("th")): [text_of(cell) for cell in row.findall("td")] for row in analyst.page.all("tr") if row.findall("td")}
    assert table["Eerste en tweede codeur"] == ["0", "–", "te weinig (0)", "–", "te weinig (0)"]
    assert table["Computer en tweede codeur"][:2] == [str(n), f"{round(100 * (n - 3) / n)} %"]
    assert table["Parkeren, straten en bereikbaarheid"][2].startswith("1,00")
    assert table["Geluid en overlast van buren"][2] == "te weinig (3)"
    assert "3 antwoorden liggen anders" in analyst.page.text
    with street.engine.connect() as connection:
        now, rows = newest_now(connection), codings(connection, sample)
    assert now is not None
    assert compare(rows, now, seed=0) == compare(rows[::-1], now, seed=0)


def test_a_choice_between_two_is_a_decision(street: OpenHouse) -> None:
    sample = drawn(street, 1000)
    analyst = coded(street, sample, {NOISY: "wonen/vocht_schimmel"})
    row = next(row for row in street.rows("coding") if row["machine"] == "veilig/geluid_burenoverlast")
    shown = {"token": street.token("analyst"), "uitspraak": row["statement_id"], "seen": "0.0"}
    analyst.sends(f"{ROOM}/{sample}/kies", {**shown, "naar": "wonen/vocht_schimmel"}, status=303)
    acts = [(act["kind"], act["theme"], act["payload"]) for act in street.rows("act")]
    assert acts == [
        ("move", NOISY[1], {"was": "Geluid en overlast van buren", "pillar": "wonen", "theme": MOULDY[1], "label": "Vocht en schimmel"})
    ]
    admin = street.colleague("admin")
    admin.sends(f"{ROOM}/{sample}/kies", {**shown, "token": street.token("admin"), "naar": "veilig/geluid_burenoverlast"}, status=409)
    assert "Iemand anders heeft intussen" in admin.page.messages[0]
    for wrong in ({"naar": "wonen/niets"}, {"uitspraak": "x", "naar": "wonen/rest"}, {"naar": ""}):
        analyst.sends(f"{ROOM}/{sample}/kies", {**shown, **wrong}, status=404)
    assert len(street.rows("act")) == 1
    assert [row["action"] for row in street.rows("audit")][-1] == "theme move"


def test_what_the_machine_only_repeated_says_nothing_of_it(street: OpenHouse) -> None:
    id_ = next(row["statement_id"] for row in street.rows("placement") if row["theme"] == NOISY[1])
    act = {"kind": "move", "pillar": "veilig", "theme": NOISY[1], "statement_id": id_, "payload": {"pillar": "wonen", "theme": "rest"}}
    with street.engine.begin() as connection:
        connection.execute(insert(ACT).values(at=street.settings.clock(), actor="Een admin", **act))
    run(street)
    with street.engine.begin() as connection:
        connection.execute(update(PLACEMENT).values(machine=""))
        now = newest_now(connection)
        assert now is not None
        draw(connection, street.settings, now, Wanted("Een analyst", 1000), "Een admin")
        connection.execute(update(PLACEMENT).where(PLACEMENT.c.statement_id == id_).values(machine="veilig/geluid_burenoverlast"))
        draw(connection, street.settings, now, Wanted("Een analyst", 1000), "Een admin")
    assert sorted((row["machine"], row["first"]) for row in street.rows("coding") if row["statement_id"] == id_) == [
        ("", "wonen/rest"),
        ("veilig/geluid_burenoverlast", "wonen/rest"),
    ]


def test_a_statement_that_was_erased_leaves_the_rest_of_its_sample(street: OpenHouse) -> None:
    sample = drawn(street, 1000)
    coded(street, sample, {NOISY: "wonen/vocht_schimmel"})
    with street.engine.begin() as connection:
        connection.execute(delete(STATEMENT).where(STATEMENT.c.text.like("De buren%")))
    assert "Waar er twee keuzes zijn, zijn ze gelijk." in street.colleague("admin").opens(f"{ROOM}/{sample}").page.text


# ---------------------------------------------------------------- a coder's own file


def sent(house: OpenHouse, content: bytes | str, name: str = "codes.csv", *, status: int = 200, role: str = "analyst") -> Resident:
    coder = house.colleague(role)
    body = content.encode() if isinstance(content, str) else content
    answer = coder.asks("POST", FILE, data={"token": house.token(role)}, files={"bestand": (name, body)})
    assert answer.status_code == status, coder.page.messages
    return coder


def confirmed(coder: Resident, *, status: int = 303) -> Resident:
    answer = coder.asks("POST", f"{FILE}/bewaar", data=dict(coder.typed), files={"leeg": ("", b"")})
    assert answer.status_code == status
    return coder


def table_of(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in (("id", "pillar", "theme"), *rows):
        book.active.append(row)  # type: ignore[union-attr]  # a new book has a sheet
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def ids_in(house: OpenHouse, theme: str) -> list[str]:
    return sorted(row["statement_id"] for row in house.rows("placement") if row["theme"] == theme)


@pytest.mark.parametrize("kind", ["csv", "dutch csv", "xlsx"])
def test_a_file_is_shown_first_and_then_taken_whole(street: OpenHouse, kind: str) -> None:
    mould, noise = ids_in(street, MOULDY[1]), ids_in(street, NOISY[1])
    rows = [(mould[0], *MOULDY), (noise[0], *MOULDY), (noise[1], "wonen", "Vocht en schimmel"), (noise[2], "leren", "Bijles in de zomer")]
    texts = {sep: "\n".join(sep.join(row) for row in [("id", "pillar", "theme"), *rows]) for sep in ",;"}
    content = {"csv": texts[","].encode(), "dutch csv": texts[";"].replace("zomer", "zomér").encode("cp1252"), "xlsx": table_of(*rows)}[
        kind
    ]
    coder = sent(street, content, "codes.xlsx" if kind == "xlsx" else "codes.csv")
    assert street.rows("act") == []
    assert "4 rijen= 3 verplaatst+ 1 bevestigd+ 0 stond al zo" in coder.page.text
    confirmed(coder)
    acts = street.rows("act")
    assert [(act["kind"], act["actor"], act["statement_id"]) for act in acts] == [
        ("new", "Een analyst", None), ("accept", "Een analyst", mould[0]), *(("move", "Een analyst", id_) for id_ in noise),
    ]  # fmt: skip
    made = acts[0]
    assert made["payload"]["label"] == ("Bijles in de zomér" if kind == "dutch csv" else "Bijles in de zomer")
    assert (acts[-1]["payload"]["pillar"], acts[-1]["payload"]["theme"]) == ("leren", made["theme"])
    assert " " not in made["theme"]
    assert [(row["action"], row["object"]) for row in street.rows("audit")] == [("coder file taken", "4 statements")]
    again = sent(street, texts[","].replace("Bijles in de zomer", made["theme"]))
    assert "Alles stond al zo." in again.page.text


def test_a_new_key_in_a_known_pillar_is_a_new_theme(street: OpenHouse) -> None:
    noise = ids_in(street, NOISY[1])
    confirmed(
        sent(street, f"id,pillar,theme\n{noise[0]},veilig,vuurwerk_oudjaar\n{noise[1]},veilig,vuurwerk_oudjaar\n{noise[2]},veilig,rest")
    )
    assert [(act["kind"], act["theme"], act["payload"].get("label")) for act in street.rows("act")] == [
        ("new", "vuurwerk_oudjaar", "Vuurwerk oudjaar"),
        ("move", NOISY[1], "Vuurwerk oudjaar"), ("move", NOISY[1], "Vuurwerk oudjaar"), ("move", NOISY[1], ""),
    ]  # fmt: skip


def test_what_was_exported_comes_back_as_it_is(street: OpenHouse) -> None:
    analyst = street.colleague("analyst")
    for kind in ("csv", "xlsx"):
        fields = {"token": street.token("analyst"), "waarvoor": "coderen", "bestand": kind}
        file = analyst.asks("POST", "/bevindingen/download/statements", data=fields).content
        coder = sent(street, file, f"uitspraken.{kind}")
        assert "= 0 verplaatst" in coder.page.text


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("niets,wonen,rest", "Rij 3, kolom id: “niets” staat niet in de nieuwste ronde."),
        ("{id},wonen,", "Rij 3, kolom theme: is leeg."),
        ("{id},,rest", "Rij 3, kolom pillar: is leeg."),
        ("{id},water,rest", "Rij 3, kolom pillar: “water” is geen pijler."),
        ("{id},wonen,geluid_burenoverlast", "Rij 3, kolom theme: “geluid_burenoverlast” hoort bij een andere pijler."),
        ("{id},wonen,!!!", "Rij 3, kolom theme: “!!!” kan geen naam van een thema zijn."),
        ("{first},wonen,rest", "Rij 3, kolom id: “{first}” stond er al. Laat één rij over."),
    ],
)
def test_one_wrong_cell_is_named_and_nothing_is_done(street: OpenHouse, line: str, told: str) -> None:
    first, second = ids_in(street, MOULDY[1])[:2]
    coder = sent(street, f"id,pillar,theme\n{first},wonen,rest\n" + line.format(id=second, first=first), status=422)
    assert coder.page.messages == [told.format(first=first)]
    assert (street.rows("act"), street.rows("audit")) == ([], [])


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 20_000_000 + b"</worksheet>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Kies eerst een bestand."),
        (b"id,pillar\nx,wonen", "Rij 1: de kolom “theme” ontbreekt. De eerste rij noemt id, pillar en theme."),
        (b"id,pillar,theme\n", "Er staan geen rijen onder de kop."),
        (b"id,pillar,theme\n\x00,wonen,rest", "Dit bestand is niet te lezen."),
        (b"PK\x03\x04 broken", "Dit bestand is niet te lezen."),
        (bomb(), "Dit bestand is niet te lezen."),
        (table_of(("x", "wonen", 3)), "Rij 2, kolom theme: hier staat een formule, getal of datum. Maak er gewone tekst van."),
        (table_of(("=1+1", "wonen", "rest")), "Rij 2, kolom id: hier staat een formule, getal of datum. Maak er gewone tekst van."),
        (b"id,pillar,theme\n" + b"x,wonen,rest\n" * 10_001, "Dit zijn meer dan 10.000 rijen. Knip het bestand in delen."),
    ],
    ids=["none", "column", "rows", "nul", "broken", "bomb", "number", "formula", "many"],
)
def test_a_file_that_is_no_list_of_codes_is_refused_in_one_line(street: OpenHouse, content: bytes, told: str) -> None:
    coder = sent(street, content, "codes.xlsx" if content[:2] == b"PK" else "codes.csv", status=422)
    assert [line[: len(told)] for line in coder.page.messages] == [told]


def test_a_file_too_large_or_without_a_token_is_refused(street: OpenHouse) -> None:
    coder = street.colleague("analyst")
    token = {"token": street.token("analyst")}
    assert coder.asks("POST", FILE, data=token, files={"bestand": ("a.csv", b"x" * 2_100_000)}).status_code == 413
    assert coder.asks("POST", FILE, data={}, files={"bestand": ("a.csv", b"id")}).status_code == 403
    assert coder.asks("POST", FILE, content=b"--x", headers={"content-type": "multipart/form-data"}).status_code == 400
    assert coder.asks("POST", ROOM, data=token, files={"bestand": ("a.csv", b"id")}).status_code == 415
    assert street.rows("act") == []


def test_what_others_decided_meanwhile_is_shown_before_anything_is_kept(street: OpenHouse) -> None:
    noise = ids_in(street, NOISY[1])
    coder = sent(street, f"id,pillar,theme\n{noise[0]},wonen,rest")
    admin = street.colleague("admin")
    admin.sends(
        f"/bevindingen/themas/{'/'.join(NOISY)}/verplaats",
        {"token": street.token("admin"), "seen": "0.0", "uitspraak": noise[0], "naar": "leren/rest"},
        status=303,
    )
    confirmed(coder, status=409)
    assert "Iemand anders heeft intussen" in coder.page.text
    assert len(street.rows("act")) == 1
    confirmed(coder)
    assert [(act["actor"], act["payload"]["pillar"]) for act in street.rows("act")] == [("Een admin", "leren"), ("Een analyst", "wonen")]


def test_while_the_codebook_is_frozen_statements_move_and_no_theme_is_made(street: OpenHouse) -> None:
    noise = ids_in(street, NOISY[1])
    waiting = sent(street, f"id,pillar,theme\n{noise[1]},veilig,vuurwerk")
    street.colleague("admin").opens("/bevindingen/codeboek").fills(notitie="voor de codeur").presses("Zet het codeboek vast")
    confirmed(waiting, status=422)
    assert waiting.page.messages == ["Rij 2, kolom theme: “vuurwerk” is een nieuw thema, en het codeboek is vastgezet."]
    confirmed(sent(street, f"id,pillar,theme\n{noise[0]},wonen,rest"))
    assert [act["kind"] for act in street.rows("act")] == ["move"]


def test_a_page_of_one_sample_asks_as_much_for_many_as_for_few(house: OpenHouse) -> None:
    asked = []
    for n in (12, 30):
        residents_say(house, *[f"{MOULD} {n} {word}" for word in words(min(20, n))])
        run(house)
        house.colleague("analyst")
        sample = drawn(house, n)
        with house.statements() as said:
            house.colleague("analyst").opens(f"{ROOM}/{sample}/1")
        asked.append(len(said))
    assert asked[0] == asked[1]
