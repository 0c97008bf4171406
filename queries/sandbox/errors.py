"""What can go wrong with ad-hoc SQL; every message is fit for whoever wrote it.

QueryError
└── SandboxError        the text could not be answered; where in it, and what would be right
    ├── Refused         the gate does not let it through
    ├── StoppedByLimit  it needed more time, memory or room than it may have
    ├── Cancelled       whoever asked took it back
    └── Busy            everybody who answers is at work, and the line is long
"""

from queries.errors import QueryError


class SandboxError(QueryError):
    """A text could not be answered.

    Attributes:
        position: Where in the text, in characters from 0; None: not known.
        suggestion: The nearest right name; None: there is none.
        is_of_files: Whether the data could not be read.
    """

    def __init__(
        self,
        message: str,
        *,
        position: int | None = None,
        suggestion: str | None = None,
        is_of_files: bool = False,
    ) -> None:
        super().__init__(message)
        self.position = position
        self.suggestion = suggestion
        self.is_of_files = is_of_files


class Refused(SandboxError):
    """The gate does not let the text through; the message says what is right."""


class StoppedByLimit(SandboxError):
    """The text needed more than it may have.

    Attributes:
        limit: Which limit, by its name in `Limits`.
        value: How much that is.
    """

    def __init__(self, message: str, *, limit: str, value: float) -> None:
        super().__init__(message)
        self.limit = limit
        self.value = value


class Cancelled(SandboxError):
    """Whoever asked took it back."""


class Busy(SandboxError):
    """Everybody who answers is at work, and the line is long."""
