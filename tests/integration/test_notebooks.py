"""Notebooks as anyone reruns them: plain nbconvert, from any folder, without a word to Phusong."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from runs import LONGEST_S, NOTEBOOKS, PRACTICE_WORDS, clean_environment, copied, digests
from synthetic import Region

MOST_CODE_LINES = 120
FILES = sorted(NOTEBOOKS.glob("*.ipynb"))


def nbconvert(notebook: Path, into: Path, *, cwd: Path, **variables: str) -> str:
    """Page of a notebook that nbconvert executed and rendered."""
    result = subprocess.run(
        [sys.executable, "-m", "jupyter", "nbconvert", "--execute", "--to", "html",
         "--output-dir", into, notebook],
        cwd=cwd, env=clean_environment(**variables), capture_output=True, encoding="utf-8",
        timeout=LONGEST_S, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return (into / f"{notebook.stem}.html").read_text(encoding="utf-8")


def provenance(page: str) -> list[str]:
    """What a notebook's page says in English of where its results come from: its last output."""
    lines = page[page.rindex('<div class="said lines">') :].partition("</div>")[0]
    english = re.sub(r'<span class="t" lang="vi">.*?</span>', "", lines)
    return [plain(line).strip() for line in english.splitlines()]


def plain(page: str) -> str:
    """A page without its markup."""
    return re.sub(r"<[^>]+>", "", page)


@pytest.fixture(scope="module")
def project(first_run: Region, tmp_path_factory: pytest.TempPathFactory) -> Region:
    """A project with finished results, of our own to rerun notebooks in."""
    return copied(first_run, tmp_path_factory.mktemp("sổ tay") / "Dự án sóng")


def test_a_plain_rerun_shows_stored_results_of_the_default_study(
    project: Region, tmp_path: Path
) -> None:
    before = digests(project.output)
    page = nbconvert(project.folder / "notebooks/00_quickstart.ipynb", tmp_path, cwd=tmp_path)
    first, *steps, results, versions = provenance(page)
    assert first == "study synthetic, file demo.toml"
    assert [line for line in steps if line.startswith(("reach", "gaps", "plan"))] == [
        "reach: reused", "gaps: reused", "plan: reused",
    ]  # fmt: skip
    assert re.fullmatch("results [0-9a-f]{32}", results)
    assert re.search(r"phusong \d.*python 3.*numba \d", versions)
    assert PRACTICE_WORDS.search(plain(page))
    assert digests(project.output) == before
    assert not list(project.folder.glob("notebooks/*.html"))


def test_a_fresh_rerun_computes_each_step_once_and_finds_the_same(
    project: Region, tmp_path: Path
) -> None:
    """By PHUSONG_STUDY, for a notebook that lies outside the project."""
    outside = tmp_path / "ở ngoài"
    outside.mkdir()
    notebook = outside / "00_quickstart.ipynb"
    notebook.write_bytes((NOTEBOOKS / "00_quickstart.ipynb").read_bytes())
    before = digests(project.output)
    page = nbconvert(
        notebook, outside, cwd=tmp_path, PHUSONG_STUDY=str(project.study), PHUSONG_FRESH="1"
    )
    lines = provenance(page)
    steps = [line for line in lines if line.endswith((": computed", ": reused"))]
    assert [line for line in steps if line.startswith(("reach", "gaps", "plan"))] == [
        "reach: computed", "gaps: computed", "plan: computed",
    ]  # fmt: skip
    assert "path loss: 4 masts computed, 0 reused" in lines
    assert digests(project.output) == before


def test_papermill_sets_the_study(project: Region, tmp_path: Path) -> None:
    """From another folder, by the cell of parameters, and kept as a notebook."""
    made = tmp_path / "kết quả.ipynb"
    before = digests(project.output)
    result = subprocess.run(
        [sys.executable, "-m", "papermill", "--no-progress-bar", "-p", "STUDY", str(project.study),
         NOTEBOOKS / "00_quickstart.ipynb", made],
        cwd=tmp_path, env=clean_environment(), capture_output=True, encoding="utf-8",
        timeout=LONGEST_S, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    cells = json.loads(made.read_text(encoding="utf-8"))["cells"]
    tags = [tag for cell in cells for tag in cell["metadata"].get("tags", [])]
    assert "injected-parameters" in tags
    assert "study synthetic, file demo.toml" in made.read_text(encoding="utf-8")
    assert digests(project.output) == before


def test_every_notebook_says_what_it_rests_on(first_run: Region) -> None:
    """Each of those that the run executed: practice data, steps, key of the results, versions."""
    manifest = json.loads((first_run.output / "manifest.json").read_text(encoding="utf-8"))
    keys = set()
    for file in FILES:
        page = (first_run.output / "notebooks" / f"{file.stem}.html").read_text(encoding="utf-8")
        lines = provenance(page)
        told = (": reused", ": computed", "nothing computed")
        assert any(line.endswith(told) for line in lines), file.stem
        keys |= {line for line in lines if re.fullmatch("results [0-9a-f]{32}", line)}
        assert f"phusong {manifest['versions']['phusong']}" in lines[-1], file.stem
        assert PRACTICE_WORDS.search(plain(page)), file.stem
    assert len(keys) == 1, "all notebooks show the same results"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_notebook_is_thin(file: Path) -> None:
    notebook = json.loads(file.read_text(encoding="utf-8"))
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    lines = [line for cell in cells for line in cell.splitlines() if line.strip()]
    assert len(lines) <= MOST_CODE_LINES
    # Logic belongs into the package: no functions, not even nameless ones, no shell, no magic.
    source = "\n".join(lines)
    assert not re.search(r"\blambda\b|^\s*(?:async\s+)?(?:def|class)\b|^\s*[%!]", source, re.M)
    assert not re.search(r"\b(?:requests|urllib|open\()", source)
