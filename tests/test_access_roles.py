"""Who may come in, as what, and what their policies are; wrong settings say what would be right."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from queries import Filter, Segment, WorkspaceError
from queries.access import (
    EVERYTHING,
    LOCAL,
    Identity,
    Sight,
    Viewer,
    identity_of,
    sight_of,
    viewer_of,
)
from queries.access_settings import Access
from queries.settings import Settings, read_settings

SIGNED_IN = 'sign_in = "oidc"\n'


def access(**more: Any) -> Access:
    return Access.model_validate({"sign_in": "oidc"} | more)


def role_of(identity: Identity, **more: Any) -> str | None:
    viewer = viewer_of(identity, access(**more))
    return viewer.role if viewer else None


ANN = Identity("Ann", "ann@example.com", ("sales", "berlin"))
LISTED = [
    ({"admin": ["ann@example.com"]}, "admin"),
    ({"admin": ["ANN@Example.com"]}, "admin"),
    ({"admin": ["bob@example.com"], "viewer": ["*@example.com"]}, "viewer"),
    ({"analyst": ["group:sales"]}, "analyst"),
    ({"analyst": ["group:sale"]}, None),
    ({"viewer": ["*"], "analyst": ["*@example.com"]}, "analyst"),
    ({"analyst": ["*@example.co"]}, None),
    ({"analyst": ["*@xample.com"]}, None),
    ({"analyst": ["a.n@example.com"]}, None),
    ({}, None),
]


@pytest.mark.parametrize(("roles", "role"), LISTED)
def test_a_role_is_given_by_email_pattern_or_group(roles: Any, role: str | None) -> None:
    assert role_of(ANN, roles=roles) == role


def test_who_is_not_listed_has_the_default_role() -> None:
    assert role_of(ANN, default_role="viewer") == "viewer"


def test_a_listed_role_wins_over_the_default_even_when_it_is_less() -> None:
    assert role_of(ANN, default_role="admin", roles={"viewer": ["*@example.com"]}) == "viewer"


def test_a_star_does_not_reach_over_the_at() -> None:
    two = Identity("Eve", "eve@evil.example@example.com")
    assert role_of(two, roles={"admin": ["*@example.com"]}) is None


def test_who_has_no_email_matches_no_address() -> None:
    assert role_of(Identity("Eve", None), roles={"admin": ["*@example.com"]}) is None


MAY = {
    "viewer": set(),
    "analyst": {"sql", "save", "annotate"},
    "admin": {"sql", "save", "annotate", "configure"},
}


@pytest.mark.parametrize("role", MAY)
def test_a_role_may_do_what_it_is_for(role: Any) -> None:
    viewer = Viewer("Ann", None, (), role)
    everything: tuple[Any, ...] = ("sql", "save", "annotate", "configure")
    assert {what for what in everything if viewer.may(what)} == MAY[role]


def test_nobody_writes_in_the_name_of_others() -> None:
    eve = identity_of({"email": "eve@x.y", "email_verified": False, "name": "ann@x.y", "sub": "7"})
    viewer = viewer_of(eve, access(default_role="viewer"))
    assert viewer
    assert viewer.author == "ann@x.y [7]"
    assert LOCAL.author == "local"


CLAIMS: list[tuple[dict[str, Any], Identity]] = [
    ({"email": "Ann@Example.com", "name": "Ann"}, Identity("Ann", "ann@example.com")),
    ({"email": "a@b.c", "email_verified": False, "name": "A"}, Identity("A", None)),
    ({"email": "a@b.c", "groups": ["x", 1, None]}, Identity("a@b.c", "a@b.c", ("x", "1"))),
    ({"email": ["a@b.c"], "groups": "x"}, Identity("a@b.c", "a@b.c", ("x",))),
    ({"sub": "7", "groups": {"x": 1}}, Identity("somebody", None, ())),
    ({}, Identity("somebody", None)),
]


@pytest.mark.parametrize(("claims", "identity"), CLAIMS)
def test_claims_make_an_identity(claims: dict[str, Any], identity: Identity) -> None:
    found = identity_of(claims)
    assert replace(found, attributes=()) == identity


def sight(policies: list[dict[str, Any]], viewer: Viewer, **more: Any) -> Sight:
    return sight_of(viewer, Settings(access=access(policies=policies, **more)))


BOB = Viewer("Bob", "bob@example.com", ("sales",), "analyst", (("country", ("DE", "AT")),))
IN_DE = {"dimension": "country", "values": "DE"}


def only(**values: tuple[str | None, ...]) -> Segment:
    return Segment(tuple(Filter(name, given) for name, given in values.items()))


POLICIES = [
    ([], only()),
    ([IN_DE], only(country=("DE",))),
    ([IN_DE | {"who": "role:viewer"}], only()),
    ([IN_DE | {"who": ["role:analyst"]}], only(country=("DE",))),
    ([IN_DE | {"who": "group:sales"}], only(country=("DE",))),
    ([IN_DE | {"who": "bob@example.com"}], only(country=("DE",))),
    ([IN_DE | {"who": "*@other.example"}], only()),
    ([IN_DE, {"dimension": "country", "values": ["FR", "DE"]}], only(country=("DE", "FR"))),
    ([IN_DE, {"dimension": "plan", "values": "pro"}], only(country=("DE",), plan=("pro",))),
    ([{"dimension": "country", "values_from": "country"}], only(country=("AT", "DE"))),
    ([{"dimension": "country", "values_from": "land"}], only(country=())),
    ([{"dimension": "country", "values": "(not set)"}], only(country=(None,))),
    ([{"dimension": "country", "values": []}], only(country=())),
]  # fmt: skip


@pytest.mark.parametrize(("policies", "segment"), POLICIES)
def test_policies_narrow_whom_they_mean(policies: list[dict[str, Any]], segment: Segment) -> None:
    assert sight(policies, BOB).policy == segment


def test_personal_columns_are_shown_to_admins_alone() -> None:
    personal = {"users": ["email"]}
    admin = Viewer("Ann", None, (), "admin")
    assert sight([], admin, personal=personal) == EVERYTHING
    assert sight([], BOB, personal=personal).shows_personal is False


def test_without_personal_columns_everybody_shares_one_sight() -> None:
    assert sight([], BOB) == EVERYTHING


def test_without_sign_in_everything_is_seen() -> None:
    settings = Settings(access=Access(personal={"users": ("email",)}))
    assert sight_of(LOCAL, settings) == EVERYTHING


WRONG = [
    ('sign_in = "odic"', "access.sign_in: Input should be 'none', 'oidc' or 'proxy', got 'odic'"),
    ('sing_in = "oidc"', "access.sing_in is not a setting. Did you mean 'sign_in'?"),
    ('[access.roles]\nadmin = ["ann@x.y"]', "no effect without sign-in"),
    (SIGNED_IN + '[access.roles]\nadmn = ["a@b.c"]', "Did you mean 'admin'?"),
    (SIGNED_IN + '[access.roles]\nadmin = ["ann"]', "'ann' names nobody; write an e-mail"),
    (SIGNED_IN + '[access.roles]\nadmin = ["grup:x"]', "Did you mean 'group'?"),
    (SIGNED_IN + '[access.roles]\nadmin = ["role:viewer"]', "not by a role"),
    (SIGNED_IN + '[[access.policies]]\ndimension = "x"', "either 'values' or 'values_from'"),
    (
        SIGNED_IN + '[[access.policies]]\ndimension = "x"\nvalues = "y"\nwho = "role:analist"',
        "there is no role 'analist'. Did you mean 'analyst'?",
    ),
    (SIGNED_IN + '[[access.policies]]\ndimention = "x"\nvalues = "y"', "Did you mean 'dimension'?"),
    ('sign_in = "proxy"', "needs the addresses of the proxy, or anybody could claim"),
    (
        'sign_in = "proxy"\n[access.proxy]\naddresses = ["10.0.0.300"]',
        "'10.0.0.300' is not an address or network",
    ),
    (
        'sign_in = "proxy"\n[access.proxy]\naddresses = ["::1"]\nemail_header = "X Mail"',
        "'X Mail' is not the name of a header",
    ),
    ('[access.personal]\nuser = ["email"]', "there is no table 'user'. Did you mean 'users'?"),
    ('[access.personal]\nfeedback = ["txt"]', "there is no column 'txt'. Did you mean 'text'?"),
    ('[access.personal]\nfeedback = ["score"]', "'score' cannot be personal, only texts and ids"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_a_wrong_setting_says_what_would_be_right(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "workspace.toml").write_text(f"[access]\n{text}\n", encoding="utf-8")
    with pytest.raises(WorkspaceError) as caught:
        read_settings(tmp_path)
    assert words in str(caught.value)
