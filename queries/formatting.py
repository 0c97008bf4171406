"""A text of SQL set out the way our own are: lower case, one clause a line, nothing else changed.

sqlglot writes the text anew from its tree. What it writes is taken only if it reads as the same
tree again, with the same comments; a text that it does not know well enough stays as it is.
"""

import re
from collections import Counter
from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from queries.errors import QueryError

DIALECT = "duckdb"
LONGEST = 20_000  # characters; longer ones are set out by whoever makes them
INDENT = 4
# Words that are names or values, and stay as they are written.
VALUES = {
    TokenType.IDENTIFIER, TokenType.STRING, TokenType.NUMBER, TokenType.RAW_STRING,
    TokenType.HEREDOC_STRING, TokenType.NATIONAL_STRING, TokenType.UNICODE_STRING,
}  # fmt: skip
NO_NAMES = {"CAST", "CURRENT", "EXCLUDE", "LAMBDA", "REPLACE", "TRY_CAST", "UNBOUNDED"}
HEADER = re.compile(r"\A(?:\s*--[^\n]*\n)*\s*")
LAST_COMMENT = re.compile(r"/\* ([^\n*]*) \*/$", re.MULTILINE)


def formatted(sql: str) -> str:
    """The same question, set out.

    Raises:
        QueryError: It is not read well enough to be set out without changing it.

    Examples:
        >>> print(formatted("SELECT day,count(*) AS n FROM user_days WHERE day>=$from GROUP BY 1"))
        select
            day,
            count(*) as n
        from user_days
        where
            day >= $from
        group by
            1
    """
    if len(sql) > LONGEST:
        raise QueryError(f"the text has {len(sql):,} characters; up to {LONGEST:,} are set out")
    header = _header(sql)
    body = sql[len(header) :].rstrip().rstrip(";").rstrip()
    if not body:
        return sql
    try:
        tree = _tree(body)
        comments = _comments(body)
        for text in _ways(tree, body):
            if _tree(text) == tree and _comments(text) == comments:
                return f"{header.rstrip()}\n{text}" if header.strip() else text
    except (SqlglotError, RecursionError) as error:
        raise QueryError(f"the text cannot be set out: {_first_line(error)}") from error
    raise QueryError("the text cannot be set out without changing what it says; it stays as it is")


def _header(sql: str) -> str:
    """The lines of comment at the top, which stay to the letter."""
    found = HEADER.match(sql)
    return found[0] if found else ""


def _tree(sql: str) -> exp.Expr:
    trees = sqlglot.parse(sql, dialect=DIALECT)
    if len(trees) != 1 or trees[0] is None:
        raise QueryError(f"one question is set out at a time, got {len(trees)}")
    return trees[0]


def _ways(tree: exp.Expr, body: str) -> Iterator[str]:
    """The nicest first."""
    plain = tree.sql(
        dialect=DIALECT, pretty=True, indent=INDENT, pad=INDENT, normalize_functions="lower",
        leading_comma=False, max_text_width=80,
    )  # fmt: skip
    lower = _lower(plain, {body[one.start : one.end + 1] for one in _tokens(body)} - NO_NAMES)
    yield LAST_COMMENT.sub(r"-- \1", lower)
    yield lower
    yield plain


def _lower(sql: str, known: set[str]) -> str:
    """Keywords in lower case, and the names that sqlglot brought in; known names stay."""
    written = list(sql)
    for token in _tokens(sql):
        place = slice(token.start, token.end + 1)
        is_known = token.token_type == TokenType.VAR and sql[place] in known
        if token.token_type not in VALUES and not is_known:
            written[place] = sql[place].lower()
    return "".join(written)


def _tokens(sql: str) -> list[Token]:
    return sqlglot.tokenize(sql, dialect=DIALECT)


def _comments(sql: str) -> Counter[str]:
    said = (comment.strip() for token in _tokens(sql) for comment in token.comments)
    return Counter(comment for comment in said if comment)


def _first_line(error: Exception) -> str:
    """Without the codes that underline a terminal's text."""
    text = re.sub(r"\x1b\[\d+m", "", str(error)) or type(error).__name__
    return text.splitlines()[0]
