"""The ladder beside the peers, and the bars of the causes."""

import streamlit as st

from pages.shared import words
from pages.shared.exhibits import exhibit
from pages.shared.figures.bars import bar_list
from pages.shared.figures.ladder import ladder
from pages.shared.palette import GREY, THIS_PERIOD
from reports.answer import Source
from reports.diagnosis_feature import FeatureDiagnosis

NOTHING_WRONG = "nothing wrong"


def ladder_figure(report: FeatureDiagnosis) -> None:
    """Each rung with its numerator and denominator, and where its peers are."""
    exhibit(
        report.ladder,
        lambda rows: ladder(
            [
                (row["rung"], f"{row['did']:,} of {row['of']:,}")
                for row in rows.iter_rows(named=True)
            ],
            rows["pulled_share"].fill_null(rows["seen_share"]).to_list(),
            (rows["low"].to_list(), rows["high"].to_list()),
            peers=rows["peers_share"].to_list(),
            band=(rows["peers_low"].to_list(), rows["peers_high"].to_list()),
            hovers=[_hover(row) for row in rows.iter_rows(named=True)],
        ),
        key="diagnosis_ladder",
        alt=report.sentence,
    )
    use = report.found.under_use
    st.caption(
        f"{words.full(use.eligible)} people may use it, {words.full(use.habitual)} of them have "
        "the habit. Each rung is a share of the one before it; where few were counted, the dot "
        "leans towards the peers."
    )


def _hover(row: dict[str, object]) -> str:
    share, peers = (
        words.full(row[name], "percent")  # type: ignore[arg-type]
        for name in ("seen_share", "peers_share")
    )
    return f"{row['did']:,} of {row['of']:,} {row['base']}: {share}, peers {peers}"


def causes_figure(report: FeatureDiagnosis, causes: Source) -> None:
    """One bar per cause and sub-cause; several may be true at once."""
    is_doubted = bool(report.found.tracking.problems)
    exhibit(
        causes,
        lambda rows: bar_list(
            [_named(name) for name in rows["cause"].to_list()],
            rows["probability_share"].to_list(),
            unit="percent",
            colours=[_colour(name, is_doubted=is_doubted) for name in rows["cause"].to_list()],
        ),
        key="causes",
        alt="; ".join(
            f"{row['cause']} {words.full(row['probability_share'], 'percent')}"
            for row in causes.rows.iter_rows(named=True)
        ),
        missing="The logs cannot be trusted",
        mend="Repair the events first; what is read from them now may be wrong.",
        has_nothing=is_doubted,
    )
    if not is_doubted:
        st.caption("Several causes may be true at once: they do not add up to 100%.")


def _colour(name: str, *, is_doubted: bool) -> str:
    return GREY if is_doubted or name == NOTHING_WRONG or ":" in name else THIS_PERIOD


def _named(name: str) -> str:
    """A cause; a sub-cause below it, set in."""
    _, has_cause, subcause = name.partition(": ")
    return f"· {subcause}" if has_cause else name.capitalize()
