"""What is alive in a file that should hold words: formulas, links, scripts, expressions, names.

Each kind of file is read as the program reads it that somebody opens it with.
"""

import csv
import json
import re
import sqlite3
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from phusong.reporting.policy import loaded_from_outside

FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cf", "Cc"})
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*|kết quả|log|cache")
"""Names of files and tables that are ours."""
ADDRESS = re.compile(r"(?![a-z][a-z0-9+.-]*:|//)[^\s<>\"]*|https://[^\s<>\"]*", re.IGNORECASE)
"""Where a link may lead: inside the study, or a page of the web."""
EVALUATED = ("[%", "$[")
"""Begin what QGIS and Google Earth work out when they draw it."""


def live_parts(file: Path) -> list[str]:
    """What is alive in a file, by its kind; nothing for kinds that hold numbers."""
    kind = _KINDS.get(file.suffix.lower())
    return [] if kind is None else [f"{file.name}: {part}" for part in kind(file)]


def _csv(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.reader(stream):
            for cell in row:
                first = next((c for c in cell if unicodedata.category(c) not in UNSEEN), "")
                if ({first, cell[:1]} & FORMULA) and not _is_number(cell):
                    yield f"formula {cell[:80]!r}"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _workbook(file: Path) -> Iterator[str]:
    with zipfile.ZipFile(file) as book:
        for name in book.namelist():
            for part in ElementTree.fromstring(book.read(name)).iter():
                tag = part.tag.rpartition("}")[2]
                outside = part.get("TargetMode") == "External"
                if tag in {"f", "ddeLink", "oleLink", "externalReference"} or outside:
                    yield f"{name}: {tag} {part.text} {dict(part.attrib)}"
                if tag == "definedName" and not part.get("name", "").startswith("_xlnm."):
                    yield f"{name}: a name {part.attrib}"


def _zipped_documents(file: Path) -> Iterator[str]:
    with zipfile.ZipFile(file) as packed:
        for name in packed.namelist():
            if PLAIN_NAME.fullmatch(name) is None:
                yield f"a file {name!r}"
            if name.endswith((".kml", ".qgs")):
                yield from _document(packed.read(name).decode("utf-8"))


def _document(text: str) -> Iterator[str]:
    if "<!ENTITY" in text:
        yield "an entity"
    for part in ElementTree.fromstring(text).iter():
        for words in (part.text or "", *part.attrib.values()):
            yield from (f"{part.tag}: {words[:80]}" for sign in EVALUATED if sign in words)


def _geopackage(file: Path) -> Iterator[str]:
    with closing(sqlite3.connect(file)) as book:
        tables = [name for (name,) in book.execute("SELECT name FROM sqlite_master")]
        yield from (f"a table {name!r}" for name in tables if not PLAIN_NAME.fullmatch(name))
        if "layer_styles" in tables:
            for (style,) in book.execute("SELECT styleQML FROM layer_styles"):
                yield from _document(style)


def _json(file: Path) -> Iterator[str]:
    text = file.read_text(encoding="utf-8")
    for line in text.splitlines() if file.suffix == ".jsonl" else [text]:
        json.loads(line)
    yield from ()


class _Page(HTMLParser):
    """Attributes that run or lead somewhere, frames with pages of their own included."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"base", "object", "embed", "applet", "form"}:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in {"action", "formaction", "ping"}:
                self.found.append(f"{tag} {name}={value}")
            elif name in {"href", "xlink:href"} and not ADDRESS.fullmatch(value or ""):
                self.found.append(f"{tag} {name}={(value or '')[:80]}")
            elif name == "srcdoc":
                self.found += _lively(value or "")


def _lively(page: str) -> list[str]:
    reader = _Page()
    reader.feed(page)
    reader.close()
    return reader.found


def _page(file: Path) -> Iterator[str]:
    page = file.read_text(encoding="utf-8")
    yield from loaded_from_outside(page)
    yield from _lively(page)


_KINDS: Mapping[str, Callable[[Path], Iterator[str]]] = {
    ".csv": _csv, ".xlsx": _workbook, ".qgz": _zipped_documents, ".kmz": _zipped_documents,
    ".gpkg": _geopackage, ".json": _json, ".jsonl": _json, ".html": _page,
}  # fmt: skip
