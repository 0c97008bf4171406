"""The page for leadership as PDF, set by typst, without a browser."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from queries import TidemarkError
from reports.goals import WORDS
from reports.leadership import quarter_in_words
from reports.leadership_html import NOTHING, chart_of

if TYPE_CHECKING:
    from reports.leadership import LeadershipReport

TEMPLATE = Path(__file__).with_suffix(".typ")


def pdf(report: LeadershipReport) -> bytes:
    """The whole file.

    Raises:
        TidemarkError: It cannot be set; the message says why.
    """
    import typst  # only where a PDF is wanted

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "page.typ").write_bytes(TEMPLATE.read_bytes())
        (folder / "chart.svg").write_bytes(ET.tostring(chart_of(report)))
        (folder / "page.json").write_text(json.dumps(_content(report)), encoding="utf-8")
        try:
            made = typst.compile(folder / "page.typ", root=folder, format="pdf")
        except RuntimeError as error:
            raise TidemarkError(f"the PDF cannot be set: {error}") from error
    if not isinstance(made, bytes):
        raise TidemarkError(f"the PDF cannot be set: got {type(made).__name__}")
    return made


def _content(report: LeadershipReport) -> dict[str, object]:
    return {
        "title": f"{report.product}, {report.quarter}",
        "days": quarter_in_words(report),
        "numbers": [list(one) for one in report.numbers],
        "sections": [
            {"title": title, "nothing": NOTHING[title], "lines": lines}
            for title, lines in (
                ("Goals", [[WORDS[one.standing], one.sentence] for one in report.goals]),
                ("Releases", [[one.head, one.text] for one in report.releases]),
                ("Experiments decided", [[one.head, one.text] for one in report.decided]),
                ("Risks", [[one.head, one.text] for one in report.risks]),
            )
        ],
        "caveats": list(report.caveats),
    }
