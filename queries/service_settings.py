"""`[service]` and `[slo.NAME]` of `workspace.toml`: how fast and correct the service is to be."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from queries.part import Part

Kind = Literal["availability", "latency"]


class Service(Part):
    """How the speed of all requests is judged."""

    apdex_ms: Annotated[float, Field(gt=0, le=3_600_000)] = 500.0


class Slo(Part):
    """A service level objective: the share of requests that must be good, over a window of days.

    Good for availability: not failed. Good for latency: not failed, and within `latency_ms`.
    """

    objective: Annotated[float, Field(gt=0, lt=1)]
    route: str | None = None
    kind: Kind = "availability"
    latency_ms: Annotated[float, Field(gt=0)] | None = None
    window_days: Annotated[int, Field(ge=1, le=366)] = 30

    @model_validator(mode="after")
    def _says_how_fast(self) -> "Slo":
        if self.kind == "latency" and self.latency_ms is None:
            raise ValueError("an objective of kind 'latency' needs 'latency_ms', such as 400")
        if self.kind == "availability" and self.latency_ms is not None:
            raise ValueError("'latency_ms' belongs to an objective of kind 'latency'")
        return self
