"""Room findings: the workbench: one answer after the other, with what the computer thinks, and what a person says of it."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup, escape
from sqlalchemy import Connection, select

from app.access import ROWS, Staff, may, note_web_act, settings_of
from app.acts import Place, all_acts
from app.db import writing
from app.findings.bench import told_acts
from app.findings.deciding import (
    NO_PILLAR,
    Decided,
    Deciding,
    New,
    accept_statement,
    also_statement,
    as_name,
    get_ready,
    last_act,
    move_statement,
    new_theme,
    say_direction,
    say_quotable,
    seen_of,
    undo_act,
)
from app.findings.quotes import take_back_quote
from app.findings.requests import ask_for_run
from app.findings.runs import newest_run
from app.findings.theme_routes import changed_page
from app.findings.words import DIRECTION_WORDS, SOURCE_WORDS, STREAM_WORDS, an_id, area_names, fit_words, pillar_names, what_words
from app.findings.workbench import (
    ORDERS,
    STANDS,
    Spot,
    Standing,
    Work,
    around,
    find,
    part_of,
    place_meant,
    places_to_go,
    standings,
    work_of,
)
from app.forms import Form, Typed, printable, said, whole
from app.i18n import LANGUAGES, N_
from app.jobs import add_job
from app.models.answers import SOURCES
from app.models.tables import RUN
from app.web import desk, house_of, lead

ROOM = "/bevindingen"
HERE = f"{ROOM}/werkbank"
FILTERS = ("woord", "wijk", "leeftijd", "taal_van", "bron", "pijler", "thema", "stand", "orde", "p", "uitspraak", "ronde")
TELLS = {
    "klopt": N_("Bewaard: dit klopt."), "verplaatst": N_("Het antwoord is verplaatst."), "ook": N_("Bewaard: het hoort ook bij dat thema."),
    "niet-ook": N_("Bewaard: het hoort niet bij dat thema."), "nieuw": N_("Het nieuwe thema is gemaakt. Het antwoord staat erin."),
    "niet-citeren": N_("Bewaard: dit antwoord wordt niet geciteerd."), "wel-citeren": N_("Bewaard: dit antwoord mag weer geciteerd worden."),
    "soort": N_("Bewaard wat voor antwoord dit is."), "ongedaan": N_("Dit besluit is ongedaan gemaakt."), "zo": N_("Zo stond het al."),
    "begonnen": N_("Er wordt opnieuw gerekend. U kunt intussen doorwerken."),
}  # fmt: skip
NO_PLACE = N_("Kies een thema uit de lijst. Typ een deel van de naam dat maar bij één thema past.")
WORD = re.compile(r"[^\W_]+")
router = APIRouter(prefix=HERE, dependencies=[may(*ROWS)])


# ------------------------------------------------------------------------------------------- look
@router.get("")
def workbench(request: Request) -> HTMLResponse:
    """The answers that fit, and the one at hand."""
    return _workbench(request, wanted_in(request.query_params, request))


def wanted_in(given: Mapping[str, str], request: Request) -> dict[str, str]:
    """What the address filters by; what is no choice is none."""
    programme = house_of(request).programme
    typed = {name: printable(given.get(name, ""))[:120].strip() for name in FILTERS}
    known = {
        "taal_van": LANGUAGES, "bron": SOURCES, "wijk": area_names(programme), "pijler": pillar_names(programme), "stand": STANDS,
        "orde": ORDERS,
    }  # fmt: skip
    wanted = {name: value if name not in known or value in known[name] else "" for name, value in typed.items()}
    return wanted | {
        "p": wanted["p"] if whole(wanted["p"], 5) is not None else "", "uitspraak": an_id(wanted["uitspraak"]), "ronde": an_id(wanted["ronde"])
    }  # fmt: skip


def _run(connection: Connection, run_id: str) -> Any:
    """The run that was asked for, or the newest over everything; None when there is none at all."""
    if run_id:
        run = connection.execute(select(RUN).where(RUN.c.id == run_id)).first()
        if run is None:
            raise HTTPException(404)
        return run
    try:
        return newest_run(connection, "")
    except LookupError:
        return None


def _workbench(
    request: Request, wanted: dict[str, str], *, status: int = 200, kind: str = "", wrong: Decided | None = None, typed: Typed | None = None
) -> HTMLResponse:
    programme, person = house_of(request).programme, request.state.person
    with request.app.state.engine.connect() as connection:
        run = _run(connection, wanted["ronde"])
        if run is None:
            return desk(request, "findings/no_run.html", room=ROOM, may_start=True)
        work = work_of(connection, run)
        busy, frozen, ages, titles = around(connection, run)
        places = places_to_go(work, programme)
        wanted["leeftijd"] = wanted["leeftijd"] if wanted["leeftijd"] in ages else ""
        wanted["thema"] = wanted["thema"] if wanted["thema"] in {"/".join(place) for place in places.values()} else ""
        found = find(connection, work, wanted)
    last, hand = last_act(work.acts, person.name), found.at_hand
    what, values = what_words(json.loads(run.parameters))
    more = [name for name in ("thema", "wijk", "leeftijd", "taal_van", "bron", "ronde") if wanted[name]]
    return desk(
        request, "findings/workbench.html", room=ROOM, tells=TELLS, status=status, run=run, work=work, found=found, hand=hand, wanted=wanted,
        more=more, busy=busy, ages=ages, frozen=frozen, places=places, seen=seen_of(work.acts), last=told_acts([last])[0] if last else None,
        what=what, values=values, titles=titles, kind=kind, wrong=wrong or Decided(), where=_query({**wanted, "uitspraak": ""}),
        typed={name: printable(said(typed or {}, name)) for name in ("naar", "naam", "pijler")},
        marked=marked(found.texts[hand.id], hand.row.reasons) if hand else "", address=lambda **other: _address({**wanted, **other}),
        stands=STANDS, orders=ORDERS, areas=area_names(programme), pillar_names=pillar_names(programme), source_words=SOURCE_WORDS,
        stream_words=STREAM_WORDS, direction_words=DIRECTION_WORDS, fit_words=fit_words, langs=programme.languages,
    )  # fmt: skip


def _query(wanted: Mapping[str, object]) -> str:
    return urlencode({name: str(value) for name, value in wanted.items() if value})


def _address(wanted: Mapping[str, object]) -> str:
    query = _query(wanted)
    return f"{HERE}?{query}" if query else HERE


def marked(text: str, reasons: str) -> Markup:
    """A text with the words marked that decided where it lies, also where they are part of a longer word."""
    told = {_plain(word) for word in WORD.findall(reasons) if len(word) > 2}
    parts, reached = [], 0
    for word in WORD.finditer(text):
        own = _plain(word.group())
        if any(own == one or (min(len(own), len(one)) > 3 and (one in own or own in one)) for one in told):
            parts += [escape(text[reached : word.start()]), Markup("<mark>{}</mark>").format(word.group())]
            reached = word.end()
    return Markup("").join([*parts, escape(text[reached:])])


def _plain(word: str) -> str:
    """Without capitals and accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(sign)).replace("ı", "i")


