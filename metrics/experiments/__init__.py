"""Experiments: from moments of two arms to an effect, its bounds while looking, and a verdict.

Moments (mergeable) become arms; arms, or moments with covariates or strata, become a difference;
a difference becomes an effect, a guardrail, a segment or a look. All of it works from numbers.
"""

from metrics.experiments.adjustment import (
    Adjustment,
    cuped,
    regression_adjusted,
)
from metrics.experiments.anytime import (
    Anytime,
    anytime,
    mixture_critical,
    mixture_evidence,
    tuning,
)
from metrics.experiments.anytime_shares import (
    anytime_share,
    least_evident_share,
    share_evidence,
)
from metrics.experiments.arms import (
    Arm,
    mean_arm,
    ratio_arm,
    share_arm,
)
from metrics.experiments.bayes import (
    Posterior,
    SharePosterior,
    normal_posterior,
    share_posterior,
)
from metrics.experiments.brownian import crossing_chances
from metrics.experiments.covariates import (
    linearised_ratios,
    with_indicators,
)
from metrics.experiments.credibility import (
    Exaggeration,
    PastEffects,
    exaggeration,
    false_positive_risk,
    past_effects,
)
from metrics.experiments.differences import (
    Difference,
    difference,
)
from metrics.experiments.effects import (
    Effect,
    effect,
)
from metrics.experiments.group_sequential import (
    Look,
    constant_bounds,
    futility_bounds,
    inflation,
    looks,
    power_over_looks,
)
from metrics.experiments.heterogeneity import (
    Heterogeneity,
    heterogeneity,
    segment_effects,
)
from metrics.experiments.interaction import (
    Interaction,
    assignment_independence,
    interaction,
)
from metrics.experiments.lifts import (
    Lift,
    lift,
    log_lift,
)
from metrics.experiments.moments import (
    JointMoments,
    Moments,
    joint_moments,
    marginal,
    merged,
    merged_joint,
    moments,
)
from metrics.experiments.non_inferiority import (
    NonInferiority,
    non_inferiority,
)
from metrics.experiments.power import (
    days_needed,
    minimum_effect,
    power,
    power_of_shares,
    units_needed,
    units_needed_for_shares,
)
from metrics.experiments.quantiles import (
    QuantileRanks,
    clustered_quantile_arm,
    quantile_anytime_p_value,
    quantile_arm,
    quantile_arm_of,
    quantile_ranks,
    share_inflation,
)
from metrics.experiments.randomisation import (
    AaCheck,
    aa_check,
    split_p_values,
)
from metrics.experiments.ranks import (
    RankTest,
    rank_test,
)
from metrics.experiments.robust import (
    robust_adjusted,
)
from metrics.experiments.sample_ratio import (
    Allocation,
    PlaceOfMismatch,
    SampleRatio,
    mismatch_places,
    sample_ratio,
    sequential_sample_ratio,
)
from metrics.experiments.spending import (
    spent,
)
from metrics.experiments.stagewise import (
    Crossing,
    Stagewise,
    crossing,
    stagewise,
)
from metrics.experiments.strata import (
    post_stratified,
)
from metrics.experiments.tails import (
    Capped,
    SkewCheck,
    capped,
    skew_check,
)
from metrics.experiments.trends import (
    Trend,
    trend,
)
from metrics.experiments.verdicts import (
    Evidence,
    Rule,
    Verdict,
    verdict,
)

__all__ = [
    "AaCheck",
    "Adjustment",
    "Allocation",
    "Anytime",
    "Arm",
    "Capped",
    "Crossing",
    "Difference",
    "Effect",
    "Evidence",
    "Exaggeration",
    "Heterogeneity",
    "Interaction",
    "JointMoments",
    "Lift",
    "Look",
    "Moments",
    "NonInferiority",
    "PastEffects",
    "PlaceOfMismatch",
    "Posterior",
    "QuantileRanks",
    "RankTest",
    "Rule",
    "SampleRatio",
    "SharePosterior",
    "SkewCheck",
    "Stagewise",
    "Trend",
    "Verdict",
    "aa_check",
    "anytime",
    "anytime_share",
    "assignment_independence",
    "capped",
    "clustered_quantile_arm",
    "constant_bounds",
    "crossing",
    "crossing_chances",
    "cuped",
    "days_needed",
    "difference",
    "effect",
    "exaggeration",
    "false_positive_risk",
    "futility_bounds",
    "heterogeneity",
    "inflation",
    "interaction",
    "joint_moments",
    "least_evident_share",
    "lift",
    "linearised_ratios",
    "log_lift",
    "looks",
    "marginal",
    "mean_arm",
    "merged",
    "merged_joint",
    "minimum_effect",
    "mismatch_places",
    "mixture_critical",
    "mixture_evidence",
    "moments",
    "non_inferiority",
    "normal_posterior",
    "past_effects",
    "post_stratified",
    "power",
    "power_of_shares",
    "power_over_looks",
    "quantile_anytime_p_value",
    "quantile_arm",
    "quantile_arm_of",
    "quantile_ranks",
    "rank_test",
    "ratio_arm",
    "regression_adjusted",
    "robust_adjusted",
    "sample_ratio",
    "segment_effects",
    "sequential_sample_ratio",
    "share_arm",
    "share_evidence",
    "share_inflation",
    "share_posterior",
    "skew_check",
    "spent",
    "split_p_values",
    "stagewise",
    "trend",
    "tuning",
    "units_needed",
    "units_needed_for_shares",
    "verdict",
    "with_indicators",
]
