"""Themes that people made: they have no list, so the words that their statements share stand for them."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from analysis.labels import Word, subject_words
from analysis.lexicon import Hit
from analysis.reading import Batch
from analysis.scheme import Scheme

SHARED = 2  # statements of a theme that must share a word; where a person put only one there, its words will do
OWN = 0.6  # the least share of the statements with the word, among all that people settled, that must be of this theme
WEIGHT = 1.0


def words_of_made(batch: Batch, scheme: Scheme) -> Mapping[tuple[str, str], Hit]:
    """Find the words that stand for themes that people made.

    batch   : the statements, with what people settled.
    scheme  : pillars and themes; themes without any word of their own are those that people made.
    Returns : (language, folded word) -> what it stands for. A word that people's choices spread over several themes stands for none.
    """
    columns = {theme: scheme.lexicon.n_pillars + place for place, theme in enumerate(scheme.themes)}
    made = {theme for theme, column in columns.items() if not scheme.lexicon.knows(column)}
    if not made:
        return {}
    total: Counter[Word] = Counter()
    of_theme: dict[str, Counter[Word]] = defaultdict(Counter)
    size: Counter[str] = Counter()
    for row, (_, theme) in sorted(batch.settled.items()):
        found = subject_words(batch.said.typed(row), batch.lang(row))
        total.update(found.keys())
        of_theme[theme].update(found.keys())
        size[theme] += 1
    best: dict[Word, Hit] = {}
    for theme in sorted(made):
        for word, n in of_theme[theme].items():
            if n >= min(SHARED, size[theme]) and n >= OWN * total[word]:
                best[word] = Hit(word[1], columns[theme], WEIGHT)
    forms: dict[tuple[str, str], Hit] = {}
    for lang in sorted({lang for lang, _ in best}):
        stems = {(lang, folded): word for folded in batch.said.words for word in subject_words([folded], lang)}
        forms |= {form: Hit(form[1], best[word].column, WEIGHT) for form, word in stems.items() if word in best}
    return forms
