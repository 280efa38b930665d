"""Room staff: the trail of what staff did, newest first, for the admin and the auditor."""

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import ColumnElement, select, true

from app.access import may
from app.forms import read_day, whole
from app.models.tables import AUDIT, STAFF
from app.settings import HERE
from app.web import desk

ROWS = 200
ACTS = {  # what stands in the table, in words; always Dutch, as a log of a Dutch office is kept
    "sign in": "logde in", "sign out": "logde uit", "choose password": "koos een wachtwoord", "invite": "nodigde iemand uit",
    "withdraw invitation": "trok een uitnodiging in", "add account": "maakte een account", "new one-time password": "gaf een eenmalig wachtwoord",
    "POST refused": "formulier geweigerd", "wijkgesprek add": "plande een wijkgesprek", "wijkgesprek planned": "plande een wijkgesprek",
    "wijkgesprek changed": "wijzigde een wijkgesprek", "wijkgesprek opened": "zette een wijkgesprek open",
    "wijkgesprek cancelled": "zegde een wijkgesprek af", "wijkgesprek text machine": "bewaarde een vertaling (computer)",
    "wijkgesprek text reviewed": "bewaarde een vertaling (nagekeken)", "attendance kept": "noteerde de opkomst",
    "feedback given on kept": "noteerde de terugkoppeling", "registration cancelled": "meldde iemand af", "table link made": "maakte een tafellink",
    "table link withdrawn": "trok een tafellink in", "note new": "schreef een notitie", "note changed": "wijzigde een notitie",
    "note removed": "haalde een notitie weg", "run asked": "startte een ronde", "theme rename": "hernoemde een thema",
    "theme merge": "voegde thema's samen", "theme move": "verplaatste een antwoord", "theme settle": "stelde een thema vast",
    "theme unsettle": "nam vaststellen terug", "theme act undone": "maakte een besluit ongedaan", "text read": "keek een tekst na",
    "translated": "vertaalde een tekst", "translation changed": "wijzigde een vertaling", "translations out": "haalde teksten op om te vertalen",
    "translations in": "stuurde vertalingen terug",
    "texts read": "keek teksten na", "text erased": "wiste een tekst", "response erased": "wiste een hele reactie",
    "figures settled": "stelde de cijfers vast", "quote cleared": "gaf een citaat vrij", "quote taken back": "trok een citaat in",
    "finding stated": "schreef een bevinding", "finding draft": "schreef een bevinding in concept", "finding changed": "wijzigde een bevinding", "finding reviewed": "keurde een bevinding goed", "finding published": "publiceerde een bevinding",
    "finding taken back": "trok een bevinding in", "finding back to draft": "maakte een bevinding weer concept",
    "codes made": "maakte codes voor brieven", "codes stopped": "stopte codes voor brieven", "link for help made": "maakte een link voor wie helpt",
    "link for help closed": "sloot een link voor wie helpt", "streets read in": "las straten in", "contact wishes read": "las wie van ons wil horen",
    "contact wishes downloaded": "downloadde wie van ons wil horen", "contact wish erased": "wiste gegevens van iemand die wilde horen",
    "export statements": "downloadde uitspraken",
    "export responses": "downloadde reacties", "export raw": "downloadde letterlijke teksten",
}  # fmt: skip
RESULTS = {"ok": "gelukt", "refused": "geweigerd", "foreign form": "vreemd formulier"}
router = APIRouter(prefix="/beheer/logboek", dependencies=[may("admin", "auditor")])


@router.get("")
def trail(request: Request, wie: str = "", wat: str = "", dag: str = "", voor: str = "") -> HTMLResponse:
    """`wie`, `wat` and `dag` choose; `voor` is the number of the row before which a page begins."""
    wanted = _wanted(wie, wat, dag)
    number = whole(voor)
    before = true() if number is None else AUDIT.c.id < number
    with request.app.state.engine.connect() as connection:
        rows = connection.execute(select(AUDIT).where(wanted, before).order_by(AUDIT.c.id.desc()).limit(ROWS + 1)).all()
        actors = connection.execute(select(AUDIT.c.actor).distinct().order_by(AUDIT.c.actor)).scalars().all()
        actions = connection.execute(select(AUDIT.c.action).distinct().order_by(AUDIT.c.action)).scalars().all()
        names = {person: name for person, name in connection.execute(select(STAFF.c.id, STAFF.c.name))}  # noqa: C416  # rows are not pairs to mypy
    chosen = {"wie": wie, "wat": wat, "dag": dag if read_day(dag) else ""}
    older = urlencode({**chosen, "voor": rows[ROWS - 1].id}, errors="replace") if len(rows) > ROWS else ""
    return desk(
        request,
        "staff/trail.html",
        room="/beheer",
        rows=rows[:ROWS],
        actors=actors,
        actions=actions,
        names=names,
        chosen=chosen,
        older=older,
        acts=ACTS,
        results=RESULTS,
    )


def _wanted(actor: str, action: str, day: str) -> ColumnElement[bool]:
    wanted: ColumnElement[bool] = true()
    if actor:
        wanted &= AUDIT.c.actor == _plain(actor)
    if action:
        wanted &= AUDIT.c.action == _plain(action)
    if found := read_day(day):
        begin = datetime.combine(found, time(), HERE)
        wanted &= (AUDIT.c.at >= begin) & (AUDIT.c.at < begin + timedelta(days=1))
    return wanted


def _plain(typed: str) -> Any:
    return typed.replace("\x00", "").encode("utf-8", "replace").decode()
