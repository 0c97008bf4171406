"""The header of every query, held to every word on real rows."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from queries import Answer, Workspace, names
from queries.contract import Contract, contract
from tests.tiny_workspaces import RANDOM_SETUP, Setup, random_rows, workspace_of

WATERMARK = date(2026, 3, 15)

POLARS_TYPE: dict[str, pl.DataType] = {
    "bigint": pl.Int64(), "boolean": pl.Boolean(), "date": pl.Date(), "double": pl.Float64(),
    "integer": pl.Int32(), "timestamp": pl.Datetime("us"), "varchar": pl.String(),
}  # fmt: skip

# A value for each parameter, by its name, with which every query has rows to give.
VALUES: dict[str, Any] = {
    "above_seconds": -1.0,
    "apdex_ms": 300.0,
    "group_by": "route",
    "before_days": 28,
    "launch_on": date(2026, 2, 4),
    "limit_ms": 400.0,
    "release": "one",
    "routes": [],
    "share": 0.999,
    "touched": ["none"],
    "version": "1.0",
    "cap": 0.9,
    "covariates": ["weekly_active_users"],
    "covariate_days": 28,
    "covariate_seconds": 28 * 86_400.0,
    "cohort_end": date(2026, 2, 9),
    "cohort_start": date(2026, 2, 2),
    "compared_end": date(2026, 2, 16),
    "compared_start": date(2026, 1, 19),
    "dimension": "platform",
    "experiment": "test",
    "from_day": date(2026, 1, 1),
    "from_day_number": 0,
    "part": "web",
    "to_day_number": 1_000,
    "variants": [],
    "is_below": False,
    "is_everybody": True,
    "data_start": date(2026, 1, 5),
    "end_date": date(2026, 3, 16),
    "events": [],
    "feature": "reports",
    "features": ["reports"],
    "first_interval": 1,
    "from_periods": 1,
    "one_in": 1,
    "grain": "week",
    "horizon_days": 14,
    "interval_days": 7,
    "is_first_time": True,
    "is_narrowed": False,
    "is_on_or_after": False,
    "is_once": False,
    "is_segment_fixed": False,
    "is_split": False,
    "last_interval": 4,
    "least_seconds": 0.0,
    "metric": "events",
    "metrics": ["events", "active_users"],
    "min_events": 1,
    "min_returns": 1,
    "most_rows": 5,
    "once_metrics": ["active_users"],
    "skip_days": 0,
    "skip_seconds": 0.0,
    "started_at": datetime(2026, 2, 3, 23, 30),  # noqa: DTZ001 - UTC without zone, as in tables
    "to_day": date(2026, 4, 1),
    "unit": "user",
    "until_at": datetime(2026, 3, 16),  # noqa: DTZ001
    "window_seconds": 7 * 86_400.0,
    "names": ["saved", "reports"],
    "active_since": date(2026, 2, 1),
    "period_end": date(2026, 3, 16),
    "period_start": date(2026, 3, 9),
    "previous_start": date(2026, 3, 2),
    "reason": "user_id is null or blank",
    "return_events": [],
    "returns_from": date(2026, 2, 9),
    "returns_until": date(2026, 2, 16),
    "segment_value": "All users",
    "split_on": date(2026, 3, 1),
    "span_starts": ["1", "3"],
    "start_date": date(2026, 1, 19),
    "start_events": ["opened"],
    "state": "retained",
    "table_name": "events",
    "to_periods": 7,
    "up_to_seconds": 1e9,
    "watermark": WATERMARK,
    "window_days": 28,
    # A path's
    "direction": "from",
    "first_place": 1,
    "most_links": 50,
    "node_count": 5,
    "path_anchor": "",
    "path_first": "",
    "path_repeats": "consecutive",
    "path_visit": "session",
    "place": 1,
    "source": "opened",
    "target": "",
    "through": [],
    "within_us": 86_400 * 10**6,
    # A funnel's
    "attempt": "furthest",
    "attribution": "first_touch",
    "attribution_step": 1,
    "candidates": ["opened"],
    "counting": "unique",
    "exclusion_1": ["ping"],
    "exclusion_2": [],
    "exclusion_3": [],
    "exclusion_spans": ["1: 1 to 2"],
    "from_step": 1,
    "grace_us": 0,
    "least_step": 2,
    "most_step": 2,
    "order": "ordered",
    "read_names": ["opened", "ping", "saved"],
    "read_from": date(2026, 1, 19),
    "read_until": date(2026, 3, 16),
    "ripe_before_us": 10**12,
    "step_1": ["opened"],
    "step_2": ["saved"],
    "step_3": [],
    "step_4": [],
    "step_5": [],
    "step_6": [],
    "step_7": [],
    "step_8": [],
    "step_count": 2,
    "to_step": 2,
    "window_us": 14 * 86_400 * 10**6,
    # A diagnosis's
    "fifth_1": 1.0,
    "fifth_2": 2.0,
    "fifth_3": 4.0,
    "fifth_4": 8.0,
    "least_spans": 2,
    "least_weeks": 3,
    "monthly": [],
    "known_from": date(2026, 1, 26),
    "on_rung": "eligible",
    "use_from": date(2026, 2, 9),
    "use_until": date(2026, 2, 23),
    "with_abandoned": [],
    # Adoption's and feedback's
    "adopted_from": date(2026, 1, 5),
    "end_at": datetime(2026, 3, 16),  # noqa: DTZ001
    "entered_from": date(2026, 1, 5),
    "adopted_within": 28,
    "entered_until": date(2026, 2, 9),
    "habit_days": 7,
    "least_users": 2,
    "most_days": 28,
    "pairs": ["one: reports"],
    "rung": "tried",
    "fate": "newcomers",
    "highest": 10.0,
    "lowest": 0.0,
    "needs_words": True,
    "scales": [],
    "is_varying": False,
    "user_id": "u01",
    "recent_from": date(2026, 2, 16),
    "live_since": ["2026-01-05"],
    "start_at": datetime(2026, 1, 19),  # noqa: DTZ001
    "tried_by_any": ["reports"],
    "tried_by_opening": [],
    "within_days": 28,
    "without_ends": ["reports"],
}
PYTHON_TYPE = {
    "bigint": int, "boolean": bool, "date": date, "double": float, "integer": int,
    "timestamp": datetime, "varchar": str, "varchar[]": list,
}  # fmt: skip


def setup() -> Setup:
    moment = datetime(2026, 2, 3, 23, 30, tzinfo=UTC)
    releases = pl.DataFrame({"release": ["one"], "released_at": [moment], "features": ["reports"]})
    experiments = pl.DataFrame({"experiment": ["test"], "started_at": [moment]})
    requests = pl.DataFrame(
        {"occurred_at": [moment] * 3, "route": ["/a", "/a", "/b"], "status": [200, 503, None],
         "duration_ms": [100.0, 900.0, None], "app_version": ["1.0", "1.1", "1.0"]}
    )  # fmt: skip
    subscriptions = pl.DataFrame(
        {"account_id": ["a1", "a2"], "started_at": [moment] * 2, "ended_at": [None, moment],
         "mrr": [9.0, 5.0]}
    )  # fmt: skip
    feedback = pl.DataFrame(
        {"user_id": ["u01", "u02", "u03"], "said_at": [moment] * 3, "score": [9.0, 4.0, None],
         "scale": ["nps", "csat", None], "text": ["good", "fine", "words only"],
         "feature": [None, "reports", None]}
    )  # fmt: skip
    rollouts = pl.DataFrame(
        {"release": ["one"] * 3, "unit_id": ["u01", "a2", "nobody"], "reached_at": [moment] * 3}
    )
    units = [f"u{n:02}" for n in range(4)] + ["unknown"]
    exposures = pl.DataFrame(
        {"experiment": ["test"] * 5 + ["beside"], "unit_id": [*units, "u00"],
         "variant": ["a", "b", "a", "b", "a", "c"], "exposed_at": [moment] * 6,
         "platform": ["web", "ios", None, "web", "web", "web"]}
    )  # fmt: skip
    work_items = pl.DataFrame({"key": ["T-1"], "state": ["open"], "created_at": [moment]})
    return Setup(
        exclude=RANDOM_SETUP.exclude,
        event_dimensions=RANDOM_SETUP.event_dimensions,
        user_dimensions=RANDOM_SETUP.user_dimensions,
        users=RANDOM_SETUP.users,
        tables={
            "releases": releases,
            "experiments": experiments,
            "exposures": exposures,
            "feedback": feedback,
            "rollouts": rollouts,
            "subscriptions": subscriptions,
            "requests": requests,
            "work_items": work_items,
        },
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    nobody = ("", "opened", "2026-01-05T00:00:00Z", {})
    sight = {"feature": "reports", "action": "exposed"}
    shown = ("u01", "reports_exposed", "2026-02-10T12:00:00Z", sight)
    folder: Path = tmp_path_factory.mktemp("contracts")
    return workspace_of(folder, [*random_rows(1), nobody, shown], setup(), watermark=WATERMARK)


@pytest.fixture(params=names())
def promise(request: pytest.FixtureRequest) -> Contract:
    return contract(request.param)


def ask(workspace: Workspace, promise: Contract, by: str | None = None) -> Answer:
    return workspace.ask(promise.name, by=by, **parameters(promise))


def parameters(promise: Contract) -> dict[str, Any]:
    return {field.name: VALUES[field.name] for field in promise.parameters}


def breakdowns(promise: Contract) -> Iterator[str | None]:
    yield None
    if promise.can_be_broken_down:
        yield from ("platform", "plan")


def test_parameters_have_the_promised_types(promise: Contract) -> None:
    for field in promise.parameters:
        assert type(VALUES[field.name]) is PYTHON_TYPE[field.type], field.name


def test_columns_are_as_promised(workspace: Workspace, promise: Contract) -> None:
    expected = {column.name: POLARS_TYPE[column.type] for column in promise.columns}
    for by in breakdowns(promise):
        assert dict(ask(workspace, promise, by).rows.schema) == expected


def test_key_is_unique(workspace: Workspace, promise: Contract) -> None:
    for by in breakdowns(promise):
        rows = ask(workspace, promise, by).rows
        assert rows.select(promise.key).is_duplicated().sum() == 0


def test_there_are_rows_to_judge(workspace: Workspace, promise: Contract) -> None:
    assert not ask(workspace, promise).rows.is_empty()


def test_breakdown_says_everybody_without_a_dimension(
    workspace: Workspace, promise: Contract
) -> None:
    if promise.can_be_broken_down:
        assert ask(workspace, promise).rows["segment"].unique().to_list() == ["All users"]


def test_text_that_ran_gives_the_same_rows_alone(workspace: Workspace, promise: Contract) -> None:
    answer = ask(workspace, promise)
    again = pl.DataFrame(pl.from_arrow(workspace.engine.query(answer.sql, answer.parameters)))
    # Threads add up fractions in another order each time.
    assert_frame_equal(again, answer.rows, rel_tol=1e-9, abs_tol=1e-12)
