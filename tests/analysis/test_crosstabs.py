"""Chance is not called a difference, a difference is, and a word that few people said is never given."""

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame, Series
from scipy.stats import fisher_exact

from analysis.crosstabs import adjust, compare_groups, count_groups
from analysis.keyness import key_words


def by_lot(seed: int) -> DataFrame:
    """300 people who each name one of 31 themes and are in one of 10 groups, all by lot."""
    chance = np.random.default_rng(seed)
    who = [f"p{number}" for number in range(300)]
    named = DataFrame({"person": who, "theme": [f"t{theme:02d}" for theme in chance.integers(31, size=300)]})
    return count_groups(named, Series([f"g{group}" for group in chance.integers(10, size=300)], index=who))


def one_row(n: int, base: int, others_n: int, others_base: int) -> "Series[float]":
    counts = DataFrame([[n, base, others_n, others_base]], columns=["n", "base", "others_n", "others_base"])
    return compare_groups(counts).iloc[0]


def test_on_pure_noise_at_most_one_table_in_twenty_has_a_false_discovery() -> None:
    told = [compare_groups(by_lot(seed)) for seed in range(60)]
    assert {len(table) for table in told} == {310}
    assert sum(bool(table["differs"].any()) for table in told) / 60 <= 0.05
    assert sum(int(table["differs"].sum()) for table in told) / (60 * 310) <= 0.05
    assert np.mean([(table["p"] < 0.05).sum() for table in told]) > 3, "without the correction there would be some in every table"


def test_a_real_difference_among_many_tables_of_chance_is_found() -> None:
    counts = pd.concat([by_lot(1), DataFrame([["vocht", "wielwijk", 40, 60, 20, 240]], columns=by_lot(1).columns)], ignore_index=True)
    told = compare_groups(counts)
    assert told[told["differs"]][["theme", "group"]].to_numpy().tolist() == [["vocht", "wielwijk"]]
    assert told["difference"].iloc[-1] == pytest.approx(40 / 60 - 20 / 240)


def test_somebody_who_names_a_theme_twice_counts_once_and_who_named_nothing_counts_in_the_base() -> None:
    named = DataFrame({"person": ["a", "a", "b", "weg"], "theme": ["vocht", "vocht", "vocht", "vocht"]})
    told = count_groups(named, Series({"a": "noord", "b": "zuid", "c": "zuid"}))
    assert told.to_numpy().tolist() == [["vocht", "noord", 1, 1, 1, 2], ["vocht", "zuid", 1, 2, 1, 1]]


@pytest.mark.parametrize(("n", "base", "others_n", "others_base"), [(3, 12, 1, 40), (0, 9, 5, 60), (4, 4, 2, 30), (1, 500, 3, 700)])
def test_with_few_people_it_is_fishers_exact_test(n: int, base: int, others_n: int, others_base: int) -> None:
    expected = fisher_exact([[n, base - n], [others_n, others_base - others_n]]).pvalue
    assert one_row(n, base, others_n, others_base)["p"] == pytest.approx(expected)


def test_the_interval_of_a_difference_is_newcombes() -> None:
    row = one_row(56, 70, 48, 80)  # his own example: 0.0524 to 0.3339
    assert [round(row[name], 4) for name in ("difference", "low", "high")] == [0.2, 0.0524, 0.3339]


def test_a_group_of_nobody_or_of_everybody_differs_from_nothing() -> None:
    assert one_row(0, 0, 5, 10)[["p", "differs"]].tolist() == [1.0, False]
    assert one_row(5, 10, 0, 0)[["p", "differs"]].tolist() == [1.0, False]
    assert one_row(0, 10, 0, 10)["p"] == 1.0
    assert compare_groups(DataFrame([], columns=["n", "base", "others_n", "others_base"])).empty


def test_the_order_of_the_rows_changes_nothing() -> None:
    counts = by_lot(3)
    turned = compare_groups(counts.iloc[::-1]).iloc[::-1]
    assert turned.equals(compare_groups(counts))


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="larger than its base"):
        one_row(11, 10, 1, 10)
    with pytest.raises(ValueError, match="stands there twice"):
        count_groups(DataFrame({"person": ["a"], "theme": ["x"]}), Series(["g", "h"], index=["a", "a"]))


def test_correcting_never_lowers_a_chance_and_keeps_the_order() -> None:
    p = np.random.default_rng(0).random(200) ** 3
    q = adjust(p)
    assert (q >= p).all()
    assert (np.diff(q[np.argsort(p)]) >= 0).all()
    assert adjust(np.array([])).tolist() == []


# ---------------------------------------------------------------- words


def said(*texts: tuple[str, int], person: str = "p") -> DataFrame:
    rows = [(text, "nl", f"{person}{nth}{number}") for nth, (text, times) in enumerate(texts) for number in range(times)]
    return DataFrame(rows, columns=["text", "lang", "person"], index=[f"{person}s{at:03d}" for at in range(len(rows))], dtype=str)


def words_of(inside: DataFrame, outside: DataFrame) -> list[str]:
    both = pd.concat([inside, outside])
    told = key_words(both, Series([True] * len(inside) + [False] * len(outside), index=both.index))
    assert (told["n"] >= 10).all()
    return list(told["word"])


def test_words_that_a_group_says_more_stand_out_and_those_that_everybody_says_do_not() -> None:
    mould = said(("Er zit schimmel in de slaapkamer van mijn huis", 20))
    others = said(("Te weinig parkeerplaatsen bij mijn huis", 60), person="q")
    assert words_of(mould, others) == ["schimmel", "slaapkamer"]
    assert "huis" not in words_of(mould, others)


def test_a_word_that_nine_people_said_never_leaves_however_often_they_said_it() -> None:
    nine = said(("asbest asbest asbest asbest", 9))
    twice = nine.set_index(nine.index + "x")
    others = said(("Te weinig parkeerplaatsen", 60), person="q")
    assert words_of(pd.concat([nine, twice]), others) == []
    assert words_of(said(("asbest", 10)), others) == ["asbest"]


def test_a_name_is_no_word_that_tells_a_group() -> None:
    named = said(("de flat van Yilmaz is vies", 15))
    assert "yilmaz" not in words_of(named, said(("Te weinig parkeerplaatsen", 60), person="q"))


def test_nothing_said_on_one_side_gives_no_words() -> None:
    assert words_of(said(("schimmel", 12)), said()) == []
    assert words_of(said(), said(("schimmel", 12))) == []
