"""Room findings: tables that leave: themes, responses, statements, codebook. Figures pass the door; words pass the mask."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, distinct, func, select

from app.areas import Programme
from app.disclosure import FOLDED, release_themes
from app.findings.frames import Answered, Slice, statements_of
from app.findings.runs import REST
from app.models.tables import PLACEMENT, STATEMENT, THEME
from app.survey import Question, Survey

Rows = list[list[object]]
TEXT = ".anders"  # the words beside "anders, namelijk"; no option can be called so
THEME_COLUMNS = ("pillar", "pillar_name", "theme", "label", "n", "pillar_n", "quote_1", "quote_2", "quote_3")
STATEMENT_COLUMNS = (
    "id", "source", "survey", "response", "question", "lang", "pillar_asked", "area", "channel", "stream", "said_on",
    "pillar", "confidence", "also", "theme", "label", "fit", "excluded", "text",
)  # fmt: skip
CODEBOOK_COLUMNS = ("column", "question", "kind", "row", "option", "text", "pillar", "goal", "values")
FIXED = (
    ("id", "Nummer van de reactie; zegt niets over de volgorde"), ("survey", "Sleutel van de vragenlijst"),
    ("version", "Vingerafdruk van de versie (12 tekens)"), ("lang", "Taal waarin is geantwoord"),
    ("channel", "web, kiosk, paper, oral of phone"), ("stream", "sample (uitgenodigd), open_link of desk; nooit samen tellen zonder het te zeggen"),
    ("assisted", "1: met hulp ingevuld"), ("area", "wijk, buiten_gebied of onbekend"), ("finished_on", "dag van versturen"),
)  # fmt: skip


def masked(text: str) -> str:
    """Numbers and codes of persons out; nobody reads the rest unmasked outside the register."""
    from analysis.privacy import mask  # noqa: PLC0415  # only when words leave

    return str(mask(text)[0])


def themes_table(connection: Connection, run: Any, part: Slice, programme: Programme, *, threshold: int, quotes: bool) -> Rows:
    """One row per theme, largest first within its pillar; small themes in one row. `n` counts people once per theme."""
    people = _people(connection, run.id, part)
    labels = _labels(connection, run.id)
    released = release_themes(people, threshold=threshold)
    said = _typical(connection, run.id, part) if quotes else {}
    order = {pillar.key: nth for nth, pillar in enumerate(programme.pillars)}
    names = {pillar.key: pillar.official for pillar in programme.pillars}
    found: Rows = []
    for name in sorted((name for name in released if len(name) == 2), key=lambda name: order.get(name[0], len(order))):
        pillar, key = name
        three = said.get((pillar, key), []) if released[name] is not None and key not in {FOLDED, REST} else []
        label = "Overig" if key == REST else labels.get((pillar, key), key)
        shown_key = "klein_aantal" if key == FOLDED else key
        found.append([pillar, names.get(pillar, pillar), shown_key, label, released[name], released[(pillar,)], *[*three, "", "", ""][:3]])
    return found


def _labels(connection: Connection, run_id: str) -> dict[tuple[str, str], str]:
    return {(row.pillar, row.key): row.label for row in connection.execute(select(THEME).where(THEME.c.run_id == run_id))}


def _people(connection: Connection, run_id: str, part: Slice) -> dict[str, list[tuple[str, int]]]:
    """Pillar -> (theme, how many people): who made several statements in one theme counts once."""
    who = func.coalesce(STATEMENT.c.response_id, STATEMENT.c.id)
    rows = connection.execute(
        select(PLACEMENT.c.pillar, PLACEMENT.c.theme, func.count(distinct(who)))
        .join(STATEMENT, STATEMENT.c.id == PLACEMENT.c.statement_id)
        .where(PLACEMENT.c.run_id == run_id, PLACEMENT.c.excluded == "", part.of_statements())
        .group_by(PLACEMENT.c.pillar, PLACEMENT.c.theme)
        .order_by(PLACEMENT.c.pillar, PLACEMENT.c.theme)
    )
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for pillar, theme, n in rows:
        found[pillar].append((theme, n))
    return found


def _typical(connection: Connection, run_id: str, part: Slice) -> dict[tuple[str, str], list[str]]:
    rows = connection.execute(
        select(PLACEMENT.c.pillar, PLACEMENT.c.theme, STATEMENT.c.text)
        .join(STATEMENT, STATEMENT.c.id == PLACEMENT.c.statement_id)
        .where(PLACEMENT.c.run_id == run_id, PLACEMENT.c.quote, PLACEMENT.c.excluded == "", part.of_statements())
        .order_by(PLACEMENT.c.fit.desc(), STATEMENT.c.id)
    )
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for pillar, theme, text in rows:
        found[pillar, theme].append(masked(text))
    return found


def statements_table(connection: Connection, part: Slice, run: Any) -> Rows:
    """One row per statement, with where the newest run put it; text masked."""
    placed: Mapping[str, Any] = {}
    labels: dict[tuple[str, str], str] = {}
    if run is not None:
        placed = {row.statement_id: row for row in connection.execute(select(PLACEMENT).where(PLACEMENT.c.run_id == run.id))}
        labels = _labels(connection, run.id)
    found: Rows = []
    for row in statements_of(connection, part):
        place = placed.get(row["id"])
        where = [
            place.pillar, round(place.confidence, 4), place.also, place.theme, labels.get((place.pillar, place.theme), ""), round(place.fit, 4), place.excluded
        ] if place else ["", "", "", "", "", "", ""]  # fmt: skip
        said = [row["source"], row["survey_key"] or "", row["response_id"] or "", row["question"], row["lang"], row["pillar_asked"] or ""]
        found.append([row["id"], *said, row["area"] or "", row["channel"], row["stream"], row["said_on"], *where, masked(row["text"])])
    return found


def response_columns(survey: Survey) -> list[str]:
    return [name for name, _ in FIXED] + [column for column, *_ in _columns(survey)]


def _columns(survey: Survey) -> Iterator[tuple[str, Question, str, str]]:
    """The columns of one survey: name, question, row, option. A multi has one 0/1 column an option; the age gate has none."""
    for question in survey.questions.values():
        if question.gate:
            continue
        if question.kind == "matrix":
            yield from ((f"{question.id}__{row.id}", question, row.id, "") for row in question.rows)
        elif question.kind == "multi":
            yield from ((f"{question.id}__{option.id}", question, "", option.id) for option in question.options)
        else:
            yield question.id, question, "", ""
        if any(option.other for option in question.options):
            taken = question.kind == "multi" and "anders" in question.ids  # that column says 0 or 1
            yield f"{question.id}__anders{'_tekst' if taken else ''}", question, "", TEXT


def responses_table(survey: Survey, responses: Iterable[Answered], *, literal: bool = False) -> Iterator[list[object]]:
    """One row per finished response, tidy: codes, 0/1 for each option of a multi, ISO dates, free text masked unless `literal`."""
    columns = list(_columns(survey))
    for response in responses:
        values = [_value(response.answers, *column[1:], literal=literal) for column in columns]
        yield [
            response.id, survey.key, response.fingerprint[:12], response.lang, response.channel, response.stream, int(response.assisted),
            response.area, response.finished_on, *values,
        ]  # fmt: skip


def _value(answers: Mapping[str, Any], question: Question, row: str, option: str, *, literal: bool) -> object:
    if option == TEXT:
        text = str(answers.get(f"{question.id}.anders", ""))
        return text if literal else masked(text)
    value = answers.get(question.id)
    if row:
        return (value or {}).get(row, "")
    if option:
        return "" if value is None else int(option in value)
    if question.kind in {"open", "text"} and value:
        return str(value) if literal else masked(str(value))
    return "" if value is None else value


def codebook_table(survey: Survey) -> Iterator[list[object]]:
    """What every column of `responses` means, and every code in it."""
    for name, meaning in FIXED:
        yield [name, "", "", "", "", meaning, "", "", ""]
    for column, question, row, option in _columns(survey):
        rows = {each.id: each for each in question.rows}
        options = {each.id: each.text for each in question.options}
        text = rows[row].text if row else options.get(option, question.ask) if option else question.ask
        goal = (rows[row].goal if row else None) or question.goal or ""
        yield [
            column,
            question.id,
            question.kind,
            row,
            "anders" if option == TEXT else option,
            f"{question.ask} | {text}" if text != question.ask else text,
            question.pillar,
            goal,
            _values(question, option),
        ]


def _values(question: Question, option: str) -> str:
    if option == TEXT or question.kind in {"open", "text"}:
        return "tekst, persoonsgegevens gemaskeerd"
    if question.kind == "multi":
        return "1 = gekozen; 0 = niet gekozen; leeg = vraag niet beantwoord"
    if question.kind == "grade":
        return f"{question.grades[0]} tot en met {question.grades[-1]}" + ("; dk = Weet ik niet" if question.allow_dk else "")
    if question.options:
        return "; ".join(f"{each.id} = {each.text}" for each in question.options)
    return {"number": "getal", "date": "datum (ISO 8601)"}.get(question.kind, "")
