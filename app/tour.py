"""The rest of a full tour: wijkgesprekken with who comes and what was said, decisions about themes, two findings, somebody for each role."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from app.access import note_act
from app.acts import REST
from app.answer_check import Problem
from app.areas import Programme, read_toml
from app.db import writing
from app.findings.deciding import Deciding, seen_of, settle_theme
from app.findings.quotes import Heard, clear_quote, newest_heard, quotes_cleared
from app.findings.redacting import accept, text_now
from app.findings.stated import Stated, evidence_rows, finding_kept, keep_new, step
from app.findings.themes import ThemeNow
from app.i18n import SOURCE
from app.models.base import random_id
from app.models.tables import PLACEMENT, WIJKGESPREK, WIJKGESPREK_TEXT
from app.settings import HERE, Settings
from app.staff.people import add_person, find_person
from app.wijkgesprekken.moments import local_moment
from app.wijkgesprekken.notes import Note, keep
from app.wijkgesprekken.seats import register
from app.wijkgesprekken.shown import source_hash
from app.wijkgesprekken.wanted import Wanted

Meeting = Mapping[str, Any]
PEOPLE = {
    "office": "Samira", "analyst": "Onno", "transcriber": "Joost", "interviewer": "Ilse", "translator": "Tuana", "partner": "Petra",
    "auditor": "Albert", "admin": "Bea",
}  # fmt: skip
WRITER = PEOPLE["analyst"]
QUOTES = 2  # of each finding


def read_meetings(folder: Path) -> Sequence[Meeting]:
    """The made-up wijkgesprekken of a programme; none when it brings none."""
    file = folder / "demo_wijkgesprekken.toml"
    return read_toml(file)["wijkgesprek"] if file.exists() else []


# ------------------------------------------------------------------------------------------- wijkgesprekken
def hold_meetings(settings: Settings, engine: Engine, programme: Programme) -> int:
    """Put the wijkgesprekken in, as they stand today; returns how many. Where there are some already, nothing is added."""
    meetings = read_meetings(settings.surveys)
    with engine.connect() as connection:
        if connection.execute(select(WIJKGESPREK.c.id).limit(1)).first():
            return 0
    dice = uuid.uuid5(uuid.NAMESPACE_URL, programme.key)  # the same keys each time
    for nth, meeting in enumerate(meetings):
        with writing(engine) as connection:
            row = _planned(connection, settings, meeting)
            for number, note in enumerate(meeting["note"]):
                key = str(uuid.uuid5(dice, f"note {nth}/{number}"))
                words = Note(key, note["text"], note["lang"], note["pillar"], note["kind"], note.get("place", ""))
                keep(connection, row, note["table"], words, revision=0, who=WRITER)
        for number, guest in enumerate(meeting["guest"]):
            register(engine, settings, row.id, Wanted(key=str(uuid.uuid5(dice, f"guest {nth}/{number}")), **guest))
    return len(meetings)


def _planned(connection: Connection, settings: Settings, meeting: Meeting) -> Any:
    id_, starts_at = random_id("w"), _moment(settings, meeting)
    ends_at = starts_at + timedelta(minutes=meeting["minutes"])
    plain = ("place", "address", "area", "capacity", "languages", "interpreter", "step_free", "childcare", "line", "host")
    facts = {name: meeting[name] for name in plain} | {
        "id": id_, "state": "draft" if meeting.get("draft") else "open", "starts_at": starts_at, "ends_at": ends_at,
        "feedback_on": settings.today() + timedelta(days=meeting["feedback_days"]), "feedback_owner": "Programmabureau",
        "attendance": meeting.get("attendance"), "sequence": 0, "changed_at": settings.clock(),
    }  # fmt: skip
    connection.execute(insert(WIJKGESPREK).values(**facts))
    of_dutch = source_hash(meeting["title"][SOURCE], meeting["text"][SOURCE])
    for lang, title in meeting["title"].items():
        state = "reviewed" if lang == SOURCE else "machine"
        words = {"lang": lang, "title": title, "text": meeting["text"][lang], "state": state, "source_hash": of_dutch}
        connection.execute(insert(WIJKGESPREK_TEXT).values(wijkgesprek_id=id_, **words))
    note_act(connection, settings, actor=WRITER, action="wijkgesprek add", object_=id_)
    return connection.execute(select(WIJKGESPREK).where(WIJKGESPREK.c.id == id_)).one()


def _moment(settings: Settings, meeting: Meeting) -> datetime:
    """So many days from today at this time on the clock here; on the night that the clock changes, a day later."""
    day = settings.clock().astimezone(HERE).date() + timedelta(days=meeting["days"])
    found = local_moment(day.isoformat(), meeting["time"])
    return local_moment((day + timedelta(days=1)).isoformat(), meeting["time"]) if isinstance(found, Problem) else found  # type: ignore[return-value]  # two days running never both change the clock


# ------------------------------------------------------------------------------------------- findings
def settle_and_state(settings: Settings, engine: Engine, programme: Programme) -> int:
    """Settle the themes that most people named, clear some quotes, and state two findings: one published, one a draft."""
    with engine.connect() as connection:
        heard = newest_heard(connection, programme)
    told = _most_named(heard) if heard else []
    if heard is None or not told:
        return 0
    with writing(engine) as connection:
        for theme in told[:4]:
            deciding = Deciding(settings, WRITER, heard.run.id, seen_of(heard.now.acts))
            settle_theme(connection, deciding, theme, settled=True)
    findings = told[:2]
    for theme, status in zip(findings, ("published", "draft"), strict=False):
        with writing(engine) as connection:
            _state(connection, settings, programme, theme, status)
    return len(findings)


def _most_named(heard: Heard) -> list[ThemeNow]:
    """Themes of which the invited sample's figure may be told, largest first."""
    shown = [theme for theme in heard.now.themes if theme.key != REST and heard.figures[theme.place].n]
    return sorted(shown, key=lambda theme: (-(heard.figures[theme.place].n or 0), theme.place))