# ------------------------------------------------------------------------------------------- decide
@router.post("/opnieuw")
def run_again(request: Request, person: Staff, typed: Form) -> Response:
    """The same run once more: what was decided goes in, and lifts the rest."""
    settings, engine, wanted = settings_of(request), request.app.state.engine, _where_from(request, typed)
    with writing(engine) as connection:
        run = _run(connection, wanted["ronde"])
        if run is None:
            raise HTTPException(404)
        id_ = ask_for_run(connection, settings, part_of(json.loads(run.parameters)), person.name, seed=run.seed, how=run.engine)
        note_web_act(request, connection, "run asked", id_)
    add_job(settings, "analyse")
    return lead(_address(wanted | {"uitspraak": an_id(said(typed, "uitspraak"))}), "begonnen")


@router.post("/ongedaan")
def undo(request: Request, person: Staff, typed: Form) -> Response:
    """A decision back, and to the answer that it was about."""
    wanted, wish = _where_from(request, typed), whole(said(typed, "besluit")) or 0
    with writing(request.app.state.engine) as connection:
        decided = undo_act(connection, Deciding(settings_of(request), person.name, "", ""), wish)
        about = next((act.statement_id for act in all_acts(connection) if act.id == wish), None)
        if decided.written:
            note_web_act(request, connection, "theme act undone", str(wish))
    back = _address(wanted | {"uitspraak": about or an_id(said(typed, "uitspraak"))})
    if decided.changed or decided.wrong:
        return changed_page(request, decided, back)
    return lead(back, "ongedaan" if decided.written else "zo")


def _where_from(request: Request, typed: Typed) -> dict[str, str]:
    """The filter that a form was shown with."""
    return wanted_in(dict(parse_qsl(said(typed, "waar")[:2000])), request)


