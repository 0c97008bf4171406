"""May the experiment be read at all: its split, units in several variants, and what came before?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import polars as pl

from metrics.experiments import (
    Allocation,
    mismatch_places,
    sample_ratio,
    sequential_sample_ratio,
)
from reports import experiment_definitions
from reports.answer import Source, source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metrics.experiments import PlaceOfMismatch
    from queries import Segment, Workspace
    from reports.experiment_plan import Plan

Grade = Literal["good", "warning", "bad"]
SEVERAL = "(several)"  # as experiment_split.sql calls units that saw more than one variant
DAY = timedelta(days=1)
GROSS = 100  # units of belief that a part's split is near the plan: its losses are rarely small
CLEARLY = 0.01  # an adjusted p-value below it names a place


@dataclass(frozen=True, slots=True)
class Check:
    """One look at whether results can be trusted.

    Attributes:
        name: What was looked at.
        grade: "bad" withholds the verdict.
        words: What was found, a sentence.
        p_value: Of its test; None: it has none.
    """

    name: str
    grade: Grade
    words: str
    p_value: float | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """How units were divided.

    Attributes:
        source: One row per (variant): `variant, units, share, planned_share, excess`.
        places: One row per (dimension, part), the most surprising first: `dimension, part,
            variant_1…` as counts in one text, `units, p_value, adjusted_p`.
        variants: Planned variants with units, control first.
        counts: Units of each.
        sequential_p: May be read every day, over all units and each part at exposure; None: no
            units.
        fixed_p: Valid for one look; None likewise.
        several: Units that saw more than one variant: left out.
        early: Units exposed before the start: left out.
        unplanned: Variants that nobody planned.
        worst: Where it is broken, in words; None: nowhere clearly.
    """

    source: Source
    places: Source
    variants: tuple[str, ...]
    counts: tuple[int, ...]
    sequential_p: float | None
    fixed_p: float | None
    several: int
    early: int
    unplanned: tuple[str, ...]
    worst: str | None

    @property
    def multiple_share(self) -> float | None:
        """Share of units in several variants; None: no units."""
        everybody = sum(self.counts) + self.several
        return self.several / everybody if everybody else None


def split(workspace: Workspace, plan: Plan, segment: Segment | None = None) -> Split:
    """How the units were divided, by day and by what is known of them."""
    answer = workspace.ask(
        "experiment_split",
        segment=segment,
        experiment=plan.name,
        started_at=plan.started_at,
        until_at=plan.until_at,
        unit=plan.unit,
        is_everybody=segment is None or segment.is_empty,
    )
    rows = answer.rows
    everybody = rows.filter(pl.col("dimension") == "")
    counted = everybody.filter((pl.col("variant") != SEVERAL) & (pl.col("day_number") >= 0))
    variants, unplanned = _variants(plan, counted["variant"].unique().to_list())
    batches = _batches(plan, variants, counted)
    ratio = sample_ratio(list(batches.values())) if len(variants) > 1 else None
    sequential = sequential_sample_ratio(list(batches.values())) if len(variants) > 1 else ()
    places = _places(plan, variants, rows) if len(variants) > 1 else ()
    fixed = {name for name, one in workspace.dimensions.items() if one.level == "user"}
    at_exposure = set(rows["dimension"].unique().to_list()) - fixed - {""}
    counts = tuple(_units(counted, one) for one in variants)
    found = source(answer, title=f"Split of {plan.name}", definition=experiment_definitions.SPLIT)
    return Split(
        source=found.showing(_split_rows(variants, counts, batches, ratio.excess if ratio else ())),
        places=found.showing(_place_rows(places, plan, variants, rows)),
        variants=variants,
        counts=counts,
        sequential_p=(
            _anywhere(plan, variants, rows, sequential[-1], at_exposure) if sequential else None
        ),
        fixed_p=ratio.p_value if ratio else None,
        several=_units(everybody, SEVERAL),
        early=int(everybody.filter(pl.col("day_number") < 0)["units"].sum()),
        unplanned=unplanned,
        worst=_worst(places, plan, variants, rows),
    )


def split_checks(plan: Plan, found: Split) -> Iterator[Check]:
    """What the split says about whether to read on."""
    rule = plan.rule
    if found.sequential_p is None:
        yield Check("Split", "warning", "No units in two planned variants yet.")
    else:
        is_broken = found.sequential_p < rule.split_alpha
        yield Check(
            "Split", "bad" if is_broken else "good", _split_words(found), found.sequential_p
        )
    share = found.multiple_share or 0.0
    is_much = share > rule.most_multiple
    yield Check(
        "Units in several variants",
        "bad" if is_much else "good",
        f"{found.several:,} of {sum(found.counts) + found.several:,} units saw more than one "
        f"variant ({share:.2%}; up to {rule.most_multiple:.0%} is tolerable); they are left out.",
    )
    if found.early:
        yield Check(
            "Exposed before the start",
            "warning",
            f"{found.early:,} units were exposed before the start; they are left out.",
        )
    if found.unplanned:
        names = ", ".join(found.unplanned)
        yield Check(
            "Variants that nobody planned", "warning",
            f"Units also saw {names}, which the allocation does not name; they are left out.",
        )  # fmt: skip
    if len(plan.shares) > 1:
        changes = ", ".join(f"{one.from_at:%Y-%m-%d}" for one in plan.shares[1:])
        yield Check(
            "Allocation changes", "warning",
            f"The allocation changed on {changes}; each part is compared with its own plan.",
        )  # fmt: skip


def _split_words(found: Split) -> str:
    sizes = ", ".join(
        f"{variant} {count:,}" for variant, count in zip(found.variants, found.counts, strict=True)
    )
    tests = f"sequential p = {p_words(found.sequential_p)}, fixed p = {p_words(found.fixed_p)}"
    where = f" {found.worst}" if found.worst else ""
    return f"{sizes} units ({tests}).{where}"


def p_words(p_value: float | None) -> str:
    """A p-value in three digits at most.

    Examples:
        >>> p_words(0.0412), p_words(3e-9), p_words(None)
        ('0.041', '3e-09', 'not known')
    """
    if p_value is None:
        return "not known"
    return f"{p_value:.3f}" if p_value >= 0.001 else f"{p_value:.0e}"


def _variants(plan: Plan, seen: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Planned variants with units, control first; and those that nobody planned."""
    planned = set().union(*(one.of for one in plan.shares)) if plan.shares else set(seen)
    known = sorted(set(seen) & planned)
    first = plan.control if plan.control in known else known[0] if known else None
    ordered = sorted(known, key=lambda name: (name != first, name))
    return tuple(ordered), tuple(sorted(set(seen) - planned))


