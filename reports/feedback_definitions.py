"""What the figures of the Feedback page count, and over which denominator."""

from metrics.periods import ENOUGH, FEWEST_SPANS

NPS = (
    "**NPS**: share of promoters (9 and 10 of 10) less share of detractors (0 to 6), times 100, of "
    "all who answered on the scale `nps`. The interval is the score interval of a difference of "
    "two shares of the same people (Tango), 95 %, which holds for few answers too. Each answer "
    "counts; who answers twice counts twice. Who answers is not who uses: a change may be a change "
    "of who was asked."
)
CSAT = (
    "**Satisfied** (CSAT): answers of 4 and 5 of 5, of all on the scale `csat`, with Wilson's 95 % "
    "interval."
)
SCORES = f"{NPS}\n\n{CSAT}\n\nAnswers outside their scale are left out, and counted below."
TREND = (
    "The score of the answers given in each day, week or month. With Auto, a scale is drawn by the "
    "finest of these, and no finer than other figures of the period, at which a whole span has "
    f"{ENOUGH} answers or more in the median (spans without an answer count as 0) and at least "
    f"{FEWEST_SPANS} spans lie whole in the period; where none has as many, by the coarsest with "
    f"{FEWEST_SPANS} whole spans. Fewer answers make a score swing whatever people think. Spans "
    f"that are not over are dotted; the band is the 95 % interval.\n\n{NPS}\n\n{CSAT}"
)
SEGMENTS = f"The same, by a value that is fixed for a person.\n\n{NPS}\n\n{CSAT}"
THEMES = (
    "Words and phrases of up to three words, by how many of the **unhappy** (NPS 0 to 6, CSAT 1 to "
    "3) and of the **happy** (NPS 9 and 10, CSAT 4 and 5) wrote them. A text counts once for each. "
    "Sorted by the log odds of the one side against the other, with a prior that holds as many as "
    "both sides together (Monroe, Colaresi and Quinn, 2008), so that rare words do not come first "
    "by chance; **clear** are those with an adjusted p-value below 5 % (Benjamini and Hochberg, "
    "over all phrases). Phrases of fewer than three texts are left out."
)
PATH = "What the person did in the 14 days up to what they said, the latest first."
