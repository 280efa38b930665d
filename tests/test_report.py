"""A report leaves the house: the same figures in every format as in the tables, quotes in their own language, and nobody to be found in it."""

import csv
import io
import json
import re
import warnings
import zipfile
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import html5lib
import odfdo
import pypdfium2
import pyreadstat
import pytest
from defusedxml.ElementTree import fromstring
from docx import Document
from docx.oxml.ns import qn
from houses import OpenHouse, Operator
from sqlalchemy import insert, update
from test_stated import BEDS, LAMPS, SAYS, cleared, clears, heard, looked_at, people_said, published, settle, states

from app.findings.report_files import FORMATS
from app.models.tables import ACT, FINDING, PLACEMENT, RUN, STATEMENT, THEME, TRANSLATION
from app.reading import hash_of

__all__ = ["heard"]  # a fixture of another file
PAGE = "/bevindingen/rapport"
ARABIC = "لا توجد إضاءة كافية في الحديقة."
DUTCH = "Er is niet genoeg licht in het park."
HOSTILE = '<script>alert(1)</script> & "=1+1" \u200f'
Lines = list[list[str]]


def reported(operator: Operator, folder: Path, format_: str, *more: str) -> bytes:
    out = folder / f"rapport.{format_}"
    operator("report", "--kind", "findings", "--format", format_, "--out", out, *more)
    return out.read_bytes()


def tables_of(body: bytes, format_: str) -> dict[str, Lines]:
    """Every table by its caption, as a reader of that format sees it."""
    if format_ == "html":
        page = html5lib.parse(body, namespaceHTMLElements=False)
        return {_said(table.find("caption")): [[_said(cell) for cell in row] for row in table.iter("tr")] for table in page.iter("table")}
    if format_ == "docx":
        document = Document(io.BytesIO(body))
        captions = [paragraph.text for paragraph in document.paragraphs if paragraph.style and paragraph.style.name == "Caption"]
        return {
            name: [[cell.text for cell in row.cells] for row in table.rows] for name, table in zip(captions, document.tables, strict=True)
        }
    tables = odfdo.Document(io.BytesIO(body)).body.get_elements("//table:table")
    return {table.get_elements("table:title")[0].text: [[cell.text_recursive.strip() for cell in row.get_elements("table:table-cell")] for row in table.get_elements(".//table:table-row")] for table in tables}  # fmt: skip


def _said(element: Any) -> str:
    return "".join(element.itertext())


def words_of(body: bytes, format_: str) -> str:
    if format_ == "html":
        return body.decode()
    if format_ == "pdf":
        document = pypdfium2.PdfDocument(body)
        pages = [document[nth] for nth in range(len(document))]
        parts = [page.get_textpage() for page in pages]
        words = " ".join(part.get_text_bounded() for part in parts)
        for each in (*parts, *pages, document):
            each.close()
        return " ".join(words.split())
    name = "word/document.xml" if format_ == "docx" else "content.xml"
    with zipfile.ZipFile(io.BytesIO(body)) as parts_:
        return _said(fromstring(parts_.read(name)))


def arabic_quote(house: OpenHouse) -> str:
    """Somebody said it in Arabic, a person cleared it, and a person wrote the Dutch."""
    id_ = "s-verl-ss002"
    with house.engine.begin() as connection:
        connection.execute(update(STATEMENT).where(STATEMENT.c.id == id_).values(lang="ar"))
    looked_at(house, id_, ARABIC)
    clears(house, id_)
    with house.engine.begin() as connection:
        connection.execute(insert(TRANSLATION).values(statement_id=id_, text=DUTCH, source_hash=hash_of(ARABIC), made_by="Een translator", made_at=house.settings.clock()))  # fmt: skip
    return id_


def stated(house: OpenHouse) -> None:
    published(house, citaat=arabic_quote(house), titel=f"Mensen willen licht {HOSTILE}")


# ------------------------------------------------------------------------------------------- figures


