"""The audit's page: every kind of finding and of reading has words in both languages."""

import re

import pytest

from conftest import ROOT
from phusong.reporting import audit_page
from phusong.reporting.facts import Bilingual

PACKAGE = ROOT / "src" / "coverage" / "phusong"


def found(pattern: str, *files: str) -> set[str]:
    texts = [f.read_text(encoding="utf-8") for name in files for f in PACKAGE.glob(name)]
    assert texts
    return {kind for text in texts for kind in re.findall(pattern, text)}


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (
            audit_page._KINDS,
            found(r'(?:_finding|Finding)\(\s*(?:"(?:error|warning)",\s*)?"([a-z0-9-]+)"',
                  "analysis/audit.py", "pipeline/check.py"),
        ),
        (
            audit_page.CHANGES,
            found(r'(?:Change|\.note|\._many)\(\s*"([a-z, ]+)"', "sources/towers*.py",
                  "sources/cell_dump.py"),
        ),
    ],
    ids=["findings", "readings"],
)  # fmt: skip
def test_every_kind_has_words(words: dict[str, Bilingual], kinds: set[str]) -> None:
    assert len(kinds) > 10
    assert kinds - set(words) == set()
    assert all(word.vi and word.en for word in words.values())
