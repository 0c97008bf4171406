"""What each figure counts, over which denominator, and where the big suites differ."""


def active_users(window_days: int) -> str:
    """The definition of DAU, WAU and MAU."""
    return (
        "**Active users**: different people with at least one *qualifying* event. The workspace "
        "declares which events qualify; by default all do.\n\n"
        "- **DAU**: on the day.\n"
        "- **WAU**: in the 7 days up to and including the day.\n"
        f"- **MAU**: in the {window_days} days up to and including the day.\n\n"
        "Windows overlap, so the figures must not be added up. On a weekly or monthly axis a "
        "window ends with the period's last complete day; PostHog reads a weekly bucket at its "
        "first day. MAU here is 28 days by default, so that it always holds four of each weekday; "
        "Mixpanel and Amplitude take 30. A window that reaches before the first day of data is "
        "left empty."
    )


ACTIVE_BY_PERIOD = (
    "**Active users of a period**: different people with at least one qualifying event in the "
    "calendar day, week or month. They must not be added up over periods: somebody active in two "
    "weeks counts once in each. Periods that are not over are hatched and left out of comparisons."
)


def stickiness(window_days: int) -> str:
    """The definition of stickiness."""
    return (
        f"**Stickiness**: mean daily active users of {window_days} days ÷ the different people "
        "active in them. 25 % means that whoever is active at all is there on a quarter of the "
        "days. Some suites divide the last day's DAU by MAU, which follows the weekday. What "
        "PostHog calls stickiness is the histogram of active days."
    )


LIFECYCLE = (
    "Each person active in a period is one of three, and those who lapsed are a fourth:\n\n"
    "- **New**: first active ever in this period, over all history.\n"
    "- **Retained**: active in this period and in the one before.\n"
    "- **Resurrected**: active in this period, not in the one before, but earlier.\n"
    "- **Dormant**: active in the period before, not in this one. Counted once, at the lapse.\n\n"
    "Active = new + retained + resurrected, and active of the period before = retained + dormant. "
    "**Pulse** = (new + resurrected) ÷ dormant: above 1 the base grows. Dormant is empty while the "
    "period is not over, since people may still come."
)


def active_days(days: int, min_events: int) -> str:
    """The definition of L7 and L28."""
    needed = "" if min_events == 1 else f" A day counts from {min_events} qualifying events on."
    return (
        f"**L{days}**: people by the number of days on which they were active, out of the {days} "
        f"complete days up to the end of the period.{needed} The base is everybody active on at "
        "least one of them. Exact: on just so many days; cumulative: on so many or more."
    )


SESSIONS = (
    "**Session**: a visit. It ends after 30 idle minutes (the workspace may set another number), "
    "at its last event, and at most 24 hours after it began; it belongs to the day on which it "
    "began and goes on over midnight (Mixpanel cuts there). A given `session_id` wins over the "
    "idle rule. Only qualifying events count.\n\n"
    "Length is last event − first event, so a visit of one event has 0 seconds and stays in "
    "the mean. **Per user**: sessions ÷ different people who started one."
)

ACTIVE_HOURS = (
    "People with a qualifying event in that hour of the day, on average over the weekdays of the "
    "period; hours are those of the workspace's time zone. Denominator: how many such weekdays the "
    "period has. Somebody active in three hours counts in each."
)

TOP_EVENTS = (
    "**Users**: different people who did it in the period. **Share**: of everybody active in the "
    "period. **Events**: how often it was done. Events that do not qualify as activity are listed "
    "and marked. The comparison covers as many days, on the same weekdays."
)

TOP_FEATURES = (
    "**Users**: different people with any event of the feature in the period. **Share**: of "
    "everybody active in the period. **Events**: events of the feature. Events without a feature "
    "are left out. The comparison covers as many days, on the same weekdays."
)

BREAKDOWN = (
    "Different people active in the period, by the value of a dimension. **Share**: of everybody "
    "active in the period. **New**: never active before, with that value. A dimension of events "
    "may change within a person, who then is in several groups: they add up to more than the "
    "total. Missing values are the group “(not set)”."
)

RETENTION = (
    "**Cohort**: people whose first start event over all history lies in the period (with "
    "“recurring”: everybody who started in the period, so one person is in several "
    "cohorts). **Interval 0** is the cohort itself, 100 %. A cell is the share of the cohort that "
    "came back: *on* that interval (our default, PostHog's and Amplitude's), or *on or after* it "
    "(Mixpanel's default, which can only fall from column to column).\n\n"
    "A cell that is not over yet is empty, never 0. The interval around a rate is Wilson's, 95 %."
)

RETENTION_AVERAGE = (
    "All cohorts together: people who came back ÷ people who could have been seen to. Only cohorts "
    "that are complete and old enough for the interval count, on top and below; a mature cohort "
    "with nobody back counts as such. It is not the mean of the cohorts' percentages."
)

PEOPLE = (
    "The people behind the count, as many as it says. First and last day are those of their "
    "activity over all data; events are those that made them count."
)

NEW_USERS = (
    "**New users**: people whose first qualifying event over all history lies in the period. It is "
    "not the number of sign-ups: somebody may sign up and do nothing."
)

SESSIONS_PER_USER = (
    "**Sessions per active user**: visits that started in the period ÷ different people active in "
    "the period."
)


def retention_metric(after_days: int) -> str:
    """The definition of a headline such as week-1 retention."""
    weeks, rest = divmod(after_days, 7)
    unit, count = ("day", after_days) if rest else ("week", weeks)
    return (
        f"Of the people first active in a {unit}, the share active again in the {unit} that lies "
        f"{count} {unit}{'' if count == 1 else 's'} later. Pooled over the {unit}s whose return "
        f"{unit} ended within the period: people who came back ÷ people first active."
    )


DATA_HEALTH = (
    "What was read from the files, what was set aside and why, and up to which day each table is "
    "complete. Rows set aside are counted nowhere else."
)
