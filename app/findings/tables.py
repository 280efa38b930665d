"""Room findings: tables that leave: themes, findings, responses, statements, codebook. Figures pass the door; words as they may be read."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from app.acts import Place
from app.areas import Programme
from app.disclosure import FOLDED
from app.findings.frames import Answered, Slice, statements_of
from app.findings.quotes import Heard, quotes_cleared
from app.findings.redacting import place_told
from app.findings.released import Moment
from app.findings.shares import Figures
from app.findings.stated import Piece, findings_kept
from app.findings.themes import ThemeNow, ThemesNow, themes_now
from app.findings.translating import translations_of
from app.models.tables import CONTRIBUTION, PLACEMENT, REDACTION, STAFF, STATEMENT
from app.reading import erased_words, hidden_text, is_accepted, readable
from app.survey import Question, Survey

Rows = list[list[object]]
Reads = Callable[[str, str, str], str]  # a response, a question and the words there -> what may be read of them
NOWHERE: Place = ("", "-")
TEXT = ".anders"  # the words beside "anders, namelijk"; no option can be called so
TOLD = ("sample_n", "base", "share", "low", "high", "open_link", "contributions", "everyone")
THEME_COLUMNS = (
    "pillar", "pillar_name", "theme", "label", "n", "pillar_n", "quote_1", "quote_2", "quote_3", "settled", "settled_by", "stability", *TOLD,
    "professionals",
)  # fmt: skip
FINDING_COLUMNS = (
    "finding", "title", "text", "pillar", "pillar_name", "goal", "goal_text", "area", "area_name", "status", "published_on", "evidence_kind",
    "theme", "label", "n", *TOLD, "quote", "quote_lang", "run", "run_on",
)  # fmt: skip
STATEMENT_COLUMNS = (
    "id", "source", "survey", "response", "question", "lang", "pillar_asked", "area", "channel", "stream", "said_on",
    "pillar", "confidence", "also", "theme", "label", "fit", "excluded", "text", "kind", "place_note", "moved_by_person",
    "dutch", "translated_by_person",
)  # fmt: skip
CODEBOOK_COLUMNS = ("column", "question", "kind", "row", "option", "text", "pillar", "goal", "values")
FIXED = (
    ("id", "Nummer van de reactie; zegt niets over de volgorde"), ("survey", "Sleutel van de vragenlijst"),
    ("version", "Vingerafdruk van de versie (12 tekens)"), ("lang", "Taal waarin is geantwoord"),
    ("channel", "web, kiosk, paper, oral of phone"), ("stream", "sample (uitgenodigd), open_link of desk; nooit samen tellen zonder het te zeggen"),
    ("assisted", "1: met hulp ingevuld"), ("area", "wijk, buiten_gebied of onbekend"), ("finished_on", "dag van versturen"),
)  # fmt: skip


def themes_table(connection: Connection, heard: Heard, programme: Programme, professionals: Moment | None = None) -> Rows:
    """One row per theme as people left it, most named first within its pillar. Themes without a figure that may leave share one row a pillar.

    professionals : their own run, whose figures stand beside those of residents; a theme that only they named has a row with dashes.
    """
    roles = {row.name: row.role for row in connection.execute(select(STAFF.c.name, STAFF.c.role))}
    said = _quotes(connection, heard)
    names = {pillar.key: pillar.official for pillar in programme.pillars}
    order = {key: nth for nth, key in enumerate(names)}
    found: Rows = []
    for pillar in sorted({theme.pillar for theme in heard.now.themes}, key=lambda key: (order.get(key, len(order)), key)):
        before = [pillar, names.get(pillar, pillar)]
        themes = [theme for theme in heard.now.themes if theme.pillar == pillar and theme.n]
        shown = sorted((theme for theme in themes if heard.figures[theme.place].is_shown), key=lambda theme: (theme.is_rest, -theme.people))
        total = main_count(heard.figures[pillar, ""])
        for theme in shown:
            found.append([*before, *_theme_cells(theme, heard, total, said[theme.place], roles), _theirs(professionals, theme.place)])
        if len(themes) > len(shown):
            found.append(
                [*before, "klein_aantal", FOLDED, None, total, "", "", "", "", "", "", *[None] * len(TOLD), _theirs(professionals)]
            )
    return found + _only_theirs(professionals, {(row[0], row[2]) for row in found}, names)


def _theirs(professionals: Moment | None, place: Place = NOWHERE) -> object:
    """How many professionals named it; empty when there is no run over them."""
    if professionals is None:
        return ""
    told = professionals.figures.get(place)
    return all_streams(told) if told else None if place == NOWHERE else 0


def _only_theirs(professionals: Moment | None, there: set[tuple[object, object]], names: Mapping[str, str]) -> Rows:
    themes = [theme for theme in professionals.now.themes if theme.place not in there] if professionals else []
    blank = ["", "", "", "", "", ""]
    return [
        [
            theme.pillar,
            names.get(theme.pillar, theme.pillar),
            theme.key,
            "Overig" if theme.is_rest else theme.label,
            None,
            None,
            *blank,
            *[None] * len(TOLD),
            n,
        ]
        for theme in sorted(themes, key=lambda each: each.place)
        if (n := _theirs(professionals, theme.place))
    ]


def main_count(told: Figures) -> int | None:
    """The count that the share speaks of: of the invited sample; where a run has none, of everybody in a survey."""
    return told.n if told.base != 0 else all_streams(told)


def all_streams(told: Figures) -> int | None:
    """Everybody in a survey, from figures that left: a stream that is withheld withholds the sum."""
    return None if None in {told.n, told.open_link, told.desk} else sum((told.n or 0, told.open_link or 0, told.desk or 0))


def _told(told: Figures) -> list[object]:
    """Without an invited sample there is no share to tell: an empty cell. A dash is what may not leave."""
    share = ["", "", ""] if told.base == 0 else [value if value is None else round(value, 4) for value in (told.share, told.low, told.high)]
    return [told.n, told.base, *share, told.open_link, told.contributions, all_streams(told)]


def _theme_cells(theme: ThemeNow, heard: Heard, total: int | None, said: list[str], roles: Mapping[str, str]) -> list[object]:
    told = heard.figures[theme.place]
    stability: object = "" if theme.stability is None else round(theme.stability, 3)
    by = roles.get(theme.settled_by, "")
    label = "Overig" if theme.is_rest else theme.label
    return [theme.key, label, main_count(told), total, *[*said, "", "", ""][:3], int(theme.settled), by, stability, *_told(told)]


def _quotes(connection: Connection, heard: Heard) -> dict[tuple[str, str], list[str]]:
    """The words that a person cleared and that nobody can be known by."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for quoted in quotes_cleared(connection).values():
        if quoted.holds and quoted.statement_id in heard.now.place_of and not heard.refusal(quoted.statement_id, quoted.source):
            found[heard.now.place_of[quoted.statement_id]].append(quoted.text)
    return found


