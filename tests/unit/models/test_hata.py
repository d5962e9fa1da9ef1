"""Okumura-Hata and COST 231-Hata: a hand-computed row for every branch, both tiers."""

from typing import Any

import numpy as np
import pytest

from phusong.errors import DomainError, ModelRangeWarning
from phusong.models.hata import cost231_loss_db, hata_loss_db

# log 450 = 2.653213, log 50 = 1.698970, log 8 = 0.903090: 69.55 + 69.4080 - 23.4798 +
# 33.7717 * 0.903090 = 145.9772 before the height correction of the mobile.
LINK: dict[str, Any] = {"frequency_mhz": 450.0, "tx_height_m": 50.0, "rx_height_m": 1.7}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # a = (1.1 * 2.653213 - 0.7) * 1.7 - (1.56 * 2.653213 - 0.8) = 0.4325
        ({"surroundings": "urban"}, 145.544704),
        # a = 3.2 log^2(11.75 * 1.7) - 4.97 = 0.4421
        ({"surroundings": "urban", "city_size": "large"}, 145.535149),
        # a = 8.29 log^2(1.54 * 1.7) - 1.1 = 0.3475, up to 300 MHz
        ({"surroundings": "urban", "city_size": "large", "frequency_mhz": 200.0}, 136.415854),
        ({"surroundings": "urban", "city_size": "large", "frequency_mhz": 300.0}, 141.022401),
        # - 2 log^2(450 / 28) - 5.4 = - 8.3091
        ({"surroundings": "suburban"}, 137.235569),
        # - 4.78 * 7.039539 + 18.33 * 2.653213 - 40.94 = - 25.9556
        ({"surroundings": "open"}, 119.589104),
    ],
)
def test_hata_by_hand(changes: dict[str, Any], expected: float) -> None:
    assert hata_loss_db(8000.0, **(LINK | changes)) == pytest.approx(expected, abs=1e-6)


def test_cost231_by_hand() -> None:
    # 46.3 + 33.9 * 3.255273 - 13.82 * 1.653213 - a 1.4833 + 34.0715 * 0.477121
    link = {"frequency_mhz": 1800.0, "tx_height_m": 45.0, "rx_height_m": 2.0}
    assert cost231_loss_db(3000.0, **link) == pytest.approx(148.579183, abs=1e-6)
    large = cost231_loss_db(3000.0, **link, city_size="large")
    assert large == pytest.approx(151.579183, abs=1e-6)


def test_arrays_broadcast_and_unknown_stays_unknown() -> None:
    distance = np.array([1000.0, 5000.0, np.nan])
    distance.setflags(write=False)
    heights = np.array([[30.0], [60.0]])
    for loss in (
        hata_loss_db(distance, **(LINK | {"tx_height_m": heights}), surroundings="open"),
        cost231_loss_db(distance, frequency_mhz=1900.0, tx_height_m=heights, rx_height_m=1.5),
    ):
        assert loss.shape == (2, 3)
        assert loss.dtype == np.float64
        assert (loss[:, 1] > loss[:, 0]).all()
        assert (loss[1, :2] < loss[0, :2]).all()
        assert np.isnan(loss[:, 2]).all()


@pytest.mark.parametrize(
    ("distance", "changes", "message"),
    [
        (0.0, {}, "distance_m=0 is impossible, above 0 and up to 200000 m"),
        (5e5, {}, "distance_m=500000"),
        (5e3, {"frequency_mhz": 0.9}, r"frequency_mhz=0\.9 is impossible, 100 to 3000 MHz.*GHz"),
        (5e3, {"tx_height_m": 0.0}, "tx_height_m=0 is impossible, 1 to 3000 m"),
        (5e3, {"rx_height_m": -1.0}, "rx_height_m=-1 is impossible, 0.5 to 10 m"),
        (5e3, {"city_size": "small"}, "city_size='small' is unknown, medium or large is allowed"),
    ],
)
def test_impossible(distance: float, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        hata_loss_db(distance, **({"surroundings": "urban"} | LINK | changes))
    with pytest.raises(DomainError, match=message):
        cost231_loss_db(distance, **(LINK | {"frequency_mhz": 1800.0} | changes))


def test_unknown_surroundings() -> None:
    with pytest.raises(DomainError, match="surroundings='rural' is unknown, urban, suburban or op"):
        hata_loss_db(5e3, **LINK, surroundings="rural")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("distance", "changes", "message"),
    [
        ([500.0, 5e3], {}, "distance_m=500 is outside the recommended 1000 to 20000 m in 50.0%"),
        (5e3, {"tx_height_m": 20.0}, "tx_height_m=20 is outside the recommended 30 to 200 m"),
        (5e3, {"rx_height_m": 0.8}, "rx_height_m=0.8 is outside the recommended 1 to 10 m"),
        (5e3, {"frequency_mhz": 2100.0}, "frequency_mhz=2100 is outside the recommended"),
    ],
)
def test_outside_the_recommended_range_warns_and_computes(
    distance: Any, changes: dict[str, Any], message: str
) -> None:
    with pytest.warns(ModelRangeWarning, match="Okumura-Hata: " + message):
        loss = hata_loss_db(distance, **(LINK | changes), surroundings="urban")
    assert np.isfinite(loss).all()
    with pytest.warns(ModelRangeWarning, match="COST 231-Hata: " + message):
        loss = cost231_loss_db(distance, **(LINK | {"frequency_mhz": 1800.0} | changes))
    assert np.isfinite(loss).all()
