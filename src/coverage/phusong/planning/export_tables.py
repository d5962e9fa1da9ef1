"""Ranked options as site, transmitter and cell tables that radio planning tools import."""

from collections.abc import Iterator, Sequence

import pandas as pd

from phusong.geo.network import Sector
from phusong.planning.priorities import Option

SITE_COLUMNS = (
    "site", "option_id", "kind", "operator", "longitude", "latitude", "easting_local_m",
    "northing_local_m", "local_crs", "altitude_amsl_m", "mast_height_m", "search_ring_m",
    "existing_site", "comment",
)  # fmt: skip
TRANSMITTER_COLUMNS = (
    "site", "transmitter", "antenna", "antenna_height_m", "azimuth_deg", "mechanical_tilt_deg",
    "electrical_tilt_deg", "horizontal_beamwidth_deg", "vertical_beamwidth_deg", "eirp_dbm",
    "technology", "frequency_mhz", "active",
)  # fmt: skip
CELL_COLUMNS = (
    "transmitter", "cell", "technology", "frequency_mhz", "bandwidth_mhz", "carrier_eirp_dbm",
    "active",
)  # fmt: skip


def antenna_name(sector: Sector) -> str:
    """Name of the antenna pattern of a sector.

    Parameters
    ----------
    sector
        Its beamwidths.

    Returns
    -------
    str
        For example ``3GPP TR 36.814 65x10 deg``: the pattern that levels were computed with.
    """
    if sector.azimuth_deg is None:
        return f"omni {sector.vertical_beamwidth_deg:g} deg"
    return (
        f"3GPP TR 36.814 {sector.horizontal_beamwidth_deg:g}x{sector.vertical_beamwidth_deg:g} deg"
    )


def azimuth_text(azimuth_deg: float | None) -> str:
    """Azimuth as text.

    Parameters
    ----------
    azimuth_deg
        True azimuth, None for an omnidirectional antenna [deg].

    Returns
    -------
    str
        For example ``120`` or ``omni``.
    """
    return "omni" if azimuth_deg is None else f"{azimuth_deg:g}"


def export_tables(ranked: pd.DataFrame, options: Sequence[Option]) -> dict[str, pd.DataFrame]:
    """Tables of sites, transmitters and cells of ranked options.

    Parameters
    ----------
    ranked
        Rows of ``plan/priorities.csv``; positions and names are taken from there.
    options
        The options of these rows; others are left out.

    Returns
    -------
    dict
        ``sites``, ``transmitters`` and ``cells``: a site per option, a transmitter per sector, a
        cell per transmitter. Columns have their units in their names; one with the heading of a
        tool is renamed on import.
    """
    known = {option.option_id: option for option in options if option.layout is not None}
    rows = [row for row in ranked.to_dict("records") if row["option_id"] in known]
    sectors = [
        (str(row["option_id"]), number, sector)
        for row in rows
        for number, sector in enumerate(_sectors(known[row["option_id"]]), 1)
    ]
    return {
        "sites": pd.DataFrame([_site(row) for row in rows], columns=list(SITE_COLUMNS)),
        "transmitters": pd.DataFrame(
            [_transmitter(*each) for each in sectors], columns=list(TRANSMITTER_COLUMNS)
        ),
        "cells": pd.DataFrame([_cell(*each) for each in sectors], columns=list(CELL_COLUMNS)),
    }


def _sectors(option: Option) -> Iterator[Sector]:
    if option.layout is not None:
        yield from option.layout.sectors


def _site(row: dict[str, object]) -> dict[str, object]:
    same = ("option_id", "kind", "operator", "longitude", "latitude", "easting_local_m",
            "northing_local_m", "local_crs", "mast_height_m", "search_ring_m")  # fmt: skip
    return {
        "site": row["option_id"],
        **{name: row[name] for name in same},
        "altitude_amsl_m": row["ground_amsl_m"],
        "existing_site": row["site_id"],
        "comment": f"rank {row['rank']}: {row['kind_en']}, {row['commune']}",
    }


def _transmitter(site: str, number: int, sector: Sector) -> dict[str, object]:
    return {
        "site": site,
        "transmitter": f"{site}_{number}",
        "antenna": antenna_name(sector),
        "antenna_height_m": sector.antenna_height_m,
        "azimuth_deg": 0.0 if sector.azimuth_deg is None else sector.azimuth_deg,
        "mechanical_tilt_deg": sector.mechanical_tilt_deg,
        "electrical_tilt_deg": sector.electrical_tilt_deg,
        "horizontal_beamwidth_deg": (
            360.0 if sector.azimuth_deg is None else sector.horizontal_beamwidth_deg
        ),
        "vertical_beamwidth_deg": sector.vertical_beamwidth_deg,
        "eirp_dbm": sector.eirp_dbm,
        "technology": sector.technology,
        "frequency_mhz": sector.frequency_mhz,
        "active": "yes",
    }


def _cell(site: str, number: int, sector: Sector) -> dict[str, object]:
    return {
        "transmitter": f"{site}_{number}",
        "cell": f"{site}_{number}_{sector.technology}",
        "technology": sector.technology,
        "frequency_mhz": sector.frequency_mhz,
        "bandwidth_mhz": sector.bandwidth_mhz,
        "carrier_eirp_dbm": sector.eirp_dbm,
        "active": "yes",
    }
