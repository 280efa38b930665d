"""Room findings: quotes: a statement that a person cleared in exactly these words, from a theme that enough people named."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from app.acts import Place
from app.areas import Programme
from app.findings.released import last_moment
from app.findings.runs import newest_run
from app.findings.shares import Figures
from app.findings.themes import ThemesNow
from app.findings.translating import Dutch, dutch_of
from app.i18n import N_, SOURCE
from app.models.answers import SESSIONS
from app.models.tables import EVIDENCE, FINDING, QUOTE, STATEMENT
from app.reading import accepted_words

NOT_LOOKED_AT = N_("Kijk dit antwoord eerst na: staan er nog namen of plaatsen in?")
NOT_PLACED = N_("Dit antwoord staat in geen enkel thema van de laatste analyse. Deel het eerst in, of draai de analyse opnieuw.")
TOO_FEW = N_(
    "Te weinig mensen noemen het thema van dit antwoord. Wie dit zei, is dan misschien te herkennen. Gebruik het daarom niet als citaat."
)
IN_USE = N_("Dit citaat staat in een gepubliceerde bevinding. Trek die bevinding eerst terug.")


@dataclass(frozen=True)
class Heard:
    """What was heard: a run as people left it, with the figures that left, or may."""

    run: Any
    now: ThemesNow
    figures: dict[Place, Figures]

    def refusal(self, statement_id: str, source: str) -> str:
        """Why these words may not be quoted for who said them: "" when enough people named the same."""
        place = self.now.place_of.get(statement_id)
        if place is None:
            return NOT_PLACED
        told = self.figures[place]
        named = (told.contributions,) if source in SESSIONS else (told.n, told.open_link, told.desk)
        return "" if any(named) else TOO_FEW


@dataclass(frozen=True)
class Quoted:
    """A quote that was cleared; `holds` while these are still the words that may be read, and `dutch` what a person made of them."""

    statement_id: str
    text: str
    lang: str
    source: str
    cleared_by: str
    cleared_at: datetime
    holds: bool
    dutch: Dutch | None = None


def newest_heard(connection: Connection, programme: Programme) -> Heard | None:
    """What findings and quotes rest on: the last figures over everything that left."""
    try:
        moment = last_moment(connection, programme, newest_run(connection, ""))
    except LookupError:
        return None
    return Heard(moment.run, moment.now, moment.figures)


def quotes_cleared(connection: Connection, statement_ids: Iterable[str] | None = None, *, lock: bool = False) -> dict[str, Quoted]:
    """What was cleared, of these statements or of all, by the id of the statement. With `lock` nobody takes one back meanwhile."""
    asked = select(QUOTE, STATEMENT.c.lang, STATEMENT.c.source).join(STATEMENT, STATEMENT.c.id == QUOTE.c.statement_id)
    if statement_ids is not None:
        asked = asked.where(QUOTE.c.statement_id.in_(list(statement_ids)))
    rows = connection.execute((asked.with_for_update(of=QUOTE) if lock else asked).order_by(QUOTE.c.statement_id)).all()
    words = accepted_words(connection, [row.statement_id for row in rows])
    dutch = dutch_of(connection, [row.statement_id for row in rows if row.lang != SOURCE])
    return {
        row.statement_id: Quoted(
            row.statement_id, row.text, row.lang, row.source, row.cleared_by, row.cleared_at,
            holds=words.get(row.statement_id) == row.text, dutch=dutch.get(row.statement_id),
        )
        for row in rows
    }  # fmt: skip


def clear_quote(connection: Connection, heard: Heard | None, statement_id: str, *, by: str, at: datetime) -> str:
    """Keep the words as they may be read now; the sentence that says why not, or "". Raises LookupError for a statement that is not there."""
    source = connection.execute(select(STATEMENT.c.source).where(STATEMENT.c.id == statement_id).with_for_update()).scalar()
    if source is None:
        raise LookupError(statement_id)
    words = accepted_words(connection, [statement_id]).get(statement_id)
    if words is None:
        return NOT_LOOKED_AT
    if reason := heard.refusal(statement_id, source) if heard else NOT_PLACED:
        return reason
    connection.execute(delete(QUOTE).where(QUOTE.c.statement_id == statement_id))
    connection.execute(insert(QUOTE).values(statement_id=statement_id, text=words, cleared_by=by, cleared_at=at))
    return ""


def take_back_quote(connection: Connection, statement_id: str) -> str:
    """No longer cleared; the sentence that says why not, or ""."""
    quotes_cleared(connection, [statement_id], lock=True)
    used = (
        select(EVIDENCE.c.id)
        .join(FINDING, FINDING.c.id == EVIDENCE.c.finding_id)
        .where(EVIDENCE.c.statement_id == statement_id, FINDING.c.status == "published")
    )
    if connection.execute(used).first():
        return IN_USE
    connection.execute(delete(QUOTE).where(QUOTE.c.statement_id == statement_id))
    return ""
