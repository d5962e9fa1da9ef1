"""Every kind of option on one footing: in files, against a network in which it is built."""

import json
import re
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from rasterio.features import rasterize

import phusong
from phusong.analysis.gaps import COVERED
from phusong.geo.network import Network
from phusong.pipeline.audience import write_for_audience
from phusong.pipeline.begin import start
from phusong.pipeline.best_servers import best_servers
from phusong.planning.present_value import annuity_factor
from phusong.sources.study_file import read_study
from phusong.study import ALL_KINDS
from runs import run_here, table
from synthetic import Region, assumed, price, write_region

PRICES = {
    "costs.mast_step": price(10_000, "USD/10m"),
    "costs.radio_upgrade": price(20_500, "USD/site"),
    "costs.upgrade_opex": price(3_000, "USD/year"),
    "costs.repair": price(8_000, "USD/site"),
    "costs.satellite_site": price(18_000, "USD/site"),
    "costs.satellite_opex": price(8_000, "USD/year"),
    "costs.roaming_fee": price(20, "USD/subscriber/year"),
    "planning.revenue": {
        "penetration": assumed(0.6, "fraction"), "arpu": assumed(3.0, "USD/month"),
        "market_share": {"mang-a": assumed(0.5, "fraction"), "mang-b": assumed(0.3, "fraction")},
    },
    "planning.local_crs": "EPSG:9208",
    "planning.priorities": 60,
    "planning.taller_by": assumed(25.0, "m"),
}  # fmt: skip
BROKEN = {(4, "status"): "broken"}
"""S2 of operator A has failed; nothing says how it was fed."""


def region(folder: Path, **more: Any) -> Region:
    return write_region(folder, study={**PRICES, **more}, towers=BROKEN)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Region:
    made = region(
        tmp_path_factory.mktemp("kinds") / "r",
        **{"planning.new_site.heights": [assumed(20.0, "m"), assumed(45.0, "m")]},
    )
    run_here(made)
    return made


def numbers(found: pd.DataFrame, *columns: str) -> list[pd.Series]:
    return [pd.to_numeric(found[column]) for column in columns]


def priorities(run: Region) -> pd.DataFrame:
    return table(run.output / "plan" / "priorities.csv")


def facts(run: Region) -> dict[str, Any]:
    text = (run.output / "manifest.json").read_text(encoding="utf-8")
    return dict(json.loads(text)["steps"]["plan"]["facts"])


def test_all_kinds_are_offered(run: Region) -> None:
    kinds = facts(run)["kinds"]
    assert facts(run)["kinds_left_out"] == []
    # Nobody lives near enough without signal for the others to be left out.
    assert {"new-mast", "taller-mast", "added-band", "shared-site", "roaming", "repair"} <= set(
        kinds
    )
    assert set(kinds) <= set(ALL_KINDS)
    assert kinds["new-mast"] % 3 == 0  # three heights


def test_other_prices_heights_and_kinds_rename_nothing(run: Region, plain_run: Region) -> None:
    masts = []
    for region in (run, plain_run):
        found = table(region.output / "plan" / "stability.csv")
        found = found[found["option_id"].str.startswith("new-mast-")]
        places = found.groupby(["operator", "latitude", "longitude"])["option_id"]
        masts.append({place: set(ids) for place, ids in places})
    ours, theirs = masts
    both = sorted(ours.keys() & theirs.keys())
    assert both, "no spot is looked at in both"
    for place in both:
        assert len(theirs[place]) == 1 < len(ours[place])  # one height, and two beside it
        assert theirs[place] < ours[place]


def test_one_option_of_a_place(run: Region) -> None:
    found = priorities(run)
    assert not found.duplicated(["latitude", "longitude"]).any()
    assert found["option_id"].is_unique
    assert len(set(found["kind"])) >= 3
    for row in found.itertuples():
        assert row.option_id.startswith(f"{row.kind}-")


