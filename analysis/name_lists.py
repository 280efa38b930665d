"""What a word of a text is known as: a first name, a surname, or an ordinary word; from names.toml and the word lists."""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import stopwordsiso

from analysis.lists import read_lists

NAMES = Path(__file__).with_name("names.toml")
LANGUAGES = ("nl", "en", "tr", "pl", "ar")
# "Abd al-..." is one name in two words.
WORD = re.compile(r"[وفبل]?عبد ?ال[^\W\d_]+|(?:[^\W\d_]|[\u0300-\u036f\u064b-\u0652])+(?:[-‑](?:[^\W\d_]|[\u0300-\u036f])+)*")
JOINED = re.compile(r"[ \u00a0\t]*['’‘\"“„]?")  # what may stand between two words of one name
ENDED = re.compile(r"[.!?…:;\n\r•*|؟]")  # after it a capital says nothing
PLAIN = str.maketrans(
    {
        "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss", "'": "", "’": "", " ": "", "‑": "-",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ة": "ه", "ى": "ي", "ؤ": "و", "ئ": "ي", "ـ": "",
    }
)  # fmt: skip
INFLECTED = {
    "a": "y i e ie o u",
    "ek": "ka kowi kiem ku",
    "el": "la lowi lem le",
    "": "a owi em iem ie u",
}  # Polish cases, by the name's ending
PROCLITICS = "وفبلك"  # Arabic writes "and", "so", "in", "for" and "like" against the word

Phrases = Mapping[
    str, Sequence[tuple[tuple[str, ...], str]]
]  # first word -> phrases that begin with it, the longest first, each with its kind


class Word(NamedTuple):
    """A word of a text: where it stands, folded, and what its writing says.

    upper, capital : begins with a capital without being all capitals; and does so where an ordinary word would not.
    glued, opening : belongs to the word before it, with only a space between; begins a sentence.
    """

    start: int
    end: int
    said: str
    upper: bool
    capital: bool
    glued: bool
    opening: bool


class Standing(NamedTuple):
    """Whether a word is known as a first name or a surname, and as nothing else besides."""

    first: bool = False
    last: bool = False
    sure: bool = False


@dataclass(frozen=True)
class Lists:
    """names.toml, folded and ready.

    first, last, words : names, and those that are ordinary words as well.
    before             : titles, relatives and "ik heet", after which a name stands; ``greeting``, under which one does.
    keep               : what is never a name.
    around             : the other lists by their key.
    starts             : every word with which something may begin.
    """

    first: frozenset[str]
    last: frozenset[str]
    words: frozenset[str]
    before: Phrases
    greeting: Phrases
    keep: Phrases
    around: Mapping[str, frozenset[str]]
    starts: frozenset[str]


@cache
def name_lists() -> Lists:
    """Read names.toml, once.

    Returns : Lists. Cost: some 0.1 s.
    """
    read = _read()
    first, last, words = (_folded(" ".join(read[part].values())) for part in ("first", "last", "words"))
    around = {key: _folded(text) for part in ("around", "places", "endings") for key, text in read[part].items()}
    phrases = {key: text.split(",") for key, text in read["phrases"].items()}
    before = make_phrases({"said": phrases["said"], "titles": around["titles"], "kin": [*phrases["kin"], *around["kin"]]})
    greeting, keep = (make_phrases({key: phrases[key]}) for key in ("greeting", "keep"))
    around |= {"roles": around["titles"] | around["kin"] | around["named"], "greeting": _folded(" ".join(phrases["greeting"]))}
    starts = first.union(last, before, greeting, keep, around["named"], around["particles"])
    return Lists(first, last, words, before, greeting, keep, around, starts)


def make_phrases(by_kind: Mapping[str, Collection[str]]) -> Phrases:
    """Lay phrases ready to be found by their first word.

    by_kind : kind -> phrases as a person writes them.
    Returns : Phrases.

    >>> make_phrases({"keep": ["Albert Heijn"]})
    {'albert': [(('albert', 'heijn'), 'keep')]}
    """
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for kind, phrases in by_kind.items():
        for phrase in sorted(phrases):
            parts = tuple(_fold(found[0]) for found in WORD.finditer(phrase))
            if parts:
                table.setdefault(parts[0], []).append((parts, kind))
    return {first: sorted(phrases, key=lambda each: -len(each[0])) for first, phrases in table.items()}


