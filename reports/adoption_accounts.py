"""How many accounts have a user of each feature, and how many have several?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from metrics.rates import rate
from queries import Segment
from reports.adoption_definitions import TRY
from reports.answer import Report, Source, source
from reports.feature_list import Feature, features, parts, roles, within
from reports.known import complete_scope, known

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope

SCHEMA: dict[str, Any] = {
    "feature": pl.String, "label": pl.String, "accounts": pl.Int64,
    "accounts_with_one": pl.Int64, "one_share": pl.Float64, "one_low": pl.Float64,
    "one_high": pl.Float64, "accounts_with_several": pl.Int64, "several_share": pl.Float64,
    "users": pl.Int64,
}  # fmt: skip


def definition(least_users: int) -> str:
    """What the shares count."""
    return (
        "**Accounts**: with somebody active in the period who may use the feature. **With one**: "
        "at least one of their people has a use day in the period. **With several**: at least "
        f"{least_users} have. Who belongs to no account is left out; the account is that of the "
        f"table `users`. Intervals are Wilson's, 95 %.\n\n{TRY}"
    )


@dataclass(frozen=True, slots=True)
class AccountAdoptionReport(Report):
    """Adoption by account.

    Attributes:
        table: One row per feature, most accounts first; see SCHEMA.
        accounts: Accounts active in the period.
        least_users: How many users are several.
    """

    table: Source
    accounts: int
    least_users: int


def account_adoption(
    workspace: Workspace, scope: Scope, *, least_users: int = 3
) -> AccountAdoptionReport | None:
    """Count accounts by how many of their people use each feature.

    Returns:
        None when nobody active in the period belongs to an account.
    """
    whole = replace(complete_scope(scope, known(workspace)) or scope, comparison=None)
    accounts = _accounts(workspace, whole.segment, whole)
    if not accounts:
        return None
    rows, answers = [], []
    for rules, some in parts(features(workspace)):
        segment = within(whole.segment, rules)
        base = _accounts(workspace, segment, whole)
        answer = workspace.ask(
            "feature_accounts",
            segment=segment,
            start_date=whole.period.start,
            end_date=whole.period.end,
            least_users=least_users,
            **roles(some),
        )
        answers.append((some, answer))
        found = {row["feature"]: row for row in answer.rows.iter_rows(named=True)}
        rows += [_row(one, found.get(one.name, {}), base) for one in some]
    if not answers:
        return None
    apart = [one.label for some, _ in answers[1:] for one in some]
    caveats = (f"asked apart, of the people who may use them: {', '.join(apart)}",) if apart else ()
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(
        "accounts_with_one", "feature", descending=[True, False]
    )
    return AccountAdoptionReport(
        table=source(
            answers[0][1],
            title="Accounts that use each feature",
            definition=definition(least_users),
            caveats=caveats,
        ).showing(table),
        accounts=accounts,
        least_users=least_users,
    )


def accounts_of_feature(workspace: Workspace, scope: Scope, name: str, *, least: int = 1) -> Source:
    """The accounts with at least so many users of a feature, as many as the table says."""
    whole = replace(complete_scope(scope, known(workspace)) or scope, comparison=None)
    (feature,) = (one for one in features(workspace) if one.name == name)
    answer = workspace.ask(
        "accounts_of_feature",
        segment=within(whole.segment, Segment(feature.rules)),
        start_date=whole.period.start,
        end_date=whole.period.end,
        **roles([feature]),
    )
    found = source(
        answer,
        title=f"{feature.label}: accounts with at least {least} of their people using it",
        definition=definition(least),
    )
    return found.showing(answer.rows.filter(pl.col("feature_users") >= least).drop("feature"))


def _accounts(workspace: Workspace, segment: Segment, scope: Scope) -> int:
    rows = workspace.ask(
        "accounts_active",
        segment=segment,
        start_date=scope.period.start,
        end_date=scope.period.end,
    ).rows
    return int(rows["accounts"].sum())


def _row(one: Feature, found: dict[str, Any], accounts: int) -> dict[str, Any]:
    with_one = found.get("accounts_with_one", 0)
    with_several = found.get("accounts_with_several", 0)
    share = rate(with_one, accounts)
    return {
        "feature": one.name,
        "label": one.label,
        "accounts": accounts,
        "accounts_with_one": with_one,
        "one_share": share.value,
        "one_low": share.low,
        "one_high": share.high,
        "accounts_with_several": with_several,
        "several_share": rate(with_several, accounts).value,
        "users": found.get("users", 0),
    }
