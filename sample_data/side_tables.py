"""Writes the nine tables beside events, one Parquet file each."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from sample_data.activity import World
from sample_data.chance import Ints, chances, stream
from sample_data.clock import DAY_MS, ENDS_AT, midnight, moment
from sample_data.event_files import account_ids
from sample_data.experiments import VARIANTS, experiment_rows
from sample_data.releases import release_rows
from sample_data.revenue import subscription_rows
from sample_data.service import request_rows
from sample_data.work import work_rows

MOMENT = pl.Datetime("ms")
DELETED = 0.02  # share of users who asked to be removed after they left


def write_side_tables(folder: Path, world: World, by_hour: Ints) -> None:
    """Write users, subscriptions, releases and the others into `folder`."""
    accounts = account_ids(len(world.accounts.users))
    ids = accounts.to_pylist()
    subscriptions = subscription_rows(world.product, world.accounts, world.people, ids, world.seed)
    tables = {
        "users": _users(world),
        "subscriptions": _frame(subscriptions),
        "exposures": _exposures(world),
        "experiments": _frame(experiment_rows(world.product)),
        "releases": _frame(release_rows(world.product)),
        "rollouts": _rollouts(world),
        "requests": request_rows(world.product, by_hour, world.seed),
        "feedback": _feedback(world),
        "work_items": _frame(work_rows(world.product, world.seed)),
    }
    for name, frame in tables.items():
        pq.write_table(
            frame.to_arrow(), folder / f"{name}.parquet", compression="zstd", store_schema=False
        )


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    moments = [name for name in frame.columns if name.endswith("_at")]
    return frame.with_columns(pl.col(moments).cast(MOMENT))


def _users(world: World) -> pl.DataFrame:
    people, accounts, product = world.people, world.accounts, world.product
    rng = stream(world.seed, "users")
    at = (
        midnight(0)
        + people.signed_up.astype(np.int64) * DAY_MS
        + rng.integers(7, 17, len(people)) * 3_600_000
    )
    before = world.first_seen - rng.integers(30_000, 300_000, len(people))
    signed_up_at = np.minimum(at, before)
    leaves = chances(len(people), rng) < DELETED
    left_at = (
        midnight(0)
        + people.ends.astype(np.int64) * DAY_MS
        + rng.integers(8, 17, len(people)) * 3_600_000
    )
    deleted = leaves & (left_at + 20 * DAY_MS < moment(ENDS_AT)) & (people.ends > 0)
    sizes = accounts.size_names()
    return pl.DataFrame(
        {
            "user_id": people.ids.to_pylist(),
            "signed_up_at": pl.Series(signed_up_at).cast(MOMENT),
            "account_id": _named(account_ids(len(sizes)).to_pylist(), people.account),
            "deleted_at": pl.Series(left_at + 20 * DAY_MS).cast(MOMENT),
            "country": _named([c.code for c in product.countries], people.country),
            "role": _named(product.roles, people.role),
            "company_size": _named(sizes, people.account),
            "industry": _named(product.industries, accounts.industry[people.account]),
            "channel": _named(product.channels, accounts.channel[people.account]),
        }
    ).with_columns(pl.when(pl.Series(deleted)).then("deleted_at").alias("deleted_at"))


def _named(names: list[str], positions: Ints) -> pl.Series:
    return pl.Series(names).gather(positions.astype(np.uint32))


def _exposures(world: World) -> pl.DataFrame:
    names = [experiment.name for experiment in world.product.experiments]
    parts = [part for part in world.exposures if len(part.user)]
    at = np.concatenate([part.at for part in parts])
    frame = pl.DataFrame(
        {
            "experiment": _named(
                names, np.concatenate([np.full(len(p.user), p.experiment) for p in parts])
            ),
            "unit_id": _named(
                world.people.ids.to_pylist(), np.concatenate([part.user for part in parts])
            ),
            "variant": _named(list(VARIANTS), np.concatenate([part.is_treated for part in parts])),
            "exposed_at": pl.Series(at).cast(MOMENT),
            "platform": _named(
                world.product.platforms, np.concatenate([part.platform for part in parts])
            ),
        }
    )
    return _until_the_end(frame, "exposed_at")


def _rollouts(world: World) -> pl.DataFrame:
    contacts = world.rollouts.contacts
    versions = [release.version for release in world.product.releases]
    frame = pl.DataFrame(
        {
            "release": _named(
                versions, np.concatenate([np.full(len(user), r) for r, user, _ in contacts])
            ),
            "unit_id": _named(
                world.people.ids.to_pylist(), np.concatenate([user for _, user, _ in contacts])
            ),
            "reached_at": pl.Series(np.concatenate([at for *_, at in contacts])).cast(MOMENT),
        }
    )
    return _until_the_end(frame, "reached_at")


def _feedback(world: World) -> pl.DataFrame:
    columns = world.voices.table(world.people.ids.to_pylist())
    frame = pl.DataFrame(columns).filter(pl.col("said_at") >= midnight(0))
    return _until_the_end(frame.with_columns(pl.col("said_at").cast(MOMENT)), "said_at")


def _until_the_end(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    ends = ENDS_AT.replace(tzinfo=None)
    return frame.filter(pl.col(column) < ends).sort(column, maintain_order=True)
