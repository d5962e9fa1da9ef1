"""``phusong map``: one transmitter to a GeoTIFF."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from phusong.cli.options import faults_shown


class Quantity(StrEnum):
    """What a map can hold."""

    path_loss = "path-loss"
    received_level = "received-level"
    field_strength = "field-strength"


def map_command(  # noqa: PLR0913 — one option for each condition of a transmitter
    *,
    dem: Annotated[list[Path], typer.Option(help="Terrain raster or folder; may be repeated.")],
    latitude: Annotated[float, typer.Option(min=-80, max=80, help="Mast, WGS 84 [deg].")],
    longitude: Annotated[float, typer.Option(min=-180, max=180, help="Mast, WGS 84 [deg].")],
    out: Annotated[Path, typer.Option(help="GeoTIFF to write.")],
    frequency_mhz: Annotated[float, typer.Option(help="Carrier [MHz].")] = 800.0,
    tx_height_m: Annotated[float, typer.Option(help="Antenna above ground [m].")] = 30.0,
    rx_height_m: Annotated[float, typer.Option(help="Receiver above ground [m].")] = 1.5,
    eirp_dbm: Annotated[float, typer.Option(help="EIRP, for received-level [dBm].")] = 60.0,
    radius_km: Annotated[float, typer.Option(min=0.1, max=300, help="How far [km].")] = 20.0,
    quantity: Annotated[Quantity, typer.Option(help="What the raster holds.")] = Quantity.path_loss,
    resolution_m: Annotated[float, typer.Option(min=1, max=2000, help="Cell side [m].")] = 90.0,
    time_percent: Annotated[float, typer.Option(help="Share of the year, 1 to 50 [%].")] = 50.0,
    polarization: Annotated[str, typer.Option(help="vertical or horizontal.")] = "vertical",
    delta_n: Annotated[float, typer.Option(help="Refractivity lapse rate [N/km].")] = 45.0,
    n0: Annotated[float, typer.Option(help="Sea-level refractivity [N].")] = 325.0,
    threads: Annotated[int | None, typer.Option(min=1, help="Every core by default.")] = None,
    timing: Annotated[bool, typer.Option("--timing", help="Print a JSON line of times.")] = False,
) -> None:
    """Compute one transmitter's coverage over terrain by ITU-R P.1812-8."""
    from phusong.pipeline.transmitter import Transmitter, map_transmitter  # noqa: PLC0415

    with faults_shown():
        made = map_transmitter(
            Transmitter(
                latitude=latitude,
                longitude=longitude,
                frequency_mhz=frequency_mhz,
                tx_height_m=tx_height_m,
                rx_height_m=rx_height_m,
                eirp_dbm=eirp_dbm,
                radius_km=radius_km,
                resolution_m=resolution_m,
                time_percent=time_percent,
                polarization=polarization,
                delta_n=delta_n,
                surface_refractivity_n0=n0,
            ),
            dem=dem,
            out=out,
            quantity=quantity.value,
            threads=threads,
        )
    for warning in made.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if timing:
        typer.echo(json.dumps(made.timing()))
    else:
        typer.echo(f"{out}: {made.pixels:,} cells, {made.unknown:,} unknown")
