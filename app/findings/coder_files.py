"""Room findings: a coder's own file, csv or xlsx: read within bounds, every wrong cell named, and turned into decisions all at once or not at all."""

import csv
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any

from sqlalchemy import Connection, insert

from app.acts import NOTHING, REST, Place
from app.findings.codebook import Entry, frozen_now
from app.findings.deciding import Deciding, as_name, changed_since, new_key, statements_in
from app.findings.requests import alone
from app.findings.themes import ThemesNow
from app.findings.words import an_id
from app.forms import printable
from app.i18n import N_
from app.models.tables import ACT
from app.workbooks import MOST_ROWS, TEXT, Unreadable, sheet_rows

NEEDED = ("id", "pillar", "theme")
MOST_COLUMNS, TOLD = 60, 20
KEY = re.compile(r"[a-z][a-z0-9_]{0,95}")
NOT_READ = N_("Dit bestand is niet te lezen. Kies een csv- of xlsx-bestand van hoogstens 2 MB, opgeslagen zonder wachtwoord.")
NO_FILE = N_("Kies eerst een bestand.")
NO_ROWS = N_("Er staan geen rijen onder de kop.")
MANY_ROWS = N_("Dit zijn meer dan 10.000 rijen. Knip het bestand in delen.")
NO_COLUMN = N_("Rij 1: de kolom “%(column)s” ontbreekt. De eerste rij noemt id, pillar en theme.")
NO_TEXT = N_("Rij %(row)s, kolom %(column)s: hier staat een formule, getal of datum. Maak er gewone tekst van.")
EMPTY = N_("Rij %(row)s, kolom %(column)s: is leeg.")
NO_ID = N_("Rij %(row)s, kolom id: “%(value)s” staat niet in de nieuwste ronde.")
TWICE = N_("Rij %(row)s, kolom id: “%(value)s” stond er al. Laat één rij over.")
NO_PILLAR = N_("Rij %(row)s, kolom pillar: “%(value)s” is geen pijler.")
ELSEWHERE = N_("Rij %(row)s, kolom theme: “%(value)s” hoort bij een andere pijler.")
NO_NAME = N_("Rij %(row)s, kolom theme: “%(value)s” kan geen naam van een thema zijn.")
FROZEN = N_("Rij %(row)s, kolom theme: “%(value)s” is een nieuw thema, en het codeboek is vastgezet.")
Problem = tuple[str, dict[str, str]]


@dataclass(frozen=True)
class Row:
    """One line of a coder's file; `number` as a spreadsheet counts, the heading is 1."""

    number: int
    id: str
    pillar: str
    theme: str


@dataclass(frozen=True)
class Plan:
    """What a file would change. `problems`: what has to be mended first; then nothing of it is done."""

    rows: list[Row]
    problems: list[Problem]
    moves: dict[str, tuple[Place, Place]]  # statement -> from, to
    accepts: dict[str, Place]
    new: dict[Place, str]  # themes that are made, with their name; the key of a name that is not a key follows when they are
    same: int

    @property
    def is_empty(self) -> bool:
        return not self.moves and not self.accepts

    def moved(self) -> dict[tuple[Place, Place], int]:
        """How many statements go from where to where, the most first."""
        found: dict[tuple[Place, Place], int] = {}
        for way in self.moves.values():
            found[way] = found.get(way, 0) + 1
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


