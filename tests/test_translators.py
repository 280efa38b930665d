"""A translator's round trip: texts go out as PO, XLIFF or XLSX and come back whole, or not at all with a line for each that does not fit."""

import io
import os
import random
import re
import shutil
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from defusedxml.ElementTree import parse
from houses import OpenHouse, Operator
from sqlalchemy import text as sql

from app.catalogues import catalogue_now, compile_catalogues, po_file, read_catalogue, write_catalogue
from app.extracting import Domain, file_domains
from app.i18n import forget_texts, texts
from app.office.translation_files import XLIFF, read_handed, write_handed
from app.office.translators import hand_out, take_back
from app.settings import ROOT, Settings
from app.workbooks import Unreadable

KEY = "voorbeeldstad-2026"
CHANGED = "Niet tevreden of niet ontevreden"
ENDINGS = {"po": "po", "xliff": "xlf", "xlsx": "xlsx"}
CORRUPTED = int(os.environ.get("WIJKSTEM_CORRUPTED", "60"))  # 1000 for the whole count: docs/translations.md


@dataclass
class Desk:
    """The office of Voorbeeldstad, with folders of its own, and a translator who sends files back."""

    folder: Path
    operator: Operator

    @property
    def po(self) -> Path:
        return self.folder / "translations" / "ar" / "LC_MESSAGES" / f"{KEY}.po"

    @property
    def survey(self) -> Path:
        return self.folder / "surveys" / f"{KEY}.toml"

    def exports(self, kind: str, key: str = KEY, lang: str = "ar") -> Path:
        file = self.folder / f"{key}.{lang}.{ENDINGS[kind]}"
        self.operator("translations", "export", key, "--lang", lang, "--format", kind, "--out", file)
        return file

    def imports(self, file: Path, code: int = 0) -> list[str]:
        """Everything that the command says, line by line."""
        said = self.operator("translations", "import", file, code=code)
        return [line.replace(f"{file}: ", "").removeprefix("wijkstem: ") for line in (said.out if code == 0 else said.err).splitlines()]

    def kept(self) -> dict[str, bytes]:
        return {str(file): file.read_bytes() for file in sorted((self.folder / "translations").rglob("*")) if file.is_file()}

    def entry(self, dutch: str) -> str:
        return next(part for part in self.po.read_text(encoding="utf-8").split("\n\n") if f'msgid "{dutch}"' in part)


@pytest.fixture
def desk(tmp_path: Path, around: Callable[..., Settings], operator: Operator) -> Desk:
    shutil.copytree(ROOT / "surveys" / "voorbeeldstad", tmp_path / "surveys")
    shutil.copytree(ROOT / "translations" / "ar", tmp_path / "translations" / "ar")
    url = f"sqlite:///{tmp_path / 'none.sqlite3'}"
    around(url, WIJKSTEM_SURVEYS=str(tmp_path / "surveys"), WIJKSTEM_TRANSLATIONS=str(tmp_path / "translations"))
    office = Desk(tmp_path, operator)
    for domain in file_domains(tmp_path / "surveys"):
        write_catalogue(catalogue_now(domain, "ar", tmp_path / "translations"), po_file(domain.name, "ar", tmp_path / "translations"))
    assert compile_catalogues(tmp_path / "translations") == []
    return office


Change = Callable[[str, str, str], tuple[str, str, str] | None]


def changes(file: Path, change: Change) -> Path:
    """The translator at work: every text as (Dutch, translation, state) becomes what `change` makes of it, in the tool of the format."""
    return {".po": _in_po, ".xlf": _in_xliff, ".xlsx": _in_xlsx}[file.suffix](file, change)


