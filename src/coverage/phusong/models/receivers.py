"""Path loss at the receivers of a lattice, out of a map of the whole grid."""

import numpy as np

from phusong.errors import DomainError
from phusong.geo.lattice import Lattice
from phusong.models.disc_window import DiscWindow
from phusong.models.loss_map import LossMap
from phusong.units import IntArray


def receiver_window(window: DiscWindow, lattice: Lattice) -> DiscWindow:
    """Blocks of a lattice whose receivers stand in a window.

    Parameters
    ----------
    window
        Cells of the lattice's whole grid.
    lattice
        Where receivers stand.

    Returns
    -------
    DiscWindow
        On the lattice's grid; inside is who has its receiver inside.

    Raises
    ------
    DomainError
        No receiver stands in the window: the disc is smaller than a block.
    """
    if lattice.step == 1:
        return window
    (row0, down), (col0, right) = _receivers(window, lattice)
    return DiscWindow(row0, col0, window.inside[np.ix_(down, right)])


def at_receivers(loss: LossMap, lattice: Lattice) -> LossMap:
    """Keep what was computed for the receivers of a lattice, on the lattice's own grid.

    Parameters
    ----------
    loss
        Map on the lattice's whole grid.
    lattice
        Where receivers stand.

    Returns
    -------
    LossMap
        One value per block that has its receiver in the window; the map itself for a lattice of
        every cell.

    Raises
    ------
    DomainError
        No receiver stands in the window.
    """
    if lattice.step == 1:
        return loss
    whole = DiscWindow(loss.row0, loss.col0, loss.inside)
    (row0, down), (col0, right) = _receivers(whole, lattice)
    here = np.ix_(down, right)
    return LossMap(
        grid=lattice.grid,
        row0=row0,
        col0=col0,
        frequencies_mhz=loss.frequencies_mhz,
        path_loss_db=np.stack([band[here] for band in loss.path_loss_db]),
        tx_elevation_mrad=loss.tx_elevation_mrad[here],
        inside=loss.inside[here],
    )


def _receivers(
    window: DiscWindow, lattice: Lattice
) -> tuple[tuple[int, IntArray], tuple[int, IntArray]]:
    """First block down and across, and rows and columns of the window with receivers."""
    shape, found = window.inside.shape, []
    for at, start, size in zip(
        (lattice.rows, lattice.cols), (window.row0, window.col0), shape, strict=True
    ):
        there = np.flatnonzero((at >= start) & (at < start + size))
        if not there.size:
            raise DomainError(
                f"step={lattice.step} puts no receiver into a window of {shape[0]} x {shape[1]} "
                "cells; take a smaller step or a larger radius"
            )
        found.append((int(there[0]), at[there] - start))
    return found[0], found[1]
