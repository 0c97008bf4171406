"""A first look at a text, before the engine's parser sees it: how long, how deep, which word first.

Quoted texts and comments are passed over, so that what stands in them counts for nothing.
"""

import re
from dataclasses import dataclass

MOST_CHARACTERS = 100_000
MOST_PARTS = 50_000  # words, numbers and signs
MOST_DEPTH = 60  # brackets and cases within one another

_TOKEN = re.compile(
    r"""
      --[^\n]*                            # a comment to the end of the line
    | /\*                                 # a comment that may hold others
    | (?P<dollar>\$[A-Za-z_]*\$)          # a text between dollars, to the same tag
    | [eE]'(?:[^'\\]|\\.|'')*(?:'|\Z)     # a text with escapes
    | '(?:[^']|'')*(?:'|\Z)               # a text
    | "(?:[^"]|"")*(?:"|\Z)               # a quoted name
    | \$(?P<parameter>[A-Za-z_]\w*)       # a parameter
    | (?P<word>[^\W\d]\w*)                # a word
    | (?P<bracket>[()\[\]{}])
    | (?P<end>;)
    | \d[\d._]*                          # a number
    | \S
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Outline:
    """What a text looks like from afar.

    Attributes:
        first_word: In capitals; empty: there is no word.
        statements: How many texts there are between semicolons.
        depth: Most brackets and cases within one another.
        parts: How many words, numbers and signs there are.
        parameters: Names of the `$parameters`, in order of their first mention.
    """

    first_word: str
    statements: int
    depth: int
    parts: int
    parameters: tuple[str, ...]


def outline(sql: str) -> Outline:
    """Look over a text once, from left to right."""
    first, depth, deepest = "", 0, 0
    statements, parts, is_open = 0, 0, False
    parameters: dict[str, None] = {}
    at = 0
    while match := _TOKEN.search(sql, at):
        at = _end(sql, match)
        parts += 1
        if match["parameter"]:
            parameters[match["parameter"]] = None
        if match["end"]:
            is_open = False
        elif not match[0].startswith(("--", "/*")) and not is_open:
            statements, is_open = statements + 1, True
        word = (match["word"] or "").upper()
        first = first or word
        depth = max(0, depth + _step(word or match["bracket"] or ""))
        deepest = max(deepest, depth)
    return Outline(first, statements, deepest, parts, tuple(parameters))


def _end(sql: str, match: re.Match[str]) -> int:
    """Where what begins here is over."""
    if match["dollar"]:
        end = sql.find(match["dollar"], match.end())
        return len(sql) if end < 0 else end + len(match["dollar"])
    if match[0] == "/*":
        return _end_of_comment(sql, match.end())
    return max(match.end(), match.start() + 1)


def _end_of_comment(sql: str, at: int) -> int:
    open_comments = 1
    for found in re.compile(r"/\*|\*/").finditer(sql, at):
        open_comments += 1 if found[0] == "/*" else -1
        if not open_comments:
            return found.end()
    return len(sql)


def _step(token: str) -> int:
    if token in ("(", "[", "{", "CASE"):
        return 1
    return -1 if token in (")", "]", "}", "END") else 0
