"""An auditor with two downloads: what changed in between is never told when it is about a few people."""

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from houses import OpenHouse, Operator
from sqlalchemy import insert, select, update
from test_disclosure import possible_counts
from test_stated import BEDS, LAMPS, MAN, heard, people_said

from app.areas import load_programme
from app.findings.erasing import erase_response
from app.findings.released import first_moment, keep_moment
from app.findings.runs import newest_run
from app.findings.shares import sheet_of
from app.findings.themes import themes_now
from app.models.tables import ACT, PAGE, PLACEMENT, RELEASED, RUN, STATEMENT, THEME

__all__ = ["heard"]  # a fixture of another file
HERE = "/bevindingen/verantwoording"
THRESHOLD = 10
SEEN = {"sample_n": "sample", "open_link": "open_link", "contributions": "contributions"}  # columns and what they count
Cells = dict[Any, int | None]


# ---------------------------------------------------------------- what happens in between


def acts(house: OpenHouse, kind: str, theme: str, payload: dict[str, Any], *, statement: str | None = None, pillar: str = "veilig") -> None:
    row = {"kind": kind, "pillar": pillar, "theme": theme, "statement_id": statement, "payload": payload}
    with house.engine.begin() as connection:
        connection.execute(insert(ACT).values(at=house.settings.clock(), actor="Een analyst", undone_by="", **row))


def merge_three(house: OpenHouse) -> None:
    """A theme of three people goes into one that is told."""
    acts(house, "merge", MAN, {"into": BEDS, "label": "Banken"})


def five_name_both(house: OpenHouse) -> None:
    both = [row["statement_id"] for row in house.rows("placement") if row["theme"] == LAMPS and "-ss" in row["statement_id"]][:5]
    with house.engine.begin() as connection:
        connection.execute(update(PLACEMENT).where(PLACEMENT.c.statement_id.in_(both)).values(also_themes=f"veilig/{BEDS}"))


def merge_two(house: OpenHouse) -> None:
    """Five people named both of two themes that are told: what is lost in the sum is them."""
    acts(house, "merge", BEDS, {"into": LAMPS, "label": "Licht en banken"})


def one_more_answer(house: OpenHouse) -> None:
    """One new resident names one theme, and the analysis is run again."""
    _again(house)
    people = people_said(house, "lampje-erbij", "veilig", 1)
    with house.engine.begin() as connection:
        connection.execute(update(PLACEMENT).where(PLACEMENT.c.statement_id.in_(people)).values(run_id="b2", theme=LAMPS))


def one_erased(house: OpenHouse) -> None:
    """Somebody's words are erased, and the next run has one less."""
    _again(house, without="s-verl-ss000")


def one_moved(house: OpenHouse) -> None:
    """An analyst puts one answer in another theme."""
    acts(house, "move", LAMPS, {"pillar": "veilig", "theme": BEDS, "label": "Banken"}, statement="s-verl-ss001")


def _again(house: OpenHouse, without: str = "") -> None:
    """A second run that puts everything where the first put it."""
    with house.engine.begin() as connection:
        run = connection.execute(select(RUN).where(RUN.c.id == "b1")).one()
        connection.execute(insert(RUN).values(**{**run._mapping, "id": "b2", "made_at": run.made_at.replace(hour=23)}))  # noqa: SLF001  # SQLAlchemy's public name for it begins with _
        for table in (THEME, PLACEMENT):
            rows = [{**row._mapping, "run_id": "b2"} for row in connection.execute(select(table).where(table.c.run_id == "b1"))]  # noqa: SLF001  # as above
            connection.execute(insert(table), [row for row in rows if row.get("statement_id") != without or not without])


# ---------------------------------------------------------------- the auditor


def settle(house: OpenHouse) -> None:
    with house.engine.connect() as connection:
        run = newest_run(connection, "")
    keep_moment(house.engine, house.settings, load_programme(house.settings.surveys), run)


def downloads(house: OpenHouse) -> Cells:
    """What the auditor's file tells: theme by theme, and their sums."""
    answer = house.colleague("auditor").asks("GET", "/bevindingen/download/themes.csv")
    assert answer.status_code == 200
    found: Cells = {}
    for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))):
        if row["theme"] != "klein_aantal":
            found |= {(source, row["pillar"], row["theme"]): _n(row[column]) for column, source in SEEN.items()}
            found["base", "", ""] = _n(row["base"])
        found["sample", row["pillar"], ""] = _n(row["pillar_n"])
    return found