@pytest.mark.parametrize("format_", ["html", "docx", "odt"])
def test_a_report_holds_the_figures_of_the_table_of_themes(heard: OpenHouse, operator: Operator, tmp_path: Path, format_: str) -> None:
    operator("export", "--kind", "themes", "--role", "office", "--out", tmp_path / "themes.csv")
    with (tmp_path / "themes.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["theme"] != "klein_aantal"]
    header, *found = tables_of(reported(operator, tmp_path, format_), format_)["Alle thema's waarvan een cijfer naar buiten mag"]
    assert header[:5] == ["Pijler", "Thema", "Steekproef", "Open link", "Wijkgesprekken"]
    dutch = {row["label"]: [row["pillar_name"], *(row[name] for name in ("sample_n", "open_link", "contributions"))] for row in rows}
    assert {row[1]: [row[0], *row[2:5]] for row in found} == dutch
    shares = {row["label"]: f"{100 * float(row['share']):.1f}" for row in rows}
    assert {row[1]: row[5].replace(",", ".") for row in found} == shares


@pytest.mark.parametrize("format_", FORMATS)
def test_nobody_can_be_found_in_a_report(heard: OpenHouse, operator: Operator, tmp_path: Path, format_: str) -> None:
    """Three people named the man at number 14; twelve named a place for the young, with which they could be counted."""
    cleared(heard)
    words = words_of(reported(operator, tmp_path, format_, "--role", "analyst", "--drafts"), format_)
    assert [leak for leak in ("buurman op nummer", "Plek voor jongeren", "s-buur") if leak in words] == []
    assert "te weinig mensen noemden" in words
    assert SAYS in words
    assert "190 mensen" in words


def test_a_dash_in_the_table_is_a_dash_in_the_report(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    people_said(heard, "lift", "wonen", 3)
    rows = {
        row[1]: row for row in tables_of(reported(operator, tmp_path, "html"), "html")["Alle thema's waarvan een cijfer naar buiten mag"]
    }
    assert rows["Meer groen"][2:] == ["–", "15", "12", "–", "–", "–", "0,80", "voorstel"]


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_content_is_the_same_file(heard: OpenHouse, operator: Operator, tmp_path: Path, format_: str) -> None:
    stated(heard)
    assert reported(operator, tmp_path, format_) == reported(operator, tmp_path, format_)


def test_professionals_stand_beside_residents_by_their_own_threshold(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    professionals(heard)
    rows = {
        row[1]: row for row in tables_of(reported(operator, tmp_path, "html"), "html")["Alle thema's waarvan een cijfer naar buiten mag"]
    }
    assert rows["Thema"][2:6] == ["Steekproef", "Open link", "Wijkgesprekken", "Professionals"]
    assert (rows["Verlichting in het park"][2:6], rows["Schulden"][2:6]) == (["40", "25", "19", "7"], ["0", "0", "0", "6"])
    assert "Iets van twee" not in rows
    operator("export", "--kind", "themes", "--role", "office", "--out", tmp_path / "themes.csv")
    with (tmp_path / "themes.csv").open(encoding="utf-8-sig", newline="") as lines:
        told = {row["theme"]: (row["n"], row["professionals"]) for row in csv.DictReader(lines)}
    assert (told[LAMPS], told["schulden"]) == (("40", "7"), ("–", "6"))
    alone = tables_of(reported(operator, tmp_path, "html", "--source", "professional"), "html")[
        "Alle thema's waarvan een cijfer naar buiten mag"
    ]
    assert [row[1:3] for row in alone] == [["Thema", "Professionals"], ["Schulden", "6"], ["Verlichting in het park", "7"]]


def professionals(house: OpenHouse) -> None:
    """A run over professionals alone: seven on light, six on debts, two on something that would give them away."""
    run = {"id": "p1", "made_at": house.settings.clock(), "seed": 0, "engine": "serial", "software": "wijkstem", "parameters": '{"source": "professional"}', "input_hash": "0" * 64}  # fmt: skip
    said = {
        "source": "professional",
        "question": "q",
        "lang": "nl",
        "channel": "web",
        "stream": "open_link",
        "said_on": house.settings.today(),
    }
    named = [("veilig", LAMPS, "Verlichting in het park", 7), ("werk", "schulden", "Schulden", 6), ("gezond", "twee", "Iets van twee", 2)]
    with house.engine.begin() as connection:
        connection.execute(insert(RUN).values(**run, n_in=15, n_themed=15, n_rest=0, n_excluded=0))
        for pillar, theme, label, n in named:
            ids = [f"p-{theme[:4]}-{nth:03}" for nth in range(n)]
            connection.execute(insert(THEME).values(run_id="p1", pillar=pillar, key=theme, label=label, n=n, people=n, stability=0.8))
            connection.execute(insert(STATEMENT), [said | {"id": id_, "text": f"{theme} {nth}"} for nth, id_ in enumerate(ids)])
            connection.execute(insert(PLACEMENT), [{"run_id": "p1", "statement_id": id_, "pillar": pillar, "confidence": 0.9, "theme": theme, "fit": 0.8, "also": "", "excluded": "", "quote": False} for id_ in ids])  # fmt: skip


# ------------------------------------------------------------------------------------------- words


def test_an_arabic_quote_keeps_its_language_and_direction_in_every_format(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    stated(heard)
    page = html5lib.parse(reported(operator, tmp_path, "html"), namespaceHTMLElements=False)
    (quote,) = [each for each in page.iter("p") if each.get("lang") == "ar"]
    assert (quote.get("dir"), quote.text) == ("rtl", ARABIC)
    document = Document(io.BytesIO(reported(operator, tmp_path, "docx")))
    (said,) = [paragraph for paragraph in document.paragraphs if paragraph.text == ARABIC]
    marks = {each.tag: dict(each.attrib) for each in said._p.iter()}  # noqa: SLF001  # the library shows no direction
    assert marks[qn("w:lang")] == {qn("w:bidi"): "ar"}
    assert {qn("w:bidi"), qn("w:rtl")} <= set(marks)
    text = odfdo.Document(io.BytesIO(reported(operator, tmp_path, "odt")))
    (words,) = [each for each in text.body.paragraphs if each.text == ARABIC]
    (style,) = [each.serialize() for each in text.content.get_elements("//style:style") if each.get_attribute("style:name") == words.style]
    assert 'style:writing-mode="rl-tb"' in style
    assert 'style:language-complex="ar"' in style
    for format_ in ("html", "docx", "odt"):
        assert f"In het Nederlands: {DUTCH}" in words_of((tmp_path / f"rapport.{format_}").read_bytes(), format_)


def test_what_somebody_typed_stays_text(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    stated(heard)
    page = reported(operator, tmp_path, "html").decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;=1+1&#34;" in page
    for format_ in ("docx", "odt"):
        assert '<script>alert(1)</script> & "=1+1"' in words_of(reported(operator, tmp_path, format_), format_)


def test_the_page_stands_by_itself_and_reads_in_order(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    stated(heard)
    body = reported(operator, tmp_path, "html")
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    page = parser.parse(body)
    assert parser.errors == []
    assert (page.get("lang"), page.get("dir")) == ("nl", "ltr")
    levels = [int(each.tag[1]) for each in page.iter() if each.tag in {"h1", "h2", "h3"}]
    assert (levels.count(1), [after for before, after in pairwise(levels) if after > before + 1]) == (1, [])
    assert re.findall(r"(?:src|href)=\"(?!#)[^\"]*", body.decode()) == []
    assert [table for table in page.iter("table") if table.find("caption") is None] == []
    titles = [_said(each) for each in page.iter("h2")]
    assert titles == [
        "Wat mensen zeiden",
        "Bevindingen",
        "Hoe dit is gedaan",
        "Wat dit rapport niet kan zeggen",
        "Bijlage 1. Codeboek",
        "Bijlage 2. Alle cijfers",
    ]


def test_a_pdf_is_read_aloud_and_tells_a_pictogram_in_a_word(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    published(heard, citaat=arabic_quote(heard), titel="Meer licht 💡 graag")
    body = reported(operator, tmp_path, "pdf")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in body
    words = words_of(body, "pdf")
    assert "Meer licht [plaatje] graag" in words
    assert "Verlichting in het park" in words


def test_a_report_says_which_run_who_decided_and_how_sure(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    heard.colleague("analyst")
    settle(heard, LAMPS, BEDS)
    page = reported(operator, tmp_path, "html").decode()
    for said in ("b1, van 2 november 2026", "niet vastgezet", "stelde een mens er 2 vast (door: onderzoeker)", "nog niet gemeten", "Een tweede codeur heeft nog niet meegekeken.", "Wilson"):  # fmt: skip
        assert said in page, said


def test_only_what_is_published_stands_in_it_unless_an_analyst_asks(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    states(heard)
    assert "Er zijn nog geen gepubliceerde bevindingen." in reported(operator, tmp_path, "html").decode()
    assert "concept, nog niet nagekeken" in reported(operator, tmp_path, "html", "--role", "admin", "--drafts").decode()
    assert operator("report", "--kind", "findings", "--drafts", "--out", tmp_path / "x", code=2).line == "wijkstem: findings that are not published are for analyst and admin"  # fmt: skip
    with heard.engine.begin() as connection:
        connection.execute(update(FINDING).values(status="published"))
        connection.execute(insert(ACT).values(at=heard.settings.clock(), actor="Een analyst", kind="rename", pillar="veilig", theme=LAMPS, payload={"label": "Lampen"}, undone_by=""))  # fmt: skip
    assert "Mensen willen meer licht" in reported(operator, tmp_path, "html").decode()


# ------------------------------------------------------------------------------------------- commands and pages


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--kind", "year"), "--kind year: this report comes later; today there is findings"),
        (("--kind", "findings", "--format", "rtf"), "--format: “rtf” is not one of html, docx, odt, pdf"),
        (("--kind", "poem"), "--kind: “poem” is not one of findings"),
        (("--kind", "findings", "--wave", "2026"), "a report over one year is for analyst and admin: beside the whole it can give a person away"),
        (("--kind", "findings", "--wave", "soon"), "--wave: “soon” is not a year such as 2026"),
        (("--kind", "findings", "--source", "radio"), "--source: “radio” is not one of survey, professional, wijkgesprek, kennissessie"),
        (("--kind", "findings", "--source", "kennissessie"), "no analysis was run over --source kennissessie: run `wijkstem analyse` first"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_one_line(heard: OpenHouse, operator: Operator, tmp_path: Path, options: tuple[str, ...], line: str) -> None:
    assert operator("report", *options, "--out", tmp_path / "x.html", code=2).line == f"wijkstem: {line}"
    assert not (tmp_path / "x.html").exists()


def test_a_report_before_the_first_run_is_one_line(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    assert "no analysis was run" in operator("report", "--kind", "findings", "--out", tmp_path / "x.html", code=2).line
    assert house.colleague("office").opens(PAGE).page.heading == "Thema's"


@pytest.mark.parametrize("format_", FORMATS)
def test_a_colleague_takes_a_report_and_the_log_says_so(heard: OpenHouse, format_: str) -> None:
    office = heard.colleague("office").opens(PAGE)
    assert office.page.heading == "Rapport"
    answer = office.browser.post(PAGE, data={"token": heard.token("office"), "bron": "", "bestand": format_})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="wijkstem-rapport-dordt-west-2026-11-02.{format_}"'
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (FORMATS[format_], "no-store")
    (logged,) = heard.rows("audit")
    assert (logged["action"], logged["object"], logged["actor"]) == ("report findings", f"all {format_}", "Een office")


def test_the_office_chooses_no_year_and_no_draft(heard: OpenHouse) -> None:
    states(heard)
    sent = {"token": heard.token("office"), "bron": "", "bestand": "html"}
    office = heard.colleague("office").opens(PAGE)
    assert [each for each in ("jaar", "concept", "tabel", "van") if office.page.all("input", "select", name=each)] == []
    assert office.browser.post(PAGE, data=sent | {"jaar": "2026"}).status_code == 422
    assert "Mensen willen meer licht" not in office.browser.post(PAGE, data=sent | {"concept": "ja"}).text
    analyst = heard.colleague("analyst").opens(PAGE)
    sent |= {"token": heard.token("analyst"), "jaar": "2026", "concept": "ja"}
    assert "Mensen willen meer licht" in analyst.browser.post(PAGE, data=sent).text


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [({"bestand": "exe"}, "Kies een soort bestand."), ({"bron": "radio", "bestand": "html"}, "Hierover is nog geen analyse gedraaid. Kies een andere bron of een ander jaar.")],
)  # fmt: skip
def test_what_must_be_mended_stands_above_the_form(heard: OpenHouse, typed: dict[str, str], wrong: str) -> None:
    office = heard.colleague("office").sends(PAGE, {"token": heard.token("office")} | typed, status=422)
    assert office.page.messages == [wrong]


# ------------------------------------------------------------------------------------------- tables


def cut(house: OpenHouse, **more: str) -> Any:
    sent = {"token": house.token("analyst"), "tabel": "themes", "deel-bestand": "csv", "waarvoor": "nagaan"} | more
    return house.colleague("analyst").asks("POST", f"{PAGE}/tabel", data=sent)


def test_an_analyst_takes_a_part_of_a_table_with_a_purpose(heard: OpenHouse) -> None:
    answer = cut(heard, **{"deel-bron": "wijkgesprek", "van": "2026-11-01", "tot": "2026-11-01"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["theme"]: (row["sample_n"], row["contributions"]) for row in rows}[LAMPS] == ("0", "19")
    assert cut(heard, tabel="statements", van="2026-11-02").content.decode("utf-8-sig").count("\r\n") == 1
    rows = list(
        csv.DictReader(
            io.StringIO(cut(heard, **{"tabel": "statements", "deel-bron": "wijkgesprek", "deel-jaar": "2026"}).content.decode("utf-8-sig"))
        )
    )
    assert {row["source"] for row in rows} == {"wijkgesprek"}
    logged = [(row["action"], row["object"], row["purpose"]) for row in heard.rows("audit")]
    assert logged[0] == ("export themes", "2026-11-01 2026-11-01 wijkgesprek csv", "nagaan")
    assert len(logged) == 3


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"waarvoor": " "}, "Schrijf in een paar woorden waarvoor u de tabel nodig hebt."),
        ({"van": "morgen"}, "Dit is geen dag. Kies een dag in de kalender."),
        ({"van": "2026-11-02", "tot": "2026-11-01"}, "De eerste dag ligt na de laatste. Draai ze om."),
        ({"deel-bestand": "exe"}, "Kies een soort bestand."),
        ({"tabel": "raw"}, "Hierover is nog geen analyse gedraaid. Kies een andere bron of een ander jaar."),
    ],
)  # fmt: skip
def test_a_part_that_cannot_be_says_why(heard: OpenHouse, typed: dict[str, str], wrong: str) -> None:
    sent = {"token": heard.token("analyst"), "tabel": "themes", "deel-bestand": "csv", "waarvoor": "nagaan"} | typed
    assert heard.colleague("analyst").sends(f"{PAGE}/tabel", sent, status=422).page.messages == [wrong]
    assert heard.rows("audit") == []


def opened_sav(file: Path) -> tuple[Any, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return pyreadstat.read_sav(file, user_missing=True)


@pytest.mark.parametrize("kind", ["themes", "findings", "statements"])
def test_spss_opens_a_table_with_labels(heard: OpenHouse, operator: Operator, tmp_path: Path, kind: str) -> None:
    published(heard, citaat=arabic_quote(heard))
    people_said(heard, "lift", "wonen", 3)
    out = tmp_path / f"{kind}.sav"
    operator("export", "--kind", kind, "--role", "analyst", "--format", "sav", "--out", out, "--purpose", "rekenen")
    frame, told = opened_sav(out)
    assert told.column_names_to_labels["pillar"] == "Pijler"
    assert told.variable_value_labels["pillar"]["veilig"] == "Leefbaar en veilig"
    assert told.file_label == f"Wijkstem Dordt West: {kind}"
    operator("export", "--kind", kind, "--role", "analyst", "--out", tmp_path / "same.csv", "--purpose", "rekenen")
    with (tmp_path / "same.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert (list(frame.columns), len(frame)) == (list(rows[0]), len(rows))
    if kind == "statements":
        assert list(frame["text"]) == [row["text"] for row in rows]
        assert ARABIC in set(frame["text"])
        return
    assert list(frame["label"]) == [row["label"] for row in rows]
    counts = [-1 if row["sample_n"] == "–" else None if row["sample_n"] == "" else int(row["sample_n"]) for row in rows]
    assert [None if n != n else n for n in frame["sample_n"]] == counts  # noqa: PLR0124  # not a number: an empty cell
    assert told.missing_ranges["sample_n"] == [{"lo": -1.0, "hi": -1.0}]
    assert told.variable_value_labels["sample_n"] == {-1.0: "afgeschermd: te weinig mensen"}


def test_spss_opens_responses_with_the_words_of_the_survey(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    out = tmp_path / "r.sav"
    operator("export", "--kind", "responses", "--survey", "dordt-west-2026", "--role", "analyst", "--format", "sav", "--out", out)
    frame, told = opened_sav(out)
    assert len(frame) == len(heard.rows("response"))
    assert told.variable_value_labels["stream"]["sample"] == "steekproef"
    assert told.column_names_to_labels["finished_on"] == "dag van versturen"
    first = out.read_bytes()
    operator("export", "--kind", "responses", "--survey", "dordt-west-2026", "--role", "analyst", "--format", "sav", "--out", out)
    assert out.read_bytes() == first


def test_json_says_null_for_what_stays_inside(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    operator("export", "--kind", "themes", "--role", "office", "--format", "json", "--out", tmp_path / "t.json")
    told = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    small = next(row for row in told["rows"] if row["theme"] == "klein_aantal")
    lamps = next(row for row in told["rows"] if row["theme"] == LAMPS)
    assert (small["sample_n"], lamps["sample_n"], lamps["share"], lamps["professionals"]) == (None, 40, 0.2105, "")
    assert told["columns"][0] == {"name": "pillar", "label": "Pijler"}
    assert any("Wilson" in note for note in told["notes"])


def test_what_was_said_in_a_session_leaves_by_its_source_and_day(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    said = {"id": "k1", "source": "kennissessie", "question": "wens", "lang": "nl", "channel": "oral", "stream": "desk", "text": "Meer groen", "said_on": date(2026, 10, 30)}  # fmt: skip
    with heard.engine.begin() as connection:
        connection.execute(insert(STATEMENT), [said, said | {"id": "k2", "said_on": date(2026, 10, 31)}])
    out = tmp_path / "s.csv"
    operator(
        "export",
        "--kind",
        "statements",
        "--role",
        "analyst",
        "--source",
        "kennissessie",
        "--from",
        "2026-10-30",
        "--to",
        "2026-10-30",
        "--out",
        out,
    )
    with out.open(encoding="utf-8-sig", newline="") as lines:
        assert [row["id"] for row in csv.DictReader(lines)] == ["k1"]
