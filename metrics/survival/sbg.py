"""How many will renew next year and the year after: a projection, tested before it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metrics.survival.lifetimes import Floats


@dataclass(frozen=True, slots=True)
class ShiftedBetaGeometric:
    """Customers who differ in how likely they are not to renew, each always the same.

    Attributes:
        alpha: First parameter of the Beta distribution of the chance of leaving at a renewal.
        beta: Its second parameter; alpha ÷ (alpha + beta) is the mean chance.
        log_likelihood: At the fit.
    """

    alpha: float
    beta: float
    log_likelihood: float

    def survival(self, renewals: int) -> tuple[float, ...]:
        """Share still there after 1, 2, … renewals: Π (b + i − 1) ÷ (a + b + i − 1)."""
        step = np.arange(renewals, dtype=np.float64)
        shares = np.cumprod((self.beta + step) / (self.alpha + self.beta + step))
        return tuple(float(share) for share in shares)


def shifted_beta_geometric(survivors: Sequence[float]) -> ShiftedBetaGeometric:
    """Fit how a cohort melts: fast at first, then slower, because the doubtful leave early.

    A curve drawn through the points by eye, or a constant rate, projects far too much loss. The
    model knows only renewals: a price rise after the last one seen is not in it.

    Args:
        survivors: Customers at the start and after each renewal, never rising, above 0 at first;
            at least three renewals.

    Raises:
        ValueError: Fewer renewals, or customers that rise.

    References:
        Fader and Hardie (2007), "How to project customer retention", J. Interact. Mark. 21:76-90,
        eq. 5-7.

    Examples:
        >>> fit = shifted_beta_geometric([1000, 631, 468, 382, 326])
        >>> round(fit.alpha, 3), round(fit.beta, 3)
        (0.764, 1.296)
    """
    seen = np.asarray(survivors, dtype=np.float64)
    if len(seen) < 4:
        raise ValueError(f"a projection needs at least 3 renewals, got {max(len(seen) - 1, 0)}")
    if seen[0] <= 0 or np.any(np.diff(seen) > 0) or seen[-1] < 0:
        raise ValueError(f"survivors start above 0 and never rise, got {list(survivors)}")
    from scipy.optimize import minimize

    lost, left = -np.diff(seen), seen[-1]

    def negative_log_likelihood(logs: Floats) -> float:
        alpha, beta = np.exp(logs)
        step = np.arange(len(lost))
        shares = np.cumprod((beta + step) / (alpha + beta + step))
        leaving = np.concatenate(([1.0], shares[:-1])) * alpha / (alpha + beta + step)
        return float(-(lost @ np.log(leaving) + left * np.log(shares[-1])))

    # Nobody leaving, or everybody at once, has no interior optimum: bounds keep the fit finite.
    found = minimize(
        negative_log_likelihood, np.zeros(2), method="L-BFGS-B", bounds=[(-9, 9)] * 2,
        options={"ftol": 1e-15, "gtol": 1e-10},
    )  # fmt: skip
    alpha, beta = np.exp(found.x)
    return ShiftedBetaGeometric(float(alpha), float(beta), -float(found.fun))


@dataclass(frozen=True, slots=True)
class BackTest:
    """What the model would have said about renewals that are known by now.

    Attributes:
        fit: From the renewals that were not withheld.
        projected: Share still there after each withheld renewal.
        actual: What happened.
        errors: projected − actual, as fractions: −0.047 is 4.7 points too few.
    """

    fit: ShiftedBetaGeometric
    projected: tuple[float, ...]
    actual: tuple[float, ...]
    errors: tuple[float, ...]


def back_test(survivors: Sequence[float], *, withheld: int = 1) -> BackTest:
    """Withhold the last renewals, project them from the others, and compare.

    Args:
        survivors: As in `shifted_beta_geometric`.
        withheld: How many of the last renewals, at least 1; at least three must remain.

    Raises:
        ValueError: As the fit, or `withheld` below 1.

    Examples:
        >>> test = back_test([1000, 869, 743, 653, 593, 551, 517, 491], withheld=3)
        >>> round(test.errors[-1], 3)
        -0.047
    """
    if withheld < 1:
        raise ValueError(f"a test withholds at least one renewal, got {withheld}")
    known = len(survivors) - withheld
    fit = shifted_beta_geometric(survivors[:known])
    projected = fit.survival(len(survivors) - 1)[known - 1 :]
    actual = tuple(float(one) / survivors[0] for one in survivors[known:])
    errors = tuple(one - two for one, two in zip(projected, actual, strict=True))
    return BackTest(fit, projected, actual, errors)
