"""Texts that try to break out of their place, and names of files that do."""

import os
from itertools import cycle
from pathlib import Path
from unicodedata import normalize

from unit.reporting.cases import HOSTILE

WORST = r"$\q${{ 7 * 7 }}${window.probe = 1}`</script><img src=x onerror=window.probe=1>"
"""One payload for each interpreter that a text passes: stands in every text.

A formula that is none comes first: labels of pictures show the beginning of a name alone.
"""
CALCULATED = "49${window"
"""What a template makes of the beginning of every payload."""
ROOM = 290
"""Names of a study file have 300 letters at most."""
SHEET = "{{ 7 + 7 }}${window.probe=1}<b>"
"""Sheets of a workbook have names of 31 letters at most, without the signs of paths."""
IN_A_FILE = (
    "{{ 7 * 7 }}${window.probe = 1}`<img src=x onerror=window.probe=1>'\"&#39; %3Cb%3E#$[name]"
)
"""Signs that a file's name may have: all but those of paths."""
IN_ANY_FILE = "{{ 7 + 7 }}${window.probe = 1}`'&#39; %3Cb%3E#$[name]"
"""The same where the system forbids more of them."""

_PAYLOADS = tuple(normalize("NFC", payload).strip() for payload in HOSTILE)


def disguised(name: str) -> str:
    """A file's name that tries to break out; its ending, which says what it is, stays."""
    file = Path(name)
    return f"{file.stem} {IN_ANY_FILE if os.name == 'nt' else IN_A_FILE}{file.suffix}"


class Payloads:
    """Texts that try to break out, each with a number of its own at its end."""

    def __init__(self) -> None:
        self._next = cycle(_PAYLOADS)
        self._told: dict[tuple[str, str], str] = {}
        self.where: dict[str, str] = {}

    def new(self, where: str) -> str:
        """Another payload; ``where`` says in which field it stands."""
        mark = f" q{len(self.where)}q"
        made = (WORST + next(self._next))[: ROOM - len(mark)].rstrip() + mark
        self.where[made] = where
        return made

    def of(self, kind: str, name: str) -> str:
        """The payload that stands for a name, the same wherever the name stands."""
        if (kind, name) not in self._told:
            self._told[kind, name] = self.new(kind)
        return self._told[kind, name]

    def short(self, where: str) -> str:
        """The payload of a sheet's name."""
        self.where[SHEET] = where
        return SHEET

    def in_(self, words: str) -> bool:
        """Whether some words are a payload, or have one in them."""
        return words in self.where or "window.probe" in words
