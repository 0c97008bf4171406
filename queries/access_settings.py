"""`[access]` of workspace.toml: who may come in, as what, and which rows and columns they see."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from queries.errors import nearest
from queries.part import Part
from queries.tables import TABLES

Role = Literal["viewer", "analyst", "admin"]
ROLES: tuple[Role, ...] = ("viewer", "analyst", "admin")
SignIn = Literal["none", "oidc", "proxy"]

# Ids stand for the same person or customer in every table, so they are hashed in all or none.
IDS = ("user_id", "account_id")
HASHABLE = ("id", "text", "json")


def _who(text: str) -> str:
    """Somebody: an e-mail, a pattern of e-mails, `role:…` or `group:…`."""
    kind, has_kind, name = text.partition(":")
    if has_kind:
        if kind not in ("role", "group"):
            hint = nearest(kind, ("role", "group"))
            raise ValueError(f"{text!r}: before a colon stands 'role' or 'group'. {hint}")
        if kind == "role" and name not in ROLES:
            raise ValueError(f"{text!r}: there is no role {name!r}. {nearest(name, ROLES)}")
        if not name.strip():
            raise ValueError(f"{text!r}: a name belongs after the colon")
        return text
    if text != "*" and "@" not in text:
        raise ValueError(
            f"{text!r} names nobody; write an e-mail, a pattern such as '*@example.com', "
            "'group:sales', or '*' for everybody"
        )
    return text


def _member(text: str) -> str:
    if text.startswith("role:"):
        raise ValueError(f"{text!r}: a role is given by e-mail, pattern or group, not by a role")
    return _who(text)


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not an address or network: {error}") from error
    return text


def _header(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]+", text):
        raise ValueError(f"{text!r} is not the name of a header")
    return text


Who = Annotated[str, AfterValidator(_who)]
Member = Annotated[str, AfterValidator(_member)]
Network = Annotated[str, AfterValidator(_network)]
Header = Annotated[str, AfterValidator(_header)]


class Roles(Part):
    """Who has which role: e-mails, patterns of e-mails (`*@example.com`) or `group:NAME`."""

    admin: tuple[Member, ...] = ()
    analyst: tuple[Member, ...] = ()
    viewer: tuple[Member, ...] = ()


class Proxy(Part):
    """The proxy that signs people in, and the headers in which it says who they are."""

    addresses: tuple[Network, ...] = ()
    email_header: Header = "X-Forwarded-Email"
    name_header: Header = "X-Forwarded-Preferred-Username"
    groups_header: Header = "X-Forwarded-Groups"
    attribute_headers: dict[str, Header] = {}
    sign_out_url: Annotated[str, Field(pattern=r"^(https?://|/[^/])")] | None = None


class Policy(Part):
    """Somebody sees only the rows in which a dimension has certain values."""

    who: tuple[Who, ...] = ("*",)
    dimension: Annotated[str, Field(min_length=1)]
    values: tuple[str, ...] | None = None
    values_from: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_is_a_list(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        ones = {k: (v,) for k, v in value.items() if k in ("who", "values") and isinstance(v, str)}
        return value | ones

    @model_validator(mode="after")
    def _says_which_values(self) -> "Policy":
        if (self.values is None) == (self.values_from is None):
            raise ValueError("a policy needs either 'values' or 'values_from'")
        return self


class Access(Part):
    """Sign-in, roles, policies, and which columns are personal."""

    sign_in: SignIn = "none"
    listens_openly: bool = False
    provider: str | None = None
    groups_claim: str = "groups"
    session_hours: Annotated[int, Field(ge=1, le=24 * 30)] = 24 * 7
    default_role: Literal["viewer", "analyst", "admin", "refused"] = "refused"
    roles: Roles = Roles()
    proxy: Proxy = Proxy()
    policies: tuple[Policy, ...] = ()
    personal: dict[str, tuple[str, ...]] = {}

    @model_validator(mode="after")
    def _has_an_effect(self) -> "Access":
        if self.sign_in == "none" and (self.policies or self.roles != Roles()):
            raise ValueError(
                "roles and policies have no effect without sign-in; "
                "set sign_in = 'oidc' or sign_in = 'proxy'"
            )
        if self.sign_in == "proxy" and not self.proxy.addresses:
            raise ValueError(
                "sign_in = 'proxy' needs the addresses of the proxy, or anybody could claim to be "
                "anybody: [access.proxy] addresses = ['127.0.0.1']"
            )
        for table, columns in self.personal.items():
            _check_personal(table, columns)
        return self

    @property
    def personal_ids(self) -> tuple[str, ...]:
        """Ids that are hashed, in every table."""
        named = {column for columns in self.personal.values() for column in columns}
        return tuple(name for name in IDS if name in named)

    def is_personal(self, dimension: str) -> bool:
        """Whether a dimension, of users or events, is hashed for all but admins."""
        return any(dimension in self.personal_columns(table) for table in ("users", "events"))

    def personal_columns(self, table: str) -> tuple[str, ...]:
        """Columns of a canonical table that are hashed for all but admins."""
        ids: Iterator[str] = iter(self.personal_ids)
        unit = ("unit_id",) if self.personal_ids else ()
        return tuple(dict.fromkeys((*ids, *unit, *self.personal.get(table, ()))))


def _check_personal(table: str, columns: tuple[str, ...]) -> None:
    if table not in TABLES:
        raise ValueError(f"personal: there is no table {table!r}. {nearest(table, TABLES)}")
    known = {column.name: column.kind for column in TABLES[table].columns}
    for name in columns:
        if name not in known and not TABLES[table].is_open:
            hint = nearest(name, known)
            raise ValueError(f"personal.{table}: there is no column {name!r}. {hint}")
        if name == "event" or known.get(name, "text") not in HASHABLE:
            raise ValueError(
                f"personal.{table}: {name!r} cannot be personal, only texts and ids that describe "
                "a person can be hashed"
            )
