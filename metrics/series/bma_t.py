"""BMA-t: what a daily series would have been, averaged over how its noise may remember.

A regression on known columns with noise of unknown memory: AR(1) with φ of 0, 0.1, …, 0.9, or
white noise on a random walk with 13 ratios of their variances. Each kind of noise is fitted by
generalised least squares; its prediction is a Student t, its weight the marginal likelihood under
flat priors of coefficients and log scale. Nothing is sampled: equal data give equal answers.

Everything but the values depends on the calendar only: `factored` does the work once, and thousands
of series then cost two products of matrices a kind of noise.

References:
    Harville (1974), Biometrika 61:383-385, and Berger, De Oliveira and Sansó (2001), JASA
    96:1361-1374, eq. 5 (the weight |V|^-½ |F'V⁻¹F|^-½ S^-(n−p)/2 of a covariance, coefficients and
    scale integrated out). Handcock and Stein (1993), Technometrics 35:403-410, eq. 4 (Student t
    prediction given the covariance). Hoeting et al. (1999), Stat. Sci. 14:382-417 (averaging).
"""

from dataclasses import dataclass

import numpy as np

from metrics.series.calendar import Days, Floats
from metrics.series.mixture import Predictions

PERSISTENCE = np.arange(10) / 10  # φ of AR(1)
DRIFT = np.logspace(-4, 0, 13)  # variance of a step of the random walk over that of white noise
FEWEST_DAYS = 28  # complete days below which there is no verdict
GOOD_DAYS = 84
AT_ONCE = 256  # series whose residuals are in memory together
FORGOTTEN = 1e-25  # a correlation below this changes no digit, but slows arithmetic down
NO_NOISE = 1e-18  # of the values' own size: what is left of it is rounding


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """One kind of noise, factored for the training days and the wanted sums.

    Attributes:
        residuals: (n, n) makes whitened residuals of the values.
        locations: (m, n) makes predictions of the values.
        variances: (m,) of the predictions, per unit of noise.
        log_weight: What the calendar alone says of this kind's likelihood, with its prior.
        covariance: (m, m) of the predictions, per unit of noise; its diagonal is `variances`.
    """

    residuals: Floats
    locations: Floats
    variances: Floats
    log_weight: float
    covariance: Floats

    def joint(self) -> Floats:
        """(m, m) lower factor of the covariance: makes noise of several sums that go together."""
        # A trace of rounding would otherwise make sums that repeat each other indefinite.
        slack = 1e-12 * np.trace(self.covariance) / len(self.covariance)
        return np.linalg.cholesky(self.covariance + slack * np.eye(len(self.covariance)))


