"""Ground floor: the ways into a survey, and who wants to hear from us: nothing in these tables points at an answer."""

from datetime import date

from sqlalchemy import JSON, Column, ForeignKey, String
from sqlmodel import Field, SQLModel

from app.models.base import one_of, random_id

WISHES = ("nieuws", "gesprek", "meedenken")


class PersonalCode(SQLModel, table=True):
    """A code that stood in one letter, hashed. Used or not is all that is kept; the order of rows says nothing."""

    __tablename__ = "personal_code"
    __table_args__ = (one_of("state", ("unused", "used")), {"sqlite_with_rowid": False})
    code_hash: str = Field(primary_key=True, max_length=64)
    survey_key: str = Field(sa_column=Column(String(64), ForeignKey("survey.key", ondelete="CASCADE"), index=True, nullable=False))
    batch: str = Field(max_length=64)
    state: str = Field(default="unused", max_length=8)


class HelpLink(SQLModel, table=True):
    """The link that a key organisation opens to help people answer on its own tablet: their responses are kept as assisted."""

    __tablename__ = "help_link"
    id: str = Field(default_factory=lambda: random_id("h"), primary_key=True, max_length=16)
    survey_key: str = Field(sa_column=Column(String(64), ForeignKey("survey.key", ondelete="CASCADE"), index=True, nullable=False))
    organisation: str = Field(max_length=120)
    token_hash: str = Field(unique=True, max_length=64)
    ends_on: date
    closed: bool = False


class ContactWish(SQLModel, table=True):
    """Somebody who asked to hear from us, on a form of its own. Sealed, to the month; the order of rows says nothing."""

    __tablename__ = "contact_wish"
    __table_args__ = ({"sqlite_with_rowid": False},)
    id: str = Field(default_factory=lambda: random_id("c"), primary_key=True, max_length=16)
    survey_key: str = Field(sa_column=Column(String(64), ForeignKey("survey.key", ondelete="CASCADE"), index=True, nullable=False))
    sealed: str = Field(max_length=2000)
    wishes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    lang: str = Field(max_length=8)
    month: str = Field(max_length=7)


class Street(SQLModel, table=True):
    """A street of a wijk, so that who does not know her buurt finds it; answers keep the buurt, never the street."""

    wijk: str = Field(primary_key=True, max_length=64)
    folded: str = Field(primary_key=True, max_length=120)
    name: str = Field(max_length=120)
    buurt: str = Field(max_length=16)
