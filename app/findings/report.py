"""Room findings: what a report says: themes with the figures that left, published findings with their evidence, how it was done, and its limits."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, select

from app.access import ROWS
from app.acts import Place
from app.areas import Programme
from app.disclosure import DASH
from app.findings.codebook import Entry, entries_now, frozen_now
from app.findings.export import NotAllowed, apart_run
from app.findings.frames import Slice
from app.findings.quotes import Heard, Quoted, quotes_cleared
from app.findings.released import Moment, keep_moment
from app.findings.report_blocks import Block, Report
from app.findings.report_texts import CODEBOOK, DASHES, LIMITS, METHOD, NO_FINDINGS, SMALL, STATUS
from app.findings.runs import newest_run
from app.findings.shares import WHOLE, Figures
from app.findings.stated import Kept, Piece, findings_kept
from app.findings.themes import ThemeNow
from app.findings.trust import Scored, card_of
from app.i18n import SOURCE, date_text, direction, language_name, listed, number_text
from app.models.tables import STAFF
from app.reading import erased_words
from app.settings import HERE, Settings
from app.web import ROLE_NAMES

KINDS = ("findings",)
LATER = ("year", "council", "newsletter")
APART = ("professional", "kennissessie")
Tells = Callable[[Figures], int | None]
# What a column of figures is called, of which run it tells, and which figure it is.
COLUMNS: Sequence[tuple[str, str, Tells]] = (
    ("Steekproef", "survey", lambda told: told.n),
    ("Open link", "survey", lambda told: told.open_link),
    ("Balie", "survey", lambda told: told.desk),
    ("Wijkgesprekken", "wijkgesprek", lambda told: told.contributions),
    ("Professionals", "professional", lambda told: None if None in {told.n, told.open_link} else (told.n or 0) + (told.open_link or 0)),
    ("Kennissessies", "kennissessie", lambda told: told.contributions),
)


@dataclass(frozen=True)
class Asked:
    """Which report: on whose behalf, of which year, from which source ("" is all of it), and whether what is not published yet stands in it."""

    role: str
    wave: str = ""
    source: str = ""
    drafts: bool = False


@dataclass(frozen=True)
class Told:
    """Everything that the report rests on; `moments` by source, each a run of its own."""

    programme: Programme
    asked: Asked
    moments: dict[str, Moment]
    findings: Sequence[Kept]
    quotes: Sequence[tuple[Place, Quoted]]
    entries: dict[Place, Entry]
    roles: dict[str, str] = field(default_factory=dict)

    @property
    def main(self) -> Moment:
        return next(iter(self.moments.values()))

    @property
    def columns(self) -> list[tuple[str, str, Tells]]:
        """Those in which anything was said."""
        return [
            column
            for column in COLUMNS
            if (moment := self.moments.get(column[1])) and any(column[2](told) != 0 for told in moment.figures.values())
        ]

    def count(self, column: tuple[str, str, Tells], place: Place) -> int | None:
        told = self.moments[column[1]].figures.get(place)
        return 0 if told is None else column[2](told)

    def themes(self, pillar: str) -> list[ThemeNow]:
        """Those of which any figure may be told; by the figures that are told, the rest last."""
        found: dict[Place, ThemeNow] = {}
        for moment in self.moments.values():
            for theme in moment.now.themes:
                if theme.pillar == pillar and any(self.count(column, theme.place) for column in self.columns):
                    found.setdefault(theme.place, theme)
        return sorted(
            found.values(),
            key=lambda theme: (theme.is_rest, *(-(self.count(each, theme.place) or 0) for each in self.columns), theme.label),
        )

    def is_small(self, pillar: str) -> bool:
        """Whether this pillar has themes that few people named."""
        shown = {theme.place for theme in self.themes(pillar)}
        named = (theme for moment in self.moments.values() for theme in moment.now.themes if theme.pillar == pillar and theme.n)
        return any(theme.place not in shown for theme in named)


def findings_report(engine: Engine, settings: Settings, programme: Programme, asked: Asked) -> Report:
    """The report over what was found; its figures are those that left, or leave with it.

    Raises NotAllowed for a year or a draft on behalf of who sees no rows, LookupError when there was no run, ValueError when nothing can leave.
    """
    if asked.wave and asked.role not in ROWS:
        raise NotAllowed("a report over one year is for analyst and admin: beside the whole it can give a person away")
    if asked.drafts and asked.role not in ROWS:
        raise NotAllowed("findings that are not published are for analyst and admin")
    runs = _runs(engine, asked)
    left = {run.id: keep_moment(engine, settings, programme, run, Slice(wave=asked.wave), first=not asked.wave) for run in runs.values()}
    moments = {source: left[run.id] for source, run in runs.items()}
    with engine.connect() as connection:
        told = _told(connection, settings, programme, asked, moments)
        facts, method = _facts(connection, settings, told), [*METHOD, *_measured(connection, told)]
    blocks = [*_about_figures(told), *_pillars(told), *_findings(told), *_how(method), *_codebook(told), *_all_figures(told)]
    return Report(f"Wat wij hoorden in {programme.name}", programme.programme, facts, blocks)


def _runs(engine: Engine, asked: Asked) -> dict[str, Any]:
    """The newest run of each source that was asked for; what residents said in surveys and wijkgesprekken is one run."""
    with engine.connect() as connection:
        own = {source: apart_run(connection, source) for source in APART if asked.source in {"", source}}
        found = {source: run for source, run in own.items() if run is not None}
        if asked.source not in APART:
            run = newest_run(connection, "")
            found = {source: run for source in ("survey", "wijkgesprek") if asked.source in {"", source}} | found
    if not found:
        raise LookupError(f"no analysis was run over --source {asked.source}: run `wijkstem analyse` first")
    return found


def _told(connection: Connection, settings: Settings, programme: Programme, asked: Asked, moments: dict[str, Moment]) -> Told:
    findings = findings_kept(connection, status="" if asked.drafts else "published")
    used = {piece.statement_id for finding in findings for piece in finding.quotes}
    main = next(iter(moments.values()))
    heard = Heard(main.run, main.now, main.figures)
    quotes = [
        (main.now.place_of[quoted.statement_id], quoted)
        for quoted in quotes_cleared(connection).values()
        if quoted.holds and quoted.statement_id not in used and quoted.statement_id in main.now.place_of
        and not heard.refusal(quoted.statement_id, quoted.source) and asked.source in {"", quoted.source}
    ]  # fmt: skip
    shown = {place for moment in moments.values() for place, figures in moment.figures.items() if figures.is_shown}
    roles = {row.name: row.role for row in connection.execute(select(STAFF.c.name, STAFF.c.role))}
    return Told(programme, asked, moments, findings, quotes, entries_now(connection, settings, main.now, shown), roles)


# ------------------------------------------------------------------------------------------- how a figure is written
def _number(n: int | None) -> str:
    return DASH if n is None else number_text(n, SOURCE)


def _percent(share: float | None) -> str:
    return DASH if share is None else f"{100 * share:.1f}".replace(".", ",")


def _share(told: Figures | None) -> str:
    """With its margin; empty where there is no sample, so no share."""
    if told is None or told.base == 0:
        return ""
    return DASH if told.share is None else f"{_percent(told.share)} % ({_percent(told.low)} tot {_percent(told.high)} %)"


def _scored(found: Scored) -> str:
    low, high = found.ends
    return f"{_percent(found.share)} procent ({number_text(found.same, SOURCE)} van {number_text(found.n, SOURCE)}; marge {_percent(low)} tot {_percent(high)})"


# ------------------------------------------------------------------------------------------- parts
def _facts(connection: Connection, settings: Settings, told: Told) -> list[tuple[str, str]]:
    main, frozen = told.main, frozen_now(connection)
    days = [_day(moment.run.made_at) for moment in told.moments.values()]
    left = f"vastgesteld op {_day(main.made_at)}" if main.made_at else "nog niet vastgesteld"
    book = f"versie {frozen.number}, vastgezet op {_day(frozen.frozen_at)}" if frozen else "niet vastgezet"
    used = main.run.codebook_version
    runs = list(dict.fromkeys(moment.run.id for moment in told.moments.values()))
    found = [
        ("Gebied", f"{told.programme.name}, {told.programme.municipality}"),
        ("Gemaakt op", date_text(settings.today(), SOURCE)),
        ("Gaat over", f"{_asked_words(told)}"),
        ("Analyse", f"{listed(runs, SOURCE)}, van {listed(list(dict.fromkeys(days)), SOURCE)} ({main.run.software})"),
        ("Cijfers", left),
        ("Codeboek", f"{book}; de analyse gebruikte versie {used}" if used else book),
    ]
    return [(name, str(value)) for name, value in found]


def _day(moment: Any) -> str:
    return date_text(moment.astimezone(HERE).date(), SOURCE)


def _asked_words(told: Told) -> str:
    names = {source: name.lower() for name, source, _ in reversed(COLUMNS)} | {"survey": "vragenlijst van bewoners"}
    return listed([names[source] for source in told.moments], SOURCE) + (f", in {told.asked.wave}" if told.asked.wave else "")


def _measured(connection: Connection, told: Told) -> Iterator[str]:
    """What is known of who decided, and how far people and machine agree."""
    settled = {
        theme.place: theme.settled_by
        for moment in told.moments.values()
        for theme in moment.now.themes
        if theme.settled and not theme.is_rest
    }
    shown = [theme for pillar in _keys(told) for theme in told.themes(pillar) if not theme.is_rest]
    roles = sorted({ROLE_NAMES[told.roles[name]] for name in settled.values() if name in told.roles})
    by = f" (door: {listed(roles, SOURCE)})" if roles else ""
    yield f"Van de {len(shown)} thema's in dit rapport {'stelde een mens er' if shown else 'zijn er'} {sum(theme.place in settled for theme in shown)} vast{by}. De andere zijn een voorstel van de computer."  # fmt: skip
    card = card_of(connection, told.programme, "office")
    if card is None:
        return
    if card.machine:
        yield f"Mensen verbeterden {number_text(card.machine.pillar.n, SOURCE)} antwoorden of keurden ze goed. De computer had uit zichzelf dezelfde pijler gekozen bij {_scored(card.machine.pillar)}, hetzelfde thema bij {_scored(card.machine.theme)}."  # fmt: skip
    else:
        yield "Hoe vaak de computer gelijk heeft, is nog niet gemeten: mensen keken nog niet genoeg antwoorden na."
    if card.coders:
        yield f"Een tweede codeur, die niet zag wat de eerste koos, koos hetzelfde bij {_scored(card.coders)}."
    else:
        yield "Een tweede codeur heeft nog niet meegekeken."


def _about_figures(told: Told) -> Iterator[Block]:
    yield Block("heading", "Wat mensen zeiden")
    base = told.main.figures[WHOLE].base if "survey" in told.moments else 0
    if base != 0:
        yield Block("text", f"In de uitgenodigde steekproef beantwoordden {_number(base)} mensen ten minste één open vraag. Alleen van hen staat een deel in procenten, met de marge van 95 procent.")  # fmt: skip
    yield Block("text", DASHES % {"n": told.programme.thresholds.resident, "few": told.programme.thresholds.professional})


def _keys(told: Told) -> list[str]:
    """Pillars in the order of the programme, and last what fits none."""
    return [*(pillar.key for pillar in told.programme.pillars), "overig"]


def _names(told: Told) -> dict[str, str]:
    return {pillar.key: pillar.official for pillar in told.programme.pillars} | {"overig": "Overig"}


def _pillars(told: Told) -> Iterator[Block]:
    for pillar, name in _names(told).items():
        themes = told.themes(pillar)
        if not themes and not told.is_small(pillar):
            continue
        yield Block("heading", name, 3)
        if themes:
            yield _themes_table(told, name, themes)
        if told.is_small(pillar):
            yield Block("text", SMALL)
        for place, quoted in told.quotes:
            if place[0] == pillar and place in {theme.place for theme in themes}:
                yield _quote(
                    quoted.text,
                    quoted.lang,
                    quoted.dutch.text if quoted.dutch else "",
                    next(theme.label for theme in themes if theme.place == place),
                )


def _themes_table(told: Told, name: str, themes: Sequence[ThemeNow]) -> Block:
    has_share = "survey" in told.moments and told.main.figures[WHOLE].base != 0
    columns = ["Thema", *(("Deel van de steekproef (marge)",) if has_share else ()), *(column[0] for column in told.columns)]
    rows = [
        [
            "Overig" if theme.is_rest else theme.label,
            *((_share(told.main.figures.get(theme.place)),) if has_share else ()),
            *(_number(told.count(column, theme.place)) for column in told.columns),
        ]
        for theme in themes
    ]
    return Block("table", f"Thema's binnen {name}", columns=columns, rows=rows)


def _quote(text: str, lang: str, dutch: str, about: str) -> Block:
    by = f"Over “{about}”" if lang == SOURCE else f"Over “{about}”, gezegd in het {language_name(lang, SOURCE)}"
    missing = "" if lang == SOURCE or dutch else ". Nog niet vertaald."
    return Block("quote", text, lang=lang, dir=direction(lang), dutch=dutch, by=by + missing)


def _findings(told: Told) -> Iterator[Block]:
    yield Block("heading", "Bevindingen")
    if not told.findings:
        yield Block("text", NO_FINDINGS)
    order = {key: nth for nth, key in enumerate(_keys(told))}
    for finding in sorted(told.findings, key=lambda each: (order.get(each.pillar, len(order)), each.title, each.id)):
        yield from _finding(told, finding)


def _finding(told: Told, finding: Kept) -> Iterator[Block]:
    goals = {goal.number: goal.text for goal in told.programme.goals}
    areas = told.programme.wijk_names
    yield Block("heading", finding.title, 3)
    said = [_names(told).get(finding.pillar, finding.pillar), areas.get(finding.area or "", told.programme.name)]
    said += [f"doel {finding.goal}: {goals[finding.goal]}"] if finding.goal in goals else []
    said += [f"gepubliceerd op {date_text(finding.published_on, SOURCE)}" if finding.published_on else STATUS[finding.status]]
    yield Block("text", " · ".join(said))
    yield from (Block("text", part) for part in finding.text.split("\n") if part.strip())
    if finding.themes:
        rows = [_evidence(piece) for piece in finding.themes]
        columns = ["Thema", "Deel van de steekproef (marge)", "Steekproef", "Open link", "Wijkgesprekken", "Analyse van"]
        yield Block("table", f"Cijfers onder “{finding.title}”, zoals ze toen waren", columns=columns, rows=rows)
    for piece in finding.quotes:
        if piece.erased_on:
            yield Block("text", f"Bij “{piece.label}”: {erased_words(piece.erased_on)}.")
        elif piece.holds:
            yield _quote(piece.text, piece.lang, piece.dutch.text if piece.dutch else "", piece.label)


def _evidence(piece: Piece) -> list[str]:
    then = Figures(**{name: piece.figures[name] for name in Figures.__dataclass_fields__})
    return [
        piece.label,
        _share(then),
        _number(then.n),
        _number(then.open_link),
        _number(then.contributions),
        date_text(piece.run_on, SOURCE),
    ]


def _how(method: Sequence[str]) -> Iterator[Block]:
    yield Block("heading", "Hoe dit is gedaan")
    yield from (Block("text", each) for each in method)
    yield Block("heading", "Wat dit rapport niet kan zeggen")
    yield Block("list", lines=LIMITS)


def _codebook(told: Told) -> Iterator[Block]:
    yield Block("heading", "Bijlage 1. Codeboek")
    yield Block("text", CODEBOOK)
    for pillar, name in _names(told).items():
        rows = [
            [entry.label, entry.definition, entry.includes, entry.excludes] for entry in told.entries.values() if entry.pillar == pillar
        ]
        if rows:
            yield Block("heading", name, 3)
            yield Block("table", f"Codeboek: {name}", columns=("Thema", "Omschrijving", "Hoort erbij", "Hoort er niet bij"), rows=rows)


def _all_figures(told: Told) -> Iterator[Block]:
    yield Block("heading", "Bijlage 2. Alle cijfers")
    has_share = "survey" in told.moments and told.main.figures[WHOLE].base != 0
    columns = [
        "Pijler",
        "Thema",
        *(column[0] for column in told.columns),
        *(("Deel (%)", "Van (%)", "Tot (%)") if has_share else ()),
        "Komt terug",
        "Stand",
    ]
    rows = []
    for pillar, name in _names(told).items():
        for theme in told.themes(pillar):
            own = told.main.figures.get(theme.place)
            ends = [_percent(value) for value in (own.share, own.low, own.high)] if own else [DASH] * 3
            counts = [_number(told.count(column, theme.place)) for column in told.columns]
            state = "" if theme.is_rest else "vastgesteld" if theme.settled else "voorstel"
            rows.append([name, "Overig" if theme.is_rest else theme.label, *counts, *(ends if has_share else ()), _steady(theme), state])
    yield Block("table", "Alle thema's waarvan een cijfer naar buiten mag", columns=columns, rows=rows)
    yield Block(
        "text",
        "Komt terug: de analyse is overgedaan op delen van de antwoorden. 1 is: het thema kwam altijd terug. Onder 0,6 is het twijfelachtig. Leeg: niet gemeten.",
    )


def _steady(theme: ThemeNow) -> str:
    return "" if theme.is_rest or theme.stability is None else f"{theme.stability:.2f}".replace(".", ",")
