"""From the user's files to a published snapshot of small, exact, sorted tables."""

from queries.build.builder import BuildResult, Progress, build
from queries.build.check import TableCheck, check
from queries.build.convert import convert

__all__ = ["BuildResult", "Progress", "TableCheck", "build", "check", "convert"]
