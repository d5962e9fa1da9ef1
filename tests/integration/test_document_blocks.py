"""Every block of the how-to pages and of the READMEs is done over one small study, or said why not.

Pages are walked in an order in which each finds what it speaks of; files that a reader brings are
made when a command first names them. The tutorials are followed by ``test_tutorial.py``.
"""

import re
import shlex
import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import xlsxwriter
from pyproj import Transformer
from rasterio.transform import from_origin

from conftest import ROOT
from documents import Block, blocks, merged
from forms import fill
from phusong.pipeline import progress_lines, report
from runs import invoke, table
from synthetic import (
    Region,
    degrees,
    toml,
    tower_rows,
    write_csv,
    write_raster,
    write_region,
    write_text,
)

PAGES = {page.stem: page for page in sorted((ROOT / "docs" / "howto").glob("*.md"))}
README = ROOT / "README.md"
WALKED = (
    "tower-list", "villages-without-coordinates", "cost-table", "thresholds", "operators-answer",
    "share-a-map", "rerun-last-year", "explore-in-jupyter",
)  # fmt: skip
ELSEWHERE = "another test does it: "
NOT_RUN = {
    "jupyter lab": "a server that goes on until somebody ends it",
    "make demo": ELSEWHERE + "tests of the practice study, by the commands of the Makefile",
    "make test": "this is it",
    "make docs": ELSEWHERE + "test_docs_site.py",
    "conda env create -f environment.yml": "a network; test_environment.py reads the file",
    "conda activate phusong": "a shell with conda",
    "python -m pip install --no-deps --no-build-isolation -e .": "an installation",
    "cp -r ../shared/data/lao-cai data/raw/": ELSEWHERE + "test_real_input.py",
    "phusong demo data/raw/demo": ELSEWHERE + "test_tutorial.py",
    "phusong run configs/demo.toml": ELSEWHERE + "tests of the practice study",
    "phusong fetch configs/lao-cai.toml": "a network; test_fetch.py has one of its own",
    "phusong run configs/lao-cai.toml --cluster local": ELSEWHERE + "test_cluster.py",
    'phusong add configs/lao-cai.toml towers.xlsx --source "the operators, March 2026" --replace':
        "a page on the way there has done it",
    'phusong add configs/my-district.toml gia-costs.xlsx --source "the operators, May 2026"':
        ELSEWHERE + "test_templates.py",
    "phusong split configs/vietnam.toml --by province_code": ELSEWHERE + "test_split.py",
    "phusong calibrate configs/lao-cai.toml": ELSEWHERE + "test_tutorial.py",
    "phusong report configs/lao-cai.toml": "a page on the way there has done it",
    "phusong report configs/demo.toml --audience public": "a page on the way there has done it",
    'phusong report configs/demo.toml --audience operator:nha-mang-a --marking "Lưu hành nội bộ"':
        "a page on the way there has done it",
}  # fmt: skip
SMALL = {
    "configs/lao-cai.toml": "configs/my-district.toml",
    "configs/demo.toml": "configs/my-district-2026.toml",
    "data/processed/lao-cai": "data/processed/my-district",
    "lao-cai.phusong.zip": "my-district.phusong.zip",
}
"""What stands in the walk for the studies that README.md names."""
STUDY = Path("configs/my-district.toml")
OUTPUT = Path("data/processed/my-district")


def commands(block: Block) -> list[str]:
    """Lines of a block, with single spaces."""
    return [" ".join(line.split()) for line in block.lines]


TO_LOCAL = Transformer.from_crs("EPSG:4326", "EPSG:9208", always_xy=True)


def workbook_in_metres(name: str, *, mast_height_m: float = 30.0) -> None:
    """A list as the page's lines describe it: in metres, without operator, with a bad row."""
    with xlsxwriter.Workbook(name) as book:
        book.add_worksheet("Ghi chú").write(0, 0, "Danh sách trạm")
        sheet = book.add_worksheet("Trạm 4G")
        heads = ("Mã trạm", "X", "Y", "Cao", "Công nghệ", "Tần số (MHz)", "Hướng (độ)")
        rows = [heads, ("S9", "", "", 30, "4G", 1800, 0)]
        for row in tower_rows():
            if row["operator"] == "Nhà mạng A":
                east, north = TO_LOCAL.transform(float(row["longitude"]), float(row["latitude"]))
                facts = (mast_height_m, "4G", float(row["frequency_mhz"]))
                rows.append((row["site_id"], north, east, *facts, float(row["azimuth_deg"])))
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def list_in_degrees() -> None:
    """The second operator's list."""
    rows = [row for row in tower_rows() if row["operator"] == "Nhà mạng B"]
    write_csv(Path("vnpt.csv"), [{**row, "operator": "VNPT"} for row in rows])


