"""Adoption by account: how many have one user of a feature, and how many several."""

from functools import partial

import polars as pl
import streamlit as st

from pages.shared import plain, words
from pages.shared.churn.accounts import Listing, list_choice
from pages.shared.exhibits import affordances_around
from pages.shared.states import card, empty
from queries import Workspace
from reports.adoption_accounts import AccountAdoptionReport, account_adoption, accounts_of_feature
from reports.scope import Scope

SEVERAL = (2, 3, 5, 10)
DEFAULT = 3
NO_ACCOUNTS = "Nobody active in these days belongs to an account"
NAME_ACCOUNTS = "Map `account_id` of the table `users`, then build."


def accounts_view(workspace: Workspace, scope: Scope) -> None:
    """The table of features by accounts."""
    with card("accounts"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.header("By account", anchor=False, width="content")
            several = st.segmented_control(
                "Several are at least",
                SEVERAL,
                default=DEFAULT,
                required=True,
                key="adoption_several",
                bind="query-params",
                persist_state="session",
            )
        report = account_adoption(workspace, scope, least_users=int(several or DEFAULT))
        if report is None:
            empty(NO_ACCOUNTS, NAME_ACCOUNTS)
            return
        _table(report)
        with affordances_around(report.table, key="accounts"):
            list_choice(
                _lists(workspace, scope, report), key="accounts", prompt="Accounts behind …"
            )


def _table(report: AccountAdoptionReport) -> None:
    rows, column = report.table.rows, st.column_config
    several = f"With {report.least_users} users or more"
    shown = rows.select(
        "label",
        "one_share",
        _of(rows, "accounts_with_one", "one_of"),
        "several_share",
        _of(rows, "accounts_with_several", "several_of"),
        "users",
    )
    st.dataframe(
        shown,
        key="accounts_by_feature",
        hide_index=True,
        width="stretch",
        placeholder="–",
        alt=_takeaway(report),
        column_config={
            "label": column.TextColumn("Feature", pinned=True),
            "one_share": column.ProgressColumn("With a user", format="percent", max_value=1.0),
            "one_of": column.TextColumn("of accounts"),
            "several_share": column.ProgressColumn(several, format="percent", max_value=1.0),
            "several_of": column.TextColumn("of accounts"),
            "users": column.NumberColumn("Their users", format="localized"),
        },
    )
    for caveat in report.table.caveats:
        st.caption(f":material/info: {plain.sentence(caveat)}")


def _of(rows: pl.DataFrame, part: str, name: str) -> pl.Series:
    """'1,020 of 3,400' for each feature."""
    pairs = rows.select(part, "accounts").iter_rows()
    return pl.Series(name, [f"{some:,} of {every:,}" for some, every in pairs], dtype=pl.String)


def _takeaway(report: AccountAdoptionReport) -> str:
    first = report.table.rows.row(0, named=True)
    share = words.full(first["one_share"], "percent")
    return (
        f"{words.counted(report.accounts, 'account')} active. {plain.short(first['label'])} has a "
        f"user in {first['accounts_with_one']:,} of them, {share}."
    )


def _lists(workspace: Workspace, scope: Scope, report: AccountAdoptionReport) -> list[Listing]:
    """The accounts behind each count."""
    counts = {1: "accounts_with_one", report.least_users: "accounts_with_several"}
    return [
        Listing(
            f"{row['label']}, {_users(least)}: {row[column]:,}",
            partial(accounts_of_feature, workspace, scope, row["feature"], least=least),
        )
        for row in report.table.rows.iter_rows(named=True)
        for least, column in counts.items()
        if row[column]
    ]


def _users(least: int) -> str:
    return "a user" if least == 1 else f"{least} users or more"
