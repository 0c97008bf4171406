"""What speaks for the verdict, what would change it, and whether more people would tell."""

import streamlit as st

from metrics.diagnosis.signature import NICHE
from metrics.rates import ratio
from pages.shared import plain, words
from pages.shared.exhibits import affordances
from pages.shared.states import empty
from pages.shared.tables import show_table
from queries import Segment, Workspace
from reports.answer import Source
from reports.diagnosis_feature import FeatureDiagnosis
from reports.diagnosis_groups import Group, standing_out
from reports.diagnosis_words import EVENT_WORDS, SIGNAL_WORDS, chance

LEAST_GAIN = 0.01  # of the surest answer's probability, below which an event buys nothing
EVIDENCE_LABELS = {
    "signal": "Signal",
    "seen": "This feature",
    "peers": "Peers",
    "people": "Out of",
    "distance": "Distance, standard deviations",
    "discoverability": "For discoverability",
    "usability": "For usability",
    "value": "For value",
}
POWER_LABELS = {
    "rung": "Rung",
    "people": "Out of",
    "chance": "Error by chance, log odds",
    "natural": "Healthy features differ by",
    "is_thin": "Thin",
    "more_people": "More people needed",
}


def evidence_card(source: Source) -> None:
    """Each known signal with its peers, and its weight for each cause."""
    st.header("What speaks for what", anchor=False)
    show_table(source.rows, key="evidence_rows", alt="Signals and weights", labels=EVIDENCE_LABELS)
    st.caption("Weights are changes of a cause's log odds: above 0 the signal speaks for it.")
    affordances(source, key="evidence")


def mind_card(workspace: Workspace, segment: Segment, report: FeatureDiagnosis) -> None:
    """Signals, who tries it, a type beyond doubt, and the events that are not sent."""
    st.header("What would change the answer", anchor=False)
    group = standing_out(workspace, segment, report.found, report.period)
    turns = group if NICHE not in report.found.verdict.subcauses else None
    lines = [*group_words(turns), *_reversals(report), *_if_sure(report), *_next_events(report)]
    if not lines:
        empty("Nothing that is known", "No single signal or missing event would turn the verdict.")
    for line in lines:
        st.markdown(f"- {plain.sentence(line)}")
    st.caption("Only a change that is tested proves a cause.")
    if group is not None:
        affordances(group.source, key="standing_out")


def group_words(group: Group | None) -> list[str]:
    """Who tries it far more often than all others, and what that speaks for."""
    if group is None:
        return []
    share, elsewhere = (
        words.full(ratio(part, whole), "percent")
        for part, whole in (
            (group.tried, group.shown),
            (group.tried_elsewhere, group.shown_elsewhere),
        )
    )
    line = (
        f"Where {group.dimension} is {group.value}, {share} of those who were shown it try it "
        f"({group.tried:,} of {group.shown:,}), elsewhere {elsewhere}: that speaks for relevant to "
        "few, rather than not noticed"
    )
    return [line]


def _reversals(report: FeatureDiagnosis) -> list[str]:
    return [
        f"{SIGNAL_WORDS[one.signal]}: were that as with its peers{_there(one.then, one.signal)}, "
        f"{one.cause} would be {chance(one.probability)} likely"
        for one in report.reversals
    ]


def _there(share: float | None, signal: str) -> str:
    if share is None:
        return ""
    return f" ({words.full(share, 'seconds' if signal == 'slowness' else 'percent')})"


def _if_sure(report: FeatureDiagnosis) -> list[str]:
    likely, found = report.if_sure, report.found.diagnosis
    if likely is None or found is None:
        return []
    ordered = sorted(likely.causes.items(), key=lambda pair: -pair[1])
    causes = ", ".join(f"{name} {chance(value)}" for name, value in ordered)
    line = (
        f"It behaves like a feature that is {found.likely_kind}. If it is {found.kind} beyond "
        f"doubt: {causes}, nothing wrong {chance(likely.none)}"
    )
    return [line]


def _next_events(report: FeatureDiagnosis) -> list[str]:
    found = [
        f"Next event to send: {EVENT_WORDS[one.event]}. The likeliest answer is "
        f"{chance(one.sure_now)} sure now, and would be {chance(one.sure_then)} on average"
        for one in report.next_events
        if one.sure_then - one.sure_now >= LEAST_GAIN
    ]
    if report.next_events and not found:
        names = " or ".join(EVENT_WORDS[one.event] for one in report.next_events)
        return [f"Not sent: {names}. Here it would tell hardly more"]
    return found


def power_card(report: FeatureDiagnosis) -> None:
    """Thin rungs, with how many more people they need."""
    st.header("Would more people tell?", anchor=False)
    if report.power is None:
        return
    rows = report.power.rows
    thin = rows.filter(rows["is_thin"])
    if thin.is_empty():
        st.markdown("No rung is thin: more people will not help, a tested change will.")
    for row in thin.iter_rows(named=True):
        more = words.full(row["more_people"])
        st.markdown(f"- {plain.sentence(row['rung'])}: thin; {more} more people would settle it")
    show_table(rows, key="power_rows", alt="Power of each rung", labels=POWER_LABELS)
    affordances(report.power, key="power")
