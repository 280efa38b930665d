"""Room findings: every answer of a run across its themes: those that fit a filter, in the order in which a person's look helps, and the one at hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, true
from sqlalchemy.sql import ColumnElement

from app.acts import NOTHING, REST, Act, Decisions, Place, all_acts, fold
from app.areas import Programme
from app.findings.frames import Slice
from app.findings.themes import label_of, places_in
from app.findings.translating import Translated
from app.findings.words import pillar_names
from app.forms import read_day
from app.i18n import N_
from app.models.tables import CODEBOOK_VERSION, CONTRIBUTION, PAGE, PLACEMENT, REQUEST, STATEMENT, SURVEY, THEME, TRANSLATION, VERSION
from app.reading import hash_of, readable
from app.survey import Option, load_survey

AT_ONCE = 15  # answers on a page
AGE = "leeftijd"  # the question of a survey that asks how old somebody is
DUTCH = "nl"
UNSURE, LOOSE = 0.15, 0.5  # under this margin between two pillars, or this fit, the computer doubts
STANDS = {
    "nieuw": N_("Nog niet bekeken"), "klopt": N_("Klopt"), "verplaatst": N_("Verplaatst"), "twijfel": N_("Twijfel"),
    "meer": N_("Meer thema's"), "onvertaald": N_("Nog niet vertaald"),
}  # fmt: skip
ORDERS = {"": N_("Waar uw hulp het meest helpt"), "twijfel": N_("Twijfel eerst"), "lang": N_("Langste eerst")}
Wanted = Mapping[str, str]


@dataclass(frozen=True)
class Spot:
    """A theme, or the rest of a pillar, with its name."""

    place: Place
    label: str

    @property
    def is_rest(self) -> bool:
        return self.place[1] == REST


@dataclass(frozen=True)
class Work:
    """A run with everything that people decided; `labels` are the themes that a statement can go to."""

    run: Any
    acts: list[Act]
    decisions: Decisions
    labels: dict[Place, str]

    def spot(self, place: Place) -> Spot:
        if place[1] in {REST, NOTHING}:
            return Spot(place, N_("Rest") if place[1] == REST else N_("Geen inhoud"))
        return Spot(place, self.labels.get(place) or label_of(place, {}, self.decisions))


@dataclass(frozen=True)
class Standing:
    """One statement where it stands now; `excluded` says why it is not counted, `row` is what is kept of it."""

    id: str
    place: Place
    also: tuple[Place, ...]
    excluded: str
    row: Any

    @property
    def doubt(self) -> float:
        """Small when the computer doubts: the distance between two pillars, or how well it fits."""
        return float(self.row.fit if self.row.margin is None else self.row.margin)

    @property
    def is_doubtful(self) -> bool:
        return not self.excluded and self.doubt < (LOOSE if self.row.margin is None else UNSURE)


@dataclass(frozen=True)
class Found:
    """One page of what was found, with what may be read of it, and the way from the one at hand to the next."""

    shown: list[Standing]
    texts: Mapping[str, str]
    n: int
    n_looked_at: int
    nth: int
    number: int
    pages: int
    before: str = ""
    after: str = ""

    @property
    def at_hand(self) -> Standing | None:
        return self.shown[self.nth % AT_ONCE] if self.shown else None

    def dutch(self, standing: Standing) -> Translated | None:
        """What a person made of it in Dutch."""
        return translation(standing, self.texts[standing.id])


def work_of(connection: Connection, run: Any) -> Work:
    """Two questions to the database, however much was decided."""
    acts = all_acts(connection)
    decisions = fold(acts)
    rows = {(row.pillar, row.key): row for row in connection.execute(select(THEME).where(THEME.c.run_id == run.id))}
    known = [place for place in sorted({*rows, *decisions.made, *decisions.moved.values()}) if place[1] not in {REST, NOTHING}]
    labels = {place: label_of(place, rows, decisions) for place in known if decisions.place_of(place) == place}
    return Work(run, acts, decisions, labels)


def places_to_go(work: Work, programme: Programme) -> dict[str, Place]:
    """What can be typed or chosen -> where it leads: every theme with the pillar it belongs to, and the rest of every pillar."""
    names = pillar_names(programme)
    themes = sorted(work.labels.items(), key=lambda item: item[1].casefold())
    found = {f"{label} – {names.get(pillar, pillar)}": (pillar, key) for (pillar, key), label in themes}
    return found | {f"Rest – {name}": (pillar, REST) for pillar, name in names.items()}


def place_meant(places: Mapping[str, Place], typed: str) -> Place | None:
    """The one place that these words can mean: written out, as its key, or a part of one name alone."""
    words = " ".join(typed.split()).casefold()
    exact = [place for name, place in places.items() if words in {name.casefold(), "/".join(place), name.rpartition(" – ")[0].casefold()}]
    found = exact or [place for name, place in places.items() if words and words in name.casefold()]
    return found[0] if len(set(found)) == 1 else None


# ------------------------------------------------------------------------------------------- what is found
def find(connection: Connection, work: Work, wanted: Wanted) -> Found:
    """What fits the filter. A word is looked for in what may be read, so that nothing hidden can be probed."""
    fits = [one for one in standings(connection, work, wanted) if _is_in(one, wanted)]
    word, stand, texts = wanted["woord"].casefold(), wanted["stand"], {}
    if word or stand == "onvertaald":
        texts = readable(connection, [one.id for one in fits if word or one.row.hash])
    if word:
        fits = [one for one in fits if word in texts[one.id].casefold()]
    n_looked_at = sum(1 for one in fits if one.id in work.decisions.accepted)
    found = [one for one in fits if _stands(one, work.decisions, stand, texts)]
    found.sort(key=lambda one: (*_rank(one, work.decisions, wanted["orde"]), one.id))
    nth = next((nth for nth, one in enumerate(found) if one.id == wanted["uitspraak"]), -1)
    pages = max(1, -(-len(found) // AT_ONCE))
    number = nth // AT_ONCE + 1 if nth >= 0 else min(max(1, int(wanted["p"] or 1)), pages)
    nth = nth if nth >= 0 else (number - 1) * AT_ONCE
    shown = found[(number - 1) * AT_ONCE : number * AT_ONCE]
    before, after = (found[at].id if 0 <= at < len(found) else "" for at in (nth - 1, nth + 1))
    return Found(
        shown, texts if word else readable(connection, [one.id for one in shown]), len(found), n_looked_at, nth, number, pages, before, after
    )  # fmt: skip


def standings(connection: Connection, work: Work, wanted: Wanted, *, only: str = "") -> Iterable[Standing]:
    """The statements of this run that the database finds, each where it stands now."""
    columns = (
        STATEMENT.c.id, STATEMENT.c.lang, STATEMENT.c.source, STATEMENT.c.stream, STATEMENT.c.area, STATEMENT.c.pillar_asked,
        PLACEMENT.c.pillar, PLACEMENT.c.theme, PLACEMENT.c.excluded, PLACEMENT.c.also_themes, PLACEMENT.c.also.label("further"),
        PLACEMENT.c.fit, PLACEMENT.c.margin, PLACEMENT.c.ask, PLACEMENT.c.reasons, func.length(STATEMENT.c.text).label("length"),
        CONTRIBUTION.c.kind, TRANSLATION.c.text.label("dutch"), TRANSLATION.c.made_by, TRANSLATION.c.made_at, TRANSLATION.c.source_hash.label("hash"),
    )  # fmt: skip
    asked = (
        select(*columns)
        .join(PLACEMENT, PLACEMENT.c.statement_id == STATEMENT.c.id)
        .outerjoin(CONTRIBUTION, CONTRIBUTION.c.statement_id == STATEMENT.c.id)
        .outerjoin(TRANSLATION, TRANSLATION.c.statement_id == STATEMENT.c.id)
        .where(PLACEMENT.c.run_id == work.run.id, STATEMENT.c.id == only if only else _where(wanted))
    )
    return [_standing(row, work.decisions) for row in connection.execute(asked)]


def _standing(row: Any, decisions: Decisions) -> Standing:
    moved = decisions.moved.get(row.id)
    place = decisions.place_of(moved or (row.pillar, row.theme))
    excluded = "" if moved and moved[1] != NOTHING else row.excluded
    also = () if excluded else decisions.also_of(row.id, places_in(row.also_themes), place)
    return Standing(row.id, place, also, excluded, row)


def _where(wanted: Wanted) -> ColumnElement[bool]:
    """What the database can tell by itself."""
    conditions: list[ColumnElement[bool]] = []
    if wanted["wijk"]:
        unknown = wanted["wijk"] == "onbekend"
        conditions.append(
            or_(STATEMENT.c.area.is_(None), STATEMENT.c.area == "onbekend") if unknown else STATEMENT.c.area == wanted["wijk"]
        )
    if wanted["taal_van"]:
        conditions.append(STATEMENT.c.lang == wanted["taal_van"])
    if wanted["bron"]:
        conditions.append(STATEMENT.c.source == wanted["bron"])
    if wanted["leeftijd"]:
        of_that_age = select(PAGE.c.response_id).where(PAGE.c.answers[AGE].as_string() == wanted["leeftijd"])
        conditions.append(STATEMENT.c.response_id.in_(of_that_age))
    conditions += [STATEMENT.c.text.icontains(letters, autoescape=True) for letters in _letters(wanted["woord"])]
    return and_(true(), *conditions)


def _letters(word: str) -> list[str]:
    """The parts of a word that every database finds whatever its capitals: fewer texts to read. The rest is looked at afterwards."""
    plain = "".join(sign if sign.isascii() or sign.lower() == sign.upper() else " " for sign in word)
    return plain.split() if "[" not in word else []


def _is_in(one: Standing, wanted: Wanted) -> bool:
    """What only the decisions tell: under which pillar and theme it stands now."""
    pillar, _, key = wanted["thema"].partition("/")
    in_theme = not key or (pillar, key) == one.place or (pillar, key) in one.also
    return in_theme and wanted["pijler"] in {"", one.place[0]} and not (key and one.excluded)


def translation(one: Standing, text: str) -> Translated | None:
    """What a person made of it in Dutch, as translations_of() tells it, from what was read together with all the rest."""
    row = one.row
    return Translated(row.dutch, row.made_by, row.made_at, holds=hash_of(text) == row.hash) if row.hash else None


def _stands(one: Standing, decisions: Decisions, stand: str, texts: Mapping[str, str]) -> bool:
    by, dutch = decisions.accepted.get(one.id), translation(one, texts.get(one.id, "")) if stand == "onvertaald" else None
    return {
        "": True,
        "nieuw": by is None,
        "klopt": by is not None and by.kind == "accept",
        "verplaatst": by is not None and by.kind != "accept",
        "twijfel": by is None and one.is_doubtful,
        "meer": bool(one.also),
        "onvertaald": one.row.lang != DUTCH and (dutch is None or not dutch.holds),
    }[stand]


def _rank(one: Standing, decisions: Decisions, order: str) -> tuple[float, ...]:
    """What was looked at comes last, unless the longest are asked for; without an order of the run the most doubtful come first."""
    if order == "lang":
        return (-one.row.length,)
    done, unasked = one.id in decisions.accepted, order == "twijfel" or one.row.ask is None
    return (done, bool(one.excluded), unasked, 0 if unasked else one.row.ask, one.doubt)


# ------------------------------------------------------------------------------------------- around it
def around(connection: Connection, run: Any) -> tuple[str, bool, dict[str, Option], dict[str, str]]:
    """In one question: the run that is asked for or under way, "" when there is none; whether the codebook is frozen; the age groups that surveys of this
    run know; their titles.
    """
    busy = select(REQUEST.c.id).where(REQUEST.c.state.in_(("waiting", "running"))).order_by(REQUEST.c.asked_at.desc()).limit(1)
    newest = select(CODEBOOK_VERSION.c.opened_at.is_(None)).order_by(CODEBOOK_VERSION.c.number.desc()).limit(1)
    one = select(busy.scalar_subquery().label("busy"), newest.scalar_subquery().label("frozen")).subquery()
    within = SURVEY.c.key == run.survey_key if run.survey_key else SURVEY.c.audience == "resident"
    surveys = one.outerjoin(SURVEY, within).outerjoin(VERSION, VERSION.c.fingerprint == SURVEY.c.fingerprint)
    rows = connection.execute(
        select(one.c.busy, one.c.frozen, SURVEY.c.key, VERSION.c.source).select_from(surveys).order_by(SURVEY.c.key)
    ).all()
    known = {row.key: _survey(row.source, row.key) for row in rows if row.source}
    ages = {option.id: option for _, options in known.values() for option in options}
    return rows[0].busy or "", bool(rows[0].frozen), ages, {key: title for key, (title, _) in known.items()}


@lru_cache(maxsize=64)
def _survey(source: str, key: str) -> tuple[str, tuple[Option, ...]]:
    survey = load_survey(source, key)
    return survey.title, survey.questions[AGE].options if AGE in survey.questions else ()


def part_of(parameters: Mapping[str, Any]) -> Slice:
    """What a run was about, to run it again."""
    texts = {name: str(parameters.get(name, "")) for name in ("survey", "wave", "source", "since", "until")}
    return Slice(texts["survey"], texts["wave"], read_day(texts["since"]), read_day(texts["until"]), texts["source"])
