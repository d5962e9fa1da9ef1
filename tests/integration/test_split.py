"""A study as one for each region: what is equal to the whole, and what is refused."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from rasterio.features import rasterize
from rasterio.transform import from_origin

import phusong
from conftest import ROOT
from phusong.analysis.gaps import Gaps
from phusong.analysis.reach import Reach
from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.pipeline.gaps import gaps
from phusong.pipeline.reach import reach
from phusong.pipeline.session import Session
from phusong.pipeline.shared_budget import _refuse_what_cannot_be_added
from phusong.pipeline.split import split_study
from phusong.study import Study
from runs import invoke
from synthetic import CELL_M, CELLS, CRS, SOUTH, WEST, Region, height_m, write_raster, write_region

RADIUS_KM = 1.5
AROUND = 30
"""Cells around the region that the rasters have as well."""


@dataclass(frozen=True, eq=False)
class Computed:
    study: Study
    session: Session
    reach: Reach
    gaps: Gaps


def computed(file: Path) -> Computed:
    study = phusong.open_study(file)
    session = Session(study)
    reached = reach(session)
    return Computed(study, session, reached, gaps(session, reached))


def with_provinces(region: Region) -> Region:
    """Say in the file of outlines which province each commune is of."""
    file = region.input("communes.geojson")
    layer = json.loads(file.read_text(encoding="utf-8"))
    for feature in layer["features"]:
        code = feature["properties"]["code"]
        feature["properties"]["province"] = {"00203": "Đèo Gió"}.get(code, "Thử 1")
        feature["properties"]["nothing"] = None
    file.write_text(json.dumps(layer), encoding="utf-8")
    return region


def on_the_grid(region: Region) -> Region:
    """Let terrain and people lie on cells of the grid, of every frame."""
    count = CELLS + 2 * AROUND
    corner = WEST - AROUND * CELL_M, SOUTH + (CELLS + AROUND) * CELL_M
    profile = {"crs": CRS, "transform": from_origin(*corner, CELL_M, CELL_M), "nodata": -9999.0}
    middle = (np.arange(count) - AROUND + 0.5) * CELL_M
    heights = height_m(*np.meshgrid(middle, middle[::-1])).astype(np.float32)
    write_raster(region.input("dem.tif"), heights, **profile)
    people = np.random.default_rng(3).gamma(0.3, 5.0, (count, count)).astype(np.float32)
    write_raster(region.input("population.tif"), people, **profile)
    return region


@pytest.fixture(scope="module")
def whole_and_part(tmp_path_factory: pytest.TempPathFactory) -> tuple[Computed, Computed]:
    """The region, and the study of one of its provinces."""
    study = {"propagation.radius_km": RADIUS_KM, "area.margin_km": RADIUS_KM}
    region = write_region(tmp_path_factory.mktemp("split") / "r", study=study)
    on_the_grid(with_provinces(region))
    _, part = split_study(phusong.open_study(region.study), "province")
    return computed(region.study), computed(part)


def in_whole(part: Grid, whole: Grid) -> tuple[slice, slice]:
    """Where the frame of a part lies in that of the whole."""
    col = round((part.affine.c - whole.affine.c) / CELL_M)
    row = round((whole.affine.f - part.affine.f) / CELL_M)
    return slice(row, row + part.shape[0]), slice(col, col + part.shape[1])


def test_cells_of_a_region_have_the_levels_of_the_whole_to_the_bit(
    whole_and_part: tuple[Computed, Computed],
) -> None:
    whole, part = whole_and_part
    grid, outlines = part.reach.grid, part.session.inputs.communes.frame.geometry
    here = in_whole(grid, whole.reach.grid)
    shapes = [(outline.buffer(CELL_M), 1) for outline in outlines]
    inside = rasterize(shapes, out_shape=grid.shape, transform=grid.affine) == 1
    assert inside.sum() > 600
    assert set(part.reach.layers) == set(whole.reach.layers)
    assert part.reach.grid.shape != whole.reach.grid.shape
    for key, layer in part.reach.layers.items():
        other = whole.reach.layers[key]
        for name in ("level_dbm", "probability_percent"):
            ours, theirs = getattr(layer, name)[inside], getattr(other, name)[here][inside]
            assert ours.tobytes() == theirs.tobytes()
        sites = [
            [reached.network.sectors[n].site_id if n >= 0 else "" for n in servers]
            for reached, servers in (
                (part.reach, layer.server[inside]), (whole.reach, other.server[here][inside]),
            )
        ]  # fmt: skip
        assert sites[0] == sites[1]
    people = (x.session.inputs.people.count for x in (part, whole))
    assert next(people)[inside].tobytes() == next(people)[here][inside].tobytes()


def test_counts_of_a_region_are_those_of_the_whole(
    whole_and_part: tuple[Computed, Computed],
) -> None:
    whole, part = whole_and_part
    counted = [
        c for c in part.gaps.communes
        if c.startswith(("area", "people")) and "_p10" not in c and "_p90" not in c
    ]  # fmt: skip
    keys = ["commune_code", "operator", "technology"]
    own = part.gaps.communes.set_index(keys)[counted]
    assert len(own) == 3
    assert own.equals(whole.gaps.communes.set_index(keys)[counted].loc[own.index])
    _refuse_what_cannot_be_added([part.study])


def test_studies_of_regions_differ_in_area_and_output_alone(tmp_path: Path) -> None:
    region = with_provinces(write_region(tmp_path / "r", study={"area.margin_km": 0.5}))
    whole = phusong.open_study(region.study)
    told = invoke("split", region.study, "--by", "province")
    assert told.exit_code == 0
    names = ("study-thu-1.toml", "study-deo-gio.toml")
    assert [Path(line.removesuffix(" written")).name for line in told.output.splitlines()] == [
        *names
    ]
    first, second = (phusong.open_study(region.folder / name) for name in names)
    assert first.area.communes == ("00101", "00102")
    assert second.area.communes == ("00203",)
    assert len({s.output for s in (whole, first, second)}) == 3
    _refuse_what_cannot_be_added([first, second])
    for part in (first, second):
        assert part.area.margin_km == whole.propagation.radius_km > 0.5
        assert part.study.title_vi.startswith(f"{whole.study.title_vi} – ")
        same = {"area": whole.area, "study": whole.study}
        assert part.model_copy(update=same).model_dump() == whole.model_dump()
    again = invoke("split", region.study, "--by", "province")
    assert again.exit_code == 2
    assert "is there already and is not overwritten" in again.output


def test_the_practice_study_is_split_by_the_units_of_its_gazetteer(tmp_path: Path) -> None:
    text = (ROOT / "configs" / "demo.toml").read_text(encoding="utf-8")
    (tmp_path / "demo.toml").write_text(text, encoding="utf-8")
    whole = phusong.open_study(tmp_path / "demo.toml")
    files = split_study(whole)
    parts = [phusong.open_study(file) for file in files]
    assert len(parts) == 4
    assert files[0].name == "demo-bac-ha.toml"
    assert sorted(c for part in parts for c in part.area.communes) == sorted(whole.area.communes)
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert all(line in files[0].read_text(encoding="utf-8") for line in comments)


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ("district", "column district is missing; the layer has code, name, "),
        ("nothing", "nothing is empty for commune 00101"),
        ("name", "study-nam-thu.toml is there already"),
        (None, r"study.toml has no gazetteer .* by --by"),
    ],
)
def test_what_cannot_be_split_is_told(tmp_path: Path, by: str | None, message: str) -> None:
    region = with_provinces(write_region(tmp_path / "r"))
    (region.folder / "study-nam-thu.toml").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match=message):
        split_study(phusong.open_study(region.study), by)
    assert sorted(f.name for f in region.folder.glob("*.toml")) == [
        "study-nam-thu.toml", "study.toml",
    ]  # fmt: skip


def test_one_region_is_nothing_to_split(tmp_path: Path) -> None:
    study = {"area.communes": ["00101", "00102"]}
    region = with_provinces(write_region(tmp_path / "r", study=study))
    with pytest.raises(DataError, match="all communes lie in Thử 1"):
        split_study(phusong.open_study(region.study), "province")
