"""May the experiment be read at all: its split, units in several variants, and what came before?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from metrics.experiments import (
    mismatch_places,
    sample_ratio,
    sequential_sample_ratio,
)
from reports import experiment_definitions
from reports.answer import Source, source
from reports.experiment_counts import DAY, DAYS, EVERYBODY, unit_counts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metrics.experiments import Allocation, PlaceOfMismatch
    from queries import Segment, Workspace
    from reports.experiment_counts import Place, UnitCounts
    from reports.experiment_plan import Plan

Grade = Literal["good", "warning", "bad"]
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
    units = unit_counts(plan, answer.rows)
    variants, unplanned = _variants(plan, units.seen)
    batches = units.batches(EVERYBODY, variants)
    can_compare = len(variants) > 1
    ratio = sample_ratio(list(batches.values())) if can_compare else None
    sequential = sequential_sample_ratio(list(batches.values())) if can_compare else ()
    places = _places(units, variants) if can_compare else ()
    fixed = {name for name, one in workspace.dimensions.items() if one.level == "user"}
    counts = units.sizes(EVERYBODY, variants)
    found = source(answer, title=f"Split of {plan.name}", definition=experiment_definitions.SPLIT)
    return Split(
        source=found.showing(_split_rows(variants, counts, batches, ratio.excess if ratio else ())),
        places=found.showing(_place_rows(places, units, variants)),
        variants=variants,
        counts=counts,
        sequential_p=_anywhere(units, variants, sequential[-1], fixed) if sequential else None,
        fixed_p=ratio.p_value if ratio else None,
        several=units.several,
        early=units.early,
        unplanned=unplanned,
        worst=_worst(places, units, variants),
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
    sizes = _sizes(found.variants, found.counts)
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


def _variants(plan: Plan, seen: set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Planned variants with units, control first; and those that nobody planned."""
    planned = set().union(*(one.of for one in plan.shares)) if plan.shares else seen
    known = sorted(seen & planned)
    first = plan.control if plan.control in known else known[0] if known else None
    ordered = sorted(known, key=lambda name: (name != first, name))
    return tuple(ordered), tuple(sorted(seen - planned))


def _anywhere(
    units: UnitCounts, variants: tuple[str, ...], overall: float, fixed: set[str]
) -> float:
    """The split's p-value: half of the error for all units, half for the parts at exposure.

    A loss in one client moves the whole by little. Only what was recorded with the exposure counts:
    an attribute of users may have changed since, by the change itself.
    """
    parts = [
        sequential_sample_ratio(list(units.batches(place, variants).values()), concentration=GROSS)
        for place in units.of
        if place != EVERYBODY and place[0] not in fixed
    ]
    local = [len(parts) * one[-1] for one in parts if one]
    return min(1.0, 2 * min([overall, *local])) if local else overall


def _places(units: UnitCounts, variants: tuple[str, ...]) -> tuple[PlaceOfMismatch, ...]:
    """Each value of each dimension, and each day, on its own; all of them adjusted together."""
    looked_at: dict[str, list[Allocation]] = {}
    for place in units.of:
        batches = units.batches(place, variants) if place != EVERYBODY else {}
        if batches:
            looked_at[_named(place)] = list(batches.values())
    for day, one in units.batches(EVERYBODY, variants).items():
        looked_at[_named((DAYS, f"{(units.plan.started_at + day * DAY):%Y-%m-%d}"))] = [one]
    return mismatch_places(looked_at)


def _named(place: Place) -> str:
    return ": ".join(place)


def _place_of(one: PlaceOfMismatch) -> Place:
    dimension, _, part = one.place.partition(": ")
    return dimension, part


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
    places: Sequence[PlaceOfMismatch], units: UnitCounts, variants: tuple[str, ...]
) -> pl.DataFrame:
    found = []
    for one in places:
        counts = units.sizes(_place_of(one), variants)
        found.append((
            *_place_of(one), sum(counts), _sizes(variants, counts), one.ratio.p_value,
            one.adjusted_p,
        ))  # fmt: skip
    schema = {
        "dimension": pl.String, "part": pl.String, "units": pl.Int64, "by_variant": pl.String,
        "p_value": pl.Float64, "adjusted_p": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(found, schema=schema, orient="row")


def _sizes(variants: tuple[str, ...], counts: tuple[int, ...]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in zip(variants, counts, strict=True))


def _worst(
    places: Sequence[PlaceOfMismatch], units: UnitCounts, variants: tuple[str, ...]
) -> str | None:
    """Where the mismatch is clearest, unless nothing stands out."""
    clear = [one for one in places if one.adjusted_p is not None and one.adjusted_p < CLEARLY]
    if not clear:
        return None
    dimension, part = _place_of(clear[0])
    sizes = _sizes(variants, units.sizes((dimension, part), variants))
    return f"It is clearest at {dimension} = {part}: {sizes}."
