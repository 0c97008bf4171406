"""What is left of a lift once features that cannot have an effect have been asked the same?"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from metrics.causal.effects import Effect

Floats = NDArray[np.float64]

FEWEST = 5  # placebo features


@dataclass(frozen=True, slots=True)
class Centred:
    """A lift beside the lifts of its peers.

    Attributes:
        value: Lift less what placebo features show, in the unit of the lifts.
        low: Lower end of the interval.
        high: Upper end.
        bias: Mean of the placebo features: what comes from who people are, not from the feature.
        rank: Its place among all, 1 is the highest.
        of: How many are ranked.
    """

    value: float
    low: float
    high: float
    bias: float
    rank: int
    of: int


def centred(
    lift: float, error: float, placebos: Floats, errors: Floats, *, confidence: float = 0.95
) -> Centred:
    """The lift of a feature against those of features that should have none.

    People who use anything stay longer: every feature shows a lift. Its mean over features that
    cannot matter (rarely used, one-off, or the outcome of the weeks before) is the bias of the
    method here; its spread is how far a single feature may be off. The interval carries both. It
    is honest as far as the placebo features draw the same kind of people; it never proves that a
    feature keeps people.

    Args:
        lift: Adjusted difference of the feature.
        error: Its standard error.
        placebos: Adjusted differences of at least five placebo features.
        errors: Their standard errors.
        confidence: Two-sided, between 0 and 1.

    Raises:
        ValueError: Too few placebo features, or a standard error that is not above 0.

    References:
        Empirical calibration with negative controls: Schuemie et al. (2014), Statistics in Medicine
        33:209-218. Between-feature spread: DerSimonian and Laird (1986), Controlled Clin. Trials 7.
    """
    from scipy.stats import t

    count = len(placebos)
    if count < FEWEST:
        raise ValueError(f"needs at least {FEWEST} placebo features, got {count}")
    if len(errors) != count or error <= 0 or not np.all(errors > 0):
        raise ValueError("each lift needs a standard error above 0")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    bias = float(placebos.mean())
    spread = max(float(placebos.var(ddof=1) - (errors**2).mean()), 0.0)
    total = sqrt(error**2 + spread + float(placebos.var(ddof=1)) / count)
    margin = float(t.ppf((1 + confidence) / 2, count - 1)) * total
    value = lift - bias
    return Centred(
        value, value - margin, value + margin, bias, 1 + int((placebos > lift).sum()), count + 1
    )


def is_confounded(earlier: Effect) -> bool:
    """Whether use "changes" what happened before it: a negative control.

    The same adjustment with an outcome from before the first use must find nothing. If its interval
    excludes 0, people differed already, and the lift afterwards is not the feature's. Finding
    nothing proves little: motivation may have come later.

    Args:
        earlier: The adjusted difference of the earlier outcome.

    References:
        Lipsitch, Tchetgen Tchetgen and Cohen (2010), Epidemiology 21:383-388.
    """
    return earlier.low > 0 or earlier.high < 0
