"""The page of figures as each colleague sees it: themes by group, what a small figure falls back on, and nothing that gives somebody away."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
from houses import OpenHouse
from people import Resident, text_of
from spoken import DORDT, MOULD, MOULDY, NOISE, PARKED, PARKING, RENTED, a_street, residents_say, run, table_says, words
from sqlalchemy import insert, select, update
from test_disclosure import Cells, Sums, attack, without_secondary

from app.acts import Place
from app.findings.compared import differences
from app.findings.fallback import GOAL, KINDS, PILLAR, THEME, WAYS, Node, tree_of
from app.findings.figures import BASE, OTHERS, TOTAL, Block, blocks_of, count, totals_of, years_of
from app.findings.frames import Slice
from app.findings.voices import Voice
from app.models.staff import ROLES
from app.models.tables import ACT, CODE_ENTRY, PAGE, STATEMENT

PAGE_OF = "/bevindingen/cijfers"
LOOKS = ("office", "analyst", "auditor", "admin")
WIJKEN = ("oud_krispijn", "nieuw_krispijn", "wielwijk", "crabbehof", "buiten_gebied", "onbekend")
AGES = ("a16_29", "a30_44", "a45_64", "a65_79", "a80", "onbekend")
LIMITS = {"sample": 10, "open_link": 10, "professional": 5}
THEMES: list[Place] = [(pillar, f"t{number}") for pillar in ("wonen", "gezond", "leren", "werk", "veilig") for number in range(8)]
GOALS = {place: 1 + 2 * (at // 8) + (at % 8) // 4 for at, place in enumerate(THEMES) if place[1] != "t7"}


# ---------------------------------------------------------------- made-up people


def people(n: int, seed: int, *, years: Sequence[str] = ("2026",)) -> list[Voice]:
    """Each answers most of five questions, with one theme and sometimes two; wijken and ages differ in size."""
    chance = np.random.default_rng(seed)
    liked = {pillar: chance.dirichlet(np.full(8, 2.0)) for pillar, _ in THEMES}
    found = []
    for who in range(n):
        area, age = (str(chance.choice(some, p=[0.3, 0.28, 0.2, 0.16, 0.04, 0.02])) for some in (WIJKEN, AGES))
        day = date(int(chance.choice(years)), 11, 1)
        for pillar, weights in liked.items():
            if chance.random() < 0.85:
                chosen = chance.choice(8, size=1 + int(chance.random() < 0.25), replace=False, p=weights)
                places = tuple((pillar, f"t{theme}") for theme in chosen)
                found.append(Voice(f"s{who}{pillar}", f"r{who}", "sample", DORDT, day, area, "web", "nl", age, places))
    return found


def released_by(voices: Sequence[Voice], field: str, groups: Sequence[str], year: str = "2026") -> tuple[Block, Block]:
    """The totals by year and the figures of one year by group, as the page makes them."""
    tree = tree_of(THEMES, GOALS)
    years = years_of(voices, tree, limits=LIMITS, before={})
    told = blocks_of(
        voices, tree, lambda voice: str(getattr(voice, field)), groups, year=year, limits=LIMITS, before=totals_of(years, year)
    )
    return years["sample"], told["sample"]


# ---------------------------------------------------------------- theme, goal, pillar


def test_a_theme_stands_under_its_goal_and_a_goal_with_one_theme_is_that_theme() -> None:
    tree = tree_of(
        [("wonen", "a"), ("wonen", "b"), ("wonen", "c"), ("wonen", "rest"), ("werk", "d")],
        {("wonen", "a"): 1, ("wonen", "b"): 1, ("wonen", "c"): 2},
    )
    a, goal, pillar = Node(THEME, "wonen", "a"), Node(GOAL, "wonen", "1"), Node(PILLAR, "wonen", "")
    assert list(tree.wider(a)) == [goal, pillar]
    assert list(tree.wider(Node(THEME, "wonen", "rest"))) == [pillar]
    assert dict(tree.shown_as(GOAL))[Node(GOAL, "wonen", "2")] == Node(THEME, "wonen", "c")
    assert dict(tree.shown_as(PILLAR))[Node(PILLAR, "werk", "")] == Node(THEME, "werk", "d")
    assert tree.themes_in(goal) == (a, Node(THEME, "wonen", "b"))


def test_somebody_who_names_two_themes_of_a_goal_counts_once_under_it() -> None:
    voice = Voice("s1", "r1", "sample", DORDT, date(2026, 11, 1), "wielwijk", "web", "nl", "a80", (("wonen", "t0"), ("wonen", "t1")))
    counts = dict(count([voice, voice], tree_of(THEMES, GOALS), lambda each: each.area, WIJKEN).cells)
    assert counts[GOAL, "wonen", "1", "wielwijk"] == counts[PILLAR, "wonen", "", TOTAL] == counts[(*BASE, "wielwijk")] == 1
    assert counts[THEME, "wonen", "t2", TOTAL] == 0


def test_a_dash_falls_back_on_the_first_wider_figure_that_may_be_told() -> None:
    voices = people(400, 1)
    tree = tree_of(THEMES, GOALS)
    _, block = released_by(voices, "area", WIJKEN)
    dashes = [(node, wijk) for _, node in tree.shown_as(THEME) for wijk in WIJKEN[:4] if block.at(node, wijk).n is None]
    fallen = {way: [block.fallen(tree, node, wijk, way) for node, wijk in dashes] for way in WAYS}
    assert len(dashes) > 20
    for (node, wijk), within, wider in zip(dashes, fallen["doel"], fallen["gebied"], strict=True):
        if within:
            assert within.figure == block.at(within.node, wijk), "a cell of the same release"
            assert within.node in tree.wider(node)
            assert within.group == wijk
        if wider:
            assert (wider.node, wider.group, wider.figure) == (node, TOTAL, block.at(node))
    assert sum(each is not None for each in fallen["doel"]) / len(dashes) >= 0.5
    assert sum(each is not None for each in fallen["gebied"]) / len(dashes) >= 0.8
    shown = next((node, wijk) for _, node in tree.shown_as(THEME) for wijk in WIJKEN[:4] if block.at(node, wijk).n)
    assert block.fallen(tree, *shown, "doel") is None


def test_at_400_responses_most_goals_can_be_told_by_wijk_and_few_themes() -> None:
    tree = tree_of(THEMES, GOALS)
    told = {kind: [] for kind in KINDS}
    for seed in (1, 2, 3):
        _, block = released_by(people(400, seed), "area", WIJKEN)
        for kind in KINDS:
            told[kind] += [block.at(node, wijk).n is not None for _, node in tree.shown_as(kind) for wijk in WIJKEN[:4]]
    shares = {kind: round(sum(found) / len(found), 2) for kind, found in told.items()}
    assert shares[THEME] < shares[GOAL]
    assert shares[GOAL] >= 0.7, shares


def test_a_group_that_is_too_small_counts_with_those_who_are_in_none() -> None:
    _, block = released_by(people(400, 1), "area", WIJKEN)
    assert block.folded == ("buiten_gebied", "onbekend")
    assert block.groups == (*WIJKEN[:4], OTHERS)
    assert block.told[(*BASE, OTHERS)] == block.told[(*BASE, TOTAL)] - sum(block.told[(*BASE, wijk)] for wijk in WIJKEN[:4])


# ---------------------------------------------------------------- the attacker


def everything_a_reader_has(voices: Sequence[Voice], breakdowns: dict[str, Sequence[str]]) -> tuple[Cells, Sums, dict[Any, int | None]]:
    """All tables of one year with every sum and every bound that a reader knows; a bound is a sum with something unseen."""
    tree, cells, sums, told = tree_of(THEMES, GOALS), {}, [], {}
    for field, groups in breakdowns.items():
        _, block = released_by(voices, field, groups)
        folded = set(block.folded)
        counts = count(
            voices,
            tree,
            lambda voice, field=field, folded=folded: OTHERS if getattr(voice, field) in folded else getattr(voice, field),
            (*groups, OTHERS),
        )
        names = {name: (name if name[3] == TOTAL else (*name, field)) for name, _ in counts.cells}
        cells |= {names[name]: n for name, n in counts.cells}
        told |= {names[name]: n for name, n in block.told.items()}
        sums += [(names[*node, TOTAL], [names[*node, group] for group in block.groups]) for node in (BASE, *tree.nodes)]
        for group in block.columns:
            for whole, parts in tree.parts:
                n = {node: names[*node, group] for node in (BASE, whole, *parts)}
                bounds = [(n[BASE], n[whole])] + [(n[whole], n[part]) for part in parts]
                for nth, (most, least) in enumerate(bounds):
                    cells["bound", most, least, nth] = cells[most] - cells[least]
                    sums.append((most, [least, ("bound", most, least, nth)]))
                together, both = ("together", n[whole]), ("both", n[whole])
                cells |= {together: sum(cells[n[part]] for part in parts)}
                cells |= {both: cells[together] - cells[n[whole]]}
                sums += [(together, [n[part] for part in parts]), (together, [n[whole], both])]
    return cells, sums, {name: told.get(name) for name in cells}


@pytest.mark.parametrize(("n", "seed"), [(400, 2), (900, 3)])
def test_all_tables_of_a_page_side_by_side_with_their_fallbacks_give_no_small_figure_away(n: int, seed: int) -> None:
    cells, sums, told = everything_a_reader_has(people(n, seed), {"area": WIJKEN, "age": AGES})
    figures = [name for name in cells if name[0] in {*KINDS, BASE.kind}]
    assert [name for name in figures if 0 < cells[name] < 10 and told[name] is not None] == []
    known = {name: told[name] for name in cells}
    sampled = {name: width for name, width in attack(cells, sums, known, one_in=23).items() if name in set(figures)}
    assert len(sampled) >= 5
    assert min(sampled.values()) >= 5


def test_the_same_attack_reads_small_figures_where_only_those_stay_inside() -> None:
    cells, sums, _ = everything_a_reader_has(people(900, 3), {"area": WIJKEN})
    figures = {name for name in cells if name[0] in {*KINDS, BASE.kind}}
    broken = {name: n if name in figures else None for name, n in without_secondary(cells).items()}
    widths = [width for name, width in attack(cells, sums, broken, one_in=7).items() if name in figures]
    assert sum(width < 5 for width in widths) / len(widths) >= 0.3


def test_years_side_by_side_and_their_sum_give_nothing_away() -> None:
    voices = people(500, 4, years=("2025", "2026"))
    block, _ = released_by(voices, "area", WIJKEN)
    tree = tree_of(THEMES, GOALS)
    cells = dict(count(voices, tree, lambda voice: voice.year, ("2025", "2026")).cells)
    sums: Sums = [((*node, TOTAL), [(*node, year) for year in ("2025", "2026")]) for node in (BASE, *tree.nodes)]
    assert min(attack(cells, sums, block.told, one_in=3).values()) >= 5


# ---------------------------------------------------------------- differences


def told_block(figures: dict[tuple[str, str], tuple[int | None, int]]) -> Block:
    told: dict[Any, int | None] = {}
    for (theme, group), (n, base) in figures.items():
        told |= {(THEME, "wonen", theme, group): n, (*BASE, group): base}
    return Block("sample", ("noord", "zuid"), told)


def test_differences_rest_on_told_figures_alone() -> None:
    node = Node(THEME, "wonen", "a")
    shown = told_block({("a", ""): (60, 200), ("a", "noord"): (50, 100), ("a", "zuid"): (10, 100)})
    assert differences(shown, [node]) == {(node, "noord"): True, (node, "zuid"): False}
    assert differences(told_block({("a", ""): (60, 200), ("a", "noord"): (None, 100), ("a", "zuid"): (None, 100)}), [node]) == {}


# ---------------------------------------------------------------- the page


@pytest.fixture
def street(house: OpenHouse) -> OpenHouse:
    a_street(house)
    table_says(
        house, *[f"{NOISE}, ziet {word}" for word in words(8)], *[f"{MOULD}, ziet {word}" for word in words(7)], source="professional"
    )
    run(house)
    run(house, Slice(source="professional"))
    return house


def table_in(page: Resident, at: int = 0) -> dict[str, list[str]]:
    table = page.page.all("table")[at]
    return {text_of(row.find("th")): [text_of(cell) for cell in row.findall("td")] for row in table.iter("tr") if row.findall("td")}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_what_it_may(street: OpenHouse, role: str) -> None:
    colleague = street.colleague(role)
    assert colleague.asks("GET", PAGE_OF).status_code == (200 if role in LOOKS else 403)
    assert colleague.asks("GET", f"{PAGE_OF}/tabel.csv").status_code == (200 if role in LOOKS else 403)
    if role in LOOKS:
        rows = table_in(colleague.opens(PAGE_OF))
        assert rows["Vocht en schimmel"] == ["14 48,3 % (31,4 – 65,6)", "11", "10", "7"]
        assert rows["Geluid en overlast van buren"][-1] == "8", "professionals have a threshold of their own"
        assert rows["Geluid en overlast van buren"][0] == "–afgeschermd"


def test_the_figures_are_those_of_the_page_of_themes(street: OpenHouse) -> None:
    analyst = street.colleague("analyst")
    figures = table_in(analyst.opens(PAGE_OF))
    themes = {
        text_of(row.find("th")): text_of(row.findall("td")[0])
        for row in analyst.opens("/bevindingen/themas").page.all("tr")
        if row.findall("td")
    }
    assert {name: cells[0].split()[0] for name, cells in figures.items() if name in themes} == {
        name: n.split()[0] for name, n in themes.items() if name in figures
    }
    assert "Vocht en schimmel" in figures


def test_by_wijk_a_theme_of_three_people_is_a_dash_that_falls_back_on_the_pillar(house: OpenHouse) -> None:
    for wijk, n in (("wielwijk", 20), ("crabbehof", 18)):
        residents_say(house, *[f"{MOULD}, {word}" for word in words(n)], area=wijk)
        residents_say(house, *[f"{NOISE}, {word}" for word in words(14)], area=wijk)
        residents_say(house, *[f"{PARKING}, {word}" for word in words(3 if wijk == "wielwijk" else 14)], area=wijk)
    run(house)
    office = house.colleague("office").opens(f"{PAGE_OF}?uitsplitsing=wijk")
    assert table_in(office)["Parkeren, straten en bereikbaarheid"][1:] == ["–afgeschermd", "–afgeschermd"]
    fallen = table_in(office.opens(f"{PAGE_OF}?uitsplitsing=wijk&terugval=gebied"))["Parkeren, straten en bereikbaarheid"]
    assert fallen[1:] == ["–afgeschermd iedereen samen: 17 van 83", "–afgeschermd iedereen samen: 17 van 83"]


def test_who_sees_no_rows_chooses_no_days_and_no_survey_and_reads_no_theme_of_few(street: OpenHouse) -> None:
    office, analyst = street.colleague("office"), street.colleague("analyst")
    whole = table_in(office.opens(PAGE_OF))
    part = f"{PAGE_OF}?van=2026-11-02&tot=2026-11-30&vragenlijst={DORDT}"
    assert table_in(office.opens(part)) == whole
    assert "Alleen wie antwoorden mag lezen" in office.page.text
    assert [field.get("name") for field in office.page.one("main").iter("input")] == []
    assert analyst.opens(part).page.all("table") == []
    assert "Hierover is nog niets gezegd" in analyst.page.text


@pytest.mark.parametrize(("query", "said"), [("van=gisteren", "Vul een dag in"), ("van=2026-11-03&tot=2026-11-01", "Wissel ze om")])
def test_a_day_that_is_none_is_told_beside_the_field(street: OpenHouse, query: str, said: str) -> None:
    analyst = street.colleague("analyst").opens(f"{PAGE_OF}?{query}", status=422)
    assert said in analyst.page.wrongs["van"]
    assert street.colleague("analyst").asks("GET", f"{PAGE_OF}/tabel.csv?{query}").status_code == 404


@pytest.mark.parametrize(
    "query", ["uitsplitsing=%00", "rijen=x&jaar=9999&bron=politie&terugval=alles", "woorden=thema.x", "woorden=groep.é", "jaar=%ff"]
)
def test_what_is_no_choice_is_none(street: OpenHouse, query: str) -> None:
    assert table_in(street.colleague("office").opens(f"{PAGE_OF}?{query}"))["Vocht en schimmel"][0].startswith("14 ")


def test_the_page_asks_the_database_at_most_eight_times_however_much_was_said(street: OpenHouse) -> None:
    analyst = street.colleague("analyst")
    for query in ("", "uitsplitsing=leeftijd&woorden=thema.wonen.vocht_schimmel", "uitsplitsing=wijk&rijen=doel&terugval=doel"):
        with street.statements() as said:
            analyst.opens(f"{PAGE_OF}?{query}")
        assert len(said) <= 8, said


def test_by_age_it_reads_the_question_of_the_survey(house: OpenHouse) -> None:
    ids = residents_say(house, *[f"{MOULD}, {word}" for word in words(15)], *[f"{PARKING}, {word}" for word in words(15)])
    with house.engine.begin() as connection:
        for nth, id_ in enumerate(ids):
            age = {"leeftijd": "a16_29" if nth % 15 < 12 or nth > 14 else "a80"}
            connection.execute(insert(PAGE).values(response_id=f"r{id_[1:]}", page="tot_slot", revision=1, answers=age))
    run(house)
    office = house.colleague("office").opens(f"{PAGE_OF}?uitsplitsing=leeftijd&rijen=pijler")
    assert "16 tot en met 29 jaar" in office.page.text


def test_goals_come_from_the_codebook_as_people_changed_it(house: OpenHouse) -> None:
    residents_say(
        house,
        *[f"{MOULD}, {word}" for word in words(14)],
        *[f"{PARKING}, {word}" for word in words(15)],
        *[f"{NOISE} {word}" for word in words(12)],
    )
    run(house)
    at = house.settings.clock()
    with house.engine.begin() as connection:
        for place in (MOULDY, PARKED):
            entry = {"pillar": place[0], "theme": place[1], "label": place[1], "goal": 2, "changed_by": "Onno", "changed_at": at}
            connection.execute(insert(CODE_ENTRY).values(**entry, definition="", includes="", excludes="", revision=1))
    office = house.colleague("office").opens(f"{PAGE_OF}?rijen=doel")
    assert table_in(office)["Doel 2: Meer toekomstbestendig wonen"][0].startswith("29 ")


def test_years_stand_side_by_side_with_what_is_new_and_what_it_was_split_from(house: OpenHouse) -> None:
    old = residents_say(house, *[f"{MOULD}, {word}" for word in words(15)], *[f"{NOISE}, {word}" for word in words(15)])
    residents_say(
        house,
        *[f"{MOULD}, {word}" for word in words(14)],
        *[f"{NOISE}, {word}" for word in words(13)],
        *[f"{PARKING}, {word}" for word in words(15)],
    )
    with house.engine.begin() as connection:
        connection.execute(update(STATEMENT).where(STATEMENT.c.id.in_(old)).values(said_on=date(2025, 11, 1)))
    id_ = run(house)
    with house.engine.begin() as connection:
        mine = connection.execute(select(STATEMENT.c.id).where(STATEMENT.c.text.like("De buren%"))).scalars().all()
        split = {"was": "Geluid en overlast van buren", "into": "nachtlawaai", "label": "Nachtlawaai", "statements": list(mine)}
        act = {
            "at": house.settings.clock(),
            "actor": "Onno",
            "kind": "split",
            "pillar": "veilig",
            "theme": "geluid_burenoverlast",
            "run_id": id_,
        }
        connection.execute(insert(ACT).values(**act, payload=split, undone_by=""))
    office = house.colleague("office").opens(PAGE_OF)
    charts = {text_of(figure.find("figcaption")) for figure in office.page.all("figure")}
    assert "Parkeren, straten en bereikbaarheid nieuw in 2026" in charts
    assert "Nachtlawaai" in charts, "what it came from has nobody left, so its name is not told"
    assert "Nachtlawaai gesplitst uit Geluid en overlast van buren" in {
        text_of(figure.find("figcaption")) for figure in house.colleague("analyst").opens(PAGE_OF).page.all("figure")
    }
    last = table_in(office, -1)
    assert [cell.split()[0] for cell in last["Vocht en schimmel"]] == ["15", "14"]
    assert table_in(office.opens(f"{PAGE_OF}?jaar=2025"))["Vocht en schimmel"][0].startswith("15 ")


def test_where_professionals_differ_from_residents_it_says_so(house: OpenHouse) -> None:
    residents_say(
        house, *[f"{MOULD}, nummer {word} {nth}" for word in words(20) for nth in "abc"], *[f"{PARKING}, {word}" for word in words(12)]
    )
    table_says(
        house,
        *[f"{MOULD}, ziet {word}" for word in words(6)],
        *[f"{PARKING}, ziet {word} {nth}" for word in words(20) for nth in "ab"],
        source="professional",
    )
    run(house)
    run(house, Slice(source="professional"))
    office = house.colleague("office").opens(PAGE_OF)
    assert "Professionals noemen Parkeren, straten en bereikbaarheid vaker (40 van 46) dan bewoners (12 van 72)." in office.page.text
    assert "Professionals noemen" not in office.opens(f"{PAGE_OF}?bron=bewoners").page.text


def test_words_are_told_of_a_theme_that_may_be_told_and_only_when_ten_people_said_them(street: OpenHouse) -> None:
    office = street.colleague("office").opens(f"{PAGE_OF}?woorden=thema.wonen.vocht_schimmel")
    said = [text_of(word) for word in office.page.all("li", class_="key")]
    assert {"schimmel", "slaapkamer"} <= set(said)
    assert [word for word in said if word in words(14)] == []
    assert office.opens(f"{PAGE_OF}?woorden=thema.veilig.geluid_burenoverlast").page.all("li", class_="key") == []


def test_the_table_as_a_file_has_the_same_figures_and_no_more(street: OpenHouse) -> None:
    office = street.colleague("office")
    answer = office.asks("GET", f"{PAGE_OF}/tabel.csv?terugval=doel")
    lines = {(row["stream"], row["key"]): row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    assert (lines["sample", MOULDY[1]]["n"], lines["sample", MOULDY[1]]["base"], lines["sample", MOULDY[1]]["share"]) == (
        "14",
        "29",
        "0.4828",
    )
    assert lines["open_link", RENTED[1]]["share"] == "", "a share belongs to the sample"
    assert lines["sample", "geluid_burenoverlast"]["n"] == "–"
    assert lines["professional", "geluid_burenoverlast"]["n"] == "8"
    for ending, status in (("xlsx", 200), ("ods", 200), ("exe", 404)):
        assert office.asks("GET", f"{PAGE_OF}/tabel.{ending}").status_code == status


def test_without_a_run_the_page_says_so(empty_house: OpenHouse) -> None:
    assert "Nog geen ronde." in empty_house.colleague("office").opens(PAGE_OF).page.text
    assert empty_house.colleague("office").asks("GET", f"{PAGE_OF}/tabel.csv").status_code == 404


def test_it_reads_from_the_right_too(street: OpenHouse) -> None:
    page = street.colleague("analyst", lang="ar").opens(f"{PAGE_OF}?uitsplitsing=wijk").page
    assert page.root.get("dir") == "rtl"
