"""`python -m sample_data --size 0.01 --to folder`: make the demo, or a smaller or larger one."""

from pathlib import Path

import click

from sample_data.clock import DAYS
from sample_data.generate import DEMO, SEED, generate


@click.command()
@click.option("--size", default=1.0, show_default=True, help="1 is about 5 million events.")
@click.option("--to", "folder", type=click.Path(path_type=Path), default=DEMO, show_default=True)
@click.option("--seed", default=SEED, show_default=True)
@click.option(
    "--days",
    default=DAYS,
    show_default=True,
    help="Days of events, from the first; fewer imply --only-events.",
)
@click.option("--only-events", is_flag=True, help="Leave the nine other tables out.")
def main(folder: Path, size: float, seed: int, days: int, *, only_events: bool) -> None:
    """Make the demo workspace."""
    with click.progressbar(length=days, label="Days") as bar:
        generate(
            folder,
            size=size,
            seed=seed,
            days=days,
            only_events=only_events,
            progress=lambda done, _: bar.update(done - bar.pos),
        )


if __name__ == "__main__":
    main()
