"""What people do without a model: look for the biggest drop, or for the lowest z."""

from collections.abc import Sequence

import numpy as np

from metrics.diagnosis import ProductDiagnosis

RUNG = {"reach": 0, "trial": 0, "success": 1, "repetition": 2}  # which cause each rung stands for


def biggest_drop(found: ProductDiagnosis) -> np.ndarray:
    """Per feature, the cause of the rung with the smallest share of all rungs."""
    shares = _shares(found)
    return np.array(list(RUNG.values()))[shares.argmin(axis=1)]


def lowest_z(found: ProductDiagnosis) -> np.ndarray:
    """Per feature, the cause of the rung lowest against the product's mean, in sampling errors."""
    seen = found.seen
    columns = [seen.names.index(name) for name in RUNG]
    shares = np.clip(_shares(found), 1e-4, 1 - 1e-4)
    logits = np.log(shares / (1 - shares))
    z = (logits - logits.mean(axis=0)) / np.sqrt(seen.variance[:, columns])
    return np.array(list(RUNG.values()))[z.argmin(axis=1)]


def _shares(found: ProductDiagnosis) -> np.ndarray:
    seen = found.seen
    columns = [seen.names.index(name) for name in RUNG]
    return seen.seen[:, columns] / np.maximum(seen.of[:, columns], 1)


def rightly_named(named: Sequence[np.ndarray], truth: np.ndarray, which: np.ndarray) -> float:
    """Share of features with one planted cause that a baseline names."""
    choice = np.concatenate(list(named))
    single = which & (truth.sum(axis=1) == 1)
    return float(truth[np.arange(len(choice)), choice][single].mean())
