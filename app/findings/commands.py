"""Room findings: this room's commands: what may be read of a text, and whether a run can be done again."""

import json
import sys
from typing import Any

from sqlalchemy import Engine

from app.areas import Programme
from app.findings.trust import run_again
from app.settings import Settings
from app.terminal import Progress, note, say


def done_again(engine: Engine, settings: Settings, programme: Programme, run_id: str) -> int:
    """Do a run again and say in one line whether it gave the same; 0 when it did, else 1."""
    again = run_again(engine, settings, programme, run_id, Progress())
    say(again.line)
    return 0 if again.same else 1


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