def _in_po(file: Path, change: Change) -> Path:
    parts = file.read_text(encoding="utf-8").strip().split("\n\n")
    for number, part in enumerate(parts[1:], 1):
        dutch, said = (re.search(rf'^{name} "(.*)"$', part, re.MULTILINE) for name in ("msgid", "msgstr"))
        if dutch and said and dutch[1] and (made := change(dutch[1], said[1], "reviewed" if "#, reviewed" in part else "machine")):
            flag = {"reviewed": "#, reviewed\n", "machine": "#, machine\n", "missing": ""}.get(made[2], f"#, {made[2]}\n")
            marked = re.sub(r"#, .*\n", "", part).replace("msgctxt", f"{flag}msgctxt", 1)
            parts[number] = marked.replace(dutch[0], f'msgid "{made[0]}"').replace(said[0], f'msgstr "{made[1]}"')
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return file


def _in_xliff(file: Path, change: Change) -> Path:
    ET.register_namespace("", XLIFF[1:-1])
    tree = parse(file)
    for unit in tree.iter(f"{XLIFF}trans-unit"):
        source, target = unit.find(f"{XLIFF}source"), unit.find(f"{XLIFF}target")
        assert source is not None
        assert target is not None
        if made := change(source.text or "", target.text or "", "reviewed" if unit.get("approved") == "yes" else "machine"):
            source.text, target.text = made[:2]
            unit.set("approved", "yes" if made[2] == "reviewed" else "no")
            target.set("state", {"reviewed": "final", "missing": "needs-translation"}.get(made[2], "needs-review-translation"))
    tree.write(file, encoding="UTF-8", xml_declaration=True)
    return file


def _in_xlsx(file: Path, change: Change) -> Path:
    book = openpyxl.load_workbook(file)
    for row in book.worksheets[0].iter_rows(min_row=3):
        if made := change(str(row[4].value or ""), str(row[5].value or ""), str(row[6].value or "")):
            for cell, value in zip(row[4:], made, strict=True):
                cell.value = value
    book.save(file)
    return file


def of(dutch: str, *, said: str, state: str = "machine", source: str = "") -> Change:
    return lambda text, _said, _state: (source or text, said, state) if text == dutch else None


# ---------------------------------------------------------------- out and back


@pytest.mark.parametrize("kind", ENDINGS)
@pytest.mark.parametrize("key", [KEY, "programme"])
def test_a_file_that_comes_back_as_it_went_out_changes_nothing(desk: Desk, kind: str, key: str) -> None:
    before = desk.kept()
    (line,) = desk.imports(desk.exports(kind, key))
    assert "  changed 0  " in line
    assert desk.kept() == before


def test_a_file_says_where_each_text_stands(desk: Desk) -> None:
    sheet = openpyxl.load_workbook(desk.exports("xlsx")).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:3] == ["Wijkstem", KEY, "ar"]
    assert rows[1] == ["id", "page", "kind", "part", "Dutch", "translation", "state"]
    survey = file_domains(desk.folder / "surveys")[-1]
    asked = next(row for row in rows if row[3] == "ask")
    assert asked[:3] == [f"{asked[0].partition('/')[0]}/ask", *survey.places[asked[0].partition("/")[0]]]
    assert {row[6] for row in rows[2:]} == {"machine"}
    xliff = desk.exports("xliff").read_text(encoding="utf-8")
    assert f"<note>page {asked[1]}; kind {asked[2]}; part ask</note>" in xliff
    assert f"#. page {asked[1]}\n#. kind {asked[2]}\n" in desk.exports("po").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ENDINGS)
@pytest.mark.parametrize("state", ["machine", "reviewed"])
def test_a_translation_comes_back_with_the_state_that_the_file_gives_it(desk: Desk, kind: str, state: str) -> None:
    file = changes(desk.exports(kind), of("Ja", said="أجل", state=state))
    (line,) = desk.imports(file)
    assert "changed 1 " in line
    assert f"#, {state}\nmsgctxt" in desk.entry("Ja")
    assert 'msgstr "أجل"' in desk.entry("Ja")
    context = re.findall(r'msgctxt "(.*)"', desk.entry("Ja"))[0]
    forget_texts()
    assert texts("ar", KEY, desk.folder / "translations").pgettext(context, "Ja") == "أجل"  # compiled at once


