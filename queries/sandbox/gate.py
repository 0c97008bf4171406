"""The gate: what of a text is let through to the engine.

An allow-list on the tree that the engine's own parser makes of the final text. What is read must
be a table of the workspace or a name that the text itself made (`with`), resolved by scope as the
engine does; what is called must be a function of values; every node must be a known one.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NoReturn

import duckdb

from queries.sandbox import arguments, grammar
from queries.sandbox.errors import Refused
from queries.sandbox.functions import COLLATIONS, FUNCTIONS, TABLE_FUNCTIONS, TYPES
from queries.sandbox.outline import MOST_CHARACTERS, MOST_DEPTH, MOST_PARTS, Outline, outline

MOST_NODES = 20_000
NOWHERE = 2**63
TOO_DEEP = "the text is nested too deep; split it into steps with WITH"
_STRANGE = re.compile("[\0\ud800-\udfff]")
_TREE = (
    "select json_serialize_sql($sql::varchar, skip_null := true, skip_empty := true, "
    "skip_default := true)"
)
_ONLY_QUESTIONS = (
    "only questions are let through: select, with, from, values, pivot, describe or summarize"
)
AS_VALUE, AS_TABLE = "", " as a table"
_USUAL = {
    AS_VALUE: "those of values are: dates, texts, numbers, lists, JSON, aggregates and windows",
    AS_TABLE: f"{', '.join(sorted(TABLE_FUNCTIONS))} are, and the tables of the workspace",
}

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Passed:
    """What a text that is let through uses.

    Attributes:
        tables: Tables of the workspace that it reads, in order of their first mention.
        parameters: Names of its `$parameters`, in order.
    """

    tables: tuple[str, ...]
    parameters: tuple[str, ...]


def check(sql: str, tables: Iterable[str], link: duckdb.DuckDBPyConnection) -> Passed:
    """Let a text through, or say why not.

    Args:
        sql: The final text, as it will run.
        tables: Names of the tables of the workspace.
        link: A connection whose parser reads the text; nothing of it runs.

    Raises:
        Refused: The text is no question, or a part of it is not allowed.
    """
    require_length(sql)
    seen = outline(sql)
    if seen.depth > MOST_DEPTH:
        raise Refused(
            f"the text is nested {seen.depth} deep; at most {MOST_DEPTH} brackets and cases may "
            "stand within one another"
        )
    if seen.parts > MOST_PARTS:
        raise Refused(
            f"the text has {seen.parts:,} words and signs; at most {MOST_PARTS:,} are read"
        )
    walk = _Walk(sql, frozenset(name.lower() for name in tables))
    try:
        walk.visit(_statement(sql, seen, link), frozenset())
    except RecursionError:
        raise Refused(TOO_DEEP) from None
    return Passed(tuple(walk.tables), tuple(walk.parameters))


def require_length(sql: str) -> None:
    """Refuse what is too long to be looked at.

    Raises:
        Refused: It is.
    """
    if len(sql) > MOST_CHARACTERS:
        raise Refused(f"the text has {len(sql):,} characters; at most {MOST_CHARACTERS:,} are read")


def _statement(sql: str, seen: Outline, link: duckdb.DuckDBPyConnection) -> Node:
    """The tree of the one statement that the text is to be."""
    strange = _STRANGE.search(sql)
    if strange:
        code = f"U+{ord(strange[0]):04X}"
        raise Refused(f"the text holds the character {code}, which no text has",
                      position=strange.start())  # fmt: skip
    if not seen.statements:
        raise Refused(f"there is no question in the text; {_ONLY_QUESTIONS}")
    if seen.statements > 1:
        raise Refused(f"one question at a time, got {seen.statements}; ask them one by one")
    try:
        rows = link.execute(_TREE, {"sql": sql}).fetchall()
    except duckdb.Error as error:
        raise Refused(f"the text could not be read as SQL: {_first_line(error)}") from error
    tree = json.loads(rows[0][0])
    if tree.get("error"):
        raise _unreadable(sql, seen.first_word, tree)
    statements = tree.get("statements", [])
    if len(statements) != 1:
        raise Refused(f"one question at a time, got {len(statements)}; ask them one by one")
    node: Node = statements[0].get("node", {})
    return node


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _unreadable(sql: str, first_word: str, tree: Node) -> Refused:
    message = str(tree.get("error_message", "")).partition("\n")[0]
    if "Only SELECT" in message and first_word in ("PIVOT", "SELECT", "WITH", "FROM"):
        return Refused(
            "PIVOT needs its values written out: pivot … on platform in ('web', 'ios') using …"
        )
    if "Only SELECT" in message:
        return Refused(f"{first_word} is not let through; {_ONLY_QUESTIONS}")
    if "expression depth" in message:
        return Refused(TOO_DEEP)
    position = tree.get("position")
    return Refused(
        message or "the text could not be read as SQL",
        position=None if position is None else characters(sql, int(position)),
    )


def characters(sql: str, position: int) -> int | None:
    """A position that counts bytes as one that counts characters; None: it points nowhere."""
    if position >= NOWHERE:
        return None
    return len(sql.encode()[:position].decode(errors="ignore"))


def closest(name: str, known: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """The name that was probably meant."""
    close = get_close_matches(name.lower(), sorted(known), n=1, cutoff=likeness)
    return close[0] if close else None


@dataclass(slots=True)
class _Walk:
    """Looks at every node once, with the names that are in scope there."""

    sql: str
    known: frozenset[str]
    tables: dict[str, None] = field(default_factory=dict)
    parameters: dict[str, None] = field(default_factory=dict)
    nodes: int = 0

    def visit(self, value: Any, scope: frozenset[str]) -> None:
        """A node, a list of nodes, or a plain value."""
        if isinstance(value, list):
            for one in value:
                self.visit(one, scope)
        elif isinstance(value, dict):
            self.nodes += 1
            if self.nodes > MOST_NODES:
                raise Refused(f"the text has more than {MOST_NODES:,} parts; ask for less at once")
            self._visit_node(value, scope)

    def _visit_node(self, node: Node, scope: frozenset[str]) -> None:
        kind = node.get("type")
        if "class" in node:
            self._expression(node, scope)
        elif kind in grammar.QUERIES:
            self._query(node, scope)
        elif kind in grammar.TABLES and ("subquery" in node or kind != "SUBQUERY"):
            self._table(node, scope)
        elif kind in grammar.MODIFIERS:
            self._fields(node, grammar.MODIFIERS[str(kind)], str(kind))
            self._children(node, scope)
        elif kind is None:
            self._fields(node, grammar.GROUPS, "this part")
            self._children(node, scope)
        else:
            self._refuse(f"{_words(kind)} is not let through; {_ONLY_QUESTIONS}", node)

    def _children(self, node: Node, scope: frozenset[str], *but: str) -> None:
        for name, value in node.items():
            if name not in but:
                self.visit(value, scope)

    def _fields(self, node: Node, allowed: frozenset[str], where: str) -> None:
        for name in node:
            if name not in allowed:
                self._refuse(f"{_words(name)} is not let through in {_words(where)}", node)

    # Queries and their names

    def _query(self, node: Node, scope: frozenset[str]) -> None:
        self._fields(node, grammar.QUERIES[node["type"]], node["type"])
        self._sample(node)
        for entry in node.get("cte_map", {}).get("map", ()):
            scope = self._named_query(entry, scope)
        if node["type"] == "RECURSIVE_CTE_NODE":
            self.visit(node.get("left"), scope)
            self.visit(node.get("right"), scope | {str(node.get("cte_name", "")).lower()})
            self._children(node, scope, "cte_map", "left", "right", "sample")
        else:
            self._children(node, scope, "cte_map", "sample")

    def _named_query(self, entry: Node, scope: frozenset[str]) -> frozenset[str]:
        """A query of `with`; what follows it may read it by name."""
        name = str(entry.get("key", ""))
        if not name.replace("_", "a").replace(" ", "a").isalnum():
            self._refuse(f"{name!r} is no name for a step: letters, digits and _ are right", entry)
        self.visit(entry.get("value", {}), scope)
        return scope | {name.lower()}

    def _sample(self, node: Node) -> None:
        """A sample has numbers only; nothing in it can be a name."""
        sample = node.get("sample") or {}
        for name, value in sample.items():
            if isinstance(value, list) or (isinstance(value, dict) and name != "sample_size"):
                self._refuse("this sample is not let through", node)

    # Tables

    def _table(self, node: Node, scope: frozenset[str]) -> None:
        kind = node["type"]
        self._not_special(node)
        if kind == "BASE_TABLE":
            self._base_table(node, scope)
        self._fields(node, grammar.TABLES[kind], kind)
        self._sample(node)
        if kind == "TABLE_FUNCTION":
            place = {"query_location": node.get("query_location")}
            self._call(place | node.get("function", {}), scope, TABLE_FUNCTIONS, AS_TABLE)
        else:
            self._children(node, scope, "sample")

    def _not_special(self, node: Node) -> None:
        """Forms of tables that have words of their own."""
        if node.get("at_clause"):
            self._refuse("AT (…) is not let through: tables have no earlier versions here", node)
        if node["type"] == "PIVOT" and any("pivot_enum" in one for one in node.get("pivots", ())):
            self._refuse(
                "PIVOT needs its values written out: pivot … on platform in ('web', 'ios')", node
            )
        if node["type"] == "SHOW_REF" and (
            node.get("show_type") not in ("DESCRIBE", "SUMMARY") or "query" not in node
        ):
            self._refuse(
                "SHOW is not let through: the list of tables stands beside the editor; "
                "DESCRIBE users or SUMMARIZE users says more of one",
                node,
            )

    def _base_table(self, node: Node, scope: frozenset[str]) -> None:
        name = str(node.get("table_name", ""))
        path = node.get("qualified_name", {}).get("path", [name])
        is_qualified = bool(node.get("schema_name") or node.get("catalog_name")) or path != [name]
        if is_qualified and name.lower() in self.known | scope:
            self._refuse(f"tables have one name here: write {name!r} without a schema", node)
        if is_qualified:
            self._unknown_table(".".join(map(str, path)), node)
        if name.lower() in scope:
            return
        if name.lower() not in self.known:
            self._unknown_table(name, node)
        self.tables[name.lower()] = None

    def _unknown_table(self, name: str, node: Node) -> NoReturn:
        near = closest(name, self.known)
        if near is None and any(sign in name for sign in "./\\:*?"):
            message = (
                f"neither files nor other schemas can be read, got {name!r}; "
                "ask the tables of the workspace"
            )
        else:
            message = f"there is no table {name!r}"
            message += f". Did you mean {near!r}?" if near else "; the list is beside the editor"
        self._refuse(message, node, near)

    # Expressions

    def _expression(self, node: Node, scope: frozenset[str]) -> None:
        kind = str(node["class"])
        types, fields = grammar.EXPRESSIONS.get(kind, grammar.UNKNOWN)
        if node.get("type") not in types:
            self._refuse(f"{_words(node.get('type'))} is not let through", node)
        if kind in ("FUNCTION", "WINDOW"):
            self._call(node, scope, FUNCTIONS, AS_VALUE)
            return
        self._fields(node, fields, kind)
        if kind == "PARAMETER":
            self._parameter(node)
        elif kind == "TYPE":
            self._type(node)
        elif kind == "COLLATE":
            self._collation(node)
        elif kind == "CONSTANT":
            return
        self._children(node, scope)

    def _call(self, node: Node, scope: frozenset[str], allowed: frozenset[str], role: str) -> None:
        types, fields = grammar.EXPRESSIONS.get(str(node.get("class")), grammar.UNKNOWN)
        if node.get("class") not in ("FUNCTION", "WINDOW") or node.get("type") not in types:
            self._refuse("this cannot be called", node)
        name = str(node.get("function_name", ""))
        path = node.get("qualified_name", {}).get("path", [name])
        if name.lower() not in allowed:
            self._unknown_function(name, allowed, role, node)
        if node.get("schema") or node.get("catalog") or path != [name]:
            self._refuse(f"functions have one name here: write {name!r} without a schema", node)
        self._fields(node, fields, f"the function {name}")
        given = [one.get("expression", {}) for one in node.get("arguments", ())]
        problem = arguments.too_large(name.lower(), given)
        if problem:
            self._refuse(problem, node)
        self._children(node, scope)

    def _unknown_function(
        self, name: str, allowed: frozenset[str], role: str, node: Node
    ) -> NoReturn:
        near = closest(name, allowed, likeness=0.75)
        message = f"the function {name!r} is not let through{role}"
        message += f". Did you mean {near!r}?" if near else f"; {_USUAL[role]}"
        self._refuse(message, node, near)

    def _parameter(self, node: Node) -> None:
        name = str(node.get("identifier", ""))
        if not name.isidentifier():
            self._refuse("parameters have names here: write $start_date instead of ? or $1", node)
        self.parameters[name] = None

    def _type(self, node: Node) -> None:
        name = str(node.get("type_name", ""))
        path = node.get("qualified_name", {}).get("path", [name])
        if name.lower() not in TYPES or path != [name]:
            near = closest(name, TYPES, likeness=0.7)
            hint = f"Did you mean {near!r}?" if near else "varchar, bigint, double, date are."
            self._refuse(f"the type {name!r} is not let through. {hint}", node, near)
        sizes = [arguments.integer(one) or 0 for one in node.get("children", ())]
        if name.lower() == "array" and max(sizes, default=0) > arguments.MOST_ITEMS_OF_AN_ARRAY:
            most = arguments.MOST_ITEMS_OF_AN_ARRAY
            self._refuse(f"an array may have {most:,} items; a list, int[], has no such end", node)

    def _collation(self, node: Node) -> None:
        name = str(node.get("collation", ""))
        if not COLLATIONS.issuperset(name.lower().split(".")):
            self._refuse(
                f"the collation {name!r} is not let through; nocase and noaccent are", node
            )

    def _refuse(self, message: str, node: Node, suggestion: str | None = None) -> NoReturn:
        location = node.get("query_location")
        position = None if location is None else characters(self.sql, int(location))
        raise Refused(message, position=position, suggestion=suggestion)


def _words(name: Any) -> str:
    """A name of the tree in words."""
    plain = str(name).removesuffix("_QUERY_NODE").removesuffix("_NODE").replace("_", " ")
    return plain if plain.isupper() and len(plain) <= 8 else plain.lower()
