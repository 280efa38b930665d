"""Room findings: the page on which words are erased because somebody asked: first it tells what will go, then a person says so."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from app.access import Person, Staff, may, note_web_act, settings_of
from app.findings.erasing import Asked, Whole, asked_for, erase_response, erase_statement, response_of
from app.findings.words import SOURCE_WORDS, an_id
from app.forms import Form, printable, said
from app.i18n import N_
from app.web import desk, lead

ROOM = "/bevindingen"
HERE = f"{ROOM}/verantwoording/wissen"
TELLS = {
    "gewist": N_("De tekst is gewist."), "alles-gewist": N_("De hele reactie is gewist. Zij telt nog mee als één reactie, zonder antwoorden."),
    "weg": N_("De reactie was nog niet verstuurd en is helemaal gewist."),
}  # fmt: skip
NO_STATEMENT = N_("Wij vinden geen uitspraak met dit nummer. Neem het over uit de werkbank of uit een download.")
NO_RESPONSE = N_("Wij vinden geen reactie met deze code. Kijk of alle twaalf tekens kloppen.")
erasing = APIRouter(prefix=HERE, dependencies=[may("analyst", "admin")])
of_people = APIRouter(prefix=HERE, dependencies=[may("admin")])


@erasing.get("")
def ask_to_erase(request: Request, person: Staff) -> HTMLResponse:
    """By the number of a statement, which says nothing about anybody."""
    wanted = printable(request.query_params.get("uitspraak", "")).strip()
    return _page(request, person, wanted)


def _page(
    request: Request, person: Person, wanted: str = "", *, whole: Whole | None = None, code: str = "", problem: str = "", status: int = 200
) -> HTMLResponse:  # fmt: skip
    found: Asked | None = None
    if wanted:
        with request.app.state.engine.connect() as connection:
            found = asked_for(connection, an_id(wanted))
        if found is None:
            problem, status = NO_STATEMENT, 404
    return desk(
        request, "findings/erasing.html", room=ROOM, tells=TELLS, status=status, wanted=wanted[:40], found=found, whole=whole, code=code,
        problem=problem, may_erase_people=person.role == "admin", source_words=SOURCE_WORDS,
    )  # fmt: skip


@erasing.post("")
def erase_words(request: Request, typed: Form) -> Response:
    """The writer queue does it: committed, and then no copy is left in the files."""
    id_, day = an_id(said(typed, "uitspraak")), settings_of(request).today()

    def work(connection: Connection) -> bool:
        done = erase_statement(connection, id_, day)
        if done:
            note_web_act(request, connection, "text erased", id_)
        return done

    if not request.app.state.writer.keep(work, erases=True):
        with request.app.state.engine.connect() as connection:
            if asked_for(connection, id_) is None:
                raise HTTPException(404)
    return lead(f"{HERE}?uitspraak={id_}", "gewist")


@of_people.post("/reactie")
def erase_person(request: Request, person: Staff, typed: Form) -> Response:
    """By the receipt code that a resident brings to the desk. It stands in no address and in no log."""
    settings, code = settings_of(request), said(typed, "code")
    with request.app.state.engine.connect() as connection:
        whole = response_of(connection, settings, code)
    if whole is None:
        return _page(request, person, problem=NO_RESPONSE, code=printable(code)[:40], status=422)
    if said(typed, "actie") != "wis":
        return _page(request, person, whole=whole, code=code)

    def work(connection: Connection) -> None:
        if erase_response(connection, whole.id, settings.today()):
            note_web_act(request, connection, "response erased", whole.id)

    request.app.state.writer.keep(work, erases=True)
    return lead(HERE, "alles-gewist" if whole.finished else "weg")
