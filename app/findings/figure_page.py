"""Room findings: what the page of figures was asked for, and everything that it may tell about that."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from app.access import ROWS
from app.acts import REST
from app.areas import OUTSIDE, UNKNOWN, Programme
from app.findings.compared import Trend, apart, differences, largest, trends, words_of
from app.findings.fallback import GOAL, KINDS, PILLAR, THEME, Node, Tree, tree_of
from app.findings.figures import BASE, OTHERS, SAMPLE, Block, as_told, blocks_of, totals_of, years_of
from app.findings.frames import Slice
from app.findings.released import earlier_of, scope_of
from app.findings.shares import figures, figures_in
from app.findings.voices import KENNISSESSIE, PROFESSIONAL, STREAMS, Voice, Voices, voices_of
from app.findings.words import SOURCE_WORDS, STREAM_WORDS, area_names, pillar_names
from app.i18n import LANGUAGES, N_
from app.models.answers import CHANNELS

BY = {
    "bron": N_("bron"), "wijk": N_("wijk"), "leeftijd": N_("leeftijd"), "weg": N_("manier van meedoen"), "taal": N_("taal"),
}  # fmt: skip
KIND_WORDS = {"thema": N_("thema's"), "doel": N_("doelen"), "pijler": N_("pijlers")}
OF_SOURCE = {
    "": STREAMS, "bewoners": ("sample", "open_link", "desk"), "wijkgesprek": ("wijkgesprek",), "professionals": (PROFESSIONAL,),
    "kennissessie": (KENNISSESSIE,),
}  # fmt: skip
SOURCE_NAMES = {
    "": N_("alles naast elkaar"), "bewoners": N_("bewonersenquête"), "wijkgesprek": N_("wijkgesprekken"), "professionals": N_("professionals"),
    "kennissessie": N_("kennissessies"),
}  # fmt: skip
CHANNEL_WORDS = {"web": N_("internet"), "kiosk": N_("kiosk"), "paper": N_("papier"), "oral": N_("gesprek"), "phone": N_("telefoon")}
WAY_WORDS = {"": N_("een streepje"), "doel": N_("doel of pijler in dezelfde groep"), "gebied": N_("het cijfer van iedereen")}
NO_AGE, TOGETHER = N_("leeftijd onbekend"), N_("overige samen")
STREAM_NAMES = STREAM_WORDS | SOURCE_WORDS | {PROFESSIONAL: N_("professionals")}
MOST_BARS, MOST_SIDE_BY_SIDE, MOST_DISCS = 12, 6, 9


@dataclass(frozen=True)
class Asked:
    """What stands in the address. Who sees no rows asks for a year and a source alone: two overlapping parts can give a person away."""

    by: str = "bron"
    kind: str = "thema"
    year: str = ""
    source: str = ""
    way: str = ""
    words: str = ""
    survey: str = ""
    since: date | None = None
    until: date | None = None
    wrong: str = ""

    @property
    def is_part(self) -> bool:
        return bool(self.survey or self.since or self.until)

    def fits(self, voice: Voice) -> bool:
        day = voice.said_on
        return (self.survey in {"", voice.survey}) and (self.since or day) <= day <= (self.until or day)


@dataclass(frozen=True)
class Shown:
    """Everything that the page tells: figures of one release, and what follows from them."""

    asked: Asked
    voices: Voices
    programme: Programme
    tree: Tree
    years: Mapping[str, Block]
    all_blocks: Mapping[str, Block]
    group_of: Callable[[Voice], str]
    group_names: Mapping[str, str]
    sees_rows: bool

    @cached_property
    def blocks(self) -> list[Block]:
        """Of the chosen source, each stream apart."""
        return [self.all_blocks[stream] for stream in OF_SOURCE[self.asked.source] if stream in self.all_blocks]

    @cached_property
    def main(self) -> Block | None:
        """What is drawn: the invited sample, or else the first that there is."""
        return next(iter(self.blocks), None)

    def rows(self, kind: str = "") -> list[tuple[str, list[tuple[Node, Node]]]]:
        """Pillars in the order of the programme, each with its subjects: what a row is called, and whose figures it has. Largest first, by told figures alone."""
        wanted = self.tree.shown_as(KINDS[list(KIND_WORDS).index(kind or self.asked.kind)])
        found = []
        for pillar in pillar_names(self.programme):
            mine = [pair for pair in wanted if pair[0].pillar == pillar and self.tells(pair[0])]
            if mine and mine[0][0].kind == THEME:
                mine.sort(
                    key=lambda pair: (
                        pair[0].key == REST,
                        *(-(block.at(pair[1]).n or 0) for block in self.blocks),
                        self.name(pair[0]).casefold(),
                    )
                )
            if mine:
                found.append((pillar, mine))
        return found

    def nodes(self, kind: str = "") -> list[Node]:
        return list(dict.fromkeys(node for _, rows in self.rows(kind) for _, node in rows))

    def tells(self, node: Node) -> bool:
        """Who sees no rows reads no theme that few people named."""
        return self.sees_rows or node.kind != THEME or any(block.tells(node) for block in self.all_blocks.values())

    def left_out(self, pillar: str) -> bool:
        return any(row.pillar == pillar and not self.tells(row) for row, _ in self.tree.shown_as(THEME))

    def name(self, node: Node) -> str:
        if node.kind == GOAL:
            return next((goal.text for goal in self.programme.goals if str(goal.number) == node.key), node.key)
        if node.kind == PILLAR:
            return pillar_names(self.programme)[node.pillar]
        return self.voices.labels.get((node.pillar, node.key), node.key)

    def together(self, node: Node, row: Node) -> list[str]:
        """The other themes that a wider figure counts; None of a theme that may not be told."""
        return [self.name(theme) for theme in self.tree.themes_in(node) if theme != row and theme.key != REST and self.tells(theme)]

    def base(self, block: Block, group: str = "") -> int | None:
        return block.told.get((*BASE, group), 0)

    @cached_property
    def differing(self) -> dict[tuple[Node, str], bool]:
        """Subjects and groups beyond chance; the invited sample alone says something about others than who answered."""
        sample = self.all_blocks.get(SAMPLE)
        return differences(sample, self.nodes()) if sample and sample in self.blocks and sample.groups else {}

    @cached_property
    def against(self) -> list[tuple[Node, bool]]:
        """Where professionals differ from residents, when both are shown."""
        ours, theirs = self.all_blocks.get(SAMPLE) or self.all_blocks.get("open_link"), self.all_blocks.get(PROFESSIONAL)
        return apart(ours, theirs, self.nodes("thema")) if ours and theirs and ours in self.blocks and theirs in self.blocks else []

    @cached_property
    def trends(self) -> list[Trend]:
        """The chosen stream over the years, when there is more than one."""
        block = self.years.get(self.main.stream) if self.main else None
        if block is None or len(block.groups) < 2:
            return []
        nodes = [node for node in self.nodes() if self.sees_rows or block.tells(node)]
        return trends(block, largest(block, nodes, len(nodes)) or nodes, self.voices)

    def origin(self, trend: Trend) -> Node | None:
        """The theme that this one was split from, when its name may be told."""
        node = Node(THEME, *trend.split_from) if trend.split_from else None
        return node if node and self.tells(node) else None

    def bars(self) -> list[Node]:
        """What is drawn as bars: the subjects that most people named; by group, those of which more than one group may be told."""
        block = self.main
        if block is None or not block.groups:
            return largest(block, self.nodes(), MOST_BARS) if block else []
        nodes = [node for node in self.nodes() if sum(bool(block.at(node, group).n) for group in block.groups) > 1]
        return largest(block, nodes, MOST_SIDE_BY_SIDE)

    def words_for(self) -> tuple[list[Node], list[str]]:
        """Themes and groups that words can be asked of."""
        groups = self.main.groups if self.main else ()
        return self.nodes("thema"), [group for group in groups if group != OTHERS and self.base(self.main, group)] if self.main else []

    def key_words(self, connection: Connection) -> list[tuple[str, str]]:
        """Words of the theme or group that was asked for; nothing for what may not be told."""
        kind, _, what = self.asked.words.partition(".")
        nodes, groups = self.words_for()
        voices = [voice for voice in self.voices.all if self.asked.fits(voice) and (self.asked.is_part or voice.year == self.asked.year)]
        place = tuple(what.split(".", 1))
        if kind == "thema" and any((node.pillar, node.key) == place for node in nodes):
            inside = {voice.id for voice in voices if place in voice.places}
        elif kind == "groep" and what in groups:
            inside = {voice.id for voice in voices if self.group_of(voice) == what}
        else:
            return []
        return words_of(connection, voices, inside, least=self.programme.thresholds.resident)


def shown(connection: Connection, programme: Programme, role: str, asked: Asked) -> Shown | None:
    """What may be told of what was asked; None when there is no run. At most eight questions to the database with who is asking."""
    limit = programme.thresholds.resident
    seen = None if role in ROWS else lambda run: next(iter(earlier_of(connection, scope_of(run, Slice(), limit))), None)
    voices = voices_of(connection, ages=asked.by == "leeftijd", at_moment=seen)
    if voices is None:
        return None
    asked = replace(asked, year=asked.year if asked.year in voices.years else max(voices.years, default=""))
    tree = tree_of((place for voice in voices.all for place in voice.places), voices.goals)
    group_of, names = _groups(asked.by, programme, voices)
    limits = {stream: programme.thresholds.professional if stream == PROFESSIONAL else programme.thresholds.resident for stream in STREAMS}
    how: dict[str, Any] = {"limits": limits}
    if asked.is_part:
        some = [voice for voice in voices.all if asked.fits(voice)]
        blocks = blocks_of(some, tree, group_of, (), year="", before={}, **how)
        if names:
            blocks = blocks_of(
                some, tree, group_of, list(names), year="", before={stream: block.told for stream, block in blocks.items()}, **how
            )
        return _shown(asked, programme, voices, tree, {}, blocks, role)
    left = voices.left
    told = figures_in(voices.now, left.shown) if left else figures(connection, voices.run, voices.now, programme, limits[SAMPLE])
    years = years_of(voices.all, tree, before=as_told(told), **how)
    totals = totals_of(years, asked.year)
    if names:
        blocks = blocks_of(voices.all, tree, group_of, list(names), year=asked.year, before=totals, **how)
    else:
        blocks = {stream: Block(stream, (), total) for stream, total in totals.items() if total}
    return _shown(asked, programme, voices, tree, years, blocks, role)


def _shown(
    asked: Asked, programme: Programme, voices: Voices, tree: Tree, years: Mapping[str, Block], blocks: Mapping[str, Block], role: str
) -> Shown:
    group_of, names = _groups(asked.by, programme, voices)
    kept = {stream: blocks[stream] for stream in STREAMS if stream in blocks}
    return Shown(asked, voices, programme, tree, years, kept, group_of, {**names, OTHERS: TOGETHER}, role in ROWS)


def _groups(by: str, programme: Programme, voices: Voices) -> tuple[Callable[[Voice], str], dict[str, str]]:
    """In which group a statement counts, and what the groups are called in their order; none for the sources side by side."""
    named: dict[str, dict[str, str]] = {
        "bron": {}, "wijk": area_names(programme), "leeftijd": {**voices.ages(), UNKNOWN: NO_AGE}, "weg": {each: CHANNEL_WORDS[each] for each in CHANNELS},
        "taal": {each: LANGUAGES[each].name if each in LANGUAGES else each for each in _languages(voices.all)},
    }  # fmt: skip
    fields: dict[str, Callable[[Voice], str]] = {
        "bron": lambda _: "", "wijk": lambda voice: voice.area, "leeftijd": lambda voice: voice.age, "weg": lambda voice: voice.channel,
        "taal": lambda voice: voice.lang,
    }  # fmt: skip
    names, field = named[by], fields[by]
    other = UNKNOWN if UNKNOWN in names else OUTSIDE
    return (lambda voice: value if (value := field(voice)) in names else other), names


def _languages(voices: Sequence[Voice]) -> list[str]:
    spoken = {voice.lang for voice in voices}
    return [*(lang for lang in LANGUAGES if lang in spoken), *sorted(spoken - set(LANGUAGES))]
