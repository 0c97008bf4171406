"""What users say: a survey in the product, and a question after some attempts."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sample_data.chance import Ints, chances, stream
from sample_data.clock import midnight, number
from sample_data.ladder import DONE, Visits
from sample_data.product import Product
from sample_data.sessions import Sessions
from sample_data.truths import planted

ASKED_NPS = 0.006  # of active users, each day
ASKED_CSAT = 0.004  # of attempts
NO_FEATURE = -1
GOOD = (
    "Works well.",
    "Saves us an hour a day.",
    "Easy once you know it.",
    "The team likes it.",
    "",
    "",
)
BAD = (
    "Too slow today.",
    "It failed and I had to start again.",
    "I could not finish.",
    "Confusing, I gave up.",
    "",
    "",
)
ABOUT = {
    "hard_feature": (
        "Bulk edit is confusing, I never know what it will change.",
        "Bulk edit failed again and I lost my changes.",
        "I need bulk edit but cannot manage it.",
    ),
    "useless_feature": (
        "I see the activity feed but I do not need it.",
        "The activity feed only repeats my inbox.",
    ),
    "bad_release": (
        "Checklists break since the last update.",
        "The new checklists are slow and fail.",
        "Please bring back the old checklists.",
    ),
}
WISHES = (
    "I wish it could plan routes.",
    "Is there a way to plan a route for the day?",
    "A route planner would save us hours.",
)


@dataclass(slots=True)
class Voices:
    """Collects what is said, day by day."""

    product: Product
    seed: int
    rows: list[dict[str, Ints]] = field(default_factory=list)

    def listen(
        self,
        active: Ints,
        visits: Visits,
        pattern: Ints,
        sessions: Sessions,
        session: Ints,
        day: int,
    ) -> None:
        """Ask some of the day's active users, and some after an attempt."""
        rng = stream(self.seed, "feedback", day)
        asked = np.flatnonzero(chances(len(active), rng) < ASKED_NPS)
        at = sessions.started[sessions.first[asked]] + rng.integers(60_000, 900_000, len(asked))
        none = np.full(len(asked), NO_FEATURE)
        self._keep(active[asked], at, none, _nps(len(asked), rng), rng)
        tried = np.flatnonzero((pattern >= DONE) & (chances(len(pattern), rng) < ASKED_CSAT))
        at = sessions.started[session[tried]] + rng.integers(60_000, 900_000, len(tried))
        score = _csat(pattern[tried] == DONE, rng)
        self._keep(active[visits.user[tried]], at, visits.feature[tried], score, rng)

    def _keep(
        self, user: Ints, at: Ints, feature: Ints, score: Ints, rng: np.random.Generator
    ) -> None:
        pick = rng.integers(0, 60, size=len(user))
        rows = {"user": user, "at": at, "feature": feature, "score": score, "pick": pick}
        self.rows.append(rows)

    def table(self, ids: list[str]) -> dict[str, list[object]]:
        """All that was said, as columns of the feedback table, in order of time."""
        columns = {
            name: np.concatenate([row[name] for row in self.rows]).tolist()
            for name in ("user", "at", "feature", "score", "pick")
        }
        order = sorted(range(len(columns["at"])), key=columns["at"].__getitem__)
        chosen = {name: [column[row] for row in order] for name, column in columns.items()}
        features = [*(feature.name for feature in self.product.features), None]  # last: NO_FEATURE
        names = [features[position] for position in chosen["feature"]]
        said = zip(names, chosen["score"], chosen["pick"], chosen["at"], strict=True)
        begins, ends = (
            midnight(number(self.product.releases[self.product.release(version)].day))
            for version in (planted("bad_release")["release"], planted("bad_release")["fixed_by"])
        )
        return {
            "user_id": [ids[user] for user in chosen["user"]],
            "said_at": chosen["at"],
            "score": [float(score) for score in chosen["score"]],
            "scale": ["nps" if name is None else "csat" for name in names],
            "text": [
                _words(name, score, pick, is_broken=begins <= at < ends)
                for name, score, pick, at in said
            ],
            "feature": names,
            "channel": ["survey" if name is None else "in-app" for name in names],
        }


def _nps(count: int, rng: np.random.Generator) -> Ints:
    shares = [0.01, 0.01, 0.02, 0.02, 0.03, 0.06, 0.09, 0.15, 0.24, 0.2, 0.17]
    return rng.choice(11, size=count, p=shares)


def _csat(is_done: npt.NDArray[np.bool_], rng: np.random.Generator) -> Ints:
    happy = rng.choice([2, 3, 4, 5], size=len(is_done), p=[0.04, 0.12, 0.42, 0.42])
    unhappy = rng.choice([1, 2, 3, 4], size=len(is_done), p=[0.35, 0.35, 0.2, 0.1])
    return np.where(is_done, happy, unhappy)


def _words(feature: str | None, score: int, pick: int, *, is_broken: bool) -> str | None:
    """What is said with a score; many say nothing."""
    if feature is None and pick < 4:
        return WISHES[pick % len(WISHES)]
    subject = _subject(feature, is_broken=is_broken)
    if subject is not None and score <= 4 and pick < 40:
        return ABOUT[subject][pick % len(ABOUT[subject])]
    texts = BAD if score <= (6 if feature is None else 3) else GOOD
    return texts[pick % len(texts)] or None


def _subject(feature: str | None, *, is_broken: bool) -> str | None:
    """The planted truth that a user of this feature would speak of."""
    for name in ABOUT:
        if planted(name)["feature"] == feature and (name != "bad_release" or is_broken):
            return name
    return None
