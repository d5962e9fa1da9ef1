"""A map of one transmitter as KMZ: a picture over the ground for Google Earth, with its legend.

The picture is in geographic coordinates, which a ground overlay stretches linearly, and has the
colours of classes. The same values give the same bytes: entries have a fixed order and date.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np
from affine import Affine
from PIL import Image, ImageDraw, ImageFont
from rasterio.enums import Resampling
from rasterio.transform import array_bounds, from_bounds
from rasterio.warp import reproject, transform_bounds

from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.reporting.escape import text
from phusong.reporting.facts import Bilingual
from phusong.reporting.packing import packed
from phusong.reporting.palette import CIVIDIS
from phusong.reporting.relief import UInt8Array
from phusong.reporting.watermark import inked, watermark_mask
from phusong.reporting.wording import said
from phusong.units import Float32Array

MAX_SIDE_PX = 4096
"""Largest side of the picture, which Google Earth still draws on small machines."""

_WGS84 = "EPSG:4326"
_HALF_DEG = 180.0
_OPACITY = "b4"
_FAINT = (120, 120, 120, 110)
Box = tuple[float, float, float, float]
"""West, south, east and north [deg]."""
_ROW_PX, _PAD_PX, _SWATCH_PX = 24, 10, 28


@dataclass(frozen=True)
class KmzScale:
    """Bands of a quantity, from the best to the worst.

    Parameters
    ----------
    title
        The quantity with its unit.
    edges
        Edges between the bands in the quantity's unit, from the best side on: falling for a
        level, rising for a loss.
    unit
        Unit behind the numbers of the legend.
    """

    title: Bilingual
    edges: tuple[float, ...]
    unit: str

    @property
    def rising(self) -> bool:
        """Whether small values are the good ones, as of a loss."""
        return self.edges[0] < self.edges[-1]

    @property
    def names(self) -> tuple[str, ...]:
        """Words of each band, one more than edges."""
        shown = [f"{edge:g}".replace("-", "−") for edge in self.edges]
        better, worse = ("≤", ">") if self.rising else ("≥", "<")
        inner = [f"{a} … {b} {self.unit}" for a, b in pairwise(shown)]
        first, last = f"{better} {shown[0]} {self.unit}", f"{worse} {shown[-1]} {self.unit}"
        return (first, *inner, last)

    @property
    def colours(self) -> tuple[tuple[int, int, int, int], ...]:
        """Red, green, blue and alpha of each band; what lies beyond the last edge is faint."""
        steps = np.linspace(len(CIVIDIS) - 1.0, 0.0, len(self.edges))
        anchors = np.arange(len(CIVIDIS))
        bands = np.array(CIVIDIS, dtype=np.float64)
        mixed = [np.rint([np.interp(s, anchors, band) for band in bands.T]) for s in steps]
        return (*((int(r), int(g), int(b), 255) for r, g, b in mixed), _FAINT)


KMZ_SCALES: Mapping[str, KmzScale] = {
    "received-level": KmzScale(
        said("Received level"),
        (-65.0, -75.0, -85.0, -95.0, -105.0, -115.0, -125.0),
        "dBm",
    ),
    "path-loss": KmzScale(
        said("Path loss"),
        (100.0, 110.0, 120.0, 130.0, 140.0, 150.0, 160.0),
        "dB",
    ),
    "field-strength": KmzScale(
        said("Field strength for 1 kW ERP"),
        (100.0, 90.0, 80.0, 70.0, 60.0, 50.0, 40.0),
        "dB(µV/m)",
    ),
}
"""Bands of every quantity that a map of a transmitter can hold."""


@dataclass(frozen=True)
class KmzPlace:
    """What the pin on the map says.

    Parameters
    ----------
    name
        Name of the map.
    latitude, longitude
        The transmitter [deg].
    lines
        Its settings, one line each.
    """

    name: str
    latitude: float
    longitude: float
    lines: tuple[str, ...]


def transmitter_kmz(
    values: Float32Array,
    grid: Grid,
    *,
    scale: KmzScale,
    place: KmzPlace,
    practice: Bilingual | None = None,
) -> bytes:
    """A map as a KMZ file.

    Parameters
    ----------
    values
        The quantity on the grid; NaN is unknown and becomes transparent.
    grid
        The frame.
    scale
        Bands and colours.
    place
        The transmitter.
    practice
        Words to burn in, and to show in the legend, when the input is practice data.

    Returns
    -------
    bytes
        A ZIP archive of ``doc.kml``, ``map.png`` and ``legend.png``; the same for the same
        input.

    Raises
    ------
    DataError
        The shape of the values is not that of the grid.
    """
    if values.shape != grid.shape:
        raise DataError(f"values have shape {values.shape}, the grid has {grid.shape}")
    picture, affine = _picture(values, grid, scale)
    if practice is not None:
        mask = watermark_mask(practice.plain.upper(), (picture.shape[0], picture.shape[1])) & (
            picture[..., 3] > 0
        )
        picture[mask] = inked(picture[mask])
    parts = _parts(picture, affine)
    document = _document(place, scale, [(name, box) for name, _, box in parts], practice)
    return packed(
        [
            ("doc.kml", document.encode("utf-8")),
            *((name, _png(Image.fromarray(part, mode="RGBA"))) for name, part, _ in parts),
            ("legend.png", _png(_legend(scale, place.lines, practice))),
        ]
    )


def _parts(picture: UInt8Array, affine: Affine) -> list[tuple[str, UInt8Array, Box]]:
    """The picture in one piece, or in two where the antimeridian runs through it.

    Google Earth takes west and east from -180 to 180 degrees.
    """
    rows, cols = picture.shape[:2]
    west, south, east, north = array_bounds(rows, cols, affine)
    if east <= _HALF_DEG:
        return [("map.png", picture, (west, south, east, north))]
    at = min(max(round((_HALF_DEG - west) / affine.a), 1), cols - 1)
    edge = west + at * affine.a
    return [
        ("map.png", picture[:, :at], (west, south, min(edge, _HALF_DEG), north)),
        ("map-east.png", picture[:, at:],
         (max(edge, _HALF_DEG) - 2 * _HALF_DEG, south, east - 2 * _HALF_DEG, north)),
    ]  # fmt: skip


def _picture(values: Float32Array, grid: Grid, scale: KmzScale) -> tuple[UInt8Array, Affine]:
    """Colours in geographic coordinates, by the nearest cell; they go on beyond 180 degrees."""
    rows, cols = grid.shape
    magnified = min(2.0, MAX_SIDE_PX / max(rows, cols))
    height, width = (max(1, round(magnified * side)) for side in (rows, cols))
    west, south, east, north = transform_bounds(grid.crs, _WGS84, *grid.bounds)
    east += 2 * _HALF_DEG * (east < west)
    affine = from_bounds(west, south, east, north, width, height)
    warped = np.full((height, width), np.nan, dtype=np.float32)
    reproject(
        values,
        warped,
        src_transform=grid.affine,
        src_crs=grid.crs,
        src_nodata=np.nan,
        dst_transform=affine,
        dst_crs=_WGS84,
        dst_nodata=np.nan,
        resampling=Resampling.nearest,
        num_threads=1,
    )
    sign = 1.0 if scale.rising else -1.0
    edges = sign * np.array(scale.edges)
    known = ~np.isnan(warped)
    band = np.searchsorted(edges, sign * np.where(known, warped, 0.0), side="left")
    colours = np.array(scale.colours, dtype=np.uint8)[band]
    colours[~known] = 0
    return colours, affine


def _legend(scale: KmzScale, lines: Sequence[str], practice: Bilingual | None) -> Image.Image:
    """Title, a swatch per band, the settings and, where it must be, the words of practice data."""
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    plain = ImageFont.truetype(str(folder / "DejaVuSans.ttf"), 14)
    bold = ImageFont.truetype(str(folder / "DejaVuSans-Bold.ttf"), 14)
    heads = [scale.title.vi, scale.title.en]
    notes = [*lines, *([practice.vi, practice.en] if practice else [])]
    width = max(
        *(bold.getlength(head) for head in (*heads, *notes)),
        *(plain.getlength(name) + _SWATCH_PX + _PAD_PX for name in scale.names),
    )
    rows = len(heads) + len(scale.names) + len(notes)
    size = (int(width) + 2 * _PAD_PX, rows * _ROW_PX + 2 * _PAD_PX)
    image = Image.new("RGBA", size, (255, 255, 255, 235))
    pen = ImageDraw.Draw(image)
    y = _PAD_PX
    for head in heads:
        pen.text((_PAD_PX, y), head, fill=(0, 0, 0, 255), font=bold)
        y += _ROW_PX
    for name, colour in zip(scale.names, scale.colours, strict=True):
        box = (_PAD_PX, y, _PAD_PX + _SWATCH_PX, y + _ROW_PX - 6)
        pen.rectangle(box, fill=colour, outline=(0, 0, 0, 255))
        pen.text((2 * _PAD_PX + _SWATCH_PX, y), name, fill=(0, 0, 0, 255), font=plain)
        y += _ROW_PX
    for i, note in enumerate(notes):
        warned = i >= len(lines)
        ink = (180, 0, 0, 255) if warned else (60, 60, 60, 255)
        pen.text((_PAD_PX, y), note, fill=ink, font=bold if warned else plain)
        y += _ROW_PX
    return image


def _document(
    place: KmzPlace,
    scale: KmzScale,
    parts: Sequence[tuple[str, Box]],
    practice: Bilingual | None,
) -> str:
    """The KML: the picture over the ground, its legend on the screen, a pin at the mast."""
    overlays = "\n".join(_overlay(scale, file, box) for file, box in parts)
    words = [*place.lines, *([practice.plain] if practice else [])]
    name = text(f"{place.name} ({practice.plain})" if practice else place.name)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
<Document>
<name>{name}</name>
{overlays}
<ScreenOverlay>
<name>{text(said("Legend").plain)}</name>
<Icon><href>legend.png</href></Icon>
<overlayXY x="0" y="1" xunits="fraction" yunits="fraction"/>
<screenXY x="0.01" y="0.99" xunits="fraction" yunits="fraction"/>
</ScreenOverlay>
<Placemark>
<name>{name}</name>
<description>{text("; ".join(words))}</description>
<Point><coordinates>{place.longitude:.7f},{place.latitude:.7f}</coordinates></Point>
</Placemark>
</Document>
</kml>
"""


def _overlay(scale: KmzScale, file: str, box: Box) -> str:
    west, south, east, north = box
    return f"""\
<GroundOverlay>
<name>{text(scale.title.plain)}</name>
<color>{_OPACITY}ffffff</color>
<Icon><href>{file}</href></Icon>
<LatLonBox><north>{north:.9f}</north><south>{south:.9f}</south><east>{east:.9f}</east><west>{west:.9f}</west></LatLonBox>
</GroundOverlay>"""


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, format="PNG", optimize=False, compress_level=6)
    return out.getvalue()