@pytest.mark.parametrize("kind", ENDINGS)
def test_what_a_person_approved_stays_approved_until_its_words_change(desk: Desk, kind: str) -> None:
    first = desk.exports(kind)
    old = first.read_bytes()
    desk.imports(changes(first, lambda text, said, _: (text, said, "reviewed")))
    assert "#, reviewed" in desk.entry("Ja")
    first.write_bytes(old)  # an older file in which nothing is approved
    assert "changed 0 " in desk.imports(first)[0]
    assert "changed 1 " in desk.imports(changes(first, of("Ja", said="أجل")))[0]
    assert "#, machine" in desk.entry("Ja")


@pytest.mark.parametrize("kind", ENDINGS)
def test_an_empty_translation_says_nothing(desk: Desk, kind: str) -> None:
    before = desk.kept()
    assert "changed 0 " in desk.imports(changes(desk.exports(kind), lambda text, _said, _state: (text, "", "missing")))[0]
    assert desk.kept() == before


@pytest.mark.parametrize("kind", ENDINGS)
def test_a_text_whose_dutch_changed_waits_until_somebody_says_it_is_right(desk: Desk, kind: str) -> None:
    desk.survey.write_text(
        desk.survey.read_text(encoding="utf-8").replace("Niet tevreden en niet", "Niet tevreden of niet"), encoding="utf-8"
    )
    file = desk.exports(kind)
    assert "missing 0 " not in desk.imports(file)[0]
    assert "#, fuzzy" in desk.entry(CHANGED)
    desk.imports(changes(desk.exports(kind), of(CHANGED, said="بين بين", state="reviewed")))
    assert "#, reviewed" in desk.entry(CHANGED)
    assert "#|" not in desk.entry(CHANGED)


def test_arabic_gets_a_row_for_each_of_its_six_forms(desk: Desk) -> None:
    handed = read_handed(desk.exports("xlsx", "pages"))
    rows = [row for row in handed.rows if "[" in row.id]
    forms = [row.id[-3:] for row in rows if row.id.startswith(rows[0].id[:-3])]
    assert forms == ["[0]", "[1]", "[2]", "[3]", "[4]", "[5]"]
    assert len({row.dutch for row in rows[:6]}) == 2
    sheet = openpyxl.load_workbook(desk.folder / "pages.ar.xlsx").worksheets[0]
    told = [row[3].value for row in sheet.iter_rows() if str(row[0].value).startswith(rows[0].id[:-3])]
    assert told == ["for 0", "for 1", "for 2", "for 3, 4, 5, ...", "for 100, 101, 102", "for 11, 12, 13, ..."]
    assert "changed 0 " in desk.imports(desk.folder / "pages.ar.xlsx")[0]


