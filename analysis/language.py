"""The language of a statement: the form's language, unless the words say otherwise."""

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.text import cut, fold, stop_words

LANGUAGES = ("nl", "en", "tr", "pl", "ar")  # of the programme; a caller may name others
LETTERS = {"tr": re.compile("[ğışİ]"), "pl": re.compile("[ąęłńśźż]")}  # letters that no other language of the programme has
ARABIC = re.compile(r"[\u0600-\u06ff]")
ARABIC_SCRIPT = {"ar", "fa", "ur", "ps", "ku"}
ENOUGH = 2.0  # words of another language, more than of the form's own, that outweigh the form
LONG = 25  # letters from which the detector is asked about a text whose words say nothing
HEARD = 200  # words of a statement that have a say
STRANGE = 1.5  # what a letter of one language counts for


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
    said = cut(text)
    votes = votes_of([fold(word) for word in said[:HEARD]], (*among, form) if form else tuple(among)).sum(axis=0)
    return decide(text, form, votes, sum(map(len, said)), among)


def votes_of(folded: Sequence[str], languages: Sequence[str]) -> NDArray[np.float64]:
    """Say for each word of which languages it is a common word.

    folded    : words.
    languages : in the order of the columns.
    Returns   : words x languages; a word that is common in two counts a quarter in each.
    """
    listed = tuple(languages)
    nobody = (0.0,) * len(listed)
    return np.array([nobody if word.isdigit() else _votes(word, listed) for word in folded], dtype=float).reshape(len(folded), len(listed))


def decide(text: str, form: str, votes: NDArray[np.float64], letters: int, among: Sequence[str]) -> str:
    """Say in which language a statement is written, when the votes of its words are known.

    text    : masked.
    form    : as for ``detect``.
    votes   : per language of ``among``, and then of ``form`` if it is not among them.
    letters : in all words together.
    among   : languages to choose from.
    Returns : str, as ``detect`` gives it.
    """
    plain = text.isascii()
    if not plain and letters and len(ARABIC.findall(text)) * 2 > letters:
        return form if form in ARABIC_SCRIPT else "ar"
    score = dict(zip((*among, form) if form and form not in among else among, votes.tolist(), strict=False))
    own = score.get(form, 0.0)
    if not plain:
        for lang, signs in LETTERS.items():
            if lang in score:
                score[lang] += STRANGE * len(set(signs.findall(text)))
        own = score.get(form, 0.0)
    best = max(score, key=lambda lang: (score[lang], lang == form))
    if score[best] - own >= ENOUGH:
        return best
    if letters >= LONG and (own == 0 if form else score[best] < ENOUGH):
        return _ask_detector(text, tuple(sorted(score)))
    return form or best


@lru_cache(maxsize=100_000)
def _votes(word: str, languages: tuple[str, ...]) -> tuple[float, ...]:
    speaks = [len(word) > 1 and word in stop_words(lang) for lang in languages]
    speakers = len({lang for lang, does in zip(languages, speaks, strict=True) if does})
    return tuple(does / speakers**2 if speakers else 0.0 for does in speaks)


@cache
def _detector(among: tuple[str, ...]) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  # a second to load, and seldom needed

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages([lang for lang in among if lang in identifier.labels] or None)
    return identifier


@lru_cache(maxsize=20_000)
def _ask_detector(text: str, among: Iterable[str]) -> str:
    found, _ = _detector(tuple(among)).classify(text)
    return str(found)
