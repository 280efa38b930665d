"""Room findings: the command that writes a report, and what its options may be."""

from pathlib import Path
from typing import Annotated

import typer

from app.access import note_act
from app.areas import Programme
from app.db import writing
from app.findings.export import FIGURES
from app.findings.report import KINDS, LATER, Asked, findings_report
from app.findings.report_files import FORMATS, report_file
from app.models.answers import SOURCES
from app.settings import Settings
from app.terminal import Wrong, ready, say


def report(
    kind: Annotated[str, typer.Option(help="findings.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    file_format: Annotated[str, typer.Option("--format", help="html, docx, odt or pdf.")] = "html",
    role: Annotated[str, typer.Option(help="On whose behalf: office, analyst, auditor or admin.")] = "office",
    wave: Annotated[str, typer.Option(help="Only this year, such as 2026; for analyst and admin.")] = "",
    source: Annotated[str, typer.Option(help="survey, professional, wijkgesprek or kennissessie.")] = "",
    drafts: Annotated[bool, typer.Option("--drafts", help="Also findings that are not published; for analyst and admin.")] = False,
) -> None:  # fmt: skip
    """Write a report that people read: themes with their figures, findings with their evidence, method, limits, codebook."""
    if kind in LATER:
        raise Wrong(f"--kind {kind}: this report comes later; today there is {', '.join(KINDS)}")
    for option, value, known in (
        ("--kind", kind, KINDS),
        ("--format", file_format, FORMATS),
        ("--role", role, FIGURES),
        ("--source", source, ("", *SOURCES)),
    ):
        if value not in known:
            raise Wrong(f"{option}: “{value}” is not one of {', '.join(name for name in known if name)}")
    if wave and not is_year(wave):
        raise Wrong(f"--wave: “{wave}” is not a year such as 2026")
    settings, engine, programme = ready()
    asked = Asked(role, wave, source, drafts)
    out.write_bytes(report_file(findings_report(engine, settings, programme, asked), file_format))
    with writing(engine) as connection:
        note_act(connection, settings, actor=f"command:{role}", action="report findings", object_=about(asked, file_format))
    say(f"{out}: {file_name(programme, settings, file_format)}")


def is_year(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) == 4 and int(text) > 0


def about(asked: Asked, file_format: str) -> str:
    """What the log keeps of it."""
    return " ".join(filter(None, (asked.wave or "all", asked.source, "drafts" * asked.drafts, file_format)))


def file_name(programme: Programme, settings: Settings, file_format: str) -> str:
    return f"wijkstem-rapport-{programme.key}-{settings.today():%Y-%m-%d}.{file_format}"
