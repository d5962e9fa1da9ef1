"""The catalogue of open data: one small record per source."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from phusong.errors import DataError

Address = Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$")]
Fills = Literal[
    "terrain", "clutter", "population", "boundaries", "villages", "facilities", "roads",
    "power_lines", "towers", "buildings", "speed_tiles",
]  # fmt: skip
Recipe = Literal[
    "tile-windows", "raster-window", "zipped-raster", "zipped-layer", "geoboundaries", "hdx",
    "overpass", "opencellid", "open-buildings", "speed-tiles",
]  # fmt: skip


class OpenSource(BaseModel):
    """One source of open data.

    ``url`` may hold ``{tile}``, ``{ISO}`` and ``{iso}`` (the country's code of three letters),
    ``{mcc}`` and ``{token}``. ``accept`` is what a user must agree to before it is had, ``member``
    how the name of the file ends that is taken out of an archive of several.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    title_en: str
    title_vi: str
    fills: Fills
    recipe: Recipe
    url: Address
    hosts: tuple[str, ...] = Field(min_length=1)
    most_bytes: int = Field(gt=0)
    licence: str
    attribution: str
    vintage: str
    lattice: str = ""
    list: Address | None = None
    whole: Address | None = None
    token: str = ""
    kind: Literal["terrain", "surface"] = "terrain"
    accept: str = ""
    member: str = ""
    checked: bool = False


@cache
def catalogue() -> dict[str, OpenSource]:
    """Every source that Phusong knows, by its key.

    Returns
    -------
    dict of str to OpenSource
        In the order of the file.
    """
    text = (files("phusong.sources.facts") / "catalogue.toml").read_text(encoding="utf-8")
    return {key: OpenSource(key=key, **record) for key, record in tomllib.loads(text).items()}


def open_source(key: str) -> OpenSource:
    """Record of a source.

    Parameters
    ----------
    key
        Its key in the catalogue.

    Returns
    -------
    OpenSource
        The record.

    Raises
    ------
    DataError
        The catalogue has no such source.
    """
    known = catalogue()
    if key not in known:
        raise DataError(
            f"fetch = '{key}' is not a source of the catalogue; allowed: {', '.join(known)}"
        )
    return known[key]


def hosts() -> frozenset[str]:
    """Every host of the catalogue; nothing is ever asked of another.

    Returns
    -------
    frozenset of str
        Their names.
    """
    return frozenset(host for source in catalogue().values() for host in source.hosts)
