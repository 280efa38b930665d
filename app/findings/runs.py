"""Room findings: one run of the analysis over the statements, kept with its ledger so that it can be done again to the byte."""

import hashlib
import json
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, case, insert, or_, select, true

from app.areas import Programme, read_toml
from app.db import writing
from app.findings.frames import Slice, statements_frame, statements_of
from app.models.base import random_id
from app.models.tables import PLACEMENT, RUN, THEME
from app.settings import Settings

if TYPE_CHECKING:
    from pandas import DataFrame

REST = "rest"
Progress = Callable[[str, int, int], None]


def run_analysis(
    engine: Engine,
    settings: Settings,
    programme: Programme,
    part: Slice,
    *,
    seed: int = 0,
    how: str = "serial",
    progress: Progress | None = None,
) -> str:
    """Put every statement of this slice under its pillar and in a theme; returns the id of the run.

    Without a survey or source it is what residents said: professionals are never mixed with them.

    Raises LookupError when there is nothing to analyse.
    """
    from analysis.pipeline import analyse  # noqa: PLC0415  # pandas and scikit-learn cost more start-up than all the rest
    from analysis.scheme import DEFAULT  # noqa: PLC0415  # as above

    with engine.connect() as connection:
        statements = [row for row in statements_of(connection, part) if part.survey or part.source or row["source"] != "professional"]
    if not statements:
        raise LookupError(f"there are no statements to analyse{f' for survey “{part.survey}”' if part.survey else ''}")
    pillars = pillar_words(settings, programme) if programme.words else DEFAULT
    result = analyse(statements_frame(statements), pillars=pillars, engine=how, seed=seed, progress=progress)
    run = {
        "id": random_id("b"), "survey_key": part.survey or None, "made_at": settings.clock(), "seed": seed, "engine": how,
        "software": f"wijkstem {version('wijkstem')}", "parameters": _parameters(part, programme),
        "input_hash": input_hash(statements), **ledger(result),
    }  # fmt: skip
    with writing(engine) as connection:
        _keep(connection, run, statements, result)
    return str(run["id"])


def pillar_words(settings: Settings, programme: Programme) -> dict[str, dict[str, str]]:
    """The words of a programme with pillars of its own: pillar -> language -> words."""
    words = read_toml(settings.surveys / (programme.words or ""))
    return {pillar: {lang: _joined(said) for lang, said in by_lang.items()} for pillar, by_lang in words.items()}


def _joined(said: str | list[str]) -> str:
    return said if isinstance(said, str) else ", ".join(said)


def ledger(result: "DataFrame") -> dict[str, int]:
    """In = themed + rest + excluded; a run that does not add up is not kept."""
    excluded = int((result["excluded"] != "").sum())
    rest = int(((result["theme"] == REST) & (result["excluded"] == "")).sum())
    return {"n_in": len(result), "n_themed": len(result) - excluded - rest, "n_rest": rest, "n_excluded": excluded}


def input_hash(statements: list[dict[str, Any]]) -> str:
    said = [[row["id"], row["text"], row["lang"], row["pillar_asked"]] for row in statements]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _parameters(part: Slice, programme: Programme) -> str:
    return json.dumps({**{name: str(value) for name, value in vars(part).items() if value}, "programme": programme.key}, sort_keys=True)


def _keep(connection: Connection, run: dict[str, Any], statements: list[dict[str, Any]], result: "DataFrame") -> None:
    who = {row["id"]: row["response_id"] or row["id"] for row in statements}
    connection.execute(insert(RUN).values(**run))
    placements = [
        {
            "run_id": run["id"], "statement_id": id_, "pillar": row["pillar"], "confidence": float(row["pillar_confidence"]),
            "also": row["also"], "theme": row["theme"], "fit": float(row["fit"]), "excluded": row["excluded"], "quote": bool(row["quote"]),
        }
        for id_, row in zip(result.index, result.to_dict("records"), strict=True)
    ]  # fmt: skip
    connection.execute(insert(PLACEMENT), placements)
    themes: dict[tuple[str, str], dict[str, Any]] = {}
    people: dict[tuple[str, str], set[str]] = {}
    for placed, label in zip(placements, result["theme_label"], strict=True):
        if placed["excluded"]:
            continue
        place = (placed["pillar"], placed["theme"])
        theme = themes.setdefault(
            place, {"run_id": run["id"], "pillar": place[0], "key": place[1], "label": label[:200], "n": 0, "people": 0}
        )
        theme["n"] += 1
        people.setdefault(place, set()).add(who[placed["statement_id"]])
    for place, theme in themes.items():
        theme["people"] = len(people[place])
    if themes:
        connection.execute(insert(THEME), list(themes.values()))


def newest_run(connection: Connection, survey: str) -> Any:
    """The last run that this survey was part of; without a survey the last one over everything, or else over any survey.

    Raises LookupError when there is none.
    """
    over_all = RUN.c.survey_key.is_(None)
    wanted = or_(RUN.c.survey_key == survey, over_all) if survey else true()
    first = () if survey else (case((over_all, 0), else_=1),)
    row = connection.execute(select(RUN).where(wanted).order_by(*first, RUN.c.made_at.desc(), RUN.c.id)).first()
    if row is None:
        raise LookupError(f"no analysis was run{f' for survey “{survey}”' if survey else ''}: run `wijkstem analyse` first")
    return row
