"""What printed briefs say, read back from their bytes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pypdf import PdfReader


def pages_of(file: Path) -> list[str]:
    """Text of each page."""
    return [page.extract_text() for page in PdfReader(file).pages]


def text_of(file: Path) -> str:
    """All that a PDF says: its pages, words broken over lines too, and its description."""
    reader = PdfReader(file)
    lines = "\n".join(page.extract_text() for page in reader.pages)
    described = " ".join(str(value) for value in (reader.metadata or {}).values())
    return "\n".join((lines, " ".join(lines.split()), "".join(lines.split()), described))


def fonts_of(file: Path) -> Iterator[tuple[str, bool]]:
    """Name of each font that a page uses, and whether its letters are inside the file."""
    for page in PdfReader(file).pages:
        fonts: Any = page["/Resources"].get("/Font", {})  # type: ignore[union-attr]
        for font in fonts.values():
            whole = font.get_object()
            parts = [part.get_object() for part in whole.get("/DescendantFonts", [whole])]
            files = {"/FontFile", "/FontFile2", "/FontFile3"}
            for part in parts:
                inside = bool(files & set(part.get("/FontDescriptor", {}).keys()))
                yield str(part["/BaseFont"]), inside or whole["/Subtype"] == "/Type3"