def _batches(plan: Plan, variants: tuple[str, ...], counted: pl.DataFrame) -> dict[int, Allocation]:
    """Units of each day with the plan of that day; a day on which it changed is left out."""
    found: dict[int, Allocation] = {}
    days = counted.group_by("day_number", "variant").agg(pl.col("units").sum())
    table = {(day, variant): units for day, variant, units in days.iter_rows()}
    for day in sorted({day for day, _ in table}):
        weights = _weights(plan, variants, day)
        if weights is not None:
            counts = tuple(int(table.get((day, one), 0)) for one in variants)
            found[day] = Allocation(counts, weights)
    return found


def _weights(plan: Plan, variants: tuple[str, ...], day: int) -> tuple[float, ...] | None:
    if not plan.shares:
        return (1.0,) * len(variants)
    starts = plan.started_at + day * DAY
    if any(starts < one.from_at < starts + DAY for one in plan.shares[1:]):
        return None
    now = [one for one in plan.shares if one.from_at <= starts] or [plan.shares[0]]
    weights = tuple(now[-1].of.get(one, 0.0) for one in variants)
    return weights if all(weights) else None


def _anywhere(
    plan: Plan, variants: tuple[str, ...], rows: pl.DataFrame, overall: float, at_exposure: set[str]
) -> float:
    """The split's p-value: half of the error for all units, half for the parts at exposure.

    A loss in one client moves the whole by little. Only what was recorded with the exposure counts:
    an attribute of users may have changed since, by the change itself.
    """
    parts = []
    good = rows.filter((pl.col("variant") != SEVERAL) & (pl.col("day_number") >= 0))
    for (dimension, _), cells in good.group_by("dimension", "part", maintain_order=True):
        if dimension in at_exposure:
            batches = list(_batches(plan, variants, cells).values())
            parts.append(sequential_sample_ratio(batches, concentration=GROSS))
    local = [len(parts) * one[-1] for one in parts if one]
    return min(1.0, 2 * min([overall, *local])) if local else overall


