"""Single links: microwave hops over the terrain, fibre, satellite; each with its price.

A hop that is not clear is made clear by a taller mast at its new end, which is priced, up to the
tallest mast of the study. Beyond that, or over unknown ground, there is no hop.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.ndimage import map_coordinates

from phusong.geo.terrain import Terrain
from phusong.planning.microwave import (
    BANDS_MHZ,
    Criterion,
    Hop,
    earth_bulge_m,
    fresnel_radius_m,
    hop_band_mhz,
    hop_clearance,
    longest_hop_m,
)
from phusong.planning.price import Price, price_of
from phusong.planning.rain import RainRule
from phusong.study import BackhaulSection, CostsSection, RainSection
from phusong.units import FloatArray

LinkKind = Literal["microwave", "fibre", "satellite"]
STEP_M = 10.0
"""Masts are priced by such steps [m]."""
POINT_COLUMNS = (
    "distance_m", "ground_amsl_m", "ray_amsl_m", "fresnel_radius_m", "bulge_m", "bulge_low_m",
    "needed_amsl_m",
)  # fmt: skip
"""What is told of each point of a hop."""


@dataclass(frozen=True, slots=True)
class End:
    """One end of a link.

    Parameters
    ----------
    name
        Site of the tower list, or place of an option.
    easting, northing
        Position in the study's CRS [m].
    mast_m
        Where the link's antenna hangs above ground [m].
    fibre
        Whether fibre ends there.
    """

    name: str
    easting: float
    northing: float
    mast_m: float
    fibre: bool = False

    def distance_m(self, other: "End") -> float:
        """Distance to another end.

        Parameters
        ----------
        other
            The other end.

        Returns
        -------
        float
            Length of the straight line [m].
        """
        return math.hypot(other.easting - self.easting, other.northing - self.northing)


@dataclass(frozen=True, slots=True)
class Link:
    """One way to connect one end.

    Parameters
    ----------
    kind
        ``microwave``, ``fibre`` or ``satellite``.
    start, end
        The new end, and what it is connected to; no end for a satellite link.
    length_m
        Length of the hop or cable; NaN for a satellite link [m].
    clearance_m
        Smallest height of the ray above what it needs, with ``mast_m``; NaN but for hops [m].
    frequency_mhz
        Carrier; NaN but for hops [MHz].
    mast_m
        Mast at the new end [m].
    extra_mast_m
        How much of it is there for the hop alone [m].
    price
        Of the link and the extra mast.
    rain_fade_db, fade_margin_db
        Rain that a hop must bear in the study's share of the year, and the fade that it can bear;
        NaN but for hops of a study that tells of its rain [dB].
    """

    kind: LinkKind
    start: End
    end: End | None
    length_m: float
    clearance_m: float
    frequency_mhz: float
    mast_m: float
    extra_mast_m: float
    price: Price
    rain_fade_db: float = math.nan
    fade_margin_db: float = math.nan

    @property
    def order(self) -> tuple[float, float, str]:
        """Cheaper, then shorter, then by name."""
        length = 0.0 if math.isnan(self.length_m) else self.length_m
        return self.price.base, length, self.end.name if self.end else ""


class Links:
    """Prices links over a study's terrain.

    Parameters
    ----------
    terrain
        Ground heights; unknown ground carries no hop.
    section
        Rules of the study.
    costs
        Its cost table.
    longest_m
        Longest hop that the study allows; rain may allow less [m].
    surface
        Whether the heights are those of a surface model, with trees and houses in them.
    rain
        Rain of the place and radio of the hops; without it the class of rain in ``section`` says
        how long a hop may be, and its length alone which carrier it has.
    """

    def __init__(
        self,
        terrain: Terrain,
        section: BackhaulSection,
        costs: CostsSection,
        *,
        longest_m: float,
        surface: bool = False,
        rain: RainSection | None = None,
    ) -> None:
        self.terrain, self.section, self.costs = terrain, section, costs
        self.rain = None if rain is None else RainRule(rain)
        by_class = math.inf if rain is not None else longest_hop_m(section.rain)
        self.longest_m = min(longest_m, by_class, 1000.0 * BANDS_MHZ[-1][0])
        self.obstacle_m = 0.0 if surface else section.obstacle.value
        self.criteria = (
            Criterion(4.0 / 3.0, 1.0),
            Criterion(section.k_low.value, section.fresnel_low.value),
        )

    @property
    def plain_hop(self) -> Price:
        """Price of a hop that needs no taller mast."""
        return price_of(self.costs, capex=[(1.0, "microwave_hop")])

    def profile(self, start: End, end: End) -> tuple[FloatArray, FloatArray]:
        """Ground between two ends.

        Parameters
        ----------
        start, end
            The ends.

        Returns
        -------
        distance_m, ground_amsl_m
            A point for each cell of the way at least; NaN where the ground is unknown [m].
        """
        grid = self.terrain.grid
        length = max(1.0, start.distance_m(end))
        share = np.linspace(0.0, 1.0, max(3, math.ceil(length / grid.resolution_m) + 1))
        row, col = grid.pixel_of(
            start.easting + share * (end.easting - start.easting),
            start.northing + share * (end.northing - start.northing),
        )
        height = self.terrain.height_amsl_m
        inside = np.stack([row, col]) - 0.5
        last = np.array(height.shape)[:, np.newaxis] - 1.0
        edge = ((inside >= -0.5) & (inside <= last + 0.5)).all(axis=0)
        ground = map_coordinates(height, np.clip(inside, 0.0, last), order=1, output=np.float64)
        return share * length, np.where(edge, ground, np.nan)

    def band_mhz(self, length_m: float) -> float | None:
        """Carrier of a hop.

        Parameters
        ----------
        length_m
            Length, > 0 and at most the longest of the study [m].

        Returns
        -------
        float or None
            None where no carrier bears the rain so far [MHz].
        """
        return hop_band_mhz(length_m) if self.rain is None else self.rain.band_mhz(length_m)

    def clearance(self, start: End, end: End, *, mast_m: float, frequency_mhz: float) -> Hop:
        """Line of sight between two ends.

        Parameters
        ----------
        start, end
            The ends.
        mast_m
            Mast at the start [m].
        frequency_mhz
            Carrier [MHz].

        Returns
        -------
        Hop
            Clearance with the study's two states of the atmosphere.
        """
        distance, ground = self.profile(start, end)
        return hop_clearance(
            distance, ground_amsl_m=ground, mast_a_m=mast_m, mast_b_m=end.mast_m,
            frequency_mhz=frequency_mhz, obstacle_m=self.obstacle_m,
            criteria=self.criteria,
        )  # fmt: skip

    def hop_profile(self, link: Link) -> pd.DataFrame:
        """Ground and ray of a hop, point by point.

        Parameters
        ----------
        link
            A microwave hop.

        Returns
        -------
        pandas.DataFrame
            The columns of :data:`POINT_COLUMNS`, from the new end; no trees or houses stand at
            both ends.
        """
        if link.end is None:
            raise ValueError("only a hop has a profile")
        distance, ground = self.profile(link.start, link.end)
        length = float(distance[-1])
        first, last = ground[0] + link.mast_m, ground[-1] + link.end.mast_m
        radius = fresnel_radius_m(distance, length_m=length, frequency_mhz=link.frequency_mhz)
        bulges = [earth_bulge_m(distance, length_m=length, k_factor=r.k_factor)
                  for r in self.criteria]  # fmt: skip
        above = [
            bulge + r.fresnel_share * radius for bulge, r in zip(bulges, self.criteria, strict=True)
        ]
        obstacle = np.full(len(ground), self.obstacle_m)
        obstacle[[0, -1]] = 0.0
        values = (
            distance, ground, first + (last - first) * distance / length, radius, *bulges,
            ground + obstacle + np.max(above, axis=0),
        )  # fmt: skip
        return pd.DataFrame(dict(zip(POINT_COLUMNS, values, strict=True)))

    def microwave(self, start: End, end: End) -> Link | None:
        """Hop between two ends.

        Parameters
        ----------
        start
            The new end; its mast may become taller.
        end
            What it is connected to, as it stands.

        Returns
        -------
        Link or None
            None where it is too long, crosses unknown ground, no carrier bears the rain so far, or
            it would need a mast taller than the study allows or has a price for.
        """
        length = max(1.0, start.distance_m(end))
        if length > self.longest_m:
            return None
        band = self.band_mhz(length)
        if band is None:
            return None
        hop = self.clearance(start, end, mast_m=start.mast_m, frequency_mhz=band)
        if hop.status == "unknown":
            return None
        extra = float(math.ceil(hop.extra_mast_a_m - 1e-9))
        mast = start.mast_m + extra
        steps = math.ceil(mast / STEP_M) - math.ceil(start.mast_m / STEP_M)
        step = self.costs.mast_step
        if extra > 0 and (mast > self.section.tallest_mast.value or (steps and step is None)):
            return None
        capex = [(1.0, "microwave_hop")]
        if step is not None and steps:
            capex.append((float(steps), "mast_step"))
        if extra > 0:
            hop = self.clearance(start, end, mast_m=mast, frequency_mhz=band)
        rain = self.rain
        return Link(
            "microwave", start, end, length, hop.clearance_m, band, mast, extra,
            price_of(self.costs, capex=capex),
            math.nan if rain is None else rain.fade_db(length, band),
            math.nan if rain is None else rain.margin_db(length, band),
        )  # fmt: skip

    def fibre(self, start: End, end: End, length_m: float) -> Link | None:
        """Cable to a place where fibre ends.

        Parameters
        ----------
        start, end
            The ends.
        length_m
            Length of the way, before the detour [m].

        Returns
        -------
        Link or None
            None without a price of fibre.
        """
        costs = self.costs
        if costs.fibre is None:
            return None
        cable = length_m * self.section.fibre_detour.value
        opex = [(cable / 1000.0, "fibre_opex")] if costs.fibre_opex is not None else []
        price = price_of(costs, capex=[(cable / 1000.0, "fibre")], opex=opex)
        return Link("fibre", start, end, cable, math.nan, math.nan, start.mast_m, 0.0, price)

    def satellite(self, start: End) -> Link | None:
        """Satellite link.

        Parameters
        ----------
        start
            The new end.

        Returns
        -------
        Link or None
            None without prices of terminal and capacity.
        """
        costs = self.costs
        if costs.satellite_terminal is None or costs.satellite_capacity is None:
            return None
        price = price_of(
            costs, capex=[(1.0, "satellite_terminal")], opex=[(1.0, "satellite_capacity")]
        )
        return Link(
            "satellite", start, None, math.nan, math.nan, math.nan, start.mast_m, 0.0, price
        )
