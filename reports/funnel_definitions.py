"""What the figures of a funnel count, over which denominator, and where the big suites differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.funnel_question import FunnelQuestion

RULES = (
    "An **attempt** opens with every event of the first step on the days looked at. It takes for "
    "each next step the first event not used yet, at the same moment or later, up to the end of "
    "the **window** after entry, which is included. Later events are seen up to the last complete "
    "day.\n\n"
    "Of the attempts of one unit the **furthest** counts, of these the earliest (as PostHog and "
    "Amplitude do); Mixpanel's default is the **first entry**, which can give less on the same "
    "data. **Strict**: the very next event of any name must be the next step. **Any order**: as "
    "many different steps as fit into one window. An **exclusion** voids an attempt when it falls "
    "between its two steps, or before the window ends if the later one is never reached."
)


def steps(question: FunnelQuestion) -> str:
    """The definition of steps and conversion."""
    return (
        "**Step conversion**: of those who reached the step before. **Conversion**: of those who "
        "entered. Intervals are Wilson's, 95 %. Times are from the step before, in the attempt "
        f"that counts, over those who reached the step.\n\n{RULES}\n\nHere: {question.words}."
    )
