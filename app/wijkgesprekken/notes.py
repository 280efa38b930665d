"""Room wijkgesprekken: what was said at a table: each note is one statement, kept, mended and removed together with its words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from app.answer_check import LINE_ENDS, UNKEEPABLE, Problem
from app.areas import Programme
from app.forms import Typed, read_key, said
from app.i18n import LANGUAGES, N_
from app.models.base import random_id
from app.models.tables import CONTRIBUTION, QUOTE, STATEMENT
from app.models.wijkgesprekken import KINDS
from app.reading import masked
from app.settings import HERE

FIELDS = ("tekst", "taal", "pijler", "soort", "plek")
LONGEST = 2000
LONGEST_PLACE = 120
KIND_NAMES = dict(zip(KINDS, (N_("Probleem"), N_("Wens"), N_("Idee"), N_("Compliment"), N_("Vraag")), strict=True))

EMPTY = N_("Schrijf op wat er gezegd werd.")
TOO_LONG = N_("Dit is te lang: %(n)s letters. Er passen %(most)s letters. Maak er twee notities van.")
LONG_PLACE = N_("Dit is te lang: %(n)s letters. Er passen %(most)s letters. Noem alleen de straat of de plek.")
STRANGE = N_("Hierin staat een teken dat wij niet kunnen bewaren. Haal het weg.")
CHOOSE_LANGUAGE = N_("Kies de taal waarin u dit opschrijft.")
CHOOSE_PILLAR = N_("Kies waar dit over gaat. Past niets? Kies dan het laatste.")
CHOOSE_KIND = N_("Kies wat voor soort inbreng dit is.")
HOUSE_NUMBER = N_("Schrijf geen huisnummer op. Alleen de straat of de plek.")

STREET = (
    r"straat|weg|laan|plein|dijk|hof|kade|singel|pad|steeg|dreef|gracht|plantsoen|haven|ring|boulevard|allee|baan|burg|erf|hage|"
    r"horst|kamp|kwartier|markt|oord|park|poort|rijweg|veld|wal|zoom|street|road|lane"
)
BETWEEN = r"(?:\s+(?:van|de|der|den|het|ten|ter|[A-Z]\w*\.?)){0,4}"  # Laan der Verenigde Naties
STRANGE_SIGN = re.compile(f"{UNKEEPABLE.pattern}|[\x80-\x9f]")
NUMBERED_HOUSE = re.compile(rf"\b\w*(?i:{STREET})\b{BETWEEN}\s*,?\s*(?i:huisnummer|nummer|nr\.?|no\.?)?\s*\d|(?i:huisnummer|\bnr\.?)\s*\d")


@dataclass(frozen=True)
class Note:
    """One contribution as it was written down."""

    key: str
    text: str
    lang: str
    pillar: str
    kind: str
    place_note: str
    is_masked: bool = False

    @property
    def told(self) -> dict[str, Any]:
        """The columns of its statement that the writer decides."""
        return {"text": self.text, "lang": self.lang, "pillar_asked": self.pillar if self.pillar != "overig" else None}

    @property
    def beside(self) -> dict[str, Any]:
        return {"kind": self.kind, "place_note": self.place_note}


def check(typed: Typed, programme: Programme) -> tuple[Note, dict[str, Problem]]:
    """What was typed as a note, its numbers masked, and beside which fields something must be mended."""
    words, place = (LINE_ENDS.sub("\n", said(typed, name)).strip() for name in ("tekst", "plek"))
    kept, there = masked(words), masked(place)
    is_masked = (kept, there) != (words, place)
    note = Note(
        read_key(said(typed, "key")) or "", kept, said(typed, "taal"), said(typed, "pijler"), said(typed, "soort"), there, is_masked
    )
    looked_at = {
        "tekst": _amiss(words, kept, LONGEST, TOO_LONG) if words else Problem(EMPTY),
        "taal": None if note.lang in languages_of(programme) else Problem(CHOOSE_LANGUAGE),
        "pijler": None if note.pillar in {pillar.key for pillar in programme.pillars} else Problem(CHOOSE_PILLAR),
        "soort": None if note.kind in KINDS else Problem(CHOOSE_KIND),
        "plek": Problem(HOUSE_NUMBER) if NUMBERED_HOUSE.search(place) else _amiss(place, there, LONGEST_PLACE, LONG_PLACE),
    }
    return note, {name: problem for name, problem in looked_at.items() if problem}


def languages_of(programme: Programme) -> Sequence[str]:
    return [lang for lang in programme.languages if lang in LANGUAGES]


def _amiss(words: str, kept: str, longest: int, too_long: str) -> Problem | None:
    if not is_keepable(words):
        return Problem(STRANGE)
    return Problem(too_long, {"n": len(kept), "most": longest}) if len(kept) > longest else None


def is_keepable(text: str) -> bool:
    """Whether a text can be kept and shown: no control characters, of the second set neither, and no half letters."""
    return not STRANGE_SIGN.search(text)


def as_typed(typed: Typed, names: Sequence[str]) -> dict[str, str]:
    """What was typed, as it can stand in the form again."""
    return {name: STRANGE_SIGN.sub("\ufffd", said(typed, name)) for name in names}


# ------------------------------------------------------------------------------------------- keeping
def keep(connection: Connection, at: Any, table_no: int, note: Note, *, revision: int, who: str) -> tuple[str, str]:
    """Keep a note of this table, in a transaction that holds the wijkgesprek: what became of it, and its statement.

    "new"; "same": it was kept before; "changed"; "stale": the words that stand there are not those it was made from;
    "gone": it was removed meanwhile; "foreign": it belongs to another table.
    """
    standing = note_by_key(connection, note.key)
    if standing is None:
        return ("gone", "") if revision else ("new", _add(connection, at, table_no, note, who))
    if (standing.wijkgesprek_id, standing.table_no) != (at.id, table_no):
        return "foreign", ""
    if standing.erased_on:  # somebody asked for it: nothing is written over it
        return "gone", ""
    if all(getattr(standing, name) == value for name, value in (note.told | note.beside).items()):
        return "same", standing.id
    if standing.revision != revision:
        return "stale", standing.id
    _change(connection, standing, note, who)
    return "changed", standing.id


def _add(connection: Connection, at: Any, table_no: int, note: Note, who: str) -> str:
    statement = random_id("s")
    said_there = {
        "id": statement, "source": "wijkgesprek", "question": "inbreng", "channel": "oral", "stream": "", "area": at.area,
        "said_on": at.starts_at.astimezone(HERE).date(),
    }  # fmt: skip
    connection.execute(insert(STATEMENT).values(**said_there, **note.told))
    here = (CONTRIBUTION.c.wijkgesprek_id == at.id, CONTRIBUTION.c.table_no == table_no)
    seq = connection.execute(select(func.coalesce(func.max(CONTRIBUTION.c.seq), 0) + 1).where(*here)).scalar_one()
    place = {"statement_id": statement, "wijkgesprek_id": at.id, "key": note.key, "table_no": table_no, "seq": seq, "made_by": who}
    connection.execute(insert(CONTRIBUTION).values(**place, **note.beside))
    return statement


def _change(connection: Connection, standing: Any, note: Note, who: str) -> None:
    if standing.text != note.text:  # it was cleared to be quoted in exactly the words it had
        connection.execute(delete(QUOTE).where(QUOTE.c.statement_id == standing.id))
    connection.execute(update(STATEMENT).where(STATEMENT.c.id == standing.id).values(**note.told))
    after = {**note.beside, "made_by": who, "revision": standing.revision + 1}
    connection.execute(update(CONTRIBUTION).where(CONTRIBUTION.c.statement_id == standing.id).values(**after))


def remove(connection: Connection, wijkgesprek: str, table_no: int, key: str) -> str:
    """Remove a note of this table and its statement; its id, or "" when there is no such note here."""
    standing = note_by_key(connection, read_key(key) or "")
    if standing is None or (standing.wijkgesprek_id, standing.table_no) != (wijkgesprek, table_no):
        return ""
    connection.execute(delete(CONTRIBUTION).where(CONTRIBUTION.c.statement_id == standing.id))
    connection.execute(delete(STATEMENT).where(STATEMENT.c.id == standing.id))
    return str(standing.id)


# ------------------------------------------------------------------------------------------- reading
SPOKEN = (STATEMENT.c.id, STATEMENT.c.text, STATEMENT.c.lang, STATEMENT.c.pillar_asked, STATEMENT.c.erased_on)
WHOLE = select(*SPOKEN, CONTRIBUTION).join(CONTRIBUTION, CONTRIBUTION.c.statement_id == STATEMENT.c.id)


def note_by_key(connection: Connection, key: str) -> Any:
    return connection.execute(WHOLE.where(CONTRIBUTION.c.key == key)).first()


def notes_of(connection: Connection, wijkgesprek: str, table_no: int) -> Sequence[Any]:
    """What was said at one table, newest first."""
    here = (CONTRIBUTION.c.wijkgesprek_id == wijkgesprek, CONTRIBUTION.c.table_no == table_no)
    return connection.execute(WHOLE.where(*here).order_by(CONTRIBUTION.c.seq.desc(), STATEMENT.c.id)).all()


def counted(connection: Connection, wijkgesprek: str) -> dict[int, int]:
    """How many notes each table has."""
    rows = connection.execute(
        select(CONTRIBUTION.c.table_no, func.count())
        .where(CONTRIBUTION.c.wijkgesprek_id == wijkgesprek)
        .group_by(CONTRIBUTION.c.table_no)
        .order_by(CONTRIBUTION.c.table_no)
    )
    return {int(table_no): int(n) for table_no, n in rows}


def typed_again(row: Any) -> dict[str, list[str]]:
    """A note that is kept, as the fields of its form."""
    told = {"tekst": row.text, "taal": row.lang, "pijler": row.pillar_asked or "overig", "soort": row.kind, "plek": row.place_note}
    return {name: [value] for name, value in told.items()}
