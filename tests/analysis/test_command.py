"""The bare command, as an analyst types it: files in, files out, and one line when something is wrong."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pandas import DataFrame

from analysis.__main__ import Meter, main

COLUMNS = ["id", "pillar", "pillar_confidence", "also", "theme", "theme_label", "fit", "excluded", "quote"]
HEADING = "id,text,lang,pillar_asked,weight,wave\n"
PLAIN = "id,text\n1,te donker op straat\n2,de huur is te hoog\n"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return file


@pytest.fixture
def survey(write: Write, answers: DataFrame) -> Path:
    rows = [("id", "text", "lang"), *answers[["text", "lang"]].itertuples()]
    path = write("in.csv", "")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run(*typed: object) -> int:
    return main([str(each) for each in typed])


def test_the_command_writes_one_row_for_each_row_and_says_nothing(survey: Path, answers: DataFrame, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    ran = subprocess.run([sys.executable, "-m", "analysis", survey, out], capture_output=True, text=True, check=True)
    found = rows_of(out)
    assert ran.stdout == ""
    assert [line for line in ran.stderr.splitlines() if "about" not in line] == []
    assert list(found[0]) == COLUMNS
    assert [row["id"] for row in found] == list(answers.index)
    assert all(len(row["pillar_confidence"].partition(".")[2]) == 3 for row in found)


def test_the_same_file_gives_the_same_bytes_and_shuffled_rows_the_same_lines(survey: Path, tmp_path: Path) -> None:
    lines = survey.read_text(encoding="utf-8").splitlines(keepends=True)
    shuffled = tmp_path / "shuffled.csv"
    shuffled.write_text("".join([lines[0], *sorted(lines[1:], key=lambda line: line[::-1])]), encoding="utf-8")
    outs = [tmp_path / name for name in ("one.csv", "two.csv", "three.csv")]
    for source, out in zip((survey, survey, shuffled), outs, strict=True):
        assert run(source, out, "--ask", out.with_suffix(".ask")) == 0
    one, two, three = (out.read_bytes() for out in outs)
    assert one == two
    assert sorted(one.splitlines()) == sorted(three.splitlines())
    asked = [sorted(out.with_suffix(".ask").read_text().splitlines()) for out in outs]
    assert asked[0] == asked[1] == asked[2]


def test_ids_come_back_as_they_were_typed(write: Write, tmp_path: Path) -> None:
    typed = ["007", "1e3", "NA", "=2+2", "1.0", " x ", "é\u202e"]
    source = write("in.csv", "\ufeffid,text\r\n" + "".join(f'"{key}","de lift is kapot"\r\n' for key in typed))
    assert run(source, tmp_path / "out.csv") == 0
    assert [row["id"] for row in rows_of(tmp_path / "out.csv")] == typed


def test_pillars_from_a_file_in_json_and_toml(write: Write, tmp_path: Path) -> None:
    source = write("in.csv", "id,text\n1,de sloot loopt over\n2,niks te doen voor jongeren\n")
    words = {"water": {"nl": ["sloot", "dijk"]}, "jeugd": {"nl": "jongeren, kinderen"}}
    as_json = write("p.json", json.dumps(words))
    as_toml = write("p.toml", '[water]\nnl = ["sloot", "dijk"]\n[jeugd]\nnl = "jongeren, kinderen"\n')
    for file in (as_json, as_toml):
        assert run(source, tmp_path / "out.csv", "--pillars", file) == 0
        assert [row["pillar"] for row in rows_of(tmp_path / "out.csv")] == ["water", "jeugd"]


def test_no_pillars_and_so_many_themes(survey: Path, tmp_path: Path) -> None:
    assert run(survey, tmp_path / "out.csv", "--pillars", "none", "--themes", "5", "--seed", "3") == 0
    found = rows_of(tmp_path / "out.csv")
    assert {row["pillar"] for row in found} == {"overig"}
    assert len({row["theme"] for row in found}) == 5


def test_settled_answers_come_back_and_are_asked_last(survey: Path, write: Write, tmp_path: Path) -> None:
    labels = write("labels.csv", "id,pillar,theme\ns005,werk,rondkomen\ns010,overig,\n")
    assert run(survey, tmp_path / "out.csv", "--labels", labels, "--ask", tmp_path / "ask.csv") == 0
    found = {row["id"]: row for row in rows_of(tmp_path / "out.csv")}
    assert (found["s005"]["pillar"], found["s005"]["theme"], found["s005"]["pillar_confidence"]) == ("werk", "rondkomen", "1.000")
    assert found["s010"]["pillar"] == "overig"
    order = {row["id"]: int(row["ask"]) for row in rows_of(tmp_path / "ask.csv")}
    assert sorted(order.values()) == list(range(1, len(found) + 1))
    assert min(order["s005"], order["s010"]) > max(place for key, place in order.items() if key not in {"s005", "s010"})


def test_a_codebook_and_vectors_from_a_file(survey: Path, write: Write, answers: DataFrame, tmp_path: Path) -> None:
    codebook = write("codebook.csv", "theme,pillar,label\nlawaai,veilig,Lawaai van buren\n")
    vectors = tmp_path / "vectors.npz"
    np.savez(vectors, ids=np.asarray(answers.index, dtype=str), vectors=np.random.default_rng(0).normal(size=(len(answers), 8)))
    assert run(survey, tmp_path / "out.csv", "--codebook", codebook, "--embeddings", vectors) == 0
    assert {row["theme_label"] for row in rows_of(tmp_path / "out.csv") if row["theme"] == "lawaai"} == {"Lawaai van buren"}


def test_waves_come_in_the_order_of_their_numbers(write: Write, tmp_path: Path) -> None:
    answers = "".join(f"{wave}-{text},{text} {wave},,,,{wave}\n" for wave in ("10", "9") for text in ("te donker", "huur te hoog"))
    assert run(write("in.csv", HEADING + answers), tmp_path / "out.csv") == 0
    assert [row["theme"] for row in rows_of(tmp_path / "out.csv")] == ["verlichting_onveilig", "betaalbaar_wonen"] * 2


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "row 1: the file is empty"),
        ("id,text\n", "row 2: there are no statements below the heading"),
        ("id,tekst\n1,a\n", "row 1: there is no column text"),
        ("nummer,text\n1,a\n", "row 1: there is no column id"),
        ("id;text\n1;a\n", "row 1: there is no column id; are the columns separated by commas?"),
        ("id,text,text\n1,a,b\n", "row 1, column text: stands there twice"),
        ("id,text\n1,a\n1,b\n", "row 3, column id: '1' stands in row 2 too"),
        ("id,text\n1,a\n,b\n", "row 3, column id: is empty"),
        ("id,text\n1,a\n2,b,c\n", "row 3, column text: 3 cells under 2 headings"),
        ("id,text\n1\n", "row 2, column id: 1 cells under 2 headings"),
        (b"id,text\n1,a\n2,caf\xe9\n", "row 3, column text: is not UTF-8 (byte 18)"),
        (b"id,text\n1,a\n2,b\x00c\n", "row 3, column text: holds a NUL character"),
        (HEADING + "1,a,nl,,nul,1\n", "row 2 (id 1), column weight: 'nul' is not a number above 0"),
        (HEADING + "1,a,nl,,1,1\n2,a,nl,,-1,1\n", "row 3 (id 2), column weight: '-1' is not a number above 0"),
        (HEADING + "1,a,nl,,inf,1\n", "row 2 (id 1), column weight: 'inf' is not a number above 0"),
        (HEADING + "1,a,Nederlands,,1,1\n", "row 2 (id 1), column lang: 'Nederlands' is not a language code such as nl"),
        (HEADING + "1,a,nl,sport,1,1\n", "row 2 (id 1), column pillar_asked: 'sport' is not one of gezond leren overig veilig werk wonen"),
        (HEADING + "1,a,nl,,1,\n", "row 2 (id 1), column wave: is empty"),
    ],
)
def test_a_wrong_file_gives_one_line_with_row_and_column_and_no_output(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | bytes, complaint: str
) -> None:
    source = write("in.csv", content)
    assert run(source, tmp_path / "out.csv", "--ask", tmp_path / "ask.csv") == 2
    assert capsys.readouterr() == ("", f"analysis: {source}: {complaint}\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


@pytest.mark.parametrize(
    ("name", "content", "typed", "complaint"),
    [
        ("labels.csv", "id,pillar\n9,wonen\n", "--labels", "{file}: row 2, column id: '9' is not the id of a statement"),
        (
            "labels.csv",
            "id,pillar\n1,tuin\n",
            "--labels",
            "{file}: row 2 (id 1), column pillar: 'tuin' is not one of gezond leren overig veilig werk wonen",
        ),
        ("labels.csv", "id,pillar\n1,wonen\n1,werk\n", "--labels", "{file}: row 3, column id: '1' stands in row 2 too"),
        (
            "labels.csv",
            "id,pillar,theme\n1,wonen,twee woorden\n",
            "--labels",
            "{file}: row 2 (id 1), column theme: 'twee woorden' is not one word, without spaces",
        ),
        ("labels.csv", "id,onderdeel\n1,wonen\n", "--labels", "{file}: row 1: there is no column pillar"),
        ("book.csv", "theme,pillar,label\na,wonen,A\na,werk,B\n", "--codebook", "{file}: row 3, column theme: 'a' stands there twice"),
        ("book.csv", "theme,pillar,label\na,,A\n", "--codebook", "{file}: row 2, column pillar: is empty"),
        ("p.json", "[1]", "--pillars", "{file}: must hold pillar keys, each with words per language"),
        (
            "p.json",
            "{",
            "--pillars",
            "{file}: is neither JSON nor TOML: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        ("p.json", '{"a": "huis"}', "--pillars", "{file}: pillar a: give the words per language, as in a -> nl -> huis, straat"),
        ("p.json", '{"a": {"nl": 1}}', "--pillars", "{file}: pillar a, language nl: the words must be a text or a list of texts"),
        ("p.json", '{"a b": {"nl": "x"}}', "--pillars", "{file}: pillar 'a b': a key is one word, without spaces"),
        ("p.json", '{"a": {"nl": " "}}', "--pillars", "{file}: pillar a: there are no words that describe it"),
        ("p.json", "{}", "--pillars", "{file}: pillars: there are none; give keys with words, or none at all"),
        ("v.npz", "geen", "--embeddings", "{file}: is not a .npz with ids and vectors, nor a folder with a model (ValueError)"),
    ],
)
def test_a_wrong_second_file_gives_one_line_as_well(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, typed: str, complaint: str
) -> None:
    file = write(name, content)
    assert run(write("in.csv", PLAIN), tmp_path / "out.csv", typed, file) == 2
    assert capsys.readouterr() == ("", f"analysis: {complaint.format(file=file)}\n")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        (["--them", "3"], "unrecognized arguments: --them 3; see python -m analysis --help"),
        (["--themes", "drie"], "argument --themes: invalid int value: 'drie'; see python -m analysis --help"),
        (["--themes", "0"], "--themes: 0 is not 1 or more"),
        (["--seed", "-1"], "--seed: -1 is not from 0 to 4294967295"),
        (["--pillars", "none", "--themes", "9"], "themes: 9 asked, but there are only 2 different statements with something in them"),
        (["--labels", "nergens.csv"], "nergens.csv: cannot be read (No such file or directory)"),
    ],
)
def test_a_wrong_option_gives_one_line(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str], typed: list[str], complaint: str
) -> None:
    assert run(write("in.csv", PLAIN), tmp_path / "out.csv", *typed) == 2
    assert capsys.readouterr() == ("", f"analysis: {complaint}\n")
    assert not (tmp_path / "out.csv").exists()


def test_what_is_read_is_never_written_over(write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write("in.csv", PLAIN)
    assert run(source, source) == 2
    assert run(source, tmp_path / "out.csv", "--ask", tmp_path / "out.csv") == 2
    assert run(source, tmp_path / "weg" / "out.csv") == 2
    assert capsys.readouterr().err.splitlines() == [
        f"analysis: OUT.csv: {source} would be written over what is read",
        f"analysis: --ask: {tmp_path / 'out.csv'} is OUT.csv as well",
        f"analysis: {tmp_path / 'weg' / 'out.csv'}: cannot be written (No such file or directory)",
    ]
    assert source.read_text() == PLAIN


@pytest.mark.parametrize(("extra", "typed"), [("distributed", ["--engine", "dask"]), ("sentence_transformers", ["--embeddings", "."])])
def test_an_extra_that_is_not_installed_is_named(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, extra: str, typed: list[str]
) -> None:
    monkeypatch.setitem(sys.modules, extra, None)
    assert run(write("in.csv", PLAIN), tmp_path / "out.csv", *typed) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "is not installed; pip install 'wijkstem[" in said


def test_a_long_run_says_how_long_it_will_take(capsys: pytest.CaptureFixture[str]) -> None:
    meter = Meter()
    meter("reading", 1, 2)
    assert capsys.readouterr().err == ""
    meter.started -= 9
    meter.said -= 9
    meter("reading", 1, 2)
    assert capsys.readouterr().err == "analysis: reading, 22% done, about 31 s left\n"
