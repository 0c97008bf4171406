"""The demo's accounts, people and subscriptions as a workspace of their own: no events but two.

Everything that is planted in subscriptions is in it, and it is made in seconds.
"""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from queries import Workspace, open_workspace
from queries.build import build
from sample_data.accounts import make_accounts
from sample_data.event_files import account_ids
from sample_data.generate import SEED
from sample_data.people import make_people
from sample_data.product import product
from sample_data.revenue import subscription_rows

WATERMARK = datetime(2026, 11, 22, 12, tzinfo=UTC)
SETTINGS = """
[product]
name = "Accounts"
time_zone = "Europe/Berlin"
currency = "EUR"

[activity]
last_day = "complete"

[dimensions]
users = ["channel", "industry"]
events = []
"""


def make_demo_accounts(folder: Path) -> Workspace:
    """A built workspace with the demo's own subscriptions, complete to 22 November 2026."""
    accounts = make_accounts(product(), 1.0, SEED)
    people = make_people(product(), accounts, 1.0, SEED)
    ids = account_ids(len(accounts.users)).to_pylist()
    rows = subscription_rows(product(), accounts, people, ids, SEED)
    moments = [pl.col(name).cast(pl.Datetime("ms")) for name in ("started_at", "ended_at")]
    pl.DataFrame(rows, infer_schema_length=None).with_columns(moments).write_parquet(
        folder / "subscriptions.parquet"
    )
    users = {
        "user_id": people.ids.to_pylist(),
        "account_id": [ids[at] for at in people.account],
        "channel": [product().channels[at] for at in accounts.channel[people.account]],
        "industry": [product().industries[at] for at in accounts.industry[people.account]],
    }
    pl.DataFrame(users).write_parquet(folder / "users.parquet")
    first = datetime(2025, 5, 24, 12, tzinfo=UTC)
    events = {
        "user_id": users["user_id"][:1] * 2,
        "event": ["opened"] * 2,
        "occurred_at": [first, WATERMARK],
    }
    pl.DataFrame(events).write_parquet(folder / "events.parquet")
    (folder / "workspace.toml").write_text(SETTINGS, encoding="utf-8")
    workspace = open_workspace(folder)
    build(workspace)
    return workspace
