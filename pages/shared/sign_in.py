"""Who looks: signed in by nobody, by an OpenID provider, or by a proxy that is trusted."""

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.connection.door import MARK, PROOF
from pages.shared.opened import whole
from queries import TidemarkError, Viewer
from queries.access import LOCAL, Identity, identity_of, viewer_of
from queries.access_settings import Access

SECONDS_IN_AN_HOUR = 3_600


class Shut(TidemarkError):
    """Nobody is let in on this session; pages are not run."""


class NotSignedIn(Shut):
    """Nobody has signed in yet, or it was too long ago."""


class NotLetIn(Shut):
    """Somebody has signed in whom the workspace does not list."""

    def __init__(self, somebody: Identity) -> None:
        super().__init__(f"{somebody.email or somebody.name} is not let in by [access.roles]")
        self.somebody = somebody


def viewer() -> Viewer:
    """Whoever this session belongs to, with the role that the settings give them now.

    Raises:
        WorkspaceError: The settings cannot be used.
        NotSignedIn: Nobody has signed in.
        NotLetIn: Somebody has who is not listed.
    """
    access = whole().settings.access
    if access.sign_in == "none":
        return LOCAL
    somebody = identity(access)
    found = viewer_of(somebody, access)
    if found is None:
        raise NotLetIn(somebody)
    return found


def identity(access: Access) -> Identity:
    """Whoever has signed in.

    Raises:
        NotSignedIn: Nobody has.
    """
    if access.sign_in == "oidc":
        return _of_provider(_claims(), access)
    return _of_proxy(st.context.headers, access)


def signed_in_at() -> object:
    """When the provider says that they signed in; None: it does not say, or a proxy does it."""
    return _claims().get("iat")


def _claims() -> Mapping[str, Any]:
    return st.user.to_dict()


def _of_provider(claims: Mapping[str, Any], access: Access) -> Identity:
    if claims.get("is_logged_in") is not True:
        raise NotSignedIn("nobody has signed in")
    began = claims.get("iat")
    oldest = time.time() - access.session_hours * SECONDS_IN_AN_HOUR
    if not isinstance(began, int | float) or began < oldest:
        raise NotSignedIn(f"signed in more than {access.session_hours} hours ago")
    return identity_of(claims, groups_claim=access.groups_claim)


def _of_proxy(headers: Any, access: Access) -> Identity:
    """Whom the proxy names; the door has let nobody else through, and says so."""
    proxy = access.proxy
    if headers.get_all(MARK.decode()) != [PROOF]:
        raise NotSignedIn("the request did not come through the proxy")
    emails = headers.get_all(proxy.email_header)
    if len(emails) != 1 or not emails[0].strip():
        raise NotSignedIn(f"the proxy has not said who it is in {proxy.email_header}")
    claims: dict[str, Any] = {
        "email": emails[0],
        "name": next(iter(headers.get_all(proxy.name_header)), ""),
        "groups": _listed(headers.get_all(proxy.groups_header)),
    }
    claims |= {name: _listed(headers.get_all(one)) for name, one in proxy.attribute_headers.items()}
    return identity_of(claims)


def _listed(values: list[str]) -> list[str]:
    """Values between commas; none where the header came more than once."""
    parts = values[0].split(",") if len(values) == 1 else []
    return [part.strip() for part in parts if part.strip()]
