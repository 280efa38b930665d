"""Room findings: a second coder: statements drawn for somebody who sees nobody else's choice, and how far the choices agree."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from app.access import ROWS
from app.acts import REST, Place
from app.areas import Programme
from app.findings.runs import newest_run
from app.findings.themes import ThemesNow, themes_now
from app.findings.words import pillar_names
from app.models.base import random_id
from app.models.tables import CODING, CODING_SAMPLE, PLACEMENT, STAFF, STATEMENT
from app.reading import readable
from app.settings import Settings

if TYPE_CHECKING:
    from pandas import DataFrame

LEAST, USUAL, MOST = 10, 100, 1000
FEW = 10  # statements under a theme before its agreement is told
ROUNDS = 500
PAIRS = (("first", "second"), ("machine", "first"), ("machine", "second"))


@dataclass(frozen=True)
class Wanted:
    """Which statements to draw, and for whom. `seen` draws only from what a first coder looked at."""

    coder: str
    n: int = USUAL
    seed: int = 0
    pillar: str = ""
    lang: str = ""
    seen: bool = False


@dataclass(frozen=True)
class Item:
    """One statement of a sample, as the second coder sees it: nothing tells where anybody else had it."""

    statement_id: str
    nth: int
    text: str
    lang: str
    pillar_asked: str
    dutch: str
    by: str
    second: str
    is_coded: bool


@dataclass(frozen=True)
class Measured:
    """How far two coders agree about one thing. `n`: statements that both coded; `used`: those that either put there."""

    n: int
    used: int
    share: float | None
    alpha: float | None
    low: float | None
    high: float | None

    @property
    def is_told(self) -> bool:
        return self.used >= FEW


@dataclass(frozen=True)
class Compared:
    """A sample beside its codes: per pair of coders overall (theme), overall (pillar), and per pillar and theme whether it is there or not."""

    overall: dict[str, Measured]
    by_pillar: dict[str, Measured]
    pillars: dict[str, dict[str, Measured]]
    themes: dict[Place, dict[str, Measured]]


# ------------------------------------------------------------------------------------------- draw
def coders(connection: Connection, by: str) -> list[str]:
    """Who can be asked: colleagues who read answers, but for who asks."""
    asked = select(STAFF.c.name).where(STAFF.c.role.in_(ROWS), STAFF.c.state == "active", STAFF.c.name != by).order_by(STAFF.c.name)
    return list(connection.execute(asked).scalars())


def newest_now(connection: Connection) -> ThemesNow | None:
    """The newest run over everything as people left it; None before the first."""
    try:
        return themes_now(connection, newest_run(connection, ""))
    except LookupError:
        return None


def draw(connection: Connection, settings: Settings, now: ThemesNow, wanted: Wanted, by: str) -> str | None:
    """Draw a sample in which every pillar and language has its share, and keep where the machine and the first coder have each statement.

    What the second coder decided herself is not drawn: she would be asked about her own choice. None when nothing fits.
    """
    from pandas import Series  # noqa: PLC0415  # costs more start-up than all the rest

    from analysis.agreement import draw_sample  # noqa: PLC0415  # as above

    first = {
        id_: name_of(now.place_of[id_]) for id_, act in now.decisions.accepted.items() if id_ in now.place_of and act.actor != wanted.coder
    }
    own = {id_ for id_, act in now.decisions.accepted.items() if act.actor == wanted.coder}
    rows = _placed(connection, now.run.id)
    fits = {
        id_: f"{now.place_of[id_][0]}/{row.lang}"
        for id_, row in rows.items()
        if id_ in now.place_of and id_ not in own and _fits(now.place_of[id_], row.lang, wanted) and (id_ in first or not wanted.seen)
    }
    if not fits:
        return None
    drawn = draw_sample(Series(fits), wanted.n, seed=wanted.seed)
    sample = {"id": random_id("k"), "run_id": now.run.id, "coder": wanted.coder, "n": len(drawn), "seed": wanted.seed, "state": "open"}
    connection.execute(insert(CODING_SAMPLE).values(**sample, made_by=by[:64], made_at=settings.clock()))
    codes = [
        {
            "sample_id": sample["id"],
            "statement_id": id_,
            "nth": nth,
            "machine": _machine(now, rows[id_], first),
            "first": first.get(id_, ""),
        }
        for nth, id_ in enumerate(drawn, 1)
    ]
    connection.execute(insert(CODING), codes)
    return str(sample["id"])


def _fits(place: Place, lang: str, wanted: Wanted) -> bool:
    return wanted.pillar in {"", place[0]} and wanted.lang in {"", lang}


def _placed(connection: Connection, run_id: str) -> dict[str, Any]:
    columns = (STATEMENT.c.id, STATEMENT.c.lang, PLACEMENT.c.pillar, PLACEMENT.c.theme, PLACEMENT.c.machine)
    asked = select(*columns).join(PLACEMENT, PLACEMENT.c.statement_id == STATEMENT.c.id).where(PLACEMENT.c.run_id == run_id)
    return {row.id: row for row in connection.execute(asked)}


def _machine(now: ThemesNow, row: Any, first: Mapping[str, str]) -> str:
    """What the machine chose by itself; what a person had settled before the run, and the machine only repeated, says nothing of it."""
    chosen = name_of(now.decisions.place_of(place_in(row.machine) if row.machine else (row.pillar, row.theme)))
    act = now.decisions.accepted.get(row.id)
    repeated = act is not None and not row.machine and act.at <= now.run.made_at and chosen == first.get(row.id, chosen)
    return "" if repeated else chosen


def name_of(place: Place) -> str:
    return f"{place[0]}/{place[1]}"


def place_in(name: str) -> Place:
    pillar, _, theme = name.partition("/")
    return pillar, theme


# ------------------------------------------------------------------------------------------- code
def samples(connection: Connection, person: str) -> list[Any]:
    """Samples with how many of each are coded, newest first; whose turn it is sees only its own until it is done."""
    rows = connection.execute(select(CODING_SAMPLE).order_by(CODING_SAMPLE.c.made_at.desc(), CODING_SAMPLE.c.id)).all()
    done = Counter(connection.execute(select(CODING.c.sample_id).where(CODING.c.coded_at.is_not(None))).scalars())
    return [(row, done[row.id], may_see(row, person)) for row in rows]


def may_see(sample: Any, person: str) -> bool:
    """Whether this person may see the results: who codes waits until the sample is closed, so that nobody's choice leads hers."""
    return bool(sample.state == "done" or sample.coder != person)


