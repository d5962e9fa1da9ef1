"""Measured cells as a layer of a map."""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Point

from phusong.reporting.facts import Bilingual
from phusong.reporting.layers import Feature
from phusong.reporting.measured_layers import (
    NEAR,
    SILENT,
    STRONGER,
    WEAKER,
    measured_layer,
    next_layer,
)


def cells() -> gpd.GeoDataFrame:
    levels = [-80.0, -100.0, -107.0, np.nan]
    return gpd.GeoDataFrame(
        {
            "model": "itm", "environment": "outdoor", "operator": "Nhà mạng A",
            "level_dbm": levels, "modelled_dbm": -100.0,
            "residual_db": [level + 100.0 for level in levels],
            "samples": [3, 1, 2, 4], "silent": [0, 0, 1, 4],
        },
        geometry=[Point(104.1, 22.6)] * 4, crs="EPSG:4326",
    )  # fmt: skip


def feature_values(feature: Feature) -> tuple[object, ...]:
    return feature.values  # noqa: PD011 — of a feature, not of a frame


def test_cells_are_told_apart_by_their_difference() -> None:
    layer = measured_layer(cells(), {"outdoor": Bilingual("Ngoài trời", "Outdoors")})
    assert [f.category for f in layer.features] == [STRONGER, NEAR, WEAKER, SILENT]
    assert len({(c.colour, c.shape) for c in layer.categories}) == 4
    told = [feature_values(f)[:3] for f in layer.features]
    assert told == [
        (-80.0, -100.0, 20.0), (-100.0, -100.0, 0.0), (-107.0, -100.0, -7.0), (None, -100.0, None),
    ]  # fmt: skip
    assert layer.name == Bilingual(
        "Các ô đã đo, Longley–Rice ITM", "Measured cells, Longley–Rice ITM"
    )


def test_squares_to_measure_in_carry_their_order() -> None:
    where = pd.DataFrame(
        {"order": [1, 2], "latitude": [22.6, 22.7], "longitude": [104.1, 104.2],
         "people": [120.0, 80.0], "people_undecided": [90.0, 20.0], "measured_share": [0.0, 0.25]}
    )  # fmt: skip
    layer = next_layer(where)
    assert [f.label for f in layer.features] == ["2", "1"]
    assert feature_values(layer.features[0]) == (2, 80.0, 20.0, 25.0)
