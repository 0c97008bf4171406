"""What the figures of the Adoption page count, over which denominator."""

WINDOW = 28  # days: of adopting, and of coming back

TRY = (
    "A **try** is a `started` event (`opened` where a feature sends no `started`; any event but "
    "`exposed` where it sends neither). A **use day** is a local day on which somebody completed "
    "it (without `completed` events: a day with a try)."
)

REACH = (
    "**Eligible**: people active in the period while the feature was there, whose plan or other "
    "value has it. **Seen** (discovery): had an `exposed` event, of those eligible. **Tried**: of "
    "those who saw it. **Completed**: of those who tried it. **Depth**: different actions that a "
    "person used, of all that the feature offers, among people who used any (without `exposed`, "
    f"`failed` and `abandoned`).\n\n{TRY}"
)

USE_DAYS = (
    "**Breadth**: people with a use day in the period ÷ people active in it. **Days a week**: use "
    "days per user and week of the period. **Adopters**: people with at least two use days in the "
    f"period or the {WINDOW} days before it. **Per active week**: use days of adopters ÷ weeks in "
    f"which they were active. **Still use it**: adopters with a use day in the last {WINDOW} days "
    f"of the period.\n\n{TRY}"
)

NEWCOMERS = (
    "**Newcomers** of a feature: people whose first active day on which they could use it lies in "
    f"the period, moved back by {WINDOW} days, so that everybody is seen for {WINDOW} days at "
    f"least. **Adopted**: at least two use days in the first {WINDOW} days, of all newcomers. "
    "**Time to adopt**: days until half of them have their second use day, by Kaplan–Meier, which "
    "counts those who have not yet; the mean over adopters would be too short by construction. It "
    "is empty while fewer than half have adopted. **Gave up**: tried it once and neither tried nor "
    f"used it again in the {WINDOW} days after, of those whose first try is long enough ago."
    f"\n\n{TRY}"
)

TREND = f"Different people who tried the feature in each day, or week of longer periods.\n\n{TRY}"

MAP = (
    "**Breadth**: people with a use day in the period ÷ people active in it. **Days a week**: use "
    "days per user and week. Lines are the medians of features with users, so half of them are on "
    "either side by construction: the map ranks, it does not judge. Bubbles grow with the number "
    f"of users.\n\n{TRY}"
)

CONCENTRATION = (
    "Features from the most to the least used, with the share of all use days that they make "
    "together. **Head**: the smallest share of features that makes 80 % of use (Pendo's measure, "
    "which counts clicks). **Gini**: 0 when all features are used alike, (n − 1) ÷ n when one has "
    f"it all. Features that nobody used count.\n\n{TRY}"
)
