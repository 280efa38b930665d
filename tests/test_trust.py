"""What stands behind a run: its card for everybody who works here, what changed since the last and why, and the same run again."""

from datetime import timedelta
from typing import Any

import pytest
from houses import OpenHouse, Operator
from pandas import DataFrame
from people import Resident, text_of
from spoken import MOULD, MOULDY, NOISE, NOISY, PARKED, PARKING, RENT, RENTED, a_street, residents_say, run, words
from sqlalchemy import insert, update

from app.findings.changes import Changes, changes_between
from app.findings.runs import output_hash
from app.models.tables import ACT, CODING, CODING_SAMPLE, PLACEMENT, RUN, STATEMENT
from app.settings import ROOT

HERE = "/bevindingen/verantwoording"
BETWEEN = "/bevindingen/vergelijken"
Line = tuple[Any, ...]


@pytest.fixture
def street(house: OpenHouse) -> OpenHouse:
    a_street(house)
    residents_say(house, "??", "nvt")
    residents_say(house, *[f"{MOULD}, de {word}" for word in words(11)], lang="tr")
    run(house)
    return house


def cells(page: Resident, caption: str) -> dict[str, list[str]]:
    """The table with this caption: first cell -> the others."""
    table = next(table for table in page.page.all("table") if text_of(page.page.by_id(str(table.get("aria-labelledby")))) == caption)
    return {text_of(row.find("th")): [text_of(cell) for cell in row.findall("td")] for row in table.iter("tr") if row.findall("td")}


# ---------------------------------------------------------------- the card


def test_the_ledger_adds_up_with_each_reason_by_language_and_by_source(street: OpenHouse) -> None:
    analyst = street.colleague("analyst").opens(HERE)
    assert "86 uitspraken= 84 in een thema+ 0 rest+ 2 weggelatenTelling klopt" in analyst.page.text
    assert "Weggelaten omdat: geen antwoord 1, geen woorden 1." in analyst.page.text
    assert cells(analyst, "Taal") == {"Nederlands": ["73", "0", "2", "75"], "Türkçe": ["11", "0", "0", "11"]}
    assert cells(analyst, "Bron") == {"Vragenlijst": ["61", "0", "2", "63"], "Wijkgesprek": ["23", "0", "0", "23"]}


def test_who_sees_no_rows_reads_what_passed_the_door(street: OpenHouse) -> None:
    auditor = street.colleague("auditor").opens(HERE)
    assert cells(auditor, "Taal")["Nederlands"][2] == "–afgeschermd"
    assert "geen antwoord 1" not in auditor.page.text
    assert "Geluid" not in auditor.page.html, "three people could be known"
    assert "Wat veranderde er?" not in auditor.page.text
    assert auditor.asks("GET", f"{HERE}?ronde=x").status_code == 200, "another run is not theirs to choose"


def test_each_theme_is_told_per_language_so_that_nobody_is_averaged_away(street: OpenHouse) -> None:
    by_lang = cells(street.colleague("analyst").opens(HERE), "Elk thema per taal")
    assert [cell.split()[0] for cell in by_lang["Vocht en schimmel"]] == ["25", "11"], "all who wrote Turkish said the same"
    auditor = street.colleague("auditor").opens(HERE)
    assert "11 100" not in auditor.page.text, "what everybody of a language said stays inside, and so does what the total would give away"


def test_how_good_the_machine_is_stands_beside_what_people_decided(street: OpenHouse) -> None:
    analyst = street.colleague("analyst").opens(HERE)
    assert "Nog niet gemeten" in analyst.page.text
    noisy = [row["statement_id"] for row in street.rows("placement") if row["theme"] == NOISY[1]]
    mouldy = [row["statement_id"] for row in street.rows("placement") if row["theme"] == MOULDY[1]][:12]
    with street.engine.begin() as connection:
        for id_ in [*noisy, *mouldy]:
            act = {
                "kind": "move",
                "pillar": "wonen",
                "theme": "rest",
                "statement_id": id_,
                "payload": {"pillar": "wonen", "theme": MOULDY[1], "label": "Vocht"},
            }
            connection.execute(insert(ACT).values(at=street.settings.clock(), actor="x", undone_by="", **act))
        connection.execute(update(PLACEMENT).where(PLACEMENT.c.statement_id.in_(noisy)).values(machine="/".join(NOISY)))
        connection.execute(update(PLACEMENT).where(PLACEMENT.c.statement_id.in_(mouldy)).values(machine="/".join(MOULDY)))
        connection.execute(
            insert(CODING_SAMPLE).values(id="k1", coder="y", n=2, seed=0, state="done", made_by="x", made_at=street.settings.clock())
        )
        coded = [
            {"sample_id": "k1", "statement_id": id_, "nth": nth, "first": "a/b", "second": second}
            for nth, (id_, second) in enumerate(zip(noisy, ("a/b", "a/c", ""), strict=True))
        ]
        connection.execute(insert(CODING), coded)
    text = analyst.opens(HERE).page.text.replace("\u00a0", " ")
    assert "Mensen keken naar 15 antwoorden." in text
    assert "Zelfde pijler80 % 12 van 15, marge 55 % tot 93 %" in text
    assert "Zelfde pijler, Nederlands80 % 12 van 15" in text
    assert "Een tweede codeur koos hetzelfde als de eerste: 50 % 1 van 2" in text


