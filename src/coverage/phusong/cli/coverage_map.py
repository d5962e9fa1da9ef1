"""``phusong map``: one transmitter to a GeoTIFF or a KMZ."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from phusong.cli.options import faults_shown, told_progress
from phusong.cli.speech import say, spoken, warn_of

_RASTER = {"exists": True, "readable": True}
_ITM = "ITM"
_STATISTICS = "Conditions"


class Quantity(StrEnum):
    """What a map can hold."""

    path_loss = "path-loss"
    received_level = "received-level"
    field_strength = "field-strength"


class Model(StrEnum):
    """What a map can be computed with."""

    p1812 = "p1812"
    itm = "itm"
    free_space = "free_space"


class ClutterKind(StrEnum):
    """What a clutter raster holds."""

    heights = "heights"
    worldcover = "worldcover"


def map_command(  # noqa: PLR0913 — one option for each condition of a transmitter
    *,
    dem: Annotated[
        list[Path],
        typer.Option(**_RASTER, help="Terrain raster or folder of tiles; may be repeated."),
    ],
    latitude: Annotated[float, typer.Option(min=-80, max=80, help="Mast, WGS 84 \\[deg].")],
    longitude: Annotated[float, typer.Option(min=-180, max=180, help="Mast, WGS 84 \\[deg].")],
    out: Annotated[Path, typer.Option(help="File to write: .tif, or .kmz for Google Earth.")],
    frequency_mhz: Annotated[float, typer.Option(help="Carrier [MHz].")] = 800.0,
    tx_height_m: Annotated[float, typer.Option(help="Antenna above ground \\[m].")] = 30.0,
    rx_height_m: Annotated[float, typer.Option(help="Receiver above ground \\[m].")] = 1.5,
    eirp_dbm: Annotated[float, typer.Option(help="EIRP, for received-level \\[dBm].")] = 60.0,
    radius_km: Annotated[float, typer.Option(min=0.1, max=300, help="How far \\[km].")] = 20.0,
    model: Annotated[
        Model, typer.Option(help="Propagation model; see `phusong models`.")
    ] = Model.p1812,
    quantity: Annotated[
        Quantity, typer.Option(help="What the map holds; field strength is for 1 kW ERP.")
    ] = Quantity.path_loss,
    resolution_m: Annotated[float, typer.Option(min=1, max=2000, help="Cell side \\[m].")] = 90.0,
    clutter: Annotated[
        Path | None,
        typer.Option(**_RASTER, help="Raster of what stands on the ground, for p1812."),
    ] = None,
    clutter_kind: Annotated[
        ClutterKind, typer.Option(help="Heights above ground \\[m], or ESA WorldCover classes.")
    ] = ClutterKind.heights,
    antenna: Annotated[
        str | None,
        typer.Option(
            help="Pattern file (.msi, .pln), or 3gpp for a sector of 65 by 10 degrees; else omni."
        ),
    ] = None,
    azimuth_deg: Annotated[
        float, typer.Option(help="Where the antenna points, from true north, clockwise \\[deg].")
    ] = 0.0,
    tilt_deg: Annotated[
        float, typer.Option(help="Mechanical tilt, positive downwards \\[deg].")
    ] = 0.0,
    electrical_tilt_deg: Annotated[
        float, typer.Option(help="Tilt of the beam beyond the pattern's own \\[deg].")
    ] = 0.0,
    time_percent: Annotated[
        float,
        typer.Option(
            rich_help_panel=_STATISTICS,
            help="Share of the year without more loss: p1812 1 to 50, itm 0 to 100 [%].",
        ),
    ] = 50.0,
    location_percent: Annotated[
        float, typer.Option(rich_help_panel=_STATISTICS, help="Share of locations likewise [%].")
    ] = 50.0,
    polarization: Annotated[
        str, typer.Option(rich_help_panel=_STATISTICS, help="vertical or horizontal.")
    ] = "vertical",
    delta_n: Annotated[
        float, typer.Option(rich_help_panel=_STATISTICS, help="p1812: refractivity lapse [N/km].")
    ] = 45.0,
    n0: Annotated[
        float, typer.Option(rich_help_panel=_STATISTICS, help="Sea-level refractivity [N].")
    ] = 325.0,
    climate: Annotated[
        int,
        typer.Option(
            rich_help_panel=_ITM,
            min=1,
            max=7,
            help="1 equatorial, 2 continental subtropical, 3 maritime subtropical, 4 desert, "
            "5 continental temperate, 6 maritime temperate over land, 7 over sea.",
        ),
    ] = 5,
    ground_permittivity: Annotated[
        float, typer.Option(rich_help_panel=_ITM, help="Relative permittivity of the ground.")
    ] = 15.0,
    ground_conductivity: Annotated[
        float, typer.Option(rich_help_panel=_ITM, help="Conductivity of the ground [S/m].")
    ] = 0.005,
    situation_percent: Annotated[
        float, typer.Option(rich_help_panel=_ITM, help="Share of situations [%].")
    ] = 50.0,
    mode_of_variability: Annotated[
        int,
        typer.Option(
            rich_help_panel=_ITM,
            help="0 single message, 1 accidental, 2 mobile, 3 broadcast; +10 without location, "
            "+20 without situation variability.",
        ),
    ] = 12,
    exact: Annotated[
        bool, typer.Option("--exact", help="Each cell on its own profile: slow, for checking.")
    ] = False,
    threads: Annotated[int | None, typer.Option(min=1, help="Every core by default.")] = None,
    timing: Annotated[
        bool, typer.Option("--timing", help="Print a JSON line of the sweep's times.")
    ] = False,
) -> None:
    """Compute one transmitter's coverage over terrain, as a GeoTIFF or for Google Earth."""
    from phusong.pipeline.map_request import MapConditions, Transmitter  # noqa: PLC0415
    from phusong.pipeline.transmitter import map_transmitter, read_radiation  # noqa: PLC0415

    with faults_shown(), told_progress() as bars:
        made = map_transmitter(
            Transmitter(
                latitude=latitude,
                longitude=longitude,
                eirp_dbm=eirp_dbm,
                quantity=quantity.value,
                model=model.value,
                conditions=MapConditions(
                    frequency_mhz=frequency_mhz,
                    tx_height_m=tx_height_m,
                    rx_height_m=rx_height_m,
                    radius_km=radius_km,
                    resolution_m=resolution_m,
                    time_percent=time_percent,
                    location_percent=location_percent,
                    polarization=polarization,
                    delta_n=delta_n,
                    surface_refractivity_n0=n0,
                    climate=climate,
                    ground_permittivity=ground_permittivity,
                    ground_conductivity_s_per_m=ground_conductivity,
                    situation_percent=situation_percent,
                    mode_of_variability=mode_of_variability,
                    exact=exact,
                ),
                radiation=read_radiation(
                    antenna,
                    azimuth_deg=azimuth_deg,
                    mechanical_tilt_deg=tilt_deg,
                    electrical_tilt_deg=electrical_tilt_deg,
                ),
            ),
            dem=dem,
            out=out,
            clutter=clutter,
            clutter_kind=clutter_kind.value,
            threads=threads,
            progress=bars,
        )
    for warning in made.warnings:
        warn_of(str(warning))
    if timing:
        say(json.dumps(made.timing()))
    else:
        say(
            spoken(
                "{file}: {cells} cells, {unknown} unknown",
                file=out, cells=made.pixels, unknown=made.unknown,
            )
        )  # fmt: skip
