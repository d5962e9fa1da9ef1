"""Names of tiles, against the provider's own statement of where cells are centred."""

import pytest

from phusong.errors import DataError
from phusong.sources.fetch.tiles import tiles_of

HALF = 0.5 / 3600


def copernicus(*bounds: float) -> list[str]:
    named = tiles_of("copernicus-1-degree", bounds)  # type: ignore[arg-type]
    return [f"{n.split('_')[4]}{n.split('_')[6]}" for n in named]


def test_name_is_the_providers() -> None:
    (name,) = tiles_of("copernicus-1-degree", (103.2, 22.2, 103.8, 22.8))
    assert name == "Copernicus_DSM_COG_10_N22_00_E103_00_DEM"


@pytest.mark.parametrize(
    ("bounds", "tiles"),
    [
        # Tile N22 E103 spans 103 − h to 104 − h and 22 + h to 23 + h, h half an arc-second.
        ((103.2, 22.0 + 1.1 * HALF, 103.8, 22.8), ["N22E103"]),
        ((103.2, 22.0 + 0.9 * HALF, 103.8, 22.8), ["N22E103", "N21E103"]),
        ((103.2, 22.2, 103.8, 23.0 + 0.9 * HALF), ["N22E103"]),
        ((103.2, 22.2, 103.8, 23.0 + 1.1 * HALF), ["N23E103", "N22E103"]),
        ((104.0 - 0.9 * HALF, 22.2, 104.8, 22.8), ["N22E104"]),
        ((104.0 - 1.1 * HALF, 22.2, 104.8, 22.8), ["N22E103", "N22E104"]),
        # The equator and the prime meridian: names change their letters, counts do not.
        ((-0.5, -0.5, 0.5, 0.5), ["N00W001", "N00E000", "S01W001", "S01E000"]),
        # The antimeridian, by a box that crosses it.
        ((179.5, 10.2, -179.5, 10.8), ["N10E179", "N10W180"]),
        # 60° N: columns of tile N59 are 1.5 arc-seconds wide, of N60 two.
        ((10.0 - 1.4 * HALF, 59.2, 10.5, 59.8), ["N59E010"]),
        ((10.0 - 1.6 * HALF, 59.2, 10.5, 59.8), ["N59E009", "N59E010"]),
        ((10.0 - 1.9 * HALF, 60.2, 10.5, 60.8), ["N60E010"]),
        ((10.0 - 2.1 * HALF, 60.2, 10.5, 60.8), ["N60E009", "N60E010"]),
        # South: tile S60 has its edge nearer to the equator at 59° S.
        ((10.0 - 1.4 * HALF, -59.8, 10.5, -59.2), ["S60E010"]),
    ],
)
def test_tiles_that_hold_a_cell(bounds: tuple[float, ...], tiles: list[str]) -> None:
    assert copernicus(*bounds) == tiles


def test_other_lattices() -> None:
    assert tiles_of("worldcover-3-degrees", (103.5, 22.2, 104.5, 22.8)) == ("N21E102",)
    assert tiles_of("worldcover-3-degrees", (-0.5, -0.5, 0.5, 0.5)) == (
        "N00W003", "N00E000", "S03W003", "S03E000",
    )  # fmt: skip
    assert tiles_of("ghsl-10-degrees", (103.5, 22.2, 104.5, 22.8)) == ("R7_C29",)


@pytest.mark.parametrize(
    "bounds", [(103.0, 23.0, 104.0, 22.0), (103.0, 22.0, 190.0, 23.0), (0.0, -91.0, 1.0, 0.0)]
)
def test_impossible_box(bounds: tuple[float, float, float, float]) -> None:
    with pytest.raises(DataError, match="is not west, south, east, north"):
        tiles_of("copernicus-1-degree", bounds)
