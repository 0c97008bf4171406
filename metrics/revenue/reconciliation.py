"""Why two tools report different churn on the same data: one line for each choice that differs."""

from dataclasses import dataclass, fields, replace

from metrics.revenue.bridge import Bridge, bridge
from metrics.revenue.exchange import Exchange
from metrics.revenue.history import Spans, history
from metrics.revenue.rules import Rules

# What a reconciliation explains, and how it is read from a bridge.
FIGURES = (
    "start", "new", "reactivation", "expansion", "contraction", "churn", "currency", "end",
    "gross_churn", "net_churn", "logo_churn",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """What one choice changes.

    Attributes:
        rule: Name of the choice, as in `Rules`.
        before: What the first tool chooses.
        after: What the second one chooses.
        effects: For each figure, how much this choice alone moves it from where the lines above
            left it; None where it is undefined before or after.
    """

    rule: str
    before: object
    after: object
    effects: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Two tools' figures, and the lines that lead from the one to the other.

    Attributes:
        first: Figures under the first rules; None: undefined.
        lines: One for each rule that differs, in the order of `Rules`.
        second: Figures under the second rules: first + all effects, where defined throughout.
    """

    first: dict[str, float | None]
    lines: tuple[Line, ...]
    second: dict[str, float | None]


def reconcile(
    spans: Spans,
    start: int,
    end: int,
    *,
    first: Rules,
    second: Rules,
    as_of: int,
    exchange: Exchange | None = None,
) -> Reconciliation:
    """Switch one choice after the other from the first tool's to the second's, and see what moves.

    The lines add up exactly. Their split depends on the order where choices touch the same
    customers (a grace changes what a mode sees), so the order is fixed: that of `Rules`.

    Args:
        spans: The paid spans.
        start: First day of the period, since 1970.
        end: Day after its last.
        first: Rules to start from.
        second: Rules to arrive at.
        as_of: Day up to which the data are complete.
        exchange: Rates into the reporting currency; None: there is one currency.

    Raises:
        ValueError: As `history` and `bridge`.
    """
    lines = []
    rules, figures = first, _figures(spans, start, end, first, as_of, exchange)
    opening = figures
    for name in (field.name for field in fields(Rules)):
        before, after = getattr(rules, name), getattr(second, name)
        if before == after:
            continue
        rules = replace(rules, **{name: after})
        now = _figures(spans, start, end, rules, as_of, exchange)
        effects = {figure: _difference(now[figure], figures[figure]) for figure in FIGURES}
        lines.append(Line(name, before, after, effects))
        figures = now
    return Reconciliation(opening, tuple(lines), figures)


def _figures(
    spans: Spans, start: int, end: int, rules: Rules, as_of: int, exchange: Exchange | None
) -> dict[str, float | None]:
    found = bridge(
        history(spans, rules, as_of=as_of), start, end, rules=rules, exchange=exchange
    )
    return {figure: _figure(found, figure) for figure in FIGURES}


def _figure(found: Bridge, name: str) -> float | None:
    if name == "logo_churn":
        return found.logo_churn.value
    value: float | None = getattr(found, name)
    return value


def _difference(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else now - before