def _state(connection: Connection, settings: Settings, programme: Programme, theme: ThemeNow, status: str) -> None:
    heard, at = newest_heard(connection, programme), settings.clock()
    if heard is None:
        return
    quotes = tuple(_cleared(connection, settings, heard, theme))
    goal = next((str(goal.number) for goal in programme.goals if goal.pillar == theme.pillar), "")
    told = heard.figures[theme.place]
    text = (
        f"Van de {told.base} mensen uit de steekproef die iets opschreven, noemden er {told.n} dit: {theme.label.lower()}. "
        "De marge staat erbij. Dit is een verzonnen bevinding, om te laten zien hoe een bevinding eruitziet."
    )
    title = f"{theme.label}: {told.n} van de {told.base} mensen noemen dit"
    stated = Stated(title[:160], text, theme.pillar, goal, "", (), (theme.place,), quotes)
    id_ = random_id("f")
    rows = evidence_rows(id_, stated, heard, quotes_cleared(connection, quotes), [], at)
    keep_new(connection, id_, stated, rows, by=WRITER, at=at)
    for to in ("reviewed", "published") if status == "published" else ():
        kept = finding_kept(connection, id_)
        if kept:
            step(connection, kept, to, by=WRITER, at=at)
    note_act(connection, settings, actor=WRITER, action=f"finding {status}", object_=id_)


def _cleared(connection: Connection, settings: Settings, heard: Heard, theme: ThemeNow) -> Iterable[str]:
    """Quotes of a theme that hold nothing to hide, cleared as a person would after reading them."""
    typical = select(PLACEMENT.c.statement_id).where(PLACEMENT.c.run_id == heard.run.id, PLACEMENT.c.quote).order_by(PLACEMENT.c.fit.desc())
    mine = [id_ for (id_,) in connection.execute(typical) if heard.now.place_of.get(id_) == theme.place]
    left = QUOTES
    for id_ in mine:
        text = text_now(connection, id_)
        if left and text and not text.proposed and text.masked == text.said:
            accept(connection, settings, WRITER, text, (), ())
            if not clear_quote(connection, heard, id_, by=WRITER, at=settings.clock()):
                left -= 1
                yield id_


# ------------------------------------------------------------------------------------------- staff
def invite_everyone(settings: Settings, engine: Engine) -> dict[str, tuple[str, str]]:
    """Somebody for each role -> her name and one-time password; who has an account already keeps it."""
    found = {}
    with writing(engine) as connection:
        for role, name in PEOPLE.items():
            if find_person(connection, name) is None:
                found[role] = name, add_person(connection, settings, name=name, role=role, actor=WRITER)
    return found