def _places(
    plan: Plan, variants: tuple[str, ...], rows: pl.DataFrame
) -> tuple[PlaceOfMismatch, ...]:
    """Each value of each dimension, and each day, on its own; all of them adjusted together."""
    looked_at: dict[str, list[Allocation]] = {}
    good = rows.filter((pl.col("variant") != SEVERAL) & (pl.col("day_number") >= 0))
    for (dimension, part), cells in good.group_by("dimension", "part", maintain_order=True):
        if dimension != "":
            batches = _batches(plan, variants, cells)
            if batches:
                looked_at[f"{dimension}: {part}"] = list(batches.values())
    everybody = good.filter(pl.col("dimension") == "")
    for day, one in _batches(plan, variants, everybody).items():
        looked_at[f"day: {(plan.started_at + day * DAY):%Y-%m-%d}"] = [one]
    return mismatch_places(looked_at)


def _split_rows(
    variants: tuple[str, ...],
    counts: tuple[int, ...],
    batches: dict[int, Allocation],
    excess: tuple[float, ...],
) -> pl.DataFrame:
    whole = sum(counts)
    planned = [0.0] * len(variants)
    for batch in batches.values():
        size, weights = sum(batch.counts), sum(batch.weights)
        planned = [
            so_far + size * weight / weights
            for so_far, weight in zip(planned, batch.weights, strict=True)
        ]
    counted = sum(planned)
    rows = [
        (
            variant, count, count / whole if whole else None,
            planned[at] / counted if counted else None, excess[at] if excess else None,
        )
        for at, (variant, count) in enumerate(zip(variants, counts, strict=True))
    ]  # fmt: skip
    schema = {
        "variant": pl.String, "units": pl.Int64, "share": pl.Float64, "planned_share": pl.Float64,
        "excess": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _place_rows(
    places: Sequence[PlaceOfMismatch], plan: Plan, variants: tuple[str, ...], rows: pl.DataFrame
) -> pl.DataFrame:
    found = []
    for one in places:
        dimension, _, part = one.place.partition(": ")
        counts = _counts_at(dimension, part, plan, variants, rows)
        found.append((
            dimension, part, sum(counts), ", ".join(
                f"{name} {count:,}" for name, count in zip(variants, counts, strict=True)
            ), one.ratio.p_value, one.adjusted_p,
        ))  # fmt: skip
    schema = {
        "dimension": pl.String, "part": pl.String, "units": pl.Int64, "by_variant": pl.String,
        "p_value": pl.Float64, "adjusted_p": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(found, schema=schema, orient="row")


def _counts_at(
    dimension: str, part: str, plan: Plan, variants: tuple[str, ...], rows: pl.DataFrame
) -> list[int]:
    if dimension == "day":
        days = (pl.lit(plan.started_at) + pl.duration(days=pl.col("day_number"))).dt.date()
        here = rows.filter(
            (pl.col("dimension") == "") & (days.cast(pl.String) == part)
            & (pl.col("day_number") >= 0)
        )  # fmt: skip
    else:
        here = rows.filter(
            (pl.col("dimension") == dimension) & (pl.col("part") == part)
            & (pl.col("day_number") >= 0)
        )  # fmt: skip
    return [_units(here, one) for one in variants]


def _worst(
    places: Sequence[PlaceOfMismatch], plan: Plan, variants: tuple[str, ...], rows: pl.DataFrame
) -> str | None:
    """Where the mismatch is clearest, unless nothing stands out."""
    clear = [one for one in places if one.adjusted_p is not None and one.adjusted_p < CLEARLY]
    if not clear:
        return None
    dimension, _, part = clear[0].place.partition(": ")
    counts = _counts_at(dimension, part, plan, variants, rows)
    sizes = ", ".join(f"{name} {count:,}" for name, count in zip(variants, counts, strict=True))
    return f"It is clearest at {dimension} = {part}: {sizes}."


def _units(rows: pl.DataFrame, variant: str) -> int:
    return int(rows.filter(pl.col("variant") == variant)["units"].sum())
