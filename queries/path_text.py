"""The texts of paths for the SQL page, with what nodes are put in by rewriting the syntax tree."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from queries.contract import contract
from queries.errors import QueryError
from queries.narrow import Dimension, Narrowing, Segment, narrowed
from queries.path_rules import Along, PathRules

if TYPE_CHECKING:
    from queries.workspace import Workspace

REFERENCE = "done"  # the alias under which every text reads `steps`
ROWS = "path_rows"


def path_text(
    workspace: "Workspace", name: str, rules: PathRules, names: Iterable[str], segment: Segment
) -> str:
    """`queries/<name>.sql` for a segment, with what the nodes of a path are.

    Args:
        workspace: Whose dimensions there are.
        name: The file's name without its ending.
        rules: What makes an event a node.
        names: What may happen in the period.
        segment: Narrows the events.

    Raises:
        QueryError: The name or a dimension is not known.
    """
    known = tuple(workspace.dimensions.items())
    return _rewritten(name, rules, tuple(names), segment.canonical(), known)


@lru_cache(maxsize=128)
def _rewritten(
    name: str,
    rules: PathRules,
    names: tuple[str, ...],
    segment: Segment,
    dimensions: tuple[tuple[str, Dimension], ...],
) -> str:
    sql = contract(name).text
    if not _is_plain(rules):
        tree = sqlglot.parse_one(sql, dialect="duckdb")
        _name_nodes(tree, rules, names)
        sql = tree.sql(dialect="duckdb", pretty=True)
    return narrowed(sql, Narrowing(segment), dict(dimensions))


def along(text: str, path: Along, names: Iterable[str]) -> str:
    """A funnel's text that reads a path's rows in place of `steps`, equal moments by node.

    Raises:
        QueryError: The text reads no `steps as done`, or does not place events in an order.
    """
    tree = sqlglot.parse_one(text, dialect="duckdb")
    rows = sqlglot.parse_one(contract(ROWS).text, dialect="duckdb")
    _name_nodes(rows, path.rules, names)
    rows.set("order", None)
    _reference(tree).replace(rows.subquery(REFERENCE))  # type: ignore[attr-defined]
    placed = next((one for one in tree.find_all(exp.CTE) if one.alias == "placed"), None)
    window = placed.find(exp.Window) if placed is not None else None
    if window is None:
        raise QueryError("the query does not place events in an order, so it cannot be a path's")
    keys = window.args["order"].expressions
    keys.insert(1, exp.Ordered(this=exp.column("named"), nulls_first=False))
    window.args["order"].set("expressions", keys)
    return tree.sql(dialect="duckdb", pretty=True)


def along_parameters(path: Along) -> Mapping[str, Any]:
    """What the rows of a path ask for, beside the days."""
    return {
        "path_visit": path.rules.visit,
        "path_repeats": path.rules.repeats,
        "path_anchor": path.anchor if path.direction == "to" else "",
        "path_first": path.first,
    }


def _is_plain(rules: PathRules) -> bool:
    """Whether events are nodes as they are."""
    return rules.shown == "event" and not (rules.hidden or rules.joined)


def _reference(tree: exp.Expr) -> exp.Expr:
    for table in tree.find_all(exp.Table):
        if table.alias == REFERENCE and table.name == "steps":
            return table
    raise QueryError(f"the query reads no steps as {REFERENCE}, so no path can stand in for it")


def _name_nodes(tree: exp.Expr, rules: PathRules, names: Iterable[str]) -> None:
    """Let the column `node` of the reference be what the rules make of an event."""
    reader = _reference(tree).find_ancestor(exp.Select)
    node = next(one for one in reader.expressions if one.alias == "node")  # type: ignore[union-attr]
    given = exp.column(rules.shown, REFERENCE)
    nodes = rules.nodes(names)
    renamed: dict[str, list[str]] = {}
    for name, called in nodes.items():
        if called != name:
            renamed.setdefault(called, []).append(name)
    cases = exp.Case()
    for called, own in sorted(renamed.items()):
        cases = cases.when(_is_one_of(given, own), exp.Literal.string(called))
    if rules.hidden:  # also what the rules have not been asked about is left out
        kept = [name for name, called in nodes.items() if called == name]
        cases = cases.when(_is_one_of(given, kept), given.copy())
    elif renamed:
        cases = cases.else_(given.copy())
    node.set("this", cases if cases.args.get("ifs") else given)


def _is_one_of(column: exp.Expr, names: list[str]) -> exp.Expr:
    if not names:
        return exp.false()
    return exp.In(
        this=column.copy(), expressions=[exp.Literal.string(name) for name in sorted(names)]
    )
