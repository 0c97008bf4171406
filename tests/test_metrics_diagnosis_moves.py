"""Whether a rung moved since something was done, against the other features."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.diagnosis import ProductCounts
from metrics.diagnosis.moves import moved
from tests.simulated_product import healthy


def widened(place: int, factor: float) -> ProductCounts:
    """The healthy product with other successes of one feature."""
    ladder = healthy().ladder
    names = ("succeeded", "clean", "clean_repeated")
    changed = {name: getattr(ladder, name).copy() for name in names}
    for table in changed.values():
        table[place] = np.floor(factor * table[place])
    return replace(healthy(), ladder=replace(ladder, **changed))


def test_nothing_moved_when_nothing_changed() -> None:
    found = moved(healthy(), healthy(), "feature 5", "managed")
    assert (found.before, found.before_of) == (found.after, found.after_of)
    assert found.net == pytest.approx(0, abs=1e-3)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high


def test_a_repair_is_seen_on_its_rung() -> None:
    found = moved(widened(5, 0.5), healthy(), "feature 5", "managed")
    assert found.peers == pytest.approx(found.before / found.before_of, abs=0.01)
    assert found.low is not None
    assert found.low > 0.2


def test_what_all_features_do_is_not_the_repairs_doing() -> None:
    ladder = healthy().ladder
    half = {
        name: np.floor(0.5 * getattr(ladder, name))
        for name in ("succeeded", "clean", "clean_repeated")
    }
    before = replace(healthy(), ladder=replace(ladder, **half))
    found = moved(before, healthy(), "feature 5", "managed")
    assert found.low is not None
    assert found.high is not None
    assert found.after / found.after_of > 1.9 * found.before / found.before_of
    assert found.low < 0 < found.high


def test_too_few_people_tell_nothing() -> None:
    ladder = healthy().ladder
    nobody = {name: np.zeros_like(ladder.eligible) for name in (
        "ended", "succeeded", "retried", "retried_rapidly", "clean", "clean_repeated")}  # fmt: skip
    empty = replace(healthy(), ladder=replace(ladder, **nobody))
    with pytest.raises(ValueError, match="no rung 'managed' both before and after"):
        moved(empty, healthy(), "feature 5", "managed")


def test_an_unknown_feature_is_refused() -> None:
    with pytest.raises(ValueError, match="feature 'charm'"):
        moved(healthy(), healthy(), "charm", "managed")


@settings(max_examples=10, deadline=None)
@given(st.floats(0.2, 0.9), st.floats(0.2, 0.9))
def test_a_larger_repair_moves_more(one: float, other: float) -> None:
    small, large = sorted((one, other))
    nets = [moved(widened(5, f), healthy(), "feature 5", "managed").net for f in (large, small)]
    assert nets[0] is not None
    assert nets[1] is not None
    assert nets[0] <= nets[1] + 1e-9
