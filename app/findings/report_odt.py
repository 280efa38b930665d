"""Room findings: a report as ODT: headings, tables with a header row that repeats, and each quote in its own language and direction."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape

from odfdo import Document, Element, XmlPart

from app.findings.report_blocks import Block, Report

PARTS = ("mimetype", "content.xml", "styles.xml", "meta.xml", "settings.xml", "META-INF/manifest.xml")
ALWAYS_MADE_AT = datetime(2023, 1, 1, tzinfo=UTC)
CELL = '<style:style style:name="vak" style:family="table-cell"><style:table-cell-properties fo:padding="0.1cm" fo:border="0.5pt solid #7a8a8d"/></style:style>'
SMALL = '<style:style style:name="{}" style:family="paragraph" style:parent-style-name="Standard">{}<style:text-properties fo:font-size="9pt"{}/></style:style>'
BOLD = ' fo:font-weight="bold" style:font-weight-complex="bold"'
RIGHT = '<style:paragraph-properties fo:text-align="end"/>'


def odt_parts(report: Report) -> dict[str, bytes]:
    """The parts of the package by their name."""
    document = Document("text")
    document.set_language("nl-NL")
    document.meta.set_title(report.title)
    document.meta.set_subject(report.about)
    document.meta.set_creation_date(ALWAYS_MADE_AT)
    document.meta.generator = "Wijkstem"
    for path in set(document.manifest.get_paths()) - {"/", *PARTS}:
        document.manifest.del_full_path(path)
    content, settings = document.content, document.get_part("settings.xml")
    styles, body = content.get_element("//office:automatic-styles"), document.body
    if styles is None or not isinstance(settings, XmlPart):
        raise TypeError("odfdo made a text that is none")
    for style in _styles(report):
        styles.append(Element.from_tag(style))
    body.clear()
    for part in _parts(report):
        body.append(Element.from_tag(part))
    made = {
        "content.xml": content, "styles.xml": document.styles, "meta.xml": document.meta, "META-INF/manifest.xml": document.manifest,
        "settings.xml": settings,
    }  # fmt: skip
    return {"mimetype": document.mimetype.encode()} | {name: part.serialize() for name, part in made.items()}


def _styles(report: Report) -> Iterator[str]:
    """What the parts look like; a style for each language that somebody is quoted in."""
    yield CELL
    for name, more, letters in (("klein", "", ""), ("kop", "", BOLD), ("getal", RIGHT, ""), ("kopgetal", RIGHT, BOLD)):
        yield SMALL.format(name, more, letters)
    yield f'<style:style style:name="vet" style:family="text"><style:text-properties{BOLD}/></style:style>'
    yield '<style:style style:name="nl" style:family="paragraph" style:parent-style-name="Standard"><style:paragraph-properties fo:margin-left="0.8cm"/></style:style>'
    for lang, direction in sorted({(block.lang, block.dir) for block in report.blocks if block.kind == "quote" and block.lang != "nl"}):
        turned = ' style:writing-mode="rl-tb" fo:text-align="start"' if direction == "rtl" else ""
        kind = ("style:language-complex", "style:country-complex") if direction == "rtl" else ("fo:language", "fo:country")
        yield (
            f'<style:style style:name="{escape(lang)}" style:family="paragraph" style:parent-style-name="Standard">'
            f'<style:paragraph-properties fo:margin-left="0.8cm" fo:margin-right="0.8cm"{turned}/>'
            f'<style:text-properties {kind[0]}="{escape(lang)}" {kind[1]}="none"/></style:style>'
        )


def _parts(report: Report) -> Iterator[str]:
    yield _p(report.title, "Title")
    yield _p(report.about, "Subtitle")
    for name, value in report.facts:
        yield f'<text:p text:style-name="Standard"><text:span text:style-name="vet">{escape(name)}: </text:span>{escape(value)}</text:p>'
    for nth, block in enumerate(report.blocks):
        yield from _part(block, nth)


def _p(text: str, style: str = "Text_20_body") -> str:
    return f'<text:p text:style-name="{escape(style)}">{escape(text)}</text:p>'


def _part(block: Block, nth: int) -> Iterator[str]:
    if block.kind == "heading":
        level = block.level - 1
        yield f'<text:h text:style-name="Heading_20_{level}" text:outline-level="{level}">{escape(block.text)}</text:h>'
    elif block.kind == "list":
        yield f"<text:list>{''.join(f'<text:list-item>{_p(line)}</text:list-item>' for line in block.lines)}</text:list>"
    elif block.kind == "table":
        yield _p(block.text, "kop")
        yield _table(block, nth)
        yield _p("", "klein")
    elif block.kind == "quote":
        yield _p(block.text, block.lang)
        if block.dutch:
            yield _p(f"In het Nederlands: {block.dutch}", "nl")
        yield _p(block.by, "klein")
    else:
        yield _p(block.text)


def _table(block: Block, nth: int) -> str:
    def row(cells: tuple[str, ...], looks: tuple[str, str]) -> str:
        words = (_p(cell, looks[place in block.numbers] if place else "kop") for place, cell in enumerate(cells))
        made = (f'<table:table-cell table:style-name="vak" office:value-type="string">{each}</table:table-cell>' for each in words)
        return f"<table:table-row>{''.join(made)}</table:table-row>"

    head = f"<table:table-header-rows>{row(tuple(block.columns), ('kop', 'kopgetal'))}</table:table-header-rows>"
    rows = "".join(row(tuple(cells), ("klein", "getal")) for cells in block.rows)
    columns = f'<table:table-column table:number-columns-repeated="{len(block.columns)}"/>'
    return f'<table:table table:name="Tabel {nth}"><table:title>{escape(block.text)}</table:title>{columns}{head}{rows}</table:table>'
