"""metrics.feedback: the net promoter score's interval, and who is satisfied."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.feedback import net_promoter, net_promoter_of, satisfied

COUNTS = st.integers(0, 60)


def test_scores_fall_into_three_groups() -> None:
    found = net_promoter([0, 6, 7, 8, 9, 10, 10])
    assert (found.promoters, found.passives, found.detractors) == (3, 2, 2)
    assert found.score == pytest.approx(100 / 7)


def test_the_interval_solves_its_own_test() -> None:
    # Tango (1998), eq. 20: at the ends, the score statistic is ± 1.96.
    promoters, passives, detractors = 12, 30, 2
    found = net_promoter_of(promoters, passives, detractors)
    n = 44
    for end, sign in ((found.low / 100, -1), (found.high / 100, 1)):
        b = -promoters - detractors + (2 * n - promoters + detractors) * end
        c = -detractors * end * (1 - end)
        share = ((b * b - 8 * n * c) ** 0.5 - b) / (4 * n)
        z = (n * end - (promoters - detractors)) / (n * (2 * share + end * (1 - end))) ** 0.5
        assert z == pytest.approx(sign * 1.959964, abs=1e-5)


@given(COUNTS, COUNTS, COUNTS)
def test_exchanging_promoters_and_detractors_mirrors_all(a: int, b: int, c: int) -> None:
    found, mirror = net_promoter_of(a, b, c), net_promoter_of(c, b, a)
    if a + b + c == 0:
        assert (found.score, found.low, found.high) == (None, None, None)
        return
    assert (found.low, found.high) == pytest.approx((-mirror.high, -mirror.low))
    assert -100 <= found.low <= found.score <= found.high <= 100


def test_all_alike_is_not_certain() -> None:
    found = net_promoter([10] * 8)
    assert found.score == found.high == 100
    # n z² bounds: with everybody a promoter, the score test gives (n − z²) / (n + z²).
    assert found.low == pytest.approx(100 * (8 - 3.8415) / (8 + 3.8415), abs=0.01)


def test_strange_answers_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 10, got 11"):
        net_promoter([11])
    with pytest.raises(ValueError, match="0 or more"):
        net_promoter_of(-1, 0, 0)
    with pytest.raises(ValueError, match="confidence must be between 0 and 1, got 95"):
        net_promoter_of(1, 1, 1, confidence=95)
    with pytest.raises(ValueError, match="between 1 and 5, got 0"):
        satisfied([0])


def test_the_satisfied_are_fours_and_fives() -> None:
    found = satisfied([1, 3, 4, 5])
    assert found.value == 0.5
    assert satisfied([]).value is None
    assert satisfied([7, 8, 10], from_score=8, best=10).value == pytest.approx(2 / 3)
