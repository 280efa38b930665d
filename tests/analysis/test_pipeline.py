"""The analysis as an analyst uses it: what comes out, that it stays the same, and that a person's word counts."""

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame
from pandas.testing import assert_frame_equal

from analysis.ask import ask_order
from analysis.pipeline import COLUMNS, analyse

DRONES = (
    "weer een drone voor het slaapkamerraam",
    "die drones maken mij gek",
    "elke avond drones boven het dak",
    "verbied drones in de wijk",
    "drones filmen ons op het balkon",
    "drones!!",
    "wie stuurt die drones",
    "een drone vloog bijna tegen mij aan",
    "geen drones meer alstublieft",
    "de drone zoemt boven mijn terras",
    "drones horen hier niet",
    "ik wil geen drone boven mijn hoofd",
)


def said(*texts: str, lang: str = "nl", **columns: object) -> DataFrame:
    return DataFrame({"text": list(texts), "lang": lang, **columns}, index=[f"a{number}" for number in range(1, len(texts) + 1)])


@pytest.fixture(scope="module")
def found(answers: DataFrame) -> DataFrame:
    return analyse(answers[["text", "lang"]])


def test_every_statement_comes_back_once_in_the_order_it_came(answers: DataFrame, found: DataFrame) -> None:
    assert list(found.columns) == list(COLUMNS)
    assert list(found.index) == list(answers.index)
    assert found["pillar_confidence"].between(0, 1).all()
    assert found["fit"].between(0, 1).all()
    assert set(found["quote"]) == {0, 1}


def test_coverage_balances() -> None:
    found = analyse(said("schimmel in de slaapkamer", "", "nvt", "??", "vocht in huis", "hompeldepompel jubeltenen"))
    themed = found["theme"].isin({"vocht_schimmel"})
    assert list(found["theme"][~themed]) == ["geen_inhoud", "geen_inhoud", "geen_inhoud", "rest"]
    assert list(found["excluded"]) == ["", "leeg", "geen antwoord", "geen woorden", "", ""]


@pytest.mark.parametrize(("lang", "floor"), [("nl", 0.80), ("en", 0.80), ("tr", 0.85), ("pl", 0.85), ("ar", 0.85)])
def test_most_sentences_lie_under_the_pillar_a_person_would_choose(answers: DataFrame, found: DataFrame, lang: str, floor: float) -> None:
    rows = answers["lang"] == lang
    assert (found["pillar"] == answers["pillar"])[rows].mean() >= floor


def test_within_the_right_pillar_most_lie_under_the_right_theme(answers: DataFrame, found: DataFrame) -> None:
    right = found["pillar"] == answers["pillar"]
    assert (found["theme"] == answers["theme"])[right].mean() >= 0.85


def test_the_question_that_was_asked_is_the_strongest_evidence(answers: DataFrame, found: DataFrame) -> None:
    asked = analyse(answers[["text", "lang"]].assign(pillar_asked=answers["pillar"]))
    assert (asked["pillar"] == answers["pillar"]).mean() >= 0.95
    assert list(analyse(said("ja graag meer", "ja graag meer", pillar_asked=["werk", "leren"]))["pillar"]) == ["werk", "leren"]


def test_another_subject_than_the_one_asked_is_named_as_well() -> None:
    found = analyse(said("schimmel op de muur, vocht, lekkage en een kapotte lift", pillar_asked="gezond"))
    assert found["pillar"].tolist() == ["wonen"] or found["also"].tolist() == ["wonen"]


def test_five_languages_meet_in_one_theme() -> None:
    found = analyse(DataFrame({"text": ["schimmel", "küf", "grzyb", "عفن", "mould"], "lang": ["nl", "tr", "pl", "ar", "en"]}))
    assert list(found["theme"]) == ["vocht_schimmel"] * 5
    assert list(found["theme_label"]) == ["Vocht en schimmel"] * 5


