"""Shared floor: a made-up language for tests: Dutch that is longer, accented and laid out from right to left; production never speaks it."""

import re
from gettext import NullTranslations
from typing import Final

PSEUDO: Final = "qps"  # of the codes that are for private use
OPEN, CLOSE = "⟦", "⟧"  # what stands between them went through a translation
KEPT: Final = re.compile(r"(%\(\w+\)[sd]|%%|\{\w+\}|<[^<>]*>|&\w+;)")  # places, tags and signs stay what they are
LONGER: Final = str.maketrans({
    **{plain: accented * 2 for plain, accented in zip("aeiouAEIOU", "áéíóúÁÉÍÓÚ", strict=True)},
    **dict(zip("cdgklnrstyz", "çđğķłñŕšţýž", strict=True)),
})  # fmt: skip


def disguise(text: str) -> str:
    """Write a Dutch text in the made-up language: each vowel twice, so words too are some 40 % longer."""
    if not text.strip():
        return text
    parts = KEPT.split(text)
    return OPEN + "".join(part if nth % 2 else part.translate(LONGER) for nth, part in enumerate(parts)) + CLOSE


class PseudoTexts(NullTranslations):
    """Translates everything, so that what stays Dutch on a page was never marked for translation."""

    def gettext(self, message: str) -> str:
        return disguise(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return disguise(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002  # gettext's own signature
        return disguise(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002  # as above
        return disguise(msgid1 if n == 1 else msgid2)
