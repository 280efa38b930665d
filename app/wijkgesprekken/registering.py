"""Room wijkgesprekken: residents register without an account, and change or cancel with the code they got."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.access import may, settings_of
from app.answer_check import UNKEEPABLE, Problem
from app.codes import in_groups, read_code, registration_code
from app.forms import Form, Typed, printable, said, whole
from app.seal import unseal
from app.tries import count_wrong, may_try
from app.web import house_of, lead, page, reader_of, site
from app.wijkgesprekken.public import blank_form, read_notice, show_one
from app.wijkgesprekken.seats import FOREIGN, ahead_of, cancel, change, find_guest, register
from app.wijkgesprekken.wanted import FIELDS, Wanted, read_wanted

router = APIRouter(dependencies=[may("everyone")])
Problems = Mapping[str, Problem]


# ------------------------------------------------------------------------------------------- registering
@router.get("/wijkgesprekken/{wijkgesprek_id}/aanmelden")
def ask(request: Request, wijkgesprek_id: str) -> HTMLResponse:
    return _show_form(request, wijkgesprek_id, blank_form(reader_of(request)))


@router.post("/wijkgesprekken/{wijkgesprek_id}/aanmelden")
def keep(request: Request, wijkgesprek_id: str, typed: Form) -> Response:
    """303 to the registration; 422 with what must be mended; 409 when it is too late."""
    settings, (wanted, problems) = settings_of(request), _read(request, typed)
    form = {**blank_form(reader_of(request)), "typed": _again(typed)}
    if not wanted.key:
        return _show_form(request, wijkgesprek_id, {**form, "problems": {"": Problem(FOREIGN), **problems}}, status=422)
    form["key"] = wanted.key
    if problems:
        return _show_form(request, wijkgesprek_id, {**form, "problems": problems}, status=422)
    outcome = register(request.app.state.engine, settings, wijkgesprek_id, wanted)
    if outcome.row is not None:
        return lead(f"/aanmelding/{registration_code(settings.key, outcome.row.key)}")
    return _show_form(request, wijkgesprek_id, {**form, "problems": {outcome.field: outcome.problem}}, status=422)


def _read(request: Request, typed: Typed) -> tuple[Wanted, dict[str, Problem]]:
    return read_wanted(typed, house_of(request).programme.languages, spoken=reader_of(request).lang, base=site(request, told=True))


def _show_form(request: Request, wijkgesprek_id: str, form: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    """The form alone, empty or as typed; once it has begun or was called off, its page, which says so."""
    reader, settings = reader_of(request), settings_of(request)
    with request.app.state.engine.connect() as connection:
        notice = read_notice(connection, settings, wijkgesprek_id, reader.lang)
    if not notice.takes_registrations(settings.clock()):
        return show_one(request, wijkgesprek_id, status=200 if status == 200 else 409)
    return page(
        request, "wijkgesprekken/register.html", status=status, reader=reader, shown=notice, wijk_of=house_of(request).programme.wijk_names,
        now=settings.clock(), **form,
    )  # fmt: skip


def _again(typed: Typed) -> dict[str, str]:
    """What was typed, as it can stand in a page."""
    return {name: UNKEEPABLE.sub("\ufffd", said(typed, name)) for name in FIELDS}


# ------------------------------------------------------------------------------------------- with a code
@router.get("/aanmelding")
def ask_code(request: Request) -> HTMLResponse:
    return _show_ask_code(request, "", "")


@router.post("/aanmelding")
def read_typed_code(request: Request, typed: Form) -> Response:
    text = said(typed, "code")[:80]
    found = _find(request, text)
    return _refuse(request, found, text) if isinstance(found, str) else lead(f"/aanmelding/{read_code(text)}")


@router.get("/aanmelding/{code}")
def registration(request: Request, code: str) -> HTMLResponse:
    found = _find(request, code)
    return _refuse(request, found, code) if isinstance(found, str) else _show(request, found)


@router.post("/aanmelding/{code}")
def change_or_cancel(request: Request, code: str, typed: Form) -> Response:
    """Keep what was changed, or give the place back. 422 with what must be mended; 409 when too late, or changed since it was shown."""
    guest, settings, engine = _find(request, code), settings_of(request), request.app.state.engine
    if isinstance(guest, str):
        return _refuse(request, guest, code)
    if said(typed, "actie") == "afmelden":
        outcome = cancel(engine, settings, guest, base=site(request, told=True))
        return _show(request, outcome.row, status=409) if outcome.problem else lead(f"/aanmelding/{read_code(code)}")
    wanted, problems = _read(request, typed)
    if problems:
        return _show(request, guest, typed, problems, status=422, revision=_revision(typed))
    outcome = change(engine, settings, guest, wanted, revision=_revision(typed))
    if outcome.problem and (outcome.field or outcome.stale):
        return _show(request, outcome.row, typed, {outcome.field: outcome.problem}, status=409 if outcome.stale else 422)
    return _show(request, outcome.row, status=409) if outcome.problem else lead(f"/aanmelding/{read_code(code)}", "bewaard")


def _revision(typed: Typed) -> int:
    return whole(said(typed, "revision")) or 0


def _find(request: Request, text: str) -> Any:
    """The registration of a code, or the word for why there is none: "wait", "form" or "wrong". A right code never waits: neighbours share an address."""
    code = read_code(text)
    with request.app.state.engine.connect() as connection:
        guest = find_guest(connection, settings_of(request), code) if code else None
    if guest is not None:
        return guest
    if not may_try(request):
        return "wait"
    count_wrong(request)
    return "wrong" if code else "form"


def _refuse(request: Request, wrong: str, text: str) -> HTMLResponse:
    return _show_ask_code(request, text, wrong, status={"wait": 429, "wrong": 404, "form": 404}[wrong])


def _show_ask_code(request: Request, text: str, wrong: str, *, status: int = 200) -> HTMLResponse:
    headers = {"Retry-After": "600"} if status == 429 else {}
    return page(request, "wijkgesprekken/code.html", status=status, headers=headers, code=printable(text[:80]), wrong=wrong)


def _show(
    request: Request, guest: Any, typed: Typed | None = None, problems: Problems | None = None, *, status: int = 200, revision: int = 0
) -> HTMLResponse:  # fmt: skip
    """A registration as it stands; with the form as typed when something in it must be mended."""
    reader, settings = reader_of(request, remembered=guest.lang), settings_of(request)
    with request.app.state.engine.connect() as connection:
        notice = read_notice(connection, settings, guest.wijkgesprek_id, reader.lang)
        ahead = ahead_of(connection, guest) if guest.state == "waitlisted" else 0
    standing = {
        "naam": guest.name, "telefoon": guest.telephone, "mail": guest.mail, "personen": str(guest.persons), "taal": guest.lang,
        "nodig": unseal(settings, guest.needs) or "",
    }  # fmt: skip
    code = registration_code(settings.key, guest.key)
    return page(
        request, "wijkgesprekken/registration.html", status=status, reader=reader, shown=notice,
        wijk_of=house_of(request).programme.wijk_names, now=settings.clock(), guest=guest, ahead=ahead, code=code, receipt=in_groups(code), standing=standing,
        typed=standing if typed is None else _again(typed), problems=problems or {}, revision=revision or guest.revision,
        kept=request.query_params.get("gedaan") == "bewaard",
    )  # fmt: skip
