"""What a release did: the method its rollout allows, its effect, its checks and its grade."""

from metrics.impact.collapsed import Collapsed, collapsed
from metrics.impact.event_study import Average, EventStudy, event_study, simple_average
from metrics.impact.panel import NEVER, Panel
from metrics.impact.placebo import Placebos, placebo_dates, placebo_periods, placebos
from metrics.impact.readouts import READOUTS, Readout, next_readout, readouts
from metrics.impact.rollout import (
    EXPOSED,
    Choice,
    Missing,
    Rollout,
    method_for,
    missing_evidence,
)
from metrics.impact.sensitivity import breakdown, missed_trend
from metrics.impact.simplex import simplex_weights
from metrics.impact.staggered import Cell, GroupTimeEffects, group_time_effects
from metrics.impact.step_change import RateRatio, StepChange, step_change
from metrics.impact.synthetic_control import (
    InSpace,
    SyntheticControl,
    placebo_in_space,
    synthetic_control,
)
from metrics.impact.synthetic_did import SyntheticDid, synthetic_did
from metrics.impact.two_by_two import TwoByTwo, two_by_two
from metrics.impact.verdict import Check, Verdict, goal, verdict

__all__ = [
    "EXPOSED",
    "NEVER",
    "READOUTS",
    "Average",
    "Cell",
    "Check",
    "Choice",
    "Collapsed",
    "EventStudy",
    "GroupTimeEffects",
    "InSpace",
    "Missing",
    "Panel",
    "Placebos",
    "RateRatio",
    "Readout",
    "Rollout",
    "StepChange",
    "SyntheticControl",
    "SyntheticDid",
    "TwoByTwo",
    "Verdict",
    "breakdown",
    "collapsed",
    "event_study",
    "goal",
    "group_time_effects",
    "method_for",
    "missed_trend",
    "missing_evidence",
    "next_readout",
    "placebo_dates",
    "placebo_in_space",
    "placebo_periods",
    "placebos",
    "readouts",
    "simple_average",
    "simplex_weights",
    "step_change",
    "synthetic_control",
    "synthetic_did",
    "two_by_two",
    "verdict",
]