def sample_kept(connection: Connection, sample_id: str) -> Any | None:
    return connection.execute(select(CODING_SAMPLE).where(CODING_SAMPLE.c.id == sample_id)).first()


def codings(connection: Connection, sample_id: str) -> list[Any]:
    return list(connection.execute(select(CODING).where(CODING.c.sample_id == sample_id).order_by(CODING.c.nth)))


def item(connection: Connection, row: Any) -> Item:
    from app.findings.translating import translations_of  # noqa: PLC0415  # beside the words, only here

    said = connection.execute(select(STATEMENT.c.lang, STATEMENT.c.pillar_asked).where(STATEMENT.c.id == row.statement_id)).one()
    text = readable(connection, [row.statement_id])[row.statement_id]
    dutch = translations_of(connection, [row.statement_id]).get(row.statement_id)
    told = (dutch.text, dutch.made_by) if dutch and dutch.holds else ("", "")
    return Item(row.statement_id, row.nth, text, said.lang, said.pillar_asked or "", *told, row.second, row.coded_at is not None)


def keep_code(connection: Connection, settings: Settings, sample_id: str, nth: int, code: str) -> None:
    """Where the second coder puts one statement; "" when nobody could say: a code that is missing."""
    here = (CODING.c.sample_id == sample_id, CODING.c.nth == nth)
    connection.execute(update(CODING).where(*here).values(second=code, coded_at=settings.clock()))


def close_sample(connection: Connection, sample_id: str) -> bool:
    """Closed by who coded: from now on she changes nothing, and sees what came of it."""
    still = (CODING_SAMPLE.c.id == sample_id, CODING_SAMPLE.c.state == "open")
    closed: int = connection.execute(update(CODING_SAMPLE).where(*still).values(state="done")).rowcount
    return closed > 0


