"""Who is to be reached, and what options reach of them, as a matrix made small."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from phusong.analysis.reach import ANY
from phusong.units import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Demand:
    """People whom operators do not cover, cell by cell.

    Parameters
    ----------
    cells
        Flat indices of the grid cells with anyone in need, ascending.
    operators
        Operators' keys.
    people
        People in need, one row per operator and a last one for the white zone, × cells.
    white_zone_weight
        Extra worth of people without any operator, >= 0.
    """

    cells: IntArray = field(repr=False)
    operators: tuple[str, ...]
    people: FloatArray = field(repr=False)
    white_zone_weight: float


@dataclass(frozen=True, eq=False)
class Columns:
    """What options cover, with the cells that the same spots reach put together.

    Parameters
    ----------
    cover
        Options × columns, 1 where an option covers a column.
    people
        People of each column.
    white_zone
        Whether a column is people of the white zone, counted on top of an operator's own.
    white_zone_weight
        Worth of these.
    label
        Label of the cells of each column, such as their commune; None where cells of all labels
        were put together.
    """

    cover: sparse.csr_matrix = field(repr=False)
    people: FloatArray = field(repr=False)
    white_zone: BoolArray = field(repr=False)
    white_zone_weight: float
    label: IntArray | None = field(default=None, repr=False)

    @property
    def weight(self) -> FloatArray:
        """Worth of each column."""
        return np.where(self.white_zone, self.white_zone_weight, 1.0) * self.people


def people_in_need(
    people: FloatArray, not_covered: Mapping[str, BoolArray], *, white_zone_weight: float
) -> Demand:
    """Gather the people whom an option could newly cover.

    Parameters
    ----------
    people
        People per cell, only those that the study asks about; NaN counts as nobody.
    not_covered
        Cells not covered today, by operator key, and for ``any`` the white zone.
    white_zone_weight
        Extra worth of people without any operator, >= 0.

    Returns
    -------
    Demand
        Cells where nobody lives or everybody is covered are left out.
    """
    operators = tuple(key for key in not_covered if key != ANY)
    count = np.nan_to_num(people).ravel()
    lacking = [not_covered[key].ravel() for key in (*operators, ANY)]
    cells = np.flatnonzero(np.logical_or.reduce(lacking) & (count > 0))
    count = count[cells]
    in_need = np.empty((len(lacking), cells.size), dtype=np.float64)
    for row, each in zip(in_need, lacking, strict=True):
        np.multiply(each[cells], count, out=row)
    return Demand(cells, operators, in_need, white_zone_weight)


def cover_columns(
    demand: Demand,
    covered: BoolArray,
    *,
    site: IntArray,
    operator: IntArray,
    factor: FloatArray | None = None,
    label: IntArray | None = None,
) -> Columns:
    """Matrix of options over people, with as few columns as say the same.

    Parameters
    ----------
    demand
        Whom to reach.
    covered
        Antenna layouts × cells of the demand: whether one covers the cell.
    site, operator
        Layout and operator of each option, as numbers.
    factor
        What the people of each cell are multiplied with; 1 when left out.
    label
        Label of each cell, >= 0; cells of different labels are kept apart.

    Returns
    -------
    Columns
        An option covers an operator's people when it is that operator's, and white-zone people
        whoever builds it. Cells that the same spots cover are one column per row of the demand.
    """
    people = demand.people if factor is None else demand.people * factor
    first, pattern = _patterns(covered if label is None else _with_bits(covered, label))
    reached = covered[:, first]
    parts, sums, white, labels = [], [], [], []
    for layer, amounts in enumerate(people):
        total = np.bincount(pattern, weights=amounts, minlength=len(first))
        wanted = (total > 0) & reached.any(axis=0)
        part = reached[site][:, wanted]
        is_white = layer == len(demand.operators)
        if not is_white:
            part = part & (operator == layer)[:, np.newaxis]
        parts.append(sparse.csr_matrix(part.astype(np.int8)))
        sums.append(total[wanted])
        white.append(np.full(int(wanted.sum()), is_white))
        labels.append(first[wanted] if label is None else label[first[wanted]])
    return Columns(
        sparse.csr_matrix(sparse.hstack(parts, format="csr")),
        np.concatenate(sums),
        np.concatenate(white),
        demand.white_zone_weight,
        None if label is None else np.concatenate(labels),
    )


def _with_bits(covered: BoolArray, label: IntArray) -> BoolArray:
    """Labels as more rows, so that cells of two labels are never the same."""
    bits = max(1, int(label.max(initial=0)).bit_length())
    return np.vstack([covered, *((label >> bit & 1).astype(np.bool_) for bit in range(bits))])


def _patterns(covered: BoolArray) -> tuple[IntArray, IntArray]:
    """First cell of each set of covering spots, and which set each cell has."""
    spots, cells = covered.shape
    if spots == 0 or cells == 0:
        return np.arange(min(cells, 1)), np.zeros(cells, dtype=np.int64)
    packed = np.ascontiguousarray(np.packbits(covered, axis=0).T)
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, pattern = np.unique(keys, return_index=True, return_inverse=True)
    return np.asarray(first, dtype=np.int64), np.asarray(pattern, dtype=np.int64).ravel()
