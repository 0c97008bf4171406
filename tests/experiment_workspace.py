"""A workspace with one experiment whose every number can be counted by hand."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from queries import Workspace
from tests.tiny_workspaces import Setup, workspace_of

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
END = START + timedelta(days=14)
UNITS = 40
METRICS = """
[metrics.saves]
label = "Saves"
unit = "events"
kind = "count"
where = "event = 'saved'"

[metrics.savers]
label = "Savers"
unit = "percent"
kind = "share"
where = "event = 'saved'"

[metrics.failures]
label = "Failures"
unit = "percent"
better = "lower"
kind = "ratio"
numerator = "cast(event = 'failed' as integer)"
denominator = "cast(event in ('saved', 'failed') as integer)"

[metrics.worth]
label = "Worth of a save"
unit = "currency"
kind = "mean"
where = "event = 'saved'"
value = "value"
"""


def user(number: int) -> str:
    return f"u{number:02}"


def variant_of(number: int) -> str:
    return "treatment" if number % 2 else "control"


def other_variant_of(number: int) -> str:
    return "red" if number // 2 % 2 else "blue"


def exposed_at(number: int) -> datetime:
    """Ten units on each of the first four days, an hour apart from nine o'clock on."""
    return START + timedelta(days=number // 10, hours=9 + number % 10)


def things_done() -> list[tuple[str, str, datetime, float | None]]:
    """Before: some save. After: control units save their number modulo 3, treated ones one more.

    Every seventh saves once more within the hour.
    """
    done: list[tuple[str, str, datetime, float | None]] = []
    for number in range(UNITS):
        since = exposed_at(number)
        if number % 4 < 2:
            done.append((user(number), "saved", since - timedelta(days=5), 2.0))
        done.append((user(number), "opened", since, None))
        done += [
            (user(number), "saved", since + timedelta(days=1 + time), 10.0 + number)
            for time in range(number % 3 + number % 2)
        ]
        if number % 7 == 0:
            done.append((user(number), "saved", since + timedelta(minutes=30), 5.0))
        if number % 5 == 0:
            done.append((user(number), "failed", since + timedelta(days=3), None))
        # After the window of seven days: it must not count.
        done.append((user(number), "saved", since + timedelta(days=7, minutes=1), 1000.0))
    return done


def make_experiment(
    folder: Path,
    *,
    several: int = 1,
    more: Mapping[str, Any] | None = None,
    written: str = "",
    by_account: bool = False,
    has_other: bool = False,
    more_metrics: str = "",
    more_done: Sequence[tuple[str, str, datetime, float | None]] = (),
) -> Workspace:
    """Build it: forty units in two variants, and one more unit that saw both.

    Args:
        folder: Where.
        several: Units that saw both variants.
        more: Columns of the table `experiments` to replace.
        written: The text of `experiments/buttons.toml`; "": there is no such file.
        by_account: Accounts of two users each were exposed, all of them at the start.
        more_metrics: Text behind `METRICS`.
        more_done: Events beside `things_done`.
        has_other: Every second pair of users was in another experiment, too: red, the rest blue.
    """
    exposures = [(user(n), variant_of(n), exposed_at(n), "web" if n % 4 else "ios")
                 for n in range(UNITS)]  # fmt: skip
    if by_account:
        exposures = [(f"a{n}", variant_of(n), START, "web") for n in range(UNITS // 2)]
    for number in range(several):
        exposures += [(f"both{number}", one, START, "web") for one in ("control", "treatment")]
    shown = [("buttons", *one) for one in exposures]
    if has_other:
        shown += [("colours", user(n), other_variant_of(n), exposed_at(n), "web")
                  for n in range(UNITS)]  # fmt: skip
    experiment = {
        "experiment": "buttons", "started_at": START, "ended_at": END,
        "hypothesis": "Larger buttons are pressed more often.", "unit": "user",
        "allocation": "control 50, treatment 50", "control": "control", "primary_metric": "saves",
        "guardrails": "failures", "owner": "Ada",
    } | dict(more or {})  # fmt: skip
    rows = [
        (who, event, at.isoformat(), {"value": worth, "platform": "web"})
        for who, event, at, worth in (*things_done(), *more_done)
    ]
    if written:
        (folder / "experiments").mkdir(parents=True, exist_ok=True)
        (folder / "experiments" / "buttons.toml").write_text(written, encoding="utf-8")
    setup = Setup(
        event_dimensions=("platform",),
        user_dimensions=("plan",),
        users={user(n): {"plan": "free" if n % 3 else "pro", "account_id": f"a{n // 2}"}
               for n in range(UNITS)},
        metrics=METRICS + more_metrics,
        tables={
            "experiments": pl.DataFrame([experiment]),
            "exposures": pl.DataFrame(
                shown,
                schema=["experiment", "unit_id", "variant", "exposed_at", "platform"],
                orient="row",
            ),
        },
    )  # fmt: skip
    return workspace_of(folder, rows, setup, watermark=date(2026, 3, 20))
