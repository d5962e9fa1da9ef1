"""The ranking as plain steps over cells: what the product does on matrices must equal it."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from phusong.analysis.reach import ANY
from phusong.planning.priorities import SMALLEST_PRICE, Option, Priority
from phusong.units import BoolArray, FloatArray

SAME_WORTH = 1e-12


def place_of(option: Option) -> tuple[int, int]:
    """Place of an option to the metre; at most one option is built there.

    Parameters
    ----------
    option
        The option.

    Returns
    -------
    tuple of int
        Easting and northing [m].
    """
    return round(option.spot.easting), round(option.spot.northing)


def rank_options(
    options: Sequence[Option],
    *,
    people: FloatArray,
    not_covered: Mapping[str, BoolArray],
    white_zone_weight: float,
    count: int,
) -> tuple[Priority, ...]:
    """Take again and again the option that newly covers most people for its present value.

    An option is worth the people it newly covers for its operator plus ``white_zone_weight``
    times those of them who had no operator at all. People are counted once per operator, and
    in a white zone once for all. A spot is used once.

    Parameters
    ----------
    options
        What could be built.
    people
        People per cell, only those that the study asks about; NaN counts as nobody.
    not_covered
        Cells not covered today, by operator key, and for ``any`` the white zone.
    white_zone_weight
        Extra worth of people without any operator, >= 0.
    count
        How many to rank.

    Returns
    -------
    tuple of Priority
        At most ``count``, the best first; options that reach nobody new are left out. Of
        equal worth for the money the smaller option_id comes first.
    """
    weight = np.nan_to_num(people).ravel()
    open_cells = {key: cells.ravel().copy() for key, cells in not_covered.items()}
    left = sorted(options, key=lambda option: option.option_id)

    def gains(option: Option) -> tuple[float, float]:
        reached = weight[option.covers]
        newly = float(reached[open_cells[option.operator][option.covers]].sum())
        return newly, float(reached[open_cells[ANY][option.covers]].sum())

    def value(option: Option, newly: float, white: float) -> float:
        price = max(option.cost.present_value, SMALLEST_PRICE)
        return (newly + white_zone_weight * white) / price if newly > 0 else 0.0

    bound = np.array([value(option, *gains(option)) for option in left])
    chosen: list[Priority] = []
    while len(chosen) < count:
        best = next_best(bound, lambda row: value(left[row], *gains(left[row])))
        if best is None:
            break
        option = left[best]
        newly_cells = option.covers[open_cells[option.operator][option.covers]]
        second = _second(bound, left, best, lambda row: value(left[row], *gains(left[row])))
        chosen.append(
            Priority(
                len(chosen) + 1, option, *gains(option), newly_cells,
                *second, _heights(option, left, lambda other: gains(other)[0]),
            )
        )  # fmt: skip
        open_cells[option.operator][option.covers] = False
        open_cells[ANY][option.covers] = False
        bound[[place_of(other) == place_of(option) for other in left]] = 0.0
    return tuple(chosen)


def next_best(bound: FloatArray, worth: Callable[[int], float]) -> int | None:
    """Row of most worth, with as few looked at as possible.

    Nobody's worth grows while others are built, so what a row was worth bounds what it is: only
    rows at the top are looked at again (lazy greedy; M. Minoux, *Accelerated greedy algorithms for
    maximizing submodular set functions*, 1978).

    Parameters
    ----------
    bound
        What each row was worth when it was last looked at; brought up to date in place.
    worth
        What a row is worth now.

    Returns
    -------
    int or None
        Of rows of equal worth the first one; None when none is worth anything.
    """
    looked_at: set[int] = set()
    while (top := float(bound.max(initial=0.0))) > 0:
        near = np.flatnonzero(bound >= top * (1.0 - SAME_WORTH)).tolist()
        stale = [row for row in near if row not in looked_at]
        if not stale:
            return int(near[0])
        for row in stale:
            bound[row] = worth(row)
        looked_at.update(stale)
    return None


def _second(
    bound: FloatArray, options: Sequence[Option], best: int, worth: Callable[[int], float]
) -> tuple[str, float]:
    """The same operator's best option at another place, and by how much it is behind [%]."""
    one = options[best]
    rivals = [o.operator == one.operator and place_of(o) != place_of(one) for o in options]
    second = next_best(np.where(rivals, bound, 0.0), worth)
    if second is None:
        return "", math.nan
    return options[second].option_id, 100.0 * (worth(best) / worth(second) - 1.0)


def _heights(
    one: Option, options: Sequence[Option], newly: Callable[[Option], float]
) -> tuple[tuple[float, float, float], ...]:
    """Height, people and present value of its siblings, itself among them."""
    kin = [
        (other.antenna_height_m, newly(other), other.cost.present_value)
        for other in options
        if (other.kind, other.operator) == (one.kind, one.operator)
        and place_of(other) == place_of(one)
    ]
    return tuple(sorted(kin))
