"""What is installed is what is imported, at exact versions."""

import re
import sys
from pathlib import Path

import pytest

from tests.test_house_rules import MAY_IMPORT, imports, python_files

ROOT = Path(__file__).parents[1]
FILES = sorted(ROOT.glob("requirements*.txt"))
IMPORTED_AS = {"scikit-learn": "sklearn"}  # where the package has another name than its module
EXACT = re.compile(r"[A-Za-z0-9_.-]+(\[[a-z]+\])?==[0-9.]+( +#.*)?")


def lines(path: Path) -> list[str]:
    """Lines that name a package."""
    written = path.read_text(encoding="utf-8").splitlines()
    return [line for line in written if line and not line.startswith(("#", "-r "))]


def packages(text: str) -> set[str]:
    return {match[1].lower() for match in re.finditer(r"^([\w-]+)\S*==", text, flags=re.MULTILINE)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_version_is_exact(path: Path) -> None:
    assert [line for line in lines(path) if not EXACT.fullmatch(line)] == []


def test_runtime_lists_what_the_code_imports() -> None:
    layers = {key.partition("/")[0] for key in MAY_IMPORT}
    modules = {
        module.partition(".")[0] for path in python_files(*layers) for module in imports(path)
    }
    ours = {layer.removesuffix(".py") for layer in layers}
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    named = packages(text.partition("# What those need")[0])
    listed = {IMPORTED_AS.get(package, package) for package in named}
    assert modules - ours - sys.stdlib_module_names == listed
