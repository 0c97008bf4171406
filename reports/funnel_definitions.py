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


def trend(question: FunnelQuestion) -> str:
    """The definition of conversion over time."""
    return (
        "Conversion by the period of **entry**: of those who entered in the period, the share that "
        "has reached the last step so far. Of each unit and period one attempt counts. A period is "
        "*unripe*, and drawn open, while the window of some of its entries is not over: it looks "
        "worse than it is. The **fair** line counts only entries that have had their whole window "
        f"and is the one to compare over time.\n\nHere: {question.words}."
    )


def groups(question: FunnelQuestion) -> str:
    """The definition of a breakdown."""
    whose = {
        "first_touch": "the first value that the steps of the attempt carry",
        "last_touch": "the last value that the steps of the attempt carry",
        "step": f"the value at step {question.attribution_step}",
        "all_steps": "a value that every step carries; each has a funnel of its own",
    }[question.attribution]
    return (
        f"The funnel for each value of {question.by}: {whose}. A missing value is the group “(not "
        "set)”; 0 is a value. **Difference**: conversion of the group minus that of all other "
        "groups together, with Newcombe's interval, 95 %. **Adjusted p**: chance of such a "
        "difference if there is none, raised by Holm's method for the number of groups compared."
        f"\n\nHere: {question.words}."
    )


TIMES = (
    "Time between two steps in the attempt that counts, of those who reached the later one. Bins "
    "begin where people would say so (10 s, a minute, an hour), since times spread over many "
    "powers of ten; PostHog's bins are of one width, as many as the cube root of the number of "
    "times. The median is marked; the mean follows the longest times."
)

DRIVERS = (
    "Events that were done **on the way**: after entry, and before the last step or, where it was "
    "never reached, before the window ended. **Odds ratio**: odds of converting with it ÷ without "
    "it, ((a+1)(d+1)) ÷ ((c+1)(b+1)); above 1 it goes with success. **p**: Fisher's exact test; "
    "adjusted so that at most 5 % of those at or below 0.05 are expected to be chance (Benjamini "
    "and Hochberg).\n\nWho did not convert has had more time on the way, and who wants something "
    "both looks around and converts: a driver is a question for an experiment, not an answer."
)
