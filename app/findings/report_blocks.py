"""Room findings: what a report is made of, the same in every format."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.i18n import SOURCE

NUMBER = re.compile(r"[\d.,–]*")


@dataclass(frozen=True)
class Block:
    """One part of a report, the same in every format: a heading, text, list, table or quote."""

    kind: str
    text: str = ""
    level: int = 2
    lines: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    lang: str = SOURCE
    dir: str = "ltr"
    dutch: str = ""
    by: str = ""

    @property
    def numbers(self) -> set[int]:
        """Which columns of a table hold numbers alone."""
        return {nth for nth in range(len(self.columns)) if self.rows and all(NUMBER.fullmatch(row[nth]) for row in self.rows)}


@dataclass(frozen=True)
class Report:
    """A whole report."""

    title: str
    about: str
    facts: Sequence[tuple[str, str]]
    blocks: Sequence[Block]
