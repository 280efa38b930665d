"""What makes a text hard to read is told to its author; our own texts for residents hold no jargon at all."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from app import extracting
from app.i18n import PAGES
from app.reading_hint import hard_words, jargon_in, survey_hints, text_hints
from app.settings import ROOT
from app.survey import load_survey

LIST = ROOT / "surveys" / "moeilijke_woorden.toml"
WORDS = hard_words(LIST.read_text(encoding="utf-8"))
SURVEY = """
key = "proef"
title = "Proef"
audience = "resident"
languages = ["nl"]
[[scale]]
id = "s"
option = [{ id = "1", text = "Leefomgeving" }]
[[page]]
id = "een"
title = "Eén"
question = [
  { id = "v", kind = "scale", scale = "s", ask = "Wat vindt u van de participatie?", easy = "Wat vindt u ervan, en wat zou u daar nog graag bij willen?" },
  { id = "w", kind = "scale", scale = "s", ask = "En nu?" },
  { id = "z", kind = "open", ask = "Wat wordt hier gebouwd in {v}?", help = "Schrijf het op." },
]
"""


# ---------------------------------------------------------------- one text


def test_a_plain_text_has_no_hint() -> None:
    assert text_hints("In welke wijk woont u? U mag deze vraag overslaan.", WORDS) == []


def test_a_sentence_is_counted_in_words_and_ends_at_its_mark() -> None:
    words = "een twee drie vier vijf zes zeven acht"
    assert text_hints(f"{words}. {words}.", {}) == []
    assert text_hints(f"{words}\n{words}", {}) == []
    assert text_hints(f"{words} {words}.", {}) == ["a sentence of 16 words (at most 15 read easily): “een twee drie vier vijf zes …”"]
    assert len(text_hints(f"{words} en nog meer.", {}, most_words=10)) == 1


def test_what_is_filled_in_later_does_not_count() -> None:
    assert (
        text_hints(
            "Bel %(telefoonnummer_van_het_programmabureau)s of {programmabureaulocatie}, of ga naar https://voorbeeldgemeente.example/x.",
            WORDS,
        )
        == []
    )


@pytest.mark.parametrize(
    ("text", "passive"),
    [
        ("Uw straat wordt volgend jaar vernieuwd.", "wordt … vernieuwd"),
        ("De stoepen werden gemaakt door de gemeente.", "werden … gemaakt"),
        ("Wordt uw buurt beter of slechter?", ""),
        ("U wordt gezond oud.", ""),
        ("Wij maken de stoep.", ""),
        ("Is uw buurt beter geworden?", ""),
    ],
)
def test_a_passive_sentence_is_told_by_its_two_words(text: str, passive: str) -> None:
    assert text_hints(text, {}) == ([f"passive, “{passive}”: say who does it"] if passive else [])


def test_a_long_word_is_named_once_and_a_hyphen_takes_it_apart() -> None:
    hint = "a long word, “werkgelegenheid” (15 letters): use a shorter one, or take it apart"
    assert text_hints("werkgelegenheid en werkgelegenheid", {}) == [hint]
    assert text_hints("werk-gelegenheid", {}) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Wij faciliteren participatie.", ["faciliteren", "participatie"]),
        ("De fysieke leefomgeving is van ons.", ["fysieke leefomgeving"]),
        ("MIDDELS een brief, met  betrekking\ntot u", ["middels", "met betrekking tot"]),
        ("Welke maatregelen en procedures?", ["maatregelen", "procedures"]),
        ("Indien u een klacht wilt indienen", ["indien"]),
        ("U bent in middelslagen of een ander-proces", []),
    ],
)
def test_jargon_is_found_whole_with_its_endings_and_in_rows_of_words(text: str, found: list[str]) -> None:
    assert [word for word, _ in jargon_in(text, WORDS)] == found


def test_jargon_comes_with_what_to_write_instead() -> None:
    assert text_hints("Inzake uw brief", WORDS) == ["jargon, “inzake”: rather over"]


# ---------------------------------------------------------------- the list


def test_the_list_is_long_and_suggests_nothing_that_stands_on_it() -> None:
    assert len(WORDS) >= 60
    assert [word for word, plainer in WORDS.items() if not plainer.strip() or jargon_in(plainer, WORDS)] == []


@pytest.mark.parametrize("source", ["", "woorden = 1", "[woorden]\na = 1", "[woord]\na = 'b'"])
def test_another_file_is_no_list(source: str) -> None:
    with pytest.raises(ValueError, match=r"\[woorden\]"):
        hard_words(source)


def test_a_list_without_words_finds_nothing() -> None:
    assert jargon_in("participatie", hard_words("[woorden]")) == []


# ---------------------------------------------------------------- a survey


def test_a_survey_gets_its_hints_where_they_belong_and_a_scale_once() -> None:
    assert [str(hint) for hint in survey_hints(load_survey(SURVEY), WORDS)] == [
        "page een, question v: ask: jargon, “participatie”: rather meedoen, of: meepraten",
        "page een, question v: easy: a sentence of 13 words (at most 10 read easily): “Wat vindt u ervan, en wat …”",
        "page een, question v: option 1: jargon, “leefomgeving”: rather buurt, of: straten en groen",
        "page een, question z: ask: passive, “wordt … gebouwd”: say who does it",
    ]


def test_professionals_may_be_asked_in_their_own_words() -> None:
    hints = [str(hint) for hint in survey_hints(load_survey(SURVEY.replace('"resident"', '"professional"')), WORDS)]
    assert [hint for hint in hints if "jargon" in hint] == []
    assert len(hints) == 2


# ---------------------------------------------------------------- our own texts


def texts_for_residents() -> Iterator[tuple[str, str]]:
    """Where, and the text: surveys for residents, what the programme says to them, and every page."""
    for file in sorted((ROOT / "surveys").rglob("*.toml")):
        data: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        if data.get("audience") == "resident":
            yield from ((f"{file.name} {context}", text) for context, text, _ in extracting.survey_texts(data))
        elif file.name == "programme.toml":
            official = {pillar["official"] for pillar in data["pillar"]}
            told = [(context, text) for context, text, _ in extracting.programme_texts(data) if context != "goal" and text not in official]
            yield from ((f"{file.name} {context}", text) for context, text in told)
    for domain in extracting.extract():
        for message in domain.texts if domain.name == PAGES else ():
            said = message.id if isinstance(message.id, list | tuple) else [message.id]
            yield from ((", ".join(place for place, _ in message.locations), text) for text in said)


def test_our_own_texts_for_residents_hold_no_jargon() -> None:
    texts = list(texts_for_residents())
    assert len(texts) > 300
    assert [(where, word) for where, text in texts for word, _ in jargon_in(text, WORDS)] == []
