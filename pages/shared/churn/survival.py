"""How long accounts stay: curves by group, what goes with leaving, renewals to come."""

from collections.abc import Iterator
from functools import partial

import polars as pl
import streamlit as st

from metrics.revenue import Rules
from pages.shared import plain, words
from pages.shared.churn.accounts import Listing, list_choice
from pages.shared.churn.question import URL
from pages.shared.churn.remembered import remembered
from pages.shared.churn.survival_figures import (
    Survivors,
    hazard_ratios,
    renewal_curves,
    survival_curves,
)
from pages.shared.exhibits import affordances, affordances_around, exhibit
from pages.shared.palette import colour_of
from pages.shared.states import card
from pages.shared.tables import show_table
from queries import Segment, Workspace
from reports.churn_drivers import DriversReport, drivers_report
from reports.churn_renewals import RenewalsReport, renewals_report
from reports.churn_survival import PLAN, SurvivalReport, survival_report

NOBODY = "Nobody ever paid in this rhythm"
WIDEN = "Choose another rhythm or remove a filter."
NO_GROUPS = "All together"
MOST_ATTRIBUTES = 7  # looked at together unless asked otherwise


def survival_view(
    workspace: Workspace, segment: Segment, rules: Rules, currency: str | None
) -> None:
    """Controls, curves, drivers and renewals."""
    overview = survival_report(workspace, segment, rules=rules, currency=currency)
    dimensions = [name for name, one in workspace.dimensions.items() if one.level == "user"]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        billed = st.segmented_control(
            "Billed each",
            list(overview.rhythms),
            default=overview.billed or None,
            required=bool(overview.rhythms),
            format_func=lambda name: f"{name} · {words.full(overview.rhythms[name])}",
            key="churn_billed",
        )
        by = st.selectbox(
            "Groups", [NO_GROUPS, PLAN, *dimensions], index=1, key="churn_by", width=200, **URL
        )
    group = None if by == NO_GROUPS else by
    report = survival_report(
        workspace, segment, by=group, billed=billed, rules=rules, currency=currency
    )
    with card("survival"):
        survival_card(report)
    with card("drivers"):
        drivers_card(workspace, segment, rules, report.billed, currency)
    with card("renewals"):
        renewals_card(
            renewals_report(
                workspace, segment, billed=report.billed, rules=rules, currency=currency
            )
        )


def survival_card(report: SurvivalReport) -> None:
    """The curves, the numbers at risk under them, and how much longer each group stays."""
    st.header("How long accounts stay", anchor=False)
    exhibit(
        report.curves,
        lambda rows: survival_curves(_survivors(rows), unit=report.unit),
        key="survival",
        alt=_takeaway(report),
        missing=NOBODY,
        mend=WIDEN,
    )
    if not report.at_risk.is_empty:
        ages = report.at_risk.rows.pivot("age", index="segment", values="at_risk")
        named = {name: f"{float(name):g}" for name in ages.columns if name != "segment"}
        st.caption(f"Accounts at risk after so many {report.unit}s")
        show_table(
            ages.rename(named | {"segment": "group"}), key="at_risk_rows", alt="Numbers at risk"
        )
    with affordances_around(report.curves, key="survival"):
        list_choice(list(_lists(report)), key="survival", prompt="Accounts behind …")
    st.subheader("Groups compared", anchor=False)
    st.markdown(plain.sentence(_log_rank(report)))
    show_table(report.groups.rows, key="groups_rows", alt="How long each group stays")
    affordances(report.groups, key="groups")


def _lists(report: SurvivalReport) -> Iterator[Listing]:
    """Those who left of each group, and those at risk at each mark of the axis."""
    for group, left in report.groups.rows.select("segment", "left").iter_rows():
        if left:
            yield Listing(f"{group}, left: {left:,}", partial(report.accounts_that_left, group))
    for group, age, count in report.at_risk.rows.select("segment", "age", "at_risk").iter_rows():
        if count:
            yield Listing(
                f"{group}, at risk after {age:g} {report.unit}s: {count:,}",
                partial(report.accounts_at, group, age),
            )


def _survivors(rows: pl.DataFrame) -> list[Survivors]:
    return [
        Survivors(
            part["segment"][0],
            part["age"].to_list(),
            part["survival_share"].to_list(),
            part["survival_low"].to_list(),
            part["survival_high"].to_list(),
            part["at_risk"].to_list(),
            colour=colour_of(at, part["segment"][0]),
        )
        for at, part in enumerate(rows.partition_by("segment", maintain_order=True))
    ]


