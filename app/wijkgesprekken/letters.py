"""Room wijkgesprekken: letters to people who come, in their language, in the transaction of what they tell."""

import re
from typing import Any

from sqlalchemy import Connection, select

from app.areas import programme_in
from app.codes import in_groups, registration_code
from app.i18n import N_, PAGES, SOURCE, offered_languages, texts
from app.mail import Message, put_in_outbox
from app.models.tables import ACCEPTED, REGISTRATION
from app.settings import Settings
from app.web import day_text
from app.wijkgesprekken.calendar import calendar_text
from app.wijkgesprekken.shown import Notice, notice_of

NEWS = {  # what is told: the subject and the first lines
    "confirmed": (N_("U bent aangemeld: %(title)s"), N_("U bent aangemeld voor “%(title)s”. Fijn dat u komt.")),
    "waitlisted": (
        N_("U staat op de wachtlijst: %(title)s"),
        N_("“%(title)s” is vol. U staat op de wachtlijst. Komt er een plek vrij? Dan krijgt u meteen een mail."),
    ),
    "promoted": (
        N_("Er is een plek voor u: %(title)s"),
        N_(
            "Er is een plek voor u vrij bij “%(title)s”. U bent nu aangemeld. Kunt u niet meer? Meld u dan af. Dan kan iemand anders komen."
        ),
    ),
    "changed": (N_("Uw aanmelding is veranderd: %(title)s"), N_("U heeft uw aanmelding voor “%(title)s” veranderd. Dit staat er nu.")),
    "cancelled": (N_("U bent afgemeld: %(title)s"), N_("U bent afgemeld voor “%(title)s”. U hoeft niets meer te doen.")),
    "called_off": (N_("Gaat niet door: %(title)s"), N_("“%(title)s” gaat niet door. U hoeft niets te doen.")),
    "moved": (N_("Andere tijd of plek: %(title)s"), N_("De tijd of de plek van “%(title)s” is veranderd. Zo is het nu.")),
}
WHEN, WHERE = N_("Wanneer: %(day)s, %(hours)s"), N_("Waar: %(place)s")
PERSONS, WAITING = N_("Aantal mensen: %(n)s"), N_("U staat op de wachtlijst. U heeft nog geen plek.")
CODE = N_("Uw code: %(code)s")
LINK = N_("Wilt u iets veranderen of afmelden? Dat kan hier:")
ELSEWHERE = N_("Andere wijkgesprekken vindt u hier:")
QUESTION = N_("Heeft u een vraag? Antwoord dan op deze mail.")
OVER = ("cancelled", "called_off")


def tell(connection: Connection, settings: Settings, row: Any, guest: Any, news: str, *, base: str = "") -> None:
    """Put one letter in the outbox for a registration that gave an address; the same news of the same revision only once."""
    _put(connection, settings, row, guest, (news, f"{guest.id}/{news}/{guest.revision}", base))


def tell_cancelled(connection: Connection, settings: Settings, row: Any, *, base: str = "") -> None:
    """To everybody who has a place or waits: it does not go ahead."""
    for guest in _coming(connection, row.id):
        _put(connection, settings, row, guest, ("called_off", f"{guest.id}/called_off", base))


def tell_changed(connection: Connection, settings: Settings, row: Any, *, base: str = "") -> None:
    """To everybody who has a place or waits: another time or place; one letter for each sequence number."""
    for guest in _coming(connection, row.id):
        _put(connection, settings, row, guest, ("moved", f"{guest.id}/moved/{row.sequence}", base))


def _coming(connection: Connection, wijkgesprek_id: str) -> list[Any]:
    query = select(REGISTRATION).where(REGISTRATION.c.wijkgesprek_id == wijkgesprek_id, REGISTRATION.c.mail != "")
    return list(
        connection.execute(query.where(REGISTRATION.c.state.in_(("confirmed", "waitlisted"))).order_by(REGISTRATION.c.place_in_line))
    )


def _put(connection: Connection, settings: Settings, row: Any, guest: Any, news_key_base: tuple[str, str, str]) -> None:
    if not guest.mail:
        return
    news, key, base = news_key_base
    notice = notice_of(connection, settings, row.id, _spoken(connection, settings, guest.lang))
    if notice is None:
        raise LookupError(f"there is no wijkgesprek {row.id}")
    put_in_outbox(connection, settings, key=key, kind=news, message=_message(settings, notice, guest, news, base.rstrip("/")))


def _spoken(connection: Connection, settings: Settings, lang: str) -> str:
    """Her language when letters may be written in it, as for pages; else Dutch."""
    accepted = connection.execute(select(ACCEPTED.c.lang)).scalars().all()
    production = settings.env == "production"
    offered = offered_languages([lang], [PAGES], production=production, accepted=accepted, folder=settings.translations)
    return lang if lang in offered else SOURCE


def _message(settings: Settings, notice: Notice, guest: Any, news: str, base: str) -> Message:
    say = texts(notice.lang, PAGES, settings.translations).gettext
    subject, opening = NEWS[news]
    title = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", notice.words.title).split())
    lines = [say(opening) % {"title": title}, "\n".join(_facts(settings, notice, guest, news)), *_ways(settings, notice, guest, news, base)]
    calendar = (
        calendar_text(programme_in(settings.surveys), [notice], base=base, cancels=news in OVER) if guest.state == "confirmed" else ""
    )
    return Message(guest.mail, say(subject) % {"title": title}, "\n\n".join([*lines, say(QUESTION)]) + "\n", notice.lang, calendar)


def _facts(settings: Settings, notice: Notice, guest: Any, news: str) -> list[str]:
    say, row = texts(notice.lang, PAGES, settings.translations).gettext, notice.row
    day = day_text(row.starts_at, notice.lang, weekday=True)
    lines = [say(WHEN) % {"day": day, "hours": notice.hours}, say(WHERE) % {"place": ", ".join(filter(None, (row.place, row.address)))}]
    if news not in OVER:
        lines.append(say(PERSONS) % {"n": guest.persons})
    if guest.state == "waitlisted" and news in {"changed", "moved"}:
        lines.append(say(WAITING))
    return lines


def _ways(settings: Settings, notice: Notice, guest: Any, news: str, base: str) -> list[str]:
    """Her code, and where to go with it; without the address of this site the code alone."""
    say = texts(notice.lang, PAGES, settings.translations).gettext
    if news in OVER:
        return [f"{say(ELSEWHERE)}\n{base}/wijkgesprekken"] if base else []
    code = registration_code(settings.key, guest.key)
    lines = [say(CODE) % {"code": in_groups(code)}]
    return [*lines, f"{say(LINK)}\n{base}/aanmelding/{code}"] if base else lines
