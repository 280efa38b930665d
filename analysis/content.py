"""Answers that say nothing: empty, only signs, too short, or "see above"; counted, and left out of the themes."""

from collections.abc import Sequence

from analysis.text import fold

# Whole answers that are no answer, in the languages of the programme; compared after folding and without the words in PADDING.
NOTHING_SAID = frozenset(
    fold(phrase.strip())
    for phrase in (
        "nvt, n v t, niet van toepassing, geen, niks, niets, nee, neen, ja, ok, oke, prima oke, weet niet, weet ik niet, ik weet niet, ik weet het niet, weet ik nog niet, "
        "zou ik niet weten, ik zou het niet weten, zou het niet weten, geen idee, geen mening, geen antwoord, geen commentaar, geen opmerking, geen opmerkingen, geen reactie, "
        "idem, zie boven, zie hierboven, zie vorige, zie vorig antwoord, zie vorige antwoord, zie vorige vraag, zie mijn vorige antwoord, zelfde, hetzelfde, zelfde antwoord, "
        "wil ik niet zeggen, zeg ik niet, sla over, overslaan, geen zin, test, testen, x, xx, xxx, bla, blabla, bla bla, lorem ipsum, asdf, qwerty, "
        "none, nothing, no, yes, yep, nope, na, n a, not applicable, dont know, do not know, i dont know, i do not know, idk, no idea, no opinion, no comment, no answer, "
        "see above, see previous, see previous answer, same, same as above, same answer, same as before, skip, okay, nothing to say, nothing to add, "
        "yok, hiç, hiçbir şey, hayır, evet, bilmiyorum, bilmem, fikrim yok, hiçbir fikrim yok, yukarıda, yukarıya bakınız, önceki cevap, önceki cevaba bakın, aynı, aynısı, tamam, "
        "cevap yok, geçerli değil, nic, nie, tak, brak, nie wiem, nie mam zdania, nie mam pojęcia, nie dotyczy, nd, n d, jak wyżej, patrz wyżej, to samo, bez zdania, bez komentarza, "
        "brak odpowiedzi, لا, نعم, لا شيء, لا شي, ولا شي, ولا شيء, لا أعرف, لا ادري, ما بعرف, ما اعرف, مابعرف, لا يوجد, لا جواب, بدون, نفس الجواب, كما سبق, نفس الشيء, لا رأي لي, ليس لدي رأي, لا تعليق"
    ).split(",")
)  # fmt: skip
PADDING = frozenset("hoor eigenlijk sorry dus tja nou pff eh uh ehm uhm nog so well hmm mmm".split())
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
    if " ".join(heard) in NOTHING_SAID:
        return "geen antwoord"
    letters = "".join(word for word in heard if word.isalpha())
    if len(letters) < 2 or (len(heard) == 1 and len(letters) < 3 and letters.isascii()):
        return "te kort"
    mashed = len(heard) == 1 and letters.isascii() and len(letters) > 3 and not VOWELS & set(letters)
    return "geen woorden" if mashed else ""
