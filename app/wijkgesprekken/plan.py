"""Room wijkgesprekken: the plan of a wijkgesprek: what the office typed, checked, and kept without overwriting a colleague's work."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.answer_check import LINE_ENDS, NOT_A_DATE, Problem
from app.areas import Programme
from app.forms import Typed, said, whole
from app.i18n import N_, SOURCE
from app.models.base import random_id
from app.models.tables import CONTRIBUTION, STATEMENT, TABLE_LINK, WIJKGESPREK, WIJKGESPREK_TEXT
from app.models.wijkgesprekken import LINES
from app.settings import HERE, Settings
from app.wijkgesprekken.letters import tell_changed
from app.wijkgesprekken.moments import local_moment
from app.wijkgesprekken.notes import is_keepable
from app.wijkgesprekken.seats import promote
from app.wijkgesprekken.shown import source_hash
from app.wijkgesprekken.tables import links_end

COLUMNS = {  # a field of the form and what it fills; day, begin and end make two moments together
    "titel": "title", "tekst": "text", "begin": "starts_at", "eind": "ends_at", "plek": "place", "adres": "address", "wijk": "area",
    "plaatsen": "capacity", "taal": "languages", "tolk": "interpreter", "drempelvrij": "step_free", "opvang": "childcare", "lijn": "line",
    "gastheer": "host", "terugkoppeling": "feedback_on", "eigenaar": "feedback_owner",
}  # fmt: skip
FIELDS = ("titel", "tekst", "dag", *list(COLUMNS)[2:])
LINE_NAMES = dict(zip(LINES, (N_("Verkennen"), N_("Contact leggen"), N_("Betrekken"), N_("Aansluiten")), strict=True))
TOLD = ("title", "starts_at", "ends_at", "place", "address")  # who comes hears of a change in these
LONGEST_TITLE, LONGEST_TEXT, MOST_SEATS = 120, 4000, 1000
LONGEST = timedelta(hours=12)

NEEDED = N_("Vul dit in.")
TOO_LONG = N_("Dit is te lang: %(n)s letters. Er passen %(most)s letters.")
STRANGE = N_("Hierin staat een teken dat wij niet kunnen bewaren. Haal het weg.")
ONE_LINE = N_("Schrijf dit op één regel.")
PAST = N_("Deze dag en tijd zijn al voorbij. Kies een moment dat nog komt.")
END_FIRST = N_("Het einde ligt niet na het begin. Begin en einde zijn op dezelfde dag: tot na middernacht kan niet.")
TOO_MANY_HOURS = N_("Dit duurt langer dan 12 uur. Kijk het begin en het einde na.")
CHOOSE_WIJK = N_("Kies een wijk uit de lijst.")
CHOOSE_LANGUAGE = N_("Kies minstens één taal uit de lijst.")
CHOOSE_LINE = N_("Kies een van de vier lijnen.")
SEATS = N_("Vul een getal in van 1 tot en met %(most)s.")
TOO_FEW_SEATS = N_("Er zijn al %(n)s mensen aangemeld. Minder plaatsen dan dat kan niet.")
FEEDBACK_FIRST = N_("De terugkoppeling kan niet voor het wijkgesprek zijn. Kies een latere dag.")
PROMISED = N_("Dit wijkgesprek is open: wat aan bewoners beloofd is, kan niet leeg worden.")


@dataclass(frozen=True)
class Plan:
    """What was typed, by column: `words` in Dutch, `facts` for the wijkgesprek itself."""

    words: Mapping[str, str]
    facts: Mapping[str, Any]


# ------------------------------------------------------------------------------------------- checking
def check(typed: Typed, programme: Programme, now: datetime, *, standing: Any = None, seated: int = 0) -> tuple[Plan, dict[str, Problem]]:
    """The plan as typed, and by field what must be mended; `standing` is what is kept of it, `seated` how many persons have a place."""
    found: dict[str, Any] = {
        "titel": _line(typed, "titel", LONGEST_TITLE, needed=True),
        "tekst": text_typed(typed, "tekst", LONGEST_TEXT),
        **_moments(typed),
        "plek": _line(typed, "plek", 120, needed=True),
        "adres": _line(typed, "adres", 160),
        "wijk": _chosen(said(typed, "wijk"), [wijk.key for wijk in programme.wijken], CHOOSE_WIJK),
        "plaatsen": _seats(said(typed, "plaatsen"), seated),
        "taal": _languages(typed, programme),
        **{name: said(typed, name) == "ja" for name in ("tolk", "drempelvrij", "opvang")},
        "lijn": _chosen(said(typed, "lijn"), LINES, CHOOSE_LINE),
        "gastheer": _line(typed, "gastheer", 120),
        "terugkoppeling": _day(said(typed, "terugkoppeling")),
        "eigenaar": _line(typed, "eigenaar", 120),
    }
    problems = {name: value for name, value in found.items() if isinstance(value, Problem)}
    problems |= {name: wrong for name, wrong in _together(found, now, standing).items() if name not in problems}
    columns = {COLUMNS[name]: value for name, value in found.items() if name in COLUMNS}
    words = {name: columns.pop(name) for name in ("title", "text")}
    return Plan(words, columns), {name: problems[name] for name in FIELDS if name in problems}


def _line(typed: Typed, name: str, longest: int, *, needed: bool = False) -> str | Problem:
    text = text_typed(typed, name, longest, needed=needed)
    return Problem(ONE_LINE) if isinstance(text, str) and "\n" in text else text


def text_typed(typed: Typed, name: str, longest: int, *, needed: bool = False) -> str | Problem:
    text = LINE_ENDS.sub("\n", said(typed, name)).strip()
    if not is_keepable(text):
        return Problem(STRANGE)
    if len(text) > longest:
        return Problem(TOO_LONG, {"n": len(text), "most": longest})
    return text if text or not needed else Problem(NEEDED)


def _moments(typed: Typed) -> dict[str, datetime | Problem]:
    """Both moments; what is wrong with the day is said once, beside the day."""
    day, found = said(typed, "dag"), {name: local_moment(said(typed, "dag"), said(typed, name)) for name in ("begin", "eind")}
    if not day or any(isinstance(value, Problem) and value.text == NOT_A_DATE for value in found.values()):
        found = {name: Problem(NEEDED) for name in found if not said(typed, name)}
        return {"dag": Problem(NOT_A_DATE if day else NEEDED), **found}
    return {name: value if said(typed, name) else Problem(NEEDED) for name, value in found.items()}


def _chosen(typed: str, known: Any, otherwise: str) -> str | Problem:
    return typed if typed in known else Problem(otherwise)


def _seats(typed: str, seated: int) -> int | Problem:
    n = whole(typed, 4) or 0
    if not 1 <= n <= MOST_SEATS:
        return Problem(SEATS, {"most": MOST_SEATS})
    return n if n >= seated else Problem(TOO_FEW_SEATS, {"n": seated})


def _languages(typed: Typed, programme: Programme) -> list[str] | Problem:
    given = set(typed.get("taal", ()))
    spoken = [lang for lang in programme.languages if lang in given]
    return spoken if spoken and len(spoken) == len(given) else Problem(CHOOSE_LANGUAGE)


def _day(typed: str) -> date | Problem | None:
    if not typed:
        return None
    noon = local_moment(typed, "12:00")
    return noon if isinstance(noon, Problem) else noon.astimezone(HERE).date()


def _together(found: Mapping[str, Any], now: datetime, standing: Any) -> dict[str, Problem]:
    """What only shows when two fields, or a field and what stands, are seen together."""
    begins, ends, feedback = (
        value if not isinstance(value := found.get(name), Problem) else None for name in ("begin", "eind", "terugkoppeling")
    )
    wrong: dict[str, Problem] = {}
    is_moved = standing is None or (begins, ends) != (standing.starts_at, standing.ends_at)
    if begins and begins <= now and is_moved:
        wrong["dag"] = Problem(PAST)
    if begins and ends and not begins < ends:
        wrong["eind"] = Problem(END_FIRST)
    elif begins and ends and ends - begins > LONGEST:
        wrong["eind"] = Problem(TOO_MANY_HOURS)
    if begins and feedback and feedback < begins.astimezone(HERE).date():
        wrong["terugkoppeling"] = Problem(FEEDBACK_FIRST)
    if standing is not None and standing.state == "open":
        wrong |= {name: Problem(PROMISED) for name in ("terugkoppeling", "eigenaar") if not found[name]}
    return wrong


# ------------------------------------------------------------------------------------------- what was seen
def typed_again(row: Any) -> dict[str, list[str]]:
    """A plan that is kept, as the fields of its form."""
    begins, ends = row.starts_at.astimezone(HERE), row.ends_at.astimezone(HERE)
    known = {name: _plain(getattr(row, column)) for name, column in COLUMNS.items()}
    return known | {"dag": [begins.date().isoformat()], "begin": [f"{begins:%H:%M}"], "eind": [f"{ends:%H:%M}"]}


def _plain(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["ja"] if value else []
    if isinstance(value, list):
        return value
    return ["" if value is None else str(value)]


def seen(row: Any) -> str:
    """What a form was made from: its sequence number and a fingerprint of all that can be changed there."""
    held = repr([getattr(row, column) for column in (*COLUMNS.values(), "state")])
    return f"{row.sequence}-{hashlib.sha256(held.encode()).hexdigest()[:16]}"


# ------------------------------------------------------------------------------------------- keeping
def add(connection: Connection, settings: Settings, plan: Plan) -> str:
    """Keep a new plan as a draft: nobody outside sees it until it is opened. Returns its id."""
    id_ = random_id("w")
    connection.execute(insert(WIJKGESPREK).values(id=id_, state="draft", sequence=0, changed_at=settings.clock(), **plan.facts))
    _keep_words(connection, id_, plan.words)
    return id_


def change(connection: Connection, settings: Settings, standing: Any, plan: Plan, *, base: str = "") -> None:
    """Keep a changed plan, inside a transaction that holds the wijkgesprek: who comes hears of another time or place, who waits moves up."""
    after = {**plan.facts, **plan.words}
    is_news = standing.state == "open" and any(after[name] != getattr(standing, name) for name in TOLD)
    counted = {"sequence": standing.sequence + 1} if is_news else {}
    if any(after[name] != getattr(standing, name) for name in after):
        counted["changed_at"] = settings.clock()
    connection.execute(update(WIJKGESPREK).where(WIJKGESPREK.c.id == standing.id).values(**plan.facts, **counted))
    _keep_words(connection, standing.id, plan.words)
    _keep_in_step(connection, standing.id, plan)
    row = connection.execute(select(WIJKGESPREK).where(WIJKGESPREK.c.id == standing.id)).one()
    if is_news and standing.ends_at > settings.clock():
        tell_changed(connection, settings, row, base=base)
    if row.capacity > standing.capacity:
        promote(connection, settings, row, base=base)


def _keep_words(connection: Connection, id_: str, words: Mapping[str, str]) -> None:
    """The Dutch is the source: it is always reviewed, and translations of what it was before become old by its hash."""
    mine = (WIJKGESPREK_TEXT.c.wijkgesprek_id == id_, WIJKGESPREK_TEXT.c.lang == SOURCE)
    connection.execute(delete(WIJKGESPREK_TEXT).where(*mine))
    kept = {"wijkgesprek_id": id_, "lang": SOURCE, "state": "reviewed", "source_hash": source_hash(words["title"], words["text"])}
    connection.execute(insert(WIJKGESPREK_TEXT).values(**kept, **words))


def _keep_in_step(connection: Connection, id_: str, plan: Plan) -> None:
    """The links of the tables end with it; what was said there was said in this wijk and on this day, also when that is corrected afterwards."""
    links = update(TABLE_LINK).where(TABLE_LINK.c.wijkgesprek_id == id_)
    connection.execute(links.values(ends_at=links_end(plan.facts["ends_at"])))
    said_there = select(CONTRIBUTION.c.statement_id).where(CONTRIBUTION.c.wijkgesprek_id == id_)
    told = {"area": plan.facts["area"], "said_on": plan.facts["starts_at"].astimezone(HERE).date()}
    connection.execute(update(STATEMENT).where(STATEMENT.c.id.in_(said_there)).values(**told))
