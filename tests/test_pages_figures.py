"""What the figures draw, as far as a number or a mark can say it."""

from datetime import date, timedelta

import pytest

from pages.shared import figures
from reports.markers import Marker

MONDAY = date(2026, 11, 2)
DAYS = [MONDAY + timedelta(days=at) for at in range(4)]


def test_an_unfinished_day_is_not_on_the_solid_line() -> None:
    line = figures.Line("Now", DAYS, [5, 6, 7, 1], complete=[True, True, True, False])
    solid = figures.time_series([line]).data[0]
    assert list(solid.y) == [5, 6, 7, None]


def test_an_unfinished_day_is_joined_by_a_dotted_line() -> None:
    line = figures.Line("Now", DAYS, [5, 6, 7, 1], complete=[True, True, True, False])
    dotted = figures.time_series([line]).data[1]
    assert (list(dotted.y), dotted.line.dash) == ([None, None, 7, 1], "dot")


def test_a_time_series_starts_at_zero() -> None:
    drawing = figures.time_series([figures.Line("Now", DAYS, [5, 6, 7, 8])])
    assert drawing.layout.yaxis.rangemode == "tozero"


def test_a_comparison_lies_under_the_days_of_this_period() -> None:
    now = figures.Line("Now", DAYS, [5, 6, 7, 8])
    before = [day - timedelta(days=7) for day in DAYS]
    earlier = figures.previous(now, [1, 2, 3, 4], before)
    assert (earlier.days, earlier.own_days) == (DAYS, before)


def test_a_comparison_says_its_own_days() -> None:
    now = figures.Line("Now", DAYS, [5, 6, 7, 8])
    earlier = figures.previous(now, [1, 2, 3, 4], [day - timedelta(days=7) for day in DAYS])
    quiet = figures.time_series([now, earlier]).data[0]
    assert quiet.customdata[0] == "1 (Mon 26 Oct 2026)"


def test_names_of_lines_that_meet_are_moved_apart() -> None:
    lines = [figures.Line(name, DAYS, [9, 9, 9, 9]) for name in ("a", "b")]
    low, high = sorted(note.y for note in figures.time_series(lines).layout.annotations)
    assert high > low


def test_names_of_lines_at_zero_do_not_stretch_the_axis() -> None:
    lines = [figures.Line(name, DAYS, [0, 0, 0, 0]) for name in ("a", "b")]
    assert max(note.y for note in figures.time_series(lines).layout.annotations) < 1


def test_a_marker_outside_the_days_is_not_drawn() -> None:
    line = figures.Line("Now", DAYS, [5, 6, 7, 8])
    far = Marker(MONDAY - timedelta(days=1), "release", "4.1", "4.1")
    assert len(figures.time_series([line], markers=[far]).data) == 1


def test_a_marker_says_its_title_and_obeys_no_markup_in_it() -> None:
    line = figures.Line("Now", DAYS, [5, 6, 7, 8])
    release = Marker(MONDAY, "release", "4.2", "<b>Fast</b>")
    drawing = figures.time_series([line], markers=[release])
    assert drawing.data[-1].text == ("Release: &lt;b>Fast&lt;/b>",)


def test_a_click_on_a_release_opens_its_page() -> None:
    line = figures.Line("Now", DAYS, [5, 6, 7, 8])
    release = Marker(MONDAY, "release", '4.2 "x"><b>', "Fast")
    (door,) = figures.time_series([line], markers=[release]).layout.annotations
    assert 'href="releases?release=4.2%20%22x%22%3E%3Cb%3E"' in door.text
    holiday = Marker(MONDAY, "holiday", "May", "May")
    assert not figures.time_series([line], markers=[holiday]).layout.annotations


def test_dormant_users_are_below_zero_and_counted_above() -> None:
    parts = {"new": [3], "retained": [9], "resurrected": [1], "dormant": [4]}
    drawing = figures.lifecycle_bars([MONDAY], parts, complete=[True])
    dormant = drawing.data[-1]
    assert (dormant.y, dormant.customdata) == ((-4,), ("4",))


def test_an_unfinished_period_is_hatched() -> None:
    parts = {name: [1, 1] for name in ("new", "retained", "resurrected", "dormant")}
    drawing = figures.lifecycle_bars(DAYS[:2], parts, complete=[True, False])
    assert drawing.data[0].marker.pattern.shape == ("", "/")


def test_a_cell_that_is_not_known_is_a_hole() -> None:
    drawing = figures.heatmap(["Mon"], ["00", "01"], [[None, 0]])
    assert drawing.data[0].z[0] == [None, 0.5]


def test_the_highest_cell_has_the_strongest_step() -> None:
    drawing = figures.heatmap(["Mon"], ["00", "01"], [[0, 40]])
    assert drawing.data[0].z[0] == [0.5, 9.5]


def test_the_start_of_a_cohort_takes_no_colour() -> None:
    drawing = figures.triangle(["2 Nov"], ["0", "1"], [[1.0, 0.4]], hovers=[["", ""]])
    assert drawing.data[0].z[0] == [0.5, 0.5]


def test_the_start_of_a_cohort_is_written_as_all() -> None:
    drawing = figures.triangle(["2 Nov"], ["0", "1"], [[1.0, 0.4]], hovers=[["", ""]])
    assert drawing.data[1].text == ("100", "40.0")


@pytest.mark.parametrize(("starts_on_sunday", "row"), [(False, 0), (True, 1)])
def test_a_calendar_puts_monday_where_the_week_has_it(starts_on_sunday: bool, row: int) -> None:  # noqa: FBT001
    drawing = figures.calendar([MONDAY], [7], noun="events", starts_on_sunday=starts_on_sunday)
    assert drawing.data[0].z[row][0] is not None


def test_a_sparkline_breaks_where_nothing_is_known() -> None:
    assert figures.sparkline([1, 2, None, 3, 4]).count("<polyline") == 2


def test_a_sparkline_of_nothing_is_empty() -> None:
    picture = figures.sparkline([])
    assert "polyline" not in picture
    assert "circle" not in picture


def test_a_bar_list_writes_the_figure_beside_the_bar() -> None:
    drawing = figures.bar_list(["DE"], [12_345], unit="users")
    assert drawing.data[1].text == (" 12.3k",)
