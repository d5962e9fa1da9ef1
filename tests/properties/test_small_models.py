"""What must hold of the models without terrain, whatever the numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.models.ehata import ehata_area_loss_db
from phusong.models.hata import cost231_loss_db, hata_loss_db
from phusong.models.p2108 import (
    height_gain_clutter_loss_db,
    slant_clutter_loss_db,
    terrestrial_clutter_loss_db,
)
from phusong.models.p2109 import building_entry_loss_db
from phusong.models.tr38901 import tr38901_rma, tr38901_uma

pytestmark = pytest.mark.filterwarnings("ignore::phusong.errors.ModelRangeWarning")

SHARES = np.linspace(1.0, 99.0, 25)
DISTANCES = np.geomspace(1000.0, 20_000.0, 30)


def rises(values: np.ndarray) -> bool:
    return bool((np.diff(values) > 0.0).all())


@given(
    frequency=st.floats(1500.0, 1999.0),
    base=st.floats(30.0, 200.0),
    mobile=st.floats(1.0, 10.0),
)
def test_loss_grows_with_distance_and_with_houses(
    frequency: float, base: float, mobile: float
) -> None:
    link = {"frequency_mhz": frequency, "tx_height_m": base, "rx_height_m": mobile}
    hata = [hata_loss_db(DISTANCES, **link, surroundings=s) for s in ("open", "suburban", "urban")]
    extended = [
        ehata_area_loss_db(DISTANCES, **link, surroundings=s)
        for s in ("rural", "suburban", "urban")
    ]
    for open_country, suburb, city in (hata, extended):
        assert rises(open_country)
        assert (open_country < suburb).all()
        assert (suburb < city).all()
    medium = cost231_loss_db(DISTANCES, **link)
    np.testing.assert_allclose(
        cost231_loss_db(DISTANCES, **link, city_size="large") - medium, 3.0, atol=1e-9
    )
    assert rises(medium)


@given(
    frequency=st.floats(500.0, 6000.0),
    base=st.floats(10.0, 150.0),
    user=st.floats(1.5, 10.0),
    distance=st.floats(10.0, 5000.0),
)
def test_without_sight_is_never_better(
    frequency: float, base: float, user: float, distance: float
) -> None:
    link = {"frequency_mhz": frequency, "tx_height_m": base, "rx_height_m": user}
    for model in (tr38901_rma, tr38901_uma):
        seen = model(distance, **link, visibility="los")
        hidden = model(distance, **link, visibility="nlos")
        assert hidden.basic_transmission_loss_db >= seen.basic_transmission_loss_db
        assert hidden.line_of_sight_share == seen.line_of_sight_share
        assert 0.0 <= seen.line_of_sight_share <= 1.0


@given(
    frequency=st.floats(30.0, 3000.0),
    clutter=st.floats(1.0, 40.0),
    street=st.floats(5.0, 100.0),
)
def test_a_lower_terminal_loses_more(frequency: float, clutter: float, street: float) -> None:
    heights = clutter * np.linspace(1.2, 0.05, 24)
    for clutter_class in ("open", "urban"):
        loss = height_gain_clutter_loss_db(
            frequency,
            rx_height_m=heights,
            clutter_height_m=clutter,
            clutter_class=clutter_class,
            street_width_m=street,
        )
        assert (np.diff(loss) >= 0.0).all()
        # J(0) = 6.0328 against the 6.03 that is subtracted
        assert loss.min() >= 0.0


@given(frequency=st.floats(10_000.0, 67_000.0), distance=st.floats(250.0, 1e5))
def test_more_locations_cost_more_clutter(frequency: float, distance: float) -> None:
    level = terrestrial_clutter_loss_db(distance, frequency_mhz=frequency, location_percent=SHARES)
    assert rises(level)
    for elevation in (0.0, 5.0, 45.0, 90.0):
        assert rises(
            slant_clutter_loss_db(elevation, frequency_mhz=frequency, location_percent=SHARES)
        )


@given(frequency=st.floats(80.0, 100_000.0), elevation=st.floats(-90.0, 90.0))
def test_entry_loss_grows_with_its_probability(frequency: float, elevation: float) -> None:
    for building_type in ("traditional", "thermally efficient"):
        loss, mirrored = (
            building_entry_loss_db(
                frequency,
                building_type=building_type,
                not_exceeded_percent=SHARES,
                elevation_deg=angle,
            )
            for angle in (elevation, -elevation)
        )
        assert rises(loss)
        np.testing.assert_array_equal(loss, mirrored)
