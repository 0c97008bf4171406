"""Chance that gives the same numbers on every machine.

Decisions compare a uniform number with a probability; spreads come from tables of whole numbers.
Exponentials of random numbers are avoided: processors differ in their last bit, and so would the
bytes of the demo.
"""

from statistics import NormalDist
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]

STEPS = 4096  # entries of a spread table: rarest value about once in 4,000
_QUANTILES = [NormalDist().inv_cdf((step + 0.5) / STEPS) for step in range(STEPS)]


def stream(seed: int, subject: str, day: int = 0) -> np.random.Generator:
    """A generator of its own for each subject and day, so that none disturbs another."""
    entropy = [seed, crc32(subject.encode()), day + 10_000]
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(entropy)))


def spread(sigma: float) -> Ints:
    """Quantiles of a lognormal with median 1 and shape `sigma`, in thousandths."""
    return np.array([round(1000 * 2.718281828459045 ** (sigma * z)) for z in _QUANTILES])


def scattered(medians: Ints, table: Ints, rng: np.random.Generator) -> Ints:
    """`medians` times a random entry of a `spread` table each, in whole numbers."""
    picks = rng.integers(0, STEPS, size=len(medians), dtype=np.uint16)
    return medians * table[picks] // 1000


def chances(count: int, rng: np.random.Generator) -> Floats:
    """`count` uniform numbers in [0, 1)."""
    return rng.random(count, dtype=np.float32)


def mixed(keys: npt.NDArray[np.uint32], salt: int) -> Floats:
    """A uniform number per key that depends on nothing but key and salt (a hash split)."""
    bits = keys ^ np.uint32((salt * 2_654_435_761) & 0xFFFFFFFF)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        bits = (bits ^ (bits >> np.uint32(shift))) * np.uint32(factor)
    bits = bits ^ (bits >> np.uint32(16))
    return ((bits >> np.uint32(8)).astype(np.float32)) * np.float32(2.0**-24)
