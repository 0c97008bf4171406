"""Whether users of the feature stay more often: supporting evidence, never a proof."""

import polars as pl
import streamlit as st

from metrics.periods import words as period_in_words
from pages.shared import plain, words
from pages.shared.exhibits import affordances, exhibit
from pages.shared.figures.forest import forest
from pages.shared.states import empty
from queries import Segment, Workspace
from reports.diagnosis_feature import FeatureDiagnosis
from reports.diagnosis_lift import Lift, retention_lift

BESIDE = 4  # features above and below it that are drawn


def lift_card(workspace: Workspace, segment: Segment, report: FeatureDiagnosis) -> None:
    """The lift against the other features, with its control and its E-value."""
    st.header("Do its users stay? Supporting evidence only", anchor=False)
    name = report.found.feature.name
    found = retention_lift(workspace, segment, name)
    if found is None:
        empty(
            "Too few users to say", "Thirty users and sixteen weeks of data bring this comparison."
        )
        return
    for line in _lines(found):
        st.markdown(f"- {plain.sentence(line)}")
    near = _near(found.source.rows, name)
    exhibit(
        found.source,
        lambda _: forest(
            near["feature"].to_list(),
            near["lift"].to_list(),
            near["low"].to_list(),
            near["high"].to_list(),
            hovers=[
                f"{row['feature']}: {words.points(row['lift'])}"
                for row in near.iter_rows(named=True)
            ],
        ),
        key="lift",
        alt=_lines(found)[0],
    )
    st.caption(
        "Points more of the users stay than of others as active. Only a nudge that is given to a "
        "random half proves it."
    )
    affordances(found.source, key="lift")


def _lines(found: Lift) -> list[str]:
    effect, centre = found.effect, found.centred
    use, base = period_in_words(found.use), words.full(effect.without, "percent")
    first = (
        f"Users of {use} stay {words.points(effect.value)} more often than others as active "
        f"({words.points(effect.low)} to {words.points(effect.high)}), of whom {base} stay"
    )
    lines = [first]
    if centre is not None:
        lines.append(
            f"Less what the other features show: {words.points(centre.value)} "
            f"({words.points(centre.low)} to {words.points(centre.high)}); "
            f"number {centre.rank} of {centre.of}"
        )
    control = words.points(found.control.value)
    lines.append(
        f"Control: they were there before more often as well ({control}), so they differed already"
        if found.is_confounded
        else f"Control: before the use chance alone may explain the difference ({control})"
    )
    if found.confounder is not None:
        lines.append(
            f"E-value {found.confounder.estimate:.1f}: so strong would something hidden have to "
            "be, with use and with staying, to explain it all"
        )
    return lines


def _near(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """The feature with its neighbours in the ranking."""
    at = rows["feature"].to_list().index(name)
    first = max(0, min(at - BESIDE, rows.height - 2 * BESIDE - 1))
    return rows.slice(first, 2 * BESIDE + 1)
