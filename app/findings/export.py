"""Room findings: one table to a file for one role. What a role may not see, it does not get; row-level tables are logged."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, or_, select

from app.access import ROWS, note_act
from app.areas import Programme
from app.db import writing
from app.findings.codebook_versions import themebook_table
from app.findings.counts import COLUMNS, Door, counts_table
from app.findings.data_files import DATA_FORMATS, Labels, write_data
from app.findings.frames import Slice, responses_of, survey_of
from app.findings.labels import labels_of
from app.findings.quotes import Heard
from app.findings.released import Leaving, earlier_of, keep_left, keep_moment, last_moment, leave
from app.findings.runs import newest_run
from app.findings.shares import Sheet, threshold_of
from app.findings.sheets import FORMATS, write_table
from app.findings.tables import (
    CODEBOOK_COLUMNS,
    FINDING_COLUMNS,
    STATEMENT_COLUMNS,
    THEME_COLUMNS,
    codebook_table,
    findings_table,
    literally,
    readable_answers,
    response_columns,
    responses_table,
    statements_table,
    themes_table,
)
from app.models.tables import RUN, SURVEY
from app.settings import Settings

FIGURES = ("office", "analyst", "auditor", "admin")
ALLOWED = {
    "themes": FIGURES, "findings": (*FIGURES, "partner"), "counts": FIGURES, "codebook": (*FIGURES, "partner", "translator"),
    "responses": ROWS, "statements": ROWS, "themebook": FIGURES, "raw": ("admin",),
}  # fmt: skip
LOGGED = ("responses", "statements", "raw")
FILES = FORMATS | DATA_FORMATS
DASH = "– in plaats van een getal: te weinig mensen, of nodig om een klein aantal elders in de tabel te beschermen."
FIGURE_NOTES = (
    "n: hoeveel mensen uit de uitgenodigde steekproef dit noemden, ieder één keer per thema; was er geen steekproef, dan iedereen (everyone).",
    "sample_n en base: mensen uit de steekproef die het noemden, en die een open vraag beantwoordden; open_link: wie zelf de link vond.",
    "everyone: steekproef, open link en balie samen; geen deel van iets. Een streepje als een van de drie niet gezegd mag worden.",
    "share: sample_n gedeeld door base, ongewogen; low en high: de marge van 95 procent (Wilson). Leeg: er was geen steekproef.",
    "contributions: hoe vaak het is gezegd in wijkgesprekken en kennissessies; een telling van inbreng, niet van mensen.",
)
Table = tuple[list[str], list[list[object]], list[str]]


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
    table = made_table(engine, settings, programme, wanted)
    with engine.connect() as connection:
        labels = labels_of(connection, programme, wanted.kind, wanted.part.survey)
    if wanted.kind in LOGGED:
        with writing(engine) as connection:
            what = f"{wanted.part.survey or 'all'} {wanted.format}"
            note_act(
                connection, settings, actor=f"command:{wanted.role}", action=f"export {wanted.kind}", object_=what, purpose=wanted.purpose
            )
    write_file(out, programme, wanted, table, labels)
    return len(table[1])


def made_table(engine: Engine, settings: Settings, programme: Programme, wanted: Wanted) -> Table:
    """The table as it leaves now: its figures are kept, so that later ones are held against them. Raises as export_table() does."""
    if wanted.role not in ALLOWED[wanted.kind]:
        raise NotAllowed(f"{wanted.role} may not export {wanted.kind} (allowed: {', '.join(ALLOWED[wanted.kind])})")
    if wanted.role not in ROWS and (wanted.part.since or wanted.part.until):
        raise NotAllowed("figures for a part of the period are for analyst and admin: two periods side by side can give a person away")
    if wanted.kind == "themes":
        with engine.connect() as connection:
            run, threshold = _run_of(connection, programme, wanted.part)
            apart = _professionals(connection, wanted.part)
        keep_moment(engine, settings, programme, run, wanted.part, threshold=threshold)
        if apart is not None:
            keep_moment(engine, settings, programme, apart, wanted.part)
    kept: list[Leaving] = []
    with engine.connect() as connection:
        if wanted.kind == "themebook":
            table = themebook_table(connection, settings, programme, everything=wanted.role in ROWS)
        else:
            table = table_of(connection, programme, wanted, kept)
    if kept:
        with writing(engine) as connection:
            for leaving in kept:
                keep_left(connection, settings, leaving)
    return table


def write_file(out: Path, programme: Programme, wanted: Wanted, table: Table, labels: Labels) -> None:
    columns, rows, notes = table
    title = f"Wijkstem {programme.name}: {wanted.kind}"
    if wanted.format in DATA_FORMATS:
        write_data(out, columns, rows, format=wanted.format, title=title, notes=notes, labels=labels)
    else:
        write_table(out, columns, rows, format=wanted.format, title=title, notes=notes)


def table_of(connection: Connection, programme: Programme, wanted: Wanted, kept: list[Leaving] | None = None) -> Table:
    """Columns, rows and what the reader has to know; `kept` gets the tables of counts that leave with it.

    Raises LookupError when there is nothing to export.
    """
    part = wanted.part
    if wanted.kind == "themes":
        return _themes(connection, programme, wanted)
    if wanted.kind == "findings":
        return _findings(connection, programme, wanted)
    if wanted.kind == "statements":
        run = _newest_or_none(connection, part.survey)
        moved = "pillar, theme en label: zoals mensen ze lieten staan; moved_by_person 1: een mens heeft deze uitspraak verplaatst."
        said = "Eén rij per uitspraak, uit vragenlijst en gesprek; nummers en namen zijn verborgen, tenzij een mens ze liet staan."
        dutch = "dutch: wat een mens vertaalde (translated_by_person 1). Leeg: niet vertaald, of de tekst is sindsdien veranderd; dan geldt alleen text."
        return list(STATEMENT_COLUMNS), statements_table(connection, part, run), [said, moved, dutch, *_run_notes(run)]
    if not part.survey:
        raise LookupError(f"--kind {wanted.kind} needs --survey KEY")
    survey = survey_of(connection, part.survey)
    if wanted.kind == "codebook":
        return list(CODEBOOK_COLUMNS), list(codebook_table(survey)), [f"Versie {survey.fingerprint[:12]}"]
    responses = list(responses_of(connection, part))
    if wanted.kind == "counts":
        threshold = threshold_for(programme, survey.audience)
        door = _door(connection, part, threshold, [] if kept is None else kept)
        rows = counts_table(survey, programme, responses, threshold=threshold, door=door)
        return list(COLUMNS), rows, _counts_notes(programme, threshold)
    literal = wanted.kind == "raw"
    note = "Letterlijke tekst: niet doorgeven." if literal else "Eén rij per reactie; namen en nummers verborgen; wijk, geen buurt."
    read = literally if literal else readable_answers(connection, Slice(part.survey))
    return response_columns(survey), list(responses_table(survey, responses, read)), [note]


def _door(connection: Connection, part: Slice, threshold: int, kept: list[Leaving]) -> Door:
    """Every stream of a survey beside what left of it before."""
    about = "|".join(["counts", *(str(value or "") for value in vars(part).values()), str(threshold)])

    def door(stream: str, sheet: Sheet) -> dict[Any, int | None]:
        scope = f"{about}|{stream}"
        kept.append(leave(scope, sheet, earlier_of(connection, scope), threshold))
        return dict(kept[-1].shown)

    return door


def _themes(connection: Connection, programme: Programme, wanted: Wanted) -> Table:
    newest, threshold = _run_of(connection, programme, wanted.part)
    moment = last_moment(connection, programme, newest, wanted.part, threshold)
    run, heard = moment.run, Heard(moment.run, moment.now, moment.figures)
    apart = _professionals(connection, wanted.part)
    professionals = last_moment(connection, programme, apart, wanted.part) if apart is not None and apart.id != newest.id else None
    notes = [
        *FIGURE_NOTES,
        f"Minder dan {threshold} wordt niet getoond. {DASH}",
        "klein_aantal: de thema's van deze pijler waarvan geen enkel getal naar buiten mag.",
        "pillar_n: de som over de thema's van deze pijler. Wie twee thema's noemde, telt daarin twee keer.",
        "settled 1: een mens stelde dit thema vast, in deze rol; 0: een voorstel van de computer. stability: 0 tot 1, hoe vaak het terugkomt.",
        "quote_1 tot 3: woorden die een mens heeft vrijgegeven.",
        f"professionals: hoeveel professionals dit noemden, uit hun eigen analyse; minder dan {programme.thresholds.professional} niet getoond. Leeg: er is geen.",
        *_run_notes(run, whole=wanted.role in ROWS),
    ]
    return list(THEME_COLUMNS), themes_table(connection, heard, programme, professionals), notes


def _run_of(connection: Connection, programme: Programme, part: Slice) -> tuple[Any, int]:
    """The newest run over this part, and under how many people a figure stays inside."""
    run = newest_run(connection, part.survey)
    audience = survey_of(connection, part.survey).audience if part.survey else ""
    return run, threshold_for(programme, audience) if audience else threshold_of(connection, run, programme)


def apart_run(connection: Connection, source: str) -> Any | None:
    """The newest run over this source alone, over all days; professionals also answer in a survey of their own. None when there is none."""
    asked = (
        select(SURVEY.c.key).where(SURVEY.c.audience == "professional")
        if source == "professional"
        else select(SURVEY.c.key).where(SURVEY.c.key.is_(None))
    )
    wanted = or_(RUN.c.survey_key.in_(asked), RUN.c.parameters.like(f'%"source": "{source}"%'))
    days = [RUN.c.parameters.not_like(f'%"{name}":%') for name in ("wave", "since", "until")]
    return connection.execute(select(RUN).where(wanted, *days).order_by(RUN.c.made_at.desc(), RUN.c.id).limit(1)).first()


def _professionals(connection: Connection, part: Slice) -> Any | None:
    """Beside what residents said in the same days; beside one survey or source they are not asked for."""
    return None if part.survey or part.source else apart_run(connection, "professional")


def _findings(connection: Connection, programme: Programme, wanted: Wanted) -> Table:
    published = wanted.role == "partner"
    notes = [
        "Eén rij per bevinding en onderbouwing: een thema met de cijfers van toen, of een citaat dat een mens heeft vrijgegeven.",
        *FIGURE_NOTES,
        f"Minder dan {programme.thresholds.resident} bewoners wordt niet getoond. {DASH}",
        "run en run_on: de analyse waar de cijfers uit komen. Vergelijk geen cijfers van twee analyses: het verschil kan een mens verraden.",
        "Alleen gepubliceerde bevindingen." if published else "status: draft (concept), reviewed (nagekeken), published (gepubliceerd).",
    ]
    return list(FINDING_COLUMNS), findings_table(connection, programme, published=published), notes


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
