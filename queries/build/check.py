"""`check`: what each table would be read as, without building anything."""

from dataclasses import dataclass

from queries.workspace import Workspace


@dataclass(frozen=True, slots=True)
class TableCheck:
    pass


def check(workspace: Workspace) -> list[TableCheck]:
    return []
