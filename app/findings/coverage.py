"""Room findings: what a run covered, by language and source, and every theme by language, as tables that leave through the door."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from app.acts import REST
from app.disclosure import release
from app.findings.shares import STREAMS, Sheet
from app.findings.themes import Said, ThemesNow
from app.models.answers import SESSIONS

THEMED, OUT, ALL = "themed", "excluded", ""
PARTS = (THEMED, REST, OUT)
Shown = Mapping[Any, int | None]


def part_of(said: Said) -> str:
    """Where a statement is in the ledger."""
    return OUT if said.excluded else REST if said.place[1] == REST else THEMED


def coverage_sheet(now: ThemesNow) -> Sheet:
    """Statements by where they are in the ledger: in all, per language and per source: ("lang", "tr", "rest"); "" is a total.

    At ("why", reason, "") those left out for that reason.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    for said in now.statements:
        for group in (("all", ALL), ("lang", said.lang), ("source", said.source)):
            counts.update([(*group, part_of(said)), (*group, ALL)])
        if said.excluded:
            counts["why", said.excluded, ALL] += 1
    groups = sorted({name[:2] for name in counts if name[0] != "why"} | {("all", ALL)})
    reasons = sorted(name for name in counts if name[0] == "why")
    cells = {(*group, part): counts[*group, part] for group in groups for part in (*PARTS, ALL)} | {name: counts[name] for name in reasons}
    sums: list[tuple[Any, list[Any]]] = [((*group, ALL), [(*group, part) for part in PARTS]) for group in groups]
    joins: list[tuple[Any, list[Any]]] = [(("all", ALL, OUT), reasons)] if reasons else []
    for kind in ("lang", "source"):
        mine = [group for group in groups if group[0] == kind]
        joins += [(("all", ALL, part), [(*group, part) for group in mine]) for part in (*PARTS, ALL) if mine]
    return Sheet(cells, sums, joins)


def language_sheet(now: ThemesNow, themes: Sheet, shown: Shown) -> Sheet:
    """People who named each theme in a survey, per language of their answers, all ways in together: ("lang", "tr", "wonen", "afval").

    At ("lang", "tr", "", "") everybody who answered an open question in it. Leaves after the table of themes, and beside it.
    """
    places = sorted({theme.place for theme in now.themes})
    named = _named(now.statements)
    langs = sorted({lang for lang, _ in named})
    cells: dict[Any, int] = dict(themes.cells)
    sums, joins = list(themes.sums), list(themes.joins)
    unshown = [*themes.unshown, *(name for name, count in shown.items() if count is None)]
    for lang in langs:
        base = cells["lang", lang, "", ""] = len(named[lang, ("", "")])
        for place in places:
            n = cells["lang", lang, *place] = len(named[lang, place])
            if n:
                cells["others", lang, *place] = base - n
                unshown.append(("others", lang, *place))
                sums.append((("lang", lang, "", ""), [("lang", lang, *place), ("others", lang, *place)]))
    for place in places if langs else ():
        total = ("lang", ALL, *place)
        cells[total] = sum(cells["lang", lang, *place] for lang in langs)
        unshown.append(total)
        joins += [(total, [("lang", lang, *place) for lang in langs]), (total, [(stream, *place) for stream in STREAMS])]
    known = [name for name, count in shown.items() if count is not None]
    if langs:  # how many answered at all stands elsewhere: what it leaves of one language must not be the others'
        cells["lang", ALL, "", ""] = sum(cells["lang", lang, "", ""] for lang in langs)
        joins.append((("lang", ALL, "", ""), [("lang", lang, "", "") for lang in langs]))
        known.append(("lang", ALL, "", ""))
    return Sheet(cells, sums, joins, list(dict.fromkeys(unshown)), known)


def _named(statements: Iterable[Said]) -> Mapping[tuple[str, tuple[str, str]], set[str]]:
    """Who named what in which language; at ("", "") who said anything that is analysed or was left out."""
    found: dict[tuple[str, tuple[str, str]], set[str]] = defaultdict(set)
    for said in statements:
        if said.source not in SESSIONS:
            for place in (("", ""), *(() if said.excluded else said.places)):
                found[said.lang, place].add(said.who)
    return found


def through_the_door(sheet: Sheet, threshold: int) -> dict[Any, int | None]:
    """What may leave of a table, when nothing of it left before."""
    lines = [tuple((total, tuple(parts)) for total, parts in some) for some in (sheet.sums, sheet.joins)]
    return dict(_released(tuple(sheet.cells.items()), *lines, tuple(sheet.unshown), tuple(sheet.known), threshold))


@lru_cache(maxsize=32)
def _released(cells: Any, sums: Any, joins: Any, unshown: Any, known: Any, threshold: int) -> tuple[tuple[Any, int | None], ...]:
    """The door, remembered: it is the same whenever the counts are."""
    return tuple(release(dict(cells), sums, threshold=threshold, joins=joins, unshown=unshown, known=known).items())