def test_another_run_is_chosen_by_its_number_and_an_unknown_one_is_not_there(street: OpenHouse) -> None:
    first = street.rows("run")[0]["id"]
    residents_say(street, RENT)
    run(street)
    analyst = street.colleague("analyst")
    assert "86 uitspraken" in analyst.opens(f"{HERE}?ronde={first}").page.text
    assert "87 uitspraken" in analyst.opens(HERE).page.text
    for wrong in ("onbekend", "%00", "x" * 40):
        assert analyst.asks("GET", f"{HERE}?ronde={wrong}").status_code == 404


def test_the_paper_and_the_page_say_the_same(street: OpenHouse) -> None:
    """docs/modelkaart.md is the card without figures."""
    told = street.colleague("office").opens(HERE).page.text
    lines = [
        line.removeprefix("- ").strip()
        for line in (ROOT / "docs" / "modelkaart.md").read_text("utf-8").splitlines()
        if line.startswith("- ")
    ]
    assert len(lines) > 15
    assert [line for line in lines if line not in told] == []


def test_before_any_run_there_is_a_way_to_start(house: OpenHouse) -> None:
    assert house.colleague("analyst").opens(HERE).status == 200
    assert "Er zijn nog geen twee rondes" in house.colleague("analyst").opens(BETWEEN).page.text
    assert house.colleague("analyst").asks("POST", f"{HERE}/vaststellen", data={"token": house.token("analyst")}).status_code == 404


# ---------------------------------------------------------------- what changed


def between(house: OpenHouse) -> Changes:
    first, second = sorted(house.rows("run"), key=lambda row: row["made_at"])
    with house.engine.connect() as connection:
        rows = {row.id: row for row in connection.execute(RUN.select())}
        return changes_between(connection, rows[first["id"]], rows[second["id"]])


def decide(house: OpenHouse, kind: str, place: tuple[str, str], payload: dict[str, Any], statement: str | None = None) -> None:
    """Between the first and the second run."""
    act = {"kind": kind, "pillar": place[0], "theme": place[1], "statement_id": statement, "payload": payload}
    with house.engine.begin() as connection:
        connection.execute(insert(ACT).values(at=house.settings.clock() + timedelta(seconds=90), actor="Een analyst", undone_by="", **act))


def line_of(found: Changes, place: tuple[str, str]) -> Line:
    line = next(line for line in found.lines if line.place == place)
    return (line.before, line.came, line.joined, line.left, line.went, line.after, line.what)


def test_every_statement_that_moved_has_one_reason_and_every_line_adds_up(street: OpenHouse) -> None:
    ids = {
        place: [row["statement_id"] for row in street.rows("placement") if row["theme"] == place[1]]
        for place in (MOULDY, PARKED, NOISY, RENTED)
    }
    decide(street, "merge", RENTED, {"into": PARKED[1], "label": "Parkeren"})
    decide(street, "move", MOULDY, {"pillar": "wonen", "theme": PARKED[1], "label": "Parkeren"}, ids[MOULDY][0])
    decide(street, "rename", NOISY, {"label": "Herrie"})
    with street.engine.begin() as connection:
        connection.execute(update(STATEMENT).where(STATEMENT.c.id == ids[MOULDY][1]).values(text="", erased_on=street.settings.today()))
    residents_say(street, f"{NOISE}, ook hier")
    run(street)
    found = between(street)
    assert found.moved == {"new": 1, "erased": 1, "person": 1, "merged": 10}
    assert line_of(found, MOULDY) == (46, 0, 0, 1, 1, 44, "")
    assert line_of(found, PARKED) == (25, 0, 11, 0, 0, 36, "")
    assert line_of(found, RENTED) == (10, 0, 0, 10, 0, 0, "merged")
    assert line_of(found, NOISY) == (3, 1, 0, 0, 0, 4, "")
    assert found.renamed == [("Geluid en overlast van buren", "Herrie")]
    for line in (*found.lines, found.total):
        assert line.before + line.came + line.joined - line.left - line.went == line.after
    assert (found.total.before, found.total.after, found.total.joined) == (84, 84, found.total.left)
    analyst = street.colleague("analyst").opens(BETWEEN)
    assert cells(analyst, "Waarom?")["Samen"] == ["13"]
    assert (
        cells(analyst, "Per thema")[
            "Parkeren en bereikbaarheid"
            if "Parkeren en bereikbaarheid" in cells(analyst, "Per thema")
            else "Parkeren, straten en bereikbaarheid"
        ][0]
        == "25"
    )
    assert "opgegaan in" in analyst.page.text
    assert "heette “Geluid en overlast van buren”" in analyst.page.text


