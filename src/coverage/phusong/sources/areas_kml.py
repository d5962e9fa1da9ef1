"""Polygons of KML and KMZ files, read without a document type, links or unpacked files."""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
from shapely.geometry import MultiPolygon, Polygon

from phusong.errors import DataError
from phusong.sources.archives import points_outside
from phusong.sources.kml import Placemark, PlacemarkReader

MOST_KML_BYTES = 200_000_000
"""A KML above this is refused, in an archive or not."""
MOST_MEMBERS = 10_000
_Ring = list[tuple[float, float]]


@dataclass
class _Placemark(Placemark):
    """A placemark with the rings of its polygons."""

    line: int = 0
    polygons: list[tuple[_Ring, list[_Ring]]] = field(default_factory=list)
    others: bool = False


class _Reader(PlacemarkReader[_Placemark]):
    """Placemarks with polygons, and the folder that each lies in; nothing that looks elsewhere."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, "areas")
        self._folders: list[str] = []

    def begins(self, tag: str) -> None:
        """Open a folder, a placemark or a polygon."""
        if tag == "NetworkLink":
            raise DataError(
                f"{self.file} links to another file or address, which is never followed; save the "
                "areas themselves"
            )
        if tag == "Folder":
            self._folders.append("")
        elif tag == "Placemark":
            folder = {"folder": self._folders[-1]} if self._folders else {}
            self.found.append(_Placemark(folder, len(self.found) + 1))
        elif tag == "Polygon" and self.found:
            self.found[-1].polygons.append(([], []))
        elif tag in {"Point", "LineString"} and self.found and "Placemark" in self._path:
            self.found[-1].others = True

    def ends(self, tag: str, value: str) -> None:
        """Name a folder, or take a ring."""
        if tag == "Folder":
            self._folders.pop()
        elif tag == "name" and self._path and self._path[-1] == "Folder":
            self._folders[-1] = value
        elif self.found and "Placemark" in self._path and tag == "coordinates":
            self._coordinates(self.found[-1], value)

    def _coordinates(self, mark: _Placemark, value: str) -> None:
        if self._path[-1] == "LinearRing" and mark.polygons:
            outer, holes = mark.polygons[-1]
            ring = self._ring(value, mark.line)
            if "outerBoundaryIs" in self._path:
                outer.extend(ring)
            else:
                holes.append(ring)

    def _ring(self, value: str, line: int) -> _Ring:
        try:
            parts = [tuple(float(v) for v in point.split(",")[:2]) for point in value.split()]
            ring = [(longitude, latitude) for longitude, latitude in parts]
        except ValueError:
            ring = []
        if len(ring) < 4 or not np.isfinite(ring).all() or np.abs(ring).max() > 180:
            raise DataError(
                f"{self.file.name} placemark {line}: its outline is not longitude,latitude of at "
                "least four points in degrees; export it again"
            )
        return ring


def read_kml_areas(file: Path) -> gpd.GeoDataFrame:
    """Read the polygons of a KML or KMZ file.

    Parameters
    ----------
    file
        The file.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per placemark with polygons, WGS 84: its name, description, folder and extended
        data as text.

    Raises
    ------
    DataError
        The file is not KML, declares entities, links elsewhere, unpacks to more than is allowed,
        or holds points or lines.
    """
    reader = _Reader(file)
    reader.read(_content(file))
    others = [mark for mark in reader.found if mark.others]
    if others:
        raise DataError(
            f"{file.name} placemark {others[0].line} is a point or a line, a polygon is needed; "
            "export the areas alone"
        )
    marks = [mark for mark in reader.found if mark.polygons]
    if not marks:
        raise DataError(
            f"{file} holds no polygon; a picture over the ground cannot be read, ask for a "
            "GeoTIFF or for polygons"
        )
    names = list(dict.fromkeys(name for mark in marks for name in mark.facts))
    table = {name: [mark.facts.get(name, "") for mark in marks] for name in names}
    return gpd.GeoDataFrame(table, geometry=[_shape(m) for m in marks], crs="EPSG:4326")


def _shape(mark: _Placemark) -> Polygon | MultiPolygon:
    parts = [Polygon(outer, holes) for outer, holes in mark.polygons]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _content(file: Path) -> bytes:
    """Text of a KML file, or of the KML inside an archive, never more than is allowed."""
    if file.suffix.lower() == ".kml":
        if file.stat().st_size > MOST_KML_BYTES:
            raise _too_large(file)
        return file.read_bytes()
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise DataError(f"{file} holds {len(members)} files, {MOST_MEMBERS} are allowed")
            for member in members:
                if points_outside(member):
                    raise DataError(
                        f"{file} holds a file outside of itself, {member.filename!r}; export it "
                        "again"
                    )
            texts = [m for m in members if m.filename.lower().endswith(".kml")]
            first = next((m for m in texts if m.filename == "doc.kml"), texts[0] if texts else None)
            if first is None:
                raise DataError(f"{file} holds no KML; export it again")
            if first.file_size > MOST_KML_BYTES:
                raise _too_large(file)
            with archive.open(first) as stream:
                content = stream.read(MOST_KML_BYTES + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise DataError(
            f"{file} is not a KMZ that can be read ({error}); export it again"
        ) from None
    if len(content) > MOST_KML_BYTES:
        raise _too_large(file)
    return content


def _too_large(file: Path) -> DataError:
    return DataError(
        f"{file} unpacks to more than {MOST_KML_BYTES // 1_000_000} MB of KML; cut it to the area, "
        "or give a GeoPackage"
    )
