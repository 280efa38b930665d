"""The disclosure door, tried by a reader who has every published figure, every sum, patience and linear programming."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.optimize import linprog

from app.disclosure import FOLDED, fold_small, release, release_again, release_themes

Cells = dict[Any, int]
Sums = list[tuple[Any, list[Any]]]
WIJKEN = ["oud_krispijn", "nieuw_krispijn", "wielwijk", "crabbehof"]


# The attacker. Written apart from the door: it shares no code with it.


def possible_counts(
    released: Mapping[Any, int | None], sums: Sums, wanted: Sequence[Any], highest: Mapping[Any, int]
) -> dict[Any, tuple[float, float]]:
    """Lowest and highest whole count that each wanted figure can still have; ``highest`` is what the attacker knows besides."""
    groups = {name: {name} for name, count in released.items() if count is None}
    for total, parts in sums:
        hidden = [name for name in (total, *parts) if name in groups]
        joined = set().union(*(groups[name] for name in hidden))
        for name in joined:
            groups[name] = joined
    found: dict[Any, tuple[float, float]] = {}
    for name in wanted:
        unknown = sorted(groups[name], key=repr)
        left, right = equations(released, sums, unknown)
        bounds = [(0, highest.get(other)) for other in unknown]
        aim = np.array([other == name for other in unknown], dtype=float)
        ends = [linprog(sign * aim, A_eq=left, b_eq=right, bounds=bounds, integrality=1) for sign in (1, -1)]
        assert ends[0].status == 0, "the attacker's own sums must be solvable"
        highest_seen = float("inf") if ends[1].fun is None else -round(ends[1].fun)
        found[name] = (round(ends[0].fun or 0), highest_seen)
    return found


def equations(released: Mapping[Any, int | None], sums: Sums, unknown: list[Any]) -> tuple[Any, Any]:
    at = {name: place for place, name in enumerate(unknown)}
    rows, right = [], []
    for total, parts in sums:
        if any(name in at for name in (total, *parts)):
            row = np.zeros(len(unknown))
            known = 0
            for sign, name in ((-1, total), *((1, part) for part in parts)):
                if name in at:
                    row[at[name]] += sign
                else:
                    known += sign * (released[name] or 0)
            rows.append(row)
            right.append(-known)
    return (np.array(rows), right) if rows else (None, None)


def attack(
    cells: Cells,
    sums: Sums,
    released: Mapping[Any, int | None],
    *,
    threshold: int = 10,
    knows_which_are_small: bool = False,
    one_in: int = 1,
) -> dict[Any, float]:
    """How wide each small figure still is, after checking that the truth is among what the attacker thinks possible."""
    small = [name for name, count in cells.items() if 0 < count < threshold]
    assert [name for name in small if released[name] is not None] == []
    highest = dict.fromkeys(small, threshold - 1) if knows_which_are_small else {}
    found = possible_counts(released, sums, small[::one_in], highest)
    assert [name for name, (low, high) in found.items() if not low <= cells[name] <= high] == []
    return {name: high - low for name, (low, high) in found.items()}


def without_secondary(cells: Cells, threshold: int = 10) -> dict[Any, int | None]:
    """The broken door: only the small figures themselves stay inside."""
    return {name: None if 0 < count < threshold else count for name, count in cells.items()}


# Tables.


def one_question(answers: dict[str, list[int]]) -> tuple[Cells, Sums]:
    """Answers by wijk, with the area's total; the base of each wijk is called n."""
    cells: Cells = {(answer, wijk): n for answer, row in answers.items() for wijk, n in zip(WIJKEN, row, strict=True)}
    cells |= {("n", wijk): sum(cells[answer, wijk] for answer in answers) for wijk in WIJKEN}
    cells |= {(answer, "totaal"): sum(cells[answer, wijk] for wijk in WIJKEN) for answer in [*answers, "n"]}
    sums: Sums = [(("n", area), [(answer, area) for answer in answers]) for area in [*WIJKEN, "totaal"]]
    sums += [((answer, "totaal"), [(answer, wijk) for wijk in WIJKEN]) for answer in [*answers, "n"]]
    return cells, sums


