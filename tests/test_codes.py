"""Codes that people type over from paper: forgiving about how, strict about which."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.codes import LENGTH, LETTERS, code_hash, in_groups, read_code, receipt_of

SECRET, OTHER = b"the secret of one installation", b"the secret of another"


def test_a_receipt_holds_nothing_that_can_be_misread() -> None:
    receipts = {receipt_of(SECRET, str(key)) for key in range(500)}
    assert len(receipts) == 500
    assert {len(receipt) for receipt in receipts} == {LENGTH}
    assert set("".join(receipts)) == set(LETTERS)
    assert set("0O1I") & set(LETTERS) == set()


def test_a_receipt_follows_from_its_key_and_this_installation_alone() -> None:
    assert receipt_of(SECRET, "a") == receipt_of(SECRET, "a")
    assert receipt_of(SECRET, "a") != receipt_of(SECRET, "b")
    assert receipt_of(SECRET, "a") != receipt_of(OTHER, "a")


def test_what_is_stored_of_a_code_says_nothing_without_the_secret() -> None:
    assert code_hash(SECRET, "ABCD") != code_hash(OTHER, "ABCD")
    assert len(code_hash(SECRET, "ABCD")) == 64
    assert receipt_of(SECRET, "a") not in code_hash(SECRET, receipt_of(SECRET, "a")).upper()


@pytest.mark.parametrize(
    "typed", ["ABCD2345WXYZ", "abcd2345wxyz", " ABCD 2345 WXYZ ", "ABCD-2345-WXYZ", "A.B.C.D.2345WXYZ", "ABCD٢٣٤٥WXYZ", "abcd۲۳۴۵wxyz", "\u200eABCD 2345\u00a0WXYZ\u200f", "ABCD–2345–WXYZ",
    "\u2068ABCD\u2069\u200b2345\u2011WXYZ", "ＡＢＣＤ２３４５ｗｘｙｚ", "ABCD_२३४५—WXYZ"]
)  # fmt: skip
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_code(typed) == "ABCD2345WXYZ"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ABCD2345WXY",
        "ABCD2345WXYZZ",
        "ABCD2345WXY0",
        "ABCD2345WXYI",
        "ABCD2345WXYß",
        "ABCD2345WXY\x00",
        "\ud800" * 12,
        "x" * 10_000,
        "а" * 12,
    ],
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


@given(some.text(max_size=100))
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_anything_typed_is_a_code_or_none(typed: str) -> None:
    code = read_code(typed)
    assert code is None or (len(code) == LENGTH and set(code) <= set(LETTERS))


def test_a_code_in_groups_is_read_back() -> None:
    receipt = receipt_of(SECRET, "a")
    assert in_groups(receipt) == f"{receipt[:4]} {receipt[4:8]} {receipt[8:]}"
    assert read_code(in_groups(receipt)) == receipt