def _takeaway(report: SurvivalReport) -> str:
    known = report.groups.rows.filter(pl.col("median").is_not_null())
    if known.is_empty():
        return "No group has lost half of its accounts yet."
    first = known.sort("median").row(0, named=True)
    return (
        f"{first['segment']} loses half of its accounts first, "
        f"after {first['median']:.1f} {report.unit}s."
    )


def _log_rank(report: SurvivalReport) -> str:
    found = report.log_rank
    within = (
        "" if report.horizon is None else f" Times are within {report.horizon:g} {report.unit}s."
    )
    if found is None or found.p_value is None:
        return f"One group: nothing to compare.{within}"
    verdict = "leave at different rates" if found.p_value < 0.05 else "may well leave alike"
    chance = "p < 0.001" if found.p_value < 0.001 else f"p = {found.p_value:.3f}"
    return f"The groups {verdict} (log-rank, {chance}).{within}"


def drivers_card(
    workspace: Workspace, segment: Segment, rules: Rules, billed: str, currency: str | None
) -> None:
    """Hazard ratios, and whether each holds at all ages."""
    st.header("What goes with leaving sooner", anchor=False)
    offered = [
        PLAN, *(name for name, one in workspace.dimensions.items() if one.level == "user")
    ]  # fmt: skip
    chosen = st.multiselect(
        "Attributes at the first paid day",
        offered,
        default=offered[:MOST_ATTRIBUTES],
        key="churn_drivers",
    )
    if not chosen:
        st.caption("Choose at least one attribute.")
        return
    with st.spinner("Fitting"):
        report = remembered(
            drivers_report,
            workspace,
            segment,
            tuple(chosen),
            billed=billed,
            rules=rules,
            currency=currency,
        )
    exhibit(
        report.drivers,
        lambda rows: hazard_ratios(
            [f"{one['attribute']}: {one['level']}" for one in rows.iter_rows(named=True)],
            rows["ratio"].to_list(),
            rows["ratio_from"].to_list(),
            rows["ratio_to"].to_list(),
        ),
        key="drivers",
        alt=_strongest(report),
        missing="No model",
        mend=plain.sentence(report.missing or WIDEN),
    )
    if report.drivers.is_empty:
        return
    st.markdown(plain.sentence(_constancy(report)))
    if not report.by_age.is_empty:
        show_table(report.by_age.rows, key="by_age_rows", alt="Ratios by age")
    st.caption(
        "Each is compared with the commonest value of its attribute. Associated with leaving, "
        "not the reason for it."
    )
    affordances(report.drivers, key="drivers")


def _strongest(report: DriversReport) -> str:
    rows = report.drivers.rows.filter(pl.col("ratio_from") > 1)
    if rows.is_empty():
        return "No attribute goes with leaving sooner beyond chance."
    first = rows.row(0, named=True)
    return (
        f"Accounts with {first['attribute']} {first['level']} leave {first['ratio']:.1f} times as "
        f"often as those with {first['compared_with']}."
    )


def _constancy(report: DriversReport) -> str:
    base = (
        f"{words.counted(report.accounts, 'account')}, of which {words.full(report.left)} left; "
        f"the order of leaving is right in {words.full(report.concordance, 'percent')} of pairs."
    )
    if report.constancy is None:
        return base
    if report.by_age.is_empty:
        return f"{base} No ratio is seen to change with age (p = {report.constancy:.2f})."
    return f"{base} Some ratios change with age (p = {report.constancy:.3f}): young and old apart."


def renewals_card(report: RenewalsReport) -> None:
    """Renewals seen, projected, and how far the projection would have been off."""
    st.header("Renewals to come", anchor=False)
    exhibit(
        report.curve,
        lambda rows: renewal_curves(
            rows["renewal"].to_list(),
            rows["survival_share"].to_list(),
            rows["projected_share"].to_list(),
            rows["withheld_share"].to_list(),
        ),
        key="renewals",
        alt=_projection(report),
        missing="No projection",
        mend=plain.sentence(report.missing or WIDEN),
    )
    if not report.curve.is_empty:
        st.markdown(plain.sentence(_projection(report)))
    affordances(report.curve, key="renewals")


def _projection(report: RenewalsReport) -> str:
    if report.worst_error is None:
        return "Too few renewals to withhold any: the projection is not tested."
    return (
        f"Back-test: with the last {words.counted(report.withheld, 'renewal')} withheld, the "
        f"projection was off by at most {words.points(report.worst_error)}."
    )
