"""Intervals and p-values that may be read at any time: asymptotic confidence sequences.

Looking every day at an ordinary p-value and stopping at the first "significant" day errs in a
fifth to a half of all cases instead of a twentieth. These may be looked at always and stopped at
will; the price is an interval about half as wide again at the planned end.
"""

from dataclasses import dataclass
from math import exp, log, log1p, sqrt

from metrics.experiments.distributions import Alternative, require_fraction

BISECTIONS = 80


@dataclass(frozen=True, slots=True)
class Anytime:
    """An effect at one of many looks.

    Attributes:
        low: Lower end, in the unit of the estimate; None on the open side of a one-sided one.
        high: Upper end; None likewise.
        critical: Standard errors that the interval reaches, for `effect(..., critical=...)`.
        p_value: Holds at this look whatever the earlier ones; for the smallest so far, take the
            minimum over looks.
        evidence: The e-value: how many times better the data fit some effect than none.
    """

    low: float | None
    high: float | None
    critical: float
    p_value: float
    evidence: float


def anytime(
    estimate: float,
    standard_error: float,
    *,
    n: float,
    planned: float,
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
) -> Anytime:
    """An effect whose interval and p-value hold at every look at once.

    All effects are believed a bit (a normal mixture), so evidence against "no effect" grows with
    the data and exceeds 1/alpha by luck in at most alpha of all experiments, ever. Holds once the
    estimate is close to normal: begin to read after a few hundred units. The lift or an adjusted
    difference works as well as a difference.

    Args:
        estimate: Difference or lift seen so far.
        standard_error: Its standard error now, above 0.
        n: Units of both arms so far, above 0.
        planned: Units at which the interval is narrowest, above 0: those of the planned end.
        alpha: Error over all looks together.
        alternative: One-sided, for guardrails.

    Raises:
        ValueError: standard_error, n or planned not above 0; alpha outside its range.

    References:
        Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Annals of Statistics 52:2613-2640
        (arXiv:2103.06476), equations 9, 155 and 161. Howard, Ramdas, McAuliffe and Sekhon (2021),
        Annals of Statistics 49:1055-1080, equation 14. Lindon, Ham, Tingley and Bojinov (2022),
        arXiv:2210.08589 (adjusted estimates).

    Examples:
        >>> one = anytime(0.02, 0.01, n=10_000, planned=10_000)
        >>> round(one.critical, 4), round(one.low, 4), round(one.p_value, 3)
        (3.0352, -0.0104, 0.506)
    """
    require_fraction("alpha", alpha)
    if standard_error <= 0 or n <= 0 or planned <= 0:
        raise ValueError(
            f"standard_error, n and planned must be above 0, got {standard_error}, {n}, {planned}"
        )
    rho = tuning(planned, alpha=alpha if alternative == "two-sided" else 2 * alpha)
    critical = mixture_critical(n, rho=rho, alpha=alpha, alternative=alternative)
    z = estimate / standard_error
    evidence = mixture_evidence(z, n, rho=rho, alternative=alternative)
    reach = critical * standard_error
    return Anytime(
        low=None if alternative == "less" else estimate - reach,
        high=None if alternative == "greater" else estimate + reach,
        critical=critical,
        p_value=min(1.0, exp(-evidence)),
        evidence=exp(min(evidence, 700.0)),
    )


def tuning(planned: float, *, alpha: float = 0.05) -> float:
    """The mixture's rho that makes the interval narrowest at the planned amount of information.

    Args:
        planned: Information (units, or variance time) of the planned end, above 0.
        alpha: Error it is narrowest for; a one-sided rule passes twice its own.

    Raises:
        ValueError: An argument lies outside its range.

    References:
        Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49:1055-1080, section 3.5;
        Waudby-Smith et al. (2024), equation 161, is its inverse square root.

    Examples:
        >>> round(tuning(100), 5)
        12.60056
    """
    require_fraction("alpha", alpha)
    if planned <= 0:
        raise ValueError(f"planned must be above 0, got {planned}")
    return planned / (-2 * log(alpha) + log(1 - 2 * log(alpha)))


def mixture_evidence(
    z: float, n: float, *, rho: float, alternative: Alternative = "two-sided"
) -> float:
    """Log evidence against "no effect" of a z at information n, mixed over all effects.

    Args:
        z: Estimate over its standard error.
        n: Information so far, same unit as rho, above 0.
        rho: From `tuning`, above 0; with known variance, n = 1/variance and rho = 1/tau squared
            make it the mixture sequential probability ratio test with prior N(0, tau squared).
        alternative: A one-sided mixture believes in effects of one sign only.

    References:
        Howard et al. (2021), propositions 5 and 6. Johari, Koomen, Pekelis and Walsh (2022),
        Operations Research 70:1806-1821, equation 3.

    Examples:
        >>> round(mixture_evidence(1.0, 100, rho=12.60056), 4)
        -0.651
    """
    log_evidence = (log(rho / (n + rho)) + z**2 * n / (n + rho)) / 2
    if alternative == "two-sided":
        return log_evidence
    from scipy.special import log_ndtr

    signed = z if alternative == "greater" else -z
    return log_evidence + log(2) + float(log_ndtr(signed * sqrt(n / (n + rho))))


def mixture_critical(
    n: float, *, rho: float, alpha: float = 0.05, alternative: Alternative = "two-sided"
) -> float:
    """Standard errors that an anytime-valid interval reaches at information n.

    Args:
        n: Information so far, above 0.
        rho: From `tuning`.
        alpha: Error over all looks.
        alternative: One-sided intervals reach a little less.

    References:
        Howard et al. (2021), equation 14; Waudby-Smith et al. (2024), equation 9.

    Examples:
        >>> round(mixture_critical(100, rho=tuning(100)) * 100**0.5, 5)
        30.35209
    """
    two_sided = sqrt((n + rho) / n * (log1p(n / rho) - 2 * log(alpha)))
    if alternative == "two-sided":
        return two_sided
    low, high = 0.0, two_sided
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        is_inside = mixture_evidence(middle, n, rho=rho, alternative="greater") < -log(alpha)
        low, high = (middle, high) if is_inside else (low, middle)
    return high
