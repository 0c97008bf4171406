"""Enrolments of the Open University as subscriptions, against a recount of the raw files.

OULAD (Kuzilek, Hlosta, Zdrahal 2017, CC BY 4.0) lies beside the project, not in it.
"""

from collections.abc import Iterator
from datetime import date

import polars as pl
import pytest

from metrics.revenue import Rules
from queries import Segment, Workspace
from reports.churn_lifetimes import lives
from reports.known import known
from reports.revenue_bridge import revenue_report
from reports.revenue_spans import paid_spans
from tests.test_real_workspaces import DATA, built

pytestmark = pytest.mark.skipif(
    not (DATA / "oulad_student.parquet").is_file(), reason=f"the real data are not in {DATA}"
)
EVERYBODY = Segment()
EVENTS = Rules(mode="event")


@pytest.fixture(scope="module")
def oulad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield built("oulad", tmp_path_factory.mktemp("oulad"), monkeypatch)


@pytest.fixture(scope="module")
def enrolments() -> pl.DataFrame:
    """Recount: `student, started, ended` (null: stayed), in days of the calendar."""
    presentation = pl.col("code_presentation")
    month = pl.when(presentation.str.ends_with("B")).then(2).otherwise(10)
    start = pl.date(presentation.str.slice(0, 4).cast(pl.Int32), month, 1)
    rows = pl.read_parquet(DATA / "oulad_student_registration.parquet")
    return rows.filter(pl.col("date_registration").is_not_null()).select(
        pl.col("id_student").cast(pl.String).alias("student"),
        (start + pl.duration(days="date_registration")).alias("started"),
        (start + pl.duration(days="date_unregistration")).alias("ended"),
    )


def paying_on(enrolments: pl.DataFrame, day: date) -> dict[str, int]:
    """Enrolments of each student that run just before a day."""
    runs = (pl.col("started") < day) & (pl.col("ended").is_null() | (pl.col("ended") >= day))
    whole = pl.col("ended").is_null() | (pl.col("ended") > pl.col("started"))
    return dict(enrolments.filter(runs & whole).group_by("student").len().iter_rows())


def test_every_month_equals_the_recount(oulad: Workspace, enrolments: pl.DataFrame) -> None:
    rows = revenue_report(oulad, EVERYBODY, months=36).months.rows
    assert rows.height > 30
    for row in rows.iter_rows(named=True):
        before = paying_on(enrolments, row["month"])
        after = paying_on(enrolments, row["month_end"])
        assert row["start"] == sum(before.values()), row["month"]
        assert row["end"] == sum(after.values()), row["month"]
        assert row["accounts_start"] == len(before)
        assert row["accounts_lost"] == len(before.keys() - after.keys())


@pytest.mark.parametrize("rules", [Rules(), EVENTS], ids=["net", "event"])
def test_start_and_movements_make_the_end(oulad: Workspace, rules: Rules) -> None:
    rows = revenue_report(oulad, EVERYBODY, rules=rules, months=36).months.rows
    moved = rows.select(
        pl.sum_horizontal("start", "new", "reactivation", "expansion", "contraction", "churn")
        - pl.col("end")
    ).to_series()
    assert moved.abs().max() == 0


def test_students_who_left_equal_the_recount(oulad: Workspace, enrolments: pl.DataFrame) -> None:
    found = lives(
        paid_spans(oulad, EVERYBODY),
        rules=Rules(grace_days=0),
        data_start=known(oulad).data_start,
    )
    entered = found.table.filter(pl.col("entry") == 0)
    whole = enrolments.filter(
        pl.col("ended").is_null() | (pl.col("ended") > pl.col("started"))
    )
    left = {
        student
        for (student,), spans in whole.group_by("student")
        if _first_end(spans.sort("started")) is not None
    }
    seen = set(entered.filter(pl.col("left").is_not_null())["account_id"])
    assert seen <= left
    # Those who are not seen leaving left before leavers were recorded, or after the last day.
    assert len(left) - len(seen) < 0.02 * len(left)


def _first_end(spans: pl.DataFrame) -> date | None:
    """The first day on which none of a student's enrolments runs any more."""
    until: date | None = None
    for started, ended in spans.select("started", "ended").iter_rows():
        if until is not None and started > until:
            return until
        if ended is None:
            return None
        until = ended if until is None else max(until, ended)
    return until
