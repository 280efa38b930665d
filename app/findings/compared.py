"""Room findings: where figures differ by more than chance, and how they went over the years. It reads what may be told and nothing else."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.acts import Act, Place
from app.findings.fallback import THEME, Node
from app.findings.figures import BASE, TOTAL, Block, Figure
from app.findings.voices import Voice, Voices
from app.reading import readable

WORDS_FROM = ("sample", "open_link", "desk")  # people; in a session nobody knows who said a word twice


def differences(block: Block, nodes: Iterable[Node]) -> dict[tuple[Node, str], bool]:
    """Subjects that a group named more (True) or less (False) often than all others did, beyond chance: 5 % false at most in all that is said.

    Rests on told figures alone: what a dash hides takes no part, so that what is said here tells nothing of it.
    """
    places, rows = [], []
    for node in nodes:
        whole = block.at(node)
        for group in block.groups:
            part = block.at(node, group)
            if None not in {part.n, part.base, whole.n, whole.base}:
                places.append((node, group))
                rows.append((part.n, part.base, (whole.n or 0) - (part.n or 0), (whole.base or 0) - (part.base or 0)))
    return _beyond_chance(places, rows)


def apart(residents: Block, professionals: Block, nodes: Iterable[Node]) -> list[tuple[Node, bool]]:
    """Subjects that professionals named more (True) or less (False) often than residents did, the largest difference first."""
    places, rows = [], []
    for node in nodes:
        theirs, ours = professionals.at(node), residents.at(node)
        if None not in {theirs.n, theirs.base, ours.n, ours.base}:
            places.append((node, TOTAL))
            rows.append((theirs.n, theirs.base, ours.n, ours.base))
    return [(node, more) for (node, _), more in _beyond_chance(places, rows).items()]


def _beyond_chance(places: Sequence[tuple[Node, str]], rows: Sequence[tuple[int | None, ...]]) -> dict[tuple[Node, str], bool]:
    if not rows:
        return {}
    from pandas import DataFrame  # noqa: PLC0415  # costs more start-up than all the rest

    from analysis.crosstabs import compare_groups  # noqa: PLC0415  # as above

    told = compare_groups(DataFrame(rows, columns=["n", "base", "others_n", "others_base"]))
    found = told.assign(place=range(len(told)))[told["differs"]].sort_values("difference", key=abs, ascending=False, kind="stable")
    return {places[at]: difference > 0 for at, difference in zip(found["place"], found["difference"], strict=True)}


# ------------------------------------------------------------------------------------------- over the years
@dataclass(frozen=True)
class Trend:
    """One subject over the years; what is new, and what it came from, as far as told figures and people's acts say."""

    node: Node
    points: tuple[tuple[str, Figure], ...]
    new_in: str
    split_from: Place | None
    joined: tuple[str, ...]  # what was merged into it

    @property
    def is_shown(self) -> bool:
        return any(figure.n for _, figure in self.points)


def trends(block: Block, nodes: Iterable[Node], voices: Voices) -> list[Trend]:
    """Every subject by year: themes keep their key from year to year, and what people merged or split counts as they left it, also for the years before."""
    found = []
    for node in nodes:
        points = tuple((year, block.at(node, year)) for year in block.groups)
        place = (node.pillar, node.key)
        source = _split_from(voices.acts, place) if node.kind == THEME else None
        found.append(
            Trend(node, points, _new_in(points), source.place if source else None, _joined(voices, place) if node.kind == THEME else ())
        )
    return [trend for trend in found if trend.is_shown]


def _new_in(points: Sequence[tuple[str, Figure]]) -> str:
    """The first year in which somebody named it, when nobody did before; a dash is not nobody."""
    named = next((at for at, (_, figure) in enumerate(points) if figure.n != 0), 0)
    return points[named][0] if named and points[named][1].n else ""


def _split_from(acts: Iterable[Act], place: Place) -> Act | None:
    made = [act for act in acts if act.kind == "split" and act.undone_at is None and act.target == place]
    return made[-1] if made else None


def _joined(voices: Voices, place: Place) -> tuple[str, ...]:
    """What those that were merged into it were called, when a person made that decision."""
    acts = [act for act in voices.acts if act.kind == "merge" and act.undone_at is None]
    return tuple(dict.fromkeys(str(act.payload.get("was", act.theme)) for act in acts if voices.decisions.place_of(act.place) == place))


# ------------------------------------------------------------------------------------------- words
def words_of(connection: Connection, voices: Iterable[Voice], inside: Collection[str], *, least: int) -> list[tuple[str, str]]:
    """Words that the people of these statements use and all others less, with their language; each said by `least` of them at least."""
    from pandas import DataFrame, Series  # noqa: PLC0415  # costs more start-up than all the rest

    from analysis.keyness import key_words  # noqa: PLC0415  # as above

    said = {voice.id: voice for voice in voices if voice.stream in WORDS_FROM and voice.places}
    texts = readable(connection, said)
    rows = {"text": [texts[id_] for id_ in said], "lang": [one.lang for one in said.values()], "person": [one.who for one in said.values()]}
    frame: DataFrame = DataFrame(rows, index=list(said), dtype=str)
    found = key_words(frame, Series([id_ in inside for id_ in said], index=frame.index, dtype=bool), least=least)
    return list(zip(found["word"], found["lang"], strict=True))


def largest(block: Block, nodes: Iterable[Node], most: int) -> list[Node]:
    """The subjects that most people named, by told figures alone."""
    told = [(node, block.at(node).n) for node in nodes]
    return [node for node, _ in sorted(((node, n) for node, n in told if n), key=lambda one: (-one[1], one[0]))[:most]]


def bases(blocks: Mapping[str, Block], group: str = TOTAL) -> dict[str, int | None]:
    """How many people (contributions, in a session) each stream counts."""
    return {stream: block.told.get((*BASE, group), 0) for stream, block in blocks.items()}
