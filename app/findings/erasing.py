"""Room findings: somebody asks that her words are erased: they go everywhere, and what was counted with them stays counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, delete, func, or_, select, update

from app.codes import code_hash, read_code
from app.models.tables import (
    CODE_ENTRY,
    CONTRIBUTION,
    EVIDENCE,
    FINDING,
    PAGE,
    PLACEMENT,
    QUOTE,
    REDACTION,
    RESPONSE,
    STATEMENT,
    TRANSLATION,
)
from app.reading import readable
from app.settings import Settings

MARK = "[tekst gewist]"  # in the place of an answer, so that it still counts as given
LEAST = 12  # letters: a shorter text stands in many places by chance


@dataclass(frozen=True)
class Asked:
    """A statement that somebody asks to erase: what may be read of it, and where else its words stand."""

    id: str
    text: str
    lang: str
    source: str
    erased_on: date | None
    findings: Sequence[tuple[str, str]]  # id and title of those that quote it
    copied: Sequence[str]  # titles of findings and themes of the codebook in which somebody typed its words


@dataclass(frozen=True)
class Whole:
    """A whole response that somebody asks to erase: no words, only how much there is."""

    id: str
    finished: bool
    n_answers: int
    n_statements: int


# ------------------------------------------------------------------------------------------- look
def asked_for(connection: Connection, statement_id: str) -> Asked | None:
    row = connection.execute(select(STATEMENT).where(STATEMENT.c.id == statement_id)).first()
    if row is None:
        return None
    quoting = select(FINDING.c.id, FINDING.c.title).join(EVIDENCE, EVIDENCE.c.finding_id == FINDING.c.id)
    findings = connection.execute(quoting.where(EVIDENCE.c.statement_id == row.id, EVIDENCE.c.kind == "quote").order_by(FINDING.c.id)).all()
    text = readable(connection, [row.id])[row.id]
    copied = _copied(connection, [text, row.text]) if row.erased_on is None else []
    return Asked(row.id, text, row.lang, row.source, row.erased_on, [(id_, title) for id_, title in findings], copied)


def _copied(connection: Connection, texts: Sequence[str]) -> list[str]:
    """Where somebody of staff typed these very words; that text is hers to mend."""
    said = {" ".join(text.split()) for text in texts}
    found = []
    for title, *typed in (
        *connection.execute(select(FINDING.c.title, FINDING.c.title, FINDING.c.text).order_by(FINDING.c.id)),
        *connection.execute(select(CODE_ENTRY.c.label, CODE_ENTRY.c.definition, CODE_ENTRY.c.includes, CODE_ENTRY.c.excludes).order_by(CODE_ENTRY.c.pillar, CODE_ENTRY.c.theme)),
    ):  # fmt: skip
        words = " ".join(" ".join(typed).split())
        if any(len(text) >= LEAST and text in words for text in said):
            found.append(str(title))
    return list(dict.fromkeys(found))


def response_of(connection: Connection, settings: Settings, typed: str) -> Whole | None:
    """The response with this receipt code, wherever it was typed."""
    code = read_code(typed)
    if code is None:
        return None
    mine = RESPONSE.c.receipt_hash == code_hash(settings.key, code)
    row = connection.execute(select(RESPONSE.c.id, RESPONSE.c.state).where(mine)).first()
    if row is None:
        return None
    pages = connection.execute(select(PAGE.c.answers).where(PAGE.c.response_id == row.id)).scalars()
    n = connection.execute(select(func.count()).where(STATEMENT.c.response_id == row.id, STATEMENT.c.erased_on.is_(None))).scalar_one()
    return Whole(row.id, row.state == "finished", sum(len(answers) for answers in pages), n)


# ------------------------------------------------------------------------------------------- erase
def erase_statement(connection: Connection, statement_id: str, day: date) -> bool:
    """Erase the words of one statement and of the answer it came from; False when there is none, or they are gone already.

    Afterwards the files must be wiped: give it to the writer queue with `erases`.
    """
    row = connection.execute(select(STATEMENT).where(STATEMENT.c.id == statement_id).with_for_update()).first()
    if row is None or row.erased_on is not None:
        return False
    if row.response_id is not None:
        _empty_answer(connection, row)
    _erase_words(connection, [row.id], day)
    return True


def _empty_answer(connection: Connection, row: Any) -> None:
    pages = connection.execute(select(PAGE.c.page, PAGE.c.answers).where(PAGE.c.response_id == row.response_id)).all()
    for page, answers in pages:
        if row.question in answers:
            left = answers | {row.question: _emptied(answers[row.question], row)}
            mine = (PAGE.c.response_id == row.response_id, PAGE.c.page == page)
            connection.execute(update(PAGE).where(*mine).values(answers=left))


def _emptied(answer: Any, row: Any) -> Any:
    """Of a question that is asked per pillar only the words under this one go."""
    if not isinstance(answer, dict):
        return MARK
    return {pillar: MARK if row.pillar_asked == pillar or words == row.text else words for pillar, words in answer.items()}


def _erase_words(connection: Connection, ids: Sequence[str], day: date) -> None:
    for table in (REDACTION, QUOTE, TRANSLATION):
        connection.execute(delete(table).where(table.c.statement_id.in_(ids)))
    told = or_(EVIDENCE.c.kind == "quote", EVIDENCE.c.text != "")
    connection.execute(update(EVIDENCE).where(EVIDENCE.c.statement_id.in_(ids), told).values(text="", erased_on=day))
    connection.execute(update(CONTRIBUTION).where(CONTRIBUTION.c.statement_id.in_(ids)).values(place_note=""))
    connection.execute(update(PLACEMENT).where(PLACEMENT.c.statement_id.in_(ids)).values(reasons="", quote=False))
    connection.execute(update(STATEMENT).where(STATEMENT.c.id.in_(ids)).values(text="", erased_on=day))


def erase_response(connection: Connection, response_id: str, day: date) -> bool:
    """Erase every answer of a response. One that was sent stays as a count that nobody's device and no code leads to; else all of it goes."""
    row = connection.execute(select(RESPONSE.c.id, RESPONSE.c.state).where(RESPONSE.c.id == response_id).with_for_update()).first()
    if row is None:
        return False
    if row.state != "finished":
        connection.execute(delete(RESPONSE).where(RESPONSE.c.id == row.id))
        return True
    ids = list(connection.execute(select(STATEMENT.c.id).where(STATEMENT.c.response_id == row.id)).scalars())
    _erase_words(connection, ids, day)
    connection.execute(delete(PAGE).where(PAGE.c.response_id == row.id))
    unlinked = {"key": str(uuid4()), "receipt_hash": uuid4().hex}
    connection.execute(update(RESPONSE).where(RESPONSE.c.id == row.id).values(**unlinked))
    return True
