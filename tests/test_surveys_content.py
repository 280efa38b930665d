"""What the shipped surveys ask: the questions agreed on, in words that residents use, whole in every language."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.areas import load_programme
from app.catalogues import read_catalogue, state_of
from app.extracting import extract, programme_texts, survey_texts
from app.i18n import FOLDER, LANGUAGES
from app.survey_check import missing_promise, mistakes

SURVEYS = Path(__file__).parent.parent / "surveys"
FILES = sorted([*SURVEYS.glob("*-2026.toml"), *SURVEYS.glob("*/*-2026.toml")])
PROGRAMMES = sorted([SURVEYS / "programme.toml", *SURVEYS.glob("*/programme.toml")])
CATALOGUES = sorted(FOLDER.glob("*/LC_MESSAGES/*.po"))

# Words of the office that residents do not use; a part of a word counts too.
JARGON = [
    "aanbod", "afschalen", "alliantie", "bestaanszeker", "beleid", "burger", "cliënt", "cofinanc", "convenant", "doelgroep", "doelstelling",
    "draagvlak", "expertise", "faciliter", "focusgebied", "fysieke", "gebiedsgericht", "implement", "indicator", "interventie", "inzetten",
    "kwetsba", "laaggeletterd", "leefbaar", "leefomgeving", "maatregel", "mantelzorg", "monitor", "participa", "perspectief", "pijler",
    "preventie", "programma", "project", "regie", "respondent", "sleutelorganisatie", "stakeholder", "strateg", "traject", "toekomstbestendig",
    "uitvoering", "verantwoording", "zelfredzaam", "samenredzaam",
]  # fmt: skip


def survey(key: str) -> dict[str, Any]:
    return next(data for data in map(read, FILES) if data["key"] == key)


def read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def questions(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (question for page in data["page"] for question in page["question"])


def question(key: str, name: str) -> dict[str, Any]:
    return next(asked for asked in questions(survey(key)) if asked["id"] == name)


def ids(parts: list[dict[str, Any]]) -> list[str]:
    return [part["id"] for part in parts]


def resident_texts() -> list[str]:
    """Every Dutch sentence that a resident can meet in a survey or about a programme."""
    surveys = [text for data in map(read, FILES) if data["audience"] == "resident" for _, text, _ in survey_texts(data)]
    programmes = [
        text for data in map(read, PROGRAMMES) for context, text, what in programme_texts(data) if what != "official" and context != "goal"
    ]
    return surveys + programmes


# ------------------------------------------------------------------------------------------- content
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_survey_holds_no_mistake_and_promises_an_answer(file: Path) -> None:
    programme = load_programme(file.parent)
    text = file.read_text(encoding="utf-8")
    assert mistakes(text, pillars=[pillar.key for pillar in programme.pillars], known_languages=list(LANGUAGES)) == []
    assert list(missing_promise(read(file))) == []
    assert file.stem == read(file)["key"]
    assert set(read(file)["languages"]) <= set(programme.languages)
    assert {asked["goal"] for asked in questions(read(file)) if "goal" in asked} <= {goal.number for goal in programme.goals}


def test_the_resident_survey_asks_these_questions_one_theme_a_page() -> None:
    pages = survey("dordt-west-2026")["page"]
    assert {page["id"]: " ".join(ids(page["question"])) for page in pages} == {
        "start": "zestien",
        "buurt": "wijk woonduur cijfer_buurt ontwikkeling_buurt",
        "wonen": "woning_tevreden wonen_stellingen wonen_open",
        "gezond": "gezondheid_ervaren samen_stellingen gezond_open",
        "leren": "leren_stellingen leren_hulp leren_open",
        "werk": "rondkomen werk_hulp werk_open",
        "veilig": "onveilig_gevoel overlast veilig_open",
        "tot_slot": "belangrijkst meedoen leeftijd",
    }


@pytest.mark.parametrize("key", ["dordt-west-2026", "voorbeeldstad-2026"])
def test_only_the_age_gate_must_be_answered_and_it_comes_first(key: str) -> None:
    gate, *others = questions(survey(key))
    assert (gate["id"], gate["required"], gate["gate"], ids(gate["option"])) == ("zestien", True, "ja", ["ja", "nee"])
    assert [asked["id"] for asked in others if asked.get("required") or asked.get("gate")] == []
    assert survey(key)["stop"] != ""


def test_the_codes_of_the_answers_are_the_agreed_ones() -> None:
    codes = {
        "wijk": "oud_krispijn nieuw_krispijn wielwijk crabbehof zuidhoven elders dk",
        "woonduur": "lt1 y1_5 y5_10 gt10 dk",
        "ontwikkeling_buurt": "beter gelijk slechter dk",
        "gezondheid_ervaren": "1 2 3 4 5 dk",
        "leren_hulp": "lezen nederlands digitaal opleiding kind geen",
        "rondkomen": "1 2 3 4 5 dk",
        "werk_hulp": "baan contract opvang schulden post bedrijf geen",
        "onveilig_gevoel": "4 3 2 1 dk",
        "overlast": "rommel hard_rijden parkeren geluid jongeren drugs ongedierte donker geen",
        "belangrijkst": "wonen gezond leren werk veilig",
        "meedoen": "horen praten doen nee",
        "leeftijd": "a16_29 a30_44 a45_64 a65_79 a80 dk",
    }
    assert {name: " ".join(ids(question("dordt-west-2026", name)["option"])) for name in codes} == codes
    assert [" ".join(ids(scale["option"])) for scale in survey("dordt-west-2026")["scale"]] == ["1 2 3 4 5 dk"] * 2


def test_trust_is_asked_among_the_sentences_about_living_together() -> None:
    rows = question("dordt-west-2026", "samen_stellingen")["row"]
    assert ids(rows) == ["helpen", "thuis", "praten", "vertrouwen"]
    assert rows[3]["text"] == "Ik vertrouw erop dat er iets met mijn mening gebeurt."


def test_the_wijken_that_residents_choose_from_are_the_programme_s() -> None:
    for programme, key in ((SURVEYS, "dordt-west-2026"), (SURVEYS / "voorbeeldstad", "voorbeeldstad-2026")):
        area = load_programme(programme)
        rows = [area.row_of(code) for code in ids(question(key, "wijk")["option"])]
        wijken = [wijk.key for wijk in area.wijken]
        assert rows == [*wijken, *["buiten_gebied"] * len(area.outside), "onbekend"]


def test_the_most_that_may_be_chosen_is_also_said() -> None:
    asked = [asked for data in map(read, FILES) for asked in questions(data) if "at_most" in asked]
    assert [(one["id"], one["at_most"]) for one in asked] == [("overlast", 3), ("belangrijkst", 2)]
    assert [one["id"] for one in asked if f"hoogstens {one['at_most']}" not in one["ask"]] == []


def test_a_professional_is_asked_about_each_subject_that_she_chose() -> None:
    pages = survey("professionals-2026")["page"]
    urgent = next(page for page in pages if page["id"] == "dringend")["question"]
    assert [(asked["id"], asked["pillar"], asked["only_if"], asked["kind"]) for asked in urgent] == [
        (f"urgent_{pillar}", pillar, f"includes(pijlers, {pillar})", "open") for pillar in ("wonen", "gezond", "leren", "werk", "veilig")
    ]
    assert ids(question("professionals-2026", "pijlers")["option"]) == ["wonen", "gezond", "leren", "werk", "veilig"]
    assert [option["id"] for option in question("professionals-2026", "organisatie_soort")["option"] if option.get("other")] == ["anders"]


def test_professionals_judge_the_ten_goals_in_the_programme_s_own_words() -> None:
    rows = question("professionals-2026", "doel_haalbaar")["row"]
    goals = load_programme(SURVEYS).goals
    assert [(row["id"], row["goal"], row["text"]) for row in rows] == [(f"doel{goal.number}", goal.number, goal.text) for goal in goals]


def test_names_for_residents_are_the_same_in_the_programme_and_in_the_survey() -> None:
    for programme, key in ((SURVEYS, "dordt-west-2026"), (SURVEYS / "voorbeeldstad", "voorbeeldstad-2026")):
        names = {pillar.key: pillar.resident for pillar in load_programme(programme).pillars}
        titles = {page["pillar"]: page["title"] for page in survey(key)["page"] if "pillar" in page}
        assert titles == {pillar: names[pillar] for pillar in titles}
        assert len(titles) > 2


# ---------------------------------------------------------------------------------------- plain Dutch
def test_residents_read_no_office_words() -> None:
    found = [(word, text) for text in resident_texts() for word in JARGON if word in text.lower()]
    assert found == []
    assert len(resident_texts()) > 180


def test_residents_read_short_sentences() -> None:
    sentences = [sentence for text in resident_texts() for sentence in re.split(r"[.?!:]\s*|\n+", text)]
    assert [sentence for sentence in sentences if len(sentence.split()) > 14] == []
    words = [len(sentence.split()) for sentence in sentences if sentence]
    assert sum(words) / len(words) < 7


def test_no_question_asks_who_somebody_is() -> None:
    kinds = {asked["kind"] for data in map(read, FILES) for asked in questions(data)}
    assert kinds <= {"single", "multi", "scale", "grade", "matrix", "place", "open"}  # no field for a name, a date of birth or a number
    for asked in questions(survey("dordt-west-2026")):
        if asked["kind"] == "open":
            assert "Schrijf geen namen of adressen op." in asked["help"]


# --------------------------------------------------------------------------------------- translations
def test_every_survey_and_programme_is_whole_in_every_language_it_names() -> None:
    missing = [
        (lang, domain.name, message.id)
        for domain in extract()
        if domain.name != "pages"
        for lang in domain.languages
        if lang != "nl"
        for message in catalogue(lang, domain.name)
        if state_of(message) == "missing"
    ]
    assert missing == []


def catalogue(lang: str, domain: str) -> list[Any]:
    return [message for message in read_catalogue(FOLDER / lang / "LC_MESSAGES" / f"{domain}.po", lang) if message.id]


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: f"{file.parent.parent.name}-{file.stem}")
def test_a_translation_is_written_in_the_letters_of_its_language(file: Path) -> None:
    lang = file.parent.parent.name
    texts = [
        (message.id, text)
        for message in catalogue(lang, file.stem)
        for text in ([message.string] if isinstance(message.string, str) else message.string)
        if text
    ]
    arabic = [(dutch, text) for dutch, text in texts if bool(re.search(r"[\u0600-\u06ff]", text)) != (lang == "ar")]
    assert [dutch for dutch, text in arabic if text != dutch] == []  # names stay as they are written on the street signs
    assert [
        text for _, text in texts if re.search(r"[\u0660-\u0669\u06f0-\u06f9\u202a-\u202e\u2066-\u2069]", text)
    ] == []  # European digits
    assert [text for _, text in texts if text != text.strip() or "  " in text] == []


@pytest.mark.parametrize("lang", ["en", "tr", "pl", "ar"])
def test_no_two_answers_of_one_question_read_the_same(lang: str) -> None:
    texts = {(message.context, message.id): message.string for message in catalogue(lang, "dordt-west-2026")}
    for part in [*survey("dordt-west-2026")["scale"], *(asked for asked in questions(survey("dordt-west-2026")) if "option" in asked)]:
        said = [texts[part["id"], option["text"]] for option in part["option"]]
        assert len(set(said)) == len(said)
