"""What the middleware reads of a request."""

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Scope

LOCAL_NAMES = {"localhost", "ip6-localhost"}


def header(scope: "Scope", name: str) -> str | None:
    """A header's value; None: not there, or there more than once."""
    wanted = name.lower().encode()
    values = [value for key, value in scope["headers"] if key == wanted]
    return values[0].decode("latin-1") if len(values) == 1 else None


def address(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address, IPv4 also where it comes dressed as IPv6; None: it is none."""
    try:
        found = ipaddress.ip_address((text or "").partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def is_this_machine(host: str | None) -> bool:
    """Whether a name or address can only mean this machine.

    Examples:
        >>> is_this_machine("localhost"), is_this_machine("::1"), is_this_machine("127.0.0.1")
        (True, True, True)
        >>> is_this_machine("0.0.0.0"), is_this_machine("example.com"), is_this_machine(None)
        (False, False, False)
    """
    if host in LOCAL_NAMES:
        return True
    found = address(host)
    return found is not None and found.is_loopback


def host_name(scope: "Scope") -> str | None:
    """The name under which the browser asked, without its port."""
    host = (header(scope, "host") or "").strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] or None
