"""metrics.rage_clicks at its edges."""

import pytest

from metrics.rage_clicks import rage_clicks


@pytest.mark.parametrize(
    ("clicks", "bursts"),
    [
        ([], 0),
        ([(0, 0, 0), (999, 29, 0), (1998, 29, 0)], 1),
        ([(0, 0, 0), (1000, 0, 0), (1100, 0, 0)], 0),
        ([(0, 0, 0), (100, 15, 15), (200, 0, 0)], 0),
        ([(n * 100, 0, 0) for n in range(9)], 1),
        ([(n * 100 + n // 3 * 5000, 0, 0) for n in range(9)], 3),
    ],
)
def test_bursts(clicks: list[tuple[float, float, float]], bursts: int) -> None:
    assert rage_clicks(clicks) == bursts


def test_refuses_clicks_out_of_order() -> None:
    with pytest.raises(ValueError, match="got 1 after 2"):
        rage_clicks([(2, 0, 0), (1, 0, 0)])
