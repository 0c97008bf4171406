"""How RECALIBRATION was learned: on products that no table judges."""

from collections.abc import Iterator

import numpy as np

from bench.calibration.diagnosis.counting import product
from bench.calibration.diagnosis.scoring import answers, together
from bench.calibration.diagnosis.worlds import WORLDS, World
from metrics.diagnosis import ProductCounts, diagnose
from metrics.diagnosis.signature import RECALIBRATION

FIRST_SEED = 500_000  # tables start elsewhere
PRODUCTS = 6  # of each world
LEARNED_ON = ("base", "hard", "null", "rare", "many")  # the others show what it is worth there
CAUTION = 0.035  # pull towards no change, about half the way: worlds disagree about the sign


def learned(products: int = PRODUCTS) -> tuple[float, float]:
    """Shift and slope of log odds that fit the flagged features of these worlds alike."""
    from scipy.optimize import minimize

    made = _made({name: WORLDS[name] for name in LEARNED_ON}, products)
    kept = together([answers(diagnose(counts), severity) for counts, severity in made])
    flagged = kept.is_flagged
    shown, truth = kept.probability[flagged].ravel(), kept.truth[flagged].ravel()
    inside = np.clip(shown, 1e-6, 1 - 1e-6)
    raw = (np.log(inside / (1 - inside)) - RECALIBRATION[0]) / RECALIBRATION[1]

    def loss(point: np.ndarray) -> float:
        odds = point[0] + point[1] * raw
        caution = CAUTION * (point[0] ** 2 + (point[1] - 1) ** 2)
        return float(np.logaddexp(0, np.where(truth, -odds, odds)).mean()) + caution

    shift, slope = minimize(loss, [0.0, 1.0], method="Nelder-Mead").x
    return round(float(shift), 2), round(float(slope), 2)


def _made(worlds: dict[str, World], products: int) -> Iterator[tuple[ProductCounts, np.ndarray]]:
    for place, world in enumerate(worlds.values()):
        for number in range(products):
            counts, plan = product(world, FIRST_SEED + 100 * place + number)
            yield counts, plan.severity


if __name__ == "__main__":
    print(learned())
