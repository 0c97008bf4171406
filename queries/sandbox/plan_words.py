"""What the engine means to do for a text, read off its plan."""

import json
from collections.abc import Iterator
from typing import Any


def plan_facts(plan: str) -> list[dict[str, Any]]:
    """Each read of files in a plan: how many files, filters, and rows that are expected.

    Args:
        plan: The engine's physical plan, as JSON.
    """
    return list(_scans(json.loads(plan)))


def _scans(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        extra = node.get("extra_info", {})
        if "PARQUET" in str(node.get("name", "")):
            yield {"rows": extra.get("Estimated Cardinality"), "extra": extra}
        yield from _scans(node.get("children", []))
