"""The invented product: its features, releases, experiments, countries and prices."""

import tomllib
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sample_data.truths import Truth, truths

FILE = Path(__file__).parent / "product.toml"
LADDER = ("need", "reach", "notice", "success", "value", "cadence")


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature and its ladder; probabilities as in `product.toml`.

    Attributes:
        plan: The smallest plan that has it.
        since: The release that brought it; None: always there.
        industry: The only industry with a special need; None: no such industry.
        need_inside: The need in that industry.
    """

    name: str
    kind: str
    need: float
    reach: float
    notice: float
    success: float
    value: float
    cadence: float
    seconds: int
    plan: str = "starter"
    since: str | None = None
    industry: str | None = None
    need_inside: float = 0.0


@dataclass(frozen=True, slots=True)
class Release:
    """One release; `days` is how long a staged rollout takes, `waves` its days by country."""

    version: str
    day: date
    rollout: str
    features: list[str]
    title: str
    days: int = 0
    waves: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment with two arms, control and treatment, half of the users each."""

    name: str
    starts: date
    feature: str
    metric: str
    guardrails: list[str]
    hypothesis: str
    owner: str
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Country:
    """One country: its share of accounts and its clock."""

    code: str
    share: float
    utc_hours: int
    summer: str


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the service; latency is lognormal."""

    route: str
    share: float
    median_ms: int
    spread: float


@dataclass(frozen=True, slots=True)
class Product:
    """All of `product.toml`, with the planted features put in."""

    plans: list[str]
    seat_prices: list[int]
    plan_shares: list[float]
    monthly_churn: list[float]
    roles: list[str]
    role_shares: list[float]
    industries: list[str]
    industry_shares: list[float]
    channels: list[str]
    channel_shares: list[float]
    platforms: list[str]
    platform_shares: list[float]
    countries: tuple[Country, ...]
    features: tuple[Feature, ...]
    releases: tuple[Release, ...]
    experiments: tuple[Experiment, ...]
    routes: tuple[Route, ...]

    def feature(self, name: str) -> int:
        """Position of a feature."""
        return [feature.name for feature in self.features].index(name)

    def release(self, version: str) -> int:
        """Position of a release."""
        return [release.version for release in self.releases].index(version)


@cache
def product() -> Product:
    """The product, read once."""
    content: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    lists = {"countries": Country, "releases": Release, "experiments": Experiment, "routes": Route}
    for name, kind in lists.items():
        content[name] = tuple(kind(**entry) for entry in content[name])
    features = (Feature(**entry) for entry in content.pop("features"))
    return Product(features=tuple(_with_fault(feature) for feature in features), **content)


def _with_fault(feature: Feature) -> Feature:
    for truth in truths().values():
        if truth.planted.get("feature") == feature.name and "release" not in truth.planted:
            return replace(feature, **_changes(truth))
    return feature


def _changes(truth: Truth) -> dict[str, Any]:
    known = {*LADDER, "plan", "industry", "need_inside"}
    return {name: value for name, value in truth.planted.items() if name in known}
