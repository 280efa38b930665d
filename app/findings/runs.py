"""Room findings: one run of the analysis over the statements, kept with its ledger so that it can be done again to the byte."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, and_, case, insert, not_, or_, select, true

from app.acts import REST, Decisions, Place, all_acts, fold
from app.areas import Programme, read_toml
from app.db import writing
from app.findings.frames import Slice, statements_frame, statements_of
from app.models.base import random_id
from app.models.tables import PLACEMENT, RUN, THEME
from app.reading import readable
from app.settings import Settings

if TYPE_CHECKING:
    from pandas import DataFrame, Series

OVERIG = "overig"
RESIDENTS = ("survey", "wijkgesprek")
PARTS = ("source", "wave", "since", "until")  # parameters of a run over less than everything
AT_ONCE = 500  # texts read between two lines about how far it is
Progress = Callable[[str, int, int], None]
Then = Callable[[Connection, str], None]


class NothingSaid(LookupError):  # noqa: N818  # what was asked for and is not there
    """There is nothing to analyse; the message says of what."""


def run_analysis(  # noqa: PLR0913  # the whole run in one call; all but the first four by name
    engine: Engine,
    settings: Settings,
    programme: Programme,
    part: Slice,
    *,
    seed: int = 0,
    how: str = "serial",
    progress: Progress | None = None,
    stability: bool = False,
    then: Then | None = None,
) -> str:
    """Put every statement of this slice under its pillar and in a theme; returns the id of the run.

    Without a survey or source it is what residents said, in surveys and wijkgesprekken: professionals are never mixed with them. What is
    read is what may be read: masked, proposed names and places hidden. Statements that a person moved go in as settled: they come back
    unchanged and steer the rest. `stability` does it over on parts of the statements, to see which themes stay; `then` belongs to the
    transaction that keeps the run.

    Raises NothingSaid when there is nothing to analyse.
    """
    from analysis.pipeline import analyse  # noqa: PLC0415  # pandas and scikit-learn cost more start-up than all the rest
    from analysis.scheme import DEFAULT  # noqa: PLC0415  # as above

    with engine.connect() as connection:
        statements = _read(connection, part, progress)
        decisions = fold(all_acts(connection))
    if not statements:
        raise NothingSaid(f"there are no statements to analyse{f' for survey “{part.survey}”' if part.survey else ''}")
    settled = _settled(decisions, statements, {OVERIG, *(pillar.key for pillar in programme.pillars)})
    frame, pillars = statements_frame(statements), pillar_words(settings, programme) if programme.words else DEFAULT
    given: dict[str, Any] = {"pillars": pillars, "labels": _labels(settled), "engine": how, "seed": seed}
    result = analyse(frame, progress=progress, **given)
    stable = _stability(frame, result, progress, **given) if stability else None
    run = {
        "id": random_id("b"), "survey_key": part.survey or None, "made_at": settings.clock(), "seed": seed, "engine": how,
        "software": f"wijkstem {version('wijkstem')}", "parameters": _parameters(part, programme),
        "input_hash": input_hash(statements, settled), **ledger(result),
    }  # fmt: skip
    with writing(engine) as connection:
        _keep(connection, run, statements, result, decisions.known_as, stable)
        if then:
            then(connection, str(run["id"]))
    return str(run["id"])


def _read(connection: Connection, part: Slice, progress: Progress | None) -> list[dict[str, Any]]:
    """The statements of this slice, each with the text that may be read and no other."""
    statements = [row for row in statements_of(connection, part) if part.survey or part.source or row["source"] in RESIDENTS]
    for start in range(0, len(statements), AT_ONCE):
        some = statements[start : start + AT_ONCE]
        texts = readable(connection, [row["id"] for row in some])
        for row in some:
            row["text"] = texts[row["id"]]
        if progress:
            progress("names", start + len(some), len(statements))
    return statements


def _settled(decisions: Decisions, statements: list[dict[str, Any]], pillars: Collection[str]) -> dict[str, Place]:
    """Where a person put statements of this slice, in the order of their id; a pillar that the programme no longer has settles nothing."""
    moved = ((row["id"], decisions.moved.get(row["id"])) for row in statements)
    return {id_: place for id_, place in moved if place is not None and place[0] in pillars}


def _labels(settled: Mapping[str, Place]) -> "DataFrame | None":
    import pandas as pd  # noqa: PLC0415  # costs more start-up than all the rest

    if not settled:
        return None
    return pd.DataFrame(list(settled.values()), index=pd.Index(list(settled), name="id"), columns=["pillar", "theme"])


def _stability(frame: "DataFrame", result: "DataFrame", progress: Progress | None, **how: Any) -> "Series[float] | None":
    """How well each theme comes back on other draws; fewer draws for many statements, so that nobody waits longer than a minute."""
    from analysis.stability import theme_stability  # noqa: PLC0415  # pandas costs more start-up than all the rest

    rounds = 10 if len(frame) < 3_000 else 4 if len(frame) < 10_000 else 0
    if not rounds:
        return None
    stable: Series[float] = theme_stability(frame, result, rounds=rounds, progress=progress, **how)
    return stable


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


def input_hash(statements: list[dict[str, Any]], settled: Mapping[str, Place]) -> str:
    """Of all that went in: what was read, and what people had settled. The same hash, seed and software give the same run."""
    said = [[row["id"], row["text"], row["lang"], row["pillar_asked"], *settled.get(row["id"], ())] for row in statements]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _parameters(part: Slice, programme: Programme) -> str:
    return json.dumps({**{name: str(value) for name, value in vars(part).items() if value}, "programme": programme.key}, sort_keys=True)


def _keep(  # the parts of one run
    connection: Connection,
    run: dict[str, Any],
    statements: list[dict[str, Any]],
    result: "DataFrame",
    known_as: Mapping[Place, str],
    stable: "Series[float] | None",
) -> None:
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
            place,
            {
                "run_id": run["id"], "pillar": place[0], "key": place[1], "label": _label(place, label, known_as), "n": 0, "people": 0,
                "stability": _stable(stable, place),
            },
        )  # fmt: skip
        theme["n"] += 1
        people.setdefault(place, set()).add(who[placed["statement_id"]])
    for place, theme in themes.items():
        theme["people"] = len(people[place])
    if themes:
        connection.execute(insert(THEME), list(themes.values()))


def _label(place: Place, label: str, known_as: Mapping[Place, str]) -> str:
    """A theme that exists only because people moved something there keeps the name it had then."""
    from analysis.scheme import readable as from_key  # noqa: PLC0415  # pandas costs more start-up than all the rest

    return (known_as.get(place, label) if label == from_key(place[1]) else label)[:200]


def _stable(stable: "Series[float] | None", place: Place) -> float | None:
    if stable is None or place not in stable.index or place[1] == REST:
        return None
    value = float(stable[place])
    return value if value == value else None  # noqa: PLR0124  # not a number: this theme was in no draw


def newest_run(connection: Connection, survey: str) -> Any:
    """The last run that this survey was part of; without a survey the last one over everything residents said, or else over any survey.

    A run over one source or one period is never taken for one over everything. Raises LookupError when there is none.
    """
    partial = or_(*(RUN.c.parameters.like(f'%"{name}":%') for name in PARTS))
    over_all = and_(RUN.c.survey_key.is_(None), not_(partial))
    wanted = or_(RUN.c.survey_key == survey, over_all) if survey else true()
    first = () if survey else (case((over_all, 0), (RUN.c.survey_key.is_not(None), 1), else_=2),)
    row = connection.execute(select(RUN).where(wanted).order_by(*first, RUN.c.made_at.desc(), RUN.c.id)).first()
    if row is None:
        raise LookupError(f"no analysis was run{f' for survey “{survey}”' if survey else ''}: run `wijkstem analyse` first")
    return row
