"""Room findings: translations as a workbook that goes to a translator and comes back: bounded, whole or not at all, every mistake by row and column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from app.cells import AS_TYPED, fitting, is_right_to_left, storable
from app.findings.translating import Text, problem_in, tidy
from app.i18n import N_
from app.workbooks import MOST_ROWS, TEXT, sheet_rows, words_in

COLUMNS = {"id": 20, "taal": 6, "tekst": 60, "nederlands": 60}
NO_FILE = N_("Kies eerst het bestand dat u wilt terugsturen.")
NO_WORKBOOK = N_(
    "Dit is geen XLSX-bestand dat wij kunnen lezen, of het is veel te groot. Haal het bestand opnieuw op en vul alleen “nederlands” in."
)
OTHER_HEAD = N_("De eerste rij moet zijn: id, taal, tekst, nederlands. Haal het bestand opnieuw op.")
EMPTY = N_("Er staan geen teksten in dit bestand.")
NOT_TEXT = N_("Hier staat een formule, een getal of een datum. Maak er tekst van.")
UNKNOWN = N_("Deze tekst is er niet, of niet in deze taal. Haal de rij weg.")
TWICE = N_("Dit id staat ook in een rij erboven. Laat er één staan.")
OTHER_LANG = N_("Dit bestand hoort bij een andere taal.")
CHANGED = N_("De tekst is anders dan hier. Hij is intussen veranderd, of iemand typte erin. Haal het bestand opnieuw op.")
TAKEN = N_("%(name)s vertaalde deze tekst al, en anders. Maak de cel leeg, of verander de vertaling op de bladzijde.")


@dataclass(frozen=True)
class Wrong:
    """What must be mended in a file, and where; row 0 is the file itself."""

    row: int
    column: str
    sentence: str
    name: str = ""


@dataclass(frozen=True)
class Row:
    """One row of a file that came back."""

    number: int
    id: str
    lang: str
    words: str
    dutch: str


@dataclass(frozen=True)
class Taken:
    """What a file would change; nothing of it is used when something is wrong."""

    dutch: dict[str, tuple[Text, str]] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)


# ------------------------------------------------------------------------------------------- out
def workbook_of(texts: Sequence[Text]) -> bytes:
    """Every cell is text, whatever it looks like; Dutch that no longer holds goes along, and counts only when it is changed."""
    from xlsxwriter import Workbook  # noqa: PLC0415  # a quarter of a second that only this needs

    content = BytesIO()
    with Workbook(content, {"in_memory": True, **AS_TYPED}) as book:
        sheet, bold = book.add_worksheet("vertalen"), book.add_format({"bold": True})
        looks = [book.add_format({"text_wrap": True, "valign": "top", "num_format": "@", "reading_order": order}) for order in (1, 2)]
        for place, (name, width) in enumerate(COLUMNS.items()):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, name, bold)
        for number, text in enumerate(texts[:MOST_ROWS], 1):
            for place, cell in enumerate((text.id, text.lang, _shown(text), text.made.text if text.made else "")):
                sheet.write_string(number, place, fitting(storable(cell)), looks[is_right_to_left(cell)])
        sheet.freeze_panes(1, 1)
    return content.getvalue()


def _shown(text: Text) -> str:
    return fitting(storable(text.words))


# ------------------------------------------------------------------------------------------- back
def rows_in(content: bytes) -> tuple[list[Row], list[Wrong]]:
    """The rows of a file, and what keeps them from being read."""
    if not content:
        return [], [Wrong(0, "", NO_FILE)]
    try:
        lines = sheet_rows(content, columns=len(COLUMNS))
    except Exception:  # noqa: BLE001  # what a broken file makes a library raise has no common name
        return [], [Wrong(0, "", NO_WORKBOOK)]
    if [str(cell.value or "").strip() for cell in (lines or [[]])[0]] != list(COLUMNS):
        return [], [Wrong(1, "", OTHER_HEAD)]
    if len(lines) > MOST_ROWS + 1:
        return [], [Wrong(0, "", NO_WORKBOOK)]
    rows, wrong = [], []
    for number, line in enumerate(lines[1:], 2):
        if all(cell.value is None for cell in line):
            continue
        wrong += [Wrong(number, name, NOT_TEXT) for name, cell in zip(COLUMNS, line, strict=False) if _no_text(cell)]
        rows.append(Row(number, *([_said(cell) for cell in line] + [""] * len(COLUMNS))[: len(COLUMNS)]))
    return rows, wrong or ([] if rows else [Wrong(0, "", EMPTY)])


def _no_text(cell: Any) -> bool:
    return cell.value is not None and cell.data_type not in TEXT


def _said(cell: Any) -> str:
    return tidy(words_in(cell.value))


def take(rows: Sequence[Row], texts: Mapping[str, Text], lang: str, by: str) -> Taken:
    """Lay the rows beside the texts as they are now. Rows without Dutch, or with what stood there already, say nothing."""
    taken, seen = Taken(), set[str]()
    for row in rows:
        wrong = list(_misfit(row, texts.get(row.id), lang, by)) or ([Wrong(row.number, "id", TWICE)] if row.id in seen else [])
        taken.wrong.extend(wrong)
        seen.add(row.id)
        text = texts.get(row.id)
        if text and row.dutch and not wrong and not (text.made and text.made.text == row.dutch):
            taken.dutch[row.id] = (text, row.dutch)
    return taken


def _misfit(row: Row, text: Text | None, lang: str, by: str) -> list[Wrong]:
    if text is None:
        return [Wrong(row.number, "id", UNKNOWN)]
    found = [
        Wrong(row.number, column, sentence)
        for column, sentence, applies in (("taal", OTHER_LANG, row.lang != lang), ("tekst", CHANGED, row.words != tidy(_shown(text))))
        if applies
    ]
    if row.dutch and (problem := problem_in(row.dutch)):
        found.append(Wrong(row.number, "nederlands", problem))
    elif row.dutch and text.made and text.made.holds and text.made.made_by != by and text.made.text != row.dutch:
        found.append(Wrong(row.number, "nederlands", TAKEN, text.made.made_by))
    return found
