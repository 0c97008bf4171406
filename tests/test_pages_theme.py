"""The palettes: exactly as many colours as charts need, and readable on both backgrounds."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pages.shared import palette

CONFIG = tomllib.loads(
    (Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
)
THEMES = ("light", "dark")
TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
GRAPHICS_CONTRAST = 3.0  # WCAG 2.2, 1.4.11


def theme(name: str) -> dict[str, Any]:
    return CONFIG["theme"][name]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white_is_the_highest() -> None:
    assert contrast("#000000", "#FFFFFF") == 21.0


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("kind", ["Categorical", "Sequential", "Diverging"])
def test_a_palette_has_ten_colours(name: str, kind: str) -> None:
    assert len(theme(name)[f"chart{kind}Colors"]) == 10


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("colour", ["textColor", "linkColor", "greenTextColor", "redTextColor"])
def test_text_is_readable(name: str, colour: str) -> None:
    for background in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(theme(name)[colour], theme(name)[background]) >= TEXT_CONTRAST


@pytest.mark.parametrize("name", THEMES)
def test_text_on_every_heatmap_step_is_readable(name: str) -> None:
    steps = theme(name)["chartSequentialColors"]
    pale, strong = steps[: palette.FIRST_STRONG_STEP], steps[palette.FIRST_STRONG_STEP :]
    ratios = [contrast(step, theme(name)["textColor"]) for step in pale]
    ratios += [contrast(step, theme(name)["backgroundColor"]) for step in strong]
    assert min(ratios) >= TEXT_CONTRAST


@pytest.mark.parametrize("name", THEMES)
def test_the_two_periods_are_told_apart_from_the_background(name: str) -> None:
    colours = theme(name)["chartCategoricalColors"]
    for position in (0, 6):  # this period, and the comparison
        assert contrast(colours[position], theme(name)["backgroundColor"]) >= GRAPHICS_CONTRAST


def test_the_comparison_is_the_seventh_colour() -> None:
    assert palette.PREVIOUS_PERIOD == "#000007"


def test_the_rest_of_a_list_is_grey() -> None:
    assert palette.colour_of(2, "Other") == palette.colour_of(9, "Peru") == palette.GREY
