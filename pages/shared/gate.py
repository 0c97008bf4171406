"""What is shown instead of a page to whom it is not open, and who it is open to."""

import logging
import time
from collections.abc import Callable

import streamlit as st
from streamlit.errors import StreamlitAuthError, StreamlitMissingAuthlibError

from pages.shared import audit, plain
from pages.shared.opened import whole
from pages.shared.sign_in import NotLetIn, Shut, signed_in_at
from queries import Viewer
from queries.access import LOCAL

LOG = logging.getLogger("tidemark")
WIDTH = 420  # pixels
MOST_REMEMBERED = 10_000
SECONDS_IN_A_DAY = 24 * 60 * 60

ROLES = {"viewer": "Viewer", "analyst": "Analyst", "admin": "Administrator"}

_noted: set[tuple[object, ...]] = set()


def shut(why: Shut) -> None:
    """Ask to sign in, or say that this is not enough."""
    with st.container(horizontal_alignment="center"), st.container(
        border=True, width=WIDTH, key="card_gate"
    ):
        if isinstance(why, NotLetIn):
            _refused(why)
        else:
            _ask(why)


def account(viewer: Viewer) -> None:
    """Who looks, as what, and the way out; nothing where nobody signs in."""
    if viewer is LOCAL:
        return
    _note("signed in", viewer.author, role=viewer.role)
    with st.sidebar.container(key="account", gap="xsmall"):
        st.markdown(f":material/person: **{plain.markdown(viewer.name)}**")
        known = [viewer.email] if viewer.email and viewer.email != viewer.name else []
        st.caption(" · ".join([*map(plain.markdown, known), ROLES[viewer.role]]))
        _way_out("sign_out")


def _ask(why: Shut) -> None:
    st.title("Sign in", anchor=False)
    access = whole().settings.access
    if access.sign_in == "proxy":
        st.markdown(f"You are not signed in: {plain.sentence(why)}")
        return
    st.markdown("The product metrics here are open to people whom their workspace lists.")
    if st.button("Sign in", key="sign_in", icon=":material/login:"):
        _in_words(lambda: st.login(access.provider))


def _refused(why: NotLetIn) -> None:
    who = why.somebody.email or why.somebody.name
    _note("was refused", who)
    st.title("Not open to you", anchor=False)
    st.markdown(
        f"You are signed in as **{plain.markdown(who)}**, whom this workspace does not list. "
        "Ask its administrator, or sign in as somebody else."
    )
    _way_out("sign_out_refused")


def _way_out(key: str) -> None:
    access, icon = whole().settings.access, ":material/logout:"
    if access.sign_in == "oidc":
        st.button("Sign out", key=key, type="tertiary", icon=icon, on_click=st.logout)
    elif access.proxy.sign_out_url:
        st.link_button("Sign out", access.proxy.sign_out_url, type="tertiary", icon=icon)


def _in_words(sign_in: Callable[[], None]) -> None:
    """Begin to sign in; what is not set up is said, to the reader briefly and in the log."""
    try:
        sign_in()
    except (StreamlitAuthError, StreamlitMissingAuthlibError) as error:
        LOG.error("sign-in is not set up: %s", error)  # noqa: TRY400  (the words are enough)
        st.error("Sign-in is not set up on this server. Its log says what is missing.")


def _note(action: str, author: str, **details: str) -> None:
    """Keep in the log that somebody came, once for each time they signed in."""
    when = signed_in_at() or time.time() // SECONDS_IN_A_DAY
    key = (action, author, when, *details.values())
    if key in _noted:
        return
    if len(_noted) >= MOST_REMEMBERED:
        _noted.clear()
    _noted.add(key)
    audit.record_of(author, action, **details)
