"""`[brief]` and `[[alerts]]` of workspace.toml: what is worth a morning, and what a message."""

from typing import Annotated, Literal

from pydantic import Field

from queries.part import Part


class Brief(Part):
    """What the daily brief tells.

    Attributes:
        least_volume: People or events a day behind a series below which nothing is told of it.
        smallest: The smallest change of a metric that matters, by its name: a fraction, or points
            as a fraction for rates. Without: twice its median weekly change.
        weights: How much a metric matters, by its name; others have 1, features a half.
        person_events: Events on one day from which somebody is no person.
    """

    least_volume: Annotated[float, Field(ge=1)] = 100
    smallest: dict[str, Annotated[float, Field(gt=0)]] = {}
    weights: dict[str, Annotated[float, Field(gt=0)]] = {}
    person_events: Annotated[int, Field(ge=1)] = 300


class Alert(Part):
    """A message when a metric of a day is beyond a limit.

    Attributes:
        name: What it is called.
        metric: Its name in metrics.toml, or daily_active_users.
        above: It fires when a day's value is above; in the metric's unit, shares as fractions.
        below: It fires when a day's value is below.
        change: It fires when the metric moved beyond normal variation, "up", "down" or "any".
        days: Days in a row that the limit must be crossed.
    """

    name: Annotated[str, Field(min_length=1)]
    metric: str
    above: float | None = None
    below: float | None = None
    change: Literal["up", "down", "any"] | None = None
    days: Annotated[int, Field(ge=1, le=28)] = 1
