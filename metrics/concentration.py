"""Whether use, or revenue, hangs on a few."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MOST_OF_IT = 0.8


@dataclass(frozen=True, slots=True)
class Concentration:
    """How unequally something is spread over features or customers.

    Attributes:
        gini: 0: all equal; (n − 1) ÷ n: all with one. None when there is nothing.
        gini_corrected: gini × n ÷ (n − 1), which reaches 1; None with fewer than two.
        hhi: Sum of squared shares (Herfindahl-Hirschman): 1 ÷ n to 1; None when there is nothing.
        head: The smallest share of them that makes 80 %; None when there is nothing.
    """

    gini: float | None
    gini_corrected: float | None
    hhi: float | None
    head: float | None


def concentration(amounts: Sequence[float], *, most: float = MOST_OF_IT) -> Concentration:
    """Do a few make most of it?

    Those with nothing belong in: leaving unused features out makes use look even.

    Args:
        amounts: One for each feature or customer, 0 or more.
        most: What "most" is, above 0 and at most 1.

    Raises:
        ValueError: A negative or unknown amount, or `most` outside its range.

    References:
        Gini (1912), Variabilità e mutabilità. Hirschman (1964), AER 54:761. The head: Pendo,
        "Product benchmarks" (feature adoption: share of features that make 80 % of clicks).

    Examples:
        >>> found = concentration([0, 0, 0, 0, 10])
        >>> found.gini, found.gini_corrected, found.hhi, found.head
        (0.8, 1.0, 1.0, 0.2)
    """
    if not 0 < most <= 1:
        raise ValueError(f"most must be above 0 and at most 1, got {most}")
    ascending = np.sort(np.asarray(amounts, dtype=np.float64))
    if not np.all(np.isfinite(ascending) & (ascending >= 0)):
        raise ValueError("amounts must be 0 or more")
    total, count = float(ascending.sum()), len(ascending)
    if total == 0:
        return Concentration(None, None, None, None)
    ranks = np.arange(1, count + 1)
    gini = float(((2 * ranks - count - 1) * ascending).sum() / (count * total))
    reached = np.cumsum(ascending[::-1]) >= most * total * (1 - 1e-12)
    return Concentration(
        gini=gini,
        gini_corrected=gini * count / (count - 1) if count > 1 else None,
        hhi=float(((ascending / total) ** 2).sum()),
        head=(int(reached.argmax()) + 1) / count,
    )
