"""The schema as the editor completes it; made once for each snapshot and sight."""

from functools import lru_cache

from pages.shared.code_editor import Words
from queries import Workspace
from queries.sandbox.functions import FUNCTIONS
from reports.schema import Schema, schema

SHARED_PARAMETERS = (
    "start_date", "end_date", "compared_start", "compared_end", "data_start", "watermark",
)  # fmt: skip


def schema_words(workspace: Workspace) -> Words:
    """Tables, columns, functions and the usual parameters."""
    snapshot = workspace.snapshot
    return _words(workspace, snapshot.id) if snapshot else Words()


@lru_cache(maxsize=16)
def _words(workspace: Workspace, snapshot_id: str) -> Words:  # noqa: ARG001  (part of the key)
    found: Schema = schema(workspace)
    return Words(
        tables=[
            {
                "name": table.name,
                "group": table.group,
                "meaning": table.meaning,
                "columns": [
                    {"name": one.name, "type": one.type, "meaning": one.meaning}
                    for one in table.columns
                ],
            }
            for table in found.tables
        ],
        functions=sorted(name for name in FUNCTIONS if name[0].isalpha()),
        parameters=SHARED_PARAMETERS,
    )
