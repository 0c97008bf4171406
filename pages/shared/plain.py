"""Text that came with the data, made harmless for the places that would read it as markup."""

import re
from urllib.parse import urlsplit

# CommonMark lets a backslash take the meaning from any ASCII punctuation.
MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>:$~^&@/\"'=])")
# What would become a link by itself; an invisible mark between its parts keeps it text.
SELF_LINKING = re.compile(r"(?<=\w)@(?=[\w-]+\.)|(?i:(?<=http)|(?<=https)):(?=//)|(?i:www)(?=\.)")
NOT_A_LINK = "\u2060"
LINE_BREAKS = re.compile(r"[\r\n\t\v\f\u2028\u2029]+")
LINE_BREAK = re.compile(r"\r\n|[\r\n\v\f\u2028\u2029]")
# What is not seen, and turns the text around it: control characters, and marks of direction that
# reach beyond the name that holds them.
UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
SEEN = "\ufffd"
LONGEST = 80  # characters of a name on a label; the data table has all of it


def visible(text: object) -> str:
    """Data text for places that read no markup: what would not be seen is."""
    return UNSEEN.sub(SEEN, str(text))


def markdown(text: object) -> str:
    """Data text for labels, captions and markdown: shown as it is, links and all."""
    return _as_it_is(short(text))


def prose(text: str) -> str:
    """Markdown of ours that may quote the data: bold, lists and code stay, links do not."""
    return re.sub(r"([\[\]<$])", r"\\\1", _apart(text))


def sentence(said: object) -> str:
    """A message, such as an error, as Markdown that says just that, starting like a sentence."""
    text = LINE_BREAKS.sub(" ", visible(said)).strip()
    return _as_it_is(text[:1].upper() + text[1:])


def paragraphs(text: str) -> str:
    """What somebody wrote at length: shown as it is, with its line breaks."""
    lines = LINE_BREAK.split(visible(text).strip())
    return "  \n".join(_as_it_is(line.strip()) for line in lines)


def read_more(url: str | None) -> str:
    """A link, if it is a plain http(s) address; anything else that people or data give is none."""
    if not url or any(mark in url for mark in "<>\\") or any(one.isspace() for one in url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    is_web = parts.scheme in {"http", "https"} and bool(parts.netloc)
    plain = url.replace("$", "%24").replace("`", "%60")  # which would begin mathematics, or code
    return f" [Read more](<{plain}>)" if is_web else ""


def chart(text: object) -> str:
    """Data text for a Plotly figure, which would obey <b>, <a href> and %{...}."""
    return short(text).replace("&", "&amp;").replace("<", "&lt;").replace("%{", "% {")


def short(text: object) -> str:
    """One line of at most 80 characters."""
    line = LINE_BREAKS.sub(" ", visible(text)).strip()
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _as_it_is(text: str) -> str:
    """Text of which nothing is markup, and nothing becomes a link by itself."""
    return MARKDOWN.sub(r"\\\1", _apart(text))


def _apart(text: str) -> str:
    """Text of which nothing becomes a link by itself."""
    return SELF_LINKING.sub(lambda found: found[0] + NOT_A_LINK, text)
