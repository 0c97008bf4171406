"""Who looks, as what, and which rows and columns that lets through.

A viewer has a role; policies narrow what is seen to a segment. Both together make a *sight*, which
decides the views that every question reads (`queries.views`), and is part of every cache's key.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from queries.access_settings import ROLES, Access, Policy, Role
from queries.narrow import NOT_SET, Filter, Segment

if TYPE_CHECKING:
    from queries.settings import Settings

What = Literal["sql", "save", "annotate", "configure"]

MAY: dict[Role, frozenset[What]] = {
    "viewer": frozenset(),
    "analyst": frozenset({"sql", "save", "annotate"}),
    "admin": frozenset({"sql", "save", "annotate", "configure"}),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody, as whoever signed them in describes them.

    Attributes:
        name: As shown.
        email: Lower case; None: none, or not verified.
        groups: Names of groups.
        attributes: Anything else that policies may ask for: values by name.
    """

    name: str
    email: str | None
    groups: tuple[str, ...] = ()
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks.

    Attributes:
        name: As shown; "local" when nobody signs in.
        email: Lower case; None: none.
        groups: Names of groups.
        role: What they may do.
        attributes: Values by name, for policies.
    """

    name: str
    email: str | None
    groups: tuple[str, ...]
    role: Role
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def may(self, what: What) -> bool:
        """Whether the role allows it."""
        return what in MAY[self.role]

    @property
    def author(self) -> str:
        """What stands as author under what they write, and is nobody else's.

        Names are chosen freely, so without an e-mail the provider's own number goes with the name.
        """
        if self.email:
            return self.email
        number = "".join(dict(self.attributes).get("sub", ()))
        return f"{self.name} [{number}]" if number else self.name


@dataclass(frozen=True, slots=True)
class Sight:
    """What a viewer's role and policies let through; hashable, part of every cache's key.

    Attributes:
        policy: Only its rows are there; empty: all rows.
        shows_personal: Whether personal columns are shown as they are, not hashed.
    """

    policy: Segment
    shows_personal: bool

    @property
    def is_everything(self) -> bool:
        """Whether nothing is held back."""
        return self.policy.is_empty and self.shows_personal


EVERYTHING = Sight(Segment(), shows_personal=True)
LOCAL = Viewer("local", None, (), "admin")


def viewer_of(identity: Identity, access: Access) -> Viewer | None:
    """Somebody with their role, the highest that lists them; None: not let in."""
    role: Role | None = None if access.default_role == "refused" else access.default_role
    for one in ROLES:
        if any(_is_meant(text, identity, None) for text in getattr(access.roles, one)):
            role = one
    if role is None:
        return None
    return Viewer(identity.name, identity.email, identity.groups, role, identity.attributes)


def sight_of(viewer: Viewer, settings: "Settings") -> Sight:
    """What a viewer sees. Policies of one dimension add up, those of different ones narrow."""
    access = settings.access
    if access.sign_in == "none":
        return EVERYTHING
    values: dict[str, set[str | None]] = {}
    for policy in access.policies:
        if any(_is_meant(text, viewer, viewer.role) for text in policy.who):
            values.setdefault(policy.dimension, set()).update(_values(policy, viewer))
    filters = tuple(Filter(name, tuple(found)) for name, found in values.items())
    shows_personal = viewer.role == "admin" or not any(access.personal.values())
    return Sight(Segment(filters).canonical(), shows_personal)


def identity_of(
    claims: Mapping[str, object], *, groups_claim: str = "groups", name_claim: str = "name"
) -> Identity:
    """Somebody from what a provider claims; an e-mail that it calls unverified is none."""
    texts = {name: _texts(value) for name, value in claims.items()}
    email = next(iter(texts.get("email", ())), "").strip().lower() or None
    if claims.get("email_verified") in (False, "false", "False", 0):
        email = None
    name = next(iter(texts.get(name_claim, ())), "") or email or "somebody"
    groups = texts.pop(groups_claim, ())
    return Identity(name, email, groups, tuple(sorted(texts.items())))


def _texts(value: object) -> tuple[str, ...]:
    """A claim's values as texts; what is neither a value nor a list of values has none."""
    if isinstance(value, bool) or value is None:
        return ()
    if isinstance(value, str | int | float):
        return (str(value),)
    if isinstance(value, Iterable) and not isinstance(value, Mapping | bytes):
        return tuple(str(one) for one in value if isinstance(one, str | int | float))
    return ()


def _values(policy: Policy, viewer: Viewer) -> Iterable[str | None]:
    if policy.values is not None:
        given: tuple[str, ...] = policy.values
    else:
        given = dict(viewer.attributes).get(policy.values_from or "", ())
    return (None if value == NOT_SET else value for value in given)


def _is_meant(text: str, somebody: Identity | Viewer, role: Role | None) -> bool:
    """Whether the entry of a list (`*`, e-mail, pattern, `group:…`, `role:…`) means somebody."""
    kind, has_kind, name = text.partition(":")
    if has_kind:
        return name in somebody.groups if kind == "group" else name == role
    if text == "*":
        return True
    return somebody.email is not None and _pattern(text).fullmatch(somebody.email) is not None


def _pattern(text: str) -> re.Pattern[str]:
    """An e-mail in which `*` stands for anything but the @."""
    return re.compile(re.escape(text.strip().lower()).replace(r"\*", "[^@]*"))
