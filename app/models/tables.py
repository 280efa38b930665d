"""Ground floor: the same tables for statements in SQLAlchemy Core, where a page must be read or kept in as few steps as can be."""

from typing import Final

from app.models import answers, findings, mail, programme, staff, ways, wijkgesprekken
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
REQUEST: Final = metadata.tables["run_request"]
ACT: Final = metadata.tables["act"]
REDACTION: Final = metadata.tables["redaction"]
QUOTE: Final = metadata.tables["quote"]
FINDING: Final = metadata.tables["finding"]
EVIDENCE: Final = metadata.tables["evidence"]
ACCEPTED: Final = metadata.tables["accepted_language"]
AUDIT: Final = metadata.tables["audit"]
STAFF: Final = metadata.tables["staff"]
SESSION: Final = metadata.tables["staff_session"]
INVITATION: Final = metadata.tables["invitation"]
TRY: Final = metadata.tables["sign_in_try"]
MAIL: Final = metadata.tables["mail"]
WIJKGESPREK: Final = metadata.tables["wijkgesprek"]
WIJKGESPREK_TEXT: Final = metadata.tables["wijkgesprek_text"]
REGISTRATION: Final = metadata.tables["registration"]
TABLE_LINK: Final = metadata.tables["table_link"]
CONTRIBUTION: Final = metadata.tables["contribution"]
LEFT: Final = metadata.tables["left_after"]
PERSONAL_CODE: Final = metadata.tables["personal_code"]
HELP_LINK: Final = metadata.tables["help_link"]
CONTACT_WISH: Final = metadata.tables["contact_wish"]
STREET: Final = metadata.tables["street"]
CODE_ENTRY: Final = metadata.tables["code_entry"]
WORD_LIST: Final = metadata.tables["word_list"]
CODEBOOK_VERSION: Final = metadata.tables["codebook_version"]
CODING_SAMPLE: Final = metadata.tables["coding_sample"]
CODING: Final = metadata.tables["coding"]
TRANSLATION: Final = metadata.tables["translation"]
RELEASED: Final = metadata.tables["released"]

__all__ = [
    "ACCEPTED",
    "ACT",
    "AUDIT",
    "CODEBOOK_VERSION",
    "CODE_ENTRY",
    "CODING",
    "CODING_SAMPLE",
    "CONTACT_WISH",
    "CONTRIBUTION",
    "EVIDENCE",
    "FINDING",
    "HELP_LINK",
    "INVITATION",
    "LEFT",
    "MAIL",
    "PAGE",
    "PERSONAL_CODE",
    "PLACEMENT",
    "QUOTE",
    "REDACTION",
    "REGISTRATION",
    "RELEASED",
    "REQUEST",
    "RESPONSE",
    "RUN",
    "SESSION",
    "STAFF",
    "STATEMENT",
    "STOP",
    "STREET",
    "SURVEY",
    "TABLE_LINK",
    "THEME",
    "TRANSLATION",
    "TRY",
    "VERSION",
    "WIJKGESPREK",
    "WIJKGESPREK_TEXT",
    "WORD_LIST",
    "answers",
    "findings",
    "mail",
    "programme",
    "staff",
    "ways",
    "wijkgesprekken",
]
