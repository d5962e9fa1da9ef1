"""What readers call a gap, beside the code by which files know it."""

from typing import Any

from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.wording import said

PLACE = Column(said("Where", context="column"))
POSITION = Column(said("Latitude, longitude"))
"""Heading above :func:`position_text`."""
CODE = Column(said("Code"))


def place_words(gap: Any) -> Bilingual:
    """Where a gap is, in words.

    Parameters
    ----------
    gap
        A row of the gaps, as a series or a named tuple.

    Returns
    -------
    Bilingual
        A village and how many more, or how far from which; its code where a table has neither.
    """
    told = gap._asdict() if isinstance(gap, tuple) else gap  # type: ignore[attr-defined]
    if "place_vi" not in told:
        return same(str(told["gap_id"]))
    return Bilingual(str(told["place_vi"]), str(told["place_en"]))


def position_text(latitude: float, longitude: float) -> Bilingual:
    """A place as other programs read it: with a point in every language.

    Parameters
    ----------
    latitude, longitude
        WGS 84 [°].

    Returns
    -------
    Bilingual
        For example ``22.56308, 104.08021``, good to a metre; a number, which tables do not break.
    """
    place = f"{latitude:.5f}, {longitude:.5f}"
    return Bilingual(place, place, number=True)
