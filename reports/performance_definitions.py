"""What the figures of Performance count."""

LATENCY = (
    "The time to answer a request, in milliseconds. A quantile says what share of requests took no "
    "longer: of 100 requests, 95 within p95. Quantiles are read from histograms of all requests, "
    "which add up over hours, routes and versions, and are within 1 % of the exact value; averages "
    "of percentiles are no percentiles and are not used. Failed requests took their time too and "
    "are counted."
)
REQUESTS = "Requests served, whatever their status. Pre-aggregated rows count as their `count`."
ERRORS = (
    "Requests answered with a status of 500 and above, over all requests. Statuses of 400 to 499 "
    "say that the request was wrong, not the service, and are no errors here; a row without a "
    "status counts as served."
)
APDEX = (
    "(satisfied + tolerating ÷ 2) ÷ all requests with a known duration: satisfied within T, "
    "tolerating up to 4 T, frustrated beyond it or failed, however fast. It says nothing without "
    "its T, which stands beside it (Apdex technical specification 1.1)."
)
GROUPS = (
    f"{LATENCY}\n\nThe change compares the geometric mean of the days' p95 with that of the days "
    "compared with; its interval takes days as units, since the requests of a day share its "
    "troubles (Welch on logarithms)."
)
BUDGET = (
    "An objective allows a share of requests to be bad: with 99.9 %, one of 1,000. The error "
    "budget is that share of all requests of the window; what is spent is the bad ones. A request "
    "is bad when it failed (status 500 and above), and for an objective of latency also when it "
    "took longer than the limit. Latencies are kept in steps of 2 %: a request within 1 % of the "
    "limit may count on either side of it."
)
BURN = (
    "The burn rate says how many times faster than allowed the budget is spent; 1 spends it "
    "exactly in its window. Alerts are those of the SRE workbook (chapter 5): page at 14.4 over "
    "1 hour and 5 minutes and at 6 over 6 hours and 30 minutes, ticket at 1 over 3 days and 6 "
    "hours, for a window of 30 days; other windows keep the shares of the budget. Both windows "
    "must burn, and the long one needs 100 requests."
)
HISTORY = (
    f"{BURN}\n\nLooking back, only hours are known: short windows of minutes are taken as one hour."
)
AFTER_RELEASES = (
    "Bad requests in the 24 hours from a release on, as a share of the budget of the window that "
    "ends with them. It says when the budget went, not that the release was the cause."
)
VERSIONS = (
    "Each route's days in this version against the days of other versions from 28 days before it "
    "appeared (90 where those have fewer than 7 days with requests) to its last day, at most 28 "
    "days later. p95 and p50 by Welch's test on the logarithms of the days' quantiles, the share "
    "of failed requests as a ratio of sums with days as clusters. p-values are adjusted over all "
    "routes and figures of the version (Benjamini–Hochberg); a change counts from 5 % on, or from "
    "0.1 percentage points of failures. Days are compared, not causes: load or traffic may have "
    "changed on the same days."
)
CAPACITY = (
    "The load is requests a day of the whole service, as its mean over four weeks, so that "
    "weekends and single days do not hide growth. Its future is drawn as 2,000 whole paths from a "
    "regression with weekdays, holidays, season and the growth of the known days, with noise "
    "averaged over autoregressive and random-walk models. Each path is mapped to the latency of "
    "the route by the steps that never fall and lie closest to the days seen (isotonic "
    "regression), with the days' own scatter left out; beyond the largest load seen the slope goes "
    "on, which is hopeful. The dates are those by which 10, 50 and 90 % of the paths have passed "
    "the limit. Nothing is said beyond half of the days known."
)
