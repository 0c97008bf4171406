"""One product's users, and what each of them does with each feature: honest mechanisms."""

from dataclasses import dataclass

import numpy as np

from bench.calibration.diagnosis.worlds import CAUSES, Plan, World

Draws = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """The users of one product.

    Attributes:
        activity: Standardised log activity.
        motivation: Hidden; correlated with activity.
        sessions: In the window.
        plan: 0 to 2.
    """

    activity: np.ndarray
    motivation: np.ndarray
    sessions: np.ndarray
    plan: np.ndarray


def people(world: World, rng: Draws) -> People:
    """Draw the users."""
    count = world.users
    activity = rng.normal(size=count)
    motivation = 0.5 * activity + np.sqrt(0.75) * rng.normal(size=count)
    rate = world.activity * np.exp(0.8 * activity - 0.32)
    sessions = np.minimum(rng.poisson(rate) + 1, 150)
    return People(activity, motivation, sessions, rng.choice(3, size=count, p=(0.5, 0.35, 0.15)))


def sigmoid(logit: np.ndarray) -> np.ndarray:
    """Probability of a logit."""
    return 1 / (1 + np.exp(-logit))


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """What every user did with one feature, (N,).

    Attributes:
        eligible: May use it.
        exposures: Logged.
        first_try: Logged exposures up to the first try; 0: none.
        is_tried: Tried it.
        is_unexposed: The exposure at the first try is not logged.
        is_success: The first attempt completed.
        is_retried: Tried again after a failed first attempt.
        is_rapid: At once.
        is_recovered: And completed then.
        is_followed: Seen long enough after the first try.
        uses: Days of use.
        is_habit: Has the habit.
        is_searching: Searched, never tried.
        log_seconds: Of a first success.
        attempts: All of them.
        completions: All of them.
    """

    eligible: np.ndarray
    exposures: np.ndarray
    first_try: np.ndarray
    is_tried: np.ndarray
    is_unexposed: np.ndarray
    is_success: np.ndarray
    is_retried: np.ndarray
    is_rapid: np.ndarray
    is_recovered: np.ndarray
    is_followed: np.ndarray
    uses: np.ndarray
    is_habit: np.ndarray
    is_searching: np.ndarray
    log_seconds: np.ndarray
    attempts: np.ndarray
    completions: np.ndarray


def use(world: World, plan: Plan, feature: int, who: People, rng: Draws) -> Use:
    """One feature's ladder, user by user."""
    trait = {name: row[feature] for name, row in plan.traits.items()}
    fault = dict(zip(CAUSES, plan.severity[feature], strict=True))
    count, wish = len(who.activity), world.motivation * who.motivation
    eligible = who.plan >= plan.restricted[feature]
    seen = rng.binomial(who.sessions, sigmoid(np.array(trait["reach"] - fault["unseen"])))
    seen = seen * eligible
    needs = rng.random(count) < sigmoid(
        trait["need"] - fault["niche"] + world.need_by_activity * who.activity + 0.5 * wish
    )
    notice = sigmoid(trait["notice"] - fault["unnoticed"] + wish) * np.where(needs, 1.0, 0.15)
    first = rng.geometric(np.maximum(notice, 1e-4))
    tried = first <= seen
    left = np.where(tried, who.sessions * (1 - first / (seen + 1.0)), 0.0).astype(np.int64)
    ease = trait["ease"] - fault["usability"]
    worth = trait["value"] - fault["worthless"]
    clean = tried & (rng.random(count) < sigmoid(ease + 0.5 * wish))
    again = tried & ~clean & (left > 0)
    again &= rng.random(count) < sigmoid(-0.8 + 1.2 * needs + 0.3 * worth + wish)
    recovered = again & (rng.random(count) < sigmoid(ease + 0.5 + 0.5 * wish))
    keeps = rng.random(count) < sigmoid(
        worth - 1.0 + 1.0 * needs + wish - 0.5 * recovered - 0.25 * np.maximum(0.8 - ease, 0)
    )
    done = clean | recovered
    pace = sigmoid(np.array(trait["cadence"] - 0.3 * fault["worthless"]))
    pace = pace * (0.4 + 0.6 * sigmoid(np.array(ease)))
    later = rng.binomial(left, np.where(keeps, pace, 0.03))
    uses = np.where(done, 1 + later, 0)
    searching = eligible & ~tried & needs & (rng.random(count) < sigmoid(-3.0 + wish))
    logged, at, lost_try = _logged(plan, feature, who, seen, np.where(tried, first, 0), rng)
    seconds = trait["seconds"] + 0.25 * fault["usability"] - 0.1 * wish
    seconds = seconds + 0.6 * rng.normal(size=count)
    return Use(
        eligible, logged, at, tried, tried & lost_try, clean, again,
        again & (rng.random(count) < 0.45), recovered, left >= 4, uses,
        keeps & (uses >= 4), searching, seconds, tried + again + later, uses,
    )  # fmt: skip


def _logged(
    plan: Plan, feature: int, who: People, seen: np.ndarray, first: np.ndarray, rng: Draws
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Exposures as the tracker has them, those up to the first try, and whether its own is lost."""
    lost, phantom = plan.lost[feature], plan.phantom[feature]
    before = np.maximum(first - 1, 0)
    after = seen - before - (first > 0)
    if lost > 0:
        before, after = rng.binomial(before, 1 - lost), rng.binomial(after, 1 - lost)
    if phantom > 0:
        others = rng.binomial(who.sessions - seen, phantom)
        share = np.where(first > 0, first / (seen + 1.0), 1.0)
        extra = rng.binomial(others, share)
        before, after = before + extra, after + others - extra
    is_lost = (rng.random(len(seen)) < lost) & (first > 0)
    own = (first > 0) & ~is_lost
    return before + own + after, np.where(first > 0, before + own, 0), is_lost
