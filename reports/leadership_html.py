"""The page for leadership as one HTML file that needs nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from reports.goals import WORDS
from reports.leadership import LeadershipReport, Told, quarter_in_words
from reports.svg_chart import line_chart

if TYPE_CHECKING:
    from collections.abc import Sequence

STYLE = Path(__file__).with_suffix(".css")
NOTHING = {
    "Goals": "No goal is set.",
    "Releases": "No release in this quarter.",
    "Experiments decided": "None was decided in this quarter.",
    "Risks": "None is measured: train the churn model, and set objectives in workspace.toml.",
}


def chart_of(report: LeadershipReport) -> ET.Element:
    """Active people over the quarter, as SVG."""
    rows = report.course.rows
    return line_chart(
        rows["day"].to_list(),
        rows["window_users"].to_list(),
        before=report.before,
        title="People active in the 28 days up to each day; grey: the quarter before",
        unit="users",
    )


def html(report: LeadershipReport) -> bytes:
    """The whole file; texts from the data stay texts."""
    page = ET.Element("html", {"lang": "en"})
    head = ET.SubElement(page, "head")
    ET.SubElement(head, "meta", {"charset": "utf-8"})
    ET.SubElement(head, "meta", {"name": "viewport", "content": "width=device-width"})
    ET.SubElement(head, "title").text = f"{report.product}, {report.quarter}"
    ET.SubElement(head, "style").text = STYLE.read_text(encoding="utf-8")
    body = ET.SubElement(ET.SubElement(page, "body"), "main")
    ET.SubElement(body, "h1").text = f"{report.product}, {report.quarter}"
    _text(body, quarter_in_words(report), "quiet")
    _numbers(body, report)
    ET.SubElement(body, "h2").text = "Active people, 28 days"
    body.append(chart_of(report))
    _text(body, "Blue: this quarter. Grey: the quarter before.", "quiet")
    goals = [Told(WORDS[one.standing], one.sentence) for one in report.goals]
    for title, lines in (
        ("Goals", goals), ("Releases", report.releases), ("Experiments decided", report.decided),
        ("Risks", report.risks),
    ):  # fmt: skip
        _lines(body, title, lines)
    ET.SubElement(body, "h2").text = "What these figures do not say"
    for caveat in report.caveats:
        _text(body, caveat, "quiet")
    text: bytes = ET.tostring(page, encoding="utf-8", method="html")
    return b"<!doctype html>\n" + text


def _numbers(body: ET.Element, report: LeadershipReport) -> None:
    cards = ET.SubElement(body, "section", {"class": "cards"})
    for label, value, moved in report.numbers:
        card = ET.SubElement(cards, "div", {"class": "card"})
        _text(card, label, "quiet")
        _text(card, value, "value")
        _text(card, moved, "quiet")


def _lines(body: ET.Element, title: str, lines: Sequence[Told]) -> None:
    ET.SubElement(body, "h2").text = title
    if not lines:
        _text(body, NOTHING[title], "quiet")
    for one in lines:
        paragraph = ET.SubElement(body, "p")
        strong = ET.SubElement(paragraph, "strong")
        strong.text = one.head
        strong.tail = f". {one.text}"


def _text(parent: ET.Element, text: str, name: str) -> None:
    ET.SubElement(parent, "p", {"class": name}).text = text
