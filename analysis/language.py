"""The language of a statement: the form's language, unless the words say otherwise."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from analysis.text import cut, fold, stop_words

LANGUAGES = ("nl", "en", "tr", "pl", "ar")  # of the programme; a caller may name others
LETTERS = {"tr": re.compile("[ğışİ]"), "pl": re.compile("[ąęłńśźż]")}  # letters that no other language of the programme has
ARABIC = re.compile(r"[\u0600-\u06ff]")
ARABIC_SCRIPT = {"ar", "fa", "ur", "ps", "ku"}
ENOUGH = 2.0  # words of another language, more than of the form's own, that outweigh the form
LONG = 25  # letters from which the detector is asked about a text whose words say nothing


def detect(text: str, form: str = "", *, among: Sequence[str] = LANGUAGES) -> str:
    """Say in which language a statement is written.

    text    : str, masked or not.
    form    : str, ISO 639-1, the language in which the form was read; "" when unknown. A short answer keeps it: "wifi", "parkeren!!" or "ok" prove nothing.
    among   : languages to choose from; ``form`` is added. Default: the five of the programme.
    Returns : str, one of ``among`` or ``form``. Script and letters of one language decide, then common words, then, for a longer text
              without a single common word of the form's language, py3langid.
    Cost: linear in the words. Deterministic.

    >>> detect("komşularım çok iyi insanlar", form="nl"), detect("wifi", form="pl")
    ('tr', 'pl')
    """
    candidates: tuple[str, ...] = tuple(dict.fromkeys((form, *among) if form else among))
    said = cut(text)
    letters = sum(map(len, said))
    arabic = len(ARABIC.findall(text))
    if letters and arabic * 2 > letters:
        return form if form in ARABIC_SCRIPT else "ar"
    score: dict[str, float] = dict.fromkeys((*candidates, ""), 0.0)
    for word in map(fold, said[:200]):
        speakers = [lang for lang in candidates if word in _marks(lang)]
        for lang in speakers:
            score[lang] += 1 / len(speakers) ** 2
    for lang, signs in LETTERS.items():
        if lang in score:
            score[lang] += 1.5 * len(set(signs.findall(text)))
    best = max(candidates, key=lambda lang: score[lang])  # of equals the first: the form's own
    if score[best] - score[form] >= ENOUGH:
        return best
    if letters >= LONG and (score[form] == 0 if form else score[best] < ENOUGH):
        return _ask_detector(text, candidates)
    return form or best


@cache
def _marks(lang: str) -> frozenset[str]:
    return frozenset(word for word in stop_words(lang) if len(word) > 1)


@cache
def _detector(among: tuple[str, ...]) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  # a second to load, and seldom needed

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages([lang for lang in among if lang in identifier.labels] or None)
    return identifier


def _ask_detector(text: str, among: Iterable[str]) -> str:
    detector = _detector(tuple(sorted(among)))
    found, _ = detector.classify(text)
    return str(found)
