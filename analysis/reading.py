"""Statements as they are read: masked, their language known, cut into words, in an order that does not depend on the order they came in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from sys import intern
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from analysis.content import why_excluded
from analysis.engine import Progress, pieces, run
from analysis.frame import is_empty, text_of, weights_of
from analysis.language import HEARD, LANGUAGES, decide, votes_of
from analysis.privacy import mask
from analysis.scheme import NOTHING
from analysis.text import MARK, cut, fold
from analysis.vocabulary import Numbers, Said, join_words

READ = 2_000  # words of one statement that are read; the longest answer of a survey has some 200
LOOKED_AT = 1_000  # letters of a statement that tell its language
CLAUSE = re.compile(r"[.,;:!?\n\r()/•…،؛؟]+")
JOINING = frozenset(
    {
        "en",
        "ook",
        "maar",
        "verder",
        "daarnaast",
        "bovendien",
        "and",
        "but",
        "also",
        "plus",
        "ve",
        "ama",
        "fakat",
        "ayrica",
        "i",
        "oraz",
        "ale",
        "tez",
        "a",
        "takze",
        "ولكن",
        "لكن",
        "ايضا",
        "وكذلك",
        "و",
    }
)  # words that may begin another subject


@dataclass(frozen=True)
class Batch:
    """All statements of a run, sorted by wave and content; row numbers are places in these lists.

    places   : place of each row in the frame that came in.
    texts    : masked.
    clean    : nothing was masked, neither here nor before.
    langs    : numbers in ``languages``.
    excluded : why a row holds nothing to analyse, or "".
    said     : the words.
    asked    : pillar key that each was asked under, or "".
    weights  : > 0.
    waves    : number of the wave, from 0.
    settled  : row -> (pillar, theme) that a person gave.
    """

    places: list[int]
    texts: list[str]
    clean: NDArray[np.bool_]
    languages: tuple[str, ...]
    langs: NDArray[np.int16]
    excluded: list[str]
    said: Said
    asked: list[str]
    weights: NDArray[np.float64]
    waves: NDArray[np.int32]
    settled: dict[int, tuple[str, str]]

    def __len__(self) -> int:
        return len(self.texts)

    def lang(self, row: int) -> str:
        """Language of a row, ISO 639-1."""
        return self.languages[int(self.langs[row])]

    @cached_property
    def held(self) -> NDArray[np.bool_]:
        """Which rows hold something to analyse."""
        return np.array([not why for why in self.excluded], dtype=bool)

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """Row of each place in the frame that came in."""
        rows = np.empty(len(self), dtype=np.int64)
        rows[self.places] = np.arange(len(self))
        return rows

    def rows(self, wave: int) -> NDArray[np.int64]:
        """Rows of one wave that hold something to analyse."""
        return np.flatnonzero((self.waves == wave) & self.held)


@dataclass(frozen=True)
class Piece:
    """Some statements after reading; words as numbers in ``surfaces``."""

    texts: list[str]
    clean: list[bool]
    langs: list[str]
    excluded: list[str]
    surfaces: list[str]
    folded: list[str]
    flat: Numbers
    lengths: list[int]
    clauses: NDArray[np.bool_]


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
    short: dict[str, str] = {}
    forms = [short.setdefault(form, form.lower().replace("_", "-").split("-")[0]) for form in text_of(statements, "lang")]
    ids = [str(key) for key in statements.index]
    order = list(range(len(texts)))
    for column in (ids, asked, forms, texts, waves):  # the last one counts most: sorting keeps what was in order before
        if len(set(column)) > 1:
            order.sort(key=column.__getitem__)
    among = tuple(dict.fromkeys((*LANGUAGES, *sorted({*languages, *forms} - {""}))))
    parts = pieces(len(order))
    todo = ([(texts[place], forms[place]) for place in order[piece]] for piece in parts)
    read = run(partial(read_piece, among=among), todo, engine=engine, step="reading", total=len(parts), progress=progress)
    given = _settled(settled)
    excluded = [why for piece in read for why in piece.excluded]
    by_row = {row: given[ids[place]] for row, place in enumerate(order) if ids[place] in given} if given else {}
    for row, (_, theme) in by_row.items():
        if theme:  # a person who gave a theme has decided whether there is something to analyse
            excluded[row] = "" if theme != NOTHING else excluded[row] or "geen antwoord"
    number = {lang: place for place, lang in enumerate(among)}
    weights = weights_of(statements)
    return Batch(
        order,
        [text for piece in read for text in piece.texts],
        np.array([clean for piece in read for clean in piece.clean], dtype=bool),
        among,
        np.array([number[lang] for piece in read for lang in piece.langs], dtype=np.int16),
        excluded,
        join_words((piece.surfaces, piece.folded, piece.flat, piece.lengths, piece.clauses) for piece in read),
        [asked[place] for place in order],
        np.array([weights[place] for place in order]),
        np.array([waves[place] for place in order], dtype=np.int32),
        by_row,
    )


def read_piece(piece: Sequence[tuple[str, str]], *, among: Sequence[str]) -> Piece:
    """Read some statements: mask them, find their language, cut them into words.

    piece   : per statement its text and the language of its form, or "".
    among   : languages to choose from.
    Returns : Piece.

    >>> read_piece([("Bel 06-12345678, de lift is kapot!", "nl")], among=["nl"]).folded
    ['bel', 'de', 'lift', 'is', 'kapot']
    """
    number: dict[str, int] = {}
    folded: list[str] = []
    flat: list[int] = []
    clauses: list[bool] = []
    found = Piece([], [], [], [], [], folded, np.zeros(0, np.int32), [], np.zeros(0, bool))
    for text, _ in piece:
        masked, spans = mask(text)
        before = len(flat)
        for part in CLAUSE.split(masked) if CLAUSE.search(masked) else (masked,):
            begins = True
            for surface in cut(part):
                at = number.get(surface, -2)
                if at == -2:
                    plain = fold(surface)
                    at = number[surface] = len(folded) if plain else -1
                    if plain:
                        folded.append(intern(plain))
                        found.surfaces.append(intern(surface))  # stands in memory once, in however many pieces
                if at >= 0:
                    flat.append(at)
                    clauses.append(begins or folded[at] in JOINING)
                    begins = False
        del flat[before + READ :], clauses[before + READ :]
        found.texts.append(masked)
        found.clean.append(not spans and ("[" not in text or not MARK.search(text)))
        found.lengths.append(len(flat) - before)
        found.excluded.append(why_excluded(masked, [folded[at] for at in flat[before:]]))
    words = np.array(flat, dtype=np.int32)
    langs = _languages(piece, found, words, among)
    return Piece(
        found.texts, found.clean, langs, found.excluded, found.surfaces, folded, words, found.lengths, np.array(clauses, dtype=bool)
    )


def _languages(piece: Sequence[tuple[str, str]], found: Piece, words: Numbers, among: Sequence[str]) -> list[str]:
    votes = votes_of(found.folded, among)
    sizes = np.array([len(surface) for surface in found.surfaces], dtype=int)
    ends = np.cumsum(found.lengths, dtype=np.int64)
    starts = ends - np.array(found.lengths, dtype=np.int64)
    heard = _sums(votes[words], starts, np.minimum(ends, starts + HEARD))
    letters = _sums(sizes[words], starts, ends).tolist()
    langs = []
    for row, ((_, form), text, why) in enumerate(zip(piece, found.texts, found.excluded, strict=True)):
        if why:
            langs.append(form or among[0])
            continue
        here = heard[row]
        if form and form not in among:
            said = [found.folded[at] for at in words[starts[row] : ends[row]][:HEARD].tolist()]
            here = votes_of(said, (*among, form)).sum(axis=0)
        langs.append(decide(text[:LOOKED_AT], form, here, letters[row], among))
    return langs


def _sums(values: NDArray[Any], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[Any]:
    """Sum of values[start:end] for each start and end; 0 where they are the same."""
    padded = np.concatenate([values, np.zeros((1, *values.shape[1:]), values.dtype)])
    sums = np.add.reduceat(padded, np.column_stack([starts, ends]).ravel(), axis=0)[::2]
    sums[starts == ends] = 0
    return np.asarray(sums)


def _wave_numbers(waves: Sequence[str]) -> list[int]:
    """Waves in their order: as numbers where all are numbers, else as texts ("2026-1" before "2026-2")."""
    different = set(waves)
    try:
        ordered = sorted(different, key=lambda wave: (float(wave), wave))
    except ValueError:
        ordered = sorted(different)
    number = {wave: place for place, wave in enumerate(ordered)}
    return [number[wave] for wave in waves]


def _settled(settled: DataFrame | None) -> dict[str, tuple[str, str]]:
    if settled is None:
        return {}
    themes = settled["theme"] if "theme" in settled.columns else [""] * len(settled)
    return {
        str(key): (str(pillar), "" if is_empty(theme) else str(theme))
        for key, pillar, theme in zip(settled.index, settled["pillar"], themes, strict=True)
    }
