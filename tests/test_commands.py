"""The operator at a terminal: every command, what it prints, and one clear line when something is wrong."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psutil  # type: ignore[import-untyped]  # it has no types
import pytest
from houses import ENGINES, NOW, SECRET, Databases, OpenHouse, Operator
from sqlalchemy import text

from app import cli
from app.findings.export import ALLOWED
from app.settings import ROOT, Settings

DORDT = "dordt-west-2026"
COMMANDS = (
    "redact", "poster", "migrate", "serve", "start", "worker", "demo", "respond", "analyse", "export", "report", "routes", "stats", "survey",
    "survey check", "survey map", "survey import", "survey open", "survey close", "survey list", "jobs", "jobs run", "translations",
    "translations extract", "translations update", "translations compile", "translations export", "translations import",
    "translations status", "translations accept", "wijkgesprek", "wijkgesprek add", "wijkgesprek list", "user", "user add", "user list",
    "user disable", "user enable", "codes", "codes make", "codes count", "codes stop", "helper-link", "helper-link add",
    "helper-link list", "helper-link close", "areas", "areas streets", "retention", "retention run",
)  # fmt: skip
SMALL = """
key = "klein"
title = "Klein"
audience = "resident"
languages = ["nl"]
feedback_date = 2027-01-01
feedback_owner = "bureau"
[[page]]
id = "een"
title = "Eén"
[[page.question]]
id = "zeg"
kind = "open"
ask = "Wat vindt u?"
pillar = "wonen"
"""


def survey_file(folder: Path, source: str = SMALL, name: str = "klein.toml") -> Path:
    file = folder / name
    file.write_text(source, encoding="utf-8")
    return file


# ---------------------------------------------------------------- help, and what does not exist


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_explains_itself(operator: Operator, command: str) -> None:
    said = operator(*command.split(), "--help")
    assert said.out.startswith(f"Usage: wijkstem {command}".rstrip())
    assert len(said.out.splitlines()) > 3
    assert said.err == ""


def test_the_commands_are_these() -> None:
    """A new command is added above by the person who adds it, so that its help is looked at."""
    import typer

    tree = typer.main.get_command(cli.cli)
    found = []
    for name, command in tree.commands.items():  # type: ignore[attr-defined]  # a group has commands
        found += [name, *(f"{name} {inner}" for inner in getattr(command, "commands", {}))]
    assert sorted(found) == sorted(COMMANDS)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("bestaat-niet", "bestaat-niet"),
        ("stats --bestaat-niet", "--bestaat-niet"),
        ("export --kind themes", "--role"),
        ("export --kind dromen --role admin --out x.csv", "dromen"),
        ("export --kind themes --role admin --out x.csv --format docx", "docx"),
        ("export --kind themes --role admin --out x.csv --source horenzeggen", "horenzeggen"),
        ("export --kind themes --role baas --out x.csv", "baas"),
        ("export --kind findings --role transcriber --out x.ods --format ods", "transcriber"),
        ("export --kind findings --role partner --out x.csv --format numbers", "csv, xlsx, ods"),
        ("export --kind raw --role analyst --survey dordt-west-2026 --out x.csv", "analyst"),
        ("export --kind themes --role analyst --survey bestaat-niet --out x.csv", "bestaat-niet"),
        ("export --kind themes --role analyst --out /bestaat/niet/x.csv", "wijkstem analyse"),
        ("export --kind codebook --role analyst --survey dordt-west-2026 --out /bestaat/niet/x.csv", "/bestaat/niet"),
        ("export --kind counts --role analyst --out x.csv", "--survey"),
        ("analyse --engine turbo", "turbo"),
        ("analyse --wave jaar", "--wave"),
        ("analyse --from gisteren", "--from"),
        ("analyse --to 2026-02-30", "--to"),
        ("analyse --seed -1", "--seed"),
        ("analyse --survey bestaat-niet", "bestaat-niet"),
        ("analyse --survey bestaat-niet --queue", "bestaat-niet"),
        ("demo --responses -1", "--responses"),
        ("serve --port 99999", "--port"),
        ("serve --workers 0", "--workers"),
        ("migrate --to 9999", "9999"),
        ("respond bestaat-niet {empty}", "bestaat-niet"),
        ("respond dordt-west-2026 /bestaat/niet.jsonl", "/bestaat/niet.jsonl"),
        ("respond dordt-west-2026 {folder}", "{folder}"),
        ("survey check /bestaat/niet.toml", "/bestaat/niet.toml"),
        ("survey check {folder}", "{folder}"),
        ("survey import {empty}", "TOML"),
        ("survey open bestaat-niet", "bestaat-niet"),
        ("survey close bestaat-niet", "bestaat-niet"),
        ("translations accept xx", "xx"),
    ],
)
def test_bad_input_is_one_line_that_names_it(empty_or_open: OpenHouse, operator: Operator, tmp_path: Path, words: str, named: str) -> None:
    empty = tmp_path / "leeg.txt"
    empty.touch()
    before = empty_or_open.everything()
    places = {"empty": str(empty), "folder": str(tmp_path)}
    said = operator(*words.format(**places).split(), code=2)
    assert said.line.startswith("wijkstem: ")
    assert named.format(**places) in said.line
    assert said.out == ""
    assert empty_or_open.everything() == before


@pytest.fixture
def empty_or_open(house: OpenHouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> OpenHouse:
    monkeypatch.chdir(tmp_path)
    return house


def test_a_database_without_tables_says_what_to_do(databases: Databases, around: Callable[..., Settings], operator: Operator) -> None:
    around(databases.blank("sqlite"))
    for words in ("stats", "survey list", "demo", "analyse", "serve", "worker", "jobs run --once"):
        assert "wijkstem migrate" in operator(*words.split(), code=2).line


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "sqlite:////proc/none/at/all.sqlite3"])
def test_a_database_that_is_not_there_is_one_line(around: Callable[..., Settings], operator: Operator, url: str) -> None:
    around(url)
    assert operator("stats", code=2).line.startswith("wijkstem: ")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WIJKSTEM_ENV", "prod"), ("DATABASE_URL", "mysql://x"), ("WIJKSTEM_NOW", "gisteren"), ("WIJKSTEM_NOW", "2026-11-02T10:00:00"),
        ("WIJKSTEM_SURVEYS", "/bestaat/niet"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_one_line_that_names_it(house: OpenHouse, monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "app", "survey", "list"], env=os.environ | {variable: value}, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert said.returncode != 0
    assert (said.stderr.count("\n"), said.stdout) == (1, "")
    assert (variable if variable != "WIJKSTEM_SURVEYS" else value) in said.stderr


# ---------------------------------------------------------------- surveys


def test_a_survey_from_file_to_open_to_closed(empty_house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    file = survey_file(tmp_path)
    assert operator("survey", "list").out == "no surveys\n"
    assert operator("survey", "list", "--json").json == []
    assert operator("survey", "check", file).out == f"{file}: no mistakes\n"
    assert operator("survey", "import", file).out == "klein 1.0\n"
    assert operator("survey", "list", "--json").json == [{"key": "klein", "state": "draft", "audience": "resident"}]
    assert empty_house.resident().asks("GET", "/v/klein").status_code == 404
    assert operator("survey", "import", file).out == "klein 1.0 (was there already)\n"
    assert operator("survey", "open", "klein").out == "klein open\n"
    assert operator("survey", "open", "klein").out == "klein open\n"
    empty_house.resident().opens("/v/klein")
    assert operator("survey", "close", "klein").out == "klein closed\n"
    assert operator("survey", "close", "klein").out == "klein closed\n"
    assert empty_house.resident().asks("GET", "/v/klein").status_code == 410
    assert operator("survey", "open", "klein").out == "klein open\n"


def test_a_draft_is_replaced_and_an_open_survey_is_not(empty_house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    operator("survey", "import", survey_file(tmp_path))
    assert operator("survey", "import", survey_file(tmp_path, SMALL.replace("zeg", "vertel"))).out == "klein 1.0\n"
    operator("survey", "import", survey_file(tmp_path))
    operator("survey", "open", "klein")
    before = empty_house.rows("survey_version")
    for old, new in [
        ('id = "zeg"', 'id = "vertel"'),
        ('"open"', '"text"'),
        ('pillar = "wonen"', 'pillar = "veilig"'),
        ('id = "een"', 'id = "twee"'),
    ]:
        refused = operator("survey", "import", survey_file(tmp_path, SMALL.replace(old, new)), code=2).line
        assert "cannot change" in refused
        assert "--as" in refused
        assert empty_house.rows("survey_version") == before
    assert operator("survey", "import", survey_file(tmp_path, SMALL.replace("Wat vindt u?", "Wat vind u?"))).out == "klein 1.1\n"
    assert operator("survey", "import", survey_file(tmp_path, SMALL.replace("zeg", "vertel")), "--as", "klein-2").out == "klein-2 1.0\n"
    old_version = next(row for row in empty_house.rows("survey_version") if row["number"] == "1.0" and row["survey_key"] == "klein")
    assert old_version in before


def test_a_survey_without_a_promise_does_not_open(empty_house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    file = survey_file(tmp_path, SMALL.replace("feedback_date = 2027-01-01\n", "").replace('feedback_owner = "bureau"\n', ""))
    checked = operator("survey", "check", file)
    assert checked.out == f"{file}: no mistakes\n"
    assert checked.err.count("feedback_") == 2
    operator("survey", "import", file)
    assert "feedback_date" in operator("survey", "open", "klein", code=2).line
    assert operator("survey", "list", "--json").json[0]["state"] == "draft"


@pytest.mark.parametrize("key", ["Met Spaties", "x", "a" * 65, "../weg", "é"])
def test_a_key_that_cannot_stand_in_an_address_is_refused(empty_house: OpenHouse, operator: Operator, tmp_path: Path, key: str) -> None:
    assert "key" in operator("survey", "import", survey_file(tmp_path), "--as", key, code=2).line
    assert empty_house.rows("survey") == []


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"key = ", b"x" * 1_100_000, b"", b"[[page]]\n" * 50_000])
def test_a_file_that_is_no_survey_is_told(empty_house: OpenHouse, operator: Operator, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "stuk.toml"
    file.write_bytes(content)
    said = operator("survey", "check", file, code=2)
    assert all(line.startswith((f"{file}: ", f"wijkstem: {file}: ")) for line in said.err.splitlines())
    assert said.out == ""


PLANTED = """
key = "Fout Hier"
title = ""
audience = "neighbours"
languages = ["en", "xx"]
[[page]]
id = "een"
title = "Eén"
pillar = "bestaatniet"
[[page.question]]
id = "Hoofd"
kind = "single"
ask = "A?"
[[page.question]]
id = "dubbel"
kind = "dropdown"
ask = "B?"
[[page.question]]
id = "dubbel"
kind = "raadsel"
ask = "C?"
[[page.question]]
id = "matrijs"
kind = "matrix"
scale = "geen"
ask = "D?"
[[page.question]]
id = "veel"
kind = "multi"
ask = "E?"
at_most = 9
option = [{ id = "a", text = "A" }, { id = "a", text = "Nog eens" }, { id = "B", text = "" }]
[[page.question]]
id = "getal"
kind = "number"
ask = "F?"
least = 10
most = 1
[[page.question]]
id = "dag"
kind = "date"
ask = "G?"
earliest = 2027-01-01
latest = 2026-01-01
[[page.question]]
id = "poort"
kind = "single"
ask = "H?"
gate = "misschien"
option = [{ id = "ja", text = "Ja" }]
[[page.question]]
id = "als1"
kind = "open"
ask = "I?"
only_if = "later = ja"
[[page.question]]
id = "als2"
kind = "open"
ask = "J?"
only_if = "poort = ("
[[page.question]]
id = "als3"
kind = "open"
ask = "K?"
only_if = "veel = a"
[[page.question]]
id = "vreemd"
kind = "open"
ask = "L?"
kleur = "rood"
[[page.question]]
id = "soort"
kind = "open"
ask = 5
[[page]]
id = "leeg"
title = "Leeg"
question = []
"""
FOUND = (
    "“title” is empty", "key “Fout Hier”", "audience “neighbours”", "language “xx”", "languages must hold nl", "pillar “bestaatniet”",
    "id “Hoofd”", "needs at least one option", "“raadsel” is not known", "id “dubbel” is used twice",
    "scale “geen” does not exist", "kind matrix needs at least one row", "at_most 9", "id “a” is used twice", "“text” is empty",
    "least 10 is more than most 1", "earliest is after latest", "gate “misschien”", "“later” is not a question before this one",
    "a value is missing", "use includes(veel, ...)", "unknown name “kleur”", "“ask” must be of type str, not int", "the page has no question",
)  # fmt: skip


def test_survey_check_tells_every_mistake_at_once(empty_house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    file = survey_file(tmp_path, PLANTED)
    said = operator("survey", "check", file, code=2)
    lines = said.err.splitlines()
    assert [mistake for mistake in FOUND if not any(mistake in line for line in lines)] == []
    assert lines[-1] == f"wijkstem: {file}: {len(lines) - 1} mistakes"
    assert [line for line in lines[:-1] if "page een, question matrijs" in line and "scale" in line] != []
    assert operator("survey", "import", file, code=2).out == ""
    assert empty_house.rows("survey") == []


# ---------------------------------------------------------------- respond


def line(**more: Any) -> dict[str, Any]:
    return {"key": str(uuid.uuid4()), "lang": "nl", "channel": "paper", "stream": "sample", "answers": {}} | more


def jsonl(folder: Path, *lines: object) -> Path:
    file = folder / "antwoorden.jsonl"
    file.write_text(
        "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in lines), encoding="utf-8", errors="surrogatepass"
    )
    return file


def test_respond_takes_in_what_the_web_path_would(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    answers = {
        "wijk": "wielwijk", "cijfer_buurt": 7, "woning_tevreden": "4", "wonen_stellingen": {"stoep": "2", "groen": "dk"},
        "wonen_open": "De stoep ligt schuin. 😀", "leren_hulp": ["lezen", "nederlands"], "leeftijd": "a45_64",
    }  # fmt: skip
    file = jsonl(tmp_path, line(answers=answers, lang="ar", channel="oral", assisted=True))
    assert operator("respond", DORDT, file).json == {"accepted": 1, "duplicate": 0, "refused": 0}
    assert house.answers() == {"zestien": "ja", **answers, "cijfer_buurt": "7"}
    (response,) = house.rows("response")
    assert [response[name] for name in ("state", "lang", "channel", "stream", "assisted", "area")] == [
        "finished",
        "ar",
        "oral",
        "sample",
        True,
        "wielwijk",
    ]
    assert [(row["text"], row["pillar_asked"], row["channel"]) for row in house.rows("statement")] == [
        ("De stoep ligt schuin. 😀", "wonen", "oral")
    ]
    before = house.everything()
    assert operator("respond", DORDT, file).json == {"accepted": 0, "duplicate": 1, "refused": 0}
    assert house.everything() == before


def test_the_same_key_with_other_answers_is_refused_by_its_line(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    key = str(uuid.uuid4())
    file = jsonl(
        tmp_path,
        line(key=key, answers={"wijk": "wielwijk"}),
        "",
        line(key=key, answers={"wijk": "crabbehof"}),
        line(key=key.upper(), answers={"wijk": "wielwijk"}),
    )
    said = operator("respond", DORDT, file, code=1)
    assert said.json == {"accepted": 1, "duplicate": 1, "refused": 1}
    assert said.err == f"{file}: line 3: this key was used for other answers\n"
    assert [row["area"] for row in house.rows("response")] == ["wielwijk"]


BAD_LINES = [
    ("not JSON at all", "not JSON"),
    ("[1, 2]", "expected an object"),
    ('{"key": "x"}', "expected an object"),
    ("[" * 100_000, "not JSON"),
    (line(key="no-uuid"), "key must be a UUID"),
    (line(key=5), "key must be a UUID"),
    (line(lang="xx"), "lang must be one of"),
    (line(channel="fax"), "channel must be one of"),
    (line(stream=None), "stream must be one of"),
    (line(assisted="ja"), "assisted must be true or false"),
    (line(naam="Jan"), "unknown name “naam”"),
    (line(answers=["wijk"]), "expected an object"),
    (line(answers={"pijler": "wonen"}), "“pijler” is not a question"),
    (line(answers={"wijk": "rotterdam"}), "wijk"),
    (line(answers={"wijk": ["wielwijk", "crabbehof"]}), "wijk"),
    (line(answers={"wijk": {"a": "b"}}), "wijk"),
    (line(answers={"wijk": True}), "wijk"),
    (line(answers={"cijfer_buurt": 11}), "cijfer_buurt"),
    (line(answers={"cijfer_buurt": 2**63}), "cijfer_buurt"),
    (line(answers={"cijfer_buurt": 1e400}), "cijfer_buurt"),
    (line(answers={"wonen_open": "x" * 1001}), "wonen_open"),
    (line(answers={"wonen_open": "a\x00b"}), "wonen_open"),
    ('{"key": "11111111-2222-4333-8444-555555555555", "answers": {"wonen_open": "a\\ud800b"}}', "wonen_open"),
    (line(answers={"overlast": ["drugs", "donker", "rommel", "geluid"]}), "overlast"),
    (line(answers={"overlast": ["drugs", "geen"]}), "overlast"),
    (line(answers={"wonen_stellingen": {"stoep": "6"}}), "wonen_stellingen"),
    (line(answers={"wonen_stellingen": {"dak": "1"}}), "wonen_stellingen"),
    (line(answers={"wonen_stellingen": "1"}), "wonen_stellingen"),
    (line(answers={"zestien": "nee"}), "zestien"),
    (line(answers={"\x00": "x"}), "is not a question"),
    ("x" * 300_000, "longer than"),
]


@pytest.mark.parametrize("engine_name", ["sqlite"])  # nothing of these reaches the database; one engine will do
def test_respond_refuses_each_bad_line_by_its_number_and_keeps_the_good_ones(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    good = line(answers={"wijk": "crabbehof"})
    said = operator("respond", DORDT, jsonl(tmp_path, *(bad for bad, _ in BAD_LINES), good), code=1)
    assert said.json == {"accepted": 1, "duplicate": 0, "refused": len(BAD_LINES)}
    told = said.err.splitlines()
    assert len(told) == len(BAD_LINES)
    for nth, (reason, (_, named)) in enumerate(zip(told, BAD_LINES, strict=True), 1):
        assert f": line {nth}: " in reason
        assert named in reason, reason
        assert len(reason) < 400
    assert [row["area"] for row in house.rows("response")] == ["crabbehof"]


def test_respond_takes_a_few_hundred_in_groups(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    people = [
        line(lang=("nl", "tr", "ar")[nth % 3], answers={"wijk": "wielwijk", "wonen_open": f"Meer groen, plek {nth}."}) for nth in range(230)
    ]
    assert operator("respond", DORDT, jsonl(tmp_path, *people)).json == {"accepted": 230, "duplicate": 0, "refused": 0}
    counted = operator("stats", "--json").json
    assert (counted["responses"], counted["statements"], counted["by_language"]) == (230, 230, {"ar": 76, "nl": 77, "tr": 77})


@pytest.mark.parametrize("state", ["draft", "closed", "paused", "archived"])
def test_respond_to_a_survey_that_takes_no_answers_is_one_line(house: OpenHouse, operator: Operator, tmp_path: Path, state: str) -> None:
    with house.engine.begin() as connection:
        connection.execute(text("UPDATE survey SET state = :state"), {"state": state})
    assert state in operator("respond", DORDT, jsonl(tmp_path, line()), code=2).line
    assert house.rows("response") == []


def test_a_file_that_is_not_text_is_refused_line_by_line(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "antwoorden.jsonl"
    file.write_bytes(b'\xff\xfe\x00\n{"key": "\xff"}\n' + json.dumps(line()).encode() + b"\n")
    said = operator("respond", DORDT, file, code=1)
    assert said.json == {"accepted": 1, "duplicate": 0, "refused": 2}


# ---------------------------------------------------------------- numbers


def test_stats_has_every_key_of_the_contract(empty_house: OpenHouse, operator: Operator) -> None:
    counted = operator("stats", "--json").json
    tables: dict[str, object] = {name: {} for name in ("by_survey", "by_channel", "by_language", "by_stream")}
    tables["registrations"] = {"confirmed": 0, "waitlisted": 0}
    numbers = dict.fromkeys(("responses", "statements", "unfinished", "jobs", "outbox", "themes", "findings"), 0)
    assert {name: counted[name] for name in (*tables, *numbers)} == tables | numbers
    assert operator("stats").out.startswith("responses: 0\n")


def test_what_a_role_may_not_see_it_does_not_get(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    for kind, roles in ALLOWED.items():
        for role in {"office", "analyst", "transcriber", "interviewer", "translator", "partner", "auditor", "admin", "stranger"} - set(
            roles
        ):
            out = tmp_path / f"{kind}-{role}.csv"
            said = operator("export", "--kind", kind, "--role", role, "--survey", DORDT, "--out", out, code=2)
            assert said.line == f"wijkstem: {role} may not export {kind} (allowed: {', '.join(roles)})"
            assert not out.exists()


def test_demo_with_nobody_opens_the_surveys_and_may_be_repeated(empty_house: OpenHouse, operator: Operator) -> None:
    for _ in range(2):
        operator("demo", "--responses", "0")
        assert operator("survey", "list", "--json").json == [
            {"key": DORDT, "state": "open", "audience": "resident"}, {"key": "professionals-2026", "state": "open", "audience": "professional"}
        ]  # fmt: skip
        assert empty_house.rows("response") == []


# ---------------------------------------------------------------- a server in its own process


@contextmanager
def serving(url: str, folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIJKSTEM_")}
    around = kept | {
        "DATABASE_URL": url, "WIJKSTEM_ENV": "test", "WIJKSTEM_DATA": str(folder), "WIJKSTEM_NOW": NOW, "WIJKSTEM_SECRET": SECRET,
        "INSTANCE_NONCE": "nonce-42",
    }  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--port", str(port), *words], env=around, stdout=log, stderr=log, cwd=ROOT
        )
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: answers(f"{address}/healthz"), 30)
        yield process, address
    finally:
        for child in [*psutil.Process(process.pid).children(recursive=True)] if process.poll() is None else []:
            child.kill()
        process.kill()
        process.wait(10)


def answers(address: str) -> bool:
    try:
        return httpx2.get(address, timeout=2).is_success
    except httpx2.HTTPError:
        return False


def until(holds: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


@pytest.mark.parametrize("engine_name", ENGINES)
def test_serve_tells_its_nonce_works_with_a_worker_and_stops_with_it(engine_name: str, databases: Databases, tmp_path: Path) -> None:
    url = databases.fresh(engine_name, "dordt")
    with serving(url, tmp_path) as (process, address):
        assert httpx2.get(f"{address}/healthz").json() == {"status": "ok", "nonce": "nonce-42"}
        first = httpx2.get(f"{address}/v/{DORDT}?taal=ar")
        assert first.headers["content-language"] == "ar"
        assert "server" not in first.headers
        (worker,) = psutil.Process(process.pid).children()
        assert worker.cmdline()[-1] == "worker"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in {0, -signal.SIGTERM, 128 + signal.SIGTERM}
        until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE, 10)
    assert "Traceback" not in (tmp_path / "log").read_text()
    databases.drop(url)


def test_the_worker_leaves_when_its_server_is_killed(databases: Databases, tmp_path: Path) -> None:
    url = databases.fresh("sqlite", "dordt")
    with serving(url, tmp_path) as (process, _):
        (worker,) = psutil.Process(process.pid).children()
        process.kill()
        process.wait(10)
        until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE, 15)


def test_what_was_acknowledged_is_there_after_the_server_is_killed(databases: Databases, tmp_path: Path) -> None:
    url = databases.fresh("sqlite", "dordt")
    key = str(uuid.uuid4())
    with serving(url, tmp_path, "--no-worker") as (process, address):
        assert psutil.Process(process.pid).children() == []
        sent = httpx2.post(f"{address}/v/{DORDT}/1", data={"key": key, "seen": "0", "zestien": "ja"})
        assert sent.status_code == 303
        process.kill()
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    assert connection.execute("SELECT key, state FROM response").fetchall() == [(key, "begun")]
    connection.close()
