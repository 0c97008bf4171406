"""The secret that personal values are hashed with: kept beside the roll-ups, shown to nobody."""

import os
import secrets
from pathlib import Path

from queries.errors import WorkspaceError
from queries.snapshot import FOLDER

FILE_NAME = "salt"
VARIABLE = "TIDEMARK_SALT"
BYTES = 32


def salt_of(folder: Path) -> str:
    """The workspace's secret; made once, readable by its owner alone.

    Raises:
        WorkspaceError: It can be neither read nor made, so nothing can be hashed.
    """
    given = os.environ.get(VARIABLE)
    if given:
        return given
    path = folder / FOLDER / FILE_NAME
    try:
        if not path.is_file():
            _make(path)
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WorkspaceError(
            f"{path}, the secret for personal columns, can be neither read nor made: {error}. Let "
            f"the server write there, or set the environment variable {VARIABLE}"
        ) from error


def _make(path: Path) -> None:
    """Written aside and linked, so that two who make it at once end with the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(BYTES))
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