def test_every_option_says_where_and_what(run: Region) -> None:
    found = priorities(run)
    to_local = Transformer.from_crs("EPSG:4326", "EPSG:9208", always_xy=True)
    longitude, latitude, east, north = numbers(
        found, "longitude", "latitude", "easting_local_m", "northing_local_m"
    )
    easting, northing = to_local.transform(longitude.to_numpy(), latitude.to_numpy())
    assert np.abs(east - easting).max() < 0.3  # degrees have six decimals
    assert np.abs(north - northing).max() < 0.3
    assert set(found["local_crs"]) == {"EPSG:9208"}
    new = found["kind"].isin(["new-mast", "satellite"])
    assert set(found.loc[new, "search_ring_m"]) == {"250.0"}
    assert set(found.loc[~new, "search_ring_m"]) == {"0.0"}
    for column in ("mast_height_m", "sectors", "azimuth_deg", "antenna", "bandwidth_mhz",
                   "eirp_dbm", "frequency_mhz", "electrical_tilt_deg"):  # fmt: skip
        assert (found[column] != "").all(), column
    assert (found["kind_vi"] != found["kind_en"]).all()


def test_money_is_told_for_every_option(run: Region) -> None:
    found = priorities(run)
    grant, support, net, capex = numbers(
        found, "grant", "support_per_year", "net_present_value", "capex"
    )
    label = found["gap_type"]
    assert set(label) <= {"commercial", "capex_grant", "running_support"}
    assert ((grant == 0) & (net >= 0))[label == "commercial"].all()
    assert ((grant - -net).abs() <= 1)[label == "capex_grant"].all()
    assert ((grant == capex) & (support >= 0))[label == "running_support"].all()


def test_every_present_value_adds_up(run: Region) -> None:
    found = priorities(run)
    capex, opex, again, left, value = numbers(
        found, "capex", "opex_per_year", "repurchases", "salvage", "present_value"
    )
    costs = read_study(run.study).costs
    years = annuity_factor(costs.discount_rate.value, costs.horizon.value)
    assert ((capex + opex * years + again - left - value).abs() < 10).all()  # whole dong
    assert (again > 0).any()
    assert (left <= capex + again).all()
    for row in found[again > 0].itertuples():
        assert "wears out and is bought again" in row.why_en
        assert "mua lại thiết bị hết tuổi thọ" in row.why_vi


def test_reasons_speak_of_the_kind(run: Region) -> None:
    words = {
        "taller-mast": ("instead of", "nâng cột"), "added-band": ("added on site", "thêm băng tần"),
        "shared-site": ("on the mast of site", "trên cột trạm"),
        "roaming": ("by roaming on", "chuyển vùng"), "repair": ("by repairing", "sửa trạm"),
        "satellite": ("satellite link", "vệ tinh"), "new-mast": ("high ground", "điểm cao"),
    }  # fmt: skip
    for row in priorities(run).itertuples():
        english, vietnamese = words.get(row.kind, ("", ""))
        assert english in row.why_en
        assert vietnamese in row.why_vi
        assert not re.search(r"\b[a-z-]+-[0-9a-f]{8}\b", row.why_en + row.why_vi), "an option_id"
        if row.kind == "new-mast":
            assert "heights tried" in row.why_en


def test_tables_for_planning_tools(run: Region) -> None:
    found, folder = priorities(run), run.output / "plan" / "export"
    sites, transmitters, cells = (
        table(folder / f"{name}.csv") for name in ("sites", "transmitters", "cells")
    )
    assert list(sites["site"]) == list(found["option_id"])
    assert set(transmitters["site"]) == set(sites["site"])
    assert list(cells["transmitter"]) == list(transmitters["transmitter"])
    assert transmitters["transmitter"].is_unique
    count = transmitters.groupby("site", sort=False).size()
    assert list(count) == [int(n) for n in found["sectors"]]
    first = transmitters[transmitters["site"] == found["option_id"][0]]
    assert "; ".join(f"{float(a):g}" for a in first["azimuth_deg"]) == found["azimuth_deg"][0]


