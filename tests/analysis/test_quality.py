"""What the analysis is worth on subjects it was never corrected on, and what it seems worth when it was."""

from typing import Any

import pytest
from pandas import DataFrame
from pandas.testing import assert_frame_equal

from analysis.quality import cross_validated

MADE_UP = {  # two themes of one pillar in words that no list holds, one in words that every list holds
    ("wonen", "flonken"): [f"de flonk {word} is weer vlorp" for word in ("bel", "dak", "eind", "fiets", "gang", "hek")],
    ("wonen", "vocht_schimmel"): [f"schimmel en vocht in de {word}" for word in ("gang", "hal", "keuken", "kelder", "kamer", "douche")],
    ("veilig", "geluid_burenoverlast"): [
        f"lawaai van de buren, elke {word}" for word in ("nacht", "avond", "dag", "ochtend", "week", "maand")
    ],
}


OWN: dict[str, Any] = {
    "pillars": {"wonen": {"nl": "schimmel, vocht, woning, huur"}, "veilig": {"nl": "lawaai, buren, inbraak"}},
    "codebook": DataFrame({"theme": ["vocht_schimmel", "geluid_burenoverlast"], "pillar": ["wonen", "veilig"], "label": ["Vocht", "Geluid"], "words": ["schimmel, vocht", "lawaai, buren"]}),
}  # fmt: skip


@pytest.fixture(scope="module")
def heard() -> tuple[DataFrame, DataFrame]:
    rows = [(f"{theme}{nth}", text, pillar, theme) for (pillar, theme), texts in MADE_UP.items() for nth, text in enumerate(texts)]
    frame = DataFrame(rows, columns=["id", "text", "pillar", "theme"]).set_index("id")
    return frame[["text"]], frame[["pillar", "theme"]]


def test_a_theme_in_unknown_words_is_found_only_when_others_of_it_were_corrected(heard: tuple[DataFrame, DataFrame]) -> None:
    statements, labels = heard
    told: list[tuple[str, int, int]] = []
    apart = cross_validated(statements, labels, folds=3, progress=lambda *far: told.append(far), **OWN)
    assert list(apart["n"]) == [6, 6, 6]
    assert list(apart["theme_right"]) == [6, 0, 6]
    assert sorted(apart["fold"]) == [0, 1, 2]
    assert told == [("quality", 1, 3), ("quality", 2, 3), ("quality", 3, 3)]
    one_by_one = cross_validated(statements, labels, folds=2, by="statement", **OWN)
    assert one_by_one["theme_right"].tolist()[1] >= 4
    assert_frame_equal(
        one_by_one, cross_validated(statements[::-1], labels[::-1], folds=2, by="statement", **OWN)
    )  # the order of the rows changes nothing


def test_labels_without_a_theme_are_measured_by_pillar_alone(heard: tuple[DataFrame, DataFrame]) -> None:
    statements, labels = heard
    found = cross_validated(statements, labels[["pillar"]], folds=2, **OWN)
    assert list(found.index) == [("veilig", ""), ("wonen", "")]
    assert list(found["theme_right"]) == [0, 0]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"folds": 1}, "folds: 1 is not 2 or more"),
        ({"folds": 9}, "folds: 9 is not 2 or more"),
        ({"by": "wijk"}, "by: 'wijk' is not one of"),
    ],
)
def test_what_cannot_be_dealt_is_told(heard: tuple[DataFrame, DataFrame], more: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        cross_validated(*heard, **more)
    statements, labels = heard
    with pytest.raises(ValueError, match="'flonken0' is not the id of a statement"):
        cross_validated(statements.drop("flonken0"), labels)
