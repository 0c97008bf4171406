"""R's random numbers: set.seed, the Mersenne Twister and normals by inversion.

Published results of R packages start from them. R Core Team, "R: a language and environment for
statistical computing", ?RNG; src/main/RNG.c and snorm.c.
"""

import numpy as np
from scipy.special import ndtri

LARGE = 134217728  # 2^27, by which inversion takes two draws for one normal
SCRAMBLES = 50


def generator(seed: int) -> np.random.MT19937:
    """The state that set.seed(seed) leaves."""
    state, words = seed & 0xFFFFFFFF, []
    for _ in range(SCRAMBLES):
        state = (69069 * state + 1) & 0xFFFFFFFF
    for _ in range(625):
        state = (69069 * state + 1) & 0xFFFFFFFF
        words.append(state)
    twister = np.random.MT19937(0)
    changed = twister.state
    changed["state"] = {"key": np.array(words[1:], dtype=np.uint32), "pos": 624}
    twister.state = changed
    return twister


def normals(twister: np.random.MT19937, count: int) -> np.ndarray:
    """rnorm(count)."""
    uniform = twister.random_raw(2 * count).astype(float) * 2.3283064365386963e-10
    uniform = np.clip(uniform, 0.5 * 2.328306437080797e-10, 1 - 0.5 * 2.328306437080797e-10)
    whole = (LARGE * uniform[0::2]).astype(np.int64)
    return ndtri((whole + uniform[1::2]) / LARGE)


def causal_impact_vignette() -> tuple[np.ndarray, np.ndarray]:
    """Response without its effect, and control, of the vignette of R's CausalImpact.

    set.seed(1); x1 <- 100 + arima.sim(model = list(ar = 0.999), n = 100)
    y <- 1.2 * x1 + rnorm(100)
    """
    from scipy.signal import lfilter

    twister = generator(1)
    burn_in = normals(twister, 5998)  # arima.sim: 1 + ceiling(6 / log(1 / .999))
    innovations = normals(twister, 100)
    control = 100 + lfilter([1], [1, -0.999], np.concatenate([burn_in, innovations]))[5998:]
    return 1.2 * control + normals(twister, 100), control
