"""Personal data in a text: found, and replaced by a mark, before anything else reads the text; wijk and street names stay."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TypedDict

from stdnum import iban
from stdnum.nl import bsn


class Span(TypedDict):
    """Where personal data stood: its kind, and its start and end (exclusive) in the text as it was."""

    kind: str
    start: int
    end: int


# Digits of other scripts, no-break spaces, long dashes and marks of direction, each to one plain sign, so that places in the text stay what they are.
_DIGITS = {ord(sign): str(value) for zero in "٠۰०০０" for value, sign in enumerate(chr(ord(zero) + step) for step in range(10))}
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\t"), " ")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－"), "-")
PLAIN = {**_DIGITS, **_SPACES, **_DASHES, ord("＠"): "@", ord("．"): ".", ord("／"): "/", ord("＋"): "+"}

GAP = r"[ .\-/()]{0,3}"  # what people write between the digits of one number
MAIL = re.compile(
    r"(?<![^\s@<>()\[\],;:\"'])[^\s@<>()\[\],;:\"']{1,64} ?(?:@|\((?:at|@)\)|\[(?:at|@)\]| apenstaartje ) ?"
    r"[\w\-]{1,63}(?:(?:\.| ?\((?:dot|punt)\) ?| (?:punt|dot) )[\w\-]{2,63}){1,4}",
    re.IGNORECASE,
)
IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2} ?\d(?:[ .\-]?[A-Za-z0-9]){12,33}")
PLATE = re.compile(r"(?<![\w\-])(?:[A-Za-z]{1,3}|\d{1,3})-(?:[A-Za-z]{1,3}|\d{1,3})-(?:[A-Za-z]{1,3}|\d{1,3})(?![\w\-])")
BSN = re.compile(r"(?<![\d+])(?<!\d[.,\-/])(?:\d{8,9}|\d{3}[. -]\d{3}[. -]\d{3}|\d{4}[. -]\d{2}[. -]\d{3})(?!\d|[.,\-/]\d)")
BSN_APART = re.compile(rf"(?<![\d+])(?<!\d[.,\-/ ])\d(?:{GAP}\d){{8}}(?!{GAP}\d)")  # its digits set apart in some other way
PHONES = (
    re.compile(rf"(?<![\w+])(?:\+|00){GAP}[1-9](?:{GAP}\d){{7,14}}(?!\d)"),  # +31 6 ..., 0090 ...
    re.compile(rf"(?<!\w)\(?0{GAP}[1-9](?:{GAP}\d){{8,9}}(?!\d)"),  # 06 ..., (078) ..., 0532 ...
    re.compile(r"(?<![\d.,\-/])6[ -]?\d{8}(?!\d)|(?<![\d.,\-/])6(?:[ -]\d{2}){4}(?!\d)"),  # 6 12345678
    re.compile(r"(?<![\d.,\-/])[4-8]\d{2}[ -]\d{3}[ -]\d{3}(?![\d.,]|[ -]\d)"),  # 512 345 678, as Polish mobiles are written
)
PUBLIC_NUMBER = re.compile(r"\D*0\D*(?:8\D*0\D*0|9\D*0\D*0|8\D*8)")  # 0800, 0900 and 088 are offices
HOUSE = r"(?P<house>\d{1,5}(?:[ -]?[A-Za-z](?![A-Za-z]))?(?:[-/]\d{1,4})?)(?!\w)"
POSTCODE = re.compile(rf"(?<![\w.,])([1-9]\d{{3}}) ?([A-Za-z]{{2}})(?![A-Za-z])(?:,? ?(?:huisnummer |nummer |nr\.? ?)?{HOUSE})?")
# Pairs of letters that are words as well: "1200 we" is money and "2016 en 5" is talk.
WORD_PAIR = re.compile(
    "AL|AU|BE|BY|DA|DE|DO|EN|ER|ES|EU|GA|GE|HE|IK|IN|IS|JA|JE|KM|LA|ME|MM|NA|NO|NU|OF|OM|OP|PM|SA|SD|SS|TE|TO|UU|VD|WE|WO|YA|ZE|ZO",
    re.IGNORECASE,
)
COUNTED = r"(?! ?(?:(?:uur|jaar|km|kilometer|keer|maal|euro|kinderen|mensen|personen|auto|meter|min|dagen|weken|maanden|x|ste|de|rijd\w*|staat)\b|%))"
STREET = re.compile(
    r"(?<![^\W\d_])[^\W\d_]{3,30}?(?:straat|str\.|laan|weg|plein|dijk|hof|singel|kade|gracht|pad|steeg|park|plantsoen|hove|dreef|oord|erf|markt|haven|ring|burg|wal|kamp)"
    rf" {HOUSE}{COUNTED}",
    re.IGNORECASE,
)
NUMBERED = re.compile(
    rf"\b(?:huisnummer|huisnr\.?|(?:op|van|bij|naast|tegenover) (?:nummer|nr\.?)|no ?:|numara) ?{HOUSE}{COUNTED}", re.IGNORECASE
)
MAY_HOLD = re.compile(r"\d|@|apenstaart|\(at\)|\[at\]", re.IGNORECASE)


def mask(text: str) -> tuple[str, list[Span]]:
    """Replace personal data in a text by marks such as ``[telefoon]``.

    text    : str, any language, any length. Digits of other scripts (٠٦...), no-break spaces and long dashes are read as plain ones.
    Returns : (str, list of Span). The masked text, and per find ``kind``, ``start`` and ``end`` in ``text``, in order, without overlap. Kinds: ``mail``,
              ``iban`` (checksum), ``kenteken``, ``bsn`` (the eleven test), ``telefoon`` (Dutch and international; 112, 14 078 and 0900 stay),
              ``adres`` (postcode, with the house number if there), ``huisnummer`` (after a street name or "nummer"; the street stays).
              Names are not found here: names.propose finds them, for a person to accept.
    Cost: linear in the letters; a text without a digit or @ costs one search. Same text, same answer.

    >>> mask("Bel 06-12345678 of mail jan@voorbeeld.nl, ik woon op de Brouwersdijk 12")[0]
    'Bel [telefoon] of mail [mail], ik woon op de Brouwersdijk [huisnummer]'
    """
    if text.isascii() and not MAY_HOLD.search(text):
        return text, []
    plain = text.translate(PLAIN)
    if not MAY_HOLD.search(plain):
        return text, []
    spans: list[Span] = []
    taken = bytearray(len(text))
    for kind, finder in FINDERS:
        for start, end in finder(plain):
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                spans.append(Span(kind=kind, start=start, end=end))
    spans.sort(key=lambda span: span["start"])
    return replace_spans(text, spans), spans


def replace_spans(text: str, spans: Iterable[Span]) -> str:
    """Replace each span of a text by its mark.

    text    : str.
    spans   : Spans in order, without overlap.
    Returns : str.

    >>> replace_spans("Jan belt", [Span(kind="naam", start=0, end=3)])
    '[naam] belt'
    """
    kept, reached = [], 0
    for span in spans:
        kept += [text[reached : span["start"]], f"[{span['kind']}]"]
        reached = span["end"]
    return "".join((*kept, text[reached:]))


def _mails(text: str) -> Iterator[tuple[int, int]]:
    yield from (found.span() for found in MAIL.finditer(text))


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    """The longest valid number from each start: what follows it may be an ordinary word."""
    for found in IBAN.finditer(text):
        ends = [place + 1 for place in range(found.start(), found.end()) if text[place].isalnum()]
        for end in reversed(ends[14:34]):
            if iban.is_valid(text[found.start() : end]):
                yield found.start(), end
                break


def _plates(text: str) -> Iterator[tuple[int, int]]:
    for found in PLATE.finditer(text):
        groups = found.group().split("-")
        letters = "".join(group for group in groups if group.isalpha()).upper()
        mixed = {group.isalpha() for group in groups} == {True, False}
        if mixed and sum(map(len, groups)) == 6 and (found.group().isupper() or not set(letters) & set("AEIOU")):
            yield found.span()


def _bsns(text: str, pattern: re.Pattern[str] = BSN) -> Iterator[tuple[int, int]]:
    for found in pattern.finditer(text):
        if bsn.is_valid(re.sub(r"\D", "", found.group())):
            yield found.span()


def _phones(text: str) -> Iterator[tuple[int, int]]:
    for pattern in PHONES:
        for found in pattern.finditer(text):
            if not PUBLIC_NUMBER.match(found.group()):
                yield found.span()


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    for found in POSTCODE.finditer(text):
        year = 1900 <= int(found[1]) <= 2049
        pair = found[2]
        glued = found.end(1) == found.start(2)
        ordinary = WORD_PAIR.fullmatch(pair) is not None
        # "3311 en 12" may be an address and "2016 en 5" hardly; "3311 ab" alone is one, "1200 we" is not.
        if (
            (glued and not ordinary)
            or (not ordinary and (pair.isupper() or found["house"]))
            or (ordinary and pair.isupper() and found["house"] and not year)
        ):
            end = found.end() if found["house"] else found.end(2)
            yield found.start(), end


def _house_numbers(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (STREET, NUMBERED):
        for found in pattern.finditer(text):
            yield found.span("house")


FINDERS: tuple[tuple[str, Callable[[str], Iterator[tuple[int, int]]]], ...] = (
    ("mail", _mails),
    ("iban", _ibans),
    ("kenteken", _plates),
    ("bsn", _bsns),
    ("telefoon", _phones),
    ("bsn", partial(_bsns, pattern=BSN_APART)),
    ("adres", _addresses),
    ("huisnummer", _house_numbers),
)