def whole_survey(n: int, seed: int, questions: int = 22) -> tuple[Cells, Sums, Sums]:
    """Every question by area, as the office exports it: four wijken, their total, and buiten_gebied and onbekend apart."""
    chance = np.random.default_rng(seed)
    areas = dict(
        zip([*WIJKEN, "buiten_gebied", "onbekend"], chance.multinomial(n, [0.3, 0.28, 0.2, 0.16, 0.04, 0.02]).tolist(), strict=True)
    )
    cells: Cells = {("n", area): count for area, count in areas.items()}
    sums: Sums = []
    joins: Sums = [(("n", "totaal"), [("n", wijk) for wijk in WIJKEN])]
    for question in range(questions):
        options = range(int(chance.integers(4, 8)))
        liked = chance.dirichlet(np.full(len(options), 2.0))
        for area, count in areas.items():
            chosen = chance.multinomial(count, chance.dirichlet(liked * 80 + 0.1)).tolist()
            cells |= {(question, option, area): chosen[option] for option in options}
        cells |= {(question, option, "totaal"): sum(cells[question, option, wijk] for wijk in WIJKEN) for option in options}
        sums += [(("n", area), [(question, option, area) for option in options]) for area in [*areas, "totaal"]]
        joins += [((question, option, "totaal"), [(question, option, wijk) for wijk in WIJKEN]) for option in options]
    cells["n", "totaal"] = sum(areas[wijk] for wijk in WIJKEN)
    return cells, sums, joins


def cube(counts: np.ndarray[Any, Any]) -> tuple[Cells, Sums]:
    """Answer x wijk x age with every total there is: the kind of table whose sums alone do not end on whole numbers."""
    cells: Cells = {}
    sums: Sums = []
    for name in itertools.product(*([*range(size), "alle"] for size in counts.shape)):
        cells[name] = int(counts[tuple(slice(None) if key == "alle" else key for key in name)].sum())
        for axis, key in enumerate(name):
            if key == "alle":
                sums.append((name, [(*name[:axis], at, *name[axis + 1 :]) for at in range(counts.shape[axis])]))
    return cells, sums


# What stays inside.


def test_a_small_count_takes_neighbours_with_it_so_that_no_total_tells_it() -> None:
    cells, sums = one_question({"ja": [3, 30, 41, 52], "nee": [25, 33, 44, 61]})
    out = release(cells, sums)
    hidden = {name for name, count in out.items() if count is None}
    assert hidden == {("ja", "oud_krispijn"), ("nee", "oud_krispijn"), ("ja", "nieuw_krispijn"), ("nee", "nieuw_krispijn")}
    assert {name: count for name, count in out.items() if name not in hidden} == {
        name: count for name, count in cells.items() if name not in hidden
    }


def test_without_secondary_suppression_the_same_count_is_read_from_the_total() -> None:
    cells, sums = one_question({"ja": [3, 30, 41, 52], "nee": [25, 33, 44, 61]})
    assert attack(cells, sums, without_secondary(cells)) == {("ja", "oud_krispijn"): 0}
    assert min(attack(cells, sums, release(cells, sums)).values()) >= 5


def test_a_table_without_small_counts_leaves_whole_and_a_zero_among_many_leaves_too() -> None:
    cells, sums = one_question({"ja": [12, 30, 41, 52], "nee": [25, 33, 44, 61], "geen antwoord": [0, 11, 10, 12]})
    assert release(cells, sums) == cells


def test_nothing_is_shown_of_a_group_smaller_than_the_threshold_zeros_included() -> None:
    cells: Cells = {"onbekend": 8, "ja": 5, "nee": 3, "geen antwoord": 0, "crabbehof": 40}
    out = release(cells, [("onbekend", ["ja", "nee", "geen antwoord"])])
    assert out == {"onbekend": None, "ja": None, "nee": None, "geen antwoord": None, "crabbehof": 40}


def test_that_all_25_of_a_group_gave_one_answer_is_not_told() -> None:
    cells: Cells = {"n": 25, "schulden": 25, "geen schulden": 0, "geen antwoord": 0}
    sums: Sums = [("n", ["schulden", "geen schulden", "geen antwoord"])]
    out = release(cells, sums)
    assert sorted(name for name, count in out.items() if count is None) == ["geen antwoord", "schulden"]
    assert possible_counts(out, sums, ["schulden"], {}) == {"schulden": (0, 25)}


def test_a_survey_held_in_one_wijk_is_no_secret_when_wijken_are_only_joined() -> None:
    cells: Cells = {"totaal": 300, "wielwijk": 300, "crabbehof": 0}
    parts: Sums = [("totaal", ["wielwijk", "crabbehof"])]
    assert release(cells, [], joins=parts) == cells
    assert None in release(cells, parts).values()


