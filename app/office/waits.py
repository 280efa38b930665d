"""Room office: what waits for a person: each kind one small question to the database, whatever the number of rows."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from app.acts import NOTHING, REST, all_acts, fold
from app.areas import Programme
from app.i18n import PAGES, SOURCE, states
from app.models.tables import (
    CONTRIBUTION,
    FINDING,
    INVITATION,
    MAIL,
    REDACTION,
    REGISTRATION,
    RUN,
    STAFF,
    STATEMENT,
    SURVEY,
    THEME,
    TRANSLATION,
    VERSION,
    WIJKGESPREK,
    WIJKGESPREK_TEXT,
)  # fmt: skip
from app.reading import ACCEPTED
from app.settings import HERE, Settings
from app.survey import Survey, load_survey

NEAR, DRAFTS, WEEK, ACCOUNTS, INVITATIONS = (timedelta(days=days) for days in (14, 14, 7, 14, 2))
PLACES = {"contributions": "/inbreng", "line": "/aanmeldingen", "interpreter": "/bewerken"}  # the page of a wijkgesprek where it is done
PROMISING = ("open", "paused", "paper_only", "closed")


@dataclass(frozen=True)
class Look:
    """One look at the desk: where, when, and the wijkgesprekken that can ask for something, read once."""

    connection: Connection
    settings: Settings
    programme: Programme
    today: date
    meetings: Sequence[Row[Any]] = ()
    surveys: Sequence[tuple[Survey, str]] = ()  # with their state


@dataclass(frozen=True)
class Wait:
    """One thing that waits: its kind (desk.html has the words), until when, where it is done, and what the words name."""

    kind: str
    due: date | None = None
    link: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


Waits = Callable[[Look], list[Wait]]


# ------------------------------------------------------------------------------------------- read once
def open_surveys(connection: Connection) -> list[tuple[Survey, str]]:
    """Every survey that promised an answer, with its state."""
    rows = connection.execute(
        select(SURVEY.c.key, SURVEY.c.state, VERSION.c.source)
        .join(VERSION, VERSION.c.fingerprint == SURVEY.c.fingerprint)
        .where(SURVEY.c.state.in_(PROMISING))
        .order_by(SURVEY.c.key)
    )
    return [(_loaded(source, key), state) for key, state, source in rows]


@lru_cache(maxsize=64)
def _loaded(source: str, key: str) -> Survey:
    return load_survey(source, key)


def meetings(connection: Connection, settings: Settings) -> Sequence[Row[Any]]:
    """Wijkgesprekken that are still to come or are not finished: with their Dutch title, who comes, who waits, and what was written down."""
    coming = _sum_of(REGISTRATION.c.persons, "confirmed")
    waiting = _sum_of(REGISTRATION.c.persons, "waitlisted")
    written = select(func.count()).where(CONTRIBUTION.c.wijkgesprek_id == WIJKGESPREK.c.id).scalar_subquery()
    title = (
        select(WIJKGESPREK_TEXT.c.title)
        .where(WIJKGESPREK_TEXT.c.wijkgesprek_id == WIJKGESPREK.c.id, WIJKGESPREK_TEXT.c.lang == SOURCE)
        .scalar_subquery()
    )
    unfinished = or_(
        WIJKGESPREK.c.ends_at > settings.clock(),
        WIJKGESPREK.c.attendance.is_(None),
        and_(WIJKGESPREK.c.feedback_on.is_not(None), WIJKGESPREK.c.feedback_given_on.is_(None)),
        and_(WIJKGESPREK.c.attendance > 0, written == 0),
    )
    return connection.execute(
        select(WIJKGESPREK, coming.label("coming"), waiting.label("waiting"), written.label("written"), title.label("title"))
        .where(WIJKGESPREK.c.state != "cancelled", unfinished)
        .order_by(WIJKGESPREK.c.starts_at, WIJKGESPREK.c.id)
    ).all()


def _sum_of(persons: Any, state: str) -> Any:
    mine = (REGISTRATION.c.wijkgesprek_id == WIJKGESPREK.c.id) & (REGISTRATION.c.state == state)
    return select(func.coalesce(func.sum(persons), 0)).where(mine).scalar_subquery()


# ------------------------------------------------------------------------------------------- promises
def promised_answers(look: Look) -> list[Wait]:
    """Surveys that said when people hear what was done."""
    return [
        Wait(
            "survey_feedback", asked.feedback_date, facts={"title": asked.title, "day": asked.feedback_date, "owner": asked.feedback_owner}
        )
        for asked, _ in look.surveys
        if asked.feedback_date and asked.feedback_date <= look.today + NEAR
    ]


def wijkgesprekken(look: Look) -> list[Wait]:
    now = look.settings.clock()
    found = []
    for row in look.meetings:
        begins, link = row.starts_at.astimezone(HERE).date(), f"/kantoor/wijkgesprekken/{row.id}"
        facts = {"title": row.title or row.place, "place": row.place, "begins": row.starts_at, "row": row}
        for kind, due in _asked_of(row, begins, look.today, ended=row.ends_at <= now, begun=row.starts_at <= now):
            found.append(Wait(kind, due, link + PLACES.get(kind, ""), facts))
    return found


def _asked_of(row: Row[Any], begins: date, today: date, *, ended: bool, begun: bool) -> list[tuple[str, date]]:
    """What one wijkgesprek asks for, and until when."""
    is_open, next_day = row.state == "open", begins + timedelta(days=1)
    return [
        (kind, due)
        for kind, due, applies in (
            ("feedback", row.feedback_on or begins, is_open and row.feedback_on and not row.feedback_given_on and row.feedback_on <= today + NEAR),
            ("attendance", next_day, is_open and ended and row.attendance is None),
            ("contributions", next_day, is_open and ended and not row.written and row.attendance != 0),
            ("draft", begins, row.state == "draft" and not begun and begins <= today + DRAFTS),
            ("line", begins, is_open and not begun and row.waiting),
            ("interpreter", begins, is_open and not begun and begins <= today + WEEK and set(row.languages) - {SOURCE} and not row.interpreter),
        )
        if applies
    ]  # fmt: skip


def unwritten_contributions(look: Look) -> list[Wait]:
    """For who writes down at tables and plans nothing."""
    return [wait for wait in wijkgesprekken(look) if wait.kind == "contributions"]


def unwritten_texts(look: Look) -> list[Wait]:
    """Languages of an open wijkgesprek in which its text is missing, was made by a machine, or is of older Dutch."""
    coming = [row for row in look.meetings if row.state == "open" and row.starts_at > look.settings.clock()]
    written: dict[str, dict[str, Row[Any]]] = {row.id: {} for row in coming}
    for text in look.connection.execute(select(WIJKGESPREK_TEXT).where(WIJKGESPREK_TEXT.c.wijkgesprek_id.in_(written))):
        written[text.wijkgesprek_id][text.lang] = text
    found = []
    for row in coming:
        missing, machine = _unwritten(row.languages, written[row.id])
        if missing or machine:
            facts = {"title": row.title or row.place, "missing": missing, "machine": machine}
            found.append(Wait("texts", row.starts_at.astimezone(HERE).date(), f"/kantoor/wijkgesprekken/{row.id}/teksten", facts))
    return found


def _unwritten(languages: Sequence[str], written: dict[str, Row[Any]]) -> tuple[list[str], list[str]]:
    dutch = written.get(SOURCE)
    missing, machine = [], []
    for lang in languages:
        text = written.get(lang)
        if text is None or dutch is None or text.source_hash != dutch.source_hash:
            missing.append(lang)
        elif text.state == "machine" and lang != SOURCE:
            machine.append(lang)
    return missing, machine


# ------------------------------------------------------------------------------------------- reading and findings
def unread_statements(look: Look) -> list[Wait]:
    """Texts of which nobody yet decided what may be read."""
    looked_at = select(REDACTION.c.statement_id).where(REDACTION.c.state == ACCEPTED)
    n = _count(look, STATEMENT, STATEMENT.c.id.not_in(looked_at))
    return [Wait("redaction", link="/bevindingen/nakijken", facts={"n": n})] if n else []


def untranslated_statements(look: Look) -> list[Wait]:
    """Texts in another language that nobody put into Dutch yet."""
    n = _count(
        look,
        STATEMENT,
        and_(STATEMENT.c.lang != SOURCE, STATEMENT.c.erased_on.is_(None), STATEMENT.c.id.not_in(select(TRANSLATION.c.statement_id))),
    )
    return [Wait("translations", link="/bevindingen/vertalen", facts={"n": n})] if n else []


def unsettled_themes(look: Look) -> list[Wait]:
    """Themes of the newest run that nobody put a name to, with every act folded in."""
    run = look.connection.execute(select(RUN.c.id, RUN.c.made_at).order_by(RUN.c.made_at.desc(), RUN.c.id).limit(1)).first()
    if run is None:
        return []
    found = {(pillar, key) for pillar, key in look.connection.execute(select(THEME.c.pillar, THEME.c.key).where(THEME.c.run_id == run.id))}
    decided = fold(all_acts(look.connection))
    n = len({place for place in found - {*decided.settled, *decided.merged} if place[1] not in (REST, NOTHING)})
    return [Wait("themes", link="/bevindingen/themas", facts={"n": n, "made_at": run.made_at})] if n else []


def unfinished_findings(look: Look) -> list[Wait]:
    rows = look.connection.execute(select(FINDING.c.status, func.count()).where(FINDING.c.status != "published").group_by(FINDING.c.status))
    counted = {status: n for status, n in rows}  # noqa: C416  # rows are not pairs to mypy
    return [
        Wait(f"findings_{status}", link="/bevindingen/stellingen", facts={"n": counted[status]})
        for status in ("draft", "reviewed")
        if status in counted
    ]


# ------------------------------------------------------------------------------------------- the house itself
def unsent_mail(look: Look) -> list[Wait]:
    failed = _count(look, MAIL, MAIL.c.state == "failed")
    waiting = 0 if look.settings.outbox else _count(look, MAIL, MAIL.c.state.in_(("waiting", "sending")))
    kinds = (("mail_failed", failed), ("mail_waits", waiting))
    return [Wait(kind, look.today, facts={"n": n}) for kind, n in kinds if n]


def ending_invitations(look: Look) -> list[Wait]:
    now = look.settings.clock()
    soon = INVITATION.c.used_at.is_(None) & (INVITATION.c.ends_at > now) & (INVITATION.c.ends_at <= now + INVITATIONS)
    rows = look.connection.execute(
        select(INVITATION.c.name, INVITATION.c.role, INVITATION.c.ends_at).where(soon).order_by(INVITATION.c.ends_at)
    )
    return [Wait("invitation", row.ends_at.astimezone(HERE).date(), "/beheer", {"name": row.name, "role": row.role}) for row in rows]


def ending_accounts(look: Look) -> list[Wait]:
    soon = (STAFF.c.state == "active") & STAFF.c.ends_on.between(look.today, look.today + ACCOUNTS)
    rows = look.connection.execute(select(STAFF.c.id, STAFF.c.name, STAFF.c.role, STAFF.c.ends_on).where(soon).order_by(STAFF.c.ends_on))
    return [Wait("account", row.ends_on, f"/beheer/mensen/{row.id}", {"name": row.name, "role": row.role}) for row in rows]


def unreviewed_languages(look: Look) -> list[Wait]:
    """Texts that residents read and no person approved, by language."""
    domains = (PAGES, look.programme.key, *look.programme.surveys)
    missing, machine = Counter[str](), Counter[str]()
    for lang in look.programme.languages:
        for domain in domains:
            if counted := states(lang, domain, look.settings.translations):
                missing[lang] += counted.missing
                machine[lang] += counted.machine
    kinds = (("untranslated", +missing), ("unreviewed", +machine))
    return [Wait(kind, facts={"languages": languages}) for kind, languages in kinds if languages]


def _count(look: Look, table: Any, where: Any) -> int:
    return int(look.connection.execute(select(func.count()).select_from(table).where(where)).scalar_one())


EVERY: tuple[tuple[tuple[str, ...], Waits], ...] = (
    (("office", "admin"), promised_answers),
    (("office", "admin"), wijkgesprekken),
    (("interviewer",), unwritten_contributions),
    (("office", "admin"), unwritten_texts),
    (("office", "admin"), unsent_mail),
    (("office", "analyst", "admin"), unread_statements),
    (("translator",), untranslated_statements),
    (("analyst", "admin"), unsettled_themes),
    (("office", "analyst", "admin"), unfinished_findings),
    (("admin",), ending_invitations),
    (("admin",), ending_accounts),
    (("office", "translator", "admin"), unreviewed_languages),
)  # each kind with the roles that can do something about it


def waiting(look: Look, role: str) -> list[Wait]:
    """What waits for this role: what is late first, then by day; what has no day stands where a week from now would."""
    found = [wait for roles, ask in EVERY if role in roles for wait in ask(look)]
    return sorted(found, key=lambda wait: wait.due or look.today + WEEK)
