"""Measurements as Markdown, printed and kept in docs/performance.md."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BETWEEN = re.compile(r"(<!-- bench: begin -->\n).*?(\n<!-- bench: end -->)", flags=re.DOTALL)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of figures.

    Attributes:
        title: What it is about.
        columns: Heads, the first one for what was measured.
        rows: One for each thing measured, as texts.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    @property
    def markdown(self) -> str:
        """The table, figures to the right."""
        rule = ["---"] + ["--:"] * (len(self.columns) - 1)
        lines = [f"| {' | '.join(cells)} |" for cells in (self.columns, rule, *self.rows)]
        return "\n".join([f"### {self.title}", "", *lines])


def keep(text: str, page: Path = PAGE) -> None:
    """Put `text` between the marks of docs/performance.md."""
    before = page.read_text(encoding="utf-8")
    after, replaced = BETWEEN.subn(lambda marks: f"{marks[1]}\n{text}\n{marks[2]}", before)
    if replaced != 1:
        raise ValueError(f"{page} needs one pair of bench marks, has {replaced}")
    page.write_text(after, encoding="utf-8")
