"""Room findings: the pages on which people put foreign answers into Dutch: a queue per language, what was done, and files out and in."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from app.access import ROWS, Person, Staff, may, note_web_act, settings_of
from app.db import writing
from app.findings.requests import alone
from app.findings.sheets import FORMATS
from app.findings.translating import (
    STRANGE,
    Text,
    counts,
    ids_in,
    keep_translations,
    own_place,
    problem_in,
    texts_of,
    tidy,
    waiting_ids,
)
from app.findings.translating_files import Taken, Wrong, rows_in, take, workbook_of
from app.findings.words import an_id
from app.forms import Form, file_in, printable, said, takes_file, whole
from app.i18n import LANGUAGES, N_, SOURCE, STAFF, language_name
from app.models.tables import TRANSLATION
from app.web import desk, house_of, lead, reader_of
from app.workbooks import MOST_ROWS

ROOM = "/bevindingen"
HERE = f"{ROOM}/vertalen"
DONE = "klaar"
PAGE = 20
MOST_TOLD = 30  # mistakes of a file on the page
TELLS = {
    "bewaard": N_("De vertaling is bewaard."),
    "zelfde": N_("Er was niets veranderd."),
    "bestand": N_("Het bestand is gelezen. De vertalingen zijn bewaard."),
}
router = APIRouter(prefix=HERE, dependencies=[may("translator", *ROWS)])


@dataclass(frozen=True)
class Typed:
    """What somebody typed at one text, and what was wrong with it."""

    dutch: str
    problem: str = ""
    is_second: bool = False  # somebody else was first, or the text changed


@router.get("")
def languages(request: Request) -> HTMLResponse:
    with request.app.state.engine.connect() as connection:
        found = counts(connection, house_of(request).programme.languages)
    return _desk(request, found=found)


@router.get("/{lang}")
def queue(request: Request, person: Staff, lang: str) -> HTMLResponse:
    """The next text for this person, the one after what she skipped, or one that she asked for."""
    with request.app.state.engine.connect() as connection:
        waits = waiting_ids(connection, _known(lang), person.id)
        only, after = (an_id(request.query_params.get(name, "")) for name in ("tekst", "na"))
        start = own_place(after, person.id) if after else ""
        wanted = only or next((id_ for id_ in waits if own_place(id_, person.id) > start), "")
        texts = texts_of(connection, [wanted], lang) if wanted else []
    if only and not texts:
        raise HTTPException(404)
    text = texts[0] if texts else None
    typed = Typed(text.made.text if text and text.made else "")
    return _one(request, lang, text, n=len(waits), typed=typed, back=request.query_params.get("naar", ""))


def _one(request: Request, lang: str, text: Text | None, *, n: int = 0, typed: Typed, back: str, status: int = 200) -> HTMLResponse:
    return _desk(request, lang=lang, text=text, n=n, typed=typed, back=DONE if back == DONE else "", status=status)


@router.post("/{lang}")
def keep(request: Request, person: Staff, lang: str, typed: Form) -> Response:
    """Bewaar, or take over what stands there already; who comes second sees both texts, and nothing of hers is lost."""
    with writing(request.app.state.engine) as connection:
        text = _text_now(connection, _known(lang), an_id(said(typed, "tekst")))
        dutch = tidy(text.words if said(typed, "actie") == "overnemen" else said(typed, "nederlands"))
        if text.made and text.made.holds and text.made.text == dutch:
            return _on(lang, text.id, "zelfde", typed)
        if said(typed, "seen") != text.seen or _is_of_another(person, text, typed):
            return _one(request, lang, text, typed=Typed(_shown(dutch), is_second=True), back=said(typed, "naar"), status=409)
        if problem := problem_in(dutch):
            return _one(request, lang, text, typed=Typed(_shown(dutch), problem), back=said(typed, "naar"), status=422)
        keep_translations(connection, {text.id: (text, dutch)}, by=person.name, at=settings_of(request).clock())
        note_web_act(request, connection, "translation changed" if text.made else "translated", text.id)
    return _on(lang, text.id, "bewaard", typed)


def _text_now(connection: Connection, lang: str, id_: str) -> Text:
    alone(connection, TRANSLATION)
    texts = texts_of(connection, [id_], lang) if id_ else []
    if not texts:
        raise HTTPException(404)
    return texts[0]


def _is_of_another(person: Person, text: Text, typed: Form) -> bool:
    """A translator replaces what another wrote only after she saw both texts."""
    another = text.made is not None and text.made.holds and text.made.made_by != person.name
    return another and person.role not in ROWS and said(typed, "actie") != "mijne"


def _shown(dutch: str) -> str:
    """What was typed as it can stand in a page again."""
    return STRANGE.sub("\ufffd", dutch)


def _on(lang: str, id_: str, done: str, typed: Form) -> Response:
    back = said(typed, "naar") == DONE
    return lead(f"{HERE}/{lang}/{DONE}" if back else f"{HERE}/{lang}?{urlencode({'na': id_})}", done)


# ------------------------------------------------------------------------------------------- what was done
@router.get("/{lang}/klaar")
def done(request: Request, lang: str) -> HTMLResponse:
    """Original and Dutch side by side, with who translated it."""
    with request.app.state.engine.connect() as connection:
        ids = ids_in(connection, _known(lang), translated=True)
        pages = max(1, -(-len(ids) // PAGE))
        at = min(max(1, whole(request.query_params.get("p", ""), 5) or 1), pages)
        texts = texts_of(connection, ids[(at - 1) * PAGE : at * PAGE], lang)
    return _desk(request, lang=lang, texts=texts, n=len(ids), at=at, pages=pages)


# ------------------------------------------------------------------------------------------- files
@router.get("/{lang}/bestand")
def file_page(request: Request, lang: str) -> HTMLResponse:
    return _file_page(request, lang)


def _file_page(request: Request, lang: str, *, wrong: Sequence[Wrong] = (), no_purpose: bool = False, status: int = 200) -> HTMLResponse:
    told = sorted(wrong, key=lambda each: each.row)[:MOST_TOLD]
    return _desk(request, lang=_known(lang), files=True, wrong=told, n_wrong=len(wrong), no_purpose=no_purpose, status=status)


@router.post("/{lang}/bestand")
def file_out(request: Request, person: Staff, lang: str, typed: Form) -> Response:
    """A post, because it writes: who took these texts, and what for."""
    purpose = printable(said(typed, "waarvoor"))
    if not purpose:
        return _file_page(request, lang, no_purpose=True, status=422)
    everything = said(typed, "welke") == "alles"
    with writing(request.app.state.engine) as connection:
        ids = sorted(waiting_ids(connection, _known(lang), person.id))
        ids = sorted({*ids, *ids_in(connection, lang, translated=True)}) if everything else ids
        texts = texts_of(connection, ids[:MOST_ROWS], lang)
        note_web_act(request, connection, "translations out", f"{lang} {len(texts)} texts", purpose=purpose)
    name = f"wijkstem-vertalen-{lang}-{settings_of(request).today():%Y-%m-%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(workbook_of(texts), media_type=FORMATS["xlsx"], headers=headers)


@router.post("/{lang}/terug")
@takes_file
def file_back(request: Request, person: Staff, lang: str) -> Response:
    """All of a file, or nothing with a line for each cell that does not fit."""
    rows, wrong = rows_in(file_in(request, "bestand")[1])
    if wrong:
        return _file_page(request, lang, wrong=wrong, status=422)
    with writing(request.app.state.engine) as connection:
        alone(connection, TRANSLATION)
        texts = {text.id: text for text in texts_of(connection, [an_id(row.id) for row in rows], _known(lang))}
        taken = take(rows, texts, lang, person.name)
        if not taken.wrong and taken.dutch:
            keep_translations(connection, taken.dutch, by=person.name, at=settings_of(request).clock())
            _note_all(request, connection, taken)
    if taken.wrong:
        return _file_page(request, lang, wrong=taken.wrong, status=422)
    return lead(f"{HERE}/{lang}/bestand", "bestand" if taken.dutch else "zelfde")


def _note_all(request: Request, connection: Connection, taken: Taken) -> None:
    """As many ids a line as fit in it."""
    ids = iter(taken.dutch)
    while some := list(islice(ids, 7)):
        note_web_act(request, connection, "translations in", " ".join(some))


# ------------------------------------------------------------------------------------------- shown
def _known(lang: str) -> str:
    if lang not in LANGUAGES or lang == SOURCE:
        raise HTTPException(404)
    return lang


def _desk(request: Request, *, status: int = 200, **values: Any) -> HTMLResponse:
    spoken = reader_of(request, domains=[STAFF]).lang
    shown = {
        "lang": "",
        "found": None,
        "text": None,
        "texts": None,
        "files": False,
        "typed": None,
        "wrong": (),
        "no_purpose": False,
    } | values
    return desk(
        request, "findings/translating.html", room=ROOM, tells=TELLS, status=status, spoken=shown.pop("lang"), rows=ROWS,
        language_name=lambda code: language_name(code, spoken), **shown,
    )  # fmt: skip