def test_who_did_not_choose_an_option_is_guarded_although_no_table_shows_it() -> None:
    cells: Cells = {"n": 200, "rommel": 197, "rommel niet": 3}
    sums: Sums = [("n", ["rommel", "rommel niet"])]
    assert release(cells, sums, unshown=["rommel niet"]) == {"n": 200, "rommel": None, "rommel niet": None}


def test_the_answer_does_not_depend_on_the_order_of_the_table() -> None:
    cells, sums, joins = whole_survey(700, seed=4, questions=6)
    turned = [(total, parts[::-1]) for total, parts in reversed(sums)]
    again = release(dict(reversed(cells.items())), turned, joins=[(total, parts[::-1]) for total, parts in reversed(joins)])
    assert again == release(cells, sums, joins=joins)


# The attacker at work.


@pytest.mark.parametrize("threshold", [5, 10])
def test_over_many_tables_no_small_figure_is_recovered_and_the_control_is(threshold: int) -> None:
    widths: list[float] = []
    control: list[float] = []
    for seed in range(30):
        chance = np.random.default_rng(seed)
        rows = chance.poisson(chance.choice([2, 12, 30], size=(int(chance.integers(2, 6)), 4)))
        cells, sums = one_question({f"optie {at}": row.tolist() for at, row in enumerate(rows)})
        out = release(cells, sums, threshold=threshold)
        insider = attack(cells, sums, out, threshold=threshold, knows_which_are_small=True)
        assert min(insider.values(), default=5) >= min(5, threshold - 1)
        widths += (attack(cells, sums, out, threshold=threshold) if threshold == 5 else insider).values()
        control += attack(cells, sums, without_secondary(cells, threshold), threshold=threshold).values()
    assert len(widths) >= 80
    assert min(widths) >= 5
    assert sum(width == 0 for width in control) / len(control) >= 0.3
    assert sum(width < 5 for width in control) / len(control) >= 0.4


@given(some.integers(0, 2**32 - 1), some.tuples(*[some.integers(1, 3)] * 3), some.sampled_from([5, 6, 7, 10]))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_tables_of_three_sides_with_every_total_hold_too(seed: int, shape: tuple[int, int, int], threshold: int) -> None:
    chance = np.random.default_rng(seed)
    cells, sums = cube(chance.poisson(chance.choice([1, 4, 9, 25], size=shape)))
    out = release(cells, sums, threshold=threshold)
    assert min(attack(cells, sums, out, threshold=threshold).values(), default=5) >= 5
    assert min(attack(cells, sums, out, threshold=threshold, knows_which_are_small=True).values(), default=5) >= min(5, threshold - 1)


def test_a_whole_survey_of_2000_answers_keeps_70_percent_of_its_figures_and_every_small_one_safe() -> None:
    cells, sums, joins = whole_survey(2000, seed=1)
    out = release(cells, sums, joins=joins)
    widths = attack(cells, [*sums, *joins], out)
    control = attack(cells, [*sums, *joins], without_secondary(cells))
    assert len(widths) >= 80
    assert min(widths.values()) >= 5
    assert sum(count is not None for count in out.values()) / len(out) >= 0.7
    assert sum(width == 0 for width in control.values()) / len(control) >= 0.2


def test_a_survey_of_400_is_told_where_a_row_has_fifteen_answers_an_option() -> None:
    cells, sums, joins = whole_survey(400, seed=2)
    options = {total: len(parts) for total, parts in sums}
    of = {part: (total, len(parts)) for total, parts in sums for part in parts}
    unshown = [part for part, (total, width) in of.items() if cells[total] < 15 * width]
    out = release(cells, sums, joins=joins, unshown=unshown)
    shown = [count for name, count in out.items() if name not in unshown]
    assert len(shown) >= 150
    assert len(options) == 7
    assert sum(count is not None for count in shown) / len(shown) >= 0.7
    assert min(attack(cells, [*sums, *joins], out, one_in=5).values()) >= 5


# More than one table, more than one date.