# ------------------------------------------------------------------------------------------- read
def read_codes(name: str, content: bytes) -> tuple[list[Row], list[Problem]]:
    """The rows of a file, or what is wrong with it. Only the three columns are looked at, wherever they stand."""
    if not content:
        return [], [(NO_FILE, {})]
    try:
        cells = _sheet(content) if content[:2] == b"PK" else _csv(content)
    except Exception:  # noqa: BLE001  # what a broken file makes a library raise has no common name
        return [], [(NOT_READ, {})]
    heading = [str(cell).strip().casefold() for cell in cells[0]] if cells else []
    if missing := [column for column in NEEDED if column not in heading]:
        return [], [
            (NO_COLUMN, {"column": missing[0]}) if len(missing) < len(NEEDED) or not name.endswith((".xls", ".ods")) else (NOT_READ, {})
        ]
    at = [heading.index(column) for column in NEEDED]
    lines = [(number, [line[place] if place < len(line) else "" for place in at]) for number, line in enumerate(cells[1:], 2)]
    lines = [(number, line) for number, line in lines if any(cell is None or cell for cell in line)]
    if not lines or len(lines) > MOST_ROWS:
        return [], [(MANY_ROWS if lines else NO_ROWS, {})]
    problems = [
        (NO_TEXT, {"row": str(number), "column": NEEDED[nth]}) for number, line in lines for nth, cell in enumerate(line) if cell is None
    ]
    return [Row(number, *(" ".join(printable(str(cell)).split()) for cell in line)) for number, line in lines], problems[:TOLD]


def _sheet(content: bytes) -> list[list[Any]]:
    """The cells as text; None for what is no text but must not be taken for one."""
    return [
        ["" if cell.value is None else str(cell.value) if cell.data_type in TEXT else None for cell in row]
        for row in sheet_rows(content, columns=MOST_COLUMNS)
    ]


def _csv(content: bytes) -> list[list[Any]]:
    if b"\0" in content:
        raise Unreadable("NUL")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")  # as a spreadsheet in Dutch saves it
    first = text.partition("\n")[0]
    between = max(";,\t", key=first.count)
    return [
        row[:MOST_COLUMNS] for row, _ in zip(csv.reader(StringIO(text, newline=""), delimiter=between), range(MOST_ROWS + 2), strict=False)
    ]


def as_text(rows: Sequence[Row]) -> str:
    """Rows as the form that confirms them carries them."""
    return "\n".join(f"{row.number}\t{row.id}\t{row.pillar}\t{row.theme}" for row in rows)


def from_text(text: str) -> list[Row]:
    """The same back; lines that are none are left out, and then the plan says what is missing."""
    lines = [line.split("\t") for line in text.splitlines()[:MOST_ROWS]]
    return [
        Row(int(line[0]), *line[1:]) for line in lines if len(line) == 4 and line[0].isascii() and line[0].isdigit() and len(line[0]) < 8
    ]


# ------------------------------------------------------------------------------------------- what it would change
@dataclass(frozen=True)
class Known:
    """What a row is held against: the newest run as people left it, the codebook, the pillars, and whether new themes may be made."""

    now: ThemesNow
    entries: Mapping[Place, Entry]
    pillars: Mapping[str, str]
    frozen: bool

    @property
    def labels(self) -> dict[Place, str]:
        """Every theme that a statement can go to, with its name."""
        found = {theme.place: theme.label for theme in self.now.themes if not theme.is_rest}
        return {place: entry.label for place, entry in self.entries.items() if place[1] != NOTHING} | found


def plan_of(rows: Sequence[Row], known: Known) -> Plan:
    """Every row beside how it is now. A theme may stand there by its key or by its name; one that nobody knows is made."""
    at, labels = {said.id: said for said in known.now.statements}, known.labels
    plan, seen, same = Plan(list(rows), [], {}, {}, {}, 0), set[str](), 0
    for row in rows:
        wrong, to = _wrong(row, at, seen, known.pillars), ("", "")
        seen.add(row.id)
        if not wrong:
            wrong, to = _place(row, known, labels, plan.new)
        if wrong:
            column = next((column for column in NEEDED if not getattr(row, column)), "theme")
            value = row.id if wrong in {NO_ID, TWICE} else row.pillar if wrong == NO_PILLAR else row.theme
            plan.problems.append((wrong, {"row": str(row.number), "column": column, "value": value[:60]}))
            continue
        said = at[row.id]
        stands = (said.place[0], NOTHING) if said.excluded else said.place
        if stands != to and not (said.excluded and to[1] == NOTHING):
            plan.moves[row.id] = (stands, to)
        elif said.excluded or row.id in known.now.decisions.accepted:
            same += 1
        else:
            plan.accepts[row.id] = to
    return replace(plan, problems=plan.problems[:TOLD], same=same)