def test_capitals_missing_accents_and_typos_change_few_pillars(answers: DataFrame, found: DataFrame) -> None:
    latin = answers[answers["lang"] != "ar"]
    for changed in (
        answers["text"].str.upper(),
        latin["text"].str.normalize("NFD").str.encode("ascii", "ignore").str.decode("ascii").str.lower(),
        latin["text"].map(lambda text: " ".join(word[:3] + word[4:] if len(word) > 7 else word for word in text.split())),
    ):
        again = analyse(answers.loc[changed.index, ["lang"]].assign(text=changed))
        differ = (again["pillar"] != found.loc[changed.index, "pillar"]).mean()
        assert differ <= (0.12 if changed.str.len().sum() < latin["text"].str.len().sum() * 0.98 else 0.05)


def test_the_order_of_the_rows_changes_nothing(answers: DataFrame, found: DataFrame) -> None:
    shuffled = answers.sample(frac=1, random_state=7)
    assert_frame_equal(analyse(shuffled[["text", "lang"]]).loc[answers.index], found, check_exact=True)


def test_other_ids_change_nothing(answers: DataFrame, found: DataFrame) -> None:
    renamed = answers[["text", "lang"]].set_axis([f"z{number}" for number in range(len(answers), 0, -1)])
    assert_frame_equal(analyse(renamed).reset_index(drop=True), found.reset_index(drop=True), check_exact=True)


@pytest.mark.parametrize("themes", [3, 15])
def test_without_pillars_there_are_exactly_as_many_themes_as_asked_and_no_rest(answers: DataFrame, themes: int) -> None:
    found = analyse(answers[["text", "lang"]], pillars=None, themes=themes)
    assert found["theme"].nunique() == themes
    assert "rest" not in set(found["theme"])
    assert set(found["pillar"]) == {"overig"}
    assert_frame_equal(analyse(answers[["text", "lang"]].iloc[::-1], pillars=None, themes=themes).iloc[::-1], found, check_exact=True)


def test_without_pillars_themes_are_not_the_languages(answers: DataFrame) -> None:
    found = analyse(answers[["text", "lang"]], pillars=None, themes=6)
    shares = pd.crosstab(found["theme"], answers["lang"], normalize="index")
    assert shares["nl"].max() < 0.85
    assert (shares > 0).sum(axis=1).min() >= 3


def test_more_themes_than_different_statements_is_refused() -> None:
    with pytest.raises(ValueError, match="themes: 3 asked, but there are only 2 different statements"):
        analyse(said("te donker", "te donker", "te duur"), pillars=None, themes=3)


def test_at_most_so_many_themes_per_pillar(answers: DataFrame) -> None:
    found = analyse(answers[["text", "lang"]], themes=2)
    named = found[~found["theme"].isin({"rest", "geen_inhoud"})]
    assert named.groupby("pillar")["theme"].nunique().max() == 2
    assert "rest" in set(found["theme"])


def test_what_a_person_settled_comes_back_unchanged_and_steers_the_rest() -> None:
    texts = [f"de klokken van de toren {word}" for word in ("luiden", "zwijgen", "slaan", "klinken", "dreunen", "beieren")]
    before = analyse(said(*texts))
    settled = DataFrame({"pillar": "gezond", "theme": ["klokken", "klokken", "klokken", ""]}, index=["a1", "a2", "a3", "a4"])
    after = analyse(said(*texts), labels=settled)
    assert list(after["pillar"][:4]) == ["gezond"] * 4
    assert list(after["pillar_confidence"][:4]) == [1.0] * 4
    assert list(after["theme"][:3]) == ["klokken"] * 3
    assert set(after["theme_label"][:3]) == {"Klokken"}
    assert "gezond" not in set(before["pillar"])
    assert list(after["pillar"][4:]) == ["gezond", "gezond"]
    assert list(after["theme"][4:]) == ["klokken", "klokken"]


def test_a_person_may_settle_that_nothing_was_said_and_that_something_was() -> None:
    settled = DataFrame({"pillar": ["overig", "veilig"], "theme": ["geen_inhoud", "verkeersveiligheid"]}, index=["a1", "a2"])
    found = analyse(said("vijf bij de schimmel", "??"), labels=settled)
    assert list(found["theme"]) == ["geen_inhoud", "verkeersveiligheid"]
    assert list(found["excluded"]) == ["geen antwoord", ""]


