"""Room findings: a report as a file: one accessible HTML page, a text for Word or LibreOffice, or a PDF that is read aloud well."""

import io
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from app.cells import storable
from app.findings.report_blocks import Block, Report
from app.layout.assets import STATIC

FORMATS = {
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
}
HERE = Path(__file__).parent
PICTOGRAM = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff](?:[\ufe0e\ufe0f\u200d\u20e3]|[\u2640\u2642\U0001f3fb-\U0001f3ff])*")
FONTS = ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSansArabic-Regular.ttf", "NotoSansArabic-Bold.ttf")


def report_file(report: Report, format: str) -> bytes:  # noqa: A002  # the word of the command's option
    """The same report is the same bytes. Raises ValueError with a sentence when it cannot be made."""
    report = storable_report(report)
    if format == "html":
        return _page().render(report=report).encode()
    if format == "docx":
        from app.findings.report_docx import docx_parts  # noqa: PLC0415  # costs start-up that only a report needs

        return _zipped(docx_parts(report))
    if format == "odt":
        from app.findings.report_odt import odt_parts  # noqa: PLC0415  # as above

        return _zipped(odt_parts(report))
    return _pdf(report)


def storable_report(report: Report) -> Report:
    """Without marks that no document may hold."""
    told = asdict(report)

    def clean(value: object) -> object:
        if isinstance(value, str):
            return storable(value)
        if isinstance(value, Mapping):
            return {name: clean(each) for name, each in value.items()}
        return tuple(clean(each) for each in value) if isinstance(value, list | tuple) else value

    blocks = [Block(**clean(block)) for block in told.pop("blocks")]  # type: ignore[arg-type]  # the same fields with cleaner text
    return Report(blocks=blocks, **clean(told))  # type: ignore[arg-type]  # as above


@cache
def _page() -> Template:
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, loader=FileSystemLoader(HERE)).get_template(
        "report.html"
    )


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    """A package with one date for all; what says which kind it is comes first and unpacked."""
    packed = io.BytesIO()
    with ZipFile(packed, "w") as out:
        for name in sorted(parts, key=lambda part: (part not in {"mimetype", "[Content_Types].xml"}, part)):
            entry = ZipInfo(name)
            entry.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
            out.writestr(entry, parts[name])
    return packed.getvalue()


def _pdf(report: Report) -> bytes:
    """Our own fonts alone; a letter that they lack is an error, a pictogram is told in a word."""
    import typst  # noqa: PLC0415  # 80 MB that only what is printed needs

    if missing := [name for name in FONTS if not (STATIC / "vendor" / name).is_file()]:
        raise ValueError(f"the fonts {', '.join(missing)} are not there: build Wijkstem again with `python3 go.py setup`")
    told = {**asdict(report), "blocks": [asdict(block) | {"numbers": sorted(block.numbers)} for block in report.blocks]}
    words = PICTOGRAM.sub("[plaatje]", json.dumps(told, ensure_ascii=False))
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(STATIC / "vendor")])
    try:
        pdf, _ = typst.compile_with_warnings(
            (HERE / "report.typ").read_bytes(),
            font_paths=fonts,
            sys_inputs={"report": words},
            format="pdf",
            pdf_standards="ua-1",
            timestamp=0,
        )
    except typst.TypstError as wrong:
        raise ValueError(f"this report cannot be made as PDF ({wrong.message}): choose html, docx or odt") from None
    return bytes(pdf)
