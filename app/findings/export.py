"""Room findings: one table to a file for one role. What a role may not see, it does not get; row-level tables are logged."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert

from app.areas import Programme
from app.db import writing
from app.findings.counts import COLUMNS, counts_table
from app.findings.frames import Slice, responses_of, survey_of
from app.findings.runs import newest_run
from app.findings.sheets import write_table
from app.findings.tables import (
    CODEBOOK_COLUMNS,
    STATEMENT_COLUMNS,
    THEME_COLUMNS,
    codebook_table,
    response_columns,
    responses_table,
    statements_table,
    themes_table,
)
from app.models.tables import AUDIT
from app.settings import Settings

FIGURES = ("office", "analyst", "auditor", "admin")
ROWS = ("analyst", "admin")
ALLOWED = {
    "themes": FIGURES, "counts": FIGURES, "codebook": (*FIGURES, "partner", "translator"), "responses": ROWS, "statements": ROWS,
    "raw": ("admin",),
}  # fmt: skip
LOGGED = ("responses", "statements", "raw")
DASH = "– in plaats van een getal: te weinig mensen, of nodig om een klein aantal elders in de tabel te beschermen."


class NotAllowed(ValueError):  # noqa: N818  # what a person asked for and may not have
    """A role may not have this table; the message says which roles may."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for, and by whom."""

    kind: str
    role: str
    format: str
    part: Slice
    purpose: str = ""


def export_table(engine: Engine, settings: Settings, programme: Programme, wanted: Wanted, out: Path) -> int:
    """Write the table and return its number of rows.

    Raises NotAllowed for the wrong role, LookupError when there is nothing to export, OSError when the file cannot be written.
    """
    if wanted.role not in ALLOWED[wanted.kind]:
        raise NotAllowed(f"{wanted.role} may not export {wanted.kind} (allowed: {', '.join(ALLOWED[wanted.kind])})")
    if wanted.role not in ROWS and (wanted.part.since or wanted.part.until):
        raise NotAllowed("figures for a part of the period are for analyst and admin: two periods side by side can give a person away")
    with engine.connect() as connection:
        columns, rows, notes = _table(connection, programme, wanted)
    if wanted.kind in LOGGED:
        _log(engine, settings, wanted)
    write_table(out, columns, rows, format=wanted.format, title=f"Wijkstem {programme.name}: {wanted.kind}", notes=notes)  # type: ignore[arg-type]  # checked by the command
    return len(rows)


def _table(connection: Connection, programme: Programme, wanted: Wanted) -> tuple[list[str], list[list[object]], list[str]]:
    part = wanted.part
    if wanted.kind == "themes":
        return _themes(connection, programme, wanted)
    if wanted.kind == "statements":
        run = _newest_or_none(connection, part.survey)
        rows = statements_table(connection, part, run)
        return (
            list(STATEMENT_COLUMNS),
            rows,
            ["Eén rij per uitspraak; persoonsgegevens gemaskeerd, namen en plaatsen nog niet nagekeken.", *_run_notes(run)],
        )
    if not part.survey:
        raise LookupError(f"--kind {wanted.kind} needs --survey KEY")
    survey = survey_of(connection, part.survey)
    if wanted.kind == "codebook":
        return list(CODEBOOK_COLUMNS), list(codebook_table(survey)), [f"Versie {survey.fingerprint[:12]}"]
    responses = list(responses_of(connection, part))
    if wanted.kind == "counts":
        threshold = threshold_for(programme, survey.audience)
        rows = counts_table(survey, programme, responses, threshold=threshold)
        return list(COLUMNS), rows, _counts_notes(programme, threshold)
    literal = wanted.kind == "raw"
    note = "Letterlijke tekst: niet doorgeven." if literal else "Eén rij per reactie; teksten gemaskeerd; wijk, geen buurt."
    return response_columns(survey), list(responses_table(survey, responses, literal=literal)), [note]


def _themes(connection: Connection, programme: Programme, wanted: Wanted) -> tuple[list[str], list[list[object]], list[str]]:
    run = newest_run(connection, wanted.part.survey)
    audience = survey_of(connection, wanted.part.survey).audience if wanted.part.survey else "resident"
    threshold = threshold_for(programme, audience)
    rows = themes_table(connection, run, wanted.part, programme, threshold=threshold, quotes=wanted.role in ROWS)
    notes = [
        f"n: hoeveel mensen dit noemden, ieder één keer per thema; minder dan {threshold} wordt niet getoond.",
        DASH,
        "pillar_n: de som over de thema's van deze pijler. Wie twee thema's noemde, telt daarin twee keer.",
        "Thema's zijn een voorstel van de computer; een mens heeft ze nog niet vastgesteld. Citaten zijn gemaskeerd maar nog niet vrijgegeven.",
        *_run_notes(run, whole=wanted.role in ROWS),
    ]
    return list(THEME_COLUMNS), rows, notes


def _run_notes(run: Any, *, whole: bool = True) -> list[str]:
    """Which run this is; the ledger only for who sees rows as well: beside the table its sums would tell what a dash hides."""
    if run is None:
        return []
    sums = (
        f"{run.n_in} in = {run.n_themed} in een thema + {run.n_rest} overig + {run.n_excluded} zonder inhoud" if whole else "zie de analist"
    )
    return [f"Analyse {run.id} op {run.made_at:%Y-%m-%d}, seed {run.seed}, {run.software}; uitspraken: {sums}"]


def _counts_notes(programme: Programme, threshold: int) -> list[str]:
    return [
        f"Aantallen onder {threshold} worden niet getoond. {DASH}",
        f"{programme.key} telt alleen de wijken van het gebied; buiten_gebied en onbekend tellen nooit mee in een totaal.",
        "stream: sample (uitgenodigd) en open_link staan apart; tel ze niet op tot één percentage.",
    ]


def threshold_for(programme: Programme, audience: str) -> int:
    return programme.thresholds.professional if audience == "professional" else programme.thresholds.resident


def _newest_or_none(connection: Connection, survey: str) -> Any:
    try:
        return newest_run(connection, survey)
    except LookupError:
        return None


def _log(engine: Engine, settings: Settings, wanted: Wanted) -> None:
    what = f"{wanted.part.survey or 'all'} {wanted.format}"
    row = {"at": settings.clock(), "actor": f"command:{wanted.role}", "action": f"export {wanted.kind}", "object": what, "result": "ok"}
    with writing(engine) as connection:
        connection.execute(insert(AUDIT).values(**row, purpose=wanted.purpose[:300]))
