"""`[[exchange]]` of `workspace.toml`: what other currencies are worth, from a day on."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Worth = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Code = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class ExchangeRates(BaseModel):
    """Rates that hold from a day until the next entry's.

    Attributes:
        since: First day that they hold; the first entry's also hold before it.
        rates: What one unit of a currency is worth in the product's currency.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: date
    rates: Annotated[dict[Code, Worth], Field(min_length=1)]


def require_ascending(entries: Sequence[ExchangeRates], own: str) -> None:
    """Stop unless days ascend, every entry has the same currencies, and the own one is worth 1.

    Raises:
        ValueError: They do not.
    """
    for before, after in pairwise(entries):
        if after.since <= before.since:
            raise ValueError(f"exchange: days ascend, got {after.since} after {before.since}")
        if set(after.rates) != set(before.rates):
            names = ", ".join(sorted(set(after.rates) ^ set(before.rates)))
            raise ValueError(
                f"exchange: every entry has the same currencies; {names} is not in both "
                f"{before.since} and {after.since}"
            )
    for one in entries:
        if one.rates.get(own, 1.0) != 1.0:
            raise ValueError(f"exchange: {own} is the product's own currency, so it is worth 1")
