"""3GPP RMa and UMa: a hand-computed row for every branch, both tiers."""

from typing import Any

import numpy as np
import pytest

from phusong.errors import DomainError, ModelRangeWarning
from phusong.models.tr38901 import tr38901_rma, tr38901_uma

# At 700 MHz, 35 m and 1.5 m the break distance of RMa is 2 pi 35 * 1.5 * 0.7e9 / 3e8 = 769.69 m.
# PL_1 at d_3 = hypot(500, 33.5) = 501.12 m with h = 5 m:
# 20 log(40 pi 501.12 * 0.7 / 3) + 0.03 * 15.929 log d_3 - 0.044 * 15.929 + 0.002 d_3 log 5.


@pytest.mark.parametrize(
    ("distance", "visibility", "changes", "loss", "sigma"),
    [
        (500.0, "los", {}, 84.632522, 4.0),
        (500.0, "nlos", {}, 104.843262, 8.0),
        # Buildings of 40 m: 0.03 h^1.72 and 0.044 h^1.72 reach their bounds 10 and 14.77
        (500.0, "los", {"building_height_m": 40.0}, 97.177663, 4.0),
        (500.0, "nlos", {"building_height_m": 40.0}, 118.961789, 8.0),
        # Beyond the break distance: PL_1(769.69) + 40 log(3000.19 / 769.69)
        (3000.0, "los", {}, 112.457798, 6.0),
        (3000.0, "nlos", {}, 134.869354, 8.0),
        # Near a wide street the formula without sight gives 45.55 dB: sight is the floor
        (15.0, "nlos", {"rx_height_m": 10.0, "street_width_m": 50.0}, 58.677743, 8.0),
    ],
)
def test_rma_by_hand(
    distance: float, visibility: Any, changes: dict[str, float], loss: float, sigma: float
) -> None:
    result = tr38901_rma(distance, frequency_mhz=700.0, visibility=visibility, **changes)
    assert result.basic_transmission_loss_db == pytest.approx(loss, abs=1e-6)
    assert result.shadow_sigma_db == sigma


@pytest.mark.parametrize(
    ("distance", "visibility", "rx_height_m", "loss", "sigma"),
    [
        # d'_BP = 4 * 24 * 0.5 * 3.5e9 / 3e8 = 560 m
        (200.0, "los", 1.5, 89.569525, 4.0),
        (2000.0, "los", 1.5, 121.449498, 4.0),
        (200.0, "nlos", 1.5, 114.461973, 6.0),
        (2000.0, "nlos", 1.5, 153.426785, 6.0),
        (200.0, "nlos", 20.0, 103.250915, 6.0),
        # 13.54 + 39.08 log 12.26 + 10.88 - 12.6 = 54.36 is below the loss in sight
        (12.0, "nlos", 22.5, 62.826320, 6.0),
    ],
)
def test_uma_by_hand(
    distance: float, visibility: Any, rx_height_m: float, loss: float, sigma: float
) -> None:
    result = tr38901_uma(
        distance, frequency_mhz=3500.0, rx_height_m=rx_height_m, visibility=visibility
    )
    assert result.basic_transmission_loss_db == pytest.approx(loss, abs=1e-6)
    assert result.shadow_sigma_db == sigma


def test_probability_of_sight_by_hand() -> None:
    rma = tr38901_rma([10.0, 500.0, 3000.0], frequency_mhz=700.0, visibility="los")
    # 1, exp(-0.49), exp(-2.99)
    np.testing.assert_allclose(rma.line_of_sight_share, [1.0, 0.6126264, 0.0502874], atol=1e-7)
    uma = tr38901_uma([18.0, 200.0, 2000.0], frequency_mhz=3500.0, visibility="los")
    # 1, 0.09 + 0.0418 * 0.91, 0.009 + 2e-14
    np.testing.assert_allclose(uma.line_of_sight_share, [1.0, 0.1280477, 0.009], atol=1e-7)
    # C = 0.7^1.5 = 0.5857 at 20 m: 0.1280 * (1 + 0.5857 * 1.25 * 8 * 0.2636)
    high = tr38901_uma(200.0, frequency_mhz=3500.0, rx_height_m=20.0, visibility="los")
    assert high.line_of_sight_share == pytest.approx(0.3257263, abs=1e-7)


