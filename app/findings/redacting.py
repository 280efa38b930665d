"""Room findings: the queue of texts that wait for a person to say what may be read: proposals, what is hidden, what was accepted."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from app.findings.requests import alone
from app.i18n import N_
from app.models.tables import CONTRIBUTION, REDACTION, STATEMENT
from app.reading import ACCEPTED, Proposal, as_kept, hash_of, hidden, masked, proposals
from app.settings import Settings

MORE = "eigen"  # the kind of what a person hid that nobody proposed
MARK = {"eigen": "naam"}
NOT_THERE = N_("“%(words)s” staat zo niet in de tekst. Neem de woorden precies over, ook hoofdletters.")
PAGE = 20


@dataclass(frozen=True)
class Waiting:
    """A text of which nobody yet decided what may be read, or whose words changed since."""

    id: str
    lang: str
    source: str
    area: str | None
    said: str = field(repr=False)
    kept: tuple[dict[str, Any], ...] = ()
    settled_by: str = ""
    place: str = ""  # which the table wrote beside it, masked

    @cached_property
    def hash(self) -> str:
        return hash_of(self.said)

    @cached_property
    def masked(self) -> str:
        return masked(self.said)

    @cached_property
    def proposed(self) -> tuple[Proposal, ...]:
        return proposals(self.masked)


def texts_of_queue(connection: Connection, *, done: bool = False, source: str = "", lang: str = "", only: str = "") -> list[Waiting]:
    """What waits (or with `done`: what a person accepted), those with proposals first and then in the order of their id."""
    columns = (STATEMENT.c.id, STATEMENT.c.lang, STATEMENT.c.source, STATEMENT.c.area, STATEMENT.c.text)
    kept = (REDACTION.c.source_hash, REDACTION.c.state, REDACTION.c.spans, REDACTION.c.settled_by, CONTRIBUTION.c.place_note)
    asked = select(*columns, *kept).outerjoin(REDACTION, REDACTION.c.statement_id == STATEMENT.c.id)
    asked = asked.outerjoin(CONTRIBUTION, CONTRIBUTION.c.statement_id == STATEMENT.c.id)
    asked = asked.where(STATEMENT.c.erased_on.is_(None))
    for column, wanted in ((STATEMENT.c.source, source), (STATEMENT.c.lang, lang), (STATEMENT.c.id, only)):
        asked = asked.where(column == wanted) if wanted else asked
    found = []
    for row in connection.execute(asked.order_by(STATEMENT.c.id)):
        accepted = row.state == ACCEPTED and row.source_hash == hash_of(row.text)
        if only or accepted == done:
            spans, by = (tuple(row.spans), row.settled_by) if accepted else ((), "")
            found.append(Waiting(row.id, row.lang, row.source, row.area, row.text, spans, by, masked(row.place_note or "")))
    return sorted(found, key=lambda each: (not each.proposed, each.id))


def waiting_count(connection: Connection) -> int:
    """How many texts wait: compared by their words, so that a changed text waits again."""
    asked = select(STATEMENT.c.text, REDACTION.c.state, REDACTION.c.source_hash).where(STATEMENT.c.erased_on.is_(None))
    rows = connection.execute(asked.outerjoin(REDACTION, REDACTION.c.statement_id == STATEMENT.c.id))
    return sum(not (row.state == ACCEPTED and row.source_hash == hash_of(row.text)) for row in rows)


def places_of(text: str, words: str) -> list[Proposal]:
    """Everywhere that these words stand in a masked text, exactly so."""
    found, start = [], text.find(words)
    while start >= 0:
        found.append(Proposal(MORE, start, start + len(words)))
        start = text.find(words, start + len(words))
    return found


def place_told(place: str, said: str, spans: Sequence[Mapping[str, Any]]) -> str:
    """The place beside an accepted text: whatever a person hid in the text, whole or word by word, is hidden in it, and every proposal."""
    text, there = masked(said), masked(place)
    phrases = [text[span["start"] : span["end"]] for span in spans if span["hidden"]]
    words = {re.escape(part) for phrase in phrases for part in (phrase, *re.findall(r"\w{3,}", phrase)) if part}
    again = [Proposal(MORE, *found.span()) for each in words for found in re.finditer(each, there, re.IGNORECASE)]
    return hidden(there, joined((*proposals(there), *again)))


def joined(spans: Iterable[Proposal]) -> list[Proposal]:
    """Spans that overlap become one, so that nothing of either is left standing; it has the kind of the first."""
    found: list[Proposal] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if found and span.start < found[-1].end:
            found[-1] = Proposal(found[-1].kind, found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(Proposal(MARK.get(span.kind, span.kind), span.start, span.end))
    return found


def accept(connection: Connection, settings: Settings, by: str, text: Waiting, hide: Sequence[Proposal], more: Sequence[Proposal]) -> None:
    """Keep what may be read of one text from now on. In a transaction of writing(), after looking that its words are still these."""
    spans = [{**as_kept(span), "hidden": span in hide} for span in text.proposed] + [{**as_kept(span), "hidden": True} for span in more]
    connection.execute(delete(REDACTION).where(REDACTION.c.statement_id == text.id))
    connection.execute(
        insert(REDACTION).values(
            statement_id=text.id, source_hash=text.hash, text=hidden(text.masked, joined((*hide, *more))), spans=spans,
            state=ACCEPTED, settled_by=by[:64], settled_at=settings.clock(),
        )
    )  # fmt: skip


def text_now(connection: Connection, id_: str) -> Waiting | None:
    """One text as it is at this moment, while nobody else decides about any."""
    alone(connection, REDACTION)
    found = texts_of_queue(connection, only=id_) if id_ else []
    return found[0] if found else None
