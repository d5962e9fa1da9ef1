"""Files that once ended in a traceback, hung, or gave a wrong number, and what becomes of them now.

They lie in ``corpus/<reader>/`` as ``refused-…`` or ``read-…``: what a reader makes of them.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from conftest import ROOT
from fuzz_targets import TARGETS
from runs import clean_environment

CORPUS = Path(__file__).with_name("corpus")
FILES = sorted(CORPUS.glob("*/*"))
LONGEST_S = 1200


@pytest.fixture(scope="module")
def outcomes() -> Mapping[str, dict[str, str]]:
    paths = f"{ROOT / 'src' / 'coverage'}:{ROOT / 'tests'}"
    ended = subprocess.run(
        [sys.executable, Path(__file__).with_name("corpus_child.py"), CORPUS],
        env=clean_environment(PYTHONPATH=paths), timeout=LONGEST_S, check=True,
        stdout=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    return {line["file"]: line for line in lines}


@pytest.mark.timeout(LONGEST_S + 60)
@pytest.mark.parametrize("file", FILES, ids=[f"{f.parent.name}-{f.name}" for f in FILES])
def test_found_cases(file: Path, outcomes: Mapping[str, dict[str, str]]) -> None:
    found = outcomes[f"{file.parent.name}/{file.name}"]
    expected = file.name.partition("-")[0]
    assert found["how"] == expected, found["words"]
    if expected == "refused":
        assert found["words"].strip()
        assert "Traceback" not in found["words"]


def test_every_file_is_a_case_of_a_reader() -> None:
    assert FILES
    for file in FILES:
        assert file.parent.name in TARGETS
        assert file.name.startswith(("refused-", "read-")), file
        assert file.stat().st_size < 50_000, file
