"""How a diagnosis is said: its verdicts, causes, rungs and signals in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from metrics.diagnosis import Diagnosis, Evidence, Rung, UnderUse
from metrics.diagnosis.signature import (
    NICHE,
    UNNOTICED,
    UNSEEN,
    USABILITY,
    WORTHLESS,
)
from metrics.diagnosis.verdicts import CAUSE, LOW_BUT_ORDINARY, TRACKING, UNCOMPARED, USED

if TYPE_CHECKING:
    from reports.diagnosed import Found

RUNG_WORDS = {
    "exposed": "Shown to",
    "tried": "Tried by",
    "managed": "First attempt succeeded",
    "repeated": "Used on a second day",
    "habitual": "Have the habit",
}
BASE_WORDS = {
    "eligible": "those who may use it",
    "exposed": "those who were shown it",
    "ended": "those whose first attempt ended",
    "tried": "those who tried",
    "repeated": "those who used it again",
}
SIGNAL_WORDS = {
    "reach": "Shown, of those who may use it",
    "uptake": "Tried, of those who may use it",
    "trial": "First tries, of days with an exposure",
    "dose": "Later exposures against the first",
    "success": "First attempts that succeed",
    "haste": "Of retries, within a minute",
    "persistence": "Tried again after a failure",
    "repetition": "Used again after a clean success",
    "habit": "A habit, of those who use it again",
    "friction": "Used again: clean success against late one",
    "search": "Searched for it without trying",
    "slowness": "Time that a first success takes",
    "focus": "Of all tries, those of one group of people",
}
EVENT_WORDS = {
    "exposed": "an event exposed, whenever the feature is in sight",
    "started and how it ended": "events started, and failed or abandoned beside completed",
    "completed": "an event completed, for every success",
    "search log": "a log of what people search for, with the feature that answers it",
    "duration": "a start and an end of each success, so that its length is known",
    "dimension of users": "a dimension of users, as role or industry: who needs it could be told",
}
MISSING_WORDS = {
    "exposed": "who is shown a feature",
    "started and how it ended": "how first attempts end",
    "completed": "who completes a feature",
    "search log": "what people search for",
    "duration": "how long a success takes",
    "dimension of users": "who the people are",
}
SUBCAUSE_RUNG = {
    UNSEEN: "exposed", UNNOTICED: "tried", USABILITY: "managed", WORTHLESS: "repeated",
    NICHE: "tried",
}  # fmt: skip
ACTIONS = {
    UNSEEN: (
        "Show it where its need arises: an entry in the navigation, a hint in the task before it. "
        "Prove it with a randomised nudge: show the entry to half of those who may use it."
    ),
    UNNOTICED: (
        "It is on the screen and passed over: name it by what it does, place it in the task, and "
        "test label and place against each other."
    ),
    USABILITY: (
        "Watch five people try it, repair the step at which most first attempts end, and test the "
        "repair against the present form. Send nobody there before."
    ),
    WORTHLESS: (
        "Ask those who managed it once and did not return what they expected. Rebuild it around "
        "that need, or take it away; do not advertise it."
    ),
    NICHE: (
        "It serves the few who need it. Show it to them alone and take it out of the others' way: "
        "find who they are among those who use it again."
    ),
}
NO_ACTION = {
    TRACKING: "Repair the events first: whatever is read from them now may be wrong.",
    USED: "Nothing to repair.",
    UNCOMPARED: "Set a target for it in the dictionary: then it is held against that.",
    LOW_BUT_ORDINARY: "Leave it. If it matters more than others of its type, set a target for it.",
}
UNKNOWN_ACTION = "Do not guess: send the event below, wait for more people, or test a change."
SUREST = 0.995
CLOSE = 0.5  # logits within which a signal counts as that of the peers


def percent(share: float | None) -> str:
    """'8.5%', or a dash."""
    return "–" if share is None else f"{share:.1%}"


def chance(probability: float) -> str:
    """'85%'; never 0% or 100%, which nothing is."""
    if probability >= SUREST:
        return "over 99%"
    return "under 1%" if probability < 1 - SUREST else f"{probability:.0%}"


def sentence(
    title: str, found: Diagnosis, ladder: Iterable[Rung], shown: Iterable[Evidence]
) -> str:
    """The verdict in one sentence or two."""
    said = _verdict(found, list(ladder), list(shown))
    return f"{gate_words(title, found.under_use)} {said}"


def gate_words(title: str, use: UnderUse) -> str:
    """How many have the habit, against whom."""
    own = use.habitual / use.eligible if use.eligible else None
    start = (
        f"{title} is a habit for {percent(own)} of those who may use it ({use.habitual:,} of "
        f"{use.eligible:,})"
    )
    if use.is_target:
        return f"{start}, target {percent(use.bar)}."
    return f"{start}, peers {percent(use.usual)}." if use.usual is not None else f"{start}."


def _verdict(found: Diagnosis, ladder: list[Rung], shown: list[Evidence]) -> str:
    said = found.verdict
    if said.kind == TRACKING:
        problems = " and ".join(found.tracking.problems)
        return f"Its logs cannot be trusted ({problems}), so no cause is named."
    if said.kind == USED:
        return "That is no less than is usual for its type."
    if said.kind == UNCOMPARED:
        return "There are too few features of its type to say whether that is little."
    if said.kind == CAUSE:
        return _named(found, ladder, shown)
    if said.kind == LOW_BUT_ORDINARY:
        other = (
            f"; it behaves like one that is {found.likely_kind}"
            if found.likely_kind != found.kind
            else ""
        )
        sure = chance(said.probability or 0.0)
        return f"Low, but ordinary for its type ({sure} likely that nothing is wrong{other})."
    return "There is not enough evidence to name a cause."


def _named(found: Diagnosis, ladder: list[Rung], shown: list[Evidence]) -> str:
    causes = found.probabilities.causes
    ordered = sorted(found.verdict.causes, key=lambda cause: -causes[cause])
    likely = " and ".join(f"{cause} ({chance(causes[cause])})" for cause in ordered)
    parts = [
        _rung_words(SUBCAUSE_RUNG[subcause], ladder)
        for cause in ordered
        for subcause in found.verdict.subcauses
        if found.verdict.causes[found.verdict.subcauses.index(subcause)] == cause
    ]
    facts = "; ".join(dict.fromkeys(part for part in parts if part))
    same = _as_peers(found, shown)
    repair = ""
    if len(found.verdict.causes) > 1:
        repair = f" Repair {found.verdict.causes[0]} before {found.verdict.causes[1]}."
    return f"Most likely {likely}: {facts}{f'; {same}' if same else ''}.{repair}"


def _rung_words(name: str, ladder: list[Rung]) -> str:
    rung = next((one for one in ladder if one.name == name), None)
    if rung is None:
        rung = next((one for one in ladder if one.name == "tried"), None)
    if rung is None or rung.share is None:
        return ""
    verb = {
        "exposed": "are shown it", "tried": "try it", "managed": "succeed",
        "repeated": "use it on a second day", "habitual": "have the habit",
    }[rung.name]  # fmt: skip
    return f"{percent(rung.share)} of {BASE_WORDS[rung.base]} {verb}, peers {percent(rung.usual)}"


def _as_peers(found: Diagnosis, shown: list[Evidence]) -> str:
    """What is as usual although something else is not: it narrows the cause down."""
    near = {one.signal for one in shown if abs(one.contrast) <= CLOSE}
    if "value" not in found.verdict.causes and "repetition" in near:
        return "those who finish come back as often as with its peers"
    if "usability" not in found.verdict.causes and "success" in near:
        return "those who try it manage it as often as its peers"
    return ""


def actions(found: Found) -> tuple[str, ...]:
    """What to do next, the first repair first."""
    said = found.verdict
    if said.kind != CAUSE or found.diagnosis is None:
        return (NO_ACTION.get(said.kind, UNKNOWN_ACTION),)
    causes = found.diagnosis.probabilities.causes
    return tuple(
        f"If it is {cause} ({chance(causes[cause])}): {ACTIONS[subcause]}"
        for cause, subcause in zip(said.causes, said.subcauses, strict=True)
    )
