"""`python -m bench.funnel`: the funnel's kernel on an invented log, its time and memory.

Goal: four steps, 10 million step events and a window of 7 days in under 1.5 s, below 1.5 GiB.
"""

import resource
from datetime import timedelta

import click
import numpy as np

from bench.timing import timed
from metrics.funnel import Funnel, Log, attempts

DAYS, MICROSECONDS_A_DAY = 90, 86_400_000_000
SHARES = (0.4, 0.3, 0.2, 0.1)  # of the events, by step
GIBIBYTE = 2**30


def invented_log(events: int, users: int, *, seed: int = 1) -> Log:
    """Events of people at any moment of 90 days, in the order a kernel wants."""
    chance = np.random.default_rng(seed)
    keys = chance.integers(0, users, events) << 43
    keys |= chance.integers(0, DAYS * MICROSECONDS_A_DAY, events)
    keys.sort()
    fits = np.array([1, 2, 4, 8], dtype=np.uint8)[chance.choice(4, events, p=SHARES)]
    return Log((keys >> 43).astype(np.int32), keys & ((1 << 43) - 1), fits)


@click.command()
@click.option("--events", default=10_000_000, show_default=True)
@click.option("--users", default=1_000_000, show_default=True)
@click.option("--runs", default=7, show_default=True)
def main(events: int, users: int, runs: int) -> None:
    """Time each order of steps, and say the most memory the process ever held."""
    log = invented_log(events, users)
    for order in ("ordered", "strict", "any"):
        funnel = Funnel(4, order=order, window=timedelta(days=7))
        found, timing = timed(lambda: attempts(log, funnel), runs=runs)  # noqa: B023
        counts = [int((found.levels > step).sum()) for step in range(4)]
        click.echo(f"{order:8} best {timing.best:.2f} s, median {timing.median:.2f} s  {counts}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    click.echo(f"peak memory {peak / GIBIBYTE:.2f} GiB, the log itself included")


if __name__ == "__main__":
    main()
