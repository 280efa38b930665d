"""Room findings: a report to read and hand on, and a part of a table for who may read rows; both are files, and who took them is logged."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import func, select

from app.access import ROWS, Person, Staff, may, note_web_act, settings_of
from app.db import writing
from app.findings.downloads import as_file
from app.findings.export import FIGURES, FILES, Wanted, made_table
from app.findings.frames import Slice
from app.findings.report import Asked, findings_report
from app.findings.report_commands import about, file_name, is_year
from app.findings.report_files import FORMATS, report_file
from app.findings.words import SOURCE_WORDS
from app.forms import Form, Typed, again, printable, read_day, said
from app.i18n import N_
from app.models.tables import RUN, STATEMENT
from app.web import desk, house_of

ROOM = "/bevindingen"
HERE = f"{ROOM}/rapport"
NO_PURPOSE = N_("Schrijf in een paar woorden waarvoor u de tabel nodig hebt.")
NO_DAY = N_("Dit is geen dag. Kies een dag in de kalender.")
TURNED = N_("De eerste dag ligt na de laatste. Draai ze om.")
NOTHING = N_("Hierover is nog geen analyse gedraaid. Kies een andere bron of een ander jaar.")
CLOSED = N_("Deze cijfers verschillen te weinig van wat eerder naar buiten ging. Wacht op meer antwoorden, of kies het geheel.")
NOT_MADE = N_("Dit bestand kan nu niet worden gemaakt. Kies een ander soort bestand.")
NO_FORMAT = N_("Kies een soort bestand.")
TABLES = {"themes": N_("Thema's met cijfers"), "statements": N_("Uitspraken, één per rij")}
reporting = APIRouter(prefix=HERE, dependencies=[may(*FIGURES)])
cutting = APIRouter(prefix=HERE, dependencies=[may(*ROWS)])


@dataclass(frozen=True)
class Cut:
    """A part of a table as a form asked for it, with what must be mended by the name of the field."""

    wanted: Wanted
    wrong: dict[str, str] = field(default_factory=dict)


@reporting.get("")
def show_report(request: Request, person: Staff) -> HTMLResponse:
    return _page(request, person)


@reporting.post("")
def make_report(request: Request, person: Staff, typed: Form) -> Response:
    """A post, because it writes: who took which report."""
    house, engine = house_of(request), request.app.state.engine
    format_, wave, source = said(typed, "bestand"), said(typed, "jaar"), said(typed, "bron")
    if format_ not in FORMATS:
        return _page(request, person, typed, {"bestand": NO_FORMAT})
    if source not in {"", *SOURCE_WORDS} or (wave and (person.role not in ROWS or not is_year(wave))):
        return _page(request, person, typed, {"bron": NOTHING})
    asked = Asked(person.role, wave, source, drafts=person.role in ROWS and said(typed, "concept") == "ja")
    try:
        made = findings_report(engine, settings_of(request), house.programme, asked)
    except (LookupError, ValueError) as reason:
        return _page(request, person, typed, {"bron": NOTHING if isinstance(reason, LookupError) else CLOSED})
    try:
        body = report_file(made, format_)
    except ValueError:
        return _page(request, person, typed, {"bestand": NOT_MADE})
    with writing(engine) as connection:
        note_web_act(request, connection, "report findings", about(asked, format_))
    name = file_name(house.programme, settings_of(request), format_)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=FORMATS[format_], headers=headers)


@cutting.post("/tabel")
def cut_table(request: Request, person: Staff, typed: Form) -> Response:
    """A table over some days, one year or one source; the figures that leave with it are kept."""
    cut, engine = _cut(person, typed), request.app.state.engine
    if cut.wrong:
        return _page(request, person, typed, cut.wrong)
    try:
        table = made_table(engine, settings_of(request), house_of(request).programme, cut.wanted)
    except (LookupError, ValueError) as reason:
        return _page(request, person, typed, {"deel-bron": NOTHING if isinstance(reason, LookupError) else CLOSED})
    part = cut.wanted.part
    what = " ".join(str(each) for each in (part.wave, part.since, part.until, part.source, cut.wanted.format) if each)
    with writing(engine) as connection:
        note_web_act(request, connection, f"export {cut.wanted.kind}", what, purpose=cut.wanted.purpose)
    return as_file(request, cut.wanted, table)


def _cut(person: Person, typed: Typed) -> Cut:
    kind, format_, wave, source = (said(typed, name) for name in ("tabel", "deel-bestand", "deel-jaar", "deel-bron"))
    days = {name: read_day(said(typed, name)) for name in ("van", "tot")}
    wrong = {name: NO_DAY for name, day in days.items() if said(typed, name) and day is None}
    since, until = days["van"], days["tot"]
    if since and until and since > until:
        wrong["van"] = TURNED
    if source not in {"", *SOURCE_WORDS} or (wave and not is_year(wave)) or kind not in TABLES:
        wrong["deel-bron"] = NOTHING
    if format_ not in FILES:
        wrong["deel-bestand"] = NO_FORMAT
    if not (purpose := printable(said(typed, "waarvoor"))):
        wrong["waarvoor"] = NO_PURPOSE
    return Cut(Wanted(kind, person.role, format_, Slice("", wave, since, until, source), purpose), wrong)


def _page(request: Request, person: Person, typed: Typed | None = None, wrong: dict[str, str] | None = None) -> HTMLResponse:
    sees_rows = person.role in ROWS
    with request.app.state.engine.connect() as connection:
        if connection.execute(select(RUN.c.id).limit(1)).first() is None:
            return desk(request, "findings/no_run.html", room=ROOM, may_start=sees_rows, status=422 if wrong else 200)
        ends: Any = connection.execute(select(func.min(STATEMENT.c.said_on), func.max(STATEMENT.c.said_on))).one()
    years = [str(year) for year in range(ends[1].year, ends[0].year - 1, -1)] if sees_rows and ends[0] else []
    shown = {name: values[-1] for name, values in again(typed or {}).items()}
    return desk(
        request, "findings/report_page.html", room=ROOM, status=422 if wrong else 200, sees_rows=sees_rows, years=years, shown=shown,
        wrong=wrong or {}, files=FILES, sources=SOURCE_WORDS, tables=TABLES,
    )  # fmt: skip
