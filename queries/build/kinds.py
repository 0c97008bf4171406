"""What an event's name says: its feature, its action, and whether it qualifies."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache

from queries.settings import Activity, FeatureRule
from queries.tables import ACTIONS

Kind = tuple[str, str | None, str | None, bool]


class Derivation:
    """Feature and action of events, by the workspace's rules; the first that matches wins."""

    def __init__(self, rules: Iterable[FeatureRule], activity: Activity) -> None:
        self._rules = [(re.compile(rule.match), rule) for rule in rules]
        self._activity = activity
        self._derived = lru_cache(maxsize=65_536)(self._derive)

    def kind(self, event: str, feature: str | None, action: str | None) -> Kind:
        """The kind of an event; a feature or action that the row itself names wins."""
        derived_feature, derived_action, qualifies = self._derived(event)
        return (event, feature or derived_feature, _usual(action) or derived_action, qualifies)

    def _derive(self, event: str) -> tuple[str | None, str | None, bool]:
        for pattern, rule in self._rules:
            match = pattern.fullmatch(event)
            if match:
                groups = match.groupdict()
                feature = groups.get("feature") or rule.feature
                action = _usual(groups.get("action") or rule.action)
                return feature, action, self._qualifies(event)
        return None, None, self._qualifies(event)

    def _qualifies(self, event: str) -> bool:
        included = any(fnmatchcase(event, pattern) for pattern in self._activity.include)
        return included and not any(fnmatchcase(event, p) for p in self._activity.exclude)


def _usual(action: str | None) -> str | None:
    """An action in the spelling that we know: `Completed` is `completed`."""
    return action.lower() if action and action.lower() in ACTIONS else action