def _n(cell: str) -> int | None:
    return None if cell in {"–", ""} else int(cell)


def truth(house: OpenHouse) -> tuple[dict[Any, int], list[tuple[Any, list[Any]]]]:
    """What nobody outside knows, and every sum that everybody knows."""
    with house.engine.connect() as connection:
        sheet = sheet_of(themes_now(connection, newest_run(connection, "")))
    return dict(sheet.cells), [(total, list(parts)) for total, parts in (*sheet.sums, *sheet.joins)]


def widths(before: Any, after: Any, seen: tuple[Cells, Cells], merged: Mapping[str, str] = {}) -> dict[Any, float]:  # never changed
    """How far the auditor can narrow each change of 1 to 9 people, with both files and every sum."""
    (old, old_sums), (new, new_sums) = before, after
    cells = {("old", name): n for name, n in old.items()} | {("new", name): n for name, n in new.items()}
    sums = [((when, total), [(when, part) for part in parts]) for when, lines in (("old", old_sums), ("new", new_sums)) for total, parts in lines]  # fmt: skip
    told = {("old", name): seen[0].get(name) for name in old} | {("new", name): seen[1].get(name) for name in new}
    small = [(when, name) for when, table in (("old", old), ("new", new)) for name, n in table.items() if 0 < n < THRESHOLD and name[0] != "others"]  # fmt: skip
    for nth, name in enumerate(new):
        parts = [each for each in old if (*each[:2], merged.get(each[2], each[2])) == name]
        if name[0] == "others" or not parts:
            continue
        then, now = sum(old[part] for part in parts), new[name]
        cells["then", nth] = then
        sums.append((("then", nth), [("old", part) for part in parts]))
        most, least = (("then", nth), ("new", name)) if then > now else (("new", name), ("then", nth))
        cells["change", nth] = cells[most] - cells[least]
        sums.append((most, [least, ("change", nth)]))
        small += [("change", nth)] if 0 < cells["change", nth] < THRESHOLD else []
    told |= {name: None for name in cells if name not in told}
    return {name: high - low for name, (low, high) in possible_counts(told, sums, small, {}).items()}


SCENARIOS: list[tuple[Callable[[OpenHouse], None], Mapping[str, str]]] = [
    (merge_three, {MAN: BEDS}), (merge_two, {BEDS: LAMPS}), (one_more_answer, {}), (one_erased, {}), (one_moved, {}),
]  # fmt: skip
NAMES = [each.__name__ for each, _ in SCENARIOS]


@pytest.mark.parametrize(("happens", "merged"), SCENARIOS, ids=NAMES)
def test_two_downloads_tell_no_change_of_a_few_people(
    heard: OpenHouse, happens: Callable[[OpenHouse], None], merged: Mapping[str, str]
) -> None:
    if happens is merge_two:
        five_name_both(heard)
    settle(heard)
    before, first = truth(heard), downloads(heard)
    happens(heard)
    assert downloads(heard) == first, "nothing that leaves changes before somebody says so"
    settle(heard)
    found = widths(before, truth(heard), (first, downloads(heard)), merged)
    assert len(found) >= 1
    assert min(found.values()) >= 5


@pytest.mark.parametrize(("happens", "merged"), SCENARIOS, ids=NAMES)
def test_the_same_auditor_finds_them_when_nothing_is_remembered(
    heard: OpenHouse, happens: Callable[[OpenHouse], None], merged: Mapping[str, str]
) -> None:
    if happens is merge_two:
        five_name_both(heard)
    settle(heard)
    before, first = truth(heard), downloads(heard)
    happens(heard)
    forget(heard)
    settle(heard)
    found = widths(before, truth(heard), (first, downloads(heard)), merged)
    assert min(found.values()) < 5, "the attack works, so its failing above means something"


def forget(house: OpenHouse) -> None:
    with house.engine.begin() as connection:
        connection.execute(RELEASED.delete())


# ---------------------------------------------------------------- moments


