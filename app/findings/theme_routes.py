"""Room findings: the workbench: themes of a run, the answers in one of them, and what a person decides about both."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection, select

from app.access import ROWS, Person, Staff, may, note_web_act, settings_of
from app.acts import all_acts
from app.db import writing
from app.findings.bench import Answers, Bench, answers_in, bench_of, told_acts
from app.findings.codebook import frozen_now
from app.findings.deciding import (
    FROZEN,
    NO_PILLAR,
    Decided,
    Deciding,
    get_ready,
    last_act,
    merge_theme,
    move_statement,
    new_theme,
    rename_theme,
    retire_theme,
    seen_of,
    settle_theme,
    split_theme,
    undo_act,
)
from app.findings.frames import titles_of
from app.findings.themes import ThemeNow
from app.findings.words import SOURCE_WORDS, STREAM_WORDS, an_id, area_names, fit_words, pillar_names, stability_words, what_words
from app.forms import Form, Typed, printable, said, whole
from app.i18n import LANGUAGES, N_
from app.models.answers import SOURCES
from app.models.tables import RUN
from app.web import desk, house_of, lead

ROOM = "/bevindingen"
HERE = f"{ROOM}/themas"
TELLS = {
    "hernoemd": N_("Het thema heeft een nieuwe naam."), "samengevoegd": N_("De thema's zijn samengevoegd."),
    "verplaatst": N_("Het antwoord is verplaatst."), "vast": N_("Het thema is vastgesteld."),
    "los": N_("Het thema is niet meer vastgesteld."), "ongedaan": N_("Het besluit is ongedaan gemaakt."),
    "nieuw": N_("Het nieuwe thema is gemaakt."), "gesplitst": N_("De antwoorden staan nu in dit nieuwe thema."),
    "uit": N_("Het thema is uit gebruik. De antwoorden staan nu bij de rest."),
    "nagekeken": N_("Nagekeken."), "vrij": N_("Het citaat is vrijgegeven."), "terug": N_("Het citaat is niet meer vrijgegeven."), "zo": N_("Zo stond het al."),
}  # fmt: skip
NO_PLACE = N_("Kies waar dit antwoord heen gaat.")
NO_THEME = N_("Kies een thema om mee samen te voegen.")
LOG = f"{ROOM}/besluiten"
FILTERS = ("woord", "wijk", "taal_van", "bron", "orde", "p", "uitspraak")
looking = APIRouter(prefix=HERE, dependencies=[may("office", "analyst", "auditor", "admin")])
deciding = APIRouter(prefix=HERE, dependencies=[may(*ROWS)])
Work = Callable[[Connection, Deciding, Bench, ThemeNow], Decided]


# ------------------------------------------------------------------------------------------- look
@looking.get("")
def themes(request: Request, person: Staff) -> HTMLResponse:
    """Every theme of the newest run over everything, or for who sees rows of another."""
    return _themes(request, person, request.query_params.get("ronde", ""))


def _themes(
    request: Request, person: Person, run_id: str, *, status: int = 200, wrong: Decided | None = None, **typed: str
) -> HTMLResponse:
    with request.app.state.engine.connect() as connection:
        bench = _bench(connection, request, person, run_id)
        titles = titles_of(connection, [bench.run.survey_key or ""]) if bench else {}
        runs = list(connection.execute(select(RUN.c.id, RUN.c.made_at, RUN.c.parameters).order_by(RUN.c.made_at.desc(), RUN.c.id).limit(8)))
    if bench is None:
        return desk(request, "findings/no_run.html", room=ROOM, may_start=person.role in ROWS)
    last = last_act(bench.now.acts)
    return desk(
        request, "findings/themes.html", room=ROOM, tells=TELLS, status=status, last=told_acts([last])[0] if last else None,
        absent=told_acts(bench.now.absent), runs=runs, titles=titles, wrong=wrong or Decided(), typed={"naam": "", "pijler": "", **typed},
        pillar_names=pillar_names(house_of(request).programme), **_shared(bench),
    )  # fmt: skip


def _bench(connection: Connection, request: Request, person: Person, run_id: str) -> Bench | None:
    try:
        return bench_of(connection, house_of(request).programme, person.role, an_id(run_id) if run_id else "")
    except LookupError:
        raise HTTPException(404) from None


def _shared(bench: Bench) -> dict[str, Any]:
    sentence, values = what_words(json.loads(bench.run.parameters))
    return {
        "bench": bench, "seen": seen_of(bench.now.acts), "what": sentence, "values": values, "stability_words": stability_words,
        "fit_words": fit_words, "ronde": "" if bench.is_newest else f"?ronde={bench.run.id}",
    }  # fmt: skip


@looking.get("/{pillar}/{key}")
def theme(request: Request, person: Staff, pillar: str, key: str) -> HTMLResponse:
    """One theme: its figures for all who may look; its answers for who sees rows."""
    return _theme(request, person, pillar, key, _wanted(request, request.query_params), request.query_params.get("ronde", ""))


def _wanted(request: Request, asked: Mapping[str, str]) -> dict[str, str]:
    """What the address, or the form that was sent from there, filters by; what is no choice is none."""
    given = {name: printable(asked.get(name, ""))[:80].strip() for name in FILTERS}
    known = {"taal_van": LANGUAGES, "bron": SOURCES, "wijk": area_names(house_of(request).programme), "orde": ("twijfel",)}
    wanted = {name: value if name not in known or value in known[name] else "" for name, value in given.items()}
    number = wanted["p"]
    return {
        **wanted,
        "p": number if whole(number, 5) is not None else "",
        "uitspraak": an_id(wanted["uitspraak"]),
    }


def _theme(
    request: Request, person: Person, pillar: str, key: str, wanted: dict[str, str], run_id: str, *, status: int = 200, **typed: Any
) -> HTMLResponse:
    with request.app.state.engine.connect() as connection:
        bench = _bench(connection, request, person, run_id)
        found = bench.theme(pillar, key) if bench else None
        if bench is None or found is None:
            raise HTTPException(404)
        answers = answers_in(connection, bench, found, wanted) if bench.has_rows else Answers([], [], 0, 1, 1, None)
        frozen = frozen_now(connection) if bench.has_rows else None
    programme = house_of(request).programme
    acts = [act for act in bench.now.acts if act.touches(found.place)]
    return desk(
        request, "findings/theme.html", room=ROOM, tells=TELLS, status=status, theme=found, answers=answers, wanted=wanted,
        typed={"kind": "", "problem": "", "values": {}, "label": "", "naam": "", "ticked": (), **typed}, acts=told_acts(acts[-8:][::-1]), frozen=frozen, frozen_words=FROZEN, areas=area_names(programme), pillar_name=pillar_names(programme).get(pillar, pillar),
        pillar_names=pillar_names(programme), source_words=SOURCE_WORDS, stream_words=STREAM_WORDS, langs=programme.languages,
        address=lambda **other: _address(bench, found, {**wanted, **other}), here=f"{HERE}/{pillar}/{key}", **_shared(bench),
    )  # fmt: skip


def _address(bench: Bench, theme: ThemeNow, wanted: dict[str, Any]) -> str:
    kept = {name: str(value) for name, value in {"ronde": "" if bench.is_newest else bench.run.id, **wanted}.items() if value}
    return f"{HERE}/{theme.pillar}/{theme.key}" + (f"?{urlencode(kept)}" if kept else "")


# ------------------------------------------------------------------------------------------- decide
@deciding.post("/ongedaan")
def undo(request: Request, person: Staff, typed: Form) -> Response:
    """A decision back, whoever made it, when no later one stands on it."""
    wanted = whole(said(typed, "besluit")) or 0
    with writing(request.app.state.engine) as connection:
        decided = undo_act(connection, Deciding(settings_of(request), person.name, "", ""), wanted)
        if decided.written:
            note_web_act(request, connection, "theme act undone", str(wanted))
    back = LOG if said(typed, "naar") == "besluiten" else _with_run(HERE, typed)
    if decided.changed or decided.wrong:
        return changed_page(request, decided, back)
    return lead(back, "ongedaan" if decided.written else "zo")


@deciding.post("/nieuw")
def new(request: Request, person: Staff, typed: Form) -> Response:
    """A theme in which nothing stands yet."""
    label, pillar, run_id = said(typed, "naam"), said(typed, "pijler"), said(typed, "ronde")
    with request.app.state.engine.connect() as connection:
        bench = _bench(connection, request, person, run_id)
    if bench is None:
        raise HTTPException(404)
    get_ready()
    with writing(request.app.state.engine) as connection:
        by = Deciding(settings_of(request), person.name, bench.run.id, said(typed, "seen"))
        known = pillar in pillar_names(house_of(request).programme)
        decided = new_theme(connection, by, pillar, label, bench.labels) if known else Decided(NO_PILLAR)
        if decided.written and decided.made:
            note_web_act(request, connection, "theme new", "/".join(decided.made)[:128])
    if decided.wrong or decided.made is None:
        return _themes(request, person, run_id, status=422, wrong=decided, naam=printable(label), pijler=printable(pillar))
    return lead(_with_run(f"{HERE}/{'/'.join(decided.made)}", typed), "nieuw")


@deciding.post("/{pillar}/{key}/naam")
def rename(request: Request, person: Staff, typed: Form, pillar: str, key: str) -> Response:
    def work(connection: Connection, by: Deciding, _bench: Bench, theme: ThemeNow) -> Decided:
        return rename_theme(connection, by, theme, said(typed, "label"))

    return _act(request, person, typed, (pillar, key), "rename", "hernoemd", work)


@deciding.post("/{pillar}/{key}/samenvoegen")
def merge(request: Request, person: Staff, typed: Form, pillar: str, key: str) -> Response:
    def work(connection: Connection, by: Deciding, bench: Bench, theme: ThemeNow) -> Decided:
        into = said(typed, "in")
        label = bench.label_at((pillar, into)) if into != theme.key else theme.label
        gone = bench.is_gone((pillar, into))
        if not into:
            return Decided(NO_THEME)
        if (label is None and not gone) or into == "rest":
            raise HTTPException(404)
        return merge_theme(connection, by, theme, (pillar, into), label=label or "")

    return _act(request, person, typed, (pillar, key), "merge", "samengevoegd", work)


@deciding.post("/{pillar}/{key}/vast")
def settle(request: Request, person: Staff, typed: Form, pillar: str, key: str) -> Response:
    settled = said(typed, "actie")
    if settled not in {"vast", "terug"}:
        raise HTTPException(400)

    def work(connection: Connection, by: Deciding, _bench: Bench, theme: ThemeNow) -> Decided:
        return settle_theme(connection, by, theme, settled=settled == "vast")

    return _act(
        request, person, typed, (pillar, key), "settle" if settled == "vast" else "unsettle", "vast" if settled == "vast" else "los", work
    )


@deciding.post("/{pillar}/{key}/verplaats")
def move(request: Request, person: Staff, typed: Form, pillar: str, key: str) -> Response:
    def work(connection: Connection, by: Deciding, bench: Bench, theme: ThemeNow) -> Decided:
        statement_id = an_id(said(typed, "uitspraak"))
        pillar, _, key = said(typed, "naar").partition("/")
        label = bench.label_at((pillar, key))
        if not key:
            return Decided(NO_PLACE)
        gone = bench.is_gone((pillar, key))
        if (label is None and not gone) or not any(each.id == statement_id for each in bench.now.statements):
            raise HTTPException(404)
        return move_statement(connection, by, bench.stands(statement_id) or theme, statement_id, (pillar, key), label=label or "")

    return _act(request, person, typed, (pillar, key), "move", "verplaatst", work)


@deciding.post("/{pillar}/{key}/splitsen")
def split(request: Request, person: Staff, typed: Form, pillar: str, key: str) -> Response:
    def work(connection: Connection, by: Deciding, bench: Bench, theme: ThemeNow) -> Decided:
        ticked = {an_id(each) for each in typed.get("uitspraak", [])}
        if not ticked <= {each.id for each in bench.now.statements}:
            raise HTTPException(404)
        return split_theme(connection, by, theme, ticked, said(typed, "naam"), bench.labels)

    get_ready()
    return _act(request, person, typed, (pillar, key), "split", "gesplitst", work)


@deciding.post("/{pillar}/{key}/uit-gebruik")
def retire(request: Request, person: Staff, typed: Form, pillar: str, key: str) -> Response:
    def work(connection: Connection, by: Deciding, _bench: Bench, theme: ThemeNow) -> Decided:
        return retire_theme(connection, by, theme)

    return _act(request, person, typed, (pillar, key), "retire", "uit", work)


def _act(  # what every decision about a theme has in common
    request: Request, person: Person, typed: Typed, place: tuple[str, str], kind: str, done: str, work: Work
) -> Response:
    """Look which theme it is, decide while nobody else can, and tell: done, what must be mended, or what others did meanwhile."""
    engine, run_id = request.app.state.engine, said(typed, "ronde")
    with engine.connect() as connection:
        bench = _bench(connection, request, person, run_id)
        theme = bench.theme(*place) if bench else None
    by = Deciding(settings_of(request), person.name, bench.run.id if bench else "", said(typed, "seen"))
    if bench is None or (theme is None and not bench.is_gone(place)):
        raise HTTPException(404)
    if theme is None:  # merged into another, or out of use, since this page was opened
        gone = tuple(act for act in bench.now.acts if act.place == place and act.kind in {"merge", "retire"})
        return changed_page(request, Decided(changed=gone), HERE)
    with writing(engine) as connection:
        decided = work(connection, by, bench, theme)
        if decided.written:
            note_web_act(request, connection, f"theme {kind}", f"{place[0]}/{place[1]}"[:128])
    here = f"{HERE}/{'/'.join(decided.made or place)}"
    if decided.changed:
        return changed_page(request, decided, _with_run(f"{HERE}/{'/'.join(place)}", typed))
    if decided.wrong:
        asked = {name: said(typed, name) for name in FILTERS}
        return _theme(
            request, person, *place, _wanted(request, asked), run_id, status=422, kind=kind, problem=decided.wrong, values=decided.values,
            label=printable(said(typed, "label")), naam=printable(said(typed, "naam")), ticked=typed.get("uitspraak", ()),
        )  # fmt: skip
    there = _with_run(HERE if kind in {"merge", "retire"} or said(typed, "naar_lijst") else here, typed)
    return lead(there, done if decided.written else "zo")


def _with_run(address: str, typed: Typed) -> str:
    run_id = an_id(said(typed, "ronde"))
    return f"{address}?ronde={run_id}" if run_id else address


def changed_page(request: Request, decided: Decided, back: str) -> HTMLResponse:
    """Nothing was done: here is what stands in the way, such as what others did since the page was shown."""
    with request.app.state.engine.connect() as connection:
        by_id = {act.id: act for act in all_acts(connection)}
    acts = told_acts(by_id[act.id] for act in decided.changed)
    return desk(request, "findings/changed.html", room=ROOM, status=409, acts=acts, back=back, wrong=decided.wrong, values=decided.values)
