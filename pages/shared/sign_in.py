"""Who looks: signed in by nobody, by an OpenID provider, or by a proxy that is trusted."""

from queries import Viewer
from queries.access import LOCAL


def viewer() -> Viewer:
    """Whoever this session belongs to."""
    return LOCAL
