"""Room findings: figures as drawings: a bar with its interval, discs by size, a line over the years. Every drawing says in words what it shows. Pure.

Drawn with attributes and classes alone (no style, no script), so that the strict policy holds and dark mode and forced colours work. Every text is escaped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from markupsafe import Markup

WIDE = 340  # units of a drawing: the pixels of a small phone, so that its letters keep their size there
CELL = 113  # a disc with its name
BIGGEST, LEAST = 44.0, 5.0  # radius
LETTERS = 16  # of a name on one line
LINES = 4
LINE = 16  # from line to line
INSIDE = 15.0  # a disc that has room for its number
CHART, TALL = 160, 96
LEFT, RIGHT, TOP, BOTTOM = 10, 34, 12, 74


@dataclass(frozen=True)
class Disc:
    """A subject on the map: what it is called and how many named it."""

    label: str
    n: int
    is_dutch: bool = True  # as the names of themes are, whatever the page speaks


@dataclass(frozen=True)
class Point:
    """One year of a line: value with its interval, 0..1; None where a dash stands."""

    year: str
    value: float | None
    low: float | None = None
    high: float | None = None
    told: str = ""  # the value as a reader reads it


def bar(value: float, low: float | None, high: float | None, *, most: float, says: str) -> Markup:
    """One bar on a scale to `most`, with its interval as a line with ends. `says` is the same in words."""
    parts = [
        Markup('<rect class="track" width="100%" y="4" height="16"/><rect class="share" width="{}" y="4" height="16"/>').format(
            _part(value, most)
        )
    ]
    if low is not None and high is not None:
        ends = [_part(low, most), _part(high, most)]
        parts.append(Markup('<g class="range"><line x1="{}" x2="{}" y1="12" y2="12"/>').format(*ends))
        parts += [Markup('<line x1="{0}" x2="{0}" y1="7" y2="17"/>').format(end) for end in ends]
        parts.append(Markup("</g>"))
    return Markup('<svg class="bar" role="img" aria-label="{}">{}</svg>').format(says, Markup().join(parts))


def _part(value: float, most: float) -> str:
    return f"{100 * min(value / most, 1) if most else 0:.1f}%"


def disc_map(discs: Sequence[Disc], *, most: int, name: str, says: str, right_to_left: bool = False) -> Markup:
    """Discs in rows, the largest first, the surface of each as large as its number; below each its name in whole words.

    most : the number that has the biggest disc, so that several maps can be compared. says : the same in words, in Dutch as the names are.
    """
    rows = [discs[start : start + WIDE // CELL] for start in range(0, len(discs), WIDE // CELL)]
    drawn, top = [], 4.0
    for row in rows:
        radius = max(_radius(disc.n, most) for disc in row)
        lines = [broken(disc.label) for disc in row]
        for place, (disc, label) in enumerate(zip(row, lines, strict=True)):
            middle = CELL * place + WIDE / 6
            drawn.append(_disc(disc, label, (WIDE - middle if right_to_left else middle, top + radius), radius, most))
        top += 2 * radius + LINE * (max(len(label) for label in lines) + 1.5)
    box = Markup('<svg class="drawn" role="img" viewBox="0 0 {} {:.0f}" aria-label="{}"><desc lang="nl" dir="ltr">{}</desc>{}</svg>')
    return box.format(WIDE, top, name, says, Markup().join(drawn))


def _radius(n: int, most: int) -> float:
    return max(LEAST, BIGGEST * sqrt(n / most)) if most else LEAST


def _disc(disc: Disc, lines: Sequence[str], middle: tuple[float, float], lowest: float, most: int) -> Markup:
    """One disc; its name begins below the lowest of its row, so that names stand on one line."""
    x, y = middle
    radius = _radius(disc.n, most)
    inside = radius >= INSIDE
    number_at = y + 5 if inside else y - radius - 4
    first = y + lowest + LINE
    drawn = Markup('<circle class="disc" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"/><text class="count" x="{:.1f}" y="{:.1f}">{}</text>').format(
        x, y, radius, x, number_at, disc.n
    )
    spans = [Markup('<tspan x="{:.1f}" y="{:.1f}">{}</tspan>').format(x, first + LINE * at, line) for at, line in enumerate(lines)]
    dutch = Markup(' lang="nl" direction="ltr"') if disc.is_dutch else ""
    return drawn + Markup("<text{}>{}</text>").format(dutch, Markup().join(spans))


def broken(label: str) -> list[str]:
    """A name in lines of whole words; what does not fit at all ends in dots: the table has it whole."""
    lines = [""]
    for word in label.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= LETTERS or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    cut = [line if len(line) <= LETTERS + 4 else f"{line[: LETTERS + 2]}…" for line in lines]
    return cut if len(cut) <= LINES else [*cut[: LINES - 1], f"{cut[LINES - 1]} …"]


def line_chart(points: Sequence[Point], *, most: float, says: str, right_to_left: bool = False) -> Markup:
    """A line over the years with the interval of each; a year without a figure breaks it. Time runs as the reader reads."""
    step = (CHART - LEFT - RIGHT) / max(1, len(points) - 1)
    places = [LEFT + step * at if len(points) > 1 else CHART / 2 for at in range(len(points))]
    across = [CHART - place if right_to_left else place for place in places]
    drawn = [Markup('<line x1="0" x2="{}" y1="{}" y2="{}"/>').format(CHART, BOTTOM, BOTTOM)]
    for (x, point), (before, last) in zip(
        zip(across, points, strict=True), zip([None, *across], [None, *points], strict=False), strict=False
    ):
        if last is not None and last.value is not None and point.value is not None:
            drawn.append(
                Markup('<line class="trend" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
                    _at(before), _up(last.value, most), _at(x), _up(point.value, most)
                )
            )
        drawn += _point(x, point, most)
    ends = {0: across[0], len(points) - 1: across[-1]}
    drawn += [Markup('<text class="year" x="{}" y="{}">{}</text>').format(_at(x), TALL - 6, points[at].year) for at, x in ends.items()]
    return Markup('<svg class="drawn chart" role="img" viewBox="0 0 {} {}" aria-label="{}">{}</svg>').format(
        CHART, TALL, says, Markup().join(drawn)
    )


def _point(x: float, point: Point, most: float) -> list[Markup]:
    if point.value is None:
        return [Markup('<text class="year" x="{}" y="{}">–</text>').format(_at(x), BOTTOM - 6)]
    drawn = []
    if point.low is not None and point.high is not None:
        ends = _up(point.low, most), _up(point.high, most)
        drawn.append(Markup('<line class="range" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>').format(_at(x), *ends))
    return [*drawn, Markup('<circle class="dot" cx="{}" cy="{}" r="3.5"/>').format(_at(x), _up(point.value, most))]


def _up(value: float, most: float) -> str:
    return f"{BOTTOM - (BOTTOM - TOP) * min(value / most, 1) if most else BOTTOM:.1f}"


def _at(x: float | None) -> str:
    return f"{x or 0:.1f}"
