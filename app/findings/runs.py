"""Room findings: one run of the analysis over the statements, kept with its ledger so that it can be done again to the byte."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, and_, case, insert, not_, or_, select, true

from app.acts import REST, Act, Decisions, Place, all_acts, fold
from app.areas import Programme, read_toml
from app.db import writing
from app.findings.codebook import Words, frozen_now, words_now
from app.findings.frames import Slice, statements_frame, statements_of
from app.findings.themes import places_in
from app.models.base import random_id
from app.models.tables import PLACEMENT, RUN, THEME
from app.reading import readable
from app.settings import Settings

if TYPE_CHECKING:
    from pandas import DataFrame, Series

OVERIG = "overig"
RESIDENTS = ("survey", "wijkgesprek")
PARTS = ("source", "wave", "since", "until")  # parameters of a run over less than everything
CARRIED = 20  # typical statements that carry a settled theme into the next run
LONGEST = 400  # letters of a column with several words
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
    acts: Sequence[Act] | None = None,
    before: datetime | None = None,
    then: Then | None = None,
) -> str:
    """Put every statement of this slice under its pillar and in a theme; returns the id of the run.

    Without a survey or source it is what residents said, in surveys and wijkgesprekken: professionals are never mixed with them. What is
    read is what may be read: masked, proposed names and places hidden. Statements that a person moved go in as settled: they come back
    unchanged and steer the rest; words that the office edited stand in the place of the shipped ones; a theme that came up by itself and that
    a person settled is carried on by its most typical statements of the run before. `stability` does it over on parts of the statements, to
    see which themes stay. `acts` and `before` do a run again as it was; `then` belongs to the transaction that keeps the run.

    Raises NothingSaid when there is nothing to analyse.
    """
    from analysis.pipeline import analyse  # noqa: PLC0415  # pandas and scikit-learn cost more start-up than all the rest
    from analysis.scheme import DEFAULT  # noqa: PLC0415  # as above

    with engine.connect() as connection:
        statements = _read(connection, part, progress)
        decided = all_acts(connection) if acts is None else acts
        decisions, words, frozen = fold(decided), words_now(connection), frozen_now(connection)
        carried = _carried(connection, decisions, {row["id"] for row in statements}, before or settings.clock())
    if not statements:
        raise NothingSaid(f"there are no statements to analyse{f' for survey “{part.survey}”' if part.survey else ''}")
    settled = carried | _settled(decisions, statements, {OVERIG, *(pillar.key for pillar in programme.pillars)})
    frame, pillars = statements_frame(statements), pillar_words(settings, programme) if programme.words else DEFAULT
    given: dict[str, Any] = {"pillars": pillars, "labels": _labels(settled), "words": words or None, "engine": how, "seed": seed}
    result = analyse(frame, progress=progress, explain=True, **given)
    _look_back(frame, result, settled, **given)
    stable = _stability(frame, result, progress, **given) if stability else None
    run = {
        "id": random_id("b"), "survey_key": part.survey or None, "made_at": settings.clock(), "seed": seed, "engine": how,
        "parameters": _parameters(part, programme), "input_hash": input_hash(statements, settled), **_answers_for(result, decided, words, frozen),
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


def _carried(connection: Connection, decisions: Decisions, here: Collection[str], before: datetime) -> dict[str, Place]:
    """Themes that came up by themselves and that a person settled or named: their most typical statements carry them into this run."""
    known = [place for place in {*decisions.settled, *decisions.labels} if place not in decisions.merged and place not in decisions.retired]
    earlier = select(RUN.c.id).where(RUN.c.made_at < before, RUN.c.id.in_(select(THEME.c.run_id)))
    newest = connection.execute(earlier.order_by(RUN.c.made_at.desc(), RUN.c.id).limit(1)).scalar()
    if not known or newest is None:
        return {}
    came_up = select(THEME.c.pillar, THEME.c.key).where(THEME.c.run_id == newest, THEME.c.origin == "emerged")
    places = {(row.pillar, row.key) for row in connection.execute(came_up)} & set(known)
    columns = (PLACEMENT.c.statement_id, PLACEMENT.c.pillar, PLACEMENT.c.theme)
    placed = connection.execute(
        select(*columns).where(PLACEMENT.c.run_id == newest).order_by(PLACEMENT.c.fit.desc(), PLACEMENT.c.statement_id)
    ).all()
    return {
        row.statement_id: place
        for place in sorted(places)
        for row in [row for row in placed if (row.pillar, row.theme) == place and row.statement_id in here][:CARRIED]
    }


def _answers_for(result: "DataFrame", decided: Sequence[Act], words: Words, frozen: Any) -> dict[str, Any]:
    """What a run can answer for: the software and words it was made with, the last decision it knew, what came of it, and the ledger."""
    listed = sorted((*place, sorted(of.items())) for place, of in words.items())
    return {
        "software": f"wijkstem {version('wijkstem')}", "words_hash": _hash(listed), "output_hash": output_hash(result),
        "codebook_version": frozen.number if frozen else None,
        "trust": {"last_act": decided[-1].id if decided else 0, "why": result.attrs["why"]}, **ledger(result),
    }  # fmt: skip


def _look_back(frame: "DataFrame", result: "DataFrame", settled: Mapping[str, Place], **how: Any) -> None:
    """The order in which a person's look helps most, and what the machine would have chosen for what people settled, had it not been told."""
    from analysis.ask import ask_order  # noqa: PLC0415  # pandas costs more start-up than all the rest
    from analysis.unaided import unaided  # noqa: PLC0415  # as above

    result["ask"], result["machine"] = ask_order(result, settled=settled), ""
    labels = how.pop("labels")
    if labels is not None:
        alone = unaided(frame, labels, **how)
        result.loc[alone.index, "machine"] = alone["pillar"] + "/" + alone["theme"]


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
    return _hash([[row["id"], row["text"], row["lang"], row["pillar_asked"], *settled.get(row["id"], ())] for row in statements])


