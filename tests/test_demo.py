"""The demonstration: made-up people who answer as residents do, in every language and by every channel, and whom no rule refuses."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from app.answering.intake import Whole, read_line
from app.areas import load_programme
from app.demo import CHANNELS, Words, made_up_responses, read_words
from app.survey import Survey, load_survey

SURVEYS = Path(__file__).parent.parent / "surveys"
FOLDERS = [SURVEYS, SURVEYS / "voorbeeldstad"]
SHIPPED = [(folder, key) for folder in FOLDERS for key in load_programme(folder).surveys]
PEOPLE = 300
shipped = pytest.mark.parametrize(("folder", "key"), SHIPPED, ids=[key for _, key in SHIPPED])
each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=["dordt-west", "voorbeeldstad"])


def opened(folder: Path, key: str) -> Survey:
    return load_survey((folder / f"{key}.toml").read_text(encoding="utf-8"), key)


def lines_of(folder: Path, key: str, *, n: int = PEOPLE, seed: int = 1) -> list[str]:
    return list(made_up_responses(opened(folder, key), read_words(folder), n=n, seed=seed))


def people_of(folder: Path, key: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines_of(folder, key)]


def sentences(words: Words) -> list[str]:
    return [said for by_language in words.values() for said_in in by_language.values() for said in said_in]


# ------------------------------------------------------------------------------------ what they say
@each_folder
def test_every_pillar_is_spoken_of_in_every_language_of_the_programme(folder: Path) -> None:
    programme = load_programme(folder)
    pillars = [pillar.key for pillar in programme.pillars if pillar.key != "overig"]
    assert {pillar: tuple(said) for pillar, said in read_words(folder).items()} == dict.fromkeys(pillars, programme.languages)


def test_dutch_has_twice_as_many_sentences_as_another_language() -> None:
    assert {lang: {len(said[lang]) for said in read_words(SURVEYS).values()} for lang in ("nl", "en", "tr", "pl", "ar")} == {
        "nl": {30}, "en": {14}, "tr": {14}, "pl": {14}, "ar": {14},
    }  # fmt: skip


def test_nobody_says_what_another_said() -> None:
    said = [sentence.casefold() for folder in FOLDERS for sentence in sentences(read_words(folder))]
    assert [sentence for sentence, times in Counter(said).items() if times > 1] == []
    assert len(said) == 5 * 86 + 4 * 20


def test_answers_are_as_short_as_residents_write_them() -> None:
    lengths = sorted(len(sentence) for said in read_words(SURVEYS).values() for sentence in said["nl"])
    assert 50 <= lengths[len(lengths) // 2] <= 62
    assert lengths[-1] < 120


def test_three_answers_hold_something_to_mask_and_it_belongs_to_nobody() -> None:
    personal = re.compile(r"\b0[1-9](?:[ -]?\d){8}\b|[\w.]+@[\w.]+|\b\d{4} ?[A-Z]{2}\b(?: \d+)?")
    said = [sentence for folder in FOLDERS for sentence in sentences(read_words(folder))]
    assert [held for sentence in said for held in personal.findall(sentence)] == ["06-12345678", "resident@example.org", "1234 AB 56"]


@each_folder
def test_under_every_pillar_somebody_has_nothing_to_say(folder: Path) -> None:
    words = ["-", "?", "...", "n/a", "n.v.t.", "nvt", "niks", "xxx", "pff", "bilmiyorum"]
    empty = {*words, "weet niet", "geen idee", "geen mening", "zou het niet weten", "nee hoor", "geen flauw idee", "nie wiem", "لا شيء"}
    nothing = {pillar: sum(sentence in empty for sentence in sentences({pillar: said})) for pillar, said in read_words(folder).items()}
    assert set(nothing.values()) <= ({1} if folder.name == "voorbeeldstad" else {2, 3})


def test_a_programme_without_words_leaves_the_open_questions_empty(tmp_path: Path) -> None:
    survey = opened(SURVEYS, "dordt-west-2026")
    assert read_words(tmp_path) == {}
    silent = [json.loads(line)["answers"] for line in made_up_responses(survey, read_words(tmp_path), n=20, seed=1)]
    open_questions = {question.id for question in survey.questions.values() if question.kind == "open"}
    assert [answers for answers in silent if answers.keys() & open_questions] == []
    assert all(silent)


# --------------------------------------------------------------------------------------- who they are
@shipped
def test_the_same_seed_brings_the_same_people(folder: Path, key: str) -> None:
    again = lines_of(folder, key)
    assert again == lines_of(folder, key)
    assert again[:10] == lines_of(folder, key, n=10)
    assert set(again).isdisjoint(lines_of(folder, key, seed=2))


@shipped
def test_none_of_three_hundred_people_is_refused(folder: Path, key: str) -> None:
    survey = opened(folder, key)
    taken = [read_line(survey, number, line) for number, line in enumerate(lines_of(folder, key), 1)]
    assert [reason for reason in taken if isinstance(reason, str)] == []
    assert len({whole.key for whole in taken if isinstance(whole, Whole)}) == PEOPLE


@shipped
def test_people_come_in_every_language_and_by_every_channel(folder: Path, key: str) -> None:
    people = people_of(folder, key)
    assert {person["lang"] for person in people} == set(opened(folder, key).languages)
    assert {person["channel"] for person in people} == set(CHANNELS)
    assert {person["stream"] for person in people} == {"sample", "open_link"}
    assert Counter(person["lang"] for person in people).most_common(1)[0][0] == "nl"


@shipped
def test_nobody_answers_what_was_not_asked(folder: Path, key: str) -> None:
    survey = opened(folder, key)
    gates = {question.id: question.gate for question in survey.questions.values() if question.gate}
    for person in people_of(folder, key):
        assert survey.relevant(person["answers"] | gates)[1] == person["answers"] | gates


@shipped
def test_every_open_answer_is_in_the_language_and_under_the_pillar_of_the_question(folder: Path, key: str) -> None:
    survey, words = opened(folder, key), read_words(folder)
    said = [
        (question.pillar, person["lang"], person["answers"][question.id])
        for person in people_of(folder, key)
        for question in survey.questions.values()
        if question.kind == "open" and question.id in person["answers"]
    ]
    assert [(pillar, lang, text) for pillar, lang, text in said if text not in words[pillar][lang]] == []
    assert {pillar for pillar, _, _ in said} == {
        question.pillar for question in survey.questions.values() if question.kind == "open" and question.pillar
    }


def test_enough_people_speak_for_themes_to_be_found() -> None:
    counts = Counter(name for person in people_of(SURVEYS, "dordt-west-2026") for name in person["answers"] if name.endswith("_open"))
    assert min(counts[f"{pillar}_open"] for pillar in ("wonen", "gezond", "leren", "werk", "veilig")) > 100


def test_some_people_stop_before_the_end_and_some_skip_what_is_sensitive() -> None:
    answers = [person["answers"] for person in people_of(SURVEYS, "dordt-west-2026")]
    assert 10 < sum("belangrijkst" not in given and "leeftijd" not in given for given in answers) < 60
    assert sum("rondkomen" in given for given in answers) < sum("werk_hulp" in given for given in answers)
