"""Ground floor: all tables, one file a subject; imports nothing of ours."""

from app.models.answers import AgeStop, AnsweredPage, Left, Response, Statement, Survey, SurveyVersion
from app.models.base import metadata
from app.models.findings import Act, Evidence, Finding, Placement, Quote, Redaction, Run, RunRequest, Theme
from app.models.mail import Mail
from app.models.programme import AcceptedLanguage
from app.models.staff import Audit, Invitation, SignInTry, Staff, StaffSession
from app.models.ways import ContactWish, HelpLink, PersonalCode, Street
from app.models.wijkgesprekken import Contribution, Registration, TableLink, Wijkgesprek, WijkgesprekText

__all__ = [
    "AcceptedLanguage",
    "Act",
    "AgeStop",
    "AnsweredPage",
    "Audit",
    "ContactWish",
    "Contribution",
    "Evidence",
    "Finding",
    "HelpLink",
    "Invitation",
    "Left",
    "Mail",
    "PersonalCode",
    "Placement",
    "Quote",
    "Redaction",
    "Registration",
    "Response",
    "Run",
    "RunRequest",
    "SignInTry",
    "Staff",
    "StaffSession",
    "Statement",
    "Street",
    "Survey",
    "SurveyVersion",
    "TableLink",
    "Theme",
    "Wijkgesprek",
    "WijkgesprekText",
    "metadata",
]