@dataclass(frozen=True, slots=True, eq=False)
class Factored:
    """The engine, ready for every series of one calendar.

    Attributes:
        kinds: One for each kind of noise.
        degrees: Training days less columns: degrees of freedom.
    """

    kinds: tuple[Noise, ...]
    degrees: int

    def predict(self, values: Floats) -> Predictions:
        """What the wanted sums would be, for many series at once.

        Args:
            values: (s, n) known values of s series on the training days, on the working scale.

        Raises:
            ValueError: Values of another length, or unknown ones.
        """
        days = self.kinds[0].residuals.shape[1]
        if values.ndim != 2 or values.shape[1] != days:
            raise ValueError(f"values must be series × {days} days, got {values.shape}")
        if not np.all(np.isfinite(values)):
            raise ValueError("values must be finite: leave unknown days out of the calendar")
        squares = self._squares(values)
        floor = NO_NOISE * (values**2).sum(axis=1)
        is_constant = squares[0] <= floor
        squares = np.where(is_constant, 1.0, squares)
        prior = np.array([one.log_weight for one in self.kinds])[:, None]
        log_weights = prior - self.degrees / 2 * np.log(squares)
        weights = np.exp(log_weights - log_weights.max(axis=0))
        scales = [
            np.sqrt(square[:, None] / self.degrees * one.variances)
            for square, one in zip(squares, self.kinds, strict=True)
        ]
        return Predictions(
            weights=(weights / weights.sum(axis=0)).T,
            locations=np.stack([values @ one.locations.T for one in self.kinds], axis=1),
            scales=np.stack(scales, axis=1),
            degrees=self.degrees,
            is_constant=is_constant,
        )

    def _squares(self, values: Floats) -> Floats:
        """(k, s) sums of squared residuals by kind of noise, some series at a time."""
        together = np.concatenate([one.residuals for one in self.kinds])
        found = np.empty((len(self.kinds), len(values)))
        for first in range(0, len(values), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            residuals = (together @ values[some].T).reshape(len(self.kinds), -1, len(values[some]))
            found[:, some] = np.einsum("kns,kns->ks", residuals, residuals)
        return found


def factored(days: Days, columns: Floats, training: int, sums: Floats) -> Factored:
    """Prepare predictions of sums over days to come, from the calendar alone.

    Misleads when the event itself changed a control, when the noise has other memory than these
    kinds (a season that the columns lack), and after a lasting shift inside the training days,
    which widens everything for as long as it stays there.

    Args:
        days: (n + h,) calendar days, rising, training days first; gaps are allowed.
        columns: (n + h, p) regressors of the same days, as from `regressors`.
        training: n, more than p + 1.
        sums: (m, h) weights of the days to come in each wanted sum; 1/h each is their mean.

    Raises:
        ValueError: Shapes that do not fit, too few training days, or columns that repeat another.

    Examples:
        >>> days = np.arange("2026-01-01", "2026-02-06", dtype="datetime64[D]")
        >>> engine = factored(days, np.ones((36, 1)), 35, np.ones((1, 1)))
        >>> values = np.array([[1.0, -1.0] * 17 + [1.0]])
        >>> engine.predict(values).means.shape
        (1, 1)
    """
    if columns.shape[0] != len(days) or sums.shape[1] != len(days) - training:
        raise ValueError(
            f"{len(days)} days, {training} of them known, do not fit columns of "
            f"{columns.shape} and sums of {sums.shape}"
        )
    if training < columns.shape[1] + 2:
        raise ValueError(f"{columns.shape[1]} columns need more than {training} training days")
    if np.linalg.matrix_rank(columns[:training]) < columns.shape[1]:
        raise ValueError("a column repeats others within the training days")
    kinds = tuple(
        noise(covariance, prior, columns, training, sums)
        for covariance, prior in _covariances(days)
    )
    return Factored(kinds, training - columns.shape[1])


def _covariances(days: Days) -> list[tuple[Floats, float]]:
    """Each kind's covariance of all days up to scale, and its prior (halves, evenly split)."""
    at = days.astype("datetime64[D]").astype(np.float64)
    at = at - at[0] + 1
    apart = np.abs(at[:, None] - at[None, :])
    walked = np.minimum(at[:, None], at[None, :])
    faded = [np.where(phi**apart < FORGOTTEN, 0.0, phi**apart) for phi in PERSISTENCE]
    kinds = [(one, 0.5 / len(PERSISTENCE)) for one in faded]
    return kinds + [(np.eye(len(at)) + ratio * walked, 0.5 / len(DRIFT)) for ratio in DRIFT]


def noise(
    covariance: Floats, prior: float, columns: Floats, training: int, sums: Floats
) -> Noise:
    """Factor one kind of noise: its residuals, predictions and weight, as products of matrices.

    Args:
        covariance: (n + h, n + h) of all days, up to scale.
        prior: Chance of this kind before the data, or any weight in proportion to it.
        columns: (n + h, p) regressors.
        training: n.
        sums: (m, h), as in `factored`.
    """
    known, coming = slice(0, training), slice(training, None)
    lower = np.linalg.cholesky(covariance[known, known])
    whitening = _inverse(np.asarray(lower, dtype=np.float64))
    basis, triangle = np.linalg.qr(whitening @ columns[known])
    whitened_sums = whitening @ covariance[known, coming] @ sums.T
    carried = whitened_sums.T @ whitening  # what residuals of training days say of the sums
    gap = sums @ columns[coming] - carried @ columns[known]
    steady = np.linalg.solve(triangle.T, gap.T)
    together = (
        sums @ covariance[coming, coming] @ sums.T
        - whitened_sums.T @ whitened_sums
        + steady.T @ steady
    )
    sizes = np.concatenate([np.diag(lower), np.abs(np.diag(triangle))])
    return Noise(
        residuals=whitening - basis @ (basis.T @ whitening),
        locations=steady.T @ basis.T @ whitening + carried,
        variances=np.diag(together).copy(),
        log_weight=float(np.log(prior) - np.log(sizes).sum()),
        covariance=together,
    )


def _inverse(lower: Floats) -> Floats:
    """Of a lower triangle: a twentieth of the time that a matrix of any shape takes."""
    from scipy.linalg import lapack

    inverse, _ = lapack.dtrtri(lower.T, lower=0)
    return np.asarray(inverse.T)


def noise_names() -> tuple[str, ...]:
    """What each kind of noise is called, in the order of the weights."""
    remembering = [f"AR(1), φ = {phi:.1f}" for phi in PERSISTENCE]
    return (*remembering, *(f"random walk, ratio {ratio:.2g}" for ratio in DRIFT))
