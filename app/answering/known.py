"""Room answering: the survey a resident asked for, in her version and her language; each version is read and translated once."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from markupsafe import Markup
from sqlalchemy import Connection

from app.answering.store import Trip, read_source
from app.i18n import texts
from app.survey import Survey, load_survey

SHORT = 12  # characters of a fingerprint in a form: enough to tell versions apart


@dataclass
class Known:
    """A version never changes, so what was read once stays right; `newest` also serves when the database is away."""

    translations: Path
    versions: dict[tuple[str, str], Survey] = field(default_factory=dict)
    spoken: dict[tuple[str, str, str], Survey] = field(default_factory=dict)
    newest: dict[str, Survey] = field(default_factory=dict)
    blocks: dict[tuple[str, ...], Markup] = field(default_factory=dict)  # questions as HTML, shown empty

    def version(self, db: Connection, trip: Trip, wanted: str = "") -> Survey:
        """The version this response is pinned to; a new one gets the version its form was made from, else the newest."""
        if not trip.response_id and len(wanted) == SHORT and wanted.isalnum() and not trip.newest.startswith(wanted):
            return self._read(db, trip.survey_key, wanted) or self.version(db, trip)
        found = self._read(db, trip.survey_key, trip.fingerprint)
        if found is None:
            raise LookupError(f"version {trip.fingerprint} of {trip.survey_key} is gone")
        if trip.fingerprint == trip.newest:
            self.newest[trip.survey_key] = found
        return found

    def _read(self, db: Connection, survey_key: str, fingerprint: str) -> Survey | None:
        known = self.versions.get((survey_key, fingerprint))
        if known is None and (source := read_source(db, survey_key, fingerprint)):
            known = load_survey(source, survey_key)
            self.versions[survey_key, fingerprint] = known
        return known

    def in_language(self, survey: Survey, lang: str) -> Survey:
        place = (survey.key, survey.fingerprint, lang)
        if place not in self.spoken:
            self.spoken[place] = survey.in_language(partial(_translate, lang, survey.domain, self.translations))
        return self.spoken[place]


def _translate(lang: str, domain: str, folder: Path, context: str, text: str) -> str:
    return texts(lang, domain, folder).pgettext(context, text) if text else ""
