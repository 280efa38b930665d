"""Room findings: the pages on which a person reads each text before anybody else does, and says which names and places stay hidden."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup, escape

from app.access import Staff, may, note_web_act, settings_of
from app.db import writing
from app.findings.redacting import NOT_THERE, PAGE, Waiting, accept, places_of, text_now, texts_of_queue
from app.findings.requests import alone
from app.findings.words import SOURCE_WORDS, an_id, area_names
from app.forms import Form, printable, said, whole
from app.i18n import LANGUAGES, N_
from app.models.answers import SOURCES
from app.models.tables import REDACTION
from app.reading import Proposal
from app.web import desk, house_of, lead

ROOM = "/bevindingen"
HERE = f"{ROOM}/nakijken"
TELLS = {"nagekeken": N_("Nagekeken."), "gelezen": N_("Deze teksten zijn nagekeken: er is niets te verbergen.")}
CHANGED = N_("Deze tekst is intussen veranderd. Lees hem opnieuw.")
THEME = re.compile(r"/bevindingen/themas/[\w-]+/[\w-]+(\?ronde=[0-9A-Za-z]{1,16})?")
router = APIRouter(prefix=HERE, dependencies=[may("analyst", "admin", "office")])


@dataclass(frozen=True)
class Shown:
    """One text on the page: its words with the proposals marked, and what is ticked and typed beside it."""

    text: Waiting
    marked: Markup
    proposals: Sequence[tuple[str, str, bool]]  # what its tick says, its words, whether it is ticked
    more: str = ""
    problem: str = ""
    words: str = ""


@router.get("")
def queue(request: Request) -> HTMLResponse:
    return _queue(request, _chosen(request.query_params))


def _chosen(given: Any) -> dict[str, str]:
    """What the address or a form filters by; what is no choice is none."""
    source, lang = given.get("bron", ""), given.get("taal_van", "")
    there = given.get("naar", "")
    page, only = given.get("p", ""), given.get("uitspraak", "")
    return {
        "bron": source if source in SOURCES else "", "taal_van": lang if lang in LANGUAGES else "",
        "stand": "klaar" if given.get("stand") == "klaar" else "", "p": page if whole(page, 5) is not None else "",
        "uitspraak": an_id(only), "naar": there if len(there) < 200 and THEME.fullmatch(there) else "",
    }  # fmt: skip


def _queue(request: Request, chosen: dict[str, str], *, status: int = 200, wrong: Shown | None = None) -> HTMLResponse:
    done, number = chosen["stand"] == "klaar", max(1, int(chosen["p"] or 1))
    with request.app.state.engine.connect() as connection:
        found = texts_of_queue(connection, done=done, source=chosen["bron"], lang=chosen["taal_van"], only=chosen["uitspraak"])
    pages = max(1, -(-len(found) // PAGE))
    number = min(number, pages)
    texts = found[(number - 1) * PAGE : number * PAGE]
    shown = [wrong if wrong and wrong.text.id == text.id else _shown(text) for text in texts]
    programme = house_of(request).programme
    return desk(
        request, "findings/redaction.html", room=ROOM, status=status, tells=TELLS, chosen=chosen, n=len(found), at=number, pages=pages,
        texts=[each for each in shown if each.text.proposed or done or chosen["uitspraak"]],
        plain=[each for each in shown if not (each.text.proposed or done or chosen["uitspraak"])],
        source_words=SOURCE_WORDS, areas=area_names(programme), langs=programme.languages, address=_address, problem=wrong,
    )  # fmt: skip


def _address(chosen: dict[str, str], **other: object) -> str:
    kept = {name: str(value) for name, value in {**chosen, **other}.items() if value}
    return f"{HERE}?{urlencode(kept)}" if kept else HERE


def _shown(text: Waiting, ticked: Sequence[str] | None = None, **typed: str) -> Shown:
    """Ticked is what was typed, or what was decided before, or everything."""
    if ticked is None and text.kept:
        ticked = [f"{span['start']}-{span['end']}" for span in text.kept if span["hidden"]]
    proposals = [(_tick(span), text.masked[span.start : span.end], ticked is None or _tick(span) in ticked) for span in text.proposed]
    return Shown(text, _marked(text.masked, text.proposed), proposals, **typed)


def _tick(span: Proposal) -> str:
    return f"{span.start}-{span.end}"


def _marked(text: str, spans: Sequence[Proposal]) -> Markup:
    parts, reached = [], 0
    for span in spans:
        parts += [escape(text[reached : span.start]), Markup("<mark>{}</mark>").format(text[span.start : span.end])]
        reached = span.end
    return Markup("").join([*parts, escape(text[reached:])])


@router.post("")
def accept_one(request: Request, person: Staff, typed: Form) -> Response:
    """What stays ticked is hidden, and what was typed as well; then this text can be read."""
    chosen = _chosen({name: said(typed, name) for name in ("bron", "taal_van", "stand", "p", "naar")})
    words = [part.strip() for part in said(typed, "ook").split(";") if part.strip()]
    with writing(request.app.state.engine) as connection:
        text = text_now(connection, an_id(said(typed, "uitspraak")))
        if text is None:
            raise HTTPException(404)
        if text.hash != said(typed, "seen"):
            shown = _shown(text, problem=CHANGED)
        elif missing := next((each for each in words if not places_of(text.masked, each)), ""):
            shown = _shown(text, typed.get("verberg", []), more=printable(said(typed, "ook")), problem=NOT_THERE, words=printable(missing))
        else:
            hide = [span for span in text.proposed if _tick(span) in typed.get("verberg", [])]
            more = [span for each in words for span in places_of(text.masked, each)]
            accept(connection, settings_of(request), person.name, text, hide, more)
            note_web_act(request, connection, "text read", text.id)
            return _on(chosen, "nagekeken", text.id)
    return _queue(request, {**chosen, "uitspraak": text.id}, status=409 if shown.problem == CHANGED else 422, wrong=shown)


@router.post("/gelezen")
def accept_many(request: Request, person: Staff, typed: Form) -> Response:
    """Texts without any proposal, read on one page: those whose words changed meanwhile stay in the queue."""
    wanted = dict(each.partition(":")[::2] for each in typed.get("uitspraak", [])[:PAGE])
    with writing(request.app.state.engine) as connection:
        alone(connection, REDACTION)
        texts = [text for id_ in wanted if (text := text_now(connection, an_id(id_))) and text.hash == wanted[id_] and not text.proposed]
        for text in texts:
            accept(connection, settings_of(request), person.name, text, [], [])
        if texts:
            note_web_act(request, connection, "texts read", f"{len(texts)} texts")
    return _on(_chosen({name: said(typed, name) for name in ("bron", "taal_van", "stand", "p")}), "gelezen")


def _on(chosen: dict[str, str], done: str, id_: str = "") -> Response:
    """Back to the theme that this text was opened from, or to the queue with the same filters; what was decided is gone from it."""
    if there := chosen["naar"]:
        return lead(f"{there}{'&' if '?' in there else '?'}{urlencode({'uitspraak': id_, 'gedaan': done})}#nu")
    return lead(_address(chosen, gedaan=done))
