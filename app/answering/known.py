"""Room answering: the survey a resident asked for, in her version and her language; each version is read and translated once."""

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup
from sqlalchemy import Engine

from app.answering.store import Trip, read_source
from app.dutch import Dutch
from app.i18n import CONTEXT_END, SOURCE, translation_of
from app.survey import Survey, load_survey

SHORT = 12  # characters of a fingerprint in a form: enough to tell versions apart


@dataclass
class Known:
    """A version never changes, so what was read once stays right; `newest` also serves when the database is away."""

    translations: Path
    versions: dict[tuple[str, str], Survey] = field(default_factory=dict)
    pinned: dict[tuple[str, str], dict[str, dict[str, str]]] = field(default_factory=dict)
    spoken: dict[tuple[str, str, str], Survey] = field(default_factory=dict)
    stopped: deque[str] = field(default_factory=lambda: deque(maxlen=500))  # keys that stopped a moment ago; in memory only
    newest: dict[str, Survey] = field(default_factory=dict)
    complete: dict[tuple[str, str, str], bool] = field(default_factory=dict)
    blocks: dict[tuple[str, ...], Markup] = field(default_factory=dict)  # questions as HTML, shown empty
    shells: dict[tuple[object, ...], tuple[str, ...]] = field(default_factory=dict)  # pages without their questions
    copies: dict[tuple[object, ...], bytes] = field(default_factory=dict)  # pages with every question, for a browser without connection

    def version(self, engine: Engine, trip: Trip, wanted: str = "") -> Survey:
        """The version this response is pinned to; a new one gets the version its form was made from, else the newest."""
        if not trip.response_id and len(wanted) == SHORT and wanted.isalnum() and not trip.newest.startswith(wanted):
            return self._read(engine, trip.survey_key, wanted) or self.version(engine, trip)
        found = self._read(engine, trip.survey_key, trip.fingerprint)
        if found is None:
            raise LookupError(f"version {trip.fingerprint} of {trip.survey_key} is gone")
        if trip.fingerprint == trip.newest:
            self.newest[trip.survey_key] = found
        return found

    def _read(self, engine: Engine, survey_key: str, fingerprint: str) -> Survey | None:
        if known := self.versions.get((survey_key, fingerprint)):
            return known
        with engine.connect() as connection:
            found = read_source(connection, survey_key, fingerprint)
        if found is None:
            return None
        known = load_survey(found[0], survey_key)
        self.versions[survey_key, fingerprint] = known
        self.pinned[survey_key, known.fingerprint] = found[1]
        return known

    def said(self, survey: Survey, lang: str, context: str, text: str) -> str | None:
        """One text in a language: as the catalogue has it now, else as this version had it when it was imported; None when neither knows it."""
        if lang == SOURCE or not text:
            return text
        pinned = self.pinned.get((survey.key, survey.fingerprint), {}).get(lang, {})
        return translation_of(lang, survey.domain, context, text, self.translations) or pinned.get(f"{context}{CONTEXT_END}{text}")

    def spoken_text(self, survey: Survey, lang: str, context: str, text: str) -> str:
        """The same, marked as Dutch where there is no translation."""
        said = self.said(survey, lang, context, text)
        return Dutch(text) if said is None else said

    def speaks(self, survey: Survey, lang: str) -> bool:
        """Whether every text of this very version has a translation: new Dutch words may be newer than the catalogue."""
        place = (survey.key, survey.fingerprint, lang)
        if place not in self.complete:
            said: list[str | None] = []

            def look(context: str, text: str) -> str:
                said.append(self.said(survey, lang, context, text))
                return text

            survey.in_language(look)
            self.complete[place] = None not in said
        return self.complete[place]

    def in_language(self, survey: Survey, lang: str, *, easy: bool = False) -> Survey:
        place = (survey.key, survey.fingerprint, lang + "+" * easy)
        if place not in self.spoken:
            spoken = survey.in_language(lambda context, text: self.spoken_text(survey, lang, context, text))
            self.spoken[place] = spoken.made_easy() if easy else spoken
        return self.spoken[place]