def findings_table(connection: Connection, programme: Programme, *, published: bool) -> Rows:
    """One row per finding and piece of its evidence, with the figures of then; a quote that is no longer cleared is left out."""
    goals = {goal.number: goal.text for goal in programme.goals}
    pillars = {pillar.key: pillar.official for pillar in programme.pillars}
    areas = programme.wijk_names
    found: Rows = []
    for finding in findings_kept(connection, status="published" if published else ""):
        about = [
            finding.id, finding.title, finding.text, finding.pillar, pillars.get(finding.pillar, finding.pillar), finding.goal or "",
            goals.get(finding.goal or 0, ""), finding.area or programme.key, areas.get(finding.area or "", programme.name), finding.status,
            finding.published_on or "",
        ]  # fmt: skip
        found += [[*about, *_evidence_cells(piece)] for piece in finding.evidence if piece.holds or piece.erased_on] or [
            [*about, *[""] * (len(FINDING_COLUMNS) - len(about))]
        ]
    return found


def _evidence_cells(piece: Piece) -> list[object]:
    about = [piece.kind, piece.theme, piece.label]
    if piece.kind == "quote":
        words = erased_words(piece.erased_on) if piece.erased_on else piece.text
        return [*about, "", *[""] * len(TOLD), words, piece.lang, piece.run_id or "", ""]
    told = Figures(**{name: piece.figures[name] for name in Figures.__dataclass_fields__})
    return [*about, main_count(told), *_told(told), "", "", piece.run_id or "", piece.run_on]


def statements_table(connection: Connection, part: Slice, run: Any) -> Rows:
    """One row per statement of survey and session, with where it stands now; text as it may be read."""
    placed: Mapping[str, Any] = {}
    now = themes_now(connection, run) if run is not None else None
    if run is not None:
        placed = {row.statement_id: row for row in connection.execute(select(PLACEMENT).where(PLACEMENT.c.run_id == run.id))}
    noted = _noted(connection)
    statements = statements_of(connection, part)
    words = readable(connection, [row["id"] for row in statements])
    where = _places(now, placed)
    dutch = {id_: each.text for id_, each in translations_of(connection, words).items() if each.holds}
    found: Rows = []
    for row in statements:
        said = [row["source"], row["survey_key"] or "", row["response_id"] or "", row["question"], row["lang"], row["pillar_asked"] or ""]
        moved = int(now is not None and row["id"] in now.decisions.moved)
        place = where.get(row["id"], [""] * 7)
        found.append([
            row["id"], *said, row["area"] or "", row["channel"], row["stream"], row["said_on"], *place, words[row["id"]], *noted.get(row["id"], ("", "")), moved,
            *((dutch[row["id"]], 1) if row["id"] in dutch else ("", "")),
        ])  # fmt: skip
    return found


