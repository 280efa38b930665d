"""Words that stand for a pillar or a theme: read from the files in words/ or given by the caller, and found back in statements."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cache, lru_cache

from analysis.lists import read_lists
from analysis.text import stem, stop_words, without_article, words

Words = Mapping[str, Mapping[str, str]]  # key -> language -> words with commas between

Phrases = list[tuple[tuple[str, ...], int, float]]  # words, column, weight

COMPOUNDING = {"nl", "de"}  # languages that write a compound as one word
INSIDE = 5  # letters that a word needs to count inside a compound
SHORTEST_START = {"tr": 3, "ar": 3}  # anything shorter must be the whole word; elsewhere four letters
GAP = 2  # other words that may stand between the words of a phrase
PHRASE = 1.4  # a phrase weighs this much more than a word
MISSPELT = 0.5  # the share that a word one letter off still weighs
SHORTEST_MISSPELT = 7
LONGEST_WORD = 80  # letters; anything longer is no word that a list can know
BORROWED = 0.7  # the share that a word of another language still weighs: residents mix
GENERAL = 0.4  # words for a whole pillar, beside those for one theme


@dataclass(frozen=True)
class Hit:
    """A word of a statement, the column (pillar or theme) that it stands for, and how much it weighs."""

    word: str
    column: int
    weight: float


@dataclass
class Entries:
    """The words of one language: starts of words, whole words and phrases, each to column and weight."""

    starts: dict[str, dict[int, float]] = field(default_factory=dict)
    wholes: dict[str, dict[int, float]] = field(default_factory=dict)
    phrases: dict[str, dict[str, Phrases]] = field(default_factory=dict)
    seconds: set[str] = field(default_factory=set)
    near: dict[str, list[str]] | None = None  # made when it is first needed: most runs are in one or two languages


class Lexicon:
    """Words per pillar and per theme, ready to be found in statements.

    pillars : key -> language -> words with commas between (without commas: spaces).
    themes  : the same for themes; their columns follow those of the pillars.
    stemmed : pillars whose words are stems, as in words/*.toml: they stand for what begins with them, and weigh half of a theme's. Words of other pillars are
              ordinary words, from an office or another tool: their own stems count as well. Words of themes are stems.
    """

    def __init__(self, pillars: Words, themes: Words, *, stemmed: Collection[str] = ()) -> None:
        self.columns = (*pillars, *themes)
        self.n_pillars = len(pillars)
        self._entries: dict[str, Entries] = {}
        self._listed: list[tuple[int, str, float]] = []
        self._spoken: list[str] = []
        self._found: dict[tuple[str, str], tuple[Hit, ...]] = {}
        self._begun: dict[tuple[str, str], tuple[str, ...]] = {}
        self._followed: dict[tuple[str, str], tuple[str, ...]] = {}
        for column, (key, by_language) in enumerate((*pillars.items(), *themes.items())):
            stems = column >= self.n_pillars or key in stemmed
            weight = GENERAL if stems and column < self.n_pillars else 1.0
            for lang, listed in by_language.items():
                self._learn(lang, listed, column, weight, stems=stems)
        self.close()

    def with_columns(self, keys: Sequence[str]) -> "Lexicon":
        """The same words, and after the last column more themes that have none.

        keys    : of the themes.
        Returns : Lexicon that shares what this one knows.
        """
        found = copy(self)
        found.columns = (*self.columns, *keys)
        return found

    def close(self) -> None:
        """Make its words known, and forget what was looked up before."""
        self.forget()
        self._known = {column for column, _, _ in self._listed}
        for entries in self._entries.values():
            entries.near = None

    def forget(self) -> None:
        """Let go of what was looked up: a run looks every word up once, and a server would keep them all."""
        for known in (self._found, self._begun, self._followed):
            known.clear()

    def entries(self) -> Iterator[tuple[int, str, str, float]]:
        """Give the words as they were listed, with their language.

        Returns : (column, ISO 639-1, folded words with spaces between, weight), in the order of the columns.
        """
        for (column, entry, weight), lang in zip(self._listed, self._spoken, strict=True):
            yield column, lang, entry, weight

    def widen(self, lang: str, listed: str, columns: Mapping[int, float]) -> None:
        """Add words that it does not know yet; ``close`` it afterwards.

        lang    : ISO 639-1.
        listed  : stems with commas between.
        columns : pillar or theme -> weight.
        """
        entries = self._entries.setdefault(lang, Entries())
        for entry in listed.split(","):
            parts = _parts(entry, lang)
            if parts:
                self._listed += [(column, " ".join(parts), weight) for column, weight in columns.items()]
                self._spoken += [lang] * len(columns)
            if len(parts) > 1:
                held = entries.phrases.setdefault(parts[0], {}).setdefault(parts[1], [])
                if not any(phrase == tuple(parts) for phrase, _, _ in held):
                    held += [(tuple(parts), column, weight * PHRASE) for column, weight in columns.items()]
                    entries.seconds.add(parts[1])
            elif parts and not _match(entries, parts[0], lang):
                whole = entry.rstrip().endswith("=") or len(parts[0]) < SHORTEST_START.get(lang, 4)
                (entries.wholes if whole else entries.starts).setdefault(parts[0], {}).update(columns)

    def hits(self, said: Sequence[str], lang: str) -> list[Hit]:
        """Find the words of one statement that stand for a pillar or theme.

        said    : folded words, in order, as ``text.words`` gives them.
        lang    : ISO 639-1; words of the other languages count less, and only where this one knows nothing.
        Returns : list of Hit, every distinct word or phrase once per column: why a statement lies where it lies.
        Cost: linear in the words; each (language, word) is looked up once.

        >>> lexicon = Lexicon({}, {"vocht_schimmel": {"nl": "schimmel, natte muur"}})
        >>> [(hit.word, hit.weight) for hit in lexicon.hits(words("Schimmels op een natte muur"), "nl")]
        [('schimmels', 1.0), ('natte muur', 1.4)]
        """
        found = {(hit.word, hit.column): hit for word in said for hit in self.look_up(word, lang)}
        found.update(((hit.word, hit.column), hit) for hit in self.phrases(said, lang))
        return list(found.values())

    def firsts(self, word: str, lang: str) -> tuple[str, ...]:
        """Give the first words of listed phrases that this word can be.

        word, lang : folded, ISO 639-1.
        """
        return self._either(self._begun, word, lang, lambda own: own.phrases)

    def seconds(self, word: str, lang: str) -> tuple[str, ...]:
        """Give the second words of listed phrases that this word can be.

        word, lang : folded, ISO 639-1.
        """
        return self._either(self._followed, word, lang, lambda own: own.seconds)

    def after(self, first: str, lang: str) -> Collection[str]:
        """Give the second words of the listed phrases that begin with a listed word.

        first, lang : as ``firsts`` gives it, ISO 639-1.
        """
        return self._entries[lang].phrases[first]

    def _either(
        self, known: dict[tuple[str, str], tuple[str, ...]], word: str, lang: str, listed: Callable[[Entries], Collection[str]]
    ) -> tuple[str, ...]:
        found = known.get((lang, word))
        if found is None:
            own = self._entries.get(lang)
            found = known[lang, word] = tuple(begin for begin in _begins(word, lang) if begin in listed(own)) if own else ()
        return found

    def listed(self) -> list[tuple[int, str, float]]:
        """Give the words as they were listed.

        Returns : list of (column, folded words with spaces between, weight), in the order of the columns.
        """
        return self._listed

    def languages(self) -> list[str]:
        """Give the languages that there are words in.

        Returns : list of ISO 639-1 codes, in alphabetical order.
        """
        return sorted(self._entries)

    def knows(self, column: int) -> bool:
        """Say whether a pillar or theme has any words.

        column : its number.
        """
        return column in self._known

    def _learn(self, lang: str, listed: str, column: int, weight: float, *, stems: bool) -> None:
        entries = self._entries.setdefault(lang, Entries())
        for entry in listed.split(",") if "," in listed else listed.split():
            parts = _parts(entry, lang)
            if parts:
                self._listed.append((column, " ".join(parts), weight))
                self._spoken.append(lang)
            if len(parts) > 1:
                entries.phrases.setdefault(parts[0], {}).setdefault(parts[1], []).append((tuple(parts), column, weight * PHRASE))
                entries.seconds.add(parts[1])
            if stems:
                alone = parts if len(parts) == 1 else []
            else:
                alone = [part for part in parts if part not in stop_words(lang)]
                alone += [stem(part, lang) for part in alone if len(stem(part, lang)) >= 4]
            for part in alone:
                whole = entry.rstrip().endswith("=") or len(part) < SHORTEST_START.get(lang, 4)
                (entries.wholes if whole else entries.starts).setdefault(part, {})[column] = weight

    def look_up(self, word: str, lang: str) -> tuple[Hit, ...]:
        """Give what one word stands for.

        word, lang : folded, ISO 639-1.
        Returns    : tuple of Hit, one per column.
        """
        if word.isdigit() or len(word) > LONGEST_WORD:
            return ()
        known = self._found.get((lang, word))
        if known is None:
            known = self._found[lang, word] = tuple(Hit(word, column, weight) for column, weight in self._weigh(word, lang).items())
        return known

    def _weigh(self, word: str, lang: str) -> dict[int, float]:
        own = self._entries.get(lang)
        found = _match(own, word, lang) or _match_misspelt(own, word) if own else {}
        if not found:
            for other in ("nl",) if own else sorted(self._entries):
                if other != lang and other in self._entries:
                    for column, weight in _match(self._entries[other], word, other).items():
                        found[column] = max(found.get(column, 0.0), weight * BORROWED)
        return found

    def phrases(self, said: Sequence[str], lang: str) -> Iterator[Hit]:
        """Find the listed phrases in one statement.

        said, lang : as for ``hits``.
        Returns    : iterator of Hit; ``word`` is the phrase as it was listed.
        """
        for at, word in enumerate(said):
            for near in range(at + 1, min(at + GAP + 2, len(said))):
                for parts, hits in self.phrases_of(self.firsts(word, lang), self.seconds(said[near], lang), lang):
                    if goes_on(parts, said[near + 1 :], lang):
                        yield from hits

    def phrases_of(self, firsts: Sequence[str], seconds: Sequence[str], lang: str) -> list[tuple[tuple[str, ...], tuple[Hit, ...]]]:
        """Give the listed phrases that begin with two words.

        firsts, seconds : what ``firsts`` gave of the one, and ``seconds`` of the other.
        lang            : ISO 639-1.
        Returns         : list of (words of the phrase, what it stands for, in the order of the columns).
        """
        found: dict[tuple[str, ...], dict[int, Hit]] = {}
        for first in firsts:
            phrases = self._entries[lang].phrases[first]
            for second in seconds:
                for parts, column, weight in phrases.get(second, ()):
                    found.setdefault(parts, {}).setdefault(column, Hit(" ".join(parts), column, weight))
        return [(parts, tuple(hits[column] for column in sorted(hits))) for parts, hits in found.items()]


def _parts(entry: str, lang: str) -> list[str]:
    """Words of an entry; those of an Arabic phrase without what is written against them, as in statements."""
    parts = words(entry)
    return [without_article(part) for part in parts] if lang == "ar" and len(parts) > 1 else parts


@lru_cache(maxsize=50_000)
def _begins(word: str, lang: str) -> tuple[str, ...]:
    """The starts of a word that a listed word may be, and the word itself."""
    if len(word) > LONGEST_WORD:
        return ()
    return _beginnings(without_article(word) if lang == "ar" else word, SHORTEST_START.get(lang, 4))


def _beginnings(word: str, shortest: int) -> tuple[str, ...]:
    return (word, *(word[:end] for end in range(shortest, len(word))))


def goes_on(parts: Sequence[str], behind: Sequence[str], lang: str) -> bool:
    """Say whether the third word of a phrase and those after it follow, each with at most GAP other words before it.

    parts  : words of the phrase.
    behind : folded words of the statement behind the second word of the phrase.
    lang   : ISO 639-1.
    """
    at = 0
    for wanted in parts[2:]:
        found = next((here for here in range(at, min(at + GAP + 1, len(behind))) if wanted in _begins(behind[here], lang)), None)
        if found is None:
            return False
        at = found + 1
    return True


def _match(entries: Entries, word: str, lang: str) -> dict[int, float]:
    """Columns of the longest known pieces of a word; a piece within a longer known piece says nothing of its own ("huis" in "huisarts")."""
    found: dict[int, float] = {}
    for form in dict.fromkeys((word, without_article(word))) if lang == "ar" else (word,):
        reached = 0  # pieces are met from left to right, the longest of each start first
        for start in range(len(form) - INSIDE + 1 if lang in COMPOUNDING and len(form) > INSIDE else 1):
            for end in range(len(form), max(start, reached), -1):
                piece = form[start:end]
                columns = dict(entries.starts.get(piece, {})) if start == 0 or len(piece) >= INSIDE else {}
                if piece == form:
                    columns |= entries.wholes.get(piece, {})
                if columns:
                    reached = end
                    for column, weight in columns.items():
                        found[column] = max(found.get(column, 0.0), weight)
                    break
    return found


def _misspellings(starts: Iterable[str]) -> dict[str, list[str]]:
    near: dict[str, list[str]] = {}
    for start in starts:
        if len(start) >= SHORTEST_MISSPELT:
            for piece in _one_less(start):
                near.setdefault(piece, []).append(start)
    return near


def _one_less(word: str) -> Iterator[str]:
    """The word and what is left when one letter is dropped; the first letter is seldom wrong, so it stays."""
    yield word
    yield from (word[:at] + word[at + 1 :] for at in range(1, len(word)))


def _match_misspelt(entries: Entries, word: str) -> dict[int, float]:
    """Columns of the words of which this one is a misspelling by one letter left out, added or changed."""
    if entries.near is None:
        entries.near = _misspellings(entries.starts)
    for end in range(len(word), SHORTEST_MISSPELT - 2, -1):
        found: dict[int, float] = {}
        for piece in _one_less(word[:end]):
            for start in entries.near.get(piece, ()):
                if abs(len(start) - end) <= 1:
                    for column, weight in entries.starts[start].items():
                        found[column] = max(found.get(column, 0.0), weight * MISSPELT)
        if found:
            return found
    return {}


@cache
def default_words() -> tuple[Words, Words]:
    """The programme's own words, from words/*.toml.

    Returns : (pillars, themes), each key -> language -> words; stems.
    """
    pillars: dict[str, dict[str, str]] = {}
    themes: dict[str, dict[str, str]] = {}
    for lang, lists in read_lists().items():
        for part, into in (("pillars", pillars), ("themes", themes)):
            for key, listed in lists[part].items():
                into.setdefault(key, {})[lang] = listed
    return pillars, themes
