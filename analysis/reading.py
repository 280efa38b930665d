"""Statements as they are read: masked, their language known, cut into words, in an order that does not depend on the order they came in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from pandas import DataFrame

from analysis.content import why_excluded
from analysis.engine import Progress, pieces, run
from analysis.frame import is_empty, text_of, weights_of
from analysis.language import LANGUAGES, detect
from analysis.privacy import mask
from analysis.scheme import NOTHING
from analysis.text import MARK, cut, fold

READ = 2_000  # words of one statement that are read; the longest answer of a survey has some 200


@dataclass(frozen=True)
class Read:
    """One statement after reading.

    masked   : the text, personal data replaced by marks.
    clean    : nothing was masked, neither here nor before.
    lang     : ISO 639-1.
    surfaces : words as typed; ``said`` holds them folded, in the same order.
    excluded : why it holds nothing to analyse, or "".
    """

    masked: str
    clean: bool
    lang: str
    surfaces: tuple[str, ...]
    said: tuple[str, ...]
    excluded: str


@dataclass(frozen=True)
class Batch:
    """All statements of a run, sorted by wave and content; row numbers are places in these lists.

    places  : place of each row in the frame that came in.
    read    : the statements.
    asked   : pillar key that each was asked under, or "".
    weights : > 0.
    waves   : number of the wave, from 0.
    settled : (pillar, theme) that a person gave, or ("", "").
    """

    places: list[int]
    read: list[Read]
    asked: list[str]
    weights: list[float]
    waves: list[int]
    settled: list[tuple[str, str]]

    def rows(self, wave: int) -> list[int]:
        """Rows of one wave that hold something to analyse."""
        return [row for row, number in enumerate(self.waves) if number == wave and not self.read[row].excluded]


def read_statements(
    statements: DataFrame, settled: DataFrame | None, *, languages: Sequence[str], engine: str = "serial", progress: Progress | None = None
) -> Batch:
    """Read a checked frame.

    statements : as ``frame.check_frame`` allows.
    settled    : index id; ``pillar`` and optionally ``theme`` of answers that a person settled.
    languages  : languages of the word lists; with those of the column ``lang`` they are what is chosen from.
    engine     : "serial", "joblib" or "dask": the same result.
    progress   : called as ``progress(step, done, total)``; None for silence.
    Returns    : Batch. Sorted by wave, text, language, pillar asked and only then id: the order of the rows changes nothing.
    """
    texts, asked, waves = text_of(statements, "text"), text_of(statements, "pillar_asked"), _wave_numbers(text_of(statements, "wave"))
    forms = [form.lower().replace("_", "-").split("-")[0] for form in text_of(statements, "lang")]
    ids = [str(key) for key in statements.index]
    order = sorted(range(len(texts)), key=lambda place: (waves[place], texts[place], forms[place], asked[place], ids[place]))
    among = tuple(dict.fromkeys((*LANGUAGES, *sorted({*languages, *forms} - {""}))))
    todo = [[(texts[place], forms[place]) for place in order[piece]] for piece in pieces(len(order))]
    read = run(partial(_read_piece, among=among), todo, engine=engine, step="reading", progress=progress)
    weights, given = weights_of(statements), _settled(statements, settled)
    everything = (statement for piece in read for statement in piece)
    return Batch(
        order,
        [_as_settled(statement, given[place][1]) for statement, place in zip(everything, order, strict=True)],
        [asked[place] for place in order],
        [weights[place] for place in order],
        [waves[place] for place in order],
        [given[place] for place in order],
    )


def read_statement(text: str, form: str = "", *, among: Sequence[str] = LANGUAGES) -> Read:
    """Read one statement: mask it, find its language, cut it into words.

    text, form : what was said and the language of the form, or "".
    among      : languages to choose from.
    Returns    : Read.

    >>> read_statement("Bel 06-12345678, de lift is kapot!", "nl").said
    ('bel', 'de', 'lift', 'is', 'kapot')
    """
    masked, spans = mask(text)
    pairs = [(surface, folded) for surface in cut(masked)[:READ] if (folded := fold(surface))]
    said = tuple(folded for _, folded in pairs)
    excluded = why_excluded(masked, said)
    lang = detect(masked[:1_000], form, among=among) if not excluded else form or among[0]
    return Read(masked, not spans and not MARK.search(text), lang, tuple(surface for surface, _ in pairs), said, excluded)


def _read_piece(piece: Sequence[tuple[str, str]], *, among: Sequence[str]) -> list[Read]:
    return [read_statement(text, form, among=among) for text, form in piece]


def _as_settled(statement: Read, theme: str) -> Read:
    """A person who gave a theme has decided whether there is something to analyse."""
    if not theme:
        return statement
    return replace(statement, excluded="" if theme != NOTHING else statement.excluded or "geen antwoord")


def _wave_numbers(waves: Sequence[str]) -> list[int]:
    """Waves in their order: as numbers where all are numbers, else as texts ("2026-1" before "2026-2")."""
    different = set(waves)
    try:
        ordered = sorted(different, key=lambda wave: (float(wave), wave))
    except ValueError:
        ordered = sorted(different)
    number = {wave: place for place, wave in enumerate(ordered)}
    return [number[wave] for wave in waves]


def _settled(statements: DataFrame, settled: DataFrame | None) -> list[tuple[str, str]]:
    if settled is None:
        return [("", "")] * len(statements)
    themes = settled["theme"] if "theme" in settled.columns else [""] * len(settled)
    given = {
        str(key): (str(pillar), "" if is_empty(theme) else str(theme))
        for key, pillar, theme in zip(settled.index, settled["pillar"], themes, strict=True)
    }
    return [given.get(str(key), ("", "")) for key in statements.index]