def _noted(connection: Connection) -> dict[str, tuple[str, str]]:
    """Statement of a wijkgesprek -> its kind, and its place once a person decided what may be read."""
    asked = select(CONTRIBUTION.c.statement_id, CONTRIBUTION.c.kind, CONTRIBUTION.c.place_note, STATEMENT.c.text, REDACTION.c.spans)
    joined = asked.join(STATEMENT, STATEMENT.c.id == CONTRIBUTION.c.statement_id)
    rows = connection.execute(joined.outerjoin(REDACTION, REDACTION.c.statement_id == STATEMENT.c.id)).all()
    accepted = is_accepted(connection, [row.statement_id for row in rows])
    return {
        row.statement_id: (row.kind, place_told(row.place_note, row.text, row.spans) if row.statement_id in accepted else "")
        for row in rows
    }


def _places(now: ThemesNow | None, placed: Mapping[str, Any]) -> dict[str, list[object]]:
    """Statement -> pillar, confidence, also, theme, label, fit, excluded: as people left them, with how sure the analysis was."""
    if now is None:
        return {}
    labels = {theme.place: theme.label for theme in now.themes}
    return {
        said.id: [
            said.place[0], round(placed[said.id].confidence, 4), placed[said.id].also, said.place[1], labels.get(said.place, ""),
            round(placed[said.id].fit, 4), said.excluded,
        ]
        for said in now.statements
    }  # fmt: skip


def readable_answers(connection: Connection, part: Slice) -> Reads:
    """How the words in the responses of this slice may be read: as their statement, or with everything hidden that may be personal."""
    asked = select(STATEMENT.c.id, STATEMENT.c.response_id, STATEMENT.c.question, STATEMENT.c.pillar_asked).where(part.of_statements())
    ids: dict[tuple[str, str], str] = {}
    for row in connection.execute(asked):  # a question that is asked per pillar has a text for each
        ids[row.response_id, row.question] = ids[row.response_id, f"{row.question}.{row.pillar_asked}"] = row.id
    words = readable(connection, ids.values())

    def read(response_id: str, question: str, said: str) -> str:
        return words[ids[response_id, question]] if (response_id, question) in ids else hidden_text(said)

    return read


def literally(_response_id: str, _question: str, said: str) -> str:
    return said


def response_columns(survey: Survey) -> list[str]:
    return [name for name, _ in FIXED] + [column for column, *_ in _columns(survey)]


def _columns(survey: Survey) -> Iterator[tuple[str, Question, str, str]]:
    """The columns of one survey: name, question, row, option. A multi has one 0/1 column an option; the age gate has none."""
    for question in survey.questions.values():
        if question.gate or question.kind == "info":
            continue
        if question.kind in {"matrix", "open_per_pillar"}:
            yield from ((f"{question.id}__{row.id}", question, row.id, "") for row in question.rows)
        elif question.kind in {"multi", "rank"}:
            yield from ((f"{question.id}__{option.id}", question, "", option.id) for option in question.options)
        else:
            yield question.id, question, "", ""
        if any(option.other for option in question.options):
            taken = question.kind == "multi" and "anders" in question.ids  # that column says 0 or 1
            yield f"{question.id}__anders{'_tekst' if taken else ''}", question, "", TEXT


def responses_table(survey: Survey, responses: Iterable[Answered], read: Reads) -> Iterator[list[object]]:
    """One row per finished response, tidy: codes, 0/1 for each option of a multi, ISO dates, free text as `read` gives it."""
    columns = list(_columns(survey))
    for response in responses:
        values = [_value(response, *column[1:], read) for column in columns]
        yield [
            response.id, survey.key, response.fingerprint[:12], response.lang, response.channel, response.stream, int(response.assisted),
            response.area, response.finished_on, *values,
        ]  # fmt: skip


def _value(response: Answered, question: Question, row: str, option: str, read: Reads) -> object:
    answers = response.answers
    if option == TEXT:
        return read(response.id, f"{question.id}.anders", str(answers.get(f"{question.id}.anders", "")))
    value = answers.get(question.id)
    if value is None:
        return ""
    if row:
        said = value.get(row, "")
        return read(response.id, f"{question.id}.{row}", said) if said and question.kind == "open_per_pillar" else said
    if option:
        return _chosen(question, option, value)
    return read(response.id, question.id, str(value)) if question.kind in {"open", "text"} else value


def _chosen(question: Question, option: str, value: Sequence[str]) -> object:
    """1 or 0 for an option of a multi; its place, or nothing, for one of a rank."""
    if question.kind == "rank":
        return value.index(option) + 1 if option in value else ""
    return int(option in value)


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
    if option == TEXT or question.kind in {"open", "open_per_pillar", "text"}:
        return "tekst, namen en nummers verborgen"
    if question.kind == "multi":
        return "1 = gekozen; 0 = niet gekozen; leeg = vraag niet beantwoord"
    if question.kind == "rank":
        return f"plaats, 1 is eerst, tot en met {question.at_most or len(question.options)}; leeg = geen plaats"
    if question.kind == "grade":
        return f"{question.grades[0]} tot en met {question.grades[-1]}" + ("; dk = Weet ik niet" if question.allow_dk else "")
    if question.options:
        return "; ".join(f"{each.id} = {each.text}" for each in question.options)
    return {"number": "getal", "date": "datum (ISO 8601)", "consent": "ja = akkoord; leeg = niet"}.get(question.kind, "")
