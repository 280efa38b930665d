"""Room wijkgesprekken: four weeks after a wijkgesprek nobody's name, mail, telephone or needs are kept."""

from datetime import timedelta

from sqlalchemy import Connection, or_, select, update

from app.jobs import forgetting
from app.models.tables import MAIL, REGISTRATION, WIJKGESPREK
from app.settings import Settings
from app.wijkgesprekken.seats import NOTHING_KNOWN

KEPT = timedelta(days=28)


@forgetting
def forget_guests(settings: Settings, connection: Connection) -> dict[str, int]:
    """What stays of a registration is that there was one: its place in the counts. Letters that never left lose their address too."""
    before = settings.clock() - KEPT
    ended = select(WIJKGESPREK.c.id).where(WIJKGESPREK.c.ends_at < before)
    known = or_(*(REGISTRATION.c[name] != "" for name in NOTHING_KNOWN), REGISTRATION.c.state != "anonymised")
    guests = connection.execute(
        update(REGISTRATION).where(REGISTRATION.c.wijkgesprek_id.in_(ended), known).values(state="anonymised", **NOTHING_KNOWN)
    )
    unsent = (MAIL.c.made_at < before, MAIL.c.address != "")
    letters = connection.execute(update(MAIL).where(*unsent).values(state="failed", address="", subject="", body="", calendar=""))
    return {"guests forgotten": guests.rowcount, "letters forgotten": letters.rowcount}
