"""Classes: codes, words, and colours that stay apart for every reader."""

from itertools import combinations

import numpy as np
import pytest

from phusong.errors import DataError
from phusong.reporting.facts import same
from phusong.reporting.palette import ClassStyle, level_classes, service_classes

# Full-severity matrices in linear RGB: Machado, Oliveira and Fernandes (2009), table 1.
SIGHT = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# sRGB to XYZ (IEC 61966-2-1), and the white point of D65.
XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)  # fmt: skip
WHITE = XYZ.sum(axis=1)


def lab(colour: tuple[int, int, int], sight: str) -> np.ndarray:
    """CIELAB of an sRGB colour as seen with a colour vision deficiency."""
    value = np.array(colour) / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(SIGHT[sight]) @ linear, 0.0, 1.0)
    ratio = XYZ @ seen / WHITE
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize(
    "legend", [service_classes(), level_classes((-85, -95, -105, -115, -121))], ids=["3", "6"]
)
def test_classes_stay_apart(legend: tuple[ClassStyle, ...], sight: str) -> None:
    """CIE76 distances of 15 and more: a just noticeable difference is about 2.3."""
    distances = [
        np.linalg.norm(lab(a.colour, sight) - lab(b.colour, sight))
        for a, b in combinations(legend, 2)
    ]
    assert min(distances) > 15


def test_only_no_signal_is_hatched() -> None:
    for legend in (service_classes(), level_classes((-85, -121))):
        assert [style.hatched for style in legend] == [False] * (len(legend) - 1) + [True]
        assert legend[-1].colour == (200, 30, 30)


def test_level_classes_count_down() -> None:
    legend = level_classes((-85, -95, -105.5))
    assert [style.code for style in legend] == [3, 2, 1, 0]
    assert [style.name.en for style in legend] == [
        "≥ −85 dBm", "−95 … −85 dBm", "−105.5 … −95 dBm", "< −105.5 dBm",
    ]  # fmt: skip
    luma = [style.colour[1] for style in legend[:-1]]
    assert luma == sorted(luma, reverse=True)


@pytest.mark.parametrize("edges", [(-85,), (-85, -85), (-95, -85), (-1, -2, -3, -4, -5, -6), ()])
def test_level_edges_must_fall(edges: tuple[float, ...]) -> None:
    with pytest.raises(DataError, match=r"edges_dbm=.* must be 2 to 5 falling levels \[dBm\]"):
        level_classes(edges)


def test_service_codes_can_be_chosen() -> None:
    legend = service_classes(no_signal=7, marginal=3, covered=5)
    assert [style.code for style in legend] == [5, 3, 7]
    assert legend[0].css == "#3a649a"


def test_bad_styles() -> None:
    with pytest.raises(DataError, match="code=255 must be 0 to 254"):
        ClassStyle(255, same("x"), (0, 0, 0))
    with pytest.raises(DataError, match="colour="):
        ClassStyle(1, same("x"), (0, 0, 256))
