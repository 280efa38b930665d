"""Ground floor: the same tables for statements in SQLAlchemy Core, where a page must be read or kept in as few steps as can be."""

from typing import Final

from app.models import answers, findings, programme, staff
from app.models.base import metadata

SURVEY: Final = metadata.tables["survey"]
VERSION: Final = metadata.tables["survey_version"]
RESPONSE: Final = metadata.tables["response"]
PAGE: Final = metadata.tables["answered_page"]
STATEMENT: Final = metadata.tables["statement"]
STOP: Final = metadata.tables["age_stop"]
RUN: Final = metadata.tables["run"]
THEME: Final = metadata.tables["theme"]
PLACEMENT: Final = metadata.tables["placement"]
ACCEPTED: Final = metadata.tables["accepted_language"]
AUDIT: Final = metadata.tables["audit"]

__all__ = [
    "ACCEPTED",
    "AUDIT",
    "PAGE",
    "PLACEMENT",
    "RESPONSE",
    "RUN",
    "STATEMENT",
    "STOP",
    "SURVEY",
    "THEME",
    "VERSION",
    "answers",
    "findings",
    "programme",
    "staff",
]
