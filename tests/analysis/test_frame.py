"""What may come in: a frame is checked before anything is counted."""

import pandas as pd
import pytest
from pandas import DataFrame

from analysis.frame import check_frame
from analysis.pipeline import analyse


def test_languages_and_weights_as_offices_write_them() -> None:
    statements = DataFrame(
        {
            "text": ["te donker", None, "çok karanlık"],
            "lang": ["nl-NL", "", "TR"],
            "pillar_asked": [None, "overig", float("nan")],
            "weight": ["", 2, "0.5"],
            "wijk": ["wielwijk", "crabbehof", "elders"],
        },
        index=[1, 2, 3],
    )
    check_frame(statements, pillars=["veilig"])
    assert list(analyse(statements)["pillar"]) == ["veilig", "overig", "veilig"]


@pytest.mark.parametrize(
    ("statements", "complaint"),
    [
        (DataFrame({"tekst": ["a"]}), "row 1: there is no column text"),
        (DataFrame({"text": []}), "row 2: there are no statements below the heading"),
        (DataFrame({"text": ["a", 5]}), "row 3 (id 1), column text: 5 is not a text"),
        (DataFrame({"text": ["a", "b"]}, index=["x", "x"]), "row 3, column id: 'x' stands in row 2 too"),
        (DataFrame({"text": ["a"]}, index=[None]), "row 2, column id: is empty"),
        (DataFrame({"text": ["a"], "weight": [True - 1]}), "row 2 (id 0), column weight: 0 is not a number above 0"),
        (DataFrame({"text": ["a"], "lang": ["x" * 99]}), f"row 2 (id 0), column lang: '{'x' * 36}... is not a language code such as nl"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(statements: DataFrame, complaint: str) -> None:
    with pytest.raises(ValueError) as problem:  # noqa: PT011  # the whole sentence is compared below
        check_frame(statements)
    assert str(problem.value) == complaint


def test_a_label_of_nobody_is_refused() -> None:
    statements = DataFrame({"text": ["te donker"]}, index=["a"])
    for labels, complaint in (
        (DataFrame({"pillar": ["veilig"]}, index=["b"]), "labels, row 2, column id: 'b' is not the id of a statement"),
        (
            DataFrame({"pillar": ["tuin"]}, index=["a"]),
            "labels, row 2 (id a), column pillar: 'tuin' is not one of gezond leren overig veilig werk wonen",
        ),
        (DataFrame({"thema": ["x"]}, index=["a"]), "labels, row 1: there is no column pillar"),
    ):
        with pytest.raises(ValueError) as problem:  # noqa: PT011  # the whole sentence is compared below
            analyse(statements, labels=labels)
        assert str(problem.value) == complaint
    assert analyse(statements, labels=DataFrame({"pillar": []}, index=pd.Index([], dtype=object)))["pillar"].tolist() == ["veilig"]
