"""What one arm shows: a mean, share or ratio of units, with its own uncertainty."""

from dataclasses import dataclass

from metrics.experiments.moments import JointMoments, Moments


@dataclass(frozen=True, slots=True)
class Arm:
    """The value of one arm of an experiment and how sure it is.

    Attributes:
        n: Units, the things that were randomised.
        value: Mean, share or ratio, in the metric's unit; None when it cannot be measured.
        variance: Variance of the value (its standard error squared); None when it cannot be known.
        df: Degrees of freedom of the variance; None with it.
    """

    n: int
    value: float | None
    variance: float | None
    df: float | None


def mean_arm(of: Moments) -> Arm:
    """An arm whose metric is a mean per unit.

    Args:
        of: Moments of the arm's units.

    Examples:
        >>> mean_arm(Moments(n=100, mean=2.0, variance=9.0))
        Arm(n=100, value=2.0, variance=0.09, df=99)
    """
    if of.variance is None:
        return Arm(of.n, of.mean, None, None)
    return Arm(of.n, of.mean, of.variance / of.n, of.n - 1)


def share_arm(part: int, whole: int) -> Arm:
    """An arm whose metric is a share of units: variance p(1 - p)/n.

    Nobody or everybody leaves a variance of 0, from which no test follows; compare such arms with
    `metrics.proportion_tests.share_test` and `metrics.proportions.share_difference`.

    Args:
        part: Units that did it, 0 <= part <= whole.
        whole: Units of the arm.

    Raises:
        ValueError: part lies outside 0 to whole.

    Examples:
        >>> share_arm(50, 100)
        Arm(n=100, value=0.5, variance=0.0025, df=99)
    """
    if not 0 <= part <= whole:
        raise ValueError(f"part must be between 0 and whole, got {part} of {whole}")
    if whole == 0:
        return Arm(0, None, None, None)
    p = part / whole
    known = whole > 1
    return Arm(whole, p, p * (1 - p) / whole if known else None, whole - 1 if known else None)


def ratio_arm(of: JointMoments, *, numerator: int = 0, denominator: int = 1) -> Arm:
    """An arm whose metric is a ratio of two sums over units, by the delta method.

    Orders per session, clicks per view, or a mean over sessions when users were randomised (sum of
    the values and count of sessions per user): rows of one unit belong together, so treating them
    as independent makes intervals far too narrow. Misleads when the denominator's mean is within a
    few standard errors of 0.

    Args:
        of: Joint moments of the units.
        numerator: Which variable is divided, counted from 0.
        denominator: Which variable divides.

    References:
        Deng, Knoblich and Lu (2018), KDD, "Applying the delta method in metric analytics",
        equation 3.

    Examples:
        >>> from metrics.experiments.moments import joint_moments
        >>> arm = ratio_arm(joint_moments([[1, 0, 3, 2], [2, 1, 4, 3]]))
        >>> arm.n, arm.value, round(arm.variance, 6)
        (4, 0.6, 0.010667)
    """
    if of.means is None or of.means[denominator] == 0:
        return Arm(of.n, None, None, None)
    below = of.means[denominator]
    value = of.means[numerator] / below
    if of.covariances is None:
        return Arm(of.n, value, None, None)
    rows = of.covariances
    spread = (
        rows[numerator][numerator]
        - 2 * value * rows[numerator][denominator]
        + value**2 * rows[denominator][denominator]
    )
    # Rounding may leave -1e-20 where numerator and denominator are one.
    return Arm(of.n, value, max(0.0, spread) / below**2 / of.n, of.n - 1)
