"""metrics.attribution: parts that add up, and candidates that are where the change is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.attribution import (
    Slice,
    additive_parts,
    attribution,
    explanatory_power,
    mix_and_rate,
    product_parts,
    surprise,
    telling,
    three_way,
)

WHOLES = st.integers(0, 500)
COUNTS = st.dictionaries(
    st.sampled_from("abcd"), st.tuples(st.floats(0, 1), WHOLES), min_size=1, max_size=4
).map(lambda rows: {name: (round(share * whole), whole) for name, (share, whole) in rows.items()})
POSITIVE = st.floats(0.01, 1000)


# --- mix and rate


@given(before=COUNTS, now=COUNTS)
def test_mix_and_rate_add_up_exactly(before: dict, now: dict) -> None:
    found = mix_and_rate(before, now)
    if found is None:
        assert 0 in (sum(w for _, w in before.values()), sum(w for _, w in now.values()))
        return
    assert found.mix + found.rate == pytest.approx(found.change, abs=1e-12)
    assert sum(one.mix for one in found.segments.values()) == pytest.approx(found.mix, abs=1e-12)


@given(before=COUNTS, now=COUNTS)
def test_mix_and_rate_of_the_way_back_have_the_other_sign(before: dict, now: dict) -> None:
    there, back = mix_and_rate(before, now), mix_and_rate(now, before)
    if there is not None and back is not None:
        assert back.mix == pytest.approx(-there.mix, abs=1e-12)
        assert back.rate == pytest.approx(-there.rate, abs=1e-12)


def test_only_the_mix_moved_or_only_the_rates() -> None:
    mixed = mix_and_rate({"a": (50, 100), "b": (10, 100)}, {"a": (50, 100), "b": (30, 300)})
    assert mixed.rate == pytest.approx(0, abs=1e-15)
    rated = mix_and_rate({"a": (50, 100), "b": (10, 100)}, {"a": (60, 100), "b": (20, 100)})
    assert (rated.mix, rated.rate) == (pytest.approx(0), pytest.approx(0.1))
    assert not rated.is_simpson


def test_a_segment_below_the_average_lifts_it_by_shrinking() -> None:
    # Rates .5 and .1 stay; b falls from half to a quarter. Average: .3 → .4, their middle .35.
    found = mix_and_rate({"a": (50, 100), "b": (10, 100)}, {"a": (75, 150), "b": (5, 50)})
    parts = {name: one.mix for name, one in found.segments.items()}
    assert parts == pytest.approx({"a": 0.25 * (0.5 - 0.35), "b": -0.25 * (0.1 - 0.35)})


def test_a_segment_that_is_new_is_all_mix() -> None:
    found = mix_and_rate({"a": (50, 100)}, {"a": (50, 100), "b": (0, 100)})
    assert found.segments["b"].rate == 0
    assert found.mix == pytest.approx(-0.25)
    assert mix_and_rate({"a": (0, 0)}, {"a": (1, 2)}) is None


def test_three_parts_add_up_and_need_all_segments() -> None:
    before, now = {"a": (50, 100), "b": (10, 100)}, {"a": (60, 100), "b": (9, 300)}
    found = three_way(before, now)
    total = mix_and_rate(before, now).change
    assert found.mix + found.rate + found.interaction == pytest.approx(total)
    assert three_way({"a": (1, 2)}, {"b": (1, 2)}) is None
    assert three_way({"a": (1, 2), "b": (0, 0)}, {"a": (1, 2), "b": (1, 2)}) is None


def test_no_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="a: 1 of 0 is no count"):
        mix_and_rate({"a": (1, 0)}, {"a": (1, 2)})


# --- identities


@given(st.lists(st.tuples(POSITIVE, POSITIVE), min_size=1, max_size=5))
def test_parts_of_a_product_add_up(factors: list[tuple[float, float]]) -> None:
    before = {str(at): one for at, (one, _) in enumerate(factors)}
    now = {str(at): two for at, (_, two) in enumerate(factors)}
    found = product_parts(before, now)
    change = np.prod(list(now.values())) - np.prod(list(before.values()))
    size = max(np.prod(list(now.values())), np.prod(list(before.values())))
    assert sum(one.contribution for one in found.values()) == pytest.approx(change, abs=1e-9 * size)


def test_a_factor_that_fell_took_away_what_another_brought() -> None:
    # 100 × 20 = 125 × 16: nothing changed, and both parts are ± 2000 ln 1.25.
    found = product_parts({"buyers": 100, "each": 20}, {"buyers": 125, "each": 16})
    assert found["buyers"].contribution == pytest.approx(2000 * np.log(1.25))
    assert found["each"].share is None
    assert product_parts({"a": 0.0}, {"a": 1.0}) is None
    with pytest.raises(ValueError, match="factors must be the same"):
        product_parts({"a": 1}, {"b": 1})
    with pytest.raises(ValueError, match="above 0, got"):
        product_parts({"a": -1}, {"a": 1})


def test_terms_of_a_sum_may_come_and_go() -> None:
    found = additive_parts({"new": 5, "lost": -2}, {"new": 6, "back": 1})
    assert {name: one.contribution for name, one in found.items()} == {
        "new": 1, "lost": 2, "back": 1
    }  # fmt: skip
    assert sum(one.share for one in found.values()) == pytest.approx(1)
    assert additive_parts({"new": 5}, {"new": 5})["new"].share is None


# --- surprise


@given(st.lists(st.tuples(POSITIVE, POSITIVE), min_size=1, max_size=6))
def test_surprises_add_up_to_a_divergence(pairs: list[tuple[float, float]]) -> None:
    totals = sum(one for one, _ in pairs), sum(two for _, two in pairs)
    terms = [surprise(*pair, *totals) for pair in pairs]
    assert min(terms) >= -1e-12
    assert sum(terms) <= np.log(2) + 1e-12
    if totals[0] != totals[1]:
        powers = [explanatory_power(*pair, *totals) for pair in pairs]
        assert sum(powers) == pytest.approx(1, rel=1e-6)


def test_nothing_is_surprising_about_what_cannot_be_measured() -> None:
    assert surprise(1, 1, 0, 10) is None
    assert surprise(-1, 1, 10, 10) is None
    assert surprise(0, 0, 10, 10) == 0
    assert explanatory_power(1, 2, 10, 10) is None


# --- the search


def slices(expected: np.ndarray, actual: np.ndarray) -> list[Slice]:
    """Both dimensions of a table and their pair."""
    rows, columns = range(len(expected)), range(expected.shape[1])
    of_row = [Slice((("os", str(r)),), expected[r].sum(), actual[r].sum()) for r in rows]
    of_column = [
        Slice((("country", str(c)),), expected[:, c].sum(), actual[:, c].sum()) for c in columns
    ]
    of_both = [
        Slice((("country", str(c)), ("os", str(r))), expected[r, c], actual[r, c])
        for r in rows for c in columns
    ]  # fmt: skip
    return [*of_row, *of_column, *of_both]


def search(expected: np.ndarray, actual: np.ndarray) -> list[set[tuple]]:
    found = attribution(
        slices(expected, actual), expected=expected.sum(), actual=actual.sum()
    )
    return [{one.segment for one in candidate.segments} for candidate in found.candidates]


def test_the_coarser_explanation_is_preferred() -> None:
    expected, actual = np.full((4, 5), 100.0), np.full((4, 5), 100.0)
    actual[2] = 40
    assert search(expected, actual) == [{(("os", "2"),)}]


def test_a_cause_in_one_cell_is_named_as_a_pair() -> None:
    expected, actual = np.full((4, 5), 100.0), np.full((4, 5), 100.0)
    actual[2, 3] = 10
    assert search(expected, actual)[0] == {(("country", "3"), ("os", "2"))}


def test_two_segments_are_named_together_and_their_shares_add_up() -> None:
    expected, actual = np.full((6, 5), 100.0), np.full((6, 5), 100.0)
    actual[1], actual[4] = 50, 20
    found = attribution(slices(expected, actual), expected=3000, actual=actual.sum())
    best = found.candidates[0]
    assert [one.segment for one in best.segments] == [(("os", "4"),), (("os", "1"),)]
    assert sum(one.share for one in best.segments) == pytest.approx(best.share)
    assert best.share + best.rest == pytest.approx(1)


def test_a_change_of_everybody_is_not_explained() -> None:
    expected = np.full((4, 5), 100.0)
    assert search(expected, 0.8 * expected) == []


def test_a_change_spread_over_many_is_not_explained() -> None:
    rng = np.random.default_rng(1)
    expected = np.full((4, 30), 100.0)
    actual = expected * rng.uniform(0.6, 1.0, (1, 30))
    found = attribution(slices(expected, actual), expected=12_000, actual=actual.sum())
    assert found.candidates == ()


@pytest.mark.parametrize(("drop", "is_named"), [(49, False), (50, True)])
def test_less_than_half_of_the_change_is_no_explanation(drop: int, is_named: bool) -> None:  # noqa: FBT001
    # One segment of 200 takes part of a drop of 100; 90 others take the rest, each too little.
    others = [Slice((("os", str(at)),), 100, 100 - (100 - drop) / 90) for at in range(90)]
    members = [Slice((("os", "a"),), 200, 200 - drop), *others]
    found = attribution(members, expected=9200, actual=9100)
    assert bool(found.candidates) == is_named
    assert found.best_share == pytest.approx(drop / 100)


def test_a_segment_too_small_is_never_named() -> None:
    # 0.9 % of the whole on either side: below support, whatever it explains.
    members = [Slice((("os", "a"),), 991, 991), Slice((("os", "b"),), 9, 0)]
    assert attribution(members, expected=1000, actual=991).candidates == ()


def test_no_change_has_no_cause() -> None:
    members = [Slice((("os", "a"),), 5, 5)]
    assert attribution(members, expected=5, actual=5).best_share is None


def test_a_ratio_is_attributed_by_its_own_parts() -> None:
    # Rates 50 % and 10 %; b's halves. Contributions from mix and rate, in points.
    before, now = {"a": (500, 1000), "b": (100, 1000)}, {"a": (500, 1000), "b": (50, 1000)}
    parts = mix_and_rate(before, now)
    members = [
        Slice((("os", name),), before[name][0], now[name][0],
              contribution=parts.segments[name].mix + parts.segments[name].rate)
        for name in before
    ]  # fmt: skip
    found = attribution(members, expected=parts.base, actual=parts.value)
    assert found.candidates[0].segments[0].segment == (("os", "b"),)
    assert found.candidates[0].share == pytest.approx(1)


def test_distinct_users_are_refused() -> None:
    # 60 + 60 users by platform, but 100 in all: some use both.
    members = [Slice((("os", "a"),), 60, 50), Slice((("os", "b"),), 60, 60)]
    with pytest.raises(ValueError, match="distinct users need identities"):
        attribution(members, expected=100, actual=90)
    with pytest.raises(ValueError, match="named twice"):
        attribution([members[0], members[0]], expected=120, actual=100)


def test_what_chance_does_to_few_names_nobody() -> None:
    # Everybody fell by a tenth; b lost 17 of 100 where 10 were to be lost: 0.7 standard errors.
    few = [Slice((("os", n),), 100, v) for n, v in zip("abcd", (93, 83, 92, 92), strict=True)]
    assert attribution(few, expected=400, actual=360).best_share is None
    many = [Slice(one.segment, 100 * one.expected, 100 * one.actual) for one in few]
    assert attribution(many, expected=40_000, actual=36_000).best_share is not None


def test_telling_dimensions_are_those_whose_shares_changed_most() -> None:
    slices = [
        *(Slice((("os", n),), 50, v) for n, v in (("ios", 20), ("web", 50))),
        *(Slice((("plan", n),), 50, v) for n, v in (("free", 30), ("paid", 40))),
        *(Slice((("lang", n),), 50, v) for n, v in (("de", 35), ("en", 35))),
    ]
    assert telling(slices) == ("os", "plan", "lang")
    assert telling(slices, most=2) == ("os", "plan")
    assert telling([]) == ()
