"""Streets of the area from a file: all or none, with every mistake by its line; and what a resident then finds."""

from pathlib import Path

import pytest
from houses import SURVEYS, OpenHouse, Operator

from app.areas import load_programme
from app.office.streets import read_streets


def buurten(wijk: str) -> list[str]:
    return next([buurt.code for buurt in each.buurten] for each in load_programme(SURVEYS["dordt"]).wijken if each.key == wijk)


def line(wijk: str, street: str, nth: int = 0) -> str:
    return f"{wijk},{street},{buurten(wijk)[nth]}"


def mistakes(*lines: str) -> list[str]:
    return read_streets("\n".join(["wijk,straat,buurt", *lines]), load_programme(SURVEYS["dordt"]))[1]


def test_streets_replace_those_that_were_there(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "streets.csv"
    file.write_text("\ufeffWijk;Straat;Buurt\r\n" + line("wielwijk", "Brouwersdijk").replace(",", ";") + "\r\n\r\n", encoding="utf-8")
    assert operator("areas", "streets", file).out == f"{file}: 1 streets\n"
    file.write_text(
        "\n".join(["wijk,straat,buurt", line("wielwijk", "  Zuidendijk  "), line("crabbehof", "Pieter-de-Hoochplein")]), encoding="utf-8"
    )
    operator("areas", "streets", file)
    assert [(row["wijk"], row["name"], row["folded"]) for row in house.rows("street")] == [
        ("crabbehof", "Pieter-de-Hoochplein", "pieter de hoochplein"),
        ("wielwijk", "Zuidendijk", "zuidendijk"),
    ]
    assert [row["action"] for row in house.rows("audit")] == ["streets read in"] * 2


def test_one_mistake_and_nothing_is_read_in(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "streets.csv"
    file.write_text("\n".join(["wijk,straat,buurt", line("wielwijk", "Zuidendijk"), "sterrenburg,Elders,BU05050000"]), encoding="utf-8")
    said = operator("areas", "streets", file, code=2)
    assert said.err.splitlines() == [
        f"{file}: line 3: “sterrenburg” is not a wijk of Dordt West",
        f"{file}: line 3: “BU05050000” is not the code of a buurt of Dordt West",
        f"wijkstem: {file}: 2 mistakes; nothing was read in",
    ]
    assert house.rows("street") == []


def test_every_mistake_is_told_by_its_line() -> None:
    other = buurten("crabbehof")[0]
    assert mistakes(f"wielwijk,Zuidendijk,{other}") == [f"line 2: buurt {other} lies in crabbehof, not in wielwijk"]
    assert mistakes(line("wielwijk", "Zuidendijk"), line("wielwijk", "ZUIDENDIJK", 1)) == [
        "line 3: “ZUIDENDIJK” in wielwijk stands in line 2 already"
    ]
    assert mistakes("wielwijk,Zuidendijk") == ["line 2: 2 columns instead of 3"]
    assert mistakes(line("wielwijk", "--")) == ["line 2: a street has a name of 1 to 120 characters"]
    assert mistakes(line("wielwijk", "x" * 121)) == ["line 2: a street has a name of 1 to 120 characters"]
    assert mistakes() == ["there is no street in it"]
    assert mistakes('wielwijk,"Zuiden\ndijk",' + buurten("wielwijk")[0]) == []


def test_the_same_street_in_two_wijken_is_two_streets() -> None:
    assert mistakes(line("wielwijk", "Zuidendijk"), line("crabbehof", "Zuidendijk")) == []


@pytest.mark.parametrize(
    "content", [b"straat,wijk\n", b"", b"\xff\xfe", b"wijk,straat,buurt\nwielwijk,\x00,BU05050700\n", b'"' + b"x" * 200_000]
)
def test_what_is_no_list_of_streets_is_one_clear_line(house: OpenHouse, operator: Operator, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "streets.csv"
    file.write_bytes(content)
    assert str(file) in operator("areas", "streets", file, code=2).err
    assert house.rows("street") == []