def test_the_first_run_is_told_at_once_and_a_later_one_waits_for_a_person(heard: OpenHouse) -> None:
    programme = load_programme(heard.settings.surveys)
    first_moment(heard.engine, heard.settings, programme, "b1")
    first = downloads(heard)
    one_more_answer(heard)
    first_moment(heard.engine, heard.settings, programme, "b2")
    assert downloads(heard) == first
    office = heard.colleague("office").opens(HERE)
    assert "Stel de cijfers van nu vast" not in office.page.text
    analyst = heard.colleague("analyst").opens(HERE).presses("Stel de cijfers van nu vast")
    assert "De cijfers zijn vastgesteld." in analyst.page.text
    assert "De nieuwste ronde geeft dezelfde cijfers." in analyst.page.text
    assert [(act["action"], act["object"]) for act in heard.rows("audit")] == [("figures settled", "b2")]
    second = downloads(heard)
    assert second != first
    assert second["sample", "veilig", LAMPS] is None, "one of 41 is one person"
    assert second["sample", "wonen", "groen"] == 45


def test_names_and_what_is_settled_are_seen_at_once(heard: OpenHouse) -> None:
    settle(heard)
    acts(heard, "rename", LAMPS, {"label": "Meer licht"})
    acts(heard, "settle", LAMPS, {"settled": True})
    acts(heard, "merge", "groen", {"into": "overlast", "label": "Overlast"}, pillar="wonen")
    text = heard.colleague("auditor").opens("/bevindingen/themas").page.text
    assert "Meer licht" in text
    assert "Meer groen" in text, "its people are told apart until the figures are settled again"
    assert downloads(heard)["sample", "wonen", "overlast"] == 60


def test_the_same_figures_again_are_no_new_moment(heard: OpenHouse) -> None:
    settle(heard)
    settle(heard)
    assert sorted(row["scope"].partition("|")[0] for row in heard.rows("released")) == ["coverage", "languages", "themes"]


def test_an_undone_merge_gives_the_figures_of_before_back(heard: OpenHouse) -> None:
    settle(heard)
    first = downloads(heard)
    merge_three(heard)
    settle(heard)
    with heard.engine.begin() as connection:
        connection.execute(update(ACT).values(undone_at=heard.settings.clock(), undone_by="Een analyst"))
    settle(heard)
    assert downloads(heard) == first


def test_a_finding_rests_on_what_left(heard: OpenHouse) -> None:
    """An analyst merged meanwhile: what is stated keeps the figures that others can read too."""
    settle(heard)
    merge_three(heard)
    fields = {
        "token": heard.token("office"),
        "id": "f" + "2" * 14,
        "thema": f"veilig/{BEDS}",
        "titel": "Banken",
        "tekst": "Op straat.",
        "pijler": "veilig",
    }
    heard.colleague("office").sends("/bevindingen/stellingen/nieuw", fields, status=303)
    assert [row["figures"]["n"] for row in heard.rows("evidence")] == [30]


# ---------------------------------------------------------------- the table of counts


def counts(operator: Operator, folder: Path, nth: int) -> Cells:
    out = folder / f"counts-{nth}.csv"
    operator("export", "--kind", "counts", "--survey", "dordt-west-2026", "--role", "auditor", "--out", out)
    lines = csv.DictReader(io.StringIO(out.read_text("utf-8-sig")))
    return {(row["stream"], row["area"], row["question"], row["option"]): _n(row["n"]) for row in lines}


def answer_green(house: OpenHouse) -> None:
    """Everybody of the fixture lives in one wijk and answered one question."""
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE response SET area = 'wielwijk'")
        ids = (
            connection.execute(select(STATEMENT.c.response_id).where(STATEMENT.c.stream == "sample").order_by(STATEMENT.c.id))
            .scalars()
            .all()
        )
        rows = [
            {"response_id": id_, "page": "p", "revision": 1, "answers": {"woonduur": "lt1" if nth % 3 else "y1_5"}}
            for nth, id_ in enumerate(ids)
            if id_
        ]
        connection.execute(insert(PAGE), rows)


def test_what_an_erased_person_answered_is_not_the_difference_of_two_tables(heard: OpenHouse, operator: Operator, tmp_path: Path) -> None:
    answer_green(heard)
    first = counts(operator, tmp_path, 1)
    assert counts(operator, tmp_path, 2) == first
    with heard.engine.begin() as connection:
        assert erase_response(connection, "rs-verl-ss001", heard.settings.today())
    second = counts(operator, tmp_path, 3)
    assert differences(first, second) == set()
    forget(heard)
    assert 1 in differences(first, counts(operator, tmp_path, 4)), "alone it tells"


def differences(first: Cells, second: Cells) -> set[int]:
    """Between what both tables tell."""
    pairs = [(n, second[name]) for name, n in first.items()]
    return {abs(now - then) for then, now in pairs if then is not None and now is not None} - {0}
