"""Room findings: work that a worker does for this room."""

import logging
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine

from app.areas import load_programme
from app.db import engine_at
from app.findings.frames import Slice
from app.findings.released import first_moment
from app.findings.requests import BROKEN, NOTHING_SAID, fail_request, finish_request, progress_of, signs_of_life, take_request
from app.findings.runs import NothingSaid, run_analysis
from app.jobs import job
from app.settings import Settings

log = logging.getLogger("wijkstem")


@job("analyse", at_start=True)
def analyse_job(settings: Settings) -> None:
    """Do every run that is asked for and waits; the rows say which, so a job too many finds nothing to do."""
    engine = engine_at(settings.url)
    while (row := take_request(engine, settings)) is not None:
        _run(engine, settings, row)


def _run(engine: Engine, settings: Settings, row: Any) -> None:
    def finish(connection: Connection, run_id: str) -> None:
        finish_request(connection, settings, row.id, run_id)

    try:
        with signs_of_life(engine, settings, row.id):
            programme = load_programme(settings.surveys)
            run_id = run_analysis(
                engine, settings, programme, slice_of(row.what), seed=int(row.what.get("seed", 0)),
                how=str(row.what.get("how", "serial")), progress=progress_of(engine, settings, row.id), stability=True, then=finish,
            )  # fmt: skip
            first_moment(engine, settings, programme, run_id)
    except NothingSaid:
        fail_request(engine, settings, row.id, NOTHING_SAID)
    except Exception as reason:  # noqa: BLE001  # whatever went wrong, whoever waits for it must be able to read that it did
        log.error("run %s: %s", row.id, type(reason).__name__)  # noqa: TRY400  # a traceback could hold what residents said
        fail_request(engine, settings, row.id, BROKEN)


def slice_of(what: dict[str, Any]) -> Slice:
    """Which part of what was said a request is about. Days stand in it as text."""
    first, last = (date.fromisoformat(what[day]) if what.get(day) else None for day in ("since", "until"))
    return Slice(what.get("survey", ""), what.get("wave", ""), first, last, what.get("source", ""))
