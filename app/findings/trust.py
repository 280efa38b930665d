"""Room findings: what stands behind a run: what went in, how firm it is, how good the machine is, and whether it can be done again."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from app.access import ROWS
from app.acts import Act, all_acts, fold
from app.areas import Programme
from app.findings.coverage import ALL, PARTS, coverage_sheet, language_sheet
from app.findings.jobs import slice_of
from app.findings.released import Moment, beside_moment, has_moved, last_moment
from app.findings.runs import newest_run, run_analysis
from app.findings.shares import figures, sheet_of, threshold_of, wilson
from app.findings.themes import ThemeNow, themes_now
from app.models.tables import ACT, CODING, PLACEMENT, REDACTION, REQUEST, RUN, STATEMENT
from app.settings import Settings

FEW = 10  # corrections in a language before its share is told
PLACED = ("statement_id", "pillar", "confidence", "also", "theme", "fit", "excluded", "also_themes", "margin", "ask", "machine")


@dataclass(frozen=True)
class Scored:
    """How often two choices were the same: of n, with the 95 % interval of the share (Wilson, 1927)."""

    n: int
    same: int

    @property
    def share(self) -> float:
        return self.same / self.n

    @property
    def ends(self) -> tuple[float, float]:
        return wilson(self.same, self.n)


@dataclass(frozen=True)
class Machine:
    """What the machine would have chosen unaided, against what people decided; per language where there are FEW or more."""

    pillar: Scored
    theme: Scored
    by_lang: Mapping[str, Scored] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One language or source in the ledger; None where a dash stands."""

    key: str
    counts: Sequence[int | None]  # in a theme, rest, left out
    n: int | None


@dataclass(frozen=True)
class Spoken:
    """One theme by language: how many people named it of how many who answered in that language; None where a dash stands."""

    theme: ThemeNow
    named: Mapping[str, int | None]


@dataclass(frozen=True)
class Card:
    """The model card of one run. Numbers of statements are true for who sees rows; for everybody else they passed the door."""

    moment: Moment
    asked_by: str
    whole: Row
    reasons: Sequence[tuple[str, int | None]]
    by_lang: Sequence[Row]
    by_source: Sequence[Row]
    people: Mapping[str, int | None]  # language -> who answered in it
    spoken: Sequence[Spoken]
    machine: Machine | None
    coders: Scored | None
    n_decided: int
    threshold: int
    is_newest: bool
    left: Moment  # the last figures that left
    has_moved: bool  # whether people or a run changed something since

    @property
    def themes(self) -> list[ThemeNow]:
        """Firmest first; those that may be told to who sees no rows stand among what left."""
        told = [theme for theme in self.moment.now.themes if not theme.is_rest and theme.n and self.moment.figures[theme.place].is_shown]
        return sorted(told, key=lambda theme: (theme.stability is None, -(theme.stability or 0), theme.place))


def card_of(connection: Connection, programme: Programme, role: str, run_id: str = "") -> Card | None:
    """The card of this run, or of the newest over everything; None when there is none. Raises LookupError for an id that is none."""
    try:
        newest = newest_run(connection, "")
    except LookupError:
        return None
    left = last_moment(connection, programme, newest)
    wanted = connection.execute(select(RUN).where(RUN.c.id == run_id)).first() if run_id and role in ROWS else newest
    if wanted is None:
        raise LookupError(run_id)
    moment = left if role not in ROWS else _as_it_is(connection, programme, wanted, left)
    covered, languages = beside_moment(connection, programme, moment)
    if role in ROWS:
        covered, languages = coverage_sheet(moment.now).cells, language_sheet(moment.now, sheet_of(moment.now), {}).cells
    live = moment if role in ROWS else replace(moment, now=themes_now(connection, moment.run))
    people = {name[1]: n for name, n in languages.items() if name[0] == "lang" and name[1] not in {"", ALL} and not name[2]}
    return Card(
        moment, _asked_by(connection, moment.run.id), _row(covered, "all", ALL), _reasons(covered), _rows(covered, "lang"),
        _rows(covered, "source"), people, _spoken(moment, languages, people), _machine(connection, live), _coders(connection),
        len(live.now.decisions.accepted), threshold_of(connection, moment.run, programme), moment.run.id == newest.id, left,
        has_moved(connection, programme, newest),
    )  # fmt: skip


