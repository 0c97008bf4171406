"""Which parts a question may have: the nodes of the engine's syntax tree, each with its fields.

What is not listed is refused, so a later version of the engine lets nothing new through by itself.
Only fields that differ from their default are looked at.
"""

from typing import NamedTuple

_OF_AN_EXPRESSION = "class type alias query_location query_location_length "
_OF_A_TABLE = "type alias query_location query_location_length sample column_name_alias "
_OF_A_CALL = "function_name qualified_name arguments distinct is_operator order_bys "


class Expression(NamedTuple):
    """One class of expressions: which types of it there are, and its fields."""

    types: frozenset[str]
    fields: frozenset[str]


def _expression(types: str, fields: str) -> Expression:
    return Expression(frozenset(types.split()), frozenset((_OF_AN_EXPRESSION + fields).split()))


_COMPARISONS = """
    COMPARE_EQUAL COMPARE_NOTEQUAL COMPARE_LESSTHAN COMPARE_GREATERTHAN COMPARE_LESSTHANOREQUALTO
    COMPARE_GREATERTHANOREQUALTO COMPARE_DISTINCT_FROM COMPARE_NOT_DISTINCT_FROM
"""
_OPERATORS = """
    ARRAY_EXTRACT ARRAY_SLICE ARRAY_CONSTRUCTOR STRUCT_EXTRACT COMPARE_IN COMPARE_NOT_IN
    GROUPING_FUNCTION OPERATOR_COALESCE OPERATOR_IS_NULL OPERATOR_IS_NOT_NULL OPERATOR_NOT
    OPERATOR_NULLIF OPERATOR_TRY OPERATOR_UNPACK
"""
_WINDOWS = """
    WINDOW_AGGREGATE WINDOW_RANK WINDOW_RANK_DENSE WINDOW_NTILE WINDOW_PERCENT_RANK
    WINDOW_CUME_DIST WINDOW_ROW_NUMBER WINDOW_FIRST_VALUE WINDOW_LAST_VALUE WINDOW_NTH_VALUE
    WINDOW_LEAD WINDOW_LAG WINDOW_FILL
"""
_OF_A_WINDOW = """
    arg_orders default_expr end end_expr exclude_clause filter_expr has_ignore_nulls ignore_nulls
    offset_expr orders partitions start start_expr
"""
_OF_A_STAR = """
    columns expr exclude_list qualified_exclude_list relation_name rename_list replace_list
"""

EXPRESSIONS: dict[str, Expression] = {
    "BETWEEN": _expression("COMPARE_BETWEEN", "input lower upper"),
    "CASE": _expression("CASE_EXPR", "case_checks else_expr"),
    "CAST": _expression("OPERATOR_CAST", "child try_cast type_expr"),
    "COLLATE": _expression("COLLATE", "child collation"),
    "COLUMN_REF": _expression("COLUMN_REF", "column_names"),
    "COMPARISON": _expression(_COMPARISONS, "left right"),
    "CONJUNCTION": _expression("CONJUNCTION_AND CONJUNCTION_OR", "children"),
    "CONSTANT": _expression("VALUE_CONSTANT", "literal value"),
    "FUNCTION": _expression("FUNCTION", f"filter {_OF_A_CALL}"),
    "LAMBDA": _expression("LAMBDA", "lhs expr syntax_type"),
    "OPERATOR": _expression(_OPERATORS, "children"),
    "PARAMETER": _expression("VALUE_PARAMETER", "identifier"),
    "POSITIONAL_REFERENCE": _expression("POSITIONAL_REFERENCE", "index"),
    "STAR": _expression("STAR", _OF_A_STAR),
    "SUBQUERY": _expression("SUBQUERY", "child comparison_type subquery subquery_type"),
    "TYPE": _expression("TYPE", "type_name qualified_name children"),
    "WINDOW": _expression(_WINDOWS, _OF_A_WINDOW + _OF_A_CALL),
}
UNKNOWN = Expression(frozenset(), frozenset())

_OF_A_QUERY = "type modifiers cte_map "
_OF_A_SELECT = """
    select_list from_table where_clause group_expressions group_sets aggregate_handling having
    sample qualify
"""
QUERIES: dict[str, frozenset[str]] = {
    "SELECT_NODE": frozenset((_OF_A_QUERY + _OF_A_SELECT).split()),
    "SET_OPERATION_NODE": frozenset(
        (_OF_A_QUERY + "setop_type setop_all left right children").split()
    ),
    "RECURSIVE_CTE_NODE": frozenset(
        (_OF_A_QUERY + "cte_name union_all left right aliases key_targets").split()
    ),
}

_OF_A_JOIN = """
    left right condition join_type ref_type using_columns is_implicit nearest_count
    nearest_order_type
"""
_OF_A_PIVOT = "source aggregates pivots groups unpivot_names include_nulls"
TABLES: dict[str, frozenset[str]] = {
    name: frozenset((_OF_A_TABLE + fields).split())
    for name, fields in (
        ("BASE_TABLE", "table_name qualified_name"),
        ("SUBQUERY", "subquery"),
        ("JOIN", _OF_A_JOIN),
        ("TABLE_FUNCTION", "function with_ordinality"),
        ("EXPRESSION_LIST", "values expected_names"),
        ("EMPTY", ""),
        ("PIVOT", _OF_A_PIVOT),
        ("SHOW_REF", "query show_type qualified_name"),
    )
}

_OF_AN_ORDER = frozenset({"type", "expression", "null_order"})
MODIFIERS: dict[str, frozenset[str]] = {
    "ORDER_MODIFIER": frozenset({"type", "orders"}),
    "LIMIT_MODIFIER": frozenset({"type", "limit", "limit_type", "offset"}),
    "DISTINCT_MODIFIER": frozenset({"type", "distinct_on_targets"}),
    "ORDER_DEFAULT": _OF_AN_ORDER,
    "ASCENDING": _OF_AN_ORDER,
    "DESCENDING": _OF_AN_ORDER,
}

# Small groups of fields without a type of their own.
_OF_GROUPS = """
    alias aliases column entries expression key key_targets kind map materialized name
    named_param_map node path pivot_expressions query_node star_expr table text then_expr
    unpivot_names value when_expr
"""
GROUPS = frozenset(_OF_GROUPS.split())
