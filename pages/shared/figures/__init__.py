"""Plotly figures: answers in, figure out. No Streamlit, no question asked, nothing computed."""

from pages.shared.figures.around_release import among_ordinary, weeks_around
from pages.shared.figures.bars import bar_list, histogram
from pages.shared.figures.capacity import limit_course, load_steps
from pages.shared.figures.chances import chances
from pages.shared.figures.days_after import days_after
from pages.shared.figures.feature_map import Bubble, feature_map
from pages.shared.figures.forest import forest, group_scores, group_shares
from pages.shared.figures.heatmap import calendar, heatmap
from pages.shared.figures.lifecycle import lifecycle_bars
from pages.shared.figures.line import Line, previous, time_series
from pages.shared.figures.sequence import Course, sequence
from pages.shared.figures.sparkline import sparkline
from pages.shared.figures.triangle import Curve, retention_curves, triangle
from pages.shared.palette import PREVIOUS_PERIOD as QUIET

__all__ = [
    "QUIET",
    "Bubble",
    "Course",
    "Curve",
    "Line",
    "among_ordinary",
    "bar_list",
    "calendar",
    "chances",
    "days_after",
    "feature_map",
    "forest",
    "group_scores",
    "group_shares",
    "heatmap",
    "histogram",
    "lifecycle_bars",
    "limit_course",
    "load_steps",
    "previous",
    "retention_curves",
    "sequence",
    "sparkline",
    "time_series",
    "triangle",
    "weeks_around",
]
