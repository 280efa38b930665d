"""Shared floor: how hard a Dutch text is to read: long sentences, long words, passive, jargon. Advice for its author, never a refusal. Pure."""

import re
import tomllib
from collections.abc import Iterator, Mapping

from app.survey import Mistake, Survey

MOST_WORDS = 15  # in one sentence
MOST_WORDS_EASY = 10
MOST_LETTERS = 12  # in one word, or in one part of a word with hyphens
MARKS = re.compile(r"\{[^{}]*\}|%\(\w+\)[sd]|<[^<>]*>|https?://\S+|\S+@\S+")
SENTENCE = re.compile(r"(?<=[.!?:;])[\s”’\")]+|\n+")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
BECOMES = re.compile(r"\b(?:wordt|worden|werd|werden)\b", re.IGNORECASE)
DONE = re.compile(r"\b(?:[a-z]{0,8}?ge(?!woon)[a-zëï]{3,}(?:d|t|en)|(?:be|ver|ont|her)[a-zëï]{3,}(?:d|t|en))\b", re.IGNORECASE)
NOT_DONE = frozenset(
    {
        "gezond", "geld", "geluid", "geluiden", "gebied", "gebieden", "gezicht", "geweld", "gegevens", "gesprekken", "gezinnen", "gevoelens",
        "beleid", "bericht", "berichten", "besluit", "besluiten", "bestand", "verband", "verstand", "herfst", "verschillend",
    }
)  # fmt: skip
ENDINGS = "(?:s|'s|en|n|e|es|t|d|de|den|te|ten)?"
SHORT = 7  # a shorter word is meant exactly so: “indien” is not “indienen”


def hard_words(source: str) -> dict[str, str]:
    """The list in moeilijke_woorden.toml: a word or a few, small, and what to write instead. Raises ValueError when it is another file."""
    words = tomllib.loads(source).get("woorden")
    if not isinstance(words, dict) or not all(isinstance(plainer, str) for plainer in words.values()):
        raise ValueError('expected a table [woorden] with lines such as "inzake" = "over"')
    return {word.casefold(): plainer for word, plainer in words.items() if word.strip()}


def jargon_in(text: str, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """The hard words of a text, as they stand there, and the plainer ones; of two that overlap the longer."""
    if not words:
        return []
    known = sorted(words, key=len, reverse=True)
    parts = [f"(?P<w{nth}>{re.escape(word)}){ENDINGS if len(word) >= SHORT else ''}" for nth, word in enumerate(known)]
    plain = " ".join(MARKS.sub(" ", text).casefold().split())
    found = re.finditer(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-])", plain)
    return [(each[0], words[known[int(str(each.lastgroup)[1:])]]) for each in found]


def text_hints(text: str, words: Mapping[str, str], *, most_words: int = MOST_WORDS) -> list[str]:
    """What would make one text easier to read.

    text       : Dutch; what is filled in later ({wijk}, %(n)s) does not count.
    words      : hard word -> what to write instead; empty for readers who use such words themselves.
    most_words : in one sentence.
    Returns    : one sentence a hint; empty when there is nothing to say.
    """
    plain = MARKS.sub(" … ", text)
    hints = []
    for sentence in filter(None, map(str.strip, SENTENCE.split(plain))):
        n = len(WORD.findall(sentence))
        if n > most_words:
            hints.append(f"a sentence of {n} words (at most {most_words} read easily): “{_short(sentence)}”")
        if said := _passive(sentence):
            hints.append(f"passive, “{said}”: say who does it")
    long = dict.fromkeys(word for word in WORD.findall(plain) if len(word) > MOST_LETTERS)
    hints += [f"a long word, “{word}” ({len(word)} letters): use a shorter one, or take it apart" for word in long]
    hints += [f"jargon, “{word}”: rather {plainer}" for word, plainer in dict.fromkeys(jargon_in(text, words))]
    return hints


def _passive(sentence: str) -> str:
    """The two words that make a sentence passive: “wordt ... gebouwd”."""
    becomes = BECOMES.search(sentence)
    done = [word for word in DONE.findall(sentence) if word.casefold() not in NOT_DONE] if becomes else []
    return f"{becomes[0]} … {done[0]}" if becomes and done else ""


def _short(sentence: str) -> str:
    words = sentence.split()
    return " ".join(words[:6]) + (" …" if len(words) > 6 else "")


def survey_hints(survey: Survey, words: Mapping[str, str]) -> list[Mistake]:
    """Advice for every text of a survey, where it stands; jargon only for residents: professionals speak it."""
    known = words if survey.audience == "resident" else {}
    return [
        Mistake(f"{name}: {hint}", where.page, where.question)
        for where, name, text in _texts(survey)
        for hint in text_hints(text, known, most_words=MOST_WORDS_EASY if name.endswith("easy") else MOST_WORDS)
    ]


def _texts(survey: Survey) -> Iterator[tuple[Mistake, str, str]]:
    for name in ("title", "intro", "outro", "stop"):
        yield Mistake(""), name, getattr(survey, name)
    scales: set[str] = set()
    for page in survey.pages:
        for name in ("title", "intro"):
            yield Mistake("", page.id), name, getattr(page, name)
        for question in page.questions:
            where = Mistake("", page.id, question.id)
            for name in ("ask", "easy", "help"):
                yield where, name, getattr(question, name)
            for option in question.options if question.scale not in scales else ():  # the words of a scale are looked at once
                yield where, f"option {option.id}", option.text
                yield where, f"option {option.id} easy", option.easy
            scales |= {question.scale} - {""}
            for row in question.rows:
                yield where, f"row {row.id}", row.text
