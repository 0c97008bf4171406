"""Add a release before it ships, with what it has to achieve and must not harm."""

from datetime import timedelta
from typing import Any, cast

import streamlit as st

from pages.shared.controls import last_day_of
from pages.shared.header import snapshot_of_page
from pages.shared.removal import remove_button
from pages.shared.sign_in import viewer
from queries import Workspace
from reports.release_facts import Release
from reports.release_plans import (
    criterion,
    feature_names,
    measure_names,
    percent_of,
    plan_of,
)
from store import PlannedRelease, store_of
from store.records import RolloutKind

ROLLOUTS = {
    "full": "For everybody at once",
    "staged": "Staged",
    "flag": "A flag",
    "adopters": "Who takes it, as an app version",
}
ROLES = {"goal": "Goal", "guardrail": "Guardrail"}
MOST_CRITERIA = 4
HOW = (
    "A goal is met when the whole interval of the effect is beyond its target; a guardrail when it "
    "is not harmed beyond it. Targets are effects in percent, or percentage points of shares: 5 is "
    "5% more, -5 is 5% less."
)


def plan_form(workspace: Workspace, release: Release | None) -> None:
    """The form; of a release that has a plan, filled with it.

    Args:
        workspace: Where it is kept.
        release: The release that the plan is about; None: a new one.
    """
    kept = plan_of(workspace, release.name) if release else None
    suffix = release.name if release else "new"
    with st.form(f"plan_{suffix}", clear_on_submit=release is None):
        drawn = _fields(workspace, release)
        criteria = _criteria(workspace, kept, suffix)
        if st.form_submit_button("Keep it", key=f"keep_plan_{suffix}"):
            store_of(workspace).plan_release(
                PlannedRelease(
                    id=kept.id if kept else "",
                    version=kept.version if kept else 0,
                    criteria=tuple(criteria),
                    **drawn,
                ),
                author=viewer().author,
            )
            st.rerun()
    if kept is not None and remove_button("this plan", key=f"plan_{kept.id}"):
        store_of(workspace).delete_planned_release(
            kept.id, author=viewer().author, version=kept.version
        )
        st.rerun()


def _fields(workspace: Workspace, release: Release | None) -> dict[str, Any]:
    suffix = release.name if release else "new"
    known = feature_names(workspace)
    tomorrow = last_day_of(snapshot_of_page(workspace)) + timedelta(days=1)
    rollouts = list(ROLLOUTS)
    with st.grid(3, min_column_width=200, key=f"plan_grid_{suffix}"):
        name = st.text_input(
            "Release", release.name if release else "", key=f"plan_name_{suffix}",
            max_chars=300, disabled=release is not None,
        )  # fmt: skip
        title = st.text_input(
            "What it brings", release.title if release else "", key=f"plan_title_{suffix}",
            max_chars=200,
        )  # fmt: skip
        day = st.date_input(
            "Day", release.released_on if release else tomorrow, key=f"plan_day_{suffix}"
        )
        rollout = st.selectbox(
            "Rollout", ROLLOUTS, format_func=ROLLOUTS.__getitem__, key=f"plan_rollout_{suffix}",
            index=rollouts.index(release.rollout) if release and release.rollout in rollouts else 0,
        )  # fmt: skip
        features = st.multiselect(
            "Features it touches", known,
            default=[one for one in (release.features if release else ()) if one in known],
            key=f"plan_features_{suffix}",
        )  # fmt: skip
        owner = st.text_input(
            "Owner", (release.owner if release else None) or "", key=f"plan_owner_{suffix}",
            max_chars=300,
        )  # fmt: skip
    return {
        "release": release.name if release else (name or "").strip(),
        "title": (title or "").strip(),
        "planned_on": day,
        "rollout": cast("RolloutKind", rollout),
        "features": tuple(features),
        "owner": (owner or "").strip(),
    }


def _criteria(
    workspace: Workspace, kept: PlannedRelease | None, suffix: str
) -> list[dict[str, Any]]:
    st.markdown("**Goals and guardrails**")
    st.caption(HOW)
    names = measure_names(workspace)
    choices = ["", *names]
    had = list(kept.criteria) if kept else []
    found = []
    for at in range(MOST_CRITERIA):
        one = dict(had[at]) if at < len(had) else {}
        had_measure = one.get("measure", "")
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            measure = st.selectbox(
                "Measure", choices, format_func=lambda key: names.get(key, "None"),
                index=choices.index(had_measure) if had_measure in choices else 0,
                key=f"plan_measure_{at}_{suffix}",
            )  # fmt: skip
            role = st.selectbox(
                "As", ROLES, format_func=ROLES.__getitem__,
                index=list(ROLES).index(one.get("role", "goal")),
                key=f"plan_role_{at}_{suffix}", width=160,
            )  # fmt: skip
            percent = st.number_input(
                "Effect, %", value=percent_of(one) if one else 0.0, step=1.0,
                key=f"plan_target_{at}_{suffix}", width=160,
            )  # fmt: skip
        if measure:
            found.append(criterion(measure, str(role), percent))
    return found
