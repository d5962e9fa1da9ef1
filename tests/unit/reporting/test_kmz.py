"""A map as KMZ: what Google Earth gets, where it lies, and that the bytes are reproducible."""

import io
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.reporting.facts import Bilingual
from phusong.reporting.kmz import KMZ_SCALES, KmzPlace, transmitter_kmz

GRID = Grid.from_bounds(400_000, 2_480_000, 403_000, 2_482_400, crs="EPSG:32648", resolution_m=60)
PLACE = KmzPlace("A <b>name", 22.43, 104.03, ("itm, 800 MHz", "Tx 30 m"))
PRACTICE = Bilingual("Dữ liệu mô phỏng", "Practice data")
KML = "{http://www.opengis.net/kml/2.2}"


def values() -> np.ndarray:
    """Strong in the north-west quarter, weak in the rest, unknown along the southern edge."""
    level = np.full(GRID.shape, -118.0, np.float32)
    level[:20, :25] = -80.0
    level[-8:] = np.nan
    return level


def parts(**changes: Any) -> dict[str, bytes]:
    settings: dict[str, Any] = {"scale": KMZ_SCALES["received-level"], "place": PLACE}
    content = transmitter_kmz(values(), GRID, **(settings | changes))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def picture(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)))


def test_the_document_names_picture_legend_and_mast() -> None:
    found = parts()
    assert list(found) == ["doc.kml", "map.png", "legend.png"]
    root = ET.fromstring(found["doc.kml"].decode("utf-8"))
    hrefs = [node.text for node in root.iter(f"{KML}href")]
    assert hrefs == ["map.png", "legend.png"]
    point = root.find(f".//{KML}coordinates")
    assert point is not None
    assert point.text == "104.0300000,22.4300000"
    name = root.find(f".//{KML}Placemark/{KML}name")
    assert name is not None
    assert name.text == "A <b>name"
    assert b"<b>" not in found["doc.kml"]


def boxes(content: bytes) -> list[dict[str, float]]:
    """Edges of every picture over the ground [deg]."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ET.fromstring(archive.read("doc.kml").decode("utf-8"))
    return [
        {
            edge: float(box.findtext(f"{KML}{edge}") or "nan")
            for edge in ("north", "south", "east", "west")
        }
        for box in root.iter(f"{KML}LatLonBox")
    ]


def test_the_picture_lies_where_the_cells_are() -> None:
    scale = KMZ_SCALES["received-level"]
    (box,) = boxes(transmitter_kmz(values(), GRID, scale=scale, place=PLACE))
    found = parts()
    image = picture(found["map.png"])

    def colour_at(easting: float, northing: float) -> tuple[int, ...]:
        longitude, latitude = GRID.longitude_latitude(easting, northing)
        col = int((longitude - box["west"]) / (box["east"] - box["west"]) * image.shape[1])
        row = int((box["north"] - latitude) / (box["north"] - box["south"]) * image.shape[0])
        return tuple(int(v) for v in image[row, col])

    assert colour_at(400_600, 2_481_800) == scale.colours[2]  # -80 dBm
    assert colour_at(402_400, 2_481_800) == scale.colours[6]  # -118 dBm
    assert colour_at(401_500, 2_480_200)[3] == 0  # unknown


@pytest.mark.parametrize(
    ("quantity", "value", "band"),
    [
        ("received-level", -65.0, 0),
        ("received-level", -65.5, 1),
        ("received-level", -126.0, 7),
        ("path-loss", 100.0, 0),
        ("path-loss", 100.5, 1),
        ("path-loss", 161.0, 7),
        ("field-strength", 40.0, 6),
    ],
)
def test_a_value_has_the_colour_of_its_band(quantity: str, value: float, band: int) -> None:
    scale = KMZ_SCALES[quantity]
    content = transmitter_kmz(
        np.full(GRID.shape, value, np.float32), GRID, scale=scale, place=PLACE
    )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        image = picture(archive.read("map.png"))
    middle = image[image.shape[0] // 2, image.shape[1] // 2]
    assert tuple(int(v) for v in middle) == scale.colours[band]
    assert len(scale.names) == len(scale.colours) == len(scale.edges) + 1


def test_names_of_bands() -> None:
    assert KMZ_SCALES["received-level"].names[0] == "≥ −65 dBm"
    assert KMZ_SCALES["received-level"].names[-1] == "< −125 dBm"
    assert KMZ_SCALES["path-loss"].names[:2] == ("≤ 100 dB", "100 … 110 dB")


def test_practice_data_says_so_in_all_three_parts() -> None:
    plain, marked = parts(), parts(practice=PRACTICE)
    assert "Practice data" in marked["doc.kml"].decode("utf-8")
    assert "Dữ liệu mô phỏng" in marked["doc.kml"].decode("utf-8")
    assert "Practice" not in plain["doc.kml"].decode("utf-8")
    assert marked["map.png"] != plain["map.png"]
    assert picture(marked["legend.png"]).shape[0] > picture(plain["legend.png"]).shape[0]


def test_same_bytes_every_time() -> None:
    def once() -> bytes:
        return transmitter_kmz(
            values(), GRID, scale=KMZ_SCALES["received-level"], place=PLACE, practice=PRACTICE
        )

    assert once() == once()


def test_values_of_another_shape() -> None:
    with pytest.raises(DataError, match=r"shape \(2, 2\)"):
        transmitter_kmz(
            np.zeros((2, 2), np.float32), GRID, scale=KMZ_SCALES["path-loss"], place=PLACE
        )
