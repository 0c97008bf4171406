"""Who will buy again: BG/NBD, and MBG/NBD for shops with many one-time buyers."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metrics.purchases.buyers import Buyers, Floats, most_likely, require_horizon

Variant = Literal["bg", "mbg"]


@dataclass(frozen=True, slots=True)
class BetaGeometric:
    """A fitted BG/NBD or MBG/NBD.

    While alive a customer buys at random times at a rate of its own (Gamma over customers); after
    each purchase it dies with a chance of its own (Beta over customers). In the "mbg" variant it
    may die right after the first purchase as well.

    Attributes:
        variant: "bg" or "mbg".
        r: Shape of the Gamma of rates.
        alpha: Its scale, in the unit of time: the mean rate is r ÷ alpha.
        a: First parameter of the Beta of dying.
        b: Its second parameter: the mean chance is a ÷ (a + b).
        log_likelihood: At the fit.
    """

    variant: Variant
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def alive(self, buyers: Buyers) -> Floats:
        """(n,) probability that each customer will ever buy again.

        "bg" gives 1 to everyone who bought only once, by construction: use "mbg" for those.
        """
        return 1 / (1 + self._odds_dead(buyers))

    def expected(self, buyers: Buyers, horizon: float) -> Floats:
        """(n,) purchases to expect of each customer within a time from now.

        Raises:
            ValueError: A horizon below 0.

        References:
            Fader, Hardie and Lee (2005), eq. 10; Batislam et al. (2007), eq. 13.
        """
        require_horizon(horizon)
        from scipy.special import hyp2f1

        one = 1.0 if self.variant == "mbg" else 0.0
        x, passed = buyers.repeats, self.alpha + buyers.observed
        shape = self.a + self.b + x - 1 + one
        shrinks = (passed / (passed + horizon)) ** (self.r + x)
        tail = hyp2f1(self.r + x, self.b + x + one, shape, horizon / (passed + horizon))
        purchases: Floats = shape / (self.a - 1) * (1 - shrinks * tail)
        return purchases * self.alive(buyers)

    def _odds_dead(self, buyers: Buyers) -> Floats:
        x = buyers.repeats
        longer = ((self.alpha + buyers.observed) / (self.alpha + buyers.recency)) ** (self.r + x)
        if self.variant == "mbg":
            return self.a / (self.b + x) * longer
        odds: Floats = np.where(x > 0, self.a / (self.b + np.maximum(x, 1) - 1) * longer, 0.0)
        return odds


def beta_geometric(buyers: Buyers, *, variant: Variant = "bg") -> BetaGeometric:
    """Learn from past purchases who is still a customer, where nobody ever cancels.

    The silent are either gone or between two purchases; only the pattern of all customers can tell
    how likely each is. The model knows no season, no price and no campaign.

    Args:
        buyers: One row per customer.
        variant: "bg", or "mbg", in which one-time buyers may be gone.

    Raises:
        ValueError: No customer, or nobody who came back.

    References:
        Fader, Hardie and Lee (2005), "Counting your customers the easy way", Marketing Science
        24:275-284. Batislam, Denizel and Filiztekin (2007), IJRM 24:201-209 (MBG).

    Examples:
        >>> chance = np.random.default_rng(1)
        >>> times = np.where(chance.random(400) < 0.5, chance.uniform(1, 30, 400), 0)
        >>> fit = beta_geometric(Buyers((times > 0) * 1.0, times, np.full(400, 39.0)))
        >>> fit.variant, fit.r > 0
        ('bg', True)
    """
    distinct, weights = buyers.distinct()
    if not np.any(distinct.repeats > 0):
        raise ValueError("nobody came back: there is no pattern to learn")
    parameters, best = most_likely(
        lambda point: _log_likelihood(point, distinct, variant), weights,
        (1.0, float(np.average(distinct.observed, weights=weights)), 1.0, 1.0),
    )  # fmt: skip
    r, alpha, a, b = (float(one) for one in parameters)
    return BetaGeometric(variant, r, alpha, a, b, best)


def _log_likelihood(point: NDArray[np.float64], buyers: Buyers, variant: Variant) -> Floats:
    """(n,) of each row; eq. 6 of Fader, Hardie and Lee, eq. 7 of Batislam et al."""
    from scipy.special import betaln, gammaln

    r, alpha, a, b = point
    x = buyers.repeats
    one = 1.0 if variant == "mbg" else 0.0
    buying = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    alive = betaln(a, b + x + one) - betaln(a, b) - (r + x) * np.log(alpha + buyers.observed)
    dead = betaln(a + 1, np.maximum(b + x - 1 + one, 1e-300)) - betaln(a, b)
    dead = dead - (r + x) * np.log(alpha + buyers.recency)
    can_be_dead = np.ones(len(buyers)) if variant == "mbg" else x > 0
    found: Floats = buying + np.where(can_be_dead, np.logaddexp(alive, dead), alive)
    return found
