"""Room findings: what changed between two runs and why: theme by theme with sums that add up, and for each statement one reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from app.acts import Act, Decisions, Place, all_acts
from app.findings.themes import Said, ThemesNow, themes_now
from app.findings.trust import acts_of
from app.i18n import N_
from app.models.tables import REDACTION, STATEMENT

OUT: Place = ("", "")  # left out, or not in this run
PERSON, MERGED, ERASED, NEW, GONE, TEXT, WORDS, VERSION, LABELS, OTHERS = (
    "person", "merged", "erased", "new", "gone", "text", "words", "version", "labels", "others"
)  # fmt: skip
REASONS = {
    NEW: N_("nieuw antwoord"), GONE: N_("zit niet meer in wat gelezen wordt"), ERASED: N_("tekst gewist"), PERSON: N_("een mens verplaatste het"),
    MERGED: N_("het thema is samengevoegd, gesplitst of vervallen"), TEXT: N_("de tekst is veranderd of nagekeken"),
    WORDS: N_("andere woorden per pijler"), VERSION: N_("andere versie van Wijkstem"), LABELS: N_("geleerd van andere verbeteringen"),
    OTHERS: N_("andere antwoorden erbij of eraf"),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One theme in both runs, in statements: before + came + joined - left - went = after."""

    place: Place
    label: str
    was: str  # what it was called, when that is something else
    before: int
    came: int  # from outside: new answers, or no longer left out
    joined: int  # from other themes
    left: int  # to other themes
    went: int  # left out or gone
    after: int
    what: str  # new, gone, merged, split or ""
    about: tuple[str, ...] = ()  # the labels of what it was merged into or split from


@dataclass(frozen=True)
class Changes:
    """Two runs side by side. `moved`: how many statements changed place, by reason; they are all in the lines."""

    before: Any
    after: Any
    lines: Sequence[Line]
    moved: Mapping[str, int]
    total: Line
    stayed: int
    renamed: Sequence[tuple[str, str]] = field(default=())


def changes_between(connection: Connection, before: Any, after: Any) -> Changes:
    """Two rows of RUN, each with what people had decided when it was made."""
    acts = all_acts(connection)
    then, now = (themes_now(connection, run, acts_of(acts, run)) for run in (before, after))
    places = _places(then), _places(now)
    ids = sorted({*places[0], *places[1]})
    pairs = {id_: (places[0].get(id_, OUT), places[1].get(id_, OUT)) for id_ in ids}
    moved = {id_: pair for id_, pair in pairs.items() if pair[0] != pair[1]}
    why = _reasons(connection, then, now, moved)
    lines = [_line(place, pairs, then, now) for place in sorted({place for pair in pairs.values() for place in pair} - {OUT})]
    lines.sort(key=lambda line: (line.place[0], line.place[1] == "rest", -line.after, line.place))
    return Changes(
        before, after, lines, {reason: n for reason in REASONS if (n := why[reason])}, _sum(lines), len(pairs) - len(moved),
        [(line.was, line.label) for line in lines if line.was],
    )  # fmt: skip


def _places(now: ThemesNow) -> dict[str, Place]:
    return {said.id: OUT if said.excluded else said.place for said in now.statements}


def _line(place: Place, pairs: Mapping[str, tuple[Place, Place]], then: ThemesNow, now: ThemesNow) -> Line:
    ends = Counter((source, target) for source, target in pairs.values() if place in {source, target})
    stayed = ends.pop((place, place), 0)
    came, went = ends.pop((OUT, place), 0), ends.pop((place, OUT), 0)
    joined = sum(n for (_, target), n in ends.items() if target == place)
    left = sum(n for (source, _), n in ends.items() if source == place)
    labels = [theme.label if (theme := each.theme(*place)) else "" for each in (then, now)]
    was = labels[0] if labels[0] and labels[1] and labels[0] != labels[1] else ""
    what, about = _what(place, then, now, stayed + left + went, stayed + came + joined)
    return Line(place, labels[1] or labels[0], was, stayed + left + went, came, joined, left, went, stayed + came + joined, what, about)


def _what(place: Place, then: ThemesNow, now: ThemesNow, before: int, after: int) -> tuple[str, tuple[str, ...]]:
    """What became of the theme as such."""
    into = now.decisions.place_of(place)
    if into != place and then.decisions.place_of(place) == place:
        return "merged", (_label(into, now),)
    origin = {act.place for act in _splits(now.acts) if act.target == place}
    if origin and not before:
        return "split", tuple(sorted(_label(each, now) for each in origin))
    return ("new" if not before else "gone" if not after else ""), ()


def _splits(acts: Sequence[Act]) -> list[Act]:
    return [act for act in acts if act.kind == "split" and act.undone_at is None]


def _label(place: Place, now: ThemesNow) -> str:
    theme = now.theme(*place)
    return theme.label if theme else place[1]


def _sum(lines: Sequence[Line]) -> Line:
    before, came, joined, left, went, after = (
        sum(getattr(line, name) for line in lines) for name in ("before", "came", "joined", "left", "went", "after")
    )
    return Line(OUT, "", "", before, came, joined, left, went, after, "")


# ------------------------------------------------------------------------------------------- why
def _reasons(connection: Connection, then: ThemesNow, now: ThemesNow, moved: Mapping[str, tuple[Place, Place]]) -> Counter[str]:
    erased = set(connection.execute(select(STATEMENT.c.id).where(STATEMENT.c.erased_on.is_not(None))).scalars())
    between = REDACTION.c.settled_at.between(then.run.made_at, now.run.made_at)
    read = set(connection.execute(select(REDACTION.c.statement_id).where(between)).scalars())
    known, there = ({said.id: said for said in each.statements} for each in (then, now))
    general = _general(then, now, {*known} != {*there})
    found: Counter[str] = Counter()
    for id_, (source, target) in moved.items():
        own = _own_reason(id_, source, target, then.decisions, now.decisions, known, there)
        found[own or (ERASED if id_ in erased and target == OUT else TEXT if id_ in read else general)] += 1
    return found


def _own_reason(  # one statement in two runs
    id_: str, source: Place, target: Place, before: Decisions, after: Decisions, known: Mapping[str, Said], there: Mapping[str, Said]
) -> str:  # fmt: skip
    """What happened to this very statement, if anything did."""
    if id_ not in known:
        return NEW
    if id_ not in there:
        return GONE
    decided = after.moved.get(id_)
    if decided is not None and decided != before.moved.get(id_) and after.place_of(decided) == target:
        return PERSON
    return MERGED if source != OUT and after.place_of(source) == target else ""


def _general(then: ThemesNow, now: ThemesNow, other_statements: bool) -> str:
    """Why the machine saw it in another way: the first of these that is so."""
    if then.run.software != now.run.software:
        return VERSION
    if then.run.words_hash != now.run.words_hash:
        return WORDS
    if then.decisions.moved != now.decisions.moved:
        return LABELS
    return OTHERS if other_statements else TEXT