def _as_it_is(connection: Connection, programme: Programme, run: Any, left: Moment) -> Moment:
    now = themes_now(connection, run)
    told = figures(connection, run, now, programme)
    return left if left.run.id == run.id and left.now == now else Moment(run, now, told)


def _asked_by(connection: Connection, run_id: str) -> str:
    return connection.execute(select(REQUEST.c.asked_by).where(REQUEST.c.run_id == run_id)).scalar() or ""


def _row(covered: Mapping[Any, int | None], kind: str, key: str) -> Row:
    return Row(key, [covered.get((kind, key, part), 0) for part in PARTS], covered.get((kind, key, ALL), 0))


def _rows(covered: Mapping[Any, int | None], kind: str) -> list[Row]:
    return [_row(covered, kind, key) for _, key in sorted({name[:2] for name in covered if name[0] == kind})]


def _reasons(covered: Mapping[Any, int | None]) -> list[tuple[str, int | None]]:
    return sorted((name[1], n) for name, n in covered.items() if name[0] == "why")


def _spoken(moment: Moment, languages: Mapping[Any, int | None], people: Mapping[str, int | None]) -> list[Spoken]:
    """Themes of which some language may be told, the most named first."""
    found = [
        Spoken(theme, {lang: languages.get(("lang", lang, *theme.place)) for lang in people})
        for theme in moment.now.themes
        if not theme.is_rest and moment.figures[theme.place].is_shown
    ]
    return [each for each in found if any(each.named.values())]


# ------------------------------------------------------------------------------------------- how good
def _machine(connection: Connection, moment: Moment) -> Machine | None:
    """The machine's own choice for each statement that a person decided about, kept before it learned of that decision."""
    decisions = moment.now.decisions
    columns = (PLACEMENT.c.statement_id, PLACEMENT.c.machine, STATEMENT.c.lang)
    mine = (PLACEMENT.c.run_id == moment.run.id, PLACEMENT.c.machine != "")
    rows = connection.execute(select(*columns).join(STATEMENT, STATEMENT.c.id == PLACEMENT.c.statement_id).where(*mine))
    pillars, themes, langs = Counter[bool](), Counter[bool](), defaultdict[str, Counter[bool]](Counter)
    for id_, machine, lang in rows:
        if (moved := decisions.moved.get(id_)) is None:
            continue
        pillar, _, theme = machine.partition("/")
        decided, chosen = decisions.place_of(moved), decisions.place_of((pillar, theme))
        pillars[decided[0] == chosen[0]] += 1
        themes[decided == chosen] += 1
        langs[lang][decided[0] == chosen[0]] += 1
    by_lang = {lang: _scored(found) for lang, found in sorted(langs.items()) if found.total() >= FEW}
    return Machine(_scored(pillars), _scored(themes), by_lang) if pillars else None


def _scored(found: Counter[bool]) -> Scored:
    return Scored(found.total(), found[True])


def _coders(connection: Connection) -> Scored | None:
    """How often a second coder chose what the first had chosen."""
    rows = connection.execute(select(CODING.c.first, CODING.c.second).where(CODING.c.first != "", CODING.c.second != ""))
    found = Counter(first == second for first, second in rows)
    return _scored(found) if found else None


# ------------------------------------------------------------------------------------------- the same again
@dataclass(frozen=True)
class Again:
    """What came of doing a run again: one line that says it."""

    same: bool
    line: str


class _Done(Exception):  # noqa: N818  # it carries the answer out of a transaction that keeps nothing
    def __init__(self, run: Any, placed: str) -> None:
        super().__init__()
        self.run, self.placed = run, placed


