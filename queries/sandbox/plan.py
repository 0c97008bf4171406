"""What the engine means to read for a text, taken from its plan."""

import json
from collections.abc import Iterator
from typing import Any


def plan_facts(plan: str) -> list[dict[str, Any]]:
    """Each read of files in a plan: the columns that are read, and the conditions on them.

    Args:
        plan: The engine's physical plan, as JSON.
    """
    return list(_scans(json.loads(plan)))


def _scans(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        extra = node.get("extra_info", {})
        if "PARQUET" in str(node.get("name", "")).upper():
            yield {
                "columns": [name for name in _listed(extra.get("Projections")) if name],
                "conditions": _listed(extra.get("Filters")),
            }
        yield from _scans(node.get("children", []))


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
