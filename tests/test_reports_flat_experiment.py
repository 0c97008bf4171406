"""A result file without a workspace: the published figures of a real experiment, and refusals."""

import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from metrics.experiments import difference, effect, joint_moments, mean_arm, moments
from metrics.experiments import regression_adjusted as adjusted
from queries import QueryError
from queries.flat_results import read_flat
from reports.flat_experiment import FlatQuestion, flat_experiment, guessed_question

HILLSTROM = Path(__file__).parents[2] / "shared" / "data" / "ab_hillstrom.parquet"
MAILS = FlatQuestion("segment", "No E-Mail", ("visit", "conversion", "spend"))


def bytes_of(table: pl.DataFrame, ending: str) -> bytes:
    buffer = io.BytesIO()
    table.write_csv(buffer) if ending == "csv" else table.write_parquet(buffer)
    return buffer.getvalue()


def units(count: int = 400) -> pl.DataFrame:
    chance = np.random.default_rng(7)
    past = chance.normal(10, 2, count)
    group = np.array(["control", "b"])[np.arange(count) % 2]
    return pl.DataFrame(
        {"group": group, "past": past, "spend": past + (group == "b") + chance.normal(0, 1, count)}
    )


@pytest.mark.skipif(not HILLSTROM.is_file(), reason="the data set is not there")
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_hillstrom_reproduces_its_published_figures(ending: str) -> None:
    # Hillstrom (2008), "The MineThatData e-mail analytics and data mining challenge": 64,000
    # customers in three arms; visits, conversions and spend per customer by arm.
    content = bytes_of(pl.read_parquet(HILLSTROM), ending)
    report = flat_experiment(read_flat(content, f"hillstrom.{ending}"), MAILS)
    arms = {row["variant"]: row for row in report.arms.iter_rows(named=True)}
    published = {
        "No E-Mail": (0.1062, 0.00573, 0.653),
        "Mens E-Mail": (0.1828, 0.01253, 1.423),
        "Womens E-Mail": (0.1514, 0.00884, 1.077),
    }
    for variant, (visit, conversion, spend) in published.items():
        assert arms[variant]["visit"] == pytest.approx(visit, abs=5e-5)
        assert arms[variant]["conversion"] == pytest.approx(conversion, abs=5e-6)
        assert arms[variant]["spend"] == pytest.approx(spend, abs=5e-4)
    assert report.split_p == pytest.approx(0.904, abs=5e-4)
    assert report.effects is not None
    spend_rows = report.effects.filter(pl.col("outcome") == "spend")
    statistics = dict(spend_rows.select("variant", "statistic").rows())
    assert statistics["Mens E-Mail"] == pytest.approx(5.30, abs=5e-3)
    assert statistics["Womens E-Mail"] == pytest.approx(3.26, abs=5e-3)


def test_file_gives_what_rows_give() -> None:
    table = units()
    asked = FlatQuestion("group", "control", ("spend",), ("past",))
    report = flat_experiment(read_flat(bytes_of(table, "parquet"), "a.parquet"), asked)
    columns = [
        [table.filter(pl.col("group") == arm)[name].to_numpy() for name in ("spend", "past")]
        for arm in ("control", "b")
    ]
    plain = effect(difference(*(mean_arm(moments(one[0])) for one in columns)))
    past = effect(adjusted(*(joint_moments(one) for one in columns)).difference)
    assert report.effects is not None
    row = report.effects.row(0, named=True)
    assert row["plain_p"] == pytest.approx(plain.p_value)
    assert row["lift"] == pytest.approx(past.lift.value)
    assert row["low"] == pytest.approx(past.lift.low, rel=0.02)  # robust variances: few units
    assert any("HC2" in said for said in report.caveats)
    assert row["variance_ratio"] < 0.5


def test_a_large_file_is_adjusted_by_its_moments_wherever_it_lies(tmp_path: Path) -> None:
    table, asked = units(4_000), FlatQuestion("group", "control", ("spend",), ("past",))
    table.write_parquet(tmp_path / "a.parquet")
    found = [flat_experiment(one, asked) for one in (table, tmp_path / "a.parquet")]
    assert found[0].effects is not None
    assert found[1].effects is not None
    assert_frame_equal(found[0].effects, found[1].effects)
    assert not any("HC2" in said for said in found[0].caveats)


def test_infinite_values_are_refused() -> None:
    table = units().with_columns(spend=pl.lit(float("inf")))
    with pytest.raises(QueryError, match="infinite"):
        flat_experiment(table, FlatQuestion("group", "control", ("spend",)))


def test_a_broken_split_shows_no_effect() -> None:
    table = units().filter((pl.col("group") == "control") | (pl.col("past") < 10))
    report = flat_experiment(table, FlatQuestion("group", "control", ("spend",)))
    assert (report.is_broken, report.effects) == (True, None)


def test_missing_outcomes_count_nothing_and_missing_covariates_stay_visible() -> None:
    holes = units().with_columns(
        pl.when(pl.int_range(pl.len()) % 5 == 0).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("spend", "past")
    )
    report = flat_experiment(holes, FlatQuestion("group", "control", ("spend",), ("past",)))
    assert any("80 missing values of spend count 0" in said for said in report.caveats)
    wanted = holes.filter(pl.col("group") == "b")["spend"].fill_null(0).mean()
    assert report.effects is not None
    assert report.effects["treated"].item() == pytest.approx(wanted)


def test_columns_are_guessed() -> None:
    assert guessed_question(units()) == FlatQuestion("group", "control", ("past", "spend"))
    assert guessed_question(pl.DataFrame({"spend": [1.0, 2.0]})) is None


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (FlatQuestion("grup", "control", ("spend",)), r"no column 'grup'.*group"),
        (FlatQuestion("group", "contol", ("spend",)), r"no unit saw the control.*control"),
        (FlatQuestion("group", "control", ("group",)), "is to hold numbers"),
        (FlatQuestion("group", "control", ()), "at least one outcome"),
        (FlatQuestion("past", "control", ("spend",)), "at most 20"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(question: FlatQuestion, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        flat_experiment(units(), question)


@pytest.mark.parametrize(("name", "content"), [("a.xlsx", b""), ("a.parquet", b"nothing")])
def test_a_file_that_cannot_be_read_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(QueryError, match=name.partition(".")[2]):
        read_flat(content, name)
