"""A survey file is refused for every reason at once, and each reason says where."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.i18n import LANGUAGES
from app.settings import ROOT
from app.survey import load_survey
from app.survey_check import KINDS, missing_promise, mistakes

PILLARS = ("wonen", "veilig")
GOOD = """
key = "proef"
title = "Proef"
audience = "resident"
languages = ["nl", "ar"]
[[scale]]
id = "s"
option = [{ id = "1", text = "Een" }, { id = "2", text = "Twee" }]
[[page]]
id = "een"
title = "Eén"
question = [
  { id = "keus", kind = "single", ask = "K?", option = [{ id = "a", text = "A" }, { id = "b", text = "B" }] },
  { id = "meer", kind = "multi", ask = "M?", option = [{ id = "a", text = "A" }, { id = "b", text = "B", only_if = "keus = a" }] },
  { id = "rijen", kind = "matrix", scale = "s", ask = "R?", row = [{ id = "r1", text = "R1" }] },
  { id = "getal", kind = "number", ask = "G?" },
]
[[page]]
id = "twee"
title = "Twee"
question = [{ id = "zeg", kind = "open", ask = "Z?", pillar = "wonen", only_if = "ONLY" }]
"""


def reasons(source: str) -> list[str]:
    return [str(mistake) for mistake in mistakes(source, pillars=PILLARS, known_languages=list(LANGUAGES))]


@pytest.mark.parametrize("file", sorted((ROOT / "surveys").rglob("*-2026.toml")), ids=lambda file: file.stem)
def test_the_surveys_we_bring_have_no_mistakes(file: Any) -> None:
    source = file.read_text(encoding="utf-8")
    programme = tomllib.loads((file.parent / "programme.toml").read_text(encoding="utf-8"))
    assert mistakes(source, pillars=[pillar["key"] for pillar in programme["pillar"]], known_languages=list(LANGUAGES)) == []
    assert list(missing_promise(tomllib.loads(source))) == []
    assert load_survey(source).key == file.stem


@pytest.mark.parametrize(
    "condition",
    [
        "keus = a", "keus != b", "keus in (a, b)", "includes(meer, b)", "answered(meer)", "rijen.r1 >= 1", "getal > 10 and not keus = a", "answered(rijen)",
    ],
)  # fmt: skip
def test_a_condition_on_what_was_asked_before_is_good(condition: str) -> None:
    assert reasons(GOOD.replace("ONLY", condition)) == []


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("keus = c", "“c” is not an option of keus"),
        ("keus in (a, c)", "“c” is not an option of keus"),
        ("includes(meer, c)", "“c” is not an option of meer"),
        ("includes(keus, a)", "includes() is for multi and rank; keus is single"),
        ("meer = a", "meer is multi: use includes(meer, ...)"),
        ("rijen.r2 = 1", "“rijen.r2” is not a row of rijen"),
        ("rijen.r1 = 3", "“3” is not an option of rijen.r1"),
        ("zeg = a", "“zeg” is not a question before this one"),
        ("later = a", "“later” is not a question before this one"),
        ("keus =", "a value is missing"),
    ],
)
def test_a_condition_that_can_never_be_meant_is_told(condition: str, reason: str) -> None:
    assert reasons(GOOD.replace("ONLY", condition)) == [f"page twee, question zeg: only_if: {reason}"]


@pytest.mark.parametrize("kind", ["raadsel", ""])
def test_a_kind_that_cannot_be_asked_yet_is_told(kind: str) -> None:
    (reason, *_) = reasons(GOOD.replace("ONLY", "keus = a").replace('"open"', f'"{kind}"'))
    assert reason.startswith("page twee, question zeg: ")
    assert kind in reason


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ('kind = "number"', 'kind = "number", shuffle = true', "“shuffle” does not fit kind number"),
        ('kind = "number"', 'kind = "number", most = 99999999999999999', "“most” is too big"),
        ('kind = "number"', 'kind = "number", most = true', "“most” must be of type int, not bool"),
        ('pillar = "wonen"', 'pillar = "dromen"', "pillar “dromen” is not in the programme"),
        ('pillar = "wonen"', 'pillar = "wonen", most = 0', "most must be 1 to 20000"),
        ('ask = "Z?"', 'ask = "Z\\u0007?"', "“ask” holds a control character"),
        ('ask = "Z?"', 'ask = "  "', "“ask” is empty"),
        ('title = "Twee"', "", "“title” is missing"),
        ('id = "twee"', 'id = "een"', "id “een” is used twice"),
        ('id = "zeg"', 'id = "keus"', "id “keus” is used twice"),
        ('id = "r1"', 'id = "R 1"', "id “R 1” may hold"),
        ('key = "proef"', 'key = "Proef!"', "key “Proef!”"),
        ('["nl", "ar"]', '["ar"]', "languages must hold nl"),
        ('["nl", "ar"]', '["nl", "xx"]', "language “xx” is not known"),
        ('"resident"', '"iedereen"', "audience “iedereen”"),
        ('audience = "resident"', 'audience = "resident"\nkleur = 1', "unknown name “kleur”"),
        ('scale = "s"', 'scale = "t"', "scale “t” does not exist"),
        ('row = [{ id = "r1", text = "R1" }]', "row = []", "kind matrix needs at least one row"),
    ],
)
def test_each_mistake_is_told_where_it_is(old: str, new: str, part: str) -> None:
    good = GOOD.replace("ONLY", "keus = a")
    assert good.count(old) >= 1
    assert [reason for reason in reasons(good.replace(old, new, 1)) if part in reason] != []


def test_kinds_of_now_and_later_are_those_of_the_contract() -> None:
    assert set(KINDS) == {
        "single", "multi", "dropdown", "scale", "faces", "grade", "matrix", "rank", "number", "date", "text", "open", "open_per_pillar", "place",
        "consent", "info",
    }  # fmt: skip


def test_a_promise_is_a_day_and_an_owner() -> None:
    assert len(list(missing_promise({}))) == 2
    assert list(missing_promise({"feedback_date": "2027-01-01", "feedback_owner": "bureau"})) == []


JUNK = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=5) | some.sampled_from(["single", "a", "keus = a"]),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(["id", "kind", "ask", "option", "row", "page", "question", "only_if", "text", "scale"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def toml_of(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(max(-(2**60), min(2**60, value)))
    if isinstance(value, list):
        return f"[{', '.join(toml_of(each) for each in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {toml_of(each)}" for name, each in value.items()) + "}"
    return '"' + "".join(f"\\U{ord(letter):08x}" for letter in str(value or "")) + '"'


@given(JUNK, JUNK)
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_any_toml_is_a_survey_or_a_list_of_mistakes(page: Any, scale: Any) -> None:
    head = 'key = "proef"\ntitle = "P"\naudience = "resident"\nlanguages = ["nl"]\n'
    source = f"{head}page = {toml_of(page)}\nscale = {toml_of(scale)}\n"
    if not reasons(source):
        assert load_survey(source).pages


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (('id = "getal", kind = "number"', 'id = "taal", kind = "number"'), "is a field of the form itself"),
        (('{ id = "1", text = "Een" }', '{ id = "1", text = "Een", only_if = "(((" }'), "unknown name “only_if”"),
        (('kind = "number"', 'kind = "date", earliest = 2026-01-01T10:00:00'), "“earliest” must be of type date"),
        (('{ id = "a", text = "A" }, { id = "b", text = "B" }', '{ id = "a", text = "A", other = true }, { id = "b", text = "B", other = true }'), "only one option"),
        (('kind = "number"', 'kind = "grade", most = 0'), "a grade runs from 0 to 100"),
        (('option = [{ id = "1", text = "Een" }, { id = "2", text = "Twee" }]', "option = []"), "the scale has no options"),
    ],
)  # fmt: skip
def test_what_would_fail_for_residents_is_refused_before(change: tuple[str, str], reason: str) -> None:
    assert [said for said in reasons(GOOD.replace("ONLY", "keus = a").replace(*change, 1)) if reason in said] != []
