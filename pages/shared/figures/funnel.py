"""A funnel: one bar per step, as long as the share that got there."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from pages.shared import words
from pages.shared.figures.canvas import SMALL_TEXT, figure
from pages.shared.figures.forest import forest
from pages.shared.palette import GREY, MUTED_TEXT, TEXT, THIS_PERIOD
from pages.shared.plain import chart

BAR_HEIGHT = 58  # pixels of a step, with its name above the bar
ROOM_FOR_NUMBERS = 1.32  # of the longest bar: the figures stand behind it
LONGEST_NAME = 60  # characters


@dataclass(frozen=True, slots=True)
class StepBar:
    """One step.

    Attributes:
        name: What it is called; may come from the data.
        count: Who reached it.
        share: Of those who entered; None: nobody did.
        low: Lower end of the share's interval.
        high: Upper end.
        step_share: Of those at the step before; None for the first.
        before: The share in the comparison; None: there is none.
    """

    name: str
    count: int
    share: float | None
    low: float | None
    high: float | None
    step_share: float | None
    before: float | None = None


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group of a breakdown.

    Attributes:
        name: Its value; comes from the data.
        entered: Who entered.
        converted: Of those, who reached the last step.
        share: converted ÷ entered.
        difference: Share minus that of all others, and the ends of its interval.
    """

    name: str
    entered: int
    converted: int
    share: float | None
    difference: tuple[float | None, float | None, float | None]


def funnel_steps(steps: Sequence[StepBar], *, noun: str = "user") -> go.Figure:
    """Bars from the first step down, with the interval of each share; a grey one is before."""
    drawing = figure(height=len(steps) * BAR_HEIGHT + 12, hovermode="y", barmode="overlay")
    places = list(range(len(steps)))
    if any(step.before is not None for step in steps):
        drawing.add_bar(
            x=[step.before for step in steps],
            y=[place + 0.16 for place in places],
            orientation="h",
            width=0.52,
            marker={"color": GREY, "opacity": 0.35},
            hoverinfo="skip",
        )
    drawing.add_bar(
        x=[step.share or 0 for step in steps],
        y=[place + 0.16 for place in places],
        orientation="h",
        width=0.36,
        marker={"color": THIS_PERIOD},
        error_x=_ends(steps),
        customdata=[_hover(step, noun) for step in steps],
        hovertemplate="%{customdata}<extra></extra>",
    )
    for place, step in zip(places, steps, strict=True):
        drawing.add_annotation(
            x=0, y=place - 0.3, text=f"{place + 1}  {_named(step.name)}", showarrow=False,
            xanchor="left", font={"size": 13, "color": TEXT},
        )  # fmt: skip
        drawing.add_annotation(
            x=max(step.high or 0, step.share or 0, step.before or 0), y=place + 0.16,
            text=_figures(step), showarrow=False, xanchor="left", xshift=6,
            font={"size": SMALL_TEXT, "color": TEXT},
        )  # fmt: skip
    drawing.update_xaxes(visible=False, range=[0, ROOM_FOR_NUMBERS])
    drawing.update_yaxes(visible=False, range=[len(steps) - 0.5, -0.55], nticks=None)
    return drawing


def group_differences(groups: Sequence[GroupLine], *, noun: str = "user") -> go.Figure:
    """How far each group's conversion lies from that of all the others, with its interval."""
    drawing = forest(
        [f"{group.name} · {words.full(group.share, 'percent')}" for group in groups],
        *(
            [None if end is None else 100 * end for end in ends]
            for ends in zip(*(group.difference for group in groups), strict=True)
        ),
        hovers=[_of_group(group, noun) for group in groups],
    )
    drawing.update_xaxes(tickformat="+~g", ticksuffix=" pp")
    return drawing


def _of_group(group: GroupLine, noun: str) -> str:
    value, low, high = group.difference
    ends = f"{words.points(low)} to {words.points(high)}"
    entered = words.counted(group.entered, noun)
    return f"{group.name}: {group.converted:,} of {entered}; {words.points(value)} ({ends})"


def _ends(steps: Sequence[StepBar]) -> dict[str, object]:
    """The interval around each share but the first, which is everybody."""
    known = [step.share is not None and step.high is not None for step in steps]
    above = [(s.high or 0) - (s.share or 0) if is_known else 0
             for s, is_known in zip(steps, known, strict=True)]  # fmt: skip
    below = [(s.share or 0) - (s.low or 0) if is_known else 0
             for s, is_known in zip(steps, known, strict=True)]  # fmt: skip
    return {
        "type": "data", "symmetric": False, "array": above, "arrayminus": below,
        "color": MUTED_TEXT, "thickness": 1.2, "width": 3,
    }  # fmt: skip


def _figures(step: StepBar) -> str:
    share = "" if step.step_share is None else f" · {words.full(step.share, 'percent')}"
    return f"<b>{words.compact(step.count)}</b>{share}"


def _hover(step: StepBar, noun: str) -> str:
    lines = [f"<b>{_named(step.name)}</b>", words.counted(step.count, noun)]
    if step.step_share is not None:
        ends = words.interval(step.low, step.high)
        lines.append(f"{words.full(step.share, 'percent')} of all ({ends})")
        lines.append(f"{words.full(step.step_share, 'percent')} of the step before")
    if step.before is not None:
        lines.append(f"before: {words.full(step.before, 'percent')} of all")
    return "<br>".join(lines)


def _named(name: str) -> str:
    text = chart(name)
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
