"""Ground floor: all tables, one file a subject; imports nothing of ours."""

from app.models.answers import AgeStop, AnsweredPage, Response, Statement, Survey, SurveyVersion
from app.models.base import metadata
from app.models.findings import Placement, Run, Theme
from app.models.programme import AcceptedLanguage
from app.models.staff import Audit

__all__ = [
    "AcceptedLanguage",
    "AgeStop",
    "AnsweredPage",
    "Audit",
    "Placement",
    "Response",
    "Run",
    "Statement",
    "Survey",
    "SurveyVersion",
    "Theme",
    "metadata",
]
