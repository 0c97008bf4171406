"""The quick chart: chosen from the columns, kept as JSON, and never lying about what it leaves."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as some

from pages.shared.palette import CATEGORIES
from pages.shared.sql.chart import (
    KINDS,
    ChartSettings,
    Kind,
    as_kind,
    chart_of,
    draw,
    fitted,
    notes,
    settings_from,
    takeaway,
)
from pages.shared.sql.chart_grid import grid, with_totals
from pages.shared.sql.chart_places import OTHER, places

DAYS = [date(2026, 11, 1) + timedelta(days=n) for n in range(4)]
BY_DAY = pl.DataFrame({"day": DAYS, "users": [4, 5, 6, 7], "weekly_users": [9, 9, 9, 9]})
BY_PLAN = pl.DataFrame({"plan": ["free", "pro", "team"], "users": [30, 20, 10]})
BY_DAY_AND_PLAN = pl.DataFrame(
    {"day": [*DAYS, *DAYS], "plan": ["free"] * 4 + ["pro"] * 4, "users": [*range(8)]}
)
BY_HOUR = pl.DataFrame(
    {
        "weekday": [day for day in range(7) for _ in range(24)],
        "hour": [*range(24)] * 7,
        "mean_users": [float(n) for n in range(168)],
    }
)
MANY_POINTS = pl.DataFrame(
    {
        "plan": ["free", "pro"] * 10,
        "seconds": [n * 1.5 for n in range(20)],
        "price": [n * n / 7 for n in range(20)],
    }
)
POINTS = pl.DataFrame({"seconds": [1.5, 2.5, 9.0], "price": [10.0, 3.0, 4.0]})


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (BY_DAY, ChartSettings("line", "day", ("users", "weekly_users"))),
        (BY_PLAN, ChartSettings("bar", "plan", ("users",))),
        (BY_DAY_AND_PLAN, ChartSettings("line", "day", ("users",), "plan")),
        (
            BY_HOUR,
            ChartSettings("heatmap", "hour", ("mean_users",), down="weekday", total="mean"),
        ),
        (POINTS, ChartSettings("scatter", "seconds", ("price",))),
        (MANY_POINTS, ChartSettings("scatter", "seconds", ("price",), "plan")),
    ],
    ids=["time", "things", "time and things", "two orders", "two numbers", "many of a kind"],
)
def test_the_chart_suits_the_columns(rows: pl.DataFrame, expected: ChartSettings) -> None:
    assert chart_of(rows) == expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "rows",
    [BY_DAY, BY_PLAN, BY_DAY_AND_PLAN, BY_HOUR, POINTS, pl.DataFrame(), BY_DAY.clear()],
    ids=["time", "things", "both", "hours", "points", "no columns", "no rows"],
)
def test_any_rows_can_be_drawn_in_any_form(rows: pl.DataFrame, kind: Kind) -> None:
    settings = as_kind(rows, kind)
    assert draw(rows, settings).to_plotly_json()
    assert takeaway(rows, settings)


def test_settings_survive_being_kept() -> None:
    settings = ChartSettings("bar", "plan", ("users", "events"), "country", None, "max")
    assert settings_from(json.loads(json.dumps(settings.as_json()))) == settings


@pytest.mark.parametrize(
    "kept", [None, {}, {"kind": "pie"}, {"kind": "bar", "x": 1}, {"kind": ["bar"], "x": "a"}]
)
def test_what_are_no_settings_are_none(kept: dict[str, object] | None) -> None:
    assert settings_from(kept) is None


def test_a_column_that_is_gone_is_chosen_anew() -> None:
    kept = ChartSettings("line", "week", ("visitors",), "plan")
    assert fitted(BY_DAY_AND_PLAN, kept) == ChartSettings("line", "day", ("users",), "plan")


def test_what_still_fits_stays() -> None:
    kept = ChartSettings("bar", "day", ("weekly_users",))
    assert fitted(BY_DAY, kept) == kept


def test_rows_of_one_place_are_added_up_and_it_is_said() -> None:
    rows = pl.concat([BY_PLAN, BY_PLAN])
    settings = ChartSettings("bar", "plan", ("users",))
    assert places(rows, settings, "plan").values == [[60.0, 40.0, 20.0]]
    assert notes(rows, settings) == ("Several rows share a place: their sum is drawn.",)


def test_nothing_known_is_no_zero() -> None:
    rows = pl.DataFrame({"plan": ["a", "b"], "users": [None, 0]})
    assert places(rows, ChartSettings("bar", "plan", ("users",)), "plan").values == [[None, 0.0]]


def test_more_groups_than_colours_become_other() -> None:
    rows = pl.DataFrame({"day": [DAYS[0]] * 10, "plan": [*"abcdefghij"], "users": [*range(1, 11)]})
    found = places(rows, ChartSettings("line", "day", ("users",), "plan"), "day")
    assert found.names == [*"jihgfed", OTHER]
    assert len(found.names) == len(CATEGORIES) + 1
    assert found.values[-1] == [6.0]


def test_means_of_the_rest_do_not_add_up_so_they_are_left_out() -> None:
    rows = pl.DataFrame({"day": [DAYS[0]] * 10, "plan": [*"abcdefghij"], "share": [0.5] * 10})
    settings = ChartSettings("line", "day", ("share",), "plan", total="mean")
    assert OTHER not in places(rows, settings, "day").names
    assert notes(rows, settings) == ("3 smaller groups not drawn.",)


def test_a_pivot_table_adds_up_to_its_total() -> None:
    settings = ChartSettings("pivot", "day", ("users",), down="plan")
    down, cells = with_totals(grid(BY_DAY_AND_PLAN, settings))
    assert down == ["free", "pro", "Total"]
    assert [line[-1] for line in cells] == [6.0, 22.0, 28.0]


def test_a_pivot_table_stays_pale_to_its_total() -> None:
    rows = pl.DataFrame({"x": [1, 2] * 2, "y": ["a", "a", "b", "b"], "n": [148, 152, 150, 151]})
    (cells, *_) = draw(rows, ChartSettings("pivot", "x", ("n",), down="y")).data
    assert {step for line in cells.z for step in line} == {0.5}


def test_a_column_may_have_any_name() -> None:
    rows = pl.DataFrame({"at": ["a", "b"], "by": ["x", "y"], "value": [1, 2]})
    found = places(rows, ChartSettings("bar", "at", ("value",), "by"), "at")
    assert (found.x, found.names) == (["a", "b"], ["y", "x"])


def texts(part: Any) -> Iterator[str]:
    """Every text of a figure."""
    if isinstance(part, str):
        yield part
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for one in inner:
        yield from texts(one)


@pytest.mark.parametrize("kind", KINDS)
def test_names_from_the_data_are_no_markup(kind: Kind) -> None:
    rows = pl.DataFrame(
        {"plan": ["<b>x</b>", "y", "%{x}"], "<i>users</i>": [1, 2, 4], "%{y}<a": [2.5, 3, 4]}
    )
    said = list(texts(json.loads(draw(rows, as_kind(rows, kind)).to_json())))
    assert [text for text in said if "<b" in text or "<i" in text or "<a" in text] == []


def test_the_takeaway_names_the_end_and_the_highest() -> None:
    said = takeaway(BY_DAY, ChartSettings("line", "day", ("users",)))
    assert said == "users by day: 7 at the end, highest 7 at Wed 4 Nov 2026."


VALUES = some.one_of(
    some.none(), some.integers(-(10**6), 10**6), some.floats(allow_nan=True), some.text(max_size=9),
    some.booleans(), some.dates(date(1990, 1, 1)), some.decimals(-99, 99, places=2),
    some.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1), timezones=some.just(UTC)),  # noqa: DTZ001
)  # fmt: skip


@some.composite
def any_rows(pick: some.DrawFn) -> pl.DataFrame:
    columns = {}
    height = pick(some.integers(0, 12))
    for n in range(pick(some.integers(0, 4))):
        kind = type(pick(VALUES))
        same = VALUES.filter(lambda value, kind=kind: value is None or type(value) is kind)
        values = pick(some.lists(same, min_size=height, max_size=height))
        type_of = {type(None): pl.Null, Decimal: pl.Decimal(10, 2)}.get(kind)
        columns[f"c{n}"] = pl.Series(values, dtype=type_of, strict=False)
    return pl.DataFrame(columns)


@given(any_rows())
def test_no_rows_are_too_odd_to_draw(rows: pl.DataFrame) -> None:
    for settings in (chart_of(rows), *(as_kind(rows, kind) for kind in KINDS)):
        assert fitted(rows, settings_from(settings.as_json())) is not None
        assert draw(rows, settings).to_json()
        assert takeaway(rows, settings)
        notes(rows, settings)
