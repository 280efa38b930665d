"""Names for themes: whole words that a person would say, and keys that come from them."""

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from analysis.text import fold, stem, stop_words

Word = tuple[str, str]  # (language, stem)
KEY_SIGNS = re.compile(r"[^a-z0-9]+")


def subject_words(surfaces: Sequence[str], lang: str) -> dict[Word, str]:
    """Give the words of a statement that can carry a subject.

    surfaces : words as typed.
    lang     : ISO 639-1.
    Returns  : {(language, stem): word as typed}; without stop words, numbers and words of one or two letters.

    >>> subject_words(["De", "bankjes", "zijn", "weg"], "nl")
    {('nl', 'bank'): 'bankjes'}
    """
    found: dict[Word, str] = {}
    for surface in surfaces:
        folded = fold(surface)
        if folded.isalpha() and len(folded) > 2 and folded not in stop_words(lang):
            found.setdefault((lang, stem(folded, lang)), surface)
    return found


def proper_names(statements: Iterable[tuple[Sequence[str], str]]) -> set[Word]:
    """Find words that are names of people or places: written with a capital where a sentence would not ask for one.

    statements : (words as typed, language).
    Returns    : set of (language, stem). A name is a sorry name for a theme.
    """
    capital: Counter[Word] = Counter()
    seen: Counter[Word] = Counter()
    for surfaces, lang in statements:
        if sum(surface.isupper() for surface in surfaces) * 2 > len(surfaces):
            continue
        for word, surface in subject_words(surfaces[1:], lang).items():
            seen[word] += 1
            capital[word] += surface[:1].isupper()
    return {word for word, n in capital.items() if n * 2 > seen[word]}


def telling_words(groups: Mapping[str, Sequence[Mapping[Word, str]]], *, at_most: int = 3) -> dict[str, list[str]]:
    """Find the words that tell each group of statements from the others: class-based TF-IDF (Grootendorst, 2022) on stems.

    groups  : group -> its statements as ``subject_words`` gives them.
    at_most : words per group.
    Returns : group -> whole words as people typed them, the most telling first; a group without words gets an empty list.
    """
    counts = {group: Counter(word for statement in statements for word in statement) for group, statements in groups.items()}
    overall: Counter[Word] = Counter()
    for count in counts.values():
        overall.update(count)
    average = sum(overall.values()) / max(len(groups), 1)
    shown = shown_words(statement for statements in groups.values() for statement in statements)
    named = {}
    for group, count in counts.items():
        ranked = sorted(count, key=lambda word: (-count[word] * math.log(1 + average / overall[word]), word))
        named[group] = list(dict.fromkeys(shown[word] for word in ranked))[:at_most]
    return named


def shown_words(statements: Iterable[Mapping[Word, str]]) -> dict[Word, str]:
    """Choose for each stem the whole word that people typed most.

    statements : as ``subject_words`` gives them.
    Returns    : (language, stem) -> word, in lower case as its language has it.
    """
    forms: dict[Word, Counter[str]] = defaultdict(Counter)
    for statement in statements:
        for word, surface in statement.items():
            forms[word][_lower(surface, word[0])] += 1
    return {word: min(count, key=lambda form: (-count[form], len(form), form)) for word, count in forms.items()}


def theme_key(named: Sequence[str], taken: Iterable[str]) -> str:
    """Make a key from a theme's words; the same words give the same key in every run.

    named   : the words that name it.
    taken   : keys that are there already.
    Returns : str such as ``fietsenstalling_kapot``; words in another script give ``thema_`` and eight signs.

    >>> theme_key(["Bankjes", "schaduw"], ["bankjes"])
    'bankjes_schaduw'
    """
    parts = [KEY_SIGNS.sub("", fold(word)) for word in named]
    readable = [part for part in parts if part]
    used = set(taken)
    for length in range(1, len(readable) + 1):
        key = "_".join(readable[:length])
        if key not in used and len(readable) == len(parts):
            return key
    drawn = "thema_" + hashlib.sha256(" ".join(named).encode()).hexdigest()[:8]
    while drawn in used:
        drawn = "thema_" + hashlib.sha256(drawn.encode()).hexdigest()[:8]
    return drawn


def theme_label(named: Sequence[str]) -> str:
    """Make a label from a theme's words.

    named   : words as a person would say them, the most telling first.
    Returns : str, with a capital; the words with commas between.

    >>> theme_label(["bankjes", "schaduw"])
    'Bankjes, schaduw'
    """
    joined = ", ".join(named)
    return joined[:1].upper() + joined[1:]


def _lower(surface: str, lang: str) -> str:
    return (surface.replace("I", "ı").replace("İ", "i") if lang == "tr" else surface).lower()
