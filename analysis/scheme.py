"""The scheme that statements are laid into: pillars, themes with their pillar and label, and the words for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pandas as pd
from pandas import DataFrame

from analysis.concepts import widen
from analysis.frame import OVERIG, is_empty, text_of
from analysis.lexicon import Lexicon, Words, default_words
from analysis.text import stem, stop_words, words

REST = "rest"
NOTHING = "geen_inhoud"
RESERVED = {REST: "Rest", NOTHING: "Geen inhoudelijk antwoord"}
CODEBOOK = Path(__file__).with_name("codebook.csv")
WordsOf = Mapping[tuple[str, str], Mapping[str, str]]  # (pillar, theme or "") -> language -> stems
DEFAULT: Words = MappingProxyType({})  # the programme's own pillars; recognised as this very object


@dataclass(frozen=True)
class Scheme:
    """What a statement can be laid under.

    pillars : keys, ``overig`` last.
    themes  : keys of the codebook and of the settled answers.
    owners  : per theme, the number of its pillar.
    labels  : theme key -> label, the reserved ones included.
    lexicon : words per pillar and theme, in the same order.
    """

    pillars: tuple[str, ...]
    themes: tuple[str, ...]
    owners: tuple[int, ...]
    labels: Mapping[str, str]
    lexicon: Lexicon


def make_scheme(
    pillars: Words | None = DEFAULT, codebook: DataFrame | None = None, settled: DataFrame | None = None, edited: WordsOf | None = None
) -> Scheme:
    """Bring pillars, codebook and settled answers together.

    pillars  : key -> language -> words; no words for a key of the programme's own: its own words. DEFAULT for the programme's own; None for no pillars.
    codebook : index or column ``theme``; ``pillar``, ``label`` and optionally ``words``. None: the programme's own. Themes of a pillar that is not there are left out.
    settled  : ``pillar`` and optionally ``theme`` of answers that a person settled; a theme that the codebook does not know joins the scheme.
    edited   : (pillar, theme, or "" for the whole pillar) -> language -> stems, in the place of the lists' own. None: nothing was edited.
    Returns  : Scheme.
    Raises   : ValueError naming the key, for a key that is empty or holds a space, a pillar without words, or a theme named twice.
    Cost: 0.5 s for the programme's 20,000 words, once.
    """
    own_pillars, own = default_words()
    given = own_pillars if pillars is DEFAULT else {key: words or own_pillars.get(key, {}) for key, words in (pillars or {}).items()}
    if pillars is not None:
        _check_pillars(given)
    keys = (*(key for key in given if key != OVERIG), OVERIG)
    overig_too = OVERIG in given or codebook is not None
    allowed = {key for key in keys if pillars is not None and (key != OVERIG or overig_too)}
    rows = _rows(_default_codebook() if codebook is None else codebook)
    labels = RESERVED | {theme: label for theme, (_, label, _) in rows.items() if theme in RESERVED}
    themes = {theme: pillar for theme, (pillar, _, _) in rows.items() if pillar in allowed and theme not in RESERVED}
    for theme, pillar in _themes_of(settled):
        themes.setdefault(theme, pillar)
    labels |= {theme: (rows[theme][1] if theme in rows else "") or readable(theme) for theme in themes}
    owners = tuple(keys.index(pillar) for pillar in themes.values())
    if pillars is DEFAULT and not edited and codebook is None:
        lexicon = _default_lexicon()
        made = [theme for theme in themes if theme not in rows]
        return Scheme(keys, tuple(themes), owners, labels, lexicon.with_columns(made) if made else lexicon)
    lists = {theme: own.get(theme) or {"nl": _stems(rows[theme][2] or labels[theme])} if theme in rows else {} for theme in themes}
    listed = {key: _edited(given.get(key, {}), edited, key, "") for key in keys}
    lexicon = Lexicon(
        listed,
        {theme: _edited(words_of, edited, themes[theme], theme) for theme, words_of in lists.items()},
        stemmed=[key for key in given if listed[key] is own_pillars.get(key) or (edited and (key, "") in edited)],
    )
    if pillars is not DEFAULT:
        widen(lexicon, owners)
    return Scheme(keys, tuple(themes), owners, labels, lexicon)


def _edited(listed: Mapping[str, str], edited: WordsOf | None, pillar: str, theme: str) -> Mapping[str, str]:
    """Words per language, with those that somebody edited in the place of the listed ones."""
    changed = (edited or {}).get((pillar, theme))
    return {**listed, **changed} if changed else listed


def is_shipped(theme: str) -> bool:
    """Say whether a theme stands in the programme's own codebook.

    theme : its key.
    """
    return theme in set(_default_codebook()["theme"])


def shipped_label(theme: str) -> str:
    """Give the label of a theme in the programme's own codebook.

    theme   : its key.
    Returns : str; for a key that is not there, the key made readable.
    """
    row = _rows(_default_codebook()).get(theme)
    return row[1] if row else readable(theme)


def safe_label(label: str) -> str:
    """Take away what a spreadsheet would read as a formula at the start of a label.

    label   : str.
    Returns : str, on one line.

    >>> safe_label("=1+1"), safe_label("Groen en spelen")
    ('1+1', 'Groen en spelen')
    """
    return " ".join(label.split()).lstrip("=+-@ ")


def _check_pillars(pillars: Words) -> None:
    if not pillars:
        raise ValueError("pillars: there are none; give keys with words, or none at all")
    for key, by_language in pillars.items():
        if not key or key.split() != [key]:
            raise ValueError(f"pillar {key!r}: a key is one word, without spaces")
        if not isinstance(by_language, Mapping) or not all(isinstance(words, str) for words in by_language.values()):
            raise ValueError(f'pillar {key}: give the words per language, as in nl = "huis, straat"')
        if key != OVERIG and not any(words.strip() for words in by_language.values()):
            raise ValueError(f"pillar {key}: there are no words that describe it")


def _default_themes(codebook: DataFrame | None) -> list[str]:
    """The themes of the programme's own lists, when it is its own codebook that is used."""
    return [theme for theme in _default_codebook()["theme"] if theme not in RESERVED] if codebook is None else []


