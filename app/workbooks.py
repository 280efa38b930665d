"""Shared floor: a workbook that somebody hands in, looked into before it is unpacked: size, ratio, rows, and no entities of XML."""

import re
import zipfile
from io import BytesIO
from typing import IO, Any, Final
from xml.sax.handler import ContentHandler

from defusedxml import sax  # type: ignore[import-untyped]  # it has no types

MOST_UNPACKED: Final = 16_000_000
MOST_RATIO: Final = 100
MOST_PARTS: Final = 60
MOST_ROWS: Final = 10_000
CHUNK: Final = 64 * 1024
BYTE_ORDERS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
LINE: Final = re.compile(r"\r\n?|_x000D_\n?")
TEXT: Final = {"s", "inlineStr", "str"}  # kinds of a cell that hold words; a formula, a number or a day is another


class Unreadable(ValueError):  # noqa: N818  # what whoever sent it mends
    """A file that cannot be taken at all; the message says why."""


def look_into(content: bytes) -> None:
    """Refuse a packed file that is more than it seems, before it is unpacked as a workbook."""
    with zipfile.ZipFile(BytesIO(content)) as packed:
        parts = packed.infolist()
        if len(parts) > MOST_PARTS or len({part.filename for part in parts}) < len(parts):
            raise Unreadable(f"it holds more than {MOST_PARTS} parts, or a part twice")
        size = sum(part.file_size for part in parts)
        if size > MOST_UNPACKED or size > MOST_RATIO * len(content):
            raise Unreadable("unpacked it is far larger than such a file")
        counter = Counter()
        for part in parts:
            with packed.open(part) as unpacked:
                _count(unpacked, counter)


class Counter(ContentHandler):
    """Counts rows and tags without building anything, and stops at too many."""

    rows = tags = 0

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802  # SAX's own name
        self.tags += 1
        if name.rpartition(":")[2] == "row":
            self.rows = max(self.rows + 1, int(attrs.get("r", "0")))
        if self.rows > MOST_ROWS or self.tags > 40 * MOST_ROWS:
            raise Unreadable(f"it holds more than {MOST_ROWS} rows")


def _count(part: IO[bytes], counter: Counter) -> None:
    """A workbook may give its parts any name: what begins as XML is looked at, and entities are refused."""
    chunk = part.read(CHUNK)
    if not chunk.lstrip().startswith((b"<", *BYTE_ORDERS)):
        return
    parser = sax.make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(counter)
    while chunk:
        parser.feed(chunk)
        chunk = part.read(CHUNK)
    parser.close()


def sheet_rows(content: bytes, *, columns: int) -> list[list[Any]]:
    """The cells of the first sheet of a workbook, at most MOST_ROWS below two headings. Raises Unreadable, or what a broken file makes a library raise."""
    from openpyxl import load_workbook  # noqa: PLC0415  # a quarter of a second that only this needs

    look_into(content)
    book = load_workbook(BytesIO(content), read_only=True, keep_links=False)
    sheet: Any = book.worksheets[0]
    sheet.reset_dimensions()  # what a file says of its size need not be so
    rows = [list(row) for row in sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=columns)]
    book.close()
    return rows


def words_in(value: object) -> str:
    """What stands in a cell, with one kind of line break."""
    return "" if value is None else LINE.sub("\n", str(value))
