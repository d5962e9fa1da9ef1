"""Placemarks of a KML file as records, read without a document type or entities."""

from dataclasses import dataclass
from pathlib import Path

from phusong.errors import DataError
from phusong.geo.network import Change
from phusong.sources.kml import Placemark, PlacemarkReader
from phusong.sources.tables import Record


@dataclass
class _Placemark(Placemark):
    """A placemark with its position as it is written."""

    position: str = ""


class _Reader(PlacemarkReader[_Placemark]):
    """Placemarks with a position."""

    def begins(self, tag: str) -> None:
        """Count a placemark."""
        if tag == "Placemark":
            self.found.append(_Placemark())

    def ends(self, tag: str, value: str) -> None:
        """Take a position."""
        inside = self.found and "Placemark" in self._path
        if inside and tag == "coordinates" and self._path[-1] == "Point":
            self.found[-1].position = value


def read_kml(file: Path) -> tuple[list[Record], list[Change]]:
    """Read the placemarks of a KML file.

    Parameters
    ----------
    file
        The file.

    Returns
    -------
    records, changes
        Header first; columns are ``latitude``, ``longitude``, the name and description of the
        placemark and its extended data. Rows are counted from 1.

    Raises
    ------
    DataError
        The file is not XML, declares entities, or holds no placemark.
    """
    reader = _Reader(file, "towers")
    reader.read(file.read_bytes())
    if not reader.found:
        raise DataError(f"{file} holds no placemark; at least one is needed")
    titles = list(dict.fromkeys(name for mark in reader.found for name in mark.facts))
    records = [Record(0, ["latitude", "longitude", *titles])]
    for line, mark in enumerate(reader.found, 1):
        longitude, _, rest = mark.position.partition(",")
        latitude = rest.partition(",")[0]
        cells = [latitude, longitude, *(mark.facts.get(title, "") for title in titles)]
        records.append(Record(line, [cell.strip() for cell in cells]))
    return records, []
