"""Room findings: this room's commands: what may be read of a text, without any database."""

import json
import sys
from typing import Any

from app.terminal import note


def redact() -> None:
    """Mask personal data in a text: numbers and codes, and whatever seems to be a name or a place. Reads stdin; where it stood goes to stderr."""
    said = sys.stdin.buffer.read().decode("utf-8", "replace")
    text, spans = redacted(said)
    sys.stdout.buffer.write(text.encode())
    sys.stdout.flush()
    note(json.dumps(spans, ensure_ascii=False))


def redacted(said: str) -> tuple[str, list[dict[str, Any]]]:
    """The text with marks in the place of personal data, and per mark its kind, and its start and end in the text as it was said."""
    from analysis.names import hide, propose  # noqa: PLC0415  # only when words are read
    from analysis.privacy import mask  # noqa: PLC0415  # as above

    text, found = mask(said)
    names = propose(text)
    ends = [(span["start"], span["end"], len(span["kind"]) + 2) for span in found]
    moved = [{"kind": span["kind"], "start": _before(span["start"], ends), "end": _before(span["end"], ends)} for span in names]
    spans: list[dict[str, Any]] = [*({**span} for span in found), *moved]
    return hide(text, names), sorted(spans, key=lambda span: (span["start"], span["end"]))


def _before(at: int, ends: list[tuple[int, int, int]]) -> int:
    """Where a place in the masked text was before the masking. `ends`: start and end as said, and the length of the mark, in order."""
    shift = 0
    for start, end, mark in ends:
        if at < start + shift + mark:
            break
        shift += mark - (end - start)
    return at - shift
