"""Themes: what one side says and the other does not."""

from math import log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.themes import phrases, themes

WORDS = st.lists(st.sampled_from(["slow", "works", "the", "fails", "again"]), max_size=6)
TEXTS = st.lists(WORDS.map(" ".join), max_size=12)


def test_a_phrase_neither_begins_nor_ends_with_a_tie() -> None:
    assert phrases("The search is slow") == {"search", "slow", "search is slow"}


def test_a_text_counts_once_for_each_phrase() -> None:
    (slow,) = themes(["slow and slow", "slow", "so slow"], ["fine", "good"])
    assert (slow.phrase, slow.unhappy, slow.happy, slow.count) == ("slow", 3, 0, 3)


# By hand, Monroe et al. (2008), eq. 16, 20 and 22: 30 of 100 against 10 of 100, prior 40 of 200.
def test_z_is_the_log_odds_ratio_with_a_prior() -> None:
    unhappy = ["slow"] * 30 + [f"other{n}" for n in range(70)]
    happy = ["slow"] * 10 + [f"other{n}" for n in range(70, 160)]
    (slow,) = themes(unhappy, happy)
    odds = log((30 + 40) / (100 - 30 + 200 - 40 + 1)) - log((10 + 40) / (100 - 10 + 200 - 40 + 1))
    assert slow.z == pytest.approx(odds / sqrt(1 / 70 + 1 / 50))
    assert (slow.unhappy_share.value, slow.happy_share.value) == (0.3, 0.1)


def test_the_longest_phrase_stands_for_those_of_the_same_texts() -> None:
    found = themes(["I had to start again"] * 5, ["works"] * 5)
    assert {one.phrase for one in found} == {"start again", "works"}


def test_nobody_wrote_anything() -> None:
    assert themes([], []) == ()


def test_one_side_alone_has_no_share_of_the_other() -> None:
    (slow,) = themes(["slow"] * 3, [])
    assert slow.happy_share.value is None


def test_fewest_is_at_least_one() -> None:
    with pytest.raises(ValueError, match="fewest must be at least 1, got 0"):
        themes([], [], fewest=0)


@given(TEXTS, TEXTS)
def test_sides_mirror(one: list[str], other: list[str]) -> None:
    there = {theme.phrase: theme.z for theme in themes(one, other, fewest=1)}
    back = {theme.phrase: -theme.z for theme in themes(other, one, fewest=1)}
    assert there == pytest.approx(back)