def test_later_waves_are_laid_into_the_themes_of_the_first(answers: DataFrame) -> None:
    first = answers[["text", "lang"]].assign(wave="2026")
    drones = said(*DRONES, pillar_asked="veilig", wave="2027")
    again = said(*(f"nog steeds: {text}" for text in DRONES), pillar_asked="veilig", wave="2028").rename(index="x{}".format)
    alone = analyse(first)
    found = analyse(pd.concat([again, drones, first]))
    kept = ["pillar", "pillar_confidence", "theme", "theme_label", "fit"]
    assert_frame_equal(found.loc[first.index, kept], alone[kept], check_exact=True, check_names=False)
    assert (found.loc[drones.index, "theme"] == "drones").sum() >= 9
    assert (found.loc[again.index, "theme"] == "drones").sum() >= 9
    assert set(found.loc[found["theme"] == "drones", "theme_label"]) == {"Drones"}


def test_a_later_wave_brings_a_theme_in_a_word_that_nobody_said_but_not_for_what_the_codebook_knows() -> None:
    """Robots are said beside refuse, dark, noise and lights; parking is new as well, and has a theme."""
    first = said(*(f"{text} {word}" for text in ("de muren zijn vochtig", "de huur is te hoog") for word in "abcdefgh"), wave="2026")
    robots = said(
        "in het donker struikel ik over de bezorgrobot", "de bezorgrobot piept de hele nacht en geeft lawaai", "zwerfafval valt uit elke bezorgrobot",
        "een bezorgrobot blokkeert de ingang", "verbied de bezorgrobot", "politie doet niets aan de bezorgrobot", "de bezorgrobot rijdt te hard",
        "de bezorgrobot filmt ons", "weer een bezorgrobot", "jongeren gooien de bezorgrobot om",
        pillar_asked="veilig", wave="2027",
    ).rename(index="r{}".format)  # fmt: skip
    parking = said(*(f"onmogelijk een parkeerplaats te vinden {word}" for word in "abcdefghijkl"), wave="2027").rename(index="p{}".format)
    found = analyse(pd.concat([first, robots, parking]))
    assert (found.loc[robots.index, "theme_label"] == "Bezorgrobot").sum() >= 8
    assert set(found.loc[parking.index, "theme"]) == {"parkeren_bereikbaarheid"}


def test_a_theme_that_emerges_is_named_by_a_whole_word_and_keeps_its_key() -> None:
    found = analyse(said(*DRONES, pillar_asked="veilig"))
    fewer = analyse(said(*DRONES[:9], pillar_asked="veilig"))
    assert found["theme"].value_counts().index[0] == fewer["theme"].value_counts().index[0] == "drones"


def test_another_municipality_brings_its_own_pillars_and_no_foreign_themes() -> None:
    pillars = {
        "jeugd": {"nl": "jongeren, kinderen, speeltuin", "tr": "gençler, çocuklar"},
        "water": {"nl": "sloot, dijk, overstroming", "tr": "su, sel"},
    }
    found = analyse(
        DataFrame(
            {"text": ["de sloot loopt over", "niks voor de jongeren", "gençler sıkılıyor", "sel bastı"], "lang": ["nl", "nl", "tr", "tr"]}
        ),
        pillars=pillars,
    )
    assert list(found["pillar"]) == ["water", "jeugd", "jeugd", "water"]
    assert set(found["theme"]) == {"rest"}


def test_the_words_that_decided_are_words_of_the_answer_itself() -> None:
    """Also where words are said twice and no listed phrase is: looking at the same words again finds the same."""
    pillars = {"huis": {"nl": "schimmel, huur"}, "straat": {"nl": "lawaai, afval"}}
    texts = ("lawaai lawaai lawaai", "zo zo zo", "schimmel", "afval afval", "huur huur huur", "niks niks bijzonders", "schimmel", "huur")
    found = analyse(said(*texts), pillars=pillars, explain=True)
    assert list(found["reasons"]) == ["lawaai", "", "schimmel", "afval", "huur", "", "schimmel", "huur"]


