"""A message to mail, Slack, Teams, a webhook: whatever apprise has an address for."""

from __future__ import annotations

import warnings

from queries import TidemarkError


def send(address: str, *, title: str, text: str) -> None:
    """Send plain text.

    Args:
        address: Such as mailto://…, slack://…, msteams://…, json://… (see apprise).
        title: The subject.
        text: The message.

    Raises:
        TidemarkError: The address is none, or nobody took the message; passwords are not shown.
    """
    import apprise  # slow to import, and only where something is sent

    scheme = address.partition("://")[0]
    sender = apprise.Apprise()
    with warnings.catch_warnings():  # of what its many plug-ins import
        warnings.simplefilter("ignore", DeprecationWarning)
        is_address = sender.add(address)
        if not is_address:
            raise TidemarkError(
                f"the address that begins with {scheme[:20]!r} is none that a message can go to; "
                "such are mailto://, slack://, msteams:// and json://"
            )
        is_taken = sender.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT)
    if not is_taken:
        raise TidemarkError(f"nobody took the message by {scheme}; it does not count as told")
