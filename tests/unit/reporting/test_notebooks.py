"""Notebooks rerun by this interpreter and rendered to pages."""

import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

import folium
import nbformat
import pytest
from nbformat import NotebookNode

from phusong.errors import DataError, PhusongError
from phusong.reporting.facts import PRACTICE
from phusong.reporting.notebooks import execute_notebook, formula, render_notebook
from phusong.reporting.policy import loaded_from_outside
from unit.reporting.cases import HOSTILE, PYTHON_PROBE, SWITCH_ONLY, without_switch

MARKDOWN = r"""# 02 · Tầm phủ sóng

Inline $a < \frac{b}{c}$ and code `$x$`, see [next](03_gaps.ipynb#limits) and
[the law](https://x.example/law.ipynb).

$$L = 20\log_{10} d$$
"""
CODE = """import os, sys
print(os.environ["PHUSONG_STUDY"], os.getcwd(), os.environ.get("PYTHONPATH"))
print(sys.executable)
print(os.environ["IPYTHONDIR"] == os.path.expanduser("~/.ipython"))
"""
MAP = """import folium
from phusong.reporting.offline import OfflineMap
drawn = OfflineMap(location=[22.5, 104.2], zoom_start=9)
folium.CircleMarker([22.5, 104.2]).add_to(drawn)
drawn
"""
PICTURE = """from phusong.reporting.facts import Bilingual, Picture
Picture(bytes.fromhex("89504e470d0a1a0a"), alt=Bilingual("Bản đồ", "Map"))
"""


def notebook(*cells: NotebookNode) -> NotebookNode:
    made = nbformat.v4.new_notebook()
    made.cells = list(cells)
    for number, cell in enumerate(made.cells):
        cell["id"] = f"cell-{number}"
    return made


def with_output(data: dict[str, str], **metadata: object) -> NotebookNode:
    cell = nbformat.v4.new_code_cell("x")
    cell.outputs = [nbformat.v4.new_output("display_data", data, metadata=metadata)]
    return notebook(cell)


def written(folder: Path, *sources: str) -> Path:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    path = folder / "02 tầm phủ.ipynb"
    nbformat.write(notebook(*cells), path)
    return path


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> list[NotebookNode]:
    """One notebook, executed twice at once."""
    folder = tmp_path_factory.mktemp("sổ tay có dấu")
    path = folder / "02 tầm phủ.ipynb"
    cells = [nbformat.v4.new_markdown_cell(MARKDOWN)]
    cells += [nbformat.v4.new_code_cell(source) for source in (CODE, MAP, PICTURE)]
    nbformat.write(notebook(*cells), path)
    before = path.read_bytes()
    env = {"PHUSONG_STUDY": "configs/ví dụ.toml"}
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: execute_notebook(path, env=env), range(2)))
    assert path.read_bytes() == before
    return runs


def test_this_interpreter_runs_it(executed: list[NotebookNode]) -> None:
    lines = executed[0].cells[1].outputs[0].text.splitlines()
    assert lines[0].startswith("configs/ví dụ.toml ")
    assert "sổ tay có dấu" in lines[0]
    assert Path(lines[1]).samefile(sys.executable)
    assert lines[2] == "False"
    assert "execution" not in executed[0].cells[1].metadata


def test_pages_are_equal_and_self_contained(executed: list[NotebookNode]) -> None:
    pages = [render_notebook(run, practice=PRACTICE) for run in executed]
    assert pages[0] == pages[1]
    assert loaded_from_outside(pages[0]) == []
    assert "<title>02 · Tầm phủ sóng</title>" in pages[0]
    assert '<div class="practice" role="region" ' in pages[0]
    assert 'alt="Bản đồ · Map"' in pages[0]
    assert 'href="../index.html"' in pages[0]
    assert 'class="home"' not in render_notebook(executed[0], home=None)


def test_map_is_in_a_frame_of_its_own(executed: list[NotebookNode]) -> None:
    page = render_notebook(executed[0])
    frames = re.findall(r"<iframe[^>]*>", page)
    assert len(frames) == 1
    assert 'sandbox="allow-scripts allow-popups"' in frames[0]
    outside = page.replace(frames[0], "")
    assert "<script" not in without_switch(outside)
    policy = re.search(r"script-src ([^;]*);", page)
    assert policy
    inner = re.findall(r"sha256-[^' ]*", unescape(frames[0]))
    assert inner
    assert all(digest in policy[1] for digest in inner)
    assert "Make this Notebook Trusted" not in page