def choices(now: ThemesNow, programme: Programme) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Pillars with their themes as they can be chosen, in the order of the alphabet: an order by size would tell what others chose."""
    return [
        (key, name, [*sorted(((name_of(theme.place), theme.label) for theme in now.themes if theme.pillar == key and not theme.is_rest), key=lambda one: one[1].casefold()), (f"{key}/{REST}", "")])
        for key, name in pillar_names(programme).items()
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------- compare
def compare(rows: Iterable[Any], now: ThemesNow, *, seed: int) -> Compared:
    """How far the choices agree, with every theme as it is called now: what was merged since is one theme for all three."""
    from pandas import DataFrame  # noqa: PLC0415  # costs more start-up than all the rest

    coded = [row for row in rows if row.coded_at is not None]
    as_now = [
        [name_of(now.decisions.place_of(place_in(code))) if code else "" for code in (row.machine, row.first, row.second)] for row in coded
    ]
    codes = DataFrame(as_now, index=[row.statement_id for row in coded], columns=["machine", "first", "second"], dtype=object)
    pillars = codes.map(lambda code: place_in(code)[0])
    used = sorted({code for code in codes.to_numpy().ravel() if code})
    return Compared(
        _pairs(codes, seed=seed),
        _pairs(pillars, seed=seed),
        {pillar: _pairs(pillars, seed=seed, code=pillar) for pillar in sorted({place_in(code)[0] for code in used})},
        {place_in(code): _pairs(codes, seed=seed, code=code) for code in used if place_in(code)[1] != REST},
    )


def _pairs(codes: "DataFrame", *, seed: int, code: str = "") -> dict[str, Measured]:
    """Each two of the three; with a code: whether it is there or not."""
    return {"-".join(pair): _measured(codes[list(pair)], seed=seed, code=code) for pair in PAIRS}


def _measured(codes: "DataFrame", *, seed: int, code: str) -> Measured:
    from analysis.agreement import measure_agreement, presence  # noqa: PLC0415  # pandas costs more start-up than all the rest

    both = codes[(codes != "").all(axis=1)]
    used = int((both == code).any(axis=1).sum()) if code else len(both)
    if used < FEW:
        return Measured(len(both), used, None, None, None, None)
    found = measure_agreement(presence(both, code) if code else both, rounds=ROUNDS, seed=seed)
    told = [None if value != value else value for value in (found.share, found.alpha, found.low, found.high)]  # noqa: PLR0124  # not a number: cannot be told from chance
    return Measured(found.n, used, *told)


@dataclass(frozen=True)
class Differing:
    """A statement that two coders put in different places, and where it stands now."""

    statement_id: str
    text: str
    lang: str
    machine: str
    first: str
    second: str
    now: str

    @property
    def other(self) -> str:
        """What stands beside the second coder's choice: the first coder's, or the machine's when no person had looked."""
        return self.first or self.machine


def differing(connection: Connection, rows: Sequence[Any], now: ThemesNow) -> list[Differing]:
    """Statements that the second coder put elsewhere, those on which two people differ first; where one of them was chosen since, it is settled."""

    def as_now(code: str) -> str:
        return name_of(now.decisions.place_of(place_in(code))) if code else ""

    apart = [row for row in rows if row.second and as_now(row.second) != as_now(row.first or row.machine) and (row.first or row.machine)]
    apart = [row for row in apart if row.statement_id in now.place_of]
    texts, langs = readable(connection, [row.statement_id for row in apart]), _langs(connection, [row.statement_id for row in apart])
    found = [
        Differing(row.statement_id, texts[row.statement_id], langs[row.statement_id], as_now(row.machine), as_now(row.first), as_now(row.second), name_of(now.place_of[row.statement_id]))
        for row in apart
    ]  # fmt: skip
    return sorted(found, key=lambda each: (not each.first, each.other, each.second, each.statement_id))


def _langs(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    return {row.id: row.lang for row in connection.execute(select(STATEMENT.c.id, STATEMENT.c.lang).where(STATEMENT.c.id.in_(ids)))}
