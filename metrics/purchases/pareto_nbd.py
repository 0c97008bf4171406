"""Who will buy again, when customers leave at any moment and not only after a purchase."""

from dataclasses import dataclass

import numpy as np

from metrics.purchases.buyers import Buyers, Floats, most_likely, require_horizon


@dataclass(frozen=True, slots=True)
class ParetoNbd:
    """A fitted Pareto/NBD.

    Attributes:
        r: Shape of the Gamma of purchase rates.
        alpha: Its scale, in the unit of time.
        s: Shape of the Gamma of rates of leaving.
        beta: Its scale, in the unit of time.
        log_likelihood: At the fit.
    """

    r: float
    alpha: float
    s: float
    beta: float
    log_likelihood: float

    def alive(self, buyers: Buyers) -> Floats:
        """(n,) probability that each customer is still one, the one-time buyers included."""
        point = np.array([self.r, self.alpha, self.s, self.beta])
        alive, dead = _log_terms(point, buyers)
        probability: Floats = 1 / (1 + np.exp(dead - alive))
        return probability

    def expected(self, buyers: Buyers, horizon: float) -> Floats:
        """(n,) purchases to expect of each customer within a time from now.

        Raises:
            ValueError: A horizon below 0.
        """
        require_horizon(horizon)
        passed = self.beta + buyers.observed
        rate = (self.r + buyers.repeats) / (self.alpha + buyers.observed)
        # (1 − y^(s − 1)) ÷ (s − 1), which is −log y in the limit s = 1.
        log_share = np.log(passed / (passed + horizon))
        lasting = -np.expm1((self.s - 1) * log_share) / (self.s - 1) if self.s != 1 else -log_share
        purchases: Floats = rate * passed * lasting * self.alive(buyers)
        return purchases


def pareto_nbd(buyers: Buyers) -> ParetoNbd:
    """Learn who is still a customer, where leaving has nothing to do with buying.

    Args:
        buyers: One row per customer.

    Raises:
        ValueError: No customer, or nobody who came back.

    References:
        Schmittlein, Morrison and Colombo (1987), Management Science 33:1-24. Fader and Hardie
        (2005), "A note on deriving the Pareto/NBD model and related expressions".
    """
    distinct, weights = buyers.distinct()
    if not np.any(distinct.repeats > 0):
        raise ValueError("nobody came back: there is no pattern to learn")
    scale = float(np.average(distinct.observed, weights=weights))

    def log_likelihood(point: Floats) -> Floats:
        from scipy.special import gammaln

        r, alpha, s, beta = point
        alive, dead = _log_terms(point, distinct)
        buying = gammaln(r + distinct.repeats) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
        found: Floats = buying + np.logaddexp(alive, dead)
        return found

    parameters, best = most_likely(log_likelihood, weights, (1.0, scale, 1.0, scale))
    r, alpha, s, beta = (float(one) for one in parameters)
    return ParetoNbd(r, alpha, s, beta, best)


def _log_terms(point: Floats, buyers: Buyers) -> tuple[Floats, Floats]:
    """Logs of the two ways to have bought like this: still alive, and dead by now."""
    from scipy.special import hyp2f1

    r, alpha, s, beta = point
    x, recency, observed = buyers.repeats, buyers.recency, buyers.observed
    total = r + s + x
    alive = -(r + x) * np.log(alpha + observed) - s * np.log(beta + observed)
    larger = max(alpha, beta)
    second = s + 1 if alpha >= beta else r + x

    def term(time: Floats) -> tuple[Floats, Floats]:
        ratio = abs(alpha - beta) / (larger + time)
        return np.log(hyp2f1(total, second, total + 1, ratio)), total * np.log(larger + time)

    late, late_scale = term(observed)
    early, early_scale = term(recency)
    gap = (late - late_scale) - (early - early_scale)
    with np.errstate(divide="ignore"):
        dead = np.log(s / total) + early - early_scale + np.log(-np.expm1(np.minimum(gap, 0.0)))
    return alive, dead
