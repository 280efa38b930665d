"""Room findings: the codebook as it is now: what belongs to each theme and what does not, and the words that stand for it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.acts import NOTHING, Place
from app.areas import Programme, read_toml
from app.findings.themes import ThemesNow
from app.forms import Typed, printable, said, whole
from app.i18n import N_
from app.models.tables import CODE_ENTRY, CODEBOOK_VERSION, WORD_LIST
from app.settings import Settings

FILE = "codeboek.toml"
MOST_OF_A_TEXT, MOST_OF_A_LABEL = 2000, 200
TEXTS = ("definition", "includes", "excludes")
NO_LABEL = N_("Geef het thema een naam van 1 tot 200 tekens.")
LONG_TEXT = N_("Dit zijn meer dan 2000 tekens. Maak het korter.")
OTHER_GOAL = N_("Dit doel hoort bij een andere pijler. Kies een ander doel, of geen.")
Words = dict[Place, dict[str, str]]


@dataclass(frozen=True)
class Entry:
    """What the codebook says about one theme. `revision` 0: as it was shipped, or nothing yet."""

    pillar: str
    theme: str
    label: str
    definition: str = ""
    includes: str = ""
    excludes: str = ""
    goal: int | None = None
    revision: int = 0
    changed_by: str = ""
    changed_at: datetime | None = None

    @property
    def place(self) -> Place:
        return self.pillar, self.theme

    @property
    def texts(self) -> dict[str, Any]:
        """What an editor can change, but for the name, which is that of the theme."""
        return {name: getattr(self, name) for name in (*TEXTS, "goal")}


def frozen_now(connection: Connection) -> Any | None:
    """The version that the codebook is frozen at: the newest row of CODEBOOK_VERSION, unless somebody opened it again."""
    newest = connection.execute(select(CODEBOOK_VERSION).order_by(CODEBOOK_VERSION.c.number.desc()).limit(1)).first()
    return None if newest is None or newest.opened_at else newest


# ------------------------------------------------------------------------------------------- entries
@cache
def shipped_entries(folder: Path) -> Mapping[Place, Entry]:
    """The codebook that came with the surveys; a programme without one begins with the themes that its runs find."""
    if not (folder / FILE).is_file():
        return {}
    found = [
        Entry(row["pillar"], row["key"], row["label"], goal=row.get("goal"), **{name: row[name] for name in TEXTS})
        for row in read_toml(folder / FILE)["theme"]
    ]
    return {entry.place: entry for entry in found}


def entries_now(
    connection: Connection, settings: Settings, now: ThemesNow | None, told: Collection[Place] | None = None
) -> dict[Place, Entry]:
    """Every theme of the codebook and of this run; what was merged or retired is not there.

    now  : the newest run as people left it; None before the first.
    told : the themes of that run that a reader who sees no rows may read the name of; None for who sees rows. What stands in the codebook is for all.
    """
    book = dict(shipped_entries(settings.surveys)) | kept_entries(connection)
    if now is None:
        return book
    gone = {*now.decisions.merged, *now.decisions.retired}
    labels = {place: label for place, label in now.decisions.labels.items() if told is None or place in told}
    found = {place: replace(entry, label=labels.get(place, entry.label)) for place, entry in book.items() if place not in gone}
    for theme in now.themes:
        if not theme.is_rest and theme.key != NOTHING and theme.place not in found and (told is None or theme.place in told):
            found[theme.place] = Entry(*theme.place, theme.label)
    return found


def kept_entries(connection: Connection) -> dict[Place, Entry]:
    rows = connection.execute(select(CODE_ENTRY).order_by(CODE_ENTRY.c.pillar, CODE_ENTRY.c.theme))
    entries = [Entry(**row._mapping) for row in rows]  # noqa: SLF001  # SQLAlchemy's public name for it begins with _
    return {entry.place: entry for entry in entries}


def read_entry(before: Entry, typed: Typed) -> Entry:
    """What a form typed about this theme, with one kind of line break; without a field for the name it keeps the one it has."""
    texts = {name: shown(said(typed, name)).replace("\r\n", "\n").replace("\r", "\n") for name in TEXTS}
    goal = said(typed, "goal")
    label = " ".join(shown(said(typed, "label")).split()) if "label" in typed else before.label
    return replace(
        before, label=label, goal=whole(goal, 3), definition=texts["definition"], includes=texts["includes"], excludes=texts["excludes"]
    )


def shown(text: str) -> str:
    """Typed text as it can stand in a page: marks that no page may hold are made visible."""
    return "".join(sign if sign.isprintable() or sign in "\n\r\t\u200c\u200d\u200e\u200f" else "\ufffd" for sign in printable(text))


def wrong_entry(entry: Entry, programme: Programme) -> dict[str, str]:
    """What has to be mended, by the name of the field."""
    goals = {None, *(goal.number for goal in programme.goals if goal.pillar == entry.pillar)}
    found = {name: LONG_TEXT for name in TEXTS if len(getattr(entry, name)) > MOST_OF_A_TEXT}
    if not 1 <= len(entry.label) <= MOST_OF_A_LABEL or not entry.label.isprintable() or "\ufffd" in entry.label:
        found["label"] = NO_LABEL
    return found | ({} if entry.goal in goals else {"goal": OTHER_GOAL})


def keep_entry(connection: Connection, entry: Entry, *, by: str, at: datetime) -> None:
    """In a transaction in which nobody else writes: the next revision of this text."""
    values = entry.texts | {"label": entry.label, "revision": entry.revision + 1, "changed_by": by[:64], "changed_at": at}
    if entry.revision:
        here = (CODE_ENTRY.c.pillar == entry.pillar, CODE_ENTRY.c.theme == entry.theme)
        connection.execute(update(CODE_ENTRY).where(*here).values(values))
    else:
        connection.execute(insert(CODE_ENTRY).values(pillar=entry.pillar, theme=entry.theme, **values))


# ------------------------------------------------------------------------------------------- words
def shipped_words(settings: Settings, programme: Programme) -> Words:
    """The words that came with the programme: of its pillars (theme ""), and of the themes of its codebook; language -> words with commas between."""
    from analysis.lists import read_lists  # noqa: PLC0415  # only who looks at words reads them

    found: Words = {}
    pillar_of = {key: pillar for pillar, key in shipped_entries(settings.surveys)}
    for lang, lists in read_lists().items() if not programme.words else ():
        for pillar, words in lists["pillars"].items():
            found.setdefault((pillar, ""), {})[lang] = _listed(words)
        for theme, words in lists["themes"].items():
            if theme in pillar_of:
                found.setdefault((pillar_of[theme], theme), {})[lang] = _listed(words)
    if programme.words:
        for pillar, by_lang in read_toml(settings.surveys / programme.words).items():
            found[pillar, ""] = {lang: _listed(words) for lang, words in by_lang.items()}
    return found


def _listed(words: str | list[str]) -> str:
    """A list of a file with commas between: there it may be one text over several lines, and spaces may stand between the words."""
    parts = words if isinstance(words, list) else words.split(",") if "," in words else words.split()
    return ", ".join(" ".join(part.split()) for part in parts if part.strip())


def words_now(connection: Connection) -> Words:
    """The lists that somebody edited, and no others: (pillar, theme) -> language -> words with commas between; theme "" is the pillar itself.

    A list with one word ends in a comma, so that a word of two parts stays one. An empty list: in this language no word stands for it.
    """
    found: Words = {}
    for row in connection.execute(select(WORD_LIST).order_by(WORD_LIST.c.pillar, WORD_LIST.c.theme, WORD_LIST.c.lang)):
        found.setdefault((row.pillar, row.theme), {})[row.lang] = row.words
    return found


def word_list(connection: Connection, place: Place, lang: str) -> Any | None:
    """The row of an edited list; None while the shipped one counts."""
    here = (WORD_LIST.c.pillar == place[0], WORD_LIST.c.theme == place[1], WORD_LIST.c.lang == lang)
    return connection.execute(select(WORD_LIST).where(*here)).first()


def keep_words(connection: Connection, place: Place, lang: str, words: str | None, *, revision: int, by: str, at: datetime) -> None:
    """In a transaction in which nobody else writes: this list in the place of the shipped one; None is back to the shipped one."""
    here = (WORD_LIST.c.pillar == place[0], WORD_LIST.c.theme == place[1], WORD_LIST.c.lang == lang)
    if words is None:
        connection.execute(delete(WORD_LIST).where(*here))
    elif revision:
        values = {"words": words, "revision": revision + 1, "changed_by": by[:64], "changed_at": at}
        connection.execute(update(WORD_LIST).where(*here).values(values))
    else:
        values = {"words": words, "revision": 1, "changed_by": by[:64], "changed_at": at}
        connection.execute(insert(WORD_LIST).values(pillar=place[0], theme=place[1], lang=lang, **values))
