"""How far a study's levels and people may be otherwise, and what its sectors need."""

import numpy as np

from phusong.analysis.level_errors import SectorLines, Spread, masts_of
from phusong.analysis.reach import Reach
from phusong.models.location import location_variability_db
from phusong.pipeline.budgets import sector_budget
from phusong.study import Study


def spread_of(study: Study) -> Spread:
    """How far levels and people of a study may be otherwise.

    Parameters
    ----------
    study
        Its service and the stability of its planning.

    Returns
    -------
    Spread
        With the draws and the seed of the ranking's own trials.
    """
    tried = study.planning.stability
    return Spread(
        whole_error_db=study.service.model_error.value,
        common_error_db=tried.common_error.value,
        site_error_db=tried.site_error.value,
        people_error=tried.people_error.value,
        square_m=tried.people_square.value,
        draws=tried.draws,
        seed=tried.seed,
    )


def sector_lines(study: Study, reach: Reach) -> SectorLines:
    """What each sector needs to serve in the environment of a reach.

    Parameters
    ----------
    study
        Thresholds and errors.
    reach
        Its network and environment.

    Returns
    -------
    SectorLines
        In the order of the network.
    """
    environment = study.environments[reach.environment]
    sectors = reach.network.sectors
    needs = [sector_budget(study, sector, environment).threshold for sector in sectors]
    location = [
        location_variability_db(
            frequency_mhz=sector.frequency_mhz,
            cell_width_m=study.grid.resolution_m,
            rx_height_m=environment.receiver_height.value,
        )
        for sector in sectors
    ]
    return SectorLines(
        np.array([need.level_dbm for need in needs], dtype=np.float64),
        np.array([need.standard_deviation_db for need in needs], dtype=np.float64),
        np.array(location, dtype=np.float64),
        masts_of({k: (s.easting, s.northing) for k, s in enumerate(sectors)}),
    )
