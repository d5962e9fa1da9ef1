"""Measured levels on a map: where they agree with the model, and where to measure next."""

import numpy as np
import pandas as pd

from phusong.reporting.facts import Bilingual, Column
from phusong.reporting.layers import Category, Feature, VectorLayer
from phusong.reporting.palette import CIVIDIS, css_colour
from phusong.reporting.place_layers import PEOPLE
from phusong.reporting.study_facts import wgs84
from phusong.reporting.wording import said
from phusong.reporting.words import MODEL_NAMES

MEASUREMENTS = said("Measurements")
CLOSE_DB = 6.0
"""Difference up to which a measured level counts as near the modelled one; a choice of display."""
STRONGER, NEAR, WEAKER, SILENT = range(4)
_CATEGORIES = (
    Category(said("Stronger than modelled by more than 6 dB"), "#0072b2", "triangle"),
    Category(said("Within 6 dB of the model"), "#6b6b6b", "circle"),
    Category(said("Weaker than modelled by more than 6 dB"), "#d55e00", "diamond"),
    Category(said("No network in the field"), "#000000", "square"),
)


def kinds_of_cells(cells: pd.DataFrame) -> np.ndarray:
    """How each measured cell compares with the model.

    Parameters
    ----------
    cells
        With ``residual_db``, measured less modelled level, unknown where no network was met [dB].

    Returns
    -------
    numpy.ndarray
        Index into the signs of the layer: stronger, near, weaker, no network.
    """
    residual = cells["residual_db"].to_numpy(dtype=float)
    return np.select(
        [np.isnan(residual), residual > CLOSE_DB, residual < -CLOSE_DB],
        [SILENT, STRONGER, WEAKER], NEAR,
    )  # fmt: skip


def measured_layer(cells: pd.DataFrame, environments: dict[str, Bilingual]) -> VectorLayer:
    """Measured cells beside one model.

    Parameters
    ----------
    cells
        Measured cells of one model, with points in a CRS.
    environments
        Names of environments by their keys.

    Returns
    -------
    VectorLayer
        One point for each cell: both levels, their difference, samples.
    """
    points = wgs84(cells)
    features = [
        Feature(
            point,
            (
                _known(row.level_dbm), _known(row.modelled_dbm), _known(row.residual_db),
                row.operator, environments.get(row.environment, row.environment),
                int(row.samples), int(row.silent),
            ),
            category=int(kind),
        )
        for point, row, kind in zip(
            points.geometry, cells.itertuples(), kinds_of_cells(cells), strict=True
        )
    ]  # fmt: skip
    return VectorLayer(
        name=said("Measured cells, {model}", model=MODEL_NAMES[cells["model"].iloc[0]]),
        group=MEASUREMENTS,
        kind="point",
        columns=(
            Column(said("Measured"), "dBm", 0),
            Column(said("Modelled"), "dBm", 0),
            Column(said("Measured less modelled"), "dB", 0),
            Column(said("Operator")),
            Column(said("Environment")),
            Column(said("Samples"), "", 0),
            Column(said("Of them without network"), "", 0),
        ),
        features=tuple(features),
        categories=_CATEGORIES,
        tooltip_columns=3,
    )


def next_layer(where: pd.DataFrame) -> VectorLayer:
    """Where measuring settles most.

    Parameters
    ----------
    where
        The rows of ``calibration/where-next.csv`` of one model, environment and technology.

    Returns
    -------
    VectorLayer
        One numbered badge for each square.
    """
    return VectorLayer(
        name=said("Where to measure next"),
        group=MEASUREMENTS,
        kind="rank",
        columns=(
            Column(said("Order"), "", 0),
            PEOPLE,
            Column(said("Of them not sure"), said("people"), 0),
            Column(said("Measured already"), "%", 0),
        ),
        features=tuple(
            Feature(
                {"type": "Point", "coordinates": (row.longitude, row.latitude)},
                (int(row.order), row.people, row.people_undecided, 100.0 * row.measured_share),
                label=str(row.order),
            )
            for row in where.sort_values("order", ascending=False).itertuples()
        ),
        categories=(Category(said("Square of one kilometre"), css_colour(CIVIDIS[0])),),
    )


def _known(level: float) -> float | None:
    return None if np.isnan(level) else float(level)