@router.post("/{kind}")
def decide(request: Request, person: Staff, typed: Form, kind: str) -> Response:
    """Look where the answer stands now, decide while nobody else can, and go on: to the next answer, or on with this one."""
    work_on, id_, wanted = WAYS.get(kind), an_id(said(typed, "uitspraak")), _where_from(request, typed)
    if work_on is None or not id_:
        raise HTTPException(404)
    programme = house_of(request).programme
    if kind == "nieuw":
        get_ready()
    with writing(request.app.state.engine) as connection:
        run = _run(connection, wanted["ronde"])
        work = work_of(connection, run) if run else None
        one = next(iter(standings(connection, work, {}, only=id_)), None) if work else None
        if work is None or one is None:
            raise HTTPException(404)
        by = Deciding(settings_of(request), person.name, run.id, said(typed, "seen"))
        places = places_to_go(work, programme)
        decided, done = work_on(At(connection, by, work, one, places, tuple(pillar_names(programme)), typed))
        if decided.written:
            note_web_act(request, connection, f"answer {done}", one.id)
    if decided.changed:
        return changed_page(request, decided, _address(wanted | {"uitspraak": id_}))
    if decided.wrong:
        return _workbench(request, wanted | {"uitspraak": id_}, status=422, kind=kind, wrong=decided, typed=typed)
    after = an_id(said(typed, "volgende")) if done in LEADING_ON else id_
    return lead(_address(wanted | {"uitspraak": after}), done if decided.written else "zo")


@dataclass(frozen=True)
class At:
    """What an act about one answer has to know."""

    connection: Connection
    by: Deciding
    work: Work
    one: Standing
    places: Mapping[str, Place]
    pillars: tuple[str, ...]
    typed: Typed

    @property
    def here(self) -> Spot:
        return self.work.spot(self.one.place)

    def meant(self) -> Place | None:
        return place_meant(self.places, said(self.typed, "naar"))


def _accepts(at: At) -> tuple[Decided, str]:
    return accept_statement(at.connection, at.by, at.here, at.one.id), "klopt"


def _moves(at: At) -> tuple[Decided, str]:
    to = at.meant()
    if to is None:
        return Decided(NO_PLACE), ""
    if to == at.one.place:
        return _accepts(at)
    return move_statement(at.connection, at.by, at.here, at.one.id, to, label=at.work.spot(to).label), "verplaatst"


def _also(at: At) -> tuple[Decided, str]:
    to, on = at.meant(), said(at.typed, "actie") != "weg"
    if to is None:
        return Decided(NO_PLACE), ""
    new = New(to, at.work.spot(to).label)
    decided = also_statement(at.connection, at.by, at.here, at.one.id, new, on=on, stands=to in at.one.also)
    return decided, "ook" if on else "niet-ook"


def _to_new_theme(at: At) -> tuple[Decided, str]:
    """The theme is made and the answer goes there; when somebody else put the answer elsewhere meanwhile, neither."""
    pillar = said(at.typed, "pijler")
    if pillar not in at.pillars:
        return Decided(NO_PILLAR), ""
    with at.connection.begin_nested() as together:
        made = new_theme(at.connection, at.by, pillar, said(at.typed, "naam"), at.work.labels)
        if made.made is None or not made.written:
            return made, ""
        moved = move_statement(at.connection, at.by, at.here, at.one.id, made.made, label=as_name(said(at.typed, "naam")))
        if not moved.written:
            together.rollback()
    return moved, "nieuw"


def _quotes(at: At) -> tuple[Decided, str]:
    """Not to be quoted: then a quote that was cleared is taken back, unless a finding that is published stands on it."""
    if said(at.typed, "actie") == "wel":
        return say_quotable(at.connection, at.by, at.here, at.one.id, quotable=True), "wel-citeren"
    with at.connection.begin_nested() as together:
        decided = say_quotable(at.connection, at.by, at.here, at.one.id, quotable=False)
        if decided.written and (wrong := take_back_quote(at.connection, at.one.id)):
            together.rollback()
            return Decided(wrong), ""
    return decided, "niet-citeren"


def _directs(at: At) -> tuple[Decided, str]:
    direction = said(at.typed, "richting")
    if direction not in {*DIRECTION_WORDS, ""}:
        raise HTTPException(400)
    return say_direction(at.connection, at.by, at.here, at.one.id, direction), "soort"


LEADING_ON = ("klopt", "verplaatst", "nieuw")  # what says where an answer belongs is done with it; the rest is said beside
WAYS: Mapping[str, Callable[[At], tuple[Decided, str]]] = {
    "klopt": _accepts, "verplaats": _moves, "ook": _also, "nieuw": _to_new_theme, "citeren": _quotes, "soort": _directs,
}  # fmt: skip
