"""Several dates: what each wave gained over those not reached yet, put together without bias."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metrics.impact.panel import NEVER, Panel
from metrics.impact.simplex import Floats

Controls = Literal["not-yet-treated", "never-treated"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One wave in one period.

    Attributes:
        group: First treated period of the wave.
        period: The period looked at.
        effect: Its change since just before treatment (before it: since the period before), less
            that of the controls.
        error: Standard error, units as clusters; None with a single unit on a side.
    """

    group: int
    period: int
    effect: float
    error: float | None


@dataclass(frozen=True, slots=True, eq=False)
class GroupTimeEffects:
    """All waves in all periods that have controls.

    Attributes:
        cells: One for each wave and period, in that order; before treatment too.
        influence: (units, cells) what each unit contributes to each effect; their covariance is
            that of the effects.
        sizes: Units of each wave.
        indicators: (units, waves) 1 where a unit belongs to the wave, in the order of `sizes`.
        pretest_p: Were all effects before treatment 0? Wald test, held to an F distribution as
            units are few; None when there are none, or more of them than units can tell. A large
            value is no proof of parallel trends.
        pretest_p_of_many: The same held to its chi-squared limit, as the R package did has it; with
            fewer than some hundred units it finds trends that are not there.
    """

    cells: tuple[Cell, ...]
    influence: Floats
    sizes: dict[int, int]
    indicators: Floats
    pretest_p: float | None
    pretest_p_of_many: float | None

    @property
    def covariance(self) -> Floats:
        """(cells, cells) of the effects."""
        covariance: Floats = self.influence.T @ self.influence / len(self.influence) ** 2
        return covariance


def group_time_effects(
    panel: Panel, *, controls: Controls = "not-yet-treated"
) -> GroupTimeEffects:
    """What each wave gained in each period over units that were not treated then.

    Two-way fixed effects would also compare late waves with early ones, whose effect still grows,
    and can show a loss where every wave gained; this never does.

    Args:
        panel: Units with their first treated period.
        controls: "not-yet-treated" takes later waves too as long as they wait.

    Raises:
        ValueError: Nobody treated, or no controls for any wave and period.

    References:
        Callaway and Sant'Anna (2021), J. Econometrics 225:200-230, eq. 2.2-2.4 (no covariates),
        with a varying base period before treatment, as the R package did has it. Hotelling (1931),
        Ann. Math. Stat. 2:360-378 (the F distribution of a Wald statistic).

    Examples:
        >>> outcomes = np.array([[1, 2, 5.0], [0, 1, 3], [1, 2, 2], [3, 4, 5]])
        >>> found = group_time_effects(Panel(outcomes, np.array([2, 2, -1, -1])))
        >>> [(one.group, one.period, one.effect) for one in found.cells]
        [(2, 1, 0.0), (2, 2, 2.0)]
    """
    cells, influence = [], []
    for group in panel.groups:
        for period in range(1, panel.outcomes.shape[1]):
            base = min(group, period) - 1
            others = _controls(panel, group, max(period, base), controls)
            if not others.any():
                continue
            change = panel.outcomes[:, period] - panel.outcomes[:, base]
            effect, pull, error = _compared(change, panel.first_treated == group, others)
            cells.append(Cell(group, period, effect, error))
            influence.append(pull)
    if not cells:
        raise ValueError("no wave has a unit to be compared with")
    pulls = np.column_stack(influence)
    sizes = {group: int((panel.first_treated == group).sum()) for group in panel.groups}
    members = np.column_stack([panel.first_treated == group for group in panel.groups])
    sides = len(sizes) + bool((panel.first_treated == NEVER).any())
    pretests = _pretests(cells, pulls, len(pulls) - sides)
    return GroupTimeEffects(tuple(cells), pulls, sizes, members.astype(np.float64), *pretests)


def _controls(panel: Panel, group: int, period: int, controls: Controls) -> NDArray[np.bool_]:
    never: NDArray[np.bool_] = panel.first_treated == NEVER
    if controls == "never-treated":
        return never
    waiting: NDArray[np.bool_] = panel.first_treated > period
    is_control: NDArray[np.bool_] = (never | waiting) & (panel.first_treated != group)
    return is_control


def _compared(
    change: Floats, is_treated: NDArray[np.bool_], is_control: NDArray[np.bool_]
) -> tuple[float, Floats, float | None]:
    units, pull = len(change), np.zeros(len(change))
    means = []
    for side, sign in ((is_treated, 1.0), (is_control, -1.0)):
        means.append(float(change[side].mean()))
        pull[side] = sign * units / side.sum() * (change[side] - means[-1])
    has_spread = min(int(is_treated.sum()), int(is_control.sum())) > 1
    error = float(np.sqrt((pull**2).sum())) / units
    return means[0] - means[1], pull, error if has_spread else None


def _pretests(
    cells: list[Cell], pulls: Floats, degrees: int
) -> tuple[float | None, float | None]:
    """By Hotelling's F, and by chi-squared."""
    before = [at for at, cell in enumerate(cells) if cell.period < cell.group]
    if not before or any(cells[at].error is None for at in before):
        return None, None
    effects = np.array([cells[at].effect for at in before])
    covariance = pulls[:, before].T @ pulls[:, before] / len(pulls) ** 2
    count = len(before)
    if np.linalg.matrix_rank(covariance) < count:
        return None, None
    from scipy.special import chdtrc, fdtrc

    distance = float(effects @ np.linalg.solve(covariance, effects))
    of_many, left = float(chdtrc(count, distance)), degrees - count + 1
    if left < 1:
        return None, of_many
    # Variances are taken over n units, not n − 1: the means' own distances, brought to Hotelling's.
    squared = distance * degrees / len(pulls)
    return float(fdtrc(count, left, squared * left / (count * degrees))), of_many
