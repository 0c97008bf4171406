"""What a workspace without subscriptions would need for the rest of the page."""

import streamlit as st

from pages.shared.plain import prose
from queries.tables import TABLES


def no_subscriptions() -> None:
    """The columns that would bring revenue to life, required ones first."""
    table = TABLES["subscriptions"]
    needed = [one for one in table.columns if one.is_required]
    others = [one for one in table.columns if not one.is_required]
    with st.container(border=True, key="card_no_subscriptions"):
        st.header("Revenue needs paid spans", anchor=False)
        st.markdown(
            "A file named `subscriptions.parquet` in the workspace, or a `[tables.subscriptions]` "
            "in its settings, with one row per paid span of an account at one price:"
        )
        st.markdown("\n".join(f"- `{one.name}`: {prose(one.meaning)}" for one in needed))
        with st.expander("Columns that make it richer", key="churn_more_columns"):
            st.markdown("\n".join(f"- `{one.name}`: {prose(one.meaning)}" for one in others))
        st.caption("Usage churn needs none of this: it is under Usage.")