def _wrong(row: Row, at: Mapping[str, Any], seen: Collection[str], pillars: Mapping[str, str]) -> str:
    if not all((row.id, row.pillar, row.theme)):
        return EMPTY
    if an_id(row.id) not in at:
        return NO_ID
    if row.id in seen:
        return TWICE
    return "" if row.pillar in pillars else NO_PILLAR


def _place(row: Row, known: Known, labels: Mapping[Place, str], new: dict[Place, str]) -> tuple[str, Place]:
    """What has to be mended, or where the row puts its statement; what is to be made is added to `new`."""
    decided, place = known.now.decisions, (row.pillar, row.theme)
    if row.theme in {REST, NOTHING}:
        return "", place
    if place in labels or place in decisions_about(known.now):
        return "", decided.place_of(place)
    by_name = [other for other, label in labels.items() if label.casefold() == row.theme.casefold()]
    if mine := [other for other in by_name if other[0] == row.pillar]:
        return "", mine[0]
    if by_name or any(other[1] == row.theme for other in (*labels, *decisions_about(known.now))):
        return ELSEWHERE, place
    label = as_name(row.theme.replace("_", " ").capitalize() if KEY.fullmatch(row.theme) else row.theme)
    is_name = label != "" and any(sign.isalnum() for sign in label)
    if is_name and not known.frozen:
        new.setdefault(place, label)
    return "" if is_name and not known.frozen else FROZEN if is_name else NO_NAME, place


def decisions_about(now: ThemesNow) -> set[Place]:
    """Themes that people made, merged or retired, whether or not this run has them."""
    return {*now.decisions.merged, *now.decisions.retired, *now.decisions.made}


# ------------------------------------------------------------------------------------------- done
def take_plan(connection: Connection, deciding: Deciding, rows: Sequence[Row], known: Known) -> tuple[Plan, int | None]:
    """In a transaction of writing(): look again now that nobody else can write; all of it, or nothing and None.

    Nothing is done when a row is wrong by now, or somebody else decided about one of these statements since the page was shown.
    """
    alone(connection, ACT)
    plan = plan_of(rows, replace(known, frozen=frozen_now(connection) is not None))
    ids = {*plan.moves, *plan.accepts}
    changed = changed_since(
        known.now.acts, deciding.seen, deciding.actor, lambda act: bool(ids & {*statements_in(act)}) or act.statement_id is None
    )
    if plan.problems or changed:
        return plan, None
    keys = {place: _make(connection, deciding, place, label) for place, label in plan.new.items()}
    labels = known.labels | {keys[place]: label for place, label in plan.new.items()}
    acts = [_act(deciding, "accept", at, id_, {"was": labels.get(at, at[1])}) for id_, at in plan.accepts.items()]
    for id_, (at, to) in plan.moves.items():
        into = keys.get(to, to)
        payload = {"was": labels.get(at, at[1]), "pillar": into[0], "theme": into[1], "label": labels.get(into, "")}
        acts.append(_act(deciding, "move", at, id_, payload))
    if acts:
        connection.execute(insert(ACT), acts)
    return plan, len(acts)


def _make(connection: Connection, deciding: Deciding, place: Place, label: str) -> Place:
    made = place if KEY.fullmatch(place[1]) else (place[0], new_key(connection, label))
    connection.execute(insert(ACT), [_act(deciding, "new", made, None, {"was": label, "label": label})])
    return made


def _act(deciding: Deciding, kind: str, place: Place, statement_id: str | None, payload: dict[str, Any]) -> dict[str, Any]:
    about = {"kind": kind, "pillar": place[0], "theme": place[1], "statement_id": statement_id, "payload": payload}
    return {"at": deciding.settings.clock(), "actor": deciding.actor, "run_id": deciding.run_id, **about}
