"""The whole analysis: statements in; pillar, theme, label, quotes and what was left out come back, one row for one row."""

import numpy as np
from pandas import DataFrame, Series
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it ships none

from analysis.embeddings import Vectors, likely_by_vectors, vectors_of
from analysis.engine import Progress, pieces
from analysis.evidence import Floats
from analysis.frame import OVERIG, check_frame, is_empty
from analysis.lexicon import Words, default_words
from analysis.pillars import Judge, Placed, place_pillars, weigh_words
from analysis.quotes import choose_quotes
from analysis.reading import read_statements
from analysis.reasons import reasons, words_of_themes
from analysis.scheme import DEFAULT, RESERVED, Scheme, WordsOf, make_scheme
from analysis.themes import Themed, by_codebook, place_themes

COLUMNS = (
    "pillar",
    "pillar_confidence",
    "also",
    "theme",
    "theme_label",
    "fit",
    "excluded",
    "quote",
    "text_masked",
    "also_themes",
    "margin",
)


def analyse(  # noqa: PLR0913  # the whole analysis in one call; all but the first by name
    statements: DataFrame,
    *,
    pillars: Words | None = DEFAULT,
    codebook: DataFrame | None = None,
    labels: DataFrame | None = None,
    words: WordsOf | None = None,
    themes: int | None = None,
    embeddings: Vectors | None = None,
    explain: bool = False,
    engine: str = "serial",
    seed: int = 0,
    progress: Progress | None = None,
) -> DataFrame:
    """Lay statements under pillars and themes, and choose quotes.

    statements : index ``id`` (unique); ``text`` (str); optional ``lang`` (ISO 639-1 of the form), ``pillar_asked`` (key of the question's pillar: the strongest
                 evidence there is), ``weight`` (> 0) and ``wave`` (taken in order; the first is learned from, the later ones are laid into it).
    pillars    : key -> language -> words with commas between. Default: the programme's own, from words/*.toml. None: no pillars, all statements at once.
    codebook   : ``theme``, ``pillar``, ``label``, optionally ``words``. Default: the programme's own. Themes of pillars that are not there are left out.
    labels     : index ``id``; ``pillar`` and optionally ``theme``, as a person settled them; they come back unchanged and steer the rest. Default: none.
    words      : (pillar, theme, or "" for the whole pillar) -> language -> stems, in the place of what the lists say. Default: none.
    themes     : with ``pillars=None`` exactly so many themes and no rest; else the most per pillar. Default: as many as the codebook and the answers ask for.
    embeddings : DataFrame of vectors, index ``id``, or a function from texts to vectors. Default: none, nothing is downloaded.
    explain    : say as well which words decided (``reasons``), and what tells each theme from the others: ``attrs["words"]``, (pillar, theme) -> words, and
                 ``attrs["why"]``, why there are so many themes. Default: no.
    engine     : "serial", "joblib" or "dask"; the result is the same.
    seed, progress : of the grouping without pillars, nothing else draws lots, default 0; called with a step, what is done, and of how much.
    Returns    : same index in the same order; ``pillar`` (key or "overig"), ``pillar_confidence`` (0..1), ``also`` (keys with spaces between), ``theme`` (key; "rest",
                 "geen_inhoud"), ``theme_label``, ``fit`` (0..1: the theme's probability within the pillar, or the cosine to its centre), ``excluded`` (a reason or ""),
                 ``quote`` (1 for at most three per theme, never one in which something was masked), ``text_masked``,
                 ``also_themes`` (further themes, each in a clause of its own, pillar/theme with spaces between), ``margin`` (0..1, between first and second pillar).
    Raises     : ValueError naming row and column, or key, of what is wrong.
    Same statements, arguments and seed give the same result, in whatever order the rows come. Cost: linear in the rows; 10,000 answers take some 3 s of one core.
    """
    tell = progress or _silent
    with threadpool_limits(limits=1):
        scheme = _checked_scheme(statements, pillars, codebook, labels, themes, words)
        batch = read_statements(statements, labels, languages=scheme.lexicon.languages(), engine=engine, progress=progress)
        vectors = vectors_of(embeddings, [statements.index[place] for place in batch.places], batch.texts)
        judge = weigh_words(batch, scheme if pillars is not None else make_scheme(), progress=progress)
        if vectors is not None and pillars is not None:
            judge.more = likely_by_vectors(judge, vectors)
        placed, themed = _group(judge, vectors, themes, seed) if pillars is None else _place(judge, themes, tell)
        tell("themes", 1, 1)
        out = [number for number, key in enumerate(themed.keys) if key in RESERVED]
        quoted = choose_quotes(judge, themed.theme, themed.strength, leave_out=out)
        tell("quotes", 1, 1)
        found = _assemble(statements, judge, scheme, placed, themed, quoted)
        return _explain(found, judge, scheme, placed, themed) if explain else found


def _group(judge: Judge, vectors: Floats | None, n: int | None, seed: int) -> tuple[Placed, Themed]:
    """Without pillars: everything in groups."""
    from analysis.grouping import place_groups  # noqa: PLC0415  # half a second of imports that a run with pillars need not pay

    said = judge.batch.held.astype(float)
    placed = Placed(np.zeros(len(judge.batch), dtype=np.intp), said, said, [""] * len(judge.batch))
    return placed, place_groups(judge, vectors, n=n, seed=seed)


