"""How much to believe a significant result: false positives, exaggeration, and past experience."""

from collections.abc import Sequence
from dataclasses import dataclass

from metrics.experiments.distributions import critical_value, require_fraction
from metrics.experiments.heterogeneity import heterogeneity


@dataclass(frozen=True, slots=True)
class PastEffects:
    """What earlier experiments of a product did: the prior for the next one.

    Attributes:
        experiments: How many were known.
        mean: Mean true effect, in their unit (a lift as a fraction).
        variance: Variance of true effects between experiments, above 0, for `normal_posterior`;
            None when all that was seen could be luck (fewer than two experiments, or no spread).
    """

    experiments: int
    mean: float | None
    variance: float | None


@dataclass(frozen=True, slots=True)
class Exaggeration:
    """What a significant result of an experiment of this size looks like.

    Attributes:
        power: Chance of a significant result.
        wrong_sign: Chance that a significant result points the wrong way (type S).
        ratio: How many times too large a significant result is on average (type M).
    """

    power: float
    wrong_sign: float
    ratio: float


def false_positive_risk(success_rate: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """The chance that a significant win is none, given how often changes really work.

    p = .05 does not mean "5 % wrong": where one change in ten works, more than a fifth of the
    significant wins are luck.

    Args:
        success_rate: Share of changes that truly work, strictly between 0 and 1; from past
            experiments.
        alpha: Two-sided error; a win is its upper half.
        power: Chance that a true effect becomes significant.

    Raises:
        ValueError: An argument lies outside its range.

    References:
        Kohavi, Deng and Vermeer (2022), KDD, "A/B testing intuition busters", table 2. Wacholder
        et al. (2004), JNCI 96:434-442.

    Examples:
        >>> round(false_positive_risk(0.1), 2)
        0.22
    """
    for name, value in (("success_rate", success_rate), ("alpha", alpha), ("power", power)):
        require_fraction(name, value)
    false = alpha / 2 * (1 - success_rate)
    return false / (false + power * success_rate)


def past_effects(
    effects: Sequence[float | None], standard_errors: Sequence[float | None]
) -> PastEffects:
    """The prior that earlier experiments give: how large true effects usually are.

    Take *all* experiments, also those without a result; a list of winners gives a prior that
    shrinks nothing.

    Args:
        effects: Estimated effect of each, on one scale (lifts).
        standard_errors: Theirs, above 0.

    Raises:
        ValueError: As `heterogeneity`.

    References:
        Deng (2015), WWW companion. DerSimonian and Laird (1986), Controlled Clinical Trials
        7:177-188.

    Examples:
        >>> past = past_effects([0.10, 0.30, 0.35, 0.60], [0.1] * 4)
        >>> round(past.mean, 4), round(past.variance, 4)
        (0.3375, 0.0323)
    """
    found = heterogeneity(effects, standard_errors)
    between = found.between_variance
    if not between:
        return PastEffects(found.segments, found.pooled, None)
    pairs = [(e, s) for e, s in zip(effects, standard_errors, strict=True) if e is not None and s]
    weights = [1 / (error**2 + between) for _, error in pairs]
    middle = sum(w * effect for w, (effect, _) in zip(weights, pairs, strict=True)) / sum(weights)
    return PastEffects(found.segments, middle, between)


def exaggeration(true_effect: float, standard_error: float, *, alpha: float = 0.05) -> Exaggeration:
    """How misleading a significant result is when the true effect is small for the experiment.

    With little power, only exaggerated estimates reach significance: the winner's curse. Shrink
    winners with `normal_posterior` and the prior of `past_effects`.

    Args:
        true_effect: An effect that is plausible before looking, not 0.
        standard_error: Of the experiment, above 0.
        alpha: Two-sided error.

    Raises:
        ValueError: true_effect is 0, standard_error not above 0, alpha outside its range.

    References:
        Gelman and Carlin (2014), Perspectives on Psychological Science 9:641-651; closed form of
        Lu, Qiu and Deng (2019), British J. Math. Stat. Psych. 72:1-17.

    Examples:
        >>> found = exaggeration(0.1, 3.28)
        >>> round(found.power, 2), round(found.wrong_sign, 2), round(found.ratio)
        (0.05, 0.46, 77)
    """
    from scipy.special import ndtr
    from scipy.stats import norm

    if true_effect == 0 or standard_error <= 0:
        raise ValueError(f"an effect not 0 and a standard error > 0 are needed, got {true_effect}")
    limit, shift = critical_value(1 - alpha), abs(true_effect) / standard_error
    right, wrong = float(ndtr(shift - limit)), float(ndtr(-shift - limit))
    # Mean of |z| beyond the bounds: each tail of N(shift, 1) has its own closed form.
    size = shift * (right - wrong) + float(norm.pdf(limit - shift) + norm.pdf(limit + shift))
    return Exaggeration(right + wrong, wrong / (right + wrong), size / (right + wrong) / shift)
