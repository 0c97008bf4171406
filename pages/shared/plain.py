"""Text that came with the data, made harmless for the places that would read it as markup."""

import re

# CommonMark lets a backslash take the meaning from any ASCII punctuation.
MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>:$~^&@/\"'=])")
LINE_BREAKS = re.compile(r"[\r\n\t\v\f\u2028\u2029]+")
LONGEST = 80  # characters of a name on a label; the data table has all of it


def markdown(text: object) -> str:
    """Data text for labels, captions and markdown: shown as it is, links and all."""
    return MARKDOWN.sub(r"\\\1", short(text))


def prose(text: str) -> str:
    """Markdown of ours that may quote the data: bold, lists and code stay, links do not."""
    return re.sub(r"([\[\]<$])", r"\\\1", text)


def sentence(said: object) -> str:
    """A message, such as an error, as Markdown that says just that, starting like a sentence."""
    text = LINE_BREAKS.sub(" ", str(said)).strip()
    return MARKDOWN.sub(r"\\\1", text[:1].upper() + text[1:])


def chart(text: object) -> str:
    """Data text for a Plotly figure, which would obey <b>, <a href> and %{...}."""
    return short(text).replace("&", "&amp;").replace("<", "&lt;").replace("%{", "% {")


def short(text: object) -> str:
    """One line of at most 80 characters."""
    line = LINE_BREAKS.sub(" ", str(text)).strip()
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
