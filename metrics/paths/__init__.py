"""Which way people take: what they do after an event, or what led to it.

**A walk** is the way of one visit (a session, or a person when no sessions are given): its events
in order, after the collapse rule, from the anchor on. Nodes are counted 1, 2, 3, … from the start;
in a walk that ends at its anchor, -1 is the anchor and -2 what came before it. A visit has one
walk: from, or to, the *first* time it does the anchor; without an anchor, from its first event.

**Make it a funnel.** The visits that walk through given nodes are those of a funnel with these
nodes as steps, order "strict", attempt "first", visits as units, on the rows that
`Visits.collapsed` keeps.
"""

from metrics.paths.links import Link, links
from metrics.paths.nodes import Node, nodes
from metrics.paths.people import people_of
from metrics.paths.visits import Visits, visits_of
from metrics.paths.walks import Route, Walks, followers, walks

__all__ = [
    "Link",
    "Node",
    "Route",
    "Visits",
    "Walks",
    "followers",
    "links",
    "nodes",
    "people_of",
    "visits_of",
    "walks",
]
