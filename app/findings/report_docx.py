"""Room findings: a report as DOCX: headings, tables with a header row that repeats, and each quote in its own language and direction."""

import io
from datetime import UTC, datetime
from typing import Any
from zipfile import ZipFile

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from app.findings.report_blocks import Block, Report

ALWAYS_MADE_AT = datetime(2023, 1, 1, tzinfo=UTC)
SMALL = Pt(9)


def docx_parts(report: Report) -> dict[str, bytes]:
    """The parts of the package by their name."""
    document = Document()
    _set_up(document, report)
    document.add_paragraph(report.title, style="Title")
    document.add_paragraph(report.about, style="Subtitle")
    for name, value in report.facts:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{name}: ").bold = True
        paragraph.add_run(value)
        paragraph.paragraph_format.space_after = Pt(2)
    for block in report.blocks:
        _add(document, block)
    packed = io.BytesIO()
    document.save(packed)
    with ZipFile(packed) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def _set_up(document: Any, report: Report) -> None:
    known = document.core_properties
    known.title, known.author, known.subject, known.language, known.comments = report.title, "Wijkstem", report.about, "nl-NL", ""
    known.created = known.modified = ALWAYS_MADE_AT
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), "nl-NL")
    quote = document.styles["Quote"]
    quote.font.italic = quote.font.cs_italic = False
    quote.paragraph_format.left_indent = Cm(0.8)
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)


def _add(document: Any, block: Block) -> None:
    if block.kind == "heading":
        document.add_heading(block.text, block.level - 1)
    elif block.kind == "list":
        for line in block.lines:
            document.add_paragraph(line, style="List Bullet")
    elif block.kind == "table":
        _add_table(document, block)
    elif block.kind == "quote":
        said = document.add_paragraph(style="Quote")
        _speak(said, block.text, block.lang, is_right_to_left=block.dir == "rtl")
        if block.dutch:
            document.add_paragraph(f"In het Nederlands: {block.dutch}", style="Quote")
        document.add_paragraph(style="Quote").add_run(block.by).font.size = SMALL
    else:
        document.add_paragraph(block.text)


def _speak(paragraph: Paragraph, text: str, lang: str, *, is_right_to_left: bool) -> None:
    """Words in another language, so that a screen reader says them right and they run the right way."""
    run: Any = paragraph.add_run(text)
    traits = run._element.get_or_add_rPr()  # noqa: SLF001  # python-docx has no other way to the language of a run
    if is_right_to_left:
        paragraph._p.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), "w:spacing", "w:ind", "w:jc", "w:rPr")  # noqa: SLF001  # as above
        traits.append(OxmlElement("w:rtl"))
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:bidi" if is_right_to_left else "w:val"), lang)
    traits.append(spoken)


def _add_table(document: Any, block: Block) -> None:
    document.add_paragraph(block.text, style="Caption").paragraph_format.keep_with_next = True
    table = document.add_table(rows=1, cols=len(block.columns), style="Table Grid")
    for name, text in (("w:tblCaption", block.text), ("w:tblDescription", "")):
        told = OxmlElement(name)
        told.set(qn("w:val"), text)
        table._tblPr.append(told)  # noqa: SLF001  # python-docx has no other way to a table's name
    repeats = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeats)  # noqa: SLF001  # as above
    for nth, cells in enumerate([block.columns, *block.rows]):
        row = table.rows[0] if not nth else table.add_row()
        for place, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            run = cell.paragraphs[0].add_run(text)
            run.bold, run.font.size = not nth or not place, SMALL
            if place in block.numbers:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph()
