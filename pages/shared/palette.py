"""Colours of the charts, by meaning.

These are the placeholders that Streamlit's Plotly theme replaces in the browser, so a chart follows
a switch between light and dark at once. The colours themselves stand in .streamlit/config.toml:
BLUE is the first of `chartCategoricalColors`, STEPS are `chartSequentialColors`.
"""

BLUE, VERMILION, GREEN, PINK, ORANGE, SKY, GREY, PURPLE, BROWN, TEAL = (
    "#000001",
    "#000002",
    "#000003",
    "#000004",
    "#000005",
    "#000006",
    "#000007",
    "#000008",
    "#000009",
    "#000010",
)

THIS_PERIOD = BLUE
PREVIOUS_PERIOD = GREY
CATEGORIES = (BLUE, VERMILION, GREEN, PINK, ORANGE, PURPLE, TEAL)  # at most seven, then "Other"
OTHER = GREY

STEPS = (
    "#000011",
    "#000012",
    "#000013",
    "#000014",
    "#000015",
    "#000016",
    "#000017",
    "#000018",
    "#000019",
    "#000020",
)
FIRST_STRONG_STEP = 5  # from this step on, text on the colour is written in the page's background

TEXT = "#000037"
MUTED_TEXT = "#000036"
BACKGROUND = "#000038"
GRID = "#000039"


def colour_of(position: int, name: str) -> str:
    """The colour of a category: by its place in the whole list, grey when it is the rest."""
    if name == "Other" or position >= len(CATEGORIES):
        return OTHER
    return CATEGORIES[position]
