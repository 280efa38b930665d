"""Room findings: the page of figures: themes, goals and pillars by source, wijk, age, way and language, over the years, drawn and as tables."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from app.access import ROWS, Person, Staff, may, settings_of
from app.acts import REST
from app.findings.drawings import Disc, Point, bar, disc_map, line_chart
from app.findings.fallback import GOAL, PILLAR, WAYS, Node
from app.findings.figure_page import BY, KIND_WORDS, MOST_DISCS, OF_SOURCE, SOURCE_NAMES, STREAM_NAMES, WAY_WORDS, Asked, Shown, shown
from app.findings.figures import Block
from app.findings.sheets import FORMATS, write_table
from app.findings.words import pillar_names
from app.forms import printable
from app.i18n import N_
from app.web import desk, house_of

ROOM = "/bevindingen"
HERE = f"{ROOM}/cijfers"
NO_DAY = N_("Vul een dag in als jjjj-mm-dd, bijvoorbeeld 2026-11-01.")
TURNED = N_("De eerste dag ligt na de laatste. Wissel ze om.")
COLUMNS = (
    "stream", "year", "from", "to", "pillar", "kind", "key", "name", "group", "group_name", "n", "base", "share", "low", "high", "differs",
    "instead_kind", "instead_key", "instead_name", "instead_group", "instead_n", "instead_base",
)  # fmt: skip
NOTES = (
    "n: hoeveel mensen dit noemden, ieder één keer; bij wijkgesprek en kennissessie hoe vaak het is gezegd. base: hoeveel er een open vraag beantwoordden.",
    "share, low, high: deel en marge van 95 procent (Wilson), alleen voor de uitgenodigde steekproef, ongewogen.",
    "differs 1 of -1: in deze groep vaker of minder vaak dan bij alle anderen, meer dan toeval (Benjamini-Hochberg, 5 procent over deze hele tabel).",
    "instead_: het eerste ruimere cijfer dat wel naar buiten mag, als u daarvoor koos. kind: theme, goal of pillar.",
    "– in plaats van een getal: te weinig mensen, of nodig om een klein aantal elders te beschermen. Bewoners vanaf %(resident)s, professionals vanaf %(professional)s.",
)
router = APIRouter(prefix=HERE, dependencies=[may("office", "analyst", "auditor", "admin")])


@router.get("")
def figures_page(request: Request, person: Staff) -> HTMLResponse:
    asked = _asked(request, person)
    with request.app.state.engine.connect() as connection:
        told = shown(connection, house_of(request).programme, person.role, asked)
        words = told.key_words(connection) if told and asked.words else []
    if told is None:
        return desk(request, "findings/no_run.html", room=ROOM, may_start=person.role in ROWS)
    return desk(
        request, "findings/figures.html", room=ROOM, status=422 if asked.wrong else 200, told=told, asked=told.asked, key_words=words,
        choices={"by": BY, "kind": KIND_WORDS, "source": SOURCE_NAMES, "way": WAY_WORDS}, stream_names=STREAM_NAMES, pillars=pillar_names(told.programme),
        address=lambda ending: f"{HERE}/tabel.{ending}?{_query(told.asked)}", draw_bar=bar, discs=_discs(told), chart=_chart, GOAL=GOAL, PILLAR=PILLAR,
        refused=person.role not in ROWS and any(request.query_params.get(name) for name in ("van", "tot", "vragenlijst")),
    )  # fmt: skip


@router.get("/tabel.{ending}")
def download_figures(request: Request, person: Staff, ending: str) -> Response:
    """The same figures as a table, one row each."""
    asked, programme = _asked(request, person), house_of(request).programme
    with request.app.state.engine.connect() as connection:
        told = shown(connection, programme, person.role, asked)
    if told is None or asked.wrong or ending not in FORMATS:
        raise HTTPException(404)
    name = f"wijkstem-cijfers-{programme.key}-{settings_of(request).today():%Y-%m-%d}.{ending}"
    limits = {"resident": programme.thresholds.resident, "professional": programme.thresholds.professional}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        write_table(
            file,
            COLUMNS,
            list(_lines(told)),
            format=ending,
            title=f"Wijkstem {programme.name}: cijfers",
            notes=[note % limits for note in NOTES],
        )
        body = file.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=FORMATS[ending], headers=headers)


# ------------------------------------------------------------------------------------------- what is asked
def _asked(request: Request, person: Person) -> Asked:
    """What the address asks for; what is no choice is none, and a day or survey is for who sees rows."""
    given = {name: printable(value)[:80].strip() for name, value in request.query_params.items()}
    asked = Asked(
        _one(given, "uitsplitsing", BY), _one(given, "rijen", KIND_WORDS), given.get("jaar", ""), _one(given, "bron", OF_SOURCE),
        _one(given, "terugval", ("", *WAYS)), given.get("woorden", ""),
    )  # fmt: skip
    if person.role not in ROWS:
        return asked
    days, wrong = {}, ""
    for name, field in (("van", "since"), ("tot", "until")):
        try:
            days[field] = date.fromisoformat(given[name]) if given.get(name) else None
        except ValueError:
            wrong = NO_DAY
    since, until = days.get("since"), days.get("until")
    wrong = TURNED if since and until and since > until else wrong
    return (
        replace(asked, survey=given.get("vragenlijst", ""), wrong=wrong)
        if wrong
        else replace(asked, survey=given.get("vragenlijst", ""), since=since, until=until)
    )


def _one(given: Mapping[str, str], name: str, choices: Any) -> str:
    """A choice that there is, or else the first."""
    value = given.get(name, "")
    return value if value in choices else str(next(iter(choices)))


def _query(asked: Asked) -> str:
    named = {
        "uitsplitsing": asked.by, "rijen": asked.kind, "jaar": asked.year, "bron": asked.source, "terugval": asked.way, "vragenlijst": asked.survey,
        "van": asked.since, "tot": asked.until,
    }  # fmt: skip
    return urlencode({name: str(value) for name, value in named.items() if value})


# ------------------------------------------------------------------------------------------- drawings
def _discs(told: Shown) -> Callable[..., list[tuple[str, Callable[..., Markup]]]]:
    """The map: of each pillar its largest themes, on one scale."""

    def drawn(rest: str, *, right_to_left: bool) -> list[tuple[str, Callable[..., Markup]]]:
        block = told.main
        rows = [(pillar, [(row, block.at(node).n or 0) for row, node in rows]) for pillar, rows in told.rows("thema")] if block else []
        sized = [(pillar, sorted(((row, n) for row, n in found if n), key=lambda one: -one[1])[:MOST_DISCS]) for pillar, found in rows]
        most = max((n for _, found in sized for _, n in found), default=0)
        maps = []
        for pillar, found in sized:
            discs = [Disc(rest, n, is_dutch=False) if row.key == REST else Disc(told.name(row), n) for row, n in found]
            if discs:
                maps.append((pillar, _map_of(discs, most, right_to_left=right_to_left)))
        return maps

    return drawn


def _map_of(discs: list[Disc], most: int, *, right_to_left: bool) -> Callable[..., Markup]:
    says = "; ".join(f"{disc.label if disc.is_dutch else 'Rest'}: {disc.n}" for disc in discs)
    return lambda name: disc_map(discs, most=most, name=name, says=says, right_to_left=right_to_left)


def _chart(points: list[tuple[str, Any]], most: float, says: str, *, right_to_left: bool) -> Markup:
    """One subject over the years: its share where there is one, else its count on the same scale."""
    drawn = [Point(year, figure.share if figure.share is not None else figure.n, figure.low, figure.high) for year, figure in points]
    return line_chart(drawn, most=most, says=says, right_to_left=right_to_left)


# ------------------------------------------------------------------------------------------- the table as a file
def _lines(told: Shown) -> Iterator[list[object]]:
    for block in told.blocks:
        for _, rows in told.rows():
            for row, node in rows:
                for group in block.columns:
                    yield _line(told, block, row, node, group)


def _line(told: Shown, block: Block, row: Node, node: Node, group: str) -> list[object]:
    asked, figure, fallen = told.asked, block.at(node, group), block.fallen(told.tree, node, group, told.asked.way)
    year = "" if asked.since or asked.until or asked.survey else asked.year
    more = told.differing.get((node, group)) if block.stream == "sample" else None
    about = [
        block.stream,
        year,
        asked.since or "",
        asked.until or "",
        row.pillar,
        row.kind,
        row.key,
        told.name(row),
        group,
        told.group_names.get(group, ""),
    ]
    sure = ["" if value is None else round(value, 4) for value in (figure.share, figure.low, figure.high)]
    instead: list[object] = [""] * 6
    if fallen:
        wider = fallen.node
        instead = [wider.kind, wider.key, told.name(wider), told.group_names.get(fallen.group, ""), fallen.figure.n, fallen.figure.base]
    return [*about, figure.n, figure.base, *sure, "" if more is None else 1 if more else -1, *instead]
