"""What is new since the last message: items of the brief, alerts, and what waits?"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from reports.alerts import alerts, fires_on
from reports.brief_kept import analyse
from reports.brief_words import day_in_words, headline, name_of, nothing_unusual, reality, why
from reports.morning_kept import put_together

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from queries import Workspace
    from reports.brief_items import Brief, Item

LOG = logging.getLogger("tidemark")
FOLDER = ".tidemark/digests"
ALERT_DAYS = 7  # back: an alert that fired in a week without a digest is still told


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that may be told.

    Attributes:
        key: What it is; the same thing has the same key on every day.
        state: What has to change for it to be told again.
        group: The heading it stands under.
        text: What is said.
    """

    key: str
    state: str
    group: str
    text: str


@dataclass(frozen=True, slots=True)
class Digest:
    """A message.

    Attributes:
        title: Its subject.
        entries: What is new or changed.
        known: Everything, whether told or not, by key: what the next message is compared with.
        quiet: What is said when there is nothing.
    """

    title: str
    entries: tuple[Entry, ...]
    known: dict[str, str]
    quiet: str

    @property
    def text(self) -> str:
        """The message as plain text, under its headings."""
        lines: list[str] = []
        group = ""
        for one in self.entries:
            if one.group != group:
                group = one.group
                lines += ["", group] if lines else [group]
            lines.append(f"- {one.text}")
        return "\n".join(lines) if lines else self.quiet


def digest(workspace: Workspace, told: dict[str, str] | None = None) -> Digest:
    """What is new or changed against what was told before; None: everything.

    Raises:
        TidemarkError: Nothing has been built, or a part cannot be asked.
    """
    brief = analyse(workspace)
    entries = (*_alerts(workspace, brief), *_brief(workspace, brief), *_morning(workspace))
    before = told or {}
    fresh = tuple(one for one in entries if before.get(one.key) != one.state)
    day = day_in_words(brief.day) if brief.day else "no complete day"
    many = f"{len(fresh)} new" if fresh else "nothing new"
    return Digest(
        title=f"{workspace.settings.product.name}, {day}: {many}",
        entries=fresh,
        known=before | {one.key: one.state for one in entries},
        quiet=nothing_unusual(brief),
    )


def _alerts(workspace: Workspace, brief: Brief) -> Sequence[Entry]:
    since = (brief.day or date.min) - timedelta(days=ALERT_DAYS) if brief.day else date.max
    return [
        Entry(f"alert|{one.name}|{one.day}", "fired", "Alerts",
              f"{one.name} ({day_in_words(one.day)}): {one.text}.")
        for report in alerts(workspace, days=ALERT_DAYS) for one in fires_on(report, since)
    ]  # fmt: skip


def _brief(workspace: Workspace, brief: Brief) -> Sequence[Entry]:
    currency = workspace.settings.product.currency
    return [
        *(Entry(f"item|{one.key}", "told", "What changed", _said(one, currency))
          for one in brief.items),
        *(Entry(f"item|{one.key}", "told", "In the data, but no change of use",
                f"{name_of(one)}: {reality(one)}")
          for one in brief.doubted),
    ]  # fmt: skip


def _said(item: Item, currency: str) -> str:
    around = f" Around it: {'; '.join(item.around)}." if item.around else ""
    return f"{name_of(item)} {headline(item, currency)} {why(item)}{around}"


def _morning(workspace: Workspace) -> Sequence[Entry]:
    return [
        Entry(f"{section.name}|{line.key}", line.state, section.title, line.text)
        for section in put_together(workspace) for line in section.lines if line.key
    ]  # fmt: skip


# What was told, to whom


def told_before(workspace: Workspace, reader: str) -> dict[str, str]:
    """What a reader was told; nothing for a new one, or where it cannot be read."""
    try:
        found = json.loads(_place(workspace, reader).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def remember(workspace: Workspace, reader: str, told: Digest) -> None:
    """Keep what a reader knows now; a folder that cannot be written to tells it again."""
    place = _place(workspace, reader)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_suffix(".draft")
        draft.write_text(json.dumps(told.known, indent=1) + "\n", encoding="utf-8")
        draft.replace(place)
    except OSError as error:
        LOG.warning("what was told is not kept, so it will be told again: %s", error)


def _place(workspace: Workspace, reader: str) -> Path:
    """A file for each reader; addresses hold passwords, so their names are hashes."""
    name = hashlib.sha256(reader.encode()).hexdigest()[:16]
    return workspace.folder / FOLDER / f"{name}.json"
