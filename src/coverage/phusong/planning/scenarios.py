"""What may be otherwise: seeded draws of coverage, people and prices."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.special import ndtr

from phusong.errors import DataError, DomainError
from phusong.units import FloatArray


@dataclass(frozen=True, eq=False)
class Scenario:
    """One way in which things may be.

    Parameters
    ----------
    cover
        Options × demand points.
    weight
        Weight of each point.
    cost
        Price of each option.
    """

    cover: Any = field(repr=False)
    weight: FloatArray = field(repr=False)
    cost: FloatArray = field(repr=False)


def price_draws(
    low: ArrayLike,
    base: ArrayLike,
    high: ArrayLike,
    *,
    draws: int,
    seed: int,
    shared: float = 0.5,
    site: ArrayLike | None = None,
) -> FloatArray:
    """Prices between the ends of a cost table.

    Parameters
    ----------
    low, base, high
        Lowest, usual and highest price of each option, in this order.
    draws
        How many, >= 1.
    seed
        Of the random generator.
    shared
        Share of the spread that all options have in common (a dear year is dear everywhere),
        0 to 1.
    site
        Number of each option's place, from 0; options of one place share the rest of the spread
        too. Each is a place of its own when left out.

    Returns
    -------
    numpy.ndarray
        Draws × options, distributed as a triangle from low to high with its top at the base.

    Raises
    ------
    DomainError
        A price is below the one before it, or a share or number is outside its range.

    Examples
    --------
    >>> price_draws([5.0], [5.0], [5.0], draws=2, seed=1).tolist()
    [[5.0], [5.0]]
    """
    ends = [np.atleast_1d(np.asarray(end, dtype=np.float64)) for end in (low, base, high)]
    if not ((ends[0] <= ends[1]) & (ends[1] <= ends[2])).all():
        raise DomainError("low <= base <= high is needed for every price; check the cost table")
    if not 0.0 <= shared <= 1.0 or draws < 1:
        raise DomainError(f"shared={shared} and draws={draws}: 0 to 1 and at least 1 are allowed")
    rng = np.random.default_rng([seed, 1])
    common = rng.standard_normal((draws, 1))
    place = np.arange(len(ends[1])) if site is None else np.asarray(site, dtype=np.int64)
    own = rng.standard_normal((draws, int(place.max(initial=-1)) + 1))[:, place]
    quantile = ndtr(np.sqrt(shared) * common + np.sqrt(1.0 - shared) * own)
    width, left, right = ends[2] - ends[0], ends[1] - ends[0], ends[2] - ends[1]
    below = ends[0] + np.sqrt(quantile * width * left)
    above = ends[2] - np.sqrt((1.0 - quantile) * width * right)
    return np.asarray(np.where(quantile * width < left, below, above))


def people_draws(
    weight: ArrayLike, *, standard_deviation_share: float, draws: int, seed: int
) -> FloatArray:
    """Weights with an error of their own at each point.

    Parameters
    ----------
    weight
        Usual weight of each point, >= 0.
    standard_deviation_share
        Standard deviation of the factor that each point is multiplied with, >= 0; the factor is
        log-normal with mean 1.
    draws
        How many, >= 1.
    seed
        Of the random generator.

    Returns
    -------
    numpy.ndarray
        Draws × points.

    Raises
    ------
    DomainError
        The standard deviation is negative.
    """
    if not standard_deviation_share >= 0:
        raise DomainError(
            f"standard_deviation_share={standard_deviation_share} is impossible, at least 0 is "
            "allowed"
        )
    usual = np.asarray(weight, dtype=np.float64)
    rng = np.random.default_rng([seed, 2])
    sigma = np.sqrt(np.log1p(standard_deviation_share**2))
    noise = rng.standard_normal((draws, len(usual)))
    return np.asarray(usual * np.exp(sigma * noise - 0.5 * sigma**2))


def level_draws(
    sites: int, *, common_error_db: float, site_error_db: float, draws: int, seed: int
) -> FloatArray:
    """Errors of levels: one that all sites share, and one that each has for itself.

    Parameters
    ----------
    sites
        How many sites there are.
    common_error_db
        Standard deviation of the error that all share, >= 0 [dB].
    site_error_db
        Standard deviation of the error of each by itself, >= 0 [dB].
    draws
        How many, >= 1.
    seed
        Of the random generator.

    Returns
    -------
    numpy.ndarray
        Draws × sites, to be added to levels [dB].

    Raises
    ------
    DomainError
        A standard deviation is negative.
    """
    if not (common_error_db >= 0 and site_error_db >= 0):
        raise DomainError(
            f"common_error_db={common_error_db} and site_error_db={site_error_db}: at least 0 dB "
            "is allowed"
        )
    rng = np.random.default_rng([seed, 4])
    common = common_error_db * rng.standard_normal((draws, 1))
    return np.asarray(common + site_error_db * rng.standard_normal((draws, sites)))


def cover_draws(
    margin_db: Sequence[sparse.spmatrix], *, model_error_db: float, site_error_db: float,
    draws: int, seed: int,
) -> list[sparse.csr_matrix]:  # fmt: skip
    """Cover matrices under the error of the propagation model.

    Parameters
    ----------
    margin_db
        For each propagation model the level above the threshold of coverage, options × points;
        points that are not stored are never covered, so store those somewhat below 0 too [dB].
    model_error_db
        Standard deviation of an error that all options share, >= 0 [dB].
    site_error_db
        Standard deviation of an error that each option has for itself, >= 0 [dB].
    draws
        How many, >= 1; every model is drawn equally often, as far as the number allows.
    seed
        Of the random generator.

    Returns
    -------
    list of scipy.sparse.csr_matrix
        One cover matrix per draw.

    Raises
    ------
    DataError
        There is no matrix, or their shapes differ.
    DomainError
        A standard deviation is negative.
    """
    if not margin_db or len({matrix.shape for matrix in margin_db}) > 1:
        raise DataError("margin_db holds no matrix, or matrices of different shapes")
    if not (model_error_db >= 0 and site_error_db >= 0):
        raise DomainError(
            f"model_error_db={model_error_db} and site_error_db={site_error_db}: at least 0 dB "
            "is allowed"
        )
    margins = [sparse.coo_matrix(matrix) for matrix in margin_db]
    rng = np.random.default_rng([seed, 3])
    which = rng.permutation(np.arange(draws) % len(margins))
    shared = model_error_db * rng.standard_normal(draws)
    own = site_error_db * rng.standard_normal((draws, margins[0].shape[0]))
    found = []
    for draw in range(draws):
        margin = margins[which[draw]]
        kept = margin.data + shared[draw] + own[draw][margin.row] >= 0.0
        ones = np.ones(int(kept.sum()), dtype=np.int8)
        found.append(
            sparse.csr_matrix((ones, (margin.row[kept], margin.col[kept])), shape=margin.shape)
        )
    return found
