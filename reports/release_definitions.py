"""What the figures of Releases count, and by which method."""

METHODS = (
    "The method follows from how the release reached its users, before any outcome is looked at. "
    "A flag that some have and others do not: people with it against people without, adjusted by "
    "their own past (grade A). Staged by an attribute of people: segments with it against segments "
    "without, by difference in differences with exchanged labels, or Callaway and Sant'Anna's for "
    "several dates (B). One or few segments: a stand-in of others (B). For everybody at once: the "
    "days after against what the days before promised, with a series that the release cannot have "
    "touched (C) or without (D). Taken by those who want it, as an app version: the same, and only "
    "a description (D). The launch day is left out."
)
METRICS = (
    f"{METHODS}\n\n"
    "Each measure at the latest readout that has been reached (day 3, 7, 14 or 28), with an "
    "interval for the error that is spent on it (.0001, .004, .019, .043). p-values are adjusted "
    "over all measures of the release (Benjamini–Hochberg). Effects of counts and durations are "
    "relative, of shares in percentage points, of scores in their unit. Measures that the "
    "rollout's shape cannot tell apart (speed, churn, feedback) are compared before and after, "
    "with the grade of that."
)
EXPOSURE = (
    "Of the people active on a day, the share whose first contact with the release was on that day "
    "or before."
)
DAILY = (
    "Each day's value, and what the days before the launch promised for it with a 95 % interval of "
    "each day alone. It is not a readout: who looks every day at 5 % finds something in one of "
    "five releases that did nothing."
)
EVENT_STUDY = (
    "The effect week by week since the launch, segments with it against segments without; weeks "
    "before it should lie around zero. Intervals hold for all weeks together (Callaway and "
    "Sant'Anna, multiplier bootstrap)."
)
PLACEBOS = (
    "The same analysis at dates before the release, and for segments that did not get it, as if "
    "there had been one. A real effect is rare among them."
)
LIST = (
    "Every release of the table releases, and those planned in the app. The verdict is that of its "
    "own page: method by the rollout's shape, the latest readout, one grade down when a check "
    "disagrees."
)
