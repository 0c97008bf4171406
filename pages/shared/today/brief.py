"""The daily brief: what moved, is it real, why, what happened around it, what to open next."""

from typing import cast

import streamlit as st

from pages.shared import dates, figures, plain, words
from pages.shared.exhibits import affordances, exhibit
from pages.shared.sign_in import viewer
from pages.shared.states import empty, guarded
from pages.shared.today.opening import open_page, page_name, set_scope
from queries import Workspace
from reports.brief_chart import course
from reports.brief_items import Brief, Item
from reports.brief_kept import kept_brief, start_analysis
from reports.brief_votes import opinions, vote
from reports.brief_words import (
    headline,
    identity_in_words,
    name_of,
    nothing_unusual,
    reality,
    why,
)
from reports.markers import markers
from store.records import Opinion

EVERY = 2  # seconds between two looks at an analysis that runs
EARLIER = 5
VOTES = {"useful": (":material/thumb_up:", "Useful"), "noise": (":material/thumb_down:", "Noise")}


def brief_card(workspace: Workspace) -> None:
    """What changed; while the build is analysed, that it is."""
    st.header("What changed", anchor=False)
    found = kept_brief(workspace)
    if found is None:
        st.fragment(_in_the_making, run_every=EVERY)(workspace)
        return
    st.caption(_frame(found))
    if not found.items:
        empty(nothing_unusual(found), "Every series was compared with its own forecast.")
    for item in found.items:
        _shown(workspace, item)
    if found.doubted:
        st.subheader("In the data, but no change of use", anchor=False)
        for item in found.doubted:
            _shown(workspace, item)
    _earlier(found, workspace.settings.product.currency)


def _in_the_making(workspace: Workspace) -> None:
    """Drawn again until the analysis is over, then the whole page is."""
    running = start_analysis(workspace)
    if running.done.is_set():
        st.rerun()
    st.markdown(":material/hourglass_top: **The last build is being analysed**")
    st.caption("Every series is compared with its forecast, day by day; this is done once a build.")


def _frame(found: Brief) -> str:
    series = words.counted(found.tested, "series").replace("seriess", "series")
    return (
        f"{dates.full_day(found.day)} · {series} tested against their forecasts, false ones held "
        "to 5 % · everybody, whatever the filters above"
    )


def _shown(workspace: Workspace, item: Item) -> None:
    key = "".join(letter if letter.isalnum() else "_" for letter in item.key)
    with st.container(border=True, gap="xsmall", key=f"item_{key}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _badge(item)
            st.markdown(f"**{plain.markdown(name_of(item))}**", width="content")
        currency = workspace.settings.product.currency
        st.markdown(plain.sentence(headline(item, currency)))
        for icon, text in _reasons(item, currency):
            st.markdown(f":material/{icon}: {plain.sentence(text)}")
        if item.also:
            st.caption(f"Also moved: {plain.sentence(_also(item))}")
        _ways(workspace, item, key)


def _badge(item: Item) -> None:
    arrow = ":material/arrow_upward:" if item.effect > 0 else ":material/arrow_downward:"
    if not item.is_real:
        st.badge("Data", icon=arrow, color="gray")
    elif item.is_good:
        st.badge("Better", icon=arrow, color="green")
    else:
        st.badge("Worse", icon=arrow, color="orange")


def _reasons(item: Item, currency: str) -> list[tuple[str, str]]:
    found = [("fact_check" if item.is_real else "warning", f"Is it real? {reality(item)}")]
    found += [("functions", identity_in_words(item, one, currency)) for one in item.identities]
    found.append(("search", f"Why? {why(item)}"))
    around = "; ".join(item.around) or "no release, experiment, incident or holiday is known"
    return [*found, ("event", f"Around it: {around}.")]


def _also(item: Item) -> str:
    first, rest = item.also[:EARLIER], len(item.also) - EARLIER
    more = f" and {rest} more" if rest > 0 else ""
    return f"{', '.join(first)}{more}."


def _ways(workspace: Workspace, item: Item, key: str) -> None:
    """What to open next, and what the reader thinks of it."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if st.button("Chart", key=f"chart_{key}", icon=":material/show_chart:"):
            st.dialog(plain.markdown(name_of(item)), width="large")(_chart)(workspace, item, key)
        if st.button(
            f"Open {page_name(item)}",
            key=f"open_{key}",
            type="tertiary",
            icon=":material/arrow_forward:",
            on_click=set_scope,
            args=(item,),
        ):
            open_page(item)
        if st.button("Checks", key=f"checks_{key}", type="tertiary"):
            st.dialog("Is it real?")(_checks)(item)
        if viewer().may("annotate"):
            _vote(workspace, item, key)


def _vote(workspace: Workspace, item: Item, key: str) -> None:
    mine = opinions(workspace, item).get(viewer().author)
    for opinion, (icon, label) in VOTES.items():
        if st.button(
            label,
            key=f"{opinion}_{key}",
            icon=icon,
            type="primary" if mine == opinion else "tertiary",
            help="Counted in the self-audit on the Data page",
        ):
            vote(workspace, item, cast("Opinion", opinion), author=viewer().author)
            st.rerun()


def _checks(item: Item) -> None:
    with guarded():
        for check in item.checks:
            icon = "check" if check.is_passed else "close"
            said = f"**{check.name}**: {plain.sentence(check.words)}"
            st.markdown(f":material/{icon}: {said}")


def _chart(workspace: Workspace, item: Item, key: str) -> None:
    with guarded():
        drawn = course(workspace, item)
        rows = drawn.source.rows
        exhibit(
            drawn.source,
            lambda _: figures.time_series(
                [
                    figures.Line(name_of(item), rows["day"].to_list(), rows["value"].to_list()),
                    figures.Line(
                        "Expected",
                        [item.since, item.day],
                        [item.expected, item.expected],
                        is_quiet=True,
                    ),
                ],
                unit=item.unit,
                currency=workspace.settings.product.currency,
                markers=markers(workspace, drawn.period),
            ),
            key=f"course_{key}",
            alt=f"{name_of(item)}: {headline(item, workspace.settings.product.currency)}",
        )
        affordances(drawn.source, key=f"course_{key}")


def _earlier(found: Brief, currency: str) -> None:
    """What the briefs of the two weeks before told."""
    if not found.earlier:
        return
    st.subheader("Told in the two weeks before", anchor=False)
    for item in found.earlier[:EARLIER]:
        doubt = "" if item.is_real else " (data, not use)"
        said = f"{name_of(item)} {headline(item, currency)}{doubt}"
        st.caption(f"**{dates.full_day(item.day)}** · {plain.sentence(said)}")
