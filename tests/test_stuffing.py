"""Stuffing: a block of copies in the open link is found from the answers alone, honest people are left in peace, and nothing is tracked."""

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from houses import SURVEYS, OpenHouse, Operator
from people import text_of

from app.demo import made_up_responses, read_words
from app.findings.counts import counts_table
from app.findings.frames import Answered
from app.findings.stuffing import GROUP, STRAIGHT, TEXTS, TWINS, find_stuffed, plain_words
from app.findings.stuffing_routes import compare
from app.survey import Survey, load_survey

KEY = "dordt-west-2026"
TODAY = date(2026, 11, 2)
WIJKEN = ("oud_krispijn", "nieuw_krispijn", "wielwijk", "crabbehof")
Answers = Mapping[str, Any]


@cache
def survey() -> Survey:
    return load_survey((SURVEYS["dordt"] / f"{KEY}.toml").read_text(encoding="utf-8"))


def answered(id_: str, answers: Answers, **more: Any) -> Answered:
    usual = {
        "fingerprint": "f",
        "lang": "nl",
        "channel": "web",
        "stream": "open_link",
        "assisted": False,
        "area": "wielwijk",
        "finished_on": TODAY,
    }
    return Answered(id_, answers=answers, **(usual | more))


def everybody(n: int, seed: int) -> list[dict[str, Any]]:
    words = read_words(Path(SURVEYS["dordt"]))
    return [json.loads(line)["answers"] for line in made_up_responses(survey(), words, n=n, seed=seed)]


