"""metrics.multiplicity against the papers' own examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.multiplicity import Method, adjusted_confidences, adjusted_p_values

# Benjamini and Hochberg (1995), section 3.2: thrombolysis in myocardial infarction.
BH1995 = (
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
    0.5719, 0.6528, 0.7590, 1.0000,
)  # fmt: skip
ALL: tuple[Method, ...] = ("bonferroni", "holm", "hochberg", "hommel", "bh", "by")
SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@pytest.mark.parametrize(("method", "findings"), [("bh", 4), ("bonferroni", 3), ("holm", 3)])
def test_findings_are_those_of_the_paper(method: Method, findings: int) -> None:
    assert sum(p <= 0.05 for p in adjusted_p_values(BH1995, method=method)) == findings


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # statsmodels 0.15.0, multipletests([.01, .02, .03, .04, .05]).
        ("holm", (0.05, 0.08, 0.09, 0.09, 0.09)),
        ("hommel", (0.05, 0.05, 0.05, 0.05, 0.05)),
        ("hochberg", (0.05, 0.05, 0.05, 0.05, 0.05)),
        ("bh", (0.05, 0.05, 0.05, 0.05, 0.05)),
    ],
)
def test_adjusted_values_match_statsmodels(method: Method, expected: tuple[float, ...]) -> None:
    found = adjusted_p_values((0.01, 0.02, 0.03, 0.04, 0.05), method=method)
    assert found == pytest.approx(expected)


def test_hommel_matches_wright() -> None:
    # Wright (1992), Biometrics 48:1005-1013, table 1, column "Hommel".
    found = adjusted_p_values((0.01, 0.02, 0.022, 0.09), method="hommel")
    assert found == pytest.approx((0.03, 0.04, 0.044, 0.09))


def test_equal_weights_change_nothing() -> None:
    for method in ("bonferroni", "holm", "bh"):
        found = adjusted_p_values(BH1995, method=method, weights=[7.0] * 15)
        assert found == pytest.approx(adjusted_p_values(BH1995, method=method))


def test_a_question_of_no_weight_is_given_up() -> None:
    for method in ("bonferroni", "holm", "bh"):
        # The other takes the whole error: its weight is 2 of 2.
        found = adjusted_p_values((0.03, 1e-9), method=method, weights=(1, 0))
        assert found == pytest.approx((0.03, 1.0))
    assert adjusted_confidences((0.03, 1e-9), weights=(1, 0))[1] is None


def test_a_question_that_cannot_be_asked_costs_nothing() -> None:
    assert adjusted_p_values((0.03, None), method="bonferroni") == (0.03, None)
    assert adjusted_p_values(()) == ()
    assert adjusted_confidences((None, 0.2)) == (None, 0.95)


@pytest.mark.parametrize("method", ALL)
@given(p_values=SHARES)
def test_adjustment_raises_and_keeps_the_order(method: Method, p_values: list[float]) -> None:
    adjusted = adjusted_p_values(p_values, method=method)
    pairs = list(zip(p_values, adjusted, strict=True))
    assert all(1 >= after >= before - 1e-15 for before, after in pairs)
    by_raw = [after for _, after in sorted(pairs)]
    assert by_raw == sorted(by_raw)


@given(p_values=SHARES)
def test_sharper_rules_never_find_less(p_values: list[float]) -> None:
    found = {method: adjusted_p_values(p_values, method=method) for method in ALL}
    for sharp, blunt in (("holm", "bonferroni"), ("hochberg", "holm"), ("hommel", "hochberg"),
                         ("bh", "hommel"), ("bh", "by")):  # fmt: skip
        assert all(a <= b + 1e-12 for a, b in zip(found[sharp], found[blunt], strict=True))


def test_intervals_of_findings_keep_the_false_coverage_rate() -> None:
    # Benjamini and Yekutieli (2005), definition 1: R of m findings, each at 1 - R q / m.
    assert adjusted_confidences(BH1995, method="bh")[0] == pytest.approx(1 - 4 * 0.05 / 15)


def test_intervals_without_a_finding_are_as_wide_as_for_one() -> None:
    assert adjusted_confidences((0.5, 0.6), method="bh") == (0.975, 0.975)


def test_weighted_intervals_spend_alpha_in_proportion() -> None:
    assert adjusted_confidences((0.5, 0.6), weights=(4, 1)) == pytest.approx((0.96, 0.99))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"p_values": (1.2,)}, "between 0 and 1"),
        ({"p_values": (float("nan"),)}, "between 0 and 1"),
        ({"p_values": (0.1, 0.2), "weights": (1,)}, "weights must be 2 numbers"),
        ({"p_values": (0.1,), "weights": (0,)}, "not all 0"),
        ({"p_values": (0.1,), "weights": (1,), "method": "hommel"}, "got hommel"),
    ],
)
def test_what_makes_no_family_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        adjusted_p_values(**arguments)


def test_alpha_must_be_a_fraction() -> None:
    with pytest.raises(ValueError, match="alpha must be between 0 and 1, got 5"):
        adjusted_confidences((0.1,), alpha=5)
