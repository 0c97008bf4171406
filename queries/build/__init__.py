"""From the user's files to a published snapshot of small, exact, sorted tables."""

from queries.build.builder import BuildResult, Progress, build

__all__ = ["BuildResult", "Progress", "build"]
