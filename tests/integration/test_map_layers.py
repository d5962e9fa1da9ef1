"""Layers of a study's map: what its rasters and tables say, and no more than a reader may see."""

import numpy as np
import pandas as pd
import pytest
import rasterio

import phusong
from integration.test_people_outputs import GAZETTEER, named
from phusong.pipeline.begin import start
from phusong.pipeline.results import study_facts
from phusong.reporting.audience import for_operator, for_public
from phusong.reporting.layers import Feature, MapContent, RasterLayer, VectorLayer
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.study_map import study_map
from runs import table
from synthetic import Region, assumed, write_csv, write_region, write_text

INDOORS = {
    "title_en": "Indoors", "title_vi": "Trong nhà", "entry_loss": assumed(15.0, "dB"),
    "receiver_height": assumed(1.5, "m"),
}  # fmt: skip


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """The region with a second environment, a gazetteer, criterion 8 and a reported list."""
    region = write_region(
        tmp_path_factory.mktemp("lớp") / "vùng",
        study={
            "environments.indoors": INDOORS,
            "inputs.gazetteer": named("gazetteer.toml"),
            "inputs.reported": named("reported.csv"),
            "criterion8": {"complete": ["loudspeaker"]},
        },
    )
    write_text(region.input("gazetteer.toml"), GAZETTEER)
    rows = [("Bản Trên", "00101", "", "trắng sóng"), ("Khe Sâu", "00203", "mang-b", "lõm sóng")]
    keys = ("village", "commune_code", "operator", "state")
    write_csv(region.input("reported.csv"), [dict(zip(keys, row, strict=True)) for row in rows])
    return region


@pytest.fixture(scope="module")
def facts(region: Region) -> StudyFacts:
    return study_facts(start(phusong.open_study(region.study)))


@pytest.fixture(scope="module")
def shown(facts: StudyFacts) -> MapContent:
    return study_map(facts)


def raster(content: MapContent, name: str, group: str) -> RasterLayer:
    return next(r for r in content.rasters if (r.name.en, r.group.en) == (name, group))


def vector(content: MapContent, name: str) -> VectorLayer:
    return next(v for v in content.vectors if v.name.en.startswith(name))


def cells(feature: Feature) -> tuple[object, ...]:
    return feature.values  # noqa: PD011 — no table


def stored(region: Region, key: str, what: str, environment: str = "outdoor") -> np.ndarray:
    file = region.output / "reach" / "p1812" / environment / f"{key}-lte-{what}.tif"
    with rasterio.open(file) as dataset:
        return dataset.read(1)


KEYS = {"any": "All operators", "mang-a": "Nhà mạng A", "mang-b": "Nhà mạng B"}


@pytest.mark.parametrize("key", KEYS)
def test_probability_and_spare_in_bands(shown: MapContent, region: Region, key: str) -> None:
    edges = np.array([20, 50, 80, 95, 99])
    bands = {"Probability of service": "probability", "Spare when a site fails": "spare"}
    for name, what in bands.items():
        layer, percent = raster(shown, name, KEYS[key]), stored(region, key, what)
        known = percent != 255
        expected = (percent[known][:, np.newaxis] >= edges).sum(axis=1)
        assert (layer.classes[known] == expected).all()
        assert (layer.classes[~known] == 255).all()
        assert [s.name.en for s in layer.legend][:2] == ["≥ 99 %", "95 … 99 %"]
        assert layer.further


@pytest.mark.parametrize("key", KEYS)
def test_where_it_still_serves(shown: MapContent, region: Region, key: str) -> None:
    layer = raster(shown, "Where it still serves", KEYS[key])
    outdoors, indoors = (
        stored(region, key, "probability", environment) for environment in ("outdoor", "indoors")
    )
    assert (layer.classes[indoors >= 95] == 2).all()
    assert (layer.classes[(outdoors >= 95) & (indoors < 95)] == 1).all()
    assert (layer.classes[outdoors < 95] == 0).all()
    assert [s.name.en for s in layer.legend] == ["Indoors", "Outdoors", "Nowhere"]
    assert {1, 2} <= set(np.unique(layer.classes))


