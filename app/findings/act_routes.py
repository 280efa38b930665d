"""Room findings: everything that was decided about themes and answers, each told in a sentence, and undone when nothing stands on it."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.access import ROWS, Staff, may
from app.acts import Act, Place, all_acts
from app.findings.bench import bench_of, told_acts
from app.findings.deciding import resting_on
from app.findings.theme_routes import LOG, ROOM, TELLS
from app.findings.words import KIND_WORDS
from app.forms import printable, whole
from app.i18n import N_
from app.web import desk, house_of

AT_ONCE = 40
UNSEEN = N_("een thema dat hier niet te zien is")
router = APIRouter(prefix=LOG, dependencies=[may("office", "analyst", "auditor", "admin")])


@router.get("")
def decisions(request: Request, person: Staff) -> HTMLResponse:
    """The newest first. Who sees no rows reads what was decided about themes, and by name only themes that are told to everybody."""
    has_rows, programme = person.role in ROWS, house_of(request).programme
    given = {name: printable(request.query_params.get(name, ""))[:64] for name in ("wie", "soort", "p")}
    with request.app.state.engine.connect() as connection:
        acts = all_acts(connection)
        bench = None if has_rows else bench_of(connection, programme, person.role)
    seen = None if has_rows else {theme.place for theme in bench.now.themes if bench.tells(theme)} if bench else set()
    acts = [act for act in acts if has_rows or not act.statement_id]
    people = sorted({act.actor for act in acts}, key=str.casefold)
    wanted = {
        "wie": given["wie"] if given["wie"] in people else "",
        "soort": given["soort"] if given["soort"] in KIND_WORDS else "",
    }
    found = [act for act in reversed(acts) if wanted["wie"] in {"", act.actor} and wanted["soort"] in {"", act.kind}]
    pages = max(1, -(-len(found) // AT_ONCE))
    number = min(max(1, whole(given["p"], 5) or 1), pages)
    shown = found[(number - 1) * AT_ONCE : number * AT_ONCE]
    return desk(
        request, "findings/acts.html", room=ROOM, tells=TELLS, told=[_told(act, seen) for act in shown], n=len(found), people=people,
        kinds=KIND_WORDS, wanted=wanted, number_=number, pages=pages, may_undo=has_rows, kept={act.id for act in shown if resting_on(acts, act)},
        address=lambda **other: _address({**wanted, **other}),
    )  # fmt: skip


def _address(wanted: dict[str, object]) -> str:
    query = urlencode({name: str(value) for name, value in wanted.items() if value})
    return f"{LOG}?{query}" if query else LOG


def _told(act: Act, seen: set[Place] | None) -> tuple[Act, str, dict[str, str]]:
    """The sentence; without the name of a theme that may not be told here."""
    (_, words, values) = told_acts([act])[0]
    if seen is not None:
        named = {"theme": act.place, "to": act.target or act.place}
        values = {name: value if named[name] in seen or not value else UNSEEN for name, value in values.items()}
    return act, words, values
