"""Whether tries come from few groups: the signal that tells "relevant to few" from the rest."""

from dataclasses import replace
from math import log

import numpy as np
import pytest

from metrics.diagnosis import Groups, diagnose
from metrics.diagnosis.signals import EVEN, UNKNOWN, focus
from tests.simulated_product import faulty, healthy

EVENLY = 4  # groups of the same size


def groups(*tried: list[float], shown: float = 1_000.0) -> Groups:
    """One dimension of four groups, each with as many who were shown every feature."""
    table = np.array(tried, dtype=float)
    return Groups(np.zeros(EVENLY, dtype=np.int64), np.full_like(table, shown), table)


def test_focus_is_the_divergence_of_the_groups_less_what_chance_makes_of_it() -> None:
    # Cover and Thomas (2006), Elements of Information Theory, eq. 2.26: all of one group in four is
    # log 4 nats from an even spread. A million of tries leave chance nothing.
    one_group = [1e6 - 3, 1.0, 1.0, 1.0]
    others = [[25e6] * EVENLY] * 20  # what is usual: so many that the one hardly moves it
    found = focus(groups(one_group, *others, shown=1e9), 21)
    assert found.value[0] == pytest.approx(log(log(4) + EVEN) - log(EVEN), abs=0.01)
    assert found.value[1:] == pytest.approx(0, abs=1e-6)
    assert (found.seen[0], found.of[0]) == (1e6 - 3, 1e6)
    assert found.usual[0] == pytest.approx(0.25, abs=0.01)


def test_focus_of_tries_by_chance_is_that_of_even_ones() -> None:
    rng = np.random.default_rng(3)
    found = focus(groups(*rng.multinomial(400, [0.25] * EVENLY, size=300)), 300)
    distance = (found.value - np.median(found.value)) / np.sqrt(found.variance)
    assert np.quantile(np.abs(distance), 0.95) < 2.2


def test_focus_knows_nothing_without_groups_or_with_too_few_tries() -> None:
    assert focus(None, 2).variance.tolist() == [UNKNOWN] * 2
    few = focus(groups([5.0, 5.0, 5.0, 4.0], [50.0] * EVENLY), 2)
    assert few.variance[0] == UNKNOWN
    assert few.variance[1] < UNKNOWN


def test_the_most_telling_dimension_counts() -> None:
    even, told = groups(*[[100.0] * EVENLY] * 9), groups([400.0, 0, 0, 0], *[[100.0] * EVENLY] * 8)
    both = Groups(
        np.repeat([0, 1], EVENLY),
        np.hstack([even.shown, told.shown]),
        np.hstack([even.tried, told.tried]),
    )
    assert focus(both, 9).value[0] == pytest.approx(focus(told, 9).value[0])


def test_a_feature_that_one_group_tries_is_called_relevant_to_few_not_unnoticed() -> None:
    product = faulty()
    assert product.groups is not None
    unnoticed = 1  # the place of the feature that was planted as one
    before = diagnose(product).features[unnoticed].probabilities.subcauses
    tried = product.groups.tried.copy()
    tried[unnoticed] = [tried[unnoticed].sum(), 0, 0, 0, 0]
    focused = replace(product, groups=replace(product.groups, tried=tried))
    after = diagnose(focused).features[unnoticed].probabilities.subcauses
    assert before["shown but not noticed"] > 0.8
    assert after["relevant to few"] > after["shown but not noticed"]
    assert after["relevant to few"] > 5 * before["relevant to few"]


def test_groups_refuse_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="one column for each value"):
        Groups(np.zeros(3, dtype=np.int64), np.ones((2, EVENLY)), np.ones((2, EVENLY)))
    with pytest.raises(ValueError, match="more people tried a feature than were shown it"):
        groups([2.0] * EVENLY, shown=1.0)
    with pytest.raises(ValueError, match="features need as many rows of groups"):
        replace(healthy(), groups=groups([1.0] * EVENLY))
