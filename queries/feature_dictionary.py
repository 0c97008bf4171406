"""`[dictionary.NAME]` of workspace.toml: what is known about a feature beside its events."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from queries.part import Part

Kind = Literal["core", "periodic", "one-off", "admin"]
Cadence = Literal["week", "month"]
Values = Annotated[tuple[str, ...], Field(min_length=1)]

PLAN = "plan"  # the dimension that `plans` speaks of
USUAL_CADENCE: dict[Kind, Cadence] = {
    "core": "week", "periodic": "month", "one-off": "month", "admin": "month",
}  # fmt: skip


class DictionaryEntry(Part):
    """One feature: its type, its rhythm, and who may use it since when."""

    label: Annotated[str, Field(min_length=1)] | None = None
    kind: Kind = "core"
    is_kind_sure: bool = False
    cadence: Cadence | None = None
    released_on: date | None = None
    plans: Values | None = None
    only: dict[str, Values] = {}
    target: Annotated[float, Field(gt=0, lt=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_value_is_a_list(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        listed = dict(value)
        if isinstance(listed.get("plans"), str):
            listed["plans"] = (listed["plans"],)
        if isinstance(listed.get("only"), dict):
            listed["only"] = {
                name: (values,) if isinstance(values, str) else values
                for name, values in listed["only"].items()
            }
        return listed

    @model_validator(mode="after")
    def _one_rule_for_plans(self) -> "DictionaryEntry":
        if self.plans is not None and PLAN in self.only:
            raise ValueError("give either 'plans' or 'only' with 'plan', not both")
        return self

    @property
    def rhythm(self) -> Cadence:
        """The period in which people with the habit use it; without `cadence`, its type's."""
        return self.cadence or USUAL_CADENCE[self.kind]

    @property
    def rules(self) -> dict[str, tuple[str, ...]]:
        """Who may use it: values by dimension, all of which must hold; empty: everybody."""
        plans = {} if self.plans is None else {PLAN: self.plans}
        return {**plans, **self.only}

    def title(self, name: str) -> str:
        """What pages call the feature: its label, else its name."""
        return self.label or name
