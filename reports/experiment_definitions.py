"""What the figures of an experiment count, by which method, and where the big tools differ."""

SPLIT = (
    "**Split**: different units by the variant they saw, beside the shares that were planned. "
    "A unit counts from its first exposure; units that saw several variants are counted and left "
    "out.\n\n"
    "- *Sequential p*: may be read every day (Lindon and Malek 2022). Below the rule's limit the "
    "split is broken, and no result is shown.\n"
    "- *Fixed p*: chi-square, valid for one look.\n"
    "- *Where*: each value of each dimension and each day on its own, adjusted for how many were "
    "looked at (Holm)."
)

EFFECTS = (
    "**Effect**: how a metric of the treated units differs from that of the control units, in "
    "per cent of the control. A unit's value is what it did in the window after its first "
    "exposure; units that have not been followed for the whole window are left out, units that did "
    "nothing count with 0.\n\n"
    "- *Count*, *share*, *active*, *retention*: a mean over units (Welch). *Mean* and *ratio*: a "
    "ratio of sums over units (delta method), because rows of one unit belong together.\n"
    "- *Lift*: Fieller's interval, which excludes 0 exactly when the test does; GrowthBook, Eppo "
    "and PostHog print a delta interval, which sometimes contradicts its own test.\n"
    "- *Valid now*: the interval for whoever looks every day. *Fixed*: valid for one look, at the "
    "end that was planned.\n"
    "- *Adjusted*: with the metric's own value before the exposure as covariate, slopes by arm "
    "(Lin 2013); *unadjusted* beside it."
)

LIST = (
    "**Experiments**: every experiment that is declared or has exposures, by what needs a person "
    "first. Units are different units exposed so far. The lift is that of the primary metric "
    "with the interval that is valid now; where the split is broken, none is shown."
)