def run_again(engine: Engine, settings: Settings, programme: Programme, run_id: str, progress: Any = None) -> Again:
    """Do a run again as it was done, with what people had decided then, and hold the outcome against it. Nothing of it is kept.

    Raises LookupError when there is no such run.
    """
    with engine.connect() as connection:
        run = connection.execute(select(RUN).where(RUN.c.id == run_id)).first()
        if run is None:
            raise LookupError(f"there is no run “{run_id}”")
        placed, acts = _placed_hash(connection, run_id), all_acts(connection)
    then = acts_of(acts, run)

    def stop(connection: Connection, id_: str) -> None:
        row = connection.execute(select(RUN).where(RUN.c.id == id_)).one()
        raise _Done(row, _placed_hash(connection, id_))

    how: dict[str, Any] = {"before": run.made_at} | ({} if _steering(then) == _steering(acts) else {"acts": then})
    try:
        run_analysis(
            engine, settings, programme, slice_of(json.loads(run.parameters)), seed=run.seed, how=run.engine, progress=progress, then=stop, **how
        )  # fmt: skip
    except _Done as done:
        with engine.connect() as connection:
            why = _why(connection, run, done.run)
        same = placed == done.placed and run.output_hash in {"", done.run.output_hash}
    if same:
        return Again(same=True, line="zelfde uitkomst, byte voor byte" + (f" (maar: {'; '.join(why)})" if why else ""))
    return Again(same=False, line=f"andere uitkomst: {'; '.join(why or ['zelfde invoer en zelfde versie: meld dit als fout'])}")


def acts_of(acts: Sequence[Act], run: Any) -> list[Act]:
    """Acts as they stood when a run was made: what was undone later still counted."""
    last = (run.trust or {}).get("last_act")
    made = [act for act in acts if (act.id <= last if last is not None else act.at <= run.made_at)]
    return [replace(act, undone_at=None, undone_by="") if act.undone_at and act.undone_at > run.made_at else act for act in made]


def _steering(acts: Sequence[Act]) -> tuple[Any, ...]:
    """What of people's decisions goes into a run; names and what is settled do not."""
    known = fold(acts)
    return known.moved, known.merged, known.made, set(known.retired), known.also, known.known_as


def _placed_hash(connection: Connection, run_id: str) -> str:
    """Of every placement of a run as it is kept; the words that decided are left out, since they go when a text is erased."""
    columns = [PLACEMENT.c[name] for name in PLACED]
    digest = hashlib.sha256()
    for row in connection.execute(select(*columns).where(PLACEMENT.c.run_id == run_id).order_by(PLACEMENT.c.statement_id)):
        digest.update(json.dumps([repr(value) for value in row]).encode())
    return digest.hexdigest()


def _why(connection: Connection, before: Any, now: Any) -> list[str]:
    """What went in differently, as far as it can be told."""
    said = select(func.count()).select_from(PLACEMENT).join(STATEMENT, STATEMENT.c.id == PLACEMENT.c.statement_id)
    mine = said.where(PLACEMENT.c.run_id == before.id)
    erased = connection.execute(mine.where(STATEMENT.c.erased_on.is_not(None))).scalar_one()
    read = mine.join(REDACTION, REDACTION.c.statement_id == STATEMENT.c.id).where(REDACTION.c.settled_at > before.made_at)
    read_again = connection.execute(read).scalar_one()
    decided = connection.execute(select(func.count()).where(ACT.c.at > before.made_at)).scalar_one()
    found = {
        f"andere versie ({before.software} toen, {now.software} nu)": before.software != now.software,
        "de woorden per pijler zijn veranderd": before.words_hash != now.words_hash,
        f"{abs(now.n_in - before.n_in)} uitspraken {'meer' if now.n_in > before.n_in else 'minder'}": now.n_in != before.n_in,
        f"{erased} teksten gewist": erased,
        f"{read_again} teksten opnieuw nagekeken": read_again,
    }
    told = [words for words, is_so in found.items() if is_so]
    if before.input_hash != now.input_hash and not told:
        told = ["teksten zijn veranderd" + (", of besluiten van mensen" if decided else "")]
    return told
