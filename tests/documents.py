"""What stands in the blocks of a document, so that tests can do what it says."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

NOT_TRIED = "<!-- not tried:"


@dataclass(frozen=True)
class Block:
    """A block of code in a document.

    Parameters
    ----------
    language
        First word behind the fence.
    text
        What stands in it.
    before
        The paragraph above it.
    tried
        Whether a test is to do what it says; a comment above the block says why not.
    """

    language: str
    text: str
    before: str
    tried: bool

    @property
    def lines(self) -> list[str]:
        """Lines without comments."""
        bare = (line.partition("  #")[0].strip() for line in self.text.splitlines())
        return [line for line in bare if line and not line.startswith("#")]

    @property
    def file(self) -> str:
        """The last file that the paragraph above names."""
        named = re.findall(r"`([\w-]+\.\w+)`", self.before)
        return named[-1] if named else ""


def blocks(document: Path) -> list[Block]:
    """Blocks of a document, in order."""
    found: list[Block] = []
    before, tried = "", True
    for token in MarkdownIt("commonmark").parse(document.read_text(encoding="utf-8")):
        if token.type == "inline":
            before = token.content
        elif token.type == "html_block":
            tried = not token.content.startswith(NOT_TRIED)
        elif token.type == "fence":
            found.append(Block(token.info.split(" ")[0], token.content, before, tried))
            tried = True
    return found


def with_values(text: str, changes: str) -> str:
    """A study file in which some keys have other values; the keys must be there."""
    table = ""
    for line in changes.splitlines():
        if head := re.fullmatch(r"(\[.+\])\s*", line):
            table = head[1]
        elif pair := re.match(r"(\w+) = ", line):
            pattern = rf"(^{re.escape(table)}[^\n]*\n(?:(?!\[\[?\w).*\n)*?){pair[1]} = .*$"
            text, count = re.subn(
                pattern, lambda found, line=line: found[1] + line, text, flags=re.MULTILINE
            )
            assert count == 1, f"{table} has no key {pair[1]} to change"
    return text


def merged(study: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """A study file with more lines in it: tables are joined, lists get longer."""
    both = dict(study)
    for key, value in more.items():
        if isinstance(value, dict):
            both[key] = merged(both.get(key, {}), value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            both[key] = [*both.get(key, []), *value]
        else:
            both[key] = value
    return both
