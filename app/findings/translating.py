"""Room findings: what was said in another language, in the Dutch of a person: who wrote it, whether it still holds, and what waits."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, insert, select

from app.i18n import N_, SOURCE
from app.models.tables import STAFF, STATEMENT, TRANSLATION
from app.reading import AT_ONCE, hash_of, readable

LONGEST = 10_000
FOREIGN = and_(STATEMENT.c.lang != SOURCE, STATEMENT.c.erased_on.is_(None))
STRANGE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
NOTHING = N_("Schrijf eerst op wat er staat, in het Nederlands.")
LONG = N_("Een vertaling heeft hoogstens 10.000 tekens. Maak haar korter.")
UNREADABLE = N_("Hierin staat een teken dat wij niet kunnen bewaren. Haal het weg.")


@dataclass(frozen=True)
class Translated:
    """The Dutch of one statement; `holds` while the masked text is still the one that was translated."""

    text: str
    made_by: str
    made_at: datetime
    holds: bool


@dataclass(frozen=True)
class Text:
    """One text in another language as a translator may read it, and what somebody made of it: nothing of who said it, where or when."""

    id: str
    lang: str
    words: str
    made: Translated | None

    @property
    def waits(self) -> bool:
        return self.made is None or not self.made.holds

    @property
    def seen(self) -> str:
        """What stands in its form: of the words that are shown, and of the Dutch beside them."""
        dutch = f"{self.made.made_by}\n{self.made.text}" if self.made else ""
        return f"{hash_of(self.words)[:16]}.{hash_of(dutch)[:16]}"


@dataclass(frozen=True)
class Dutch:
    """What a quote says in Dutch; `role` for readers who may not know who made it, "" when that account is gone."""

    text: str
    made_by: str
    role: str


@dataclass(frozen=True)
class Count:
    """How far one language is: never translated, changed since, and done."""

    lang: str
    new: int
    changed: int
    done: int

    @property
    def waits(self) -> int:
        return self.new + self.changed


# ------------------------------------------------------------------------------------------- read
def translations_of(connection: Connection, statement_ids: Iterable[str]) -> dict[str, Translated]:
    """What people translated of these statements, by the id of the statement; what nobody translated is left out and is never Dutch."""
    rows = [
        row
        for some in _portions(statement_ids)
        for row in connection.execute(select(TRANSLATION).where(TRANSLATION.c.statement_id.in_(some)))
    ]
    words = readable(connection, [row.statement_id for row in rows])
    return {
        row.statement_id: Translated(row.text, row.made_by, row.made_at, holds=hash_of(words[row.statement_id]) == row.source_hash)
        for row in rows
    }


def _portions(ids: Iterable[str]) -> Iterable[list[str]]:
    once = list(dict.fromkeys(ids))
    return (once[start : start + AT_ONCE] for start in range(0, len(once), AT_ONCE))


def dutch_of(connection: Connection, statement_ids: Iterable[str]) -> dict[str, Dutch]:
    """The Dutch that holds, for who reads a quote."""
    made = {id_: each for id_, each in translations_of(connection, statement_ids).items() if each.holds}
    if not made:
        return {}
    asked = select(STAFF.c.name, STAFF.c.role).where(STAFF.c.name.in_({each.made_by for each in made.values()}))
    roles = {name: role for name, role in connection.execute(asked)}  # noqa: C416  # rows are not pairs to mypy
    return {id_: Dutch(each.text, each.made_by, roles.get(each.made_by, "")) for id_, each in made.items()}


def ids_in(connection: Connection, lang: str, *, translated: bool) -> list[str]:
    """Every statement in a language that somebody translated, or nobody did; in the order of the id, which says nothing of when."""
    known = select(TRANSLATION.c.statement_id)
    wanted = STATEMENT.c.id.in_(known) if translated else STATEMENT.c.id.not_in(known)
    asked = select(STATEMENT.c.id).where(STATEMENT.c.lang == lang, FOREIGN, wanted)
    return list(connection.execute(asked.order_by(STATEMENT.c.id)).scalars())


def counts(connection: Connection, langs: Sequence[str] = ()) -> list[Count]:
    """How far each language is, that of most statements first. `langs` stand in it also when nobody spoke them."""
    joined = STATEMENT.outerjoin(TRANSLATION, TRANSLATION.c.statement_id == STATEMENT.c.id)
    asked = select(STATEMENT.c.lang, func.count(), func.count(TRANSLATION.c.statement_id)).select_from(joined)
    found = {lang: (n, made) for lang, n, made in connection.execute(asked.where(FOREIGN).group_by(STATEMENT.c.lang))}
    stale = _stale(connection, {lang for lang, (_, made) in found.items() if made})
    every = [*found, *(lang for lang in langs if lang not in found and lang != SOURCE)]
    told = [(lang, *found.get(lang, (0, 0)), stale[lang]) for lang in every]
    return [Count(lang, n - made, old, made - old) for lang, n, made, old in sorted(told, key=lambda one: (-one[1], one[0]))]


def _stale(connection: Connection, langs: Iterable[str]) -> Counter[str]:
    """How many translations of each language belong to words that changed since."""
    found = Counter[str]()
    for lang in langs:
        made = translations_of(connection, ids_in(connection, lang, translated=True))
        found[lang] = sum(not each.holds for each in made.values())
    return found


def waiting_ids(connection: Connection, lang: str, person: str) -> list[str]:
    """What waits for this person: each has an order of her own, so that two who begin at once do not write about the same text."""
    made = translations_of(connection, ids_in(connection, lang, translated=True))
    waits = [*ids_in(connection, lang, translated=False), *(id_ for id_, each in made.items() if not each.holds)]
    return sorted(waits, key=lambda id_: own_place(id_, person))


def own_place(id_: str, person: str) -> str:
    return hashlib.sha256(f"{person} {id_}".encode()).hexdigest()


def texts_of(connection: Connection, statement_ids: Sequence[str], lang: str) -> list[Text]:
    """These statements as a translator reads them, in this order; those of another language, or that are not there, are left out."""
    there = {
        id_ for some in _portions(statement_ids)
        for id_ in connection.execute(select(STATEMENT.c.id).where(STATEMENT.c.id.in_(some), STATEMENT.c.lang == lang, FOREIGN)).scalars()
    }  # fmt: skip
    words, made = readable(connection, there), translations_of(connection, there)
    return [Text(id_, lang, words[id_], made.get(id_)) for id_ in statement_ids if id_ in there]


# ------------------------------------------------------------------------------------------- kept
def tidy(typed: str) -> str:
    """A text as it is kept: one kind of line break, nothing around it."""
    return typed.replace("\r\n", "\n").replace("\r", "\n").strip()


def problem_in(dutch: str) -> str:
    """The sentence that says what to mend in a translation; "" when it can be kept."""
    if not dutch:
        return NOTHING
    if len(dutch) > LONGEST:
        return LONG
    return UNREADABLE if STRANGE.search(dutch) else ""


def keep_translations(connection: Connection, dutch: Mapping[str, tuple[Text, str]], *, by: str, at: datetime) -> None:
    """Each text with its Dutch, in the place of what stood there. In a transaction of writing(), after looking that nobody was first."""
    for some in _portions(dutch):
        connection.execute(delete(TRANSLATION).where(TRANSLATION.c.statement_id.in_(some)))
    rows = [
        {"statement_id": id_, "text": said, "source_hash": hash_of(text.words), "made_by": by, "made_at": at}
        for id_, (text, said) in dutch.items()
    ]
    if rows:
        connection.execute(insert(TRANSLATION), rows)
