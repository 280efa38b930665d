"""Room office: the three kinds of files that translators work in: PO, XLIFF 1.2 and XLSX; bounded before they are read, and refused whole.

What comes back was opened by programs of others. Size, ratio and number of rows are looked at first; entities of XML are refused.
"""

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # it has no types

from app.catalogues import messages_of, po_text, state_of, strings_of, write_whole
from app.cells import AS_TYPED
from app.i18n import LANGUAGES
from app.office.translators import Handed, Row, id_of
from app.workbooks import MOST_ROWS, TEXT, Unreadable, sheet_rows, words_in

FORMATS: Final = {"po": (".po",), "xliff": (".xlf", ".xliff"), "xlsx": (".xlsx",)}
MOST_BYTES: Final = 2_000_000
MOST_TAGS: Final = 120_000
XLIFF: Final = "{urn:oasis:names:tc:xliff:document:1.2}"
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
COLUMNS: Final = {"id": 32, "page": 26, "kind": 12, "part": 14, "Dutch": 60, "translation": 60, "state": 12}
DONE: Final = {"missing": "needs-translation", "machine": "needs-review-translation", "reviewed": "final"}


# ------------------------------------------------------------------------------------------ out
def write_handed(handed: Handed, catalogue: Catalog, kind: str, file: Path) -> None:
    if kind == "po":
        content = po_text(catalogue, f"X-Domain: {handed.domain}").encode()
    else:
        content = _xliff(handed) if kind == "xliff" else _xlsx(handed)
    write_whole(file, content)


