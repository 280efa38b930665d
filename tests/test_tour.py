"""The full tour: after one command an empty database shows everything, with somebody to sign in as for each role."""

import re
from collections import Counter

from houses import OpenHouse, Operator

from app.models.staff import ROLES

DEMO = ("demo", "--responses", "240")


def test_one_command_makes_an_empty_database_a_full_tour(empty_house: OpenHouse, operator: Operator) -> None:
    said = operator(*DEMO).out
    counted = operator("stats", "--json").json
    assert (counted["responses"], set(counted["by_language"]), set(counted["by_stream"])) == (
        240,
        {"nl", "en", "tr", "pl", "ar"},
        {"sample", "open_link"},
    )
    assert set(counted["by_channel"]) == {"web", "kiosk", "paper", "oral", "phone"}
    assert (counted["wijkgesprekken"], counted["runs"], counted["findings"]) == (5, 1, 2)
    assert counted["registrations"] == {"confirmed": 5, "waitlisted": 2}
    sources = Counter(row["source"] for row in empty_house.rows("statement"))
    assert sources["wijkgesprek"] == len(empty_house.rows("contribution")) == 29
    assert {row["lang"] for row in empty_house.rows("statement") if row["source"] == "wijkgesprek"} == {"nl", "en", "tr", "pl", "ar"}
    assert [row["kind"] for row in empty_house.rows("act")] == ["settle"] * 4
    assert sorted(row["status"] for row in empty_house.rows("finding")) == ["draft", "published"]
    words = {row["id"]: row["text"] for row in empty_house.rows("statement")}
    quoted = [row for row in empty_house.rows("evidence") if row["kind"] == "quote"]
    assert quoted
    assert [row["text"] for row in quoted] == [words[row["statement_id"]] for row in quoted]
    made = re.findall(r"^(\w+) +(\w+) +([2-9A-HJ-NP-Z-]{14})$", said, re.MULTILINE)
    assert tuple(role for role, _, _ in made) == ROLES
    _, name, password = made[0]
    office = empty_house.resident()
    office.opens("/inloggen").fills(name=name, password=password).presses("Inloggen")
    assert office.url.startswith("/wachtwoord")
    assert operator("export", "--kind", "findings", "--role", "partner", "--out", empty_house.settings.data / "f.csv").out.endswith(
        " rows\n"
    )
    before = {
        table: len(rows) for table, rows in empty_house.everything().items() if table not in {"audit", "staff_session", "sign_in_try"}
    }
    assert "one-time" not in operator(*DEMO).out  # once more adds nothing and gives nobody a second account
    assert {table: len(empty_house.rows(table)) for table in before} == before


def test_an_empty_start_has_surveys_open_and_nobody_who_answered(empty_house: OpenHouse, operator: Operator) -> None:
    operator("demo", "--responses", "0")
    counted = operator("stats", "--json").json
    assert (counted["responses"], counted["statements"], counted["wijkgesprekken"], counted["findings"]) == (0, 0, 0, 0)
    assert [survey["state"] for survey in operator("survey", "list", "--json").json] == ["open", "open"]
    assert empty_house.rows("staff") == []
