"""Words: how a statement is cut into words, folded to one plain form and brought back to a stem, in any language."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

import snowballstemmer
import stopwordsiso
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from analysis.lists import read_lists

WORD = re.compile(r"\d+\+|[^\W_]+(?:['’ʼ][^\W_]+)*")
MARK = re.compile(r"\[[a-z]+\]")
COMBINING = re.compile("[" + "".join(sign for sign in map(chr, range(0x300, 0x1E900)) if unicodedata.combining(sign)) + "]")
REPEATED = re.compile(r"([^\W\d_])\1{2,}")
# Letters that no Unicode rule makes plain; residents leave the dot, the bar or the hamza out, and so do capitals.
PLAIN = str.maketrans(
    {
        "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe",
        "ٱ": "ا", "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ؤ": "و", "ئ": "ي", "ء": "", "ـ": "",
        "'": "", "’": "", "‘": "", "`": "", "´": "", "ʼ": "",
    }
)  # fmt: skip
SNOWBALL = {
    "nl": "dutch",
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "pt": "portuguese",
    "it": "italian",
    "ro": "romanian",
}
# Snowball's rules for these two want every accent, which residents leave out; the first letters of a word do as well (Can et al., 2008, for Turkish).
FIRST_LETTERS = {"tr": 5, "pl": 6}
ARTICLES = ("وال", "فال", "بال", "كال", "لل", "ال")
ARABIC_ENDINGS = ("هما", "كما", "نا", "هم", "ها", "ون", "ين", "ات", "ان", "وا", "يه", "ه", "ي")


def fold(text: str) -> str:
    """Bring a text to one plain form: no capitals, accents, apostrophes, tatweel or hamza, and no letter three times in a row.

    text    : str, any language, any length.
    Returns : str. The same for ``text`` and ``text.upper()``, the dotted and dotless Turkish I included, and for Arabic-Indic and plain digits.
    Cost: linear in the letters; remembered, because the words of a survey come back often.

    >>> fold("KÜF ve ÇÖP, vieeees")
    'kuf ve cop, vies'
    """
    return text if text.isdigit() and text.isascii() else _fold(text)


@lru_cache(maxsize=100_000)
def _fold(text: str) -> str:
    bare = text if text.isascii() else COMBINING.sub("", unicodedata.normalize("NFKD", text))
    plain = bare.casefold().translate(PLAIN)
    if not plain.isascii():
        plain = "".join(str(unicodedata.digit(sign, sign)) for sign in plain)
    return REPEATED.sub(r"\1", plain)


def cut(text: str) -> list[str]:
    """Cut a text into words as they were typed; marks of masked data such as ``[telefoon]`` are left out.

    text    : str.
    Returns : list of str, in order; empty for a text without letters or digits (``"-"``, only emoji).

    >>> cut("Bel [telefoon], auto's en 65+!")
    ['Bel', "auto's", 'en', '65+']
    """
    plain = MARK.sub(" ", text) if "[" in text else text
    return WORD.findall(plain if plain.isascii() else COMBINING.sub("", unicodedata.normalize("NFKC", plain).replace("ـ", "")))


def words(text: str) -> list[str]:
    """Cut a text into folded words, in order.

    text    : str.
    Returns : list of str; ``[fold(word) for word in cut(text)]`` without what folds to nothing.

    >>> words("Auto's!! RIJDEN te hárd")
    ['autos', 'rijden', 'te', 'hard']
    """
    return [folded for folded in map(fold, cut(text)) if folded]


def without_article(word: str) -> str:
    """Take the article and the prepositions that Arabic writes against a word off it.

    word    : str, folded.
    Returns : str; the word itself when it is not Arabic or when fewer than two letters would be left.

    >>> without_article("والشارع")
    'شارع'
    """
    for article in ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= 2:
            return word[len(article) :]
    return word[1:] if len(word) > 4 and word[0] in "وفبل" else word


@lru_cache(maxsize=100_000)
def stem(word: str, lang: str) -> str:
    """Bring the forms of a word together: "huizen" and "huis", "arabalar" and "araba".

    word    : str, folded.
    lang    : str, ISO 639-1. Dutch, English and some others by Snowball, Turkish and Polish by first letters, Arabic without article and ending; else the word.
    Returns : str, not always a word that exists: for grouping, never for showing.

    >>> stem("woningen", "nl") == stem("woning", "nl")
    True
    """
    if lang == "ar":
        bare = without_article(word)
        ending = next((end for end in ARABIC_ENDINGS if bare.endswith(end) and len(bare) - len(end) >= 3), "")
        return bare[: len(bare) - len(ending)]
    if lang in FIRST_LETTERS:
        return word[: FIRST_LETTERS[lang]]
    return str(_stemmer(SNOWBALL[lang]).stemWord(word)) if lang in SNOWBALL else word


@cache
def _stemmer(name: str) -> Any:
    return snowballstemmer.stemmer(name)


@cache
def stop_words(lang: str) -> frozenset[str]:
    """Words of a language that say nothing about a subject, folded.

    lang    : str, ISO 639-1; a language without a list gives an empty set. English has scikit-learn's list: the other one holds "work" and "home".
    Returns : frozenset of str.

    >>> {"het", "een"} <= stop_words("nl")
    True
    """
    listed = ENGLISH_STOP_WORDS if lang == "en" else stopwordsiso.stopwords(lang) if stopwordsiso.has_lang(lang) else set()
    return frozenset(fold(word) for word in (*listed, *read_lists().get(lang, {}).get("fillers", "").split()))
