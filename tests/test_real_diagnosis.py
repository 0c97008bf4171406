"""Assessments of the Open University as features: three of them, and most signals missing.

OULAD (Kuzilek, Hlosta, Zdrahal 2017, CC BY 4.0) lies beside the project, not in it.
"""

from collections.abc import Iterator
from datetime import date

import polars as pl
import pytest

from queries import Segment, Workspace
from reports.diagnosis import DiagnosisReport, diagnosis
from reports.diagnosis_feature import feature_diagnosis
from tests.test_real_workspaces import DATA, built

pytestmark = pytest.mark.skipif(
    not (DATA / "oulad_student.parquet").is_file(), reason=f"the real data are not in {DATA}"
)
LAST_DAY = date(2014, 3, 31)


@pytest.fixture(scope="module")
def oulad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield built("oulad", tmp_path_factory.mktemp("oulad"), monkeypatch)


@pytest.fixture(scope="module")
def report(oulad: Workspace) -> DiagnosisReport:
    found = diagnosis(oulad, Segment(), weeks=12, until=LAST_DAY)
    assert found is not None
    return found


def handed_in(first: date, last: date) -> pl.DataFrame:
    """Assessments of these days from the raw files: `student, kind, is_banked`."""
    submitted = pl.read_parquet(DATA / "oulad_student_assessment.parquet")
    assessments = pl.read_parquet(DATA / "oulad_assessment.parquet")
    presentation = pl.col("code_presentation")
    month = pl.when(presentation.str.ends_with("B")).then(2).otherwise(10)
    start = pl.date(presentation.str.slice(0, 4).cast(pl.Int32), month, 1)
    day = start + pl.duration(days="date_submitted")
    return (
        submitted.join(assessments, on="id_assessment")
        .filter(day.is_between(first, last))
        .select(
            pl.col("id_student").alias("student"),
            pl.col("assessment_type").alias("kind"),
            pl.col("is_banked").cast(pl.Boolean),
        )
    )


def test_rungs_equal_a_recount_of_the_raw_files(oulad: Workspace, report: DiagnosisReport) -> None:
    rows = handed_in(report.period.start, report.period.last_day)
    active = rows.filter(~pl.col("is_banked"))["student"].unique()
    for kind in ("CMA", "Exam", "TMA"):
        one = feature_diagnosis(oulad, Segment(), kind, weeks=12, until=LAST_DAY)
        assert one is not None
        # Results that were carried over make nobody active, but are an event of the assessment.
        people = rows.filter((pl.col("kind") == kind) & pl.col("student").is_in(active.implode()))
        first = one.rungs[0]
        assert (first.name, first.base) == ("tried", "eligible")
        assert (first.did, first.of) == (people["student"].n_unique(), len(active))


def test_missing_signals_are_named_and_no_cause_is(report: DiagnosisReport) -> None:
    assert {"who is shown a feature", "how first attempts end"} <= set(report.missing)
    assert (report.is_too_few, report.named) == (True, 0)
    assert any("from 8 features on" in caveat for caveat in report.overview.caveats)
