"""Drawings: sound, escaped, without style or script, mirrored for who reads from the right, and never too small to read."""

import re
from xml.etree import ElementTree as ET

import pytest

from app.findings.drawings import LETTERS, WIDE, Disc, Point, bar, broken, disc_map, line_chart

LONG = "Onderhoud van de woning en het complex"
YEARS = [Point("2025", 0.2, 0.1, 0.3), Point("2026", None), Point("2027", 0.4, 0.3, 0.5), Point("2028", 0.5, 0.4, 0.6)]
DRAWN = [
    bar(0.2, 0.1, 0.3, most=0.4, says="20 %"), disc_map([Disc(LONG, 40), Disc("Rest", 2)], most=40, name="Wonen", says="x"),
    line_chart(YEARS, most=0.6, says="x"),
]  # fmt: skip


@pytest.mark.parametrize("drawn", DRAWN, ids=["bar", "map", "line"])
def test_every_drawing_is_an_image_with_words_and_without_style(drawn: str) -> None:
    root = ET.fromstring(str(drawn))  # noqa: S314  # drawn by ourselves
    assert root.get("role") == "img"
    assert root.get("aria-label")
    assert {
        name for element in root.iter() for name in element.attrib if name == "style" or name.startswith("on") or "href" in name
    } == set()
    assert {element.tag for element in root.iter()} <= {"svg", "g", "rect", "line", "circle", "text", "tspan", "desc"}
    assert not re.search(r"#[0-9a-f]{3}|rgb", str(drawn)), "colours belong to the sheet: dark mode and forced colours change them"


def test_what_somebody_typed_stays_text() -> None:
    evil = '"><script>alert(1)</script>&'
    drawn = (
        disc_map([Disc(evil, 5)], most=5, name=evil, says=evil)
        + bar(1, None, None, most=1, says=evil)
        + line_chart([Point(evil, 1)], most=1, says=evil)
    )
    assert "<script" not in drawn
    assert drawn.count("&lt;script&gt;") == 6


def test_a_bar_ends_where_its_scale_ends() -> None:
    assert 'class="share" width="50.0%"' in bar(0.2, None, None, most=0.4, says="")
    assert 'class="share" width="100.0%"' in bar(0.9, None, None, most=0.4, says="")
    assert 'class="share" width="0.0%"' in bar(0, None, None, most=0, says="")


def test_the_surface_of_a_disc_is_its_number() -> None:
    drawn = disc_map([Disc("Groen", 40), Disc("Vocht", 10)], most=40, name="", says="")
    radius = [float(found) for found in re.findall(r' r="([\d.]+)"', drawn)]
    assert radius[0] == pytest.approx(2 * radius[1])


def test_for_who_reads_from_the_right_the_largest_disc_stands_right_and_time_runs_left() -> None:
    discs = [Disc("Groen", 40), Disc("Vocht", 10)]
    left, right = (
        [float(x) for x in re.findall(r'cx="([\d.]+)"', disc_map(discs, most=40, name="", says="", right_to_left=way))]
        for way in (False, True)
    )
    assert left[0] < left[1]
    assert right == [pytest.approx(WIDE - x) for x in left]
    years = [float(x) for x in re.findall(r'cx="([\d.]+)"', line_chart(YEARS, most=1, says="", right_to_left=True))]
    assert years == sorted(years, reverse=True)
    assert 'lang="nl" direction="ltr"' in disc_map(discs, most=40, name="", says="", right_to_left=True)
    assert '<text lang="nl"' not in disc_map([Disc("الباقي", 40, is_dutch=False)], most=40, name="", says="")


def test_a_name_is_broken_between_words_and_cut_only_when_it_has_to_be() -> None:
    assert broken(LONG) == ["Onderhoud van de", "woning en het", "complex"]
    assert broken("Groen") == ["Groen"]
    assert broken("Woningbouwcorporatiemedewerkers")[0].endswith("…")
    lines = broken(" ".join(["woorden"] * 20))
    assert (len(lines), lines[-1].endswith("…")) == (4, True)
    assert max(len(line) for line in broken(LONG)) <= LETTERS


def test_a_year_without_a_figure_breaks_the_line() -> None:
    drawn = line_chart(YEARS, most=1, says="")
    assert drawn.count('class="trend"') == 1
    assert drawn.count('class="dot"') == 3
    assert "–" in drawn
    assert 'class="dot"' in line_chart(YEARS[:1], most=1, says="")
