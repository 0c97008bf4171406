"""A field for SQL with colours, completion and keys: CodeMirror, or a plain field where it fails.

`editor.js` is built from `source/` by `make editor`, and served by this app (see `serving`); what
the page mounts is only a loader of some lines, so that a rerun does not send the editor again.
"""

from pages.shared.code_editor.editor import (
    Asked,
    Mark,
    Shown,
    Words,
    code_editor,
    has_failed,
)

__all__ = ["Asked", "Mark", "Shown", "Words", "code_editor", "has_failed"]
