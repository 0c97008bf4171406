"""Two tools on the same data: each line is what one choice moved, and they add up."""

from datetime import UTC, date, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from metrics.revenue import PRESETS, Rules
from queries import Segment, Workspace
from reports.revenue_reconciliation import complete_months, reconciliation_report
from tests.demo_accounts import make_demo_accounts
from tests.test_reports_churn import paying, span

EVERYBODY = Segment()
FEBRUARY = date(2026, 2, 1)
FIGURES = ("start", "new", "reactivation", "expansion", "contraction", "churn", "end",
           "gross_churn_share", "net_churn_share", "logo_churn_share")  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_demo_accounts(tmp_path_factory.mktemp("demo"))


@pytest.mark.parametrize("pair", list(permutations(PRESETS, 2)), ids=" to ".join)
def test_lines_add_up_from_one_preset_to_another(demo: Workspace, pair: tuple[str, str]) -> None:
    first, second = (PRESETS[name] for name in pair)
    for month in complete_months(demo, EVERYBODY)[:12]:
        found = reconciliation_report(demo, EVERYBODY, first=first, second=second, month=month)
        rows = found.lines.rows
        assert rows["line"][0] == "From"
        assert rows["line"][-1] == "To"
        for figure in FIGURES:
            *parts, end = rows[figure].to_list()
            assert sum(parts) == pytest.approx(end), (month, figure)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def churn(workspace: Workspace, rules: Rules, month: date = FEBRUARY) -> float:
    found = reconciliation_report(workspace, EVERYBODY, first=rules, second=rules, month=month)
    return float(found.lines.rows["churn"][0])


def test_churn_is_dated_as_the_rules_say(tmp_path: Path) -> None:
    # Said so in January, ended in the billing system in February, paid until March.
    workspace = paying(
        tmp_path,
        span("acme", "2025-12-01", "2026-03-10", 9.0, scheduled_at=at("2026-01-20"),
             cancelled_at=at("2026-02-10")),
        span("bolt", "2025-12-01", None, 5.0, scheduled_at=None, cancelled_at=None),
    )  # fmt: skip
    january = date(2026, 1, 1)
    assert churn(workspace, Rules(churn_date="cancelled")) == -9.0
    assert churn(workspace, Rules(churn_date="paid_end")) == 0.0
    assert churn(workspace, Rules(churn_date="scheduled")) == 0.0
    assert churn(workspace, Rules(churn_date="scheduled"), january) == -9.0


def test_an_unpaid_bill_may_come_within_the_grace(tmp_path: Path) -> None:
    # Due on 10 February, paid 20 days later.
    workspace = paying(
        tmp_path,
        span("acme", "2025-12-01", "2026-02-10", 9.0, ending="unpaid"),
        span("acme", "2026-03-02", None, 9.0, ending=None),
    )
    assert churn(workspace, Rules(grace_days=30)) == 0.0
    assert churn(workspace, Rules(grace_days=15)) == -9.0


def test_a_pause_counts_as_the_rules_say(tmp_path: Path) -> None:
    workspace = paying(
        tmp_path,
        span("acme", "2025-12-01", "2026-02-10", 9.0, ending="Paused"),
        span("acme", "2026-03-10", None, 9.0, ending=None),
    )
    assert churn(workspace, Rules(pause="churn")) == -9.0
    assert churn(workspace, Rules(pause="keep")) == 0.0


def test_discounts_can_be_ignored(tmp_path: Path) -> None:
    workspace = paying(tmp_path, span("acme", "2025-12-01", "2026-02-10", 9.0, list_mrr=12.0))
    assert churn(workspace, Rules(discount="ignore")) == -12.0
    assert churn(workspace, Rules(discount="deduct")) == -9.0


def test_choices_that_the_data_cannot_tell_apart_are_named(demo: Workspace) -> None:
    found = reconciliation_report(
        demo, EVERYBODY, first=PRESETS["Tidemark"], second=PRESETS["ChartMogul"]
    )
    caveats = " ".join(found.lines.caveats)
    for column in ("cancelled_at", "ending", "list_mrr"):
        assert column in caveats


def moves(key: str | None, joined: str = "2026-02-12", won: float = 48.0) -> list[dict[str, Any]]:
    return [
        span("old", "2025-12-01", "2026-02-10", 50.0, account_key=key),
        span("new", joined, None, won, account_key=key),
        span("stays", "2025-12-01", None, 1.0, account_key="other.example"),
    ]


def test_a_move_to_another_account_is_flagged(tmp_path: Path) -> None:
    workspace = paying(tmp_path, *moves("acme.example"))
    found = reconciliation_report(workspace, EVERYBODY, first=Rules(), second=Rules())
    assert found.migrations.rows.rows() == [
        ("old", "new", "acme.example", date(2026, 2, 10), date(2026, 2, 12), 50.0, 48.0)
    ]
    # Flagged, and still counted.
    assert churn(workspace, Rules()) == -50.0


@pytest.mark.parametrize(
    "spans",
    [moves(None), moves("acme.example", "2026-03-14"), moves("acme.example", won=30.0)],
    ids=["no key", "32 days later", "pays much less"],
)
def test_what_is_no_move_is_not_flagged(tmp_path: Path, spans: list[dict[str, Any]]) -> None:
    workspace = paying(tmp_path, *spans)
    found = reconciliation_report(workspace, EVERYBODY, first=Rules(), second=Rules())
    assert found.migrations.is_empty


def test_a_build_from_before_a_column_was_known_is_still_read(tmp_path: Path) -> None:
    workspace = paying(tmp_path, span("acme", "2025-12-01", "2026-02-10", 9.0))
    snapshot = workspace.snapshot
    assert snapshot is not None
    (part,) = snapshot.partitions["subscriptions"]
    path = tmp_path / ".tidemark" / part.file
    pl.read_parquet(path).drop("cancelled_at", "account_key").write_parquet(path)
    assert churn(workspace, Rules()) == -9.0


def test_without_a_complete_month_there_is_nothing_to_compare(tmp_path: Path) -> None:
    workspace = paying(tmp_path, span("acme", "2026-03-01", None, 9.0))
    found = reconciliation_report(workspace, EVERYBODY, first=Rules(), second=Rules())
    assert (found.month, found.lines.is_empty, found.presets.is_empty) == (None, True, True)
