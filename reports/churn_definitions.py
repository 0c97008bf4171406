"""What the figures about churn and revenue count, over which denominator, and how rivals differ."""

from metrics.revenue import Rules

MODES = {
    "net": "each customer's start and end of the month compared",
    "event": "every movement in between added up",
}
PAID_SPANS = (
    "**Paid spans**: one row for each time an account paid one price. An account's MRR is the sum "
    "of its spans that run at that moment; trials and free plans are 0. Days are those of the "
    "workspace's time zone."
)


def bridge(rules: Rules) -> str:
    """The definition of the bridge and of the rates that stand on it."""
    return (
        "**MRR bridge**: start + new + reactivation + expansion − contraction − churn ± currency = "
        "end, exactly. The customer is the account: all its subscriptions add up first.\n\n"
        "- **New**: from nothing, never paid before. **Reactivation**: from nothing, paid before.\n"
        "- **Expansion**, **contraction**: pays more, pays less. **Churn**: pays nothing now.\n"
        "- **Currency**: what exchange rates alone changed; never a movement.\n\n"
        f"Counted here in **{rules.mode} mode**: {MODES[rules.mode]}. The two modes differ a lot "
        "when customers go up and down within a month, and are never mixed."
    )


def rates(rules: Rules) -> str:
    """The definition of the rates of a month."""
    return (
        "- **Logo churn**: customers lost ÷ customers at the start, of the same customers; Wilson "
        "interval.\n"
        "- **Gross revenue churn**: (churn + contraction) ÷ MRR at the start.\n"
        "- **Net revenue churn**: (churn + contraction − expansion − reactivation) ÷ MRR at the "
        "start; below 0 the base grows by itself.\n"
        "- **Quick ratio**: (new + expansion) ÷ (churn + contraction); empty when nothing was "
        "lost.\n\n"
        "Intervals of revenue rates treat accounts as a sample, amounts as they are (95 %, "
        "linearised ratio): with few or very unequal accounts they are too narrow. Counted in "
        f"{rules.mode} mode; the month in progress has no rate."
    )


RETAINED = (
    "**NRR**: what the customers who paid a year ago pay now ÷ what they paid then. **GRR**: the "
    "same, nobody counted for more than they paid then, so never above 100 %. One cohort a year "
    'apart, not a product of twelve months. "1 − net churn" is not NRR: it also counts customers '
    "who came back from outside the cohort."
)

MOVEMENTS = (
    "One row for each movement behind the bars: the account, the day, what it paid before and "
    "after. They add up to the bar."
)

REASONS = (
    "Why accounts left, as the `reason` of their last paid span says: accounts that paid at the "
    'start of a complete month and nothing at its end, and what they paid. "(not set)" left '
    "without one."
)


def return_curve(horizon: int) -> str:
    """The definition of the return curve and of the threshold on it."""
    return (
        "**Return curve**: of the silences that lasted d days, the share that ends with a return "
        f"within the next {horizon} days: 1 − S(d + {horizon}) ÷ S(d), S by Kaplan-Meier over all "
        "gaps between active days. Everybody's last silence is still open: it counts up to the "
        "last complete day, then drops out. Percentiles of ended gaps would leave out those who "
        "never came back.\n\n"
        "**Threshold d\\***: the first day of silence after which at most 10 % come back. Two "
        "errors are shown: who was called gone and came back, and who is silent, not called yet, "
        "and will not come back within the horizon. It counts silences, so who comes and goes "
        "often counts often."
    )


def usage_churn(days: int) -> str:
    """The definition of usage churn at an interval."""
    return (
        f"**Usage churn**: people active in one interval of {days} days and silent throughout the "
        "next ÷ people active in the first; Wilson interval. **Resurrected**: active now, not in "
        "the interval before, but earlier. **New**: active for the first time ever, too young to "
        "be lost. Intervals end with the last complete day; only whole ones are there."
    )


RECONCILIATION = (
    "One choice after the other is switched from the first way of counting to the second, and each "
    "line says what that choice alone moved. The lines add up exactly; where choices touch the "
    "same customers their split depends on the order, which is fixed."
)

