"""Churn on real enrolments and customers: published totals, and counts made another way.

Enrolments of the Open University (Kuzilek, Hlosta and Zdrahal 2017, Sci Data 4:170171, CC BY 4.0)
are subscriptions: registered, and sometimes unregistered, on a day relative to the module's start.
"""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from metrics.rates import rate
from metrics.revenue import NEVER, PRESETS, Rules, Spans, bridge, history, retained
from metrics.survival import Lifetimes, kaplan_meier
from tests import telco

DATA = Path(__file__).parents[2] / "shared" / "data"
needs_oulad = pytest.mark.skipif(
    not (DATA / "oulad_student_registration.parquet").is_file(),
    reason="needs the enrolments of OULAD beside the project",
)
KEYS = ["code_module", "code_presentation"]
STARTS = {"2013B": date(2013, 2, 1), "2013J": date(2013, 10, 1),
          "2014B": date(2014, 2, 1), "2014J": date(2014, 10, 1)}  # fmt: skip
EPOCH = date(1970, 1, 1)


def enrolments() -> pl.DataFrame:
    """One row per enrolment: student, result, days of registration, unregistration and end."""
    registered = pl.read_parquet(DATA / "oulad_student_registration.parquet")
    students = pl.read_parquet(DATA / "oulad_student.parquet")
    courses = pl.read_parquet(DATA / "oulad_course.parquet")
    joined = registered.join(students, on=[*KEYS, "id_student"]).join(courses, on=KEYS)
    starts = {name: (first - EPOCH).days for name, first in STARTS.items()}
    return joined.with_columns(
        pl.col("code_presentation").replace_strict(starts, return_dtype=pl.Int64).alias("start")
    )


@needs_oulad
def test_enrolments_are_those_published() -> None:
    rows = enrolments()
    assert (len(rows), rows["id_student"].n_unique()) == (32_593, 28_785)
    results = {"Pass": 12_361, "Withdrawn": 10_156, "Fail": 7_052, "Distinction": 3_024}
    assert dict(rows["final_result"].value_counts().iter_rows()) == results


@needs_oulad
def test_survival_of_enrolments_is_the_share_not_withdrawn() -> None:
    # Who has not withdrawn is seen to the module's end (day 234 and later): up to there nobody
    # drops out of sight, and the curve is a share that can be counted.
    rows = enrolments().filter(~(pl.col("date_unregistration") <= 0).fill_null(value=False))
    left = rows["date_unregistration"].to_numpy().astype(float)
    is_event = ~np.isnan(left)
    ends = rows["module_presentation_length"].to_numpy().astype(float)
    curve = kaplan_meier(Lifetimes(np.where(is_event, left, ends), is_event))
    for day in (14, 60, 120, 230):
        stayed = int((~(left <= day)).sum())
        assert curve.at(day).value == pytest.approx(stayed / len(rows), abs=1e-12)
    # Without censoring the interval is near that of a share.
    low, high = curve.at(120).low, curve.at(120).high
    plain = rate(int((~(left <= 120)).sum()), len(rows))
    assert (low, high) == pytest.approx((plain.low, plain.high), abs=1e-4)


def subscriptions() -> tuple[Spans, pl.DataFrame]:
    rows = enrolments().filter(pl.col("date_registration").is_not_null())
    begin = (rows["start"] + rows["date_registration"]).to_numpy()
    planned = (rows["start"] + rows["module_presentation_length"]).to_numpy()
    left = (rows["start"] + rows["date_unregistration"]).fill_null(NEVER).to_numpy()
    ended = np.maximum(np.minimum(planned, left), begin)
    spans = Spans(
        rows["id_student"].to_numpy(), begin, ended, rows["studied_credits"].to_numpy() / 12.0
    )
    table = pl.DataFrame({"who": rows["id_student"], "begin": begin, "end": ended})
    return spans, table.filter(pl.col("begin") < pl.col("end"))


def enrolled(table: pl.DataFrame, day: int) -> set[int]:
    """Who is enrolled just before a day begins."""
    return {*table.filter((pl.col("begin") < day) & (pl.col("end") >= day))["who"].to_list()}


@needs_oulad
@pytest.mark.parametrize("mode", ["net", "event"])
@pytest.mark.parametrize("month", [(2013, 3), (2013, 10), (2014, 2), (2014, 12)])
def test_students_lost_in_a_month_are_those_counted_another_way(
    month: tuple[int, int], mode: Any
) -> None:
    spans, table = subscriptions()
    start, end = ((date(*month, 1) - EPOCH).days + days for days in (0, 28))
    rules = Rules(mode=mode)
    paid = history(spans, rules, as_of=(date(2016, 1, 1) - EPOCH).days)
    found = bridge(paid, start, end, rules=rules)
    before, after = enrolled(table, start), enrolled(table, end)
    assert found.customers_start == len(before)
    assert found.customers_lost == len(before - after)
    assert found.customers_end == len(after)
    assert found.start + found.net_new == pytest.approx(found.end)
    assert retained(paid, start, end).grr <= 1


@needs_oulad
def test_all_presets_agree_where_nothing_divides_them() -> None:
    # Every enrolment ends on the day it is left, nobody pays late, pauses or has a discount.
    spans, _ = subscriptions()
    start = (date(2014, 3, 1) - EPOCH).days
    as_of = (date(2016, 1, 1) - EPOCH).days
    ends = {
        name: bridge(history(spans, rules, as_of=as_of), start, start + 31, rules=rules).end
        for name, rules in PRESETS.items()
    }
    assert len(set(ends.values())) == 1


@telco.needs_telco
def test_churn_of_the_telco_customers_is_that_published() -> None:
    # IBM: 1,869 of 7,043 = 26.54 %; 11 blank TotalCharges.
    seen = telco.lifetimes()
    assert round(100 * rate(int(seen.is_event.sum()), len(seen)).value, 2) == 26.54
    assert int(np.isnan(telco.features()["TotalCharges"]).sum()) == 11