def test_rate_and_direction(shown: MapContent, region: Region) -> None:
    layer = raster(shown, "Download rate", "Nhà mạng A")
    rate = stored(region, "mang-a", "rate") * 0.1
    assert ((layer.classes == 0) == (rate == 0)).all()
    assert layer.classes.max() > 0
    direction = raster(shown, "Weaker direction", "Nhà mạng A")
    assert (direction.classes == stored(region, "mang-a", "direction")).all()
    assert not [
        r for r in shown.rasters if (r.name.en, r.group.en) == ("Download rate", "All operators")
    ]


def test_verdicts_are_those_of_the_table(shown: MapContent, region: Region) -> None:
    layer, rows = (
        vector(shown, "Villages without signal"),
        table(region.output / "gaps/villages.csv"),
    )
    order = ["trang_song", "lom_song", "covered", "unknown"]
    assert [f.category for f in layer.features] == [order.index(v) for v in rows["any_lte_verdict"]]
    assert len({c.shape for c in layer.categories}) == 4
    assert not layer.shown


def test_reports_stand_beside_the_model(shown: MapContent, region: Region) -> None:
    layer, rows = vector(shown, "Reported villages"), table(region.output / "gaps/reported.csv")
    assert [cells(f)[0] for f in layer.features] == ["Bản Trên", "Khe Sâu"]
    agrees = [["no", "yes", ""][f.category] for f in layer.features]
    assert agrees == rows["agrees"].tolist()


def test_what_a_failing_site_takes(shown: MapContent, region: Region) -> None:
    rows = table(region.output / "reach/resilience.csv")
    for key, group in KEYS.items():
        own = rows[rows["operator"] == key]
        layer = next(
            v for v in shown.vectors
            if v.name.en == "When a site goes down" and v.group.en == group
        )  # fmt: skip
        assert [cells(f)[0] for f in layer.features] == own["site_id"].tolist()
        assert [cells(f)[1] for f in layer.features] == own["people_lost"].astype(float).tolist()


def test_criterion_8_and_successors(shown: MapContent, region: Region) -> None:
    rows = table(region.output / "gaps/criterion8.csv")
    layer = vector(shown, "Criterion 8")
    assert len(layer.features) == 3
    for feature in layer.features:
        statuses = rows["status"][rows["commune"] == cells(feature)[0]]
        worst = next(i for i, s in enumerate(("not_met", "unknown", "met")) if s in set(statuses))
        assert feature.category == worst
    new = vector(shown, "Communes since 2025-07-01")
    assert [f.label for f in new.features] == ["Thử Lớn", "Đèo Gió Mới"]
    old = next(v for v in shown.vectors if v.kind == "outline")
    people = [cells(f)[2] for f in old.features]
    assert sum(cells(f)[3] for f in new.features) == pytest.approx(sum(people))


def test_an_operator_sees_its_own_extras_alone(facts: StudyFacts) -> None:
    own = study_map(for_operator(facts, "mang-b"))
    groups = {(r.group.en, r.name.en) for r in own.rasters if r.further}
    assert {name for group, name in groups if group == "All operators"} == {"Where it still serves"}
    assert {group for group, _ in groups} == {"All operators", "Nhà mạng B"}
    sites = [v for v in own.vectors if v.name.en == "When a site goes down"]
    assert [v.group.en for v in sites] == ["Nhà mạng B"]
    assert {cells(f)[0] for v in sites for f in v.features} <= {"S3", "S4"}
    assert not [v for v in own.vectors if v.name.en.startswith("Criterion")]


def test_the_public_sees_no_empty_row(facts: StudyFacts) -> None:
    public = study_map(for_public(facts))
    for layer in public.vectors:
        for place in range(1, len(layer.columns)):
            known = [cells(f)[place] for f in layer.features]
            assert not known or not pd.isna(pd.Series(known, dtype=object)).all()
    villages = vector(public, "Villages, by signal")
    assert "Strongest level" not in {c.name.en for c in villages.columns}
    assert not [v for v in public.vectors if v.name.en.startswith(("Reported", "When a site"))]
