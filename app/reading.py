"""Shared floor: what may be read of a statement: numbers and codes masked, and names and places hidden until a person has decided."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select

from app.i18n import SOURCE, date_text
from app.models.tables import REDACTION, STATEMENT

AT_ONCE = 5_000  # ids in one question to the database
ACCEPTED = "accepted"


@dataclass(frozen=True)
class Proposal:
    """A name or a place, as the computer thinks: where it stands in the masked text."""

    kind: str
    start: int
    end: int


def readable(connection: Connection, statement_ids: Iterable[str]) -> dict[str, str]:
    """The text of each statement as it may be read now, by anybody: pages, exports, quotes, and the analysis itself.

    Numbers and codes are masked. Names and places are hidden as a person decided; where nobody did yet, or the words changed since, every
    proposal is hidden. Of what was erased it tells the day. Ids that do not exist are left out. Nobody reads STATEMENT.text in another way.
    """
    return {
        id_: erased_words(erased_on) if erased_on else kept if accepted else hidden_text(said)
        for id_, said, kept, accepted, erased_on in _texts(connection, statement_ids)
    }


def erased_words(day: date) -> str:
    """What stands in the place of a text that was erased, in Dutch as every text of ours in an export."""
    return f"tekst gewist op {date_text(day, SOURCE)}"


def accepted_words(connection: Connection, statement_ids: Iterable[str]) -> dict[str, str]:
    """The same, only of the statements of which a person decided what may be read, in the words that they have now."""
    return {id_: kept for id_, _, kept, accepted, _ in _texts(connection, statement_ids) if accepted}


def is_accepted(connection: Connection, statement_ids: Iterable[str]) -> set[str]:
    """Those of these statements of which a person decided what may be read."""
    return set(accepted_words(connection, statement_ids))


def _texts(connection: Connection, statement_ids: Iterable[str]) -> Iterator[tuple[str, str, str, bool, date | None]]:
    """Of each statement: its id, what was said, what a person left of it, whether that still belongs to what was said, when it was erased."""
    redacted = (REDACTION.c.text.label("kept"), REDACTION.c.state, REDACTION.c.source_hash)
    columns = (STATEMENT.c.id, STATEMENT.c.text, STATEMENT.c.erased_on, *redacted)
    asked = select(*columns).outerjoin(REDACTION, REDACTION.c.statement_id == STATEMENT.c.id)
    ids = list(dict.fromkeys(statement_ids))
    for start in range(0, len(ids), AT_ONCE):
        for row in connection.execute(asked.where(STATEMENT.c.id.in_(ids[start : start + AT_ONCE]))):
            accepted = row.state == ACCEPTED and row.source_hash == hash_of(row.text)
            yield row.id, row.text, row.kept or "", accepted, row.erased_on


def hash_of(said: str) -> str:
    """What a redaction belongs to: when the words change, it no longer holds."""
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def masked(said: str) -> str:
    """Numbers and codes of persons out; names may still stand in it, so this alone is never shown outside the redaction queue."""
    from analysis.privacy import mask  # noqa: PLC0415  # only when words are read

    return str(mask(said)[0])


@lru_cache(maxsize=20_000)
def proposals(text: str) -> tuple[Proposal, ...]:
    """The names and places that a masked text seems to hold, in their order."""
    from analysis.names import propose  # noqa: PLC0415  # its lists are read only when words are

    return tuple(Proposal(str(span["kind"]), int(span["start"]), int(span["end"])) for span in propose(text))


def hidden(text: str, spans: Sequence[Proposal]) -> str:
    """A masked text with a mark such as [naam] in the place of each of these spans."""
    from analysis.names import hide  # noqa: PLC0415  # as above

    return str(hide(text, [as_kept(span) for span in spans]))


def hidden_text(said: str) -> str:
    """What may be read of words that nobody looked at yet: everything that may be personal is hidden."""
    text = masked(said)
    return hidden(text, proposals(text))


def as_kept(span: Proposal) -> Any:
    return {"kind": span.kind, "start": span.start, "end": span.end}