def test_a_survey_without_a_file_is_read_as_it_was_imported(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    with house.engine.begin() as connection:
        connection.execute(sql("UPDATE survey_version SET source = replace(source, 'dordt-west-2026', 'ergens-2026')"))
    out = tmp_path / "x.xlsx"
    said = operator("translations", "export", "dordt-west-2026", "--lang", "ar", "--format", "xlsx", "--out", out)
    assert said.out.startswith(f"{out}: 1")  # by its file
    assert operator("translations", "export", "ergens-2026", "--lang", "ar", "--format", "xlsx", "--out", out).code == 0
    assert read_handed(out).domain == "ergens-2026"
    assert {row.state for row in read_handed(out).rows} == {"missing"}


# ---------------------------------------------------------------- what does not fit


@pytest.mark.parametrize("kind", ENDINGS)
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (of("Ja", said="أجل", source="Jawel"), r"the Dutch of “\w+/option \w+” has changed since the file was made; it is now “Ja”"),
        (of("Ja", said="أجل {feedback_date}"), r'"Ja": the translation ".*" has other marks than the Dutch: {feedback_date}'),
        (of("Ja", said="<b>أجل</b>"), r'"Ja": the translation ".*" has other marks than the Dutch: </b> <b>'),
        (of("Ja", said="أ" * 10_001), r"the translation is longer than 10000 characters"),
        (of("Ja", said="أجل\u2028"), r"the translation holds a sign that is not text: U\+2028"),
    ],
)  # fmt: skip
def test_one_text_that_does_not_fit_keeps_the_whole_file_out(desk: Desk, kind: str, change: Change, told: str) -> None:
    file = changes(changes(desk.exports(kind), of("Nee", said="كلا", state="reviewed")), change)
    before = desk.kept()
    *lines, last = desk.imports(file, code=2)
    assert re.fullmatch(rf"(line|row|unit) \d+( \(.*\))?: {told}", lines[0]), lines
    assert last == f"{len(lines)} problem{'s' * (len(lines) != 1)}; nothing was taken"
    assert desk.kept() == before


def test_every_problem_is_told_with_its_row(desk: Desk) -> None:
    file = desk.exports("xlsx")
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    sheet["A3"], sheet["G4"], sheet["A6"] = "elders/ask", "prima", sheet["A5"].value
    book.save(file)
    lines = desk.imports(file, code=2)
    assert [re.sub(r"“[^”]*”", "…", line) for line in lines] == [
        "row 3: there is no text …: was it made from another survey, or has the Dutch of a page changed?",
        "row 4: the state … is not one of missing, machine, reviewed",
        "row 6: the Dutch of … has changed since the file was made; it is now …",
        "3 problems; nothing was taken",
    ]


@pytest.mark.parametrize("kind", ENDINGS)
@pytest.mark.parametrize(
    ("lang", "told"), [("tr", "“tr” is not a language"), ("nl", "“nl” is not a language"), ("xx", "“xx” is not a language")]
)
def test_a_file_in_another_language_is_refused(desk: Desk, kind: str, lang: str, told: str) -> None:
    file = desk.exports(kind)
    if kind == "xlsx":
        book = openpyxl.load_workbook(file)
        book.worksheets[0]["C1"] = lang
        book.save(file)
    else:
        whole = file.read_text(encoding="utf-8")
        file.write_text(whole.replace("Language: ar", f"Language: {lang}").replace('target-language="ar"', f'target-language="{lang}"'))
    assert told in desk.imports(file, code=2)[-1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("export", "bestaat-niet", "--lang", "ar", "--out", "x.po"), "there are no texts “bestaat-niet”"),
        (("export", KEY, "--lang", "pl", "--out", "x.po"), "“pl” is not a language that voorbeeldstad-2026 is translated into (en, ar)"),
        (("export", KEY, "--lang", "ar", "--format", "doc", "--out", "x.po"), "--format: “doc” is not one of po, xliff, xlsx"),
        (("export", KEY, "--lang", "ar", "--format", "xlsx", "--out", "x.po"), "--out: a xlsx file ends in .xlsx"),
        (("import", "x.pdf"), "choose a file that ends in .po, .xlf, .xliff or .xlsx"),
        (("import", "bestaat-niet.po"), "bestaat-niet.po: No such file"),
    ],
)
def test_what_an_operator_mistypes_is_one_clear_line(desk: Desk, words: tuple[str, ...], told: str) -> None:
    assert told in desk.operator("translations", *words, code=2).line


# ---------------------------------------------------------------- what a spreadsheet could do


