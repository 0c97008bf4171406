"""`python -m bench.calibrate [topic ...]`: simulate, print, keep in the docs page of each topic."""

import importlib
import pkgutil
import time

import click

from bench import calibration
from bench.table import PAGE, keep

TOPICS = sorted(
    module.name for module in pkgutil.iter_modules(calibration.__path__) if module.name != "shares"
)


@click.command()
@click.argument("topics", nargs=-1, type=click.Choice(TOPICS))
@click.option("--effort", default=1.0, show_default=True, help="1 is what the pages show.")
def main(topics: tuple[str, ...], effort: float) -> None:
    """Measure error rates, power and coverage of the statistics."""
    for name in topics or TOPICS:
        topic = importlib.import_module(f"{calibration.__name__}.{name}")
        started, sections = time.perf_counter(), []
        for table in topic.tables(effort):
            click.echo(f"\n{table.markdown}")
            sections.append(table.markdown)
        click.echo(f"\n{name}: {time.perf_counter() - started:.0f} s")
        if effort == 1:
            keep("\n\n".join(sections), PAGE.parent / topic.PAGE)


if __name__ == "__main__":
    main()