def cut_words(text: str) -> list[Word]:
    """Cut a text into words that say where they stand and how they are written.

    text    : str.
    Returns : list of Word, in order. Where Most Words Have Capitals none of them means anything. A small Arabic word against a name is left outside.

    >>> [(word.said, word.capital, word.glued) for word in cut_words("Dat zei Ömer. Echt")]
    [('dat', False, False), ('zei', False, True), ('omer', True, True), ('echt', False, False)]
    """
    abbreviations = name_lists().around["titles"] | name_lists().around["greeting"]
    words: list[Word] = []
    before, previous = 0, ""
    for found in WORD.finditer(text):
        gap, typed, said = text[before : found.start()], found[0], _fold(found[0])
        between = gap[1:] if gap.startswith(".") and (len(previous) == 1 or previous in abbreviations) else gap
        opening = not words or ENDED.search(between) is not None
        upper = typed[0].isupper() and (len(said) == 1 or not typed.isupper())
        off = _proclitic(said)
        glued = bool(words) and not off and JOINED.fullmatch(between) is not None
        words.append(Word(found.start() + off, found.end(), said[off:], upper, upper and not opening, glued, opening))
        before, previous = found.end(), said
    inside = [word for word in words if not word.opening]
    if len(inside) > 4 and sum(word.upper for word in inside) * 3 > len(inside) * 2:
        return [word._replace(capital=False) for word in words]
    return words


@lru_cache(maxsize=100_000)
def standing(said: str) -> Standing:
    """Say what a word is known as.

    said    : str, folded. Of a double name ("jan-willem") each part counts; the cases of Polish first names are known, but not sure.
    Returns : Standing.

    >>> standing("fatma"), standing("roos")
    (Standing(first=True, last=False, sure=True), Standing(first=True, last=True, sure=False))
    """
    lists = name_lists()
    if "-" in said:
        parts = [standing(part) for part in said.split("-") if part]
        return Standing(parts[0].first, parts[-1].last, any(part.sure for part in parts)) if parts else Standing()
    first, last = said in lists.first or said.startswith("عبدال"), said in lists.last
    if first or last:
        return Standing(first, last, said not in lists.words)
    owner = len(said) > 4 and said.endswith("s") and said[:-1] in lists.first and said[:-1] not in lists.words
    return Standing(owner or said in _inflected(), sure=owner)


@lru_cache(maxsize=100_000)
def is_ordinary(said: str) -> bool:
    """Say whether a word is an ordinary one: it is, or begins with, a word that the analysis knows.

    said    : str, folded.
    Returns : bool.

    >>> is_ordinary("buurtfeest"), is_ordinary("kwestro")
    (True, False)
    """
    known = _vocabulary()
    return said in known or any(said[:end] in known for end in range(5 if len(said) > 8 else 4, len(said)))


@cache
def endings(part: str) -> tuple[str, ...]:
    """Give how words of one kind end.

    part    : "street" ("-laan"), "part" (endings that surnames have as well: "-dijk") or "building" ("-kerk").
    Returns : tuple of str.
    """
    return tuple(sorted(name_lists().around[part]))


@lru_cache(maxsize=100_000)
def _fold(typed: str) -> str:
    """A word without capitals, accents, hamza and tatweel; unlike the analysis, letters typed three times stay, and no heavy library is loaded for it."""
    if typed.isascii():
        return typed.lower().replace("'", "")
    return "".join(sign for sign in unicodedata.normalize("NFKD", typed.casefold().translate(PLAIN)) if not unicodedata.combining(sign))


def _folded(text: str) -> frozenset[str]:
    return frozenset(map(_fold, text.split()))


def _proclitic(said: str) -> int:
    """1 for an Arabic name with a small word written against it, else 0."""
    lists = name_lists()
    return int(said[:1] in PROCLITICS and len(said) > 2 and said not in lists.first and (said[1:] in lists.first or said[1:] in lists.last))


@cache
def _vocabulary() -> frozenset[str]:
    known = {word for lang in LANGUAGES for word in stopwordsiso.stopwords(lang)}
    for lists in read_lists().values():
        listed = [lists["fillers"], lists["no_answer"], *lists["pillars"].values(), *lists["themes"].values()]
        known.update(word for text in listed for word in re.split(r"[\s,=]+", text))
    return frozenset(_fold(word) for word in known if len(word) > 1)


@cache
def _inflected() -> frozenset[str]:
    """Polish first names in their cases: Kasi, Tomkowi, Pawła."""
    forms: set[str] = set()
    for name in _folded(_read()["first"]["polish"]):
        ending = next(ending for ending in INFLECTED if name.endswith(ending))
        forms.update(name.removesuffix(ending) + case for case in INFLECTED[ending].split())
    return frozenset(forms)


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(NAMES.read_text(encoding="utf-8"))
