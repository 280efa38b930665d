"""Room findings: what is stated about what was heard: checked against its evidence, and kept with the figures and words of then."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.acts import Place
from app.areas import Programme
from app.findings.quotes import NOT_PLACED, Heard, Quoted, quotes_cleared
from app.findings.translating import Dutch
from app.forms import Typed, printable, said
from app.i18n import N_
from app.models.base import random_id
from app.models.tables import EVIDENCE, FINDING
from app.settings import HERE

MOST_OF_A_TITLE, MOST_OF_A_TEXT, MOST_EVIDENCE = 160, 4000, 40
IN_ORDER = FINDING.c.changed_at.desc(), FINDING.c.id
Row = dict[str, Any]
ID = re.compile(r"f[2-9a-z]{14}")
NO_TITLE = N_("Schrijf in één zin wat u zag. Dat is de titel.")
LONG_TITLE = N_("De titel heeft hoogstens 160 tekens. Maak hem korter.")
NO_TEXT = N_("Schrijf op wat dit betekent, en hoe zeker het is.")
LONG_TEXT = N_("De tekst heeft hoogstens 4000 tekens. Maak hem korter.")
NO_PILLAR = N_("Kies een pijler.")
OTHER_GOAL = N_("Dit doel hoort bij een andere pijler. Kies een doel van de gekozen pijler, of geen.")
NO_AREA = N_("Kies een wijk, of het hele gebied.")
NO_EVIDENCE = N_("Kies ten minste één thema of citaat waar deze bevinding op rust.")
MUCH_EVIDENCE = N_("Kies hoogstens 40 thema's en citaten.")
NO_THEME = N_("Een gekozen thema staat niet in de laatste analyse, of te weinig mensen noemen het. Kies een ander.")
NOT_CLEARED = N_("Een gekozen citaat is niet vrijgegeven, of niet meer in deze woorden. Haal het weg, of geef het opnieuw vrij.")
CHANGED_QUOTE = N_("Een citaat is niet meer vrijgegeven: de woorden, of wat ervan gelezen mag worden, zijn veranderd.")
NOT_SETTLED = N_("Niet elk thema is vastgesteld. Stel de thema's eerst vast, of haal ze weg.")
NOT_REVIEWED = N_("Laat de bevinding eerst nakijken.")
NOTHING_LEFT = N_("Er staat geen onderbouwing meer bij deze bevinding.")


@dataclass(frozen=True)
class Stated:
    """A finding as somebody typed it. `kept` are pieces of evidence that stood there already."""

    title: str = ""
    text: str = ""
    pillar: str = ""
    goal: str = ""
    area: str = ""
    kept: tuple[str, ...] = ()
    themes: tuple[Place, ...] = ()
    quotes: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, Any]:
        goal = int(self.goal) if self.goal else None
        return {"title": self.title, "text": self.text, "pillar": self.pillar, "goal": goal, "area": self.area or None}


@dataclass(frozen=True)
class Piece:
    """One piece of evidence of a finding that is kept; a quote is told only while it `holds`."""

    id: str
    kind: str
    pillar: str
    theme: str
    label: str
    figures: Mapping[str, Any]
    statement_id: str | None
    text: str
    lang: str
    run_id: str | None
    erased_on: date | None = None
    holds: bool = True
    dutch: Dutch | None = None

    @property
    def run_on(self) -> date:
        """The day of the analysis that the figures come from."""
        return date.fromisoformat(self.figures["run_on"])


@dataclass(frozen=True)
class Kept:
    """A finding with its evidence."""

    id: str
    title: str
    text: str
    pillar: str
    goal: int | None
    area: str | None
    status: str
    revision: int
    made_by: str
    made_at: datetime
    changed_at: datetime
    reviewed_by: str
    published_by: str
    published_on: date | None
    evidence: tuple[Piece, ...] = field(default=())

    @property
    def themes(self) -> list[Piece]:
        return [piece for piece in self.evidence if piece.kind == "theme"]

    @property
    def quotes(self) -> list[Piece]:
        return [piece for piece in self.evidence if piece.kind == "quote"]

    @property
    def as_stated(self) -> Stated:
        goal = "" if self.goal is None else str(self.goal)
        return Stated(self.title, self.text, self.pillar, goal, self.area or "", tuple(piece.id for piece in self.evidence))


def read_stated(typed: Typed) -> Stated:
    """What a form typed, on one line or with one kind of line break."""
    title = " ".join(printable(said(typed, "titel")).split())
    text = printable(said(typed, "tekst")).replace("\r\n", "\n").replace("\r", "\n")
    themes = tuple((pillar, key) for pillar, _, key in (value.partition("/") for value in dict.fromkeys(typed.get("thema", []))))
    kept, quotes = (tuple(dict.fromkeys(typed.get(name, []))) for name in ("bewijs", "citaat"))
    return Stated(title, text, said(typed, "pijler"), said(typed, "doel"), said(typed, "gebied"), kept, themes, quotes)


def check(
    stated: Stated, programme: Programme, heard: Heard | None, before: Sequence[Piece], cleared: Mapping[str, Quoted]
) -> dict[str, str]:
    """What has to be mended, by the name of the field; empty when it can be kept."""
    pillars = {pillar.key for pillar in programme.pillars}
    found = {
        "titel": NO_TITLE if not stated.title else LONG_TITLE if len(stated.title) > MOST_OF_A_TITLE else "",
        "tekst": NO_TEXT if not stated.text else LONG_TEXT if len(stated.text) > MOST_OF_A_TEXT else "",
        "pijler": "" if stated.pillar in pillars else NO_PILLAR,
        "doel": "" if stated.goal in goals_of(programme, stated.pillar) or stated.pillar not in pillars else OTHER_GOAL,
        "gebied": "" if stated.area in {"", *(wijk.key for wijk in programme.wijken)} else NO_AREA,
        "thema": _wrong_evidence(stated, heard, before),
        "citaat": _wrong_quotes(stated, heard, before, cleared),
    }
    return {name: wrong for name, wrong in found.items() if wrong}


def goals_of(programme: Programme, pillar: str) -> set[str]:
    return {""} | {str(goal.number) for goal in programme.goals if goal.pillar == pillar}


def may_rest_on(heard: Heard | None, place: Place) -> bool:
    """A theme that may be told by its name: it stands in the newest run, is no rest, and some figure of it may leave."""
    theme = heard.now.theme(*place) if heard else None
    return theme is not None and heard is not None and not theme.is_rest and heard.figures[place].is_shown


def _wrong_evidence(stated: Stated, heard: Heard | None, before: Sequence[Piece]) -> str:
    pieces = len(stated.kept) + len(stated.themes) + len(stated.quotes)
    if not pieces:
        return NO_EVIDENCE
    if pieces > MOST_EVIDENCE:
        return MUCH_EVIDENCE
    unknown = set(stated.kept) - {piece.id for piece in before}
    return NO_THEME if unknown or not all(may_rest_on(heard, place) for place in stated.themes) else ""


def _wrong_quotes(stated: Stated, heard: Heard | None, before: Sequence[Piece], cleared: Mapping[str, Quoted]) -> str:
    kept = [piece for piece in before if piece.id in stated.kept and piece.kind == "quote"]
    if any(not is_still(piece, cleared) for piece in kept):
        return CHANGED_QUOTE
    for statement_id in stated.quotes:
        quoted = cleared.get(statement_id)
        if quoted is None or not quoted.holds:
            return NOT_CLEARED
        if reason := heard.refusal(statement_id, quoted.source) if heard else NOT_PLACED:
            return reason
    return ""


def is_still(piece: Piece, cleared: Mapping[str, Quoted]) -> bool:
    """Whether a quote stands in exactly the words that are cleared now; a theme stands by its figures of then."""
    if piece.kind == "theme":
        return True
    quoted = cleared.get(piece.statement_id or "")
    return quoted is not None and quoted.holds and quoted.text == piece.text


# ------------------------------------------------------------------------------------------- kept
def findings_kept(connection: Connection, *, status: str = "", finding_id: str = "", lock: bool = False) -> list[Kept]:
    """Findings with their evidence, newest change first; with `lock` nobody else changes them meanwhile."""
    asked = select(FINDING).order_by(*IN_ORDER)
    if status:
        asked = asked.where(FINDING.c.status == status)
    if finding_id:
        asked = asked.where(FINDING.c.id == finding_id)
    found = [Kept(**row._mapping) for row in connection.execute(asked.with_for_update() if lock else asked)]  # noqa: SLF001  # SQLAlchemy's public name for it begins with _
    pieces: dict[str, list[Piece]] = {}
    for row in connection.execute(select(EVIDENCE).where(EVIDENCE.c.finding_id.in_([each.id for each in found]))):
        values = dict(row._mapping)  # noqa: SLF001  # as above
        pieces.setdefault(values.pop("finding_id"), []).append(Piece(**values))
    quoted = [piece.statement_id for some in pieces.values() for piece in some if piece.statement_id]
    cleared = quotes_cleared(connection, quoted, lock=lock) if quoted else {}
    return [replace(each, evidence=_in_order(pieces.get(each.id, []), cleared)) for each in found]


def _in_order(pieces: Sequence[Piece], cleared: Mapping[str, Quoted]) -> tuple[Piece, ...]:
    """Themes before quotes, the most named first."""
    told = [replace(piece, holds=is_still(piece, cleared), dutch=_dutch(piece, cleared)) for piece in pieces]
    return tuple(sorted(told, key=lambda piece: (piece.kind != "theme", -(piece.figures.get("share") or 0), piece.label, piece.id)))


def _dutch(piece: Piece, cleared: Mapping[str, Quoted]) -> Dutch | None:
    quoted = cleared.get(piece.statement_id or "")
    return quoted.dutch if quoted and is_still(piece, cleared) else None


def finding_kept(connection: Connection, finding_id: str, *, lock: bool = False) -> Kept | None:
    return next(iter(findings_kept(connection, finding_id=finding_id, lock=lock)), None) if finding_id else None


def evidence_rows(
    finding_id: str, stated: Stated, heard: Heard | None, cleared: Mapping[str, Quoted], before: Sequence[Piece], at: datetime
) -> list[Row]:
    """New pieces as they are kept: figures as they left today, words as they were cleared. What stands there already is not kept twice."""
    if heard is None:
        return []
    there = {(piece.run_id, piece.pillar, piece.theme, piece.statement_id) for piece in before if piece.id in stated.kept}
    rows = [_theme_row(heard, place, at) for place in stated.themes]
    rows += [_quote_row(heard, cleared[statement_id]) for statement_id in stated.quotes]
    new = [row for row in rows if (row["run_id"], row["pillar"], row["theme"], row["statement_id"]) not in there]
    return [row | {"id": random_id("e"), "finding_id": finding_id} for row in new]


def _theme_row(heard: Heard, place: Place, at: datetime) -> Row:
    days = {"run_on": _day(heard.run.made_at).isoformat(), "frozen_on": _day(at).isoformat(), "survey": heard.run.survey_key or ""}
    told = {"figures": asdict(heard.figures[place]) | days, "statement_id": None, "text": "", "lang": ""}
    return {"kind": "theme", "run_id": heard.run.id} | _where(heard, place) | told


def _quote_row(heard: Heard, quoted: Quoted) -> Row:
    told = {"figures": {}, "statement_id": quoted.statement_id, "text": quoted.text, "lang": quoted.lang}
    return {"kind": "quote", "run_id": heard.run.id} | _where(heard, heard.now.place_of[quoted.statement_id]) | told


def _where(heard: Heard, place: Place) -> Row:
    theme = heard.now.theme(*place)
    return {"pillar": place[0], "theme": place[1], "label": theme.label if theme else ""}


def _day(moment: datetime) -> date:
    return moment.astimezone(HERE).date()


def keep_new(connection: Connection, finding_id: str, stated: Stated, rows: Sequence[Row], *, by: str, at: datetime) -> None:
    made = {"made_by": by, "made_at": at, "changed_at": at, "status": "draft", "revision": 1, "reviewed_by": "", "published_by": ""}
    connection.execute(insert(FINDING).values(id=finding_id, **stated.columns, **made))
    connection.execute(insert(EVIDENCE), list(rows))


def keep_changed(connection: Connection, before: Kept, stated: Stated, rows: Sequence[Row], *, at: datetime) -> None:
    """Whoever reviewed it reviewed other words: it is a draft again."""
    values = stated.columns | {"status": "draft", "reviewed_by": "", "revision": before.revision + 1, "changed_at": at}
    connection.execute(update(FINDING).where(FINDING.c.id == before.id).values(values))
    dropped = [piece.id for piece in before.evidence if piece.id not in stated.kept]
    connection.execute(delete(EVIDENCE).where(EVIDENCE.c.id.in_(dropped)))
    if rows:
        connection.execute(insert(EVIDENCE), list(rows))


# ------------------------------------------------------------------------------------------- how far it is
STEPS = {"nagekeken": ("draft", "reviewed"), "concept": ("reviewed", "draft"), "publiceren": ("reviewed", "published"), "terugtrekken": ("published", "draft")}  # fmt: skip


def not_ready(finding: Kept, heard: Heard | None) -> list[str]:
    """Why it cannot be published now; empty when it can."""
    themes = [heard.now.theme(piece.pillar, piece.theme) if heard else None for piece in finding.themes]
    refused = [
        heard.refusal(piece.statement_id, source_of(piece, heard)) if heard and piece.statement_id else CHANGED_QUOTE
        for piece in finding.quotes
    ]
    found = (
        NOT_REVIEWED if finding.status != "reviewed" else "",
        NOTHING_LEFT if not finding.evidence else "",
        CHANGED_QUOTE if not all(piece.holds for piece in finding.evidence) else "",
        NOT_SETTLED if not all(theme is not None and theme.settled for theme in themes) else "",
        *refused,
    )
    return list(dict.fromkeys(sentence for sentence in found if sentence))


def source_of(piece: Piece, heard: Heard) -> str:
    return next((each.source for each in heard.now.statements if each.id == piece.statement_id), "")


def step(connection: Connection, before: Kept, to: str, *, by: str, at: datetime) -> None:
    values: dict[str, Any] = {"status": to, "revision": before.revision + 1, "changed_at": at}
    if to == "reviewed":
        values |= {"reviewed_by": by}
    elif to == "published":
        values |= {"published_by": by, "published_on": _day(at)}
    else:
        values |= {"reviewed_by": "", "published_by": "", "published_on": None}
    connection.execute(update(FINDING).where(FINDING.c.id == before.id).values(values))
