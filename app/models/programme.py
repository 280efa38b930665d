"""Ground floor: what the office decides about the programme's own settings."""

from datetime import date

from sqlmodel import Field, SQLModel


class AcceptedLanguage(SQLModel, table=True):
    """A language whose machine translations the office accepts for residents in production."""

    __tablename__ = "accepted_language"
    lang: str = Field(primary_key=True, max_length=8)
    accepted_on: date
