"""Files that are odd but not wrong, and wrong in ways that spreadsheets make: a sensible result or one clear line, and never one that hangs on the order."""

import csv
from pathlib import Path

import pytest
from pandas import DataFrame

from analysis.__main__ import main

Rows = list[dict[str, str]]


def given(path: Path, *rows: tuple[object, ...]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def found(folder: Path, *rows: tuple[object, ...], options: tuple[object, ...] = ()) -> Rows:
    """What the command writes about these rows, the heading first."""
    out = folder / "out.csv"
    assert main([str(each) for each in (given(folder / "in.csv", *rows), out, *options)]) == 0
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def refused(folder: Path, content: bytes, capsys: pytest.CaptureFixture[str], *options: object) -> str:
    """The one line about a file that cannot be used; nothing is written."""
    source = folder / "in.csv"
    source.write_bytes(content)
    assert main([str(each) for each in (source, folder / "out.csv", *options)]) == 2
    assert not (folder / "out.csv").exists()
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    return said.err.strip().removeprefix("analysis: ").replace(str(folder), "FOLDER")


def test_one_answer_is_analysed(tmp_path: Path) -> None:
    [row] = found(tmp_path, ("id", "text"), ("1", "schimmel in de slaapkamer"))
    assert (row["pillar"], row["theme"], row["excluded"], row["quote"]) == ("wonen", "vocht_schimmel", "", "1")


@pytest.mark.parametrize("options", [(), ("--themes", "1"), ("--pillars", "none", "--themes", "1")])
def test_answers_that_are_all_alike_are_treated_alike_and_quoted_at_most_three_times(tmp_path: Path, options: tuple[str, ...]) -> None:
    rows = found(tmp_path, ("id", "text"), *((number, "de huur is te hoog") for number in range(40)), options=options)
    assert len({(row["pillar"], row["theme"], row["fit"]) for row in rows}) == 1
    assert 1 <= sum(row["quote"] == "1" for row in rows) <= 3


def test_answers_without_anything_in_them_are_all_left_out_with_a_reason(tmp_path: Path) -> None:
    rows = found(tmp_path, ("id", "text"), *enumerate(["", "  ", "-", "nvt", "😀", "?", "\u200b", "x"]))
    assert [row["theme"] for row in rows] == ["geen_inhoud"] * 8
    assert [row["excluded"] for row in rows if not row["excluded"]] == []
    assert {(row["pillar"], row["quote"]) for row in rows} == {("overig", "0")}


@pytest.mark.parametrize("lang", ["nl", "en", "tr", "pl", "ar"])
def test_one_language_alone_gives_what_it_gives_among_others(tmp_path: Path, answers: DataFrame, lang: str) -> None:
    heading, everything = ("id", "text", "lang"), [*answers[["text", "lang"]].itertuples(name=None)]
    alone = found(tmp_path, heading, *(row for row in everything if row[2] == lang))
    among = {row["id"]: row for row in found(tmp_path, heading, *everything)}
    assert len(alone) == sum(answers["lang"] == lang)
    differ = [row["id"] for row in alone if row["pillar"] != among[row["id"]]["pillar"]]
    assert len(differ) <= 0.05 * len(alone)


def test_a_language_that_nobody_has_lists_for_is_kept_and_not_read_as_dutch(tmp_path: Path) -> None:
    rows = found(tmp_path, ("id", "text", "lang"), (1, "ደረጃዎቹ ጨለማ ናቸው", "am"), (2, "楼梯太暗了", "zh"), (3, "te donker op straat", "nl"))
    assert [row["theme"] for row in rows] == ["rest", "rest", "verlichting_onveilig"]


def test_an_answer_of_a_megabyte_is_one_answer(tmp_path: Path) -> None:
    lines = ["de lift is kapot en niemand komt", "schimmel op de muur", "te donker in de straat, bel 06-12345678"]
    long = [
        " ".join(lines * 11_700),
        "a" * 1_000_000,
        "a1 " * 350_000,
        "schimmel," * 115_000,
        "٠" * 1_000_000,
        "[" * 1_000_000,
        "@." * 500_000,
    ]
    rows = found(tmp_path, ("id", "text"), *enumerate(long))
    assert min(map(len, long)) >= 1_000_000
    assert [row["id"] for row in rows] == [str(number) for number in range(7)]
    assert (rows[0]["pillar"], rows[0]["quote"]) == ("wonen", "0")
    assert rows[3]["theme"] == "vocht_schimmel"


def test_a_hundred_columns_that_nobody_asked_for_change_nothing(tmp_path: Path) -> None:
    said = [("1", "te donker op straat", "nl"), ("2", "de huur is te hoog", "nl")]
    plain = found(tmp_path, ("id", "text", "lang"), *said)
    more = [f"vraag {number}" for number in range(97)]
    wide = found(tmp_path, (*more, "id", "text", "lang"), *((*("ja" for _ in more), *row) for row in said))
    assert wide == plain
    assert list(wide[0]) == ["id", "pillar", "pillar_confidence", "also", "theme", "theme_label", "fit", "excluded", "quote"]


def test_line_ends_quotes_and_strange_signs_inside_an_answer_stay_inside_it(tmp_path: Path) -> None:
    typed = [
        "te donker\nop straat",
        'de "huur"\r\nis te hoog',
        "schimmel,\u2028vocht",
        "\ud7ff\ufffe te donker \u202e",
        "=SOM(A1) huur te hoog",
    ]
    rows = found(tmp_path, ("id", "text"), *enumerate(typed))
    assert [row["pillar"] for row in rows] == ["veilig", "wonen", "wonen", "veilig", "wonen"]


def test_in_another_order_with_labels_and_waves_the_same_lines_come_out(tmp_path: Path, answers: DataFrame) -> None:
    said = [
        (key, text, lang, ["wonen", "", "werk"][place % 3], f"{2026 + place % 3}", f"{1 + place % 4 / 2}")
        for place, (key, text, lang) in enumerate(answers[["text", "lang"]].itertuples(name=None))
    ]
    said += [(f"d{number}", f"de drone {number} zoemt weer", "nl", "veilig", f"{2026 + number % 3}", "1") for number in range(36)]
    settled = [("s005", "werk", "rondkomen"), ("s010", "overig", ""), ("s020", "leren", "nieuw_thema"), ("d3", "veilig", "")]
    outs = []
    for _ in range(3):
        labels = given(tmp_path / "labels.csv", ("id", "pillar", "theme"), *settled)
        ask = tmp_path / "ask.csv"
        rows = found(tmp_path, ("id", "text", "lang", "pillar_asked", "wave", "weight"), *said, options=("--labels", labels, "--ask", ask))
        outs.append((sorted(map(str, rows)), sorted(ask.read_text(encoding="utf-8").splitlines())))
        said = [*said[1::2], *said[::-2]]
        settled.reverse()
    assert outs[0] == outs[1] == outs[2]
    assert sum("'nieuw_thema'" in row for row in outs[0][0]) >= 1


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("id,text\n1,te donker\n".encode("utf-16"), "FOLDER/in.csv: row 1, column 1: is not UTF-8 (byte 1)"),
        ("id,text\n1,wir wünschen\n".encode("cp1252"), "FOLDER/in.csv: row 2, column text: is not UTF-8 (byte 16)"),
        (b"PK\x03\x04\x14\x00\x06\x00", "FOLDER/in.csv: row 1: there is no column id"),
        (b"\xef\xbb\xbf", "FOLDER/in.csv: row 1: the file is empty"),
        (b"\r\n\r\n", "FOLDER/in.csv: row 1: the file is empty"),
        (b'id,text\n1,"te donker\n2,huur\n', "FOLDER/in.csv: row 2: is not CSV (unexpected end of data)"),
        (b"id,text\n 1 ,a\n 1 ,b\n", "FOLDER/in.csv: row 3, column id: ' 1 ' stands in row 2 too"),
    ],
)
def test_what_a_spreadsheet_makes_of_a_file_gives_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, complaint: str
) -> None:
    assert refused(tmp_path, content, capsys) == complaint


@pytest.mark.parametrize("option", ["--labels", "--codebook"])
@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "row 1: the file is empty"),
        (b"id,theme,pillar\n1,a\x00,wonen\n", "row 2, column theme: holds a NUL character"),
        (b"id,theme,pillar\n1,caf\xe9,wonen\n", "row 2, column theme: is not UTF-8 (byte 22)"),
    ],
)
def test_a_second_file_is_read_as_strictly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, content: bytes, complaint: str
) -> None:
    second = tmp_path / "second.csv"
    second.write_bytes(content)
    assert refused(tmp_path, b"id,text\n1,te donker\n", capsys, option, second) == f"FOLDER/second.csv: {complaint}"
