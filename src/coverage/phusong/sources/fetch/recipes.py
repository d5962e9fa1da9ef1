"""How each kind of source is had, by the word that the catalogue uses."""

from collections.abc import Callable, Iterator

from phusong.sources.fetch.buildings import open_buildings
from phusong.sources.fetch.job import Artefact, Job
from phusong.sources.fetch.layers import geoboundaries, hdx, opencellid, zipped_layer
from phusong.sources.fetch.overpass import overpass
from phusong.sources.fetch.rasters import raster_window, tile_windows, zipped_raster
from phusong.sources.fetch.speed import speed_tiles

RECIPES: dict[str, Callable[[Job], Iterator[Artefact]]] = {
    "tile-windows": tile_windows,
    "raster-window": raster_window,
    "zipped-raster": zipped_raster,
    "zipped-layer": zipped_layer,
    "geoboundaries": geoboundaries,
    "hdx": hdx,
    "overpass": overpass,
    "opencellid": opencellid,
    "open-buildings": open_buildings,
    "speed-tiles": speed_tiles,
}
