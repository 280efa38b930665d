"""A full tour of an empty database: made-up people answer every survey, in every language and by every channel."""

import json
import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from app.areas import read_toml
from app.survey import Option, Page, Question, Survey

CHANNELS = {"web": 45, "paper": 20, "kiosk": 12, "oral": 13, "phone": 10}
LANGUAGES = {"nl": 60, "en": 8, "tr": 14, "pl": 8, "ar": 10}
SPEAKS_OF_PILLAR = 0.62
Words = Mapping[str, Mapping[str, Sequence[str]]]


def read_words(folder: Path) -> Words:
    """What made-up people say, per pillar and language; nothing when a programme brings none."""
    file = folder / "demo_answers.toml"
    return read_toml(file) if file.exists() else {}


def made_up_responses(survey: Survey, words: Words, *, n: int, seed: int) -> Iterator[str]:
    """`n` lines as `respond` takes them in; the same survey and seed give the same people."""
    dice = random.Random(f"{survey.key}/{seed}")  # noqa: S311  # made-up people need no secrets
    languages = {lang: weight for lang, weight in LANGUAGES.items() if lang in survey.languages}
    for _ in range(n):
        lang = _one(dice, languages)
        channel = _one(dice, CHANNELS)
        answers = _answers(dice, survey, words, lang)
        person = {
            "key": str(uuid.UUID(int=dice.getrandbits(128), version=4)), "lang": lang, "channel": channel,
            "stream": "sample" if channel in {"paper", "phone"} or dice.random() < 0.4 else "open_link", "answers": answers,
        }  # fmt: skip
        yield json.dumps(person, ensure_ascii=False)


def _one(dice: random.Random, weights: Mapping[str, int]) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]


def _answers(dice: random.Random, survey: Survey, words: Words, lang: str) -> dict[str, Any]:
    """Walk the survey as a person does: page by page, skipping some, seeing only what the conditions show."""
    answers: dict[str, Any] = {question.id: question.gate for question in survey.questions.values() if question.gate}
    stops = len(survey.pages) if dice.random() < 0.9 else dice.randint(2, len(survey.pages))
    for page in survey.pages[:stops]:
        if page in survey.relevant(answers)[0]:
            _answer_page(dice, page, answers, words, lang)
    return {name: value for name, value in answers.items() if name not in {q.id for q in survey.questions.values() if q.gate}}


def _answer_page(dice: random.Random, page: Page, answers: dict[str, Any], words: Words, lang: str) -> None:
    for question in page.questions:
        if not question.gate and question in page.asked(answers) and dice.random() > (0.3 if question.sensitive else 0.07):
            value = _answer(dice, question, answers, words, lang)
            if value not in (None, "", [], {}):
                answers[question.id] = value


def _answer(dice: random.Random, question: Question, answers: Mapping[str, Any], words: Words, lang: str) -> Any:
    if question.kind == "multi":
        return _several(dice, question.options_for(dict(answers)), question.at_most or 3)
    if question.kind in {"single", "scale", "place"}:
        return _choose(dice, question.options_for(dict(answers))).id
    if question.kind == "matrix":
        return {row.id: _choose(dice, question.options).id for row in question.rows if dice.random() > 0.05}
    return _plain_answer(dice, question, words, lang)


def _plain_answer(dice: random.Random, question: Question, words: Words, lang: str) -> Any:
    if question.kind == "grade":
        return str(min(max(round(dice.gauss(6.2, 1.8)), question.grades[0]), question.grades[-1]))
    if question.kind == "number":
        return dice.randint(question.least or 0, question.most if question.most is not None else 100)
    if question.kind == "date":
        return ((question.earliest or date(2026, 1, 1)) + timedelta(days=dice.randint(0, 90))).isoformat()
    said = words.get(question.pillar, {}).get(lang, ())
    return dice.choice(said) if said and dice.random() < SPEAKS_OF_PILLAR else ""


def _choose(dice: random.Random, options: Sequence[Option]) -> Option:
    """Most people know; few choose what stands apart."""
    return dice.choices(options, [1 if option.apart else 6 for option in options])[0]


def _several(dice: random.Random, options: Sequence[Option], most: int) -> list[str]:
    alone = [option.id for option in options if option.exclusive]
    if alone and dice.random() < 0.15:
        return [alone[0]]
    free = [option.id for option in options if not option.exclusive and not option.other]
    return dice.sample(free, dice.randint(1, min(most, len(free)))) if free else []
