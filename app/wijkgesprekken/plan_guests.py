"""Room wijkgesprekken: who comes, for the office alone: the list at the door, and cancelling on somebody's behalf."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy import Connection, update

from app.access import may, note_web_act, settings_of
from app.db import writing
from app.i18n import N_, STAFF, language_name
from app.models.tables import REGISTRATION
from app.seal import unseal
from app.settings import Settings
from app.web import desk, lead, reader_of, site
from app.wijkgesprekken.leaving import KEPT
from app.wijkgesprekken.letters import tell
from app.wijkgesprekken.plan_view import tells_seats
from app.wijkgesprekken.seats import NOTHING_KNOWN, guests, lock, promote
from app.wijkgesprekken.shown import notice_of

ROOM = "/kantoor/wijkgesprekken"
TELLS = {
    "afgemeld": N_("Deze persoon is afgemeld. Een plek die vrijkomt, gaat naar wie het langst wacht."),
    "weg": N_("Deze aanmelding was er niet meer."),
}
UNREADABLE = N_("Niet te lezen: vastgelegd met een andere sleutel.")

router = APIRouter(prefix=ROOM, dependencies=[may("office", "admin")])


@router.get("/{id_}/aanmeldingen")
def guests_page(request: Request, id_: str) -> Response:
    settings, lang, now = settings_of(request), reader_of(request, domains=[STAFF]).lang, settings_of(request).clock()
    with request.app.state.engine.connect() as connection:
        notice = notice_of(connection, settings, id_, lang)
        rows = guests(connection, id_)
    if notice is None:
        raise HTTPException(404)
    return desk(
        request, "wijkgesprekken/plan_guests.html", room=ROOM, tells=TELLS, notice=notice, row=notice.row, guests=rows,
        needs={guest.id: unseal(settings, guest.needs) for guest in rows}, unreadable=UNREADABLE,
        language_names={guest.lang: language_name(guest.lang, lang) for guest in rows}, may_cancel=notice.takes_registrations(now),
        groups=_groups(notice.row, rows), is_erased=not rows and notice.row.ends_at + KEPT < now, tells_seats=tells_seats, now=now,
    )  # fmt: skip


def _groups(row: Any, rows: list[Any]) -> dict[str, list[Any]]:
    """Who comes and who waits; of one that is cancelled: who has to be rung because no letter reaches them."""
    if row.state != "cancelled":
        return {"komen": [one for one in rows if one.state == "confirmed"], "wachten": [one for one in rows if one.state == "waitlisted"]}
    no_mail = [one for one in rows if not one.mail]
    return {
        "bellen": [one for one in no_mail if one.telephone],
        "mail": [one for one in rows if one.mail],
        "onbekend": [one for one in no_mail if not one.telephone],
    }


@router.post("/{id_}/aanmeldingen/{registration}/afmelden")
def cancel_for(request: Request, id_: str, registration: str) -> Response:
    settings = settings_of(request)
    with writing(request.app.state.engine) as connection:
        row = lock(connection, id_)
        guest = next((each for each in guests(connection, id_) if each.id == registration), None)
        if row is None:
            raise HTTPException(404)
        if guest:
            give_back(connection, settings, row, guest, base=site(request, told=True))
            note_web_act(request, connection, "registration cancelled", registration)
    return lead(f"{ROOM}/{id_}/aanmeldingen", "afgemeld" if guest else "weg")


def give_back(connection: Connection, settings: Settings, row: Any, guest: Any, *, base: str) -> None:
    """As if she cancelled herself: told by letter, wiped, and the place goes to the head of the line."""
    tell(connection, settings, row, guest, "cancelled", base=base)
    after = {"state": "cancelled", "revision": guest.revision + 1, **NOTHING_KNOWN}
    connection.execute(update(REGISTRATION).where(REGISTRATION.c.id == guest.id).values(**after))
    promote(connection, settings, row, base=base)
