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
    "- *Quantile*: of all values together, values of one unit belonging together (Deng 2018).\n"
    "- *Count*, *share*, *active*, *retention*: a mean over units (Welch). *Mean* and *ratio*: a "
    "ratio of sums over units (delta method), because rows of one unit belong together.\n"
    "- *Lift*: Fieller's interval, which excludes 0 exactly when the test does; GrowthBook, Eppo "
    "and PostHog print a delta interval, which sometimes contradicts its own test.\n"
    "- *Valid now*: the interval for whoever looks every day. *Fixed*: valid for one look, at the "
    "end that was planned.\n"
    "- *Adjusted*: with the metric's own value before the exposure as covariate, and that of the "
    "metrics that its `covariates` in metrics.toml name, slopes by arm (Lin 2013); *unadjusted* "
    "beside it.\n"
    "- *Capped*: where the metric has a `cap` in metrics.toml, totals of units above that quantile "
    "of all units together are lowered to it; a limit of each arm's own would err in one of seven."
)

LIST = (
    "**Experiments**: every experiment that is declared or has exposures, by what needs a person "
    "first. Units are different units exposed so far. The lift is that of the primary metric "
    "with the interval that is valid now; where the split is broken, none is shown."
)

TIMELINE = (
    "**Look by look**: the lift of the primary metric at the end of each day, over all units that "
    "had been followed for the whole window by then. The band is valid at every look at once; the "
    "thin lines are those of an ordinary test, which holds for one look only. A sign that crosses "
    "and is lost again is the usual fate of early signs: 31.5 % of the real ASOS series do so."
)

SEGMENTS = (
    "**Segments**: first whether the effect differs between segments at all (Cochran's Q; I² is "
    "the share of the spread that is not luck), then each one. A segment's own effect is shown "
    "beside its *shrunken* one, pulled towards the common effect by how much of its difference is "
    "luck (Morris 1983); below five segments nothing is pulled. Twenty segments hold one "
    "“significant” one by luck."
)

DAYS = (
    "**By days since the exposure**: what units did on each day after they first saw their "
    "variant, over units that were followed for all of these days, so that each day has the same "
    "units. The test of the trend gives each unit a slope of its own, as a unit's days hang "
    "together, and compares slope over total between the arms: a constant relative effect leaves "
    "this ratio alone."
)

POWER = (
    "**Power now**: the chance that a test of one look finds a true effect of this size, with the "
    "units that have been followed so far and their spread, with and without the past as "
    "covariate. Effects outside the interval that is valid now are ruled out."
)

PLANNER = (
    "**Plan**: as if an experiment had begun twelve weeks ago with everybody who was active. Units "
    "arrive as different users really did (the curve of uniques, which flattens as people come "
    "back); each is followed for the window. Value and spread of the metric are those of these "
    "users, zeros included.\n\n"
    "- *Smallest effect*: the true effect that would be found with the wanted chance by the day.\n"
    "- *With the past*: the metric's own value before is a covariate (CUPED), which takes a share "
    "of the variance away.\n"
    "- *Looks*: a planned end costs a few per cent more units than a single look, one bound for "
    "all looks (Pocock 1977; Wang and Tsiatis 1987) about a third more, an open end nearly twice "
    "as many."
)

DISTRIBUTION = (
    "**Unit by unit**: the share of units with more than a value, for each variant; units with "
    "nothing have 0. Of a ratio, each unit's own, over units that have one.\n\n"
    "- *Quantiles*: compared by their rank intervals (Deng 2018); where values pile up on one "
    "number, nothing can be said. *p at every look*: needs no plan (Howard and Ramdas 2022), "
    "but one value for each unit.\n"
    "- *Mann-Whitney*: whether units tend to have more; another question than the mean.\n"
    "- *A/A*: the control's units, which all got the same, are split in two at random 500 times. "
    "About one split in twenty should look significant, and p-values should be uniform; if not, "
    "the metric's variance is wrong for these data, and no result can be trusted."
)

READING = (
    "**Read in other ways**: the primary metric by methods that answer the same question. Where "
    "they agree, the answer does not hang on the method; the one that decides was chosen "
    "before.\n\n"
    "- *Past*: adjusted by the metric's own value before; *one slope*: CUPED (Deng 2013); *slopes "
    "by arm*: Lin 2013. *Log scale*: what tea-tasting shows. *Strata*: post-stratified, each "
    "stratum weighs its share of units (Miratrix 2013).\n"
    "- *At any time*: an asymptotic confidence sequence, which holds at every look, whatever was "
    "planned. *Capped*: totals of units above the 99 % quantile of all arms together are lowered "
    "to it; *not capped*, where metrics.toml caps the figure that decides.\n"
    "- *Prior*: centred on no effect, as wide as the effects of all other experiments of the "
    "workspace (Deng 2015), so that a surprising winner is pulled towards what is usual. *Luck "
    "among wins*: Kohavi 2022. *Too large on average*: Gelman and Carlin 2014. *Freed of the bias "
    "of stopping*: stage-wise ordering (Tsiatis 1984)."
)

UNITS = (
    "The units behind the count, as many as it says, each with what it saw and the moment of its "
    "first exposure. Units in several variants are marked; they are in no arm."
)

OVERLAPS = (
    "**With other experiments**: units that were in both, by what they saw in each. The "
    "*interaction* is the effect of this change among those who had the other one, minus its "
    "effect among those who had not (Kohavi, Tang and Xu 2020, chapter 4), in the metric's unit "
    "per unit; p-values are adjusted for the number of pairs (Holm). *Assignment*: chi-square of "
    "both assignments; a small value means that they hang together."
)
