"""Room office: the page of the ways in: the open address and its poster, codes for letters, and links for who helps."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection, select

from app.access import may, note_web_act, settings_of
from app.db import writing
from app.forms import Form, Typed, again, read_day, said, whole
from app.i18n import N_, STAFF, language_name
from app.models.tables import SURVEY, VERSION
from app.office.poster import Sheet, poster_pdf, printed_languages
from app.office.surveys import Refused
from app.office.ways import INVITING, add_link, close_link, codes_csv, codes_fault, count_codes, link_fault, links, make_codes, stop_batch
from app.survey import Survey, load_survey
from app.web import desk, house_of, lead, reader_of, site

HERE = "/kantoor/ingangen"
TELLS = {
    "gestopt": N_("De ongebruikte codes werken niet meer."),
    "gesloten": N_("De link is gesloten. Hij werkt binnen tien seconden nergens meer."),
}
FAULTS = {  # the field it stands beside, and what to do
    "survey": ("vragenlijst", N_("Met deze vragenlijst kan nu niemand beginnen. Kies een andere.")),
    "batch": ("reeks", N_("Geef de reeks een naam van hoogstens 64 tekens.")),
    "taken": ("reeks", N_("Er is al een reeks met deze naam. Kies een andere naam.")),
    "number": ("aantal", N_("Vul een aantal in van 1 tot en met 100.000.")),
    "organisation": ("organisatie", N_("Vul de naam van de organisatie in, hoogstens 120 tekens.")),
    "day": ("einddatum", N_("Kies een dag vanaf vandaag.")),
}
router = APIRouter(prefix=HERE, dependencies=[may("office", "admin")])


@router.get("")
def overview(request: Request) -> HTMLResponse:
    return _overview(request)


def _overview(request: Request, *, status: int = 200, problems: Mapping[str, str] | None = None, typed: Typed | None = None, about: str = "") -> HTMLResponse:  # fmt: skip
    settings, lang = settings_of(request), reader_of(request, domains=[STAFF]).lang
    with request.app.state.engine.connect() as connection:
        surveys, batches, given = _surveys(connection), count_codes(connection), links(connection)
    printed = {key: printed_languages(settings, survey) for key, survey in surveys.items()}
    return desk(
        request, "office/ways.html", room=HERE, tells=TELLS, status=status, surveys=surveys, printed=printed, batches=batches, links=given,
        address=site(request), today=settings.today(), problems=problems or {}, typed=again(typed or {}), about=about,
        language_name=lambda code: language_name(code, lang),
    )  # fmt: skip


def _surveys(connection: Connection) -> dict[str, Survey]:
    """The surveys that somebody can come into, or soon can."""
    rows = connection.execute(
        select(SURVEY.c.key, VERSION.c.source)
        .join(VERSION, VERSION.c.fingerprint == SURVEY.c.fingerprint)
        .where(SURVEY.c.state.in_(INVITING))
        .order_by(SURVEY.c.key)
    )
    return {key: load_survey(source, key) for key, source in rows}


@router.get("/affiche")
def poster(
    request: Request, taal: Annotated[list[str], Query(default_factory=list)], survey: Annotated[str, Query(alias="vragenlijst")] = ""
) -> Response:
    """The poster with the open address. Who may be asked where: only languages in which all its texts are translated."""
    settings = settings_of(request)
    with request.app.state.engine.connect() as connection:
        try:
            sheet = Sheet.of(connection, settings, house_of(request).programme, survey, site(request))
        except (LookupError, Refused):
            raise HTTPException(404) from None
    chosen = [lang for lang in printed_languages(settings, sheet.survey) if lang in taal]
    return _file(poster_pdf(sheet, chosen or ["nl"]), "application/pdf", f"affiche-{sheet.survey.key}.pdf")


@router.post("/codes")
def new_codes(request: Request, typed: Form) -> Response:
    """The list is what the browser gets, and nowhere else."""
    settings, key, batch = settings_of(request), said(typed, "vragenlijst"), " ".join(said(typed, "reeks").split())
    number = whole(said(typed, "aantal"), 6) or 0
    with writing(request.app.state.engine) as connection:
        _known(connection, key)
        if not (fault := codes_fault(connection, key, batch, number)):
            codes = make_codes(connection, settings, key, batch=batch, number=number)
            note_web_act(request, connection, "codes made", f"{key} {batch} {number}")
    if fault:
        return _refused(request, typed, fault, "codes")
    return _file(codes_csv(codes, site(request)), "text/csv; charset=utf-8", f"codes-{key}-{settings.today()}.csv")


@router.post("/codes/stoppen")
def stop_codes(request: Request, typed: Form) -> Response:
    key, batch = said(typed, "vragenlijst"), said(typed, "reeks")
    with writing(request.app.state.engine) as connection:
        try:
            stopped = stop_batch(connection, key, batch)
        except LookupError:
            raise HTTPException(404) from None
        note_web_act(request, connection, "codes stopped", f"{key} {batch} {stopped}")
    return lead(HERE, "gestopt")


@router.post("/links")
def new_link(request: Request, typed: Form) -> HTMLResponse:
    """The address stands on the page that answers, and nowhere else: it is kept as a hash."""
    settings, key, organisation = settings_of(request), said(typed, "vragenlijst"), " ".join(said(typed, "organisatie").split())
    until, token = read_day(said(typed, "einddatum")), ""
    with writing(request.app.state.engine) as connection:
        _known(connection, key)
        fault = link_fault(connection, settings, key, organisation, until)
        if not fault and until:
            id_, token = add_link(connection, settings, key, organisation=organisation, until=until)
            note_web_act(request, connection, "link for help made", id_)
    if fault:
        return _refused(request, typed, fault, "links")
    return desk(request, "office/link_made.html", room=HERE, organisation=organisation, until=until, link=f"{site(request)}h/{token}")


@router.post("/links/{id_}/sluiten")
def close(request: Request, id_: str) -> Response:
    with writing(request.app.state.engine) as connection:
        if not close_link(connection, id_):
            raise HTTPException(404)
        note_web_act(request, connection, "link for help closed", id_)
    return lead(HERE, "gesloten")


def _known(connection: Connection, key: str) -> None:
    if connection.execute(select(SURVEY.c.key).where(SURVEY.c.key == key)).first() is None:
        raise HTTPException(404)


def _refused(request: Request, typed: Typed, fault: str, about: str) -> HTMLResponse:
    field, words = FAULTS[fault]
    return _overview(request, status=422, problems={field: words}, typed=typed, about=about)


def _file(body: bytes, kind: str, name: str) -> Response:
    return Response(body, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"})
