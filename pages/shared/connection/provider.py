"""How to reach the OpenID provider, from environment variables instead of secrets.toml."""

from collections.abc import Mapping

# What Streamlit calls each in the part [auth] of .streamlit/secrets.toml.
VARIABLES = {
    "TIDEMARK_OIDC_METADATA_URL": "server_metadata_url",
    "TIDEMARK_OIDC_CLIENT_ID": "client_id",
    "TIDEMARK_OIDC_CLIENT_SECRET": "client_secret",
    "TIDEMARK_OIDC_REDIRECT_URI": "redirect_uri",
    "TIDEMARK_COOKIE_SECRET": "cookie_secret",
}
SHORTEST_SECRET = 32  # characters


def provider_of(environment: Mapping[str, str]) -> dict[str, dict[str, str]] | None:
    """Streamlit's secrets for signing in; None: no variable is set, so secrets.toml decides.

    Raises:
        WorkspaceError: Some are set and others are not, or the cookie's secret is too short.
    """
    given = {name: environment[name] for name in VARIABLES if environment.get(name)}
    if not given:
        return None
    from queries import WorkspaceError

    missing = [name for name in VARIABLES if name not in given]
    if missing:
        raise WorkspaceError(f"{', '.join(given)} set, but not {', '.join(missing)}")
    if len(given["TIDEMARK_COOKIE_SECRET"]) < SHORTEST_SECRET:
        raise WorkspaceError(
            f"TIDEMARK_COOKIE_SECRET has fewer than {SHORTEST_SECRET} characters; make one with "
            'python -c "import secrets; print(secrets.token_hex(32))"'
        )
    return {"auth": {key: given[name] for name, key in VARIABLES.items()}}
