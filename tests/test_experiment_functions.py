"""Nothing is computed that a page does not show or another function does not use."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOME = "metrics.experiments"
FOLDER = ROOT / "metrics" / "experiments"
READERS = ("metrics", "reports", "queries", "pages")


def public_functions(path: Path) -> list[ast.FunctionDef]:
    found = ast.parse(path.read_text(encoding="utf-8")).body
    return [one for one in found if isinstance(one, ast.FunctionDef) and one.name[0] != "_"]


def imported() -> set[str]:
    """Names that a module of the product, but for the package's own index, takes from there."""
    return {
        name.name
        for folder in READERS
        for path in (ROOT / folder).rglob("*.py")
        if path != FOLDER / "__init__.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(HOME)
        for name in node.names
    }


def used_at_home(path: Path, function: ast.FunctionDef) -> bool:
    """Whether its own file uses it outside of itself."""
    return any(
        isinstance(node, ast.Name) and node.id == function.name
        for other in ast.parse(path.read_text(encoding="utf-8")).body
        if not (isinstance(other, ast.FunctionDef) and other.name == function.name)
        for node in ast.walk(other)
    )


def test_every_function_of_experiments_is_shown_or_used() -> None:
    taken = imported()
    idle = [
        f"{path.stem}.{one.name}"
        for path in sorted(FOLDER.glob("*.py"))
        for one in public_functions(path)
        if one.name not in taken and not used_at_home(path, one)
    ]
    assert idle == []
