"""The figures of Today, as cards."""

from math import ceil

import streamlit as st

from metrics.periods import days_ending
from pages.shared.cards import COUNTS, Base, card_frame, metric_card
from pages.shared.exhibits import details_button
from pages.shared.people import Count, people_button
from pages.shared.states import empty
from queries import Workspace
from reports.headlines import Headline, HeadlinesReport
from reports.people import Active
from reports.scope import Scope

WIDEST = 5  # cards beside each other; more are spread evenly over rows


def headline_cards(workspace: Workspace, scope: Scope, report: HeadlinesReport) -> None:
    """One card each, in their order."""
    if not report.headlines:
        empty("No figure has a place on Today", "Give metrics a `headline` number in metrics.toml.")
        return
    rows = ceil(len(report.headlines) / WIDEST)
    columns = ceil(len(report.headlines) / rows)
    with st.grid(columns, min_column_width=150, key="cards_today"):
        for headline in report.headlines:
            with card_frame(f"headline_{headline.name}"):
                with st.container(gap="xsmall"):
                    metric_card(
                        headline.label,
                        headline.change,
                        unit=headline.unit,
                        better=headline.better,
                        currency=workspace.settings.product.currency,
                        spark=[value for _, value in headline.spark],
                        base=_base(headline),
                        missing=headline.missing,
                    )
                with st.container(horizontal=True, gap="small"):
                    _people(workspace, scope, headline)
                    details_button(headline.source, key=f"headline_{headline.name}")


def _people(workspace: Workspace, scope: Scope, headline: Headline) -> None:
    """The list behind a number of active people."""
    definition = workspace.metrics.get(headline.name)
    if definition is not None and definition.kind == "active" and headline.change.value:
        days = days_ending(scope.period.last_day, definition.window_days or 1)
        count = Count(headline.label, Active(days))
        people_button(workspace, scope, count, key=f"headline_{headline.name}")


def _base(headline: Headline) -> Base | None:
    """What a rate or mean stands on; a count says what it is compared with already."""
    if headline.unit in COUNTS or headline.base is None:
        return None
    return Base(headline.base, headline.base_words)
