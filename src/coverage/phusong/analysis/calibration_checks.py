"""How far a calibrated model can be trusted: held-out squares, confusion, next places."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import log_ndtr, ndtr

from phusong.analysis.calibration import FEWEST_OF_CLASS, Fit, Samples, Terms, fit, needed_samples
from phusong.units import FloatArray

FOLDS = 5
RELIABILITY_STEPS = 10
Z95 = 1.959964
NOTHING = Terms(offset=False)


@dataclass(frozen=True)
class HeldOut:
    """How a kind of correction does where it was not fitted.

    Parameters
    ----------
    terms
        The corrections.
    mean_error_db, rms_error_db
        Of measured minus corrected levels, where there was a level [dB].
    score, score_error
        Mean log-likelihood of a sample under a normal error, larger is better, and its standard
        error over squares.
    predicted_dbm
        Corrected level of every sample, each from a fit without its own square [dBm].
    sigma_db
        Standard deviation of the error that belongs to it [dB].
    """

    terms: Terms
    mean_error_db: float
    rms_error_db: float
    score: float
    score_error: float
    predicted_dbm: FloatArray
    sigma_db: FloatArray


def candidate_terms(samples: Samples) -> tuple[Terms, ...]:
    """Kinds of correction that the measurements could bear, the simplest first.

    Parameters
    ----------
    samples
        The samples.

    Returns
    -------
    tuple of Terms
        Without correction, with an offset, with a slope, with classes of the ground.
    """
    heard = ~samples.silent
    codes, counts = np.unique(samples.ground[heard], return_counts=True)
    usual = codes[np.argmax(counts)] if codes.size else 0
    classes = tuple(
        int(code)
        for code, count in zip(codes, counts, strict=True)
        if code != usual and count >= FEWEST_OF_CLASS
    )
    tried = [NOTHING, Terms(), Terms(slope=True)]
    if classes:
        tried += [Terms(ground_classes=classes), Terms(slope=True, ground_classes=classes)]
    return tuple(terms for terms in tried if not needed_samples(samples, terms))


def held_out(samples: Samples, terms: Terms, *, seed: int) -> HeldOut:
    """Fit with squares of the ground left out in turn, and look at those.

    Parameters
    ----------
    samples
        The samples.
    terms
        Corrections to fit.
    seed
        Draws which squares are left out together.

    Returns
    -------
    HeldOut
        The error where nothing was fitted.
    """
    blocks, index = np.unique(samples.block, return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(blocks))[index] % FOLDS
    predicted = np.empty(len(index))
    sigma = np.empty(len(index))
    for number in range(FOLDS):
        out = fold == number
        found = _fit_or_nothing(samples.take(~out), terms)
        predicted[out] = samples.modelled_dbm[out] + found.correction_db(samples.take(out))
        sigma[out] = found.sigma_db
    heard = ~samples.silent
    error = samples.observed_dbm[heard] - predicted[heard]
    limit = (samples.sensitivity_dbm - predicted) / sigma
    with np.errstate(invalid="ignore"):
        z = (samples.observed_dbm - predicted) / sigma
        each = np.where(
            heard, -0.5 * z**2 - np.log(sigma) - 0.5 * np.log(2 * np.pi), log_ndtr(limit)
        )
    # Outliers say little of a model, and one alone could decide.
    each = np.maximum(each, -10.0)
    per_block = np.bincount(index, each) / np.bincount(index)
    return HeldOut(
        terms=terms,
        mean_error_db=float(error.mean()),
        rms_error_db=float(np.sqrt((error**2).mean())),
        score=float(per_block.mean()),
        score_error=float(per_block.std(ddof=1) / np.sqrt(len(blocks))),
        predicted_dbm=predicted,
        sigma_db=sigma,
    )


def _fit_or_nothing(samples: Samples, terms: Terms) -> Fit:
    """A fit; a class that the other squares do not have is left out."""
    present = set(np.unique(samples.ground[~samples.silent]).tolist())
    known = tuple(code for code in terms.ground_classes if code in present)
    return fit(samples, Terms(terms.offset, terms.slope, known))


def choose_terms(tried: Sequence[HeldOut]) -> HeldOut:
    """The simplest kind of correction that is as good as the best within one standard error.

    Parameters
    ----------
    tried
        Kinds of correction, the simplest first; at least one.

    Returns
    -------
    HeldOut
        The choice.
    """
    best = max(tried, key=lambda h: h.score)
    good = [h for h in tried if h.score >= best.score - best.score_error]
    return min(good, key=lambda h: len(h.terms.names))


def confusion(
    samples: Samples, predicted_dbm: FloatArray, threshold_dbm: float
) -> dict[str, float]:
    """Covered and not covered, as modelled and as measured.

    Parameters
    ----------
    samples
        The samples.
    predicted_dbm
        Level as modelled [dBm].
    threshold_dbm
        Level from which a place is covered [dBm].

    Returns
    -------
    dict
        Counts ``true_positive``, ``false_positive``, ``false_negative``, ``true_negative``
        (positive is covered), and shares: ``reliability`` TP / (TP + FP), ``recall``
        TP / (TP + FN), ``white_zone_reliability`` TN / (TN + FN), ``accuracy``; NaN where nothing
        was claimed.
    """
    said = predicted_dbm >= threshold_dbm
    with np.errstate(invalid="ignore"):
        found = samples.observed_dbm >= threshold_dbm
    tp, fp = int((said & found).sum()), int((said & ~found).sum())
    fn, tn = int((~said & found).sum()), int((~said & ~found).sum())

    def share(part: int, whole: int) -> float:
        return part / whole if whole else float("nan")

    return {
        "true_positive": tp,
        "false_positive": fp,
        "false_negative": fn,
        "true_negative": tn,
        "reliability": share(tp, tp + fp),
        "recall": share(tp, tp + fn),
        "white_zone_reliability": share(tn, tn + fn),
        "accuracy": share(tp + tn, tp + fp + fn + tn),
    }


def reliability(
    samples: Samples, predicted_dbm: FloatArray, sigma_db: FloatArray, threshold_dbm: float
) -> pd.DataFrame:
    """Shares that were covered of places that were given some chance of it.

    Parameters
    ----------
    samples
        The samples.
    predicted_dbm, sigma_db
        Level as modelled, and the standard deviation of its error [dBm, dB].
    threshold_dbm
        Level from which a place is covered [dBm].

    Returns
    -------
    pandas.DataFrame
        By steps of the chance: samples, mean chance, share that was covered, and the interval of
        Wilson (95 %) of that share.
    """
    chance = ndtr((predicted_dbm - threshold_dbm) / sigma_db)
    with np.errstate(invalid="ignore"):
        covered = samples.observed_dbm >= threshold_dbm
    step = np.minimum((chance * RELIABILITY_STEPS).astype(int), RELIABILITY_STEPS - 1)
    rows = []
    for number in range(RELIABILITY_STEPS):
        here = step == number
        count = int(here.sum())
        share = float(covered[here].mean()) if count else float("nan")
        low, high = _wilson(share, count)
        rows.append(
            {
                "chance_from": number / RELIABILITY_STEPS,
                "chance_to": (number + 1) / RELIABILITY_STEPS,
                "samples": count,
                "mean_chance": float(chance[here].mean()) if count else float("nan"),
                "share_covered": share,
                "share_low": low,
                "share_high": high,
            }
        )
    return pd.DataFrame(rows)


def _wilson(share: float, count: int) -> tuple[float, float]:
    if not count:
        return float("nan"), float("nan")
    z2 = Z95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z95 * np.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


def where_next(
    probability: FloatArray,
    people: FloatArray,
    measured: FloatArray,
    *,
    cells_per_square: int,
    most: int,
) -> pd.DataFrame:
    """Squares of the ground where a measurement would settle most.

    A place is worth a visit for its people times how undecided its coverage is, 4 p (1 − p), and
    the less the more of its square has been measured.

    Parameters
    ----------
    probability
        Chance of coverage by cell, from 0 to 1; NaN is unknown, shape (rows, columns).
    people
        People by cell, NaN is unknown, the same shape.
    measured
        Number of samples by cell, the same shape.
    cells_per_square
        Side of a square [cells].
    most
        How many squares to name.

    Returns
    -------
    pandas.DataFrame
        ``row``, ``col`` of the cell in the square that is worth most, ``people``,
        ``people_undecided`` and ``measured_share`` of the square, best first.
    """
    rows, cols = probability.shape
    doubt = np.nan_to_num(4 * probability * (1 - probability)) * np.nan_to_num(people)
    high, wide = -(-rows // cells_per_square), -(-cols // cells_per_square)
    padded = ((0, high * cells_per_square - rows), (0, wide * cells_per_square - cols))

    def squares(values: FloatArray) -> FloatArray:
        shaped = np.pad(values, padded).reshape(high, cells_per_square, wide, cells_per_square)
        flat: FloatArray = shaped.transpose(0, 2, 1, 3).reshape(high * wide, -1)
        return flat

    parts = squares(doubt)
    done = squares((measured > 0).astype(float)).mean(axis=1)
    gain = parts.sum(axis=1) * (1.0 - np.minimum(1.0, 10.0 * done))
    order = np.lexsort((np.arange(len(gain)), -gain))[:most]
    order = order[gain[order] > 0]
    inside = parts[order].argmax(axis=1)
    down, along = np.divmod(order, wide)
    return pd.DataFrame(
        {
            "row": down * cells_per_square + inside // cells_per_square,
            "col": along * cells_per_square + inside % cells_per_square,
            "people": squares(np.nan_to_num(people)).sum(axis=1)[order],
            "people_undecided": parts.sum(axis=1)[order],
            "measured_share": done[order],
        }
    )
