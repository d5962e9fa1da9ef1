"""What a ranking's doubt comes from and where to measure, as tables."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd
import shapely

from phusong.geo.grid import Grid
from phusong.geo.places import Places, commune_at
from phusong.planning.priorities import Option
from phusong.planning.variance_split import FactorShare, Unsettled

SPLIT_COLUMNS = (
    "factor", "people_sd", "people_alone_percent", "people_settled_percent", "first_ten_open",
    "ranks_alone_percent", "ranks_settled_percent", "draws", "seed",
)  # fmt: skip
MEASURE_COLUMNS = (
    "rank", "latitude", "longitude", "commune_code", "commune", "village", "village_m", "road_m",
    "people", "open_people", "models_differ_people", "options", "option_ids",
)  # fmt: skip
OPTIONS_NAMED = 5


def split_table(found: Sequence[FactorShare], *, seed: int) -> pd.DataFrame:
    """What the doubt about a plan comes from, as it is handed over.

    Parameters
    ----------
    found
        One entry per factor.
    seed
        Of the draws.

    Returns
    -------
    pandas.DataFrame
        One row per factor, the first with everything open.
    """
    rows = [{**asdict(one), "seed": seed} for one in found]
    return pd.DataFrame(rows, columns=list(SPLIT_COLUMNS))


def measure_table(
    found: Sequence[Unsettled], options: Sequence[Option], places: Places, grid: Grid
) -> pd.DataFrame:
    """Where to measure next, as it is handed over.

    Parameters
    ----------
    found
        Squares of the ground, the most open one first.
    options
        Every option.
    places
        Communes, villages and roads around.
    grid
        Frame of the squares.

    Returns
    -------
    pandas.DataFrame
        One row per square: the middle of the people that it is open about, the nearest village
        and road [m], and at most five options, separated by spaces; ``options`` counts them all.
    """
    rows = []
    villages = places.villages[~(places.villages.geometry.isna() | places.villages.is_empty)]
    roads = places.roads.geometry[~(places.roads.geometry.isna() | places.roads.is_empty)]
    for number, one in enumerate(found, 1):
        point = shapely.Point(one.easting, one.northing)
        longitude, latitude = grid.longitude_latitude(one.easting, one.northing)
        code, commune, _ = commune_at(one.easting, one.northing, places)
        away = villages.distance(point).to_numpy()
        nearest = int(np.argmin(away)) if len(away) else -1
        rows.append(
            (
                number, latitude, longitude, code, commune,
                str(villages["name"].iloc[nearest]) if len(away) else "",
                float(away[nearest]) if len(away) else np.nan,
                float(roads.distance(point).min()) if len(roads) else np.nan,
                one.people, one.open_people, one.models_differ_people, len(one.options),
                " ".join(options[row].option_id for row in one.options[:OPTIONS_NAMED]),
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(MEASURE_COLUMNS))
