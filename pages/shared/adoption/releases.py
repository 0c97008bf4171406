"""After a release: how soon those whom it has reached try what it brought."""

import polars as pl
import streamlit as st

from pages.shared import dates, figures, plain, words
from pages.shared.exhibits import affordances, exhibit
from pages.shared.palette import CATEGORIES
from pages.shared.states import card, empty
from pages.shared.tables import show_table
from queries import Segment, Workspace
from reports.adoption_releases import Curve, ReleaseAdoptionReport, release_adoption

LABELS = {
    "release": "Release", "feature": "Feature", "released_on": "Released", "reached": "Reached",
    "tried": "Of those, tried it", "on_day": "By day", "share": "Have tried it by then",
    "low_share": "At least", "high_share": "At most",
}  # fmt: skip
AT_THE_END = (
    "The bars at the ends, and at least and at most, are 95 % intervals; those of every day stand "
    "in the data of the chart."
)
MEND = "The table `releases` names a release's features, `rollouts` whom it reached and when."


def releases_view(workspace: Workspace, segment: Segment) -> None:
    """The curves of the latest releases."""
    with card("after_release"):
        release_curves(release_adoption(workspace, segment), key="after_release")


def release_curves(report: ReleaseAdoptionReport, *, key: str) -> None:
    """One line per release and feature, by days since it reached somebody."""
    st.header("After a release", anchor=False)
    if report.missing:
        empty(report.missing, MEND)
        affordances(report.waits, key=key)
        return
    days = sorted(set(report.curves.rows["day"].to_list()))
    exhibit(
        report.curves,
        lambda rows: figures.days_after(
            days,
            [
                (_name(one), _values(rows, one, days), colour)
                for one, colour in zip(report.found, CATEGORIES, strict=False)
            ],
            x_title="Days after the release reached somebody",
            unit="percent",
            last=[(one.low, one.high) for one in report.found],
        ),
        key=key,
        alt=" ".join(_takeaway(one) for one in report.found),
        missing="Fewer than 20 people have been followed",
        mend="A curve is drawn once the release has reached more.",
    )
    show_table(
        _listed(report), key=f"{key}_list", alt="Whom each release has reached", labels=LABELS
    )
    st.caption(AT_THE_END)
    affordances(report.curves, key=key)


def _values(rows: pl.DataFrame, one: Curve, days: list[int]) -> list[float | None]:
    own = rows.filter((pl.col("release") == one.release) & (pl.col("feature") == one.feature))
    known = dict(own.select("day", "share").iter_rows())
    return [known.get(day) for day in days]


def _name(one: Curve) -> str:
    return f"{one.release}: {one.label}"


def _listed(report: ReleaseAdoptionReport) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "release": [plain.visible(one.release) for one in report.found],
            "feature": [plain.visible(one.label) for one in report.found],
            "released_on": [one.released_on for one in report.found],
            "reached": [one.people for one in report.found],
            "tried": [one.tried for one in report.found],
            "on_day": [one.day for one in report.found],
            "share": [one.share for one in report.found],
            "low_share": [one.low for one in report.found],
            "high_share": [one.high for one in report.found],
        }
    )


def _takeaway(one: Curve) -> str:
    share = ""
    if one.share is not None:
        bounds = f"{words.full(one.low, 'percent')} to {words.full(one.high, 'percent')}"
        share = f" By day {one.day}: {words.full(one.share, 'percent')} ({bounds})."
    return (
        f"{plain.short(one.release)} of {dates.full_day(one.released_on)}: {one.tried:,} of "
        f"{one.people:,} people reached tried {plain.short(one.label)}."
        f"{share}"
    )
