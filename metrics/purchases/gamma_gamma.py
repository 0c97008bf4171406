"""How much a buyer spends on average, when few purchases are known."""

from dataclasses import dataclass

import numpy as np

from metrics.purchases.buyers import Floats, most_likely


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """A fitted Gamma-Gamma model of the mean value of a purchase.

    Attributes:
        p: Shape of the values around a customer's own mean.
        q: Shape of the scale over customers; above 1 for a mean to exist.
        v: Scale, in money.
        log_likelihood: At the fit.
    """

    p: float
    q: float
    v: float
    log_likelihood: float

    @property
    def mean(self) -> float | None:
        """Mean value over all customers, p·v ÷ (q − 1); None when q is not above 1."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else None

    def expected(self, purchases: Floats, mean_value: Floats) -> Floats:
        """(n,) mean value to expect of each customer: their own, pulled towards everybody's.

        Args:
            purchases: (n,) how many each mean is taken over; 0: everybody's mean.
            mean_value: (n,) their mean; of no account where there are none.

        References:
            Fader and Hardie (2013), "The Gamma-Gamma model of monetary value", eq. 5.
        """
        total = self.v + purchases * mean_value
        value: Floats = self.p * total / (self.p * purchases + self.q - 1)
        return value


def gamma_gamma(purchases: Floats, mean_value: Floats) -> GammaGamma:
    """Learn how values differ within and between customers, from those with repeat purchases.

    It takes value and frequency as independent: check that they hardly correlate, or big spenders
    who buy often are undervalued.

    Args:
        purchases: (n,) how many purchases each mean is taken over, 1 or more.
        mean_value: (n,) mean value of a purchase, above 0.

    Raises:
        ValueError: Values outside these ranges, or nobody.

    References:
        Fader, Hardie and Lee (2005), "RFM and CLV", J. Marketing Research 42:415-430.
        Fader and Hardie (2013), "The Gamma-Gamma model of monetary value", eq. 1a.
    """
    if len(purchases) != len(mean_value):
        raise ValueError(f"got {len(purchases)} counts but {len(mean_value)} values")
    if np.any(purchases < 1) or np.any(mean_value <= 0):
        raise ValueError("needs customers with one purchase or more, of values above 0")
    x, m = purchases.astype(np.float64), mean_value.astype(np.float64)

    def log_likelihood(point: Floats) -> Floats:
        from scipy.special import gammaln

        p, q, v = point
        shapes = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
        found: Floats = (
            shapes + (p * x - 1) * np.log(m) + p * x * np.log(x) - (p * x + q) * np.log(v + x * m)
        )
        return found

    start = (1.0, 2.0, float(m.mean()) if len(m) else 1.0)
    parameters, best = most_likely(log_likelihood, np.ones(len(x)), start)
    p, q, v = (float(one) for one in parameters)
    return GammaGamma(p, q, v, best)