def in_one_mood(answers: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """Somebody who is content is content with much: people are less unlike than dice; some give the same answer in every row."""
    mood, same = dice.gauss(0, 1), dice.choice("345") if dice.random() < 0.04 else ""

    def said(code: str) -> str:
        return same or (code if code == "dk" else str(min(5, max(1, round(3.6 + mood + dice.gauss(0, 0.7))))))

    for question in survey().questions.values():
        given = answers.get(question.id)
        if question.kind == "matrix" and given:
            answers[question.id] = {row: said(code) for row, code in given.items()}
        elif question.kind in {"single", "scale"} and given and (code := said(given)) in question.ids:
            answers[question.id] = code
    return answers


def honest(seed: int, *, days: int = 1, invited: float = 0.0) -> list[Answered]:
    dice = random.Random(seed)  # noqa: S311  # made-up people need no secrets
    return [
        answered(
            f"h{at:03}", in_one_mood(answers, dice), area=dice.choice(WIJKEN), finished_on=TODAY - timedelta(days=dice.randrange(days)),
            stream="sample" if dice.random() < invited else "open_link",
        )
        for at, answers in enumerate(everybody(300, seed))
    ]  # fmt: skip


def block(seed: int, *, changed: float, n: int = 30) -> list[Answered]:
    """One person's answers again and again, of which each time a part is somebody else's; never the same words."""
    dice, all_ = random.Random(seed), everybody(n + 20, seed + 900)  # noqa: S311  # as above
    mine = max(all_[:20], key=lambda answers: len(json.dumps(answers)))
    copies = []
    for at, other in enumerate(all_[20:]):
        copy: dict[str, Any] = {}
        for name, value in mine.items():
            if isinstance(value, dict):
                theirs = other.get(name) or {}
                copy[name] = {row: theirs.get(row, code) if dice.random() < changed else code for row, code in value.items()}
            elif survey().questions[name].kind != "open":
                copy[name] = other.get(name, value) if dice.random() < changed else value
        copies.append(answered(f"x{at:02}", copy))
    return copies


@pytest.mark.parametrize("changed", [0.0, 0.1])
@pytest.mark.parametrize("around", [{"days": 1}, {"days": 10}, {"days": 10, "invited": 0.4}], ids=["one day", "ten days", "with letters"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_block_of_copies_is_found_and_honest_people_are_not(changed: float, around: dict[str, Any], seed: int) -> None:
    people, copies = honest(seed, **around), block(seed, changed=changed)
    found = find_stuffed(survey(), people + copies)
    assert sum(one.id in found for one in copies) >= 27, "at least 90 %"
    assert sum(one.id in found for one in people) <= 6, "at most 2 %"
    assert {reason for one in copies for reason in found.get(one.id, ())} == {TWINS}


def test_the_order_in_which_they_come_says_nothing() -> None:
    people = honest(3) + block(3, changed=0.1)
    shuffled = random.Random(0).sample(people, len(people))  # noqa: S311  # as above
    assert find_stuffed(survey(), people) == find_stuffed(survey(), shuffled)


@pytest.mark.parametrize("more", [{"stream": "sample"}, {"assisted": True, "stream": "desk"}, {"assisted": True}], ids=["letters", "tablet", "with help"])  # fmt: skip
def test_only_the_open_link_without_help_stands_out(more: dict[str, Any]) -> None:
    copies = [replace(one, **more) for one in block(1, changed=0.0)]
    assert not {one.id for one in copies} & set(find_stuffed(survey(), honest(1) + copies))


def test_a_household_or_another_day_does_not_stand_out() -> None:
    copies = block(1, changed=0.0, n=GROUP)
    assert not {one.id for one in copies} & set(find_stuffed(survey(), honest(1) + copies))
    spread = [replace(one, finished_on=TODAY - timedelta(days=at)) for at, one in enumerate(block(1, changed=0.0, n=10))]
    assert not {one.id for one in spread} & set(find_stuffed(survey(), honest(1) + spread))


def test_people_who_answered_nothing_are_not_alike() -> None:
    assert find_stuffed(survey(), honest(1) + [answered(f"e{at}", {}) for at in range(20)]).keys() & {f"e{at}" for at in range(20)} == set()


def test_the_same_long_text_again_and_again_stands_out_and_a_common_saying_does_not() -> None:
    question = next(one.id for one in survey().questions.values() if one.kind == "open")
    unlike = everybody(40, 77)
    pasted = [answered(f"t{at}", {**unlike[at], question: "Stem tegen het plan voor de Zuidendijk!" + "!" * at}) for at in range(12)]
    common = [answered(f"c{at}", {**unlike[at + 12], question: "Meer groen en minder stenen in de straat"}, finished_on=TODAY - timedelta(days=at % 3)) for at in range(15)]  # fmt: skip
    found = find_stuffed(survey(), honest(4, days=3) + pasted + common)
    assert [found.get(one.id) for one in pasted] == [(TEXTS,)] * 12
    assert [one.id for one in common if TEXTS in found.get(one.id, ())] == []


def test_far_more_straight_rows_than_on_other_days_stand_out() -> None:
    rows = {one.id: {row.id: "3" for row in one.rows} for one in survey().questions.values() if one.kind == "matrix"}
    single = [name for name, one in survey().questions.items() if one.kind != "matrix"]
    people = [answered(f"s{at:02}", {**{name: value for name, value in answers.items() if name in single}, **rows}) for at, answers in enumerate(everybody(25, 55))]  # fmt: skip
    found = find_stuffed(survey(), honest(6, days=10) + people)
    assert sum(STRAIGHT in found.get(one.id, ()) for one in people) == 25


def test_words_are_compared_as_they_sound() -> None:
    assert plain_words(" Meer GROEN, minder… stenen! ") == "meergroenminderstenen"
    assert plain_words("مرحبا!") == "مرحبا"


# ---------------------------------------------------------------- with and without


def sends(operator: Operator, people: list[Answered], file: Path) -> None:
    lines = (
        json.dumps({"key": f"00000000-0000-4000-8000-{at:012}", "lang": "nl", "channel": "web", "stream": one.stream, "answers": {**one.answers, "wijk": one.area}})
        for at, one in enumerate(people)
    )  # fmt: skip
    file.write_text("\n".join(lines), encoding="utf-8")
    operator("respond", KEY, file)


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_page_shows_the_open_link_with_and_without_and_erases_nothing(house: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    sends(operator, honest(1)[:120] + block(1, changed=0.0, n=40), tmp_path / "people.jsonl")
    analyst = house.colleague("analyst")
    before = house.everything()
    analyst.opens("/bevindingen/open-link")
    said = [text_of(line) for line in analyst.page.by_id("hoeveel-precies").iter("li")]
    assert said == ["Alle reacties: 160", "Vallen op: 40", "Zonder wat opvalt: 120"]
    assert "Wij kijken alleen naar de antwoorden." in analyst.page.text
    assert house.everything() == before
    assert house.colleague("partner").asks("GET", "/bevindingen/open-link").status_code == 403
    analyst.asks("GET", "/bevindingen/open-link?vragenlijst=geen")
    assert analyst.status == 404


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_small_difference_is_a_dash_and_cannot_be_subtracted(house: OpenHouse) -> None:
    """Six stand out: the two columns side by side would tell what those six answered."""
    people = honest(1)[:120] + block(1, changed=0.0, n=6)
    bases, questions = compare(survey(), house.app.state.house.programme, people)
    assert (bases["every"], bases["without"], bases["stuffed"]) == (126, None, None)
    differences = [row.every - row.without for _, _, rows in questions for row in rows if row.every is not None and row.without is not None]
    assert {n for n in differences if n} & set(range(1, 10)) == set()
    assert house.colleague("office").opens("/bevindingen/open-link").reads("Via de open link is nog niets binnengekomen.")


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_nothing_is_told_that_the_counts_keep_inside(house: OpenHouse) -> None:
    """Else the two tables together would give away what one of them hides."""
    people, programme = honest(2)[:90] + block(2, changed=0.0, n=15), house.app.state.house.programme
    asks = {question.id: question for question in survey().questions.values()}
    inside = set()
    for _, _, area, _, question, row, _, text, n, _ in counts_table(survey(), programme, people, threshold=10):
        if area == programme.key and n is None:
            rows = {one.id: one.text for one in asks[str(question)].rows}
            inside.add((asks[str(question)].ask, rows.get(str(row), ""), text))
    _, questions = compare(survey(), programme, people)
    shown = {(ask, row, answer.text): (answer.every, answer.without) for ask, row, answers in questions for answer in answers}
    assert len(inside) > 10
    assert {shown.get(one, (None, None)) for one in inside} == {(None, None)}
