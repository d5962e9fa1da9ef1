"""What an analyst does in Jupyter: results show themselves, are explored, drawn and completed."""

import os
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
import nbformat
import pytest
from IPython.core.completer import Completer
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

import phusong
from conftest import ROOT
from documents import blocks
from phusong.analysis.gaps import Gaps
from phusong.analysis.reach import Reach
from phusong.errors import DomainError
from phusong.pipeline.begin import start
from phusong.pipeline.map_views import MapView
from phusong.reporting.escape import NO_FORMULAS
from phusong.reporting.notebooks import execute_notebook
from runs import LONGEST_S, PRACTICE_WORDS, clean_environment
from synthetic import Region, write_region

PAGE = ROOT / "docs" / "howto" / "explore-in-jupyter.md"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    return write_region(tmp_path_factory.mktemp("xem") / "vùng thử")


@pytest.fixture(scope="module")
def at_hand(region: Region) -> SimpleNamespace:
    study = phusong.open_study(region.study)
    reached = phusong.reach(study)
    service = phusong.service(study, reached)
    gaps = phusong.gaps(study, reached)
    plan = phusong.plan(study, gaps)
    return SimpleNamespace(study=study, reached=reached, service=service, gaps=gaps, plan=plan)


@pytest.fixture(autouse=True)
def drawn_without_a_window() -> Iterator[None]:
    with mpl.rc_context({"backend": "agg"}):
        yield
    plt.close("all")


NAMES = ("study", "reached", "service", "gaps", "plan")


@pytest.mark.parametrize("name", NAMES)
def test_it_says_and_shows_what_it_is(at_hand: SimpleNamespace, name: str) -> None:
    shown = getattr(at_hand, name)
    plain, html = repr(shown), shown._repr_html_()
    assert NO_FORMULAS in html
    assert str(shown) == plain
    assert "Vùng thử" in plain.splitlines()[0]
    assert "Synthetic region" in plain.splitlines()[0]
    assert len(plain.splitlines()) > 4
    assert PRACTICE_WORDS.search(plain)
    assert PRACTICE_WORDS.search(re.sub(r"<[^>]+>", "", html))
    assert '<img src="data:image/jpeg;base64,' in html
    assert html.count('lang="vi"') > 4
    assert len(html) < 150_000


def test_numbers_are_those_of_the_tables(at_hand: SimpleNamespace) -> None:
    gaps = at_hand.gaps
    rows = gaps.communes.query("operator == 'any' and technology == 'LTE'")
    silent, people = rows["people_no_signal"].sum(), rows["people"].sum()
    told = f"{silent:,.0f} of {people:,.0f} ({100 * silent / people:.1f}\u00a0%)"
    assert told in repr(gaps)
    first = at_hand.plan.priorities.iloc[0]
    assert f"{first['people_newly_covered']:,.0f} people newly covered" in repr(at_hand.plan)
    layer = at_hand.reached.layers["mang-a", "LTE"]
    share = f"{100 * (layer.probability_percent >= 95).mean():.1f}".replace(".", ",")
    plain = repr(at_hand.reached)
    (line,) = (line for line in plain.splitlines() if line.startswith("  Nhà mạng A, LTE: "))
    assert line.endswith(f"covered part of the frame: {share}\u00a0%")
    assert f"Sites on air: {len(at_hand.reached.network.site_ids)}" in plain


def test_names_from_data_are_encoded(tmp_path: Path) -> None:
    study = {"study.title_vi": HOSTILE, "study.title_en": HOSTILE}
    shown = phusong.open_study(write_region(tmp_path / "vùng", study=study).study)
    html = shown._repr_html_()
    assert HOSTILE not in html
    assert "&lt;script&gt;" in html


def test_a_study_with_broken_inputs_still_shows_itself(tmp_path: Path) -> None:
    region = write_region(tmp_path / "vùng")
    study = phusong.open_study(region.study)
    terrain = study.path(study.inputs.terrain.files[0])
    terrain.unlink()
    html = study._repr_html_()
    assert 'role="alert"' in html
    assert terrain.name in html


