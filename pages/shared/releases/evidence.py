"""How sure: readouts, checks, placebos, and what else happened then."""

import polars as pl
import streamlit as st

from pages.shared import dates, figures, plain, words
from pages.shared.exhibits import affordances, exhibit
from pages.shared.releases.address import choose
from pages.shared.releases.words import effect
from pages.shared.states import card, empty
from pages.shared.tables import show_table
from queries import Workspace
from reports.markers import markers
from reports.release_answer import ReleaseReport


def evidence_cards(workspace: Workspace, report: ReleaseReport) -> None:
    """Everything that speaks for or against the verdict."""
    with card("readouts"):
        _readouts(report)
    with card("checks"):
        _checks(report, workspace.settings.product.currency)
    with card("daily"):
        _daily(workspace, report)
    if not report.event_study.is_empty:
        with card("event_study"):
            _event_study(report)
    if not report.ordinary.is_empty:
        with card("ordinary"):
            _ordinary(report)
    with card("around"):
        _around(report)


def _readouts(report: ReleaseReport) -> None:
    st.header("Readouts", anchor=False)
    rows = [
        {
            "Day": str(one.day),
            "Error spent": f"{one.alpha:g}",
            "p": words.DASH if one.p_value is None else f"{one.p_value:.2g}",
            "Finding": words.DASH if one.is_finding is None else "yes" if one.is_finding else "no",
        }
        for one in report.readouts
    ]
    show_table(pl.DataFrame(rows), key="readouts_table", alt="Readouts on day 3, 7, 14 and 28")
    st.caption(
        "A release is judged on these days only: the launch day does not count, and 5% of error is "
        "spent over all four."
    )


def _checks(report: ReleaseReport, currency: str) -> None:
    st.header("The same question in other ways", anchor=False)
    if not report.checks:
        empty("Nothing to check yet", plain.sentence(report.sentence))
    lowered = report.verdict.lowered_by if report.verdict else ()
    for name, said in report.checks:
        is_off = any(one.lower() in name.lower() or name.lower() in one.lower() for one in lowered)
        sign = ":material/warning:" if is_off else ":material/check:"
        st.markdown(f"{sign} **{plain.markdown(name)}.** {plain.sentence(said)}")
    if report.visible is not None:
        row = report.metrics.rows.filter(measure=report.primary).row(0, named=True)
        smallest = effect(report.visible, row["form"], row["unit"], currency=currency)
        st.markdown(
            f":material/straighten: **Smallest effect it could have seen.** {smallest} would have "
            "been found with a chance of 80%."
        )
    if lowered:
        st.caption(f"One grade down: {plain.sentence(', '.join(lowered))} disagreed.")


def _daily(workspace: Workspace, report: ReleaseReport) -> None:
    st.header("Day by day: not a readout", anchor=False)
    exhibit(
        report.daily,
        lambda rows: figures.time_series(
            [
                figures.Line("Seen", rows["day"].to_list(), rows["value"].to_list()),
                figures.Line(
                    "Promised",
                    rows["day"].to_list(),
                    rows["expected"].to_list(),
                    low=rows["low"].to_list(),
                    high=rows["high"].to_list(),
                    colour=figures.QUIET,
                    is_quiet=True,
                ),
            ],
            unit=_unit(report),
            markers=markers(workspace, report.period),
        ),
        key="release_daily",
        alt="Each day, and what the days before the launch promised for it.",
        missing="No days to show yet",
        mend=plain.sentence(report.sentence),
    )
    affordances(report.daily, key="release_daily")


def _unit(report: ReleaseReport) -> str:
    rows = report.metrics.rows.filter(measure=report.primary)
    return str(rows["unit"][0]) if rows.height else "number"


def _event_study(report: ReleaseReport) -> None:
    st.header("Week by week", anchor=False)
    exhibit(
        report.event_study,
        lambda rows: figures.weeks_around(
            rows["week"].to_list(),
            rows["effect"].to_list(),
            rows["low"].to_list(),
            rows["high"].to_list(),
        ),
        key="event_study",
        alt="The effect in each week before and after the launch.",
    )
    st.caption("Weeks before the launch should lie around zero; intervals hold for all together.")
    affordances(report.event_study, key="event_study")


def _ordinary(report: ReleaseReport) -> None:
    st.header("Where nothing was released", anchor=False)
    rows = report.ordinary.rows
    row = report.metrics.rows.filter(measure=report.primary).row(0, named=True)
    exhibit(
        report.ordinary,
        lambda rows: figures.among_ordinary(rows["effect"].to_list(), row["effect"]),
        key="ordinary",
        alt=f"The effect among {words.counted(rows.height, 'placebo')}.",
    )
    st.caption("Grey: the same analysis at other dates and segments. Blue: this release.")
    affordances(report.ordinary, key="ordinary")


def _around(report: ReleaseReport) -> None:
    st.header("What else happened then", anchor=False)
    if not report.others and not report.around:
        st.markdown("No other release, holiday or experiment in these days.")
    for one in report.others:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"Release {plain.markdown(one.name)}", width="content")
            st.caption(dates.full_day(one.released_on), width="content")
            st.button("Open", key=f"other_{one.name}", type="tertiary", on_click=choose,
                      args=(one.name,))  # fmt: skip
    for said in report.around:
        st.markdown(plain.sentence(said))
