"""The house style, as far as a machine can check it: layers, purity, size, words."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# What a folder or file may import beside the standard library and its own layer.
# A file has the rights of every entry that its path starts with.
MAY_IMPORT = {
    "app.py": {"click", "pages.shared", "queries", "reports", "starlette", "streamlit"},
    "pages": {"metrics", "pages.shared", "polars", "queries", "reports", "store", "streamlit"},
    "pages/shared": {"numpy", "plotly", "starlette", "xlsxwriter"},
    "reports": {"click", "metrics", "numpy", "polars", "queries", "store"},
    "reports/command_line.py": {"sample_data"},
    "reports/digest_sending.py": {"apprise"},
    "reports/leadership_pdf.py": {"typst"},
    "metrics": {"numpy", "polars", "scipy", "sklearn", "statsmodels"},
    "queries": {"duckdb", "numpy", "polars", "pyarrow", "pydantic", "sqlalchemy", "sqlglot"},
    "store": {"alembic", "queries.errors", "sqlalchemy"},
    "sample_data": {"numpy", "polars", "pyarrow"},
    "sample_data/__main__.py": {"click"},
}  # fmt: skip

MOST_LINES = 400
MOST_LINES_OF_A_PAGE = 100
LONGER_FOR_A_REASON: dict[str, str] = {}

# metrics/ is pure: these modules and calls reach a file, a clock, a process or a network.
IMPURE_MODULES = {
    "asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlite3",
    "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
IMPURE_CALL = re.compile(
    r"^(open|print|input|eval|exec)$"
    r"|\.(now|today|utcnow)$"
    r"|\.(read|scan|write|sink)_\w+$"
    r"|^(np|numpy)\.random\.(?!default_rng|Generator|SeedSequence)"
)

VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "lib"}
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
PROSE = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
# Files that prose may name although they are the reader's own or are made later.
READERS_FILES = {"workspace.toml", "metrics.toml", ".streamlit/secrets.toml"}


def python_files(*folders: str) -> list[Path]:
    """Every Python file of the project, or of some of its folders or files."""
    everything = (path.name for path in ROOT.iterdir() if not path.name.startswith("."))
    roots = [ROOT / folder for folder in folders or everything]
    files = (root.rglob("*.py") if root.is_dir() else [root] for root in roots if root.exists())
    of_others = ROOT / "bench" / "data"  # what a bench installs to compare with
    return sorted(
        path
        for found in files
        for path in found
        if path.suffix == ".py" and not path.is_relative_to(of_others)
    )


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def allowed(path: Path) -> set[str]:
    """What a file may import: its own layer, but for a page, which nobody imports."""
    place = relative(path)
    own = {place.partition("/")[0].removesuffix(".py")} - {"pages"}
    listed = (MAY_IMPORT[key] for key in MAY_IMPORT if f"{place}/".startswith(f"{key}/"))
    return own.union(*listed)


def test_every_source_file_belongs_to_a_layer() -> None:
    strays = [
        relative(path)
        for path in python_files()
        if relative(path).partition("/")[0] not in {*MAY_IMPORT, "tests", "bench"}
    ]
    assert strays == []


def test_layers_point_one_way() -> None:
    wrong = [
        f"{relative(path)} imports {module}"
        for path in python_files(*{key.partition("/")[0] for key in MAY_IMPORT})
        for module in imports(path)
        if module.split(".")[0] not in sys.stdlib_module_names
        and not any(f"{module}.".startswith(f"{ok}.") for ok in allowed(path))
    ]
    assert wrong == []


def test_nobody_imports_a_page() -> None:
    wrong = [
        f"{relative(path)} imports {module}"
        for path in python_files()
        for module in imports(path)
        if module.startswith("pages.") and not f"{module}.".startswith("pages.shared.")
    ]
    assert wrong == []


def test_metrics_are_pure() -> None:
    wrong = [
        f"{relative(path)} imports {module}"
        for path in python_files("metrics")
        for module in imports(path)
        if module.split(".")[0] in IMPURE_MODULES
    ]
    wrong += [
        f"{relative(path)}:{call.lineno} calls {ast.unparse(call.func)}"
        for path in python_files("metrics")
        for call in calls(path)
        if IMPURE_CALL.search(ast.unparse(call.func))
    ]
    assert wrong == []


def test_chance_has_a_seed() -> None:
    wrong = [
        f"{relative(path)}:{call.lineno}"
        for path in python_files()
        for call in calls(path)
        if ast.unparse(call.func).endswith("default_rng") and not (call.args or call.keywords)
    ]
    assert wrong == []


def test_a_file_can_be_read_at_one_sitting() -> None:
    sources = [*python_files(), *sorted((ROOT / "queries").rglob("*.sql"))]
    lengths = {relative(path): len(path.read_text("utf-8").splitlines()) for path in sources}
    longer = {name for name, lines in lengths.items() if lines > MOST_LINES}
    assert longer == set(LONGER_FOR_A_REASON)


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=lambda path: path.stem)
def test_a_page_reads_like_the_screen(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    question = (ast.get_docstring(tree(path)) or "").splitlines()[:1]
    assert len(text.splitlines()) <= MOST_LINES_OF_A_PAGE
    assert "?" in "".join(question), "the first line of a page is its question"
    assert "unsafe_allow_html" not in text, "HTML belongs to no page"


def test_every_widget_has_a_key() -> None:
    widgets = re.compile(
        r"\.(button|checkbox|toggle|radio|selectbox|multiselect|slider|select_slider|pills"
        r"|segmented_control|text_input|text_area|number_input|date_input|time_input"
        r"|download_button|file_uploader|data_editor)$"
    )
    wrong = [
        f"{relative(path)}:{call.lineno} {ast.unparse(call.func)}"
        for path in python_files("pages")
        for call in calls(path)
        if widgets.search(ast.unparse(call.func))
        and not any(keyword.arg in {"key", None} for keyword in call.keywords)
    ]
    assert wrong == []


def test_files_are_named_for_what_they_hold() -> None:
    assert [relative(path) for path in python_files() if path.stem in VAGUE_NAMES] == []


def test_input_is_never_checked_by_assert() -> None:
    wrong = [
        f"{relative(path)}:{node.lineno}"
        for path in python_files()
        if not relative(path).startswith("tests/")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assert)
    ]
    assert wrong == []


def test_no_handler_is_bare() -> None:
    wrong = [
        f"{relative(path)}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert wrong == []


def test_nothing_is_left_to_do_later() -> None:
    written = [*python_files(), *PROSE, *sorted((ROOT / "queries").rglob("*.sql"))]
    wrong = [
        relative(path)
        for path in written
        if path.name != Path(__file__).name and UNFINISHED.search(path.read_text("utf-8"))
    ]
    assert wrong == []


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_files_named_in_prose_exist(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    named = re.findall(r"`([\w./-]+\.(?:py|sql|toml|md|txt|css))`", text)
    named += re.findall(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)", text)
    missing = [
        name
        for name in named
        if name not in READERS_FILES
        and not (ROOT / name).exists()
        and not (path.parent / name).exists()
    ]
    assert missing == []
