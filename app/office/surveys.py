"""Room office: a survey file becomes a survey that residents can answer; a version that was answered never changes."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from app.db import lock_for_writing
from app.i18n import CONTEXT_END, translation_of
from app.models import Survey, SurveyVersion
from app.models.tables import RESPONSE, SURVEY, VERSION
from app.survey import Survey as Asked
from app.survey import load_survey
from app.survey_check import KEY, missing_promise, mistakes

OPENABLE = ("draft", "test", "paused", "paper_only", "closed")
CLOSABLE = ("open", "test", "paused", "paper_only")
HELD_FROM = {"paused": ("open", "paper_only"), "paper_only": ("open", "paused")}


class Refused(ValueError):  # noqa: N818  # it is what the office reads, not an error of the program
    """What the office asked cannot be done; the message says why and what can."""


@dataclass(frozen=True)
class Imported:
    key: str
    number: str
    new: bool


def read_file(file: Path, *, most: int = 1_000_000) -> str:
    """The text of a survey file, bounded before it is read."""
    try:
        if file.stat().st_size > most:
            raise Refused(f"{file}: larger than {most // 1_000_000} MB, this is not a survey")
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        raise Refused(f"{file}: {wrong.strerror if isinstance(wrong, OSError) else 'not UTF-8 text'}") from None


def check_source(source: str, *, pillars: Sequence[str], languages: Sequence[str]) -> list[str]:
    return [str(mistake) for mistake in mistakes(source, pillars=pillars, known_languages=languages)]


def import_survey(db: Session, source: str, *, key: str = "", today: date) -> Imported:
    """Store a checked survey as a draft, or as a new version of the survey with this key.

    A draft is replaced. A survey that was opened gets a minor version when only words changed; other ids need another key.
    """
    asked = load_survey(source, key)
    if not KEY.fullmatch(asked.key):
        raise Refused(f"key “{asked.key}” may hold small letters, digits and -, 3 to 64 long")
    lock_for_writing(db)
    survey = db.get(Survey, asked.key)
    if survey is None:
        db.add(Survey(key=asked.key, audience=asked.audience, fingerprint=asked.fingerprint))
        db.flush()
        return _version(db, asked, source, "1.0", today)
    if survey.fingerprint == asked.fingerprint:
        return Imported(asked.key, _number(db, survey), new=False)
    known = db.get(SurveyVersion, asked.fingerprint)
    number = known.number if known else _next_number(db, survey, asked, source)
    survey.audience, survey.fingerprint = asked.audience, asked.fingerprint
    return Imported(asked.key, number, new=False) if known else _version(db, asked, source, number, today)


def _version(db: Session, asked: Asked, source: str, number: str, today: date) -> Imported:
    said = spoken(asked)
    db.add(
        SurveyVersion(
            fingerprint=asked.fingerprint, survey_key=asked.key, number=number, source=source, translations=said, imported_on=today
        )
    )  # fmt: skip
    db.flush()
    return Imported(asked.key, number, new=True)


def spoken(asked: Asked) -> dict[str, dict[str, str]]:
    """The translations that stand in the catalogues now: they stay with the version, so that it keeps its languages when the Dutch moves on."""
    found: dict[str, dict[str, str]] = {}

    def look(lang: str, context: str, text: str) -> str:
        if translated := translation_of(lang, asked.domain, context, text):
            found.setdefault(lang, {})[f"{context}{CONTEXT_END}{text}"] = translated
        return text

    for lang in asked.languages:
        asked.in_language(partial(look, lang))
    return found


def _number(db: Session, survey: Survey) -> str:
    return str(db.execute(select(VERSION.c.number).where(VERSION.c.fingerprint == survey.fingerprint)).scalar_one())


def _next_number(db: Session, survey: Survey, asked: Asked, source: str) -> str:
    """1.0 -> 1.1 when only words changed. Before anybody could answer, anything may change and the draft is replaced."""
    old = db.get(SurveyVersion, survey.fingerprint)
    if old is None:
        return "1.0"
    if survey.opened_on is None and not _answered(db, survey.key):
        db.delete(old)
        db.flush()
        return old.number
    if differences := structure_changes(load_survey(old.source, survey.key), asked):
        raise Refused(
            f"{asked.key} was opened on {survey.opened_on} and cannot change: {'; '.join(differences[:5])}. "
            "Only words may change in an open survey; import it under another key (--as KEY)"
        )
    for reason in missing_promise(tomllib.loads(source)):
        raise Refused(f"{asked.key}: {reason}")
    numbers = db.execute(select(VERSION.c.number).where(VERSION.c.survey_key == survey.key)).scalars()
    return f"1.{max(int(number.partition('.')[2]) for number in numbers) + 1}"


def _answered(db: Session, key: str) -> bool:
    return bool(db.execute(select(func.count()).select_from(RESPONSE).where(RESPONSE.c.survey_key == key)).scalar_one())


def structure_changes(old: Asked, new: Asked) -> list[str]:
    """What differs beside words: ids, kinds, options, conditions."""
    before, after = _structure(old), _structure(new)
    gone = [f"“{name}” is gone" for name in before if name not in after]
    come = [f"“{name}” is new" for name in after if name not in before]
    return gone + come + [f"“{name}” differs" for name in before if name in after and before[name] != after[name]]


def _structure(survey: Asked) -> dict[str, Any]:
    found: dict[str, Any] = {"audience": survey.audience, "order of pages": tuple(page.id for page in survey.pages)}
    for page in survey.pages:
        found[page.id] = (page.only_if, tuple(question.id for question in page.questions))
        for question in page.questions:
            options = tuple((option.id, option.only_if, option.exclusive, option.other) for option in question.options)
            bounds = (question.least, question.most, question.at_most, question.gate, question.required, question.allow_dk)
            rows = tuple(row.id for row in question.rows)
            found[question.id] = (
                question.kind,
                question.pillar,
                question.only_if,
                options,
                rows,
                bounds,
                question.earliest,
                question.latest,
            )
    return found


def open_survey(db: Session, key: str, *, today: date) -> bool:
    """Residents may answer from now on. Refused while the survey does not say when and by whom they hear what was done. False: it was open."""
    survey = _existing(db, key)
    if survey.state == "open":
        return False
    if survey.state not in OPENABLE:
        raise Refused(f"{key} is {survey.state} and cannot be opened")
    version = db.get(SurveyVersion, survey.fingerprint)
    for reason in missing_promise(tomllib.loads(version.source) if version else {}):
        raise Refused(f"{key}: {reason}")
    survey.state, survey.opened_on, survey.closed_on = "open", survey.opened_on or today, None
    return True


def close_survey(db: Session, key: str, *, today: date) -> bool:
    survey = _existing(db, key)
    if survey.state == "closed":
        return False
    if survey.state not in CLOSABLE:
        raise Refused(f"{key} is {survey.state} and was not open")
    survey.state, survey.closed_on = "closed", today
    return True


def hold_survey(db: Session, key: str, state: str) -> bool:
    """For a while nobody answers (paused), or only on paper (paper_only); who is half-way keeps what she answered."""
    survey = _existing(db, key)
    if survey.state == state:
        return False
    if survey.state not in HELD_FROM[state]:
        raise Refused(f"{key} is {survey.state} and cannot become {state}")
    survey.state = state
    return True


def _existing(db: Session, key: str) -> Survey:
    lock_for_writing(db)
    survey = db.get(Survey, key)
    if survey is None:
        known = ", ".join(sorted(db.execute(select(SURVEY.c.key)).scalars())) or "none yet"
        raise Refused(f"there is no survey “{key}” (known: {known})")
    return survey


def listed_surveys(db: Session) -> list[dict[str, str]]:
    rows = db.execute(select(SURVEY.c.key, SURVEY.c.state, SURVEY.c.audience).order_by(SURVEY.c.key)).all()
    return [{"key": key, "state": state, "audience": audience} for key, state, audience in rows]