def test_other_words_are_told_as_the_reason(street: OpenHouse) -> None:
    run(street)
    first, second = sorted(street.rows("run"), key=lambda row: row["made_at"])
    moved = [row["statement_id"] for row in street.rows("placement") if row["run_id"] == second["id"] and row["theme"] == NOISY[1]]
    with street.engine.begin() as connection:
        mine = (PLACEMENT.c.run_id == second["id"], PLACEMENT.c.statement_id.in_(moved))
        connection.execute(update(PLACEMENT).where(*mine).values(pillar="wonen", theme=PARKED[1]))
        connection.execute(update(RUN).where(RUN.c.id == second["id"]).values(words_hash="other"))
    assert between(street).moved == {"words": 3}
    with street.engine.begin() as connection:
        connection.execute(update(RUN).where(RUN.c.id == first["id"]).values(software="wijkstem 0.0"))
    assert between(street).moved == {"version": 3}


def test_two_runs_that_are_one_or_none_are_told(street: OpenHouse) -> None:
    id_ = street.rows("run")[0]["id"]
    analyst = street.colleague("analyst")
    assert "Er zijn nog geen twee rondes" in analyst.opens(BETWEEN).page.text
    run(street)
    assert "Kies twee verschillende rondes." in analyst.opens(f"{BETWEEN}?van={id_}&naar={id_}").page.text
    assert analyst.asks("GET", f"{BETWEEN}?van=onbekend").status_code == 404


# ---------------------------------------------------------------- the same again


def test_a_run_done_again_gives_the_same_and_keeps_nothing(house: OpenHouse, operator: Operator) -> None:
    ids = residents_say(house, *[f"{MOULD} {word}" for word in words(6)], *[f"{PARKING} {word}" for word in words(6)])
    id_ = run(house)
    before = house.everything()
    assert operator("analyse", "--again", id_).out == "zelfde uitkomst, byte voor byte\n"
    assert house.everything() == before
    with house.engine.begin() as connection:
        connection.execute(update(STATEMENT).where(STATEMENT.c.id == ids[0]).values(text="", erased_on=house.settings.today()))
    assert operator("analyse", "--again", id_, code=1).out == "andere uitkomst: 1 teksten gewist\n"
    with house.engine.begin() as connection:
        connection.execute(update(RUN).values(software="wijkstem 0.0"))
    assert operator("analyse", "--again", id_, code=1).out.startswith("andere uitkomst: andere versie (wijkstem 0.0 toen, wijkstem ")
    assert operator("analyse", "--again", "onbekend", code=2).line == "wijkstem: there is no run “onbekend”"


def test_what_people_decided_afterwards_does_not_count(house: OpenHouse, operator: Operator) -> None:
    ids = residents_say(house, *[f"{MOULD} {word}" for word in words(6)], *[f"{PARKING} {word}" for word in words(6)])
    id_ = run(house)
    with house.engine.begin() as connection:
        later = house.settings.clock() + timedelta(hours=1)
        payload = {"pillar": "wonen", "theme": PARKED[1], "label": "Parkeren"}
        connection.execute(
            insert(ACT).values(
                at=later, actor="x", kind="move", pillar="wonen", theme=MOULDY[1], statement_id=ids[0], payload=payload, undone_by=""
            )
        )
    assert operator("analyse", "--again", id_).out == "zelfde uitkomst, byte voor byte\n"


def test_the_hash_of_an_outcome_sees_every_value_and_no_order() -> None:
    table = DataFrame({"pillar": ["wonen", "werk"], "fit": [0.5, 1 / 3], "text_masked": ["a", "b"]}, index=["s1", "s2"])
    assert output_hash(table) == output_hash(table[["text_masked", "fit", "pillar"]].iloc[::-1])
    assert output_hash(table) == output_hash(table.assign(text_masked="other"))
    assert output_hash(table) != output_hash(table.assign(fit=[0.5, 0.3333333333333]))