def test_formulas_and_links(executed: list[NotebookNode]) -> None:
    page = render_notebook(executed[0])
    assert page.count("<math") == 2
    assert page.count('display="block"') >= 1
    assert "<code>$x$</code>" in page
    assert 'href="03_gaps.html#limits"' in page
    assert 'href="https://x.example/law.ipynb"' in page


def test_failing_cell_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "x = 1", "raise ValueError('không đọc được')")
    with pytest.raises(
        PhusongError, match=r"02 tầm phủ\.ipynb: cell 2 failed with ValueError: không đọc được"
    ):
        execute_notebook(path)


def test_process_that_ends_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "import os; os._exit(3)")
    with pytest.raises(PhusongError, match=r"ended its process \(DeadKernelError\)"):
        execute_notebook(path)


def test_last_words_of_a_process_are_told(tmp_path: Path) -> None:
    path = written(tmp_path, "import os; os.write(2, b'out of memory\\n'); os._exit(3)")
    with pytest.raises(PhusongError, match=r"\(DeadKernelError: out of memory\);"):
        execute_notebook(path)


def test_what_a_process_says_as_it_ends_is_no_matter(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "import atexit, os; _ = atexit.register(os.write, 2, b'closing\\n')")
    execute_notebook(path)
    assert capfd.readouterr() == ("", "")


def test_no_notebook(tmp_path: Path) -> None:
    broken = tmp_path / "x.ipynb"
    broken.write_text("{", encoding="utf-8")
    for path in (broken, tmp_path / "absent.ipynb"):
        with pytest.raises(DataError, match="cannot be read as a notebook"):
            execute_notebook(path)


@pytest.mark.parametrize("payload", HOSTILE)
def test_markup_in_outputs_runs_nothing(payload: str) -> None:
    """Markup that a library let through is shut off by the policy; scripts are taken out."""
    os.environ.pop(PYTHON_PROBE, None)
    page = render_notebook(with_output({"text/plain": payload}))
    assert PYTHON_PROBE not in os.environ
    assert "<script" not in without_switch(page)
    assert SWITCH_ONLY in page
    raw = render_notebook(with_output({"text/html": "<b>a</b><script>window.probe=1</script>"}))
    assert "<script" not in without_switch(raw)
    assert "window.probe" not in raw


def test_live_outputs_fall_back() -> None:
    data = {
        "application/javascript": "window.probe = 1",
        "application/vnd.jupyter.widget-view+json": "{}",
        "text/plain": "a widget",
    }
    page = render_notebook(with_output(data))
    assert "a widget" in page
    assert "window.probe" not in page


@pytest.mark.parametrize(
    "latex", ["$x^2$", "$$x^2$$", r"\[x^2\]", r"\(x^2\)", "$\\displaystyle x^2$"]
)
def test_formula_outputs(latex: str) -> None:
    page = render_notebook(with_output({"text/latex": latex, "text/plain": "x2"}))
    assert page.count("<math") == 1
    assert "<msup>" in page
    assert "$" not in page.partition("<main")[2]


def test_bad_formula_is_named() -> None:
    with pytest.raises(DataError, match=r"formula '.*begin\{matrix\}a' cannot be read"):
        formula(r"\begin{matrix}a", block=True)


def test_network_is_refused() -> None:
    online = nbformat.v4.new_markdown_cell("![x](https://x.example/a.png)")
    with pytest.raises(DataError, match=r"would load https://x\.example/a\.png from outside"):
        render_notebook(notebook(online))
    plain = folium.Map()._repr_html_()
    with pytest.raises(DataError, match="which is not carried"):
        render_notebook(with_output({"text/html": plain}))


def test_notebook_is_not_changed() -> None:
    made = with_output({"application/javascript": "1", "text/plain": "x"})
    before = nbformat.writes(made)
    render_notebook(made)
    assert nbformat.writes(made) == before


def test_title_falls_back() -> None:
    assert "<title>Phusong</title>" in render_notebook(with_output({"text/plain": "x"}))
    assert "<title>A &lt;b&gt;</title>" in render_notebook(
        with_output({"text/plain": "x"}), title="A <b>"
    )
