"""Room findings: the words that stand for a pillar or theme: read them, edit them, see what a change would find."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from app.access import ROWS, Person, Staff, may, note_web_act, settings_of
from app.acts import Place
from app.db import writing
from app.findings.codebook import frozen_now, keep_words, shipped_words, shown, word_list, words_now
from app.findings.codebook_routes import EDIT, HERE, ROOM, TELLS, Book, book_of
from app.findings.requests import alone
from app.findings.word_forms import NOTHING_LEFT, Looked, Problem, is_last_of_pillar, joined, look_for, split_words, wrong_words
from app.forms import Form, said
from app.models.tables import ACT
from app.web import desk, house_of, lead

WORDS = f"{HERE}/woorden"
looking = APIRouter(prefix=HERE, dependencies=[may(*EDIT, "auditor")])
editing = APIRouter(prefix=HERE, dependencies=[may(*EDIT)])


@dataclass(frozen=True)
class Listed:
    """One list: of a pillar (theme "") or theme in one language. `revision` 0: as it was shipped."""

    place: Place
    lang: str
    words: list[str]
    shipped: list[str]
    revision: int
    changed_by: str
    changed_at: Any

    @property
    def seen(self) -> str:
        """What a form carries of the list that it was shown with: the same words, the same list, whoever edited it in between."""
        return hashlib.sha256(joined(self.words).encode()).hexdigest()[:16]

    @property
    def address(self) -> str:
        return f"{WORDS}?pijler={self.place[0]}&thema={self.place[1]}&taal_van={self.lang}"


def _listed(connection: Connection, request: Request, place: Place, lang: str) -> Listed:
    programme = house_of(request).programme
    shipped = split_words(shipped_words(settings_of(request), programme).get(place, {}).get(lang, ""))
    row = word_list(connection, place, lang)
    kept = (
        (shipped, shipped, 0, "", None) if row is None else (split_words(row.words), shipped, row.revision, row.changed_by, row.changed_at)
    )
    return Listed(place, lang, *kept)


def _chosen(book: Book, given: Mapping[str, str], languages: Sequence[str]) -> tuple[Place, str]:
    """Which list is meant: of a pillar or theme of this codebook, in a language of the programme."""
    whole, lang = (
        given.get("lijst", f"{given.get('pijler', next(iter(book.pillars)))}/{given.get('thema', '')}"),
        given.get("taal_van", "nl"),
    )
    pillar, _, theme = whole.partition("/")
    place = pillar, theme
    known = place in book.entries if place[1] else place[0] in book.pillars
    if not known or lang not in languages:
        raise HTTPException(404)
    return place, lang


@looking.get("/woorden")
def words(request: Request, person: Staff) -> HTMLResponse:
    with request.app.state.engine.connect() as connection:
        book = book_of(connection, request, person)
        list_ = _listed(connection, request, *_chosen(book, request.query_params, house_of(request).programme.languages))
    return _page(request, book, list_)


def _page(  # what stands on the page beside the list
    request: Request, book: Book, list_: Listed, *, typed: str | None = None, problem: Problem | None = None, looked: Looked | None = None,
    clash: bool = False, status: int = 200,
) -> HTMLResponse:  # fmt: skip
    person: Person = request.state.person
    return desk(
        request, "findings/words_form.html", room=ROOM, tells=TELLS, status=status, book=book, list=list_, problem=problem, looked=looked, clash=clash,
        typed=joined(list_.words) if typed is None else typed, langs=house_of(request).programme.languages, here=WORDS,
        edits=person.role in EDIT, has_rows=person.role in ROWS,
    )  # fmt: skip


@editing.post("/woorden")
def change_words(request: Request, person: Staff, typed: Form) -> Response:
    """Save the list, see what it would find, or go back to the list as it was shipped."""
    act, given = said(typed, "actie"), {name: said(typed, name) for name in ("pijler", "thema", "taal_van")}
    if act not in {"bewaar", "kijk", "terug"} or (act == "kijk" and person.role not in ROWS):
        raise HTTPException(400)
    with request.app.state.engine.connect() as connection:
        book = book_of(connection, request, person)
        place, lang = _chosen(book, given, house_of(request).programme.languages)
        list_ = _listed(connection, request, place, lang)
        wanted, text = split_words(said(typed, "woorden")), shown(said(typed, "woorden"))
        problem = None if act == "terug" else wrong_words(wanted)
        if not wanted and act == "bewaar" and is_last_of_pillar(place, lang, _of_place(connection, request, place)):
            problem = NOTHING_LEFT, {}
        if problem:
            return _page(request, book, list_, typed=text, problem=problem, status=422)
        if act == "kijk":
            looked = look_for(connection, book.bench.run.id, lang, list_.words, wanted) if book.bench else None
            return _page(request, book, list_, typed=text, looked=looked)
    return _save(request, person, book, list_, None if act == "terug" else wanted, said(typed, "gezien"))


def _of_place(connection: Connection, request: Request, place: Place) -> dict[str, str]:
    """The lists of a pillar or theme as they count now, by language."""
    shipped = shipped_words(settings_of(request), house_of(request).programme).get(place, {})
    return shipped | words_now(connection).get(place, {})


def _save(request: Request, person: Person, book: Book, seen: Listed, wanted: list[str] | None, was: str) -> Response:
    with writing(request.app.state.engine) as connection:
        alone(connection, ACT)
        list_ = _listed(connection, request, seen.place, seen.lang)
        text = joined(list_.words if wanted is None else wanted)
        if frozen := frozen_now(connection):
            return _page(request, replace(book, frozen=frozen), list_, typed=text, status=409)
        if (wanted is None and not list_.revision) or wanted == list_.words:
            return lead(list_.address, "zo")
        if was != list_.seen:
            return _page(request, book, list_, typed=text, clash=True, status=409)
        kept = None if wanted in (None, list_.shipped) else joined(wanted)
        keep_words(connection, list_.place, list_.lang, kept, revision=list_.revision, by=person.name, at=settings_of(request).clock())
        note_web_act(request, connection, "codebook words changed", f"{'/'.join(list_.place)} {list_.lang}")
    return lead(list_.address, "bewaard" if kept else "teruggezet")