def positions() -> None:
    """A village moved by hand, as QGIS exports it."""
    facts = {"village_id": ["V04"], "name": ["Khe Sâu"]}
    point = gpd.points_from_xy([degrees(3600, 2450)[0]], [degrees(3600, 2450)[1]])
    gpd.GeoDataFrame(facts, geometry=point, crs="EPSG:4326").to_file("positions.gpkg")


def answer() -> None:
    """The operator's form, filled in."""
    form = OUTPUT / "for-operator-viettel" / "plan" / "response-viettel.xlsx"
    decline = {"answer": "từ chối / decline", "reason": "không thuê được đất", "signer": "A. Lý"}
    fill(form, Path("response-viettel.xlsx"), {0: decline})


def study_beside(name: str) -> None:
    """Another study with this one's results, as if it had been run before."""
    facts = tomllib.loads(STUDY.read_text(encoding="utf-8"))
    facts["study"] |= {"name": name, "output": f"data/processed/{name}"}
    write_text(Path(f"configs/{name}.toml"), toml(facts))
    shutil.copytree(OUTPUT, facts["study"]["output"])


def wide_ground() -> None:
    """Ground where the README's single mast stands."""
    step = 3.0 / 3600.0
    row, col = np.mgrid[0:500, 0:500]
    heights = (600 + 180 * np.sin(row / 31 + col / 57) + 90 * np.cos(col / 23)).astype(np.float32)
    corner = from_origin(104.19 - 250 * step, 22.58 + 250 * step, step, step)
    Path("data/raw/demo").mkdir(parents=True)
    write_raster(Path("data/raw/demo/dem.tif"), heights, transform=corner, crs="EPSG:4326")


def link() -> None:
    """The README's own."""
    (block,) = (block for block in blocks(README) if block.language == "json")
    write_text(Path("link.json"), block.text)


BROUGHT: dict[str, Callable[[], object]] = {
    "viettel.xlsx": lambda: workbook_in_metres("viettel.xlsx"),
    "vnpt.csv": list_in_degrees,
    "positions.gpkg": positions,
    "configs/my-district-105.toml": lambda: study_beside("my-district-105"),
    "response-viettel.xlsx": answer,
    "kept/my-district": lambda: shutil.copytree(OUTPUT, "kept/my-district"),
    "towers-2026.xlsx": lambda: workbook_in_metres("towers-2026.xlsx", mast_height_m=36.0),
    "data/raw/demo/dem.tif": wide_ground,
    "link.json": link,
    "my-district.phusong.zip": lambda: shutil.copy(OUTPUT.parent / "my-district.phusong.zip", "."),
}
"""What a reader has at hand when a command names it."""


@dataclass
class Walk:
    """What was done, and what the screen showed."""

    said: dict[str, str] = field(default_factory=dict)
    lines_of_progress: list[str] = field(default_factory=list)

    def do(self, line: str) -> None:
        """Run a command, with what a reader brings for it."""
        program, *words = (SMALL.get(word, word) for word in shlex.split(line))
        assert program == "phusong", f"{line}: say in NOT_RUN why it is not run, or run it"
        for word in words:
            if word in BROUGHT and not Path(word).exists():
                BROUGHT[word]()
        result = invoke(*words)
        # A check ends with 1 where it warns; what a trial finds, the page's next lines mend.
        worst = 2 if "--dry-run" in words else int(words[0] == "check")
        assert result.exit_code <= worst, f"{line}\n{result.output}"
        self.said[line] = result.output
        if words[0] == "run":
            self.lines_of_progress += result.stderr.splitlines()

    def page(self, blocks_of_it: list[Block]) -> None:
        """Do what the blocks of a page say, in their order."""
        study = STUDY
        for block in blocks_of_it:
            if block.language == "sh":
                for line in commands(block):
                    if line not in NOT_RUN:
                        self.do(line)
            elif block.language == "toml":
                more = tomllib.loads(block.text)
                name = more.get("study", {}).get("name", STUDY.stem)
                if name != STUDY.stem:
                    study_beside(name)
                study = STUDY.with_stem(name)
                facts = merged(tomllib.loads(study.read_text(encoding="utf-8")), more)
                write_text(study, toml(facts))


