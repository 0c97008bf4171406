"""An experiment in the words, icons and signs of its pages."""

from pages.shared import words
from pages.shared.words import DASH

ICONS = {
    "invalid": ":material/block:",
    "keep running": ":material/hourglass_top:",
    "ship": ":material/check_circle:",
    "do not ship": ":material/cancel:",
}
GRADES = {
    "bad": ":material/error:",
    "warning": ":material/warning:",
    "good": ":material/check_circle:",
}


def lift(value: float | None, low: float | None, high: float | None) -> str:
    """'+12.3% (+4.0% to +21.0%)'."""
    if value is None:
        return DASH
    if low is None or high is None:
        return f"{words.change(value)} (no end to the interval)"
    return f"{words.change(value)} ({words.change(low)} to {words.change(high)})"


def count(value: float) -> str:
    """A sum as a whole number, where it is one."""
    return words.full(value)