def test_a_text_that_looks_like_a_formula_stays_text(desk: Desk) -> None:
    risky = "=HYPERLINK('http://example.org')"
    desk.survey.write_text(desk.survey.read_text(encoding="utf-8").replace('text = "Ja"', f'text = "{risky}"'), encoding="utf-8")
    file = desk.exports("xlsx")
    cells = [cell for row in openpyxl.load_workbook(file).worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert risky in [cell.value for cell in cells]
    assert "changed 0 " in desk.imports(file)[0]


def test_a_formula_that_comes_back_is_refused(desk: Desk) -> None:
    file = desk.exports("xlsx")
    book = openpyxl.load_workbook(file)
    book.worksheets[0]["F4"] = '=WEBSERVICE("http://example.org")'
    book.save(file)
    assert desk.imports(file, code=2) == ["row 4: a cell holds a formula, number or date where a text must stand"]


# ---------------------------------------------------------------- bombs


def refused(file: Path) -> str:
    """Refused before it costs anything: within two seconds and a few megabytes."""
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(Unreadable) as told:
        read_handed(file)
    spent, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert spent < 2
    assert peak < 60_000_000
    return str(told.value).removeprefix(f"{file}: ")


def packed(tmp_path: Path, parts: dict[str, bytes]) -> Path:
    """A real workbook in which some parts are replaced."""
    plain = io.BytesIO()
    openpyxl.Workbook().save(plain)
    file = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *parts}:
            new.writestr(name, parts[name] if name in parts else old.read(name))
    return file


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "%s">]>'


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("xl/worksheets/sheet1.xml", SHEET % (b"<row><c><v>0</v></c></row>" * 3_000_000), "unpacked it is far larger than such a file"),
        ("xl/worksheets/sheet1.xml", SHEET % b"".join(b'<row r="%d"/>' % n for n in range(1, 20_000)), "it holds more than 10000 rows"),
        ("xl/worksheets/sheet1.xml", SHEET % b'<row r="1048576"><c r="A1048576"/></row>', "it holds more than 10000 rows"),
        ("xl/worksheets/sheet1.xml", ENTITY % b"x" + SHEET % b"<row/>", "(DTDForbidden"),
        ("xl/styles.xml", (ENTITY % b"x").decode().encode("utf-16"), "("),
        ("xl/anders.bin", ENTITY % b"x" + b"<a>&b;</a>", "(DTDForbidden"),
        ("xl/workbook.xml", b"<a>" * 5_000, "is no XLSX file that can be read"),
    ],
)  # fmt: skip
def test_a_workbook_that_is_more_than_it_seems_is_refused(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    assert told in refused(packed(tmp_path, {name: content}))


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))


@pytest.mark.parametrize(
    ("ending", "content", "told"),
    [
        ("xlf", f'<?xml version="1.0"?><!DOCTYPE xliff [{LAUGHS}]><xliff>&l9;</xliff>', "(DTDForbidden"),
        ("xlf", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "(DTDForbidden"),
        ("xlf", "<a>" * 130_000, "it holds too many tags"),
        ("xlf", "<xliff/>", "this is no XLIFF 1.2 with one file in it"),
        ("xlf", "", "is no XLIFF file that can be read"),
        ("po", 'msgid ""\nmsgstr ""\n"Plural-Forms: npl"\n"urals=1000000000; plural=0;\\n"\n\nmsgid "a"\nmsgid_plural "b"\nmsgstr[0] ""\n', "the header asks for more forms"),
        ("po", "msgid " * 1000, "is no PO file that can be read"),
        ("po", "x" * 2_000_001, "larger than 2 MB"),
        ("xlsx", "no zip", "is no XLSX file that can be read"),
    ],
)  # fmt: skip
def test_a_file_that_would_cost_too_much_is_refused_before_it_is_read(tmp_path: Path, ending: str, content: str, told: str) -> None:
    file = tmp_path / f"x.{ending}"
    file.write_text(content, encoding="utf-8")
    assert told in refused(file)


# ---------------------------------------------------------------- files that broke on the way


