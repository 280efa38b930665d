"""Words in five languages: capitals, accents and dots are left out by residents and must not matter."""

import pytest

from analysis.content import why_excluded
from analysis.language import detect
from analysis.text import cut, fold, stem, stop_words, words


@pytest.mark.parametrize(
    "text",
    ["Işık yok, ÇÖP var", "İstanbul'da ısıtma", "Łazienka jest zagrzybiona", "één café, reünie", "straße", "العفن في الغُرفة", "ğüşöçıİI"],
)
def test_capitals_change_nothing(text: str) -> None:
    assert words(text.upper()) == words(text) == words(text.lower())


def test_accents_hamza_tatweel_and_arabic_digits_change_nothing() -> None:
    assert words("küf çöp ışık") == words("kuf cop isik")
    assert words("ściana zagrzybiona") == words("sciana zagrzybiona")
    assert words("أسعار الـمـدرسـة ٣٤") == words("اسعار المدرسه 34")
    assert fold("heeeeel vieeees") == fold("hel vies")


def test_apostrophes_marks_and_signs_are_no_words() -> None:
    assert words("Auto's, 's avonds & boa’s 65+") == ["autos", "s", "avonds", "boas", "65+"]
    assert cut("Bel [telefoon] 😀 of [mail]!!") == ["Bel", "of"]


@pytest.mark.parametrize(
    ("one", "other", "lang"),
    [
        ("woningen", "woning", "nl"),
        ("neighbours", "neighbour", "en"),
        ("arabalar", "arabada", "tr"),
        ("mieszkania", "mieszkaniu", "pl"),
        ("والمدرسه", "مدرسه", "ar"),
    ],
)
def test_forms_of_a_word_come_together(one: str, other: str, lang: str) -> None:
    assert stem(one, lang) == stem(other, lang)


def test_english_keeps_work_and_home() -> None:
    assert {"work", "home", "room", "computer"} & stop_words("en") == set()
    assert {"the", "and", "please"} <= stop_words("en")


@pytest.mark.parametrize("text", ["wifi", "ok", "parkeren!!", "park", "lift", "DigiD", "", "😀", "taxi bus tram"])
@pytest.mark.parametrize("form", ["nl", "en", "tr", "pl", "ar"])
def test_a_short_answer_keeps_the_language_of_the_form(text: str, form: str) -> None:
    assert detect(text, form) == form


@pytest.mark.parametrize(
    ("text", "form", "lang"),
    [
        ("komşularım çok iyi insanlar", "nl", "tr"),
        ("nie mam z kim porozmawiać, siedzę sama w domu", "nl", "pl"),
        ("المصعد خربان كل أسبوع", "nl", "ar"),
        ("ik kan hier niet slapen door het lawaai van de buren", "ar", "nl"),
        ("there is nothing to do for the kids in this street", "tr", "en"),
        ("lift bozuk, yaşlılar çıkamıyor", "", "tr"),
        ("er is geen speeltuin meer voor de kinderen", "", "nl"),
    ],
)
def test_strong_evidence_outweighs_the_form(text: str, form: str, lang: str) -> None:
    assert detect(text, form) == lang


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "leeg"),
        ("  \n", "leeg"),
        ("-", "geen woorden"),
        ("??", "geen woorden"),
        ("👍👍", "geen woorden"),
        ("123", "geen woorden"),
        ("[telefoon]", "geen woorden"),
        ("N.v.t.", "geen antwoord"),
        ("zie vorige antwoord", "geen antwoord"),
        ("Weet ik niet hoor", "geen antwoord"),
        ("bilmiyorum", "geen antwoord"),
        ("nie wiem", "geen antwoord"),
        ("لا أعرف", "geen antwoord"),
        ("a", "te kort"),
        ("sdfgh", "geen woorden"),
        ("licht", ""),
        ("geen groen", ""),
        ("ev", "te kort"),
        ("عفن", ""),
    ],
)
def test_answers_that_say_nothing_are_known_as_such(text: str, reason: str) -> None:
    assert why_excluded(text, words(text)) == reason
