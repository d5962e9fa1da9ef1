"""Fitting what a propagation model gets wrong, from measurements: robust, censored, by place.

Measured level = modelled level + offset + slope log10(d / 1 km) + correction of the ground class
+ error. The error is normal, with a share of outliers that is estimated and that are five times as
wide. Where a receiver found no network, the level was below its sensitivity, and that counts as
such (Tobin 1958, doi:10.2307/1907382). Neighbouring measurements are wrong together, so that
standard errors come from squares of the ground rather than from single measurements (the sandwich
of Liang and Zeger 1986, doi:10.1093/biomet/73.1.13).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_ndtr, logsumexp
from scipy.stats import t as student

from phusong.analysis.ordered import product
from phusong.errors import DataError
from phusong.units import BoolArray, FloatArray

OUTLIERS_WIDER = 5.0
"""How many times wider than the others outliers are."""
MOST_OUTLIERS = 0.3
FEWEST_PER_PARAMETER = 10
FEWEST_BLOCKS = 10
FEWEST_OF_CLASS = 20
"""Measurements of a ground class below which it gets no correction of its own."""
STEP = 1e-4
LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True)
class Samples:
    """Measured and modelled levels, one pair for each cell of the grid that was measured.

    Parameters
    ----------
    observed_dbm
        Measured level; NaN where there was no network [dBm].
    modelled_dbm
        Modelled level of the best server there [dBm].
    distance_m
        Distance of that server, above 0 [m].
    block
        Number of the square of the ground that it lies in; those of one square are wrong together.
    ground
        Class of the ground; one value throughout when it is not known.
    sensitivity_dbm
        Level below which the receiver finds no network [dBm].
    """

    observed_dbm: FloatArray
    modelled_dbm: FloatArray
    distance_m: FloatArray
    block: np.ndarray
    ground: np.ndarray
    sensitivity_dbm: float

    def __post_init__(self) -> None:
        sizes = {
            len(part)
            for part in (
                self.observed_dbm, self.modelled_dbm, self.distance_m, self.block, self.ground
            )
        }  # fmt: skip
        if len(sizes) != 1:
            raise DataError(f"samples have parts of different lengths: {sorted(sizes)}")
        if np.isnan(self.modelled_dbm).any() or not (self.distance_m > 0).all():
            raise DataError("samples need a modelled level and a distance above 0 everywhere")

    @property
    def silent(self) -> BoolArray:
        """Where there was no network."""
        return np.isnan(self.observed_dbm)

    def take(self, rows: BoolArray) -> "Samples":
        """Some of the samples.

        Parameters
        ----------
        rows
            Which.

        Returns
        -------
        Samples
            Those.
        """
        return Samples(
            self.observed_dbm[rows], self.modelled_dbm[rows], self.distance_m[rows],
            self.block[rows], self.ground[rows], self.sensitivity_dbm,
        )  # fmt: skip


@dataclass(frozen=True)
class Terms:
    """Which corrections are fitted.

    Parameters
    ----------
    offset
        The same number of decibels everywhere.
    slope
        A number of decibels per factor of ten in distance.
    ground_classes
        Classes of the ground with a correction of their own; the others share the offset.
    """

    offset: bool = True
    slope: bool = False
    ground_classes: tuple[int, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        named = (["offset_db"] if self.offset else []) + (
            ["slope_db_per_decade"] if self.slope else []
        )
        return (*named, *(f"ground_{code}_db" for code in self.ground_classes))

    def matrix(self, samples: Samples) -> FloatArray:
        """What each parameter is multiplied with.

        Parameters
        ----------
        samples
            The samples.

        Returns
        -------
        array
            Shape (samples, parameters).
        """
        count = len(samples.distance_m)
        columns = [np.ones(count)] if self.offset else []
        if self.slope:
            columns.append(np.log10(samples.distance_m / 1000.0))
        columns += [(samples.ground == code).astype(float) for code in self.ground_classes]
        return np.column_stack(columns) if columns else np.zeros((count, 0))


@dataclass(frozen=True)
class Fit:
    """Corrections, how sure they are, and what error is left.

    Parameters
    ----------
    terms
        Which corrections were fitted.
    value, low, high
        Each correction and its interval of 95 % [dB].
    sigma_db, sigma_low_db, sigma_high_db
        Standard deviation of the error without outliers, and its interval of 95 % [dB].
    outliers
        Share of outliers.
    samples, silent
        Measured cells, and those of them without network.
    blocks
        Squares of the ground that they lie in.
    """

    terms: Terms
    value: FloatArray
    low: FloatArray
    high: FloatArray
    sigma_db: float
    sigma_low_db: float
    sigma_high_db: float
    outliers: float
    samples: int
    silent: int
    blocks: int

    def correction_db(self, samples: Samples) -> FloatArray:
        """What is to be added to modelled levels.

        Parameters
        ----------
        samples
            Where.

        Returns
        -------
        array
            Corrections [dB].
        """
        corrections: FloatArray = product(self.terms.matrix(samples), self.value)
        return corrections


def needed_samples(samples: Samples, terms: Terms) -> str:
    """Say what is missing for a fit; empty when nothing is.

    Parameters
    ----------
    samples
        The samples.
    terms
        Corrections to fit.

    Returns
    -------
    str
        What is there, and what would be needed.
    """
    heard = int((~samples.silent).sum())
    blocks = len(np.unique(samples.block))
    parameters = len(terms.names) + 1
    wanted = FEWEST_PER_PARAMETER * parameters
    wanted_blocks = max(FEWEST_BLOCKS, 3 * parameters)
    if heard >= wanted and blocks >= wanted_blocks:
        return ""
    return (
        f"{heard} measured cells with a level in {blocks} squares of the ground; at least {wanted} "
        f"cells in {wanted_blocks} squares are needed for {len(terms.names)} correction(s)"
    )


def fit(samples: Samples, terms: Terms) -> Fit:
    """Fit corrections by maximum likelihood.

    Parameters
    ----------
    samples
        Measured and modelled levels.
    terms
        Corrections to fit.

    Returns
    -------
    Fit
        Corrections with intervals.

    Raises
    ------
    DataError
        There are too few measurements; the message says how many are needed.
    """
    missing = needed_samples(samples, terms)
    if missing:
        raise DataError(f"too few measurements to calibrate: {missing}")
    likelihood = _Likelihood(samples, terms)
    best = likelihood.maximised()
    spread, freedom = likelihood.covariance(best)
    reach = float(student.ppf(0.975, freedom))
    width = reach * np.sqrt(np.diag(spread))
    count = len(terms.names)
    sigma = float(np.exp(best[count]))
    factor = float(np.exp(width[count]))
    theta = likelihood.uncentred(best[:count], spread[:count, :count])
    return Fit(
        terms=terms,
        value=theta[0],
        low=theta[0] - reach * theta[1],
        high=theta[0] + reach * theta[1],
        sigma_db=sigma,
        sigma_low_db=sigma / factor,
        sigma_high_db=sigma * factor,
        outliers=likelihood.share(best),
        samples=len(samples.observed_dbm),
        silent=int(samples.silent.sum()),
        blocks=len(np.unique(samples.block)),
    )


class _Likelihood:
    """Log-likelihood of the corrections, log σ and the share of outliers, with its gradient."""

    def __init__(self, samples: Samples, terms: Terms) -> None:
        self.heard = ~samples.silent
        # What is above the sensitivity's place is left-censored there.
        limit = np.full(len(self.heard), samples.sensitivity_dbm)
        self.residual = np.where(self.heard, samples.observed_dbm, limit) - samples.modelled_dbm
        self.matrix = terms.matrix(samples)
        self.middle = self.matrix.mean(axis=0) if self.matrix.shape[1] else np.zeros(0)
        self.has_offset = terms.offset
        if terms.offset:
            self.middle[0] = 0.0
            self.matrix = self.matrix - self.middle
        _, self.block = np.unique(samples.block, return_inverse=True)

    def terms_of(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Log-likelihood of each sample, and its derivatives."""
        count = self.matrix.shape[1]
        sigma = np.exp(x[count])
        share = MOST_OUTLIERS * expit(x[count + 1])
        z = (self.residual - product(self.matrix, x[:count])) / sigma
        wide = z / OUTLIERS_WIDER
        core, tail = np.log1p(-share), np.log(share)
        log_wide = np.log(sigma * OUTLIERS_WIDER)
        # Log density of a level that was heard; log probability of one that was not.
        a = np.where(self.heard, -0.5 * z**2 - np.log(sigma) - LOG_2PI / 2, log_ndtr(z)) + core
        b = np.where(self.heard, -0.5 * wide**2 - log_wide - LOG_2PI / 2, log_ndtr(wide)) + tail
        total = logsumexp(np.stack([a, b]), axis=0)
        in_a, in_b = np.exp(a - total), np.exp(b - total)
        slope_a = np.where(self.heard, z, -_mills(z))
        slope_b = np.where(self.heard, wide, -_mills(wide))
        d_mean = (in_a * slope_a + in_b * slope_b / OUTLIERS_WIDER) / sigma
        whole = np.where(self.heard, 1.0, 0.0)
        d_sigma = in_a * (slope_a * z - whole) + in_b * (slope_b * wide - whole)
        d_share = (in_b / share - in_a / (1.0 - share)) * share * (1.0 - share / MOST_OUTLIERS)
        return total, np.column_stack([self.matrix * d_mean[:, None], d_sigma, d_share])

    def maximised(self) -> FloatArray:
        """Parameters of the greatest likelihood."""
        heard = self.residual[self.heard]
        start = np.zeros(self.matrix.shape[1] + 2)
        middle = float(np.median(heard))
        if self.has_offset:
            start[0] = middle
        spread = 1.4826 * float(np.median(np.abs(heard - middle)))
        start[-2], start[-1] = np.log(max(spread, 1.0)), -2.0

        def loss(x: FloatArray) -> tuple[float, FloatArray]:
            value, slope = self.terms_of(x)
            return -float(value.mean()), -slope.mean(axis=0)

        bounds = [(None, None)] * self.matrix.shape[1] + [(np.log(0.1), np.log(40.0)), (-12.0, 8.0)]
        found = minimize(
            loss, start, jac=True, method="L-BFGS-B", bounds=bounds,
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-9},
        )  # fmt: skip
        best: FloatArray = found.x
        return best

    def share(self, x: FloatArray) -> float:
        """Share of outliers."""
        return float(MOST_OUTLIERS * expit(x[-1]))

    def covariance(self, x: FloatArray) -> tuple[FloatArray, int]:
        """Covariance of the corrections and log σ, and degrees of freedom."""
        # Without outliers their share lies at its edge, where it has no spread of its own.
        free = np.arange(len(x) if self.share(x) > 1e-3 else len(x) - 1)
        _, slopes = self.terms_of(x)
        curve = np.empty((len(free), len(free)))
        for row, index in enumerate(free):
            step = np.zeros(len(x))
            step[index] = STEP
            up, down = self.terms_of(x + step)[1], self.terms_of(x - step)[1]
            curve[row] = (up.sum(axis=0) - down.sum(axis=0))[free] / (2 * STEP)
        bread = np.linalg.pinv(-(curve + curve.T) / 2)
        blocks = int(self.block.max()) + 1
        together = np.zeros((blocks, len(free)))
        np.add.at(together, self.block, slopes[:, free])
        meat = np.einsum("br,bc->rc", together, together) * (blocks / (blocks - 1))
        spread: FloatArray = (bread @ meat @ bread)[: len(x) - 1, : len(x) - 1]
        return spread, blocks - 1

    def uncentred(self, value: FloatArray, spread: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Corrections where nothing is centred, and their standard errors."""
        if not self.has_offset:
            return value, np.sqrt(np.diag(spread))
        turn = np.eye(len(value))
        turn[0, 1:] = -self.middle[1:]
        return turn @ value, np.sqrt(np.diag(turn @ spread @ turn.T))


def _mills(z: FloatArray) -> FloatArray:
    """φ(z) / Φ(z), without losing digits where both vanish."""
    ratio: FloatArray = np.exp(-0.5 * z**2 - LOG_2PI / 2 - log_ndtr(z))
    return ratio
