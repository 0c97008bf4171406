"""How rows are drawn, as a value that can be kept."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Kind = Literal["line", "bar", "scatter", "heatmap", "pivot"]
Total = Literal["sum", "mean", "min", "max", "count"]
KINDS: tuple[Kind, ...] = get_args(Kind)
TOTALS: tuple[Total, ...] = get_args(Total)


@dataclass(frozen=True, slots=True)
class ChartSettings:
    """How rows are drawn.

    Attributes:
        kind: The form.
        x: The column across; None: every row counts at one place.
        y: The columns of the values; without any, rows are counted.
        colour: The column that splits lines, bars and points; None: nothing is split.
        down: The column down the side of a heatmap or pivot table.
        total: What several rows at one place become.
    """

    kind: Kind
    x: str | None = None
    y: tuple[str, ...] = ()
    colour: str | None = None
    down: str | None = None
    total: Total = "sum"

    def as_json(self) -> dict[str, Any]:
        """What the store keeps."""
        return asdict(self) | {"y": list(self.y)}


def settings_from(kept: Mapping[str, Any] | None) -> ChartSettings | None:
    """Settings as they were kept; None for none, and for what has not their form.

    Examples:
        >>> settings_from(ChartSettings("bar", "plan", ("users",)).as_json())
        ChartSettings(kind='bar', x='plan', y=('users',), colour=None, down=None, total='sum')
        >>> settings_from({"kind": "pie"}) is None
        True
    """
    if not kept or kept.get("kind") not in KINDS:
        return None
    names = {name: kept.get(name) for name in ("x", "colour", "down")}
    if not all(value is None or isinstance(value, str) for value in names.values()):
        return None
    y = kept.get("y")
    values = tuple(name for name in y if isinstance(name, str)) if isinstance(y, list) else ()
    total = kept.get("total")
    return ChartSettings(
        kind=kept["kind"], y=values, total=total if total in TOTALS else "sum", **names
    )
