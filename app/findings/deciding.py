"""Room findings: a person decides about a theme or a statement: checked against what others did meanwhile, written down, and undone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, update

from app.acts import REST, Act, Place, all_acts, fold
from app.findings.requests import alone
from app.findings.themes import ThemeNow
from app.forms import whole
from app.i18n import N_
from app.models.tables import ACT
from app.settings import Settings

LONGEST = 200
NO_NAME = N_("Geef het thema een naam van 1 tot 200 tekens.")
ITSELF = N_("Een thema kan niet met zichzelf worden samengevoegd. Kies een ander thema.")
CIRCLE = N_("Dat thema is al in dit thema opgegaan. Kies een ander thema.")
IS_REST = N_("Rest is geen thema: het heeft geen naam en wordt niet vastgesteld. Verplaats de antwoorden die ergens bij horen.")


@dataclass(frozen=True)
class Deciding:
    """Who decides, on the page of which run, and what that page had seen."""

    settings: Settings
    actor: str
    run_id: str
    seen: str


@dataclass(frozen=True)
class Decided:
    """What came of it. `wrong`: a sentence that says what to mend; `changed`: what others did meanwhile; neither: it is so."""

    wrong: str = ""
    changed: tuple[Act, ...] = ()
    written: bool = False


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


def rename_theme(connection: Connection, deciding: Deciding, theme: ThemeNow, label: str) -> Decided:
    label = " ".join(label.split())
    if not 1 <= len(label) <= LONGEST or not label.isprintable():
        return Decided(NO_NAME)
    return _decide(connection, deciding, "rename", theme, {"label": label}, needless=label == theme.label)


def merge_theme(connection: Connection, deciding: Deciding, theme: ThemeNow, into: Place, *, label: str) -> Decided:
    """Everything of this theme goes to another of the same pillar, now and in every later run; `label` is what that one is called."""
    if into == theme.place:
        return Decided(ITSELF)
    known = fold(all_acts(connection))
    if theme.place in known.merged:  # another did it while this page was open
        return Decided(changed=tuple(act for act in all_acts(connection) if act.place == theme.place and act.kind == "merge"))
    if known.would_circle(theme.place, into):
        return Decided(CIRCLE)
    return _decide(connection, deciding, "merge", theme, {"into": into[1], "label": label})


def settle_theme(connection: Connection, deciding: Deciding, theme: ThemeNow, *, settled: bool) -> Decided:
    known = theme.place in fold(all_acts(connection)).settled
    return _decide(connection, deciding, "settle", theme, {"settled": settled}, needless=known == settled)


def move_statement(connection: Connection, deciding: Deciding, theme: ThemeNow, statement_id: str, to: Place, *, label: str) -> Decided:
    """One statement goes to another theme, or to the rest of a pillar: there it stays, and later runs learn from it."""
    payload = {"pillar": to[0], "theme": to[1], "label": "" if to[1] == REST else label}
    return _decide(connection, deciding, "move", theme, payload, statement_id=statement_id, needless=theme.place == to)


def _decide(
    connection: Connection,
    deciding: Deciding,
    kind: str,
    theme: ThemeNow,
    payload: Mapping[str, Any],
    *,
    statement_id: str | None = None,
    needless: bool = False,
) -> Decided:
    """In a transaction of writing(): look again now that nobody else can write, and only then write it down."""
    alone(connection, ACT)
    if theme.is_rest and kind != "move":
        return Decided(IS_REST)
    act = Act(0, deciding.settings.clock(), deciding.actor, kind, *theme.place, statement_id, {"was": theme.label, **payload})
    changed = changed_since(all_acts(connection), deciding.seen, deciding.actor, lambda other: _concern(act, other))
    if changed:
        return Decided(changed=changed)
    if not needless:
        row = {name: value for name, value in vars(act).items() if name not in {"id", "undone_at", "undone_by"}}
        connection.execute(insert(ACT).values(**row, run_id=deciding.run_id))
    return Decided(written=not needless)


def _concern(act: Act, other: Act) -> bool:
    """Whether another's act can change somebody's mind about this one. Two people may move different answers out of one theme."""
    if other.kind == "move" and act.kind == "move":
        return other.statement_id == act.statement_id
    return other.touches(*(place for place in (act.place, act.target) if place))


def last_act(acts: Sequence[Act]) -> Act | None:
    """The one that can be undone."""
    return next((act for act in reversed(acts) if act.undone_at is None), None)


def undo_act(connection: Connection, deciding: Deciding, act_id: int) -> Decided:
    """Take back the last decision, whoever made it; only if it still is the last."""
    alone(connection, ACT)
    acts = all_acts(connection)
    last = last_act(acts)
    if last is None or last.id != act_id:
        return Decided(changed=tuple(act for act in acts if (act.id > act_id and act.undone_at is None) or act.id == act_id))
    undone = {"undone_at": deciding.settings.clock(), "undone_by": deciding.actor}
    connection.execute(update(ACT).where(ACT.c.id == act_id).values(**undone))
    return Decided(written=True)