def test_a_codebook_of_ones_own_seeds_the_themes() -> None:
    codebook = DataFrame(
        {
            "theme": ["zwemles", "vuurwerk", "vreemd"],
            "pillar": ["gezond", "veilig", "bestaat_niet"],
            "label": ["=Zwemles voor volwassenen", "Vuurwerk", "Weg"],
        }
    )
    found = analyse(said("zwemles in de avond", "vuurwerk verbieden", "schimmel"), codebook=codebook)
    assert list(found["theme"]) == ["zwemles", "vuurwerk", "rest"]
    assert list(found["theme_label"]) == ["Zwemles voor volwassenen", "Vuurwerk", "Rest"]


def test_three_quotes_a_theme_of_different_wording_and_never_with_personal_data() -> None:
    texts = [
        "schimmel in de slaapkamer van de kinderen",
        "Schimmel in de slaapkamer van de kinderen!",
        "schimmel op de muur en vocht in de gang",
        "de badkamer is beschimmeld en nat",
        "schimmel, bel mij op 06-12345678 want zo gaat het niet langer",  # this one could leak
        "schimmel schimmel schimmel in huis, mail jan@voorbeeld.nl",  # and this one
        "vocht en schimmel in de kelder",
    ]
    found = analyse(said(*texts))
    quotes = found[found["quote"] == 1]
    assert set(found["theme"]) == {"vocht_schimmel"}
    assert len(quotes) == len(set(quotes["text_masked"].str.lower().str.strip("!"))) == 3
    assert not quotes["text_masked"].str.contains(r"\[").any()
    assert found.loc["a5", "text_masked"] == "schimmel, bel mij op [telefoon] want zo gaat het niet langer"


def test_every_engine_gives_the_same(answers: DataFrame, found: DataFrame) -> None:
    assert_frame_equal(analyse(answers[["text", "lang"]], engine="joblib"), found, check_exact=True)


def test_vectors_may_speak_beside_the_words(answers: DataFrame, found: DataFrame) -> None:
    rng = np.random.default_rng(1)
    centres = {pillar: rng.normal(size=16) for pillar in sorted(set(answers["pillar"]))}
    vectors = DataFrame([centres[pillar] + rng.normal(scale=0.3, size=16) for pillar in answers["pillar"]], index=answers.index)
    right = analyse(answers[["text", "lang"]], embeddings=vectors)["pillar"] == answers["pillar"]
    assert right.mean() > (found["pillar"] == answers["pillar"]).mean()
    grouped = analyse(answers[["text", "lang"]], pillars=None, themes=6, embeddings=lambda texts: vectors.to_numpy()[: len(texts)])
    assert grouped["theme"].nunique() == 6
    with pytest.raises(ValueError, match="embeddings: there is no vector for id s001"):
        analyse(answers[["text", "lang"]], embeddings=vectors.drop(index="s001"))


@pytest.mark.parametrize(
    "texts", [["te donker"], ["te donker"] * 30, ["", "-"], ["schimmel " * 100_000], ["ő" * 3, "\u202e\u200f", "a\nb"]]
)
def test_odd_surveys_give_a_sensible_result(texts: list[str]) -> None:
    assert len(analyse(said(*texts))) == len(texts)
    assert len(analyse(said(*texts), pillars=None)) == len(texts)


def test_progress_is_told_step_by_step() -> None:
    told: list[tuple[str, int, int]] = []
    analyse(said("te donker"), progress=lambda step, done, total: told.append((step, done, total)))
    assert told == [
        ("reading", 1, 1),
        ("weighing words", 1, 2),
        ("weighing words", 2, 2),
        ("scoring", 1, 1),
        ("themes", 1, 1),
        ("quotes", 1, 1),
    ]


def test_the_answers_where_help_matters_come_first(found: DataFrame) -> None:
    more = pd.concat([found, analyse(said("", "nvt"))])
    order = ask_order(more, settled=["s001"])
    assert sorted(order) == list(range(1, len(more) + 1))
    assert more.loc[order.sort_values().index[:20], "pillar_confidence"].mean() < more["pillar_confidence"].mean()
    assert set(order[["a1", "a2"]]) == {len(more) - 1, len(more)}
    assert order["s001"] == len(more) - 2
    assert ask_order(more.sample(frac=1, random_state=3), settled=["s001"]).loc[more.index].equals(order)