def test_professionals_at_5_do_not_give_away_residents_at_10_through_a_shared_total() -> None:
    cells: Cells = {"alle bijdragen": 76, "bewoners": 70, "professionals": 6, "bewoners, groen": 7, "bewoners, overig": 63}
    cells |= {"groen": 13, "professionals, groen": 6, "professionals, overig": 0, "overig": 63}
    sums: Sums = [
        ("alle bijdragen", ["bewoners", "professionals"]),
        ("alle bijdragen", ["groen", "overig"]),
        ("bewoners", ["bewoners, groen", "bewoners, overig"]),
        ("professionals", ["professionals, groen", "professionals, overig"]),
        ("groen", ["bewoners, groen", "professionals, groen"]),
        ("overig", ["bewoners, overig", "professionals, overig"]),
    ]
    thresholds = {name: 5 if name.startswith("professionals") else 10 for name in cells}
    apart = {name: None if 0 < count < thresholds[name] else count for name, count in cells.items()}
    assert possible_counts(apart, sums, ["bewoners, groen"], {}) == {"bewoners, groen": (7, 7)}
    out = release(cells, sums, threshold=thresholds)
    low, high = possible_counts(out, sums, ["bewoners, groen"], {})["bewoners, groen"]
    assert high - low >= 5


def two_dates() -> tuple[Cells, Cells, Sums]:
    before, sums = one_question({"ja": [13, 30, 41, 52], "nee": [25, 33, 44, 61]})
    now, _ = one_question({"ja": [14, 30, 61, 52], "nee": [25, 48, 44, 61]})
    return before, now, sums


def changes(before: Cells, now: Cells, sums: Sums) -> tuple[Cells, Sums]:
    """What the reader of both dates sees: figures called before, now and came, which add up."""
    cells = {(when, name): n for when, table in (("before", before), ("now", now)) for name, n in table.items()}
    cells |= {("came", name): now[name] - before[name] for name in now}
    dated: Sums = [((when, total), [(when, part) for part in parts]) for when in ("before", "now", "came") for total, parts in sums]
    return cells, [*dated, *((("now", name), [("before", name), ("came", name)]) for name in now)]


def seen_at(left: Mapping[Any, int | None], out: Mapping[Any, int | None]) -> dict[Any, int | None]:
    dates = {("before", name): count for name, count in left.items()} | {("now", name): count for name, count in out.items()}
    return dates | {("came", name): None for name in out}


def test_two_dates_each_safe_alone_give_away_the_one_resident_who_came_in_between() -> None:
    before, now, sums = two_dates()
    seen = seen_at(release(before, sums), release(now, sums))
    came = ("came", ("ja", "oud_krispijn"))
    assert possible_counts(seen, changes(before, now, sums)[1], [came], {}) == {came: (1, 1)}


def test_the_second_date_goes_through_the_door_with_the_first() -> None:
    before, now, sums = two_dates()
    left = release(before, sums)
    out = release_again(before, left, now, sums)
    cells, lines = changes(before, now, sums)
    seen = seen_at(left, out)
    came = [("came", name) for name in now if 0 < now[name] - before[name] < 10]
    found = possible_counts(seen, lines, came, {})
    assert ("came", ("ja", "oud_krispijn")) in found
    assert min(high - low for low, high in found.values()) >= 5
    assert all(low <= cells[name] <= high for name, (low, high) in found.items())
    assert out["nee", "crabbehof"] == 61


def test_a_resident_who_withdrew_between_two_dates_is_not_told_either() -> None:
    before, sums = one_question({"ja": [13, 30, 41, 5], "nee": [25, 33, 44, 61]})
    now, _ = one_question({"ja": [13, 30, 41, 4], "nee": [25, 33, 44, 61]})
    left = release(before, sums, threshold=5)
    assert left == before
    out = release_again(before, left, now, sums, threshold=5)
    seen = {("before", name): count for name, count in left.items()} | {("now", name): count for name, count in out.items()}
    lines: Sums = [((when, total), [(when, part) for part in parts]) for when in ("before", "now") for total, parts in sums]
    gone = ("now", ("ja", "crabbehof"))
    low, high = possible_counts(seen, lines, [gone], {gone: 4})[gone]
    assert (low, high) == (0, 4)
    assert possible_counts(seen, lines, [gone], {})[gone][1] >= 5


def test_a_small_figure_without_any_sum_is_just_a_dash() -> None:
    assert release({"aanmeldingen": 9, "gesprekken": 10, "afgezegd": 0}, []) == {"aanmeldingen": None, "gesprekken": 10, "afgezegd": 0}
    assert release({}, []) == {}


def test_the_same_counts_again_leave_as_they_left_before() -> None:
    before, sums = one_question({"ja": [3, 30, 41, 52], "nee": [25, 33, 44, 61]})
    left = release(before, sums)
    assert release_again(before, left, before, sums) == left


def test_a_figure_that_left_before_and_gives_a_small_one_away_closes_the_door() -> None:
    cells: Cells = {"n": 40, "ja": 37, "nee": 3}
    with pytest.raises(ValueError, match="wait for more answers"):
        release(cells, [("n", ["ja", "nee"])], known=["n", "ja"])


