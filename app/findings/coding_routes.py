"""Room findings: a second coder on pages: draw a sample, code it one by one, and see how far the choices agree."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection, select

from app.access import ROWS, Person, Staff, may, note_web_act, settings_of
from app.acts import REST
from app.db import writing
from app.findings.coding import (
    FEW,
    LEAST,
    MOST,
    USUAL,
    Wanted,
    choices,
    close_sample,
    coders,
    codings,
    compare,
    differing,
    draw,
    item,
    keep_code,
    may_see,
    name_of,
    newest_now,
    place_in,
    sample_kept,
    samples,
)
from app.findings.deciding import Decided, Deciding, New, accept_statement, move_statement, seen_of
from app.findings.requests import alone
from app.findings.themes import ThemesNow
from app.findings.words import an_id, pillar_names
from app.forms import Form, said, whole
from app.i18n import N_
from app.models.tables import CODING, CODING_SAMPLE, RUN
from app.web import desk, house_of, lead

ROOM = "/bevindingen"
HERE = f"{ROOM}/tweede-codeur"
router = APIRouter(prefix=HERE, dependencies=[may(*ROWS)])
TELLS = {
    "getrokken": N_("De steekproef staat klaar."), "bewaard": N_("Bewaard."), "klaar": N_("Klaar. Hieronder staat hoe goed de keuzes overeenkomen."),
    "gekozen": N_("Gekozen. Het antwoord staat nu daar."), "zo": N_("Zo stond het al."), "ingelezen": N_("Het bestand is ingelezen."),
}  # fmt: skip
FIELDS = ("codeur", "n", "startgetal", "pijler", "taal_van", "alleen")
NO_CODER = N_("Kies wie er codeert.")
NO_NUMBER = N_("Kies een aantal van 10 tot 1000.")
NO_SEED = N_("Het startgetal is een heel getal van hoogstens negen cijfers.")
NOTHING_FITS = N_("Hier past geen enkel antwoord bij. Kies een andere pijler of taal.")
NO_CHOICE = N_("Kies een thema, of zeg dat u het niet weet.")
CHANGED = N_("Iemand anders heeft intussen over dit antwoord besloten. Kijk hieronder hoe het nu is.")


# ------------------------------------------------------------------------------------------- draw
@router.get("")
def overview(request: Request, person: Staff) -> HTMLResponse:
    return show_overview(request, person)


def show_overview(request: Request, person: Person, *, status: int = 200, **more: Any) -> HTMLResponse:
    """The samples, the form to draw one, and the form for a file of codes; `problems` by field."""
    with request.app.state.engine.connect() as connection:
        kept, others = samples(connection, person.name), coders(connection, person.name)
        has_run = connection.execute(select(RUN.c.id).limit(1)).first() is not None
    programme = house_of(request).programme
    values = {"problems": {}, "typed": dict.fromkeys(FIELDS, "") | {"n": str(USUAL), "startgetal": "0"}, "wrong": None} | more
    return desk(
        request, "findings/coding.html", room=ROOM, tells=TELLS, status=status, samples=kept, coders=others, has_run=has_run,
        pillars=pillar_names(programme), langs=programme.languages, **values,
    )  # fmt: skip


@router.post("")
def draw_one(request: Request, person: Staff, typed: Form) -> Response:
    n, seed = whole(said(typed, "n"), 4), whole(said(typed, "startgetal") or "0")
    settings, programme = settings_of(request), house_of(request).programme
    pillar, lang = said(typed, "pijler"), said(typed, "taal_van")
    given = {name: said(typed, name) for name in FIELDS}
    with writing(request.app.state.engine) as connection:
        alone(connection, CODING_SAMPLE)
        now = newest_now(connection)
        problems = {
            "codeur": "" if given["codeur"] in coders(connection, person.name) else NO_CODER,
            "n": "" if n is not None and LEAST <= n <= MOST else NO_NUMBER,
            "startgetal": NO_SEED if seed is None else "",
            "pijler": "" if now and pillar in {"", *pillar_names(programme)} and lang in {"", *programme.languages} else NOTHING_FITS,
        }
        problems = {name: words for name, words in problems.items() if words}
        if not problems and now and n and seed is not None:
            wanted = Wanted(given["codeur"], n, seed, pillar, lang, bool(given["alleen"]))
            if drawn := draw(connection, settings, now, wanted, person.name):
                note_web_act(request, connection, "coding sample drawn", drawn)
                return lead(HERE, "getrokken")
            problems = {"pijler": NOTHING_FITS}
    return show_overview(request, person, status=422, problems=problems, typed=again_in(given))


def again_in(given: dict[str, str]) -> dict[str, str]:
    return {name: "".join(sign for sign in value if sign.isprintable())[:80] for name, value in given.items()}


# ------------------------------------------------------------------------------------------- code
def _sample(connection: Connection, sample_id: str) -> Any:
    found = sample_kept(connection, an_id(sample_id)) if an_id(sample_id) else None
    if found is None:
        raise HTTPException(404)
    return found


def _own(connection: Connection, person: Person, sample_id: str, nth: str) -> tuple[Any, list[Any], Any]:
    """A sample that is this person's to code, and the row with this number."""
    sample = _sample(connection, sample_id)
    rows = codings(connection, sample.id) if sample.coder == person.name else []
    row = next((row for row in rows if row.nth == whole(nth, 4)), None)
    if row is None:
        raise HTTPException(404)
    return sample, rows, row


@router.get("/{sample_id}/{nth}")
def one(request: Request, person: Staff, sample_id: str, nth: str) -> Response:
    """One statement, without anybody else's choice."""
    with request.app.state.engine.connect() as connection:
        sample, rows, row = _own(connection, person, sample_id, nth)
        if sample.state == "done":
            return lead(f"{HERE}/{sample.id}")
        return _one(request, connection, sample, rows, row)