def small_district(folder: Path) -> Region:
    """The invented region as the study that the pages speak of."""
    names = ("Viettel", "viettel", "#1b6ca8"), ("VNPT", "vnpt", "#b8860b")
    study = {
        "study.name": STUDY.stem,
        "study.output": OUTPUT.as_posix(),
        "operators": [{"name": n, "key": key, "colour": colour} for n, key, colour in names],
        "area.communes": ["00102"],
        "area.vintage": "2025-07-01",
        "inputs.towers.file": "data/raw/my-district/none.csv",
        "planning.candidates_kept": 4,
        "planning.priorities": 3,
    }
    region = write_region(folder, study=study)
    (folder / "configs").mkdir()
    region.study.rename(folder / STUDY)
    return Region(folder, folder / STUDY, folder / OUTPUT)


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    region = small_district(tmp_path_factory.mktemp("trang") / "Dự án sóng")
    done = Walk()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(region.folder)
        patch.setenv("PHUSONG_PROGRESS", "")
        patch.setattr(progress_lines, "QUIET_S", 0.0)
        patch.setattr(report, "notebook_files", lambda _: ())  # test_notebooks.py executes them
        for name in WALKED:
            done.page(blocks(PAGES[name]))
        done.page([block for block in blocks(README) if block.language == "sh"])
        yield done


@pytest.mark.slow
def test_what_the_pages_say_works(walk: Walk) -> None:
    ran = {shlex.split(line)[1] for line in walk.said}
    assert {"add", "check", "run", "plan", "report", "compare", "verify", "pack", "map"} <= ran
    villages = table(OUTPUT / "gaps" / "villages.csv").set_index("village_id")
    assert villages.loc["V04", "any_lte_class"] != ""
    (decided,) = table(OUTPUT / "plan" / "decisions.csv").to_dict("records")
    assert (decided["answer"], decided["operator"]) == ("decline", "Viettel")
    assert Path("build/compare/compare.html").is_file()


@pytest.mark.slow
def test_python_of_the_readme_runs(walk: Walk) -> None:
    (block,) = (block for block in blocks(README) if block.language == "python")
    names: dict[str, Any] = {}
    exec(block.text.replace("configs/demo.toml", STUDY.as_posix()), names)
    assert len(names["plan"].priorities) > 0


@pytest.mark.slow
def test_a_run_without_a_terminal_says_how_far_it_is(walk: Walk) -> None:
    pattern = re.compile(r"(\w+): (\d+ %|still at work)(, (all: )?about [\d.]+ \w+ left)?")
    found = [pattern.fullmatch(line) for line in walk.lines_of_progress]
    assert {match[1] for match in found if match} >= {"gaps", "plan", "report"}
    assert any(match and match[4] for match in found)


LANGUAGES = {
    "how-to": {"sh", "toml", "python"},
    "README": {"sh", "powershell", "toml", "python", "json"},
    "tutorial": {"sh", "csv", "toml", "text"},
}
"""Blocks that tests do: these here, ``test_howto.py``, ``test_docs.py`` (json),
``test_interactive.py`` (python of the page on Jupyter) and ``test_tutorial.py``."""


def kind(page: Path) -> str:
    return "how-to" if page.parent.name == "howto" else page.name.partition(".")[0]


DOCUMENTS = [*PAGES.values(), *ROOT.glob("README*.md"), *(ROOT / "docs").glob("tutorial*.md")]


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.name)
def test_every_block_has_a_place_where_it_is_done(page: Path) -> None:
    for block in blocks(page):
        assert block.language in LANGUAGES[kind(page)], f"nobody does this block:\n{block.text}"
        if block.language == "python":
            assert page.stem in {"explore-in-jupyter", "README", "README.vi"}
        if not block.tried:
            assert kind(page) == "tutorial", "a line that is not run has its reason in NOT_RUN"


def test_every_page_is_walked_and_no_reason_is_left_over() -> None:
    assert sorted(WALKED) == sorted(PAGES)
    pages = [*PAGES.values(), README]
    shell = [block for page in pages for block in blocks(page) if block.language == "sh"]
    lines = {line for block in shell for line in commands(block)}
    assert set(NOT_RUN) <= lines
    assert {line for line in lines if not line.startswith("phusong ")} <= set(NOT_RUN)


def test_windows_does_what_other_systems_do() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipes = makefile.replace("$(PIP)", "$(BIN)/python -m pip install").replace("$(BIN)/", "")
    shell = [line for b in blocks(README) if b.language == "sh" for line in commands(b)]
    both = "\n".join([*shell, recipes.replace("$(PYTESTFLAGS)", "")])
    own = re.compile(r"py -3\.13 -m venv \.venv|\$env:PHUSONG_\w+ = |Copy-Item ")
    for block in blocks(README):
        for line in commands(block) if block.language == "powershell" else []:
            plain = line.replace(".venv\\Scripts\\", "").replace("\\", "/")
            assert own.match(line) or plain in both, line
