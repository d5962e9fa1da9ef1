"""Every link of the documents leads somewhere: files, headings, lines; addresses are well formed.

Nothing is asked of the network.
"""

import itertools
import re
import urllib.parse
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from conftest import ROOT

DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "data").glob("*/README.md")),
]
MARKDOWN = MarkdownIt("commonmark").enable("table")


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def slug(heading: str) -> str:
    """Anchor that a forge, and the site, give a heading."""
    kept = "".join(c for c in heading.lower() if c.isalnum() or c in " -_")
    return kept.replace(" ", "-")


def headings(text: str) -> set[str]:
    """Anchors of a document; the second of two equal ones gets a number."""
    found: set[str] = set()
    tokens = MARKDOWN.parse(text)
    for token, inline in itertools.pairwise(tokens):
        if token.type == "heading_open":
            words = "".join(t.content for t in inline.children or [] if t.type != "html_inline")
            name, number = slug(words), 0
            while (anchor := f"{name}-{number}" if number else name) in found:
                number += 1
            found.add(anchor)
    return found


def links(text: str) -> list[str]:
    """Targets of the links and pictures of a document, code left out."""
    return [
        str(child.attrs.get("href", child.attrs.get("src", "")))
        for token in MARKDOWN.parse(text)
        for child in token.children or []
        if child.type in {"link_open", "image"}
    ]


def fault_of_address(target: str) -> str | None:
    """What is wrong with a link to elsewhere; nobody is asked."""
    parts = urllib.parse.urlsplit(target)
    if parts.scheme in {"http", "https"}:
        well_formed = re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", parts.netloc) and " " not in target
        return None if well_formed else "not an address"
    return None if parts.scheme == "mailto" and "@" in parts.path else "unknown kind of address"


def fault_of_anchor(file: Path, anchor: str) -> str | None:
    """What is wrong with a place within a file."""
    if file.suffix == ".md":
        return None if anchor in headings(file.read_text(encoding="utf-8")) else "no such heading"
    line = re.fullmatch(r"L(\d+)", anchor)
    if line is None or not file.is_file():
        return "only headings and lines have anchors"
    count = len(file.read_text(encoding="utf-8").splitlines())
    return None if 1 <= int(line[1]) <= count else f"the file has {count} lines"


def fault(document: Path, target: str) -> str | None:
    """What is wrong with a link of a document, if anything."""
    parts = urllib.parse.urlsplit(target)
    if parts.scheme:
        return fault_of_address(target)
    path = urllib.parse.unquote(parts.path)
    file = (document.parent / path).resolve() if path else document
    if not file.is_relative_to(ROOT):
        return "leads out of the repository"
    if not file.exists():
        return "no such file"
    anchor = urllib.parse.unquote(parts.fragment)
    return fault_of_anchor(file, anchor) if anchor else None


@pytest.mark.parametrize("file", DOCUMENTS, ids=relative)
def test_links_lead_somewhere(file: Path) -> None:
    found = links(file.read_text(encoding="utf-8"))
    faults = {target: why for target in found if (why := fault(file, target)) is not None}
    assert not faults


def test_there_are_links_to_check() -> None:
    found = [t for file in DOCUMENTS for t in links(file.read_text(encoding="utf-8"))]
    assert len(found) > 60
    assert any("#" in target for target in found)
    assert any(target.startswith("https://") for target in found)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("README.md", None),
        ("README.md#quick-start", None),
        ("#not-here", "no such heading"),
        ("README.md#not-here", "no such heading"),
        ("docs/none.md", "no such file"),
        ("../beside/it.md", "leads out of the repository"),
        ("LICENSE#L1", None),
        ("LICENSE#L9999", "the file has"),
        ("LICENSE#mit", "only headings"),
        ("https://example.org/a", None),
        ("https:/example.org", "not an address"),
        ("https://exa mple.org", "not an address"),
        ("javascript:alert(1)", "unknown kind"),
    ],
)
def test_dead_links_are_noticed(target: str, why: str | None) -> None:
    found = fault(ROOT / "README.md", target)
    assert found is None if why is None else (found or "").startswith(why)


def test_twin_headings_have_anchors_of_their_own() -> None:
    assert headings("# Một, hai\n\n## Một, hai\n\n## `a_b` (c)\n") == {
        "một-hai", "một-hai-1", "a_b-c",
    }  # fmt: skip
    assert links("`[a](b)` [c](d.md)\n\n```\n[e](f)\n```\n\n![g](h.png)") == ["d.md", "h.png"]


def test_documents_speak_of_documents_that_exist() -> None:
    dead = [
        f"{relative(file)}: {span}"
        for file in DOCUMENTS
        if file.name != "CHANGELOG.md"
        for span in re.findall(r"`(docs/[\w./-]+)`", file.read_text(encoding="utf-8"))
        if not (ROOT / span).exists() and not list(ROOT.glob(f"{span}*"))
    ]
    assert not dead
