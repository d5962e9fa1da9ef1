"""Tokens of S2 cells, against the S2 geometry library (values of s2sphere 0.2.5)."""

import numpy as np
import pytest

from phusong.sources.fetch.s2 import s2_tokens, tokens_at


@pytest.mark.parametrize(
    ("latitude", "longitude", "token"),
    [
        (22.57, 104.05, "36d"), (28.3, 84.0, "399"), (-1.3, 36.8, "183"), (-16.9, 179.95, "6e1"),
        (-16.9, -179.95, "71f"), (60.0, 10.3, "465"), (0.01, 0.01, "101"), (-80.0, 12.0, "b07"),
        (85.0, -40.0, "4ff"),
    ],
)  # fmt: skip
def test_token_of_a_point(latitude: float, longitude: float, token: str) -> None:
    assert tokens_at(np.array([longitude]), np.array([latitude])) == (token,)


@pytest.mark.parametrize(
    ("bounds", "tokens"),
    [
        ((103.8, 22.3, 104.4, 22.8), "36d"),
        ((30.0, -5.0, 40.0, 5.0), "171 177 179 17b 17d 17f 181 183 185 187 19b 19d"),
        ((179.9, -17.0, -179.9, -16.8), "6e1 71f"),
        ((106.0, 20.0, 108.2, 21.5), "313 315"),
    ],
)
def test_tokens_of_a_box(bounds: tuple[float, float, float, float], tokens: str) -> None:
    assert s2_tokens(bounds) == tuple(tokens.split())


def test_a_corner_in_a_box_smaller_than_any_step_is_seen() -> None:
    lon, lat = 100.61965527615513, 16.266726490119485  # where four cells meet
    around = s2_tokens((lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4))
    assert around == ("30d", "30f", "311", "313")
