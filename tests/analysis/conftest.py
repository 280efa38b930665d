"""Statements that the analysis is tried on: sentences as residents might write them, made up for these tests."""

from pathlib import Path

import pandas as pd
import pytest
from pandas import DataFrame

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def answers() -> DataFrame:
    """271 sentences in five languages with the pillar and theme that a person would give them."""
    return pd.read_csv(HERE / "answers.csv", dtype=str, keep_default_na=False).set_index("id")