@pytest.mark.parametrize(
    ("name", "asked", "first"),
    [
        ("study", {}, "any/coverage"),
        ("study", {"operator": "Nhà mạng B", "column": "probability"}, "mang-b/probability"),
        ("reached", {}, "any/level"),
        ("reached", {"operator": "mang-a", "technology": "LTE"}, "mang-a/level"),
        ("gaps", {"operator": "mang-b"}, "mang-b/coverage"),
        ("plan", {}, "any/coverage"),
        ("service", {"operator": "mang-b"}, "mang-b/rate"),
        ("service", {"operator": "any", "column": "spare"}, "any/spare"),
    ],
)
def test_explore_gives_the_map_that_was_asked_for(
    at_hand: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    asked: dict[str, Any],
    first: str,
) -> None:
    seen: list[Any] = []
    drawn = phusong.pipeline.map_views.coverage_map

    def watched(content: Any) -> str:
        seen.append(content)
        return str(drawn(content))

    monkeypatch.setattr(phusong.pipeline.map_views, "coverage_map", watched)
    view = getattr(at_hand, name).explore(**asked, height_px=480)
    assert isinstance(view, MapView)
    assert [f"{r.operator}/{r.column}" for r in seen[0].rasters if r.shown] == [first]
    assert "height:480px" in view._repr_html_()
    file = view.save(tmp_path / "bản đồ.html")
    assert file.read_text(encoding="utf-8") == view.page
    assert (seen[0].vectors[-1].kind == "rank") == (name in {"study", "plan", "service"})


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("study", {}),
        ("reached", {"operator": "mang-a", "column": "level"}),
        ("reached", {"column": "probability"}),
        ("reached", {"column": "coverage", "technology": "LTE"}),
        ("gaps", {"operator": "Nhà mạng B"}),
        ("plan", {"operator": "mang-a", "most": 2}),
        ("service", {}),
        ("service", {"operator": "mang-b", "column": "sites"}),
    ],
)
def test_plot_returns_axes_and_takes_them(
    at_hand: SimpleNamespace, name: str, asked: dict[str, Any]
) -> None:
    shown = getattr(at_hand, name)
    alone = shown.plot(**asked, figsize=(5, 4))
    assert isinstance(alone, Axes)
    assert alone.figure.get_size_inches().tolist() == [5.0, 4.0]
    assert alone.get_legend() is not None
    _, (left, right) = plt.subplots(ncols=2)
    assert shown.plot(ax=right, **asked, legend=False) is right
    assert right.get_legend() is None
    assert right.images
    assert not left.images
    west, south, east, north = start(at_hand.study).inputs.grid.bounds
    assert (right.get_xlim(), right.get_ylim()) == ((west, east), (south, north))
    assert any(PRACTICE_WORDS.search(words.get_text()) for words in right.texts)


def test_ranks_of_one_operator_alone_are_drawn(at_hand: SimpleNamespace) -> None:
    ranks = at_hand.plan.priorities.query("operator == 'Nhà mạng A'")["rank"].head(2)
    drawn = {words.get_text() for words in at_hand.plan.plot(operator="mang-a", most=2).texts}
    others = set(at_hand.plan.priorities["rank"].astype(str)) - set(ranks.astype(str))
    assert set(ranks.astype(str)) <= drawn
    assert not others & drawn


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda s: s.gaps.explore(operator="mang-c"), "operator='mang-c'.*did you mean 'mang-"),
        (lambda s: s.reached.plot(operator="NHÀ MẠNG A"), "did you mean 'Nhà mạng A'"),
        (lambda s: s.reached.explore(technology="lte"), "technology='lte'.*did you mean 'LTE'"),
        (lambda s: s.reached.plot(column="levels"), "did you mean 'level'.*probability"),
        (lambda s: s.service.plot(operator="any"), "operator='any'.*known"),
        (lambda s: s.service.plot(column="site"), "did you mean 'sites'"),
        (lambda s: s.study.explore(column="zzz"), "column='zzz'.*give one of coverage, level"),
        (lambda s: phusong.coverage_picture(s.study, s.gaps, "x"), "known.*any, mang-a"),
    ],
)
def test_a_wrong_name_is_answered_by_the_known_ones(
    at_hand: SimpleNamespace, wrong: Any, message: str
) -> None:
    with pytest.raises(DomainError, match=message):
        wrong(at_hand)


def test_arguments_in_the_wrong_order_are_told(at_hand: SimpleNamespace) -> None:
    with pytest.raises(TypeError, match=r"study is a StudyReach.*open_study"):
        phusong.gaps(at_hand.reached, at_hand.study)
    with pytest.raises(TypeError, match=r"reached is a StudyGaps.*phusong\.reach"):
        phusong.service(at_hand.study, at_hand.gaps)
    with pytest.raises(TypeError, match=r"study is a str"):
        phusong.reach("configs/demo.toml")  # type: ignore[arg-type]


def completed(line: str, names: dict[str, Any]) -> set[str]:
    found = Completer(namespace=names, global_namespace=names).attr_matches(line)
    ends = {name.rpartition(".")[2] for name in found}
    return {name for name in ends if not name.startswith("_")}  # IPython leaves these out too


