"""Room findings: a person decides about a theme or a statement: checked against what others did meanwhile, written down, and undone."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection, insert, select, update

from app.acts import NOTHING, REST, Act, Place, all_acts, fold
from app.findings.codebook import frozen_now
from app.findings.requests import alone
from app.forms import whole
from app.i18n import N_
from app.models.tables import ACT, CODE_ENTRY, THEME
from app.models.wijkgesprekken import KINDS
from app.settings import ROOT, Settings

LONGEST = 200
CODES = ROOT / "analysis" / "codebook.csv"
OF_THEMES = ("rename", "merge", "settle", "new", "split", "retire")  # while the codebook is frozen these wait
PLACING = ("move", "accept", "split")  # acts that say where a statement belongs
NO_NAME = N_("Geef het thema een naam van 1 tot 200 tekens.")
ITSELF = N_("Een thema kan niet met zichzelf worden samengevoegd. Kies een ander thema.")
CIRCLE = N_("Dat thema is al in dit thema opgegaan. Kies een ander thema.")
IS_REST = N_("Rest is geen thema: het heeft geen naam en wordt niet vastgesteld. Verplaats de antwoorden die ergens bij horen.")
FROZEN = N_("Het codeboek is vastgezet door %(name)s. Thema's veranderen dan niet. Maak het eerst weer open bij Codeboek.")
NAMED_SO = N_("Zo heet al een thema van deze pijler. Kies dat thema, of geef een andere naam.")
NO_PILLAR = N_("Kies een pijler.")
NONE_TICKED = N_("Vink eerst de antwoorden aan die bij het nieuwe thema horen.")
MAIN_ALREADY = N_("Daar staat dit antwoord al. Kies een ander thema.")
RESTS = N_("Dit besluit kan niet ongedaan worden gemaakt: een later besluit gaat erop verder. Maak dat eerst ongedaan.")


class Named(Protocol):
    """A theme, or the rest of a pillar, as far as a decision has to know it."""

    @property
    def place(self) -> Place: ...

    @property
    def label(self) -> str: ...


@dataclass(frozen=True)
class Deciding:
    """Who decides, on the page of which run, and what that page had seen."""

    settings: Settings
    actor: str
    run_id: str
    seen: str


@dataclass(frozen=True)
class Decided:
    """What came of it. `wrong`: a sentence that says what to mend, with its values; `changed`: the acts that stand in the way; neither: it is so."""

    wrong: str = ""
    changed: tuple[Act, ...] = ()
    written: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    made: Place | None = None


def seen_of(acts: Sequence[Act]) -> str:
    """What stands in the forms of a page: the last act it was shown with, and how many were undone."""
    return f"{acts[-1].id if acts else 0}.{sum(1 for act in acts if act.undone_at)}"


def changed_since(acts: Sequence[Act], seen: str, actor: str, concerns: Callable[[Act], bool]) -> tuple[Act, ...]:
    """What somebody else decided or undid since a page was shown, as far as it concerns who asks. An unreadable `seen` saw nothing."""
    last, _, n_undone = seen.partition(".")
    last_id, undone_then = (whole(part) or 0 for part in (last, n_undone))
    new = [act for act in acts if act.id > last_id and act.undone_at is None and act.actor != actor]
    undone = sorted((act for act in acts if act.undone_at), key=lambda act: (act.undone_at, act.id))[undone_then:]
    since = [*new, *(act for act in undone if act.undone_by != actor and act.id <= last_id)]
    return tuple(act for act in since if concerns(act))


# ------------------------------------------------------------------------------------------- about a theme
def rename_theme(connection: Connection, deciding: Deciding, theme: Named, label: str) -> Decided:
    label = as_name(label)
    if not label:
        return Decided(NO_NAME)
    return _decide(connection, deciding, "rename", theme, {"label": label}, needless=label == theme.label)


def as_name(typed: str) -> str:
    """A name for a theme as it is kept; "" when it cannot be one."""
    label = " ".join(typed.split())
    return label if 1 <= len(label) <= LONGEST and label.isprintable() else ""


def merge_theme(connection: Connection, deciding: Deciding, theme: Named, into: Place, *, label: str) -> Decided:
    """Everything of this theme goes to another of the same pillar, now and in every later run; `label` is what that one is called."""
    if into == theme.place:
        return Decided(ITSELF)
    known = fold(all_acts(connection))
    if theme.place in known.merged:  # another did it while this page was open
        return Decided(changed=tuple(act for act in all_acts(connection) if act.place == theme.place and act.kind == "merge"))
    if known.would_circle(theme.place, into):
        return Decided(CIRCLE)
    return _decide(connection, deciding, "merge", theme, {"into": into[1], "label": label})


def settle_theme(connection: Connection, deciding: Deciding, theme: Named, *, settled: bool) -> Decided:
    known = theme.place in fold(all_acts(connection)).settled
    return _decide(connection, deciding, "settle", theme, {"settled": settled}, needless=known == settled)


def retire_theme(connection: Connection, deciding: Deciding, theme: Named) -> Decided:
    """The theme is used no more; what it held is the rest of its pillar."""
    return _decide(connection, deciding, "retire", theme, {}, needless=theme.place in fold(all_acts(connection)).retired)


@dataclass(frozen=True)
class New:
    """A theme that is being made."""

    place: Place
    label: str


def new_theme(connection: Connection, deciding: Deciding, pillar: str, label: str, there: Mapping[Place, str]) -> Decided:
    """A theme that nothing is in yet; `there` are the themes that can be chosen, with their names."""
    if wrong := _wrong_name(label, pillar, there):
        return Decided(wrong)
    alone(connection, ACT)
    new = New((pillar, new_key(connection, label)), as_name(label))
    made = _decide(connection, deciding, "new", new, {"label": new.label})
    return Decided(made.wrong, made.changed, made.written, made.values, new.place)


def split_theme(
    connection: Connection, deciding: Deciding, theme: Named, statement_ids: Collection[str], label: str, there: Mapping[Place, str]
) -> Decided:
    """These statements leave a theme, or the rest of a pillar, for a new theme beside it."""
    if not statement_ids:
        return Decided(NONE_TICKED)
    if wrong := _wrong_name(label, theme.place[0], there):
        return Decided(wrong)
    alone(connection, ACT)
    into = (theme.place[0], new_key(connection, label))
    payload = {"into": into[1], "label": as_name(label), "statements": sorted(statement_ids)}
    made = _decide(connection, deciding, "split", theme, payload)
    return Decided(made.wrong, made.changed, made.written, made.values, into)


def _wrong_name(label: str, pillar: str, there: Mapping[Place, str]) -> str:
    label = as_name(label)
    taken = any(place[0] == pillar and name.casefold() == label.casefold() for place, name in there.items())
    return NAMED_SO if label and taken else "" if label else NO_NAME


def get_ready() -> None:
    """Before a transaction in which a theme is made: what a name is read with takes seconds to load, and nobody can write meanwhile."""
    import analysis.labels  # noqa: F401, PLC0415  # scikit-learn costs more start-up than all the rest


def new_key(connection: Connection, label: str) -> str:
    """A key that no theme of any run, codebook or decision has, so that nothing is ever taken for something else."""
    from analysis.labels import subject_words, theme_key  # noqa: PLC0415  # scikit-learn costs more start-up than all the rest
    from analysis.text import cut  # noqa: PLC0415  # as above

    kept = [column for table in (THEME.c.key, CODE_ENTRY.c.theme) for column in connection.execute(select(table).distinct()).scalars()]
    shipped = [line.partition(",")[0] for line in CODES.read_text(encoding="utf-8").splitlines()]
    decided = [place[1] for act in all_acts(connection) for place in (act.place, act.target) if place]
    spoken = cut(label)
    named = list(subject_words(spoken, "nl").values()) or spoken or [label]
    return str(theme_key([word[:24] for word in named[:3]], {REST, NOTHING, *kept, *shipped, *decided}))


# ------------------------------------------------------------------------------------------- about a statement
def move_statement(connection: Connection, deciding: Deciding, theme: Named, statement_id: str, to: Place, *, label: str) -> Decided:
    """One statement goes to another theme, or to the rest of a pillar: there it stays, and later runs learn from it."""
    payload = {"pillar": to[0], "theme": to[1], "label": "" if to[1] == REST else label}
    return _decide(connection, deciding, "move", theme, payload, statement_id=statement_id, needless=theme.place == to)


def accept_statement(connection: Connection, deciding: Deciding, theme: Named, statement_id: str) -> Decided:
    """It stands rightly where it stands: there it stays, and later runs learn from it."""
    known = fold(all_acts(connection))
    needless = statement_id in known.accepted and known.place_of(known.moved[statement_id]) == theme.place
    return _decide(connection, deciding, "accept", theme, {}, statement_id=statement_id, needless=needless)


def also_statement(
    connection: Connection, deciding: Deciding, theme: Named, statement_id: str, to: New, *, on: bool, stands: bool
) -> Decided:
    """A statement speaks of a further theme, or does not; `stands`: whether it is known to now."""
    if on and (to.place == theme.place or to.place[1] == REST):
        return Decided(MAIN_ALREADY)
    payload = {"pillar": to.place[0], "theme": to.place[1], "label": to.label, "on": on}
    return _decide(connection, deciding, "also", theme, payload, statement_id=statement_id, needless=on == stands)


def say_quotable(connection: Connection, deciding: Deciding, theme: Named, statement_id: str, *, quotable: bool) -> Decided:
    known = statement_id not in fold(all_acts(connection)).unquotable
    return _decide(connection, deciding, "quotable", theme, {"quotable": quotable}, statement_id=statement_id, needless=known == quotable)


def say_direction(connection: Connection, deciding: Deciding, theme: Named, statement_id: str, direction: str) -> Decided:
    """What kind of thing was said; "" takes it back. Raises ValueError for a kind that is none."""
    if direction not in {*KINDS, ""}:
        raise ValueError(direction)
    known = fold(all_acts(connection)).directions.get(statement_id, "")
    payload = {"direction": direction}
    return _decide(connection, deciding, "direction", theme, payload, statement_id=statement_id, needless=known == direction)


# ------------------------------------------------------------------------------------------- written down
def _decide(
    connection: Connection,
    deciding: Deciding,
    kind: str,
    theme: Named,
    payload: Mapping[str, Any],
    *,
    statement_id: str | None = None,
    needless: bool = False,
) -> Decided:
    """In a transaction of writing(): look again now that nobody else can write, and only then write it down."""
    alone(connection, ACT)
    if theme.place[1] == REST and kind in {"rename", "merge", "settle", "retire"}:
        return Decided(IS_REST)
    if (refused := _frozen(connection, kind)) is not None:
        return refused
    act = Act(0, deciding.settings.clock(), deciding.actor, kind, *theme.place, statement_id, {"was": theme.label, **payload})
    changed = changed_since(all_acts(connection), deciding.seen, deciding.actor, lambda other: _concern(act, other))
    if changed:
        return Decided(changed=changed)
    if not needless:
        row = {name: value for name, value in vars(act).items() if name not in {"id", "undone_at", "undone_by"}}
        connection.execute(insert(ACT).values(**row, run_id=deciding.run_id or None))
    return Decided(written=not needless)


def _frozen(connection: Connection, kind: str) -> Decided | None:
    frozen = frozen_now(connection) if kind in OF_THEMES else None
    return Decided(FROZEN, values={"name": frozen.frozen_by}) if frozen is not None else None


def _concern(act: Act, other: Act) -> bool:
    """Whether another's act can change somebody's mind about this one. Two people may decide about different answers of one theme."""
    if act.statement_id and other.statement_id:
        return _same_matter(act, other)
    if other.statement_id and other.kind != "move":  # what is said of one answer changes a theme only when that answer is to leave it
        return other.kind == "accept" and other.statement_id in act.payload.get("statements", ())
    if act.kind in {"quotable", "direction"} or (act.kind in {"accept", "also"} and other.kind == "settle"):
        return False
    return other.touches(*(place for place in (act.place, act.target) if place))


def _same_matter(act: Act, other: Act) -> bool:
    """Whether two acts about statements decide the same of the same statement."""
    if not {*statements_in(act)} & {*statements_in(other)}:
        return False
    if act.kind in PLACING or other.kind in PLACING:
        return act.kind in PLACING and other.kind in PLACING
    return act.kind == other.kind and act.target == other.target


def statements_in(act: Act) -> list[str]:
    """The statements that an act says something of."""
    return [act.statement_id] if act.statement_id else [str(id_) for id_ in act.payload.get("statements", ())]


# ------------------------------------------------------------------------------------------- undone
def last_act(acts: Sequence[Act], actor: str = "") -> Act | None:
    """The last one that still counts, of everybody or of one."""
    return next((act for act in reversed(acts) if act.undone_at is None and actor in {"", act.actor}), None)


def resting_on(acts: Sequence[Act], act: Act) -> tuple[Act, ...]:
    """Later decisions that stand on this one: it cannot be taken away from under them."""
    return tuple(later for later in acts if later.id > act.id and later.undone_at is None and _rests(later, act))


def _rests(later: Act, act: Act) -> bool:
    if act.statement_id:
        return _same_matter(act, later)
    made = {"split": act.target, "new": act.place}.get(act.kind)
    if made is not None and later.touches(made):
        return True
    return not later.statement_id and later.touches(*(place for place in (act.place, act.target) if place))


def undo_act(connection: Connection, deciding: Deciding, act_id: int) -> Decided:
    """Take back a decision, whoever made it, when no later one stands on it."""
    alone(connection, ACT)
    acts = all_acts(connection)
    act = next((act for act in acts if act.id == act_id), None)
    if act is None or act.undone_at is not None:
        return Decided(changed=(act,) if act else ())
    if resting := resting_on(acts, act):
        return Decided(RESTS, resting)
    if (refused := _frozen(connection, act.kind)) is not None:
        return refused
    undone = {"undone_at": deciding.settings.clock(), "undone_by": deciding.actor}
    connection.execute(update(ACT).where(ACT.c.id == act_id).values(**undone))
    return Decided(written=True)
