"""One answer's trip, on both engines and for both programmes: from the first page in Turkish to the table of themes."""

import csv
from pathlib import Path

import openpyxl
import pytest
from houses import OpenHouse, Operator
from people import Resident

DORDT = "/v/dordt-west-2026"
SAID = {
    "wonen_open": ["De stoep ligt schuin en is kapot.", "De stoep is stuk, ik val bijna.", "Meer bomen en groen in de straat."],
    "veilig_open": ["Het is te donker in het park, meer licht.", "Meer lampen in het park, het is er donker.", "Auto's rijden te hard door de straat."],
}  # fmt: skip


def test_from_a_first_page_in_turkish_to_a_table_of_themes(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    resident = house.resident("tr-TR,tr;q=0.9").opens("/").follows(DORDT)
    assert resident.page.lang == "tr"
    resident.fills(zestien="ja").presses("verder")
    resident.fills(wijk="wielwijk", woonduur="gt10", cijfer_buurt="6").presses("verder")
    resident.fills({"wonen_open": "Kaldırım bozuk", "wonen_stellingen.stoep": "1"}).speaks("ar")
    assert (resident.page.lang, resident.sees("wonen_open")) == ("ar", ["Kaldırım bozuk"])
    resident.presses("verder").fills(gezond_open="نحتاج إلى مكان نلتقي فيه").presses("verder")
    assert resident.page.root.get("dir") == "rtl"
    resident.presses("overslaan").speaks("nl")
    assert resident.page.lang == "nl"
    resident.fills(rondkomen="2", werk_open="Hulp bij brieven").presses("verder")
    resident.fills(overlast=["rommel", "donker"], veilig_open="Meer licht in het park").presses("verder")
    resident.fills(belangrijkst=["wonen"], leeftijd="a30_44").presses("verder")
    assert resident.number == "controle"
    for words in ("Kaldırım bozuk", "نحتاج إلى مكان نلتقي فيه", "Hulp bij brieven", "Meer licht in het park"):
        assert words in resident.page.text
    resident.presses("verder")
    assert resident.page.one("main").get("id") == "done"
    assert len(resident.receipt.replace(" ", "")) == 12
    answered_by(house, 14)

    counted = operator("stats", "--json").json
    assert {name: counted[name] for name in ("responses", "by_survey", "by_channel", "by_stream", "statements", "unfinished", "jobs", "themes")} == {
        "responses": 15, "by_survey": {"dordt-west-2026": 15}, "by_channel": {"web": 15}, "by_stream": {"open_link": 15},
        "statements": 32, "unfinished": 0, "jobs": 0, "themes": 0,
    }  # fmt: skip
    assert counted["by_language"] == {"nl": 15}
    run = operator("analyse", "--survey", "dordt-west-2026").out.strip()
    assert [row["id"] for row in house.rows("run")] == [run]
    (ledger,) = house.rows("run")
    assert ledger["n_in"] == 32 == ledger["n_themed"] + ledger["n_rest"] + ledger["n_excluded"]
    check_tables(operator, tmp_path, "dordt-west-2026", {"wonen", "gezond", "leren", "werk", "veilig", "overig"})


def answered_by(house: OpenHouse, people: int) -> None:
    """So many others answer the two open questions, each in her own browser."""
    for nth in range(people):
        resident = house.resident().opens(DORDT).fills(zestien="ja").presses("verder").fills(wijk="crabbehof").presses("verder")
        resident.fills(wonen_open=SAID["wonen_open"][nth % 3]).presses("verder")
        resident.opens(f"{DORDT}/7").fills(veilig_open=SAID["veilig_open"][nth % 3]).presses("verder")
        resident.opens(f"{DORDT}/controle").presses("verder")


def check_tables(operator: Operator, folder: Path, survey: str, pillars: set[str]) -> None:
    """The table of themes as CSV and XLSX, for an analyst; both hold the same."""
    rows: dict[str, list[list[str]]] = {}
    for format_ in ("csv", "xlsx"):
        out = folder / f"themes.{format_}"
        said = operator("export", "--survey", survey, "--kind", "themes", "--format", format_, "--role", "analyst", "--out", out)
        rows[format_] = read_table(out)
        assert said.out == f"{out}: {len(rows[format_]) - 1} rows\n"
    header, *themes = rows["csv"]
    assert header[:5] == ["pillar", "pillar_name", "theme", "label", "n"]
    assert themes
    assert {row[0] for row in themes} <= pillars
    assert [row[:6] for row in rows["xlsx"]] == [row[:6] for row in rows["csv"]]
    assert [n for n in (row[4] for row in themes) if n.isdigit() and 0 < int(n) < 10] == []
    refused = operator("export", "--survey", survey, "--kind", "statements", "--role", "partner", "--out", folder / "no.csv", code=2)
    assert "partner" in refused.line
    assert not (folder / "no.csv").exists()


def read_table(file: Path) -> list[list[str]]:
    if file.suffix == ".csv":
        with file.open(encoding="utf-8-sig", newline="") as table:
            return list(csv.reader(table))
    book = openpyxl.load_workbook(file, read_only=True)
    rows = [["" if cell is None else str(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    book.close()
    return rows


def test_the_other_programme_goes_the_same_way(voorbeeldstad: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    for nth in range(14):
        resident = (
            voorbeeldstad.resident("ar" if nth % 2 else "nl")
            .opens("/")
            .follows("/v/voorbeeldstad-2026")
            .fills(zestien="ja")
            .presses("verder")
        )
        resident.fills(wijk="havenrand", huis_tevreden="2", wonen_open="Er zit schimmel in de muur en het is vochtig.").presses("verder")
        resident.fills(jeugd_open="Een voetbalveld voor de kinderen." if nth % 3 else "").presses("verder")
        resident.fills(cijfer_veilig="5", veilig_open="Meer politie op straat.").presses("verder")
        assert resident.number == "controle"
        resident.presses("verder")
        assert resident.page.one("main").get("id") == "done"
    assert operator("stats", "--json").json["by_language"] == {"ar": 7, "nl": 7}
    assert {row["area"] for row in voorbeeldstad.rows("response")} == {"havenrand"}
    operator("analyse", "--survey", "voorbeeldstad-2026")
    check_tables(operator, tmp_path, "voorbeeldstad-2026", {"wonen", "jeugd", "veilig", "werk", "overig"})


@pytest.mark.parametrize("kind", ["responses", "statements", "counts", "codebook"])
def test_the_other_tables_leave_too(house: OpenHouse, operator: Operator, tmp_path: Path, kind: str) -> None:
    answered_by(house, 3)
    for format_ in ("csv", "xlsx"):
        out = tmp_path / f"{kind}.{format_}"
        operator(
            "export",
            "--survey",
            "dordt-west-2026",
            "--kind",
            kind,
            "--format",
            format_,
            "--role",
            "analyst",
            "--purpose",
            "test",
            "--out",
            out,
        )
        rows = read_table(out)
        assert len({len(row) for row in rows}) == 1
        if kind == "responses":
            assert len(rows) == 4
        if kind == "statements":
            assert sorted(row[rows[0].index("text")] for row in rows[1:]) == sorted(SAID["wonen_open"] + SAID["veilig_open"])
    assert [row["action"] for row in house.rows("audit")] == ([f"export {kind}"] * 2 if kind in {"responses", "statements"} else [])


def test_who_is_halfway_counts_as_unfinished_and_is_in_no_table(
    house: OpenHouse, resident: Resident, operator: Operator, tmp_path: Path
) -> None:
    resident.opens(DORDT).fills(zestien="ja").presses("verder").presses("verder").fills(wonen_open="Nog niet verstuurd").presses("verder")
    counted = operator("stats", "--json").json
    assert (counted["responses"], counted["unfinished"], counted["statements"]) == (0, 1, 0)
    out = tmp_path / "responses.csv"
    operator("export", "--survey", "dordt-west-2026", "--kind", "responses", "--role", "admin", "--out", out)
    assert len(read_table(out)) == 1
    assert "there are no statements" in operator("analyse", "--survey", "dordt-west-2026", code=2).line
