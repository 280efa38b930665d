"""Room findings: frozen versions of the codebook: what stands in each, what changed between two, and how one is opened again."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.acts import Place
from app.areas import Programme
from app.findings.codebook import TEXTS, entries_now, frozen_now, kept_entries, shipped_entries, shipped_words, words_now
from app.findings.runs import newest_run
from app.findings.themes import ThemesNow, themes_now
from app.findings.word_forms import split_words
from app.i18n import N_
from app.models.tables import CODEBOOK_VERSION
from app.settings import Settings

MOST_OF_A_NOTE = 300
NAMES = {"definition": N_("Omschrijving"), "includes": N_("Hoort erbij"), "excludes": N_("Hoort er niet bij"), "goal": N_("Doel")}
NEW, GONE, RENAMED = N_("Nieuw thema"), N_("Thema is weg"), N_("Andere naam")
Content = dict[str, Any]
Change = tuple[str, str, str]  # what changed, how it was, how it is


def content_now(
    connection: Connection, settings: Settings, programme: Programme, now: ThemesNow | None, told: Collection[Place]
) -> Content:
    """All that a coder works by: entries, words in every language, and what people decided about themes; keys are "pillar/theme".

    An entry is `told` when everybody who may read the codebook may read its name: it stands in the codebook, or enough people named it.
    """
    book = dict(shipped_entries(settings.surveys)) | kept_entries(connection)
    entries = {
        name_of(place): entry.texts
        | {"label": entry.label, "told": place in told or (place in book and book[place].label == entry.label), "revision": entry.revision}
        for place, entry in entries_now(connection, settings, now).items()
    }
    words = shipped_words(settings, programme)
    for place, by_lang in words_now(connection).items():
        words.setdefault(place, {}).update(by_lang)
    listed = {name_of(place): {lang: split_words(said) for lang, said in sorted(by_lang.items())} for place, by_lang in words.items()}
    return {"entries": entries, "words": listed, "decisions": _decided(now) if now else {}, "run": now.run.id if now else ""}


def themebook_table(
    connection: Connection, settings: Settings, programme: Programme, *, everything: bool
) -> tuple[list[str], list[list[object]], list[str]]:
    """One row a theme: what belongs to it, what does not, and its words per language. Themes that only a run knows are for who sees rows."""
    now = themes_now(connection, run) if everything and (run := newest_or_none(connection)) is not None else None
    words, frozen = shipped_words(settings, programme), frozen_now(connection)
    for place, by_lang in words_now(connection).items():
        words.setdefault(place, {}).update(by_lang)
    rows: list[list[object]] = []
    for place, entry in entries_now(connection, settings, now).items():
        listed = [words.get(place, {}).get(lang, "") for lang in programme.languages]
        rows.append([*place, entry.label, entry.goal or "", *(getattr(entry, name) for name in TEXTS), *listed])
    note = f"Vastgezet als versie {frozen.number}." if frozen else "Niet vastgezet: tekst en woorden kunnen nog veranderen."
    columns = ["pillar", "theme", "label", "goal", *TEXTS, *(f"words_{lang}" for lang in programme.languages)]
    return columns, rows, ["Eén rij per thema: waar het over gaat, wat erbij hoort, wat niet, en de woorden die ervoor staan.", note]


def newest_or_none(connection: Connection) -> Any | None:
    try:
        return newest_run(connection, "")
    except LookupError:
        return None


def name_of(place: Place) -> str:
    return f"{place[0]}/{place[1]}"


def _decided(now: ThemesNow) -> dict[str, Any]:
    """What was decided about themes, as it counts when the codebook is frozen."""
    found = now.decisions
    return {
        "labels": {name_of(place): label for place, label in found.labels.items()},
        "merged": {name_of(place): name_of(into) for place, into in found.merged.items()},
        "made": sorted(name_of(place) for place in found.made),
        "retired": sorted(name_of(place) for place in found.retired),
        "settled": {name_of(place): act.actor for place, act in found.settled.items()},
    }


def hash_of_content(content: Content) -> str:
    """The same content gives the same hash, on any machine."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def freeze(connection: Connection, content: Content, note: str, settings: Settings, by: str) -> int | None:
    """Keep the codebook as it is now, under the next number; None when it is frozen already. In a transaction in which nobody else writes."""
    if frozen_now(connection) is not None:
        return None
    last = connection.execute(select(CODEBOOK_VERSION.c.number).order_by(CODEBOOK_VERSION.c.number.desc()).limit(1)).scalar()
    number = (last or 0) + 1
    about = {"note": note[:MOST_OF_A_NOTE], "content": content, "content_hash": hash_of_content(content)}
    connection.execute(insert(CODEBOOK_VERSION).values(number=number, frozen_by=by[:64], frozen_at=settings.clock(), **about))
    return number


def open_again(connection: Connection, number: int, settings: Settings, by: str) -> bool:
    """Whether this version was the one that held; whoever opens it stands beside it."""
    frozen = frozen_now(connection)
    if frozen is None or frozen.number != number:
        return False
    opened = {"opened_by": by[:64], "opened_at": settings.clock()}
    connection.execute(update(CODEBOOK_VERSION).where(CODEBOOK_VERSION.c.number == number).values(**opened))
    return True


def versions(connection: Connection) -> list[Any]:
    """Every version without its content, newest first."""
    columns = [column for column in CODEBOOK_VERSION.c if column.name != "content"]
    return list(connection.execute(select(*columns).order_by(CODEBOOK_VERSION.c.number.desc())))


def version(connection: Connection, number: int) -> Any | None:
    return connection.execute(select(CODEBOOK_VERSION).where(CODEBOOK_VERSION.c.number == number)).first()


def entries_of(content: Content, *, everything: bool) -> dict[str, dict[str, Any]]:
    """The entries of a version; who sees no rows reads no name that could give somebody away."""
    return {name: entry for name, entry in sorted(content["entries"].items()) if everything or entry["told"]}


# ------------------------------------------------------------------------------------------- what changed
def changes(old: Content, new: Content, *, everything: bool) -> dict[str, list[Change]]:
    """Per "pillar/theme" what changed from one version to the other, in words; a pillar's own words stand under "pillar/"."""
    before, after = entries_of(old, everything=everything), entries_of(new, everything=everything)
    names = sorted({*before, *after, *(name for name in {**old["words"], **new["words"]} if name.endswith("/"))})
    found = {name: [*_entry_changes(before.get(name), after.get(name)), *_word_changes(name, old, new)] for name in names}
    return {name: some for name, some in found.items() if some}


def _entry_changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterator[Change]:
    if before is None or after is None:
        if after is not None:
            yield NEW, "", after["label"]
        if before is not None:
            yield GONE, before["label"], ""
        return
    if before["label"] != after["label"]:
        yield RENAMED, before["label"], after["label"]
    for name in (*TEXTS, "goal"):
        if before[name] != after[name]:
            yield NAMES[name], _text(before[name]), _text(after[name])


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _word_changes(name: str, old: Content, new: Content) -> Iterator[Change]:
    before, after = (content["words"].get(name, {}) for content in (old, new))
    for lang in sorted({*before, *after}):
        was, is_ = before.get(lang, []), after.get(lang, [])
        gone, added = [word for word in was if word not in set(is_)], [word for word in is_ if word not in set(was)]
        if gone or added:
            yield lang, ", ".join(gone), ", ".join(added)
