"""Room findings: what the columns of a table mean, and the codes in them, for programs that keep that beside the data."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from app.areas import Programme
from app.findings.data_files import Labels
from app.findings.frames import survey_of
from app.findings.tables import FIXED, codebook_table
from app.findings.words import DIRECTION_WORDS, SOURCE_WORDS, STREAM_WORDS, area_names
from app.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Mapping

FIGURES = {
    "n": "Aantal mensen in de steekproef; zonder steekproef iedereen", "pillar_n": "Som over de thema's van deze pijler", "sample_n": "Aantal in de steekproef",
    "base": "Mensen in de steekproef die een open vraag beantwoordden", "share": "Deel van de steekproef (0 tot 1)", "low": "Ondergrens van de marge, 95 procent",
    "high": "Bovengrens van de marge, 95 procent", "open_link": "Aantal via de open link", "contributions": "Keren gezegd in wijkgesprekken",
    "everyone": "Steekproef, open link en balie samen", "professionals": "Aantal professionals, eigen analyse", "label": "Naam van het thema",
}  # fmt: skip
COLUMNS = FIGURES | dict(FIXED) | {
    "pillar": "Pijler", "pillar_name": "Naam van de pijler", "theme": "Thema (sleutel)", "settled": "Door een mens vastgesteld", "settled_by": "In welke rol",
    "stability": "Hoe vaak het thema terugkomt (0 tot 1)", "quote_1": "Citaat 1", "quote_2": "Citaat 2", "quote_3": "Citaat 3", "finding": "Nummer van de bevinding",
    "title": "Titel", "text": "Tekst", "goal": "Doel", "goal_text": "Naam van het doel", "area": "Gebied", "area_name": "Naam van het gebied", "status": "Stand",
    "published_on": "Gepubliceerd op", "evidence_kind": "Soort onderbouwing", "quote": "Citaat", "quote_lang": "Taal van het citaat", "run": "Analyse",
    "run_on": "Dag van de analyse", "source": "Bron", "response": "Nummer van de reactie", "question": "Vraag", "pillar_asked": "Pijler van de vraag",
    "said_on": "Dag", "confidence": "Hoe zeker de pijler is (0 tot 1)", "also": "Mogelijk ook", "fit": "Hoe goed het past (0 tot 1)",
    "excluded": "Waarom weggelaten", "kind": "Soort inbreng", "place_note": "Plek", "moved_by_person": "Door een mens verplaatst",
    "dutch": "Vertaling van een mens", "translated_by_person": "Door een mens vertaald",
}  # fmt: skip
NO_YES = {0: "nee", 1: "ja"}
STATES = {"draft": "concept", "reviewed": "nagekeken", "published": "gepubliceerd"}
EVIDENCE = {"theme": "thema", "quote": "citaat"}


def labels_of(connection: Connection, programme: Programme, kind: str, survey: str = "") -> Labels:
    """The labels of one kind of table. Those of responses come from their survey. Raises LookupError when there is no such survey."""
    if kind in {"responses", "raw"} and survey:
        return _of_responses(survey_of(connection, survey), programme)
    pillars = {pillar.key: pillar.official for pillar in programme.pillars} | {"overig": "Overig"}
    values: dict[str, Mapping[Any, str]] = {
        "pillar": pillars, "pillar_asked": pillars, "area": area_names(programme) | {programme.key: programme.name}, "source": SOURCE_WORDS,
        "stream": STREAM_WORDS, "kind": DIRECTION_WORDS, "settled": NO_YES, "moved_by_person": NO_YES, "translated_by_person": NO_YES,
        "goal": {goal.number: goal.text for goal in programme.goals}, "status": STATES, "evidence_kind": EVIDENCE,
    }  # fmt: skip
    return Labels(COLUMNS, values)


def _of_responses(survey: Survey, programme: Programme) -> Labels:
    columns = {str(row[0]): str(row[5]) for row in codebook_table(survey)}
    values: dict[str, Mapping[Any, str]] = {"area": area_names(programme), "stream": STREAM_WORDS, "assisted": NO_YES}
    for question in survey.questions.values():
        codes = {option.id: option.text for option in question.options}
        if question.kind == "multi":
            values |= {f"{question.id}__{option.id}": NO_YES for option in question.options}
        elif question.kind == "matrix":
            values |= {f"{question.id}__{row.id}": codes for row in question.rows}
        elif question.kind != "rank":
            values[question.id] = codes
    return Labels(columns, values)