def _xliff(handed: Handed) -> bytes:
    root = ET.Element("xliff", {"version": "1.2", "xmlns": XLIFF[1:-1]})
    names = {"original": handed.domain, "source-language": "nl", "target-language": handed.lang, "datatype": "plaintext"}
    body = ET.SubElement(ET.SubElement(root, "file", names), "body")
    for row in handed.rows:
        unit = ET.SubElement(body, "trans-unit", {"id": row.id, "approved": "yes" if row.state == "reviewed" else "no"})
        unit.set("xml:space", "preserve")
        ET.SubElement(unit, "source").text = row.dutch
        ET.SubElement(unit, "target", {"state": DONE[row.state]}).text = row.said
        about = [f"{name} {text}" for name, text in (("page", row.page), ("kind", row.kind), ("part", row.part)) if text]
        ET.SubElement(unit, "note").text = "; ".join(about)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _xlsx(handed: Handed) -> bytes:
    """Every cell is text: what looks like a formula, a number or an address stays what it is."""
    from xlsxwriter import Workbook  # noqa: PLC0415  # a quarter of a second that only this needs

    content = BytesIO()
    with Workbook(content, {"in_memory": True, **AS_TYPED}) as book:
        sheet = book.add_worksheet(handed.lang)
        plain, bold = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"bold": True})
        own = book.add_format(
            {"text_wrap": True, "valign": "top", "num_format": "@", "reading_order": 2 if LANGUAGES[handed.lang].dir == "rtl" else 1}
        )
        for column, text in enumerate(("Wijkstem", handed.domain, handed.lang)):
            sheet.write_string(0, column, text, bold)
        for column, (name, width) in enumerate(COLUMNS.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(1, column, name, bold)
        for number, row in enumerate(handed.rows, 2):
            for column, text in enumerate((row.id, row.page, row.kind, row.part, row.dutch, row.said, row.state)):
                sheet.write_string(number, column, text, own if column == 5 else plain)
        sheet.data_validation(2, 6, len(handed.rows) + 1, 6, {"validate": "list", "source": list(DONE)})
        sheet.freeze_panes(2, 1)
    return content.getvalue()


# ------------------------------------------------------------------------------------------ back
def read_handed(file: Path) -> Handed:
    """What a translator sent back. Raises Unreadable with the reason; every bound is looked at before anything is parsed."""
    kind = next((kind for kind, endings in FORMATS.items() if file.suffix.lower() in endings), "")
    if not kind:
        raise Unreadable(f"{file}: choose a file that ends in .po, .xlf, .xliff or .xlsx")
    if file.stat().st_size > MOST_BYTES:
        raise Unreadable(f"{file}: larger than {MOST_BYTES // 1_000_000} MB, this is no file of translations")
    readers = {"po": _read_po, "xliff": _read_xliff, "xlsx": _read_xlsx}
    try:
        handed = readers[kind](file.read_bytes(), file.stem)
    except Unreadable as wrong:
        raise Unreadable(f"{file}: {wrong}") from None
    except Exception as wrong:  # noqa: BLE001  # what a broken file makes a library raise has no common name
        raise Unreadable(f"{file}: is no {kind.upper()} file that can be read ({type(wrong).__name__}: {str(wrong)[:120]})") from None
    if len(handed.rows) > MOST_ROWS:
        raise Unreadable(f"{file}: more than {MOST_ROWS} texts")
    return handed


def _read_po(content: bytes, stem: str) -> Handed:
    header = re.sub(rb'"[ \t\r]*\n[ \t]*"', b"", content)  # a line may be broken anywhere
    if any(int(forms[:6]) > 9 for forms in re.findall(rb"nplurals\s*=\s*(\d+)", header)):
        raise Unreadable("the header asks for more forms of a plural than any language has")
    catalogue = read_po(BytesIO(content), abort_invalid=True)
    domain = re.search(rb"X-Domain:\s*([\w.-]{1,80})", header)
    return Handed(domain[1].decode() if domain else stem, str(catalogue.locale_identifier or "")[:20], list(_po_rows(catalogue)))


def _po_rows(catalogue: Catalog) -> Iterator[Row]:
    for message in messages_of(catalogue):
        dutch, said = strings_of(message.id), strings_of(message.string)
        name = id_of(message.context, message.auto_comments, dutch)
        for form, text in enumerate(said):
            form_id = f"{name}[{form}]" if len(dutch) > 1 else name
            yield Row(form_id, dutch[min(form, len(dutch) - 1)], text, state_of(message), at=f"line {message.lineno or '?'}")


def _read_xliff(content: bytes, _: str) -> Handed:
    if content.count(b"<") > MOST_TAGS:
        raise Unreadable("it holds too many tags")
    root: ET.Element = fromstring(content, forbid_dtd=True)
    files = root.findall(f"{XLIFF}file")
    if root.tag != f"{XLIFF}xliff" or len(files) != 1:
        raise Unreadable("this is no XLIFF 1.2 with one file in it")
    if files[0].get("source-language") != "nl":
        raise Unreadable(f"the language of the source is “{files[0].get('source-language', '')[:20]}”, not nl")
    lang = files[0].get("target-language", "")
    units = [_unit(unit, number, lang) for number, unit in enumerate(files[0].iter(f"{XLIFF}trans-unit"), 1)]
    return Handed(files[0].get("original", ""), lang, units)


def _unit(unit: ET.Element, number: int, lang: str) -> Row:
    at = f"unit {number}"
    source, target = unit.find(f"{XLIFF}source"), unit.find(f"{XLIFF}target")
    if source is None:
        raise Unreadable(f"{at}: the Dutch is missing")
    for element in (source, *([] if target is None else [target])):
        if foreign := next((one.tag for one in element.iter() if one is not element and one.tag != f"{XLIFF}mrk"), None):
            raise Unreadable(f"{at}: holds {foreign.rpartition('}')[2][:40]}, which the file that went out did not; write tags as text")
    spoken = lang if target is None else target.get(XML_LANG, lang)
    if spoken != lang:
        raise Unreadable(f"{at}: is in {spoken[:20]}, the file in {lang[:20]}")
    said, done = "" if target is None else words_in("".join(target.itertext())), "" if target is None else target.get("state", "")
    approved = unit.get("approved", "yes" if done in {"final", "signed-off"} else "no") == "yes"
    state = (
        "missing"
        if not said or done in {"new", DONE["missing"]}
        else "reviewed"
        if approved and not done.startswith("needs")
        else "machine"
    )
    return Row(unit.get("id", ""), words_in("".join(source.itertext())), said, state, at=f"{at} ({unit.get('id', '')[:60]})")


def _read_xlsx(content: bytes, _: str) -> Handed:
    lines = sheet_rows(content, columns=len(COLUMNS))
    first, second = ([str(cell.value or "") for cell in line] for line in (*lines[:2], *[()] * (2 - len(lines[:2]))))
    if first[:1] != ["Wijkstem"] or second != list(COLUMNS):
        raise Unreadable(f"the first line must name the texts and the language, the second the columns: {', '.join(COLUMNS)}")
    rows = [_line(line, number) for number, line in enumerate(lines[2:], 3) if any(cell.value is not None for cell in line)]
    return Handed(first[1] if len(first) > 1 else "", first[2] if len(first) > 2 else "", rows)


def _line(line: Sequence[Any], number: int) -> Row:
    for cell in line:
        if cell.value is not None and cell.data_type not in TEXT:
            raise Unreadable(f"row {number}: a cell holds a formula, number or date where a text must stand")
    id_, _page, _kind, _part, dutch, said, state = (*(words_in(cell.value) for cell in line), *[""] * (len(COLUMNS) - len(line)))
    return Row(id_, dutch, said, state.strip() or ("machine" if said else "missing"), at=f"row {number}")
