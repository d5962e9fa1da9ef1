"""Placemarks of a KML file as records, read without a document type or entities."""

import xml.parsers.expat
from dataclasses import dataclass, field
from pathlib import Path

from phusong.errors import DataError
from phusong.geo.network import Change
from phusong.sources.tables import Record


@dataclass
class _Placemark:
    """What is gathered while a placemark is read."""

    facts: dict[str, str] = field(default_factory=dict)
    position: str = ""


class _Reader:
    """Follows the elements of a KML file; refuses what could make it grow."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.found: list[_Placemark] = []
        self._path: list[str] = []
        self._name = ""
        self._text = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        tag = tag.rpartition(" ")[2]
        self._path.append(tag)
        self._text = ""
        if tag == "Placemark":
            self.found.append(_Placemark())
        elif tag in {"Data", "SimpleData"}:
            self._name = attributes.get("name", "")

    def text(self, part: str) -> None:
        """Text inside an element."""
        self._text += part

    def end(self, _: str) -> None:
        """An element ends."""
        tag, value = self._path.pop(), self._text.strip()
        self._text = ""
        if not self.found or "Placemark" not in self._path:
            return
        mark = self.found[-1]
        if tag in {"SimpleData", "value"} and self._name:
            mark.facts[self._name] = value
        elif tag in {"name", "description"} and self._path[-1] == "Placemark":
            mark.facts.setdefault(tag, value)
        elif tag == "coordinates" and self._path[-1] == "Point":
            mark.position = value

    def refuse(self, *_: object) -> None:
        """A document type is declared."""
        raise DataError(
            f"{self.file} declares a document type or entities, which a KML of towers does not "
            "need and which can hide an attack; export it again without"
        )


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
    reader = _Reader(file)
    parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    try:
        parser.Parse(file.read_bytes(), True)  # noqa: FBT003 — expat's own flag
    except xml.parsers.expat.ExpatError as error:
        raise DataError(f"{file} is not KML: {error}; export it again") from None
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
