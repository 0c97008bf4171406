"""What each figure of a diagnosis counts, and when it misleads."""

OVERVIEW = (
    "**Is a feature used too little, and why?** One row per feature.\n\n"
    "- *Habit*: people with a use in at least a third of the weeks (of features of a monthly "
    "rhythm, of the spans of 28 days), at least two, among those who may use it. *Peers*: what "
    "the same people would show at the median of the other features of its type, by fifth of "
    "active days and plan.\n"
    "- *Too little*: the habit lies, with at least 80 % probability, below the owner's target or "
    "the lower quartile of its type. A quarter of all healthy features lie there by definition.\n"
    "- *Verdict*: a cause is named when its probability is at least 70 %. Before that the tracking "
    "is checked: with a problem there, no cause is named.\n"
    "- *More with the habit*: if the narrow rung were as wide as the peers' median, times the "
    "probability of the cause. An upper bound: those won over last need it least.\n\n"
    "It proves nothing: it says what is likely, from how this product's features differ anyway. A "
    "change, tested, proves it."
)
LADDER = (
    "**How far people come**: each rung is a share of the people on the rung named beside it. "
    "The share is pulled towards its peers as far as chance explains it (beta-binomial, 80 % "
    "interval). The band is the middle half of its peers, the line their median, for people of the "
    "same fifth of active days and plan.\n\n"
    "- *Shown*: an event `exposed` in these days. *Tried*: a `started` (else an `opened`), here of "
    "those who were shown it before or then.\n"
    "- *First attempt*: the first try with the first end after it; a start without an end is "
    "given up after 30 minutes, where the feature does not say so itself.\n"
    "- *Second day*: uses (`completed`, else tries) on two local days. *Habit*: in at least a "
    "third of the weeks or spans of 28 days."
)
CAUSES = (
    "**How likely each cause is.** Several may be true at once, so they do not add up to 100 %. "
    "Each cause should move certain signals (fewer are shown it, fewer notice it, fewer succeed, "
    "fewer return); all combinations of up to three causes are compared with what was seen, on the "
    "scale of how much this product's healthy features differ anyway. *Nothing wrong*: it is low "
    "as some features are."
)
EVIDENCE = (
    "**What speaks for what.** Each signal of the feature beside its peers, for people of the same "
    "fifth of active days and plan. *Distance*: in standard deviations between healthy features, "
    "chance included. *Weight*: how much of a cause's log odds would be lost without the signal; "
    "positive speaks for the cause. Signals that say the same share their weight."
)
POWER = (
    "**Could more data tell?** A rung is thin when chance makes its share more uncertain than half "
    "of how much healthy features differ. Then more people help, as many as are named; otherwise "
    "they do not, and only a tested change can tell."
)
PEOPLE = (
    "**People on a rung** of this feature in these days, as many as the ladder says. They are "
    "judged by the same rules."
)
ACCOUNTS = (
    "**Accounts that the cause touches**: those of the people who stop at the narrow rung, with "
    "how many of them there are. People without an account are left out."
)
QUOTES = "**What people wrote about this feature** in these days, the latest first."
MOVED = (
    "**Has the rung moved?** The rung in whole weeks before the day and in as many from it on, up "
    "to eight. *As the peers*: what it would be had it changed as the median of the other features "
    "did. The interval (95 %) carries chance and how far rungs of untouched features wander. It is "
    "no proof: something else may have happened to this feature alone. A randomised nudge is one."
)
LIFT = (
    "**Do its users stay more often?** People active in the four weeks of use: the share of the "
    "feature's users who are active in the four weeks after, less that of others with as many "
    "active days in those weeks and the four before.\n\n"
    "It never proves that the feature keeps people: who uses anything is keener than who does not, "
    "and every feature shows a lift. *Less the others' lift* takes out what all features show. The "
    "*control* asks the same of weeks before the use, which it cannot have changed. The *E-value* "
    "says how strong something hidden would have to be, with both use and staying, to explain it "
    "all; below about 3 it should convince nobody."
)
GROUPS = (
    "**Who tries it**: of the people with each value who were shown it in these weeks, those who "
    "tried it then or later. A group is named when it has thirty such people, tries it at least "
    "twice as often as all others, and lies four standard errors above them."
)
