"""What kinds of products are simulated, and what is planted in them."""

from dataclasses import dataclass, replace

import numpy as np

CAUSES = ("unseen", "unnoticed", "usability", "worthless", "niche")
PAIRS = (
    ("unseen", "usability"), ("unseen", "worthless"), ("unnoticed", "usability"),
    ("unnoticed", "worthless"), ("usability", "worthless"), ("usability", "niche"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """How the products of one world are made.

    Attributes:
        title: As the table says it.
        users: Of one product.
        features: Of one product.
        single: Lowest and highest share of features with one planted cause.
        double: Share of features with two.
        severity: Smallest and largest fault, logits of the trait it acts on.
        spread: Natural standard deviation of each trait between healthy features, logits.
        freedom: Degrees of freedom of that spread (t); None: normal.
        complexity: How far a complexity trait makes features harder and more valuable, logits.
        mislabelled: Share of features with the wrong type in the dictionary.
        kinds_differ: Whether the four types have base rates of their own.
        need_by_activity: Logits of need per standard deviation of activity.
        motivation: Logits per standard deviation of the hidden motivation.
        activity: Mean sessions of a user in the window.
        losing: Share of features that lose 10-40 % of their exposures.
        doubling: Share of features that log exposures nobody had.
        causes: Relative frequency of the five causes.
    """

    title: str
    users: int = 50_000
    features: int = 60
    single: tuple[float, float] = (0.2, 0.4)
    double: float = 0.1
    severity: tuple[float, float] = (0.7, 2.6)
    spread: float = 0.3
    freedom: float | None = None
    complexity: float = 0.0
    mislabelled: float = 0.0
    kinds_differ: bool = False
    need_by_activity: float = 0.0
    motivation: float = 0.3
    activity: float = 16.0
    losing: float = 0.0
    doubling: float = 0.0
    causes: tuple[float, ...] = (1.0, 1.0, 2.0, 1.0, 1.0)


BASE = World("base")
HARD = World(
    "hard", freedom=4.0, spread=0.23, complexity=0.2, mislabelled=0.1, kinds_differ=True,
    need_by_activity=0.5, motivation=0.5, losing=0.2, doubling=0.15,
)  # fmt: skip
CLEAN = {"single": (0.0, 0.0), "double": 0.0}
WORLDS = {
    "base": BASE,
    "hard": HARD,
    "null": replace(HARD, title="no planted fault", **CLEAN),
    "null-heavy": replace(HARD, title="no planted fault, heavier tails", freedom=3.0, **CLEAN),
    "thin": replace(HARD, title="1,000 users", users=1_000),
    "rare": replace(HARD, title="few faults", single=(0.03, 0.08), double=0.0),
    "many": replace(HARD, title="many faults", single=(0.5, 0.6), double=0.15),
    "mild": replace(HARD, title="mild faults", severity=(0.5, 1.2)),
    "wide": replace(HARD, title="wider natural spread", spread=0.33),
    "idle": replace(HARD, title="less active users", activity=6.0),
    "mislabelled": replace(HARD, title="30 % mislabelled", mislabelled=0.3),
    "mostly-value": replace(HARD, title="mostly value", causes=(0.5, 0.5, 0.5, 3.0, 2.0)),
}


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What one product's features truly are.

    Attributes:
        kind: Index of the true type, (F,).
        label: Index of the type in the dictionary.
        traits: Logits of each trait before faults, by name.
        severity: (F, 5) logits of each planted cause; 0: not planted.
        lost: Share of exposures lost.
        phantom: Share of other sessions with an exposure that nobody had.
        restricted: Lowest plan that may use it, 0 to 2.
    """

    kind: np.ndarray
    label: np.ndarray
    traits: dict[str, np.ndarray]
    severity: np.ndarray
    lost: np.ndarray
    phantom: np.ndarray
    restricted: np.ndarray


# Trait logits by type: core, periodic, one-off, admin.
TYPICAL = {
    "reach": (-1.6, -2.1, -2.4, -2.6),
    "notice": (-1.5, -1.7, -1.6, -1.9),
    "need": (0.4, 0.0, 0.2, -0.8),
    "ease": (1.6, 1.3, 1.0, 1.2),
    "value": (0.6, 0.3, -0.8, 0.1),
    "cadence": (-0.6, -1.3, -2.2, -1.8),
    "seconds": (3.4, 4.2, 4.6, 4.0),
}


def planned(world: World, rng: np.random.Generator) -> Plan:
    """Draw the features of one product."""
    count = world.features
    kind = rng.choice(4, size=count, p=(0.4, 0.3, 0.12, 0.18))
    traits = {
        name: np.array(by_kind)[kind if world.kinds_differ else np.zeros(count, dtype=int)]
        + _natural(world, rng)
        for name, by_kind in TYPICAL.items()
    }
    complexity = rng.normal(size=count) * world.complexity
    traits["ease"] = traits["ease"] - complexity
    traits["value"] = traits["value"] + complexity
    traits["seconds"] = traits["seconds"] + 0.5 * complexity
    wrong = rng.random(count) < world.mislabelled
    label = np.where(wrong, (kind + rng.integers(1, 4, count)) % 4, kind)
    losing, doubling = rng.random(count) < world.losing, rng.random(count) < world.doubling
    return Plan(
        kind, label, traits, severities(world, rng),
        np.where(losing, rng.uniform(0.1, 0.4, count), 0.0),
        np.where(doubling & ~losing, rng.uniform(0.05, 0.4, count), 0.0),
        np.where(rng.random(count) < 0.2, rng.integers(1, 3, count), 0),
    )  # fmt: skip


def _natural(world: World, rng: np.random.Generator) -> np.ndarray:
    if world.freedom is None:
        return rng.normal(0, world.spread, world.features)
    return world.spread * rng.standard_t(world.freedom, world.features)


def severities(world: World, rng: np.random.Generator) -> np.ndarray:
    """(F, 5) planted faults."""
    severity = np.zeros((world.features, len(CAUSES)))
    share, odds = rng.uniform(*world.single), np.array(world.causes)
    for row in severity:
        u = rng.random()
        if u < share:
            row[rng.choice(len(CAUSES), p=odds / odds.sum())] = rng.uniform(*world.severity)
        elif u < share + world.double:
            for cause in PAIRS[rng.integers(len(PAIRS))]:
                row[CAUSES.index(cause)] = rng.uniform(*world.severity)
    return severity