# Themes.


def test_themes_that_fewer_than_ten_residents_named_become_one_row() -> None:
    rows = [("de buurman op nummer 14", 2), ("verlichting", 31), ("afval", 31), ("parkeren", 9), ("niemand", 0)]
    assert fold_small(rows) == [("afval", 31), ("verlichting", 31), (FOLDED, 11)]


def test_a_folded_row_that_is_still_small_takes_the_next_smallest_theme_with_it() -> None:
    assert fold_small([("afval", 31), ("groen", 12), ("de buurman op nummer 14", 2)]) == [("afval", 31), (FOLDED, 14)]


def test_a_pillar_with_fewer_answers_than_the_threshold_shows_no_number() -> None:
    assert fold_small([("de buurman op nummer 14", 2), ("groen", 4)]) == [(FOLDED, None)]
    assert fold_small([]) == []


def test_exactly_the_threshold_is_enough() -> None:
    assert fold_small([("afval", 10), ("groen", 9)], threshold=10) == [(FOLDED, 19)]
    assert fold_small([("afval", 10), ("groen", 10)], threshold=10) == [("afval", 10), ("groen", 10)]
    assert fold_small([("afval", 6), ("groen", 5)], threshold=5) == [("afval", 6), ("groen", 5)]


def test_the_totals_of_pillars_do_not_tell_what_a_folded_row_hides() -> None:
    pillars = {"wonen": [("afval", 31), ("groen", 14)], "werk": [("schulden van mevrouw", 3)], "veilig": [("verlichting", 22)], "leren": []}
    out = release_themes(pillars)
    assert list(out) == [
        (),
        ("wonen",),
        ("wonen", "afval"),
        ("wonen", "groen"),
        ("werk",),
        ("werk", FOLDED),
        ("veilig",),
        ("veilig", "verlichting"),
        ("leren",),
    ]
    assert out["werk",] is None
    assert out["werk", FOLDED] is None
    sums: Sums = [((), [("wonen",), ("werk",), ("veilig",), ("leren",)]), (("wonen",), [("wonen", "afval"), ("wonen", "groen")])]
    sums += [(("werk",), [("werk", FOLDED)]), (("veilig",), [("veilig", "verlichting")])]
    low, high = possible_counts(out, sums, [("werk",)], {})["werk",]
    assert high - low >= 5


def test_one_pillar_with_one_theme_leaves_whole() -> None:
    assert release_themes({"wonen": [("afval", 31)], "werk": []}) == {(): 31, ("wonen",): 31, ("wonen", "afval"): 31, ("werk",): 0}


# What the door refuses.


@pytest.mark.parametrize(
    ("threshold", "floor", "said"),
    [(4, 5, "figures leave from 5 people on"), (9, 10, "figures leave from 10 people on"), (3, 3, "figures leave from 5 people on")],
)
def test_no_setting_lowers_the_floor(threshold: int, floor: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        release({"n": 3}, [], threshold=threshold, floor=floor)


def test_a_floor_of_one_name_is_no_way_round() -> None:
    with pytest.raises(ValueError, match="a threshold of 1"):
        release({"n": 30, "ja": 3, "nee": 27}, [("n", ["ja", "nee"])], threshold={"n": 10, "ja": 1, "nee": 10})
    with pytest.raises(ValueError, match="a threshold of 4"):
        fold_small([("groen", 4)], threshold=4)


@pytest.mark.parametrize(
    ("cells", "sums", "said"),
    [
        ({"n": 30, "ja": 12, "nee": 17}, [("n", ["ja", "nee"])], "the parts of 'n' do not add up"),
        ({"n": 24, "ja": 12}, [("n", ["ja", "ja"])], "the parts of 'n' do not add up"),
        ({"n": 30}, [("n", ["ja"])], "'ja' stands in a sum"),
        ({"n": -1}, [], "'n' is not a whole count"),
        ({"n": True}, [], "'n' is not a whole count"),
        ({"n": 12.0}, [], "'n' is not a whole count"),
    ],
)
def test_a_table_that_does_not_add_up_does_not_leave(cells: Any, sums: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        release(cells, sums)


def test_counts_of_numpy_are_counts() -> None:
    out = release(dict(zip(["n", "ja"], np.array([40, 40]), strict=True)), [("n", ["ja"])])
    assert out == {"n": 40, "ja": 40}
    assert {type(count) for count in out.values()} == {int}