@cache
def _default_lexicon() -> Lexicon:
    """Built once a process: 0.4 s, and words that were looked up stay known."""
    pillars, themes = default_words()
    keys = (*(key for key in pillars if key != OVERIG), OVERIG)
    return Lexicon({key: pillars[key] for key in keys}, {theme: themes[theme] for theme in _default_themes(None)}, stemmed=keys)


@cache
def _default_codebook() -> DataFrame:
    return pd.read_csv(CODEBOOK, dtype=str)


def _stems(described: str) -> str:
    """The words of a label or description as the lists have them: without stop words, each with its stem."""
    said = [word for word in words(described) if word not in stop_words("nl")]
    return ", ".join(dict.fromkeys(form for word in said for form in (word, stem(word, "nl")) if len(form) > 2)) + ","


def _rows(codebook: DataFrame) -> dict[str, tuple[str, str, str]]:
    book = codebook if "theme" in codebook.columns else codebook.rename_axis("theme").reset_index()
    for column in ("theme", "pillar"):
        if column not in book.columns:
            raise ValueError(f"codebook, row 1: there is no column {column}")
    label = "label" if "label" in book.columns else "label_nl"
    rows: dict[str, tuple[str, str, str]] = {}
    columns = (text_of(book, name) for name in ("theme", "pillar", label, "words"))
    for number, (theme, pillar, shown, described) in enumerate(zip(*columns, strict=True), start=2):
        if not theme or theme.split() != [theme]:
            raise ValueError(f"codebook, row {number}, column theme: {theme!r} is not one word, without spaces")
        if theme in rows:
            raise ValueError(f"codebook, row {number}, column theme: {theme!r} stands there twice")
        if not pillar and theme not in RESERVED:
            raise ValueError(f"codebook, row {number}, column pillar: is empty")
        rows[theme] = (pillar, safe_label(shown), described)
    return rows


def _themes_of(settled: DataFrame | None) -> list[tuple[str, str]]:
    if settled is None or "theme" not in settled.columns:
        return []
    pairs = {(str(theme), str(pillar)) for theme, pillar in zip(settled["theme"], settled["pillar"], strict=True) if not is_empty(theme)}
    return sorted(pair for pair in pairs if pair[0] not in RESERVED)


def readable(theme: str) -> str:
    """Make a label of a key that nobody named.

    theme   : str, a theme's key.
    Returns : str, safe to stand in a spreadsheet.

    >>> readable("te_weinig_bankjes")
    'Te weinig bankjes'
    """
    return safe_label(theme.replace("_", " ")).capitalize()