def test_ids_survive_another_run_with_other_prices_and_rows(tmp_path: Path, run: Region) -> None:
    other = write_region(
        tmp_path / "r",
        study={
            **PRICES, "costs.site_opex": price(15_000, "USD/year"), "planning.candidates_kept": 6,
            "planning.new_site.heights": [assumed(45.0, "m"), assumed(20.0, "m")],
        },
        towers=BROKEN, shuffle=3,
    )  # fmt: skip
    run_here(other)
    names = [set(table(r.output / "plan" / "stability.csv")["option_id"]) for r in (run, other)]
    assert names[1] < names[0]  # fewer spots, the same names for those that are left


@pytest.mark.parametrize("kind", ["taller-mast", "roaming", "added-sector", "repair"])
def test_people_newly_covered_are_those_of_a_network_in_which_it_is_built(
    tmp_path: Path, kind: str
) -> None:
    made = region(tmp_path / "r", **{"planning.kinds": [kind], "planning.priorities": 1})
    study = phusong.open_study(made.study)
    reached = phusong.reach(study)
    gaps = phusong.gaps(study, reached)
    plan = phusong.plan(study, gaps)
    first = plan.priorities.iloc[0]
    keys = {op.name: op.key for op in study.operators}
    own = keys[first["operator"]]
    session = start(study)
    network = session.inputs.network
    by = study.planning.taller_by.value
    site = [s for s in network.sectors if s.site_id == first["site_id"]]
    name = next(n for n, key in keys.items() if key == own)
    if kind == "taller-mast":
        top = max(s.antenna_height_m for s in site) + by
        site = [changed(s, antenna_height_m=top) for s in site]
    if kind == "added-sector":
        turned, power = float(first["azimuth_deg"]), float(first["eirp_dbm"])
        site = [changed(site[0], azimuth_deg=turned, eirp_dbm=power)]
    built = Network(tuple(changed(s, operator=name, status="existing") for s in site))
    ((_, layers),) = best_servers(
        session, built, ((own, "LTE"),), environments=(reached.environment,)
    )
    unknown = np.isnan(session.inputs.terrain.height_amsl_m)
    covered = layers[own, "LTE"].layer(unknown, covered_percent=95).probability_percent
    before = gaps.classes[own, "LTE"]
    newly = (covered >= 95) & (covered <= 100) & (before < COVERED)
    grid = session.inputs.grid
    asked = rasterize(
        session.inputs.communes.frame.geometry, out_shape=grid.shape, transform=grid.affine,
        dtype="uint8",
    )  # fmt: skip
    people = np.nansum(np.where(newly & (asked == 1), session.inputs.people.count, 0.0))
    assert first["kind"] == kind
    assert first["people_newly_covered"] == pytest.approx(people, abs=0.06)
    assert people > 0


def test_without_consent_another_operators_site_is_not_told(run: Region, tmp_path: Path) -> None:
    for consent, told in (([], False), (["mang-a", "mang-b"], True)):
        made = region(
            tmp_path / f"r{len(consent)}",
            **{"planning.sharing_consent": consent, "planning.kinds": ["shared-site", "roaming"]},
        )
        study = phusong.open_study(made.study)
        session = start(study)
        write_for_audience(session, "operator:mang-a")
        write_for_audience(session, "province")
        folder = study.output / "for-operator-mang-a" / "plan"
        everything = table(study.output / "for-province" / "plan" / "priorities.csv")
        own = everything[everything["operator"] == "Nhà mạng A"]
        seen = table(folder / "priorities.csv")
        assert len(own) > 0
        assert len(seen) == (len(own) if told else 0)


def test_consent_names_operators(tmp_path: Path) -> None:
    made = region(tmp_path / "r", **{"planning.sharing_consent": ["mang-x"]})
    with pytest.raises(phusong.errors.StudyError, match="sharing_consent names operators"):
        phusong.open_study(made.study)


@pytest.mark.parametrize(("crs", "word"), [("EPSG:4326", "degrees"), ("EPSG:1", "not a known")])
def test_a_local_crs_is_checked(tmp_path: Path, crs: str, word: str) -> None:
    made = region(tmp_path / "r", **{"planning.local_crs": crs})
    study = phusong.open_study(made.study)
    found = phusong.gaps(study, phusong.reach(study))
    with pytest.raises(phusong.errors.DataError, match=word):
        phusong.plan(study, found)
