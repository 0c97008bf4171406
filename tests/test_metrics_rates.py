"""metrics.rates against published numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.rates import rate, ratio


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_rate_matches_newcombe(part: int, whole: int, low: float, high: float) -> None:
    result = rate(part, whole)
    assert result.value == part / whole
    assert (result.low, result.high) == pytest.approx((low, high), abs=5e-5)


def test_rate_of_nobody_is_undefined() -> None:
    assert rate(0, 0).value is None


def test_rate_of_everybody_reaches_exactly_one() -> None:
    assert rate(7, 7).high == 1.0


def test_rate_needs_a_confidence_between_0_and_1() -> None:
    with pytest.raises(ValueError, match="between 0 and 1, got 95"):
        rate(1, 2, confidence=95)


@pytest.mark.parametrize(("part", "whole"), [(-1, 5), (6, 5)])
def test_rate_refuses_an_impossible_part(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match=f"got {part} of {whole}"):
        rate(part, whole)


@given(whole=st.integers(1, 10_000), data=st.data())
def test_rate_mirrors_its_complement(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    did, did_not = rate(part, whole), rate(whole - part, whole)
    assert (did.low, did.high) == pytest.approx((1 - did_not.high, 1 - did_not.low))


@given(whole=st.integers(1, 10_000), data=st.data())
def test_rate_lies_within_its_interval(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    result = rate(part, whole)
    assert 0 <= result.low <= result.value <= result.high <= 1


def test_ratio_of_nothing_is_undefined() -> None:
    assert ratio(0, 0) is None
    assert ratio(None, 1) is None
    assert ratio(1, None) is None


def test_ratio_of_zero_is_zero() -> None:
    assert ratio(0, 3) == 0
