"""Room findings: words that somebody typed for a pillar or theme: read, checked, and looked for in what was said."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.acts import Place
from app.forms import printable
from app.i18n import N_
from app.models.tables import PLACEMENT, STATEMENT
from app.reading import readable

MOST_WORDS, LONGEST_WORD, SHOWN = 3000, 60, 5
MOST_LOOKED_UP = 100
BREAKS = re.compile(r"[,،;\r\n]+")
TOO_MANY = N_("Dit zijn %(n)s woorden. Een lijst heeft er hoogstens 3000.")
TOO_LONG = N_("“%(word)s” is langer dan 60 tekens. Zet een komma tussen de woorden.")
TWICE = N_("“%(word)s” staat er twee keer. Haal er één weg.")
STRANGE = N_("“%(word)s” heeft tekens die niet te lezen zijn. Typ het woord opnieuw.")
NO_LETTER = N_("“%(word)s” heeft geen letter of cijfer, en wordt dus nooit gevonden. Haal het weg.")
NOTHING_LEFT = N_("Een pijler heeft in ten minste één taal een woord nodig. Laat er een staan.")
Problem = tuple[str, dict[str, str]]  # a sentence and the values in it


def split_words(text: str) -> list[str]:
    """Words and phrases of a list, in their order; commas, semicolons and line breaks stand between them."""
    return [" ".join(part.split()) for part in BREAKS.split(text) if part.strip()]


def joined(words: Sequence[str]) -> str:
    """A list as the analysis reads it: one word of two parts stays one because a comma follows."""
    return ", ".join(words) + ("," if len(words) == 1 else "")


def wrong_words(words: Sequence[str]) -> Problem | None:
    """The first thing that has to be mended, with the word it is about."""
    seen: set[str] = set()
    for word in words:
        said = {"word": printable(word[:LONGEST_WORD])}
        if len(word) > LONGEST_WORD:
            return TOO_LONG, said
        if not word.replace("\u200c", "").replace("\u200d", "").isprintable() or printable(word) != word:
            return STRANGE, {"word": "".join(sign if sign.isprintable() else "\ufffd" for sign in said["word"])}
        if not any(sign.isalnum() for sign in word):
            return NO_LETTER, said
        if word.casefold() in seen:
            return TWICE, said
        seen.add(word.casefold())
    return (TOO_MANY, {"n": str(len(words))}) if len(words) > MOST_WORDS else None


@dataclass(frozen=True)
class Found:
    """In how many answers a word stands, and some of them as they may be read."""

    word: str
    n: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Looked:
    """What a changed list would find that the list before did not, and the other way round."""

    new: list[Found]
    gone: list[Found]
    n: int
    left_out: int


def look_for(connection: Connection, run_id: str, lang: str, before: Sequence[str], after: Sequence[str]) -> Looked:
    """Every word that is new or gone, in the answers of one run in this language; the first hundred changes of each kind."""
    known, wanted = ({word.casefold() for word in words} for words in (before, after))
    new = [word for word in after if word.casefold() not in known]
    gone = [word for word in before if word.casefold() not in wanted]
    texts = _answers(connection, run_id, lang)
    hits = _hits([*new[:MOST_LOOKED_UP], *gone[:MOST_LOOKED_UP]], lang, texts) if texts else {}

    def found(words: Sequence[str]) -> list[Found]:
        return [Found(word, len(ids := hits.get(word, [])), tuple(texts[id_] for id_ in ids[:SHOWN])) for word in words[:MOST_LOOKED_UP]]

    left_out = sum(max(0, len(words) - MOST_LOOKED_UP) for words in (new, gone))
    return Looked(found(new), found(gone), len(texts), left_out)


def _answers(connection: Connection, run_id: str, lang: str) -> dict[str, str]:
    ids = connection.execute(
        select(STATEMENT.c.id)
        .join(PLACEMENT, PLACEMENT.c.statement_id == STATEMENT.c.id)
        .where(PLACEMENT.c.run_id == run_id, PLACEMENT.c.excluded == "", STATEMENT.c.lang == lang)
        .order_by(STATEMENT.c.id)
    ).scalars()
    return readable(connection, ids)


def _hits(wanted: Sequence[str], lang: str, texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Word -> ids of the answers that it stands in, by the rules of the analysis: beginnings, compounds, misspellings."""
    from analysis.lexicon import Lexicon  # noqa: PLC0415  # scikit-learn costs more start-up than all the rest
    from analysis.text import words  # noqa: PLC0415  # as above

    lexicon: Any = Lexicon({}, {word: {lang: f"{word},"} for word in wanted})
    found: dict[str, list[str]] = {}
    for id_, text in texts.items():
        for column in _columns(lexicon.hits(words(text), lang)):
            found.setdefault(wanted[column], []).append(id_)
    return found


def _columns(hits: Iterable[Any]) -> list[int]:
    return sorted({hit.column for hit in hits})


def is_last_of_pillar(place: Place, lang: str, lists: Mapping[str, str]) -> bool:
    """Whether a pillar would be left without a word in any language when this list is emptied."""
    return not place[1] and not any(split_words(words) for other, words in lists.items() if other != lang)
