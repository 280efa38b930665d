"""Room findings: work that a worker does for this room."""

from typing import Any

from app.areas import load_programme
from app.db import engine_at
from app.findings.frames import Slice
from app.findings.runs import run_analysis
from app.jobs import job
from app.settings import Settings


@job("analyse")
def analyse_job(settings: Settings, *, survey: str = "", wave: str = "", seed: int = 0, how: str = "serial", **_: Any) -> None:
    run_analysis(engine_at(settings.url), settings, load_programme(settings.surveys), Slice(survey, wave), seed=seed, how=how)
