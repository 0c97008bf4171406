"""Where people drop off on the way to X: the rules of a funnel, and the kernel that counts it.

**Rows.** A log has one row per event, sorted by unit (user, account or session: who is counted),
then by time. Filters act before: a row says which steps it fits (`steps`, bit k for step k, from
0) and which exclusions it is. Rows of one unit and time stand by `steps` as a number, rows that fit
no step last, so equal stamps count as in order and the answer never depends on how events arrived.

**Attempts.** Every row that fits step 0 opens an attempt at its time t0 (in "any" order: every row
that fits a step). It may use rows with t <= t0 + window, the end included; a row is used once.

- "ordered": step k takes the first unused row of the unit that fits it with t >= c - grace, where
  c is the time of step k - 1. The time of step k is the larger of t and c.
- "strict": step k takes the very next row of the unit, of any name, if it fits.
- "any": the next row that fits a step not done yet does the lowest such step. Level k means k
  distinct steps; column k of the answer is the k-th one done.

An attempt ends with the first step that finds no row. Its level is the number of steps done.

**Exclusions.** An attempt is void, as if it never was, when a row that is exclusion (from, to) has
time(from) < t < time(to), or, when step `to` was never reached, time(from) < t <= t0 + window. If
step `from` was not reached, the exclusion does not apply. In "any" order from and to are levels.

**What counts.** Of the attempts that are not void, for each unit (and cohort of entry, when given):

- attempt "furthest": the highest level, of these the first row that opened;
- attempt "first": the first row that opened, even when it is void: then the unit is out;
- counting "total": the first one, then the first that opened *after* that one was over, and so
  on. It is over at its last step; when void at the exclusion's time; else at t0 + window.

Counting by session is the same with sessions as units.
"""

from metrics.funnel.attempts import NOT_REACHED, Attempts, attempts, attempts_by
from metrics.funnel.breakdown import Difference, Segment, attributed, breakdown, differences
from metrics.funnel.drivers import Driver, did, drivers
from metrics.funnel.log import Log, masks, sorted_log
from metrics.funnel.question import Exclusion, Funnel, microseconds
from metrics.funnel.steps import Histogram, Step, histogram, seconds_between, spans, steps
from metrics.funnel.trend import Entered, trend

__all__ = [
    "NOT_REACHED",
    "Attempts",
    "Difference",
    "Driver",
    "Entered",
    "Exclusion",
    "Funnel",
    "Histogram",
    "Log",
    "Segment",
    "Step",
    "attempts",
    "attempts_by",
    "attributed",
    "breakdown",
    "did",
    "differences",
    "drivers",
    "histogram",
    "masks",
    "microseconds",
    "seconds_between",
    "sorted_log",
    "spans",
    "steps",
    "trend",
]
