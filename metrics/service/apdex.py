"""How satisfied users can be with the speed, as one number from 0 to 1."""

from dataclasses import dataclass

FRUSTRATED_FROM = 4.0  # times the target


@dataclass(frozen=True, slots=True)
class Apdex:
    """Requests by how their user must feel.

    Attributes:
        score: (satisfied + tolerating ÷ 2) ÷ all, 0 to 1; None without requests.
        satisfied: Up to the target.
        tolerating: Up to four times the target.
        frustrated: Slower, or failed.
    """

    score: float | None
    satisfied: int
    tolerating: int
    frustrated: int


def apdex(satisfied: int, tolerating: int, frustrated: int) -> Apdex:
    """The Apdex of counted requests; it says nothing without its target T, so show both.

    Args:
        satisfied: Requests within T seconds that did not fail.
        tolerating: Slower, within 4 T, not failed.
        frustrated: Slower than 4 T, and every failed one, however fast.

    Raises:
        ValueError: A count below 0.

    References:
        Sevcik (2005), "Defining the application performance index"; Apdex Alliance (2007),
        "Application performance index: technical specification 1.1".

    Examples:
        >>> apdex(60, 30, 10).score
        0.75
    """
    counts = (satisfied, tolerating, frustrated)
    if min(counts) < 0:
        raise ValueError(f"counts must be 0 or more, got {counts}")
    score = (satisfied + tolerating / 2) / sum(counts) if sum(counts) else None
    return Apdex(score, *counts)