def _place(judge: Judge, at_most: int | None, tell: Progress) -> tuple[Placed, Themed]:
    """Pillars and themes, piece after piece: what words say of a million statements is never held at once."""
    placed, parts = [], []
    todo = pieces(len(judge.batch))
    for done, rows in enumerate(todo, start=1):
        weighed = judge.weigh(rows)
        some = place_pillars(judge, weighed, rows)
        placed.append(some)
        parts.append(by_codebook(judge, weighed, some.pillar, rows))
        tell("scoring", done, len(todo))
    pillar, confidence, margin = (np.concatenate([getattr(part, name) for part in placed]) for name in ("pillar", "confidence", "margin"))
    all_placed = Placed(pillar, confidence, margin, [also for part in placed for also in part.also])
    return all_placed, place_themes(judge, pillar, parts, at_most=at_most)


def _silent(_step: str, _done: int, _total: int) -> None:
    """Nobody wants to know how far the run is."""


def _checked_scheme(
    statements: DataFrame,
    pillars: Words | None,
    codebook: DataFrame | None,
    labels: DataFrame | None,
    themes: int | None,
    words: WordsOf | None,
) -> Scheme:
    _check_settled(statements, labels, pillars)
    scheme = make_scheme(pillars, codebook, labels, words)
    check_frame(statements, pillars=None if pillars is None else scheme.pillars)
    if themes is not None and themes < 1:
        raise ValueError(f"themes: {themes} is not 1 or more")
    return scheme


def _check_settled(statements: DataFrame, labels: DataFrame | None, pillars: Words | None) -> None:
    if labels is None:
        return
    if "pillar" not in labels.columns:
        raise ValueError("labels, row 1: there is no column pillar")
    known = {str(key) for key in statements.index}
    keys = {OVERIG, *(default_words()[0] if pillars is DEFAULT else pillars or ())}
    seen: dict[str, int] = {}
    for row, (key, pillar) in enumerate(zip(labels.index, labels["pillar"], strict=True), start=2):
        if str(key) not in known:
            raise ValueError(f"labels, row {row}, column id: {str(key)!r} is not the id of a statement")
        if str(key) in seen:
            raise ValueError(f"labels, row {row}, column id: {str(key)!r} stands in row {seen[str(key)]} too")
        if pillar not in keys:
            raise ValueError(
                f"labels, row {row} (id {key}), column pillar: {'' if is_empty(pillar) else repr(pillar)} is not one of {' '.join(sorted(keys))}"
            )
        seen[str(key)] = row
    for row, (key, theme) in enumerate(zip(labels.index, labels.get("theme", []), strict=False), start=2):
        if not is_empty(theme) and str(theme).split() != [str(theme)]:
            raise ValueError(f"labels, row {row} (id {key}), column theme: {theme!r} is not one word, without spaces")


def _assemble(statements: DataFrame, judge: Judge, scheme: Scheme, placed: Placed, themed: Themed, quoted: set[int]) -> DataFrame:
    """One row for each row that came in, in its order."""
    batch = judge.batch
    rows = batch.order
    theme = themed.theme[rows].tolist()
    labels = [themed.labels.get(key, key) for key in themed.keys]
    also = {row: " ".join(f"{_owner(scheme, column)}/{themed.keys[column]}" for column in columns) for row, columns in themed.also.items()}
    listed = rows.tolist()
    columns: dict[str, list[str]] = {
        "pillar": [scheme.pillars[number] for number in placed.pillar[rows].tolist()],
        "also": [placed.also[row] for row in listed],
        "theme": [themed.keys[number] for number in theme],
        "theme_label": [labels[number] for number in theme],
        "excluded": [batch.excluded[row] for row in listed],
        "text_masked": [batch.texts[row] for row in listed],
        "also_themes": [also.get(row, "") for row in listed],
    }
    numbers = {
        "pillar_confidence": placed.confidence[rows],
        "fit": themed.fit[rows],
        "quote": np.array([row in quoted for row in listed], dtype=np.int64),
        "margin": placed.margin[rows],
    }
    texts = {
        name: Series(column, index=statements.index, dtype=object) for name, column in columns.items()
    }  # not copied: a million texts stand once
    return DataFrame({name: texts[name] if name in texts else numbers[name] for name in COLUMNS}, index=statements.index)


def _explain(found: DataFrame, judge: Judge, scheme: Scheme, placed: Placed, themed: Themed) -> DataFrame:
    told = reasons(judge, placed.pillar, themed.theme)
    found["reasons"] = [told[row] for row in judge.batch.order.tolist()]
    words = words_of_themes(judge, placed.pillar, themed.theme)
    found.attrs["words"] = {(scheme.pillars[pillar], themed.keys[theme]): listed for (pillar, theme), listed in words.items()}
    found.attrs["why"] = themed.why
    return found


def _owner(scheme: Scheme, theme: int) -> str:
    return scheme.pillars[scheme.owners[theme]]
