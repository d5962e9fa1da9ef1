r"""Bundles of demand rows, and the bounds on what they cover at a point.

The rows of a bundle :math:`k` give, at any point where they are served :math:`s_g` times,

.. math:: W_k \theta_k \le \sum_{g: s_g \ge 1} w_g
          + \sum_j x_j \sum_{g: s_g < 1,\, j\ covers\ g} w_g, \quad 0 \le \theta_k \le 1

which holds for every choice and is exact at that point. For a row that two options must serve
:math:`s_g` is :math:`\sum_j x_j - \max_j x_j` over those that cover it. Floors have bundles of
their own. When each row is its own bundle these are the rows of the textbook model.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from phusong.planning.choose_goal import unit_of
from phusong.planning.choose_inputs import Question
from phusong.planning.choose_rows import bundles
from phusong.units import BoolArray, FloatArray, IntArray

SCALE = 1e6
"""Weights that are no whole numbers are scaled to this sum, prices to a dearest of a hundredth."""
BROKEN, BROKEN_SHARE = 1e-5, 1e-9
"""By how much a solution must break a bound for it to be added, and as a share of the bundle."""
NOTHING = 1e-12


class Broken(NamedTuple):
    """Bounds that a solution breaks, each as a share of its bundle.

    Parameters
    ----------
    bundle
        Which bundle each bounds.
    constant
        What it allows whatever is chosen.
    slope
        Options × bounds: what each option adds.
    """

    bundle: IntArray
    constant: FloatArray
    slope: sparse.csc_matrix


class Bundles:
    """Entries of the goal, then of each floor: rows, what they count, and their bundles.

    Without floors the entries are the rows.

    Parameters
    ----------
    question
        What is asked.
    weight_unit
        What one unit of weight of the goal is in the model.
    """

    def __init__(self, question: Question, weight_unit: float) -> None:
        rows = self.rows = question.rows
        units = [weight_unit]
        units += [
            unit_of(floor.weight, whole=False, largest=SCALE / max(1, len(floor.weight)))[0]
            for floor in question.floors
        ]
        weights = [rows.weight, *(floor.weight for floor in question.floors)]
        entries = [np.flatnonzero(weight > 0) for weight in weights]
        self.row: IntArray = np.concatenate(entries)
        self.weight: FloatArray = np.concatenate(
            [w[e] / unit for w, e, unit in zip(weights, entries, units, strict=True)]
        )
        found, self.parts = [], [0]
        for weight, entry in zip(weights, entries, strict=True):
            kinds, bundle = np.unique(bundles(rows, weight)[entry], return_inverse=True)
            found.append(self.parts[-1] + bundle)
            self.parts.append(self.parts[-1] + len(kinds))
        self.bundle: IntArray = np.concatenate(found).astype(np.int64)
        self.number = self.parts[-1]
        self.full: FloatArray = self._summed(self.weight)
        self.goal_full = np.where(np.arange(self.number) < self.parts[1], self.full, 0.0)
        self.floor_units = units[1:]
        self.by_option = rows.by_option[:, self.row].tocsr()
        self.gather = sparse.csr_matrix(
            (np.ones(len(self.weight)), (np.arange(len(self.weight)), self.bundle)),
            shape=(len(self.weight), self.number),
        )

    def _summed(self, amount: FloatArray) -> FloatArray:
        sums = np.bincount(self.bundle, weights=amount, minlength=self.number)
        return np.asarray(sums, dtype=np.float64)

    def shares(self, choice: BoolArray) -> FloatArray:
        """What a choice covers.

        Parameters
        ----------
        choice
            Whether each option is chosen.

        Returns
        -------
        numpy.ndarray
            Share of each bundle.
        """
        covered = self.rows.covered(choice.astype(np.float64))[self.row]
        return self._summed(covered * self.weight) / self.full

    def broken(self, point: FloatArray, current: tuple[FloatArray, FloatArray] | None) -> Broken:
        """Bounds at a point that a solution breaks.

        Parameters
        ----------
        point
            0 to 1 for each option.
        current
            Options and shares of the bundles in that solution; None for all bounds.

        Returns
        -------
        Broken
            At most one for each bundle.
        """
        full = self.rows.servers(point)[self.row] >= 1.0 - 1e-9
        constant = self._summed(np.where(full, self.weight, 0.0))
        slope = (
            self.by_option @ sparse.diags(np.where(full, 0.0, self.weight)) @ self.gather
        ).tocsc()
        if self.rows.twice.any():
            slope = (slope - self._strongest_part(point, full)).tocsc()
            slope.data[np.abs(slope.data) < NOTHING] = 0.0
        slope.eliminate_zeros()
        if current is None:
            broken = np.arange(self.number)
        else:
            x, theta = current
            over = theta * self.full - (slope.T @ x) - constant
            broken = np.flatnonzero(over > BROKEN + BROKEN_SHARE * self.full)
        share = 1.0 / self.full[broken]
        picked = sparse.csc_matrix(slope[:, broken] @ sparse.diags(share))
        return Broken(broken, constant[broken] * share, picked)

    def _strongest_part(self, point: FloatArray, full: BoolArray) -> sparse.csc_matrix:
        """What the strongest option of each row that two must serve does not count for."""
        rows, place = self.rows, np.cumsum(self.rows.twice) - 1
        entry = np.flatnonzero(rows.twice[self.row] & ~full)
        strongest = rows.strongest(point)[place[self.row[entry]]]
        return sparse.csc_matrix(
            (self.weight[entry], (strongest, self.bundle[entry])),
            shape=(self.by_option.shape[0], self.number),
        )
