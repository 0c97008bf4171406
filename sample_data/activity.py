"""One day in the life of the product: who comes, what they do, what is recorded of it."""

from dataclasses import dataclass, field

import numpy as np

from sample_data.accounts import Accounts
from sample_data.background import background
from sample_data.chance import Floats, Ints, chances, stream
from sample_data.effects import Effects, per_visit
from sample_data.events import (
    NOTHING,
    QUERIES,
    Events,
    Steps,
    invoice_values,
    order_of,
    steps_of,
)
from sample_data.experiments import Exposures, Trial, trials
from sample_data.feedback import Voices
from sample_data.ladder import (
    ACTIONS,
    COMPLETED,
    LOGGED_IN,
    LOGIN,
    PAGE,
    SEARCH,
    SEARCHED,
    Ladder,
    Visits,
    badly_tracked,
)
from sample_data.people import People, active_people
from sample_data.product import Product
from sample_data.releases import Rollouts
from sample_data.seasons import levels
from sample_data.sessions import Sessions, make_sessions
from sample_data.truths import planted

SESSION_STEP = 10_000_000  # session numbers of one day


@dataclass(slots=True)
class World:
    """Everything that changes from day to day."""

    product: Product
    accounts: Accounts
    people: People
    seed: int
    ladder: Ladder = field(init=False)
    rollouts: Rollouts = field(init=False)
    trials: list[Trial] = field(init=False)
    effects: Effects = field(init=False)
    voices: Voices = field(init=False)
    exposures: list[Exposures] = field(default_factory=list)
    first_seen: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.ladder = Ladder(self.product, self.accounts, self.people, self.seed)
        self.rollouts = Rollouts(self.product, self.people)
        self.trials = trials(self.product, self.people)
        self.effects = Effects(self.product, self.people, self.trials)
        self.voices = Voices(self.product, self.seed)
        self.first_seen = np.full(len(self.people), np.iinfo(np.int64).max)

    def live(self, day: int) -> Events:
        """Live one local day; its events, in no order."""
        plan = self.accounts.plan_on(day)
        self.rollouts.advance(day)
        wane = fading(self.accounts, day)
        active = active_people(self.people, wane, levels(day, self.seed), day, self.seed)
        sessions = make_sessions(self.product, self.people, active, day, self.seed)
        self._meet(active, sessions, day)
        visits, session, pattern, seconds = self._visits(active, plan, sessions, day)
        self.voices.listen(active, visits, pattern, sessions, session, day)
        reported = badly_tracked(self.product, visits, pattern, day, self.seed)
        events = self._events(active, plan, sessions, (visits, session, reported, seconds), day)
        version = self.rollouts.current + 1
        around = background(self.product, self.people, (plan, version), day, self.seed)
        return Events.joined([events, around])

    def _meet(self, active: Ints, sessions: Sessions, day: int) -> None:
        """Releases and experiments are met at the start of the day's first session."""
        seen_at, platform = sessions.started[sessions.first], sessions.platform[sessions.first]
        self.first_seen[active] = np.minimum(self.first_seen[active], seen_at)
        self.rollouts.meet(active, seen_at, day)
        for trial in self.trials:
            if trial.runs_on(day):
                self.exposures.append(trial.expose(active, seen_at, platform, day, self.seed))

    def _visits(
        self, active: Ints, plan: Ints, sessions: Sessions, day: int
    ) -> tuple[Visits, Ints, Ints, Floats]:
        """Visits that take place, the session and outcome of each, and how long it takes."""
        gains = self.effects.gains(active, day)
        plan_of_active, taste = plan[self.people.account[active]], self.people.taste[active]
        visits = self.ladder.visits(active, plan_of_active, taste, gains, day, self.seed)
        rng = stream(self.seed, "placing", day)
        share = chances(len(visits.user), rng) * sessions.count[visits.user]
        session = sessions.first[visits.user] + share.astype(np.int64)
        happens = ~sessions.is_lost[session]
        visits = Visits(visits.user[happens], visits.feature[happens])
        session = session[happens]
        success = per_visit(gains.success, visits.user, visits.feature)
        hurt = np.float32(planted("outage")["success_factor"])
        success *= np.where(sessions.is_hurt[session], hurt, np.float32(1))
        pattern = self.ladder.outcomes(active, visits, success, day, self.seed)
        return visits, session, pattern, per_visit(gains.seconds, visits.user, visits.feature)

    def _events(
        self,
        active: Ints,
        plan: Ints,
        sessions: Sessions,
        visited: tuple[Visits, Ints, Ints, Floats],
        day: int,
    ) -> Events:
        visits, session, pattern, seconds = visited
        rng = stream(self.seed, "events", day)
        between_session, between_pattern, is_opening = _between(sessions, rng)
        session = np.concatenate([session, between_session])
        order = order_of(
            (session << 15)
            | np.where(
                np.r_[np.zeros(len(visits.user), dtype=np.bool_), is_opening],
                0,
                rng.integers(1, 1 << 15, size=len(session)),
            )
        )
        session = session[order]
        pattern = np.concatenate([pattern, between_pattern])[order]
        feature = np.concatenate([visits.feature, np.zeros_like(between_session)])[order]
        seconds = np.concatenate([seconds, np.ones(len(is_opening), dtype=np.float32)])[order]
        median = np.array([feature.seconds * 1000 for feature in self.product.features])
        median_ms = (median[feature] * seconds).astype(np.int64)
        steps = steps_of(pattern, session, median_ms, sessions.started, rng)
        return self._columns(active, plan, sessions, (steps, session, feature), day)

    def _columns(
        self,
        active: Ints,
        plan: Ints,
        sessions: Sessions,
        placed: tuple[Steps, Ints, Ints],
        day: int,
    ) -> Events:
        steps, session, feature = placed
        rng = stream(self.seed, "columns", day)
        of_session = session[steps.visit]
        user = active[sessions.user[of_session]]
        is_other = steps.action >= LOGGED_IN
        base = np.where(is_other, (len(self.product.features) - 1) * len(ACTIONS), 0)
        event = np.where(is_other, base + steps.action, 0)
        event = np.where(is_other, event, feature[steps.visit] * len(ACTIONS) + steps.action)
        invoice = self.product.feature("invoice_run") * len(ACTIONS) + COMPLETED
        queries = rng.integers(0, len(QUERIES), size=len(user))
        return Events(
            time=steps.time,
            user=user.astype(np.int32),
            event=event.astype(np.int16),
            session=(day + 100) * SESSION_STEP + of_session,
            platform=sessions.platform[of_session],
            version=(self.rollouts.current[user] + 1).astype(np.int8),
            plan=plan[self.people.account[user]].astype(np.int8),
            duration=steps.duration.astype(np.int32),
            value=invoice_values(event == invoice, rng).astype(np.int32),
            query=np.where(steps.action == SEARCHED, queries, NOTHING).astype(np.int8),
        )


def fading(accounts: Accounts, day: int) -> Floats:
    """Level of each account: use fades in the weeks before it leaves."""
    days = planted("churn_driver")["fading_days"]
    left = (accounts.ended - day).astype(np.float32) / np.float32(days)
    level: Floats = np.clip(np.float32(0.3) + np.float32(0.7) * left, 0.3, 1)
    return level.astype(np.float32)


def _between(sessions: Sessions, rng: np.random.Generator) -> tuple[Ints, Ints, np.ndarray]:
    """Page views, logins and searches of sessions: (session, pattern, is the opening)."""
    count = len(sessions.user)
    alive = np.flatnonzero(~sessions.is_lost)
    logs_in = chances(count, rng)[alive] < 0.55
    views = np.repeat(alive, rng.choice(3, size=len(alive), p=[0.58, 0.28, 0.14]))
    searches = alive[chances(len(alive), rng) < 0.06]
    session = np.concatenate([alive, views, searches])
    pattern = np.concatenate(
        [np.where(logs_in, LOGIN, PAGE), np.full(len(views), PAGE), np.full(len(searches), SEARCH)]
    )
    return session, pattern, np.arange(len(session)) < len(alive)
