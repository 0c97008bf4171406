"""On which address the server may listen: this machine's own, unless somebody signs in."""

from typing import TYPE_CHECKING

from pages.shared.connection.requests import is_this_machine

if TYPE_CHECKING:
    from queries.access_settings import Access


def check_address(address: str | None, access: "Access") -> None:
    """Refuse to be open to other machines by accident.

    Args:
        address: Where the server is to listen; None: on every address.
        access: Who signs in.

    Raises:
        WorkspaceError: Others could connect, and nobody would sign in.
    """
    if access.sign_in != "none" or access.listens_openly or is_this_machine(address):
        return
    from queries import WorkspaceError

    where = "every address" if address in (None, "", "0.0.0.0", "::") else address  # noqa: S104
    raise WorkspaceError(
        f"Tidemark would listen on {where} of this machine, and anybody who can reach it would see "
        "everything, since nobody signs in. Set [access] sign_in = 'oidc' or 'proxy' in "
        "workspace.toml (docs/deployment.md), listen on localhost, or say that this is meant: "
        "--listen-openly, or [access] listens_openly = true."
    )
