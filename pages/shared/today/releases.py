"""The latest releases: what may stand behind a change."""

import streamlit as st

from pages.shared import dates, plain
from pages.shared.states import empty
from reports.markers import Marker


def releases_card(releases: tuple[Marker, ...]) -> None:
    """Newest first, each with its day and title."""
    st.header("Latest releases", anchor=False)
    if not releases:
        empty(
            "No releases are known",
            "A table `releases` with the columns `release` and `released_at` brings them here, "
            "and onto every time chart.",
        )
    for release in releases:
        with st.container(gap=None):
            st.markdown(_line(release))
            st.caption(dates.full_day(release.day))


def _line(release: Marker) -> str:
    name, title = plain.markdown(release.name), plain.markdown(release.title)
    text = f"**{name}**" if release.title == release.name else f"**{name}** · {title}"
    return f"{text}{plain.read_more(release.url)}"
