"""Classes of coverage: their words, colours and patterns.

The level bands follow cividis, which stays monotone and distinct for readers with a colour
vision deficiency; no signal is a red that stays apart from it for all of them, and is hatched,
so that colour is never the only sign.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from phusong.errors import DataError
from phusong.reporting.facts import Bilingual, same
from phusong.reporting.wording import said

NODATA = 255
"""Class code of cells about which nothing is known; drawn transparent."""

NO_SIGNAL_COLOUR = (200, 30, 30)
MARGINAL_COLOUR = (247, 208, 60)
COVERED_COLOUR = (58, 100, 154)
CIVIDIS = ((0, 34, 78), (67, 78, 108), (125, 124, 120), (188, 174, 108), (254, 232, 56))
"""Five evenly spaced colours of the cividis scale (Nuñez, Anderton and Renslow, 2018)."""

OPERATOR_COLOURS = ("#0b7a75", "#7b3fa0", "#c2571a", "#1f4e9c", "#5b5b5b")
"""Colours for sites of the first, second, … operator, to be used together with a shape."""

_CHANNELS = 3
_FULL = 255


@dataclass(frozen=True)
class ClassStyle:
    """How one class of a raster is drawn and named.

    Parameters
    ----------
    code
        Value in the raster, 0 to 254.
    name
        Words of the legend.
    colour
        Red, green and blue, 0 to 255.
    hatched
        Whether diagonal lines are drawn over the colour.
    """

    code: int
    name: Bilingual
    colour: tuple[int, int, int]
    hatched: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.code < NODATA:
            raise DataError(f"code={self.code} must be 0 to 254; {NODATA} means unknown")
        if len(self.colour) != _CHANNELS or not all(0 <= band <= _FULL for band in self.colour):
            raise DataError(f"colour={self.colour} must be three numbers from 0 to 255")

    @property
    def css(self) -> str:
        """The colour as a style sheet writes it."""
        return css_colour(self.colour)


def css_colour(colour: tuple[int, int, int]) -> str:
    """A colour as a style sheet writes it.

    Parameters
    ----------
    colour
        Red, green and blue, 0 to 255.

    Returns
    -------
    str
        ``#rrggbb``.
    """
    red, green, blue = colour
    return f"#{red:02x}{green:02x}{blue:02x}"


def operator_colour(colour: str | None, place: int) -> str:
    """Colour of an operator's sites.

    Parameters
    ----------
    colour
        What the study says, or None.
    place
        Of the operator in the study, from 0.

    Returns
    -------
    str
        ``#rrggbb``.
    """
    return colour or OPERATOR_COLOURS[place % len(OPERATOR_COLOURS)]


def service_classes(
    *, no_signal: int = 0, marginal: int = 1, covered: int = 2
) -> tuple[ClassStyle, ...]:
    """Legend of a raster of service: covered, marginal, no signal.

    Parameters
    ----------
    no_signal, marginal, covered
        The codes in the raster, 0 to 254.

    Returns
    -------
    tuple of ClassStyle
        From the best to the worst.
    """
    return (
        ClassStyle(covered, said("Covered"), COVERED_COLOUR),
        ClassStyle(marginal, said("Marginal"), MARGINAL_COLOUR),
        ClassStyle(no_signal, said("No signal"), NO_SIGNAL_COLOUR, hatched=True),
    )


def level_classes(edges_dbm: Sequence[float]) -> tuple[ClassStyle, ...]:
    """Legend of a raster of received level in bands.

    Parameters
    ----------
    edges_dbm
        Two to five falling edges, for example -85, -95, -105, -115, -121 [dBm]. Below the last
        one is the weakest class.

    Returns
    -------
    tuple of ClassStyle
        From the strongest band, whose code is the number of edges, to what lies below the last
        edge, whose code is 0.

    Raises
    ------
    DataError
        Too few or too many edges, or edges that do not fall.
    """
    count, most = len(edges_dbm), len(CIVIDIS)
    if not 2 <= count <= most or any(low >= high for high, low in pairwise(edges_dbm)):
        raise DataError(f"edges_dbm={list(edges_dbm)} must be 2 to {most} falling levels [dBm]")
    signed = [f"{edge:g}".replace("-", "−") for edge in edges_dbm]
    names = [f"≥ {signed[0]} dBm", *(f"{low} … {high} dBm" for high, low in pairwise(signed))]
    colours = [CIVIDIS[round((most - 1) * (1 - i / (count - 1)))] for i in range(count)]
    bands = (
        ClassStyle(count - i, same(name), colour)
        for i, (name, colour) in enumerate(zip(names, colours, strict=True))
    )
    words = same(f"< {signed[-1]} dBm")
    return (*bands, ClassStyle(0, words, NO_SIGNAL_COLOUR, hatched=True))


def percent_classes(edges_percent: Sequence[int]) -> tuple[ClassStyle, ...]:
    """Legend of a raster of probability in bands.

    Parameters
    ----------
    edges_percent
        Two to five falling edges, for example 99, 95, 80, 50, 20 [%].

    Returns
    -------
    tuple of ClassStyle
        From the surest band, whose code is the number of edges, to what lies below the last
        edge, whose code is 0.

    Raises
    ------
    DataError
        Too few or too many edges, or edges that do not fall.
    """
    edges = [f"{edge:g}" for edge in edges_percent]
    bands = level_classes(edges_percent)
    names = [f"≥ {edges[0]} %", *(f"{low} … {high} %" for high, low in pairwise(edges))]
    return tuple(
        ClassStyle(band.code, same(name), band.colour, band.hatched)
        for band, name in zip(bands, [*names, f"< {edges[-1]} %"], strict=True)
    )
