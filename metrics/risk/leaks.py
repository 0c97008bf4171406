"""Whether a model was shown the answer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.risk.judgement import auc
from metrics.risk.model import Features
from metrics.risk.terms import Column

TOO_GOOD = 0.95  # a single attribute that ranks leavers so well has seen them leave


@dataclass(frozen=True, slots=True)
class Leak:
    """An attribute that knows more than it could have known.

    Attributes:
        name: The attribute.
        changed: Rows whose value differs when everything after the landmark is taken away; None:
            not checked.
        auc: How well it alone tells leavers from stayers, its missing values included; None where
            all ended alike.
    """

    name: str
    changed: int | None
    auc: float | None


def leaks(
    features: Features, leaves: NDArray[np.bool_], *, truncated: Features | None = None
) -> tuple[Leak, ...]:
    """Attributes that carry something from after the landmark; refuse a model that has any.

    The sure test: make the attributes again from data that end at each landmark. Whatever changes
    saw the future. The suspicion, where that cannot be done: an attribute that alone tells nearly
    all leavers from stayers (AUC of 0.95 and more, in either direction, or by being missing), such
    as a cancellation form, or a last login that is filled in later.

    Args:
        features: As the model would see them.
        leaves: (n,) whether the customer left.
        truncated: The same attributes, made from data up to each landmark only; None: not at hand.

    Raises:
        ValueError: An attribute is not in `truncated`, or has another length.

    Examples:
        >>> left = np.arange(40) < 20
        >>> found = leaks({"days_since_cancel_page": np.where(left, 1.0, np.nan)}, left)
        >>> [one.name for one in found]
        ['days_since_cancel_page']
    """
    found = []
    for name, values in features.items():
        if len(values) != len(leaves):
            raise ValueError(f"{name!r} has {len(values)} values for {len(leaves)} customers")
        changed = None
        if truncated is not None:
            if name not in truncated:
                raise ValueError(f"{name!r} was not made again from truncated data")
            changed = _differing(values, truncated[name])
        alone = _best_auc(values, leaves)
        if changed or (alone is not None and alone >= TOO_GOOD):
            found.append(Leak(name, changed, alone))
    return tuple(found)


def _differing(one: Column, other: Column) -> int:
    if len(one) != len(other):
        raise ValueError(f"made again with {len(other)} values instead of {len(one)}")
    same = one == other
    if one.dtype.kind == "f" and other.dtype.kind == "f":
        same |= np.isnan(one.astype(np.float64)) & np.isnan(other.astype(np.float64))
    return int((~same).sum())


def _best_auc(values: Column, leaves: NDArray[np.bool_]) -> float | None:
    """The best of ranking by value, either way, and by being missing; levels by their share."""
    if values.dtype.kind in "fiub":
        numbers = values.astype(np.float64)
        is_missing = np.isnan(numbers)
        known = auc(numbers[~is_missing], leaves[~is_missing])
        ranked = [auc(is_missing.astype(np.float64), leaves), known]
        if is_missing.mean() > 0.5:  # few known values: being known tells, not which they are
            ranked = ranked[:1]
    else:
        _, level = np.unique(values.astype(np.str_), return_inverse=True)
        left, all_ = np.bincount(level, weights=leaves), np.bincount(level)
        many = all_[level] >= 5
        ranked = [auc((left / all_)[level] * many, leaves)]
    found = [max(one, 1 - one) for one in ranked if one is not None]
    return max(found) if found else None
