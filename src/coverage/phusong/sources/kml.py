"""What all readers of KML share: placemarks, without a document type or entities."""

import xml.parsers.expat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from phusong.errors import DataError


@dataclass
class Placemark:
    """What is gathered while a placemark is read.

    Parameters
    ----------
    facts
        Its attributes: name, description and extended data.
    """

    facts: dict[str, str] = field(default_factory=dict)


Mark = TypeVar("Mark", bound=Placemark)


class PlacemarkReader(Generic[Mark]):
    """Follows the elements of a KML file; refuses what could make it grow.

    Parameters
    ----------
    file
        The file, for messages.
    what
        What it should hold, for messages.
    """

    def __init__(self, file: Path, what: str) -> None:
        self.file, self.what = file, what
        self.found: list[Mark] = []
        self._path: list[str] = []
        self._name = ""
        self._text: list[str] = []

    def begins(self, tag: str) -> None:
        """Look at an element that begins.

        Parameters
        ----------
        tag
            Its name without namespace; it is the last of the path already.
        """
        raise NotImplementedError

    def ends(self, tag: str, value: str) -> None:
        """Look at an element that ended; its parents are the path.

        Parameters
        ----------
        tag
            Its name without namespace.
        value
            Its text.
        """
        raise NotImplementedError

    def read(self, content: bytes) -> None:
        """Follow a whole file.

        Parameters
        ----------
        content
            Of the file.

        Raises
        ------
        DataError
            It is not XML, or it declares a document type or entities.
        """
        parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text_part
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        try:
            parser.Parse(content, True)  # noqa: FBT003 — expat's own flag
        except DataError:
            raise
        except (xml.parsers.expat.ExpatError, ValueError, LookupError) as error:
            raise DataError(f"{self.file} is not KML: {error}; export it again") from None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(" ")[2]
        self._path.append(tag)
        self._text = []
        if tag in {"Data", "SimpleData"}:
            self._name = attributes.get("name", "")
        self.begins(tag)

    def _text_part(self, part: str) -> None:
        self._text.append(part)

    def _end(self, _: str) -> None:
        tag, value = self._path.pop(), "".join(self._text).strip()
        self._text = []
        if self.found and "Placemark" in self._path:
            facts = self.found[-1].facts
            if tag in {"SimpleData", "value"} and self._name:
                facts[self._name] = value
            elif tag in {"name", "description"} and self._path[-1] == "Placemark":
                facts.setdefault(tag, value)
        self.ends(tag, value)

    def _refuse(self, *_: object) -> None:
        raise DataError(
            f"{self.file} declares a document type or entities, which a KML of {self.what} does "
            "not need and which can hide an attack; export it again without"
        )
