"""Requests of the service: hourly buckets of latency by route, version and status."""

from statistics import NormalDist

import numpy as np
import polars as pl

from sample_data.chance import Floats, Ints, stream
from sample_data.clock import DAYS, midnight, moment, number
from sample_data.product import Product, Route
from sample_data.releases import completed_on
from sample_data.truths import planted

PER_EVENT = 6  # requests behind one event
BUCKETS = 10  # equally full slices of the latency distribution
FAILING = 0.003  # share of requests that fail on an ordinary day
FINE = 2_000  # steps of a route's latency table
_Z = [NormalDist().inv_cdf((step + 0.5) / FINE) for step in range(FINE)]
HOURS = DAYS * 24


def request_rows(product: Product, by_hour: Ints, seed: int) -> pl.DataFrame:
    """Requests of all routes, in order of time.

    Args:
        product: The product.
        by_hour: Events of each UTC hour since the first day: load follows use.
        seed: Seed of the demo.
    """
    versions = _versions(product)
    frames = [
        _route_rows(route, by_hour, versions, stream(seed, route.route)) for route in product.routes
    ]
    return pl.concat(frames).sort("occurred_at", maintain_order=True)


def _versions(product: Product) -> list[tuple[str, Ints, Floats]]:
    """(version, hours in which it serves, share of the requests it serves)."""
    hours = np.arange(HOURS)
    share = np.zeros((len(product.releases) + 1, HOURS), dtype=np.float64)
    share[0] = 1
    for position, release in enumerate(product.releases, start=1):
        begins = number(release.day) * 24 + 6
        length = max(1, (completed_on(release) - number(release.day)) * 24)
        reached = np.clip((hours - begins) / length, 0, 1)
        share[:position] *= 1 - reached
        share[position] = reached
    names = ["4.3", *(release.version for release in product.releases)]
    serving = (np.flatnonzero(row > 0.02) for row in share)
    return [
        (name, hour, share[position][hour])
        for position, (name, hour) in enumerate(zip(names, serving, strict=True))
    ]


def _route_rows(
    route: Route,
    by_hour: Ints,
    versions: list[tuple[str, Ints, Floats]],
    rng: np.random.Generator,
) -> pl.DataFrame:
    total = by_hour * PER_EVENT * route.share
    load = _load(by_hour)
    frames = []
    for version, hour, share in versions:
        count = (total[hour] * share).astype(np.int64)
        slow, errors = _troubles(route, version, hour)
        median = route.median_ms * slow * _slowdown(route, load[hour])
        failed = np.minimum(count, (count * errors + rng.random(len(hour))).astype(np.int64))
        frames.append(_buckets(route, version, hour, (count - failed, median, 200), rng))
        frames.append(_buckets(route, version, hour, (failed, median * 2, 503), rng))
    return pl.concat(frames)


def _load(by_hour: Ints) -> Floats:
    """Load of the last four weeks against the first four, at each hour."""
    total = np.concatenate([[0], np.cumsum(by_hour)])
    width = 28 * 24
    ends = np.maximum(np.arange(HOURS), width)
    load: Floats = (total[ends] - total[ends - width]) / max(1, total[width])
    return load


def _slowdown(route: Route, load: Floats) -> Floats:
    capacity = planted("capacity")
    if route.route != capacity["route"]:
        return np.ones_like(load)
    factor: Floats = 1 + capacity["slowdown"] * np.maximum(load - 1, 0)
    return factor


def _troubles(route: Route, version: str, hour: Ints) -> tuple[Floats, Floats]:
    """Factor of the latency and share of failures, hour by hour."""
    slow, errors = np.ones(len(hour)), np.full(len(hour), FAILING)
    outage, good, bad = planted("outage"), planted("good_release"), planted("bad_release")
    at = midnight(0) + hour * 3_600_000
    is_out = (at >= moment(outage["starts_at"])) & (at < moment(outage["ends_at"]))
    slow[is_out] *= outage["latency_factor"]
    errors[is_out] = outage["error_share"]
    if route.route == good["route"] and _at_least(version, good["release"]):
        slow *= good["latency_factor"]
    if route.route == bad["route"] and version == bad["release"]:
        slow *= bad["latency_factor"]
        errors = np.maximum(errors, bad["error_share"])
    return slow, errors


def _at_least(version: str, other: str) -> bool:
    first, second = ([int(part) for part in text.split(".")] for text in (version, other))
    return first >= second


def _buckets(
    route: Route, version: str, hour: Ints, what: tuple[Ints, Floats, int], rng: np.random.Generator
) -> pl.DataFrame:
    """Each hour's requests in equally full slices of a lognormal, one latency drawn from each."""
    count, median, status = what
    slices = np.minimum(BUCKETS, count)
    row = np.repeat(np.arange(len(hour)), slices)
    place = np.arange(len(row)) - np.repeat(np.cumsum(slices) - slices, slices)
    in_slice = count[row] // slices[row] + (place < count[row] % slices[row])
    at = (place + rng.random(len(row))) / slices[row]
    factor = np.array([round(2.718281828459045 ** (route.spread * z), 6) for z in _Z])
    latency = median[row] * factor[(at * FINE).astype(np.int64)]
    return pl.DataFrame(
        {
            "occurred_at": pl.Series(midnight(0) + hour[row] * 3_600_000).cast(pl.Datetime("ms")),
            "route": pl.repeat(route.route, len(row), eager=True),
            "duration_ms": np.round(latency, 1),
            "status": pl.repeat(status, len(row), dtype=pl.Int16, eager=True),
            "app_version": pl.repeat(version, len(row), eager=True),
            "count": in_slice,
        }
    )
