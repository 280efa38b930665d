"""Names of persons, and of places that give a person away: proposed in a text, for a person to accept or reject."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from analysis.name_lists import Phrases, Standing, Word, cut_words, endings, is_ordinary, make_phrases, name_lists, standing
from analysis.privacy import Span, replace_spans

MARK = re.compile(r"\[[a-z]+\]")
SHAPE = re.compile(r"...(?:oglu|stra|sma|inga|s?sen|mans|meijer|meyer|singh?|persad|enko|ov|ova|ovic|escu|[sc]k(?:i|a|iego|iemu|im|iej))")
SHORT = re.compile(r".*(?:t|[dt]e|en)|..?")  # after "mevrouw" an unknown word with such an end and no capital is a verb
NUMBERED = re.compile(
    r"\b(?:portiek|flat|blok|galerij|appartement|apartment|apt|building|entrance|daire|klatka|klatce|klatki|mieszkanie|mieszkaniu|شقة|عمارة|بناية|مدخل)"
    r"\.? ?(?:nr\.?|nummer|number|no\.?|numara|رقم)? ?(\d{1,4}(?: ?[a-z])?|(?-i:[A-Z]))(?![\w:%'’]|[.,]\d| ?[-/] ?\d)"
    r"(?! ?(?:x|uur|jaar|keer|maal|hoog|euro|kamers?|slaapkamers?|kinderen|mensen|personen|verdiepingen|etages|woningen|gezinnen|huizen|maanden|weken|dagen|"
    r"years?|months?|weeks?|days?|hours?|times?|rooms?|people|persons|kids|children|families|floors?|yıl|ay|hafta|gün|kişi|kat|katlı|odalı|oda|aile|saat|"
    r"lat|lata|miesięcy|tygodni|dni|osób|osoby|pokoje|pokoi|piętro|pięter|غرف|اشخاص|أشخاص|سنوات|سنين)(?!\w))",
    re.IGNORECASE,
)
MOST = 4  # particles and initials in a row; words of a school's name before "College"
LETTER_END = 5  # words under a greeting


def propose(text: str, *, keep: Collection[str] = ()) -> list[Span]:
    """Propose names of persons, and of places that give a person away, in Dutch, English, Turkish, Polish and Arabic.

    text    : str, any length; may hold marks such as ``[telefoon]``: nothing is proposed inside them.
    keep    : names of the programme's own wijken, buurten and streets, which are never a person's. Streets are known by their endings too. Default: none.
    Returns : list of Span, in order, without overlap; ``kind`` "naam" or "plaats", ``start`` and ``end`` in ``text``. Titles and nouns stay outside
              ("mevrouw [naam]", "bakkerij [plaats]", "portiek [plaats]"). Proposals: a person accepts or rejects each.
    Method: lists of names (names.toml), what stands around a name, and capitals inside a sentence; where capitals say nothing, lists and titles only.
    Cost: linear in the words, some 0.1 ms for an answer; the lists are read at the first call. Same text, same answer.

    >>> text = "Vraag het mevrouw De Vries van bakkerij Yilmaz in de Nassaustraat"
    >>> [(span["kind"], text[span["start"] : span["end"]]) for span in propose(text)]
    [('naam', 'De Vries'), ('plaats', 'Yilmaz')]
    """
    plain = MARK.sub(lambda mark: "|" * len(mark[0]), text)
    spans = [Span(kind="plaats", start=found.start(1), end=found.end(1)) for found in NUMBERED.finditer(plain)]
    plain = NUMBERED.sub(lambda found: "|" * len(found[0]), plain)
    spans += Passage(plain, make_phrases({"keep": keep})).spans()
    return sorted(spans, key=lambda span: span["start"])


def hide(text: str, spans: Sequence[Span]) -> str:
    """Replace what a person accepted by marks such as ``[naam]``.

    text    : str, as it was when the spans were proposed.
    spans   : Spans in any order, of ``propose`` or marked by a person.
    Returns : str.
    Raises  : ValueError naming the span that is empty, lies outside the text or overlaps another.

    >>> hide("Henk is lief", [Span(kind="naam", start=0, end=4)])
    '[naam] is lief'
    """
    ordered = sorted(spans, key=lambda span: (span["start"], span["end"]))
    for span in ordered:
        if not 0 <= span["start"] < span["end"] <= len(text):
            raise ValueError(f"{span['kind']} {span['start']}-{span['end']} does not lie in the text of {len(text)} letters")
    for span, after in pairwise(ordered):
        if after["start"] < span["end"]:
            raise ValueError(f"{span['kind']} {span['start']}-{span['end']} overlaps {after['kind']} {after['start']}-{after['end']}")
    return replace_spans(text, ordered)


class Passage:
    """The words of one text, and what their places beside each other say. Places are numbers of words; an end is the word after the last."""

    def __init__(self, text: str, keep: Phrases) -> None:
        self.text = text
        self.lists = name_lists()
        self.words = cut_words(text)
        self.keep = keep

    def spans(self) -> Iterator[Span]:
        """Walk through the words once; what is found, or kept, is passed over as a whole."""
        at = 0
        while at < len(self.words):
            kind, start, end = next((reading for reading in self._readings(at) if reading[2]), ("", at, at + 1))
            if kind:
                yield Span(kind=kind, start=self.words[start].start, end=self.words[end - 1].end)
            at = end

    def _readings(self, at: int) -> Iterator[tuple[str, int, int]]:
        """What may begin at a word: kind, first word and end, which is 0 when it does not begin here; no kind for what is kept."""
        said = self.words[at].said
        if not (self.words[at].upper or said in self.lists.starts or said in self.keep or "-" in said):
            return
        after, kind = self._phrase(self.lists.before, at)
        yield "naam", after, self._called(after, kind, self._is(at - 1, "which"))
        after, _ = self._phrase(self.lists.greeting, at)
        yield "naam", after, self._signed(after)
        yield "", at, self._kept(at)
        yield "plaats", at + 1, self._named_place(at)
        yield "plaats", at, self._house_place(at) or self._naming_place(at)
        start = self._past_particles(at)
        if self._begins(start) and (start == at or self._owns_particles(at, start)):
            end, street = self._name_end(start)
            yield "" if street else "naam", at, end

    # ---------------------------------------------------------------- one word

    def _standing(self, at: int) -> Standing:
        return standing(self.words[at].said)

    def _is(self, at: int, part: str) -> bool:
        return 0 <= at < len(self.words) and self.words[at].said in self.lists.around[part]

    def _is_glued(self, at: int) -> bool:
        """Whether there is a word here that belongs to the one before it."""
        return at < len(self.words) and self.words[at].glued

    def _is_strange(self, at: int) -> bool:
        """A capital inside a sentence on a word that is no ordinary word, place or street."""
        return self.words[at].capital and not self._kept(at) and not is_ordinary(self.words[at].said)

    def _kept(self, at: int) -> int:
        """End of a place, a people, a day or an organisation that everybody knows; 0 where none begins."""
        end, _ = max(self._phrase(self.lists.keep, at), self._phrase(self.keep, at))
        return end or (at + 1 if self._ends_like(at, "street") else 0)

    def _ends_like(self, at: int, part: str) -> bool:
        """Whether a word is, or ends like, a street, a part of town or a building, and is not a name in the lists."""
        said = self.words[at].said
        return said in self.lists.around[part] or (len(said) > 6 and said.endswith(endings(part)) and not self._standing(at).sure)

    def _phrase(self, phrases: Phrases, at: int) -> tuple[int, str]:
        """End and kind of the longest phrase that begins here."""
        for parts, kind in phrases.get(self.words[at].said, ()):
            words = self.words[at : at + len(parts)]
            if tuple(word.said for word in words) == parts and all(word.glued for word in words[1:]):
                return at + len(parts), kind
        return 0, ""

    def _past_particles(self, at: int) -> int:
        """The word after "van der", "el" and the like, or after initials; the word itself where there are none."""
        end = at
        while end - at < MOST and self._is_glued(end + 1) and (self._is(end, "particles") or self._is_initial(end)):
            end += 1
        return end

    def _is_initial(self, at: int) -> bool:
        return len(self.words[at].said) == 1 and self.words[at].upper

    # ---------------------------------------------------------------- names that something announces

    def _called(self, after: int, kind: str, which: bool) -> int:
        """End of the name behind a title, a relative or "ik heet"; 0 when an ordinary word stands there. "Die mevrouw helpt" (which) names nobody."""
        if not after or not self._is_glued(after):
            return 0
        last = self._past_particles(after)
        word, known = self.words[last], self._standing(last)
        daily = self._is(last, "common") and not word.capital and (kind == "kin" or word.said.isascii())
        if known.sure or (known.first and not daily):
            fits = True
        elif known.last:
            fits = word.capital or not (which or daily or (kind == "kin" and last - after < 2))
        elif word.capital:
            fits = not self._kept(last) and (kind == "titles" or not is_ordinary(word.said))
        else:
            fits = kind != "kin" and not which and self._is_unheard(last, kind)
        return self._name_end(last)[0] if fits else 0

    def _is_unheard(self, at: int, kind: str) -> bool:
        """A word without a capital that is in no list at all, where a name is due."""
        said = self.words[at].said
        if not said.isascii() or self._kept(at) or is_ordinary(said):
            return False
        return len(said) > 2 and (kind == "said" or SHORT.fullmatch(said) is None)

    def _signed(self, after: int) -> int:
        """End of the name under a letter: the last words of the text."""
        if not after or not after < len(self.words) <= after + LETTER_END:
            return 0
        first = self._past_particles(after)
        word, known = self.words[first], self._standing(first)
        fits = known.sure or known.first or (word.upper and not self._kept(first) and not is_ordinary(word.said))
        return self._name_end(first)[0] if fits else 0

    # ---------------------------------------------------------------- names that nothing announces

    def _begins(self, at: int) -> bool:
        """Whether a name begins at a word of which nothing before it says so."""
        word, known = self.words[at], self._standing(at)
        if self._is_elsewhere(at, known):
            return False
        if known.sure:
            return True
        if known.first or known.last:
            return self._is_meant(at, known)
        if not word.upper or len(word.said) < 3 or is_ordinary(word.said):
            return False
        return self._is_betrayed(at) if word.capital else self._is_at_home(at)

    def _is_elsewhere(self, at: int, known: Standing) -> bool:
        """Whether a word is a role ("buurman", "Bey"), a place ("Wielwijk"), or a surname that stands where a place does ("in Roosendaal")."""
        word = self.words[at]
        if (self._is(at, "roles") and not word.capital) or self._is(at, "behind") or self._kept(at) or self._ends_like(at, "part"):
            return True
        return known.last and not known.first and word.capital and self._is(at - 1, "towards")

    def _is_meant(self, at: int, known: Standing) -> bool:
        """Whether a name that is a word as well ("Roos", "Deniz") is a name here."""
        word, daily = self.words[at], self._is(at, "common")
        if self._is_glued(at + 1) and self._is(at + 1, "behind") and not daily:
            return True
        if known.first and (self._has_surname(at) or self._is_paired(at)):
            return True
        if word.capital:
            return (word.glued or not daily) and (not known.first or not self._is(at - 1, "which"))
        if daily or not (known.first and word.upper and self._is_glued(at + 1)):
            return False
        return self._is_at_home(at) or self._is(at + 1, "doing")

    def _is_betrayed(self, at: int) -> bool:
        """Whether an unknown word with a capital inside a sentence is a name: not "de Xenos" and not "in Xanten", unless its shape says so."""
        if SHAPE.fullmatch(self.words[at].said):
            return True
        return not self._is(at - 1, "which") and not self._is(at - 1, "towards")

    def _is_at_home(self, at: int) -> bool:
        """Whether a word has a surname, a wife or a place to live behind it."""
        if not self._is_glued(at + 1):
            return False
        near = (self._is(at + 1, "and") and self._is(at + 2, "whose")) or (self._is(at + 1, "from") and self._is(at + 2, "nearby"))
        return near or self._has_surname(at) or self._is(at + 1, "living")

    def _has_surname(self, at: int) -> bool:
        """Whether a surname follows: one that is no word, or one with a capital behind a word with one."""
        if not self._is_glued(at + 1):
            return False
        last = self._past_particles(at + 1)
        known = self._standing(last)
        return (known.last and known.sure) or (self.words[at].upper and self.words[last].capital and (known.last or self._is_strange(last)))

    def _is_paired(self, at: int) -> bool:
        """Whether a first name stands on the other side of "and": "Jan en Truus"."""
        start = self.words[at].start
        if self.text[start - 1 : start] == "و":
            return at > 0 and self._is_pair(at, at - 1)
        after = self._is(at + 1, "and") and self._is_glued(at + 2) and self._is_pair(at, at + 2)
        return after or (at > 1 and self._is(at - 1, "and") and self._is_pair(at, at - 2))

    def _is_pair(self, at: int, other: int) -> bool:
        known = self._standing(other)
        return known.first and (known.sure or (self.words[at].upper and self.words[other].capital))

    # ---------------------------------------------------------------- how far a name goes

    def _owns_particles(self, at: int, start: int) -> bool:
        """Whether particles or initials belong to the name after them: "de Vries", "Van Dijk" and "J. Bos" are one name; "van Mark" is not."""
        first, known = self.words[at], self._standing(start)
        if not (self.words[start].capital or known.sure):
            return self._is_initial(at) and known.last
        if first.capital or self._is_initial(at) or self._is(at, "arabic"):
            return True
        return known.last and not known.first and (start - at > 1 or first.said != "van")

    def _name_end(self, at: int) -> tuple[int, bool]:
        """End of the name that holds this word, surnames and their particles included, and whether it is a street's ("Jacob Marisstraat")."""
        end = at + 1
        while self._is_glued(end):
            last = self._past_particles(end)
            if self._ends_like(last, "street") and not self._standing(last).last and (self.words[last].upper or last == end):
                return last + 1, True
            if not self._goes_along(end, last):
                break
            end = last + 1
        return end, False

    def _goes_along(self, at: int, last: int) -> bool:
        word, known = self.words[last], self._standing(last)
        if self._is(last, "behind") or self._is(last, "roles") or self._kept(last):
            return False
        return word.capital or known.sure or (known.last and last > at)

    # ---------------------------------------------------------------- places

    def _named_place(self, at: int) -> int:
        """End of the name behind "bakkerij" or "moskee"."""
        if not self._is(at, "named") or not self._is_glued(at + 1):
            return 0
        last = self._past_particles(at + 1)
        word = self.words[last]
        proper = word.capital or self._is(last, "usual") or self._standing(last).sure or (self._is(at, "clubs") and self._is_shouted(word))
        return self._capitals_end(last + 1) if proper and not self._kept(last) else 0

    def _is_shouted(self, word: Word) -> bool:
        """Capitals only, and shorter than a word that is shouted: "voetbalclub EBOH"."""
        return len(word.said) < 7 and self.text[word.start : word.end].isupper()

    def _house_place(self, at: int) -> int:
        """End of a "Pauluskerk", or of "De Regenboog" inside a sentence."""
        if not self.words[at].capital:
            return 0
        if self._ends_like(at, "building") and self._is_strange(at) and not self._is(at, "building"):
            return at + 1
        if not self._is(at, "articles") or not self._is_glued(at + 1) or self._kept(at + 1) or self._standing(at + 1).last:
            return 0
        proper = self._is(at - 1, "towards") or not is_ordinary(self.words[at + 1].said)
        return self._capitals_end(at + 2) if self.words[at + 1].capital and proper else 0

    def _naming_place(self, at: int) -> int:
        """End of the name before "College", "mosque" or "okulu"."""
        first, end = self.words[at], at
        while self._is_glued(end + 1) and end - at < MOST and (self.words[end].upper or self._is(end, "particles")):
            end += 1
            if self._is(end, "naming"):
                break
        if end == at or not self._is(end, "naming") or self._is(end - 1, "particles") or self._kept(at):
            return 0
        usual, known = self._is(at, "usual"), self._standing(at)
        evident = first.capital or (first.upper and (self.words[end].capital or known.first or known.last or usual))
        return end if evident and (usual or not is_ordinary(first.said)) else 0

    def _capitals_end(self, end: int) -> int:
        while self._is_glued(end) and self.words[end].capital and not self._kept(end):
            end += 1
        return end