PRESETS = (
    "The same spans counted as each tool documents it:\n\n"
    "- **ChartMogul**: churn when the subscription is cancelled; past due until cancelled; a pause "
    "goes on; every movement.\n"
    "- **Baremetrics**: churn when cancelled, or 30 days unpaid; joined and left in one month "
    "counts as lost; every movement.\n"
    "- **ProfitWell**: churn at the end of paid time, or 15 days unpaid; joined and left in one "
    "month is left out; every movement.\n"
    "- **Tidemark**: churn at the end of paid time, or 30 days unpaid; start and end of the month "
    "compared."
)

MIGRATIONS = (
    "A churn and a new that share an `account_key`, lie within 31 days and differ by at most 20 % "
    "of MRR: a new billing system, a rename or a merger looks like that. They are candidates to "
    "look at; nothing is taken out of any number."
)


def survival(unit: str) -> str:
    """The definition of survival curves."""
    clock = (
        "Age is counted in renewals, since contracts end there; an account left at the renewal "
        "nearest to its end."
        if unit == "renewal"
        else "Age is counted in months of 30.4 days."
    )
    return (
        "**Survival**: the share of accounts still paying at each age, from their first paid day. "
        "Leaving is the end of all that is paid for, for longer than the grace; who still pays "
        f"counts up to the last complete day and then drops out (Kaplan-Meier). {clock} Rhythms of "
        "billing are never pooled. Intervals are 95 %, log(−log) (R's default is log); a curve "
        "stops where fewer than 20 are at risk.\n\n"
        "**Log-rank**: whether the groups leave at the same rate. **Mean time**: within the "
        "horizon, the area under the curve; **longer by**: its difference from the largest group."
    )


DRIVERS = (
    "**Hazard ratio**: how much more often accounts with an attribute leave than those with the "
    "commonest value, at every age, the other attributes held equal: 2 is twice as often. Cox's "
    "model, Efron's ties, 95 % intervals; attributes as they were at the first paid day. These go "
    "with leaving; that is not why accounts leave. **Constancy**: a small p-value says that the "
    "ratio changes with age (Grambsch and Therneau); then young and old accounts are looked at "
    "apart, cut at the age by which half of the leavers had left."
)

COHORTS = (
    "Customers by the month in which they first paid, and what they pay at the end of that month "
    "(0) and of each later one ÷ what each first paid (NRR); with nobody counted for more than at "
    "first (GRR). A hole is not over yet."
)

RENEWALS = (
    "**sBG**: each account has a chance of its own not to renew, always the same; the doubtful "
    "leave early, so the rest renews better (Fader and Hardie 2007). Fitted to the Kaplan-Meier "
    "curve over renewals where at least 20 are at risk. **Back-test**: the last renewals are "
    "withheld, projected from the ones before, and compared. It knows no price rise to come."
)

RISK = (
    "**Risk**: the probability that an account that pays today leaves between 8 and 35 days from "
    "now. Learned every two weeks from what was known on that day (usage and payments of the 28 "
    "days before), on older days of some accounts, and judged on later days of the others. Each "
    "attribute is made again from data that end on that day: one that changes knows the future, "
    "and nothing is learned.\n\n"
    "A logistic regression with splines: the score is the base plus one part per attribute, "
    "exactly. Trees are fitted beside it as a yardstick. **Expected loss** = risk × MRR. **Lift**: "
    "leavers among the highest tenth of scores ÷ base rate. **Brier**: mean squared error.\n\n"
    "What raises a score is associated with leaving, never the reason for it. The SQL lists the "
    "paid spans; usage is that of each account's people by day."
)

BUYERS = (
    "**BG/NBD**: each person does it at a rate of their own and may stop after any time; "
    "**MBG/NBD**: also after the first. Counted by days with the event, time in weeks (Fader, "
    "Hardie and Lee 2005; Batislam et al. 2007). BG/NBD takes everybody who did it once as still "
    "there, by construction: read MBG/NBD for them.\n\n"
    "**Test**: both are fitted to the first three quarters of the days, and what they expect of "
    "the last quarter is compared with what was seen. They know no season, price or release; "
    "habits with weekdays and holidays are more regular than the models take them to be."
)
