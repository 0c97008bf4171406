"""What goes with leaving sooner: Cox's proportional hazards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp

import numpy as np
from numpy.typing import NDArray

from metrics.survival.concordance import concordance
from metrics.survival.lifetimes import Floats, Lifetimes, standard_normal_quantile
from metrics.survival.proportionality import Proportionality, proportionality

ENDLESS = (
    "{name!r} tells who left from who did not, so its ratio has no end: join the level with "
    "another one, or leave the attribute out"
)
FARTHEST = 50.0  # of a logarithm of a ratio with its interval: beyond, there is no ratio


@dataclass(frozen=True, slots=True)
class Driver:
    """How one attribute goes with the risk of leaving, the others held equal. Not a cause.

    Attributes:
        name: The attribute.
        coefficient: Log of the hazard ratio for one unit more.
        error: Its standard error.
        ratio: Hazard ratio: 1.5 is half as much risk again at every age.
        low: Lower end of the ratio's interval.
        high: Upper end of the ratio's interval.
        p_value: Two-sided (Wald).
    """

    name: str
    coefficient: float
    error: float
    ratio: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Cox:
    """A fitted model.

    Attributes:
        drivers: In the order of the covariates.
        customers: Rows used.
        events: Of those, who left.
        log_likelihood: Partial.
        likelihood_ratio: Twice its gain over a model without attributes.
        p_value: Of the likelihood ratio.
        concordance: Share of pairs of customers whose order of leaving the model gets right; 0.5 is
            chance; None without a comparable pair.
        proportionality: Whether each ratio holds at all ages. Where it does not, stratify by the
            attribute, or fit `cox_by_age`.
    """

    drivers: tuple[Driver, ...]
    customers: int
    events: int
    log_likelihood: float
    likelihood_ratio: float
    p_value: float
    concordance: float | None
    proportionality: Proportionality


def cox(
    lifetimes: Lifetimes,
    covariates: Mapping[str, NDArray[np.number]],
    *,
    strata: NDArray[np.integer] | None = None,
    confidence: float = 0.95,
) -> Cox:
    """Which attributes go with leaving sooner, all looked at together.

    Each ratio is taken to hold at every age; the model checks that itself, in `proportionality`.
    Attributes known only after the start (usage last month) do not belong here: they would know
    the future. Wording: "associated with", never "because of".

    Args:
        lifetimes: One row per customer.
        covariates: For each attribute (n,) values at time zero; leave one level of a category out.
        strata: (n,) groups with a base risk of their own, for an attribute whose ratio changes with
            age; None: one base risk.
        confidence: Of the ratios' intervals, strictly between 0 and 1.

    Raises:
        ValueError: No attribute, values that are missing or do not vary, attributes that determine
            each other, nobody who left, a level of which nobody or everybody left so that its ratio
            has no end, or a column of another length.

    References:
        Cox (1972), JRSS B 34:187-220. Ties: Efron (1977), JASA 72:557-565. Fitted by statsmodels,
        PHReg.

    Examples:
        >>> seen = Lifetimes(np.array([5.0, 8, 3, 9, 2, 7]), np.array([1, 1, 1, 0, 1, 0]) > 0)
        >>> found = cox(seen, {"is_yearly": np.array([1, 1, 0, 0, 0, 1])})
        >>> found.drivers[0].name, found.events
        ('is_yearly', 4)
    """
    z = standard_normal_quantile(confidence)
    design = _design(lifetimes, covariates, strata)
    from scipy.stats import chi2, norm
    from statsmodels.duration.hazard_regression import PHReg

    centre = design.mean(axis=0)
    scale = design.std(axis=0)
    model = PHReg(
        lifetimes.durations, (design - centre) / scale, status=lifetimes.is_event.astype(float),
        ties="efron", entry=lifetimes.entries, strata=strata,
    )  # fmt: skip
    fitted = model.fit(disp=0)
    coefficients: Floats = fitted.params / scale
    covariance: Floats = fitted.cov_params() / np.outer(scale, scale)
    errors = np.sqrt(np.diag(covariance))
    _require_ends(tuple(covariates), coefficients, z * errors)
    gain = 2 * float(fitted.llf - model.loglike(np.zeros(design.shape[1])))
    return Cox(
        drivers=tuple(
            Driver(
                name, float(b), float(se), exp(b), exp(b - z * se), exp(b + z * se),
                float(2 * norm.sf(abs(b) / se)),
            )
            for name, b, se in zip(covariates, coefficients, errors, strict=True)
        ),
        customers=len(lifetimes),
        events=int(lifetimes.is_event.sum()),
        log_likelihood=float(fitted.llf),
        likelihood_ratio=gain,
        p_value=float(chi2.sf(gain, design.shape[1])),
        concordance=concordance(lifetimes, design @ coefficients, strata=strata),
        proportionality=proportionality(
            lifetimes, design - centre, coefficients, covariance, tuple(covariates), strata=strata
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AtAges:
    """A model of some ages only.

    Attributes:
        start: Ages above it.
        end: Ages up to it.
        cox: The model; None when nobody left at these ages, or an attribute does not vary.
    """

    start: float
    end: float
    cox: Cox | None


def cox_by_age(
    lifetimes: Lifetimes,
    covariates: Mapping[str, NDArray[np.number]],
    cuts: Sequence[float],
    *,
    confidence: float = 0.95,
) -> tuple[AtAges, ...]:
    """Hazard ratios of young and of old customers apart, for when one ratio does not fit all ages.

    Args:
        lifetimes: One row per customer.
        covariates: As in `cox`.
        cuts: Ages at which ratios may change, ascending, above 0.
        confidence: Strictly between 0 and 1.

    Raises:
        ValueError: Cuts that do not ascend from above 0.

    References:
        Therneau and Grambsch (2000), Modeling Survival Data, section 6.5.
    """
    edges = [0.0, *cuts, float("inf")]
    if any(after <= before for before, after in pairwise(edges)):
        raise ValueError(f"cuts must ascend from above 0, got {list(cuts)}")
    found = []
    for start, end in pairwise(edges):
        here, seen = lifetimes.between(start, end)
        columns = {name: np.asarray(values)[seen] for name, values in covariates.items()}
        varies = all(len(np.unique(values)) > 1 for values in columns.values())
        has_model = varies and bool(here.is_event.any()) and not _endless(here, columns)
        model = cox(here, columns, confidence=confidence) if has_model else None
        found.append(AtAges(start, end, model))
    return tuple(found)


def _design(
    lifetimes: Lifetimes,
    covariates: Mapping[str, NDArray[np.number]],
    strata: NDArray[np.integer] | None,
) -> Floats:
    """(n, p) attributes as numbers, after checking that a model can tell them apart."""
    if not covariates:
        raise ValueError("a model needs at least one attribute")
    if not lifetimes.is_event.any():
        raise ValueError("nobody left: there is nothing to explain")
    if strata is not None and len(strata) != len(lifetimes):
        raise ValueError(f"got {len(strata)} strata for {len(lifetimes)} customers")
    design = np.column_stack(
        [_attribute(name, values, len(lifetimes)) for name, values in covariates.items()]
    )
    centred = (design - design.mean(axis=0)) / design.std(axis=0)
    endless = _endless(lifetimes, covariates)
    if endless:
        raise ValueError(ENDLESS.format(name=endless[0]))
    if np.linalg.matrix_rank(centred) < design.shape[1]:
        raise ValueError("attributes determine each other: leave one level of each category out")
    return design


def _require_ends(names: tuple[str, ...], coefficients: Floats, margins: Floats) -> None:
    """Stop where a ratio grows without end: the fit then stops anywhere, and means nothing."""
    for name, coefficient, margin in zip(names, coefficients, margins, strict=True):
        if not abs(coefficient) + abs(margin) < FARTHEST:
            raise ValueError(ENDLESS.format(name=name))


def _endless(lifetimes: Lifetimes, covariates: Mapping[str, NDArray[np.number]]) -> list[str]:
    """Attributes of two values, of one of which nobody left: their ratio is 0 or without end."""
    found = []
    for name, values in covariates.items():
        levels = np.unique(values)
        if len(levels) == 2 and len(np.unique(np.asarray(values)[lifetimes.is_event])) < 2:
            found.append(name)
    return found


def _attribute(name: str, values: NDArray[np.number], customers: int) -> Floats:
    if len(values) != customers:
        raise ValueError(f"{name!r} has {len(values)} values for {customers} customers")
    if not np.all(np.isfinite(values)):
        raise ValueError(f"{name!r} has missing values")
    if np.all(values == values[0]):
        raise ValueError(f"{name!r} is the same for everybody")
    return np.asarray(values, dtype=np.float64)