def _one(
    request: Request, connection: Connection, sample: Any, rows: list[Any], row: Any, *, problem: str = "", status: int = 200
) -> Response:
    now = newest_now(connection)
    if now is None:
        raise HTTPException(404)
    programme = house_of(request).programme
    return desk(
        request, "findings/coding_one.html", room=ROOM, tells=TELLS, status=status, sample=sample, item=item(connection, row), problem=problem,
        choices=choices(now, programme), pillars=pillar_names(programme), done=sum(1 for each in rows if each.coded_at),
    )  # fmt: skip


@router.post("/{sample_id}/klaar")
def close(request: Request, person: Staff, sample_id: str) -> Response:
    """Only who coded closes a sample, and only when every statement had its turn."""
    with writing(request.app.state.engine) as connection:
        alone(connection, CODING)
        sample = _sample(connection, sample_id)
        if sample.coder != person.name:
            raise HTTPException(404)
        left = _left(codings(connection, sample.id))
        if left is None and close_sample(connection, sample.id):
            note_web_act(request, connection, "coding sample closed", sample.id)
    return lead(f"{HERE}/{sample.id}", "klaar" if left is None else "")


def _left(rows: list[Any], after: int = 0) -> int | None:
    """The next statement that has no code yet, after this one or from the beginning."""
    left = [row.nth for row in rows if row.coded_at is None]
    return next((nth for nth in left if nth > after), left[0] if left else None)


@router.post("/{sample_id}/kies")
def choose(request: Request, person: Staff, typed: Form, sample_id: str) -> Response:
    """Of two choices one: the statement goes there, and later runs learn from it."""
    settings, statement_id, to = settings_of(request), an_id(said(typed, "uitspraak")), place_in(said(typed, "naar"))
    with writing(request.app.state.engine) as connection:
        alone(connection, CODING)
        sample = _sample(connection, sample_id)
        now = newest_now(connection)
        if now is None or not may_see(sample, person.name) or statement_id not in now.place_of or _label(now, to) is None:
            raise HTTPException(404)
        at, by = now.place_of[statement_id], Deciding(settings, person.name, now.run.id, said(typed, "seen"))
        here, label = New(at, _label(now, at) or at[1]), _label(now, to) or ""
        decided = (
            accept_statement(connection, by, here, statement_id)
            if at == to
            else move_statement(connection, by, here, statement_id, to, label=label)
        )
        if decided.written:
            note_web_act(request, connection, "theme accept" if at == to else "theme move", name_of(at))
    return _chosen(request, sample_id, decided)


def _chosen(request: Request, sample_id: str, decided: Decided) -> Response:
    if decided.changed or decided.wrong:
        with request.app.state.engine.connect() as connection:
            return _results(request, connection, _sample(connection, sample_id), problem=CHANGED, status=409)
    return lead(f"{HERE}/{sample_id}", "gekozen" if decided.written else "zo")


def _label(now: ThemesNow, place: tuple[str, str]) -> str | None:
    theme = now.theme(*place)
    return theme.label if theme else REST if place[1] == REST else None


@router.post("/{sample_id}/{nth}")
def code(request: Request, person: Staff, typed: Form, sample_id: str, nth: str) -> Response:
    """Kept at once; then the next statement that has none."""
    with writing(request.app.state.engine) as connection:
        alone(connection, CODING)
        sample, rows, row = _own(connection, person, sample_id, nth)
        if sample.state == "done":
            return lead(f"{HERE}/{sample.id}", "zo")
        chosen = "" if said(typed, "actie") == "weet-niet" else said(typed, "plaats")
        now = newest_now(connection)
        known = {code for _, _, themes in choices(now, house_of(request).programme) for code, _ in themes} if now else set()
        if chosen not in known and said(typed, "actie") != "weet-niet":
            return _one(request, connection, sample, rows, row, problem=NO_CHOICE, status=422)
        keep_code(connection, settings_of(request), sample.id, row.nth, chosen)
        note_web_act(request, connection, "coding kept", f"{sample.id} {row.nth}")
        left = _left([each for each in rows if each.nth != row.nth], row.nth)
    return lead(f"{HERE}/{sample.id}/{left}" if left else f"{HERE}/{sample.id}")


# ------------------------------------------------------------------------------------------- what came of it
@router.get("/{sample_id}")
def results(request: Request, person: Staff, sample_id: str) -> Response:
    """How far the choices agree; who still codes sees how far she is."""
    with request.app.state.engine.connect() as connection:
        sample = _sample(connection, sample_id)
        if may_see(sample, person.name):
            return _results(request, connection, sample)
        rows = codings(connection, sample.id)
        programme = house_of(request).programme
        return desk(
            request,
            "findings/coding_own.html",
            room=ROOM,
            tells=TELLS,
            sample=sample,
            rows=rows,
            left=_left(rows),
            pillars=pillar_names(programme),
        )


def _results(request: Request, connection: Connection, sample: Any, *, problem: str = "", status: int = 200) -> HTMLResponse:
    rows, now = codings(connection, sample.id), newest_now(connection)
    if now is None:
        raise HTTPException(404)
    labels = {name_of(theme.place): theme.label for theme in now.themes if not theme.is_rest}
    return desk(
        request, "findings/coding_results.html", room=ROOM, tells=TELLS, status=status, sample=sample, problem=problem, few=FEW,
        n=sum(1 for row in rows if row.coded_at), compared=compare(rows, now, seed=sample.seed), differing=differing(connection, rows, now),
        labels=labels, seen=seen_of(now.acts), pillars=pillar_names(house_of(request).programme), place_in=place_in,
    )  # fmt: skip