def output_hash(result: "DataFrame") -> str:
    """Of what an analysis gave: sha256 over it as CSV, rows in the order of their id and columns by name, without the texts."""
    columns = sorted(set(result.columns) - {"text_masked"})
    table = result[columns].sort_index().to_csv(index_label="id", float_format="%.17g", lineterminator="\n")
    return hashlib.sha256(table.encode()).hexdigest()


def _hash(what: Any) -> str:
    return hashlib.sha256(json.dumps(what, ensure_ascii=False).encode()).hexdigest()


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
    from analysis.scheme import shipped_label  # noqa: PLC0415  # pandas costs more start-up than all the rest

    who = {row["id"]: row["response_id"] or row["id"] for row in statements}
    connection.execute(insert(RUN).values(**run))
    placements = [
        {
            "run_id": run["id"], "statement_id": id_, "pillar": row["pillar"], "confidence": float(row["pillar_confidence"]),
            "also": row["also"], "theme": row["theme"], "fit": float(row["fit"]), "excluded": row["excluded"], "quote": bool(row["quote"]),
            "also_themes": _whole(row["also_themes"], " "), "reasons": _whole(row["reasons"], ", "), "margin": float(row["margin"]),
            "ask": int(row["ask"]), "machine": row["machine"],
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
                "stability": _stable(stable, place), "words": result.attrs["words"].get(place, "")[:300], "origin": _origin(place, known_as),
            },
        )  # fmt: skip
        theme["n"] += 1
        people.setdefault(place, set()).add(who[placed["statement_id"]])
    for place in {place for placed in placements for place in places_in(str(placed["also_themes"]))} - set(themes):
        themes[place] = {  # spoken of in passing only: it has a name, and nothing of its own
            "run_id": run["id"], "pillar": place[0], "key": place[1], "label": _label(place, shipped_label(place[1]), known_as), "n": 0, "people": 0,
            "stability": None, "words": "", "origin": _origin(place, known_as),
        }  # fmt: skip
        people[place] = set()
    for place, theme in themes.items():
        theme["people"] = len(people[place])
    if themes:
        connection.execute(insert(THEME), list(themes.values()))


def _whole(listed: str, between: str) -> str:
    """As many of these as fit in a column."""
    while len(listed) > LONGEST:
        listed = listed.rpartition(between)[0]
    return listed


def _origin(place: Place, known_as: Mapping[Place, str]) -> str:
    from analysis.scheme import is_shipped  # noqa: PLC0415  # pandas costs more start-up than all the rest

    return "codebook" if is_shipped(place[1]) else "settled" if place in known_as else "emerged"


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
