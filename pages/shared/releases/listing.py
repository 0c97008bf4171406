"""All releases: newest first, each with its verdict in a sentence."""

import streamlit as st

from pages.shared import dates, plain, words
from pages.shared.exhibits import affordances
from pages.shared.releases.address import choose
from pages.shared.releases.plan import plan_form
from pages.shared.releases.words import GRADES, STANDINGS
from pages.shared.sign_in import viewer
from pages.shared.states import card, empty
from queries import Workspace
from reports.releases import Entry, releases_report

SHOWN = 20  # releases, the newest: a list of hundreds is no page
BRING = (
    "A table releases (release, released_at; version, completed_at, rollout, features are welcome) "
    "brings this page to life, a table rollouts (release, unit_id, reached_at) says whom each has "
    "reached; a release can also be added here before it ships."
)


def release_list(workspace: Workspace) -> None:
    """One entry for each release, and a form for one more."""
    with card("releases_list"):
        report = releases_report(workspace)
        if not report.entries:
            empty("No release is known", BRING)
        else:
            waiting = words.counted(report.waiting, "release")
            unjudged = f" · {report.unjudged:,} not judged yet" if report.unjudged else ""
            st.markdown(
                f"**{waiting}** {'has' if report.waiting == 1 else 'have'} a readout to come"
                f"{unjudged}"
            )
        newest, earlier = report.entries[:SHOWN], report.entries[SHOWN:]
        with st.container(gap="small", key="release_entries"):
            for entry in newest:
                _entry(entry)
            if earlier and st.toggle(f"Show {len(earlier):,} earlier", key="releases_earlier"):
                for entry in earlier:
                    _entry(entry)
        affordances(report.releases, key="releases_list")
    if viewer().may("annotate"):
        with card("plan_release"):
            st.header("Add a release", anchor=False)
            plan_form(workspace, None)


def _entry(entry: Entry) -> None:
    one, report = entry.release, entry.report
    with st.container(border=True, key=f"entry_{one.name}", gap="xsmall"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            with st.container(
                horizontal=True, vertical_alignment="center", gap="small", width="content"
            ):
                st.markdown(f"**{plain.markdown(one.name)}**", width="content")
                if one.title != one.name:
                    st.markdown(plain.markdown(one.title), width="content")
                if report is not None and report.verdict is not None:
                    grade = report.verdict.grade
                    st.badge(f"Grade {grade}", color=GRADES[grade])
                elif report is not None:
                    st.badge(STANDINGS[report.standing], color="gray")
            st.button(
                "Open",
                key=f"open_release_{one.name}",
                type="tertiary",
                icon=":material/arrow_forward:",
                on_click=choose,
                args=(one.name,),
            )
        if report is not None:
            st.markdown(plain.sentence(report.sentence))
        else:
            st.caption("Not judged since the last build: open it, or wait for the server.")
        st.caption(_facts(entry))


def _facts(entry: Entry) -> str:
    one = entry.release
    parts = [dates.full_day(one.released_on)]
    if one.rollout:
        parts.append(plain.markdown(one.rollout))
    if one.features:
        parts.append(plain.markdown(", ".join(one.features)))
    if one.owner:
        parts.append(plain.markdown(one.owner))
    return " · ".join(parts)
