"""The word lists in words/, one file a language, as the office may edit them."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

WORDS = Path(__file__).with_name("words")


@cache
def read_lists() -> dict[str, dict[str, Any]]:
    """Read words/??.toml, once.

    Returns : language -> what its file holds: ``fillers`` (words without a subject), ``no_answer`` (whole answers that say nothing), ``pillars`` and ``themes``
              (key -> words with commas between).
    """
    return {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(WORDS.glob("??.toml"))}
