"""Answers that say nothing: empty, only signs, too short, or "see above"; counted, and left out of the themes."""

from collections.abc import Sequence
from functools import cache

from analysis.lists import read_lists
from analysis.text import words

PADDING = frozenset({"hoor", "eigenlijk", "sorry", "dus", "tja", "nou", "pff", "eh", "uh", "ehm", "uhm", "nog", "so", "well", "hmm", "mmm"})
VOWELS = frozenset("aeiouy")


def why_excluded(text: str, said: Sequence[str]) -> str:
    """Say why an answer holds nothing to analyse.

    text    : str, masked.
    said    : its folded words, as ``text.words`` gives them.
    Returns : str, in Dutch because it stands in the exports: ``leeg``, ``geen woorden`` (only signs, emoji or masked data), ``te kort``, ``geen antwoord``
              ("-", "nvt", "zie vorige antwoord"); "" when there is something to analyse.

    >>> why_excluded("??", []), why_excluded("Weet ik niet hoor", ["weet", "ik", "niet", "hoor"]), why_excluded("licht", ["licht"])
    ('geen woorden', 'geen antwoord', '')
    """
    if not text.strip():
        return "leeg"
    if not any(word.isalpha() for word in said):
        return "geen woorden"
    heard = [word for word in said if word not in PADDING]
    if " ".join(heard) in _no_answers():
        return "geen antwoord"
    letters = "".join(word for word in heard if word.isalpha())
    if len(letters) < 2 or (len(heard) == 1 and len(letters) < 3 and letters.isascii()):
        return "te kort"
    mashed = len(heard) == 1 and letters.isascii() and len(letters) > 3 and not VOWELS & set(letters)
    return "geen woorden" if mashed else ""


@cache
def _no_answers() -> frozenset[str]:
    """Whole answers that are no answer, in every language that has a list: a form in one language is answered in another."""
    return frozenset(" ".join(words(phrase)) for lists in read_lists().values() for phrase in lists.get("no_answer", "").split(","))