def test_both_sides_of_the_break_distance_meet() -> None:
    # RMa's second piece takes PL_1 at the break itself, so only d_3 against d_2 remains.
    rma = tr38901_rma([769.69, 769.70], frequency_mhz=700.0, visibility="los")
    assert np.diff(rma.basic_transmission_loss_db) == pytest.approx(0.0, abs=0.02)
    uma = tr38901_uma([559.99, 560.01], frequency_mhz=3500.0, visibility="los")
    assert np.diff(uma.basic_transmission_loss_db) == pytest.approx(0.0, abs=0.02)


def test_arrays_broadcast_and_unknown_stays_unknown() -> None:
    distance = np.array([[200.0], [np.nan]])
    distance.setflags(write=False)
    heights = np.array([1.5, 2.0, 3.0])
    for model in (tr38901_rma, tr38901_uma):
        result = model(
            distance, frequency_mhz=900.0, tx_height_m=25.0, rx_height_m=heights, visibility="nlos"
        )
        for part in (
            result.basic_transmission_loss_db,
            result.shadow_sigma_db,
            result.line_of_sight_share,
        ):
            assert part.shape == (2, 3)
            assert part.dtype == np.float64
        assert np.isnan(result.basic_transmission_loss_db[1]).all()
        assert np.isnan(result.line_of_sight_share[1]).all()
        assert np.isfinite(result.basic_transmission_loss_db[0]).all()


@pytest.mark.parametrize("model", [tr38901_rma, tr38901_uma])
@pytest.mark.parametrize(
    ("distance", "changes", "message"),
    [
        (0.0, {}, "distance_m=0 is impossible"),
        (200.0, {"frequency_mhz": 3.5}, r"frequency_mhz=3\.5 is impossible, 100 to 100000 MHz"),
        (200.0, {"tx_height_m": 1.0}, "tx_height_m=1 is impossible, 2 to 1000 m"),
        (200.0, {"rx_height_m": 0.5}, r"rx_height_m=0\.5 is impossible, 1 to 100 m"),
        (200.0, {"visibility": "maybe"}, "visibility='maybe' is unknown, los or nlos is allowed"),
    ],
)
def test_impossible(model: Any, distance: float, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        model(distance, **({"frequency_mhz": 3500.0, "visibility": "los"} | changes))


def test_impossible_streets_and_buildings() -> None:
    for name in ("street_width_m", "building_height_m"):
        with pytest.raises(DomainError, match=f"{name}=0 is impossible"):
            tr38901_rma(200.0, frequency_mhz=700.0, visibility="los", **{name: 0.0})


@pytest.mark.parametrize(
    ("model", "distance", "changes", "message"),
    [
        (tr38901_rma, 7000.0, {"visibility": "nlos"}, "RMa: distance_m=7000 .* 10 to 5000 m"),
        (tr38901_rma, 11000.0, {}, "RMa: distance_m=11000 .* 10 to 10000 m"),
        (tr38901_rma, 5.0, {}, "RMa: distance_m=5 "),
        (tr38901_rma, 500.0, {"frequency_mhz": 450.0}, "RMa: frequency_mhz=450 .* 500 to 30000"),
        (tr38901_rma, 500.0, {"tx_height_m": 160.0}, "RMa: tx_height_m=160 .* 10 to 150 m"),
        (tr38901_rma, 500.0, {"rx_height_m": 12.0}, "RMa: rx_height_m=12 .* 1 to 10 m"),
        (tr38901_rma, 500.0, {"street_width_m": 60.0}, "RMa: street_width_m=60 .* 5 to 50 m"),
        (tr38901_rma, 500.0, {"building_height_m": 3.0}, "RMa: building_height_m=3 .* 5 to 50"),
        (tr38901_uma, 7000.0, {}, "UMa: distance_m=7000 .* 10 to 5000 m"),
        (tr38901_uma, 500.0, {"tx_height_m": 30.0}, "UMa: tx_height_m=30 .* 25 to 25 m"),
        (tr38901_uma, 500.0, {"rx_height_m": 30.0}, r"UMa: rx_height_m=30 .* 1\.5 to 22\.5 m"),
        (tr38901_uma, 500.0, {"frequency_mhz": 450.0}, "UMa: frequency_mhz=450 .* 500 to 100000"),
    ],
)
def test_outside_the_recommended_range_warns_and_computes(
    model: Any, distance: float, changes: dict[str, Any], message: str
) -> None:
    with pytest.warns(ModelRangeWarning, match=message) as caught:
        result = model(distance, **({"frequency_mhz": 900.0, "visibility": "los"} | changes))
    assert len(caught) == 1
    assert np.isfinite(result.basic_transmission_loss_db)
    assert 0.0 <= result.line_of_sight_share <= 1.0
