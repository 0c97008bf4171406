"""What counts as a node of a path, and which events of a visit are walked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from queries.errors import QueryError

Shown = Literal["event", "feature"]
Visit = Literal["session", "user"]
Repeats = Literal["consecutive", "once", "none"]
Direction = Literal["from", "to"]

MOST_RULES = 50  # of cleaning
LONGEST_NAME = 200  # characters


@dataclass(frozen=True, slots=True)
class PathRules:
    """How events become nodes, and what one visit is.

    Attributes:
        shown: What a node is: an event, or the feature that it is about; others are left out.
        visit: What is walked: each session, or all that a user did in the period.
        repeats: "consecutive": a run of the same is one node; "once": only the first time in a
            visit; "none": every event is a node.
        hidden: Names that are left out; `*` stands for any letters.
        joined: (pattern, name): what fits the pattern is called by the name; the first that fits.

    Raises:
        QueryError: A rule is empty or too long, or there are too many.
    """

    shown: Shown = "event"
    visit: Visit = "session"
    repeats: Repeats = "consecutive"
    hidden: tuple[str, ...] = ()
    joined: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        rules = len(self.hidden) + len(self.joined)
        if rules > MOST_RULES:
            raise QueryError(f"a path has at most {MOST_RULES} cleaning rules, got {rules}")
        for text in (*self.hidden, *(part for one in self.joined for part in one)):
            if not 0 < len(text.strip()) <= LONGEST_NAME:
                raise QueryError(
                    f"a cleaning rule has names of 1 to {LONGEST_NAME} letters, got {text[:40]!r}"
                )

    def node(self, name: str) -> str | None:
        """What an event's or feature's name becomes; None: it is left out.

        Examples:
            >>> rules = PathRules(hidden=("ping*",), joined=(("page_*", "a page"),))
            >>> rules.node("ping_sent"), rules.node("page_home"), rules.node("paid")
            (None, 'a page', 'paid')
        """
        if any(fnmatchcase(name, _pattern(one)) for one in self.hidden):
            return None
        joined = (called for one, called in self.joined if fnmatchcase(name, _pattern(one)))
        return next(joined, name)

    def nodes(self, names: Iterable[str]) -> Mapping[str, str]:
        """The node of each name that is not left out."""
        found = {name: self.node(name) for name in names}
        return {name: node for name, node in found.items() if node is not None}


def _pattern(text: str) -> str:
    """Only `*` is special."""
    return text.replace("[", "[[]").replace("?", "[?]")


@dataclass(frozen=True, slots=True)
class Along:
    """A path whose rows a funnel counts: its rules, and where its walks begin or end.

    Attributes:
        rules: How events become nodes.
        anchor: The node that walks begin with, or end at; empty: each visit's first node.
        direction: "from" the anchor, or up "to" it.
        first: Without an anchor: the node that a visit must begin with.
    """

    rules: PathRules
    anchor: str = ""
    direction: Direction = "from"
    first: str = ""
