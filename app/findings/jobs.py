"""Room findings: work that a worker does for this room."""

from datetime import date
from typing import Any

from app.areas import load_programme
from app.db import engine_at
from app.findings.frames import Slice
from app.findings.runs import run_analysis
from app.jobs import job
from app.settings import Settings


@job("analyse")
def analyse_job(settings: Settings, *, survey: str = "", wave: str = "", since: str = "", until: str = "", **how: Any) -> None:
    """Days come as text: what stands in a queue is plain."""
    first, last = (date.fromisoformat(day) if day else None for day in (since, until))
    part = Slice(survey, wave, first, last)
    run_analysis(engine_at(settings.url), settings, load_programme(settings.surveys), part, **how)