def corrupt(content: bytes, chance: random.Random) -> bytes:
    """What a bad stick, a mail filter or somebody with a hex editor makes of a file."""
    whole = bytearray(content)
    for _ in range(chance.choice((1, 1, 3, 20))):
        at, to = sorted((chance.randrange(len(whole) + 1), chance.randrange(len(whole) + 1)))
        match chance.randrange(6):
            case 0 if at < len(whole):
                whole[at] ^= 1 << chance.randrange(8)
            case 1:
                del whole[at : at + chance.randrange(1, 40)]
            case 2:
                whole[at:at] = whole[at : min(to, at + 400)]
            case 3:
                whole[at:at] = chance.choice((b"<", b'"', b"\x00", b"&x;", b"]]>", b"\n\n", b"%(n)s", b"\xff", b"{a}", b"\\"))
            case 4:
                whole[at : at + 1] = bytes([chance.randrange(256)])
            case _ if len(whole) > 40:
                del whole[chance.randrange(len(whole) // 2, len(whole)) :]
    return bytes(whole)


def corrupt_inside(content: bytes, chance: random.Random) -> bytes:
    """The same for one part of a workbook, in a packing that is sound."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    name = chance.choice([*parts, "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
    parts[name] = corrupt(parts[name], chance)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for each, part in parts.items():
            new.writestr(each, part)
    return made.getvalue()


@pytest.fixture(scope="module")
def going_out(tmp_path_factory: pytest.TempPathFactory) -> tuple[Domain, Path, list[Path]]:
    """The texts of Voorbeeldstad, the folder of their catalogue, and a sound file in each format."""
    place = tmp_path_factory.mktemp("broken")
    domain = next(domain for domain in file_domains(ROOT / "surveys" / "voorbeeldstad") if domain.name == KEY)
    folder, po = place / "translations", place / "translations" / "ar" / "LC_MESSAGES" / f"{KEY}.po"
    po.parent.mkdir(parents=True)
    shutil.copy(ROOT / "translations" / "ar" / "LC_MESSAGES" / f"{KEY}.po", po)
    compile_catalogues(folder)
    files = [place / f"sound.{ending}" for ending in ENDINGS.values()]
    for kind, file in zip(ENDINGS, files, strict=True):
        write_handed(*hand_out(domain, "ar", folder), kind, file)
    return domain, folder, files


def test_a_file_that_broke_on_the_way_is_taken_whole_or_not_at_all(going_out: tuple[Domain, Path, list[Path]], tmp_path: Path) -> None:
    domain, folder, files = going_out
    po = folder / "ar" / "LC_MESSAGES" / f"{KEY}.po"
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    ids = [message.id for message in read_catalogue(po, "ar")]
    chance = random.Random(1943)  # noqa: S311  # the same accidents every time
    outcomes = {"unreadable": 0, "refused": 0, "taken": 0}
    for number in range(CORRUPTED):
        sound = files[number % len(files)]
        broken = tmp_path / f"broken{sound.suffix}"
        spoil = corrupt_inside if sound.suffix == ".xlsx" and number % 2 else corrupt
        broken.write_bytes(spoil(sound.read_bytes(), chance))
        outcome = imported(broken, domain, folder)
        outcomes[outcome] += 1
        if outcome != "taken":
            assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before, number
        else:
            assert [message.id for message in read_catalogue(po, "ar")] == ids, number
            assert compile_catalogues(folder) == [], number
            for file, content in before.items():
                file.write_bytes(content)
    assert min(outcomes.values()) > 0, outcomes


def imported(file: Path, domain: Domain, folder: Path) -> str:
    """What the command does, without the lines it says."""
    try:
        handed = read_handed(file)
    except Unreadable:
        return "unreadable"
    if (handed.domain, handed.lang) != (domain.name, "ar"):
        return "refused"
    taken = take_back(handed, domain, folder)
    problems = taken.problems or compile_catalogues(folder, {taken.file: taken.catalogue})
    return "refused" if problems else "taken"