def test_completion_shows_names_of_use_alone(at_hand: SimpleNamespace) -> None:
    names = {**vars(at_hand), "phusong": phusong}
    assert completed("reached.", names) == {
        "environment", "explore", "grid", "layers", "model", "network", "plot", "study",
    }  # fmt: skip
    assert {"explore", "plot", "communes", "polygons", "villages"} <= completed("gaps.", names)
    assert {"explore", "plot", "priorities", "build_order"} <= completed("plan.", names)
    of_study = completed("study.", names)
    assert {"explore", "plot", "operators", "technologies", "planning", "history"} <= of_study
    assert not {name for name in of_study if name.startswith(("model_", "parse_"))}
    assert completed("phusong.", names) == {*phusong.__all__}


def test_results_are_still_the_plain_results(at_hand: SimpleNamespace) -> None:
    assert isinstance(at_hand.reached, Reach)
    assert isinstance(at_hand.gaps, Gaps)
    assert at_hand.gaps.study is at_hand.study


def test_what_was_read_is_kept_until_a_file_changes(tmp_path: Path) -> None:
    study = phusong.open_study(write_region(tmp_path / "vùng").study)
    before = start(study).inputs
    terrain = before.terrain
    assert start(study).inputs is before
    assert start(phusong.open_study(study.file)).inputs is not before
    sent = pickle.loads(pickle.dumps(study))
    assert sent._kept == {}
    towers = study.path(study.inputs.towers.file)
    towers.write_text(towers.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert start(study).inputs is not before
    assert start(study).inputs.terrain is not terrain


CODE = "import phusong\nstudy = phusong.open_study({file!r})\nreached = phusong.reach(study)\n"


def everything_at(terminal: int) -> bytes:
    """What a process writes to its terminal until it ends; unread, the process would wait."""
    seen = b""
    while True:
        try:
            part = os.read(terminal, 65_536)
        except OSError:  # the other end is closed
            return seen
        if not part:
            return seen
        seen += part


def test_a_bar_in_the_terminal_and_none_where_none_is_wanted(tmp_path: Path) -> None:
    import pty

    for watched in (True, False):
        region = write_region(tmp_path / f"vùng {watched}")
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-c", CODE.format(file=str(region.study))],
            env=clean_environment(
                TERM="xterm", COLUMNS="80", PHUSONG_PROGRESS="" if watched else "0"
            ),
            stdout=subprocess.DEVNULL,
            stderr=theirs if watched else subprocess.PIPE,
        )
        os.close(theirs)
        seen = everything_at(ours) if watched else b""
        _, errors = process.communicate(timeout=LONGEST_S)
        os.close(ours)
        assert process.returncode == 0
        if watched:
            assert re.search(rb"reach.*4/4", seen)
        else:
            assert errors == b""


def test_a_bar_below_the_cell_that_stays_readable(tmp_path: Path) -> None:
    region = write_region(tmp_path / "vùng")
    cell = nbformat.v4.new_code_cell(CODE.format(file=str(region.study)))
    file = tmp_path / "sổ tay.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), file)
    sources = {"PYTHONPATH": str(ROOT / "src" / "coverage")}
    shown = execute_notebook(file, env={**sources, "PHUSONG_PROGRESS": ""})
    (bar,) = shown.cells[0].outputs
    assert re.search(r'<progress value="4" max="4"></progress> 4 / 4', bar.data["text/html"])
    assert bar.data["text/plain"] == "vùng phủ · reach: 4 / 4"
    (region.output / "manifest.json").unlink()
    assert execute_notebook(file, env=sources).cells[0].outputs == []


def test_the_page_does_what_it_says(
    at_hand: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    code = [block.text for block in blocks(PAGE) if block.language == "python"]
    assert len(code) >= 5
    for part in code:
        text = part.replace('"configs/my-district.toml"', repr(str(at_hand.study.file)))
        exec(text.replace('"viettel"', '"mang-a"'), names)
    assert (tmp_path / "plan.html").stat().st_size > 100_000
    assert (tmp_path / "viettel.png").stat().st_size > 10_000


def test_opening_a_study_loads_nothing_that_draws(region: Region) -> None:
    told = "import phusong, sys; print(phusong.open_study(sys.argv[1]).study.name)"
    asked = "print([name for name in ('matplotlib', 'folium') if name in sys.modules])"
    ended = subprocess.run(
        [sys.executable, "-c", f"{told}; {asked}", region.study],
        capture_output=True, encoding="utf-8", check=True, env=clean_environment(),
    )  # fmt: skip
    assert ended.stdout.splitlines()[-1] == "[]"
