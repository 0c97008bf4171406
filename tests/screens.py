"""The addresses of all pages, as they lie in their folder: none can be forgotten."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIRST = "today"  # which the address of nothing opens
SCREENS = (
    "/", *sorted(f"/{page.stem}" for page in (ROOT / "pages").glob("*.py") if page.stem != FIRST),
)  # fmt: skip
