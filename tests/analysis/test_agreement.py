"""Agreement between coders, beside worked examples of others and counted by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame, Series

from analysis.agreement import draw_sample, krippendorff_alpha, measure_agreement, presence

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): four observers, twelve units, some values missing.
FOUR = DataFrame({
    "a": ["1", "2", "3", "3", "2", "1", "4", "1", "2", "", "", ""],
    "b": ["1", "2", "3", "3", "2", "2", "4", "1", "2", "5", "", "3"],
    "c": ["", "3", "3", "3", "2", "3", "4", "2", "2", "5", "1", ""],
    "d": ["1", "2", "3", "3", "2", "4", "4", "1", "2", "5", "1", ""],
})  # fmt: skip
MEG_OWEN = DataFrame({"meg": list("0100000010"), "owen": list("1110010000")})
BEN_GERRY = DataFrame({"ben": list("aabbdccceDDA".lower()), "gerry": list("babbbccceddd")})


@pytest.mark.parametrize(("codes", "alpha"), [(FOUR, 0.743), (MEG_OWEN, 0.095), (BEN_GERRY, 0.692)], ids=["four", "binary", "nominal"])
def test_the_worked_examples_of_krippendorff_come_out(codes: DataFrame, alpha: float) -> None:
    assert round(krippendorff_alpha(codes), 3) == alpha
    assert round(measure_agreement(codes).alpha, 3) == alpha


def test_a_statement_that_one_coder_read_says_nothing() -> None:
    alone = measure_agreement(FOUR)
    assert alone.n == 11
    assert measure_agreement(FOUR.iloc[:11]) == alone


def test_percent_agreement_is_counted_by_hand() -> None:
    assert measure_agreement(MEG_OWEN).share == 0.6
    assert measure_agreement(BEN_GERRY).share == 9 / 12


def test_empty_cells_are_one_thing_however_they_are_written() -> None:
    for nothing in (None, float("nan"), ""):
        assert krippendorff_alpha(FOUR.replace("", nothing)) == krippendorff_alpha(FOUR)


def test_all_alike_and_nothing_at_all_cannot_be_told_from_chance() -> None:
    same = measure_agreement(DataFrame({"a": ["x"] * 9, "b": ["x"] * 9}))
    assert (same.n, same.share) == (9, 1.0)
    assert [math.isnan(value) for value in (same.alpha, same.low, same.high)] == [True] * 3
    nobody = measure_agreement(DataFrame({"a": ["x", ""], "b": ["", "y"]}))
    assert (nobody.n, math.isnan(nobody.share), math.isnan(nobody.alpha)) == (0, True, True)
    assert math.isnan(krippendorff_alpha(DataFrame({"a": [], "b": []})))


def test_two_who_always_agree_reach_one_and_two_who_never_do_stay_below_chance() -> None:
    agree = measure_agreement(DataFrame({"a": list("xyxyxy"), "b": list("xyxyxy")}))
    assert (agree.alpha, agree.low, agree.high, agree.share) == (1.0, 1.0, 1.0, 1.0)
    assert krippendorff_alpha(DataFrame({"a": list("xyxy"), "b": list("yxyx")})) < 0


def test_the_interval_holds_alpha_and_narrows_with_more_statements() -> None:
    few, many = measure_agreement(BEN_GERRY), measure_agreement(DataFrame(np.tile(BEN_GERRY.to_numpy(), (20, 1))))
    assert few.low < few.alpha < few.high
    assert many.high - many.low < (few.high - few.low) / 2
    assert measure_agreement(BEN_GERRY, seed=1) == measure_agreement(BEN_GERRY, seed=1) != measure_agreement(BEN_GERRY, seed=2)


@given(st.permutations(range(12)))
def test_the_order_of_the_statements_changes_nothing(order: list[int]) -> None:
    assert measure_agreement(BEN_GERRY.iloc[order], rounds=50) == measure_agreement(BEN_GERRY, rounds=50)


def test_presence_looks_at_one_code_alone() -> None:
    seen = presence(FOUR, "2")
    assert seen["a"].tolist() == ["0", "1", "0", "0", "1", "0", "0", "0", "1", "", "", ""]
    assert krippendorff_alpha(presence(BEN_GERRY, "c")) == 1.0


@pytest.mark.parametrize(("wrong", "words"), [(lambda: krippendorff_alpha(DataFrame({"a": ["x"]})), "two coders"), (lambda: measure_agreement(FOUR, rounds=0), "rounds"), (lambda: draw_sample(Series(["a"]), 0), "n: draw"), (lambda: draw_sample(Series(["a", "b"], index=[1, 1]), 1), "twice")])  # fmt: skip
def test_what_cannot_be_measured_is_named(wrong: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        wrong()  # type: ignore[operator]  # each is a call


def test_a_sample_has_each_stratum_in_its_share_and_none_left_out() -> None:
    strata = Series(["wonen/nl"] * 70 + ["veilig/nl"] * 20 + ["wonen/ar"] * 9 + ["leren/pl"], index=[f"s{nth:03d}" for nth in range(100)])
    drawn = draw_sample(strata, 20, seed=3)
    assert strata[drawn].value_counts().to_dict() == {"wonen/nl": 13, "veilig/nl": 4, "wonen/ar": 2, "leren/pl": 1}
    assert len(set(drawn)) == 20
    assert drawn == draw_sample(strata.sample(frac=1, random_state=1), 20, seed=3) != draw_sample(strata, 20, seed=4)
    assert strata[drawn].tolist() != sorted(strata[drawn].tolist()), "their order tells nothing"
    assert sorted(draw_sample(strata, 500)) == strata.index.tolist()
    assert len(draw_sample(strata, 2)) == 2
